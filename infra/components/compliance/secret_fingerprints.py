"""Keyed fingerprints of secrets, so that an audit sees two equal ones without either (PCI DSS 6.5.3).

A fingerprint is the HMAC-SHA256 of a value under a key that only the stacks hold, cut to 128 bits: without the key nobody can
try guesses against it, so it stands in the state in plain text. Both stacks get the same key, or theirs cannot be compared.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final
from urllib.parse import urlsplit

import pulumi
from pulumi import ResourceOptions

_DIGITS: Final = 32
_KEY_DIGITS: Final = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretFingerprintsArgs:
    """What is compared. `key` is a stack secret of 32 characters at least."""

    key: pulumi.Input[str]
    values: Mapping[str, pulumi.Input[str]]
    """Secrets by variable; `KEY@preview` where a target has a value of its own."""
    places: Mapping[str, pulumi.Input[str]]
    """Addresses of databases and caches by variable: compared by host and path, without who asks."""


class SecretFingerprints(pulumi.ComponentResource):
    """A declared fact: rules and audit read `keyId`, `fingerprints` and `data` from the state."""

    def __init__(self, name: str, args: SecretFingerprintsArgs, opts: ResourceOptions | None = None) -> None:
        facts = {
            "keyId": _shown(args.key, "", key_id),
            "fingerprints": {
                name: _shown(args.key, value, partial(fingerprint, "secret")) for name, value in args.values.items()
            },
            "data": {name: _shown(args.key, address, place) for name, address in args.places.items()},
        }
        super().__init__("brightbroom:compliance:SecretFingerprints", name, facts, opts)
        self.register_outputs(facts)


def fingerprint(domain: str, key: str, text: str) -> str:
    """32 hexadecimal digits. Equal texts of different domains have different ones."""
    message = f"brightbroom fingerprint 1 {domain}\0{text}".encode()
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()[:_DIGITS]


def place(key: str, address: str) -> str:
    """The fingerprint of where a database or cache is: the same for each role and password, pooled or not."""
    parts = urlsplit(address)
    host = (parts.hostname or "").replace("-pooler.", ".")
    return fingerprint("data", key, f"{host}{parts.path}")


def key_id(key: str, _: str) -> str:
    """Eight digits that tell two keys apart and say nothing of either."""
    return fingerprint("key", key, "")[:_KEY_DIGITS]


def _shown(key: pulumi.Input[str], text: pulumi.Input[str], made: Callable[[str, str], str]) -> pulumi.Output[str]:
    """Not marked secret, though made of secrets; unknown while one of them is."""

    def of_both(both: Sequence[str]) -> str:
        return made(both[0], both[1])

    return pulumi.Output.unsecret(pulumi.Output.all(key, text).apply(of_both))
