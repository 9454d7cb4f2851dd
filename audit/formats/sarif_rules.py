"""The part of a SARIF run that does not change with what was judged: rules, their help, and the standards as taxonomies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from audit.formats.parts import Record, clause, filled, identity, picked, standard

MOST_TAGS: Final = 20
"""Tags of a rule that code scanning accepts."""

_LEVELS: Final = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
_SCORES: Final = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.5"}
"""`security-severity`, in the middle of the ranges that code scanning reads as the four severities."""


def uri(path: str) -> str:
    """A path as a relative or absolute URI reference."""
    return quote(path.replace("\\", "/"), safe="/:@~+,")


def driver(record: Record, taxonomies: Sequence[Record]) -> dict[str, Any]:
    """The pack as a tool, with all its rules."""
    pack = record["by"]["pack"]
    indexes = {taxonomy["properties"]["standard"]: position for position, taxonomy in enumerate(taxonomies)}
    return filled(
        {
            "name": pack["name"],
            "version": pack["version"],
            "language": "en",
            "supportedTaxonomies": [
                {"name": taxonomy["name"], "index": position, "guid": taxonomy["guid"]}
                for position, taxonomy in enumerate(taxonomies)
            ],
            "rules": [_rule(record, rule, indexes) for rule in record["rules"]],
            "properties": {"sha256": pack["sha256"]},
        }
    )


def taxonomies(record: Record) -> list[dict[str, Any]]:
    """One for each standard and version, with every clause that the record knows, kept by code or not."""
    found: dict[str, dict[str, Record]] = {}
    heads: dict[str, Record] = {}
    listed = [*record["requirements"], *(need for rule in record["rules"] for need in rule["requirements"])]
    for need in listed:
        heads.setdefault(standard(need), need)
        found.setdefault(standard(need), {}).setdefault(need["clause"], need)
    return [_taxonomy(heads[name], found[name]) for name in sorted(found)]


def _taxonomy(head: Record, clauses: dict[str, Record]) -> dict[str, Any]:
    return filled(
        {
            "name": head["standard"],
            "version": head["version"],
            "guid": identity("standard", head["standard"], head["version"]),
            "isComprehensive": False,
            "taxa": [_taxon(head, need) for _, need in sorted(clauses.items())],
            "properties": {"standard": standard(head)},
        }
    )


def _taxon(head: Record, need: Record) -> dict[str, Any]:
    title = need.get("title", "")
    return filled(
        {
            "id": need["clause"],
            "guid": identity("clause", head["standard"], head["version"], need["clause"]),
            "name": title,
            "shortDescription": {"text": title} if title else {},
            "properties": picked(need, "state", "where", "rules"),
        }
    )


def _rule(record: Record, rule: Record, indexes: dict[str, int]) -> dict[str, Any]:
    return filled(
        {
            "id": rule["id"],
            "name": rule["name"],
            "shortDescription": {"text": rule["statement"]},
            "fullDescription": {"text": rule["risk"]},
            "helpUri": rule["url"],
            "help": _help(rule),
            "defaultConfiguration": {"level": _LEVELS[rule["severity"]]},
            "relationships": [_serves(need, indexes) for need in rule["requirements"]],
            "properties": {
                "tags": _tags(rule),
                "security-severity": _SCORES[rule["severity"]],
                "precision": "very-high",
                "severity": rule["severity"],
                "source": rule["source"],
                "plan": rule["plan"],
                "settings": {
                    stack: picked(found[rule["id"]], "level", "parameters", "because")
                    for stack, found in record["settings"].items()
                    if rule["id"] in found
                },
            },
        }
    )


def _help(rule: Record) -> dict[str, str]:
    clauses = ", ".join(map(clause, rule["requirements"]))
    plan = f" Needs {rule['plan']}." if rule["plan"] else ""
    text = f"{rule['statement']}\n\nRisk: {rule['risk']}\n\nFix: {rule['remedy']}.{plan}\n\nServes: {clauses}"
    more = f"\n\n[More]({rule['url']})" if rule["url"] else ""
    marked = (
        f"**{rule['statement']}**\n\nRisk: {rule['risk']}\n\nFix: {rule['remedy']}.{plan}\n\nServes: {clauses}{more}"
    )
    return {"text": text, "markdown": marked}


def _serves(need: Record, indexes: dict[str, int]) -> dict[str, Any]:
    component = {"name": need["standard"], "index": indexes[standard(need)]}
    guid = identity("clause", need["standard"], need["version"], need["clause"])
    return {"target": {"id": need["clause"], "guid": guid, "toolComponent": component}, "kinds": ["relevant"]}


def _tags(rule: Record) -> list[str]:
    """Unique, the first ones those that code scanning is sure to show."""
    tags = ["security", rule["area"], rule["severity"], *map(clause, rule["requirements"])]
    return list(dict.fromkeys(tags))[:MOST_TAGS]
