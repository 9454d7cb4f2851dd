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
    assert lines[0] == (
        "Incomplete: 1 rule broke; 2 violations to mend, 1 advisory violation; 1 waived, 2 not evaluated"
    )
    heads = [after for before, after in itertools.pairwise(lines) if before == ""]
    assert heads == ["Rules that broke", "To fix", "Waivers in force", "Waivers refused", "Not evaluated", "Counts"]


@pytest.mark.parametrize("width", [40, table.NARROWEST, 80, 120, 160])
@pytest.mark.parametrize("text", ["x" * 400, "漢" * 400, "word " * 100, "e\u0301" * 300, sample.NASTY])
def test_no_line_is_wider_than_the_terminal(text: str, width: int) -> None:
    record = sample.record()
    for result in record["results"]:
        result["urn"] += text
        result["reason"] = text
        for finding in result.get("findings", ()):
            finding |= {"path": text, "seen": text, "wanted": text}
    for waiver in record["waivers"]:
        waiver |= {"id": text, "owner": text, "reason": text}
    record["broken"] = [text]
    lines = table.render(record, width).decode().splitlines()
    assert max(map(_columns, lines)) <= max(width, table.NARROWEST)


def test_nothing_is_lost_where_a_value_is_folded() -> None:
    record = sample.record()
    seen = "".join(f"{n:03}" for n in range(90))
    record["results"][7]["findings"][0]["seen"] = seen
    assert seen in "".join(line.strip() for line in _lines(record))


def test_a_rule_is_told_once_with_what_breaks_it_and_then_the_way_to_mend_it() -> None:
    lines = _lines()
    start, end = lines.index("To fix"), lines.index("Waivers in force")
    told = [line for line in lines[start + 1 : end - 1] if "route." not in line and "second line" not in line]
    assert told == [
        "critical SEC-03 SEC-03 is kept",
        "  staging secret",
        "    value: [secret]; wanted another value than production's",
        "  Fix: mend SEC-03.",
        "high HDR-07 HDR-07 is kept",
        "    overdue since 2026-11-20",
        "  Fix: mend HDR-07.",
        "  Set in: Pulumi.production.yaml:66 headers.strictTransportSecurity",
        "high, advisory HDR-07 HDR-07 is kept",
        "  staging headers",
        "  Fix: mend HDR-07.",
        "  Set in: Pulumi.staging.yaml:60 headers.strictTransportSecurity",
    ]


def test_a_thousand_resources_that_break_one_rule_tell_its_fix_once_a_level() -> None:
    lines = _lines(sample.many(1_000))
    fixes = [line for line in lines if line.startswith("  Fix: ")]
    assert fixes == ["  Fix: mend SEC-03.", "  Fix: mend HDR-07.", "  Fix: mend HDR-07."]


def test_counts_of_millions_stay_whole() -> None:
    record = sample.record()
    record["counts"]["total"]["not applicable"] = 12_345_678_901
    assert " 12345678901 " in next(line for line in _lines(record) if line.startswith("all "))


def test_a_value_cannot_steer_the_terminal_or_turn_the_text_around() -> None:
    text = "\n".join(_lines())
    assert not {"\x1b", "\u202e", "\x07", "\x9b"} & set(text)


def test_a_run_that_is_not_kept_has_no_number() -> None:
    record = sample.record()
    record["run"]["number"] = 0
    assert _lines(record)[1].endswith("evaluated on 2026-11-25")
