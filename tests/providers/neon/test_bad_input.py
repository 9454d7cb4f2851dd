"""What a person can give wrongly: one message for each mistake, which names the property, the value, and the limit or the next
step. No traceback, nothing is asked of Neon for what can be judged without it, and nothing is made."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from pulumi.provider.experimental import provider as p
from pulumi.provider.experimental.property_value import Computed, PropertyValue

from brightbroom.cli import main
from brightbroom.exits import ExitCode
from neon_provider import config, errors
from neon_provider.checks import utc_now
from neon_provider.convert import Properties, hide
from neon_provider.provider import NeonProvider
from neon_provider.resources import RESOURCES
from rehearsal.clouds.neon import Fault, Key, NeonService
from rehearsal.engine import FailureKind, Operation, Options, Project, Result, StateFile, run
from tests.providers.neon.harness import (
    ANONYMIZED,
    API_KEY,
    BRANCH,
    DATABASE,
    ENDPOINT,
    LIMIT,
    PROJECT,
    ROLE,
    SCHEDULE,
    SNAPSHOT,
    Neon,
    urn_of,
    wire,
)

ROOT: Final = Path(__file__).parents[3]
DAILY: Final = [{"frequency": "daily"}]
ON_BRANCH: Final[Properties] = {"projectId": "quiet-river-12345678", "branchId": "br-late-sun-12345678"}
RULE: Final = {"database": "shop", "schema": "public", "table": "people", "column": "name", "maskingValue": "x"}
VALID: Final[dict[str, Properties]] = {
    PROJECT: {"name": "shop", "regionId": "aws-eu-central-1"},
    BRANCH: {"projectId": "quiet-river-12345678", "name": "preview"},
    ANONYMIZED: {"projectId": "quiet-river-12345678", "name": "masked", "maskingRules": [RULE]},
    ENDPOINT: ON_BRANCH,
    ROLE: {**ON_BRANCH, "name": "app"},
    DATABASE: {**ON_BRANCH, "name": "shop", "ownerName": "app"},
    SCHEDULE: {**ON_BRANCH, "items": [{"frequency": "daily"}]},
    SNAPSHOT: {**ON_BRANCH, "name": "before"},
    API_KEY: {"orgId": "org-quiet-river-12345678", "name": "ci"},
    LIMIT: {"orgId": "org-quiet-river-12345678", "cents": 5000},
}


def short(value: object) -> str:
    """The name of a case."""
    return value.rsplit(":", 1)[-1] if isinstance(value, str) and value in VALID else ""


def moment(**ahead: float) -> str:
    return (utc_now() + timedelta(**ahead)).isoformat(timespec="seconds")


# ---- through the embedded engine ---------------------------------------------------------------------------------


PRELUDE = """
    import os
    import pulumi
    import pulumi_neon as neon

    account = neon.Provider("neon", api_key=os.environ["KEY"], base_url=os.environ["URL"], max_retries=0{more})
    on = pulumi.ResourceOptions(provider=account)
"""
SHOP = """
    shop = neon.Project("shop", name="shop", region_id="aws-eu-central-1", opts=on)
    place = {"project_id": shop.project_id, "branch_id": shop.default_branch_id}
    neon.Role("app", name="app", **place, opts=on)
    neon.Branch("preview", project_id=shop.project_id, name="preview", opts=on)
"""


class Stack:
    """A program on a local Neon; `configure` are further arguments of its provider."""

    def __init__(self, root: Path, service: NeonService, patch: pytest.MonkeyPatch) -> None:
        self.root, self.service, self._patch = root, service, patch
        (root / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
        (root / "Pulumi.dev.yaml").write_text("config: {}\n")
        self.use()

    def use(self, key: str = "", url: str = "") -> None:
        self._patch.setenv("KEY", key or self.service.api_key)
        self._patch.setenv("URL", url or self.service.url)

    def run(self, operation: Operation, program: str, configure: str = "") -> Result:
        text = textwrap.dedent(PRELUDE.format(more=configure)) + textwrap.dedent(program)
        (self.root / "__main__.py").write_text(text)
        with StateFile(self.root / "state.json", "dev", "passphrase") as state:
            project, providers = Project.load(self.root, "dev"), {"neon": NeonProvider}
            return run(operation, project=project, state=state, providers=providers, options=Options())

    def refused(self, operation: Operation, program: str, configure: str = "", *, mistakes: int = 1) -> list[str]:
        """The messages of a run that fails over as many mistakes, and makes nothing."""
        before = self.service.objects()
        result = self.run(operation, program, configure)
        assert self.service.objects() == before
        assert len(result.failures) == mistakes, result.failures
        for failure in result.failures:
            assert failure.kind in (FailureKind.INPUT, FailureKind.VENDOR)
            assert "Traceback" not in failure.message
            assert ".py" not in failure.message
            assert self.service.api_key not in failure.message
        return [failure.message for failure in result.failures]


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    monkeypatch.setattr("rehearsal.engine.passphrase._ROUNDS", 1_000)
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    with NeonService() as service:
        yield Stack(tmp_path, service, monkeypatch)


@pytest.mark.parametrize("operation", [Operation.PREVIEW, Operation.UP])
@pytest.mark.parametrize("plan", ["", ', plan="scale"'], ids=["plan asked", "plan given"])
@pytest.mark.parametrize("revoked", [False, True], ids=["wrong", "revoked"])
def test_a_wrong_or_revoked_key_is_told_once_and_already_at_preview(
    stack: Stack, operation: Operation, plan: str, revoked: bool
) -> None:
    key = "napi_once_valid"
    stack.use(key)
    if revoked:
        stack.service.keys[key] = Key(revoked=True)
    (message,) = stack.refused(operation, SHOP, plan)
    assert "this request is not authenticated" in message
    assert "Set NEON_API_KEY, or the provider's apiKey, to a valid key" in message
    assert key not in message
    assert {request.method for request in stack.service.requests} == {"GET"}


def test_a_key_that_may_only_read_is_told_with_what_it_may_not(stack: Stack) -> None:
    stack.service.keys["napi_reader"] = Key(changes=False)
    stack.use("napi_reader")
    assert stack.run(Operation.PREVIEW, SHOP).ok
    (message,) = stack.refused(Operation.UP, SHOP)
    assert "POST /projects: this key may read only (status 403" in message
    assert "Use a key that may do this, of the organisation that owns the object" in message


def test_a_key_of_another_project_is_told_with_the_project_that_it_does_not_see(stack: Stack) -> None:
    made = stack.run(Operation.UP, SHOP)
    assert made.ok, made.failures
    project = stack.service.objects()["project"][0]["id"]
    stack.service.keys["napi_project"] = Key("project", "late-sun-87654321")
    stack.use("napi_project")
    program = f'neon.Branch("other", project_id="{project}", name="other", opts=on)'
    (stack.root / "state.json").unlink()
    (message,) = stack.refused(Operation.UP, program)
    assert "project not found (status 404" in message
    assert f"Check projectId '{project}'" in message


@pytest.mark.parametrize("operation", [Operation.PREVIEW, Operation.UP])
@pytest.mark.parametrize("plan", ["", ', plan="scale"'], ids=["plan asked", "plan given"])
def test_an_organisation_of_the_provider_that_the_key_does_not_know_is_told_once(
    stack: Stack, operation: Operation, plan: str
) -> None:
    (message,) = stack.refused(operation, SHOP, f', org_id="org-nobody-12345678"{plan}')
    assert "the provider's orgId 'org-nobody-12345678': this key knows no such organisation" in message
    assert "Set it to one of the key's organisations, or leave it out" in message


@pytest.mark.parametrize("operation", [Operation.PREVIEW, Operation.UP])
def test_an_organisation_of_a_project_that_the_key_does_not_know_is_told_at_its_property(
    stack: Stack, operation: Operation
) -> None:
    program = 'neon.Project("shop", name="shop", region_id="aws-eu-central-1", org_id="org-nobody-12345678", opts=on)'
    (message,) = stack.refused(operation, program)
    assert "orgId: this key knows no organisation 'org-nobody-12345678': give one of its own" in message


def test_an_organisation_is_asked_for_once_and_only_when_it_is_new(neon: Neon) -> None:
    mine = {**VALID[PROJECT], "orgId": "org-brave-harbor-10000001"}
    assert neon.check(PROJECT, mine) == neon.check(PROJECT, {**mine, "name": "other"}) == {}
    asked = neon.sent().count("GET /organizations/org-brave-harbor-10000001")
    assert asked == 1
    foreign = {**mine, "orgId": "org-nobody-12345678"}
    assert neon.check(PROJECT, foreign, foreign) == {}
    assert neon.check(PROJECT, {**mine, "orgId": PropertyValue(Computed())}, mine) == {}
    assert not any("nobody" in path for path in neon.sent())


def test_an_organisation_that_cannot_be_asked_for_passes_with_a_note(neon: Neon) -> None:
    said: list[str] = []
    neon.provider.log = lambda severity, message, _urn: said.append(f"{severity}: {message}")
    neon.faults(Fault("refuse", "GET", "/organizations/.*", status=503, times=0))
    assert neon.check(PROJECT, {**VALID[PROJECT], "orgId": "org-nobody-12345678"}) == {}
    assert [one for one in said if one.startswith("info: Neon could not be asked for organisation org-nobody-12345678")]


@pytest.mark.parametrize(
    "program",
    [
        'neon.OrgApiKey("ci", org_id="org-nobody-12345678", name="ci", opts=on)',
        'neon.SpendingLimit("limit", org_id="org-nobody-12345678", cents=100, opts=on)',
    ],
)
def test_an_organisation_of_something_else_that_the_key_does_not_know_is_told_when_it_is_asked(
    stack: Stack, program: str
) -> None:
    (message,) = stack.refused(Operation.UP, program)
    assert "organization not found (status 404" in message
    assert "Check orgId 'org-nobody-12345678'" in message


WRONG = """
    neon.Project("shop", name="", region_id="mars-1", pg_version=12, history_retention_seconds=9, opts=on)
"""


@pytest.mark.parametrize("operation", [Operation.PREVIEW, Operation.UP])
def test_all_mistakes_of_a_resource_are_told_at_once_and_neon_is_not_asked(stack: Stack, operation: Operation) -> None:
    told = stack.refused(operation, WRONG, ', plan="scale"', mistakes=3)
    assert {message.partition(": ")[0] for message in told} == {"neon:index:Project 'shop'"}
    assert {message.split(": ")[1] for message in told} == {"name", "regionId", "pgVersion"}
    assert stack.service.requests == []


def test_a_plan_that_is_too_small_is_told_at_preview_by_the_account_itself(stack: Stack) -> None:
    stack.service.switches.plan = "free"
    program = """
        neon.Project(
            "shop", name="shop", region_id="aws-eu-central-1", history_retention_seconds=604800,
            default_endpoint={"maxCu": 4}, opts=on
        )
    """
    told = stack.refused(Operation.PREVIEW, program, mistakes=2)
    assert "historyRetentionSeconds: the 'free' plan keeps 21600 seconds at most, 604800 were asked for" in told[0]
    assert "defaultEndpoint.maxCu: 4 compute units need a larger plan: 'free' has 2" in told[1]


@pytest.mark.parametrize(
    ("program", "told"),
    [
        (
            'neon.Branch("b", project_id="quiet-river-12345678", name="b", opts=imported("preview"))',
            "'preview' is no branch id: it looks like quiet-river-12345678/br-late-sun-12345678",
        ),
        (
            'neon.Role("r", project_id="p", branch_id="br-x", name="app", opts=imported("br-late-sun-12345678/app"))',
            "'br-late-sun-12345678/app' is no id of this kind: it looks like",
        ),
        (
            'neon.OrgApiKey("k", org_id="org-quiet-river-12345678", name="ci", opts=imported("ci"))',
            "'ci' is no API key id: it looks like org-quiet-river-12345678/1234567",
        ),
    ],
)
def test_an_import_by_something_that_is_no_id_is_told_with_what_an_id_looks_like(
    stack: Stack, program: str, told: str
) -> None:
    prelude = "imported = lambda id: pulumi.ResourceOptions(provider=account, import_=id)\n"
    (message,) = stack.refused(Operation.UP, prelude + program, ', plan="scale"')
    assert told in message
    assert stack.service.requests == []


def test_an_id_of_another_project_is_told_with_both_ids(stack: Stack) -> None:
    made = stack.run(Operation.UP, SHOP)
    assert made.ok, made.failures
    (stack.root / "state.json").unlink()
    branch = stack.service.objects()["branch"][0]["id"]
    other = 'other = neon.Project("other", name="other", region_id="aws-eu-central-1", opts=on)\n'
    assert stack.run(Operation.UP, other).ok
    project = next(item["id"] for item in stack.service.objects()["project"] if item["name"] == "other")
    (message,) = stack.refused(
        Operation.UP,
        other + f'neon.Endpoint("compute", project_id=other.project_id, branch_id="{branch}", opts=on)',
    )
    assert "branch not found (status 404" in message
    assert f"Check projectId '{project}', branchId '{branch}': they must exist, the latter of the former" in message
    (message,) = stack.refused(
        Operation.UP,
        other
        + f'opts = pulumi.ResourceOptions(provider=account, import_="{project}/{branch}")\n'
        + 'neon.Branch("main", project_id=other.project_id, name="main", opts=opts)',
    )
    assert f"there is no neon:index:Branch with id '{project}/{branch}' to import" in message


@pytest.mark.parametrize("operation", [Operation.PREVIEW, Operation.UP])
def test_an_address_without_encryption_is_refused_unless_it_is_this_machine(stack: Stack, operation: Operation) -> None:
    stack.use(url="http://console.neon.tech/api/v2")
    (message,) = stack.refused(operation, SHOP)
    assert "baseUrl: must be https (http on loopback only), was 'http://console.neon.tech/api/v2'" in message


def test_an_address_where_nobody_answers_is_named_once_something_is_to_be_made(stack: Stack) -> None:
    stack.use(url="http://127.0.0.1:1/api/v2")
    assert stack.run(Operation.PREVIEW, SHOP).ok  # a note says what could not be judged
    (message,) = stack.refused(Operation.UP, SHOP)
    assert "no answer (ConnectError)" in message
    assert "Check the provider's baseUrl (http://127.0.0.1:1/api/v2) and the network" in message


def test_a_secret_value_that_is_wrong_is_not_told(stack: Stack) -> None:
    program = """
        secret = pulumi.Output.secret
        place = {"project_id": "quiet-river-12345678", "name": "b"}
        neon.Branch("b", **place, ttl_seconds=secret(59), expires_at=secret("hunter2"), opts=on)
    """
    told = "\n".join(stack.refused(Operation.PREVIEW, program, ', plan="scale"', mistakes=3))
    assert "ttlSeconds: must be 60 to 2592000, was [secret]" in told
    assert "expiresAt: must be an RFC 3339 time such as 2026-12-31T00:00:00Z, was '[secret]'" in told
    assert "hunter2" not in told


# ---- through the command -----------------------------------------------------------------------------------------


def test_the_rehearsal_tells_what_the_plugin_refuses_and_ends_as_bad_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("Pulumi.yaml", "Pulumi.staging.yaml", "Pulumi.production.yaml"):
        shutil.copy(ROOT / name, tmp_path / name)
    for name in ("infra", "policies", "providers"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    assert main(["rehearse", "--stack", "staging", "--set", "database.ownerRole=pg_owner"]) == ExitCode.INPUT
    captured = capsys.readouterr()
    told = "defaultBranch.roleName: 'pg_owner' is reserved by Postgres or Neon"
    assert f"{captured.out}{captured.err}".count(told) == 1
    assert "Traceback" not in captured.out + captured.err


# ---- values out of range -----------------------------------------------------------------------------------------

FAR: Final = moment(days=31)
GONE: Final = moment(days=-31)
AHEAD: Final = moment(days=1)
VALUES: Final[list[tuple[str, Properties, str, str]]] = [
    (PROJECT, {"name": "x" * 257}, "name", "must be 1 to 256 characters, was 'xxx"),
    (PROJECT, {"regionId": "mars"}, "regionId", "'mars' is no id: it looks like"),
    (PROJECT, {"pgVersion": 13}, "pgVersion", "must be one of 14, 15, 16, 17, 18, was 13"),
    (PROJECT, {"historyRetentionSeconds": 2_592_001}, "historyRetentionSeconds", "must be 0 to 2592000, was 2592001"),
    (PROJECT, {"historyRetentionSeconds": -1}, "historyRetentionSeconds", "must be 0 to 2592000, was -1"),
    (PROJECT, {"defaultBranch": {"name": ""}}, "defaultBranch.name", "must be 1 to 256 characters, was ''"),
    (PROJECT, {"defaultBranch": {"roleName": "pg_x"}}, "defaultBranch.roleName", "'pg_x' is reserved"),
    (PROJECT, {"defaultEndpoint": {"minCu": 0.3}}, "defaultEndpoint.minCu", "must be 0.25, 0.5, 1 to 16, or an even"),
    (PROJECT, {"defaultEndpoint": {"name": "x" * 65}}, "defaultEndpoint.name", "must be 1 to 64 characters, was 'xxx"),
    (PROJECT, {"endpointDefaults": {"maxCu": 17}}, "endpointDefaults.maxCu", "an even number to 56, was 17"),
    (
        PROJECT,
        {"defaultEndpoint": {"suspendTimeoutSeconds": 59}},
        "defaultEndpoint.suspendTimeoutSeconds",
        "must be 0 (the default), -1 (never) or 60 to 604800 seconds, was 59",
    ),
    (PROJECT, {"allowedIps": ["10.0.0.0/33"]}, "allowedIps[0]", "'10.0.0.0/33' is no address, network or range such"),
    (PROJECT, {"quota": {"activeTimeSeconds": -1}}, "quota.activeTimeSeconds", "must be 0 (no limit) or more, was -1"),
    (PROJECT, {"auditLogLevel": "some"}, "auditLogLevel", "must be one of base, extended, full, was 'some'"),
    (
        PROJECT,
        {"maintenanceWindow": {"weekdays": [8], "startTime": "02:00", "endTime": "03:00"}},
        "maintenanceWindow.weekdays",
        "must be different days from 1 (Monday) to 7, was [8]",
    ),
    (
        PROJECT,
        {"maintenanceWindow": {"weekdays": [1], "startTime": "02:00", "endTime": "02:30"}},
        "maintenanceWindow.endTime",
        "must be an hour after 02:00 at least, on the same day, was 02:30",
    ),
    (BRANCH, {"projectId": "Shop"}, "projectId", "'Shop' is no id: it looks like quiet-river-12345678"),
    (BRANCH, {"parentId": "main"}, "parentId", "'main' is no id: it looks like br-12345678"),
    (BRANCH, {"parentLsn": "12"}, "parentLsn", "must look like 0/1A2B3C4D, was '12'"),
    (BRANCH, {"parentTimestamp": AHEAD}, "parentTimestamp", f"must not lie in the future, was {AHEAD}"),
    (BRANCH, {"parentTimestamp": GONE}, "parentTimestamp", "history goes back 2592000 seconds at most on the 'scale'"),
    (BRANCH, {"expiresAt": FAR}, "expiresAt", f"must lie in the next 30 days, was {FAR}"),
    (BRANCH, {"ttlSeconds": 59}, "ttlSeconds", "must be 60 to 2592000, was 59"),
    (BRANCH, {"initSource": "copy"}, "initSource", "must be one of parent-data, schema-only, was 'copy'"),
    (ANONYMIZED, {"maskingRules": []}, "maskingRules", "needs one rule at least"),
    (
        ANONYMIZED,
        {"maskingRules": [{**RULE, "table": "t" * 64}]},
        "maskingRules[0].table",
        "must be 1 to 63 bytes, was 64",
    ),
    (ENDPOINT, {"type": "write_only"}, "type", "must be one of read_write, read_only, was 'write_only'"),
    (ENDPOINT, {"name": "x" * 65}, "name", "must be 1 to 64 characters, was 'xxx"),
    (ENDPOINT, {"minCu": 4, "maxCu": 2}, "minCu", "must not be more than maxCu (2), was 4"),
    (ENDPOINT, {"minCu": 1, "maxCu": 16}, "maxCu", "autoscaling goes to 16 and 8 above minCu (1), was 16"),
    (ENDPOINT, {"suspendTimeoutSeconds": 604_801}, "suspendTimeoutSeconds", "60 to 604800 seconds, was 604801"),
    (ROLE, {"name": "ä" * 32}, "name", "must be 1 to 63 bytes, was 64"),
    (DATABASE, {"ownerName": "o" * 64}, "ownerName", "must be 1 to 63 bytes, was 64"),
    (DATABASE, {"name": "template1"}, "name", "'template1' is reserved by Postgres or Neon"),
    (SCHEDULE, {"items": []}, "items", "needs one item at least"),
    (SCHEDULE, {"items": [{"frequency": "hourly"}]}, "items[0].frequency", "daily, weekly or monthly, was 'hourly'"),
    (SCHEDULE, {"items": [{"frequency": "daily", "hour": 24}]}, "items[0].hour", "must be 0 to 23 (UTC), was 24"),
    (SCHEDULE, {"items": [{"frequency": "weekly", "day": 8}]}, "items[0].day", "must be 1 to 7 for a weekly"),
    (
        SCHEDULE,
        {"items": [{"frequency": "daily", "retentionSeconds": 60}]},
        "items[0].retentionSeconds",
        "must be 3600 to 3024000 seconds (35 days), was 60",
    ),
    (SNAPSHOT, {"timestamp": AHEAD}, "timestamp", f"must not lie in the future, was {AHEAD}"),
    (SNAPSHOT, {"expiresAt": GONE}, "expiresAt", f"must lie in the future, was {GONE}"),
    (SNAPSHOT, {"lsn": "x"}, "lsn", "must look like 0/1A2B3C4D, was 'x'"),
    (API_KEY, {"name": "x" * 49}, "name", "must be 1 to 48 characters, was 'xxx"),
    (API_KEY, {"orgId": "mine"}, "orgId", "'mine' is no id: it looks like org-12345678"),
    (LIMIT, {"cents": 0}, "cents", "must be 1 at least, was 0; to have no limit, declare none"),
]


@pytest.fixture(scope="module")
def asked() -> Iterator[Neon]:
    """One for all that is judged without asking it."""
    with Neon() as found:
        yield found
        assert found.service.requests == []


@pytest.mark.parametrize(("type_token", "changes", "where", "told"), VALUES, ids=short)
def test_a_value_out_of_range_is_told_with_the_value_and_the_limit(
    asked: Neon, type_token: str, changes: Properties, where: str, told: str
) -> None:
    standing = VALID[type_token]  # a region that stands already is not asked for
    found = asked.check(type_token, {**standing, **changes}, standing)
    assert set(found) == {where}
    assert told in found[where]
    assert len(list(RESOURCES[type_token].check(standing, {**standing, **changes}, "scale"))) == 1


PLANS: Final[list[tuple[str, str, Properties, str, str]]] = [
    (
        PROJECT,
        "free",
        {"historyRetentionSeconds": 21_601},
        "historyRetentionSeconds",
        "'free' plan keeps 21600 seconds",
    ),
    (PROJECT, "launch", {"historyRetentionSeconds": 604_801}, "historyRetentionSeconds", "'launch' plan keeps 604800"),
    (PROJECT, "launch", {"allowedIps": ["10.0.0.1"]}, "allowedIps", "needs the 'scale' plan, this is 'launch'"),
    (
        PROJECT,
        "free",
        {"maintenanceWindow": {"weekdays": [1], "startTime": "02:00", "endTime": "03:00"}},
        "maintenanceWindow",
        "needs the 'launch' plan, this is 'free'",
    ),
    (
        PROJECT,
        "free",
        {"defaultBranch": {"protected": True}},
        "defaultBranch.protected",
        "needs the 'launch' plan, this is 'free'",
    ),
    (PROJECT, "free", {"defaultEndpoint": {"maxCu": 4}}, "defaultEndpoint.maxCu", "4 compute units need a larger plan"),
    (
        PROJECT,
        "free",
        {"endpointDefaults": {"suspendTimeoutSeconds": -1}},
        "endpointDefaults.suspendTimeoutSeconds",
        "must be one of 0, 300 on the 'free' plan, was -1",
    ),
    (BRANCH, "free", {"protected": True}, "protected", "needs the 'launch' plan, this is 'free'"),
    (
        BRANCH,
        "launch",
        {"parentTimestamp": moment(days=-8)},
        "parentTimestamp",
        "history goes back 604800 seconds at most on the 'launch' plan, was 20",
    ),
    (ANONYMIZED, "free", {"protected": True}, "protected", "needs the 'launch' plan, this is 'free'"),
    (ENDPOINT, "launch", {"minCu": 18, "maxCu": 18}, "minCu", "18 compute units need a larger plan: 'launch' has 16"),
    (
        ENDPOINT,
        "launch",
        {"suspendTimeoutSeconds": 60},
        "suspendTimeoutSeconds",
        "must be one of 0, 300, -1 on the 'launch' plan, was 60; any other needs 'scale'",
    ),
    (
        SNAPSHOT,
        "free",
        {"timestamp": moment(hours=-7)},
        "timestamp",
        "history goes back 21600 seconds at most on the 'free' plan, was 20",
    ),
    (SCHEDULE, "free", {}, "items", "the 'free' plan has no scheduled snapshots: they need 'launch'"),
    (LIMIT, "free", {}, "cents", "the 'free' plan has no spending limit: it needs 'launch'"),
]


@pytest.mark.parametrize(("type_token", "plan", "changes", "where", "told"), PLANS, ids=short)
def test_a_plan_that_is_too_small_is_told_with_the_plan_and_what_it_has(
    type_token: str, plan: str, changes: Properties, where: str, told: str
) -> None:
    wanted = {**VALID[type_token], **changes}
    found = dict(RESOURCES[type_token].check({}, wanted, plan))
    assert told in found[where]
    assert dict(RESOURCES[type_token].check({}, wanted, "scale")) == {}


# ---- imports -------------------------------------------------------------------------------------------------------

LOOKS: Final[dict[str, tuple[list[str], str]]] = {
    PROJECT: (["", "Shop", "quiet-river-12345678/x", "x" * 61], "as in quiet-river-12345678"),
    BRANCH: (
        ["br-late-sun-12345678", "p/", "/br-x", "Shop/br-x", "p/preview", "p/ep-x", "p/br-x/y", "p/name:"],
        "/br-",
    ),
    ANONYMIZED: (["br-late-sun-12345678", "p/preview", "p/br-X"], "/br-late-sun-12345678"),
    ENDPOINT: (["ep-late-sun-12345678", "p/br-x", "p/ep-", "P/ep-x", "p/ep-x/y"], "/ep-late-sun-12345678"),
    ROLE: (["app", "p/app", "p/br-x", "p/br-x/", "p/main/app"], "/br-late-sun-12345678/name"),
    DATABASE: (["app", "p/app", "p/br-x", "p/br-x/", "p/main/app"], "/br-late-sun-12345678/name"),
    SCHEDULE: (["br-late-sun-12345678", "p/main", "p/name:main"], "/br-late-sun-12345678"),
    SNAPSHOT: (["snap-late-sun-12345678", "p/", "p/SNAP"], "/snap-late-sun-12345678"),
    API_KEY: (["1234567", "org-x/ci", "mine/1"], "org-quiet-river-12345678/1234567"),
    LIMIT: (["mine", "org-"], "org-quiet-river-12345678"),
}
"""Ids of another form, and how one of the right form looks."""


def test_every_type_has_its_ids_of_another_form() -> None:
    assert LOOKS.keys() == VALID.keys() == RESOURCES.keys()


@pytest.mark.parametrize(
    ("type_token", "given"), [(token, given) for token, (wrong, _) in LOOKS.items() for given in wrong]
)
def test_an_import_id_of_another_form_is_told_with_what_it_looks_like(asked: Neon, type_token: str, given: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(given))) as caught:
        asked.import_(type_token, given)
    assert LOOKS[type_token][1] in str(caught.value)


@pytest.mark.parametrize("type_token", [BRANCH, ENDPOINT, ROLE, DATABASE, SCHEDULE, SNAPSHOT])
def test_an_id_of_another_project_is_found_nowhere(neon: Neon, type_token: str) -> None:
    """So the engine says that it does not exist; it is never taken for the one of the same ending elsewhere."""
    shop, other = neon.project(), neon.create(PROJECT, {**VALID[PROJECT], "name": "other"}, "other")
    branch = shop.state["defaultBranchId"]
    made: dict[str, Callable[[], str]] = {
        BRANCH: lambda: str(branch),
        ENDPOINT: lambda: str(shop.state["defaultEndpointId"]),
        ROLE: lambda: f"{branch}/neondb_owner",
        DATABASE: lambda: f"{branch}/neondb",
        SCHEDULE: lambda: neon.create(SCHEDULE, neon.on_default(shop, items=DAILY)).id.rpartition("/")[2],
        SNAPSHOT: lambda: neon.create(SNAPSHOT, neon.on_default(shop, name="s")).id.rpartition("/")[2],
    }
    ending = made[type_token]()
    neon.restart()
    assert neon.import_(type_token, f"{other.id}/{ending}") is None
    assert neon.import_(type_token, f"{shop.id}/{ending}")


@pytest.mark.parametrize(
    ("type_token", "more", "named"),
    [
        (BRANCH, {"name": "b", "parentId": "{branch}"}, "projectId '{project}', parentId '{branch}'"),
        (ENDPOINT, {"branchId": "{branch}"}, "projectId '{project}', branchId '{branch}'"),
        (ROLE, {"branchId": "{branch}", "name": "r"}, "projectId '{project}', branchId '{branch}'"),
        (
            DATABASE,
            {"branchId": "{branch}", "name": "d", "ownerName": "nobody"},
            "projectId '{project}', branchId '{branch}', ownerName 'nobody'",
        ),
        (SCHEDULE, {"branchId": "{branch}", "items": [{"frequency": "daily"}]}, "branchId '{branch}'"),
        (SNAPSHOT, {"branchId": "{branch}", "name": "s"}, "projectId '{project}', branchId '{branch}'"),
    ],
    ids=short,
)
def test_something_on_a_branch_of_another_project_is_told_with_what_it_refers_to(
    neon: Neon, type_token: str, more: dict[str, Any], named: str
) -> None:
    shop, other = neon.project(), neon.create(PROJECT, {**VALID[PROJECT], "name": "other"}, "other")
    ids = {"project": other.id, "branch": shop.state["defaultBranchId"]}
    filled = {key: value.format(**ids) if isinstance(value, str) else value for key, value in more.items()}
    before = neon.service.objects()
    with pytest.raises(errors.NotFound) as caught:
        neon.create(type_token, {"projectId": other.id, **filled})
    assert named.format(**ids) in str(caught.value)
    assert neon.service.objects() == before


# ---- secrets ---------------------------------------------------------------------------------------------------------


def secret_check(neon: Neon, type_token: str, **secret: PropertyValue) -> str:
    """Everything said when these stand in otherwise valid inputs: reasons and messages."""
    said: list[str] = []
    neon.provider.log = lambda _severity, message, _urn: said.append(message)
    request = p.CheckRequest(urn_of(type_token, "it"), {}, {**wire(VALID[type_token]), **secret}, bytes(32))
    failures = neon.run(neon.provider.check(request)).failures or []
    return "\n".join([*said, *(failure.reason for failure in failures)])


@pytest.mark.parametrize(
    "value",
    ["hunter2", 'it\'s\n a "password"', "2026-01-01T00:00:00", "a\\b", "ünïcode", "0"],
    ids=["word", "quoted", "with a zone added", "backslash", "letters", "digit"],
)
def test_a_secret_is_hidden_in_whatever_form_a_message_has_it(neon: Neon, value: str) -> None:
    said = secret_check(neon, BRANCH, expiresAt=PropertyValue(value).with_secret(True))
    assert "[secret]" in said
    assert value not in said.replace("RFC 3339", "").replace("2026-12-31T00:00:00Z", "")
    assert repr(value)[1:-1] not in said.replace("RFC 3339", "").replace("2026-12-31T00:00:00Z", "")


def test_a_secret_inside_an_object_is_hidden_and_its_neighbours_are_not(neon: Neon) -> None:
    inner = {"roleName": PropertyValue("pg_hunter2").with_secret(True), "databaseName": PropertyValue("pg_open")}
    said = secret_check(neon, PROJECT, defaultBranch=PropertyValue(inner))
    assert "'[secret]' is reserved" in said
    assert "'pg_open' is reserved" in said
    assert "hunter2" not in said


def test_a_secret_object_is_hidden_to_its_last_part(neon: Neon) -> None:
    addresses = PropertyValue([PropertyValue("10.0.0.1/99"), PropertyValue("nowhere")]).with_secret(True)
    said = secret_check(neon, PROJECT, allowedIps=addresses)
    assert said.count("[secret]") == 2
    assert "nowhere" not in said
    assert "10.0.0.1/99" not in said


def test_a_secret_is_hidden_in_advice_too(neon: Neon) -> None:
    said = secret_check(neon, PROJECT, regionId=PropertyValue("aws-hunter-2").with_secret(True))
    assert "no region that was known" in said
    assert "hunter" not in said


def test_a_secret_of_the_configuration_is_hidden() -> None:
    values = {"apiKey": "napi_x", "baseUrl": "ftp://hunter2", "plan": "hunter2", "requestTimeout": "hunter2"}
    marked = {key: value.with_secret(True) for key, value in wire(values).items()}
    with Neon() as neon:
        answer = neon.run(neon.provider.check_config(p.CheckRequest("urn:x", {}, marked, b"")))
    failures = {failure.property: failure.reason for failure in answer.failures or []}
    assert failures.keys() == {"baseUrl", "plan", "requestTimeout"}
    assert "hunter2" not in "".join(failures.values())


def test_a_short_secret_does_not_blot_out_the_limits() -> None:
    assert hide("must be 0.25, 0.5, 1 to 16, was 3", {"3"}) == "must be 0.25, 0.5, 1 to 16, was [secret]"
    assert hide("must be 1 to 63 bytes, was 64", {"6"}) == "must be 1 to 63 bytes, was 64"


# ---- configuration -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inputs", "where", "told"),
    [
        ({"apiKey": ""}, "apiKey", "is missing: set NEON_API_KEY, or pulumi config set --secret neon:apiKey"),
        ({"apiKey": "two words"}, "apiKey", "has a space, a line break or a letter that no key has: set it again"),
        ({"baseUrl": "http://10.0.0.1"}, "baseUrl", "must be https (http on loopback only), was 'http://10.0.0.1'"),
        ({"plan": "huge"}, "plan", "must be one of auto, free, launch, scale, was 'huge'"),
        ({"requestTimeout": 0}, "requestTimeout", "must be seconds above 0, was 0"),
        ({"maxRetries": 101}, "maxRetries", "must be 0 to 100, was 101"),
        ({"apikey": "x"}, "apikey", "is no setting of the neon provider; known are: apiKey, baseUrl"),
    ],
)
def test_a_setting_of_the_provider_is_told_with_what_it_may_be(inputs: Properties, where: str, told: str) -> None:
    found = dict(config.problems({"apiKey": "napi_x", **inputs}, {}))
    assert found.keys() == {where}
    assert told in found[where]
