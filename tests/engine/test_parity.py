"""The embedded engine against the real one, on this project's own stacks."""

from __future__ import annotations

import pytest

from rehearsal.clouds import PACKAGES
from rehearsal.engine import has_secret
from tests.engine.comparing import findings, outcomes, state_differences, step_differences, steps, summary
from tests.engine.conftest import Both, Played

pytestmark = pytest.mark.engine

OPERATIONS = ("planned", "created", "again", "edited", "replanned", "replaced")


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


@pytest.mark.parametrize("operation", OPERATIONS)
def test_both_engines_tell_the_same_values(played: Played, operation: str) -> None:
    runs = both(played, operation)
    plans = outcomes(runs.real.events), outcomes(runs.embedded.events)
    assert len(plans[0]) > 50
    assert state_differences(*plans) == []


@pytest.mark.parametrize("operation", OPERATIONS)
def test_both_engines_count_the_same_changes(played: Played, operation: str) -> None:
    runs = both(played, operation)
    assert summary(runs.real.events) == summary(runs.embedded.events)
    assert summary(runs.real.events)["PolicyPacks"]


def test_a_second_preview_by_the_real_engine_is_empty(played: Played) -> None:
    assert {operation for operation, _ in steps(played.again.real.events)} == {"same"}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_both_engines_report_the_same_findings(played: Played, operation: str) -> None:
    runs = both(played, operation)
    assert findings(runs.real.events) == findings(runs.embedded.events)


def test_the_neon_plugin_is_the_one_the_project_names(played: Played) -> None:
    """No local cloud is attached for it: the engine found and started it by `plugins.providers` of Pulumi.yaml."""
    made = [resource for resource in played.created.real_state if resource.type.startswith("neon:")]
    assert "neon" not in PACKAGES
    assert len(made) > 3
    assert all(resource.id for resource in made)
