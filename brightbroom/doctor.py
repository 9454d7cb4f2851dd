"""What a real deployment from this machine still needs: examined all at once, each with the line that mends it.

Nothing is changed and no vendor is asked; a secret's presence is told, never its value.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import unquote, urlparse

from brightbroom.exits import CommandError, ExitCode
from brightbroom.needs import SECRETS_KEY, chosen_stacks, needs_of, read_config

Verdict: TypeAlias = Literal["ok", "note", "missing"]

OLDEST_PYTHON: Final = (3, 11)
DISTRIBUTIONS: Final[Mapping[str, str]] = {
    "vercel": "pulumiverse-vercel",
    "github": "pulumi-github",
    "upstash": "upstash-pulumi",
    "sentry": "pulumiverse-sentry",
    "random": "pulumi-random",
    "aws": "pulumi-aws",
}
"""Package of a provider to the distribution whose pinned version is the plugin's."""

_SERVERS: Final[Mapping[str, str]] = {
    "vercel": "github://api.github.com/pulumiverse",
    "sentry": "github://api.github.com/pulumiverse",
    "upstash": "github://api.github.com/upstash/pulumi-upstash",
}
_MARKS: Final[Mapping[Verdict, str]] = {"ok": "ok     ", "note": "note   ", "missing": "MISSING"}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `mend` is the command that mends it; empty when nothing is to be done."""

    subject: str
    verdict: Verdict
    found: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything looked at, in the order it is to be mended."""

    checks: tuple[Check, ...]

    @property
    def healthy(self) -> bool:
        """Whether a deployment could start."""
        return all(check.verdict != "missing" for check in self.checks)


def examine(root: Path, wanted: list[str]) -> Report:
    """Look at everything for the stacks asked for (all when none is). Raises `CommandError` for an unknown stack."""
    names = chosen_stacks(root, wanted)
    engine = _Engine(root)
    checks = [_python(), engine.check(), _backend(root, engine)]
    plugins: dict[str, None] = {}
    for stack in names:
        config = read_config(root, stack)
        try:
            needs = needs_of(config, stack)
        except CommandError as error:
            checks.append(Check(f"settings of {stack}", "missing", str(error), f"mend Pulumi.{stack}.yaml as said"))
            continue
        checks.append(Check(f"settings of {stack}", "ok", "complete"))
        checks += _passphrase(root, stack, checks)
        checks += _tokens(needs.tokens, checks)
        checks += _secrets(needs.secrets, config, stack, "missing")
        checks += _secrets(needs.optional, config, stack, "note")
        plugins.update(dict.fromkeys(needs.plugins))
    checks += _plugins(plugins, engine)
    checks.append(_neon_plugin(root))
    return Report(tuple(checks))


def install_engine() -> str:
    """Download the `pulumi` of the pinned SDK with Pulumi's own installer; returns where it is and how to use it."""
    from pulumi.automation import PulumiCommand

    try:
        command = PulumiCommand.install()
    except Exception as error:
        raise CommandError(
            f"Pulumi's installer failed ({type(error).__name__}): it needs a shell with `curl` and the network",
            ExitCode.VENDOR,
        ) from error
    return f'pulumi {command.version} is installed: export PATH="{Path(command.command).parent}:$PATH"'


def as_text(report: Report) -> str:
    """For people: one line a check, and below it what mends it."""
    width = max(len(check.subject) for check in report.checks)
    lines: list[str] = []
    for check in report.checks:
        first, *rest = check.found.splitlines() or [""]
        lines.append(f"{_MARKS[check.verdict]}  {check.subject:<{width}}  {first}")
        lines += [f"{'':{width + 11}}{line}" for line in rest]
        if check.mend:
            lines.append(f"{'':{width + 11}}-> {check.mend}")
    missing = sum(check.verdict == "missing" for check in report.checks)
    lines.append("")
    lines.append("ready to deploy" if not missing else f"{missing} to mend before a deployment can start")
    return "\n".join(lines)


def as_json(report: Report) -> str:
    """For machines."""
    document = {"healthy": report.healthy, "checks": [asdict(check) for check in report.checks]}
    return json.dumps(document, indent=2)


# ---- the single checks ------------------------------------------------------------------------------------------


def _python() -> Check:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] >= OLDEST_PYTHON:
        return Check("Python", "ok", found)
    wanted = ".".join(map(str, OLDEST_PYTHON))
    return Check(
        "Python", "missing", f"{found}, {wanted} or newer is needed", "make clean; make PYTHON=python3.12 test"
    )


class _Engine:
    """The `pulumi` on PATH, asked at most once for each thing."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.version = self.ask("version").strip().removeprefix("v")

    def ask(self, *arguments: str) -> str:
        """Its answer; empty when there is no `pulumi`, or it refuses or takes longer than a minute."""
        environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
        try:
            done = subprocess.run(
                ["pulumi", *arguments, "--non-interactive"],  # noqa: S607 - the one on PATH is what is examined
                cwd=self._root,
                env=environment,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return done.stdout if done.returncode == 0 else ""

    def check(self) -> Check:
        """Its version against the pinned SDK's: the two speak one protocol within a major version."""
        pinned = metadata.version("pulumi")
        mend = "brightbroom doctor --install-engine"
        if not self.version:
            return Check("pulumi", "missing", f"not on PATH, {pinned} is wanted", mend)
        if self.version == pinned:
            return Check("pulumi", "ok", self.version)
        if self.version.split(".")[0] == pinned.split(".")[0]:
            return Check("pulumi", "note", f"{self.version}; the pinned SDK is {pinned}", mend)
        return Check("pulumi", "missing", f"{self.version} does not fit the pinned SDK {pinned}", mend)


def _backend(root: Path, engine: _Engine) -> Check:
    """Where the state is kept: by address if one is set, otherwise wherever `pulumi` is logged in."""
    url = os.environ.get("PULUMI_BACKEND_URL", "")
    if url.startswith("file://"):
        return _file_backend(url, root)
    if not engine.version:
        found = f"{url or 'no address is set'}; it can be asked once `pulumi` is there"
        return Check("state backend", "note" if url else "missing", found, "" if url else _LOGIN)
    who = engine.ask("whoami", "--json")
    if not who:
        return Check("state backend", "missing", f"{url or 'nobody is logged in'}: it does not answer", _LOGIN)
    answer = json.loads(who)
    address = str(answer.get("url", url))
    if address.startswith("file://"):
        return _file_backend(address, root)
    return Check("state backend", "ok", f"{address} as {answer.get('user', 'unknown')}")


def _file_backend(url: str, root: Path) -> Check:
    parts = urlparse(url)
    folder = (root / unquote(parts.netloc + parts.path)).expanduser()
    if folder.is_dir() and os.access(folder, os.W_OK):
        return Check("state backend", "ok", f"{url}, writable")
    if folder.exists():
        return Check("state backend", "missing", f"{folder} is no folder that can be written", f"chmod u+rwx {folder}")
    return Check("state backend", "missing", f"{folder} does not exist", f"mkdir -p {folder}")


def _passphrase(root: Path, stack: str, known: list[Check]) -> Iterator[Check]:
    """The passphrase, where the stack's secrets are not encrypted by a key service."""
    text = (root / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8")
    if "secretsprovider:" in text or any(check.subject == "passphrase" for check in known):
        return
    if os.environ.get("PULUMI_CONFIG_PASSPHRASE") or os.environ.get("PULUMI_CONFIG_PASSPHRASE_FILE"):
        yield Check("passphrase", "ok", "set in the environment")
    elif "encryptionsalt:" in text:
        yield Check("passphrase", "missing", f"Pulumi.{stack}.yaml is encrypted with one", _ASK)
    else:
        yield Check("passphrase", "note", "not set; every backend but Pulumi Cloud asks for one", _ASK)


def _tokens(tokens: tuple[str, ...], known: list[Check]) -> Iterator[Check]:
    done = {check.subject for check in known}
    for name in tokens:
        subject = f"token {name}"
        if subject in done:
            continue
        if os.environ.get(name, "").strip():
            yield Check(subject, "ok", "set in the environment")
        else:
            yield Check(subject, "missing", "not in the environment", f"read -rs {name} && export {name}")


def _secrets(names: tuple[str, ...], config: Mapping[str, Any], stack: str, absent: Verdict) -> Iterator[Check]:
    held = config.get(SECRETS_KEY)
    held = held if isinstance(held, dict) else {}
    for name in names:
        value = held.get(name)
        mend = f"pulumi config set --path --secret '{SECRETS_KEY}.{name}' --stack {stack}"
        subject = f"secret {stack}.{name}"
        if isinstance(value, dict) and value.get("secure"):
            yield Check(subject, "ok", "encrypted in the stack file")
        elif value is None:
            why = "" if absent == "missing" else "; without it equal secrets of two stacks stay unseen"
            yield Check(subject, absent, f"not in Pulumi.{stack}.yaml{why}", mend)
        else:
            yield Check(
                subject, "missing", f"in plain text in Pulumi.{stack}.yaml: change it at the vendor, then", mend
            )


def _plugins(packages: Mapping[str, None], engine: _Engine) -> Iterator[Check]:
    listed = json.loads(engine.ask("plugin", "ls", "--json") or "[]")
    there: dict[str, set[str]] = {}
    for plugin in listed:
        there.setdefault(plugin["name"], set()).add(str(plugin.get("version", "")).removeprefix("v"))
    for package in packages:
        pinned = metadata.version(DISTRIBUTIONS[package])
        server = f" --server {_SERVERS[package]}" if package in _SERVERS else ""
        mend = f"pulumi plugin install resource {package} v{pinned}{server}"
        found = there.get(package, set())
        if pinned in found:
            yield Check(f"plugin {package}", "ok", pinned)
        else:
            others = f"; installed: {', '.join(sorted(found))}" if found else ""
            yield Check(f"plugin {package}", "missing", f"{pinned} is not installed{others}", mend)


def _neon_plugin(root: Path) -> Check:
    if (root / "providers" / "neon" / "PulumiPlugin.yaml").is_file():
        return Check("plugin neon", "ok", "from providers/neon, as Pulumi.yaml says")
    return Check("plugin neon", "missing", "providers/neon is not here", "git checkout -- providers/neon")


_ASK: Final = "read -rs PULUMI_CONFIG_PASSPHRASE && export PULUMI_CONFIG_PASSPHRASE"
_LOGIN: Final = "pulumi login file://$HOME/.pulumi-state (one machine), s3://bucket or https://api.pulumi.com (a team)"
