"""A resource as the state holds it, and the deployment document of version 3.

The document is the one Pulumi's own backends keep (`apitype.DeploymentV3`, `apitype.ResourceV3`), so the audit,
`pulumi stack import` and `pulumi policy analyze --file` read it unchanged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, Final

from rehearsal.engine.errors import StateError
from rehearsal.engine.passphrase import Crypter
from rehearsal.engine.urns import name_of
from rehearsal.engine.values import Properties

VERSION: Final = 3


def now() -> str:
    """The present moment as the state writes it: RFC 3339, UTC."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


@dataclass(eq=False, slots=True)
class ResourceState:
    """One resource. Field names and their order are those of the JSON document; empty ones are not written.

    `inputs` are what the program asked for (after the provider's check), `outputs` what exists.
    """

    urn: str
    custom: bool
    type: str
    delete: bool = False
    id: str = ""
    inputs: Properties = field(default_factory=dict)
    outputs: Properties = field(default_factory=dict)
    parent: str = ""
    protect: bool = False
    taint: bool = False
    external: bool = False
    dependencies: list[str] = field(default_factory=list)
    initErrors: list[str] = field(default_factory=list)  # noqa: N815 - the document's names
    provider: str = ""
    propertyDependencies: dict[str, list[str]] = field(default_factory=dict)  # noqa: N815
    pendingReplacement: bool = False  # noqa: N815
    additionalSecretOutputs: list[str] = field(default_factory=list)  # noqa: N815
    aliases: list[str] = field(default_factory=list)
    customTimeouts: dict[str, float] = field(default_factory=dict)  # noqa: N815
    importID: str = ""  # noqa: N815
    retainOnDelete: bool = False  # noqa: N815
    deletedWith: str = ""  # noqa: N815
    replaceWith: list[str] = field(default_factory=list)  # noqa: N815
    created: str = ""
    modified: str = ""
    sourcePosition: str = ""  # noqa: N815
    ignoreChanges: list[str] = field(default_factory=list)  # noqa: N815
    replaceOnChanges: list[str] = field(default_factory=list)  # noqa: N815
    viewOf: str = ""  # noqa: N815
    extra: dict[str, Any] = field(default_factory=dict)
    """Keys of a newer engine: kept through a round trip."""

    @property
    def name(self) -> str:
        """The logical name."""
        return name_of(self.urn)

    @property
    def provider_urn(self) -> str:
        """URN of the provider that manages this resource; empty for components and providers."""
        return self.provider.rpartition("::")[0]

    def references(self) -> set[str]:
        """Every URN this resource needs to exist."""
        found = {self.parent, self.deletedWith, self.provider_urn, *self.dependencies, *self.replaceWith}
        for urns in self.propertyDependencies.values():
            found.update(urns)
        found.discard("")
        return found

    def to_json(self, crypter: Crypter) -> dict[str, Any]:
        """The document's form, secrets encrypted."""
        out: dict[str, Any] = {"urn": self.urn, "custom": self.custom}
        for name in _FIELDS:
            value = getattr(self, name)
            if value or name == "type":
                out[name] = crypter.seal(value) if name in _PROPERTIES else value
        out.update(self.extra)
        return out

    @classmethod
    def from_json(cls, data: Mapping[str, Any], crypter: Crypter) -> ResourceState:
        """The reverse of `to_json`."""
        known = {name: data[name] for name in ("urn", "custom", *_FIELDS) if name in data}
        for name in _PROPERTIES:
            if name in known:
                known[name] = crypter.open(known[name])
        known.setdefault("custom", False)
        return cls(**known, extra={key: value for key, value in data.items() if key not in _KNOWN})


_PROPERTIES: Final = ("inputs", "outputs")
_KNOWN: Final = frozenset(f.name for f in fields(ResourceState)) - {"extra"}
_FIELDS: Final = tuple(f.name for f in fields(ResourceState) if f.name not in ("urn", "custom", "extra"))


def deployment(
    resources: Iterable[ResourceState], pending: Sequence[Mapping[str, Any]], crypter: Crypter
) -> dict[str, Any]:
    """The deployment document: what `pulumi stack export` prints under `deployment`."""
    document: dict[str, Any] = {
        "manifest": {"time": now(), "magic": "", "version": ""},
        "secrets_providers": {"type": "passphrase", "state": {"salt": crypter.salt}},
        "resources": [resource.to_json(crypter) for resource in resources],
    }
    if pending:
        document["pending_operations"] = list(pending)
    document["metadata"] = {}
    return document


def check_resources(data: object, where: str) -> list[dict[str, Any]]:
    """The `resources` of a deployment, if they hang together; else a `StateError` that says what does not.

    Every resource has a URN and a type, no live URN stands twice, and a resource refers only to ones before it.
    """
    if not isinstance(data, list):
        raise StateError(f"{where}: `resources` must be a list, it is {type(data).__name__}")
    seen: set[str] = set()
    live: set[str] = set()
    for position, resource in enumerate(data):
        if not isinstance(resource, dict) or not isinstance(resource.get("urn"), str) or not resource.get("type"):
            raise StateError(f"{where}: resource {position} has no `urn` or no `type`")
        urn = resource["urn"]
        if not urn.startswith("urn:pulumi:") or urn.count("::") < 3:
            raise StateError(f"{where}: resource {position} has a malformed URN {urn!r}")
        for needed in (resource.get("parent", ""), str(resource.get("provider", "")).rpartition("::")[0]):
            if needed and needed not in seen:
                raise StateError(f"{where}: {urn} refers to {needed}, which does not stand before it")
        if not resource.get("delete"):
            if urn in live:
                raise StateError(f"{where}: {urn} stands twice")
            live.add(urn)
        seen.add(urn)
    return data
