"""What holds for every call of the life cycle: its deadline, cancelling, the rate of requests, waiting, following what was
restored, what a refresh asks, and that messages reach the engine."""

from __future__ import annotations

import asyncio
import textwrap
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from google.protobuf import empty_pb2
from pulumi.provider.experimental import provider as p
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, plugin_pb2

from neon_provider import errors
from neon_provider.convert import Properties
from neon_provider.provider import VERSION, NeonProvider
from neon_provider.servicer import EngineLog, Servicer
from neon_provider.session import Session
from rehearsal.clouds.neon import Fault, NeonService
from rehearsal.engine import Event, Operation, Options, Project, StateFile, run
from tests.providers.neon.harness import (
    BRANCH,
    DATABASE,
    ENDPOINT,
    PROJECT,
    ROLE,
    SCHEDULE,
    SNAPSHOT,
    Made,
    Neon,
    urn_of,
    wire,
)

DAILY = [{"frequency": "daily"}]
INPUTS: dict[str, Callable[[Neon, Made], Properties]] = {
    PROJECT: lambda neon, project: {"name": "other", "regionId": "aws-eu-central-1"},
    BRANCH: lambda neon, project: {"projectId": project.id, "name": "preview"},
    ENDPOINT: lambda neon, project: neon.on_default(project, type="read_only"),
    ROLE: lambda neon, project: neon.on_default(project, name="app"),
    DATABASE: lambda neon, project: neon.on_default(project, name="app", ownerName="neondb_owner"),
    SNAPSHOT: lambda neon, project: neon.on_default(project, name="before"),
}
"""Inputs of one of each type whose creation Neon works on in operations."""


async def create(neon: Neon, type_token: str, inputs: Properties, name: str = "it", timeout: float = 0) -> str:
    """The id of what is made, without a check."""
    request = p.CreateRequest(urn_of(type_token, name), wire(inputs), timeout, False)
    return str((await neon.provider.create(request)).resource_id)


def told(neon: Neon) -> list[tuple[str, str]]:
    """(severity, message) of what is said from now on."""
    said: list[tuple[str, str]] = []
    neon.provider.log = lambda severity, message, _urn: said.append((severity, message))
    return said


# ---- deadlines -------------------------------------------------------------------------------------------------------


def test_the_time_spent_in_the_queue_of_a_project_does_not_count(neon: Neon, project: Made) -> None:
    neon.service.switches.operation_seconds = 400
    started = neon.time.time

    async def three() -> list[str]:
        names = ("a", "b", "c")
        return await asyncio.gather(
            *(create(neon, BRANCH, {"projectId": project.id, "name": name}, name) for name in names)
        )

    assert len(set(neon.run(three()))) == 3
    assert neon.time.time - started > 1200


@pytest.mark.parametrize("given", [0, 90])
def test_a_call_has_one_deadline_for_all_it_does(neon: Neon, project: Made, given: float) -> None:
    """A request that was put off for long leaves less time to wait for its operations. 0: the configured 600 seconds."""
    neon.faults(
        Fault("refuse", "POST", status=503, retry_after=str(int((given or 600) * 0.8))),
        Fault("operation-stuck", "POST", nth=2),
    )
    started = neon.time.time
    with pytest.raises(errors.PartialFailure, match="not finished in time"):
        neon.run(create(neon, BRANCH, {"projectId": project.id, "name": "preview"}, timeout=given))
    assert neon.time.time - started <= (given or 600)


def test_a_project_that_stays_locked_is_told_at_the_deadline(neon: Neon, project: Made) -> None:
    neon.faults(Fault("refuse", "POST", status=423, times=0, message="project has running conflicting operations"))
    with pytest.raises(errors.Locked, match="ran longer than the deadline"):
        neon.branch(project)
    assert sum(neon.time.slept) < 600


# ---- cancelling ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("type_token", INPUTS)
def test_a_create_that_waits_when_the_run_is_cancelled_ends_with_the_id_of_what_exists(
    neon: Neon, project: Made, type_token: str
) -> None:
    inputs = INPUTS[type_token](neon, project)
    neon.faults(Fault("operation-stuck", "POST"))
    cancel_at_the_first_wait(neon)
    with pytest.raises(errors.PartialFailure, match="the run was cancelled") as caught:
        neon.run(create(neon, type_token, inputs))
    neon.faults()
    neon.restart()
    found = neon.read(Made(type_token, "it", caught.value.resource_id, inputs, {}))
    assert found
    neon.restart()
    assert neon.run(create(neon, type_token, inputs)) == caught.value.resource_id


def cancel_at_the_first_wait(neon: Neon) -> None:
    async def stop(seconds: float) -> None:
        neon.time.time += seconds
        await neon.provider.cancel()

    assert neon.provider._client
    neon.provider._client.clock.sleep = stop


def test_what_is_queued_when_the_run_is_cancelled_asks_nothing(neon: Neon, project: Made) -> None:
    neon.faults(Fault("operation-stuck", "POST"))
    cancel_at_the_first_wait(neon)
    before = len(neon.changes())

    async def both() -> list[str | BaseException]:
        names = ("first", "second")
        calls = (create(neon, BRANCH, {"projectId": project.id, "name": name}, name) for name in names)
        return await asyncio.gather(*calls, return_exceptions=True)

    first, second = neon.run(both())
    assert isinstance(first, errors.PartialFailure)
    assert isinstance(second, errors.Cancelled)
    assert neon.changes()[before:] == [f"POST /projects/{project.id}/branches"]
    assert [branch["name"] for branch in neon.service.objects()["branch"]] == ["main", "first"]


def test_a_deletion_that_waits_when_the_run_is_cancelled_stays_in_the_state(neon: Neon, project: Made) -> None:
    made = neon.branch(project)
    neon.faults(Fault("operation-stuck", "DELETE"))
    cancel_at_the_first_wait(neon)
    with pytest.raises(errors.Cancelled, match="the run was cancelled"):
        neon.delete(made)
    neon.faults()
    neon.restart()
    neon.delete(made)


# ---- the rate, and waiting ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("requests", "seconds"), [(30, 0), (60, 3.0)])
def test_thirty_requests_go_at_once_and_then_ten_in_a_second(neon: Neon, requests: int, seconds: float) -> None:
    assert neon.provider._client
    session = Session(neon.provider._client)

    async def all_at_once() -> None:
        await asyncio.gather(*(session.get("/regions") for _ in range(requests)))

    started = neon.time.time
    neon.run(all_at_once())
    assert neon.time.time - started == pytest.approx(seconds)
    assert len(neon.sent()) == requests


def test_several_operations_are_looked_at_by_one_listing(neon: Neon) -> None:
    """A project comes with two: the first ends after 4 seconds, the second after 8. Looks come after 1, 2.5, 4.75 and 8.125."""
    neon.service.switches.operation_seconds = 8
    made = neon.project()
    polls = [asked for asked in neon.sent("GET") if "/operations" in asked]
    listing = f"GET /projects/{made.id}/operations"
    assert polls[:3] == [listing] * 3
    assert [asked.rpartition("/")[0] for asked in polls[3:]] == [listing]


def test_a_status_of_a_newer_neon_is_waited_for_with_a_warning(neon: Neon, project: Made) -> None:
    said = told(neon)
    neon.faults(Fault("operation-unknown-status", "POST", ".*/branches"))
    started = neon.time.time
    neon.branch(project)
    assert neon.time.time - started >= 30
    assert {severity for severity, _ in said} == {"warning"}
    assert "operation create_branch has the status 'hibernating', which this version does not know" in said[0][1]


def test_an_action_of_a_newer_neon_is_an_operation_like_any_other(neon: Neon, project: Made) -> None:
    said = told(neon)
    neon.service.switches.operation_seconds = 2
    neon.faults(Fault("operation-unknown-action", "POST", ".*/branches"))
    neon.branch(project)
    assert said == []


# ---- restored branches ---------------------------------------------------------------------------------------------


def on_everything(neon: Neon, project: Made) -> dict[str, Made]:
    """One of each type that stands on the default branch, and that branch itself as a program may declare it."""
    imported = neon.import_(BRANCH, f"{project.id}/{project.state['defaultBranchId']}")
    assert imported
    given = {key: imported.inputs[key] for key in ("projectId", "name")}
    main = Made(BRANCH, "main", imported.id, given, imported.state)
    primary = f"{project.id}/{project.state['defaultEndpointId']}"
    compute = neon.import_(ENDPOINT, primary)
    assert compute
    owner = {"name": "data", "ownerName": "app"}
    return {
        PROJECT: project,
        BRANCH: main,
        ENDPOINT: Made(ENDPOINT, "compute", primary, neon.on_default(project), compute.state),
        ROLE: neon.create(ROLE, neon.on_default(project, name="app")),
        DATABASE: neon.create(DATABASE, neon.on_default(project, **owner)),
        SCHEDULE: neon.create(SCHEDULE, neon.on_default(project, items=DAILY)),
    }


def restore_a_snapshot(neon: Neon, project: Made) -> str:
    """Through Neon's own routes: a snapshot becomes a branch, which takes the place of the default one. Returns its id."""
    branch = project.state["defaultBranchId"]
    base = f"/projects/{project.id}"
    snapshot = neon.ask("POST", f"{base}/branches/{branch}/snapshot").json()["snapshot"]["id"]
    made = neon.ask("POST", f"{base}/snapshots/{snapshot}/restore", {"name": "drill"}).json()["branch"]["id"]
    assert neon.ask("POST", f"{base}/branches/{made}/finalize_restore").status_code == 200
    return str(made)


def follow(neon: Neon, made: dict[str, Made], branch_id: str) -> dict[str, Made]:
    """A refresh by a new process: everything is on that branch now, and a program that takes its id from it changes nothing."""
    neon.restart()
    found = {token: neon.read(one) for token, one in made.items()}
    there = {token: one for token, one in found.items() if one is not None}
    project_id = made[PROJECT].id
    assert there[PROJECT].state["defaultBranchId"] == branch_id
    assert there[BRANCH].id == f"{project_id}/{branch_id}"
    assert there[ENDPOINT].id == made[ENDPOINT].id
    assert there[ENDPOINT].inputs["branchId"] == branch_id
    for token, name in ((ROLE, "app"), (DATABASE, "data")):
        assert there[token].id == f"{project_id}/{branch_id}/{name}"
    for token, one in there.items():
        moved = {"branchId": branch_id} if "branchId" in made[token].inputs else {}
        assert not neon.diff(one, {**made[token].inputs, **moved}).changes, token
    return there


@pytest.mark.parametrize("schedule", ["follows", "stays"])
def test_a_restored_branch_is_followed_by_all_that_stands_on_it(schedule: str) -> None:
    with Neon(schedule_follows=schedule == "follows") as neon:
        project = neon.project()
        made = on_everything(neon, project)
        successor = restore_a_snapshot(neon, project)
        there = follow(neon, made, successor)
        # A schedule that stayed behind is gone from the branch that is production now: the next update sets it again.
        assert (SCHEDULE in there) == (schedule == "follows")
        path = f"/projects/{project.id}/branches/{successor}/roles/app/reveal_password"
        assert neon.ask("GET", path).json()["password"] == there[ROLE].state["password"]
        database = there[DATABASE]
        unprotected = neon.update(database, {**database.inputs, "deletionProtection": False})
        neon.restart()
        neon.delete(unprotected)
        neon.delete(there[ROLE])
        left = {(role["branch_id"], role["name"]) for role in neon.service.objects()["role"]}
        assert (successor, "app") not in left
        assert (project.state["defaultBranchId"], "app") in left


def test_a_restored_branch_that_neon_does_not_tell_of_is_known_by_the_names(neon: Neon, project: Made) -> None:
    """The old one is `main (old)` then, without a compute, and another one is `main`."""
    made = on_everything(neon, project)
    successor = restore_a_snapshot(neon, project)
    neon.service.by_hand("branch", successor, restored_as=None)
    neon.restart()
    said = told(neon)
    branch, compute, shop = (neon.read(made[token]) for token in (BRANCH, ENDPOINT, PROJECT))
    assert branch
    assert compute
    assert shop
    assert branch.id == f"{project.id}/{successor}"
    assert (compute.inputs["branchId"], shop.state["defaultBranchId"]) == (successor, successor)
    assert not neon.diff(branch, made[BRANCH].inputs).changes
    assert [severity for severity, message in said if f"{successor} took its place and is followed" in message]


def test_a_branch_that_only_looks_set_aside_is_not_followed(neon: Neon, project: Made) -> None:
    """It has a compute of its own, or the name that the program gives it."""
    inputs = {"projectId": project.id, "name": "orders_old_data"}
    declared = neon.create(BRANCH, inputs, "declared")
    neon.create(BRANCH, {"projectId": project.id, "name": "orders"}, "other")
    again = neon.read(declared)
    assert again
    assert again.id == declared.id
    neon.create(ENDPOINT, {"projectId": project.id, "branchId": declared.state["branchId"]})
    renamed = Made(BRANCH, "declared", declared.id, {**inputs, "name": "orders"}, declared.state)
    neon.restart()
    again = neon.read(renamed)
    assert again
    assert again.id == declared.id


@pytest.mark.parametrize("keeps_id", [True, False])
def test_a_branch_that_went_back_in_its_history_is_followed_whether_or_not_its_id_stays(keeps_id: bool) -> None:
    with Neon(restore_keeps_id=keeps_id, schedule_follows=True) as neon:
        project = neon.project()
        made = on_everything(neon, project)
        branch = project.state["defaultBranchId"]
        neon.service.advance(60)
        listed = neon.ask("GET", f"/projects/{project.id}/branches/{branch}").json()["branch"]
        back = {
            "source_branch_id": branch,
            "source_timestamp": listed["created_at"],
            "preserve_under_name": "main_old_20261125",
        }
        answer = neon.ask("POST", f"/projects/{project.id}/branches/{branch}/restore", back)
        assert answer.status_code == 200, answer.text
        now = answer.json()["branch"]["id"]
        assert (now == branch) == keeps_id
        follow(neon, made, now)


# ---- refusals before any call ----------------------------------------------------------------------------------------


def test_what_is_protected_or_the_default_branch_is_refused_before_any_call(neon: Neon, project: Made) -> None:
    main = neon.import_(BRANCH, f"{project.id}/{project.state['defaultBranchId']}")
    assert main
    refused = {
        "set deletionProtection to false, apply that": project,
        "make another the default, apply, then delete": main,
        "is protected: set deletionProtection to false": neon.create(DATABASE, INPUTS[DATABASE](neon, project)),
        "set deletionProtection and protected to false": neon.branch(project, protected=True),
    }
    before = len(neon.sent())
    for advice, made in refused.items():
        with pytest.raises(errors.Protected, match=advice):
            neon.delete(made)
    assert len(neon.sent()) == before


# ---- a database under another name -----------------------------------------------------------------------------------


def test_a_database_that_was_renamed_behind_the_state_is_deleted(neon: Neon, project: Made) -> None:
    made = neon.create(DATABASE, {**INPUTS[DATABASE](neon, project), "deletionProtection": False})
    path = f"/projects/{project.id}/branches/{project.state['defaultBranchId']}/databases"
    neon.ask("PATCH", f"{path}/app", {"database": {"name": "store"}})
    neon.delete(made)
    assert [database["name"] for database in neon.service.objects()["database"]] == ["neondb"]


def test_another_database_that_has_the_old_name_by_now_is_not_deleted(neon: Neon, project: Made) -> None:
    made = neon.create(DATABASE, {**INPUTS[DATABASE](neon, project), "deletionProtection": False})
    path = f"/projects/{project.id}/branches/{project.state['defaultBranchId']}/databases"
    neon.ask("PATCH", f"{path}/app", {"database": {"name": "store"}})
    neon.ask("POST", path, {"database": {"name": "app", "owner_name": "neondb_owner"}})
    neon.restart()
    neon.delete(made)
    assert {database["name"] for database in neon.service.objects()["database"]} == {"neondb", "app"}


# ---- what is asked ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [3, 30])
def test_a_refresh_asks_for_each_kind_once_however_many_there_are(neon: Neon, project: Made, count: int) -> None:
    """Only the password of a role is shown by itself: it is asked for role by role."""
    made = [project]
    for number in range(count):
        name = f"n{number}"
        made += [
            neon.create(BRANCH, {"projectId": project.id, "name": name}, name),
            neon.create(ENDPOINT, neon.on_default(project, type="read_only", name=name), name),
            neon.create(ROLE, neon.on_default(project, name=name), name),
            neon.create(DATABASE, neon.on_default(project, name=name, ownerName="neondb_owner"), name),
            neon.create(SNAPSHOT, neon.on_default(project, name=name), name),
        ]
    neon.restart()
    before = len(neon.sent())

    async def refresh() -> list[p.ReadResponse]:
        """As the engine does it: many at once."""
        requests = (p.ReadRequest(one.urn, one.id, wire(one.state), wire(one.inputs)) for one in made)
        return await asyncio.gather(*(neon.provider.read(request) for request in requests))

    assert all(response.resource_id for response in neon.run(refresh()))
    asked = neon.sent()[before:]
    shown = [one for one in asked if one.endswith("/reveal_password")]
    base = f"GET /projects/{project.id}"
    on_branch = f"{base}/branches/{project.state['defaultBranchId']}"
    listings = ("branches", "endpoints", "snapshots")
    once = [base, *(f"{base}/{kind}" for kind in listings), f"{on_branch}/roles", f"{on_branch}/databases"]
    assert Counter(one for one in asked if one not in shown) == Counter(once)
    assert len(set(shown)) == len(shown) == count + 1


PROGRAM = """
    import pulumi
    import pulumi_neon as neon

    shop = neon.Project("shop", name="shop", region_id="aws-eu-central-1")
    place = {"project_id": shop.project_id, "branch_id": shop.default_branch_id}
    app = neon.Role("app", name="app", **place)
    neon.Database("data", name="data", owner_name=app.name, **place)
    neon.BackupSchedule("backups", items=[{"frequency": "monthly", "day": 31}], **place)
    neon.Branch("preview", project_id=shop.project_id, name="preview", protected=True)
"""


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[NeonService]:
    """One that the program above is configured for by the environment."""
    monkeypatch.setattr("rehearsal.engine.passphrase._ROUNDS", 1_000)
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n")
    (tmp_path / "__main__.py").write_text(textwrap.dedent(PROGRAM))
    with NeonService() as found:
        monkeypatch.setenv("NEON_API_KEY", found.api_key)
        monkeypatch.setenv("NEON_API_URL", found.url)
        yield found


def play(root: Path, operation: Operation) -> list[Event]:
    """Run an operation on the stack; returns its events."""
    events: list[Event] = []
    with StateFile(root / "state.json", "dev", "passphrase") as state:
        project, providers = Project.load(root, "dev"), {"neon": NeonProvider}
        result = run(
            operation, project=project, state=state, providers=providers, options=Options(), on_event=events.append
        )
    assert result.ok, result.failures
    return events


def test_a_preview_of_what_stands_already_asks_nobody_though_the_plan_is_not_configured(
    tmp_path: Path, service: NeonService
) -> None:
    play(tmp_path, Operation.UP)
    asked = [request.path for request in service.requests]
    assert asked.count("/users/me/organizations") == asked.count("/regions") == 1
    events = play(tmp_path, Operation.PREVIEW)
    assert len(service.requests) == len(asked)
    assert events[-1]["summaryEvent"]["resourceChanges"].keys() == {"same"}


# ---- messages ----------------------------------------------------------------------------------------------------------


def test_what_the_plugin_says_is_an_event_of_the_embedded_engine_beside_its_resource(
    tmp_path: Path, service: NeonService
) -> None:
    events = play(tmp_path, Operation.UP)
    said = [event["diagnosticEvent"] for event in events if "diagnosticEvent" in event]
    (warning,) = [one for one in said if one["severity"] == "warning"]
    assert warning["urn"] == "urn:pulumi:dev::shop::neon:index:BackupSchedule::backups"
    assert "items[0].day: what Neon does in months without a day 31" in warning["message"]


class Engine(engine_pb2_grpc.EngineServicer):
    """What a plugin tells its engine, kept."""

    def __init__(self) -> None:
        self.heard: list[engine_pb2.LogRequest] = []

    async def Log(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol's name
        self.heard.append(request)
        return empty_pb2.Empty()


def with_engine(talk: Callable[[Engine, str], Awaitable[None]]) -> None:
    """Serve an engine while something talks to it at its address."""

    async def serve() -> None:
        engine, server = Engine(), grpc.aio.server()
        engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        try:
            await talk(engine, f"127.0.0.1:{port}")
        finally:
            await server.stop(None)

    asyncio.run(serve())


@pytest.mark.parametrize("attached", [False, True], ids=["started by it", "attached to"])
def test_what_the_plugin_says_reaches_the_engine_before_the_answer(attached: bool) -> None:
    async def talk(engine: Engine, address: str) -> None:
        provider = NeonProvider()
        servicer = Servicer([], VERSION, provider, engine_address="" if attached else address)
        if attached:
            await servicer.Attach(plugin_pb2.PluginAttach(address=address), None)

        async def answer(_request: Any, _context: Any) -> str:
            provider.log("warning", "it is late", "urn:x")
            provider.log("info", "all is well", "")
            return "answered"

        assert await servicer._answer(answer, None, None) == "answered"
        heard = [(request.severity, request.message, request.urn) for request in engine.heard]
        assert heard == [
            (engine_pb2.LogSeverity.Value("WARNING"), "it is late", "urn:x"),
            (engine_pb2.LogSeverity.Value("INFO"), "all is well", ""),
        ]
        await servicer.log.flush()
        assert len(engine.heard) == 2

    with_engine(talk)


def test_an_engine_that_is_not_there_fails_nothing() -> None:
    async def talk() -> None:
        for address in ("", "127.0.0.1:1"):
            log = EngineLog(address)
            log("warning", "nobody hears it", "")
            await log.flush()

    asyncio.run(talk())
