"""Reads `policies/waivers.yaml`, and gives the JSON Schema of it.

Every key of a waiver is there, and no other; all mistakes are told at once, each with its line. What needs the day, or a run,
is no mistake of the file: GOV-03 judges that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from policies.catalogue import levels, registry
from policies.catalogue.secrecy import is_secret_text, quoted
from policies.catalogue.waivers import Waiver

FILE: Final = Path(__file__).parent.parent / "waivers.yaml"

_NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
_LINE: Final = r"^\S(.*\S)?$"
_WORDS: Final = r"^\S+(\s+\S+){2,}\s*$"
_LITERAL: Final = r"^[^\[\]\n]*[^*?\s\[\]][^\[\]\n]*$"
_DAY: Final = r"^\d{4}-\d{2}-\d{2}$"

_PATTERNS: Final[Mapping[str, tuple[str, str]]] = {
    "id": (_NAME, "letters, digits, dots and dashes"),
    "resource": (_LITERAL, "a pattern over logical names, of * and ?, that names more than '*'"),
    "reason": (_WORDS, "a sentence of three words at least"),
    "owner": (_LINE, "who answers for it"),
    "approver": (_LINE, "who allowed it"),
    "ticket": (_LINE, "where it is followed up"),
    "created": (_DAY, "a day, YYYY-MM-DD"),
    "expires": (_DAY, "a day, YYYY-MM-DD"),
    "compensatingControl": (_WORDS, "what protects meanwhile, three words at least"),
}


class WaiversError(Exception):
    """The waivers cannot be used; the text lists every mistake."""


def waivers(path: Path | None = None) -> tuple[Waiver, ...]:
    """All waivers of the project, or of another file, in their order. Raises `WaiversError`."""
    return _read(path or FILE)


def schema() -> dict[str, Any]:
    """The JSON Schema of the file, for editors. It leaves out what one value alone does not show: unique ids, and that a waiver
    ends after it began."""
    texts = {
        key: {"type": "string", "pattern": pattern, "description": wanted}
        for key, (pattern, wanted) in _PATTERNS.items()
    }
    for key in ("created", "expires"):
        texts[key]["format"] = "date"
    chosen = {key: {"enum": sorted(allowed)} for key, allowed in _choices().items()}
    properties = {key: {**texts, **chosen}[key] for key in _keys()}
    waiver = {"type": "object", "properties": properties, "required": _keys(), "additionalProperties": False}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Accepted violations",
        "type": "object",
        "properties": {"waivers": {"type": "array", "items": waiver}},
        "required": ["waivers"],
        "additionalProperties": False,
    }


def _keys() -> list[str]:
    first, *others = _PATTERNS
    return [first, *_choices(), *others]


def _choices() -> Mapping[str, frozenset[str]]:
    """Rules that read what the waivers did cannot be waived themselves."""
    return {
        "rule": frozenset(rule.id for rule in registry.rules() if not rule.last),
        "stack": frozenset(levels.stacks()),
    }


@dataclass(slots=True)
class _Mistakes:
    file: str
    told: list[str] = field(default_factory=list)

    def add(self, node: yaml.Node | None, where: str, given: object, wanted: str) -> None:
        line = f":{node.start_mark.line + 1}" if node else ""
        self.told.append(f"  {self.file}{line}: {where}: {given}; wanted {wanted}")


@cache
def _read(path: Path) -> tuple[Waiver, ...]:
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise WaiversError(f"{path.name} cannot be read as YAML: {_unreadable(error)}") from None
    mistakes = _Mistakes(path.name)
    found = tuple(_all(root, mistakes))
    if mistakes.told:
        raise WaiversError("\n".join([f"{path.name} has mistakes; no rule was run:", *mistakes.told]))
    return found


def _unreadable(error: Exception) -> str:
    """Where a file is no YAML; the parser's own text repeats what stands there."""
    mark = getattr(error, "problem_mark", None)
    return f"see line {mark.line + 1}, column {mark.column + 1}" if mark else type(error).__name__


def _all(root: yaml.Node | None, mistakes: _Mistakes) -> Iterator[Waiver]:
    given = _entries(root, "the file", {"waivers"}, mistakes)
    listed = given.get("waivers")
    if listed is not None and not isinstance(listed, yaml.SequenceNode):
        mistakes.add(listed, "waivers", "is no list", "a list of waivers, empty where there is none")
    seen: set[str] = set()
    for position, node in enumerate(listed.value if isinstance(listed, yaml.SequenceNode) else ()):
        before = len(mistakes.told)
        texts = _texts(node, f"waivers[{position}]", mistakes)
        name = texts.get("id", "")
        if name in seen:
            mistakes.add(node, f"waivers[{position}].id", f"{quoted(name)} is given twice", "an id of its own")
        seen.add(name)
        if len(mistakes.told) == before:
            yield _waiver(texts)


def _texts(node: yaml.Node, where: str, mistakes: _Mistakes) -> dict[str, str]:
    """The values of one waiver by key. Days are texts here."""
    entries = _entries(node, where, set(_keys()), mistakes)
    texts: dict[str, str] = {}
    for key, value in entries.items():
        is_day = key in ("created", "expires") and value.tag.endswith(":timestamp")
        if not isinstance(value, yaml.ScalarNode) or not (value.tag.endswith(":str") or is_day):
            mistakes.add(value, f"{where}.{key}", "is no text", _wanted(key))
        elif not _fits(key, value.value):
            mistakes.add(value, f"{where}.{key}", quoted(value.value), _wanted(key))
        elif is_secret_text(value.value):
            mistakes.add(
                value, f"{where}.{key}", "holds a secret", "words without one: rotate it, as it may have been seen"
            )
        else:
            texts[key] = value.value
    if {"created", "expires"} <= texts.keys() and texts["expires"] < texts["created"]:
        mistakes.add(entries["expires"], f"{where}.expires", repr(texts["expires"]), f"{texts['created']} or later")
    return texts


def _entries(node: yaml.Node | None, where: str, wanted: set[str], mistakes: _Mistakes) -> dict[str, yaml.Node]:
    """The pairs of a mapping with exactly the wanted keys, each once."""
    if not isinstance(node, yaml.MappingNode):
        mistakes.add(node, where, "is no mapping", f"the keys {', '.join(sorted(wanted))}")
        return {}
    found: dict[str, yaml.Node] = {}
    for key, value in node.value:
        name = str(key.value)
        if name not in wanted:
            mistakes.add(key, where, f"{quoted(name)} is no key", f"one of {', '.join(sorted(wanted))}")
        elif name in found:
            mistakes.add(key, where, f"{name!r} is given twice", "each key once")
        else:
            found[name] = value
    for name in sorted(wanted - found.keys()):
        mistakes.add(node, where, f"{name!r} is missing", _wanted(name) if name in _keys() else "a list")
    return found


def _fits(key: str, text: str) -> bool:
    choices = _choices()
    if key in choices:
        return text in choices[key]
    return re.fullmatch(_PATTERNS[key][0], text) is not None and (_PATTERNS[key][0] != _DAY or _is_day(text))


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _wanted(key: str) -> str:
    choices = _choices()
    return f"one of {', '.join(sorted(choices[key]))}" if key in choices else _PATTERNS[key][1]


def _waiver(texts: Mapping[str, str]) -> Waiver:
    day: Callable[[str], date] = date.fromisoformat
    return Waiver(
        id=texts["id"],
        rule=texts["rule"],
        stack=texts["stack"],
        resource=texts["resource"],
        reason=texts["reason"].rstrip(),
        owner=texts["owner"],
        approver=texts["approver"],
        ticket=texts["ticket"],
        created=day(texts["created"]),
        expires=day(texts["expires"]),
        compensating_control=texts["compensatingControl"].rstrip(),
    )
