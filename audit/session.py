"""A run of the audit from its state files to its record, kept in an evidence folder or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from audit import chain, formats, history, project, provenance, runner, state
from audit.errors import AuditError
from audit.history import Past
from audit.locations import Locations
from audit.record import Run, build, day, timestamp
from audit.runner import Judged
from audit.signing import Signer
from policies.catalogue.levels import LevelsError
from policies.catalogue.waiver_file import WaiversError


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What is audited: state files, and the folder with the settings of their stacks. `clock` gives the time, with its zone;
    `environment` tells who runs it (GitHub's variables, see `provenance`)."""

    states: Sequence[Path]
    settings: Path
    clock: Callable[[], datetime]
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kept:
    """A run in its folder. `head` is the hash of its manifest: who notes it down elsewhere can tell when the chain was cut."""

    record: Mapping[str, Any]
    folder: Path
    head: str


def unkept(request: Request) -> dict[str, Any]:
    """The record of a run that is not kept: without number, predecessor and history. Raises `AuditError`."""
    started = request.clock()
    return _record(request, _judged(request, started), started, Past(), 0, (0, ""))


def kept(request: Request, folder: Path, signer: Signer) -> Kept:
    """Judge, and add the run with all formats to the chain in a folder. Raises `AuditError`; then nothing was added."""
    started = request.clock()
    judged = _judged(request, started)
    with chain.opened(folder) as evidence:
        _check_order(evidence, started)
        before = history.past(evidence.records(), [one.state.stack for one in judged])
        record = _record(request, judged, started, before, evidence.last + 1, evidence.previous)
        del judged  # the formats need the memory
        number, head = evidence.store(formats.kept(record), signer)
    return Kept(record, folder / chain.name_of(number), head)


def _record(
    request: Request, judged: Sequence[Judged], started: datetime, before: Past, number: int, previous: tuple[int, str]
) -> dict[str, Any]:
    run = Run(
        started=started,
        ended=request.clock(),
        origin=provenance.origin(request.settings, request.environment),
        by=provenance.by(one.state.stack for one in judged),
        number=number,
        previous=previous,
    )
    return build(judged, run, Locations(request.settings), before)


def _judged(request: Request, started: datetime) -> list[Judged]:
    states = state.read_all(request.states)
    project.check(states, request.settings)
    try:
        return runner.run(states, day(started))
    except (LevelsError, WaiversError) as error:
        raise AuditError(*str(error).splitlines()) from None


def _check_order(evidence: chain.Chain, started: datetime) -> None:
    """A run follows the one before in time too: else its history would count backwards."""
    last = next(evidence.records(), None)
    if last is not None and timestamp(started) < last["run"]["startedAt"]:
        raise AuditError(
            f"run {evidence.last} in {evidence.folder} was made at {last['run']['startedAt']}, after "
            f"{timestamp(started)}: evidence goes forward in time; leave out --at, or use another folder"
        )
