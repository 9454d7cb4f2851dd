"""A run of the audit from its state files to its record, kept in an evidence folder or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from audit import chain, formats, history, provenance, runner, state
from audit.errors import AuditError
from audit.history import Past
from audit.locations import Locations
from audit.record import Run, build, day, timestamp
from audit.runner import Judged
from audit.signing import Signer
from audit.state import State
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
    states = state.read_all(request.states)
    return _record(request, states, started, Past(), 0, (0, ""))


def kept(request: Request, folder: Path, signer: Signer) -> Kept:
    """Judge, and add the run with all formats to the chain in a folder. Raises `AuditError`; then nothing was added."""
    started = request.clock()
    states = state.read_all(request.states)
    with chain.opened(folder) as evidence:
        _check_order(evidence, started)
        before = history.past(evidence.records(), [one.stack for one in states])
        record = _record(request, states, started, before, evidence.last + 1, evidence.previous)
        del states  # the formats need the memory
        number, head = evidence.store(formats.kept(record), signer)
    return Kept(record, folder / chain.name_of(number), head)


def _record(
    request: Request, states: Sequence[State], started: datetime, before: Past, number: int, previous: tuple[int, str]
) -> dict[str, Any]:
    judged = _judged(states, started)
    run = Run(
        started=started,
        ended=request.clock(),
        origin=provenance.origin(request.settings, request.environment),
        by=provenance.by(one.stack for one in states),
        number=number,
        previous=previous,
    )
    return build(judged, run, Locations(request.settings), before)


def _judged(states: Sequence[State], started: datetime) -> list[Judged]:
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
