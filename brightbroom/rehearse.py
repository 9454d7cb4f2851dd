"""`brightbroom rehearse`: a stack comes up on local clouds, told as it happens."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from brightbroom.console import Voice
from brightbroom.exits import CommandError, ExitCode
from brightbroom.needs import chosen_stacks
from brightbroom.plays import play_of
from rehearsal import report
from rehearsal.clouds import CloudError
from rehearsal.engine import Event, Failure, FailureKind, InputError, Operation, PolicyFinding, Result, masked
from rehearsal.engine.urns import name_of
from rehearsal.stage import Play, Stage

DATA: Final = ".rehearsal"

_CODES: Final[Mapping[FailureKind, ExitCode]] = {
    FailureKind.BUG: ExitCode.BUG,
    FailureKind.VENDOR: ExitCode.VENDOR,
    FailureKind.POLICY: ExitCode.POLICY,
    FailureKind.INPUT: ExitCode.INPUT,
}
"""In this order the first kind that occurred gives the exit code."""


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for on the command line."""

    root: Path
    stacks: list[str]
    changes: Mapping[str, Any] = field(default_factory=dict)
    keep: bool = False
    verbose: bool = False


@dataclass(slots=True)
class StackReport:
    """How one stack fared: the runs in their order, and the time of each part in seconds."""

    stack: str
    code: ExitCode = ExitCode.FINE
    runs: list[Result] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)


def rehearse(request: Request, voice: Voice) -> list[StackReport]:
    """Bring every stack up on fresh local clouds. Raises `CommandError` for bad input, before anything is written."""
    names = chosen_stacks(request.root, request.stacks)
    with refusals():
        plays = [play_of(request.root, name, request.changes) for name in names]
        return [_rehearse_stack(play, request, voice) for play in plays]


def document(reports: list[StackReport]) -> str:
    """The reports for machines."""
    stacks = [
        {
            "stack": item.stack,
            "exitCode": int(item.code),
            "runs": [report.document(run) for run in item.runs],
            "timings": {part: round(seconds, 3) for part, seconds in item.timings.items()},
        }
        for item in reports
    ]
    return json.dumps({"exitCode": int(worst(reports)), "stacks": stacks}, indent=2)


def worst(reports: list[StackReport]) -> ExitCode:
    """The first code that is not fine."""
    return next((item.code for item in reports if item.code), ExitCode.FINE)


def code_of(result: Result) -> ExitCode:
    """The exit code of one run."""
    return next((code for kind, code in _CODES.items() if kind in result.kinds), ExitCode.FINE)


# ---- one stack --------------------------------------------------------------------------------------------------


def _rehearse_stack(play: Play, request: Request, voice: Voice) -> StackReport:
    stack = play.project.stack
    told = StackReport(stack)
    started = time.perf_counter()
    voice.heading(f"{stack}  on local clouds, in {DATA}/{stack}")
    with Stage(play, request.root / DATA / stack, fresh=not request.keep) as stage:
        told.timings["open state and clouds"] = time.perf_counter() - started
        first = _play(stage, Operation.PREVIEW, told, "preview")
        voice.say(f"  preview: {report.summary(first)}")
        voice.lines(report.tree(first, verbose=request.verbose), indent=4)
        _verdict(first, voice)
        if not _fine(first, told, voice):
            return told
        done = _apply(stage, len(first.steps), told, voice)
        if not _fine(done, told, voice):
            return told
        _outputs(done, voice)
        second = _play(stage, Operation.PREVIEW, told, "second preview")
        _second(second, told, voice)
    told.timings["total"] = time.perf_counter() - started
    _timings(told, voice)
    return told


def _play(stage: Stage, operation: Operation, told: StackReport, part: str) -> Result:
    result = stage.run(operation)
    told.runs.append(result)
    told.timings[part] = result.seconds
    return result


def _apply(stage: Stage, steps: int, told: StackReport, voice: Voice) -> Result:
    with voice.progress("apply", steps) as tick:

        def receive(event: Event) -> None:
            if "resOutputsEvent" in event:
                tick(name_of(event["resOutputsEvent"]["metadata"]["urn"]))

        result = stage.run(Operation.UP, on_event=receive)
    told.runs.append(result)
    told.timings["apply"] = result.seconds
    voice.say(f"  apply: {report.summary(result)} in {result.seconds:.1f} s")
    return result


def _second(result: Result, told: StackReport, voice: Voice) -> None:
    if not _fine(result, told, voice):
        return
    if result.changed:
        told.code = ExitCode.BUG
        voice.say("  second preview: it is not empty, although nothing changed", style="red")
        voice.lines(report.tree(result, verbose=True), indent=4)
    else:
        voice.say(f"  second preview: no changes ({report.summary(result)})", style="green")
        if any(map(_later, told.runs[0].findings)):
            _verdict(result, voice)


def _fine(result: Result, told: StackReport, voice: Voice) -> bool:
    told.code = code_of(result)
    if told.code:
        voice.lines(_failures(result), indent=2)
    return not told.code


def _failures(result: Result) -> Iterator[str]:
    for failure in result.failures:
        yield from _told(failure)
    existing = len(result.resources)
    if result.operation is not Operation.PREVIEW and result.failures:
        yield f"what exists now: {existing} resources stand in the state; run again with --keep to go on from there"
    elif FailureKind.POLICY in result.kinds:
        yield "a mandatory policy is violated: nothing was created"


def _told(failure: Failure) -> Iterator[str]:
    where = f" ({name_of(failure.urn)})" if failure.urn else ""
    first, *rest = failure.message.splitlines() or [""]
    yield f"{failure.kind}{where}: {first}"
    yield from rest


def _verdict(result: Result, voice: Voice) -> None:
    for pack in result.packs:
        told = [finding for finding in result.findings if finding.pack == pack.name]
        mine = [finding for finding in told if not _later(finding)]
        mandatory = sum(finding.mandatory for finding in mine)
        outcome = f"{mandatory} mandatory, {len(mine) - mandatory} other findings" if mine else "passed"
        later = f"; {len(told) - len(mine)} to be judged after apply" if len(told) > len(mine) else ""
        voice.say(
            f"  policies: {pack.name} {pack.version}, {pack.policies} policies over {pack.judged} resources: {outcome}{later}",
            style="red" if mandatory else "yellow" if mine else "green",
        )
        voice.lines((line for finding in mine for line in _finding(finding)), indent=4)


def _later(finding: PolicyFinding) -> bool:
    """Whether a pack only says that something cannot be read yet."""
    return finding.policy.startswith("to-be-judged-after-apply")


def _finding(finding: PolicyFinding) -> Iterator[str]:
    first, *rest = finding.message.splitlines() or [""]
    yield f"{finding.level}  {finding.policy}  {report.short_type(finding.urn)} {name_of(finding.urn)}"
    yield f"    {first}"
    yield from (f"    {line}" for line in rest)


def _outputs(result: Result, voice: Voice) -> None:
    if result.outputs:
        voice.say("  outputs:")
        voice.lines(
            (f"{name}: {report.shown(value)}" for name, value in sorted(masked(result.outputs).items())), indent=4
        )


def _timings(told: StackReport, voice: Voice) -> None:
    voice.say("  timings:")
    voice.lines((f"{part:<22} {seconds:6.2f} s" for part, seconds in told.timings.items()), indent=4)


@contextmanager
def refusals() -> Iterator[None]:
    """Turn errors of the engine and the clouds about what a person gave into the command's own."""
    try:
        yield
    except (InputError, CloudError) as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"{error.filename or DATA}: {error.strerror}") from error
