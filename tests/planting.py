"""Secrets made up for tests, and the search for them: whole, in pieces, escaped or encoded, in letters of either case.

Every run of seven characters of a canary holds `MARK`, so one fast search for the mark in its forms finds any piece of any of
them; what stands around it is then compared.
"""

from __future__ import annotations

import base64
import json
import random
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

MARK: Final = "Zq7w"
PIECE: Final = 12
"""Characters of a secret that are too many to tell."""

_LETTERS: Final = "abcdefghjkmnpqrstuvxyz23456789"
_BETWEEN: Final = ("", "", "", "/", "+", "%", "=", '"', "'", "\\", "é", " ", "&", "<")


class Planter:
    """Makes canaries, the same for the same seed, and keeps them."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.planted: list[str] = []

    def plain(self) -> str:
        """Letters and digits."""
        return self._kept(self._chunks(6, ("",)))

    def wild(self) -> str:
        """With what quotes, addresses and markup escape."""
        return self._kept(self._chunks(6, _BETWEEN))

    def token(self) -> str:
        """In the form of a known vendor."""
        return self._kept(
            self.chance.choice(("ghp_", "napi_", "github_pat_", "sk_live_", "sntrys_")) + self._chunks(6, ("",))
        )

    def address(self, host: str = "db.example", scheme: str = "postgresql") -> str:
        """A password in an address."""
        return f"{scheme}://app:{quote(self.plain(), safe='')}@{host}/brightbroom?sslmode=require"

    def bearer(self) -> str:
        """What authorises a request."""
        return f"{self.chance.choice(('Bearer', 'Basic', 'bearer'))} {self.plain()}"

    def query(self, host: str = "logs.example") -> str:
        """A token in the query of an address."""
        name = self.chance.choice(("token", "api_key", "access_token", "sig", "password"))
        return f"https://{host}/in?x=1&{name}={self.plain()}"

    def key(self) -> str:
        """A private key."""
        return f"-----BEGIN PRIVATE KEY-----\n{self.plain()}\n-----END PRIVATE KEY-----"

    def formed(self) -> str:
        """One that its form gives away, wherever it stands."""
        return self.chance.choice((self.token, self.address, self.bearer, self.query, self.key))()

    def any(self) -> str:
        """One of any kind."""
        return self.chance.choice((self.plain, self.wild, self.formed))()

    def _chunks(self, count: int, between: tuple[str, ...]) -> str:
        parts = (f"{MARK}{self.chance.choice(_LETTERS)}{self.chance.choice(_LETTERS)}" for _ in range(count))
        return "".join(f"{part}{self.chance.choice(between)}" for part in parts).rstrip()

    def _kept(self, text: str) -> str:
        self.planted.append(text)
        return text


def leaks(texts: Mapping[str, str | bytes], planted: Iterable[str]) -> list[str]:
    """Where a piece of a canary stands: the place, the canary and what is around it. A place is told once."""
    lowered = {place: _lowered(text) for place, text in texts.items()}
    hits = {place: marks for place, text in lowered.items() if (marks := list(_marks().finditer(text)))}
    pieces = {piece: canary for canary in planted for piece in _pieces(canary)} if hits else {}
    found: list[str] = []
    for place, marks in hits.items():
        text = lowered[place]
        around = ((hit, start) for hit in marks for start in range(max(0, hit.start() - PIECE), hit.end()))
        for hit, start in around:
            if canary := pieces.get(text[start : start + PIECE]):
                found.append(f"{place}: {canary!r} in {text[max(0, hit.start() - 60) : hit.end() + 60]!r}")
                break
    return found


def _lowered(text: str | bytes) -> str:
    return (text.decode("utf-8", "replace") if isinstance(text, bytes) else text).lower()


@cache
def _marks() -> re.Pattern[str]:
    encoded = (base64.b64encode(b"\0" * shift + MARK.encode() + b"\0\0").decode() for shift in range(3))
    aligned = (form[-(-8 * shift // 6) : (8 * shift + 8 * len(MARK)) // 6] for shift, form in enumerate(encoded))
    return re.compile("|".join(re.escape(form.lower()) for form in (MARK, MARK.encode().hex(), *aligned)))


@cache
def _pieces(canary: str) -> frozenset[str]:
    forms = (form.lower() for form in _forms(canary))
    return frozenset(form[start : start + PIECE] for form in forms for start in range(len(form) - PIECE + 1))


def _forms(text: str) -> set[str]:
    """A text as it is, and as JSON, Python, addresses, markup, base64 and hexadecimal digits write it."""
    written = {text, repr(text)[1:-1], json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    written |= {json.dumps(form)[1:-1] for form in written}
    written |= {quote(text), quote(text, safe=""), quote_plus(text), escape(text, {'"': "&#34;", "'": "&#39;"})}
    raw = text.encode()
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        written |= {encoded[4 if shift else 0 :], encoded[4 if shift else 0 :].replace("+", "-").replace("/", "_")}
    return written | {raw.hex()}
