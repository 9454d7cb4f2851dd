"""Markdown for a comment on a pull request or a job's summary: verdict, violations, waivers, what could not be read, counts.

At most `LONGEST` characters for a record of any size (GitHub refuses comments from 65 536 on): rows that do not fit are left out
and counted. Values out of a state stand in code spans, where neither markup, links nor mentions work; all other text is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from audit.formats.parts import (
    OUTCOMES,
    Record,
    by_id,
    by_reason,
    encoded,
    findings,
    kind_of,
    late,
    line,
    many,
    name_of,
    of_outcome,
    ordered,
    settings_line,
    shortened,
    stops,
    sums,
    verdict,
    waivers,
)

LONGEST: Final = 60_000
"""Characters."""

_SHARES: Final = (26_000, 12_000, 8_000)
"""Characters for the rows of violations, of waivers and of what was not evaluated."""

_CELL: Final = 200
_NAMED: Final = 6
"""Resources that one row names."""

_MARKUP: Final = re.compile(r"([\\`*_{}\[\]()#+!|~$])")


def render(record: Record) -> bytes:
    """The summary."""
    holds, words = verdict(record)
    results = ordered(record)
    pieces = [
        f"## {'✅' if holds else '❌'} {_text(words)}\n",
        f"Policies on {_states(record)}, evaluated on {record['run']['evaluatedOn']}{_number(record)}.\n",
        *_broken(record),
        *_violations(record, of_outcome(results, "fail")),
        *_waivers(record),
        *_unread(of_outcome(results, "not evaluated")),
        *_counts(record),
    ]
    return encoded("\n".join(pieces))


def _states(record: Record) -> str:
    return ", ".join(
        f"{code(state['stack'])} ({many(state['resources'], 'resource')})" for state in record["states"][:20]
    )


def _number(record: Record) -> str:
    return f", run {record['run']['number']}" if record["run"]["number"] else ""


def _broken(record: Record) -> Iterable[str]:
    if record["broken"]:
        rows = [f"- {_text(text)}" for text in record["broken"]]
        yield from ("### Rules that broke\n", *_fitting(rows, 3_000, "broken rules"), "")


def _violations(record: Record, failures: Sequence[Record]) -> Iterable[str]:
    if not failures:
        return
    rules = by_id(record["rules"])
    rows = [_violation(rules[result["rule"]], result) for result in failures]
    yield "### To fix\n"
    yield from _table(("severity", "rule", "what", "seen", "wanted", "fix", "set in"), rows, _SHARES[0], "violations")


def _violation(rule: Record, result: Record) -> list[str]:
    first, *more = findings(result)
    also = f" and {len(more)} more" if more else ""
    level = "" if stops(result) else ", advisory"
    what = f"{_resource(result)} {code(first['path'])}{also}"
    name = f"[{rule['id']}]({rule['url']})" if rule["url"] else rule["id"]
    place = settings_line(result)
    return [
        f"{rule['severity']}{level}{late(result)}",
        f"{name} {_text(rule['statement'])}",
        what,
        code(first["seen"]),
        code(first["wanted"]),
        _text(rule["remedy"]),
        code(place) if place else "",
    ]


def _resource(result: Record) -> str:
    return f"{code(result['stack'])} {code(name_of(result['urn']))} ({_text(kind_of(result['urn']))})"


def _waivers(record: Record) -> Iterable[str]:
    in_force, refused = waivers(record)
    numbers: dict[str, int] = {}
    for result in of_outcome(record["results"], "waived"):
        numbers[result["waiver"]] = numbers.get(result["waiver"], 0) + 1
    if in_force:
        rows = [_waiver(waiver, numbers) for waiver in in_force]
        head = ("expires", "waiver", "rule", "resources", "covers", "reason", "owner", "approved by", "meanwhile")
        yield "### Waivers in force\n"
        yield from _table(head, rows, _SHARES[1] // 2, "waivers")
    if refused:
        rows = [[code(waiver["id"]), code(waiver["rule"]), _text("; ".join(waiver["problems"]))] for waiver in refused]
        yield "### Waivers refused\n"
        yield from _table(("waiver", "rule", "why"), rows, _SHARES[1] // 2, "waivers")


def _waiver(waiver: Record, numbers: dict[str, int]) -> list[str]:
    return [
        waiver["expires"],
        f"{code(waiver['id'])} {code(waiver['ticket'])}",
        waiver["rule"],
        f"{code(waiver['stack'])} {code(waiver['resource'])}",
        str(numbers.get(waiver["id"], 0)),
        _text(waiver["reason"]),
        code(waiver["owner"]),
        code(waiver["approver"]),
        _text(waiver["compensatingControl"]),
    ]


def _unread(results: Sequence[Record]) -> Iterable[str]:
    if results:
        rows = [[rule, code(reason), _some(group)] for (rule, reason), group in by_reason(results).items()]
        yield "### Not evaluated\n"
        yield from _table(("rule", "why", "on"), rows, _SHARES[2], "reasons")


def _some(results: Sequence[Record]) -> str:
    """The resources of some results, the first ones by name."""
    named = ", ".join(map(_resource, results[:_NAMED]))
    return named if len(results) <= _NAMED else f"{named} and {len(results) - _NAMED} more"


def _counts(record: Record) -> Iterable[str]:
    counts = record["counts"]
    rows = [["**all**", *_row(counts["total"])]]
    rows += [[code(stack), *_row(tally)] for stack, tally in sorted(counts["byStack"].items())]
    yield "### Counts\n"
    yield from _table(("stack", *OUTCOMES, "sum"), rows, 4_000, "stacks")
    pack = record["by"]["pack"]
    yield f"{sums(record)} By {_text(pack['name'])} {_text(pack['version'])}, SHA-256 {code(pack['sha256'])}.\n"


def _row(tally: Record) -> list[str]:
    return [*(str(tally[outcome]) for outcome in OUTCOMES), str(sum(tally.values()))]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], most: int, what: str) -> Iterable[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    yield from _fitting((f"| {' | '.join(row)} |" for row in rows), most, what)
    yield ""


def _fitting(rows: Iterable[str], most: int, what: str) -> Iterable[str]:
    """The rows that fit into so many characters, and how many others there are."""
    left, missing = most, 0
    for row in rows:
        left -= len(row) + 1
        if left >= 0:
            yield row
        else:
            missing += 1
    if missing:
        yield f"\n… and {missing} more {what}, left out here: the full list is in the report."


def code(text: Any) -> str:
    """Text as it is, in one line, in a code span that a table cell can hold."""
    shown = shortened(line(text), _CELL) or "-"
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}".replace("|", "\\|")


def _text(text: Any) -> str:
    """Escaped prose in one line; a zero-width space keeps an at sign from calling somebody, a link from being one."""
    shown = shortened(line(text), _CELL)
    for mark, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        shown = shown.replace(mark, entity)
    shown = _MARKUP.sub(r"\\\1", shown)
    return shown.replace("@", "@\u200b").replace("://", ":\u200b//").replace("www.", "www\u200b.")
