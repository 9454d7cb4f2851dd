"""The resource monitor and engine service the program talks to: the SDK's own mock seam, with real answers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import grpc
import pulumi
from google.protobuf import empty_pb2
from pulumi.provider.experimental import provider as p
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto import engine_pb2, provider_pb2, resource_pb2

from rehearsal.engine.context import Context
from rehearsal.engine.errors import Failure, FailureKind, ProviderError, Stop
from rehearsal.engine.goal import Goal, decode
from rehearsal.engine.planner import Planner
from rehearsal.engine.state import ResourceState
from rehearsal.engine.urns import STACK_TYPE, make_urn, package_of, type_of
from rehearsal.engine.values import UNKNOWN, Properties, from_struct, has_unknown, secret_texts, to_struct

STOPPED: Final = "the run was stopped"
"""Text of the error that ends a program whose run was stopped; the reasons are in the context's failures."""

_FEATURES: Final = (
    "SECRETS",
    "RESOURCE_REFERENCES",
    "OUTPUT_VALUES",
    "ALIAS_SPECS",
    "DELETED_WITH",
    "REPLACE_WITH",
)
_SEVERITIES: Final = {0: "debug", 1: "info", 2: "warning", 3: "error"}
_T = TypeVar("_T")


class _CallFailed(grpc.RpcError):
    """A call that failed as the SDK expects one to: a program may catch it and go on."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._text = text

    def code(self) -> Any:
        """The status."""
        return grpc.StatusCode.UNKNOWN

    def details(self) -> str:
        """What went wrong."""
        return self._text


class Monitor(MockMonitor):
    """Receives each registration as the protocol's own message. Methods carry the protocol's names."""

    def __init__(self, context: Context, planner: Planner, organization: str) -> None:
        super().__init__(None)  # type: ignore[arg-type]  # no mocks: every call is answered here
        self._context = context
        self._planner = planner
        self._organization = organization
        self._lock = threading.RLock()
        self._refusals: dict[str, list[Failure]] = {}
        self.stack_outputs: Properties | None = None

    def refusals(self, error: Exception) -> list[Failure]:
        """The failures of a function's call that a program ended with, if that is what this exception of its is."""
        return self._refusals.get(str(error), [])

    def GetDeploymentInfo(self, request: Any) -> Any:  # noqa: ARG002, N802
        """What the program is told about the run; a feature left out makes the SDK refuse it."""
        feature = resource_pb2.ResourceMonitorFeature.Value
        project = self._context.project
        return resource_pb2.DeploymentInfo(
            project=project.name,
            stack=project.stack,
            organization=self._organization,
            dryRun=self._context.dry_run,
            supportedFeatures=[feature(f"RESOURCE_MONITOR_FEATURE_{name}") for name in _FEATURES],
        )

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802
        """Plan and perform the step of one resource."""
        return self._guard(self._register, request)

    def ReadResource(self, request: Any) -> Any:  # noqa: N802
        """Read a resource managed elsewhere."""

        def read(request: Any) -> Any:
            found = self._planner.read(request)
            return resource_pb2.ReadResourceResponse(urn=found.urn, id=found.id, properties=to_struct(found.outputs))

        return self._guard(read, request)

    def Invoke(self, request: Any) -> Any:  # noqa: N802
        """Call a provider's function."""
        return self._guard(self._invoke, request)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802
        """Keep the outputs of a component or of the stack."""
        with self._lock:
            outputs = from_struct(request.outputs)
            if type_of(request.urn) == STACK_TYPE:
                self.stack_outputs = outputs
            elif request.urn in self._context.news:
                set_outputs(self._context, self._context.news[request.urn], outputs)
        return empty_pb2.Empty()

    # ---- calls -------------------------------------------------------------------------------------------------

    def _guard(self, call: Callable[[Any], _T], request: Any) -> _T:
        """One call at a time; after a stop the program gets an error it does not survive."""
        with self._lock:
            if not self._context.cancelled:
                try:
                    return call(request)
                except Stop:
                    self._context.cancelled = True
                except ProviderError as error:
                    self._context.fail(FailureKind.VENDOR, "", str(error))
                    self._context.cancelled = self._context.failed = True
        raise pulumi.RunError(STOPPED)

    def _register(self, request: Any) -> Any:
        context = self._context
        goal = decode(request, context.goals.get(request.parent))
        try:
            new = self._planner.register(goal, request)
        except ProviderError as error:
            context.failed = True
            urn = make_urn(context.project.stack, context.project.name, goal.parent, goal.type, goal.name)
            context.fail(FailureKind.VENDOR, urn, _describe(goal, error, context))
            if context.dry_run or not context.continue_on_error:
                raise Stop from error
            new = None
        if new is None:
            fail = resource_pb2.Result.Value("FAIL")
            return resource_pb2.RegisterResourceResponse(urn=self._planner.skip(goal), result=fail)
        return resource_pb2.RegisterResourceResponse(
            urn=new.urn, id=new.id, object=to_struct(new.outputs if goal.custom else {})
        )

    def _invoke(self, request: Any) -> Any:
        args = from_struct(request.args)
        if request.tok == "pulumi:pulumi:getResource":
            return _answer(self._get_resource(args), [])
        if has_unknown(args):
            return resource_pb2.ResourceInvokeResponse(unknown=True)
        reference = self._planner.resolve_provider(
            request.provider, "", package_of(request.tok), request.version, request.pluginDownloadURL
        )
        handle = self._context.handle(reference)
        try:
            returned, found = handle.invoke(request.tok, args)
        except ProviderError as error:
            text = f"invocation of {request.tok} returned an error: {error}"
            self._refuse(request.tok, text, FailureKind.VENDOR, [f"{request.tok}: {error}"])
            raise _CallFailed(text) from error
        self._context.answered |= secret_texts([returned])
        if found:
            told = [f"{request.tok}: {failure.property}: {failure.reason}" for failure in found]
            self._refuse(request.tok, f"{found[0].reason} ({found[0].property})", FailureKind.INPUT, told)
        return _answer(returned, found)

    def _refuse(self, token: str, text: str, kind: FailureKind, messages: list[str]) -> None:
        """Keep what a failed call means under the text of the exception that the SDK makes of it."""
        self._refusals[f"invoke of {token} failed: {text}"] = [Failure(kind, "", message) for message in messages]

    def _get_resource(self, args: Properties) -> Properties:
        found = self._context.news.get(args["urn"]) or self._context.reads.get(args["urn"])
        if found is None:
            raise ProviderError(f"there is no resource {args['urn']}")
        unknown_id = UNKNOWN if found.custom and self._context.dry_run else ""
        return {"urn": found.urn, "id": found.id or unknown_id, "state": found.outputs}


class EngineLog:
    """The engine service: the program's log. An error logged there does not fail a run, as with the real engine."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def Log(self, request: engine_pb2.LogRequest) -> None:  # noqa: N802
        """Hand a message on."""
        self._context.tell(_SEVERITIES[request.severity], request.message, request.urn)

    def RequirePulumiVersion(self, request: Any) -> None:  # noqa: N802
        """Any version the SDK is content with."""


def _answer(returned: Properties, found: Sequence[p.CheckFailure]) -> Any:
    failures = [provider_pb2.CheckFailure(property=f.property, reason=f.reason) for f in found]
    fields: dict[str, Any] = {"return": to_struct(returned), "failures": failures}
    return resource_pb2.ResourceInvokeResponse(**fields)


def set_outputs(context: Context, resource: ResourceState, outputs: Properties) -> None:
    """Replace the outputs of a committed resource."""
    if resource.outputs != outputs:
        resource.outputs = outputs
        context.snapshot.rewrite(resource)
    context.tell_outputs(resource.urn)


def _describe(goal: Goal, error: ProviderError, context: Context) -> str:
    exists = f"; it exists with id {error.resource_id} and the next run completes it" if error.resource_id else ""
    made = len(context.snapshot.resources({}))
    return f"{goal.type} {goal.name!r}: {error}{exists} (the state holds {made} resources; run again to go on)"
