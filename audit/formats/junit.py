"""JUnit XML as CI systems read it (schema of Ant's JUnit task): a suite for each rule in each stack, a case for each resource.

A pass has no child and a violation is a `failure`. What is not a verdict is `skipped`, and its message begins with the answer:
waived, not evaluated, not applicable or switched off. A rule that broke is an `error`. The schema leaves no room for
properties of a case, so resources of types that a rule does not judge are a property of its suite: `not applicable: <type>`.
No rule is timed: all times are 0. Characters that XML cannot hold are replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final
from xml.etree import ElementTree

from audit.formats.parts import Record, as_text, by_id, clause, kind_and_name, line, ordered, settings_line, told

OTHER_TYPES: Final = "not applicable: "
"""Begins the names of those properties of a suite that count resources of types its rule does not judge."""

_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(record: Record) -> Iterator[bytes]:
    """All results; suites by stack and rule, the most urgent case of each first."""
    cases: dict[tuple[str, str], list[Record]] = {}
    for result in ordered(record):
        cases.setdefault((result["stack"], result["rule"]), []).append(result)
    others: dict[tuple[str, str], list[Record]] = {}
    for other in record["otherTypes"]:
        others.setdefault((other["stack"], other["rule"]), []).append(other)
    rules = by_id(record["rules"])
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
    for position, key in enumerate(sorted({*cases, *others})):
        suite = _suite(record, rules[key[1]], key[0], position, cases.get(key, []), others.get(key, []))
        ElementTree.indent(suite)
        yield ElementTree.tostring(suite, encoding="utf-8") + b"\n"
    yield b"</testsuites>\n"


def _suite(
    record: Record, rule: Record, stack: str, position: int, cases: list[Record], others: list[Record]
) -> ElementTree.Element:
    found = [_case(rule, result) for result in cases]
    kinds = [child.tag for case in found for child in case]
    suite = _element(
        "testsuite",
        id=position,
        package=stack,
        name=f"{rule['id']} {rule['statement']}",
        timestamp=record["run"]["startedAt"][:19],
        hostname="localhost",
        tests=len(found),
        failures=kinds.count("failure"),
        errors=kinds.count("error"),
        skipped=kinds.count("skipped"),
        time=0,
    )
    suite.append(_properties(record, rule, stack, others))
    suite.extend(found)
    suite.append(_element("system-out"))
    suite.append(_element("system-err"))
    return suite


def _properties(record: Record, rule: Record, stack: str, others: Iterable[Record]) -> ElementTree.Element:
    setting = record["settings"][stack][rule["id"]]
    pairs = [
        ("rule", rule["id"]),
        ("severity", rule["severity"]),
        ("level", setting["level"]),
        ("evaluated on", record["run"]["evaluatedOn"]),
        ("run", record["run"]["number"]),
        *(("requirement", clause(need)) for need in rule["requirements"]),
        *((f"parameter {name}", as_text(value)) for name, value in sorted(setting["parameters"].items())),
        *((f"{OTHER_TYPES}{other['type']}", other["count"]) for other in others),
    ]
    properties = _element("properties")
    properties.extend(_element("property", name=name, value=value) for name, value in pairs)
    return properties


def _case(rule: Record, result: Record) -> ElementTree.Element:
    case = _element("testcase", classname=f"{result['stack']}.{rule['id']}", name=kind_and_name(result["urn"]), time=0)
    outcome = result["outcome"]
    if result.get("broken"):
        case.append(_child("error", rule, result, type="broken rule", message=result["reason"]))
    elif outcome == "fail":
        first = told(result).partition("\n")[0]
        case.append(_child("failure", rule, result, type=f"{rule['severity']}, {result['level']}", message=first))
    elif outcome != "pass":
        case.append(_child("skipped", rule, result, message=f"{outcome}: {result.get('reason', '')}"))
    return case


def _child(tag: str, rule: Record, result: Record, **attributes: str) -> ElementTree.Element:
    """What happened, with the resource and, for a violation, what to do."""
    texts = [result["urn"], *told(result).split("\n")]
    if result["outcome"] in ("fail", "waived"):
        texts += [f"Fix: {rule['remedy']}. {rule['url']}", f"Set in: {settings_line(result) or 'not known'}"]
    if result.get("waiver"):
        texts.append(f"Waiver: {result['waiver']}")
    child = _element(tag, **attributes)
    child.text = "\n".join(line(_legal(text)) for text in texts)
    return child


def _element(tag: str, **attributes: Any) -> ElementTree.Element:
    return ElementTree.Element(tag, {name: line(_legal(str(value))) for name, value in attributes.items()})


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)
