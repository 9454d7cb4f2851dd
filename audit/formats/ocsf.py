"""OCSF 1.5 Compliance Findings (class 2003): a JSON array, one event a line.

An array, because the best known writer of OCSF compliance results (Prowler) writes one and readers of files expect it; a line
each, so that a stream needs no more than a cut. One event for each result; `finding_info.uid` is the same from run to run.

==============  ======================  =============================================================
outcome         `compliance.status`     `status` of the finding
==============  ======================  =============================================================
pass            Pass                    Resolved; activity Close where it ends a violation
fail            Fail                    New; activity Update where a run of an earlier day saw it
waived          Fail                    Suppressed; the waiver is an enrichment
not evaluated   Warning                 Other: Not evaluated
not applicable  Other: Not applicable   Other: Not applicable
switched off    Other: Switched off     Other: Switched off
==============  ======================  =============================================================

Every event stands alone, as receivers take them one by one, and says each thing once: `status_code` is the outcome in our own
words, `compliance.desc` the risk, the severity of the check that of its rule, `namespace` of the resource its stack.

Resources of types that a rule does not judge are one event for each rule in each stack, with their number as `count`. A violation
that ended with its resource gets an event without a result: activity Close, `status_code` "fixed".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from audit.formats.parts import (
    FINDING,
    HISTORY,
    WAIVER,
    Record,
    as_text,
    by_id,
    clause,
    encoded,
    filled,
    findings,
    identity,
    json_text,
    line,
    milliseconds,
    name_of,
    ordered,
    picked,
    result_identity,
    run_identity,
    settings_line,
    standard,
    told,
    type_of,
)

VERSION: Final = "1.5.0"
"""Of the schema: that of the models that the tests judge by."""

_CLASS: Final = 2003
_ACTIVITIES: Final = {1: "Create", 2: "Update", 3: "Close"}
_CREATE, _UPDATE, _CLOSE = _ACTIVITIES
_COMPLIANCE: Final = {
    "pass": (1, "Pass"),
    "fixed": (1, "Pass"),
    "fail": (3, "Fail"),
    "waived": (3, "Fail"),
    "not evaluated": (2, "Warning"),
}
_STATUS: Final = {"pass": (4, "Resolved"), "fixed": (4, "Resolved"), "fail": (1, "New"), "waived": (3, "Suppressed")}
_SEVERITIES: Final = {"low": (2, "Low"), "medium": (3, "Medium"), "high": (4, "High"), "critical": (5, "Critical")}
_INFORMATIONAL: Final = (1, "Informational")
_OTHER: Final = 99
_OPEN: Final = ("fail", "waived", "not evaluated")


def render(record: Record) -> Iterator[bytes]:
    """All events, the most urgent first."""
    yield b"["
    for number, event in enumerate(_Events(record)):
        yield encoded(f"{',' if number else ''}\n{json_text(filled(event))}")
    yield b"\n]\n"


class _Events:
    """The events of a record, and what they share."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._time = milliseconds(record["run"]["startedAt"])
        self._run = run_identity(record)
        self._rules = by_id(record["rules"])
        self._waivers = by_id(record["waivers"])
        self._population = {(item["stack"], item["urn"]): item for item in record["population"] if not item["waits"]}
        self._files = {state["stack"]: state["file"] for state in record["states"]}
        today = record["run"]["evaluatedOn"]
        ended = [entry for entry in record["fixed"] if entry["fixedOn"] == today]
        self._ended = {(entry["stack"], entry["rule"], entry["urn"]): entry for entry in ended}
        self._controls = {code: _control(rule) for code, rule in self._rules.items()}

    def __iter__(self) -> Iterator[dict[str, Any]]:
        results = ordered(self._record)
        for result in results:
            yield self._of_result(result)
        known = {(result["stack"], result["rule"], result["urn"]) for result in results}
        for key, entry in sorted(self._ended.items()):
            if key not in known and entry["rule"] in self._rules:
                reason = f"Ended with its resource on {entry['fixedOn']}."
                yield self._of_result({**entry, "outcome": "fixed", "reason": reason})
        yield from self._of_other_types()

    def _of_result(self, result: Record) -> dict[str, Any]:
        rule = self._rules[result["rule"]]
        event = self._event(rule, result["stack"], result["outcome"], self._activity(result))
        waiver = self._waivers.get(result.get("waiver", ""))
        return {
            **event,
            "message": line(told(result) or rule["statement"]),
            "finding_info": self._info(rule, result, event["activity_id"]),
            "evidences": [self._evidence(finding) for finding in findings(result)],
            "remediation": _remediation(rule, result) if result["outcome"] in _OPEN else None,
            "resources": [self._resource(result["stack"], result["urn"])],
            "comment": result["reason"] if waiver else "",
            "enrichments": [
                {"name": "waiver", "value": waiver["id"], "type": "waiver", "data": picked(waiver, *WAIVER)}
            ]
            if waiver
            else [],
            "unmapped": filled(
                {
                    **picked(result, "level", "reason", "pending", "waiver", "broken"),
                    "history": picked(result.get("history") or {}, *HISTORY),
                    "location": picked(result.get("location") or {}, "file", "line", "key"),
                }
            ),
        }

    def _of_other_types(self) -> Iterator[dict[str, Any]]:
        numbers: Counter[tuple[str, str]] = Counter()
        kinds: dict[tuple[str, str], list[Record]] = {}
        for other in self._record["otherTypes"]:
            key = (other["stack"], other["rule"])
            numbers[key] += other["count"]
            kinds.setdefault(key, []).append(picked(other, "type", "count", "reason"))
        for key in sorted(kinds):
            stack, code = key
            rule = self._rules[code]
            about = {"uid": identity("other types", stack, code), "title": rule["statement"]}
            yield {
                **self._event(rule, stack, "not applicable", _CREATE),
                "message": f"{code} does not judge {numbers[key]} resources of other types",
                "count": numbers[key],
                "finding_info": about,
                "unmapped": {"stack": stack, "otherTypes": kinds[key]},
            }

    def _event(self, rule: Record, stack: str, outcome: str, activity: int) -> dict[str, Any]:
        """What every event has."""
        violated = outcome in ("fail", "waived")
        severity = _SEVERITIES[rule["severity"]] if violated else _INFORMATIONAL
        status = _STATUS.get(outcome, (_OTHER, outcome.capitalize()))
        return {
            "activity_id": activity,
            "activity_name": _ACTIVITIES[activity],
            "category_uid": 2,
            "category_name": "Findings",
            "class_uid": _CLASS,
            "class_name": "Compliance Finding",
            "type_uid": _CLASS * 100 + activity,
            "type_name": f"Compliance Finding: {_ACTIVITIES[activity]}",
            "time": self._time,
            "severity_id": severity[0],
            "severity": severity[1],
            "status_id": status[0],
            "status": status[1],
            "status_code": outcome,
            "metadata": self._metadata(),
            "compliance": self._compliance(rule, stack, outcome),
        }

    def _metadata(self) -> dict[str, Any]:
        pack = self._record["by"]["pack"]
        product = {
            "name": pack["name"],
            "vendor_name": "BrightBroom",
            "version": pack["version"],
            "uid": pack["sha256"],
        }
        return {"version": VERSION, "product": product, "correlation_uid": self._run}

    def _compliance(self, rule: Record, stack: str, outcome: str) -> dict[str, Any]:
        number, words = _COMPLIANCE.get(outcome, (_OTHER, outcome.capitalize()))
        parameters = self._record["settings"][stack].get(rule["id"], {}).get("parameters", {})
        return filled(
            {
                **self._controls[rule["id"]],
                "control_parameters": [
                    {"name": name, "value": as_text(value)} for name, value in sorted(parameters.items())
                ],
                "status_id": number,
                "status": words,
            }
        )

    def _activity(self, result: Record) -> int:
        first = (result.get("history") or {}).get("firstSeen")
        if not first and (result["stack"], result["rule"], result["urn"]) in self._ended:
            return _CLOSE
        return _UPDATE if first and first != self._record["run"]["evaluatedOn"] else _CREATE

    def _info(self, rule: Record, result: Record, activity: int) -> dict[str, Any]:
        ended = self._ended.get((result["stack"], result["rule"], result["urn"]), {})
        first = (result.get("history") or ended).get("firstSeen")
        goes_on = activity != _CREATE
        return filled(
            {
                "uid": result_identity(result),
                "title": rule["statement"],
                "created_time": milliseconds(first) if goes_on else self._time,
                "modified_time": self._time if goes_on else None,
                "first_seen_time": milliseconds(first) if first else None,
                "last_seen_time": self._time if result["outcome"] in ("fail", "waived") else None,
                "analytic": {"uid": rule["id"], "name": rule["name"], "type_id": 1, "type": "Rule"},
                "data_sources": [self._files[result["stack"]]],
            }
        )

    def _resource(self, stack: str, urn: str) -> dict[str, Any]:
        item = self._population.get((stack, urn), {})
        return filled(
            {
                "uid": urn,
                "uid_alt": item.get("id"),
                "name": item.get("name", name_of(urn)),
                "type": item.get("type", type_of(urn)),
                "namespace": stack,
                "data": filled({"provider": item.get("provider"), "custom": item.get("custom")}),
            }
        )

    @staticmethod
    def _evidence(finding: Record) -> dict[str, Any]:
        return {"name": finding["path"], "data": picked(finding, *FINDING)}


def _control(rule: Record) -> dict[str, Any]:
    """What an event says of its rule, whatever the outcome."""
    number, words = _SEVERITIES[rule["severity"]]
    return {
        "control": f"{rule['id']} {rule['statement']}",
        "desc": rule["risk"],
        "category": rule["areaTitle"],
        "requirements": [clause(need) for need in rule["requirements"]],
        "standards": list(dict.fromkeys(map(standard, rule["requirements"]))),
        "checks": [{"uid": rule["id"], "severity_id": number, "severity": words}],
    }


def _remediation(rule: Record, result: Record) -> dict[str, Any]:
    place = settings_line(result)
    words = f"{rule['remedy']}. Set in: {place}" if place else rule["remedy"]
    return filled({"desc": words, "references": [rule["url"]] if rule["url"] else []})
