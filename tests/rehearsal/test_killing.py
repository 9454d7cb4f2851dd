"""A process killed at every journal point; and that a recovery which loses or doubles something would be seen."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path

import pytest

from rehearsal import killing
from rehearsal.engine import Operation
from rehearsal.killing import Case, Point, killed
from rehearsal.scenarios import Director
from rehearsal.stage import Stage
from tests.rehearsal.tiny import play


def test_every_point_of_up_edit_and_destroy(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    director = Director(tmp_path, play, workers=2, progress=lambda _what, done, total: told.append((done, total)))
    checks = list(killed(director))
    assert [check for check in checks if not check.passed] == []
    assert [check.text.split(":")[0] for check in checks] == ["up", "edit", "destroy"] * 2
    done, total = told[-1]
    assert done == total > 50
    assert list(tmp_path.iterdir()) == []


def test_a_sample_has_the_first_and_the_last_point(tmp_path: Path) -> None:
    points = [Point(n, "before") for n in range(1, 30)]
    for limit in (2, 3, 7):
        chosen = killing._sample(points, limit)
        assert len(chosen) == limit
        assert (chosen[0], chosen[-1]) == (points[0], points[-1])
    assert killing._sample(points, 0) == killing._sample(points, 99) == points


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """An undisturbed `up`, as the scenario makes it."""
    base = tmp_path / "base"
    with Stage(play(), base) as stage:
        salt = stage.state.crypter.salt
    copy = killing._copied(base, tmp_path / "copy")
    with Stage(play(), copy, salt=salt) as stage:
        stage.run(Operation.UP)
        objects = stage.inventory()
        resources = frozenset(resource.urn for resource in stage.state.resources)
    return Case("up", base, Operation.UP, play(), salt, (Point(5, "after"),), objects, resources)


def test_a_point_beyond_the_last_is_no_death(case: Case, tmp_path: Path) -> None:
    assert "was not killed" in killing.visit(case, Point(9999, "before"), tmp_path / "visit")


def test_a_death_that_is_recovered_has_nothing_to_tell(case: Case, tmp_path: Path) -> None:
    assert killing.visit(case, case.points[0], tmp_path / "visit") == ""


def test_lost_and_doubled_things_are_told(case: Case, tmp_path: Path) -> None:
    some, other = list(case.objects)[:2]
    wrong = dataclasses.replace(case, objects=Counter({**case.objects, some: 2, other: 0}))
    told = killing.visit(wrong, case.points[0], tmp_path / "visit")
    assert told.startswith("after line 5: ")
    assert told.count("1 of ") == 2
    wrong = dataclasses.replace(case, resources=frozenset({*case.resources, "urn:pulumi:s::p::a:b:C::lost"}))
    assert "a:C lost not in the state" in killing.visit(wrong, case.points[0], tmp_path / "visit")
