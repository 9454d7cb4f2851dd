"""Which names of variables and properties mean a secret.

A name is cut into words, so `COMPASS` holds no `PASS`. What the name is about is its last word: `secretRotation` is a date,
`keyId` a number, `passwordProtection` a switch.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SAYS_NOTHING: Final = re.compile(
    r"\d+|VALUE|TEXT|PLAINTEXT|BASE|B|HEX|V|WO|OLD|NEW|CURRENT|PREVIOUS|NEXT"
    r"|PRODUCTION|PROD|STAGING|PREVIEW|DEVELOPMENT|DEV|LIVE|TEST|SANDBOX"
)
"""Last words that leave the meaning to the word before."""

_ENDS: Final = re.compile(
    r"(?:^|_)(?:PASS|PASSWD|PWD|PASSCODE|KEY|APIKEY|SALT|PEPPER|BEARER|AUTHORIZATION|JWT|DSN|(?:BASIC|AUTH)_COOKIE)$"
)
_ANYWHERE: Final = re.compile(r"(?:^|_)(?:PASSWORDS?|PASS_?PHRASE|SECRETS?|TOKENS?|CREDENTIALS?)(?:_|$)")
_CONNECTS: Final = re.compile(
    r"(?:^|_)(?:DATABASE|DB|DIRECT|POOLED|POOLER|MIGRATION|POSTGRES|POSTGRESQL|PG|MYSQL|MONGO|MONGODB|REDIS|AMQP|CONNECTION)"
    r"(?:_(?!REST_)[A-Z]+)?_(?:URL|URI|STRING)(?:_(?:[A-Z]+_POOLING|UNPOOLED|NO_SSL))?$"
    r"|(?:SLACK|DISCORD|TEAMS)_WEBHOOK(?:_URL)?$"
)
"""Addresses that hold a password, or that are one."""

_PUBLIC: Final = re.compile(
    r"(?:PUBLIC|PUBLISHABLE|SITE|PRIMARY|FOREIGN|PARTITION|SORT|CACHE|IDEMPOTENCY|PROJECT)_KEY$|(?:MAX|MIN|TOTAL)_TOKENS$|SENTRY_DSN$|^DSN_(?:PUBLIC|CSP)$"
)
"""Known to everybody by nature: a Sentry DSN lets anyone send an error and read nothing, and stands in every page."""

_ABOUT: Final = re.compile(
    r"IDS?|NAMES?|CONFIG|MODE|TYPE|KIND|ROTATION|ROTATED|EXPIRY|EXPIRES|EXPIRATION|AT|AGE|TTL|LIFETIME|SECONDS|MINUTES|HOURS|DAYS"
    r"|LENGTH|COUNT|LIMIT|ENABLED|REQUIRED|VALIDATION|POLICY|POLICIES|PROTECTION|VERSION|ALGORITHM|ISSUER|AUDIENCE|ENDPOINT"
    r"|UR[LI]|HEADER|PREFIX|SUFFIX|HINT|PATH|FILE|ARN|REGION|OWNER|OUTPUTS|SCOPES?|PERMISSIONS|STATUS|CLAIMS|FORMAT|SIZE|USAGE|BUDGET"
    r"|MANAGER"
)
"""Last words that make a name one about a secret: its id, its age, its place."""


@lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Whether a variable or property of this name holds a secret: `PAYFAST_PASSPHRASE`, `connectionUri`, `webhookSecret`.

    Not `keyId`, `publicKey`, `PAYFAST_MERCHANT_ID`, `UPSTASH_REDIS_REST_URL` (an address without a password).
    """
    words = [word.upper() for word in _WORD.findall(name)]
    while len(words) > 1 and _SAYS_NOTHING.fullmatch(words[-1]):
        words.pop()
    text = "_".join(words)
    if not words or _PUBLIC.search(text) or "SCANNING" in words:
        return False
    if _ENDS.search(text) or _CONNECTS.search(text):
        return True
    return bool(_ANYWHERE.search(text)) and not _ABOUT.fullmatch(words[-1])
