"""The embedded engine against the real one, on this project's own stacks."""

from __future__ import annotations

from collections import Counter

import pytest

from rehearsal.clouds import PACKAGES
from rehearsal.engine import has_secret
from tests.engine.comparing import findings, outcomes, refused, state_differences, step_differences, steps, summary
from tests.engine.conftest import Both, Played
from tests.engine.known import UNREFRESHED

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
    assert len(made) > 2
    assert all(resource.id for resource in made)


def test_both_engines_refresh_what_a_vendor_holds_and_find_no_drift(played: Played) -> None:
    runs = played.refreshed
    assert runs.real.ok
    assert runs.embedded.ok
    seen = Counter({step: n for step, n in steps(runs.real.events).items() if not step[1].startswith(UNREFRESHED)})
    assert seen == steps(runs.embedded.events)
    assert state_differences(runs.real_state, runs.embedded_state) == []
    assert state_differences(runs.embedded_state, played.replaced.embedded_state) == []


def test_both_engines_destroy_what_is_not_protected(played: Played) -> None:
    runs = played.destroyed
    left = {resource.urn for resource in runs.real_state}
    assert left == {resource.urn for resource in runs.embedded_state}
    protected = any(resource.protect for resource in played.replaced.real_state)
    assert runs.real.ok is runs.embedded.ok is not protected
    assert bool(left) is protected


def test_both_engines_name_what_is_protected(played: Played) -> None:
    told, wanted = refused(played.destroyed.real.events), refused(played.destroyed.embedded.events)
    assert told <= wanted
    assert bool(told) is bool(wanted)
    assert wanted == {resource.urn for resource in played.replaced.real_state if resource.protect}
