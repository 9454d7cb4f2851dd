"""An endpoint's life at Neon."""

from __future__ import annotations

from typing import Any

import pytest

from neon_provider import errors
from neon_provider.convert import Properties, to_plain
from rehearsal.clouds.neon import Fault
from tests.providers.neon.harness import ENDPOINT, Made, Neon, unknown

WHOLE: Properties = {
    "type": "read_write",
    "name": "primary",
    "minCu": 0.5,
    "maxCu": 2,
    "suspendTimeoutSeconds": 60,
    "disabled": False,
    "pgSettings": {"work_mem": "8MB"},
    "preloadLibraries": {"useDefaults": True, "enabledLibraries": ["timescaledb"]},
}


@pytest.fixture
def place(neon: Neon, project: Made) -> Properties:
    """A branch without an endpoint."""
    return {"projectId": project.id, "branchId": neon.branch(project).state["branchId"]}


def held(neon: Neon, endpoint: Made) -> dict[str, Any]:
    """The endpoint as Neon has it."""
    return next(e for e in neon.service.objects()["endpoint"] if e["id"] == endpoint.state["endpointId"])


def test_a_preview_asks_nobody(neon: Neon) -> None:
    planned = neon.preview(ENDPOINT, {"projectId": "p", "branchId": "br-x"})
    assert unknown(planned) == {"endpointId", "host", "poolerHost", "currentState"}
    assert neon.service.requests == []


@pytest.mark.parametrize("more", [{}, WHOLE, {"type": "read_only"}], ids=["least", "whole", "replica"])
def test_what_is_asked_for_is_made_and_neither_diff_nor_refresh_sees_a_change(
    neon: Neon, place: Properties, more: Properties
) -> None:
    made = neon.create(ENDPOINT, {**place, **more})
    assert made.id == f"{place['projectId']}/{made.state['endpointId']}"
    assert made.state["poolerHost"] == made.state["host"].replace(".", "-pooler.", 1)
    assert not neon.diff(made, made.inputs).changes
    assert made.secret == set()
    neon.restart()
    again = neon.read(made)
    assert again
    assert (again.id, again.inputs, again.state) == (made.id, made.inputs, made.state)


@pytest.mark.parametrize(
    ("change", "wire"),
    [
        ({"name": "main"}, ("name", "main")),
        ({"minCu": 1}, ("autoscaling_limit_min_cu", 1)),
        ({"maxCu": 4}, ("autoscaling_limit_max_cu", 4)),
        ({"suspendTimeoutSeconds": -1}, ("suspend_timeout_seconds", -1)),
        ({"disabled": True}, ("disabled", True)),
    ],
    ids=str,
)
def test_a_change_is_made_in_place(neon: Neon, place: Properties, change: Properties, wire: tuple[str, Any]) -> None:
    made = neon.create(ENDPOINT, {**place, **WHOLE})
    wanted = {**made.inputs, **change}
    after = neon.update(made, wanted)
    assert held(neon, made)[wire[0]] == wire[1]
    assert not neon.diff(after, wanted).changes


@pytest.mark.parametrize("kept", ["pgSettings", "preloadLibraries"])
def test_one_setting_changed_leaves_the_other_one_as_it_is(neon: Neon, place: Properties, kept: str) -> None:
    made = neon.create(ENDPOINT, {**place, **WHOLE})
    others: dict[str, Properties] = {
        "pgSettings": {"preloadLibraries": {"useDefaults": False, "enabledLibraries": []}},
        "preloadLibraries": {"pgSettings": {"work_mem": "1MB"}},
    }
    after = neon.update(made, {**made.inputs, **others[kept]})
    assert not neon.diff(after, after.inputs).changes
    assert after.state[kept] == WHOLE[kept]


def test_what_is_left_out_goes_back_to_neons_default(neon: Neon, place: Properties) -> None:
    made = neon.create(ENDPOINT, {**place, **WHOLE})
    after = neon.update(made, place)
    assert not neon.diff(after, place).changes
    found = held(neon, made)
    assert (found["autoscaling_limit_min_cu"], found["autoscaling_limit_max_cu"]) == (0.25, 0.25)
    assert (found["suspend_timeout_seconds"], found["settings"]["pg_settings"]) == (0, {})


def test_a_setting_of_postgres_that_is_taken_out_is_taken_out_at_neon(neon: Neon, place: Properties) -> None:
    made = neon.create(ENDPOINT, {**place, "pgSettings": {"work_mem": "8MB", "jit": "off"}})
    after = neon.update(made, {**place, "pgSettings": {"jit": "off"}})
    assert held(neon, made)["settings"]["pg_settings"] == {"jit": "off"}
    assert not neon.diff(after, after.inputs).changes


def test_a_refused_update_keeps_the_old_values(neon: Neon, place: Properties) -> None:
    made = neon.create(ENDPOINT, {**place, **WHOLE})
    neon.faults(Fault("refuse", "PATCH", status=400, message="too large"))
    with pytest.raises(errors.PartialFailure, match="too large") as caught:
        neon.update(made, {**made.inputs, "maxCu": 8})
    kept = to_plain(caught.value.properties)
    assert (kept["maxCu"], kept["endpointId"], kept["host"]) == (2, made.state["endpointId"], made.state["host"])


def test_an_endpoint_whose_operation_failed_keeps_its_id(neon: Neon, place: Properties) -> None:
    neon.faults(Fault("operation-fails", "POST", ".*/endpoints"))
    with pytest.raises(errors.PartialFailure, match=r"start_compute .* ended as failed") as caught:
        neon.create(ENDPOINT, place)
    assert caught.value.resource_id == f"{place['projectId']}/{neon.service.objects()['endpoint'][-1]['id']}"


def test_a_second_endpoint_of_another_person_is_not_taken_over(neon: Neon, place: Properties) -> None:
    made = neon.create(ENDPOINT, place)
    neon.service.by_hand("endpoint", made.state["endpointId"], created_at="2026-01-01T00:00:00Z")
    with pytest.raises(errors.Conflict, match=f"pulumi import {ENDPOINT} <name> {made.id}"):
        neon.create(ENDPOINT, place, "second")
    assert len(neon.service.objects()["endpoint"]) == 2


def test_a_refused_endpoint_of_a_branch_without_one_is_refused(neon: Neon, place: Properties) -> None:
    neon.faults(Fault("refuse", "POST", status=400, message="no capacity"))
    with pytest.raises(errors.Invalid, match="no capacity"):
        neon.create(ENDPOINT, place)


def test_an_import_gives_inputs_that_pass_and_differ_in_nothing(neon: Neon, place: Properties) -> None:
    made = neon.create(ENDPOINT, {**place, **WHOLE})
    imported = neon.import_(ENDPOINT, made.id)
    assert imported
    assert made.inputs.items() <= imported.inputs.items()
    assert neon.check(ENDPOINT, imported.inputs) == {}
    assert not neon.diff(imported, imported.inputs).changes
    assert neon.diff(imported, place).replaces == []
    assert neon.diff(imported, made.inputs).diffs == []


@pytest.mark.parametrize("wrong", ["", "ep-late-sun-12345678", "p/br-late-sun-12345678", "p/"])
def test_an_import_by_something_that_is_no_id_says_what_an_id_looks_like(neon: Neon, wrong: str) -> None:
    with pytest.raises(ValueError, match="no endpoint id: it looks like quiet-river-12345678/ep-late-sun-12345678"):
        neon.import_(ENDPOINT, wrong)


def test_what_is_gone_has_no_id(neon: Neon, place: Properties) -> None:
    made = neon.create(ENDPOINT, place)
    assert neon.import_(ENDPOINT, "quiet-river-00000000/ep-late-sun-12345678") is None
    neon.service.by_hand("endpoint", made.state["endpointId"])
    neon.restart()
    assert neon.read(made) is None


def test_an_endpoint_is_deleted_and_deleting_it_again_is_done(neon: Neon, place: Properties) -> None:
    made = neon.create(ENDPOINT, place)
    neon.delete(made)
    neon.delete(made)
    assert len(neon.service.objects()["endpoint"]) == 1
    neon.ask("DELETE", f"/projects/{place['projectId']}")
    neon.delete(made)


@pytest.mark.parametrize("status", [400, 409, 422, 423])
def test_a_refused_deletion_never_counts_as_done(neon: Neon, place: Properties, status: int) -> None:
    made = neon.create(ENDPOINT, place)
    neon.faults(Fault("refuse", "DELETE", status=status, times=0))
    with pytest.raises(errors.NeonError):
        neon.delete(made)
    assert held(neon, made)


def test_the_endpoint_of_a_protected_branch_stays(neon: Neon, place: Properties) -> None:
    made = neon.create(ENDPOINT, place)
    neon.service.by_hand("branch", place["branchId"], protected=True)
    with pytest.raises(errors.Invalid, match="protected branch"):
        neon.delete(made)
