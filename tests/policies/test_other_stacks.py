"""Rules that compare staging with production, which only an audit of both states can."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest

from policies.catalogue import registry
from policies.catalogue import types as t
from policies.catalogue.judge import Verdict
from policies.catalogue.model import Outcome
from policies.catalogue.resource import SECRET, UNKNOWN, Resource, Stack
from tests.policies import samples
from tests.policies.callers import full_court
from tests.policies.cases.form import ABSENT, TODAY, Change, changed
from tests.policies.samples.build import resource, urn

OWN: tuple[Change, ...] = (("database", "@id", "bright-meadow-1"),)
THEIRS: tuple[Change, ...] = (
    ("database", "@id", "green-lake-2"),
    ("dsn", "value", "https://2@o1.ingest.de.sentry.io/2"),
    ("sentry-environment", "value", "staging"),
)
BARE: Change = ("fingerprints", "", ABSENT)
HIDDEN: Change = ("dsn", "value", SECRET)


def prints(key: str = "k1", dsn: Any = "aa", place: str = "bb") -> Change:
    """The stack's fingerprints."""
    facts = {"keyId": key, "fingerprints": {"VITE_SENTRY_DSN": dsn}, "data": {"DATABASE_URL": place}}
    return "fingerprints", "", resource(t.FINGERPRINTS, "fingerprints", facts)


def judged(
    rule: str, on: str, *own: Change, theirs: tuple[Change, ...] = (), others: bool = True
) -> tuple[Verdict, list[str]]:
    """The verdict on a resource of production beside staging, and what its findings show."""
    production: Mapping[str, Resource] = changed(samples.stack(), (BARE, *OWN, *own))
    staging = changed(samples.stack(), (BARE, *THEIRS, *theirs), "staging")
    court = dataclasses.replace(
        full_court("production", TODAY), others={"staging": Stack.of(staging.values())} if others else {}
    )
    wanted = next(each for each in registry.rules() if each.id == rule)
    verdict = court.judge(wanted, production[on], Stack.of(production.values()))
    assert not verdict.broken, verdict.reason
    return verdict, [f"{finding.path}: {finding.seen}; {finding.wanted}" for finding in verdict.findings]


@pytest.mark.parametrize(("rule", "on"), [("DB-06", "database"), ("DB-07", "database"), ("MON-03", "app")])
def test_two_stacks_apart_pass(rule: str, on: str) -> None:
    verdict, _ = judged(rule, on)
    assert verdict.outcome is Outcome.PASS, verdict


@pytest.mark.parametrize(("rule", "on"), [("DB-06", "database"), ("DB-07", "database"), ("MON-03", "app")])
def test_one_state_alone_says_that_the_other_is_missing(rule: str, on: str) -> None:
    verdict, _ = judged(rule, on, others=False)
    assert verdict.outcome is Outcome.NOT_EVALUATED
    assert "needs the state of the other stack" in verdict.reason


def test_a_violation_stands_even_where_the_other_state_is_missing() -> None:
    verdict, told = judged("DB-07", "database", ("database", "pgVersion", 14), others=False)
    assert verdict.outcome is Outcome.FAIL
    assert len(told) == 1
    assert "needs the state of the other stack" in verdict.pending


def test_staging_in_productions_project_is_found() -> None:
    _, told = judged("DB-06", "database", theirs=OWN)
    assert told == ["projectId: bright-meadow-1; another project than staging has"]


def test_staging_at_productions_database_is_found_by_its_fingerprint() -> None:
    _, told = judged("DB-06", "database", prints(), theirs=(prints(dsn="cc"),))
    assert told == ["DATABASE_URL: the same place as in staging; a database or cache of its own"]


@pytest.mark.parametrize("theirs", [prints(place="dd"), prints(key="k2"), prints(place="dd", key="k2")])
def test_other_places_and_other_keys_are_not_alike(theirs: Change) -> None:
    assert judged("DB-06", "database", prints(), theirs=(theirs,))[0].outcome is Outcome.PASS


def test_both_databases_have_one_version() -> None:
    _, told = judged("DB-07", "database", theirs=(("database", "pgVersion", 16),))
    assert told == ["pgVersion: 17; 16, as staging has"]


def test_one_of_several_databases_with_the_same_version_is_enough() -> None:
    second = dataclasses.replace(samples.stack()["database"], urn=urn(t.NEON_PROJECT, "second"), name="second")
    theirs: tuple[Change, ...] = (("second", "", second), ("second", "pgVersion", 16), ("second", "@id", "other-1"))
    assert judged("DB-07", "database", theirs=theirs)[0].outcome is Outcome.PASS


def test_sentry_values_of_staging_are_not_productions() -> None:
    theirs: tuple[Change, ...] = (
        ("dsn", "value", "https://1@o1.ingest.de.sentry.io/1"),
        ("sentry-environment", "value", "production"),
    )
    _, told = judged("MON-03", "app", theirs=theirs)
    assert [line.partition(":")[0] for line in told] == ["VITE_SENTRY_DSN", "SENTRY_ENVIRONMENT"]


def test_an_encrypted_address_is_compared_by_its_fingerprint() -> None:
    same = judged("MON-03", "app", HIDDEN, prints(), theirs=(HIDDEN, prints()))
    assert same[1] == ["VITE_SENTRY_DSN: the same value as in staging; a value of its own"]
    assert judged("MON-03", "app", HIDDEN, prints(), theirs=(HIDDEN, prints(dsn="cc")))[0].outcome is Outcome.PASS


@pytest.mark.parametrize("theirs", [(HIDDEN,), (HIDDEN, prints(key="k2")), (HIDDEN, prints(dsn=UNKNOWN))])
def test_an_encrypted_address_without_fingerprints_is_not_judged(theirs: tuple[Change, ...]) -> None:
    verdict, _ = judged("MON-03", "app", HIDDEN, prints(), theirs=theirs)
    assert verdict.outcome is Outcome.NOT_EVALUATED
    assert "no fingerprints by the same key" in verdict.reason


def test_the_environments_name_need_not_be_readable() -> None:
    hidden: Change = ("sentry-environment", "value", SECRET)
    assert judged("MON-03", "app", hidden, theirs=(hidden,))[0].outcome is Outcome.PASS
