"""Pulumi's passphrase scheme, version 1: PBKDF2-SHA256 with a million rounds, then AES-256-GCM.

Source: pulumi/pulumi `pkg/secrets/passphrase` and `sdk/go/common/resource/config/crypt.go`. A state or stack file written
by either side is read by the other.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rehearsal.engine.errors import InputError
from rehearsal.engine.values import SECRET, SIGNATURE, Properties, map_secrets

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_ROUNDS = 1_000_000
_CHECK = "pulumi"


class Crypter:
    """Encrypts and decrypts with one key. Deriving it takes about 0.2 s, so one is made per run.

    `salt` is the `encryptionsalt` of a stack file or of a state; without one a new salt is made. A wrong passphrase is an
    `InputError`.
    """

    def __init__(self, passphrase: str, salt: str | None = None) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        raw = _salt_bytes(salt) if salt else os.urandom(8)
        self._key = _derive(passphrase, raw)
        self._aes: AESGCM = AESGCM(self._key)
        self._ciphertexts: dict[str, str] = {}
        if salt:
            self._verify(salt)
        self.salt = salt or f"v1:{base64.b64encode(raw).decode()}:{self.encrypt(_CHECK)}"

    def _verify(self, salt: str) -> None:
        try:
            known = self.decrypt(salt.split(":", 2)[2])
        except InputError:
            known = ""
        if known != _CHECK:
            raise InputError(
                "the passphrase does not open this stack: set PULUMI_CONFIG_PASSPHRASE to the one it was made with"
            )

    def encrypt(self, text: str) -> str:
        """Ciphertext `v1:<nonce>:<data>`; one text has one ciphertext, so an unchanged secret keeps its bytes on disk."""
        known = self._ciphertexts.get(text)
        if known is None:
            nonce = os.urandom(12)
            data = self._aes.encrypt(nonce, text.encode(), None)
            known = f"v1:{base64.b64encode(nonce).decode()}:{base64.b64encode(data).decode()}"
            self._ciphertexts[text] = known
        return known

    def decrypt(self, ciphertext: str) -> str:
        """The text of a ciphertext; one that was altered is an `InputError`."""
        from cryptography.exceptions import InvalidTag

        try:
            _, nonce, data = ciphertext.split(":")
            text = self._aes.decrypt(base64.b64decode(nonce), base64.b64decode(data), None).decode()
        except (InvalidTag, ValueError) as error:
            raise InputError(
                "a secret cannot be decrypted: it was altered, or encrypted with another passphrase"
            ) from error
        self._ciphertexts[text] = ciphertext
        return text

    def digest(self, data: bytes) -> str:
        """Keyed digest, hexadecimal: who does not know the passphrase cannot make one."""
        return hmac.new(self._key, data, "sha256").hexdigest()

    def seal(self, properties: Properties) -> Properties:
        """Properties with every secret encrypted, as a state file holds them."""
        return _mapped(
            properties,
            lambda secret: {SIGNATURE: SECRET, "ciphertext": self.encrypt(_compact(secret["value"]))},
        )

    def open(self, properties: Properties) -> Properties:
        """The reverse of `seal`; plaintext secrets of an export are taken as they are."""

        def reveal(secret: dict[str, Any]) -> dict[str, Any]:
            text = self.decrypt(secret["ciphertext"]) if "ciphertext" in secret else secret["plaintext"]
            return {SIGNATURE: SECRET, "value": json.loads(text)}

        return _mapped(properties, reveal)


@lru_cache(maxsize=16)
def _derive(passphrase: str, salt: bytes) -> bytes:
    """The key. A process that opens one state many times, as scenarios do, waits for it once."""
    return hashlib.pbkdf2_hmac("sha256", passphrase.encode(), salt, _ROUNDS, 32)


def _mapped(properties: Properties, replace: Any) -> Properties:
    return {key: map_secrets(value, replace) for key, value in properties.items()}


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _salt_bytes(salt: str) -> bytes:
    parts = salt.split(":", 2)
    if len(parts) != 3 or parts[0] != "v1":
        raise InputError(
            f"the encryption salt has an unknown form (it starts {salt[:3]!r}): only passphrase stacks, v1, are read"
        )
    return base64.b64decode(parts[1])
