"""The report as a file: what it says, what it may do, and that nothing in a record gets out of its place."""

from __future__ import annotations

import base64
import hashlib
import re
import shlex
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from audit.formats import drawings, html
from audit.formats.parts import OUTCOMES
from tests.audit import states
from tests.audit.formats import page, sample
from tests.audit.formats.page import Node


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    return page.told()


@pytest.fixture(scope="module")
def report(record: dict[str, Any]) -> Node:
    return page.read(html.render(record))


# What it may do


def test_the_page_allows_its_own_style_and_script_by_hash_and_nothing_else(report: Node) -> None:
    (policy,) = (
        meta.attributes["content"]
        for meta in report.all("meta")
        if meta.attributes.get("http-equiv") == "Content-Security-Policy"
    )
    allowed = dict(part.split(" ", 1) for part in policy.split("; "))
    script, style = report.all("script")[1], report.one("style")
    assert allowed["default-src"] == "'none'"
    assert allowed["base-uri"] == allowed["form-action"] == "'none'"
    assert allowed["style-src"] == f"'{_hash(style)}'"
    assert allowed["script-src"] == f"'{_hash(script)}'"
    assert "unsafe" not in policy
    assert "img-src" not in allowed


def test_the_page_loads_nothing(report: Node) -> None:
    loading = {"src", "srcset", "poster", "action", "formaction", "ping", "background", "xlink:href"}
    for node in report.walk():
        assert not loading & set(node.attributes), node.tag
        assert node.tag not in ("link", "img", "iframe", "object", "embed", "base")
        assert "href" not in node.attributes or node.tag == "a"
    (style,) = report.one("style").children
    assert not re.search(r"@import|url\((?!#)", str(style))


def test_no_element_has_a_style_or_a_handler_of_its_own(report: Node) -> None:
    for node in report.walk():
        assert not [name for name in node.attributes if name == "style" or name.startswith("on")], node.tag


def test_what_a_record_says_stays_text(report: Node) -> None:
    assert [script.attributes.get("type") for script in report.all("script")] == ["application/json", None]
    assert "<script>alert(1)</script>" in report.id("fix").text
    assert not report.all("b")[0].all("script")


def test_marks_that_turn_the_direction_of_writing_are_shown_as_unknown() -> None:
    content = html.render(sample.record()).decode()
    assert "\u202e" not in content
    assert "\x1b" not in content
    assert "\ufffdgnirts" in content


def test_a_closing_tag_in_a_text_does_not_end_the_data() -> None:
    record = sample.record()
    record["results"][2]["reason"] = "</script><img src=x>"
    found = page.read(html.render(record))
    assert not found.all("img")
    assert "</script><img src=x>" in page.data(found)["texts"]


# How it is built


def test_headings_go_down_one_step_at_a_time_from_a_single_first(report: Node) -> None:
    levels = [int(node.tag[1]) for node in report.walk() if re.fullmatch(r"h[1-6]", node.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_ids_are_single_and_everything_that_refers_to_one_finds_it(report: Node) -> None:
    ids = Counter(node.attributes["id"] for node in report.walk() if "id" in node.attributes)
    assert max(ids.values()) == 1
    wanted = set()
    for node in report.walk():
        wanted |= {node.attributes[name] for name in ("aria-labelledby", "aria-controls") if name in node.attributes}
        if (target := node.attributes.get("href", "")).startswith("#"):
            wanted.add(target[1:].partition("?")[0])
    assert wanted <= set(ids)


def test_every_table_has_a_caption_and_heads_that_say_what_they_head(report: Node) -> None:
    tables = report.all("table")
    assert len(tables) > 10
    for table in tables:
        assert table.one("caption").text
        assert all(head.attributes.get("scope") in ("row", "col") for head in table.all("th"))
        width = len(table.one("thead").all("th"))
        for row in table.one("tbody").all("tr"):
            cells = [node for node in row.children if isinstance(node, Node)]
            assert sum(int(cell.attributes.get("colspan", "1")) for cell in cells) == width, table.one("caption").text


def test_the_page_has_landmarks_and_a_way_past_them(report: Node) -> None:
    skip = report.all("a", "skip")[0]
    assert skip.attributes["href"] == f"#{report.one('main').attributes['id']}"
    assert [len(report.all(tag)) for tag in ("header", "main", "footer")] == [1, 1, 1]
    for section in report.all("section"):
        assert report.id(section.attributes["aria-labelledby"]).tag == "h2"
    assert report.one("html").attributes["lang"] == "en"


def test_the_parts_stand_in_the_order_in_which_they_are_asked_for(report: Node) -> None:
    assert [section.attributes["id"] for section in report.all("section")] == [
        *("fix", "posture", "requirements", "resources", "results", "unjudged", "waivers"),
        *("uncovered", "off", "rules", "retention", "counts", "repeat"),
    ]


# For engineers


def test_what_stops_a_deployment_comes_first_then_the_most_severe() -> None:
    record = sample.record()
    for result in record["results"]:
        if (result["rule"], result["stack"]) == ("SEC-03", "staging"):
            result["level"] = "advisory"
    found = page.read(html.render(record)).id("fix").all("h3")
    assert [title.text.split()[0] for title in found] == ["HDR-07", "SEC-03", "HDR-07"]


def test_a_failure_says_resource_property_values_place_and_deadline(report: Node) -> None:
    fix = report.id("fix-HDR-07-mandatory")
    assert "mandatory: stops a deployment" in fix.text
    assert "1 overdue" in fix.text
    assert "Fix mend HDR-07" in fix.text
    row = fix.row("headers")
    cells = {cell.attributes["data-label"]: cell.text for cell in row.all("td")}
    assert cells == {
        "Property": "route.src",
        "Seen": "nothing",
        "Wanted": "^/.*$",
        "Set in": "Pulumi.production.yaml:66 headers.strictTransportSecurity",
        "Open since": "2026-11-01, 24 days, overdue since 2026-11-20",
    }


def test_all_failures_waived_and_unjudged_results_stand_on_the_page_without_a_script() -> None:
    record = sample.many(200)
    found = page.read(html.render(record))
    for outcome, section in (("fail", "fix"), ("waived", "waivers"), ("not evaluated", "unjudged")):
        text = found.id(section).text
        due = [result for result in record["results"] if result["outcome"] == outcome]
        shown = Counter(re.findall(r"\b(?:secret|headers|infra-production)-\d+", text))
        names = {re.search(r"[\w-]+$", result["urn"])[0] for result in due}  # type: ignore[index]
        assert len(due) in (20, 40, 60)
        assert {name.removeprefix("brightbroom-") for name in names if "line" not in name} <= set(shown)


def test_a_run_without_failures_says_so() -> None:
    record = sample.record()
    record["results"] = [one for one in record["results"] if one["outcome"] != "fail"]
    assert "Nothing: no result" in page.read(html.render(sample.counted(record))).id("fix").text


def test_a_broken_rule_is_said_at_the_top_and_among_what_was_not_judged(report: Node) -> None:
    assert "Broken rule: GH-04" in report.one("header").text
    assert "The rule broke." in report.id("unjudged").row("GH-04").text


# For managers


def test_areas_show_their_six_counts_and_a_share_of_each_that_is_there(record: dict[str, Any], report: Node) -> None:
    row = report.id("posture").row("Headers")
    assert [cell.text for cell in row.all("td", "number")] == ["1", "2", "0", "0", "0", "0"]
    assert [part.classes for part in row.one("svg", "bar").all("rect")] == [["is-pass"], ["is-fail"]]
    assert sum(float(part.attributes["width"]) for part in row.one("svg", "bar").all("rect")) == pytest.approx(240)


def test_one_failure_among_forty_thousand_results_is_still_drawn() -> None:
    drawn = page.read(drawings.bar({"pass": 40_000, "fail": 1, "waived": 0}).encode()).all("rect")
    assert len(drawn) == 2
    assert float(drawn[1].attributes["width"]) >= 2


def test_the_trend_is_drawn_and_its_numbers_are_in_a_table(report: Node) -> None:
    posture = report.id("posture")
    labels = [svg.attributes["aria-label"] for svg in posture.all("svg", "chart")]
    assert labels[0] == "Fail, run by run: 6, 4, 3"
    assert "1 fewer than the run before" in posture.all("figure")[0].text
    runs = [row.all("td")[3].text for row in posture.all("table")[1].one("tbody").all("tr")]
    assert runs == ["3", "4", "6"]


def test_a_line_falls_where_the_number_falls() -> None:
    lines = page.read(drawings.spark([6, 4, 3]).encode()).all("line")
    heights = [(float(line.attributes["y1"]), float(line.attributes["y2"])) for line in lines]
    assert len(heights) == 2
    assert all(before < after for before, after in heights), "down on the page is a greater y"


# How long data lives


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
    ("shortest", "longest", "inside"), [(30, 365, True), (29, 365, False), (30, 380, False), (1, 2000, False)]
)
def test_a_bar_lies_within_the_brackets_if_and_only_if_the_life_does(
    shortest: int, longest: int, *, inside: bool
) -> None:
    row = page.life("production", "logs", "Logs", shortest, longest, least=30, most=365)
    drawn = page.read(drawings.lifetime(row).encode())
    bar = drawn.one("rect", "lives")
    start = float(bar.attributes["x"])
    end = start + float(bar.attributes["width"])
    low, high = (float(re.search(r"1H([\d.]+)V", mark.attributes["d"])[1]) for mark in drawn.all("path", "bound"))  # type: ignore[index]
    assert (low - 0.11 <= start and end <= high + 0.11) is inside


def test_an_open_end_runs_to_the_edge() -> None:
    row = page.life("production", "rows", "Rows", 30, None, most=365)
    bar = page.read(drawings.lifetime(row).encode()).one("rect", "lives")
    assert float(bar.attributes["x"]) + float(bar.attributes["width"]) == pytest.approx(drawings.LIFE[0], abs=0.2)


def test_a_life_of_a_day_has_a_place_on_the_axis() -> None:
    row = page.life("production", "rows", "Rows", 1, 1)
    assert page.read(drawings.lifetime(row).encode()).one("circle", "lives")


# The data of the script


def test_every_result_can_be_read_back_from_the_data() -> None:
    record = sample.many(300)
    found = page.data(page.read(html.render(record)))
    texts, on, results = found["texts"], found["resources"], found["results"]
    read = [
        (
            found["rules"][rule]["id"],
            texts[on["stack"][resource]],
            texts[on["start"][resource]] + on["end"][resource],
            found["outcomes"][outcome],
            texts[level],
            texts[reason],
        )
        for rule, resource, outcome, level, reason in zip(
            *(results[name] for name in ("rule", "on", "outcome", "level", "reason")), strict=True
        )
    ]
    assert [tuple(map(_shown, one)) for one in read] == [
        tuple(_shown(result.get(key, "")) for key in ("rule", "stack", "urn", "outcome", "level", "reason"))
        for result in record["results"]
    ]


def test_forty_thousand_results_are_a_file_of_a_few_megabytes() -> None:
    assert len(html.render(sample.many(40_000))) < 16_000_000


# The questions of an auditor, each answered by the page itself


def test_the_page_says_what_was_tested_by_which_text_and_parameters(report: Node) -> None:
    rule = report.id("rule-RET-02")
    assert "RET-02 is kept" in rule.text
    assert "mandatory: leastDays = 365" in rule.text
    assert "high" in rule.text
    assert "PCI DSS 4.0.1 10.5.1" in rule.text
    assert "infra" in report.id("off").text or "asked for in staging only" in report.id("off").row("COST-01").text


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


def test_the_page_says_on_what_and_that_the_population_is_whole(record: dict[str, Any], report: Node) -> None:
    data = page.data(report)
    urns = [
        data["texts"][start] + end
        for start, end in zip(data["resources"]["start"], data["resources"]["end"], strict=True)
    ]
    assert urns == [_readable(item["urn"]) for item in record["population"]]
    assert "8 resources of 4 types in 2 states" in report.id("resources").text
    types = report.id("resources").all("table")[0]
    assert {row.all("th")[0].text for row in types.one("tbody").all("tr")} == {
        item["type"] for item in record["population"]
    }


def test_the_page_says_which_types_are_known_to_the_rules(tmp_path: Path) -> None:
    documents = {stack: states.rehearsed(stack) for stack in states.STACKS}
    states.resources_of(documents["staging"]).append(
        {"urn": sample.urn("staging", "foo:index:Bar", "baz"), "type": "foo:index:Bar", "custom": True, "id": "1"}
    )
    resources = page.read(html.render(states.record(tmp_path, documents))).id("resources")
    assert "1 type is unknown to the rules" in resources.text
    assert "unknown no rule of its own" in resources.row("foo:index:Bar").text
    assert "known BK-" in resources.row("neon:index:Project").text


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
        *("2026-11-25T08:00:00Z to 2026-11-25T08:00:04Z", "thandi", "1234567", record["run"]["commit"]),
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


def _hash(node: Node) -> str:
    (text,) = node.children
    assert isinstance(text, str)
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _readable(text: str) -> str:
    return text.replace("\u202e", "\ufffd").replace("\x1b", "\ufffd")


def _shown(text: str) -> str:
    return _readable(text)
