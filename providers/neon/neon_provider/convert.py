"""Between the engine's property values and plain Python: the only user of the wire's types besides the server itself."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, TypeAlias

from pulumi.provider.experimental.property_value import Computed, PropertyValue
from pulumi.runtime.rpc import UNKNOWN

Properties: TypeAlias = dict[str, Any]
"""Plain values by wire name; whole numbers are `int`, a value not yet known is the string `UNKNOWN`."""

__all__ = ["UNKNOWN", "Properties", "hide", "is_unknown", "known", "secret_texts", "to_plain", "to_wire"]
_INTERNAL: Final = "__"
_LONG: Final = 8
"""Characters from which a text stands in another by no chance."""


def to_plain(values: Mapping[str, PropertyValue]) -> Properties:
    """Values of a request; nulls are left out, secret marks dropped."""
    return {k: _plain(v) for k, v in values.items() if v.value is not None and not k.startswith(_INTERNAL)}


def to_wire(properties: Mapping[str, Any], secret: Collection[str] = ()) -> dict[str, PropertyValue]:
    """Values of an answer, the named ones marked secret."""
    return {key: _wire(value, key in secret) for key, value in properties.items() if value is not None}


def is_unknown(value: Any) -> bool:
    """Whether the value, or anything in it, is not known yet."""
    if isinstance(value, dict):
        return any(map(is_unknown, value.values()))
    if isinstance(value, list):
        return any(map(is_unknown, value))
    return isinstance(value, str) and value == UNKNOWN


def known(properties: Mapping[str, Any]) -> Properties:
    """The properties that can be judged at preview."""
    return {key: value for key, value in properties.items() if not is_unknown(value)}


def secret_texts(values: Mapping[str, PropertyValue]) -> frozenset[str]:
    """Every scalar that stands under a secret mark, as its text."""
    return frozenset(text for value in values.values() for text in _texts(value, value.is_secret))


def hide(text: str, secret: Collection[str]) -> str:
    """The text without any of these values, also where it quotes them; the longest first, and short ones as whole words only."""
    values = {form for value in secret for form in (value, repr(value)[1:-1]) if value}
    for value in sorted(values, key=len, reverse=True):
        whole = re.escape(value)
        text = re.sub(whole if len(value) >= _LONG else rf"(?<!\w){whole}(?!\w)", "[secret]", text)
    return text


def _texts(value: PropertyValue, secret: bool) -> Iterator[str]:  # noqa: FBT001 - private, one caller
    inner, secret = value.value, secret or value.is_secret
    if isinstance(inner, Mapping):
        for item in inner.values():
            yield from _texts(item, secret)
    elif isinstance(inner, list | tuple):
        for item in inner:
            yield from _texts(item, secret)
    elif secret and isinstance(inner, str | int | float):
        yield str(_plain(value))


def _plain(value: PropertyValue) -> Any:
    inner = value.value
    if isinstance(inner, Computed):
        return UNKNOWN
    if isinstance(inner, float):
        return int(inner) if inner.is_integer() else inner
    if isinstance(inner, Mapping):
        return to_plain(inner)
    if isinstance(inner, str | bool) or inner is None:
        return inner
    return [_plain(item) for item in inner]  # type: ignore[union-attr]  # assets are no input of this provider


def _wire(value: Any, secret: bool) -> PropertyValue:  # noqa: FBT001 - private, one caller
    if isinstance(value, bool | str):  # an unknown goes as its string: the SDK cannot send a `Computed`
        result = PropertyValue(value)
    elif isinstance(value, int | float):
        result = PropertyValue(float(value))
    elif isinstance(value, list):
        result = PropertyValue([_wire(item, False) for item in value if item is not None])
    else:
        result = PropertyValue(to_wire(value))
    return result.with_secret(True) if secret else result
