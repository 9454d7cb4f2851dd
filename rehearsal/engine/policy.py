"""CrossGuard policy packs, judged by `pulumi_policy`'s own analyzer: in this process, or served by a process of its own.

`PolicyPack.__init__` builds an analyzer, starts a server for it and never returns. `InProcessPack` hands it a server that
only keeps the analyzer and unwinds the constructor; `ServedPack` starts the pack as the real engine's host does. Both call the
same analyzer with the same protobuf messages.
"""

from __future__ import annotations

import contextlib
import contextvars
import json
import os
import runpy
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import yaml
from google.protobuf import empty_pb2
from pulumi.runtime import proto

from rehearsal.engine.changes import PropertyChange, compare
from rehearsal.engine.errors import InputError
from rehearsal.engine.goal import Goal
from rehearsal.engine.policy_request import request
from rehearsal.engine.state import ResourceState
from rehearsal.engine.values import Properties, from_struct

_LEVELS: Final = {0: "advisory", 1: "mandatory", 2: "disabled", 3: "remediate"}


@dataclass(frozen=True, slots=True)
class PolicyFinding:
    """What a policy said about a resource; `urn` is the stack's for a finding about the whole."""

    pack: str
    policy: str
    level: str
    message: str
    urn: str
    before: Properties | None = field(default=None, compare=False, repr=False)
    """Inputs before a repair, and `after` it: None for anything else."""
    after: Properties | None = field(default=None, compare=False, repr=False)

    @property
    def mandatory(self) -> bool:
        """Whether the finding stops the run."""
        return self.level == "mandatory"


@dataclass(slots=True)
class RemediatedInputs:
    """The inputs after remediation, and what was changed or could not be."""

    inputs: Properties
    findings: list[PolicyFinding] = field(default_factory=list)


class Settings(Protocol):
    """What a pack may ask about the run."""

    @property
    def name(self) -> str:
        """Name of the project."""

    @property
    def stack(self) -> str:
        """Name of the stack."""

    @property
    def config(self) -> Mapping[str, str]:
        """The stack's config."""


class PolicyPack(ABC):
    """One loaded pack. Subclasses say how the analyzer is reached."""

    def __init__(self, path: Path) -> None:
        info = self._call("GetAnalyzerInfo", empty_pb2.Empty())
        self.name: str = info.name
        self.version = _version(path, info.version)
        self.policies: int = len(info.policies)
        self.judged = 0
        """How many resources this pack has looked at."""

    @abstractmethod
    def _call(self, method: str, request: Any) -> Any:
        """Ask the analyzer."""

    def close(self) -> None:  # noqa: B027 - only a pack in a process of its own holds anything
        """Release what the pack holds."""

    # ---- judging -----------------------------------------------------------------------------------------------

    def remediate(self, new: ResourceState, goal: Goal, provider: ResourceState | None) -> RemediatedInputs:
        """Let the pack mend the inputs."""
        response = self._call("Remediate", request(proto.AnalyzeRequest, new, goal, provider, new.inputs))
        result = RemediatedInputs(new.inputs)
        for remediation in response.remediations:
            before = after = None
            if remediation.diagnostic:
                level, message = "advisory", remediation.diagnostic
            else:
                before = result.inputs
                internal = {key: value for key, value in before.items() if key.startswith("__")}
                result.inputs = {**internal, **from_struct(remediation.properties)}
                after = result.inputs
                changes = compare(before, after)
                level, message = "remediate", "\n".join([remediation.description, *map(_told, changes)])
            name = remediation.policyName
            result.findings.append(PolicyFinding(self.name, name, level, message, new.urn, before, after))
        return result

    def analyze(self, new: ResourceState, goal: Goal, provider: ResourceState | None) -> list[PolicyFinding]:
        """Judge one resource by its inputs."""
        self.judged += 1
        response = self._call("Analyze", request(proto.AnalyzeRequest, new, goal, provider, new.inputs))
        return self._findings(response, new.urn)

    def analyze_stack(
        self,
        resources: Sequence[ResourceState],
        goals: Mapping[str, Goal],
        known: Mapping[str, ResourceState],
        stack_urn: str,
    ) -> list[PolicyFinding]:
        """Judge the whole stack by its outputs."""
        views = [
            request(
                proto.AnalyzerResource,
                resource,
                goals.get(resource.urn),
                known.get(resource.provider_urn),
                resource.outputs,
                parent=resource.parent,
                dependencies=resource.dependencies,
                propertyDependencies={
                    key: proto.AnalyzerPropertyDependencies(urns=urns)
                    for key, urns in resource.propertyDependencies.items()
                    if urns
                },
            )
            for resource in resources
        ]
        response = self._call("AnalyzeStack", proto.AnalyzeStackRequest(resources=views))
        return self._findings(response, stack_urn)

    def _findings(self, response: Any, urn: str) -> list[PolicyFinding]:
        return [
            PolicyFinding(self.name, d.policyName, _LEVELS[d.enforcementLevel], d.message, d.urn or urn)
            for d in response.diagnostics
        ]


class InProcessPack(PolicyPack):
    """A pack run in this process, in a context of its own: its settings never mix with the program's."""

    def __init__(self, path: Path, run: Settings, *, dry_run: bool, organization: str) -> None:
        self._context = contextvars.copy_context()
        self._context.run(_configure, run, dry_run, organization)
        self._analyzer = self._context.run(_capture, path)
        super().__init__(path)

    def _call(self, method: str, request: Any) -> Any:
        return self._context.run(getattr(self._analyzer, method), request, None)


class ServedPack(PolicyPack):
    """A pack in a process of its own, asked over gRPC: as the real engine does it."""

    def __init__(self, path: Path, run: Settings, *, dry_run: bool, organization: str) -> None:
        import grpc
        from pulumi.runtime.proto import analyzer_pb2_grpc

        environment = {
            **os.environ,
            "PULUMI_PROJECT": run.name,
            "PULUMI_STACK": run.stack,
            "PULUMI_ORGANIZATION": organization,
            "PULUMI_DRY_RUN": str(dry_run).lower(),
            "PULUMI_CONFIG": json.dumps(dict(run.config)),
        }
        command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(path)]
        self._process = subprocess.Popen(command, cwd=path, env=environment, stdout=subprocess.PIPE)
        port = self._process.stdout.readline().strip() if self._process.stdout else b""
        if not port:
            self.close()
            raise InputError(f"the policy pack in {path} did not start: its message stands above")
        size = [("grpc.max_receive_message_length", 400 << 20), ("grpc.max_send_message_length", 400 << 20)]
        self._channel = grpc.insecure_channel(f"127.0.0.1:{int(port)}", options=size)
        self._stub = analyzer_pb2_grpc.AnalyzerStub(self._channel)
        super().__init__(path)

    def _call(self, method: str, request: Any) -> Any:
        return getattr(self._stub, method)(request)

    def close(self) -> None:
        """End the pack's process."""
        channel = getattr(self, "_channel", None)
        if channel is not None:
            channel.close()
        self._process.kill()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


class _Captured(BaseException):
    """Unwinds the pack's constructor once the analyzer is known."""


class _NoServer:
    """Stands where the pack would start a server."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_args, **_kwargs: None

    def start(self) -> None:
        raise _Captured


def _configure(run: Settings, dry_run: bool, organization: str) -> None:  # noqa: FBT001 - called through a context
    import pulumi

    settings = pulumi.runtime.Settings(project=run.name, stack=run.stack, dry_run=dry_run, organization=organization)
    pulumi.runtime.configure(settings)
    pulumi.runtime.set_all_config(dict(run.config))


def _version(path: Path, default: str) -> str:
    """The pack's version stands in its PulumiPolicy.yaml; the SDK itself never knows it."""
    try:
        described = yaml.safe_load((path / "PulumiPolicy.yaml").read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise InputError(f"{path} is no policy pack: its PulumiPolicy.yaml cannot be read") from error
    return str(described.get("version", default)) if isinstance(described, dict) else default


def _capture(path: Path) -> Any:
    """Run the pack's entry point and keep the analyzer it would have served."""
    if not (path / "__main__.py").is_file():  # runpy would take another `__main__` from the import path
        raise InputError(f"{path} is no policy pack: it has no __main__.py")
    import grpc
    from pulumi.runtime.proto import analyzer_pb2_grpc

    captured: list[Any] = []
    add, server = analyzer_pb2_grpc.add_AnalyzerServicer_to_server, grpc.server
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server = lambda servicer, _: captured.append(servicer)  # type: ignore[assignment]
    grpc.server = lambda *_args, **_kwargs: _NoServer()  # type: ignore[assignment]
    try:
        with _started_in(path), contextlib.suppress(_Captured):
            runpy.run_path(str(path), run_name="__main__")
    except Exception as error:
        raise InputError(f"the policy pack in {path} does not load: {type(error).__name__}: {error}") from error
    finally:
        analyzer_pb2_grpc.add_AnalyzerServicer_to_server, grpc.server = add, server
    if not captured:
        raise InputError(f"{path} declares no policy pack")
    return captured[0]


@contextlib.contextmanager
def _started_in(path: Path) -> Iterator[None]:
    """The working folder and arguments a pack is started with."""
    folder, arguments, modules = Path.cwd(), sys.argv, list(sys.path)
    os.chdir(path)
    sys.argv = [str(path)]
    try:
        yield
    finally:
        os.chdir(folder)
        sys.argv, sys.path[:] = arguments, modules


def _told(change: PropertyChange) -> str:
    """One repaired property; what is secret shows as `[secret]`."""
    before, after = (json.dumps(value, ensure_ascii=False) for value in (change.old, change.new))
    return f"{change.path}: {before} becomes {after}"
