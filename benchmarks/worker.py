"""One measured piece of work, in a process of its own: `python -m benchmarks.worker <work> <argument> <folder>`.

The folder is prepared beforehand (`prepare`), so that what is measured is the named work alone.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # loaded by the work that needs it, so that the floor is nothing but the floor
    from rehearsal.engine import Project

ROOT: Final = Path(__file__).parent.parent
SYNTHETIC: Final = ROOT / "benchmarks" / "synthetic"

_BOTH: Final = ("infra.stack", "upstash_pulumi", "pulumiverse_sentry", "pulumi_random")
PROGRAM_PACKAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "staging": _BOTH,
    "production": (*_BOTH, "pulumi_aws.iam.role", "pulumi_aws.s3.bucket"),
}
"""What the program of each stack imports; an SDK of a vendor that a stack does not use is not loaded. The parts of AWS's are
loaded when first used, so a module of each is named."""


def imports(stack: str, _folder: Path) -> None:
    """Import the program's packages."""
    for name in PROGRAM_PACKAGES[stack]:
        importlib.import_module(name)


def floor(stack: str, folder: Path) -> None:
    """The least a run of the stack can cost: its packages, and one derivation of the state's key."""
    from rehearsal.engine.passphrase import Crypter

    imports(stack, folder)
    Crypter("floor")


def _stack(operation: str) -> Callable[[str, Path], None]:
    def work(stack: str, folder: Path) -> None:
        from rehearsal.pace import fewer_collections

        with fewer_collections():
            from brightbroom.plays import play_of
            from rehearsal.engine import Operation
            from rehearsal.stage import Stage

            with Stage(play_of(ROOT, stack), folder) as stage:
                result = stage.run(Operation(operation))
        if not result.ok:
            raise SystemExit(f"{operation} of {stack} failed: {result.failures}")

    return work


def _synthetic(operation: str) -> Callable[[str, Path], None]:
    def work(units: str, folder: Path) -> None:
        from rehearsal.pace import fewer_collections

        with fewer_collections():
            from rehearsal.engine import Operation
            from rehearsal.stage import Play, Stage

            with Stage(Play(_project(units), tokens=("VERCEL_API_TOKEN",)), folder) as stage:
                result = stage.run(Operation(operation))
        if not result.ok:
            raise SystemExit(f"{operation} of {units} units failed: {result.failures}")

    return work


def echo(units: str, folder: Path) -> None:
    """The synthetic program against a monitor that only echoes."""
    from benchmarks.echo import echo as run
    from rehearsal.pace import fewer_collections
    from rehearsal.standins import StandIns, environment

    with fewer_collections(), environment(StandIns(folder).values(["VERCEL_API_TOKEN"])):
        run(_project(units))


def _project(units: str) -> Project:
    from rehearsal.engine import Project

    return Project.load(SYNTHETIC, "bench").overlaid({"synthetic:units": int(units)})


WORK: Final[Mapping[str, Callable[[str, Path], None]]] = {
    "imports": imports,
    "floor": floor,
    "preview": _stack("preview"),
    "up": _stack("up"),
    "echo": echo,
    "synthetic-preview": _synthetic("preview"),
    "synthetic-up": _synthetic("up"),
}

if __name__ == "__main__":
    name, argument, folder = sys.argv[1:]
    WORK[name](argument, Path(folder))
