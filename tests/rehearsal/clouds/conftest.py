"""Fixtures of the local clouds."""

from pathlib import Path

import pytest

from tests.rehearsal.clouds.harness import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """All clouds, empty."""
    return Bench(tmp_path)
