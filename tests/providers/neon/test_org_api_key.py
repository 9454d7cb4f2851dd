"""An organisation key's life at Neon: its text is shown once, so a lost answer costs the key, and never leaves one about."""

from __future__ import annotations

import re
from typing import Any

import pytest

from neon_provider import errors
from neon_provider.convert import Properties, to_plain
from neon_provider.resources import RESOURCES
from rehearsal.clouds.neon import Fault
from rehearsal.clouds.neon.world import ORGANIZATION
from tests.providers.neon.harness import API_KEY, UNKNOWN, Made, Neon, unknown, urn_of, wire

ASKED: Properties = {"orgId": ORGANIZATION, "name": "deploy"}
PATH = f"/organizations/{ORGANIZATION}/api_keys"
LOST = ["reset-after", "malformed", "not-json", "refuse-after"]
"""The change happened, and its answer is of no use."""


def held(neon: Neon) -> list[dict[str, Any]]:
    """The keys that Neon has."""
    return neon.service.objects()["api_key"]


def ids(neon: Neon) -> list[str]:
    return [f"{ORGANIZATION}/{key['id']}" for key in held(neon)]


def logged(neon: Neon) -> list[str]:
    """What is told from now on."""
    told: list[str] = []
    neon.provider.log = lambda severity, message, urn: told.append(f"{severity}: {message}")
    return told


def test_a_preview_asks_nobody(neon: Neon) -> None:
    assert unknown(neon.preview(API_KEY, ASKED)) == {"keyId", "key", "createdAt"}
    assert neon.service.requests == []


def test_a_key_is_made_by_one_request_and_its_text_is_secret(neon: Neon) -> None:
    made = neon.create(API_KEY, ASKED)
    assert neon.changes() == [f"POST {PATH}"]
    assert re.fullmatch("napi_[0-9a-f]{64}", made.state["key"])
    assert made.secret == {"key"}
    assert made.id == f"{ORGANIZATION}/{made.state['keyId']}"
    assert re.fullmatch("deploy #[0-9a-f]{12}", held(neon)[0]["name"])
    assert not neon.diff(made, ASKED).changes


def test_several_keys_are_made_with_one_listing(neon: Neon) -> None:
    for name in ("one", "two", "three"):
        neon.create(API_KEY, {**ASKED, "name": name}, name)
    assert neon.sent() == [f"GET {PATH}", *[f"POST {PATH}"] * 3]


def test_a_key_for_one_project(neon: Neon, project: Made) -> None:
    made = neon.create(API_KEY, {**ASKED, "projectId": project.id})
    assert held(neon)[0]["project_id"] == project.id
    neon.restart()
    again = neon.read(made)
    assert again
    assert (again.inputs, again.state) == (made.inputs, made.state)


def test_a_refresh_keeps_the_text_and_lists_the_keys_once(neon: Neon) -> None:
    made = [neon.create(API_KEY, {**ASKED, "name": name}, name) for name in ("one", "two")]
    neon.restart()
    before = len(neon.sent())
    for key in made:
        again = neon.read(key)
        assert again
        assert (again.id, again.inputs, again.state, again.secret) == (key.id, key.inputs, key.state, {"key"})
    assert neon.sent()[before:] == [f"GET {PATH}"]


def test_a_key_that_was_revoked_by_hand_has_no_id(neon: Neon) -> None:
    made = neon.create(API_KEY, ASKED)
    neon.ask("DELETE", f"{PATH}/{made.state['keyId']}")
    assert neon.read(made) is None


def test_an_organisation_that_is_gone_has_no_keys_and_one_that_is_closed_to_us_is_not_gone(neon: Neon) -> None:
    made = neon.create(API_KEY, ASKED)
    neon.faults(Fault("refuse", "GET", status=404), Fault("refuse", "GET", nth=2, status=403))
    assert neon.read(made) is None
    with pytest.raises(errors.Forbidden):
        neon.read(made)


@pytest.mark.parametrize("key", ["orgId", "name", "projectId"])
def test_nothing_of_a_key_can_be_changed_and_the_new_one_comes_first(neon: Neon, project: Made, key: str) -> None:
    made = neon.create(API_KEY, ASKED)
    other = {"orgId": "org-calm-stone-20000002", "name": "other", "projectId": project.id}[key]
    response = neon.diff(made, {**ASKED, key: other})
    assert (response.replaces, response.delete_before_replace) == ([key], False)


def test_an_import_is_refused_with_the_reason_before_anything_is_asked(neon: Neon) -> None:
    with pytest.raises(errors.Invalid, match="Neon shows a key only when it makes it") as caught:
        neon.import_(API_KEY, f"{ORGANIZATION}/1234567")
    assert "Declare a new one, put it to use, and revoke the old one" in str(caught.value)
    assert neon.service.requests == []


@pytest.mark.parametrize("wrong", ["", "1234567", f"{ORGANIZATION}/", f"{ORGANIZATION}/deploy", "brightbroom/1"])
def test_an_import_by_something_that_is_no_id_says_what_an_id_looks_like(neon: Neon, wrong: str) -> None:
    with pytest.raises(ValueError, match="is no API key id: it looks like org-quiet-river-12345678/1234567"):
        neon.import_(API_KEY, wrong)


# ---- lost answers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", LOST)
def test_a_key_whose_answer_was_lost_is_revoked_and_another_one_is_made(neon: Neon, fault: Any) -> None:
    told = logged(neon)
    neon.faults(Fault(fault, "POST"))
    made = neon.create(API_KEY, ASKED)
    assert ids(neon) == [made.id]
    first, revoked, second = neon.changes()
    assert (first, second) == (f"POST {PATH}", f"POST {PATH}")
    assert revoked.startswith(f"DELETE {PATH}/")
    assert revoked != f"DELETE {PATH}/{made.state['keyId']}"
    assert any("was lost: it is revoked" in text for text in told)


def test_a_key_that_was_never_made_is_made_by_a_second_request(neon: Neon) -> None:
    neon.faults(Fault("reset-before", "POST"))
    made = neon.create(API_KEY, ASKED)
    assert neon.changes() == [f"POST {PATH}"] * 2
    assert ids(neon) == [made.id]


def test_a_fault_that_made_nothing_is_told_and_the_create_is_not_sent_again(neon: Neon) -> None:
    neon.faults(Fault("refuse", "POST", status=500))
    with pytest.raises(errors.Unanswered, match="nothing that it may have made was found"):
        neon.create(API_KEY, ASKED)
    assert neon.changes() == [f"POST {PATH}"]
    assert held(neon) == []


def test_answers_that_are_lost_again_and_again_leave_no_key_about(neon: Neon) -> None:
    neon.faults(Fault("reset-after", "POST", times=0))
    with pytest.raises(errors.Unanswered, match="2 answers were lost, and their keys revoked"):
        neon.create(API_KEY, ASKED)
    assert held(neon) == []


@pytest.mark.parametrize("fault", LOST)
def test_what_a_run_that_died_left_behind_is_revoked_by_the_next_one(neon: Neon, fault: Any) -> None:
    """Reads fail as well after the POST, so that this run cannot look for what it made."""
    neon.faults(Fault(fault, "POST"), Fault("reset-before", "GET", nth=2, times=0))
    with pytest.raises(errors.Unanswered, match="could not be looked for"):
        neon.create(API_KEY, ASKED)
    left = ids(neon)
    neon.faults()
    neon.restart()
    told = logged(neon)
    made = neon.create(API_KEY, ASKED)
    assert len(left) == 1
    assert ids(neon) == [made.id] != left
    assert any("made by an interrupted run and is revoked" in text for text in told)


def test_a_run_killed_between_the_answer_and_the_state_leaves_one_key_in_the_end(neon: Neon) -> None:
    neon.create(API_KEY, ASKED)
    neon.restart()
    made = neon.create(API_KEY, ASKED)
    assert ids(neon) == [made.id]


def test_a_key_left_behind_that_somebody_revoked_meanwhile_is_no_error(neon: Neon) -> None:
    neon.create(API_KEY, ASKED)
    neon.restart()
    neon.faults(Fault("refuse", "DELETE", status=404))
    neon.create(API_KEY, ASKED)


def test_keys_without_our_mark_are_never_revoked(neon: Neon) -> None:
    """Of the same name, of another resource, or with a mark that only begins like ours."""
    other = neon.create(API_KEY, ASKED, "other")
    ours = neon.create(API_KEY, ASKED)
    name = next(key["name"] for key in held(neon) if f"{ORGANIZATION}/{key['id']}" == ours.id)
    neon.delete(ours)
    for foreign in ("deploy", f"x{name}", f"{name}0", name[:-1], f"{name[:-1]}g"):
        assert neon.ask("POST", PATH, {"key_name": foreign}).status_code == 200
    before = ids(neon)
    neon.restart()
    made = neon.create(API_KEY, ASKED)
    assert ids(neon) == [*before, made.id]
    assert other.id in before


def test_a_key_with_our_mark_that_is_older_than_an_hour_stays_and_is_told(neon: Neon) -> None:
    """It may be in use: another backend can hold a stack of the same name."""
    old = neon.create(API_KEY, ASKED)
    neon.service.by_hand("api_key", old.state["keyId"], created_at="2026-01-01T00:00:00Z")
    neon.restart()
    told = logged(neon)
    made = neon.create(API_KEY, ASKED)
    assert ids(neon) == [old.id, made.id]
    assert any(f"API key {old.state['keyId']}" in text and "revoke it" in text for text in told)


def test_a_forced_replacement_leaves_the_old_key_until_it_is_deleted(neon: Neon) -> None:
    """The engine checks the inputs against those of the state before it asks for the new object."""
    old = neon.create(API_KEY, ASKED)
    neon.restart()
    assert neon.check(API_KEY, ASKED, ASKED) == {}
    new = neon.create(API_KEY, ASKED)
    assert ids(neon) == [old.id, new.id]
    neon.delete(old)
    assert ids(neon) == [new.id]


def test_a_journal_finds_nothing_that_could_be_taken_over(neon: Neon) -> None:
    neon.create(API_KEY, ASKED)
    assert neon.run(neon.provider.adopt(urn_of(API_KEY, "it"), API_KEY, wire(ASKED))) is None


def test_a_key_whose_answer_lacks_its_text_is_revoked(neon: Neon) -> None:
    real = neon.service._answer

    def mute(asked: Any, ending: str) -> Any:
        answer: Any = real(asked, ending)
        if asked.method == "POST":
            del answer.body["key"]
        return answer

    neon.service._answer = mute  # type: ignore[method-assign]
    with pytest.raises(errors.Unanswered, match="their keys revoked"):
        neon.create(API_KEY, ASKED)
    assert neon.service.objects()["api_key"] == []


@pytest.mark.parametrize("status", [401, 403, 404, 422])
def test_a_refused_creation_says_what_neon_said(neon: Neon, status: int) -> None:
    neon.faults(Fault("refuse", "POST", status=status, message="no more keys"))
    with pytest.raises(errors.NeonError, match="no more keys"):
        neon.create(API_KEY, ASKED)


# ---- delete ------------------------------------------------------------------------------------------------------


def test_a_key_is_revoked_and_revoking_it_again_is_done(neon: Neon) -> None:
    made = neon.create(API_KEY, ASKED)
    neon.delete(made)
    assert held(neon) == []
    neon.delete(made)


@pytest.mark.parametrize("kind", ["reset-before", "reset-after", "malformed", "refuse", "refuse-after"])
def test_a_revocation_whose_answer_was_lost_is_done(neon: Neon, kind: Any) -> None:
    made = neon.create(API_KEY, ASKED)
    neon.faults(Fault(kind, "DELETE"))
    neon.delete(made)
    assert held(neon) == []


@pytest.mark.parametrize("status", [403, 409, 422, 423])
def test_a_refused_revocation_never_counts_as_done(neon: Neon, status: int) -> None:
    made = neon.create(API_KEY, ASKED)
    neon.faults(Fault("refuse", "DELETE", status=status, times=0))
    with pytest.raises(errors.NeonError) as caught:
        neon.delete(made)
    assert caught.value.status == status
    assert ids(neon) == [made.id]


def test_a_key_that_neon_says_is_not_revoked_is_not_counted_as_deleted(neon: Neon) -> None:
    made = neon.create(API_KEY, ASKED)
    real = neon.service._answer

    def deaf(asked: Any, ending: str) -> Any:
        answer: Any = real(asked, ending)
        answer.body["revoked"] = False
        return answer

    neon.service._answer = deaf  # type: ignore[method-assign]
    with pytest.raises(errors.Invalid, match="Neon says that it is not revoked"):
        neon.delete(made)


# ---- check -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "where", "reason"),
    [
        ({"name": "x" * 49}, "name", "must be 1 to 48 characters, was "),
        ({"name": 5}, "name", "must be text, was 5"),
        ({"orgId": "brightbroom"}, "orgId", "'brightbroom' is no id: it looks like org-"),
        ({"projectId": "Shop"}, "projectId", "'Shop' is no id: it looks like quiet-river-12345678"),
        ({"key": "napi_x"}, "key", "is no property; known are: orgId, name, projectId"),
    ],
)
def test_a_value_neon_would_refuse_is_refused_with_its_limit(changes: Properties, where: str, reason: str) -> None:
    found = dict(RESOURCES[API_KEY].check({}, {**ASKED, **changes}, "scale"))
    assert set(found) == {where}
    assert found[where].startswith(reason)


def test_all_problems_are_told_at_once_and_what_is_unknown_is_passed_over(neon: Neon) -> None:
    assert set(neon.check(API_KEY, {"orgId": "x", "name": "x" * 49, "projectId": "X"})) == {
        "orgId",
        "name",
        "projectId",
    }
    assert neon.check(API_KEY, {}) == {"orgId": "is required", "name": "is required"}
    assert neon.check(API_KEY, {"orgId": UNKNOWN, "name": UNKNOWN, "projectId": UNKNOWN}) == {}


def test_the_longest_name_has_room_for_the_mark(neon: Neon) -> None:
    made = neon.create(API_KEY, {**ASKED, "name": "x" * 48})
    assert len(held(neon)[0]["name"]) == 62
    assert not neon.diff(made, made.inputs).changes


def test_an_update_changes_nothing_and_asks_nobody(neon: Neon) -> None:
    """The engine asks for one after a failure that the state remembers."""
    made = neon.create(API_KEY, ASKED)
    before = len(neon.sent())
    after = neon.update(made, ASKED)
    assert (after.state, len(neon.sent())) == (made.state, before)
    assert to_plain(wire(after.state))["key"] == made.state["key"]
