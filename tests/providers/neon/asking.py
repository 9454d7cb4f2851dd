"""Asks the plugin's functions, of the local Neon or of a few scripted answers; every answer is held against the schema."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
from pulumi.provider.experimental import provider as p

import neon_provider
from neon_provider.client import Client, ClientConfig
from neon_provider.convert import Properties, to_plain
from neon_provider.functions import FUNCTIONS
from neon_provider.session import Session
from tests.providers.neon.harness import FakeClock, Neon, wire

SCHEMA: Final[dict[str, Any]] = json.loads((Path(neon_provider.__file__).parents[1] / "schema.json").read_text())
_KINDS: Final[dict[str, type | tuple[type, ...]]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a function answered; `failures` are reasons by argument."""

    values: Properties
    secret: set[str]
    failures: dict[str, str]


def ask(neon: Neon, name: str, /, **args: Any) -> Answer:
    """Ask the configured plugin, as an engine does."""
    response = neon.run(neon.provider.invoke(p.InvokeRequest(f"neon:index:{name}", wire(args))))
    answered = response.return_value or {}
    values = to_plain(answered)
    if not response.failures:
        conform(values, SCHEMA["functions"][f"neon:index:{name}"]["outputs"], name)
    secret = {key for key, value in answered.items() if value.is_secret}
    return Answer(values, secret, {failure.property: failure.reason for failure in response.failures})


def conform(value: Any, schema: dict[str, Any], where: str) -> None:
    """Whether a value is what the schema says of it: kinds, required properties, and none that it does not know."""
    if "$ref" in schema:
        named = SCHEMA["types"][schema["$ref"].removeprefix("#/types/")]
        schema = {"type": "object", **named}
    if schema.get("type", "object") == "array":
        assert isinstance(value, list), where
        for position, item in enumerate(value):
            conform(item, schema["items"], f"{where}[{position}]")
    elif "additionalProperties" in schema:
        for key, item in value.items():
            conform(item, schema["additionalProperties"], f"{where}.{key}")
    elif "properties" in schema:
        assert set(schema.get("required", [])) <= set(value) <= set(schema["properties"]), where
        for key, item in value.items():
            conform(item, schema["properties"][key], f"{where}.{key}")
    else:
        assert isinstance(value, _KINDS[schema["type"]]), where


@dataclass
class Scripted:
    """Neon as a function of the request; keeps what was asked."""

    answer: Callable[[httpx.Request], httpx.Response]
    asked: list[httpx.Request] = field(default_factory=list)

    def ask(self, name: str, org_id: str = "", /, **args: Any) -> Properties:
        """Ask one function; its arguments are checked first."""
        function = FUNCTIONS[f"neon:index:{name}"]
        assert function.check(args) == []
        return asyncio.run(self._ask(name, args, org_id))

    async def _ask(self, name: str, args: Properties, org_id: str) -> Properties:
        config = ClientConfig(api_key="napi_scripted", base_url="http://127.0.0.1:1/api/v2")
        client = Client(config, transport=httpx.MockTransport(self._note), clock=FakeClock().clock())
        try:
            found = await FUNCTIONS[f"neon:index:{name}"].call(Session(client), args, org_id)
        finally:
            await client.close()
        values: Properties = {key: value for key, value in found.items() if value is not None}
        return values

    def _note(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.answer(request)
