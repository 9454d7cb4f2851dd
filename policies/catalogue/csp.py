"""Content security policies, read as the standard says (w3.org/TR/CSP3): names in any case, of a repeated directive only the
first counts, and fetch directives fall back to others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

DIRECTIVES: Final = frozenset(
    {
        *(
            "default-src",
            "script-src",
            "script-src-elem",
            "script-src-attr",
            "style-src",
            "style-src-elem",
            "style-src-attr",
        ),
        *("img-src", "font-src", "connect-src", "media-src", "object-src", "frame-src", "child-src", "worker-src"),
        *("manifest-src", "fenced-frame-src", "base-uri", "form-action", "frame-ancestors", "sandbox", "report-uri"),
        *("report-to", "upgrade-insecure-requests", "require-trusted-types-for", "trusted-types"),
    }
)
"""Every directive browsers know; another one restricts nothing."""

_FALLBACKS: Final = {
    "script-src-elem": ("script-src", "default-src"),
    "script-src-attr": ("script-src", "default-src"),
    "script-src": ("default-src",),
}


@dataclass(frozen=True, slots=True)
class ContentPolicy:
    """Directives with their sources, and the names that came again and count for nothing."""

    directives: Mapping[str, tuple[str, ...]]
    repeated: tuple[str, ...] = ()

    def sources(self, directive: str) -> tuple[str, ...] | None:
        """The sources that a directive has by itself or by fallback; None where nothing restricts it."""
        for name in (directive, *_FALLBACKS.get(directive, ())):
            if name in self.directives:
                return self.directives[name]
        return None

    @property
    def unknown(self) -> tuple[str, ...]:
        """Directives that no browser knows."""
        return tuple(sorted(set(self.directives) - DIRECTIVES))


def parse(text: str) -> ContentPolicy:
    """A header's value."""
    directives: dict[str, tuple[str, ...]] = {}
    repeated = []
    for part in text.split(";"):
        name, *sources = part.split() or [""]
        name = name.lower()
        if name in directives:
            repeated.append(name)
        elif name:
            directives[name] = tuple(sources)
    return ContentPolicy(directives, tuple(repeated))


def declared(directives: Mapping[str, Sequence[str]]) -> ContentPolicy:
    """A profile: sources by directive."""
    return ContentPolicy({name.lower(): tuple(sources) for name, sources in directives.items()})
