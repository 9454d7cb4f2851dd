"""A small Pulumi project on local clouds, for tests of what plays programs rather than of one program."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from rehearsal.engine import Project
from rehearsal.stage import Play

ROOT: Final = Path(__file__).parent

_OWN_NAMES: Final = {
    "hosting.functionTimeoutSeconds": "tiny:timeout",
    "application.secretRotation": "tiny:rotation",
    "protectResources": "tiny:protected",
}


def play(changes: Mapping[str, Any] | None = None, given: Mapping[str, str] | None = None) -> Play:
    """The play of this project, with settings changed under the names that scenarios know."""
    project = Project.load(ROOT, "test", None).overlaid(
        {_OWN_NAMES[key]: value for key, value in (changes or {}).items() if key in _OWN_NAMES}
    )
    return Play(project, secrets=("planted",), tokens=("VERCEL_API_TOKEN",), given=given or {})
