"""No rule breaks on any JSON: samples with values deleted, swapped for others of any type, unknown or encrypted."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, Final

from policies.catalogue import registry
from policies.catalogue.judge import Court
from policies.catalogue.model import Outcome
from policies.catalogue.resource import SECRET, UNKNOWN, Resource, Stack
from tests.policies import samples
from tests.policies.callers import full_court
from tests.policies.cases import cases
from tests.policies.cases.form import TODAY, changed

COUNT: Final = 1_500
SEED: Final = 20261125
GONE: Final = object()
ODD: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, -1, 1.5, 10**30, float("nan"), float("inf"), "9" * 5_000, "²", "\0\t\n", "é", "", " "),
    *("*", "'none'", "https://[::1", "http://a b", "postgresql://u:p@[x/", "${{", "- [", "2026-13-45", "1" * 40),
    *(
        "{",
        "[1]",
        '{"key": 5}',
        '{"key": {"pre": 5, "inc": 7}}',
        '{"key": {}}',
        "[" * 3_000,
        "a{99999999999}",
        "(" * 300,
        "[[a]]",
        "[a--b]",
    ),
    *([], [None], [[]], [UNKNOWN], [SECRET], ["x", 1, {}], {}, {"x": None}, {"": ""}, {"x": UNKNOWN}, {"x.y": SECRET}),
    *(UNKNOWN, SECRET, GONE),
)
"""What a value is swapped for; `GONE` takes it away."""

Path = tuple[Any, ...]


def test_no_rule_breaks_on_any_json() -> None:
    """Every type that a rule judges or reads is broken in turn, once or several times, and judged with and without others."""
    chance = Random(SEED)
    pool = _pool()
    kinds = sorted({kind for rule in registry.rules() for kind in (*rule.applies_to, *rule.reads)})
    assert set(kinds) <= set(pool)
    court = full_court("production", TODAY)
    broken: dict[str, str] = {}
    outcomes: Counter[Outcome] = Counter()
    for number in range(COUNT):
        item = _odd(chance.choice(pool[kinds[number % len(kinds)]]), chance)
        stack = Stack.of([each for each in samples.stack().values() if each.name != item.name] + [item])
        others = chance.choice((None, {}, {"staging": stack}))
        for reason, outcome in _judged(dataclasses.replace(court, others=others), item, stack):
            outcomes[outcome] += 1
            broken.setdefault(reason, f"{item.name}: {item.properties!r:.300}")
    broken.pop("", None)
    assert broken == {}
    assert outcomes.keys() >= {Outcome.PASS, Outcome.FAIL, Outcome.NOT_APPLICABLE, Outcome.NOT_EVALUATED}


def _judged(court: Court, item: Resource, stack: Stack) -> Iterator[tuple[str, Outcome]]:
    """Each verdict that the item can change: why it broke, empty where it did not, and its outcome."""
    for rule in registry.rules():
        touched = item.type in (*rule.applies_to, *(rule.reads if rule.whole_stack else ()))
        subjects = stack.of_type(*rule.applies_to) if rule.whole_stack else (item,)
        for subject in subjects if touched else ():
            verdict = court.judge(rule, subject, stack)
            yield verdict.reason if verdict.broken else "", verdict.outcome
            if rule.mend and verdict.outcome is Outcome.FAIL:
                assert isinstance(rule.mend(subject, court.scope(rule)), Mapping)


def _pool() -> dict[str, list[Resource]]:
    """The resources of all cases and samples, by type."""
    found: dict[str, dict[str, Resource]] = {}
    base = samples.stack()
    for resources in (base, *(changed(base, case.changes) for case in cases())):
        for item in resources.values():
            found.setdefault(item.type, {}).setdefault(f"{item.name} {item.properties!r}", item)
    return {kind: list(items.values()) for kind, items in found.items()}


def _odd(item: Resource, chance: Random) -> Resource:
    properties: Any = item.properties
    for _ in range(chance.choice((1, 1, 2, 4))):
        if places := [path for path in _paths(properties) if path]:
            properties = _swapped(properties, chance.choice(places), chance.choice(ODD))
    return dataclasses.replace(item, properties=properties)


def _paths(value: Any, above: Path = ()) -> Iterator[Path]:
    yield above
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from _paths(each, (*above, key))


def _swapped(value: Any, path: Path, odd: Any) -> Any:
    key, *below = path
    copy = dict(value) if isinstance(value, Mapping) else list(value)
    if below:
        copy[key] = _swapped(copy[key], tuple(below), odd)
    elif odd is GONE:
        del copy[key]
    else:
        copy[key] = odd
    return copy
