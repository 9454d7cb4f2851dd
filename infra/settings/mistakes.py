"""How a mistake in the settings is told: the key, the value given, what is allowed, and the command that mends it.

A value that may be a secret is never shown: one of a key that Pulumi marks secret, of a key named like a secret, or one that
looks like a credential, wherever it stands.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from infra.settings.area import Area
from infra.settings.model import Settings
from infra.settings.rules import violations
from infra.settings.violation import REMOVE, Violation

PROJECT: Final = "brightbroom-infra"

_ABSENT: Final = object()
"""Stands where a key is missing: no type takes it, so the message says what is allowed there."""
_SECRET_KEY: Final = re.compile(r"secret|token|passw|passphrase|credential|(api|merchant|private)key", re.IGNORECASE)
_CREDENTIAL: Final = re.compile(r"(?=(?:[A-Za-z_]*\d){2})(?=\d*[A-Za-z_])\w{10,}", re.ASCII)
"""Ten characters of letters and two digits at least, without a break."""


class SettingsError(Exception):
    """The stack's settings cannot be used; the text lists every mistake with the command that mends it."""

    def __init__(self, mistakes: list[str], stack: str) -> None:
        self.mistakes = mistakes
        count = f"{len(mistakes)} mistakes" if len(mistakes) > 1 else "1 mistake"
        head = f"the settings of stack {stack!r} have {count}; nothing was changed:"
        super().__init__("\n".join([head, *(f"  {mistake}" for mistake in mistakes)]))


def judged(
    config: Mapping[str, Any], *, stack: str, hidden: Iterable[str] = ()
) -> tuple[Settings, list[str]] | tuple[None, list[str]]:
    """The settings and every mistake in them; None where an area cannot be read. `hidden` areas hold secrets.

    A rule over several areas waits until each of them can be read.
    """
    whole = _filled(Settings, _decoded(config))
    hidden = frozenset(hidden)
    try:
        settings = Settings.model_validate(whole)
    except ValidationError as error:
        details = error.errors()
        told = [_mistake(detail, stack, hidden) for detail in details]
        partial = _readable(whole, {str(detail["loc"][0]) for detail in details})
        return None, told + [_broken(rule, stack, hidden) for rule in violations(partial)]
    return settings, [_broken(rule, stack, hidden) for rule in violations(settings)]


def set_command(key: str, value: object, stack: str) -> str:
    """The command that sets one key, such as `hosting.rollingRelease.stages[0]`. Lists and objects are written as JSON, which
    the settings read again: Pulumi keeps what follows a path as text."""
    text = value if isinstance(value, str) else json.dumps(value)
    # What starts with a dash would be taken for a flag.
    end = f"--stack {stack} -- {shlex.quote(text)}" if text.startswith("-") else f"{shlex.quote(text)} --stack {stack}"
    return f"pulumi config set --path {_path(key)} {end}"


def remove_command(key: str, stack: str) -> str:
    """The command that takes one key out."""
    return f"pulumi config rm --path {_path(key)} --stack {stack}"


def secret_command(name: str, stack: str) -> str:
    """The command that asks for a secret and encrypts it."""
    return f"pulumi config set --secret --path '{PROJECT}:secrets.{name}' --stack {stack}"


def _path(key: str) -> str:
    quote = "'\"'\"'"
    return f"'{PROJECT}:{key.replace(chr(39), quote)}'"


def _decoded(value: Any) -> Any:
    """A value with JSON texts in it read: what `set_command` writes for a list."""
    if isinstance(value, Mapping):
        return {key: _decoded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_decoded(item) for item in value]
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _filled(model: type[Area], config: Mapping[str, Any]) -> dict[str, Any]:
    """The config with every missing key marked that has no default, so that each is told by itself."""
    filled = dict(config)
    for name, field in model.model_fields.items():
        key, kind = field.alias or name, field.annotation
        if isinstance(kind, type) and issubclass(kind, Area):
            value = filled.get(key, {})
            filled[key] = _filled(kind, value) if isinstance(value, Mapping) else value
        elif field.is_required():
            filled.setdefault(key, _ABSENT)
    return filled


def _readable(config: Mapping[str, Any], faulty: set[str]) -> Settings:
    """Settings of the areas without a mistake; the others have no attribute."""
    areas = {}
    for name, field in Settings.model_fields.items():
        key, kind = field.alias or name, cast("Any", field.annotation)
        if key not in faulty:
            areas[name] = TypeAdapter(kind).validate_python(config[key])
    return Settings.model_construct(**areas)


def _mistake(error: ErrorDetails, stack: str, hidden: frozenset[str]) -> str:
    location = error["loc"]
    key = _key(location)
    if error["type"] == "extra_forbidden":
        known = ", ".join(_keys_of(location[:-1]))
        return f"{key}: is not a setting; known here are: {known}\n    {remove_command(key, stack)}"
    allowed = re.sub(r"^\w+ should ", "must ", error["msg"].removeprefix("Value error, "))
    if error["type"] in ("model_type", "model_attributes_type"):
        allowed = f"must be an object with the keys {', '.join(_keys_of(location))}"
    command = set_command(key, "<value>", stack)
    if error["type"] == "missing" or error["input"] is _ABSENT:
        return f"{key}: is missing; {allowed}\n    {command}"
    return f"{key}: {_shown(key, error['input'], hidden)} was given; {allowed}\n    {command}"


def _broken(rule: Violation, stack: str, hidden: frozenset[str]) -> str:
    mend = remove_command(rule.key, stack) if rule.example is REMOVE else set_command(rule.key, rule.example, stack)
    return f"{rule.key}: {_shown(rule.key, rule.given, hidden)} {rule.problem}\n    {mend}"


def _shown(key: str, value: object, hidden: frozenset[str]) -> str:
    if isinstance(value, Mapping):
        return "an object"
    text = json.dumps(value, default=str)
    if re.split(r"[.\[]", key)[0] in hidden or _SECRET_KEY.search(key) or _CREDENTIAL.search(text):
        return "a value that may be a secret (not shown)"
    return "a list with objects" if "{" in text and isinstance(value, list) else repr(value)


def _key(location: tuple[int | str, ...]) -> str:
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        elif not re.fullmatch(r"[\w-]+", part):
            text += f"[{json.dumps(part)}]"
        else:
            text += f".{part}" if text else part
    return text


def _keys_of(location: tuple[int | str, ...]) -> list[str]:
    """The keys of the object at a place of the settings."""
    kind: Any = Settings
    for part in location:
        if isinstance(part, str):
            field = next(f for name, f in kind.model_fields.items() if (f.alias or name) == part)
            kind = field.annotation
        kind = next(iter(getattr(kind, "__args__", ())), kind)
    keys = [field.alias or name for name, field in kind.model_fields.items()]
    return sorted([*keys, "secrets"] if kind is Settings else keys)
