"""Names and values in SQL: how a branch's role or database is called in the one cluster, and how text is quoted."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Final

from rehearsal.clouds.neon.postgres.binaries import PostgresError

_LONGEST: Final = 63
_ROUNDS: Final = 4096


def physical(slot: str, name: str) -> str:
    """`<slot>.<name>`, which no other slot has; beyond the 63 bytes of Postgres its end is a digest."""
    whole = f"{slot}.{name}".encode()
    if len(whole) <= _LONGEST:
        return whole.decode()
    digest = hashlib.sha256(whole).hexdigest()[:16]
    return f"{whole[: _LONGEST - 17].decode(errors='ignore')}~{digest}"


def identifier(name: str) -> str:
    """A name in a statement."""
    return '"' + _clean(name).replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text in a statement."""
    return "'" + _clean(text).replace("'", "''") + "'"


def verifier(password: str) -> str:
    """What Postgres keeps of a password (SCRAM-SHA-256, RFC 5803): the password itself never reaches it."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ROUNDS)
    stored = hashlib.sha256(_keyed(salted, b"Client Key")).digest()
    return f"SCRAM-SHA-256${_ROUNDS}:{_base64(salt)}${_base64(stored)}:{_base64(_keyed(salted, b'Server Key'))}"


def _keyed(key: bytes, text: bytes) -> bytes:
    return hmac.new(key, text, hashlib.sha256).digest()


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _clean(text: str) -> str:
    if "\0" in text:
        raise PostgresError("a name in Postgres has no NUL character")
    return text
