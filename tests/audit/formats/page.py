"""A page as a tree, strictly: every element is closed where it was opened. And a record that gives the report all it can show."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from tests.audit.formats import sample

_VOID = {"meta", "input"}


@dataclass(eq=False)
class Node:
    tag: str
    attributes: dict[str, str]
    children: list[Node | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text below, with single spaces."""
        return " ".join("".join(self._texts()).split())

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    def all(self, tag: str = "", kind: str = "") -> list[Node]:
        """Elements below, by tag and class."""
        return [n for n in self.walk() if tag in ("", n.tag) and (not kind or kind in n.classes)]

    def one(self, tag: str = "", kind: str = "") -> Node:
        (found,) = self.all(tag, kind)
        return found

    def id(self, name: str) -> Node:
        (found,) = (node for node in self.walk() if node.attributes.get("id") == name)
        return found

    def row(self, start: str) -> Node:
        """The table row whose head begins with a text."""
        (found,) = (node for node in self.all("tr") if any(head.text.startswith(start) for head in node.all("th")[:1]))
        return found

    def walk(self) -> Iterator[Node]:
        for child in self.children:
            if isinstance(child, Node):
                yield child
                yield from child.walk()

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag not in ("script", "style"):
                yield from child._texts()
                yield " " if child.tag not in ("b", "code", "span", "a", "time", "strong") else ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Node("page", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice"
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in _VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        closed = self.open.pop()
        assert closed.tag == tag, f"</{tag}> ends <{closed.tag}>, line {self.getpos()[0]}"

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(content: bytes) -> Node:
    """The tree of a page."""
    reader = _Reader()
    reader.feed(content.decode())
    reader.close()
    (root,) = reader.open
    return root


def data(page: Node) -> dict[str, Any]:
    """What the page's script reads."""
    (text,) = page.id("data").children
    assert isinstance(text, str)
    found: dict[str, Any] = json.loads(text)
    return found


def shown(text: str) -> str:
    """A text of the sample as the page shows it: what turns the writing or steers a terminal is replaced."""
    return text.replace("\u202e", "\ufffd").replace("\x1b", "\ufffd")


def told() -> dict[str, Any]:
    """The sample with a past, lives of data, a resource on its way out, and parameters."""
    record = sample.record()
    now = {"number": 7, "date": "2026-11-25", "stacks": ["production", "staging"], "overdue": 1}
    now |= {"total": record["counts"]["total"], "byArea": record["counts"]["byArea"]}
    record["trend"] = [_run(5, 6, now), _run(6, 4, now), now]
    record["retention"] = [
        life("production", "history", "History", 7, 7, least=7, most=30),
        life("production", "snapshots", "Snapshots", 30, 400, least=30, most=35, verdict="too long"),
        life("staging", "history", "History", 1, 7, most=30),
        life("staging", "snapshots", "Snapshots", 20, None, least=30, verdict="too short"),
    ]
    return record


def life(
    stack: str,
    key: str,
    title: str,
    shortest: int | None,
    longest: int | None,
    *,
    least: int | None = None,
    most: int | None = None,
    verdict: str = "within",
) -> dict[str, Any]:
    """One row of a record's retention."""
    urn = sample.urn(stack, sample.PROJECT, "db")
    return {
        "stack": stack,
        "dataClass": key,
        "title": title,
        "shortestDays": shortest,
        "longestDays": longest,
        "open": "longest" if longest is None else "shortest" if shortest is None else "none",
        "leastDays": least,
        "mostDays": most,
        "verdict": verdict,
        "parts": [{"what": "db: history", "days": shortest, "urn": urn, "path": "historyRetentionSeconds"}],
        "note": "a restore brings rows back",
    }


def _run(number: int, failing: int, now: dict[str, Any]) -> dict[str, Any]:
    areas = {**now["byArea"], "HDR": {**now["byArea"]["HDR"], "fail": failing}}
    total = {**now["total"], "fail": failing}
    return {**now, "number": number, "date": f"2026-11-{number + 10}", "total": total, "byArea": areas}
