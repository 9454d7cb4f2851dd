"""The state that a run leaves which is killed at any line of its journal."""

from __future__ import annotations

import shutil
from collections import Counter
from typing import TypeAlias

import pytest
from pulumi.provider.experimental.property_value import PropertyValue

from rehearsal.engine import Operation
from tests.rehearsal.engine.conftest import Toy

Inputs: TypeAlias = dict[str, PropertyValue]
BEFORE = 'Thing("a", region="eu", size=1)\nThing("b", region="eu", size=1)\n'
EDITS = {
    "update": 'Thing("a", region="eu", size=2)\nThing("b", region="eu", size=1)\n',
    "replace": 'Thing("a", region="us", size=1)\nThing("b", region="eu", size=1)\n',
    "delete first": 'Thing("a", region="us", kind="Single")\nThing("b", region="eu", size=1)\n',
    "rename": 'Thing("z", region="eu", size=1, opts=Opts(aliases=[pulumi.Alias(name="a")]))\nThing("b", region="eu", size=1)\n',
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_kill_at_any_line_leaves_a_state_that_opens_with_each_resource_once(toy: Toy, edit: str) -> None:
    """An update that was killed between the line of the new resource and that which strikes out the old one left both."""
    folder, copies = toy.state_path.parent, toy.root / "copies"

    def keep(number: int, moment: str) -> None:
        shutil.copytree(folder, copies / f"{number:03} {moment}")

    toy.up('Thing("a", region="eu", kind="Single")\nThing("b", region="eu", size=1)\n' if "first" in edit else BEFORE)
    result = toy.up(EDITS[edit], hook=keep)
    assert result.ok
    assert len(list(copies.iterdir())) == 2 * result.points
    for copy in sorted(copies.iterdir()):
        shutil.rmtree(folder)
        shutil.copytree(copy, folder)
        for _ in range(2):  # what was folded is read again by the run after the next
            with toy.open() as state:
                live = Counter(resource.urn for resource in state.resources if not resource.delete)
                held = Counter(resource.id for resource in state.resources if resource.id)
        assert max(live.values()) == max(held.values()) == 1, copy.name


def test_a_kill_after_a_renamed_resource_was_written_deletes_nothing(toy: Toy) -> None:
    folder, copies = toy.state_path.parent, toy.root / "copies"
    toy.up(BEFORE)
    toy.up(EDITS["rename"], hook=lambda number, moment: shutil.copytree(folder, copies / f"{number:03} {moment}"))
    for copy in sorted(copies.iterdir()):
        shutil.rmtree(folder)
        shutil.copytree(copy, folder)
        toy.vendor.calls.clear()
        assert toy.up().ok
        assert [call for call in toy.vendor.calls if not call.startswith("read:")] == [], copy.name
        assert toy.preview().changed == []


def test_a_run_that_cannot_learn_what_a_killed_one_made_changes_nothing(
    toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A destroy went on, and deleted the provider that what was being made needs."""
    folder, copies = toy.state_path.parent, toy.root / "copies"
    toy.up('Thing("a", region="eu")\n')
    toy.up(BEFORE, hook=lambda number, moment: shutil.copytree(folder, copies / f"{number:03} {moment}"))
    journals = sorted(copies.glob("*/state.json.journal"))
    killed = next(file.parent for file in journals if '"creating"' in file.read_text())
    shutil.rmtree(folder)
    shutil.copytree(killed, folder)
    asked: list[str] = []

    async def adopt(provider: object, urn: str, *_: object) -> None:
        asked.append(urn.rpartition("::")[2])
        if len(asked) == 1:
            raise RuntimeError("nobody answers")

    monkeypatch.setattr("tests.rehearsal.engine.vendor._Provider.adopt", adopt, raising=False)
    assert toy.preview().ok
    assert asked == []
    toy.vendor.calls.clear()
    failed = toy.run(Operation.DESTROY)
    assert [(failure.urn.rpartition("::")[2], "nobody answers" in failure.message) for failure in failed.failures] == [
        ("b", True)
    ]
    assert toy.vendor.calls == []
    assert toy.run(Operation.DESTROY).ok
    assert asked == ["b", "b"]
    with toy.open() as state:
        assert (state.resources, state.pending) == ([], [])


def test_what_a_killed_run_made_takes_the_place_of_what_it_was_renamed_from(
    toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Renamed again, it was passed over: the program found the replaced one by its alias, and replaced it once more."""
    folder, copies = toy.state_path.parent, toy.root / "copies"
    renamed = 'Thing("z", region="us", size=1, opts=Opts(aliases=[pulumi.Alias(name="a")]))\n'
    toy.up('Thing("a", region="eu", size=1)\n')
    toy.up(renamed, hook=lambda number, moment: shutil.copytree(folder, copies / f"{number:03} {moment}"))
    journals = sorted(copies.glob("*/state.json.journal"))
    killed = next(file.parent for file in journals if '"creating"' in file.read_text())
    shutil.rmtree(folder)
    shutil.copytree(killed, folder)
    [made] = toy.vendor.objects

    async def adopt(provider: object, urn: str, kind: str, inputs: Inputs) -> tuple[str, Inputs]:
        return made, inputs

    monkeypatch.setattr("tests.rehearsal.engine.vendor._Provider.adopt", adopt, raising=False)
    toy.vendor.calls.clear()
    aliases = "[pulumi.Alias(name='a'), pulumi.Alias(name='z')]"
    assert toy.up(f'Thing("y", region="us", size=1, opts=Opts(aliases={aliases}))\n').ok
    assert toy.vendor.calls == ["delete:a"]
    with toy.open() as state:
        assert [(item.name, item.id) for item in state.resources if item.type.startswith("toy:")] == [("y", made)]
