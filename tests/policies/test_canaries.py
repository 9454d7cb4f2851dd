"""Secrets planted in resources as a preview shows them, in plain text: neither the pack nor the court tells a piece of one.

A resource's own secrets are known by name, mark and form, those of others by the whole stack; a rule over one resource is shown
no other by an engine, so what is secret elsewhere is planted there for the rules over the stack alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from policies.catalogue import registry
from policies.catalogue import types as t
from policies.catalogue.judge import Verdict
from policies.catalogue.model import Finding, Outcome
from policies.catalogue.resource import Resource
from policies.catalogue.scope import Scope
from policies.catalogue.secret_names import is_secret_name
from tests.planting import Planter, leaks
from tests.policies import samples
from tests.policies.callers import court_verdicts, pack
from tests.policies.cases.form import Change, changed
from tests.policies.samples.build import resource

COURT, PACK = 60, 12
"""How many ruined stacks each caller judges."""


def ruined(seed: int) -> tuple[dict[str, Resource], Planter]:
    """The compliant stack with a property in three ruined and secrets in half of the texts."""
    planter = Planter(seed)
    items = {name: _ruined(item, planter) for name, item in sorted(samples.stack().items())}
    extra = [
        resource(t.GITHUB_FILE, "secret-file", {"file": f"{planter.token()}.txt", "content": planter.formed()}),
        resource(t.GITHUB_SECRET, "token", {"secretName": planter.token(), "plaintextValue": planter.wild()}),
        resource(t.GITHUB_VARIABLE, "named", {"variableName": planter.token(), "value": planter.formed()}),
        resource(t.VERCEL_DEPLOYMENT, "given", {"environment": {planter.token(): "x", "API_TOKEN": planter.wild()}}),
        resource("pulumi:providers:neon", "neon", {"apiKey": planter.wild()}),
    ]
    return {**items, **{item.name: item for item in extra}}, planter


def _ruined(item: Resource, planter: Planter) -> Resource:
    own = planter.any()
    found = {
        key: _planted(value, key, own, planter)
        for key, value in item.properties.items()
        if planter.chance.random() > 0.1
    }
    if planter.chance.random() < 0.5:
        found["nested"] = {"deep": [{"apiToken": own}, [{"connectionUri": planter.address()}]]}
    else:
        found["marked"] = [{"any": own}]
    return dataclasses.replace(item, properties=found, secret_outputs=(*item.secret_outputs, "marked"))


def _planted(value: Any, name: str, own: str, planter: Planter) -> Any:
    if isinstance(value, Mapping):
        return {key: _planted(inner, key, own, planter) for key, inner in value.items()}
    if isinstance(value, list):
        return [_planted(inner, name, own, planter) for inner in value]
    fate = planter.chance.random()
    if isinstance(value, bool | int | float):
        return (not value if isinstance(value, bool) else 0) if fate < 0.2 else value
    if is_secret_name(name) or fate < 0.15:
        return own if fate < 0.1 else planter.formed()
    if fate < 0.5:
        known = own if fate < 0.3 else planter.formed()
        return f'{value[:-1]} {known}"' if str(value).endswith('"') and '"' not in known else f"{value} {known}"
    return value


def _told(verdicts: list[Verdict]) -> Iterator[str]:
    for verdict in verdicts:
        yield from (verdict.rule.message(finding) for finding in verdict.findings)
        yield f"{verdict.reason} {verdict.pending}"


def test_no_verdict_holds_a_piece_of_a_secret() -> None:
    fired: set[str] = set()
    for seed in range(COURT):
        resources, planter = ruined(seed)
        verdicts = court_verdicts(resources)
        fired |= {verdict.rule.id for verdict in verdicts if verdict.outcome is Outcome.FAIL}
        assert leaks({str(seed): "\n".join(_told(verdicts))}, planter.planted) == []
    assert len(fired) > 0.7 * len(registry.rules())


def test_no_message_of_the_pack_holds_a_piece_of_a_secret() -> None:
    for seed in range(PACK):
        resources, planter = ruined(seed)
        told = "\n".join(str(finding) for finding in pack("production").judge(resources))
        assert told.count("Fix: ") > 20
        assert leaks({str(seed): told}, planter.planted) == []


def test_a_secret_that_another_resource_holds_is_hidden_by_rules_over_the_stack() -> None:
    planter = Planter(1)
    held = planter.wild()
    changes: tuple[Change, ...] = (
        ("variable", "value", held),
        ("retention", "expirationPreview", f"1m {held}"),
        ("drain", "sources", [held]),
        ("inventory", "categories.0.retentionDays", {"a": [held]}),
        ("main", "conditions.refName.excludes", [f"refs/heads/{held}"]),
    )
    verdicts = court_verdicts(changed(samples.stack(), changes))
    told = "\n".join(_told(verdicts))
    assert told.count("[secret]") > 2
    assert leaks({"told": told}, planter.planted) == []


@pytest.mark.parametrize("raised", [KeyError, ValueError, RuntimeError, RecursionError])
def test_a_broken_rule_does_not_repeat_what_it_read(raised: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    planter = Planter(2)
    held = planter.plain()

    def broken(_: Resource, __: Scope) -> Iterator[Finding]:
        raise raised(held) from KeyError(held)
        yield

    rule = dataclasses.replace(registry.rules()[0], check=broken)
    monkeypatch.setattr(registry, "rules", lambda: (rule,))
    verdict = next(v for v in court_verdicts(samples.stack()) if v.broken)
    assert raised.__name__ in verdict.reason
    assert leaks({"reason": verdict.reason}, [held]) == []
