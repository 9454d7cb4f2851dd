"""The fault matrix: one resource on a fresh account, the engine's rules, and one fault at one call.

`Bench` is the harness on an account that is copied per case, asked without sockets: what a fault does to a connection becomes
what httpx raises of it, and a silence costs time of the fake clock alone. `Stack` is an engine's state of one resource, and
`up` what the engine does with it: check, diff, then create, update or replace; partial failures are kept; what was replaced
goes last.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
from pulumi.provider.experimental import provider as p

from neon_provider.convert import Properties, to_plain
from neon_provider.errors import NeonError, PartialFailure, Protected
from neon_provider.provider import NeonProvider
from rehearsal.clouds.neon import Fault, NeonService, Switches
from rehearsal.clouds.neon.wire import PREFIX, Asked
from tests.providers.neon.harness import (
    ANONYMIZED,
    API_KEY,
    LIMIT,
    PROJECT,
    ROLE,
    SCHEDULE,
    FakeClock,
    Made,
    Neon,
    wire,
)

TOLD: Final = (NeonError, PartialFailure, Protected)
"""What a failure may be: any other exception is a fault of the plugin."""
CONFIG: Final[Properties] = {
    "baseUrl": "http://127.0.0.1:1/api/v2",
    "plan": "scale",
    "maxRetries": 4,
    "operationTimeout": 200,
}
_KINDS: Final = {ANONYMIZED: "branch", API_KEY: "api_key"}
_SECRETS: Final = frozenset({"password", "connectionUri", "pooledConnectionUri", "key"})
_VOLATILE: Final = frozenset(
    {"id", "host", "poolerHost", "proxy_host", "keyId", "databaseId", "logicalSize", "ttl_interval_seconds"}
)
_PATTERNS: Final = [
    (re.compile(pattern), name)
    for pattern, name in (
        (r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)", "<time>"),
        (r"((?:br|ep|snap)-)?[a-z]+-[a-z]+-\d{8}", "<id>"),
        (r"\b[0-9A-F]{1,8}/[0-9A-F]{1,8}\b", "<lsn>"),
        (r"pulumi [0-9a-f]{24}\.[0-9a-f]{8}|#[0-9a-f]{12}", "<nonce>"),
        (r'(current_?[sS]tate is) "(idle|active)"', r"\1 up"),
    )
]


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a clean run; `changes` is whether an operation of its answer can end badly."""

    method: str
    path: str
    changes: bool


class Direct(httpx.AsyncBaseTransport):
    """Asks a service without a connection."""

    def __init__(self, service: NeonService, sleep: Callable[[float], Awaitable[None]], calls: list[Call]) -> None:
        self._service, self._sleep, self._calls = service, sleep, calls

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request; what the service does to the connection is raised as httpx would."""
        path = request.url.raw_path.decode().partition("?")[0].removeprefix(PREFIX)
        key = request.headers["Authorization"].removeprefix("Bearer ")
        asked = Asked(
            request.method, path, dict(request.url.params), key, request.headers["X-Request-ID"], request.content
        )
        answer = self._service._judge(asked)
        if answer.end == "reset":
            raise httpx.ReadError("cut", request=request)
        if answer.end == "silent":
            await self._sleep(30)
            raise httpx.ReadTimeout("silent", request=request)
        starts = isinstance(answer.body, dict) and bool(answer.body.get("operations"))
        self._calls.append(Call(request.method, path, request.method != "GET" and (starts or "anonymize" in path)))
        headers = {"Retry-After": answer.retry_after} if answer.retry_after else {}
        return httpx.Response(answer.status, headers=headers, content=answer.content(), request=request)


class Bench(Neon):
    """Accounts without a server; one at a time, each a copy of a folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.service.stop()
        self.calls: list[Call] = []
        self._folder = folder
        self._serial = 0
        self.open(folder / "none", 0)

    def __enter__(self) -> Bench:
        return self

    def open(self, account: Path, ahead: float) -> None:
        """Go on with a copy of an account, and a new process of the plugin."""
        self._serial += 1
        data = self._folder / f"{self._serial}"
        shutil.copytree(account, data) if account.exists() else data.mkdir(parents=True)
        shutil.rmtree(self._folder / f"{self._serial - 1}", ignore_errors=True)
        key, switches = self.service.api_key, Switches(operation_seconds=1)
        self.service = NeonService(data, switches=switches, api_key=key)
        self.service.advance(ahead)
        self.time = FakeClock(self.service)
        self.restart()

    def keep(self, account: Path) -> tuple[Path, float]:
        """Put this account aside, to be opened later."""
        shutil.copytree(self._folder / f"{self._serial}", account)
        return account, self.service.ahead

    def restart(self) -> None:
        """A new process of the plugin."""
        for provider in self._providers:
            self.run(provider.close())
        self.provider = NeonProvider(self.time.clock())
        self._providers[:] = [self.provider]
        config = {"apiKey": self.service.api_key, **CONFIG}
        self.run(self.provider.configure(p.ConfigureRequest({}, wire(config), True, True)))
        assert self.provider._client
        self.calls = []
        self.provider._client._http._transport = Direct(self.service, self.time.sleep, self.calls)


@dataclass
class Stack:
    """What the engine's state holds of one resource."""

    held: Made | None = None
    init_errors: bool = False
    pending: bool = False
    """Whether it was deleted, and its replacement is not made yet."""
    replaced: list[Made] = field(default_factory=list)

    def copy(self) -> Stack:
        """Another one like it."""
        return Stack(self.held, self.init_errors, self.pending, list(self.replaced))


def up(neon: Neon, stack: Stack, type_token: str, goal: Properties | None) -> list[str]:
    """Bring a resource to a goal, None for none; the steps that change something. Raises what a step raises."""
    steps: list[str] = []
    old = stack.held
    if goal is None:
        if old is not None:
            if not stack.pending:
                steps.append("delete")
                neon.delete(old)
            stack.held, stack.pending, stack.init_errors = None, False, False
    elif old is None:
        steps.append("create")
        _create(neon, stack, type_token, goal)
    else:
        assert neon.check(type_token, goal, old.inputs) == {}
        diff = neon.diff(old, goal)
        if diff.replaces or stack.pending:
            steps.append("replace")
            if diff.delete_before_replace and not stack.pending:
                neon.delete(old)
                stack.pending = True
            _create(neon, stack, type_token, goal)
        elif diff.changes or stack.init_errors:
            steps.append("update")
            _update(neon, stack, old, goal)
    while stack.replaced:
        steps.append("delete-replaced")
        neon.delete(stack.replaced[-1])
        stack.replaced.pop()
    return steps


def _create(neon: Neon, stack: Stack, type_token: str, goal: Properties) -> None:
    try:
        _made(stack, neon.create(type_token, goal), init_errors=False)
    except PartialFailure as failure:
        _made(stack, _partial(failure, type_token, goal), init_errors=True)
        raise


def _made(stack: Stack, made: Made, *, init_errors: bool) -> None:
    if stack.held is not None and not stack.pending:
        stack.replaced.append(stack.held)
    stack.held, stack.init_errors, stack.pending = made, init_errors, False


def _update(neon: Neon, stack: Stack, old: Made, goal: Properties) -> None:
    try:
        stack.held, stack.init_errors = neon.update(old, goal), False
    except PartialFailure as failure:
        stack.held, stack.init_errors = _partial(failure, old.type, goal), True
        raise


def _partial(failure: PartialFailure, type_token: str, goal: Properties) -> Made:
    return Made(type_token, "it", failure.resource_id, goal, to_plain(failure.properties))


def refresh(neon: Neon, stack: Stack) -> None:
    """As `up --refresh` does first: errors of a creation are forgotten."""
    if stack.held is not None and not stack.pending:
        stack.held = neon.read(stack.held)
        stack.init_errors = False


# ---- what is compared --------------------------------------------------------------------------------------------


def picture(neon: Neon, stack: Stack) -> Counter[str]:
    """Lines about the service's objects and the state; without ids, passwords and times."""
    objects = neon.service.objects()
    names = {
        str(item["id"]): f"<{kind} {item.get('name')}>" for kind in objects for item in objects[kind] if "id" in item
    }
    lines: list[str] = []
    for kind, found in objects.items():
        for item in found:
            label = f"{kind} {item.get('name', '')}"
            lines += [label, *(f"{label}: {key} is {value}" for key, value in _shown(item))]
    if stack.held is not None:
        state = stack.held.state
        lines += [f"state: {key} is {value}" for key, value in _shown(state)]
        lines += [f"state: {key} is known" for key in _SECRETS if state.get(key)]
        lines += [f"state: the id is {stack.held.id}"]
    lines += [f"left to do: {stack.init_errors}, {stack.pending}, {len(stack.replaced)}"]
    text = "\n".join(lines)
    for identifier, name in names.items():
        text = text.replace(identifier, name)
    for pattern, name in _PATTERNS:
        text = pattern.sub(name, text)
    return Counter(text.split("\n"))


def _shown(item: Properties) -> list[tuple[str, str]]:
    return [(key, json.dumps(value, sort_keys=True)) for key, value in item.items() if key not in _VOLATILE | _SECRETS]


def differences(found: Counter[str], wanted: Counter[str]) -> str:
    """What two pictures do not have in common; empty when they are equal."""
    more, less = found - wanted, wanted - found
    return f"there is {sorted(more.elements())} and not {sorted(less.elements())}" if more or less else ""


def fault_name(fault: Fault) -> str:
    """How a report calls it."""
    more = f" {fault.status}" if fault.kind.startswith("refuse") else ""
    more += (
        f" retry-after {fault.retry_after}{' as a date' if fault.retry_after_date else ''}" if fault.retry_after else ""
    )
    return f"{fault.kind}{more} at call {fault.nth}{' and on' if fault.times == 0 else ''}"


def orphans(neon: Neon, stack: Stack, type_token: str) -> int:
    """How many objects of a type there are beyond those that the state holds. Of what has one place, a second is never made."""
    if type_token in (SCHEDULE, LIMIT):
        return 0
    there = len(neon.service.objects()[_KINDS.get(type_token) or type_token.rpartition(":")[2].lower()])
    return there - len(stack.replaced) - (stack.held is not None and not stack.pending)


def wrong_secrets(neon: Neon, stack: Stack) -> list[str]:
    """Secrets of the state that do not work at the service."""
    if stack.held is None:
        return []
    state, token = stack.held.state, stack.held.type
    if token == API_KEY:
        return [] if neon.service._key(state["key"]) else ["key"]
    if token not in (ROLE, PROJECT):
        return []
    branch, role = state.get("branchId") or state["defaultBranchId"], state.get("roleName") or state["name"]
    with neon.service._call() as call:
        real = call.need("role", f"{branch}/{role}", "role")["password"]
    return [] if state["password"] == (real or "") else ["password"]
