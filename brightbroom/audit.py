"""`brightbroom audit`: what the policies say about deployed state, as a report or as evidence that is kept."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from audit import project, session, signing
from audit.errors import AuditError
from audit.formats import FORMATS, render, table
from audit.formats.parts import many, of_outcome, stops
from audit.verify import Verification
from audit.verify import verify as check
from brightbroom.exits import CommandError, ExitCode
from brightbroom.needs import chosen_stacks

DATA: Final = ".rehearsal"
_CENTURY: Final = range(2001, 2100)

_Part = TypeVar("_Part")


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What was asked for on the command line."""

    stacks: Sequence[str] = ()
    states: Sequence[Path] = ()
    settings: Path = Path()
    at: str = ""
    format: str = "table"
    output: Path | None = None
    evidence: Path | None = None
    key: Path | None = None
    unsigned: bool = False
    keyless: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """`content` is for standard output, `said` for the person, `code` for the script."""

    content: bytes
    said: tuple[str, ...]
    code: ExitCode


def audit(request: Request) -> Answer:
    """Judge the states and tell or keep what came of it. Raises `CommandError` for bad input, with every mistake."""
    with _refusals():
        asked, signer = _understood(request)
        if request.evidence is None:
            record: Mapping[str, Any] = session.unkept(asked)
            said = []
        else:
            kept = session.kept(asked, request.evidence, signer)
            record = kept.record
            said = [f"kept as run {record['run']['number']} in {kept.folder}; the head of the chain is {kept.head}"]
        try:
            content, written = _told(request, record)
        except AuditError as error:
            raise AuditError(*error.mistakes, *said) from None
    notes = (f"note: {note}" for note in project.notes(record["settings"], request.settings))
    return Answer(content, (*said, *written, *notes, *record["broken"]), _code(record))


def verify(folder: Path, public_keys: Sequence[Path], expect_head: str | None) -> tuple[Verification, ExitCode]:
    """Check a chain of evidence. Raises `CommandError` for a folder that is not there and a key that cannot be used."""
    with _refusals():
        keys = [signing.public_key(_read(path), str(path)) for path in public_keys]
        found = check(folder, keys, expect_head)
    return found, ExitCode.POLICY if found.problems else ExitCode.FINE


def as_text(found: Verification) -> str:
    """What was found, for people: every problem, what remains to be known, and the head."""
    lines = [f"  {problem}" for problem in found.problems]
    verdict = many(len(lines), "problem") if lines else "whole and unaltered"
    notes = [f"note: {note}" for note in found.notes]
    return "\n".join([f"{many(found.runs, 'run')}: {verdict}", *lines, *notes, f"head: {found.head or 'none'}"])


@contextmanager
def _refusals() -> Iterator[None]:
    """What an audit refuses, as the one message of the command."""
    try:
        yield
    except AuditError as error:
        raise CommandError(str(error)) from error


def _understood(request: Request) -> tuple[session.Request, signing.Signer]:
    """The run that was asked for, and how it is signed. Raises `AuditError` with the mistakes of all options."""
    mistakes: list[str] = []

    def part(find: Callable[[Request], _Part]) -> _Part | None:
        try:
            return find(request)
        except AuditError as error:
            mistakes.extend(error.mistakes)
        except CommandError as error:
            mistakes.append(str(error))
        return None

    part(_check)
    states, clock, signer = part(_states), part(_clock), part(_signer)
    if states is None or clock is None or signer is None or mistakes:
        raise AuditError(*mistakes)
    return session.Request(states=states, settings=request.settings, clock=clock, environment=os.environ), signer


def _check(request: Request) -> None:
    mistakes = []
    if request.format not in FORMATS:
        mistakes.append(f"there is no format {request.format!r}; known are: {', '.join(FORMATS)}")
    ways = [given for given in (request.key, request.unsigned, request.keyless) if given]
    if len(ways) > 1:
        mistakes.append("give one of --key, --keyless and --unsigned")
    if ways and request.evidence is None:
        mistakes.append("--key, --keyless and --unsigned are about evidence that is kept: give --evidence too")
    mistakes += _misplaced(request.output)
    if request.output and request.output.name in _beside(request.format):
        mistakes.append(f"--output {request.output} is the name of what {request.format} refers to: choose another")
    if mistakes:
        raise AuditError(*mistakes)


def _beside(name: str) -> list[str]:
    """The files that a format puts beside its own."""
    return [file for _, file in FORMATS[name].files[1:]] if name in FORMATS else []


def _misplaced(output: Path | None) -> Iterator[str]:
    """Why a file could not be written, found out before there is anything to write."""
    if output is None:
        return
    if not output.parent.is_dir():
        yield f"--output {output}: {output.parent} is no folder; make it with: mkdir -p {shlex.quote(str(output.parent))}"
    elif output.is_dir():
        yield f"--output {output} is a folder: name a file in it"
    elif not os.access(output if output.exists() else output.parent, os.W_OK):
        yield f"--output {output} cannot be written: choose another place, or chmod u+w {shlex.quote(str(output.parent))}"


def _states(request: Request) -> list[Path]:
    """The files to read: those given, and the rehearsed states of the stacks asked for, or of all."""
    asked = list(request.stacks)
    names = chosen_stacks(request.settings, asked) if asked or not request.states else []
    found = [request.settings / DATA / name / "state.json" for name in names]
    missing = [
        f"there is no rehearsed state of the stack {name!r} ({path}): make one with `brightbroom rehearse --stack {name}`, "
        f"or audit the deployed one: `pulumi stack export --stack {name} > {name}.json` and `--state {name}.json`"
        for name, path in zip(names, found, strict=True)
        if not path.is_file()
    ]
    if missing:
        raise AuditError(*missing)
    return [*found, *request.states]


def _clock(request: Request) -> Callable[[], datetime]:
    if not request.at:
        return now
    wrong = AuditError(f"--at {request.at!r} is no time of this century with its zone, such as 2026-11-25T12:00:00Z")
    try:
        moment = datetime.fromisoformat(request.at)
    except ValueError:
        raise wrong from None
    if moment.tzinfo is None or moment.year not in _CENTURY:
        raise wrong
    if request.evidence is not None and moment > now():
        raise AuditError(f"--at {request.at} is yet to come: evidence is of what was; leave out --at or --evidence")
    return lambda: moment


def now() -> datetime:
    """The clock of a run that is not told its time."""
    return datetime.now(UTC)


def _signer(request: Request) -> signing.Signer:
    if request.unsigned or request.evidence is None:
        return signing.Signer()
    if request.keyless:
        signing.cosign()
        return signing.KeylessSigner()
    if request.key is not None:
        return signing.KeySigner(signing.private_key(_read(request.key, signing.HOW), str(request.key)))
    if given := os.environ.get(signing.KEY_VARIABLE):
        return signing.KeySigner(signing.private_key(given.encode(), signing.KEY_VARIABLE))
    raise AuditError(
        f"evidence is signed: give --key FILE or {signing.KEY_VARIABLE}, --keyless in CI, or say --unsigned; {signing.HOW}"
    )


def _told(request: Request, record: Mapping[str, Any]) -> tuple[bytes, tuple[str, ...]]:
    """The format asked for: for standard output, or written to a file, with the files it refers to beside it."""
    if request.format == "table" and request.output is None and sys.stdout.isatty():
        return table.render(record, shutil.get_terminal_size().columns), ()
    (_, content), *others = render(request.format, record).items()
    if request.output is None:
        return content, ()
    written = {request.output: content, **{request.output.with_name(name): more for name, more in others}}
    for path, data in written.items():
        _write(path, data)
    return b"", tuple(f"written: {path}" for path in written)


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise AuditError(f"{path} cannot be written: {error.strerror}") from None


def _code(record: Mapping[str, Any]) -> ExitCode:
    if record["broken"] or not record["counts"]["addsUp"]:
        return ExitCode.BUG
    failed = any(map(stops, of_outcome(record["results"], "fail")))
    return ExitCode.POLICY if failed else ExitCode.FINE


def _read(path: Path, remedy: str = "name a file that is there") -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise AuditError(f"{path} cannot be read: {error.strerror}; {remedy}") from None
