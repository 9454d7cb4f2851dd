"""Configuration of the provider: from its inputs, else from the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from neon_provider.checks import Problem
from neon_provider.client import DEFAULT_URL, ClientConfig
from neon_provider.convert import UNKNOWN

PLANS: Final = ("auto", "free", "launch", "scale")
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_KNOWN: Final = frozenset(
    {
        "apiKey",
        "baseUrl",
        "orgId",
        "plan",
        "requestTimeout",
        "operationTimeout",
        "pollInterval",
        "maxRetries",
        "userAgent",
        "version",
    }
)
_KEY: Final = re.compile(r"[!-~]+")
_TIMES: Final = ("requestTimeout", "operationTimeout", "pollInterval")


@dataclass(frozen=True, slots=True)
class Config:
    """What the provider runs with."""

    client: ClientConfig
    org_id: str
    plan: str


def problems(inputs: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> Iterator[Problem]:
    """Everything wrong with the configuration; unknown values are passed over."""
    for key in inputs:
        if key not in _KNOWN:
            yield key, f"is no setting of the neon provider; known are: {', '.join(sorted(_KNOWN))}"
    if not inputs.get("apiKey") and not environment.get("NEON_API_KEY"):
        yield "apiKey", "is missing: set NEON_API_KEY, or pulumi config set --secret neon:apiKey"
    elif not _KEY.fullmatch(str(inputs.get("apiKey") or environment.get("NEON_API_KEY"))):
        yield "apiKey", "has a space, a line break or a letter that no key has: set it again"
    url = inputs.get("baseUrl") or environment.get("NEON_API_URL") or ""
    if url and url != UNKNOWN:
        parts = urlsplit(str(url))
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            yield "baseUrl", f"must be https (http on loopback only), was {url!r}"
    if inputs.get("plan", "auto") not in (*PLANS, UNKNOWN):
        yield "plan", f"must be one of {', '.join(PLANS)}, was {inputs['plan']!r}"
    for key in _TIMES:
        value = inputs.get(key)
        if value not in (None, UNKNOWN) and (_number(value) is None or (_number(value) or 0) <= 0):
            yield key, f"must be seconds above 0, was {value!r}"
    retries = inputs.get("maxRetries")
    tries = _number(retries)
    if retries not in (None, UNKNOWN) and (tries is None or not 0 <= tries <= 100):
        yield "maxRetries", f"must be 0 to 100, was {retries!r}"


def read(inputs: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> Config:
    """The configuration; call `problems` first."""
    client = ClientConfig(
        api_key=str(inputs.get("apiKey") or environment.get("NEON_API_KEY", "")),
        base_url=str(inputs.get("baseUrl") or environment.get("NEON_API_URL") or DEFAULT_URL),
        request_timeout=_number(inputs.get("requestTimeout")) or 30,
        operation_timeout=_number(inputs.get("operationTimeout")) or 600,
        poll_interval=_number(inputs.get("pollInterval")) or 1,
        max_retries=int(_number(inputs.get("maxRetries", 8)) or 0),
        user_agent=str(inputs.get("userAgent") or "pulumi-neon/0.1.0"),
    )
    return Config(client, str(inputs.get("orgId") or ""), str(inputs.get("plan") or "auto"))


def _number(value: Any) -> float | None:
    """Configuration arrives as text from a stack file and as a number from a program."""
    try:
        return None if value is None else float(value)
    except (TypeError, ValueError):
        return None
