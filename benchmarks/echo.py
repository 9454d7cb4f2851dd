"""The floor of a synthetic run: the same program against a monitor that answers at once and keeps nothing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from google.protobuf import empty_pb2
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto import resource_pb2

from rehearsal.engine import Project
from rehearsal.engine.context import Context
from rehearsal.engine.monitor import Monitor
from rehearsal.engine.program import execute
from rehearsal.engine.urns import make_urn


class EchoMonitor(MockMonitor):
    """Every resource exists as soon as it is asked for, with its inputs as outputs."""

    def __init__(self, project: Project) -> None:
        super().__init__(None)  # type: ignore[arg-type]  # no mocks: every call is answered here
        self._project = project
        self.answered = 0

    def GetDeploymentInfo(self, request: Any) -> Any:  # noqa: ARG002, N802 - the protocol's names
        """The least that the SDK asks for."""
        feature = resource_pb2.ResourceMonitorFeature.Value
        names = ("SECRETS", "RESOURCE_REFERENCES", "OUTPUT_VALUES", "ALIAS_SPECS", "DELETED_WITH", "REPLACE_WITH")
        return resource_pb2.DeploymentInfo(
            project=self._project.name,
            stack=self._project.stack,
            organization="organization",
            supportedFeatures=[feature(f"RESOURCE_MONITOR_FEATURE_{name}") for name in names],
        )

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802
        """Echo."""
        self.answered += 1
        urn = make_urn(self._project.stack, self._project.name, request.parent, request.type, request.name)
        resource_id = f"id-{request.name}" if request.custom else ""
        return resource_pb2.RegisterResourceResponse(urn=urn, id=resource_id, object=request.object)

    def refusals(self, error: Exception) -> list[Any]:  # noqa: ARG002 - none of its calls is refused
        """What was told of a call that failed."""
        return []

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: ARG002, N802
        """Forget."""
        return empty_pb2.Empty()


def echo(project: Project) -> int:
    """Run the program; returns how many resources it registered."""
    problems: list[str] = []

    def fail(_kind: object, _urn: str, message: str) -> None:
        problems.append(message)

    context = SimpleNamespace(project=project, dry_run=False, cancelled=False, fail=fail, tell=lambda *_: None)
    monitor = EchoMonitor(project)
    execute(cast("Context", context), cast("Monitor", monitor), "organization")
    if problems:
        raise RuntimeError("; ".join(problems))
    return monitor.answered
