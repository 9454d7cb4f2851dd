"""Canonical JSON, RFC 8785: the same content gives the same bytes, so that a hash over it means something.

Numbers are whole and safe in every reader; anything else becomes text before it gets into a record (`plain`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from policies.catalogue.resource import SECRET, UNKNOWN

_LARGEST: Final = 2**53 - 1
"""The last whole number that every JSON reader keeps exactly."""


def dumps(value: Any) -> bytes:
    """The canonical bytes. Raises `TypeError` for what a record must not hold: floats, other numbers, keys beyond ASCII."""
    _check(value, "record")
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def plain(value: Any) -> Any:
    """A value as a record may hold it: whole numbers stay, other numbers, dates and marks become text."""
    if value is SECRET or value is UNKNOWN:
        return repr(value)
    if isinstance(value, str):
        return well_formed(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and abs(value) <= _LARGEST:
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return str(value)


def well_formed(text: str) -> str:
    """The text with halves of surrogate pairs, which JSON can write and UTF-8 cannot, replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _check(value: Any, where: str) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise TypeError(f"{where} has the key {key!r}: canonical JSON here has ASCII keys only")
            _check(inner, f"{where}.{key}")
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            _check(inner, f"{where}.{position}")
    elif isinstance(value, int) and not isinstance(value, bool):
        if abs(value) > _LARGEST:
            raise TypeError(f"{where} is {value}, a number that not every reader keeps exactly")
    elif not isinstance(value, str | bool | None):
        raise TypeError(f"{where} is of type {type(value).__name__}: not allowed in canonical JSON here")
