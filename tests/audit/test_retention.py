"""The lives of data classes: a table of what a state may say, and both shipped stacks after a rehearsal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from audit import retention, state
from policies.catalogue import types as t
from policies.catalogue.resource import SECRET, UNKNOWN, Resource, Stack
from tests.audit.states import rehearsed

KEYS: Final = (
    *("stack", "dataClass", "title", "shortestDays", "longestDays", "open", "leastDays", "mostDays", "verdict"),
    *("parts", "note"),
)
DAY: Final = 86_400
BUCKET: Final = "aws:s3/bucket:Bucket"
LIFECYCLE: Final = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
LOCK: Final = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"


def _made(kind: str, name: str, properties: Mapping[str, Any], **links: Resource) -> Resource:
    urn = f"urn:pulumi:production::shop::{kind}::{name}"
    return Resource(urn, kind, name, properties, {key: (linked.urn,) for key, linked in links.items()})


PROJECT: Final = _made(t.NEON_PROJECT, "database", {"historyRetentionSeconds": 7 * DAY})
APP: Final = _made(t.VERCEL_PROJECT, "app", {})
STORE: Final = _made(BUCKET, "bucket", {"bucket": "copies", "objectLockEnabled": True})
EXPORT: Final = _made(t.BACKUP_EXPORT, "export", {"retentionDays": 32, "location": "copies"}, location=STORE)
LONG_EXPORT: Final = replace(EXPORT, properties={"retentionDays": 400})
DRAIN: Final = _made(t.VERCEL_LOG_DRAIN, "drain", {"endpoint": "https://logs.example"})


def _schedule(*seconds: Any, path: str = "items") -> Resource:
    items = [{"frequency": "daily", "retentionSeconds": value} for value in seconds]
    return _made(t.NEON_SCHEDULE, "schedule", {path: items}, projectId=PROJECT)


def _snapshot(expires: Any, created: Any = "2026-11-01T00:00:00Z") -> Resource:
    return _made(t.NEON_SNAPSHOT, "manual", {"createdAt": created, "expiresAt": expires})


def _rules(*rules: Mapping[str, Any]) -> Resource:
    return _made(LIFECYCLE, "lifecycle", {"rules": list(rules)}, bucket=STORE)


RULE: Final = {
    "status": "Enabled",
    "filter": {"prefix": ""},
    "expiration": {"days": 32},
    "noncurrentVersionExpiration": {"noncurrentDays": 1},
}


def _lock(**kept: int) -> Resource:
    return _made(LOCK, "lock", {"rule": {"defaultRetention": {"mode": "COMPLIANCE", **kept}}}, bucket=STORE)


KEPT: Final = _lock(days=30)


def _sink(**properties: Any) -> Resource:
    given = {"endpoint": "https://logs.example", "retentionDays": 365, "hotDays": 90, "pseudonymised": True}
    return _made(t.LOG_SINK, "sink", {**given, **properties})


def _kept(**properties: Any) -> Resource:
    return _made(t.VERCEL_RETENTION, "retention", properties, projectId=APP)


def _branch(**properties: Any) -> Resource:
    return _made(t.NEON_BRANCH, "preview", {"parentTimestamp": "2026-11-01T00:00:00Z", **properties})


def _found(data_class: str, *resources: Resource) -> dict[str, Any]:
    entries = retention.lives({"production": Stack.of(resources)})
    (found,) = (entry for entry in entries if entry["dataClass"] == data_class)
    return found


Case = tuple[str, tuple[Resource, ...], int | None, int | None, str, str]

CASES: list[Case] = [
    ("history", (PROJECT,), 7, 7, "none", "within"),
    ("history", (replace(PROJECT, properties={}),), 1, 1, "none", "within"),
    ("history", (replace(PROJECT, properties={"historyRetentionSeconds": 21_600}),), 0, 1, "none", "within"),
    ("history", (replace(PROJECT, properties={"historyRetentionSeconds": 35 * DAY}),), 35, 35, "none", "within"),
    ("history", (replace(PROJECT, properties={"historyRetentionSeconds": 35 * DAY + 1}),), 35, 36, "none", "too long"),
    ("history", (replace(PROJECT, properties={"historyRetentionSeconds": UNKNOWN}),), None, None, "longest", "unknown"),
    ("snapshots", (PROJECT, _schedule(30 * DAY, 35 * DAY)), 30, 35, "none", "within"),
    ("snapshots", (PROJECT, _schedule(30 * DAY, path="effectiveSchedule")), 30, 30, "none", "within"),
    ("snapshots", (PROJECT, _schedule(30 * DAY - 1, 35 * DAY)), 29, 35, "none", "too short"),
    ("snapshots", (PROJECT, _schedule(30 * DAY, 35 * DAY + 1)), 30, 36, "none", "too long"),
    ("snapshots", (PROJECT, _schedule(30 * DAY, None)), None, None, "longest", "unknown"),
    ("snapshots", (PROJECT, _schedule(7 * DAY, UNKNOWN)), None, None, "longest", "too short"),
    ("snapshots", (PROJECT, _schedule(36 * DAY, SECRET)), None, None, "longest", "too long"),
    ("snapshots", (PROJECT, _made(t.NEON_SCHEDULE, "schedule", {"items": UNKNOWN})), None, None, "longest", "unknown"),
    ("snapshots", (PROJECT,), 0, 0, "none", "too short"),
    ("snapshots", (PROJECT, _snapshot("2026-11-08T00:00:00Z")), 0, 7, "none", "too short"),
    ("snapshots", (PROJECT, _schedule(30 * DAY), _snapshot("2026-11-08T00:00:00Z")), 30, 30, "none", "within"),
    ("snapshots", (PROJECT, _schedule(30 * DAY), _snapshot("2026-12-07T00:00:00Z")), 30, 36, "none", "too long"),
    ("snapshots", (PROJECT, _schedule(30 * DAY), _snapshot(None)), 30, None, "longest", "too long"),
    ("snapshots", (PROJECT, _schedule(30 * DAY), _snapshot("soon")), 30, None, "longest", "unknown"),
    (
        "snapshots",
        (PROJECT, _schedule(30 * DAY), _snapshot("2026-11-08T00:00:00Z", None)),
        30,
        None,
        "longest",
        "unknown",
    ),
    ("exports", (PROJECT,), 0, 0, "none", "too short"),
    ("exports", (PROJECT, EXPORT), 32, 32, "none", "within"),
    ("exports", (PROJECT, replace(EXPORT, properties={"retentionDays": 29})), 29, 29, "none", "too short"),
    ("exports", (PROJECT, EXPORT, STORE), 32, None, "longest", "too long"),
    ("exports", (PROJECT, EXPORT, STORE, _rules(RULE)), 32, 35, "none", "within"),
    ("exports", (PROJECT, EXPORT, STORE, _rules(RULE), KEPT), 30, 35, "none", "within"),
    ("exports", (PROJECT, replace(EXPORT, links={}), STORE, _rules(RULE), KEPT), 30, 35, "none", "within"),
    ("exports", (PROJECT, EXPORT, STORE, _rules({**RULE, "expiration": {"days": 33}})), 32, 36, "none", "too long"),
    ("exports", (PROJECT, EXPORT, STORE, _rules({**RULE, "status": "Disabled"})), 32, None, "longest", "too long"),
    (
        "exports",
        (PROJECT, EXPORT, STORE, _rules({**RULE, "filter": {"prefix": "a/"}})),
        32,
        None,
        "longest",
        "too long",
    ),
    ("exports", (PROJECT, EXPORT, STORE, _rules({**RULE, "expiration": {}})), 32, None, "longest", "too long"),
    (
        "exports",
        (PROJECT, EXPORT, STORE, _rules({**RULE, "noncurrentVersionExpiration": None})),
        32,
        None,
        "longest",
        "too long",
    ),
    (
        "exports",
        (PROJECT, EXPORT, STORE, _rules({**RULE, "expiration": {"days": UNKNOWN}})),
        None,
        None,
        "longest",
        "unknown",
    ),
    (
        "exports",
        (PROJECT, EXPORT, STORE, replace(_rules(), properties={"rules": None})),
        32,
        None,
        "longest",
        "too long",
    ),
    ("exports", (PROJECT, EXPORT, STORE, _rules({**RULE, "prefix": "a/"})), 32, None, "longest", "too long"),
    ("exports", (PROJECT, EXPORT, STORE, _rules(RULE), _lock(days=29)), 29, 35, "none", "too short"),
    ("exports", (PROJECT, LONG_EXPORT, STORE, _rules(RULE), _lock(years=1)), 365, 400, "none", "too long"),
    ("erased rows", (PROJECT, _schedule(30 * DAY), EXPORT, STORE, _rules(RULE), KEPT), 7, 35, "none", "within"),
    ("erased rows", (PROJECT, _schedule(36 * DAY), EXPORT, STORE, _rules(RULE), KEPT), 7, 36, "none", "too long"),
    ("erased rows", (PROJECT, _schedule(30 * DAY), _snapshot(None)), 7, None, "longest", "too long"),
    ("logs", (DRAIN, _sink()), 365, 365, "none", "within"),
    ("logs", (DRAIN, _sink(retentionDays=364)), 364, 364, "none", "too short"),
    ("logs", (DRAIN, _sink(pseudonymised=False)), 365, 365, "none", "too long"),
    ("logs", (DRAIN, _sink(pseudonymised=UNKNOWN)), 365, 365, "none", "too long"),
    ("logs", (DRAIN, _sink(retentionDays=None)), None, None, "longest", "unknown"),
    ("logs", (_sink(),), 0, 0, "none", "too short"),
    ("logs", (DRAIN, _sink(endpoint="https://other.example")), 0, 0, "none", "too short"),
    ("logs", (DRAIN,), 0, 0, "none", "too short"),
    ("logs at hand", (DRAIN, _sink()), 90, 90, "none", "within"),
    ("logs at hand", (DRAIN, _sink(hotDays=89)), 89, 89, "none", "too short"),
    ("production deployments", (APP, _kept(expirationProduction="6m")), 180, 180, "none", "within"),
    ("production deployments", (APP, _kept(expirationProduction="3m")), 90, 90, "none", "too short"),
    ("production deployments", (APP, _kept(expirationProduction="unlimited")), None, None, "longest", "too long"),
    ("production deployments", (APP, _kept(expirationProduction="2y")), None, None, "longest", "unknown"),
    ("production deployments", (APP,), None, None, "longest", "unknown"),
    ("preview deployments", (APP, _kept(expirationPreview="1m")), 30, 30, "none", "within"),
    ("preview deployments", (APP, _kept(expirationPreview="2m")), 60, 60, "none", "too long"),
    ("canceled deployments", (APP, _kept(expirationCanceled="1d")), 1, 1, "none", "within"),
    ("errored deployments", (APP, _kept(expirationErrored="1y")), 365, 365, "none", "too long"),
    ("errored deployments", (APP, _kept(expirationErrored=None)), None, None, "longest", "unknown"),
    ("preview databases", (_branch(expiresAt="2026-11-15T00:00:00Z"),), 14, 14, "none", "within"),
    ("preview databases", (_branch(expiresAt="2026-11-15T00:00:01Z"),), 14, 15, "none", "too long"),
    ("preview databases", (_branch(ttlSeconds=14 * DAY),), 14, 14, "none", "within"),
    ("preview databases", (_branch(),), None, None, "longest", "too long"),
    ("preview databases", (_branch(expiresAt=UNKNOWN),), None, None, "longest", "unknown"),
    ("preview databases", (_branch(initSource="schema-only"),), None, None, "longest", "unknown"),
    ("cache", (_made(t.UPSTASH_REDIS, "cache", {"eviction": True}),), None, None, "longest", "unknown"),
]


@pytest.mark.parametrize(
    ("data_class", "resources", "shortest", "longest", "is_open", "verdict"),
    CASES,
    ids=[f"{case[0]} {case[2]} to {case[3]}, {case[5]} ({number})" for number, case in enumerate(CASES)],
)
def test_a_life_is_as_the_state_says(
    data_class: str,
    resources: tuple[Resource, ...],
    shortest: int | None,
    longest: int | None,
    is_open: str,
    verdict: str,
) -> None:
    found = _found(data_class, *resources)
    assert (found["shortestDays"], found["longestDays"]) == (shortest, longest)
    assert (found["open"], found["verdict"]) == (is_open, verdict)
    known = {resource.urn for resource in resources}
    assert all(part["urn"] in known and part["path"] for part in found["parts"])


@pytest.mark.parametrize(
    "rules",
    [
        *(SECRET, UNKNOWN, "x", [SECRET], [UNKNOWN]),
        [{**RULE, "status": UNKNOWN}],
        [{**RULE, "filter": SECRET}],
        [{**RULE, "filter": {"prefix": UNKNOWN}}],
        [{**RULE, "expiration": SECRET}],
        [{**RULE, "expiration": {"date": "2027-01-01T00:00:00Z"}}],
        [{**RULE, "noncurrentVersionExpiration": {"noncurrentDays": UNKNOWN}}],
    ],
)
def test_an_end_of_copies_that_cannot_be_read_is_unknown(rules: Any) -> None:
    lifecycle = _made(LIFECYCLE, "lifecycle", {"rules": rules}, bucket=STORE)
    found = _found("exports", PROJECT, EXPORT, STORE, lifecycle)
    assert (found["shortestDays"], found["longestDays"], found["verdict"]) == (None, None, "unknown")


@pytest.mark.parametrize(
    "rule", [None, UNKNOWN, SECRET, {"defaultRetention": SECRET}, {"defaultRetention": {"years": "1"}}]
)
def test_a_lock_that_cannot_be_read_leaves_the_shortest_life_open(rule: Any) -> None:
    found = _found("exports", PROJECT, EXPORT, STORE, _rules(RULE), replace(KEPT, properties={"rule": rule}))
    assert (found["shortestDays"], found["longestDays"], found["verdict"]) == (None, 35, "unknown")


@pytest.mark.parametrize(
    ("drain", "sink", "verdict"),
    [
        (SECRET, SECRET, "unknown"),
        (SECRET, "https://logs.example", "unknown"),
        ("https://logs.example", UNKNOWN, "unknown"),
        (None, None, "too short"),
    ],
)
def test_addresses_that_cannot_be_read_are_not_taken_for_the_same(drain: Any, sink: Any, verdict: str) -> None:
    for data_class in ("logs", "logs at hand"):
        resources = (replace(DRAIN, properties={"endpoint": drain}), _sink(endpoint=sink))
        assert _found(data_class, *resources)["verdict"] == verdict


def test_every_verdict_occurs_in_the_table() -> None:
    assert {case[5] for case in CASES} == {"within", "too short", "too long", "unknown"}


def test_a_stack_without_anything_has_no_lives_but_those_of_its_missing_logs() -> None:
    assert [entry["dataClass"] for entry in retention.lives({"production": Stack(())})] == ["logs", "logs at hand"]


def test_copies_elsewhere_are_asked_for_in_production_only() -> None:
    stacks = {name: Stack.of((PROJECT, _schedule(30 * DAY))) for name in ("staging", "production")}
    having = [entry["stack"] for entry in retention.lives(stacks) if entry["dataClass"] == "exports"]
    assert having == ["production"]


def test_each_part_names_its_value_and_its_place() -> None:
    found = _found("exports", PROJECT, EXPORT, STORE, _rules(RULE), KEPT)
    assert [(part["what"], part["days"], part["path"]) for part in found["parts"]] == [
        ("export: declared", 32, "retentionDays"),
        ("lifecycle: deleted, old versions too", 35, "rules.0.expiration.days"),
        ("lock: cannot be deleted before", 30, "rule.defaultRetention.days"),
    ]


def test_lives_are_plain_json_in_one_form_and_in_a_stable_order() -> None:
    resources = (PROJECT, _schedule(30 * DAY + 1), EXPORT, STORE, _rules(RULE), KEPT, DRAIN, _sink(), APP, _kept())
    stacks = {"b": Stack.of(resources), "a": Stack.of(tuple(reversed(resources)))}
    entries = retention.lives(stacks)
    assert [entry["stack"] for entry in entries] == sorted(entry["stack"] for entry in entries)
    assert all(tuple(entry) == KEYS for entry in entries)
    assert json.loads(json.dumps(entries)) == entries
    assert not any(isinstance(value, float) for entry in entries for value in _leaves(entry))


def _leaves(value: Any) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return [value] if inner is None else [leaf for item in inner for leaf in _leaves(item)]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    stacks = {}
    for name in ("staging", "production"):
        path = tmp_path_factory.mktemp(name) / "state.json"
        path.write_text(json.dumps(rehearsed(name)), encoding="utf-8")
        stacks[name] = state.read(Path(path)).outputs
    return retention.lives(stacks)


def test_what_is_shipped_keeps_every_bound_that_a_state_can_show(shipped: list[dict[str, Any]]) -> None:
    open_ended = {"production": {"cache"}, "staging": {"cache", "preview databases"}}
    for stack, unknown in open_ended.items():
        mine = {entry["dataClass"]: entry["verdict"] for entry in shipped if entry["stack"] == stack}
        assert {name for name, verdict in mine.items() if verdict != "within"} == unknown
        assert {mine[name] for name in unknown} == {"unknown"}


def test_what_is_shipped_lives_as_long_as_the_settings_say(shipped: list[dict[str, Any]]) -> None:
    found = {(entry["stack"], entry["dataClass"]): (entry["shortestDays"], entry["longestDays"]) for entry in shipped}
    assert found["production", "erased rows"] == (30, 35)
    assert found["production", "exports"] == (30, 35)
    assert found["production", "history"] == (30, 30)
    assert found["staging", "history"] == (1, 1)
    for stack in ("staging", "production"):
        assert found[stack, "snapshots"] == (30, 30)
        assert found[stack, "logs"] == (365, 365)
        assert found[stack, "logs at hand"] == (90, 90)
        assert found[stack, "production deployments"] == (365, 365)
        assert found[stack, "preview deployments"] == (30, 30)
