"""A state of the embedded engine is one of the real engine's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from rehearsal.engine import Operation, ResourceState
from tests.engine.comparing import state_differences, steps
from tests.engine.conftest import pair

pytestmark = pytest.mark.engine


def test_a_real_engine_takes_over_a_rehearsed_state_and_finds_nothing_to_do(tmp_path: Path) -> None:
    with pair(tmp_path, "staging") as engines:
        assert engines.stage.run(Operation.UP).ok
        engines.engine.take_over(engines.stage.state.export())
        preview = engines.engine.run(Operation.PREVIEW)
        taken = [ResourceState.from_json(item, engines.stage.state.crypter) for item in engines.engine.export()]
        assert preview.ok, preview.output
        assert {operation for operation, _ in steps(preview.events)} == {"same"}
        assert state_differences(taken, engines.stage.state.resources) == []
