"""The program under the SDK's own mocks: what it declares, with options and secret marks, and what it exports."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

import pulumi
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockMonitor, MockResourceArgs, Mocks
from pulumi.runtime.settings import get_root_resource
from pulumi.runtime.stack import Stack, run_pulumi_func
from pydantic import SecretStr

from infra.outputs import export
from infra.settings import OPTIONAL_SECRETS, Inputs, StackSecrets, Tokens, required_secrets, required_tokens
from infra.stack import deploy
from rehearsal.engine.values import from_struct, has_secret, is_secret, plain
from tests.builders import settings

COMPUTED: Final[Mapping[str, Mapping[str, Any]]] = {
    "neon:index:Project": {
        "defaultBranchId": "br-default",
        "host": "ep-cool.eu-central-1.aws.neon.tech",
        "poolerHost": "ep-cool-pooler.eu-central-1.aws.neon.tech",
        "password": "canary-owner/password",
    },
    "neon:index:Role": {"password": "canary-app/password"},
    "neon:index:Branch": {"branchId": "br-preview-parent"},
    "upstash:index/redisDatabase:RedisDatabase": {
        "endpoint": "eu1-cool.upstash.io",
        "port": 6379,
        "password": "canary-redis",
        "restToken": "canary-rest",
    },
    "sentry:index/sentryKey:SentryKey": {"dsnPublic": "https://public@o1.ingest.de.sentry.io/1"},
    "sentry:index/sentryTeam:SentryTeam": {"internalId": "7"},
    "random:index/randomPassword:RandomPassword": {"result": "canary-generated"},
    "vercel:index/webhook:Webhook": {"secret": "canary-webhook"},
    "aws:s3/bucket:Bucket": {"arn": "arn:aws:s3:::brightbroom-backups"},
    "aws:iam/role:Role": {"arn": "arn:aws:iam::1:role/writer"},
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {"arn": "arn:aws:iam::1:oidc-provider/github"},
}
"""What each vendor would compute."""


@dataclass(frozen=True)
class Declared:
    """One registration. `inputs` are plain; `marked` are they as sent, secret marks and all."""

    urn: str
    type: str
    name: str
    parent: str
    custom: bool
    marked: Mapping[str, Any]
    protect: bool
    delete_before_replace: bool
    secret_outputs: tuple[str, ...]
    dependencies: tuple[str, ...]
    provider: str

    @property
    def inputs(self) -> Any:
        return {key: plain(value) for key, value in self.marked.items()}

    def is_secret(self, key: str) -> bool:
        """Whether an input, or something in it, is marked secret."""
        return has_secret(self.marked[key])


@dataclass
class Program:
    """A stack as declared."""

    resources: list[Declared] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)
    """As exported, with secret marks."""
    component_outputs: dict[str, Any] = field(default_factory=dict)
    """What each component registers, by URN, with secret marks."""

    def all(self, kind: str) -> list[Declared]:
        """The resources of a type, such as `vercel:Project` or `brightbroom:hosting:VercelApp`."""
        return [resource for resource in self.resources if _short(resource.type) == kind or resource.type == kind]

    def one(self, kind: str, name: str = "") -> Declared:
        """The only resource of a type, or of that name."""
        found = [resource for resource in self.all(kind) if not name or resource.name == name]
        assert len(found) == 1, f"{len(found)} of {kind} {name}"
        return found[0]

    def output(self, name: str) -> Any:
        """An exported value without its marks."""
        return plain(self.outputs[name])

    def secret_outputs(self) -> set[str]:
        """The outputs that are marked secret as a whole."""
        return {name for name, value in self.outputs.items() if is_secret(value)}

    def variables(self, target: str = "production") -> dict[str, Declared]:
        """The app's variables of one target, by key."""
        found = self.all("vercel:ProjectEnvironmentVariable")
        return {each.inputs["key"]: each for each in found if each.inputs["targets"] == [target]}


def record(stack: str, changes: Mapping[str, Any] | None = None, optional: Sequence[str] = OPTIONAL_SECRETS) -> Program:
    """Run the program for a stack, some of its settings changed, with these of the optional secrets."""
    chosen = settings(stack, changes)
    inputs = Inputs(
        chosen,
        StackSecrets({name: f"canary-{name}" for name in (*required_secrets(chosen), *optional)}),
        Tokens({name: SecretStr(f"canary-{name}") for name in required_tokens(chosen)}),
    )
    program = Program()
    contextvars.Context().run(_run, stack, inputs, program)  # the SDK keeps its root resource in the context
    return program


def _run(stack: str, inputs: Inputs, program: Program) -> None:
    loop, executor = asyncio.new_event_loop(), ThreadPoolExecutor(1)
    loop.set_default_executor(executor)
    asyncio.set_event_loop(loop)
    try:
        pulumi.runtime.set_mocks(_Vendors(), "brightbroom-infra", stack, preview=False, monitor=_Recorder(program))
        loop.run_until_complete(run_pulumi_func(lambda: _declare(inputs, program)))
    finally:
        executor.submit(lambda: asyncio.get_event_loop().close()).result()  # the mocks made one in their thread
        executor.shutdown()
        loop.close()
        asyncio.set_event_loop(None)


async def _declare(inputs: Inputs, program: Program) -> None:
    export(deploy(inputs))
    root = get_root_resource()
    assert isinstance(root, Stack)
    program.outputs = from_struct(await rpc.serialize_properties(root.outputs, {}))


class _Vendors(Mocks):
    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        return f"{args.name}-id", {**args.inputs, **COMPUTED.get(args.typ, {})}

    def call(self, args: Any) -> Any:
        raise AssertionError(f"the program asks a vendor: {args.token}")


class _Recorder(MockMonitor):
    def __init__(self, program: Program) -> None:
        super().__init__(_Vendors())
        self._program = program

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the wire's name
        response = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        self._program.resources.append(
            Declared(
                urn=response.urn,
                type=request.type,
                name=request.name,
                parent=request.parent,
                custom=request.custom,
                marked=from_struct(request.object),
                protect=request.protect,
                delete_before_replace=request.deleteBeforeReplace,
                secret_outputs=tuple(request.additionalSecretOutputs),
                dependencies=tuple(request.dependencies),
                provider=request.provider,
            )
        )
        return response

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - the wire's name
        self._program.component_outputs[request.urn] = from_struct(request.outputs)
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call]


def _short(kind: str) -> str:
    package, _, rest = kind.partition(":")
    return f"{package}:{rest.rpartition(':')[2]}"
