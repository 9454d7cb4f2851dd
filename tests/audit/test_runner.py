"""Every rule has one answer about every resource, and a lost one does not go unseen."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from audit import runner, state
from audit.errors import IncompleteError
from audit.runner import Judged
from policies.catalogue import judge, registry
from policies.catalogue.judge import Court, Verdict
from policies.catalogue.model import Finding, Level, NotApplicable, Outcome, Rule, Unevaluated
from policies.catalogue.resource import Resource, Stack
from policies.catalogue.scope import Scope
from policies.catalogue.types import NEON_PROJECT, STACK
from tests.audit import states
from tests.audit.states import Document, item, plaintext, small

TODAY = date(2026, 11, 25)
CODE = "DB-03"

Check = Callable[[Resource, Scope], Iterator[Finding]]


def _rule(check: Check, code: str = CODE, **changes: Any) -> Rule:
    """A rule of the catalogue with a check of the test's own; it judges Neon projects."""
    (real,) = (one for one in registry.rules() if one.id == code)
    return dataclasses.replace(real, check=check, **{"applies_to": (NEON_PROJECT,), "whole_stack": False, **changes})


def _run(folder: Path, documents: Sequence[Document], rules: Sequence[Rule] | None = None) -> list[Judged]:
    paths = states.write(folder, {f"state-{number}": document for number, document in enumerate(documents)})
    return runner.run(state.read_all(paths), TODAY, rules)


def _judge(folder: Path, check: Check, *items: Document, **changes: Any) -> list[Verdict]:
    (judged,) = _run(folder, [small(*(items or (item(NEON_PROJECT, "db"),)))], [_rule(check, **changes)])
    return list(judged.verdicts)


def _fail(_: Resource, __: Scope) -> Iterator[Finding]:
    yield Finding("region", "mars", "the earth")


def _pass(_: Resource, __: Scope) -> Iterator[Finding]:
    yield from ()


def test_every_pair_of_rule_and_resource_has_one_answer(tmp_path: Path) -> None:
    documents = [states.rehearsed(stack) for stack in states.STACKS]
    for judged, document in zip(_run(tmp_path, documents), documents, strict=True):
        resources = states.resources_of(document)
        assert judged.expected == len(resources) * len(registry.rules())
        assert sum(judged.totals.values()) == judged.expected
        direct = {(verdict.rule.id, verdict.resource.urn) for verdict in judged.verdicts}
        assert len(direct) == len(judged.verdicts)
        wanted = {(rule.id, r["urn"]) for rule in registry.rules() for r in resources if r["type"] in rule.applies_to}
        assert direct == wanted


def test_the_six_answers_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def check(resource: Resource, _: Scope) -> Iterator[Finding]:
        if resource.name == "none":
            raise NotApplicable("has no database")
        if resource.name == "later":
            raise Unevaluated("host")
        if resource.name in ("bad", "waived"):
            yield Finding("region", "mars", "the earth")
        if resource.name == "bad":
            raise Unevaluated("host")

    states.waive(monkeypatch, tmp_path, {"rule": CODE, "resource": "waived"})
    named = [item(NEON_PROJECT, name) for name in ("good", "bad", "waived", "none", "later")]
    verdicts = {v.resource.name: v for v in _judge(tmp_path, check, *named)}
    assert {name: verdict.outcome for name, verdict in verdicts.items()} == {
        "good": Outcome.PASS,
        "bad": Outcome.FAIL,
        "waived": Outcome.WAIVED,
        "none": Outcome.NOT_APPLICABLE,
        "later": Outcome.NOT_EVALUATED,
    }
    assert verdicts["bad"].pending == "host is known only after the deployment"
    assert verdicts["waived"].waiver is not None
    assert verdicts["waived"].waiver.id == "W-1"


def test_a_rule_that_is_switched_off_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = judge.court

    def off(stack: str, today: date) -> Court:
        court = real(stack, today)
        setting = dataclasses.replace(court.settings[CODE], level=Level.DISABLED, because="by staging.json: no data")
        return dataclasses.replace(court, settings={**court.settings, CODE: setting})

    monkeypatch.setattr(judge, "court", off)
    (verdict,) = _judge(tmp_path, _fail)
    assert (verdict.outcome, verdict.reason) == (Outcome.SWITCHED_OFF, "by staging.json: no data")


def test_resources_of_other_types_are_counted_with_the_reason(tmp_path: Path) -> None:
    documents = [small(item(NEON_PROJECT, "db"), item("a:b:C", "x"), item("a:b:C", "y"))]
    (judged,) = _run(tmp_path, documents, [_rule(_pass)])
    assert [(o.type, o.count, o.reason) for o in judged.others] == [
        (STACK, 1, f"judges {NEON_PROJECT}"),
        ("a:b:C", 2, f"judges {NEON_PROJECT}"),
    ]
    assert judged.totals[Outcome.NOT_APPLICABLE] == 3
    assert judged.expected == 4


def test_a_resource_that_waits_for_its_deletion_is_counted_and_not_judged(tmp_path: Path) -> None:
    old = {**item(NEON_PROJECT, "db"), "delete": True}
    (judged,) = _run(tmp_path, [small(item(NEON_PROJECT, "db"), old)], [_rule(_fail)])
    assert len(judged.verdicts) == 1
    assert [(o.type, o.count) for o in judged.others if "waits for its deletion" in o.reason] == [(NEON_PROJECT, 1)]
    assert sum(judged.totals.values()) == judged.expected == 3


def test_a_rule_over_one_resource_sees_inputs_and_a_rule_over_the_stack_outputs(tmp_path: Path) -> None:
    seen: list[tuple[Any, tuple[str, ...]]] = []

    def look(resource: Resource, scope: Scope) -> Iterator[Finding]:
        seen.append((resource.get("side"), scope.stack.types))
        yield from ()

    project = {**item(NEON_PROJECT, "db"), "inputs": {"side": "in"}, "outputs": {"side": "out"}}
    _judge(tmp_path, look, project)
    _judge(tmp_path, look, project, whole_stack=True)
    assert seen == [("in", ()), ("out", (NEON_PROJECT, STACK))]


def test_a_rule_sees_the_outputs_of_the_other_stacks_only(tmp_path: Path) -> None:
    seen: dict[str, dict[str, list[Any]]] = {}

    def look(resource: Resource, scope: Scope) -> Iterator[Finding]:
        assert scope.others is not None
        seen[resource.stack] = {
            name: [other.get("side") for other in stack.of_type(NEON_PROJECT)] for name, stack in scope.others.items()
        }
        yield from ()

    def state_of(stack: str) -> Document:
        project = {**item(NEON_PROJECT, "db", stack=stack), "outputs": {"side": stack}}
        return small(project, stack=stack)

    _run(tmp_path, [state_of("staging"), state_of("production")], [_rule(look)])
    assert seen == {"staging": {"production": ["production"]}, "production": {"staging": ["staging"]}}
    seen.clear()
    _run(tmp_path, [state_of("staging")], [_rule(look)])
    assert seen == {"staging": {}}


def test_a_broken_rule_is_told_and_hides_no_other(tmp_path: Path) -> None:
    def broken(_: Resource, __: Scope) -> Iterator[Finding]:
        raise KeyError("canary-5")
        yield

    (judged,) = _run(tmp_path, [small(item(NEON_PROJECT, "db"))], [_rule(broken), _rule(_fail, "DB-01")])
    first, second = judged.verdicts
    assert first.broken
    assert first.outcome is Outcome.NOT_EVALUATED
    assert "DB-03 could not judge: KeyError" in first.reason
    assert "canary-5" not in first.reason
    assert second.outcome is Outcome.FAIL


@pytest.mark.parametrize(
    "seen", [lambda found: found[1:], lambda found: (*found, *found), lambda found: (*found[1:], found[-1])]
)
def test_a_lost_answer_is_an_error_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen: Callable[[tuple[Resource, ...]], tuple[Resource, ...]]
) -> None:
    """A view that leaves something out, shows it twice, or one for the other: the population is read from the state itself."""
    real = Stack.of_type

    def lossy(stack: Stack, *kinds: str) -> tuple[Resource, ...]:
        return seen(real(stack, *kinds))

    monkeypatch.setattr(Stack, "of_type", lossy)
    with pytest.raises(IncompleteError, match=r"staging: \d+ answers where 3 were due \(DB-03 on urn:pulumi:staging"):
        _judge(tmp_path, _pass, item(NEON_PROJECT, "db"), item(NEON_PROJECT, "other"))


def test_a_secret_that_the_state_shows_is_told_by_no_rule(tmp_path: Path) -> None:
    def loud(resource: Resource, _: Scope) -> Iterator[Finding]:
        value = resource.get("settings.name")
        yield Finding(f"by.{value}", {"deep": [value]}, f"not {value}")
        raise Unevaluated(str(value))

    def refusing(resource: Resource, _: Scope) -> Iterator[Finding]:
        raise NotApplicable(f"for {resource.get('settings.name')}")
        yield

    project = item(NEON_PROJECT, "db", {"settings": {"name": plaintext("canary-9")}})
    told = [*_judge(tmp_path, loud, project), *_judge(tmp_path, refusing, project)]
    assert "canary-9" not in repr([(v.findings, v.reason, v.pending) for v in told])
    assert told[0].findings == (Finding("by.[secret]", "{'deep': ['[secret]']}", "not [secret]"),)
    assert told[1].reason == "for [secret]"


def test_rules_that_read_what_the_others_used_come_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A waiver that covers a violation of the last but one rule counts as needed."""
    states.waive(monkeypatch, tmp_path, {"rule": CODE, "resource": "db"})
    (last,) = (rule for rule in registry.rules() if rule.last)
    ordered = [rule.id for rule in registry.rules()]
    assert ordered[-1] == last.id
    for check, outcome in ((_fail, Outcome.PASS), (_pass, Outcome.FAIL)):
        rules = [_rule(check), last]
        (judged,) = _run(tmp_path, [small(item(NEON_PROJECT, "db"))], rules)
        (verdict,) = (verdict for verdict in judged.verdicts if verdict.rule.id == last.id)
        assert verdict.outcome is outcome


def test_many_resources_are_judged_once_each(tmp_path: Path) -> None:
    """The number of checks grows with the resources, not with their square: no rule is asked about a pair twice."""
    asked: Counter[str] = Counter()

    def count(resource: Resource, _: Scope) -> Iterator[Finding]:
        asked[resource.urn] += 1
        yield from ()

    document = states.many(600, states.rehearsed("staging"))
    _run(tmp_path, [document], [_rule(count)])
    projects = [r["urn"] for r in states.resources_of(document) if r["type"] == NEON_PROJECT]
    assert len(projects) > 3
    assert asked == Counter(projects)
