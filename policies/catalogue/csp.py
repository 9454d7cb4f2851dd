"""Content security policies, read as the standard says (w3.org/TR/CSP3).

Names are the same in any case, of a repeated directive only the first counts, fetch directives fall back to others, and a
header's value is a list of policies, divided by commas, that are all enforced.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Final

from policies.catalogue import csp_sources
from policies.catalogue.csp_sources import Kind

_DEFAULT: Final = ("default-src",)
FALLBACKS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("script-src", "style-src", "img-src", "font-src", "connect-src", "media-src"), _DEFAULT),
    **dict.fromkeys(("object-src", "child-src", "manifest-src", "prefetch-src"), _DEFAULT),
    **dict.fromkeys(("script-src-elem", "script-src-attr"), ("script-src", *_DEFAULT)),
    **dict.fromkeys(("style-src-elem", "style-src-attr"), ("style-src", *_DEFAULT)),
    "worker-src": ("child-src", "script-src", *_DEFAULT),
    "frame-src": ("child-src", *_DEFAULT),
    "fenced-frame-src": ("frame-src", "child-src", *_DEFAULT),
}
"""Where browsers look when a fetch directive is absent (CSP3, 6.8.3). All other directives fall back to nothing."""

SOURCE_LISTS: Final = frozenset({*FALLBACKS, *_DEFAULT, "base-uri", "form-action", "frame-ancestors"})
"""Directives whose value is a list of sources."""
DIRECTIVES: Final = (SOURCE_LISTS - {"prefetch-src"}) | {
    *("sandbox", "report-uri", "report-to", "upgrade-insecure-requests", "require-trusted-types-for", "trusted-types"),
}
"""Every directive browsers know; another one, also an obsolete one, restricts nothing."""

_WHITESPACE: Final = re.compile(r"[\t\n\f\r ]+")


@dataclass(frozen=True, slots=True)
class ContentPolicy:
    """Directives with their sources, the names that came again and count for nothing, and the parts that browsers skip because
    they are not ASCII."""

    directives: Mapping[str, tuple[str, ...]]
    repeated: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()

    def governing(self, directive: str) -> str | None:
        """The directive that decides in the place of another: itself, or the first of its fallbacks; None where none does."""
        names = (directive, *FALLBACKS.get(directive, ()))
        return next((name for name in names if name in self.directives), None)

    def sources(self, directive: str) -> tuple[str, ...] | None:
        """The sources that a directive has by itself or by fallback; None where nothing restricts it."""
        name = self.governing(directive)
        return None if name is None else self.directives[name]

    @property
    def unknown(self) -> tuple[str, ...]:
        """Directives that no browser knows."""
        return tuple(sorted(set(self.directives) - DIRECTIVES))

    @property
    def invalid(self) -> tuple[tuple[str, str], ...]:
        """Directives and the sources in them that mean nothing: malformed, `'none'` beside others, a keyword without quotes."""
        return tuple(
            (directive, source)
            for directive in sorted(SOURCE_LISTS & set(self.directives))
            for source in self.directives[directive]
            if (kind := csp_sources.read(source).kind) is Kind.INVALID
            or (kind is Kind.NONE and len(self.directives[directive]) > 1)
            or csp_sources.unquoted(source)
        )


@lru_cache(maxsize=1024)
def parse(text: str) -> tuple[ContentPolicy, ...]:
    """The policies of a header's value; one without any directive is none."""
    return tuple(policy for part in text.split(",") if (policy := _policy(part)).directives or policy.skipped)


def written(directives: Mapping[str, Sequence[str]]) -> str:
    """Sources by directive as a header's value."""
    return "; ".join(" ".join((name, *sources)) for name, sources in directives.items())


def combined(policies: Iterable[ContentPolicy]) -> ContentPolicy:
    """What several policies enforce together: each directive allows what all of them allow, by itself or by fallback."""
    found = tuple(policies)
    if len(found) == 1:
        return found[0]
    names = dict.fromkeys(name for policy in found for name in policy.directives)
    return ContentPolicy(
        {name: _together(name, found) for name in names},
        tuple(name for policy in found for name in policy.repeated),
        tuple(part for policy in found for part in policy.skipped),
    )


def _together(name: str, policies: Sequence[ContentPolicy]) -> tuple[str, ...]:
    lists = [sources for policy in policies if (sources := policy.sources(name)) is not None]
    if name in SOURCE_LISTS:
        return reduce(csp_sources.both, lists)
    return tuple(dict.fromkeys(value for values in lists for value in values))


def _policy(text: str) -> ContentPolicy:
    directives: dict[str, tuple[str, ...]] = {}
    repeated: list[str] = []
    skipped: list[str] = []
    for part in text.split(";"):
        name, *sources = _WHITESPACE.split(part.strip("\t\n\f\r "))
        name = name.lower()
        if not part.isascii():
            skipped.append(part.strip())
        elif name in directives:
            repeated.append(name)
        elif name:
            directives[name] = tuple(sources)
    return ContentPolicy(directives, tuple(repeated), tuple(skipped))
