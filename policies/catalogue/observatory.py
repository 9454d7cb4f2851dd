"""The score that the HTTP Observatory gives (github.com/mdn/mdn-http-observatory, algorithm 6), from declared headers alone.

What only a live answer shows counts as nothing gained and nothing lost: cookies, redirects (Vercel's own are to https on the same
host) and integrity attributes, for which the register of scripts stands in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from policies.catalogue import csp, csp_sources, structured
from policies.catalogue.csp import ContentPolicy

_BASE: Final = 100
_BONUS_FROM: Final = 90
"""Only who loses no more than ten points is given points beyond a hundred."""
_SIX_MONTHS: Final = 15_552_000
"""Seconds."""
_SHORTEST_POLICY: Final = 6
_GRADES: Final = (
    (100, "A+"),
    (90, "A"),
    (85, "A-"),
    (80, "B+"),
    (70, "B"),
    (65, "B-"),
    (60, "C+"),
    (50, "C"),
    (45, "C-"),
)
_LOW_GRADES: Final = ((40, "D+"), (30, "D"), (25, "D-"), (0, "F"))
_BROAD: Final = frozenset({"ftp:", "http:", "https:", "*", "http://*", "http://*.*", "https://*", "https://*.*"})
_INLINE: Final = frozenset({"'unsafe-inline'", "data:"})
_PASSIVE: Final = ("img-src", "media-src")
_REPORTS: Final = ("report-uri", "report-to")
_PRIVATE: Final = ("no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin")
_LEAKY: Final = ("origin", "origin-when-cross-origin", "unsafe-url", "no-referrer-when-downgrade")
_TOKENS: Final[Mapping[str, tuple[str, ...]]] = {
    "cross-origin-opener-policy": ("same-origin", "same-origin-allow-popups", "noopener-allow-popups"),
    "cross-origin-embedder-policy": ("require-corp", "credentialless"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One test of the Observatory: what it adds to the score, or takes from it, and why."""

    test: str
    modifier: int
    why: str


@dataclass(frozen=True, slots=True)
class Script:
    """A script of another site that a policy lets in, and whether the page checks its hash."""

    source: str
    integrity: bool


@dataclass(frozen=True, slots=True)
class Score:
    """All tests and their sum."""

    items: tuple[Item, ...]

    @property
    def total(self) -> int:
        """The score, never below 0; 100 is an A+."""
        lost = _BASE + sum(item.modifier for item in self.items if item.modifier < 0)
        return max(0, lost if lost < _BONUS_FROM else _BASE + sum(item.modifier for item in self.items))

    @property
    def grade(self) -> str:
        """The letter for the score."""
        return next(letter for least, letter in (*_GRADES, *_LOW_GRADES) if self.total >= least)

    def __str__(self) -> str:
        told = ", ".join(f"{item.test} {item.modifier:+}" for item in self.items if item.modifier)
        return f"{self.total} ({self.grade}): {told or 'nothing gained or lost'}"


def score(headers: Mapping[str, str], *, preloaded: bool = False, scripts: Sequence[Script] = ()) -> Score:
    """The score of response headers by lower-case name, several policies divided by commas.

    `preloaded`: browsers know the host, or its top-level domain, as https only. `scripts`: those of other sites on the page.
    """
    policy = _readable_policy(headers.get("content-security-policy"))
    return Score(
        (
            Item("content-security-policy", *_policy(headers, policy)),
            Item(
                "strict-transport-security", *_transport(headers.get("strict-transport-security"), preloaded=preloaded)
            ),
            Item("x-frame-options", *_frames(headers.get("x-frame-options"), policy)),
            Item("x-content-type-options", *_types(headers.get("x-content-type-options"))),
            Item("referrer-policy", *_referrer(headers.get("referrer-policy"))),
            Item("cross-origin-resource-policy", *_resources(headers.get("cross-origin-resource-policy"))),
            *(Item(name, *_token(headers.get(name), good)) for name, good in _TOKENS.items()),
            Item("subresource-integrity", *_integrity(scripts)),
            Item("cross-origin-resource-sharing", 0, "a fixed answer never mirrors the asking origin"),
            Item("redirection", 0, "Vercel redirects http to https on the same host"),
            Item("cookies", 0, "declared headers set none"),
        )
    )


def _readable_policy(text: str | None) -> ContentPolicy | None:
    """What several policies enforce together; None where there is none, or the Observatory calls it invalid."""
    if text is None or any(len(part.strip()) < _SHORTEST_POLICY for part in text.split(",")):
        return None
    policies = csp.parse(text)
    repeated = [name for policy in policies for name in policy.repeated if name not in _REPORTS]
    return csp.combined(policies) if policies and not repeated else None


def _policy(headers: Mapping[str, str], policy: ContentPolicy | None) -> tuple[int, str]:
    if "content-security-policy" not in headers:
        reports = "content-security-policy-report-only" in headers
        return -25, "only reports" if reports else "none"
    if policy is None:
        return -25, "cannot be read"
    modifier, why = next(_verdicts(policy))
    return (
        (0, "a repeated report directive")
        if policy.repeated and (modifier >= 0 or why == _PASSIVE_HTTP)
        else (modifier, why)
    )


_PASSIVE_HTTP: Final = "pictures and media over plain http"


def _verdicts(policy: ContentPolicy) -> Iterator[tuple[int, str]]:
    """The first is the verdict."""
    script, style = _heeded(policy.sources("script-src")), _heeded(policy.sources("style-src"))
    if "'strict-dynamic'" in script:
        if not csp_sources.keyed([*(policy.sources("script-src") or ())]):
            yield -25, "'strict-dynamic' without a nonce or hash"
        script = {s for s in script if not s.startswith((*_BROAD, "'self'", "'unsafe-inline'"))}
    if script & (_BROAD | _INLINE) or _lowered(policy.sources("object-src")) & _BROAD:
        yield -20, "scripts or objects from anywhere, or inline"
    active = {s for name in policy.directives if name not in (*_PASSIVE, "script-src") for s in _own(policy, name)}
    if _plain_http(active | script):
        yield -20, "sources over plain http"
    if "'unsafe-eval'" in script | style:
        yield -10, "'unsafe-eval'"
    if _plain_http({s for name in _PASSIVE for s in policy.sources(name) or ()}):
        yield -10, _PASSIVE_HTTP
    if style & (_BROAD | _INLINE):
        yield 0, "styles from anywhere, or inline"
    closed = _own(policy, "default-src") == {csp_sources.NONE}
    yield (10, "strict, default-src 'none'") if closed else (5, "strict")


def _lowered(sources: Iterable[str] | None) -> set[str]:
    """A list as the Observatory reads it: everything in lower case; absent allows all."""
    return {"*"} if sources is None else {source.lower() for source in sources} or {csp_sources.NONE}


def _own(policy: ContentPolicy, directive: str) -> set[str]:
    return _lowered(policy.directives[directive]) if directive in policy.directives else set()


def _heeded(sources: tuple[str, ...] | None) -> set[str]:
    keyed = sources is not None and csp_sources.keyed(sources)
    return _lowered(sources) - ({"'unsafe-inline'"} if keyed else set())


def _plain_http(sources: Iterable[str]) -> bool:
    return any(source.lower().startswith(("http:", "ftp:")) for source in sources)


def _transport(value: str | None, *, preloaded: bool) -> tuple[int, str]:
    if preloaded:
        return 5, "preloaded in browsers"
    if value is None:
        return -20, "none"
    ages = [
        int(found[1])
        for part in value.split(";")
        if (found := re.match(r"max-age=([0-9]{1,18})", part.strip().lower()))
    ]
    if not ages or "," in value:
        return -20, "cannot be read"
    return (0, "six months or more") if ages[-1] >= _SIX_MONTHS else (-10, "less than six months")


def _frames(value: str | None, policy: ContentPolicy | None) -> tuple[int, str]:
    if policy is not None and "frame-ancestors" in policy.directives:
        return 5, "by frame-ancestors"
    if value is None:
        return -20, "none"
    option = value.strip().lower()
    if option in ("deny", "sameorigin"):
        return 5, "by X-Frame-Options"
    return (0, "allow-from") if option.startswith("allow-from") else (-20, "cannot be read")


def _types(value: str | None) -> tuple[int, str]:
    return (0, "nosniff") if value is not None and value.strip().lower() == "nosniff" else (-5, "not nosniff")


def _referrer(value: str | None) -> tuple[int, str]:
    if value is None:
        return 0, "none"
    known = [part for part in (each.strip().lower() for each in value.split(",")) if part in (*_PRIVATE, *_LEAKY)]
    return (5, "private") if known and known[-1] in _PRIVATE else (-5, "leaks addresses, or cannot be read")


def _resources(value: str | None) -> tuple[int, str]:
    if value is None or value.strip().lower() == "cross-origin":
        return 0, "open to every site"
    return (10, "same site") if value.strip().lower() in ("same-origin", "same-site") else (-5, "cannot be read")


def _token(value: str | None, good: Sequence[str]) -> tuple[int, str]:
    found = structured.token(value) if value is not None else "unsafe-none"
    if found == "unsafe-none":
        return 0, "none"
    return (10, found) if found and found in good else (-5, "cannot be read")


def _integrity(scripts: Sequence[Script]) -> tuple[int, str]:
    if not scripts:
        return 0, "no script of another site"
    worst = min(_script(script) for script in scripts)
    return (
        worst,
        "scripts of other sites with integrity" if worst > 0 else "a script of another site without protection",
    )


def _script(script: Script) -> int:
    if _plain_http((script.source,)):
        return -20 if script.integrity else -50
    return 5 if script.integrity else -5
