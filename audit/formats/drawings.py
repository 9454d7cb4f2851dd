"""The drawings of the report, as SVG without text: numbers and words stand beside them, where they can be read and scaled.

Colours and patterns come from the page's style by class name, so each drawing follows light, dark and print. A drawing that says
nothing which the row beside it does not say is hidden from screen readers; the others carry a label.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import log10
from typing import Any, Final
from xml.etree import ElementTree as Tree

from markupsafe import Markup

BAR: Final = (240, 12)
SPARK: Final = (96, 20)
CHART: Final = (300, 72)
LIFE: Final = (320, 26)
TICKS: Final = ((1, "1 d"), (7, "7 d"), (30, "30 d"), (90, "90 d"), (365, "1 y"), (1825, "5 y"))
"""Marks of the axis of lifetimes, in days; it is logarithmic and reaches from half a day to ten years."""
_SHORTEST: Final = 0.5
_LONGEST: Final = 3650


def bar(counts: Mapping[str, int]) -> Markup:
    """The share of each outcome, in the order given. What is there at all is at least two units wide."""
    width, height = BAR
    present = {outcome: count for outcome, count in counts.items() if count}
    svg = _svg(BAR, "bar")
    room = width - 2 * len(present)
    total = sum(present.values())
    left = 0.0
    for outcome, count in present.items():
        part = 2 + room * count / total
        _add(svg, "rect", {"class": _fill(outcome), "x": left, "y": 0, "width": part, "height": height})
        left += part
    return _markup(svg)


def swatch(outcome: str) -> Markup:
    """The key of one outcome."""
    svg = _svg((14, 12), "swatch")
    _add(svg, "rect", {"class": _fill(outcome), "x": 0, "y": 0, "width": 14, "height": 12})
    return _markup(svg)


def spark(values: Sequence[int]) -> Markup:
    """How one number went over the runs."""
    svg = _svg(SPARK, "spark")
    _line(svg, values, SPARK)
    return _markup(svg)


def chart(title: str, values: Sequence[int]) -> Markup:
    """How one number went over the runs, from zero to its highest."""
    width, height = CHART
    svg = _svg(CHART, "chart", f"{title}, run by run: {', '.join(map(str, values))}")
    for y in (4, height - 4):
        _add(svg, "line", {"class": "grid", "x1": 0, "x2": width, "y1": y, "y2": y})
    _line(svg, values, CHART)
    return _markup(svg)


def lifetime(row: Mapping[str, Any]) -> Markup:
    """How long data lives: a bar from shortest to longest between the two bounds, which are marked."""
    width, height = LIFE
    least, most = row["leastDays"], row["mostDays"]
    svg = _svg(LIFE, "life", life_text(row))
    for days, _ in TICKS:
        _add(svg, "line", {"class": "grid", "x1": _at(days), "x2": _at(days), "y1": 0, "y2": height})
    start = 0.0 if least is None else _at(least)
    end = width if most is None else _at(most)
    _add(svg, "rect", {"class": "allowed", "x": start, "y": 0, "width": max(end - start, 0), "height": height})
    left, right = _ends(row)
    if left is not None and right is not None:
        look = f"lives {row['verdict'].replace(' ', '-')}"
        if right - left < 8:
            _add(svg, "circle", {"class": look, "cx": (left + right) / 2, "cy": 13, "r": 5})
        else:
            _add(svg, "rect", {"class": look, "x": left, "y": 8, "width": right - left, "height": 10})
    for bound, turn in ((least, 5), (most, -5)):
        if bound is not None:
            x = _at(bound)
            _add(svg, "path", {"class": "bound", "d": f"M{x + turn:.2f} 1H{x:.2f}V{height - 1}H{x + turn:.2f}"})
    return _markup(svg)


def axis() -> Markup:
    """The axis that all lifetimes share; the only drawing with words."""
    width = LIFE[0]
    svg = _svg((width, 14), "axis")
    for days, name in TICKS:
        text = _add(svg, "text", {"x": _at(days), "y": 11, "text-anchor": "middle"})
        text.text = name
    return _markup(svg)


def life_text(row: Mapping[str, Any]) -> str:
    """What a lifetime's drawing shows, in words."""
    shortest, longest = row["shortestDays"], row["longestDays"]
    lives = {
        "none": f"lives {shortest} to {longest} days",
        "longest": "lives without an end" if shortest is None else f"lives {shortest} days or longer, without an end",
        "shortest": "may be gone at once" if longest is None else f"lives up to {longest} days, perhaps not at all",
    }[row["open"]]
    bounds = [
        "" if row["leastDays"] is None else f"at least {row['leastDays']}",
        "" if row["mostDays"] is None else f"at most {row['mostDays']}",
    ]
    wanted = " and ".join(filter(None, bounds))
    return f"{lives}; wanted {wanted} days" if wanted else lives


def _ends(row: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Where the bar begins and ends; an open end runs to the edge."""
    shortest, longest = row["shortestDays"], row["longestDays"]
    left = 0.0 if row["open"] == "shortest" or (shortest is None and row["open"] == "longest") else _place(shortest)
    right = float(LIFE[0]) if row["open"] == "longest" else _place(longest)
    return left, right


def _place(days: int | None) -> float | None:
    return None if days is None else _at(days)


def _at(days: float) -> float:
    share = log10(min(max(days, _SHORTEST), _LONGEST) / _SHORTEST) / log10(_LONGEST / _SHORTEST)
    return share * LIFE[0]


def _line(svg: Tree.Element, values: Sequence[int], size: tuple[int, int]) -> None:
    width, height = size
    top = max([*values, 1])
    step = (width - 8) / max(len(values) - 1, 1)
    points = [(4 + step * index, height - 4 - (height - 8) * value / top) for index, value in enumerate(values)]
    if len(points) == 1:
        points = [(width - 4, points[0][1])]
    for (x1, y1), (x2, y2) in pairwise(points):
        _add(svg, "line", {"class": "run", "x1": x1, "y1": y1, "x2": x2, "y2": y2})
    if points:
        _add(svg, "circle", {"class": "last", "cx": points[-1][0], "cy": points[-1][1], "r": 3})


def _fill(outcome: str) -> str:
    return f"is-{outcome.replace(' ', '-')}"


def _svg(size: tuple[int, int], kind: str, label: str = "") -> Tree.Element:
    width, height = map(str, size)
    told = {"role": "img", "aria-label": label} if label else {"aria-hidden": "true"}
    return Tree.Element(
        "svg", {"class": kind, "viewBox": f"0 0 {width} {height}", "width": width, "height": height, **told}
    )


def _add(parent: Tree.Element, tag: str, attributes: Mapping[str, str | float]) -> Tree.Element:
    return Tree.SubElement(
        parent,
        tag,
        {key: f"{value:.2f}" if isinstance(value, float) else str(value) for key, value in attributes.items()},
    )


def _markup(svg: Tree.Element) -> Markup:
    return Markup(Tree.tostring(svg, encoding="unicode", short_empty_elements=True))  # noqa: S704 - escaped by ElementTree
