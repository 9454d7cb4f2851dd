"""SARIF 2.1.0: one run with every result, and a second, smaller document with what code scanning should show.

========================  ======================  ===========================================================
outcome                   `kind`                  besides
========================  ======================  ===========================================================
pass                      pass
fail                      fail                    `level` error where the rule's level stops a run, else warning
waived                    fail                    `suppressions`: external, accepted, with the waiver
not applicable            notApplicable
not evaluated             open                    what broke is a notification of the invocation, too
switched off              review                  a person decided not to look; another may want to look again
========================  ======================  ===========================================================

`properties.outcome` of each result has the answer in our own words. Resources of types that a rule does not judge are counts in
`properties.otherTypes` of the run. Failures come first, the worst on top. SARIF wants `suppressions` on all results of a run or
on none; the same holds for `baselineState`, so what is known of a violation's past stands in `properties.history` of its result.

GitHub code scanning (docs.github.com, "SARIF support for code scanning", read 2026-11) takes every result for an alert, passes
and suppressed ones too, wants a file for each, refuses more than 25 000 results, 20 tags a rule and 10 MB compressed, and shows
the first 5 000. So upload `render_alerts`; `render` is evidence.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from audit.formats import sarif_rules
from audit.formats.parts import (
    FINDING,
    HISTORY,
    OTHERS,
    WAIVER,
    Record,
    by_id,
    engine,
    filled,
    findings,
    identity,
    json_pieces,
    line,
    of_outcome,
    ordered,
    picked,
    result_identity,
    run_identity,
    settings_line,
    stops,
    told,
    verdict,
)

MOST_ALERTS: Final = 25_000
"""Results that code scanning accepts in a run."""

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_KINDS: Final = {
    "pass": "pass",
    "fail": "fail",
    "waived": "fail",
    "not applicable": "notApplicable",
    "not evaluated": "open",
    "switched off": "review",
}
_LINK: Final = re.compile(r"\[(?=[^\[\]]*\]\()")
_PLACEHOLDER: Final = re.compile(r"\{(\d+)\}")


def render(record: Record) -> Iterator[bytes]:
    """The whole record's results as one run."""
    return _document(record, ordered(record), leave_out=0)


def render_alerts(record: Record) -> Iterator[bytes]:
    """The violations alone, as many as code scanning takes, each with a file; without the population and its types. How many
    more there are is in `leftOut`."""
    failures = of_outcome(ordered(record), "fail")
    placed = [_placed(failure) for failure in failures[:MOST_ALERTS]]
    bare = {**record, "population": [], "types": [], "otherTypes": []}
    return _document(bare, placed, max(0, len(failures) - MOST_ALERTS))


def _placed(result: Record) -> Record:
    """With a file and a line: where nothing better is known, the top of that file or of the stack's settings."""
    known = result.get("location") or {}
    return {**result, "location": {"file": f"Pulumi.{result['stack']}.yaml", "line": 1, **known}}


def _document(record: Record, results: Iterable[Record], leave_out: int) -> Iterator[bytes]:
    return json_pieces({"$schema": _SCHEMA, "version": "2.1.0", "runs": iter([_run(record, results, leave_out)])})


def _run(record: Record, results: Iterable[Record], leave_out: int) -> dict[str, Any]:
    taxonomies = sarif_rules.taxonomies(record)
    waivers = by_id(record["waivers"])
    rules = {rule["id"]: position for position, rule in enumerate(record["rules"])}
    live = [(position, item) for position, item in enumerate(record["population"]) if not item.get("waits")]
    places = {(item["stack"], item["urn"]): position for position, item in live}
    stacks = "-".join(state["stack"] for state in record["states"])
    run = filled(
        {
            "tool": {"driver": sarif_rules.driver(record, taxonomies)},
            "automationDetails": {"id": f"brightbroom-audit/{stacks}/", "guid": run_identity(record)},
            "invocations": [_invocation(record, rules)],
            "versionControlProvenance": _provenance(record),
            "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the repository."}}},
            "artifacts": [_artifact(state) for state in record["states"]],
            "logicalLocations": [_logical(item) for item in record["population"]],
            "taxonomies": taxonomies,
            "redactionTokens": ["[secret]"],
            "properties": _properties(record, leave_out),
        }
    )
    return {**run, "results": (_result(record, result, rules, places, waivers) for result in results)}


def _properties(record: Record, leave_out: int) -> dict[str, Any]:
    holds, words = verdict(record)
    return {
        "verdict": words,
        "holds": holds,
        "leftOut": leave_out,
        "previous": picked(record["previous"], "number", "sha256"),
        "run": picked(record["run"], "number", "evaluatedOn", "actor", "ciRun", "commit"),
        "counts": picked(record["counts"], "resources", "rules", "expected", "total", "byStack", "addsUp"),
        "types": [picked(one, "type", "standing", "reason") for one in record["types"]],
        "otherTypes": [picked(other, *OTHERS) for other in record["otherTypes"]],
        "fixed": [
            picked(entry, "rule", "stack", "urn", "severity", "firstSeen", "fixedOn", "days")
            for entry in record["fixed"]
        ],
    }


def _invocation(record: Record, rules: Mapping[str, int]) -> dict[str, Any]:
    run = record["run"]
    broken = [result for result in record["results"] if result.get("broken")]
    notes = [_note(result["reason"], "error", rules[result["rule"]], result["rule"]) for result in broken]
    notes += [_note(text, "error") for text in record["broken"] if not broken]
    refused = [waiver for waiver in record["waivers"] if waiver["problems"]]
    return filled(
        {
            "executionSuccessful": not record["broken"],
            "startTimeUtc": run["startedAt"],
            "endTimeUtc": run["endedAt"],
            "account": run["actor"],
            "toolExecutionNotifications": notes,
            "toolConfigurationNotifications": [
                _note(f"Waiver {waiver['id']}: {'; '.join(waiver['problems'])}", "warning") for waiver in refused
            ],
            "properties": {"evaluatedOn": run["evaluatedOn"], "versions": record["by"]["versions"]},
        }
    )


def _note(text: str, level: str, rule: int = -1, code: str = "") -> dict[str, Any]:
    about = {"associatedRule": {"id": code, "index": rule}} if code else {}
    return {"message": {"text": _safe(text)}, "level": level, **about}


def _provenance(record: Record) -> list[dict[str, Any]]:
    """Where the program came from. SARIF wants the repository's address with the commit; without it the commit is in
    `properties.run`."""
    run = record["run"]
    if not run["repository"] or not run["commit"]:
        return []
    return [
        {
            "repositoryUri": run["repository"],
            "revisionId": run["commit"],
            "mappedTo": {"uriBaseId": "%SRCROOT%"},
        }
    ]


def _artifact(state: Record) -> dict[str, Any]:
    return {
        "location": {"uri": sarif_rules.uri(state["file"])},
        "roles": ["analysisTarget"],
        "hashes": {"sha-256": state["sha256"]},
        "description": {"text": _safe(f"The state of {state['stack']}, written by {engine(state)}.")},
        "properties": picked(state, "stack", "project", "time", "engine", "providers", "resources"),
    }


def _logical(item: Record) -> dict[str, Any]:
    own = picked(item, "stack", "type", "id", "provider", "custom", "waits")
    return {"name": item["name"], "fullyQualifiedName": item["urn"], "kind": "resource", "properties": own}


def _result(
    record: Record,
    result: Record,
    rules: Mapping[str, int],
    places: Mapping[tuple[str, str], int],
    waivers: Mapping[str, Record],
) -> dict[str, Any]:
    rule = record["rules"][rules[result["rule"]]]
    kind = _KINDS[result["outcome"]]
    own = filled(
        {
            "ruleId": result["rule"],
            "ruleIndex": rules[result["rule"]],
            "kind": kind,
            "level": ("error" if stops(result) else "warning") if kind == "fail" else "none",
            "message": {"text": _message(rule, result)},
            "locations": [_location(result, places)],
            "partialFingerprints": _fingerprints(result),
            "correlationGuid": result_identity(result),
            "properties": _details(rule, result),
        }
    )
    return {**own, "suppressions": [_suppression(result, waivers)] if result["outcome"] == "waived" else []}


def _message(rule: Record, result: Record) -> str:
    violated = result["outcome"] in ("fail", "waived")
    text = told(result) or rule["statement"]
    return _safe(f"{text}\nFix: {rule['remedy']}. Set in: {settings_line(result) or 'not known'}" if violated else text)


def _details(rule: Record, result: Record) -> dict[str, Any]:
    return filled(
        {
            **picked(result, "outcome", "stack", "reason", "pending", "broken", "waiver"),
            "findings": [picked(finding, *FINDING) for finding in findings(result)],
            "history": picked(result.get("history") or {}, *HISTORY),
            "severity": rule["severity"],
            "enforcement": result.get("level", ""),
        }
    )


def _location(result: Record, places: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    urn = result["urn"]
    index = places.get((result["stack"], urn))
    logical = {"fullyQualifiedName": urn, "kind": "resource", **({} if index is None else {"index": index})}
    place = result.get("location") or {}
    if not place.get("file"):
        return {"logicalLocations": [logical]}
    physical: dict[str, Any] = {
        "artifactLocation": {"uri": sarif_rules.uri(place["file"]), "uriBaseId": "%SRCROOT%"},
    }
    if place.get("line"):
        physical["region"] = {"startLine": place["line"]}
    return {"physicalLocation": physical, "logicalLocations": [logical]}


def _fingerprints(result: Record) -> dict[str, str]:
    """The same from run to run. Code scanning reads `primaryLocationLineHash` alone."""
    digest = hashlib.sha256("\n".join((result["stack"], result["rule"], result["urn"])).encode()).hexdigest()
    return {"brightbroomResult/v1": digest, "primaryLocationLineHash": f"{digest[:16]}:1"}


def _suppression(result: Record, waivers: Mapping[str, Record]) -> dict[str, Any]:
    waiver = waivers.get(result.get("waiver", ""), {})
    return {
        "kind": "external",
        "status": "accepted",
        "guid": identity("suppression", result.get("waiver", ""), result_identity(result)),
        "justification": result.get("reason", ""),
        "properties": picked(waiver, *WAIVER),
    }


def _safe(text: str) -> str:
    """Text that SARIF does not read as a link or as a place to fill in, without controls."""
    lines = "\n".join(map(line, text.split("\n")))
    return _PLACEHOLDER.sub(r"{{\1}}", _LINK.sub(r"\\[", lines))
