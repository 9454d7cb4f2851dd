"""`brightbroom rehearse --scenario`: a stack lives through edits, drift, refusals, deaths, and judges itself."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any, Final

from brightbroom.console import Voice
from brightbroom.exits import CommandError, ExitCode
from brightbroom.needs import chosen_stacks
from brightbroom.plays import play_of
from brightbroom.rehearse import DATA, Request, refusals
from rehearsal import scenarios
from rehearsal.killing import killed
from rehearsal.scenarios import Director, Outcome, Scenario
from rehearsal.stage import Play, held

SCENARIOS: Final[Mapping[str, Scenario]] = {
    "up": scenarios.up,
    "no-op": scenarios.no_op,
    "edit": scenarios.edit,
    "replace": scenarios.replace,
    "drift": scenarios.drift,
    "refused": scenarios.refused,
    "killed": killed,
    "destroy": scenarios.destroy,
}
ALL: Final = "all"


def chosen_scenarios(wanted: Sequence[str]) -> list[str]:
    """The scenarios asked for, in their order. Raises `CommandError` for an unknown one."""
    unknown = [name for name in wanted if name not in (*SCENARIOS, ALL)]
    if unknown:
        raise CommandError(f"there is no scenario {unknown[0]!r}; known are: {', '.join(SCENARIOS)}, {ALL}")
    return list(SCENARIOS) if ALL in wanted else list(dict.fromkeys(wanted))


def play_scenarios(request: Request, names: Sequence[str], points: int, voice: Voice) -> list[Outcome]:
    """Play the scenarios on every stack. Raises `CommandError` for bad input."""
    outcomes: list[Outcome] = []
    with refusals():
        for stack in chosen_stacks(request.root, request.stacks):
            play_of(request.root, stack, request.changes)
            folder = request.root / DATA / stack
            with held(folder, stack):
                director = Director(
                    folder / "scenarios",
                    partial(_edited_play, request, stack),
                    points=points,
                    workers=os.cpu_count() or 1,
                    progress=voice.milestones(),
                )
                outcomes += [_play(name, stack, director, voice) for name in names]
                scenarios.forget(director.folder)
    return outcomes


def _edited_play(request: Request, stack: str, edit: Mapping[str, Any]) -> Play:
    return play_of(request.root, stack, {**request.changes, **edit})


def _play(name: str, stack: str, director: Director, voice: Voice) -> Outcome:
    outcome = Outcome(name, stack)
    started = time.perf_counter()
    scenario = SCENARIOS[name]
    voice.heading(f"{stack}  {name}: {(scenario.__doc__ or '').splitlines()[0]}")
    for check in scenario(director):
        outcome.checks.append(check)
        mark, style = ("ok  ", "green") if check.passed else ("FAIL", "red")
        voice.say(f"  {mark}  {check.text}", style)
        if not check.passed and check.detail:
            voice.say(f"        seen: {check.detail}")
    outcome.seconds = time.perf_counter() - started
    voice.say(f"  {'passed' if outcome.passed else 'failed'} in {outcome.seconds:.1f} s", "bold")
    return outcome


def code_of(outcomes: Sequence[Outcome]) -> ExitCode:
    """Fine when every scenario passed; one that did not is a bug of ours."""
    return ExitCode.FINE if all(outcome.passed for outcome in outcomes) else ExitCode.BUG


def document(outcomes: Sequence[Outcome]) -> str:
    """The outcomes for machines."""
    played = [
        {**asdict(outcome), "passed": outcome.passed, "seconds": round(outcome.seconds, 3)} for outcome in outcomes
    ]
    return json.dumps({"exitCode": int(code_of(outcomes)), "scenarios": played}, indent=2)
