"""Plain text for a terminal: the Markdown summary's content in its order, at most `WIDTH` columns wide, without colour.

What could steer the terminal is replaced; characters of double width count as two columns.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from audit.formats.parts import (
    OUTCOMES,
    Record,
    by_id,
    encoded,
    findings,
    line,
    many,
    name_of,
    of_outcome,
    ordered,
    settings_line,
    stops,
    sums,
    verdict,
)

WIDTH: Final = 160
"""Columns."""

_GAP: Final = "  "
_FAILURES: Final = (("severity", 10), ("rule", 8), ("on", 35), ("property", 26), ("seen", 31), ("wanted", 38))
_WAIVERS: Final = (
    ("expires", 10),
    ("waiver", 12),
    ("rule", 8),
    ("covers", 36),
    ("owner, approver", 30),
    ("reason", 52),
)
_UNREAD: Final = (("rule", 8), ("on", 60), ("why", 88))
_COUNTS: Final = (("stack", 24), *((outcome, 14) for outcome in OUTCOMES), ("sum", 14))


def render(record: Record) -> bytes:
    """The summary with every violation, waiver and answer that is missing."""
    _, words = verdict(record)
    results = ordered(record)
    stacks = ", ".join(f"{state['stack']} ({many(state['resources'], 'resource')})" for state in record["states"])
    number = f", run {record['run']['number']}" if record["run"]["number"] else ""
    lines = [
        *_wrapped(words),
        *_wrapped(f"{stacks}; evaluated on {record['run']['evaluatedOn']}{number}"),
        *_section("Rules that broke", [piece for text in record["broken"] for piece in _wrapped(text, "  ")]),
        *_section("To fix", _failures(record, of_outcome(results, "fail"))),
        *_section("Waivers in force", _waivers(record)),
        *_section("Waivers refused", _refused(record)),
        *_section("Not evaluated", _unread(of_outcome(results, "not evaluated"))),
        *_section("Counts", _counts(record)),
    ]
    return encoded("\n".join(lines) + "\n")


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    body = list(lines)
    if body:
        yield ""
        yield title
        yield from body


def _failures(record: Record, failures: Sequence[Record]) -> Iterator[str]:
    rules = by_id(record["rules"])
    yield from _head(_FAILURES if failures else ())
    for result in failures:
        rule = rules[result["rule"]]
        weight = rule["severity"] if stops(result) else f"{rule['severity']} (advisory)"
        on = f"{result['stack']} {name_of(result['urn'])}"
        for finding in findings(result):
            yield from _row(_FAILURES, (weight, rule["id"], on, finding["path"], finding["seen"], finding["wanted"]))
        history = result.get("history") or {}
        late = f" Overdue since {history['deadline']}." if history.get("overdue") else ""
        place = settings_line(result)
        where = f" Set in {place}." if place else ""
        yield from _wrapped(f"Fix: {rule['remedy']}.{where}{late}", "  ")


def _waivers(record: Record) -> Iterator[str]:
    in_force = [waiver for waiver in record["waivers"] if not waiver["problems"]]
    yield from _head(_WAIVERS if in_force else ())
    for waiver in sorted(in_force, key=lambda waiver: (waiver["expires"], waiver["id"])):
        people = f"{waiver['owner']}, {waiver['approver']}"
        covers = f"{waiver['stack']} {waiver['resource']}"
        yield from _row(_WAIVERS, (waiver["expires"], waiver["id"], waiver["rule"], covers, people, waiver["reason"]))


def _refused(record: Record) -> Iterator[str]:
    for waiver in record["waivers"]:
        if waiver["problems"]:
            yield from _wrapped(f"{waiver['id']} ({waiver['rule']}): {'; '.join(waiver['problems'])}", "  ")


def _unread(results: Sequence[Record]) -> Iterator[str]:
    yield from _head(_UNREAD if results else ())
    for result in results:
        on = f"{result['stack']} {name_of(result['urn'])}"
        yield from _row(_UNREAD, (result["rule"], on, result["reason"]))


def _counts(record: Record) -> Iterator[str]:
    counts = record["counts"]
    yield from _head(_COUNTS)
    for stack, tally in [*sorted(counts["byStack"].items()), ("all", counts["total"])]:
        numbers = [tally[outcome] for outcome in OUTCOMES]
        yield from _row(_COUNTS, (stack, *map(str, numbers), str(sum(numbers))))
    pack = record["by"]["pack"]
    yield from _wrapped(f"{sums(record)} By {pack['name']} {pack['version']}, SHA-256 {pack['sha256']}.")


def _head(columns: Sequence[tuple[str, int]]) -> Iterator[str]:
    if columns:
        yield from _row(columns, [name for name, _ in columns])
        yield _GAP.join("-" * width for _, width in columns)


def _row(columns: Sequence[tuple[str, int]], cells: Iterable[str]) -> Iterator[str]:
    """One row, as many lines as its longest cell needs."""
    folded = [_folded(line(cell), width) for cell, (_, width) in zip(cells, columns, strict=True)]
    for number in range(max(map(len, folded))):
        parts = [lines[number] if number < len(lines) else "" for lines in folded]
        padded = (part + " " * (width - _columns(part)) for part, (_, width) in zip(parts, columns, strict=True))
        yield _GAP.join(padded).rstrip()


def _wrapped(text: str, indent: str = "") -> Iterator[str]:
    for piece in _folded(line(text), WIDTH - len(indent)):
        yield indent + piece


def _folded(text: str, width: int) -> list[str]:
    """The text in lines of at most so many columns, broken between words and, where a word is longer, inside it."""
    lines, current = [], ""
    for word in text.split(" "):
        joined = f"{current} {word}" if current else word
        if _columns(joined) <= width:
            current = joined
            continue
        if current:
            lines.append(current)
        *full, current = _cut(word, width)
        lines += full
    return [*lines, current]


def _cut(word: str, width: int) -> list[str]:
    pieces, current, used = [], "", 0
    for char in word:
        wide = _columns(char)
        if used + wide > width:
            pieces.append(current)
            current, used = "", 0
        current += char
        used += wide
    return [*pieces, current]


def _columns(text: str) -> int:
    """How many columns a terminal gives a text."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )
