"""The assessment results: for each stack its inventory, an observation an answer, a finding a requirement, a risk a violation."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from audit.formats.oscal_parts import (
    PLAN_FILE,
    activity,
    automated,
    control,
    day,
    document,
    metadata,
    named,
    objective,
    person,
    prop,
    props,
    reviewed,
    serving,
    state_file,
    status,
    title,
    token,
    tool,
)
from audit.formats.parts import (
    Record,
    by_id,
    clause,
    filled,
    findings,
    identity,
    line,
    name_of,
    ordered,
    run_identity,
    settings_line,
    sums,
    tally,
    told,
    verdict,
)

SEVERITY: Final = "https://brightbroom.app/ns/severity"
"""The naming system of our severities."""

_VIOLATED: Final = ("fail", "waived")


def results(record: Record) -> dict[str, Any]:
    """The `assessment-results` of a record."""
    return filled(
        {
            "uuid": document(record, "assessment-results"),
            "metadata": metadata(record, "Results of the policy audit"),
            "import-ap": {"href": PLAN_FILE},
            "results": (_Stack(record, state).result() for state in record["states"]),
            "back-matter": {"resources": [state_file(state) for state in record["states"]]},
        }
    )


class _Stack:
    """One stack's part of the results, and what its pieces share."""

    def __init__(self, record: Record, state: Record) -> None:
        self._record = record
        self._state = state
        self._name = state["stack"]
        self._run = run_identity(record)
        self._rules = by_id(record["rules"])
        self._waivers = by_id(record["waivers"])
        self._origins = [{"actors": [{"type": "tool", "actor-uuid": tool(record)}]}]
        self._items = {item["urn"]: _inventory_id(item) for item in self._mine("population") if not item.get("waits")}
        self._types = {one["type"]: one for one in record["types"]}
        self._results = [result for result in ordered(record) if result["stack"] == self._name]
        self._ids: dict[tuple[str, str, str], str] = {}
        self._evidence = f"#{identity('state', self._name, state['sha256'])}"

    def _mine(self, part: str) -> list[Record]:
        return [entry for entry in self._record[part] if entry["stack"] == self._name]

    def result(self) -> dict[str, Any]:
        """The `result` of this stack."""
        run = self._record["run"]
        answers: dict[str, list[Record]] = {code: [] for code in self._rules}
        for result in self._results:
            answers[result["rule"]].append(result)
        needs = self._needs()
        violated = [result for result in self._results if result["outcome"] in _VIOLATED]
        counts = self._record["counts"]["byStack"].get(self._name, {})
        return filled(
            {
                "uuid": identity("result", self._run, self._name),
                "title": title(f"Stack {self._name}"),
                "description": tally(counts) or "no answers",
                "start": run["startedAt"],
                "end": run["endedAt"],
                "props": props(
                    prop("evaluated-on", run["evaluatedOn"]),
                    prop("repository", run["repository"]),
                    prop("commit", run["commit"]),
                    prop("ci-run", run["ciRun"]),
                    *(prop("count", number, **{"class": token(outcome)}) for outcome, number in counts.items()),
                ),
                "local-definitions": filled(
                    {"inventory-items": [self._inventory(item) for item in self._mine("population")]}
                ),
                "reviewed-controls": reviewed(automated(self._record)),
                "observations": self._observations(),
                "risks": map(self._risk, violated) if violated else [],
                "findings": (self._finding(need, rules, answers) for need, rules in needs) if needs else [],
                "remarks": f"All stacks together: {verdict(self._record)[1]}. {sums(self._record)}",
            }
        )

    def _needs(self) -> list[tuple[Record, list[Record]]]:
        rules = serving(self._record)
        return [(need, rules[clause(need)]) for need in automated(self._record)]

    def _observations(self) -> Iterator[dict[str, Any]] | None:
        """Nothing, rather than an empty list, where nothing was judged."""
        all_of_them = itertools.chain(map(self._observation, self._results), self._others())
        first = next(all_of_them, None)
        return None if first is None else itertools.chain((first,), all_of_them)

    def _inventory(self, item: Record) -> dict[str, Any]:
        known = self._types.get(item["type"], {})
        why = filled({"remarks": known.get("reason", "")})
        return filled(
            {
                "uuid": _inventory_id(item),
                "description": line(f"{item['type']} {item['name']}"),
                "props": props(
                    {"name": "asset-id", "value": line(item["urn"])},
                    prop("type", item["type"]),
                    prop("provider", item["provider"]),
                    prop("physical-id", item["id"]),
                    prop("waits", item.get("waits", "")),
                    prop("standing", known.get("standing", ""), **why),
                ),
            }
        )

    def _observation(self, result: Record) -> dict[str, Any]:
        rule = self._rules[result["rule"]]
        place = settings_line(result)
        return filled(
            {
                "uuid": self._id("observation", result),
                "title": title(f"{rule['id']} on {name_of(result['urn'])}"),
                "description": told(result) or rule["statement"],
                "props": props(
                    prop("outcome", result["outcome"]),
                    prop("rule", rule["id"]),
                    prop("severity", rule["severity"]),
                    prop("level", result.get("level", "")),
                    prop("decided-in", place),
                    prop("broken", "true" if result.get("broken") else ""),
                ),
                "methods": ["TEST"],
                "types": ["control-objective"],
                "origins": self._origins,
                "subjects": self._subjects(result),
                "relevant-evidence": [self._seen(finding) for finding in findings(result)],
                "collected": self._record["run"]["startedAt"],
            }
        )

    def _seen(self, finding: Record) -> dict[str, Any]:
        return filled(
            {
                "href": self._evidence,
                "description": f"{finding['path']}: seen {finding['seen']}; wanted {finding['wanted']}",
                "props": props(prop("path", finding["path"]), prop("urn", finding["urn"])),
            }
        )

    def _subjects(self, result: Record) -> list[dict[str, Any]]:
        item = self._items.get(result["urn"])
        return [{"subject-uuid": item, "type": "inventory-item"}] if item else []

    def _others(self) -> Iterable[dict[str, Any]]:
        numbers: Counter[str] = Counter()
        kinds: dict[str, list[str]] = {}
        for other in self._mine("otherTypes"):
            numbers[other["rule"]] += other["count"]
            kinds.setdefault(other["rule"], []).append(f"{other['count']} of {other['type']} ({other['reason']})")
        for code in sorted(kinds):
            yield {
                "uuid": identity("other types", self._run, self._name, code),
                "title": title(f"{code} on resources that it does not judge"),
                "description": "\n".join(kinds[code]),
                "props": props(prop("outcome", "not applicable"), prop("rule", code), prop("count", numbers[code])),
                "methods": ["TEST"],
                "origins": self._origins,
                "collected": self._record["run"]["startedAt"],
            }

    def _finding(self, need: Record, rules: list[Record], answers: Mapping[str, list[Record]]) -> dict[str, Any]:
        found = [result for rule in rules for result in answers[rule["id"]]]
        outcomes = Counter(result["outcome"] for result in found)
        state, reason = status(outcomes)
        words = tally(outcomes) or "no resource was judged"
        return filled(
            {
                "uuid": identity("finding", self._run, self._name, control(need)),
                "title": title(named(need)),
                "description": f"{words}; by {', '.join(rule['id'] for rule in rules)}",
                "origins": self._origins,
                "target": {
                    "type": "objective-id",
                    "target-id": objective(need),
                    "status": filled({"state": state, "reason": reason, "remarks": words}),
                },
                "related-observations": [{"observation-uuid": self._id("observation", result)} for result in found],
                "related-risks": [
                    {"risk-uuid": self._id("risk", result)} for result in found if result["outcome"] in _VIOLATED
                ],
                "remarks": need.get("where", ""),
            }
        )

    def _risk(self, result: Record) -> dict[str, Any]:
        rule = self._rules[result["rule"]]
        waiver = self._waivers.get(result.get("waiver", ""), {})
        deadline = waiver.get("expires") or (result.get("history") or {}).get("deadline")
        control_text = waiver.get("compensatingControl", "")
        facet = {"name": "severity", "system": SEVERITY, "value": rule["severity"]}
        return filled(
            {
                "uuid": self._id("risk", result),
                "title": title(f"{rule['id']} on {name_of(result['urn'])}"),
                "description": told(result),
                "statement": rule["risk"],
                "props": props(
                    prop("waiver", waiver.get("id", "")),
                    prop("ticket", waiver.get("ticket", "")),
                    prop("first-seen", (result.get("history") or {}).get("firstSeen", "")),
                ),
                "status": "deviation-approved" if result["outcome"] == "waived" else "open",
                "origins": self._origins,
                "characterizations": [{"origin": self._origins[0], "facets": [facet]}],
                "mitigating-factors": [{"uuid": self._id("mitigation", result), "description": control_text}]
                if control_text
                else [],
                "deadline": day(deadline) if deadline else "",
                "remediations": [self._response(rule, result)],
                "risk-log": {"entries": [self._approval(waiver, result)]} if waiver else {},
                "related-observations": [{"observation-uuid": self._id("observation", result)}],
            }
        )

    def _response(self, rule: Record, result: Record) -> dict[str, Any]:
        place = settings_line(result)
        return filled(
            {
                "uuid": self._id("response", result),
                "lifecycle": "recommendation",
                "title": title(rule["remedy"]),
                "description": f"{rule['remedy']}. Set in: {place or 'not known'}.",
                "links": [{"href": rule["url"], "rel": "reference"}] if rule["url"] else [],
                "props": props(prop("activity", activity(rule))),
            }
        )

    def _approval(self, waiver: Record, result: Record) -> dict[str, Any]:
        people = [("risk-owner", line(waiver["owner"])), ("risk-approver", line(waiver["approver"]))]
        return filled(
            {
                "uuid": self._id("approval", result),
                "title": title(f"Waiver {waiver['id']}"),
                "description": waiver["reason"],
                "start": f"{waiver['created']}T00:00:00Z",
                "end": day(waiver["expires"]),
                "logged-by": [{"party-uuid": person(name), "role-id": role} for role, name in people if name],
                "status-change": "deviation-approved",
            }
        )

    def _id(self, kind: str, result: Record) -> str:
        key = (kind, result["rule"], result["urn"])
        if key not in self._ids:
            self._ids[key] = identity(self._run, self._name, *key)
        return self._ids[key]


def _inventory_id(item: Record) -> str:
    return identity("resource", item["stack"], item["urn"], item["id"], item.get("waits", ""))
