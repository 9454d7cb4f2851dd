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

    def __init__(self, name: str, properties: Mapping[str, Any], opts: ResourceOptions | None = None) -> None:
        computed = dict.fromkeys(self._computed)
        secret = ResourceOptions(additional_secret_outputs=list(self._secret), version=VERSION)
        super().__init__(self._kind, name, {**computed, **properties}, ResourceOptions.merge(secret, opts))
