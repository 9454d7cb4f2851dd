"""Providers as resources: explicit ones of the program, and the default one of each package and version.

Follows pulumi/pulumi `pkg/resource/deploy/providers/registry.go`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from pulumi.provider.experimental import provider as p

from rehearsal.engine.goal import Goal
from rehearsal.engine.host import Handle, Host
from rehearsal.engine.urns import PROVIDER_PREFIX, package_of, type_of
from rehearsal.engine.values import UNKNOWN, Properties

_INTERNAL: Final = "__internal"


def reference(urn: str, resource_id: str) -> str:
    """How a resource names its provider."""
    return f"{urn}::{resource_id}"


class Registry:
    """Manages provider resources; has the methods of a `Handle` that a step needs."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._checked: dict[str, Handle] = {}
        self._configured: dict[str, Handle] = {}

    def get(self, ref: str) -> Handle | None:
        """The configured provider of a reference."""
        return self._configured.get(ref)

    def check(self, urn: str, olds: Properties | None, news: Properties) -> tuple[Properties, Any]:
        """Check the configuration with a new instance."""
        handle = self._checked[urn] = self._host.load(package_of(type_of(urn)))
        inputs, failures = handle.check_config(urn, public(olds or {}), public(news))
        kept: Properties = {key: news[key] for key in ("version", _INTERNAL) if key in news}
        return {**inputs, **kept}, failures

    def diff(self, urn: str, resource_id: str, old_inputs: Properties, news: Properties) -> p.DiffResponse:
        """What changed configuration means.

        A served provider's answer `True` arrives as "no difference" and `False` as "unknown" (the SDK's server passes the
        boolean where an enumeration is due), so `False` lets the engine compare and `True` counts as unchanged unless it
        replaces.
        """
        answer = self._checked[urn].diff_config(urn, resource_id, old_inputs, public(news))
        answer.changes = False if answer.changes else old_inputs != public(news)
        return answer

    def create(self, urn: str, inputs: Properties, *, preview: bool) -> tuple[str, Properties]:
        """Configure it; its id is ours."""
        resource_id = UNKNOWN if preview else str(uuid.uuid4())
        return resource_id, self.configure(urn, resource_id, inputs)

    def configure(self, urn: str, resource_id: str, inputs: Properties) -> Properties:
        """Make the provider ready under this reference; configuring twice is the same as once."""
        handle = self._checked.pop(urn, None) or self._host.load(package_of(type_of(urn)))
        handle.configure(package_of(type_of(urn)), public(inputs))
        self._configured[reference(urn, resource_id)] = handle
        return public(inputs)

    def ensure(self, urn: str, resource_id: str, inputs: Properties) -> None:
        """Configure it unless that was done."""
        if reference(urn, resource_id) not in self._configured:
            self.configure(urn, resource_id, inputs)


def public(properties: Properties) -> Properties:
    """Without the engine's own key."""
    return {key: value for key, value in properties.items() if key != _INTERNAL}


def default_provider_goal(package: str, version: str, url: str, config: Mapping[str, str]) -> Goal:
    """The provider a resource gets when the program names none: configured from the stack's `<package>:` keys."""
    parts = [_identifier(version, "._-+")] if version else []
    parts += [_qualified(url)] if url else []
    inputs: Properties = {key.split(":", 1)[1]: value for key, value in config.items() if key.startswith(f"{package}:")}
    return Goal(PROVIDER_PREFIX + package, "_".join(["default", *parts]), True, pinned(inputs, version, url))


def pinned(inputs: Properties, version: str, url: str) -> Properties:
    """A provider's inputs with the version of its plugin, and under the engine's own key with where that comes from."""
    if not version and not url:
        return inputs
    versioned = {**inputs, "version": version} if version else inputs
    return {**versioned, _INTERNAL: {"pluginDownloadURL": url} if url else {}}


def _identifier(text: str, separators: str) -> str:
    return "".join("_" if character in separators else character for character in text)


def _qualified(text: str) -> str:
    cleaned = "".join(character if character.isalnum() or character in "_./" else "_" for character in text)
    return "/".join(part for part in cleaned.split("/") if part)
