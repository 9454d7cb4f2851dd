"""Source expressions of a content security policy (w3.org/TR/CSP3, 2.3.1): what each is, and which covers which.

Keywords, schemes, hosts and the names of hash algorithms are the same in any case; nonces, hashes and paths are not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Final

NONE: Final = "'none'"
_KEYWORDS: Final = frozenset(
    {
        *("'self'", "'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'", "'wasm-unsafe-eval'", "'strict-dynamic'"),
        *("'report-sample'", "'report-sha256'", "'report-sha384'", "'report-sha512'", "'inline-speculation-rules'"),
        *("'trusted-types-eval'", "'unsafe-allow-redirects'"),
    }
)
_BASE64: Final = r"[A-Za-z0-9+/_-]+={0,2}"
_NONCE: Final = re.compile(rf"'(?i:nonce)-{_BASE64}'")
_HASH: Final = re.compile(rf"'(?i:sha(?:256|384|512))-{_BASE64}'")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_HOST: Final = re.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://)?"
    r"(?P<host>\*|(?:\*\.)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.?)"
    r"(?::(?P<port>[0-9]+|\*))?(?P<path>/[A-Za-z0-9._~!$&'()*+=:@%/-]*)?"
)
_SAFER: Final = {"http": ("http", "https"), "ws": ("ws", "wss", "http", "https"), "wss": ("wss", "https")}
"""What a scheme in a policy also allows: the same over TLS."""
_NETWORK: Final = ("http", "https", "ws", "wss")
_TOP_LEVEL: Final = re.compile(r"\*\.[^.]+\.?")


class Kind(Enum):
    """What a source expression is."""

    NONE = auto()
    KEYWORD = auto()
    NONCE = auto()
    HASH = auto()
    SCHEME = auto()
    HOST = auto()
    INVALID = auto()


@dataclass(frozen=True, slots=True)
class Source:
    """One expression. `text` is its normal form: what may be in any case is in lower case."""

    kind: Kind
    text: str
    scheme: str = ""
    host: str = ""
    port: str = ""
    path: str = ""

    @property
    def wide(self) -> bool:
        """Whether it names no place: everything, a whole scheme, or a whole top-level domain."""
        return self.kind is Kind.SCHEME or self.host == "*" or bool(_TOP_LEVEL.fullmatch(self.host))


@lru_cache(maxsize=4096)
def read(text: str) -> Source:
    """An expression as browsers read it; one that fits no rule of the grammar is `INVALID` and allows nothing."""
    lower = text.lower()
    if lower == NONE:
        return Source(Kind.NONE, lower)
    if lower in _KEYWORDS:
        return Source(Kind.KEYWORD, lower)
    for kind, pattern in ((Kind.NONCE, _NONCE), (Kind.HASH, _HASH)):
        if pattern.fullmatch(text):
            name, dash, value = text.partition("-")
            return Source(kind, f"{name.lower()}{dash}{value}")
    if _SCHEME.fullmatch(text):
        return Source(Kind.SCHEME, lower, scheme=lower[:-1])
    found = _HOST.fullmatch(text)
    if found is None:
        return Source(Kind.INVALID, text)
    scheme, host, port, path = (found[part] or "" for part in ("scheme", "host", "port", "path"))
    front = f"{scheme}://{host}".lower() if scheme else host.lower()
    return Source(Kind.HOST, f"{front}{f':{port}' if port else ''}{path}", scheme.lower(), host.lower(), port, path)


def host_of(name: str) -> str:
    """A domain as a policy names it: in lower case, an international one in its ASCII form."""
    try:
        return name.lower().encode("idna").decode()
    except UnicodeError:
        return name.lower()


def normal(sources: Sequence[str]) -> tuple[str, ...]:
    """A list in its normal form; an empty one allows nothing, as `'none'` does."""
    return tuple(read(source).text for source in sources) or (NONE,)


def unquoted(text: str) -> bool:
    """Whether it is a keyword without its quotes, which browsers read as the name of a host."""
    return f"'{text.lower()}'" in {*_KEYWORDS, NONE}


def keyed(sources: Sequence[str]) -> bool:
    """Whether scripts or styles are allowed by nonce or hash, which makes browsers ignore `'unsafe-inline'`."""
    return any(read(source).kind in (Kind.NONCE, Kind.HASH) for source in sources)


def has(sources: Sequence[str], keyword: str) -> bool:
    """Whether a list holds a keyword, in any case."""
    return any(source.lower() == keyword for source in sources)


def allows_inline(sources: Sequence[str]) -> bool:
    """Whether a list allows every inline script or style: no nonce, no hash and no `'strict-dynamic'` beside the keyword."""
    return has(sources, "'unsafe-inline'") and not keyed(sources) and not has(sources, "'strict-dynamic'")


def effective(sources: Sequence[str]) -> tuple[Source, ...]:
    """What browsers heed of a list for scripts. With `'strict-dynamic'` places, `'self'` and `'unsafe-inline'` are ignored;
    `'none'` counts only alone, and an invalid expression never."""
    read_ones = [read(source) for source in sources]
    ignored = {Kind.INVALID, Kind.NONE}
    if has(sources, "'strict-dynamic'"):
        ignored |= {Kind.HOST, Kind.SCHEME}
        read_ones = [source for source in read_ones if source.text not in ("'self'", "'unsafe-inline'")]
    elif not allows_inline(sources):
        read_ones = [source for source in read_ones if source.text != "'unsafe-inline'"]
    return tuple(source for source in read_ones if source.kind not in ignored)


def both(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    """What two lists allow together, by name: of each, what the other covers."""
    kept = [s for s in first if _covered(s, second)] + [s for s in second if _covered(s, first)]
    return tuple(dict.fromkeys(read(source).text for source in kept)) or (NONE,)


def _covered(text: str, by: Sequence[str]) -> bool:
    source = read(text)
    if source.kind in (Kind.NONE, Kind.INVALID):
        return False
    if source.kind in (Kind.NONCE, Kind.HASH) and allows_inline(by):
        return True
    return any(_covers(read(other), source) for other in by)


def _covers(wide: Source, narrow: Source) -> bool:
    if wide.text == narrow.text:
        return True
    if wide.kind is Kind.SCHEME:
        allowed = _SAFER.get(wide.scheme, (wide.scheme,))
        placed = narrow.kind in (Kind.SCHEME, Kind.HOST) or narrow.text == "'self'"
        return placed and (narrow.scheme or "https") in allowed
    if wide.text == "*":
        return narrow.kind is Kind.HOST or narrow.text == "'self'" or narrow.scheme in _NETWORK
    return wide.kind is Kind.HOST and narrow.kind is Kind.HOST and _covers_host(wide, narrow)


def _covers_host(wide: Source, narrow: Source) -> bool:
    scheme = (narrow.scheme or "https") in _SAFER.get(wide.scheme or "https", (wide.scheme or "https",))
    below = wide.host == "*" or (wide.host.startswith("*.") and narrow.host.endswith(wide.host[1:]))
    port = wide.port in ("*", narrow.port)
    path = not wide.path or wide.path == narrow.path or (wide.path.endswith("/") and narrow.path.startswith(wide.path))
    return scheme and (below or wide.host == narrow.host) and port and path
