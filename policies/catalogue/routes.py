"""Response headers and paths as Vercel's project routes declare them (vercel.com/docs/routing: transforms)."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from policies.catalogue.model import Unevaluated
from policies.catalogue.resource import SECRET, UNKNOWN, Resource, Stack
from policies.catalogue.types import HEADERS, VERCEL_ROUTE

_EVERY_PATH: Final = ("/.*", "/.*?", "/?.*", ".*", ".*?", ".+", "/.*/?")
"""Patterns over every path, without their anchors and groups. `/.+` is none: it leaves out the start page."""
_BELOW: Final = ("", "/", "/x", "/v1/bookings/7", "/a.json")
"""What stands below a path in the samples that a pattern is tried on."""
_TOKEN: Final = re.compile(r"(/?):\w+(\([^)]*\))?([*+?]?)")


@dataclass(frozen=True, slots=True)
class Operation:
    """One change of the response headers by a route: `op` is set, append or delete. `name` is a header's name in lower case, or
    conditions on names such as `{"pre": "x-"}`."""

    path: str
    op: str
    name: str | Mapping[str, Any]
    value: str

    def concerns(self, header: str) -> bool:
        """Whether it changes a header of this lower-case name."""
        if isinstance(self.name, str):
            return self.name == header
        return all(_fits(header, condition, _lowered(value)) for condition, value in self.name.items())


def enabled(route: Resource) -> bool:
    """Whether the route acts; Vercel enables a route that does not say."""
    return route.get("enabled") is not False


def of_project(stack: Stack, project: Resource) -> tuple[Resource, ...]:
    """The routes of a project that act."""
    return tuple(route for route in stack.linked(project, VERCEL_ROUTE, by="projectId") if enabled(route))


def covers_everything(route: Resource) -> bool:
    """Whether the route's pattern covers every path, whatever the request holds. Only patterns that say so plainly count."""
    source = route.get("route.src")
    if not isinstance(source, str) or _conditional(route):
        return False
    if route.get("srcSyntax") == "path-to-regexp":
        return bool(re.fullmatch(r"/:\w+\*|/:\w+\(\.\*\)|/\(\.\*\)", source))
    if route.get("srcSyntax") == "equals":
        return False
    bare = re.sub(r"\(\?P?<\w+>|\(\?:|[()]", "", source.replace("\\/", "/").removeprefix("^").removesuffix("$"))
    return "|" not in source and bare in _EVERY_PATH


def covers(route: Resource, path: str) -> bool:
    """Whether the route's pattern covers a path and what is below it, whatever the request holds."""
    pattern = _pattern(route)
    if pattern is None or _conditional(route):
        return False
    return covers_everything(route) or all(pattern.fullmatch(path + end) for end in _BELOW if end != "/")


def touches(route: Resource, path: str) -> bool:
    """Whether the route's pattern covers a path, or any of what is below it."""
    pattern = _pattern(route)
    named = f"{path}/" in str(route.get("route.src"))
    return pattern is None or named or any(pattern.fullmatch(path + end) for end in _BELOW)


def headers(resource: Resource) -> dict[str, str]:
    """The response headers that a route sets, or that a profile declares, by lower-case name.

    Appended values follow a comma, as browsers read repeated headers. Raises `Unevaluated` where one cannot be read.
    """
    if resource.type == HEADERS:
        return {name.lower(): value for name, _, value in _plain_headers(resource, "headers")}
    found: dict[str, str] = {}
    for operation in operations(resource):
        if operation.op == "delete":
            found = {name: value for name, value in found.items() if not operation.concerns(name)}
        elif isinstance(operation.name, str):
            before = found.get(operation.name)
            added = operation.op == "append" and before is not None
            found[operation.name] = f"{before}, {operation.value}" if added else operation.value
    return found


def operations(route: Resource) -> Iterator[Operation]:
    """Every change of the response headers, in order."""
    for name, path, value in _plain_headers(route, "route.headers"):
        yield Operation(path, "set", name.lower(), value)
    for position in range(len(route.listed("route.transforms"))):
        path = f"route.transforms.{position}"
        transform = route.mapped(path)
        for part in ("type", "op", "target", "args"):
            route.readable(f"{path}.{part}")
        changed, value = name_of(transform), _decoded(transform.get("args"))
        if changed is not None:
            text = value if isinstance(value, str) else json.dumps(value, default=repr)
            yield Operation(path, str(transform.get("op")), changed, text)


def _plain_headers(resource: Resource, path: str) -> Iterator[tuple[str, str, str]]:
    """Name, path and value of each header of a map; a name may hold dots."""
    for name, value in resource.mapped(path).items():
        place = f"{path}.{name}"
        if value is UNKNOWN:
            raise Unevaluated(place)
        if value is SECRET:
            raise Unevaluated(place, "is encrypted")
        yield name, place, str(value)


def name_of(transform: Mapping[str, Any]) -> str | Mapping[str, Any] | None:
    """The header that a transform changes, None where it changes no response header."""
    target = _decoded(transform.get("target")) if transform.get("type") == "response.headers" else None
    key = target.get("key") if isinstance(target, Mapping) else None
    return key.lower() if isinstance(key, str) else key if isinstance(key, Mapping) else None


def path_of(header: str) -> str:
    """How findings name a header's place."""
    return f"route.transforms[{header}]"


def place(resource: Resource, header: str) -> str:
    """How findings name a header's place in a route or a profile."""
    return f"headers.{header}" if resource.type == HEADERS else path_of(header)


def with_header(route: Resource, header: str, value: str) -> Mapping[str, Any]:
    """The changed `route` property in which what sets a header sets this value, all else untouched. Empty where nothing sets it,
    or where something in it cannot be read and so cannot be sent again."""
    whole = route.properties.get("route")
    if not isinstance(whole, Mapping) or not _plain(whole):
        return {}
    plain = whole.get("headers") or {}
    transforms = whole.get("transforms") or []
    changed = {
        "headers": {name: value if name.lower() == header.lower() else old for name, old in plain.items()},
        "transforms": [
            {**each, "op": "set", "args": json.dumps(value)}
            if name_of(each) == header.lower() and each.get("op") != "delete"
            else each
            for each in transforms
        ],
    }
    mended = {**whole, **{key: changed[key] for key in changed if whole.get(key)}}
    return {} if mended == whole else {"route": mended}


def _conditional(route: Resource) -> bool:
    return bool(route.get("route.has") or route.get("route.missings"))


def _pattern(route: Resource) -> re.Pattern[str] | None:
    """The whole path's pattern; None where it cannot be read as one."""
    source, syntax = route.get("route.src"), route.get("srcSyntax")
    if not isinstance(source, str):
        return None
    if syntax == "equals":
        source = re.escape(source)
    elif syntax == "path-to-regexp":
        if "{" in source:
            return None
        source = _TOKEN.sub(lambda found: f"(?:{found[1]}{found[2] or '[^/]+'}){found[3]}", source)
    flags = re.NOFLAG if route.get("route.caseSensitive") else re.IGNORECASE
    return _compiled(source.replace("(?<", "(?P<").replace("(?P<=", "(?<=").replace("(?P<!", "(?<!"), flags)


@lru_cache(maxsize=1024)
def _compiled(source: str, flags: re.RegexFlag) -> re.Pattern[str] | None:
    """None also for what this language reads in another way, as it warns of: `[[:alpha:]]`."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", FutureWarning)
        try:
            return re.compile(source, flags)
        except (re.error, OverflowError, RecursionError, FutureWarning):
            return None


def _plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(map(_plain, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_plain, value))
    return value is not UNKNOWN and value is not SECRET


def _fits(header: str, condition: str, value: Any) -> bool:
    """Whether a header's name fits one condition of a target. One that is not known here may fit."""
    if condition in ("inc", "ninc"):
        return (header in value) is (condition == "inc")
    if condition in ("pre", "suf"):
        return bool(header.startswith(value) if condition == "pre" else header.endswith(value))
    return (header == value) is (condition == "eq") if condition in ("eq", "neq") else True


def _lowered(value: Any) -> Any:
    return tuple(str(each).lower() for each in value) if isinstance(value, list | tuple) else str(value).lower()


def _decoded(text: Any) -> Any:
    return _parsed(text) if isinstance(text, str) else text


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
