"""What every resource class of this package shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final, Self

import pulumi
from pulumi import Input, ResourceOptions

VERSION: Final = "0.1.0"


class NeonResource(pulumi.CustomResource):
    """A resource of the `neon` package. Subclasses name their type, computed outputs and secret ones (wire names)."""

    _kind: ClassVar[str]
    _computed: ClassVar[Sequence[str]] = ()
    _secret: ClassVar[Sequence[str]] = ()
    _wire_names: ClassVar[Mapping[str, str]] = {}
    _attributes: ClassVar[Mapping[str, str]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        declared = {name: getattr(cls, name, None) for name in cls.__annotations__}
        cls._wire_names = {name: str(prop.name) for name, prop in declared.items() if prop and hasattr(prop, "name")}
        cls._attributes = {wire: name for name, wire in cls._wire_names.items()}

    def __init__(self, name: str, properties: Mapping[str, Any], opts: ResourceOptions | None = None) -> None:
        given = {**dict.fromkeys(self._computed), **properties}
        secret = ResourceOptions(additional_secret_outputs=list(self._secret), version=VERSION)
        named = {self._attributes.get(wire, wire): value for wire, value in given.items()}
        super().__init__(self._kind, name, named, ResourceOptions.merge(secret, opts))

    @classmethod
    def get(cls, resource_name: str, id: Input[str], opts: ResourceOptions | None = None) -> Self:  # noqa: A002 - Pulumi's name
        """One that exists, by the id that an import takes: read, and not managed."""
        found = cls.__new__(cls)
        everything = dict.fromkeys(cls._attributes)
        NeonResource.__init__(found, resource_name, everything, ResourceOptions.merge(opts, ResourceOptions(id=id)))
        return found

    def translate_output_property(self, prop: str) -> str:
        """The attribute of a wire name: with properties given as a mapping the SDK keeps outputs under attribute names."""
        return self._attributes.get(prop, prop)

    def translate_input_property(self, prop: str) -> str:
        """The wire name of an attribute."""
        return self._wire_names.get(prop, prop)
