"""Pieces that the OSCAL assessment plan and the assessment results share, and the names by which they refer to each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from audit.formats.parts import Record, by_id, clause, filled, identity, line, run_identity

VERSION: Final = "1.1.3"
"""Of OSCAL. Nothing here differs in 1.2."""

PLAN_FILE: Final = "oscal-assessment-plan.json"
"""What the results import: it lies beside them."""

NS: Final = "https://brightbroom.app/ns/oscal"
"""Of our own properties."""

_UNSHOWN: Final = ("waived", "not evaluated", "switched off")
"""Answers beside which a pass shows nothing."""

_NOT_TOKEN: Final = re.compile(r"[^A-Za-z0-9._]+")


def token(*words: str) -> str:
    """An identifier as OSCAL allows it, readable: `pci-dss-4.0.1_6.4.3`."""
    parts = [_NOT_TOKEN.sub("-", word).strip("-").lower() for word in words]
    joined = "_".join(filter(None, parts))
    return joined if joined[:1].isalpha() else f"_{joined}"


def control(need: Record) -> str:
    """The id of a requirement as a control."""
    return token(f"{need['standard']} {need['version']}", need["clause"])


def objective(need: Record) -> str:
    """The id of what is to be shown for a requirement."""
    return f"{control(need)}_obj"


def title(text: str) -> str:
    """One line, never empty."""
    return line(text) or "-"


def prop(name: str, value: Any, **more: Any) -> dict[str, Any]:
    """A property in our own namespace; nothing where there is no value."""
    shown = line(value)
    return {"name": name, "ns": NS, "value": shown, **more} if shown else {}


def props(*given: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Properties that have a value."""
    return [one for one in given if one]


def day(date: str) -> str:
    """The end of a day, as OSCAL writes times."""
    return f"{date}T23:59:59Z"


def named(need: Record) -> str:
    """A requirement with its title; a sentence of the strategy is its own."""
    words, what = clause(need), need.get("title", "")
    return line(words if words.endswith(what) else f"{words} {what}")


def automated(record: Record) -> list[Record]:
    """The requirements that rules of this run answer for, each once, in the record's order and then in that of the rules."""
    needs = [*record["requirements"], *(need for rule in record["rules"] for need in rule["requirements"])]
    kept = serving(record)
    found: dict[str, Record] = {}
    for need in needs:
        if clause(need) in kept:
            found.setdefault(clause(need), need)
    return list(found.values())


def person(name: str) -> str:
    """The id of somebody who is named in a record."""
    return identity("person", name)


def tool(record: Record) -> str:
    """The id of the pack as the tool of the assessment."""
    return identity("tool", record["by"]["pack"]["sha256"])


def activity(rule: Record) -> str:
    """The id of the check that a rule is."""
    return identity("activity", rule["id"])


def metadata(record: Record, name: str) -> dict[str, Any]:
    """Of a document: when, in which run, who answers for it and who is named in it."""
    run = record["run"]
    names = [run["actor"], *(waiver[role] for waiver in record["waivers"] for role in ("owner", "approver"))]
    people = list(dict.fromkeys(filter(None, map(line, names))))
    actor = line(run["actor"])
    return filled(
        {
            "title": name,
            "last-modified": run["endedAt"],
            "version": f"run-{run['number']}" if run["number"] else f"evaluated-{run['evaluatedOn']}",
            "oscal-version": VERSION,
            "props": props(
                prop("pack-version", record["by"]["pack"]["version"]),
                prop("pack-sha256", record["by"]["pack"]["sha256"]),
            ),
            "roles": [
                {"id": "assessor", "title": "Ran the assessment"},
                {"id": "risk-owner", "title": "Owns an accepted risk"},
                {"id": "risk-approver", "title": "Accepted a risk"},
            ],
            "parties": [{"uuid": person(name), "type": "person", "name": name} for name in people],
            "responsible-parties": [{"role-id": "assessor", "party-uuids": [person(actor)]}] if actor else [],
        }
    )


def reviewed(needs: Iterable[Record]) -> dict[str, Any]:
    """These requirements as reviewed controls, with all their objectives."""
    chosen = [{"control-id": name} for name in dict.fromkeys(map(control, needs))]
    selection: dict[str, Any] = {"include-controls": chosen} if chosen else {"include-all": {}}
    return {"control-selections": [selection], "control-objective-selections": [{"include-all": {}}]}


def serving(record: Record) -> dict[str, list[Record]]:
    """The rules that serve each requirement, by its words: those that name it, and those that the requirement names."""
    rules = by_id(record["rules"])
    found: dict[str, set[str]] = {}
    for need in record["requirements"]:
        if known := rules.keys() & set(need["rules"]):
            found[clause(need)] = known
    for code, rule in rules.items():
        for need in rule["requirements"]:
            found.setdefault(clause(need), set()).add(code)
    return {words: [rules[code] for code in sorted(codes)] for words, codes in found.items()}


def status(outcomes: Mapping[str, int]) -> tuple[str, str]:
    """Whether a requirement is shown to be met, and in OSCAL's words why not."""
    if outcomes.get("fail"):
        return "not-satisfied", "fail"
    if any(map(outcomes.get, _UNSHOWN)) or not outcomes.get("pass"):
        return "not-satisfied", "other"
    return "satisfied", "pass"


def document(record: Record, kind: str) -> str:
    """The id of a document of this run."""
    return identity(kind, run_identity(record))


def state_file(state: Record) -> dict[str, Any]:
    """A state as a resource of the back matter, with its hash."""
    return {
        "uuid": identity("state", state["stack"], state["sha256"]),
        "title": title(f"State of {state['stack']}"),
        "description": "What was judged.",
        "props": props(
            prop("written", state["time"]), prop("engine", state["engine"]), prop("project", state["project"])
        ),
        "rlinks": [{"href": state["file"], "hashes": [{"algorithm": "SHA-256", "value": state["sha256"]}]}],
    }
