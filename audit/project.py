"""Whether a state belongs to the project by whose settings it is judged: what is not of it would pass for want of rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from audit.errors import AuditError
from audit.state import State
from policies.catalogue import levels

FILE: Final = "Pulumi.yaml"


def check(states: Iterable[State], settings: Path) -> None:
    """Raises `AuditError` for every state of another project, or of a stack without a file. A folder without a project is no
    mistake: any state may be judged there."""
    if not settings.is_dir():
        raise AuditError(f"--settings {settings} is no folder: give the one that holds {FILE}")
    if (settings / FILE).is_file() and (mistakes := tuple(_mistakes(states, settings))):
        raise AuditError(*mistakes)


def _mistakes(states: Iterable[State], settings: Path) -> Iterator[str]:
    name = _name(settings / FILE)
    known = ", ".join(sorted(file.name.split(".")[1] for file in settings.glob("Pulumi.*.yaml")))
    for state in states:
        if state.project != name:
            yield (
                f"{state.file} is of the project {state.project!r}, and {settings / FILE} of {name!r}: give a state of this "
                "project, or the folder of the other one by --settings DIR"
            )
        elif not (settings / f"Pulumi.{state.stack}.yaml").is_file():
            yield (
                f"{state.file} is of the stack {state.stack!r}, and {settings / f'Pulumi.{state.stack}.yaml'} is missing; "
                f"known stacks: {known or 'none'}"
            )


def _name(file: Path) -> Any:
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise AuditError(f"{file} cannot be read: {' '.join(str(error).split())}") from None
    if not isinstance(found, dict) or not found.get("name"):
        raise AuditError(f"{file} names no project: restore the file from the repository")
    return found["name"]


def notes(stacks: Iterable[str], settings: Path) -> Iterator[str]:
    """What a reader of the answers should know about how they were come by."""
    if not (settings / FILE).is_file():
        yield f"{settings} holds no {FILE}: no answer names the line that decides it; give --settings DIR"
    for stack in sorted(set(stacks) - set(levels.stacks())):
        yield f"the stack {stack!r} has no file in policies/levels: it is judged as {levels.STRICTEST}"
