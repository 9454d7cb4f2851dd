"""Lets all policies of the pack look at one reading of a resource.

The SDK (pulumi_policy 1.21) reads the properties of every resource anew for every policy: with this pack that is most of what
judging a stack costs. Policies only look, so equal properties may be one object. A repair changes what it is given: its reading
is its own.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Final

from google.protobuf import json_format
from google.protobuf.message import Message

_SDK: Final[Any] = importlib.import_module("pulumi_policy.policy")
_MOST: Final = 20_000
"""Readings that are kept, each of the properties of one resource; then all are forgotten."""


class Readings:
    """The three steps of the SDK's reading, each done once for equal properties.

    The SDK serves an engine by several threads: what one forgets, another may just be reading.
    """

    def __init__(self, read: Callable[..., Any], guard: Callable[[Any], Any]) -> None:
        self._read, self._guard = read, guard
        self._parsed: dict[bytes, Any] = {}
        self._done: dict[tuple[str, int], tuple[Any, Any]] = {}

    def parse(self, message: Message) -> Any:
        """A message as a dictionary."""
        if len(self._parsed) > _MOST:
            self._parsed.clear()
            self._done.clear()
        key = message.SerializeToString(deterministic=True)
        if (known := self._parsed.get(key)) is None:
            known = self._parsed[key] = json_format.MessageToDict(message)
        return known

    def read(self, properties: Any, proxy_secrets: bool = False) -> Any:  # noqa: FBT001, FBT002 - the SDK's signature
        """The dictionary with secrets, assets and archives made out."""
        return self._read(properties, True) if proxy_secrets else self._once("read", properties, self._read)

    def guard(self, properties: Any) -> Any:
        """What a policy gets: reading something unknown raises."""
        return self._once("guard", properties, self._guard) if type(properties) is dict else self._guard(properties)

    def _once(self, step: str, given: Any, make: Callable[[Any], Any]) -> Any:
        """By identity; what is given is kept beside its result, so that no other object gets its place."""
        key = (step, id(given))
        if (known := self._done.get(key)) is None:
            known = self._done[key] = (given, make(given))
        return known[1]


def share_readings() -> None:
    """Do so from now on, in this process. A second call changes nothing."""
    if isinstance(_SDK.json_format, SimpleNamespace):
        return
    readings = Readings(_SDK.deserialize_properties, _SDK.unknown_checking_proxy)
    _SDK.json_format = SimpleNamespace(MessageToDict=readings.parse)
    _SDK.deserialize_properties = readings.read
    _SDK.unknown_checking_proxy = readings.guard
