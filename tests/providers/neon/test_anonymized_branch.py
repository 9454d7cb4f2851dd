"""An anonymised branch's life at Neon: it counts as done only when its data is masked by the rules that are declared."""

from __future__ import annotations

import re
from typing import Any

import pytest

from neon_provider import errors
from neon_provider.convert import Properties, to_plain
from neon_provider.resources import RESOURCES
from rehearsal.clouds.neon import Fault
from tests.providers.neon.harness import ANONYMIZED, BRANCH, UNKNOWN, Made, Neon, unknown, urn_of, wire

LOST = ["reset-after", "malformed", "not-json", "refuse-after"]
"""The change happened, and its answer is of no use."""
POST = ".*/branch_anonymized"
RUN = ".*/anonymize"
NAME: Properties = {"database": "neondb", "schema": "public", "table": "people", "column": "name", "maskingValue": "x"}
MAIL: Properties = {
    "database": "neondb",
    "schema": "public",
    "table": "people",
    "column": "mail",
    "maskingFunction": "anon.fake_email()",
}


@pytest.fixture
def asked(project: Made) -> Properties:
    """Inputs of a masked copy of the default branch."""
    return {"projectId": project.id, "name": "masked", "maskingRules": [NAME, MAIL]}


def held(neon: Neon) -> list[dict[str, Any]]:
    """The anonymised branches that Neon has."""
    found = {item["branch_id"]: item for item in neon.service.objects()["anonymized"]}
    return [{**found[item["id"]], **item} for item in neon.service.objects()["branch"] if item["id"] in found]


def columns(neon: Neon) -> list[str]:
    return [rule["column_name"] for rule in held(neon)[0]["masking_rules"]]


def status(neon: Neon, made: Made) -> dict[str, Any]:
    project_id, branch_id = made.id.split("/")
    answer: dict[str, Any] = neon.ask("GET", f"/projects/{project_id}/branches/{branch_id}/anonymized_status").json()
    return answer


def runs(neon: Neon) -> int:
    """How often masking was asked for."""
    return sum(path.endswith("/anonymize") for path in neon.sent("POST"))


def kept_after(failure: errors.PartialFailure, inputs: Properties) -> Made:
    """What the engine's state holds after a partial failure."""
    return Made(ANONYMIZED, "it", failure.resource_id, inputs, to_plain(failure.properties))


# ---- create ------------------------------------------------------------------------------------------------------


def test_a_preview_asks_nobody(neon: Neon) -> None:
    given = {"projectId": "quiet-river-12345678", "name": "masked", "maskingRules": [NAME]}
    planned = unknown(neon.preview(ANONYMIZED, given))
    assert planned >= {"branchId", "status"}
    assert "maskingRules" not in planned
    assert neon.service.requests == []


def test_a_branch_is_made_and_masked_and_neither_diff_nor_refresh_sees_a_change(neon: Neon, asked: Properties) -> None:
    made = neon.create(ANONYMIZED, asked)
    assert made.id == f"{asked['projectId']}/{held(neon)[0]['id']}"
    assert (made.state["status"], made.state["state"]) == ("anonymized", "ready")
    assert held(neon)[0]["masking_rules"] == [
        {
            "database_name": "neondb",
            "schema_name": "public",
            "table_name": "people",
            "column_name": "name",
            "masking_value": "x",
        },
        {
            "database_name": "neondb",
            "schema_name": "public",
            "table_name": "people",
            "column_name": "mail",
            "masking_function": "anon.fake_email()",
        },
    ]
    assert [path for path in neon.changes() if "branch" in path] == [
        f"POST /projects/{asked['projectId']}/branch_anonymized"
    ]
    assert not neon.diff(made, asked).changes
    neon.restart()
    again = neon.read(made)
    assert again
    assert (again.id, again.inputs, again.state) == (made.id, asked, made.state)


@pytest.mark.parametrize(
    "more",
    [
        {"protected": True},
        {"ttlSeconds": 3600},
        {"annotations": {"team": "shop"}},
        {"setAsDefault": True},
        {"deletionProtection": True},
        {"parentTimestamp": "now"},
    ],
    ids=lambda more: next(iter(more)),
)
def test_it_takes_what_every_branch_takes(neon: Neon, project: Made, asked: Properties, more: Properties) -> None:
    if "parentTimestamp" in more:
        more = {"parentTimestamp": project.state["createdAt"]}
    made = neon.create(ANONYMIZED, {**asked, **more})
    assert not neon.diff(made, made.inputs).changes
    neon.restart()
    again = neon.read(made)
    assert again
    assert (again.id, again.inputs, again.state) == (made.id, made.inputs, made.state)


def test_it_waits_until_the_data_is_masked() -> None:
    with Neon(operation_seconds=5, anonymize_seconds=60) as neon:
        made = neon.create(ANONYMIZED, {"projectId": neon.project().id, "name": "masked", "maskingRules": [NAME]})
        assert status(neon, made)["state"] == made.state["status"] == "anonymized"
        assert sum(neon.time.slept) >= 65


def test_nothing_else_is_done_to_a_branch_that_is_not_masked(neon: Neon, asked: Properties) -> None:
    """It could otherwise become the default one, with its data as it was."""
    neon.service.switches.anonymization = "fails"
    with pytest.raises(errors.PartialFailure):
        neon.create(ANONYMIZED, {**asked, "setAsDefault": True})
    assert not held(neon)[0]["default"]


# ---- lost answers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", LOST)
def test_a_create_whose_answer_was_lost_finds_what_it_made(neon: Neon, asked: Properties, fault: Any) -> None:
    neon.faults(Fault(fault, "POST", POST))
    made = neon.create(ANONYMIZED, asked)
    assert [branch["id"] for branch in held(neon)] == [made.state["branchId"]]
    assert (made.state["status"], runs(neon)) == ("anonymized", 0)


def test_a_create_that_never_arrived_is_sent_again_once_it_is_known_to_have_made_nothing(
    neon: Neon, asked: Properties
) -> None:
    neon.faults(Fault("reset-before", "POST", POST))
    neon.create(ANONYMIZED, asked)
    assert len(held(neon)) == 1


def test_a_fault_that_made_nothing_is_told_and_the_create_is_not_sent_again(neon: Neon, asked: Properties) -> None:
    neon.faults(Fault("refuse", "POST", POST, status=500))
    with pytest.raises(errors.Unanswered, match="nothing that it may have made was found"):
        neon.create(ANONYMIZED, asked)
    assert held(neon) == []


@pytest.mark.parametrize("rules", [[NAME, MAIL], [MAIL]], ids=["same", "other"])
def test_a_run_killed_between_the_answer_and_the_state_leaves_one_branch_masked_as_declared(
    neon: Neon, asked: Properties, rules: list[Properties]
) -> None:
    neon.create(ANONYMIZED, asked)
    neon.restart()
    made = neon.create(ANONYMIZED, {**asked, "maskingRules": rules})
    assert len(held(neon)) == 1
    assert columns(neon) == [rule["column"] for rule in rules]
    assert status(neon, made)["last_run"]["masked_columns"] == len(rules)
    assert not neon.diff(made, made.inputs).changes
    neon.delete(made)
    assert len(held(neon)) == 1  # a delete by the same run is of the entry that this one takes the place of


def test_a_run_killed_while_the_data_is_masked_leaves_one_branch_that_the_next_run_waits_for() -> None:
    """Its partial failure never reached the state."""
    with Neon(config={"operationTimeout": 30}, anonymize_seconds=40) as neon:
        asked = {"projectId": neon.project().id, "name": "masked", "maskingRules": [NAME]}
        with pytest.raises(errors.PartialFailure):
            neon.create(ANONYMIZED, asked)
        neon.restart()
        made = neon.create(ANONYMIZED, asked)
        assert status(neon, made)["state"] == made.state["status"] == "anonymized"
        assert (len(held(neon)), runs(neon)) == (1, 0)


def test_a_plain_branch_of_the_same_name_is_not_taken_over(neon: Neon, project: Made, asked: Properties) -> None:
    neon.create(BRANCH, {"projectId": project.id, "name": "masked"})
    neon.restart()
    with pytest.raises(errors.Conflict, match="it exists already"):
        neon.create(ANONYMIZED, asked)
    assert held(neon) == []


def test_a_journal_finds_what_an_interrupted_create_left_and_nothing_else(neon: Neon, asked: Properties) -> None:
    urn = urn_of(ANONYMIZED, "it")
    assert neon.run(neon.provider.adopt(urn, ANONYMIZED, wire(asked))) is None
    made = neon.create(ANONYMIZED, asked)
    found = neon.run(neon.provider.adopt(urn, ANONYMIZED, wire(asked)))
    assert found
    assert (found[0], to_plain(found[1])) == (made.id, made.state)


# ---- failures and their repair -----------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["operation-fails", "operation-stuck"])
def test_a_branch_whose_operation_failed_keeps_its_id_and_is_not_said_to_be_masked(
    neon: Neon, asked: Properties, fault: Any
) -> None:
    neon.faults(Fault(fault, "POST", POST))
    with pytest.raises(errors.PartialFailure) as caught:
        neon.create(ANONYMIZED, asked)
    kept = kept_after(caught.value, asked)
    assert kept.state["branchId"] == held(neon)[0]["id"]
    assert kept.state.keys().isdisjoint({"maskingRules", "status"})


def test_a_run_that_fails_is_an_error_with_its_reason_and_the_next_update_masks_again(
    neon: Neon, asked: Properties
) -> None:
    neon.service.switches.anonymization = "fails"
    with pytest.raises(errors.PartialFailure, match=r"it ended as error \(scripted\)\. Run again") as caught:
        neon.create(ANONYMIZED, asked)
    kept = kept_after(caught.value, asked)
    assert neon.diff(kept, asked).diffs == ["maskingRules"]
    neon.service.switches.anonymization = "works"
    neon.restart()
    after = neon.update(kept, asked)
    assert (after.state["status"], runs(neon), len(held(neon))) == ("anonymized", 1, 1)
    assert not neon.diff(after, asked).changes


def test_a_run_that_does_not_end_in_time_is_an_error_with_its_state_and_the_next_update_waits_for_it() -> None:
    with Neon(config={"operationTimeout": 30}, anonymize_seconds=40) as neon:
        asked = {"projectId": neon.project().id, "name": "masked", "maskingRules": [NAME]}
        with pytest.raises(errors.PartialFailure, match="it is still anonymizing") as caught:
            neon.create(ANONYMIZED, asked)
        neon.service.switches.anonymize_seconds = 0
        after = neon.update(kept_after(caught.value, asked), asked)
        assert status(neon, after)["state"] == "anonymized"


def test_a_branch_that_cannot_be_prepared_is_replaced_by_the_next_run(neon: Neon, asked: Properties) -> None:
    neon.service.switches.anonymization = "never-starts"
    with pytest.raises(
        errors.PartialFailure, match=r"initialization_error \(scripted\).*the next run replaces it"
    ) as caught:
        neon.create(ANONYMIZED, asked)
    kept = kept_after(caught.value, asked)
    response = neon.diff(kept, asked)
    assert (response.replaces, response.delete_before_replace) == (["status"], True)
    with pytest.raises(errors.PartialFailure, match="the next run replaces it"):
        neon.update(kept, asked)
    neon.service.switches.anonymization = "works"
    neon.restart()
    found = neon.read(kept)
    assert found
    assert neon.diff(found, asked).replaces == ["status"]
    neon.delete(found)
    assert neon.create(ANONYMIZED, asked).state["status"] == "anonymized"
    assert len(held(neon)) == 1


# ---- update ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rules", [[NAME], [MAIL, {**NAME, "maskingValue": "y"}]])
def test_other_rules_are_set_in_place_and_the_data_is_masked_again(
    neon: Neon, asked: Properties, rules: list[Properties]
) -> None:
    made = neon.create(ANONYMIZED, asked)
    wanted = {**asked, "maskingRules": rules}
    after = neon.update(made, wanted)
    base = f"/projects/{asked['projectId']}/branches/{made.state['branchId']}"
    assert neon.changes()[-2:] == [f"PATCH {base}/masking_rules", f"POST {base}/anonymize"]
    assert columns(neon) == [rule["column"] for rule in rules]
    assert status(neon, made)["last_run"]["masked_columns"] == len(rules)
    assert not neon.diff(after, wanted).changes


def test_another_order_of_the_rules_is_no_change(neon: Neon, asked: Properties) -> None:
    made = neon.create(ANONYMIZED, asked)
    assert not neon.diff(made, {**asked, "maskingRules": [MAIL, NAME]}).changes


def test_another_name_is_set_without_another_run(neon: Neon, asked: Properties) -> None:
    made = neon.create(ANONYMIZED, asked)
    after = neon.update(made, {**asked, "name": "renamed"})
    assert (held(neon)[0]["name"], after.state["name"], runs(neon)) == ("renamed", "renamed", 0)


@pytest.mark.parametrize("fault", ["reset-before", *LOST])
@pytest.mark.parametrize("path", [".*/masking_rules", RUN])
def test_an_update_whose_answer_was_lost_ends_masked(neon: Neon, asked: Properties, path: str, fault: Any) -> None:
    made = neon.create(ANONYMIZED, asked)
    neon.faults(Fault(fault, "PATCH|POST", path))
    after = neon.update(made, {**asked, "maskingRules": [MAIL]})
    assert status(neon, after)["last_run"]["masked_columns"] == 1
    assert after.state["status"] == "anonymized"


def test_a_run_that_is_under_way_already_is_waited_for(neon: Neon, asked: Properties) -> None:
    """Its start was asked for, and only the answer was lost: Neon refuses another start."""
    made = neon.create(ANONYMIZED, asked)
    neon.service.switches.anonymize_seconds = 30
    neon.faults(Fault("reset-after", "POST", RUN))
    after = neon.update(made, {**asked, "maskingRules": [MAIL]})
    assert after.state["status"] == "anonymized"
    assert runs(neon) == 2
    assert [request.status for request in neon.service.requests if request.path.endswith("/anonymize")] == [0, 422]


@pytest.mark.parametrize(("method", "path"), [("PATCH", ".*/masking_rules"), ("POST", RUN)])
def test_a_refused_update_keeps_the_old_rules_and_the_next_one_masks(
    neon: Neon, asked: Properties, method: str, path: str
) -> None:
    """Also when Neon has the new rules already: they are not applied before the next run."""
    made = neon.create(ANONYMIZED, asked)
    wanted = {**asked, "maskingRules": [MAIL]}
    neon.faults(Fault("refuse", method, path, status=400, message="no such column"))
    with pytest.raises(errors.PartialFailure, match="no such column") as caught:
        neon.update(made, wanted)
    kept = kept_after(caught.value, wanted)
    assert kept.state["maskingRules"] == asked["maskingRules"]
    before = runs(neon)
    after = neon.update(kept, wanted)
    assert runs(neon) == before + 1
    assert status(neon, after)["last_run"]["masked_columns"] == 1


def test_a_run_that_fails_in_an_update_keeps_the_old_rules_and_the_next_one_masks(
    neon: Neon, asked: Properties
) -> None:
    made = neon.create(ANONYMIZED, asked)
    wanted = {**asked, "maskingRules": [MAIL]}
    neon.service.switches.anonymization = "fails"
    with pytest.raises(errors.PartialFailure, match="it ended as error") as caught:
        neon.update(made, wanted)
    neon.service.switches.anonymization = "works"
    after = neon.update(kept_after(caught.value, wanted), wanted)
    assert after.state["status"] == status(neon, after)["state"] == "anonymized"


def test_another_parent_replaces_and_the_same_name_is_freed_first(neon: Neon, project: Made, asked: Properties) -> None:
    made = neon.create(ANONYMIZED, asked)
    other = neon.branch(project).state["branchId"]
    response = neon.diff(made, {**asked, "parentId": other})
    assert (response.replaces, response.delete_before_replace) == (["parentId"], True)
    assert neon.diff(made, {**asked, "parentId": other, "name": "other"}).delete_before_replace is False


# ---- read --------------------------------------------------------------------------------------------------------


def test_rules_changed_by_hand_are_seen_and_put_back_with_a_new_run(neon: Neon, asked: Properties) -> None:
    made = neon.create(ANONYMIZED, asked)
    neon.service.by_hand("anonymized", made.state["branchId"], masking_rules=held(neon)[0]["masking_rules"][:1])
    neon.restart()
    again = neon.read(made)
    assert again
    assert again.inputs["maskingRules"] == [NAME]
    assert neon.diff(again, asked).diffs == ["maskingRules"]
    neon.update(again, asked)
    assert (columns(neon), runs(neon)) == (["name", "mail"], 1)


def test_a_branch_that_is_found_unmasked_is_told_and_masked_by_the_next_update(neon: Neon, asked: Properties) -> None:
    made = neon.create(ANONYMIZED, asked)
    neon.service.by_hand("anonymized", made.state["branchId"], _run=None)
    neon.restart()
    told: list[str] = []
    neon.provider.log = lambda severity, message, urn: told.append(f"{severity}: {message}")
    again = neon.read(made)
    assert again
    assert told == [f"warning: branch {made.id} is not masked, its state is 'initialized': the next run masks it"]
    assert again.state["status"] == "initialized"
    assert neon.diff(again, asked).diffs == ["maskingRules"]
    assert neon.update(again, asked).state["status"] == "anonymized"


def test_what_is_gone_has_no_id(neon: Neon, asked: Properties) -> None:
    made = neon.create(ANONYMIZED, asked)
    neon.ask("DELETE", f"/projects/{asked['projectId']}/branches/{made.state['branchId']}")
    neon.restart()
    assert neon.read(made) is None


@pytest.mark.parametrize("by_name", [False, True])
def test_an_import_gives_inputs_that_pass_and_differ_in_nothing(neon: Neon, asked: Properties, by_name: bool) -> None:
    made = neon.create(ANONYMIZED, asked)
    neon.restart()
    imported = neon.import_(ANONYMIZED, f"{asked['projectId']}/name:masked" if by_name else made.id)
    assert imported
    assert imported.id == made.id
    assert imported.inputs["maskingRules"] == asked["maskingRules"]
    assert neon.check(ANONYMIZED, imported.inputs) == {}
    assert not neon.diff(imported, asked).changes
    assert not neon.diff(imported, imported.inputs).changes


def test_an_import_of_a_plain_branch_says_what_to_import_it_as(neon: Neon, project: Made) -> None:
    plain = neon.branch(project)
    with pytest.raises(errors.Invalid, match=r"not made as an anonymised one.*Import it as neon:index:Branch"):
        neon.import_(ANONYMIZED, plain.id)


def test_a_branch_that_has_no_rules_any_more_is_unmasked_not_gone(neon: Neon, asked: Properties) -> None:
    """A restore can put a plain branch in its place."""
    made = neon.create(ANONYMIZED, asked)
    neon.service.by_hand("anonymized", made.state["branchId"])
    neon.restart()
    again = neon.read(made)
    assert again
    assert neon.diff(again, asked).diffs == ["maskingRules"]


@pytest.mark.parametrize("wrong", ["", "masked", "/br-late-sun-12345678"])
def test_an_import_by_something_that_is_no_id_says_what_an_id_looks_like(neon: Neon, wrong: str) -> None:
    with pytest.raises(ValueError, match=r"no branch id: it looks like quiet-river-12345678/br-late-sun-12345678"):
        neon.import_(ANONYMIZED, wrong)


# ---- delete ------------------------------------------------------------------------------------------------------


def test_it_is_deleted_and_deleting_it_again_is_done(neon: Neon, asked: Properties) -> None:
    made = neon.create(ANONYMIZED, asked)
    neon.delete(made)
    assert held(neon) == []
    neon.delete(made)


def test_a_protected_one_is_not_deleted_and_neon_is_not_asked(neon: Neon, asked: Properties) -> None:
    made = neon.create(ANONYMIZED, {**asked, "deletionProtection": True})
    before = len(neon.sent())
    with pytest.raises(errors.Protected):
        neon.delete(made)
    assert len(neon.sent()) == before


@pytest.mark.parametrize("status", [403, 409, 422, 423])
def test_a_refused_deletion_never_counts_as_done(neon: Neon, asked: Properties, status: int) -> None:
    made = neon.create(ANONYMIZED, asked)
    neon.faults(Fault("refuse", "DELETE", status=status, times=0))
    with pytest.raises(errors.NeonError):
        neon.delete(made)
    assert len(held(neon)) == 1


# ---- check -------------------------------------------------------------------------------------------------------

VALID: Properties = {"projectId": "quiet-river-12345678", "name": "masked", "maskingRules": [NAME, MAIL]}
BARE = {key: value for key, value in NAME.items() if key != "maskingValue"}


@pytest.mark.parametrize(
    ("rules", "where", "reason"),
    [
        ([], "maskingRules", "needs one rule at least"),
        (NAME, "maskingRules", "must be a list of objects, was "),
        ([{**NAME, "column": ""}], "maskingRules[0].column", "must be 1 to 63 bytes, was 0"),
        ([NAME, {**MAIL, "table": "ä" * 32}], "maskingRules[1].table", "must be 1 to 63 bytes, was 64"),
        ([BARE], "maskingRules[0]", "needs either maskingFunction or maskingValue, has neither"),
        (
            [{**NAME, "maskingFunction": "f()"}],
            "maskingRules[0]",
            "needs either maskingFunction or maskingValue, has both",
        ),
        ([{**BARE, "maskingFunction": ""}], "maskingRules[0].maskingFunction", "must not be empty"),
        ([NAME, {**NAME, "maskingValue": "y"}], "maskingRules[1]", "masks neondb.public.people.name a second time"),
        (
            [{**NAME, "colunm": "x"}],
            "maskingRules[0].colunm",
            "is no field; known are: database, schema, table, column",
        ),
        ([{**NAME, "maskingValue": 5}], "maskingRules[0].maskingValue", "must be text, was 5"),
    ],
)
def test_a_rule_neon_would_refuse_is_refused_at_its_place(rules: Any, where: str, reason: str) -> None:
    found = dict(RESOURCES[ANONYMIZED].check({}, {**VALID, "maskingRules": rules}, "scale"))
    assert set(found) == {where}
    assert found[where].startswith(reason)


def test_all_problems_are_told_at_once_also_those_of_every_branch(neon: Neon) -> None:
    found = neon.check(
        ANONYMIZED, {"projectId": "X", "name": "", "ttlSeconds": 1, "maskingRules": [{"database": "shop"}]}
    )
    assert set(found) == {
        "projectId",
        "name",
        "ttlSeconds",
        "maskingRules[0]",
        "maskingRules[0].schema",
        "maskingRules[0].table",
        "maskingRules[0].column",
    }
    assert neon.check(ANONYMIZED, {}) == dict.fromkeys(("projectId", "name", "maskingRules"), "is required")


def test_what_is_unknown_is_passed_over(neon: Neon) -> None:
    assert neon.check(ANONYMIZED, dict.fromkeys(("projectId", "name", "maskingRules"), UNKNOWN)) == {}
    partly = wire({"maskingRules": [NAME]})["maskingRules"]
    assert neon.check(ANONYMIZED, {**VALID, "maskingRules": partly}) == {}


@pytest.mark.parametrize("given", [{"masking_value": ""}, {"masking_value": "", "masking_function": None}])
def test_an_empty_text_is_a_value(neon: Neon, asked: Properties, given: dict[str, Any]) -> None:
    rule = {**BARE, "maskingValue": ""}
    made = neon.create(ANONYMIZED, {**asked, "maskingRules": [rule]})
    where = {key: value for key, value in held(neon)[0]["masking_rules"][0].items() if key.endswith("_name")}
    neon.service.by_hand("anonymized", made.state["branchId"], masking_rules=[{**where, **given}])
    neon.restart()
    again = neon.read(made)
    assert again
    assert again.inputs["maskingRules"] == [rule]


def test_a_function_beside_an_empty_value_is_the_function(neon: Neon, asked: Properties) -> None:
    made = neon.create(ANONYMIZED, {**asked, "maskingRules": [MAIL]})
    shown = [{**held(neon)[0]["masking_rules"][0], "masking_value": ""}]
    neon.service.by_hand("anonymized", made.state["branchId"], masking_rules=shown)
    neon.restart()
    again = neon.read(made)
    assert again
    assert not neon.diff(again, made.inputs).changes


def test_the_mark_stands_beside_the_annotations_that_are_given(neon: Neon, asked: Properties) -> None:
    made = neon.create(ANONYMIZED, {**asked, "annotations": {"team": "shop"}})
    listed = neon.ask("GET", f"/projects/{asked['projectId']}/branches").json()["annotations"]
    noted = listed[made.state["branchId"]]["value"]
    assert noted["team"] == "shop"
    assert re.fullmatch(r"[0-9a-f]{24}\.[0-9a-f]{8}", noted["pulumi"])
