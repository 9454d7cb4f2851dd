"""Small words that the page and its data share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from markupsafe import Markup, escape

from audit.formats.parts import Record, as_text, standard

_STEERING: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")

_CODE: Final = Markup("<code>{}</code>")


def readable(value: Any) -> Any:
    """A text without what steers a terminal or the direction of writing; lists and mappings with such texts; else the value."""
    if type(value) is str:
        return _STEERING.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {key: readable(part) for key, part in value.items()}
    return [readable(part) for part in value] if isinstance(value, list) else value


def kind(token: str) -> str:
    """A type token for people: package and last part, such as `vercel ProjectRoute`."""
    package, _, rest = token.partition(":")
    last = rest.rpartition(":")[2]
    return f"provider {last}" if rest.startswith("providers:") else f"{package} {last}"


def anchor(text: str) -> str:
    """The text as the end of an element's id."""
    return "".join(letter if letter.isalnum() else "-" for letter in text)


def parameters(setting: Mapping[str, Any]) -> str:
    """The parameters of a rule in force: `name = value`, parted by semicolons."""
    return "; ".join(f"{name} = {as_text(value)}" for name, value in sorted(setting["parameters"].items()))


def serves(requirements: Iterable[Record]) -> str:
    """The clauses that a rule serves, each standard once."""
    found: dict[str, list[str]] = {}
    for requirement in requirements:
        found.setdefault(standard(requirement), []).append(requirement["clause"])
    return "; ".join(f"{name} {', '.join(clauses)}" for name, clauses in found.items())


def prose(text: str) -> Markup:
    """A text with code between backticks."""
    pieces = enumerate(readable(text).split("`"))
    return Markup("").join(_CODE.format(piece) if place % 2 else escape(piece) for place, piece in pieces)
