"""The table for a terminal: its width, its order, and what cannot get into a terminal."""

from __future__ import annotations

import itertools
import unicodedata
from typing import Any

import pytest

from audit.formats import table
from tests.audit.formats import sample


def _lines(record: dict[str, Any] | None = None) -> list[str]:
    return table.render(record or sample.record()).decode().splitlines()


def _columns(line: str) -> int:
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def test_the_verdict_is_the_first_line_and_the_parts_follow_by_urgency() -> None:
    lines = _lines()
    assert lines[0] == "Incomplete: 1 rule broke; 2 violations to mend, 1 advisory violation"
    heads = [after for before, after in itertools.pairwise(lines) if before == ""]
    assert heads == ["Rules that broke", "To fix", "Waivers in force", "Waivers refused", "Not evaluated", "Counts"]


@pytest.mark.parametrize("text", ["x" * 400, "漢" * 400, "word " * 100, "e\u0301" * 300, sample.NASTY])
def test_no_line_is_wider_than_the_terminal(text: str) -> None:
    record = sample.record()
    for result in record["results"]:
        result["urn"] += text
        result["reason"] = text
        for finding in result.get("findings", ()):
            finding |= {"path": text, "seen": text, "wanted": text}
    for waiver in record["waivers"]:
        waiver |= {"id": text, "owner": text, "reason": text}
    record["broken"] = [text]
    assert max(map(_columns, _lines(record))) <= table.WIDTH


def test_nothing_is_lost_where_a_value_is_folded() -> None:
    record = sample.record()
    record["results"][7]["findings"][0]["seen"] = "".join(f"{n:03}" for n in range(60))
    start = next(n for n, line in enumerate(_lines(record)) if "staging headers" in line)
    column = _lines(record)[start].index("000")
    folded = [line[column : column + 31].strip() for line in _lines(record)[start : start + 7]]
    assert "".join(folded).startswith("".join(f"{n:03}" for n in range(60)))


def test_a_violation_is_followed_by_its_fix_and_its_place() -> None:
    fixes = [line for line in _lines() if line.startswith("  Fix: ")]
    assert fixes == [
        "  Fix: mend SEC-03.",
        "  Fix: mend HDR-07. Set in Pulumi.production.yaml:66 headers.strictTransportSecurity. Overdue since 2026-11-20.",
        "  Fix: mend HDR-07. Set in Pulumi.staging.yaml:60 headers.strictTransportSecurity.",
    ]


def test_a_value_cannot_steer_the_terminal_or_turn_the_text_around() -> None:
    text = "\n".join(_lines())
    assert not {"\x1b", "\u202e", "\x07", "\x9b"} & set(text)


def test_a_run_that_is_not_kept_has_no_number() -> None:
    record = sample.record()
    record["run"]["number"] = 0
    assert _lines(record)[1].endswith("evaluated on 2026-11-25")
