"""The report as a file: what it says, what it may do, and that nothing in a record gets out of its place."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from audit.formats import html
from tests.audit.formats import page, sample
from tests.audit.formats.page import Node


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


def test_areas_show_their_six_counts_and_a_share_of_each_that_is_there(record: dict[str, Any], report: Node) -> None:
    row = report.id("posture").row("Headers")
    assert [cell.text for cell in row.all("td", "number")] == ["1", "2", "0", "0", "0", "0"]
    assert [part.classes for part in row.one("svg", "bar").all("rect")] == [["is-pass"], ["is-fail"]]
    assert sum(float(part.attributes["width"]) for part in row.one("svg", "bar").all("rect")) == pytest.approx(240)


def test_the_trend_is_drawn_and_its_numbers_are_in_a_table(report: Node) -> None:
    posture = report.id("posture")
    labels = [svg.attributes["aria-label"] for svg in posture.all("svg", "chart")]
    assert labels[0] == "Fail, run by run: 6, 4, 3"
    assert "1 fewer than the run before" in posture.all("figure")[0].text
    runs = [row.all("td")[3].text for row in posture.all("table")[1].one("tbody").all("tr")]
    assert runs == ["3", "4", "6"]


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
    assert [tuple(map(page.shown, one)) for one in read] == [
        tuple(page.shown(result.get(key, "")) for key in ("rule", "stack", "urn", "outcome", "level", "reason"))
        for result in record["results"]
    ]


def test_a_result_more_is_some_hundred_bytes_more() -> None:
    few, many = (len(html.render(sample.many(number))) for number in (1_000, 3_000))
    assert (many - few) / 2_000 < 400, "every third of them a failure, told twice"


def _hash(node: Node) -> str:
    (text,) = node.children
    assert isinstance(text, str)
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
