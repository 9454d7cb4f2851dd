"""A spending limit's life at Neon."""

from __future__ import annotations

from typing import Any

import pytest

from neon_provider import errors
from neon_provider.convert import Properties
from neon_provider.resources import RESOURCES
from rehearsal.clouds.neon import Fault
from rehearsal.clouds.neon.world import ORGANIZATION
from tests.providers.neon.harness import LIMIT, UNKNOWN, Neon, unknown

ASKED: Properties = {"orgId": ORGANIZATION, "cents": 5000}
PATH = f"/organizations/{ORGANIZATION}/billing/spending_limit"


def held(neon: Neon) -> list[int]:
    """The limits that Neon has, in cents."""
    return [limit["spending_limit_cents"] for limit in neon.service.objects()["spending_limit"]]


def test_a_preview_asks_nobody_and_knows_everything(neon: Neon) -> None:
    assert unknown(neon.preview(LIMIT, ASKED)) == set()
    assert neon.service.requests == []


def test_what_is_asked_for_is_set_by_one_request_and_neither_diff_nor_refresh_sees_a_change(neon: Neon) -> None:
    made = neon.create(LIMIT, ASKED)
    assert neon.sent() == [f"PUT {PATH}"]
    assert (made.id, made.state, held(neon)) == (ORGANIZATION, ASKED, [5000])
    assert not neon.diff(made, ASKED).changes
    neon.restart()
    again = neon.read(made)
    assert again
    assert (again.id, again.inputs, again.state) == (made.id, ASKED, made.state)


def test_an_amount_is_changed_in_place_and_one_changed_by_hand_is_put_back(neon: Neon) -> None:
    made = neon.create(LIMIT, ASKED)
    after = neon.update(made, {**ASKED, "cents": 1})
    assert held(neon) == [1]
    neon.service.by_hand("spending_limit", ORGANIZATION, spending_limit_cents=9)
    again = neon.read(after)
    assert again
    assert neon.diff(again, after.inputs).diffs == ["cents"]
    neon.update(again, after.inputs)
    assert held(neon) == [1]


def test_another_organisation_replaces_and_gets_its_limit_first(neon: Neon) -> None:
    made = neon.create(LIMIT, ASKED)
    response = neon.diff(made, {**ASKED, "orgId": "org-calm-stone-20000002"})
    assert (response.replaces, response.delete_before_replace) == (["orgId"], False)


def test_a_forced_replacement_leaves_the_new_limit_in_its_place(neon: Neon) -> None:
    """The engine then creates before it deletes, and both are of the same organisation."""
    made = neon.create(LIMIT, ASKED)
    neon.restart()
    neon.check(LIMIT, {**ASKED, "cents": 7000}, made.inputs)
    neon.create(LIMIT, {**ASKED, "cents": 7000})
    neon.delete(made)
    assert held(neon) == [7000]


def test_a_limit_that_is_gone_has_no_id(neon: Neon) -> None:
    made = neon.create(LIMIT, ASKED)
    neon.ask("DELETE", PATH)
    assert neon.read(made) is None
    assert neon.import_(LIMIT, "org-calm-stone-20000002") is None


def test_an_import_gives_inputs_that_pass_and_differ_in_nothing(neon: Neon) -> None:
    neon.create(LIMIT, ASKED)
    imported = neon.import_(LIMIT, ORGANIZATION)
    assert imported
    assert imported.inputs == ASKED
    assert neon.check(LIMIT, imported.inputs) == {}
    assert not neon.diff(imported, ASKED).changes


@pytest.mark.parametrize("wrong", ["", "brightbroom", f"{ORGANIZATION}/1", "org-", "org-UP"])
def test_an_import_by_something_that_is_no_id_says_what_an_id_looks_like(neon: Neon, wrong: str) -> None:
    with pytest.raises(ValueError, match="is no organisation id: it looks like org-quiet-river-12345678"):
        neon.import_(LIMIT, wrong)
    assert neon.service.requests == []


def test_a_limit_is_deleted_and_deleting_it_again_is_done(neon: Neon) -> None:
    made = neon.create(LIMIT, ASKED)
    neon.restart()
    neon.delete(made)
    neon.delete(made)
    assert held(neon) == []
    neon.faults(Fault("refuse", "DELETE", status=404))
    neon.delete(made)


@pytest.mark.parametrize("status", [403, 409, 422, 423])
def test_a_refused_deletion_never_counts_as_done(neon: Neon, status: int) -> None:
    made = neon.create(LIMIT, ASKED)
    neon.restart()
    neon.faults(Fault("refuse", "DELETE", status=status, times=0))
    with pytest.raises(errors.NeonError) as caught:
        neon.delete(made)
    assert caught.value.status == status
    assert held(neon) == [5000]


@pytest.mark.parametrize("kind", ["reset-before", "reset-after", "malformed", "refuse", "refuse-after"])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_answer_that_is_lost_or_a_fault_is_asked_for_again(neon: Neon, method: str, kind: Any) -> None:
    neon.faults(Fault(kind, method))
    made = neon.create(LIMIT, ASKED)
    neon.restart()
    neon.delete(made)
    assert len(neon.sent(method)) == 2
    assert held(neon) == []


def test_a_read_that_neon_refuses_is_no_sign_that_the_limit_is_gone(neon: Neon) -> None:
    made = neon.create(LIMIT, ASKED)
    neon.faults(Fault("refuse", "GET", status=403))
    with pytest.raises(errors.Forbidden):
        neon.read(made)


def test_a_create_that_failed_for_good_is_made_good_by_the_next_run(neon: Neon) -> None:
    neon.faults(Fault("refuse-after", "PUT", times=0))
    with pytest.raises(errors.ServerFault):
        neon.create(LIMIT, ASKED)
    neon.faults()
    neon.restart()
    neon.create(LIMIT, {**ASKED, "cents": 6000})
    assert held(neon) == [6000]


@pytest.mark.parametrize(
    ("changes", "where", "reason"),
    [
        ({"cents": 0}, "cents", "must be 1 at least, was 0; to have no limit, declare none"),
        ({"cents": -5}, "cents", "must be 1 at least, was -5"),
        ({"cents": 1.5}, "cents", "must be a whole number, was 1.5"),
        ({"cents": "1"}, "cents", "must be a whole number, was '1'"),
        ({"cents": True}, "cents", "must be a whole number, was True"),
        ({"orgId": "brightbroom"}, "orgId", "'brightbroom' is no id: it looks like org-"),
        ({"currency": "EUR"}, "currency", "is no property; known are: orgId, cents"),
    ],
)
def test_a_value_neon_would_refuse_is_refused_with_its_limit(changes: Properties, where: str, reason: str) -> None:
    found = dict(RESOURCES[LIMIT].check({}, {**ASKED, **changes}, "scale"))
    assert set(found) == {where}
    assert found[where].startswith(reason)


def test_all_problems_are_told_at_once_and_what_is_unknown_is_passed_over(neon: Neon) -> None:
    assert set(neon.check(LIMIT, {"orgId": "x", "cents": 0})) == {"orgId", "cents"}
    assert neon.check(LIMIT, {}) == {"orgId": "is required", "cents": "is required"}
    assert neon.check(LIMIT, {"orgId": UNKNOWN, "cents": UNKNOWN}) == {}


def test_the_free_plan_is_refused_before_anything_is_sent() -> None:
    with Neon(config={"plan": "free"}, plan="free") as neon:
        assert neon.check(LIMIT, ASKED) == {"cents": "the 'free' plan has no spending limit: it needs 'launch'"}
        assert neon.service.requests == []
