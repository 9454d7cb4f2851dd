"""What the formats have in common: the order of results, identities made from content, text that is safe to show.

Every format is a function of the evidence record alone: no clock, no randomness, no file.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

Record: TypeAlias = Mapping[str, Any]
"""The evidence record, or a part of it, as `audit.record` builds it."""

OUTCOMES: Final = ("fail", "waived", "not evaluated", "switched off", "not applicable", "pass")
"""The six answers, what needs a person first."""

SEVERITIES: Final = ("critical", "high", "medium", "low")
"""The worst first."""

NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, "https://brightbroom.app/evidence/1")
"""Of all identities in all formats."""

FINDING: Final = ("path", "seen", "wanted", "urn")
"""The fields of a violation."""

WAIVER: Final = (
    "id",
    "rule",
    "stack",
    "resource",
    "reason",
    "owner",
    "approver",
    "ticket",
    "created",
    "expires",
    "compensatingControl",
)
"""The fields of a waiver that say what was accepted."""

OTHERS: Final = ("stack", "rule", "type", "count", "reason")
"""The fields of what counts resources of types that a rule does not judge."""

HISTORY: Final = ("firstSeen", "daysOpen", "deadline", "overdue")
"""The fields of a violation's life."""

_STOPS: Final = ("mandatory", "remediate")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def identity(*names: str) -> str:
    """A version 5 UUID of these names: the same names give the same one for ever."""
    return str(uuid.uuid5(NAMESPACE, "\0".join(names)))


def result_identity(result: Record) -> str:
    """Names one rule on one resource, from run to run."""
    return identity("result", result["stack"], result["rule"], result["urn"])


def run_identity(record: Record) -> str:
    """Names the run by what it judged, when and by what."""
    states = [f"{state['stack']} {state['sha256']}" for state in record["states"]]
    return identity(
        "run", str(record["run"]["number"]), record["run"]["startedAt"], record["by"]["pack"]["sha256"], *states
    )


def json_pieces(value: Any) -> Iterator[bytes]:
    """Compact JSON in UTF-8, keys in the order they were given, one line, piece by piece. An iterator becomes a list whose items
    are made one after the other, so that a long one is never in memory as a whole."""
    yield from map(encoded, _pieces(value))
    yield b"\n"


def json_text(value: Any) -> str:
    """Compact JSON of a value without iterators."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _pieces(value: Any) -> Iterator[str]:
    if isinstance(value, Iterator):
        yield "["
        for number, item in enumerate(value):
            yield "," if number else ""
            yield from _pieces(item)
        yield "]"
    elif isinstance(value, dict) and _streams(value):
        yield "{"
        for number, (key, inner) in enumerate(value.items()):
            yield f"{',' if number else ''}{json_text(key)}:"
            yield from _pieces(inner)
        yield "}"
    else:
        yield json_text(value)


def _streams(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_streams, value.values()))
    return isinstance(value, Iterator)


def encoded(text: str) -> bytes:
    """UTF-8; half a character, which a state file can hold, becomes a question mark."""
    return text.encode("utf-8", "replace")


def filled(values: Record) -> dict[str, Any]:
    """Without what is empty: formats leave out what they have nothing to say about. Zero and false stay."""
    return {key: value for key, value in values.items() if value is not None and value not in ("", [], {})}


def picked(values: Record, *keys: str) -> dict[str, Any]:
    """These keys alone, where they hold something: a format tells what it names, and nothing that a record may gain."""
    return filled({key: values.get(key) for key in keys})


def by_id(items: Iterable[Record]) -> dict[str, Record]:
    """Rules or waivers by their id."""
    return {item["id"]: item for item in items}


def ordered(record: Record) -> list[Record]:
    """All results, what needs a person first: by outcome, severity, then as the record has them."""
    rules = by_id(record["rules"])

    def urgency(result: Record) -> tuple[int, int]:
        return OUTCOMES.index(result["outcome"]), SEVERITIES.index(rules[result["rule"]]["severity"])

    return sorted(record["results"], key=urgency)


def of_outcome(results: Iterable[Record], outcome: str) -> list[Record]:
    """The results with this outcome."""
    return [result for result in results if result["outcome"] == outcome]


def by_reason(results: Iterable[Record]) -> dict[tuple[str, str], list[Record]]:
    """Results by their rule and reason, in the order of the first of each."""
    groups: dict[tuple[str, str], list[Record]] = {}
    for result in results:
        groups.setdefault((result["rule"], result["reason"]), []).append(result)
    return groups


def stops(result: Record) -> bool:
    """Whether the rule's level in this stack ends a run."""
    return result.get("level") in _STOPS


def clause(requirement: Record) -> str:
    """A requirement in words: standard, version and number."""
    return " ".join(filter(None, (requirement["standard"], requirement["version"], requirement["clause"])))


def standard(requirement: Record) -> str:
    """The standard in words: name and version."""
    return " ".join(filter(None, (requirement["standard"], requirement["version"])))


def line(text: Any) -> str:
    """The text in one line and without anything that steers a terminal, a parser or the direction of writing."""
    return _CONTROL.sub("\ufffd", " ".join(str(text).split()))


def shortened(text: str, most: int) -> str:
    """At most so many characters, and three dots where something was left out."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def name_of(urn: str) -> str:
    """The resource's logical name, which may hold colons itself."""
    return urn.split("::", 3)[-1]


def type_of(urn: str) -> str:
    """The resource's own type, without those of its parents."""
    return kind_and_name(urn).partition("::")[0].rpartition("$")[2]


def kind_of(urn: str) -> str:
    """The resource's own type in short, such as `ProjectRoute`."""
    return type_of(urn).rpartition(":")[2]


def kind_and_name(urn: str) -> str:
    """The URN without stack and project: unique in a stack."""
    return urn.split("::", 2)[-1]


def findings(result: Record) -> Iterator[Record]:
    """The violations, none where there are none."""
    yield from result.get("findings", ())


def settings_line(result: Record) -> str:
    """Where the judged value is decided: file, line and key, as far as they are known."""
    place = result.get("location") or {}
    file, number, key = place.get("file", ""), place.get("line"), place.get("key", "")
    where = f"{file}:{number}" if number else file
    return " ".join(filter(None, (where, key)))


def told(result: Record) -> str:
    """What a result says, in one line a violation: property, value seen and wanted; else the reason."""
    lines = [f"{item['path']}: seen {item['seen']}; wanted {item['wanted']}" for item in findings(result)]
    if result["outcome"] == "waived" or not lines:
        lines.append(result.get("reason", ""))
    if result.get("pending"):
        lines.append(f"Not read: {result['pending']}")
    return "\n".join(filter(None, lines))


def late(result: Record) -> str:
    """Since when a violation is overdue, empty where it is not; to stand after other words."""
    history = result.get("history") or {}
    return f", overdue since {history['deadline']}" if history.get("overdue") else ""


def as_text(value: Any) -> str:
    """The value of a parameter as text: texts as they are, all else as JSON."""
    return value if isinstance(value, str) else json_text(value)


def waivers(record: Record) -> tuple[list[Record], list[Record]]:
    """Those in force, what expires first on top; and those that are refused."""
    refused = [waiver for waiver in record["waivers"] if waiver["problems"]]
    in_force = [waiver for waiver in record["waivers"] if not waiver["problems"]]
    return sorted(in_force, key=lambda waiver: (waiver["expires"], waiver["id"])), refused


def engine(state: Record) -> str:
    """Who wrote a state file. The rehearsal's engine and builds of developers state no version."""
    return f"engine {state['engine']}" if state["engine"] else "an engine that states no version"


def milliseconds(time: str) -> int:
    """Since 1970, of an RFC 3339 time or of a day."""
    parsed = datetime.fromisoformat(time.replace("Z", "+00:00"))
    return int((parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp() * 1000)


def verdict(record: Record) -> tuple[bool, str]:
    """Whether the run holds, and what is to be said first."""
    failures = of_outcome(record["results"], "fail")
    stopping = sum(map(stops, failures))
    found = (
        f"{many(stopping, 'violation')} to mend, {many(len(failures) - stopping, 'advisory violation')}{_open(record)}"
    )
    if record["broken"]:
        broken = {result["rule"] for result in record["results"] if result.get("broken")}
        return False, f"Incomplete: {many(len(broken), 'rule')} broke; {found}"
    if not record["counts"]["addsUp"]:
        return False, f"Incomplete: the counts do not add up; {found}"
    if failures:
        return not stopping, f"{'Failed' if stopping else 'Passed'}: {found}"
    return True, f"Passed: no violations{_open(record)}"


def _open(record: Record) -> str:
    """What is neither a violation to mend nor a pass."""
    total = record["counts"]["total"]
    told = tally({outcome: total[outcome] for outcome in ("waived", "not evaluated")})
    return f"; {told}" if told else ""


def tally(counts: Mapping[str, int]) -> str:
    """How often each answer was given, of those that were."""
    return ", ".join(f"{counts[outcome]:,} {outcome}" for outcome in OUTCOMES if counts.get(outcome))


def sums(record: Record) -> str:
    """How the counts add up, in one sentence."""
    counts = record["counts"]
    total = sum(counts["total"].values())
    relation = "equal" if counts["addsUp"] else "DO NOT EQUAL"
    return (
        f"{many(counts['resources'], 'resource')} and {many(counts['rules'], 'rule')}: {total:,} answers {relation} "
        f"the {counts['expected']:,} expected."
    )


def many(number: int, noun: str, plural: str = "") -> str:
    """A number of things."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"
