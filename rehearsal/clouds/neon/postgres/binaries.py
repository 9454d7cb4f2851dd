"""Where the programs of a local Postgres are."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rehearsal.clouds.errors import CloudError

NEEDED: Final = ("initdb", "postgres", "psql", "pg_dump")
_DEBIAN: Final = Path("/usr/lib/postgresql")


class PostgresError(CloudError):
    """The local Postgres cannot do what was asked."""


class PostgresMissing(PostgresError):  # noqa: N818 - what is the case, not a fault
    """A program of Postgres is not on this machine."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """Paths of the programs, all of one version where possible."""

    initdb: str
    postgres: str
    psql: str
    pg_dump: str


def find_binaries(path: str | None = None, packages: Path = _DEBIAN) -> Binaries:
    """The programs: those beside `postgres` on PATH, else Debian's newest, else each wherever PATH has it.

    PATH is the environment's unless given. Raises `PostgresMissing`, which names what is not there."""
    folders = [Path(found).resolve().parent for found in (shutil.which("postgres", path=path),) if found]
    folders += sorted(packages.glob("*/bin"), key=_version, reverse=True)
    for folder in folders:
        here = {name: shutil.which(name, path=str(folder)) for name in NEEDED}
        if all(here.values()):
            return Binaries(**{name: str(place) for name, place in here.items()})
    places = {name: shutil.which(name, path=path) for name in NEEDED}
    missing = [name for name, place in places.items() if not place]
    if missing:
        raise PostgresMissing(
            f"a local Postgres needs {', '.join(missing)} on PATH or in {packages}/<version>/bin; "
            "install the PostgreSQL server and its client"
        )
    return Binaries(**{name: str(place) for name, place in places.items()})


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", folder.parent.name))
