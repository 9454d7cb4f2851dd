"""Plain text for a terminal: the Markdown summary's content in its order, at most `width` columns wide, without colour.

What needs a person comes first, the worst on top, told once for all resources that it concerns. What could steer the terminal is
replaced; characters of double width count as two columns.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from audit.formats.parts import (
    OUTCOMES,
    Record,
    by_id,
    by_reason,
    encoded,
    findings,
    late,
    line,
    many,
    name_of,
    of_outcome,
    ordered,
    settings_line,
    stops,
    sums,
    verdict,
    waivers,
)

WIDTH: Final = 120
"""Columns where nobody says how many there are, as in a pipe."""

NARROWEST: Final = 72
"""Columns that the counts need."""

_GAP: Final = "  "
_NUMBERS: Final = {"not evaluated": 9, "switched off": 8, "not applicable": 10}
"""Columns of counts whose names need more than six."""


def render(record: Record, width: int = WIDTH) -> bytes:
    """The summary with every violation, waiver and answer that is missing."""
    _, words = verdict(record)
    results = ordered(record)
    in_force, refused = waivers(record)
    stacks = ", ".join(f"{state['stack']} ({many(state['resources'], 'resource')})" for state in record["states"])
    number = f", run {record['run']['number']}" if record["run"]["number"] else ""
    parts = (
        ("", [words, f"{stacks}; evaluated on {record['run']['evaluatedOn']}{number}"]),
        ("Rules that broke", [f"  {text}" for text in record["broken"]]),
        ("To fix", _failures(record, of_outcome(results, "fail"))),
        ("Waivers in force", _waivers(in_force)),
        ("Waivers refused", _refused(refused)),
        ("Not evaluated", _unread(of_outcome(results, "not evaluated"))),
    )
    width = max(width, NARROWEST)
    lines = [piece for title, texts in parts for piece in _section(title, texts, width)]
    return encoded("\n".join([*lines, "", "Counts", *_counts(record, width)]) + "\n")


def _section(title: str, texts: Iterable[str], width: int) -> Iterator[str]:
    body = [piece for text in texts for piece in _wrapped(text, width)]
    if body and title:
        yield from ("", title)
    yield from body


def _failures(record: Record, failures: Iterable[Record]) -> Iterator[str]:
    """By rule, as one change mends most of what breaks the same rule."""
    rules = by_id(record["rules"])
    groups: dict[tuple[str, bool], list[Record]] = {}
    for result in failures:
        groups.setdefault((result["rule"], stops(result)), []).append(result)
    for (code, stopping), group in groups.items():
        rule = rules[code]
        yield f"{rule['severity']}{'' if stopping else ', advisory'}  {code} {rule['statement']}"
        for result in group:
            yield f"  {_on(result)}{late(result)}"
            for finding in findings(result):
                yield f"    {finding['path']}: {finding['seen']}; wanted {finding['wanted']}"
        yield f"  Fix: {rule['remedy']}."
        places = dict.fromkeys(filter(None, map(settings_line, group)))
        if places:
            yield f"  Set in: {', '.join(places)}"


def _waivers(in_force: Iterable[Record]) -> Iterator[str]:
    for waiver in in_force:
        yield f"{waiver['expires']}  {waiver['id']} {waiver['rule']} on {waiver['stack']} {waiver['resource']}"
        yield f"  {waiver['reason']}"
        yield f"  Owner {waiver['owner']}, approved by {waiver['approver']}."


def _refused(refused: Iterable[Record]) -> Iterator[str]:
    for waiver in refused:
        yield f"  {waiver['id']} ({waiver['rule']}): {'; '.join(waiver['problems'])}"


def _unread(results: Iterable[Record]) -> Iterator[str]:
    for (code, reason), group in by_reason(results).items():
        yield f"{code} {reason}"
        yield from (f"  {_on(result)}" for result in group)


def _on(result: Record) -> str:
    return f"{result['stack']} {name_of(result['urn'])}"


def _counts(record: Record, width: int) -> Iterator[str]:
    rows = [*sorted(record["counts"]["byStack"].items()), ("all", record["counts"]["total"])]
    table = [(name, *(tally[outcome] for outcome in OUTCOMES), sum(tally.values())) for name, tally in rows]
    heads = ("stack", *OUTCOMES, "sum")
    sizes = [max(_NUMBERS.get(head, 6), *map(_digits, numbers)) for head, *numbers in zip(heads, *table, strict=True)]
    sizes[0] = max(6, min(width - sum(sizes[1:]) - len(_GAP) * len(sizes[1:]), 40))
    yield from _row(sizes, heads)
    yield _GAP.join("-" * size for size in sizes)
    for row in table:
        yield from _row(sizes, map(str, row))
    pack = record["by"]["pack"]
    yield from _wrapped(f"{sums(record)} By {pack['name']} {pack['version']}, SHA-256 {pack['sha256']}.", width)


def _digits(value: str | int) -> int:
    return len(str(value)) if isinstance(value, int) else 0


def _row(sizes: Sequence[int], cells: Iterable[str]) -> Iterator[str]:
    """One row, as many lines as its longest cell needs; all cells but the first stand to the right."""
    folded = [_folded(line(cell), size) for cell, size in zip(cells, sizes, strict=True)]
    for number in range(max(map(len, folded))):
        first, *others = (lines[number] if number < len(lines) else "" for lines in folded)
        spaced = [first + " " * (sizes[0] - _columns(first))]
        spaced += [part.rjust(size) for part, size in zip(others, sizes[1:], strict=True)]
        yield _GAP.join(spaced).rstrip()


def _wrapped(text: str, width: int) -> Iterator[str]:
    """The text in one indented block, its second line and those after it two columns further in than its first."""
    indent = text[: len(text) - len(text.lstrip(" "))]
    for number, piece in enumerate(_folded(line(text), width - len(indent) - 2)):
        yield f"{indent}{'  ' if number else ''}{piece}"


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
