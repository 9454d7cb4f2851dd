"""Since when, until when, what was fixed, and how the posture moved: from the records of earlier runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from audit import history
from audit.history import Past

DAY = date(2026, 11, 25)
SEVERITIES = {"A-1": "critical", "A-2": "high", "A-3": "medium", "A-4": "low"}


def _row(rule: str, outcome: str, *, stack: str = "staging", urn: str = "u") -> dict[str, Any]:
    return {"stack": stack, "rule": rule, "urn": urn, "outcome": outcome}


def _record(rows: list[dict[str, Any]], before: Past, today: date, number: int) -> dict[str, Any]:
    """As much of a record as later runs read, made as `record.build` makes it."""
    stacks = sorted({row["stack"] for row in rows})
    lives = history.lives(rows, SEVERITIES, before, today)
    kept = [{**row, **({"history": life} if (life := lives.get(_key(row))) else {})} for row in rows]
    counts = {"total": {"fail": len(lives)}, "byArea": {}}
    return {
        "states": [{"stack": stack} for stack in stacks],
        "results": kept,
        "fixed": history.fixed(lives, SEVERITIES, before, today),
        "trend": history.trend(before, number, today, counts, 0, stacks),
    }


def _key(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return (row["stack"], row["rule"], row["urn"])


def _runs(*runs: tuple[int, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Records of runs on days after the first, the newest first."""
    records: list[dict[str, Any]] = []
    for number, (days, rows) in enumerate(runs, start=1):
        before = history.past(iter(records), {row["stack"] for row in rows})
        records.insert(0, _record(rows, before, DAY + timedelta(days=days), number))
    return records


@pytest.mark.parametrize(("rule", "days"), [("A-1", 7), ("A-2", 30), ("A-3", 90), ("A-4", 180)])
def test_the_deadline_follows_the_severity_and_is_overdue_the_day_after(rule: str, days: int) -> None:
    runs = _runs((0, [_row(rule, "fail")]), (days, [_row(rule, "fail")]), (days + 1, [_row(rule, "fail")]))
    third, second, first = (record["results"][0]["history"] for record in runs)
    deadline = (DAY + timedelta(days=days)).isoformat()
    assert first == {"firstSeen": "2026-11-25", "daysOpen": 0, "deadline": deadline, "overdue": False}
    assert second == {**first, "daysOpen": days}
    assert third == {**first, "daysOpen": days + 1, "overdue": True}


def test_what_passes_has_no_history() -> None:
    (record,) = _runs((0, [_row("A-1", "pass"), _row("A-2", "not evaluated"), _row("A-3", "switched off")]))
    assert not any("history" in row for row in record["results"])
    assert record["fixed"] == []


@pytest.mark.parametrize("outcome", ["waived", "not evaluated", "switched off"])
def test_a_violation_that_is_only_hidden_goes_on_and_is_not_called_overdue(outcome: str) -> None:
    last, hidden, _ = _runs((0, [_row("A-1", "fail")]), (20, [_row("A-1", outcome)]), (21, [_row("A-1", "fail")]))
    told = {"firstSeen": "2026-11-25", "daysOpen": 20, "deadline": "2026-12-02", "overdue": False}
    assert hidden["results"][0]["history"] == told
    assert last["results"][0]["history"] == {**told, "daysOpen": 21, "overdue": True}
    assert hidden["fixed"] == last["fixed"] == []


@pytest.mark.parametrize(
    "rows", [[_row("A-1", "pass")], [_row("A-1", "not applicable")], [_row("A-1", "fail", urn="other")]]
)
def test_a_violation_that_ended_is_fixed_also_where_its_resource_is_gone(rows: list[dict[str, Any]]) -> None:
    last, _ = _runs((0, [_row("A-1", "fail")]), (3, rows))
    assert last["fixed"] == [
        {
            "stack": "staging",
            "rule": "A-1",
            "urn": "u",
            "severity": "critical",
            "firstSeen": "2026-11-25",
            "fixedOn": "2026-11-28",
            "days": 3,
        }
    ]


def test_what_was_fixed_stays_told_and_coming_back_begins_anew() -> None:
    last, *_ = _runs(
        (0, [_row("A-1", "fail")]), (3, [_row("A-1", "pass")]), (5, [_row("A-1", "fail")]), (6, [_row("A-1", "pass")])
    )
    assert [(entry["firstSeen"], entry["fixedOn"], entry["days"]) for entry in last["fixed"]] == [
        ("2026-11-25", "2026-11-28", 3),
        ("2026-11-30", "2026-12-01", 1),
    ]


def test_a_violation_that_was_waived_first_is_counted_from_then_on_when_its_waiver_ends() -> None:
    last, *_ = _runs((0, [_row("A-1", "waived")]), (8, [_row("A-1", "fail")]))
    told = {"firstSeen": "2026-11-25", "daysOpen": 8, "deadline": "2026-12-02", "overdue": True}
    assert last["results"][0]["history"] == told


def test_a_violation_of_a_rule_that_is_no_more_is_not_called_fixed() -> None:
    before = Past(open={("staging", "Z-9", "u"): "2026-11-20"})
    assert history.fixed({}, SEVERITIES, before, DAY) == []


def test_a_stack_that_was_not_judged_in_between_keeps_its_history() -> None:
    last, between, _ = _runs(
        (0, [_row("A-1", "fail"), _row("A-2", "fail", stack="production")]),
        (4, [_row("A-1", "pass")]),
        (9, [_row("A-1", "pass"), _row("A-2", "fail", stack="production")]),
    )
    assert [entry["rule"] for entry in between["fixed"]] == ["A-1"]
    assert [entry["rule"] for entry in last["fixed"]] == ["A-1"]
    (open_now,) = (row for row in last["results"] if row["rule"] == "A-2")
    assert open_now["history"]["daysOpen"] == 9


def test_no_more_records_are_read_than_it_takes_to_have_seen_every_stack() -> None:
    records = _runs((0, [_row("A-1", "fail")]), (1, [_row("A-1", "fail")]))
    given = iter(records)
    found = history.past(given, ["staging"])
    assert found.open == {("staging", "A-1", "u"): "2026-11-25"}
    assert len(list(given)) == 1


def test_the_trend_tells_every_run_and_no_more_than_it_may() -> None:
    first, *_ = _runs(*((day, [_row("A-1", "fail")]) for day in range(3)))
    assert [(entry["number"], entry["date"], entry["total"]) for entry in first["trend"]] == [
        (1, "2026-11-25", {"fail": 1}),
        (2, "2026-11-26", {"fail": 1}),
        (3, "2026-11-27", {"fail": 1}),
    ]
    long = Past(trend=[{"number": number} for number in range(history.LONGEST_TREND)])
    kept = history.trend(long, 500, DAY, {"total": {}, "byArea": {}}, 2, ["b", "a"])
    assert len(kept) == history.LONGEST_TREND
    assert kept[0] == {"number": 1}
    assert (kept[-1]["number"], kept[-1]["overdue"], kept[-1]["stacks"]) == (500, 2, ["a", "b"])


def test_without_earlier_runs_there_is_no_past() -> None:
    assert history.past(iter(()), ["staging"]) == Past()
