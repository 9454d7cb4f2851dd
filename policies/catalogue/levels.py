"""How strict each rule is in a stack, and with which parameters: `policies/levels/<stack>.json`.

::

    {"HDR-05": {"level": "mandatory", "paymentHosts": ["https://www.payfast.co.za"]}, ...}

Every rule has an entry with exactly its parameters; anything else is refused by name, all mistakes at once. A rule that is
switched off (`disabled`) says why, in `because`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from policies.catalogue import registry
from policies.catalogue.model import Level, Rule
from policies.catalogue.secrecy import quoted

FOLDER: Final = Path(__file__).parent.parent / "levels"
STRICTEST: Final = "production"
"""Judges a stack that has no file of its own."""

SCHEMA: Final = FOLDER / "schema.json"
"""The JSON Schema of the levels files, for editors."""

_OWN: Final = ("level", "because")
"""Keys of every entry; all others are parameters."""

_POINTER: Final = "$schema"
"""A file may name its schema for editors."""

_KINDS: Final[Mapping[type, Mapping[str, Any]]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    str: {"type": "string"},
    list: {"type": "array", "items": {"type": "string"}},
}
"""What a parameter may be, in Python and in JSON Schema."""


class LevelsError(Exception):
    """A levels file cannot be used; the text lists every mistake."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One rule in one stack. `because` says why a rule is switched off, and where that is written."""

    level: Level
    parameters: Mapping[str, Any]
    because: str = ""


def stacks() -> tuple[str, ...]:
    """The stacks that have a file, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json") if path != SCHEMA))


@cache
def of_stack(stack: str) -> Mapping[str, Setting]:
    """The settings of a stack by rule code. Raises `LevelsError`."""
    return load(FOLDER / f"{stack if stack in stacks() else STRICTEST}.json", registry.rules())


def load(path: Path, rules: tuple[Rule, ...]) -> Mapping[str, Setting]:
    """Read and check one file. Raises `LevelsError`."""
    try:
        given = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_once)
    except (OSError, ValueError) as error:
        raise LevelsError(f"{path.name} cannot be read as JSON: {error}") from None
    if not isinstance(given, dict):
        raise LevelsError(f"{path.name} holds no object of rules")
    given.pop(_POINTER, None)
    mistakes = list(_mistakes(given, {rule.id: rule for rule in rules}))
    if mistakes:
        raise LevelsError("\n".join([f"{path.name} has mistakes; no rule was run:", *(f"  {m}" for m in mistakes)]))
    return {code: _setting(entry, path.name) for code, entry in given.items()}


def schema(rules: tuple[Rule, ...]) -> dict[str, Any]:
    """The JSON Schema of a file. It accepts what `load` accepts, and nothing else."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "How strict each rule is in a stack",
        "type": "object",
        "properties": {_POINTER: {"type": "string"}, **{rule.id: _entry_schema(rule) for rule in rules}},
        "required": [rule.id for rule in rules],
        "additionalProperties": False,
    }


def _entry_schema(rule: Rule) -> dict[str, Any]:
    allowed = [level for level in Level if level is not Level.REMEDIATE or rule.mend]
    return {
        "description": f"{rule.statement} ({rule.severity})",
        "type": "object",
        "properties": {
            "level": {"enum": allowed},
            "because": {"type": "string", "pattern": r"\S"},
            **{key: dict(_KINDS[kind]) for key, kind in rule.parameters.items()},
        },
        "required": ["level", *rule.parameters],
        "additionalProperties": False,
        "if": {"properties": {"level": {"const": Level.DISABLED}}},
        "then": {"required": ["because"]},
        "else": {"not": {"required": ["because"]}},
    }


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON, in which a key that stands twice would hide the first."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = {key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1}
        raise ValueError(f"{', '.join(map(quoted, sorted(twice)))} is given twice")
    return found


def _setting(entry: Mapping[str, Any], file: str) -> Setting:
    parameters = {key: value for key, value in entry.items() if key not in _OWN}
    because = f"by {file}: {entry['because']}" if "because" in entry else ""
    return Setting(Level(entry["level"]), parameters, because)


def _named(key: str) -> str:
    """A key of the file, as long as it may be one."""
    return key if re.fullmatch(r"[A-Za-z]+(-\d+)?", key) and len(key) < 32 else quoted(key)


def _mistakes(given: Mapping[str, Any], rules: Mapping[str, Rule]) -> Iterator[str]:
    for code in sorted(set(given) - set(rules)):
        yield f"{_named(code)}: is no rule; known are: {', '.join(sorted(rules))}"
    for code, rule in sorted(rules.items()):
        entry = given.get(code)
        if not isinstance(entry, dict):
            yield f'{code}: is missing; give {{"level": "mandatory"}} at least'
            continue
        if entry.get("level") not in list(Level):
            yield f"{code}.level: {quoted(entry.get('level'))} is none of {', '.join(Level)}"
        if entry.get("level") == Level.REMEDIATE and rule.mend is None:
            yield f"{code}.level: 'remediate' needs a repair, and the rule has none"
        reason = entry.get("because", "")
        given_well = isinstance(reason, str) and bool(reason.strip()) == ("because" in entry)
        if not given_well or (entry.get("level") == Level.DISABLED) != ("because" in entry):
            yield f"{code}.because: is given for a rule that is disabled, and only for one"
        for key in sorted(set(entry) - set(rule.parameters) - set(_OWN)):
            yield f"{code}.{_named(key)}: is no parameter; known are: {', '.join(rule.parameters) or 'none'}"
        for key, kind in rule.parameters.items():
            value = entry.get(key)
            if type(value) is not kind:
                yield f"{code}.{key}: {quoted(value)} is not of type {kind.__name__}"
            elif isinstance(value, list) and not all(isinstance(item, str) for item in value):
                yield f"{code}.{key}: {quoted(value)} is not a list of texts"
