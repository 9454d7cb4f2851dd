"""The `killed` scenario: the process dies at every journal point in turn, and the next run must make everything whole.

For `up`, an edit and `destroy` a first run counts the points: just before and just after each line of the journal. Two points
between which nothing reached the disk leave the same behind, so only the first of them is visited. At each one a forked
child is really killed (SIGKILL) in a copy of the folder; then the same operation runs again there, and its outcome is
compared with that of a run that nobody disturbed.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.engine import EngineError, Operation, Result
from rehearsal.engine.journal import Moment
from rehearsal.scenarios import EDIT, UNPROTECTED, Check, Director, label, went_well
from rehearsal.stage import Play, Stage


@dataclass(frozen=True, slots=True)
class Point:
    """A moment at which a run may die: just before or just after the n-th line of the journal."""

    number: int
    moment: Moment


@dataclass(frozen=True, slots=True)
class Case:
    """One operation to be killed in: from the folder `base`, wanted are these objects at the vendors and in the state.

    `salt` is that of all states, so that the key is derived once, before the workers are forked."""

    name: str
    base: Path
    operation: Operation
    play: Play
    salt: str
    points: tuple[Point, ...]
    objects: Counter[str]
    resources: frozenset[str]


def killed(director: Director) -> Iterator[Check]:
    """Killed at every point of up, edit and destroy: the next run converges, no object twice, none lost."""
    folder = director.folder / "killed"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        cases: list[Case] = []
        for case, check in _cases(director, folder):
            cases.append(case)
            yield check
        visits = [(case, point) for case in cases for point in _sample(case.points, director.points)]
        problems: dict[str, list[str]] = {case.name: [] for case in cases}
        for done, (name, problem) in enumerate(_visit_all(visits, folder, director.workers), 1):
            director.progress("killed and run again", done, len(visits))
            if problem:
                problems[name].append(problem)
        for case in cases:
            visited = sum(1 for visit, _ in visits if visit is case)
            found = problems[case.name]
            text = f"{case.name}: killed at {visited} of {len(case.points)} points, each next run made everything whole"
            yield Check(text, visited > 0 and not found, "; ".join(found[:3]))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# ---- the undisturbed runs ---------------------------------------------------------------------------------------


def _cases(director: Director, folder: Path) -> Iterator[tuple[Case, Check]]:
    """The three operations, each from where the one before it ended."""
    plain, edited = director.play_with({}), director.play_with({**EDIT.changes, **UNPROTECTED})
    base = folder / "0"
    with Stage(plain, base) as stage:  # makes the seed, so that all copies have the same stand-ins
        salt = stage.state.crypter.salt
    todo = (
        ("up", Operation.UP, plain),
        ("edit", Operation.UP, edited),
        ("destroy", Operation.DESTROY, edited),
    )
    for number, (name, operation, play) in enumerate(todo, 1):
        copy = _copied(base, folder / str(number))
        points: list[Point] = []
        with Stage(play, copy, salt=salt) as stage:
            result = stage.run(operation, journal_hook=_counter(copy, points), policies=False)
            objects = stage.inventory()
            resources = frozenset(resource.urn for resource in stage.state.resources)
        yield (
            Case(name, base, operation, play, salt, tuple(points), objects, resources),
            went_well(f"{name}: an undisturbed run writes {result.points} lines of journal", result),
        )
        base = copy


def _counter(folder: Path, points: list[Point]) -> Any:
    """A journal hook that collects the points at which the disk holds something new."""
    last: dict[str, tuple[int, int]] | None = None

    def look(number: int, moment: Moment) -> None:
        nonlocal last
        image = {
            str(file): (status.st_size, status.st_mtime_ns)
            for file in folder.rglob("*")
            if file.is_file() and file.suffix != ".lock" and (status := file.stat())
        }
        if image != last:
            points.append(Point(number, moment))
            last = image

    return look


def _sample(points: Sequence[Point], limit: int) -> list[Point]:
    """All points, or so many evenly spread ones, the first and the last among them."""
    if not limit or limit >= len(points):
        return list(points)
    step = (len(points) - 1) / max(limit - 1, 1)
    return [points[round(index * step)] for index in range(limit)]


# ---- one death --------------------------------------------------------------------------------------------------


def visit(case: Case, point: Point, folder: Path) -> str:
    """Die there, run again, compare; returns what is wrong, or nothing."""
    where = f"{point.moment} line {point.number}"
    _copied(case.base, folder)
    try:
        if not _die(case, point, folder):
            return f"{where}: the run was not killed"
        problem = _aftermath(case, folder)
    except EngineError as error:
        problem = str(error)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return f"{where}: {problem}" if problem else ""


def _die(case: Case, point: Point, folder: Path) -> bool:
    """Run the operation in a child that kills itself at the point; whether it died of that."""
    child = os.fork()
    if child == 0:
        try:
            with Stage(case.play, folder, salt=case.salt) as stage:
                stage.run(case.operation, journal_hook=_killer(point), policies=False)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _killer(point: Point) -> Any:
    def strike(number: int, moment: Moment) -> None:
        if (number, moment) == (point.number, point.moment):
            os.kill(os.getpid(), signal.SIGKILL)

    return strike


def _aftermath(case: Case, folder: Path) -> str:
    with Stage(case.play, folder, salt=case.salt) as stage:
        again = stage.run(case.operation, policies=False)
        if not again.ok:
            return f"the next run failed: {_told(again)}"
        seen, resources = stage.inventory(), {resource.urn for resource in stage.state.resources}
        wrong = [f"{seen[urn]} of {label(urn)}" for urn in {**seen, **case.objects} if seen[urn] != case.objects[urn]]
        wrong += [f"{label(urn)} in the state alone" for urn in resources - case.resources]
        wrong += [f"{label(urn)} not in the state" for urn in case.resources - resources]
        if wrong or case.operation is not Operation.UP:
            return ", ".join(wrong)
        rest = stage.run(Operation.PREVIEW, policies=False)
        left = [f"{step.op} {label(step.urn)}" for step in rest.changed]
        return f"a preview still has: {', '.join(left)}" if left else _told(rest)


def _told(result: Result) -> str:
    return "; ".join(failure.message for failure in result.failures)


def _copied(source: Path, target: Path) -> Path:
    shutil.copytree(source, target)
    return target


# ---- many deaths at once ----------------------------------------------------------------------------------------


def _visit_all(visits: Sequence[tuple[Case, Point]], folder: Path, workers: int) -> Iterator[tuple[str, str]]:
    """Visit all points, spread over forked workers: what is imported already is imported in each of them."""
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        names = {
            pool.submit(visit, case, point, folder / f"visit-{n}"): case.name for n, (case, point) in enumerate(visits)
        }
        for future in as_completed(names):
            yield names[future], future.result()
