"""Reads the six counts back out of each format, by what that format says and not by how it was made."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from junitparser import Error, Failure, JUnitXml, Skipped

from audit.formats import junit, render
from audit.formats.parts import OUTCOMES
from tests.audit.formats import page

Counts = dict[str, int]
Write = Callable[[Mapping[str, Any]], bytes]

_SARIF = {"pass": "pass", "notApplicable": "not applicable", "open": "not evaluated", "review": "switched off"}


def _six(found: Mapping[str, int]) -> Counts:
    assert set(found) <= set(OUTCOMES), found
    return {outcome: found.get(outcome, 0) for outcome in OUTCOMES}


def of_sarif(content: bytes) -> Counts:
    (run,) = json.loads(content)["runs"]
    found: Counter[str] = Counter()
    for result in run["results"]:
        violation = "waived" if result.get("suppressions") else "fail"
        found[_SARIF.get(result["kind"], violation)] += 1
    found["not applicable"] += sum(other["count"] for other in run["properties"]["otherTypes"])
    return _six(found)


def of_junit(content: bytes) -> Counts:
    found: Counter[str] = Counter()
    for suite in JUnitXml.fromstring(content):
        for case in suite:
            found[_junit_case(case)] += 1
        for one in suite.properties():  # type: ignore[no-untyped-call] # of the package
            if one.name.startswith(junit.OTHER_TYPES):
                found["not applicable"] += int(one.value)
    return _six(found)


def _junit_case(case: Any) -> str:
    if not case.result:
        return "pass"
    (child,) = case.result
    if isinstance(child, Failure):
        return "fail"
    if isinstance(child, Error):
        return "not evaluated"
    assert isinstance(child, Skipped)
    outcome: str = child.message.partition(":")[0]
    return outcome


def of_ocsf(content: bytes) -> Counts:
    found: Counter[str] = Counter()
    for event in json.loads(content):
        compliance = event["compliance"]["status"].lower()
        if event["status_code"] == "fixed":
            continue
        if compliance == "fail":
            compliance = "waived" if event["status"] == "Suppressed" else "fail"
        found["not evaluated" if compliance == "warning" else compliance] += event.get("count", 1)
    return _six(found)


def of_oscal(content: bytes) -> Counts:
    found: Counter[str] = Counter()
    for result in json.loads(content)["assessment-results"]["results"]:
        for observation in result.get("observations", ()):
            told = {prop["name"]: prop["value"] for prop in observation["props"]}
            found[told["outcome"]] += int(told.get("count", 1))
    return _six(found)


def of_markdown(content: bytes) -> Counts:
    lines = content.decode().splitlines()
    head = next(row for row in lines if row.startswith("| stack | "))
    row = next(row for row in lines if row.startswith("| **all** | "))
    return _table(head.strip("| ").split(" | "), row.strip("| ").split(" | "))


def of_html(content: bytes) -> Counts:
    table = page.read(content).id("counts").all("table")[0]
    names = [head.text.lower() for head in table.one("thead").all("th")]
    values = [cell.text.replace(",", "").removesuffix(" equal") for cell in table.row("Together").all("td")]
    found = dict(zip(names[1:], map(int, values), strict=True))
    assert found.pop(names[1]) == found.pop("sum") == sum(found.values())
    return _six(found)


def of_table(content: bytes) -> Counts:
    """The names stand over the columns, in as many lines as they need."""
    lines = content.decode().splitlines()
    start = lines.index("Counts") + 1
    rule = next(number for number in range(start, len(lines)) if lines[number].startswith("---"))
    columns = [slice(*found.span()) for found in re.finditer("-+", lines[rule])]
    names = [" ".join(filter(None, (line[column].strip() for line in lines[start:rule]))) for column in columns]
    row = next(row for row in lines[rule:] if row.startswith("all "))
    return _table(names, [row[column].strip() for column in columns])


def _table(names: list[str], values: list[str]) -> Counts:
    numbers = {name: int(value) for name, value in zip(names[1:], values[1:], strict=True)}
    assert numbers.pop("sum") == sum(numbers.values())
    return _six(numbers)


def _written(name: str, position: int = 0) -> Write:
    return lambda record: list(render(name, record).values())[position]


FORMATS: Mapping[str, tuple[Write, Callable[[bytes], Counts]]] = {
    "sarif": (_written("sarif"), of_sarif),
    "junit": (_written("junit"), of_junit),
    "ocsf": (_written("ocsf"), of_ocsf),
    "oscal": (_written("oscal"), of_oscal),
    "html": (_written("html"), of_html),
    "markdown": (_written("markdown"), of_markdown),
    "table": (_written("table"), of_table),
}
"""How each is written and how its counts are read."""

RENDERERS: Mapping[str, Write] = {
    **{name: write for name, (write, _) in FORMATS.items()},
    "alerts": _written("alerts"),
    "oscal plan": _written("oscal", 1),
}
"""Everything that can be written."""
