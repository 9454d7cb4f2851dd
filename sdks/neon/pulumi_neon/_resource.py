"""What every resource class of this package shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

import pulumi
from pulumi import ResourceOptions

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

    def translate_output_property(self, prop: str) -> str:
        """The attribute of a wire name: with properties given as a mapping the SDK keeps outputs under attribute names."""
        return self._attributes.get(prop, prop)

    def translate_input_property(self, prop: str) -> str:
        """The wire name of an attribute."""
        return self._wire_names.get(prop, prop)
