"""Property values as plain JSON: comparing is `==`, saving is `json.dump`.

Numbers, strings, booleans, None, lists and dicts stand for themselves. The three special cases keep the wire's own
encoding, so a round trip loses nothing: a secret is ``{SIGNATURE: SECRET, "value": ...}``, assets and resource
references are ``{SIGNATURE: ..., ...}``, and a value not yet known is the string `UNKNOWN`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

import pulumi
from google.protobuf import struct_pb2
from pulumi.provider.experimental.property_value import Computed, PropertyValue, ResourceReference
from pulumi.runtime import rpc

Value: TypeAlias = Any  # JSON with the special cases above; narrowed by the predicates below
Properties: TypeAlias = dict[str, Value]

UNKNOWN: Final[str] = rpc.UNKNOWN
SIGNATURE: Final[str] = rpc._special_sig_key  # noqa: SLF001 - the wire's own constants, public in the protocol only
SECRET: Final[str] = rpc._special_secret_sig  # noqa: SLF001


def is_secret(value: Value) -> bool:
    """Whether the value itself is marked secret (not something inside it)."""
    return isinstance(value, dict) and value.get(SIGNATURE) == SECRET


def make_secret(value: Value) -> Value:
    """Mark a value secret; marking twice is the same as once."""
    return value if is_secret(value) else {SIGNATURE: SECRET, "value": value}


def has_unknown(value: Value) -> bool:
    """Whether any part of the value is not yet known."""
    if isinstance(value, str):
        return value == UNKNOWN
    if isinstance(value, list):
        return any(map(has_unknown, value))
    return isinstance(value, dict) and any(map(has_unknown, value.values()))


def has_secret(value: Value) -> bool:
    """Whether any part of the value is marked secret."""
    if isinstance(value, list):
        return any(map(has_secret, value))
    return isinstance(value, dict) and (is_secret(value) or any(map(has_secret, value.values())))


def plain(value: Value) -> Value:
    """The value without its secret marks, at every depth."""
    return map_secrets(value, lambda secret: plain(secret["value"]))


def masked(value: Value) -> Value:
    """The value with every secret replaced by the text `[secret]`: the only form that may be shown."""
    return map_secrets(value, lambda _: "[secret]")


def map_secrets(value: Value, replace: Callable[[dict[str, Value]], Value]) -> Value:
    """Replace each outermost secret by `replace(secret)`; everything else is kept."""
    if isinstance(value, list):
        return [map_secrets(item, replace) for item in value]
    if isinstance(value, dict):
        if is_secret(value):
            return replace(value)
        return {key: map_secrets(item, replace) for key, item in value.items()}
    return value


def secret_texts(values: Iterable[Value]) -> set[str]:
    """Every string that stands inside a secret: what must not appear in a message."""
    found: set[str] = set()

    def collect(value: Value, *, inside: bool) -> None:
        if isinstance(value, str):
            if inside and value != UNKNOWN:
                found.add(value)
        elif isinstance(value, list):
            for item in value:
                collect(item, inside=inside)
        elif isinstance(value, dict):
            if is_secret(value):
                collect(value.get("value"), inside=True)
            else:
                for item in value.values():
                    collect(item, inside=inside)

    for value in values:
        collect(value, inside=False)
    return found


# ---- the wire -------------------------------------------------------------------------------------------------


def from_wire(value: struct_pb2.Value) -> Value:
    """One protobuf value; whole numbers come back as `int`."""
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return value.string_value
    if kind == "struct_value":
        return from_struct(value.struct_value)
    if kind == "list_value":
        return [from_wire(item) for item in value.list_value.values]
    if kind == "number_value":
        return _number(value.number_value)
    if kind == "bool_value":
        return value.bool_value
    return None


def from_struct(struct: struct_pb2.Struct) -> Properties:
    """A protobuf struct as properties."""
    return {key: from_wire(value) for key, value in struct.fields.items()}


def to_wire(value: Value) -> struct_pb2.Value:
    """One value as protobuf."""
    if value is None:
        return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, str):
        return struct_pb2.Value(string_value=value)
    if isinstance(value, int | float):
        return struct_pb2.Value(number_value=value)
    if isinstance(value, list | tuple):
        return struct_pb2.Value(list_value=struct_pb2.ListValue(values=[to_wire(item) for item in value]))
    return struct_pb2.Value(struct_value=to_struct(value))


def to_struct(properties: Mapping[str, Value]) -> struct_pb2.Struct:
    """Properties as a protobuf struct."""
    return struct_pb2.Struct(fields={key: to_wire(value) for key, value in properties.items()})


# ---- providers --------------------------------------------------------------------------------------------------


def to_property_value(value: Value, *, secrets: bool = True) -> PropertyValue:
    """A value as a provider sees it; an unknown stays the sentinel string, as it arrives over the wire.

    With `secrets=False` the marks are dropped, for a provider that does not accept them.
    """
    if value is None or isinstance(value, bool | str):
        return PropertyValue(value)
    if isinstance(value, int | float):
        return PropertyValue(float(value))
    if isinstance(value, list):
        return PropertyValue([to_property_value(item, secrets=secrets) for item in value])
    if is_secret(value):
        inner = to_property_value(value["value"], secrets=secrets)
        return inner.with_secret(True) if secrets else inner
    if SIGNATURE in value:
        return PropertyValue.unmarshal(to_wire(value))
    return PropertyValue({key: to_property_value(item, secrets=secrets) for key, item in value.items()})


def to_property_values(properties: Mapping[str, Value], *, secrets: bool = True) -> dict[str, PropertyValue]:
    """Properties as a provider sees them."""
    return {key: to_property_value(value, secrets=secrets) for key, value in properties.items()}


def from_property_value(value: PropertyValue) -> Value:
    """What a provider answered, as a value."""
    inner: Any = value.value
    result: Value
    if isinstance(inner, Computed):
        result = UNKNOWN
    elif inner is None or isinstance(inner, bool | str):
        result = inner
    elif isinstance(inner, float):
        result = _number(inner)
    elif isinstance(inner, pulumi.Asset | pulumi.Archive | ResourceReference):
        result = from_wire(PropertyValue(inner).marshal())
    elif isinstance(inner, Mapping):
        result = {key: from_property_value(item) for key, item in inner.items()}
    else:
        result = [from_property_value(item) for item in inner]
    return make_secret(result) if value.is_secret else result


def from_property_values(values: Mapping[str, PropertyValue]) -> Properties:
    """What a provider answered, as properties."""
    return {key: from_property_value(value) for key, value in values.items()}


def _number(value: float) -> float:
    return int(value) if value.is_integer() else value
