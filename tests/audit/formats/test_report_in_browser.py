"""The report in a real browser: what it asks of the network, and what a reader can do with mouse, keyboard and paper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # of the package
from playwright.sync_api import Browser, Locator, Page, expect

from audit.formats.parts import OUTCOMES, ordered
from tests.audit.formats import sample
from tests.audit.formats.conftest import Open

pytestmark = pytest.mark.browser

_WIDE, _NARROW = (1440, 900), (320, 640)


def _list(page: Page) -> Locator:
    return page.locator("#result-list")


def _status(page: Page) -> Locator:
    return _list(page).get_by_role("status")


def _rows(page: Page) -> Locator:
    return _list(page).locator("tbody > tr")


@pytest.mark.parametrize("size", [_WIDE, _NARROW])
def test_a_checker_of_accessibility_finds_nothing_serious(opened: Open, size: tuple[int, int]) -> None:
    page = opened(size=size, bypass_csp=True)
    page.get_by_role("button", name="Evidence for PCI DSS 4.0.1 6.5.3").click()
    _rows(page).first.get_by_text("All fields").click()
    _check(page, {"resultTypes": ["violations"]})
    page.emulate_media(color_scheme="dark")
    _check(page, {"resultTypes": ["violations"], "runOnly": ["color-contrast"]})


def _check(page: Page, options: dict[str, Any]) -> None:
    found = Axe().run(page, options=options).response["violations"]
    grave = [one for one in found if one["impact"] in ("serious", "critical")]
    assert not grave, [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in grave]


@pytest.mark.parametrize(
    ("attempt", "refused"),
    [
        ("eval('1')", "EvalError"),
        ("document.body.innerHTML = '<b>text</b>'", "TypeError"),
        ("await fetch('http://127.0.0.1:9/')", "TypeError"),
        ("await import('data:text/javascript,1')", "TypeError"),
    ],
)
def test_the_policy_of_the_page_refuses_what_is_not_of_the_page(
    browser: Browser, files: dict[str, Path], attempt: str, refused: str
) -> None:
    """Tried from a timer, as a script of the page would; what the debugger evaluates itself is exempt."""
    page = browser.new_page()
    page.goto(files["small"].as_uri())
    tried = f"async () => {{ try {{ {attempt}; return 'done'; }} catch (error) {{ return error.name; }} }}"
    assert page.evaluate(f"new Promise(done => setTimeout(async () => done(await ({tried})())))") == refused
    page.close()


def test_what_a_record_says_is_never_run(opened: Open) -> None:
    page = opened()
    expect(_rows(page).filter(has_text="<script>alert(1)</script>")).to_have_count(1)
    assert page.locator("script").count() == 2


def test_all_results_are_listed_the_most_urgent_first(opened: Open) -> None:
    page = opened()
    shown = [row.strip() for row in _rows(page).locator("td:first-child").all_inner_texts()]
    due = [result["outcome"] for result in ordered(sample.record())]
    assert shown == due
    expect(_status(page)).to_have_text("10 results")


def test_words_find_results_by_rule_resource_and_value(opened: Open) -> None:
    page = opened()
    search = page.get_by_label("Search results")
    search.fill("hdr-07 staging")
    expect(_status(page)).to_have_text("1 result, out of 10")
    expect(_rows(page)).to_contain_text("max-age=60")
    search.fill("max-age=60")
    expect(_status(page)).to_have_text("1 result, out of 10")
    search.fill("nothing of the kind")
    expect(_status(page)).to_have_text("No result matches.")


def test_filters_narrow_together_and_the_address_keeps_them(opened: Open) -> None:
    page = opened()
    page.get_by_role("checkbox", name="fail").check()
    page.get_by_role("checkbox", name="waived").check()
    expect(_status(page)).to_have_text("4 results, out of 10")
    page.get_by_label("Severity").select_option("critical")
    _list(page).get_by_label("Stack").select_option("staging")
    expect(_status(page)).to_have_text("1 result, out of 10")
    address = page.evaluate("location.hash")
    again = opened(address=address)
    expect(_status(again)).to_have_text("1 result, out of 10")
    expect(again.get_by_role("checkbox", name="waived")).to_be_checked()
    expect(again.get_by_label("Severity")).to_have_value("critical")
    again.get_by_role("button", name="Clear").click()
    expect(_status(again)).to_have_text("10 results")


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("?outcome=not+evaluated", lambda result: result["outcome"] == "not evaluated"),
        ("?stack=staging", lambda result: result["stack"] == "staging"),
        ("?area=HDR", lambda result: result["rule"] == "HDR-07"),
        ("?rule=RET-02", lambda result: result["rule"] == "RET-02"),
        ("?severity=high", lambda result: result["rule"] in ("HDR-07", "RET-02")),
        ("?clause=PCI+DSS+4.0.1+6.5.4", lambda result: result["rule"] == "GH-04"),
    ],
)
def test_every_filter_can_be_linked(opened: Open, address: str, kept: Callable[[dict[str, Any]], bool]) -> None:
    record = sample.many(2_000)
    due = sum(map(kept, record["results"]))
    page = opened("large", f"#results{address}")
    expect(_status(page)).to_have_text(f"1 to 25 of {due:,} results, out of 2,000")


def test_a_long_list_is_shown_a_page_at_a_time(opened: Open) -> None:
    page = opened("large")
    expect(_rows(page)).to_have_count(25)
    expect(_status(page)).to_have_text("1 to 25 of 2,000 results")
    turn = page.get_by_role("navigation", name="Pages of results")
    first, before, after, last = turn.get_by_role("button").all()
    expect(before).to_have_attribute("aria-disabled", "true")
    after.click()
    expect(_status(page)).to_have_text("26 to 50 of 2,000 results")
    assert page.evaluate("location.hash") == "#results?page=2"
    last.click()
    expect(_status(page)).to_have_text("1,976 to 2,000 of 2,000 results")
    expect(after).to_have_attribute("aria-disabled", "true")
    after.dispatch_event("click")
    expect(turn).to_contain_text("Page 80 of 80")
    first.click()
    expect(_status(page)).to_have_text("1 to 25 of 2,000 results")


def test_a_result_unfolds_to_all_its_fields(opened: Open) -> None:
    page = opened(address="#results?rule=RET-02&stack=staging")
    _rows(page).get_by_text("All fields").click()
    fields = _rows(page).locator("dl").inner_text()
    for told in (
        sample.urn("staging", sample.STACK, "brightbroom-infra-staging"),
        "mandatory: leastDays = 365",
        "10.5.1",
    ):
        assert told in fields


def test_a_requirement_unfolds_to_its_evidence_on_each_resource(opened: Open) -> None:
    page = opened("large")
    button = page.get_by_role("button", name="Evidence for ASVS 5.0 3.4.1")
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    evidence = page.locator(f"#{button.get_attribute('aria-controls')}")
    expect(evidence.get_by_role("status")).to_have_text("1 to 10 of 600 results")
    assert set(evidence.locator("tbody > tr > th .code").all_inner_texts()) == {"HDR-07"}
    button.click()
    expect(evidence).to_be_hidden()


def test_a_resource_leads_to_its_results(opened: Open) -> None:
    page = opened()
    page.get_by_label("Search resources").fill("projectRoute headers staging")
    resources = page.locator("#resource-list tbody > tr")
    expect(resources).to_have_count(1)
    resources.get_by_role("link", name="1 fail").click()
    expect(_status(page)).to_have_text("1 result, out of 10")
    expect(page.locator(".only")).to_contain_text("headers")
    page.get_by_role("button", name="all resources").click()
    expect(_status(page)).to_have_text("4 results, out of 10")


def test_an_area_leads_to_its_results(opened: Open) -> None:
    page = opened()
    page.get_by_role("link", name="Headers").click()
    expect(_status(page)).to_have_text("3 results, out of 10")
    expect(page.locator("#results-title")).to_be_focused()


def test_the_keyboard_alone_is_enough(opened: Open) -> None:
    page = opened("large")
    press = page.keyboard.press
    press("Tab")
    expect(page.get_by_role("link", name="Skip to the report")).to_be_focused()
    assert _outlined(page)
    press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.locator("#results-title").focus()
    _tab_to(page, "Search results")
    page.keyboard.type("secret-7")
    expect(_status(page)).to_have_text("22 results, out of 2,000")
    _tab_to(page, "waived")
    press("Space")
    assert _outlined(page)
    expect(_status(page)).to_have_text("11 results, out of 2,000")
    page.locator("#standard-ASVS-5-0").evaluate("node => { node.tabIndex = -1; node.focus(); }")
    _tab_to(page, "Evidence for ASVS 5.0 3.4.1")
    press("Enter")
    _tab_to(page, "Next")
    press("Enter")
    expect(page.locator("#evidence-ASVS-5-0-3-4-1").get_by_role("status")).to_have_text("11 to 20 of 600 results")


def test_without_a_script_nothing_that_needs_one_is_offered(opened: Open) -> None:
    page = opened(java_script_enabled=False)
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("searchbox")).to_have_count(0)
    for told in ("record.json, under population", "passes and the rest are in record.json"):
        expect(page.locator("main")).to_contain_text(told)
    for place in ("#fix-HDR-07-mandatory table", "#evidence-PCI-DSS-4-0-1-6-5-3", "#unjudged table", "#waivers table"):
        expect(page.locator(place).first).to_be_visible()


@pytest.mark.parametrize("name", ["small", "large"])
def test_a_narrow_screen_never_scrolls_sideways(opened: Open, name: str) -> None:
    page = opened(name, size=_NARROW)
    page.get_by_role("button", name="Evidence for ASVS 5.0 3.4.1").click()
    for details in page.locator("summary:visible").all()[:20]:
        details.click()
    assert page.evaluate("document.documentElement.scrollWidth") == _NARROW[0]


def test_a_table_stays_a_table_for_a_screen_reader_when_it_is_shown_as_cards(opened: Open) -> None:
    page = opened(size=_NARROW)
    table = _list(page).get_by_role("table", name="Results, the most urgent first")
    expect(table.get_by_role("row")).to_have_count(11)
    expect(table.get_by_role("columnheader")).to_have_text(["Outcome", "Rule", "Resource", "Severity", "Evidence"])


def test_paper_shows_what_is_folded_and_all_rows_and_no_controls(opened: Open) -> None:
    page = opened("large", "#results?outcome=fail")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(_rows(page)).to_have_count(600)
    expect(_status(page)).to_have_text("600 results")
    expect(page.get_by_role("searchbox")).to_have_count(0)
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("navigation")).to_have_count(0)
    assert page.locator("#evidence-ASVS-5-0-3-4-1").is_visible()
    folded = page.locator("#fix-HDR-07-mandatory details table")
    assert folded.evaluate("node => node.checkVisibility({contentVisibilityAuto: true})")
    assert page.locator("thead").first.evaluate("node => getComputedStyle(node).display") == "table-header-group"
    link = page.locator("#fix a[href^=http]").first
    assert "https://example.test/SEC-03" in link.evaluate("node => getComputedStyle(node, '::after').content")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(_rows(page)).to_have_count(25)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_six_outcomes_are_told_apart_without_colour(opened: Open, scheme: str) -> None:
    page = opened(color_scheme=scheme)
    fills = page.locator(".legend rect").evaluate_all("nodes => nodes.map(node => getComputedStyle(node).fill)")
    assert len(set(fills)) == len(OUTCOMES)


def _outlined(page: Page) -> bool:
    return bool(page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth) >= 2"))


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until the element of this name has the focus."""
    script = """() => { const node = document.activeElement;
        return node.ariaLabel ?? (node.labels?.[0] ?? node).textContent.trim(); }"""
    for _ in range(60):
        page.keyboard.press("Tab")
        if str(page.evaluate(script)).strip() == name:
            return
    raise AssertionError(f"{name} cannot be reached")
