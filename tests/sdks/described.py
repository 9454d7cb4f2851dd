"""What the plugin's schema says, in Python's names and types: what the SDK is compared with."""

from __future__ import annotations

import inspect
import json
import re
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import neon_provider

SCHEMA: dict[str, Any] = json.loads(
    (Path(neon_provider.__file__).parents[1] / "schema.json").read_text(encoding="utf-8")
)
RESOURCES: dict[str, Any] = SCHEMA["resources"]
FUNCTIONS: dict[str, Any] = SCHEMA["functions"]
CONFIG: dict[str, Any] = SCHEMA["provider"]["inputProperties"]
OBJECTS: dict[str, Any] = {
    token.removeprefix("neon:index:"): described
    for token, described in SCHEMA["types"].items()
    if described["type"] == "object"
}
ENUMS: dict[str, Any] = {
    token.removeprefix("neon:index:"): described for token, described in SCHEMA["types"].items() if "enum" in described
}
RESULTS = tuple(
    name for name in OBJECTS if name.endswith(("Details", "Period", "HeldScheduleItem")) or name == "Region"
)
"""Objects that functions answer with: the SDK has a class for each."""

_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
_KEYWORDS = {"from"}


def snake(wire: str) -> str:
    """The Python name."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", wire).lower()
    return f"{name}_" if name in _KEYWORDS else name


def short(token: str) -> str:
    """The last part of a token."""
    return token.rsplit(":", 1)[-1]


def spelled(described: Mapping[str, Any], *, result: bool = False) -> str:
    """The Python type of a property; an object is a mapping to put in, and a class to get out of a function."""
    if name := short(described.get("$ref", "")):
        if name in OBJECTS:
            return name if result else _mapping(name)
        return _PLAIN[SCHEMA["types"][f"neon:index:{name}"]["type"]]
    kind = described["type"]
    if kind == "array":
        return f"Sequence[{spelled(described['items'], result=result)}]"
    if kind == "object":
        return f"Mapping[str, {spelled(described['additionalProperties'])}]"
    return _PLAIN[kind]


def _mapping(name: str) -> str:
    kinds = {described.get("type") for described in OBJECTS[name]["properties"].values()}
    return "Mapping[str, int]" if kinds == {"integer"} else "Mapping[str, Any]"


def local(text: str, properties: Mapping[str, Any]) -> str:
    """A description with the names of its neighbours as Python has them."""
    return re.sub(r"`(\w+)`", lambda found: f"`{snake(found[1])}`" if found[1] in properties else found[0], text)


def arguments(called: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """The arguments without those of every resource and function."""
    found = dict(inspect.signature(called).parameters)
    return {name: argument for name, argument in found.items() if name not in ("resource_name", "opts")}


def documented(thing: object) -> tuple[str, dict[str, str]]:
    """The first paragraph of a docstring, and what it says of each argument."""
    first, *others = (inspect.getdoc(thing) or "").split("\n\n")
    lines = textwrap.dedent("\n\n".join(others)).replace("\n    ", " ").splitlines()
    return first.replace("\n", " "), dict(line.split(": ", 1) for line in lines if line)
