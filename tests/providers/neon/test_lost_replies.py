"""A connection cut before or after the change happened, and an answer that cannot be read: never a second object."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from neon_provider import errors
from neon_provider.convert import Properties, to_plain
from rehearsal.clouds.neon import Fault
from tests.providers.neon.harness import BRANCH, DATABASE, ENDPOINT, PROJECT, ROLE, SCHEDULE, Made, Neon, wire

DAILY = [{"frequency": "daily"}]
LOST = ["reset-after", "malformed", "not-json", "refuse-after"]
"""The change happened, and its answer is of no use."""
TYPES: dict[str, tuple[str, str, Callable[[Neon], Properties]]] = {
    PROJECT: ("/projects", "project", lambda neon: {"name": "new", "regionId": "aws-eu-central-1"}),
    BRANCH: (".*/branches", "branch", lambda neon: {"projectId": neon.project().id, "name": "new"}),
    ENDPOINT: (".*/endpoints", "endpoint", lambda neon: on_branch(neon)),
    ROLE: (".*/roles", "role", lambda neon: neon.on_default(neon.project(), name="new")),
    DATABASE: (
        ".*/databases",
        "database",
        lambda neon: neon.on_default(neon.project(), name="new", ownerName="neondb_owner"),
    ),
}
"""Per type: what its creation is sent to, its kind at Neon, and inputs once what it stands on is made."""


def on_branch(neon: Neon) -> Properties:
    project = neon.project()
    return {"projectId": project.id, "branchId": neon.branch(project).state["branchId"]}


def count(neon: Neon, kind: str) -> int:
    return len(neon.service.objects()[kind])


@pytest.fixture(params=TYPES, ids=lambda token: token.rsplit(":", 1)[-1])
def case(request: Any, neon: Neon) -> tuple[str, str, str, Properties, int]:
    """(type, path of its creation, kind, inputs, how many there are before)."""
    path, kind, inputs_of = TYPES[request.param]
    inputs = inputs_of(neon)
    return request.param, path, kind, inputs, count(neon, kind)


Case = tuple[str, str, str, Properties, int]


def test_a_create_whose_answer_was_lost_finds_what_it_made(neon: Neon, case: Case) -> None:
    type_token, path, kind, inputs, before = case
    neon.faults(Fault("reset-after", "POST", path))
    made = neon.create(type_token, inputs)
    assert len(neon.service.faults.struck) == 1
    assert count(neon, kind) == before + 1
    assert not neon.diff(made, inputs).changes
    neon.restart()
    again = neon.read(made)
    assert again
    assert (again.id, again.state) == (made.id, made.state)


def test_a_create_that_never_arrived_is_sent_again_once_it_is_known_to_have_made_nothing(
    neon: Neon, case: Case
) -> None:
    type_token, path, kind, inputs, before = case
    neon.faults(Fault("reset-before", "POST", path))
    sent, slept = len(neon.sent("POST")), len(neon.time.slept)
    made = neon.create(type_token, inputs)
    assert len(neon.sent("POST")) == sent + 2
    assert len(neon.time.slept) >= slept + 2
    assert count(neon, kind) == before + 1
    assert not neon.diff(made, inputs).changes


def test_a_create_that_never_arrives_is_an_error_and_the_next_run_makes_one(neon: Neon, case: Case) -> None:
    type_token, path, kind, inputs, before = case
    neon.faults(Fault("reset-before", "POST", path, times=2))
    with pytest.raises(errors.Unanswered, match="nothing that it may have made was found"):
        neon.create(type_token, inputs)
    assert count(neon, kind) == before
    neon.restart()
    neon.create(type_token, inputs)
    assert count(neon, kind) == before + 1


@pytest.mark.parametrize("fault", LOST)
def test_a_create_whose_answer_is_no_use_finds_what_it_made(neon: Neon, case: Case, fault: Any) -> None:
    type_token, path, kind, inputs, before = case
    neon.faults(Fault(fault, "POST", path))
    sent = len(neon.sent("POST"))
    made = neon.create(type_token, inputs)
    assert neon.sent("POST")[sent:].count(neon.sent("POST")[sent]) == 1
    assert count(neon, kind) == before + 1
    assert not neon.diff(made, inputs).changes


@pytest.mark.parametrize("fault", LOST)
def test_after_a_run_that_died_the_next_one_takes_over_what_was_made(neon: Neon, case: Case, fault: Any) -> None:
    """Reads fail as well after the POST, so that this run cannot look for what it made."""
    type_token, path, kind, inputs, before = case
    reads = len(neon.sent("GET"))
    neon.faults(Fault(fault, "POST", path), Fault("reset-before", "GET", nth=1 + _reads_before(type_token), times=0))
    with pytest.raises(errors.Unanswered, match="could not be looked for"):
        neon.create(type_token, inputs)
    assert len(neon.sent("GET")) > reads
    neon.faults()
    neon.restart()
    made = neon.create(type_token, inputs)
    assert count(neon, kind) == before + 1
    assert not neon.diff(made, inputs).changes
    if type_token in (PROJECT, ROLE):
        assert made.state["password"]


def _reads_before(type_token: str) -> int:
    """Reads that come before the POST: the regions at check, and projects and branches that an earlier run may have left."""
    return {PROJECT: 2, BRANCH: 1}.get(type_token, 0)


def test_a_plain_fault_of_the_server_is_told_and_the_create_is_not_sent_again(neon: Neon, case: Case) -> None:
    type_token, path, kind, inputs, before = case
    neon.faults(Fault("refuse", "POST", path, status=500))
    sent = len(neon.sent("POST"))
    with pytest.raises(errors.Unanswered, match="nothing that it may have made was found") as caught:
        neon.create(type_token, inputs)
    assert caught.value.status == 500
    assert len(neon.sent("POST")) == sent + 1
    assert count(neon, kind) == before


@pytest.mark.parametrize("type_token", [PROJECT, BRANCH])
def test_what_carries_our_mark_since_long_ago_is_not_taken_over_but_named(neon: Neon, type_token: str) -> None:
    """Another stack of the same name may have made it: only a person can tell."""
    _, kind, inputs_of = TYPES[type_token]
    inputs = inputs_of(neon)
    made = neon.create(type_token, inputs)
    neon.service.by_hand(kind, made.id.rsplit("/", 1)[-1], created_at="2026-01-01T00:00:00Z")
    before = count(neon, kind)
    neon.restart()
    with pytest.raises(errors.Conflict, match=f"pulumi import {type_token} <name> {made.id}"):
        neon.create(type_token, inputs)
    assert count(neon, kind) == before


@pytest.mark.parametrize("type_token", [PROJECT, ROLE, DATABASE, ENDPOINT])
def test_a_forced_replacement_never_takes_over_what_it_replaces(neon: Neon, type_token: str) -> None:
    """The engine checks the inputs against those of the state before it asks for the new object."""
    _, kind, inputs_of = TYPES[type_token]
    inputs = inputs_of(neon)
    made = neon.create(type_token, inputs)
    before = count(neon, kind)
    neon.restart()
    assert neon.check(type_token, inputs, made.inputs) == {}
    if type_token == PROJECT:
        assert neon.create(type_token, inputs).id != made.id
        assert count(neon, kind) == before + 1
    else:
        with pytest.raises(errors.Conflict, match="it exists already"):
            neon.create(type_token, inputs)
        assert count(neon, kind) == before


@pytest.mark.parametrize("type_token", [BRANCH, ROLE, ENDPOINT])
def test_what_the_engine_replaces_on_its_own_account_is_deleted_before_the_new_one_is_made(
    neon: Neon, type_token: str
) -> None:
    """With replaceOnChanges and deleteBeforeReplace: the comparison knows of no replacement, and the deletion comes first."""
    _, kind, inputs_of = TYPES[type_token]
    inputs = inputs_of(neon)
    made = neon.create(type_token, inputs)
    before = count(neon, kind)
    neon.restart()
    assert neon.check(type_token, inputs, made.inputs) == {}
    assert not neon.diff(made, inputs).replaces
    neon.delete(made)
    said: list[str] = []
    neon.provider.log = lambda _severity, message, _urn: said.append(message)
    again = neon.create(type_token, inputs)
    assert count(neon, kind) == before
    assert (again.id == made.id) is (type_token == ROLE)
    assert said == [f"{made.id} is deleted now, since a new one takes its place"]


def test_a_replica_is_known_again_by_its_name(neon: Neon) -> None:
    project = neon.project()
    replica = neon.on_default(project, type="read_only")
    first = neon.create(ENDPOINT, replica, "first")
    neon.faults(Fault("reset-after", "POST", ".*/endpoints"))
    second = neon.create(ENDPOINT, replica, "second")
    assert first.id != second.id
    assert count(neon, "endpoint") == 3
    neon.restart()
    assert neon.create(ENDPOINT, replica, "second").id == second.id
    assert count(neon, "endpoint") == 3


def test_an_answer_that_does_not_tell_what_was_made_is_a_lost_one(neon: Neon, case: Case) -> None:
    type_token, _, kind, inputs, before = case
    real = neon.service._answer

    def bare(asked: Any, ending: str) -> Any:
        answer = real(asked, ending)
        return dataclasses.replace(answer, body={}) if answer.status == 201 else answer

    neon.service._answer = bare  # type: ignore[method-assign]
    made = neon.create(type_token, inputs)
    assert count(neon, kind) == before + 1
    assert not neon.diff(made, inputs).changes


@pytest.mark.parametrize("type_token", [ROLE, DATABASE, ENDPOINT])
def test_what_another_resource_of_this_state_holds_is_not_taken_over(neon: Neon, type_token: str) -> None:
    _, kind, inputs_of = TYPES[type_token]
    inputs = inputs_of(neon)
    made = neon.create(type_token, inputs, "one")
    before = count(neon, kind)
    neon.restart()
    assert not neon.diff(made, inputs).changes
    with pytest.raises(errors.Conflict, match="it exists already"):
        neon.create(type_token, inputs, "other")
    assert count(neon, kind) == before


def test_a_replica_of_the_same_name_that_the_state_holds_is_not_taken_over(neon: Neon) -> None:
    replica = neon.on_default(neon.project(), type="read_only", name="reports")
    made = neon.create(ENDPOINT, replica, "one")
    neon.restart()
    assert not neon.diff(made, replica).changes
    assert neon.create(ENDPOINT, replica, "other").id != made.id


def test_projects_that_could_not_be_listed_leave_a_create_undone(neon: Neon) -> None:
    """Whether one of them is what an interrupted run made cannot be known."""
    neon.service.switches.unavailable_projects = ("quiet-river-12345678",)
    with pytest.raises(errors.ServerFault, match="could not list 1 projects"):
        neon.project()
    assert count(neon, "project") == 0


def test_a_journal_finds_what_an_interrupted_create_left_and_nothing_else(neon: Neon, case: Case) -> None:
    type_token, _, kind, inputs, before = case
    urn = Made(type_token, "it", "", {}, {}).urn
    assert neon.run(neon.provider.adopt(urn, type_token, wire(inputs))) is None
    made = neon.create(type_token, inputs)
    neon.restart()
    found = neon.run(neon.provider.adopt(urn, type_token, wire(inputs)))
    assert found
    assert found[0] == made.id
    assert count(neon, kind) == before + 1
    assert {key for key, value in found[1].items() if value.is_secret} == made.secret
    assert set(to_plain(found[1])) == set(made.state)


@pytest.mark.parametrize("type_token", [PROJECT, BRANCH])
def test_an_object_of_another_resource_with_the_same_name_is_not_taken_over(neon: Neon, type_token: str) -> None:
    _, kind, inputs_of = TYPES[type_token]
    inputs = inputs_of(neon)
    neon.create(type_token, inputs, "one")
    before = count(neon, kind)
    if type_token == PROJECT:
        neon.create(type_token, inputs, "other")
        assert count(neon, kind) == before + 1
    else:
        with pytest.raises(errors.Conflict):
            neon.create(type_token, inputs, "other")


def test_two_projects_with_the_same_mark_are_named_and_none_is_chosen(neon: Neon) -> None:
    inputs = TYPES[PROJECT][2](neon)
    first, second = neon.create(PROJECT, inputs), neon.create(PROJECT, inputs, "other")
    listed = neon.ask("GET", f"/projects/{first.id}/branches").json()["annotations"]
    mark = listed[first.state["defaultBranchId"]]["value"]
    neon.service.by_hand("branch", second.state["defaultBranchId"], _annotations=mark)
    with pytest.raises(errors.NeonError, match="several carry our mark") as caught:
        neon.create(PROJECT, inputs)
    assert first.id in str(caught.value)
    assert second.id in str(caught.value)


@pytest.mark.parametrize("type_token", [*TYPES, SCHEDULE])
def test_what_was_taken_over_or_set_anew_is_not_deleted_by_the_same_run(neon: Neon, type_token: str) -> None:
    """`pulumi up --replace` asks for a new object without a word of the old one, and then to delete the old one: the first was
    taken over, the second deleted what the state held from then on."""
    inputs, kind = _inputs_and_kind(neon, type_token)
    before = count(neon, kind)
    old = neon.create(type_token, inputs)
    neon.restart()
    new = neon.create(type_token, inputs)
    assert new.id == old.id
    neon.delete(old)
    assert count(neon, kind) == before + 1
    neon.restart()
    neon.delete(new)
    assert count(neon, kind) == before


@pytest.mark.parametrize("type_token", [*TYPES, SCHEDULE])
def test_the_old_entry_of_what_was_taken_over_goes_in_a_later_run_and_the_object_stays(
    neon: Neon, type_token: str
) -> None:
    """A run that was to replace it failed elsewhere: the next one compared the new entry and deleted by the old one."""
    inputs, kind = _inputs_and_kind(neon, type_token)
    before = count(neon, kind)
    old = neon.create(type_token, inputs)
    neon.restart()
    new = neon.create(type_token, inputs)
    neon.restart()
    assert not neon.diff(new, inputs).changes
    neon.delete(old)
    assert count(neon, kind) == before + 1
    neon.restart()
    neon.delete(new)
    assert count(neon, kind) == before


@pytest.mark.parametrize(("type_token", "listing"), [(PROJECT, "projects"), (BRANCH, "branches")])
def test_what_is_listed_only_after_a_while_is_found_all_the_same(neon: Neon, type_token: str, listing: str) -> None:
    path, kind, inputs_of = TYPES[type_token]
    inputs = inputs_of(neon)
    before = count(neon, kind)
    real, since = neon.service._answer, len(neon.time.slept)

    def late(asked: Any, ending: str) -> Any:
        answer = real(asked, ending)
        hidden = asked.method == "GET" and asked.path.endswith(f"/{listing}") and len(neon.time.slept) < since + 2
        return dataclasses.replace(answer, body={listing: []}) if hidden else answer

    neon.service._answer = late  # type: ignore[method-assign]
    neon.faults(Fault("reset-after", "POST", path))
    neon.create(type_token, inputs)
    assert len(neon.time.slept) == since + 2
    assert count(neon, kind) == before + 1


def test_a_project_taken_over_without_stored_passwords_gets_one_that_is_known(neon: Neon) -> None:
    neon.faults(Fault("reset-after", "POST", "/projects"))
    made = neon.project(storePasswords=False)
    assert made.state["password"]
    assert made.state["connectionUri"]
    assert count(neon, "project") == 1


def test_a_role_taken_over_has_a_new_password(neon: Neon) -> None:
    inputs = neon.on_default(neon.project(), name="new")
    before = neon.create(ROLE, inputs).state["password"]
    neon.restart()
    assert neon.create(ROLE, inputs).state["password"] not in ("", before)


@pytest.mark.parametrize("when", ["reset-before", "reset-after"])
@pytest.mark.parametrize("type_token", [*TYPES, SCHEDULE])
def test_a_deletion_whose_answer_was_lost_is_done(neon: Neon, type_token: str, when: Any) -> None:
    inputs, kind = _inputs_and_kind(neon, type_token)
    before = count(neon, kind)
    made = neon.create(type_token, inputs)
    neon.restart()
    neon.faults(Fault(when, "PUT|DELETE"))
    neon.delete(made)
    assert count(neon, kind) == before


def _inputs_and_kind(neon: Neon, type_token: str) -> tuple[Properties, str]:
    """Of something that may be deleted."""
    if type_token == SCHEDULE:
        return neon.on_default(neon.project(), items=DAILY), "schedule"
    _, kind, inputs_of = TYPES[type_token]
    more = {"deletionProtection": False} if type_token in (PROJECT, DATABASE) else {}
    return {**inputs_of(neon), **more}, kind


def test_a_schedule_whose_answer_was_lost_is_set(neon: Neon) -> None:
    inputs = neon.on_default(neon.project(), items=DAILY)
    neon.faults(Fault("reset-after", "PUT"))
    neon.create(SCHEDULE, inputs)
    assert count(neon, "schedule") == 1
