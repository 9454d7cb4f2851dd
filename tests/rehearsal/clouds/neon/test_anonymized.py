"""Anonymised branches of the local Neon."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.clouds.neon import Fault
from tests.rehearsal.clouds.neon.conftest import Caller, Document

RULE = {
    "database_name": "neondb",
    "schema_name": "public",
    "table_name": "users",
    "column_name": "email",
    "masking_function": "anon.fake_email()",
}


def make(neon: Caller, project: str, **fields: Any) -> str:
    """The path of a new anonymised branch."""
    body = {"branch_create": {"branch": {"name": "masked"}}, "masking_rules": [RULE], **fields}
    answer = neon.post(f"/projects/{project}/branch_anonymized", body)
    return f"/projects/{project}/branches/{answer['branch']['id']}"


def state(neon: Caller, path: str) -> str:
    return str(neon.get(f"{path}/anonymized_status")["state"])


def test_it_is_a_branch_with_rules_and_annotations(neon: Caller, project: str, main: str) -> None:
    body = {
        "branch_create": {"branch": {"name": "masked"}, "endpoints": [{"type": "read_write"}]},
        "annotation_value": {"pulumi": "mark"},
        "masking_rules": [RULE],
    }
    answer = neon.post(f"/projects/{project}/branch_anonymized", body)
    path = f"/projects/{project}/branches/{answer['branch']['id']}"
    assert answer["branch"]["parent_id"] == main.rsplit("/", 1)[1]
    assert [endpoint["type"] for endpoint in answer["endpoints"]] == ["read_write"]
    assert neon.get(path)["annotation"]["value"] == {"pulumi": "mark"}
    assert neon.get(f"{path}/masking_rules") == {"masking_rules": [RULE]}
    assert state(neon, path) == "initialized"
    assert [found["branch_id"] for found in neon.service.objects()["anonymized"]] == [answer["branch"]["id"]]


def test_a_mark_inside_the_branch_is_not_one(neon: Caller, project: str) -> None:
    create: Document = {"branch": {"name": "masked"}, "annotation_value": {"pulumi": "mark"}}
    assert neon.get(make(neon, project, branch_create=create))["annotation"]["value"] == {}


def test_it_goes_through_its_states_by_the_clock() -> None:
    with Caller(operation_seconds=30, anonymize_seconds=60) as neon:
        project = neon.project()["project"]["id"]
        neon.service.advance(31)
        path = make(neon, project, start_anonymization=True)
        seen = [state(neon, path)]
        for seconds in (31, 60):
            neon.service.advance(seconds)
            seen.append(state(neon, path))
        assert seen == ["created", "anonymizing", "anonymized"]
        run = neon.get(f"{path}/anonymized_status")["last_run"]
        assert run["masked_columns"] == 1
        assert run["completed_at"] > run["started_at"]


def test_rules_are_replaced_and_the_branch_masked_again() -> None:
    with Caller(anonymize_seconds=60) as neon:
        path = make(neon, neon.project()["project"]["id"])
        rules = [{**RULE, "column_name": "name"}, {**RULE, "column_name": "phone"}]
        assert neon.ask("PATCH", f"{path}/masking_rules", {"masking_rules": rules}).json() == {"masking_rules": rules}
        assert neon.post(f"{path}/anonymize")["state"] == "anonymizing"
        assert neon.status("POST", f"{path}/anonymize") == 422
        neon.service.advance(61)
        assert neon.get(f"{path}/anonymized_status")["last_run"]["masked_columns"] == 2
        assert neon.post(f"{path}/anonymize")["state"] == "anonymizing"


@pytest.mark.parametrize(("how", "ends"), [("fails", "error"), ("never-starts", "initialization_error")])
def test_a_run_may_fail(how: str, ends: str) -> None:
    with Caller(anonymization=how) as neon:
        path = make(neon, neon.project()["project"]["id"], start_anonymization=True)
        answer = neon.get(f"{path}/anonymized_status")
        assert answer["state"] == ends
        assert answer["status_message"]
        neon.service.switches.anonymization = "works"
        assert neon.status("POST", f"{path}/anonymize") == (200 if ends == "error" else 422)


def test_a_run_whose_operation_is_made_to_fail_fails_and_the_next_one_works(neon: Caller, project: str) -> None:
    path = make(neon, project)
    neon.faults(Fault("operation-fails", "POST", ".*/anonymize"))
    neon.post(f"{path}/anonymize")
    assert state(neon, path) == "error"
    neon.post(f"{path}/anonymize")
    assert state(neon, path) == "anonymized"


@pytest.mark.parametrize(
    "rule",
    [
        {key: value for key, value in RULE.items() if key != "column_name"},
        {key: value for key, value in RULE.items() if key != "masking_function"},
        {**RULE, "masking_value": "x"},
    ],
)
def test_a_rule_that_says_too_little_or_too_much_is_refused(neon: Caller, project: str, rule: Document) -> None:
    body = {"branch_create": {"branch": {"name": "masked"}}, "masking_rules": [rule]}
    assert neon.status("POST", f"/projects/{project}/branch_anonymized", body) == 400
    path = make(neon, project)
    assert neon.status("PATCH", f"{path}/masking_rules", {"masking_rules": [rule]}) == 400
    assert neon.get(f"{path}/masking_rules") == {"masking_rules": [RULE]}


def test_a_plain_branch_has_neither_rules_nor_a_status(neon: Caller, main: str) -> None:
    assert neon.status("GET", f"{main}/masking_rules") == 404
    assert neon.status("GET", f"{main}/anonymized_status") == 404
    assert neon.status("POST", f"{main}/anonymize") == 404


def test_it_goes_with_its_branch_and_comes_back_with_it(neon: Caller, project: str) -> None:
    path = make(neon, project)
    neon.ask("DELETE", path)
    assert neon.status("GET", f"{path}/masking_rules") == 404
    assert neon.service.objects()["anonymized"] == []
    neon.post(f"{path}/recover")
    assert neon.get(f"{path}/masking_rules") == {"masking_rules": [RULE]}
