"""By what a run was made: the pack and its settings with their hashes, versions, and who ran it from which commit."""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import yaml

import policies.catalogue
from policies.catalogue import levels, waiver_file

PACK: Final = Path(policies.catalogue.__file__).parent.parent

_PACKAGES: Final = ("brightbroom-infra", "cryptography", "pulumi", "pulumi-policy", "pyyaml")


def by(stacks: Iterable[str]) -> dict[str, Any]:
    """Pack, levels of each stack, waivers and versions. Hashes are SHA-256, empty where there is no file."""
    described = yaml.safe_load((PACK / "PulumiPolicy.yaml").read_text(encoding="utf-8"))
    return {
        "pack": {"name": described["name"], "version": described["version"], "sha256": pack_hash(PACK)},
        "levels": {stack: file_hash(_levels_file(stack)) for stack in sorted(stacks)},
        "waiversSha256": file_hash(waiver_file.FILE),
        "versions": {"python": platform.python_version(), **{name: metadata.version(name) for name in _PACKAGES}},
    }


def pack_hash(folder: Path) -> str:
    """SHA-256 over the sorted files of the pack, each as `<hash>  <path>` and a line break, as `sha256sum` prints it."""
    files = sorted(
        file.relative_to(folder).as_posix()
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    )
    lines = (f"{file_hash(folder / name)}  {name}\n" for name in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def file_hash(file: Path) -> str:
    """SHA-256 of a file's content; empty where there is none."""
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def origin(root: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Who ran it, in which CI run and from which commit of which repository, as far as the environment or the working copy
    tells. The address of the repository is known in CI only."""
    server, repository = environment.get("GITHUB_SERVER_URL", ""), environment.get("GITHUB_REPOSITORY", "")
    return {
        "actor": environment.get("GITHUB_ACTOR", ""),
        "ciRun": environment.get("GITHUB_RUN_ID", ""),
        "repository": f"{server}/{repository}" if server and repository else "",
        "commit": environment.get("GITHUB_SHA", "") or _commit(root),
    }


def _commit(root: Path) -> str:
    git = shutil.which("git")
    if git is None:
        return ""
    asked = [git, "-C", str(root), "rev-parse", "HEAD"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _levels_file(stack: str) -> Path:
    return levels.FOLDER / f"{stack if stack in levels.stacks() else levels.STRICTEST}.json"
