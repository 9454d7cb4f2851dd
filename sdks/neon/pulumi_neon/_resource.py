"""What every resource class of this package shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final, Self

import pulumi
from pulumi import Input, Output, ResourceOptions

VERSION: Final = "0.1.0"
_OWN: Final = frozenset({"annotations", "pgSettings"})
"""Mappings whose keys are a person's own."""


class NeonResource(pulumi.CustomResource):
    """A resource of the `neon` package. Subclasses name their type, computed outputs and secret ones (wire names)."""

    _kind: ClassVar[str]
    _computed: ClassVar[Sequence[str]] = ()
    _secret: ClassVar[Sequence[str]] = ()
    _wire_names: ClassVar[Mapping[str, str]] = {}
    _attributes: ClassVar[Mapping[str, str]] = {}
    _arguments: ClassVar[type]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        declared = {name: getattr(cls, name, None) for name in cls.__annotations__}
        cls._wire_names = {name: str(prop.name) for name, prop in declared.items() if prop and hasattr(prop, "name")}
        cls._attributes = {wire: name for name, wire in cls._wire_names.items()}
        cls._arguments = _arguments_of(cls.__name__, cls._wire_names)

    def __init__(self, name: str, properties: Mapping[str, Any], opts: ResourceOptions | None = None) -> None:
        given: Any = object.__new__(self._arguments)
        for wire, value in {**dict.fromkeys(self._computed), **properties}.items():
            pulumi.set(given, self._attributes[wire], value if wire in _OWN else _with_wire_names(value))
        secret = ResourceOptions(additional_secret_outputs=list(self._secret), version=VERSION)
        super().__init__(self._kind, name, given, ResourceOptions.merge(secret, opts))

    @classmethod
    def get(cls, resource_name: str, id: Input[str], opts: ResourceOptions | None = None) -> Self:  # noqa: A002 - Pulumi's name
        """One that exists, by the id that an import takes: read, and not managed."""
        found = cls.__new__(cls)
        everything = dict.fromkeys(cls._attributes)
        NeonResource.__init__(found, resource_name, everything, ResourceOptions.merge(opts, ResourceOptions(id=id)))
        return found


def wire_name(name: str) -> str:
    """A name of Python's as the schema has it: `max_cu` is `maxCu`."""
    first, *others = name.strip("_").split("_")
    return "".join([first, *map(str.capitalize, others)])


def _with_wire_names(value: Any) -> Any:
    """A value whose fields may be given by their Python names too, which is how `pulumi import` writes them."""
    if isinstance(value, Output):
        return value.apply(_with_wire_names)
    if isinstance(value, Mapping):
        return {wire_name(key): field for key, field in value.items()}
    return [_with_wire_names(item) for item in value] if isinstance(value, list | tuple) else value


def _arguments_of(name: str, wire_names: Mapping[str, str]) -> type:
    """A class that tells the SDK the wire name of each property. It would also translate the keys of a mapping in one, a
    person's own labels among them, if it were given a mapping and the names by `translate_input_property`."""
    properties = {attribute: pulumi.property(wire) for attribute, wire in wire_names.items()}
    annotations = dict.fromkeys(wire_names, Any)
    return pulumi.input_type(type(f"_{name}", (), {"__annotations__": annotations, **properties}))
