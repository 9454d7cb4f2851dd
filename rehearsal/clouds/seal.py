"""Keeps secret values out of the files of the local clouds.

A readable secret (a database password) is encrypted, because the vendor gives it back; a write-only one (a CI secret) is
reduced to a keyed digest, because the vendor never does. The key is a file of its own, readable by its owner alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rehearsal.clouds.errors import StoreError
from rehearsal.engine.values import Value, is_secret, make_secret, map_secrets

SEALED: Final[str] = "__sealed"
"""Marks an encrypted value in a file."""

DIGEST: Final[str] = "__digest"
"""Marks a write-only value, in a file and in memory."""

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


def is_digest(value: Value) -> bool:
    """Whether this stands for a value that only its writer knows."""
    return isinstance(value, dict) and DIGEST in value


class Seal:
    """Seals and opens values with the key of one folder, which is made when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "seal.key"
        self._key: bytes | None = None

    def close(self, value: Value) -> Value:
        """The value with each secret encrypted."""
        return map_secrets(value, lambda secret: {SEALED: self._encrypt(secret["value"])})

    def open(self, value: Value) -> Value:
        """The value with each encrypted part as a secret again."""
        if isinstance(value, list):
            return [self.open(item) for item in value]
        if isinstance(value, dict):
            if SEALED in value:
                return make_secret(self._decrypt(value[SEALED]))
            return {key: self.open(item) for key, item in value.items()}
        return value

    def digest(self, value: Value) -> Value:
        """A mark that is equal for equal values and tells nothing else about them."""
        content = value["value"] if is_secret(value) else value
        text = json.dumps(content, sort_keys=True).encode()
        return {DIGEST: hmac.new(self._load(), text, hashlib.sha256).hexdigest()}

    def _encrypt(self, value: Value) -> str:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        box = AESGCM(self._load()).encrypt(nonce, json.dumps(value).encode(), None)
        return base64.b64encode(nonce + box).decode()

    def _decrypt(self, text: str) -> Value:
        try:
            box = base64.b64decode(text)
            content = AESGCM(self._load()).decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], None)
        except (ValueError, InvalidTag) as error:
            raise StoreError(f"a value does not open with {self._path}; {_REMEDY}") from error
        return json.loads(content)

    def _load(self) -> bytes:
        if self._key is None:
            if not self._path.exists():
                self._make()
            self._key = self._path.read_bytes()
            if len(self._key) != _KEY_BYTES:
                raise StoreError(f"{self._path} is damaged; {_REMEDY}")
        return self._key

    def _make(self) -> None:
        """Write a new key; when another process was first, its key counts."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_bytes(secrets.token_bytes(_KEY_BYTES))
        try:
            os.link(draft, self._path)
        except FileExistsError:
            return
        finally:
            draft.unlink()


_REMEDY: Final = "remove the rehearsal's data folder to start afresh"
