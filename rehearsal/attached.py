"""A real `pulumi` on PATH, on a project in a folder of its own, its vendors being the local clouds."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rehearsal.clouds import providers
from rehearsal.clouds.neon import NeonService, Switches
from rehearsal.engine import Event, Operation
from rehearsal.serve import served
from rehearsal.stage import Play


@dataclass(frozen=True, slots=True, repr=False)
class Run:
    """One run of either engine: its events in the real engine's shape, and whether it ended well."""

    ok: bool
    events: list[Event] = field(default_factory=list)
    output: str = ""


def copy_project(root: Path, folder: Path) -> Path:
    """The project in `root`, its sources linked and its stack files copied: those may be changed."""
    folder.mkdir(parents=True)
    for name in ("Pulumi.yaml", "Pulumi.staging.yaml", "Pulumi.production.yaml"):
        shutil.copy(root / name, folder / name)
    for name in ("infra", "policies", "providers"):
        (folder / name).symlink_to(root / name)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


@dataclass(frozen=True, slots=True)
class RealEngine:
    """Plays the operations of one stack; made by `attached`."""

    project: Path
    stack: str
    environment: Mapping[str, str]

    def run(self, operation: Operation, *flags: str, policies: bool = True) -> Run:
        """`pulumi preview`, `up`, `refresh` or `destroy` without questions; policies judge what declares."""
        log = self.project / "events.json"
        log.unlink(missing_ok=True)
        agreed = () if operation is Operation.PREVIEW else ("--yes",)
        judged = policies and operation in (Operation.PREVIEW, Operation.UP)
        packs = ("--policy-pack", "policies") if judged else ()
        done = self._pulumi(operation, *agreed, *flags, *packs, "--event-log", str(log), check=False)
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        return Run(done.returncode == 0, [json.loads(line) for line in lines], done.stdout + done.stderr)

    def set(self, changes: Mapping[str, Any]) -> None:
        """Change settings of the stack by their paths."""
        for path, value in changes.items():
            text = value if isinstance(value, str) else json.dumps(value)
            self._pulumi("config", "set", "--path", f"brightbroom-infra:{path}", text)

    def export(self) -> list[dict[str, Any]]:
        """The resources of the state, secrets readable."""
        document = json.loads(self._pulumi("stack", "export", "--show-secrets").stdout)
        resources: list[dict[str, Any]] = document["deployment"].get("resources", [])
        return resources

    def take_over(self, state: Mapping[str, Any]) -> None:
        """`pulumi stack import` of what another engine exported."""
        file = self.project / "state.json"
        file.write_text(json.dumps(state), encoding="utf-8")
        self._pulumi("stack", "import", "--file", str(file))

    def start(self, secrets: Mapping[str, str]) -> None:
        """Make the stack and give it its secrets."""
        self._pulumi("stack", "init", self.stack, "--secrets-provider", "passphrase", stack=False)
        pairs = [f"--secret=brightbroom-infra:secrets.{name}={value}" for name, value in secrets.items()]
        if pairs:
            self._pulumi("config", "set-all", "--path", *pairs)

    def _pulumi(self, *arguments: str, stack: bool = True, check: bool = True) -> subprocess.CompletedProcess[str]:
        chosen = ("--stack", self.stack) if stack else ()
        done = subprocess.run(
            ["pulumi", *arguments, *chosen, "--non-interactive", "--color", "never"],  # noqa: S607 - the one on PATH
            cwd=self.project,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if check and done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        return done


@contextmanager
def attached(folder: Path, project: Path, play: Play) -> Iterator[RealEngine]:
    """A real engine attached to local clouds in `folder`, its stack made, with the play's secrets, tokens and
    passphrase, all of them in its `given`."""
    clouds = folder / "clouds"
    plans = {name: plan for name, plan in play.plans.items() if name in ("vercel", "github")}
    neon = NeonService(clouds, switches=Switches(plan=play.plans["neon"]), api_key=play.given["NEON_API_KEY"])
    (folder / "backend").mkdir(parents=True)
    with neon, served(providers(clouds, plans=plans)) as addresses:
        environment = {
            **{name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ},
            "HOME": str(folder),
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_BACKEND_URL": (folder / "backend").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": play.given["passphrase"],
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_DEBUG_COMMANDS": "true",
            "PULUMI_DEBUG_PROVIDERS": addresses,
            "NEON_API_URL": neon.url,
            **{name: play.given[name] for name in play.tokens},
        }
        engine = RealEngine(project, play.project.stack, environment)
        engine.start({name: play.given[name] for name in play.secrets})
        yield engine
