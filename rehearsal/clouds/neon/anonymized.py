"""Anonymised branches: what is masked, and how far a run is."""

from __future__ import annotations

from typing import Any, Final

from rehearsal.clouds.neon.branches import create_branch
from rehearsal.clouds.neon.lookups import live_branch
from rehearsal.clouds.neon.world import Call, Document, Refusal

_WHERE: Final = ("database_name", "schema_name", "table_name", "column_name")
_HOW: Final = ("masking_function", "masking_value")


def create(call: Call, project: str) -> Document:
    """POST /projects/{project}/branch_anonymized: `annotation_value` stands beside `branch_create`, not in it."""
    rules = _checked(call.body.get("masking_rules") or [])
    body = call.body.get("branch_create") or {}
    reply = create_branch(call, project, body, call.body.get("annotation_value") or {})
    branch = reply["branch"]
    document: Document = {
        "branch_id": branch["id"],
        "project_id": project,
        "masking_rules": rules,
        "created_at": branch["created_at"],
        "_ready": call.ready,
        "_run": None,
        "_outcome": call.world.switches.anonymization,
    }
    if call.body.get("start_anonymization"):
        _run(call, document)
    call.put("anonymized", branch["id"], document)
    return reply


def _checked(rules: list[Document]) -> list[Document]:
    for rule in rules:
        if any(not rule.get(key) for key in _WHERE):
            raise Refusal(400, f"a masking rule names {', '.join(_WHERE)}")
        if sum(rule.get(key) is not None for key in _HOW) != 1:
            raise Refusal(400, "a masking rule has either masking_function or masking_value")
    return rules


def get_rules(call: Call, project: str, branch: str) -> Document:
    """GET …/masking_rules"""
    return {"masking_rules": _found(call, project, branch)["masking_rules"]}


def put_rules(call: Call, project: str, branch: str) -> Document:
    """PATCH …/masking_rules: replaces all; what is masked already stays as it is until the next run."""
    found = _found(call, project, branch)
    call.lock(project, branch)
    rules = call.body.get("masking_rules")
    if not isinstance(rules, list):
        raise Refusal(400, "masking_rules is required")
    call.put("anonymized", branch, {**found, "masking_rules": _checked(rules)})
    return {"masking_rules": rules}


def anonymize(call: Call, project: str, branch: str) -> Document:
    """POST …/anonymize: from initialized, error or anonymized."""
    found = dict(_found(call, project, branch))
    call.lock(project, branch)
    state = _state(call, found)
    if state not in ("initialized", "error", "anonymized"):
        raise Refusal(call.world.switches.refused, f"the branch is {state}")
    found["_outcome"] = call.world.switches.anonymization
    _run(call, found)
    call.put("anonymized", branch, found)
    return _status(call, found)


def status(call: Call, project: str, branch: str) -> Document:
    """GET …/anonymized_status"""
    return _status(call, _found(call, project, branch))


def _run(call: Call, document: Document) -> None:
    begins = max(call.moment, document["_ready"])
    ends = begins + call.world.switches.anonymize_seconds
    document["_run"] = {"begins": begins, "ends": ends, "columns": len(document["masking_rules"])}
    if call.ending:
        document["_outcome"] = "fails"


def _state(call: Call, document: Document) -> str:
    run: Any = document["_run"]
    if call.moment < document["_ready"]:
        return "created"
    if document["_outcome"] == "never-starts":
        return "initialization_error"
    if run is None:
        return "initialized"
    if call.moment < run["ends"]:
        return "anonymizing"
    return "error" if document["_outcome"] == "fails" else "anonymized"


def _status(call: Call, document: Document) -> Document:
    state, run = _state(call, document), document["_run"]
    changed: dict[str, float] = {"created": call.moment, "initialized": document["_ready"]}
    if run:
        changed |= {"anonymizing": run["begins"], "error": run["ends"], "anonymized": run["ends"]}
    since = call.stamp(changed.get(state, document["_ready"]))
    reply: Document = {
        "project_id": document["project_id"],
        "branch_id": document["branch_id"],
        "state": state,
        "created_at": document["created_at"],
        "updated_at": since,
    }
    if state in ("error", "initialization_error"):
        reply |= {"failed_at": since, "status_message": "scripted"}
    if run and state in ("anonymizing", "error", "anonymized"):
        last: Document = {"started_at": call.stamp(run["begins"]), "triggered_by_username": "api"}
        if state == "anonymized":
            last |= {"completed_at": call.stamp(run["ends"]), "masked_columns": run["columns"]}
        reply["last_run"] = last
    return reply


def _found(call: Call, project: str, branch: str) -> Document:
    live_branch(call, project, branch)
    return call.need("anonymized", branch, "anonymized branch")
