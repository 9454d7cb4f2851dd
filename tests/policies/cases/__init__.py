"""The cases, a file for each subject of the catalogue that has rules."""

from __future__ import annotations

import importlib
from pathlib import Path

from tests.policies.cases.form import Case

SUBJECTS = sorted(file.stem for file in Path(__file__).parent.glob("*.py") if file.stem not in ("__init__", "form"))


def cases() -> list[Case]:
    """All of them."""
    return [case for subject in SUBJECTS for case in importlib.import_module(f"tests.policies.cases.{subject}").CASES]
