"""A small evidence record, written by hand: every outcome, a waiver, a rule that broke, and text that is hard to show."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from typing import Any

OUTCOMES = ("pass", "fail", "waived", "not applicable", "not evaluated", "switched off")

ROUTE = "vercel:index/projectRoute:ProjectRoute"
VARIABLE = "vercel:index/projectEnvironmentVariable:ProjectEnvironmentVariable"
STACK = "pulumi:pulumi:Stack"
PROJECT = "neon:index:Project"

NASTY = (
    "a|b `c` <script>alert(1)</script> é漢字 \u202egnirts @team [x](https://example.test) {0} \\ \x1b[31m\nsecond line"
)
"""What a name or a value can hold: markup of every format, other scripts, controls, a line break."""


def urn(stack: str, kind: str, name: str) -> str:
    return f"urn:pulumi:{stack}::brightbroom-infra::{kind}::{name}"


def _rule(
    code: str, severity: str, applies_to: list[str], requirements: list[tuple[str, str, str]], **more: Any
) -> dict[str, Any]:
    area = code.partition("-")[0]
    return {
        "id": code,
        "name": f"{code.lower()}-is-kept",
        "statement": f"{code} is kept",
        "risk": f"without {code} <b>something</b> | goes wrong",
        "severity": severity,
        "area": area,
        "areaTitle": {"HDR": "Headers", "SEC": "Secrets", "GH": "Repository", "RET": "Retention", "COST": "Cost"}[area],
        "appliesTo": applies_to,
        "wholeStack": False,
        "requirements": [{"standard": s, "version": v, "clause": c} for s, v, c in requirements],
        "remedy": f"mend {code}",
        "url": f"https://example.test/{code}",
        "source": "headers.strictTransportSecurity",
        "plan": "",
        **more,
    }


def _item(stack: str, kind: str, name: str, **more: Any) -> dict[str, Any]:
    provider = kind.partition(":")[0]
    own = "" if provider == "pulumi" else provider
    return {
        "stack": stack,
        "urn": urn(stack, kind, name),
        "type": kind,
        "name": name,
        "id": f"id-{name}" if own else "",
        "provider": own,
        "custom": bool(own),
        "waits": "",
        **more,
    }


def _result(stack: str, rule: str, kind: str, name: str, outcome: str, **more: Any) -> dict[str, Any]:
    return {
        "rule": rule,
        "stack": stack,
        "urn": urn(stack, kind, name),
        "outcome": outcome,
        "level": "mandatory",
        **more,
    }


def _others(stack: str, rule: str, *kinds: str) -> list[dict[str, Any]]:
    judged = {rule["id"]: rule["appliesTo"] for rule in _RULES}[rule]
    return [
        {"stack": stack, "rule": rule, "type": kind, "count": number, "reason": f"judges {', '.join(judged)}"}
        for kind, number in sorted(Counter(kinds).items())
    ]


_RULES = [
    _rule("HDR-07", "high", [ROUTE], [("ASVS", "5.0", "3.4.1"), ("GDPR", "2016/679", "32(1)(a)")]),
    _rule("SEC-03", "critical", [VARIABLE], [("PCI DSS", "4.0.1", "6.5.3")]),
    _rule("GH-04", "critical", [STACK], [("PCI DSS", "4.0.1", "6.5.4"), ("CIS GitHub", "1.2.0", "5.2.3")]),
    _rule("RET-02", "high", [STACK], [("PCI DSS", "4.0.1", "10.5.1")], wholeStack=True),
    _rule("COST-01", "low", [PROJECT], [("SOC 2", "TSC 2017", "A1.1")], plan="Neon Scale", url=""),
]

_RESULTS = [
    _result(
        "production", "COST-01", PROJECT, "db", "switched off", level="disabled", reason="asked for in staging only"
    ),
    _result(
        "production",
        "GH-04",
        STACK,
        "brightbroom-infra-production",
        "not evaluated",
        reason="GH-04 could not judge: KeyError (github.py:12); this is an error of the rule, not of the resource",
        broken=True,
    ),
    _result(
        "production",
        "HDR-07",
        ROUTE,
        NASTY,
        "fail",
        findings=[
            {
                "path": "route.headers",
                "seen": repr(NASTY),
                "wanted": "max-age of at least 31536000 | preload",
                "urn": "",
            },
            {"path": "route.src", "seen": "nothing", "wanted": "^/.*$", "urn": urn("production", ROUTE, "headers")},
        ],
        pending="route.id is known only after the deployment",
        location={"file": "Pulumi.production.yaml", "line": 66, "key": "headers.strictTransportSecurity"},
        history={"firstSeen": "2026-11-01", "daysOpen": 24, "deadline": "2026-11-20", "overdue": True},
    ),
    _result("production", "HDR-07", ROUTE, "headers", "pass"),
    _result(
        "production",
        "RET-02",
        STACK,
        "brightbroom-infra-production",
        "not evaluated",
        reason="retentionDays is known only after the deployment",
        location={"file": "infra/components/monitoring.py"},
    ),
    _result(
        "production",
        "SEC-03",
        VARIABLE,
        "secret",
        "waived",
        findings=[{"path": "value", "seen": "[secret]", "wanted": "another value than staging's", "urn": ""}],
        reason="the vendor | gives one key only\nuntil December",
        waiver="W-1",
        history={"firstSeen": "2026-11-25", "daysOpen": 0, "deadline": "2026-12-02", "overdue": False},
    ),
    _result(
        "staging", "GH-04", STACK, "brightbroom-infra-staging", "not applicable", reason="no environment has reviewers"
    ),
    _result(
        "staging",
        "HDR-07",
        ROUTE,
        "headers",
        "fail",
        level="advisory",
        findings=[
            {"path": "route.headers", "seen": "'max-age=60'", "wanted": "max-age of at least 31536000", "urn": ""}
        ],
        location={"file": "Pulumi.staging.yaml", "line": 60, "key": "headers.strictTransportSecurity"},
        history={"firstSeen": "2026-11-25", "daysOpen": 0, "deadline": "2026-12-25", "overdue": False},
    ),
    _result("staging", "RET-02", STACK, "brightbroom-infra-staging", "pass"),
    _result(
        "staging",
        "SEC-03",
        VARIABLE,
        "secret",
        "fail",
        level="remediate",
        findings=[{"path": "value", "seen": "[secret]", "wanted": "another value than production's", "urn": ""}],
    ),
]

_OTHERS = [
    *_others("production", "COST-01", ROUTE, ROUTE, VARIABLE, STACK),
    *_others("production", "GH-04", ROUTE, ROUTE, VARIABLE, PROJECT),
    *_others("production", "HDR-07", VARIABLE, STACK, PROJECT),
    *_others("production", "RET-02", ROUTE, ROUTE, VARIABLE, PROJECT),
    *_others("production", "SEC-03", ROUTE, ROUTE, STACK, PROJECT),
    *_others("staging", "COST-01", ROUTE, VARIABLE, STACK),
    *_others("staging", "GH-04", ROUTE, VARIABLE),
    *_others("staging", "HDR-07", VARIABLE, STACK),
    *_others("staging", "RET-02", ROUTE, VARIABLE),
    *_others("staging", "SEC-03", ROUTE, STACK),
]

_RECORD: dict[str, Any] = {
    "format": "brightbroom-evidence/1",
    "run": {
        "number": 7,
        "startedAt": "2026-11-25T08:00:00Z",
        "endedAt": "2026-11-25T08:00:04Z",
        "evaluatedOn": "2026-11-25",
        "actor": "thandi",
        "ciRun": "1234567",
        "repository": "https://example.test/brightbroom/infra",
        "commit": "f690f2e3a8f1c9a5b3d8e7f6a5b4c3d2e1f0a9b8",
    },
    "by": {
        "pack": {"name": "brightbroom", "version": "0.1.0", "sha256": "ab" * 32},
        "levels": {"production": "cd" * 32, "staging": "ef" * 32},
        "waiversSha256": "12" * 32,
        "versions": {"python": "3.11.7", "brightbroom-infra": "0.1.0"},
    },
    "previous": {"number": 6, "sha256": "34" * 32},
    "states": [
        {
            "stack": stack,
            "project": "brightbroom-infra",
            "file": f"states/{stack} state.json",
            "sha256": digest * 32,
            "time": "2026-11-25T07:55:00Z",
            "engine": "3.260.0",
            "providers": {"vercel": "5.21.1"},
            "resources": number,
        }
        for stack, digest, number in (("production", "56", 5), ("staging", "78", 3))
    ],
    "rules": _RULES,
    "settings": {
        stack: {
            rule["id"]: {
                "level": "disabled" if (stack, rule["id"]) == ("production", "COST-01") else "mandatory",
                "parameters": {"leastDays": 365} if rule["id"] == "RET-02" else {},
                "because": "asked for in staging only" if (stack, rule["id"]) == ("production", "COST-01") else "",
            }
            for rule in _RULES
        }
        for stack in ("production", "staging")
    },
    "population": [
        _item("production", PROJECT, "db"),
        _item("production", STACK, "brightbroom-infra-production"),
        _item("production", VARIABLE, "secret"),
        _item("production", ROUTE, NASTY),
        _item("production", ROUTE, "headers"),
        _item("staging", STACK, "brightbroom-infra-staging"),
        _item("staging", VARIABLE, "secret"),
        _item("staging", ROUTE, "headers"),
    ],
    "types": [
        {"type": PROJECT, "standing": "unknown", "reason": ""},
        {"type": STACK, "standing": "judged", "reason": ""},
        {"type": VARIABLE, "standing": "out of scope", "reason": "holds <nothing> that a rule could read"},
        {"type": ROUTE, "standing": "judged", "reason": ""},
    ],
    "results": _RESULTS,
    "otherTypes": _OTHERS,
    "waivers": [
        {
            "id": "W-1",
            "rule": "SEC-03",
            "stack": "production",
            "resource": "secret",
            "reason": "the vendor | gives one key only\nuntil December",
            "owner": "Thandi <thandi@example.test>",
            "approver": "Jan",
            "ticket": "https://example.test/tickets/1",
            "created": "2026-11-20",
            "expires": "2026-12-31",
            "compensatingControl": "the key is rotated every week",
            "used": True,
            "problems": [],
        },
        {
            "id": "W-2",
            "rule": "HDR-07",
            "stack": "staging",
            "resource": "headers",
            "reason": "over",
            "owner": "Jan",
            "approver": "Jan",
            "ticket": "T-2",
            "created": "2026-01-01",
            "expires": "2026-02-01",
            "compensatingControl": "none",
            "used": False,
            "problems": ["expires: 2026-02-01, which is over; wanted a day from 2026-11-25 on"],
        },
    ],
    "fixed": [
        {
            "rule": "HDR-07",
            "stack": "production",
            "urn": urn("production", ROUTE, "headers"),
            "severity": "high",
            "firstSeen": "2026-11-10",
            "fixedOn": "2026-11-25",
            "days": 15,
        },
        {
            "rule": "SEC-03",
            "stack": "production",
            "urn": urn("production", VARIABLE, "gone"),
            "severity": "critical",
            "firstSeen": "2026-11-10",
            "fixedOn": "2026-11-25",
            "days": 15,
        },
    ],
    "trend": [],
    "retention": [],
    "requirements": [
        {
            "standard": "ASVS",
            "version": "5.0",
            "clause": "3.4.1",
            "title": "HSTS",
            "state": "automated",
            "rules": ["HDR-07"],
            "where": "",
        },
        {
            "standard": "GDPR",
            "version": "2016/679",
            "clause": "32(1)(a)",
            "title": "Encryption",
            "state": "automated",
            "rules": ["HDR-07"],
            "where": "",
        },
        {
            "standard": "PCI DSS",
            "version": "4.0.1",
            "clause": "6.5.3",
            "title": "Environments apart",
            "state": "automated",
            "rules": ["SEC-03"],
            "where": "",
        },
        {
            "standard": "PCI DSS",
            "version": "4.0.1",
            "clause": "6.5.4",
            "title": "Roles apart",
            "state": "automated",
            "rules": ["GH-04"],
            "where": "",
        },
        {
            "standard": "CIS GitHub",
            "version": "1.2.0",
            "clause": "5.2.3",
            "title": "Gates",
            "state": "automated",
            "rules": ["GH-04"],
            "where": "",
        },
        {
            "standard": "PCI DSS",
            "version": "4.0.1",
            "clause": "10.5.1",
            "title": "Logs of a year",
            "state": "automated",
            "rules": ["RET-02"],
            "where": "",
        },
        {
            "standard": "SOC 2",
            "version": "TSC 2017",
            "clause": "A1.1",
            "title": "Capacity",
            "state": "automated",
            "rules": ["COST-01"],
            "where": "",
        },
        {
            "standard": "GDPR",
            "version": "2016/679",
            "clause": "33",
            "title": "Breaches",
            "state": "declared",
            "rules": [],
            "where": "Jan, docs/breach.md",
        },
        {
            "standard": "PCI DSS",
            "version": "4.0.1",
            "clause": "12.6",
            "title": "Training",
            "state": "not covered by code",
            "rules": [],
            "where": "the training register",
        },
    ],
    "broken": ["GH-04 on brightbroom-infra-production: KeyError (github.py:12)"],
}


def counted(record: dict[str, Any]) -> dict[str, Any]:
    """The record with counts made from its results and its other types."""
    total: Counter[str] = Counter()
    tallies: dict[str, dict[str, Counter[str]]] = {"byStack": {}, "byRule": {}, "byArea": {}}
    answers = [(item["stack"], item["rule"], item["outcome"], 1) for item in record["results"]]
    answers += [(item["stack"], item["rule"], "not applicable", item["count"]) for item in record["otherTypes"]]
    for stack, rule, outcome, number in answers:
        total[outcome] += number
        for kind, key in (("byStack", stack), ("byRule", rule), ("byArea", rule.partition("-")[0])):
            tallies[kind].setdefault(key, Counter())[outcome] += number
    expected = len(record["population"]) * len(record["rules"])
    record["counts"] = {
        "resources": len(record["population"]),
        "rules": len(record["rules"]),
        "expected": expected,
        "total": {outcome: total[outcome] for outcome in OUTCOMES},
        **{kind: {key: {o: t[o] for o in OUTCOMES} for key, t in found.items()} for kind, found in tallies.items()},
        "addsUp": total.total() == expected,
    }
    return record


def record() -> dict[str, Any]:
    """A copy to do with as one likes."""
    return counted(deepcopy(_RECORD))


def many(results: int) -> dict[str, Any]:
    """The record with so many results: the same ten over and over, on resources of their own."""
    grown = deepcopy(_RECORD)
    rounds = results // len(_RESULTS)
    grown["results"] = [
        {**result, "urn": f"{result['urn']}-{number}"} for result in grown["results"] for number in range(rounds)
    ]
    grown["population"] = [
        {**item, "urn": f"{item['urn']}-{number}", "name": f"{item['name']}-{number}"}
        for item in grown["population"]
        for number in range(rounds)
    ]
    for other in grown["otherTypes"]:
        other["count"] *= rounds
    return counted(grown)
