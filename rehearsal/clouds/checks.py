"""Judges inputs before anything is sent: what is required, allowed and in bounds. Values not yet known are let through."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from rehearsal.clouds.table import ABSENT, Failure, Property, Validate
from rehearsal.engine.values import UNKNOWN, Properties, Value, has_unknown, is_secret, plain

_NAMED_KINDS: Final[Mapping[str, str]] = {
    "text": "a text",
    "number": "a number",
    "flag": "true or false",
    "items": "a list",
    "map": "a map of texts",
    "block": "a block",
}


def with_defaults(fields: Mapping[str, Property], inputs: Properties) -> Properties:
    """The inputs with the vendor plugin's defaults, also inside the blocks that are given. None counts as not given."""
    filled = {key: value for key, value in inputs.items() if value is not None}
    for name, prop in fields.items():
        value = filled.get(name)
        if value is None:
            if prop.default is not ABSENT:
                filled[name] = prop.default
        elif prop.kind == "block" and isinstance(value, dict) and not is_secret(value):
            filled[name] = with_defaults(prop.fields, value)
        elif prop.item is not None and prop.item.kind == "block" and isinstance(value, list):
            inner = prop.item.fields
            filled[name] = [_item_with_defaults(inner, item) for item in value]
    return filled


def _item_with_defaults(fields: Mapping[str, Property], item: Value) -> Value:
    return with_defaults(fields, item) if isinstance(item, dict) and not is_secret(item) else item


def failures(
    noun: str, fields: Mapping[str, Property], inputs: Properties, validate: Iterable[Validate]
) -> list[Failure]:
    """Every mistake in the inputs of a resource or provider, each under its property."""
    found = list(_block_failures("", noun, fields, inputs))
    if not found:
        known = {key: UNKNOWN if has_unknown(value) else plain(value) for key, value in inputs.items()}
        for judge in validate:
            found.extend(judge(known))
    return found


def _block_failures(path: str, noun: str, fields: Mapping[str, Property], block: Properties) -> Iterator[Failure]:
    for name in block:
        if name not in fields and not name.startswith("__"):
            allowed = ", ".join(sorted(fields))
            yield Failure(_join(path, name), f"{noun} has no such property; it has: {allowed}")
    for name, prop in fields.items():
        value = block.get(name)
        if value is not None:
            yield from _value_failures(_join(path, name), prop, value, noun)
        elif prop.required:
            yield Failure(_join(path, name), f"is required by {noun}")


def _value_failures(path: str, prop: Property, value: Value, noun: str) -> Iterator[Failure]:
    hidden = is_secret(value)
    bare = value["value"] if hidden else value
    if bare == UNKNOWN or prop.kind == "json":
        return
    shown = "[secret]" if hidden or has_hidden(bare) else repr(bare)
    if not _is_kind(prop, bare):
        yield Failure(path, f"is {shown}; wanted is {_NAMED_KINDS[prop.kind]}")
    elif prop.choices and bare not in prop.choices:
        yield Failure(path, f"is {shown}; allowed are {', '.join(map(repr, prop.choices))}")
    elif prop.pattern and not re.fullmatch(prop.pattern, str(bare)):
        yield Failure(path, f"is {shown}; it must match {prop.pattern}")
    elif not _in_bounds(prop, bare):
        yield Failure(path, f"is {shown}; {_bounds_text(prop)}")
    elif prop.kind == "block":
        yield from _block_failures(path, noun, prop.fields, bare)
    elif prop.item is not None:
        for index, item in enumerate(bare):
            if item is not None:
                yield from _value_failures(f"{path}[{index}]", prop.item, item, noun)


def has_hidden(value: Value) -> bool:
    """Whether a list or map holds a secret somewhere, so that it may not be shown."""
    if isinstance(value, dict):
        return is_secret(value) or any(map(has_hidden, value.values()))
    return isinstance(value, list) and any(map(has_hidden, value))


def _is_kind(prop: Property, value: Any) -> bool:
    match prop.kind:
        case "text":
            return isinstance(value, str)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "flag":
            return isinstance(value, bool)
        case "items":
            return isinstance(value, list)
        case _:
            return isinstance(value, dict)


def _in_bounds(prop: Property, value: Any) -> bool:
    low, high = prop.bounds
    if low is None and high is None:
        return True
    size = value if prop.kind == "number" else len(value)
    return (low is None or size >= low) and (high is None or size <= high)


def _bounds_text(prop: Property) -> str:
    low, high = prop.bounds
    what = {"number": "", "text": " characters", "items": " entries"}.get(prop.kind, "")
    if low is None:
        return f"at most {high}{what}"
    if high is None:
        return f"at least {low}{what}"
    return f"from {low} to {high}{what}"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


# ---- validators that several tables use ------------------------------------------------------------------------


def exactly_one(*names: str) -> Validate:
    """Exactly one of these inputs."""

    def judge(inputs: Properties) -> Iterator[Failure]:
        given = [name for name in names if inputs.get(name) is not None]
        if len(given) != 1:
            yield Failure(names[0], f"exactly one of {', '.join(names)} must be given, not {len(given)}")

    return judge


def at_most_one(*names: str) -> Validate:
    """At most one of these inputs."""

    def judge(inputs: Properties) -> Iterator[Failure]:
        given = [name for name in names if inputs.get(name) is not None]
        if len(given) > 1:
            yield Failure(given[1], f"conflicts with {given[0]}")

    return judge


def at_least_one(*names: str) -> Validate:
    """At least one of these inputs."""

    def judge(inputs: Properties) -> Iterator[Failure]:
        if all(inputs.get(name) in (None, [], {}) for name in names):
            yield Failure(names[0], f"at least one of {', '.join(names)} must be given")

    return judge


def credential(name: str, variable: str) -> Validate:
    """A provider setting that may stand in an environment variable instead, as with the vendor's own plugin."""

    def judge(inputs: Properties) -> Iterator[Failure]:
        given = inputs.get(name)
        if given == "" or (given is None and not os.environ.get(variable)):
            yield Failure(name, f"is required; set {variable}")

    return judge


def needs(name: str, other: str) -> Validate:
    """An input that only makes sense together with another."""

    def judge(inputs: Properties) -> Iterator[Failure]:
        if inputs.get(name) is not None and inputs.get(other) is None:
            yield Failure(name, f"needs {other}")

    return judge
