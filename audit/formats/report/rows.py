"""Every result and every resource as columns of numbers over one table of texts: the data that the report's script draws.

A result is a position in the columns of `results`; `more` holds, by that position, what only some results have. Texts stand once
in `texts`; the empty text is number 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from audit.formats.parts import FINDING, HISTORY, OUTCOMES, SEVERITIES, Record, clause, filled, settings_line
from audit.formats.report.texts import kind, parameters, readable, serves


class _Texts:
    """Gives each text its number."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {"": 0}

    def __call__(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))


def of(record: Record) -> dict[str, Any]:
    """The data of the page."""
    texts = _Texts()
    population = enumerate(record["population"])
    places = {(item["stack"], item["urn"]): index for index, item in population if not item["waits"]}
    codes = {rule["id"]: index for index, rule in enumerate(record["rules"])}
    columns = {
        "resources": _resources(record["population"], texts),
        "results": _results(record["results"], codes, places, texts),
    }
    return {
        "outcomes": OUTCOMES,
        "severities": SEVERITIES,
        "rules": readable([_rule(rule, record["settings"]) for rule in record["rules"]]),
        "clauses": {
            clause(one): [codes[rule] for rule in one["rules"] if rule in codes] for one in record["requirements"]
        },
        **columns,
        "more": _rare(record["results"], texts),
        "texts": readable(list(texts.numbers)),
    }


def _resources(population: Sequence[Record], texts: _Texts) -> dict[str, list[Any]]:
    """A URN is kept in two parts: all before its last `::`, which resources of one kind share, and its end."""
    cut = [item["urn"].rpartition("::") for item in population]
    return {
        "stack": [texts(item["stack"]) for item in population],
        "start": [texts(start + mark) for start, mark, _ in cut],
        "end": readable([end for _, _, end in cut]),
        "type": [texts(item["type"]) for item in population],
        "kind": [texts(kind(item["type"])) for item in population],
        "id": readable([item["id"] for item in population]),
        "provider": [texts(item["provider"]) for item in population],
        "waits": [texts(item["waits"]) for item in population],
        "custom": [int(item["custom"]) for item in population],
    }


def _results(
    results: Sequence[Record], codes: Mapping[str, int], places: Mapping[tuple[str, str], int], texts: _Texts
) -> dict[str, list[int]]:
    answers = {outcome: index for index, outcome in enumerate(OUTCOMES)}
    return {
        "rule": [codes[result["rule"]] for result in results],
        "on": [places[result["stack"], result["urn"]] for result in results],
        "outcome": [answers[result["outcome"]] for result in results],
        "level": [texts(result["level"]) for result in results],
        "reason": [texts(result.get("reason", "")) for result in results],
        "settings": [texts(settings_line(result)) for result in results],
    }


def _rare(results: Sequence[Record], texts: _Texts) -> dict[int, dict[str, Any]]:
    found = ((index, _more(result, texts)) for index, result in enumerate(results))
    return {index: more for index, more in found if more}


def _more(result: Record, texts: _Texts) -> dict[str, Any]:
    more: dict[str, Any] = {key: texts(result[key]) for key in ("pending", "waiver") if result.get(key)}
    more["broken"] = result.get("broken")
    more["findings"] = [[texts(finding[key]) for key in FINDING] for finding in result.get("findings", ())]
    more["history"] = [result["history"][key] for key in HISTORY] if "history" in result else []
    return filled(more)


def _rule(rule: Record, settings: Record) -> dict[str, Any]:
    kept = ("id", "statement", "severity", "area", "remedy")
    return {
        **{key: rule[key] for key in kept},
        "serves": serves(rule["requirements"]),
        "parameters": {stack: parameters(rules[rule["id"]]) for stack, rules in settings.items()},
    }
