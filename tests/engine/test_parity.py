"""The embedded engine against the real one, on this project's own stacks."""

from __future__ import annotations

import pytest

from rehearsal.engine import has_secret
from tests.engine.comparing import findings, state_differences, step_differences, steps
from tests.engine.conftest import Both, Played

pytestmark = pytest.mark.engine

OPERATIONS = ("planned", "created", "again", "edited", "replaced")


def both(played: Played, operation: str) -> Both:
    found: Both = getattr(played, operation)
    return found


@pytest.mark.parametrize("operation", OPERATIONS)
def test_both_engines_end_well(played: Played, operation: str) -> None:
    runs = both(played, operation)
    assert runs.real.ok, runs.real.output
    assert runs.embedded.ok, runs.embedded.output


@pytest.mark.parametrize("operation", OPERATIONS)
def test_both_engines_take_the_same_steps(played: Played, operation: str) -> None:
    runs = both(played, operation)
    assert steps(runs.real.events)
    assert step_differences(runs.real.events, runs.embedded.events) == []


@pytest.mark.parametrize("operation", ["created", "edited", "replaced"])
def test_both_states_are_equal_but_for_what_vendors_make_up(played: Played, operation: str) -> None:
    runs = both(played, operation)
    assert len(runs.real_state) > 50
    assert any(has_secret(resource.inputs) for resource in runs.real_state)
    assert state_differences(runs.real_state, runs.embedded_state) == []


def test_a_second_preview_by_the_real_engine_is_empty(played: Played) -> None:
    assert {operation for operation, _ in steps(played.again.real.events)} == {"same"}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_both_engines_report_the_same_findings(played: Played, operation: str) -> None:
    runs = both(played, operation)
    assert findings(runs.real.events) == findings(runs.embedded.events)
