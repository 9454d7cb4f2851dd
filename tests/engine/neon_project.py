"""A project of a user's own, on a real engine and a local Neon, with the plugin named by its path as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from rehearsal.clouds.neon import NeonService
from rehearsal.clouds.neon.world import ORGANIZATION
from rehearsal.engine import Event
from tests.builders import ROOT
from tests.providers.neon.life import HEAD, label

TYPES: Final = "::neon:index:"
PATIENCE: Final = 60
"""Seconds after which a wait has failed."""


@dataclass(frozen=True, slots=True)
class Done:
    """A command that ended, with everything it printed and the events it wrote."""

    code: int
    output: str
    events: list[Event] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return self.code == 0


@dataclass(slots=True)
class Running:
    """A command that runs, in a session of its own; what it prints goes to a file, so that nobody need read it."""

    process: subprocess.Popen[bytes]
    log: Path
    events: Path

    def wait(self) -> Done:
        code = self.process.wait(PATIENCE)
        lines = self.events.read_text(encoding="utf-8").splitlines() if self.events.exists() else []
        output = self.log.read_text(encoding="utf-8", errors="replace")
        return Done(code, output, [json.loads(line) for line in lines])

    def interrupt(self) -> Done:
        """Ask it to stop, as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        return self.wait()

    def kill(self) -> None:
        """Kill it and all it started."""
        end({self.process.pid, *descendants(self.process.pid)})
        self.process.wait(PATIENCE)


def steps(events: list[Event]) -> Counter[tuple[str, str]]:
    """Operation and resource of every step that the engine took with Neon's."""
    found = (event["resourcePreEvent"]["metadata"] for event in events if "resourcePreEvent" in event)
    return Counter((step["op"], label(step["urn"])) for step in found if TYPES in step["urn"])


def warnings(events: list[Event]) -> list[str]:
    """What the engine shows as warnings of resources."""
    found = (event["diagnosticEvent"] for event in events if "diagnosticEvent" in event)
    return [event["message"].removeprefix("<{%reset%}>") for event in found if event["severity"] == "warning"]


def exists(service: NeonService) -> set[str]:
    """The ids that the plugin gives to what Neon has."""
    kinds = service.objects()
    projects = {branch["id"]: branch["project_id"] for branch in kinds["branch"]}
    of_branch = {f"{project}/{branch}" for branch, project in projects.items()}
    named = [*kinds["role"], *kinds["database"]]
    return {
        *(project["id"] for project in kinds["project"]),
        *of_branch,  # of its schedule too
        *(f"{endpoint['project_id']}/{endpoint['id']}" for endpoint in kinds["endpoint"]),
        *(f"{projects[found['branch_id']]}/{found['branch_id']}/{found['name']}" for found in named),
        *(f"{projects[found['source_branch_id']]}/{found['id']}" for found in kinds["snapshot"]),
        *(f"{ORGANIZATION}/{key['id']}" for key in kinds["api_key"]),
        *(limit["id"] for limit in kinds["spending_limit"]),
    }


def plugins(processes: set[int]) -> set[int]:
    """Those of them that are the plugin."""
    found = set()
    for process in processes:
        with suppress(OSError):
            command = Path(f"/proc/{process}/cmdline").read_text(encoding="utf-8").split("\0")
            found |= {process} if any(part.endswith("/providers/neon") for part in command) else set()
    return found


def end(processes: set[int]) -> None:
    """Kill processes; those that are gone already are left alone."""
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def descendants(root: int) -> set[int]:
    """Ids of the processes that a process started, and of what those started."""
    parents: dict[int, int] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = status.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            parents[int(status.parent.name)] = int(fields[1])
    found: set[int] = set()
    young = {root}
    while young:
        young = {pid for pid, parent in parents.items() if parent in young}
        found |= young
    return found


def until(true: Callable[[], bool], running: Running) -> None:
    """Wait for something that a command that runs brings about."""
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end or running.process.poll() is not None:
            raise TimeoutError(running.log.read_text(encoding="utf-8"))
        time.sleep(0.02)


@dataclass(slots=True)
class NeonProject:
    """The project in a folder, beside a checkout; `service` is the Neon it is made at."""

    folder: Path
    service: NeonService
    environment: dict[str, str]
    commands: int = 0

    def write(self, program: str) -> None:
        """Set the program."""
        (self.folder / "__main__.py").write_text(HEAD + textwrap.dedent(program), encoding="utf-8")

    def edit(self, old: str, new: str) -> None:
        """Change the program as a person would."""
        file = self.folder / "__main__.py"
        text = file.read_text(encoding="utf-8")
        if old not in text:
            raise ValueError(f"the program has no {old!r}")
        file.write_text(text.replace(old, new), encoding="utf-8")

    def make_stack(self, stack: str) -> None:
        """Make a stack, and choose it."""
        made = self.pulumi("stack", "init", stack, "--secrets-provider", "passphrase")
        if not made.ok:
            raise RuntimeError(made.output)
        with (self.folder / f"Pulumi.{stack}.yaml").open("a", encoding="utf-8") as settings:
            settings.write("config: {neon:pollInterval: 0.05}\n")

    def start(self, *arguments: str) -> Running:
        """Start `pulumi` without questions."""
        self.commands += 1
        log, events = (self.folder.parent / f"{kind}-{self.commands}.txt" for kind in ("output", "events"))
        told = ("--event-log", str(events)) if arguments[0] in ("up", "preview", "refresh", "destroy") else ()
        with log.open("wb") as output:
            process = subprocess.Popen(
                ["pulumi", *arguments, *told, "--non-interactive", "--color", "never"],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return Running(process, log, events)

    def pulumi(self, *arguments: str) -> Done:
        """Run `pulumi` to its end."""
        running = self.start(*arguments)
        try:
            return running.wait()
        finally:
            running.kill()

    def up(self, *flags: str) -> Done:
        return self.pulumi("up", "--yes", "--skip-preview", *flags)

    def preview(self, *flags: str) -> Done:
        return self.pulumi("preview", *flags)

    def refresh(self, *flags: str) -> Done:
        return self.pulumi("refresh", "--yes", "--skip-preview", *flags)

    def destroy(self, *flags: str) -> Done:
        return self.pulumi("destroy", "--yes", "--skip-preview", *flags)

    # ---- what is there ---------------------------------------------------------------------------------------------

    def is_still(self, looks: int = 10) -> Callable[[], bool]:
        """Whether nothing was written to the stack's files between so many looks: the engine waits for the plugin then. It does
        not survive a kill in the middle of a write (`failed to load checkpoint: EOF`)."""
        seen: list[list[tuple[str, int]]] = []

        def look() -> bool:
            with suppress(FileNotFoundError):
                files = sorted((self.folder.parent / ".pulumi" / "stacks").rglob("*"))
                seen.append([(file.name, file.stat().st_mtime_ns) for file in files])
            return len(seen) >= looks and all(files == seen[-1] for files in seen[-looks:])

        return look

    def deployment(self, stack: str = "dev") -> dict[str, Any]:
        """The state as it is written."""
        file = self.folder.parent / ".pulumi" / "stacks" / "shop" / f"{stack}.json"
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["checkpoint"]["latest"]
        return found

    def outputs(self) -> dict[str, Any]:
        """What the program exports, secrets in plain text; these are not kept in a file."""
        command = ["pulumi", "stack", "output", "--json", "--show-secrets", "--non-interactive"]
        found: dict[str, Any] = json.loads(
            subprocess.check_output(command, cwd=self.folder, env=self.environment, timeout=PATIENCE)
        )
        return found

    def resources(self, stack: str = "dev") -> dict[str, dict[str, Any]]:
        """What the state holds of Neon, by type and name, such as `Role app`."""
        found = self.deployment(stack).get("resources", [])
        return {label(resource["urn"]): resource for resource in found if TYPES in resource["urn"]}

    def counts(self) -> dict[str, int]:
        """How many objects Neon has, by kind."""
        return {kind: len(found) for kind, found in self.service.objects().items() if found}


@contextmanager
def neon_project(root: Path, service: NeonService, program: str) -> Iterator[NeonProject]:
    """A project with its stack `dev` made, in a folder where nothing else is."""
    checkout, folder = root / "brightbroom-infra", root / "shop"
    checkout.mkdir(parents=True)
    (checkout / "providers").symlink_to(ROOT / "providers")
    (checkout / ".venv").symlink_to(sys.prefix)
    folder.mkdir()
    plugin = "{name: neon, path: ../brightbroom-infra/providers/neon}"
    (folder / "Pulumi.yaml").write_text(f"name: shop\nruntime: python\nplugins: {{providers: [{plugin}]}}\n")
    environment = {
        "PATH": f"{sys.prefix}/bin{os.pathsep}{os.environ['PATH']}",
        "HOME": str(root),
        "PULUMI_HOME": str(root / "home"),
        "PULUMI_BACKEND_URL": root.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "passphrase",
        "PULUMI_DEBUG_COMMANDS": "true",  # which is what knows of `--event-log`
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "NEON_API_KEY": service.api_key,
        "NEON_API_URL": service.url,
    }
    project = NeonProject(folder, service, environment)
    project.write(program)
    project.make_stack("dev")
    yield project
