"""Which packages have a local cloud, and where their tables are; a table is loaded when its package is used."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from rehearsal.clouds.errors import CloudError
from rehearsal.clouds.table import Catalogue

PACKAGES: Final[tuple[str, ...]] = ("vercel", "github", "upstash", "sentry", "random", "aws")


def catalogue(package: str) -> Catalogue:
    """The table of one package; raises `CloudError` for a package without one."""
    if package not in PACKAGES:
        raise CloudError(f"there is no local cloud for {package!r}; there are: {', '.join(PACKAGES)}")
    found: Catalogue = import_module(f"rehearsal.clouds.{package}").CATALOGUE
    return found
