"""The drawings of the report: what is longer, later or more stands further along."""

from __future__ import annotations

import re

import pytest

from audit.formats import drawings
from tests.audit.formats import page


def test_one_failure_among_forty_thousand_results_is_still_drawn() -> None:
    drawn = page.read(drawings.bar({"pass": 40_000, "fail": 1, "waived": 0}).encode()).all("rect")
    assert len(drawn) == 2
    assert float(drawn[1].attributes["width"]) >= 2


def test_a_line_falls_where_the_number_falls() -> None:
    lines = page.read(drawings.spark([6, 4, 3]).encode()).all("line")
    heights = [(float(line.attributes["y1"]), float(line.attributes["y2"])) for line in lines]
    assert len(heights) == 2
    assert all(before < after for before, after in heights), "down on the page is a greater y"


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
