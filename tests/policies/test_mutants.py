"""Mutation strength: of the properties that rules govern, broken one at a time in both shipped stacks, the right rule must see
nearly all."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from datetime import date

import pytest

from audit import runner, state
from audit.state import State
from policies.catalogue import judge, registry
from policies.catalogue.model import Level, Outcome
from policies.catalogue.resource import Stack
from tests.audit.states import STACKS, rehearsed
from tests.policies.cases.form import TODAY
from tests.policies.mutants.form import Mutant, Views, mutants, mutated, views
from tests.policies.mutants.rows import NOT_BROKEN, ROWS

COUNT = 1000
WANTED = 0.98
SEED = 20261125


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> list[State]:
    folder = tmp_path_factory.mktemp("states")
    files = [folder / f"{stack}.json" for stack in STACKS]
    for stack, file in zip(STACKS, files, strict=True):
        file.write_text(json.dumps(rehearsed(stack)), encoding="utf-8")
    return state.read_all(files)


def _sealed(items: Mapping[str, object]) -> Stack:
    stack = Stack.of(items.values())  # type: ignore[arg-type]
    stack.__dict__["sealed"] = True
    return stack


def _is_seen(mutant: Mutant, stacks: Mapping[str, Views], today: date) -> bool:
    """Whether the right rule fails anywhere in the mutant's stack."""
    [rule] = (rule for rule in registry.rules() if rule.id == mutant.rule)
    broken = mutated(stacks[mutant.stack], mutant)
    others = {name: _sealed(seen.outputs) for name, seen in stacks.items() if name != mutant.stack}
    court = dataclasses.replace(judge.court(mutant.stack, today), others=others)
    stack = _sealed(broken.outputs if rule.whole_stack else broken.inputs)
    judged = (court.judge(rule, item, stack) for item in stack.of_type(*rule.applies_to))
    return any(verdict.outcome is Outcome.FAIL for verdict in judged)


def test_the_right_rule_sees_nearly_every_broken_property(
    states: list[State], record_property: Callable[[str, object], None]
) -> None:
    stacks = {one.stack: views(one.inputs, one.outputs) for one in states}
    made = mutants(ROWS, stacks, COUNT, SEED)
    missed = [mutant for mutant in made if not _is_seen(mutant, stacks, TODAY)]
    record_property("mutants", len(made))
    record_property("mutants seen", len(made) - len(missed))
    assert len(made) - len(missed) >= WANTED * len(made), "\n".join(map(str, missed))


def test_every_rule_that_is_on_has_a_property_that_breaks() -> None:
    on = {
        rule.id
        for rule in registry.rules()
        for stack in STACKS
        if judge.court(stack, TODAY).settings[rule.id].level is not Level.DISABLED
    }
    assert on - {row.rule for row in ROWS} - set(NOT_BROKEN) == set()


def test_both_shipped_stacks_have_no_finding(states: list[State]) -> None:
    for judged in runner.run(states, TODAY):
        assert [
            f"{v.rule.id} {v.findings}" for v in judged.verdicts if v.outcome in (Outcome.FAIL, Outcome.WAIVED)
        ] == []
