"""Which kind of value an input is, and what stands in it: judged before its rules are, so that these may rely on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from neon_provider.checks import Problem
from neon_provider.convert import UNKNOWN


@dataclass(frozen=True, slots=True)
class Shape:
    """`says` names it in messages; `fields` are those of an object, `item` is what a list or a map holds."""

    says: str
    types: tuple[type, ...]
    fields: Mapping[str, Shape] = field(default_factory=dict)
    item: Shape | None = None


TEXT: Final = Shape("text", (str,))
WHOLE: Final = Shape("a whole number", (int,))
NUMBER: Final = Shape("a number", (int, float))
FLAG: Final = Shape("true or false", (bool,))
TEXTS: Final = Shape("a list of texts", (list,), item=TEXT)
WHOLES: Final = Shape("a list of whole numbers", (list,), item=WHOLE)
TEXT_MAP: Final = Shape("an object of texts", (dict,), item=TEXT)


def an_object(**fields: Shape) -> Shape:
    """An object with these fields, none of them required."""
    return Shape("an object", (dict,), fields)


def objects(**fields: Shape) -> Shape:
    """A list of such objects."""
    return Shape("a list of objects", (list,), item=an_object(**fields))


def mismatches(key: str, value: Any, shape: Shape) -> Iterator[Problem]:
    """Where a value is of another shape; unknown parts are passed over."""
    if isinstance(value, str) and value == UNKNOWN:
        return
    if not isinstance(value, shape.types) or (isinstance(value, bool) and bool not in shape.types):
        yield key, f"must be {shape.says}, was {value!r}"
    elif isinstance(value, list) and shape.item:
        for position, item in enumerate(value):
            yield from mismatches(f"{key}[{position}]", item, shape.item)
    elif isinstance(value, dict):
        for name, item in value.items():
            inner = shape.item or shape.fields.get(name)
            if inner is None:
                yield f"{key}.{name}", f"is no field; known are: {', '.join(shape.fields)}"
            else:
                yield from mismatches(f"{key}.{name}", item, inner)


LIBRARIES: Final = an_object(useDefaults=FLAG, enabledLibraries=TEXTS)
COMPUTE: Final = {"minCu": NUMBER, "maxCu": NUMBER, "suspendTimeoutSeconds": WHOLE, "pgSettings": TEXT_MAP}
