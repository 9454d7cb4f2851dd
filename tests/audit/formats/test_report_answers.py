"""What people ask of the report, each answered by the page itself: auditors their ten questions, and how long data lives."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from audit.formats import html
from audit.formats.parts import OUTCOMES
from tests.audit.formats import page, sample
from tests.audit.formats.page import Node


def test_the_page_says_what_was_tested_by_which_text_and_parameters(report: Node) -> None:
    rule = report.id("rule-RET-02")
    assert "RET-02 is kept" in rule.text
    assert "mandatory: leastDays = 365" in rule.text
    assert "high" in rule.text
    assert "PCI DSS 4.0.1 10.5.1" in rule.text
    assert "production low asked for in staging only" in report.id("off").row("COST-01").text


def test_the_page_says_what_answers_each_requirement_and_with_which_result(report: Node) -> None:
    automated = report.id("clause-PCI-DSS-4-0-1-6-5-3")
    assert "automated" in automated.text
    assert "SEC-03" in automated.text
    assert "fail 1 fail, 1 waived" in automated.text
    evidence = report.id("evidence-PCI-DSS-4-0-1-6-5-3").text
    assert "production: mandatory; 1 waived" in evidence
    assert "staging: mandatory; 1 fail" in evidence
    assert "docs/breach.md" in report.id("clause-GDPR-2016-679-33").text
    uncovered = report.id("uncovered").row("PCI DSS 4.0.1 12.6").text
    assert "not covered by code the training register" in uncovered


def test_the_page_says_beside_a_passed_clause_what_its_rules_do_not_show() -> None:
    record = sample.record()
    (logs,) = (one for one in record["requirements"] if one["clause"] == "10.5.1")
    logs["where"] = "app: its own lines"
    clause = page.read(html.render(record)).id("clause-PCI-DSS-4-0-1-10-5-1")
    assert "Logs of a year app: its own lines automated RET-02" in clause.text


def test_the_page_says_on_what_and_that_the_population_is_whole(record: dict[str, Any], report: Node) -> None:
    data = page.data(report)
    urns = [
        data["texts"][start] + end
        for start, end in zip(data["resources"]["start"], data["resources"]["end"], strict=True)
    ]
    assert urns == [page.shown(item["urn"]) for item in record["population"]]
    assert "8 resources of 4 types in 2 states" in report.id("resources").text
    types = report.id("resources").all("table")[0]
    assert {row.all("th")[0].text for row in types.one("tbody").all("tr")} == {
        item["type"] for item in record["population"]
    }


def test_the_page_says_what_the_rules_make_of_each_type(report: Node) -> None:
    resources = report.id("resources")
    assert "1 type is unknown to the rules" in resources.text
    assert "unknown COST-01" in resources.row(sample.PROJECT).text
    assert "judged HDR-07" in resources.row(sample.ROUTE).text
    assert "out of scope holds <nothing> that a rule could read" in resources.row(sample.VARIABLE).text


def test_the_page_shows_how_the_counts_add_up(record: dict[str, Any], report: Node) -> None:
    counts = report.id("counts")
    assert "It is so." in counts.text
    for stack, resources in (("production", 5), ("staging", 3)):
        row = [cell.text for cell in counts.row(stack).all("td")]
        assert row[0] == f"{resources} \N{MULTIPLICATION SIGN} 5 = {resources * 5}"
        assert sum(map(int, row[1:7])) == resources * 5
        assert row[7] == f"{resources * 5} equal"
    together = [cell.text for cell in counts.row("Together").all("td")]
    assert together == ["40", *(str(record["counts"]["total"][name]) for name in sample.OUTCOMES), "40 equal"]


def test_the_page_says_when_the_counts_do_not_add_up() -> None:
    record = sample.record()
    del record["otherTypes"][0]
    found = page.read(html.render(sample.counted(record)))
    assert "NOT EQUAL" in found.id("counts").row("production").text
    assert "It is not so" in found.id("counts").text
    assert "Incomplete" in found.one("h1").text


def test_the_page_says_when_by_whom_and_by_which_version(record: dict[str, Any], report: Node) -> None:
    text = report.one("header").text
    for told in (
        *(
            "2026-11-25T08:00:00Z to 2026-11-25T08:00:04Z",
            "thandi",
            "1234567",
            record["run"]["repository"],
            record["run"]["commit"],
        ),
        *("brightbroom 0.1.0", "ab" * 32, "cd" * 32, "ef" * 32, "12" * 32, "python 3.11.7", "3.260.0", "vercel 5.21.1"),
    ):
        assert told in text, told


def test_the_page_says_what_makes_it_unaltered_and_repeatable(record: dict[str, Any], report: Node) -> None:
    header, repeat = report.one("header").text, report.id("repeat")
    assert all(state["sha256"] in header and state["sha256"] in repeat.text for state in record["states"])
    assert f"number 6, SHA-256 of its manifest {'34' * 32}" in header
    commands = [line for block in repeat.all("pre") for line in "".join(map(str, block.children)).splitlines() if line]
    assert shlex.split(next(line for line in commands if line.startswith("brightbroom audit --state"))) == [
        *("brightbroom", "audit", "--state", "states/production state.json", "--state", "states/staging state.json"),
        *("--at", "2026-11-25T08:00:00Z", "--format", "json", "--output", "again.json"),
    ]
    assert "brightbroom audit verify .." in commands


def test_the_page_shows_all_fields_of_a_waiver_and_why_one_does_not_count(report: Node) -> None:
    first, second = report.id("waivers").all("article")
    for told in (
        *("W-1: in force", "SEC-03", "secret in production", "the vendor | gives one key only until December"),
        *("the key is rotated every week", "Thandi <thandi@example.test>", "Jan", "https://example.test/tickets/1"),
        *("2026-11-20", "2026-12-31", "Used in this run yes", "another value than staging's", "[secret]"),
    ):
        assert told in first.text, told
    assert "W-2: not in order" in second.text
    assert "2026-02-01, which is over" in second.text
    assert "Used in this run no" in second.text


def test_the_page_says_how_it_went_over_time(report: Node) -> None:
    assert "2026-11-01, 24 days, overdue since 2026-11-20" in report.id("fix").text
    fixed = report.id("posture").row("headers vercel ProjectRoute, production")
    assert [cell.text for cell in fixed.all("td")] == ["HDR-07", "high", "2026-11-10", "2026-11-25", "15"]


def test_a_run_that_is_not_kept_claims_no_number_and_no_chain() -> None:
    record = sample.record()
    record["run"]["number"] = 0
    record["previous"] = {"number": 0, "sha256": ""}
    found = page.read(html.render(record))
    assert "not kept" in found.one("header").text
    assert "Nothing vouches" in found.one("header").text
    assert "verify" not in found.id("repeat").text


def test_an_outcome_is_told_by_word_and_not_by_colour_alone(report: Node) -> None:
    tags = [tag for tag in report.all("span", "tag") if tag.classes[1] in {name.replace(" ", "-") for name in OUTCOMES}]
    assert len(tags) > 5
    assert all(tag.text.replace(" ", "-") == tag.classes[1] for tag in tags)
    patterns = {node.attributes["id"] for node in report.all("pattern")}
    assert patterns == {f"pattern-{name.replace(' ', '-')}" for name in OUTCOMES if name != "pass"}


def test_a_life_is_drawn_between_its_bounds_and_put_in_words(report: Node) -> None:
    retention = report.id("retention")
    labels = [svg.attributes["aria-label"] for svg in retention.all("svg", "life")]
    assert labels == [
        "lives 7 to 7 days; wanted at least 7 and at most 30 days",
        "lives 1 to 7 days; wanted at most 30 days",
        "lives 30 to 400 days; wanted at least 30 and at most 35 days",
        "lives 20 days or longer, without an end; wanted at least 30 days",
    ]
    row = retention.row("Snapshots staging")
    assert [cell.text for cell in row.all("td", "number")] == ["20", "no end", "30", "\N{EN DASH}"]
    assert "too short" in row.text
    assert "historyRetentionSeconds of db" in row.text


@pytest.mark.parametrize(
    ("version", "told"), [("3.260.0", "by engine 3.260.0 with"), ("", "by an engine that states no")]
)
def test_the_page_says_which_engine_wrote_a_state_or_that_it_does_not_say(
    record: dict[str, Any], version: str, told: str
) -> None:
    for state in record["states"]:
        state["engine"] = version
    assert told in page.read(html.render(record)).text
