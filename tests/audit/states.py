"""State files and records for tests: rehearsed, grown to any size, and with faults planted on purpose."""

from __future__ import annotations

import copy
import dataclasses
import functools
import json
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from audit import provenance, runner, state
from audit.history import Past
from audit.locations import Locations
from audit.record import Run, build
from benchmarks.states import grown
from brightbroom.plays import play_of
from policies.catalogue import waiver_file
from rehearsal.engine import Operation
from rehearsal.stage import Stage

ROOT: Final = Path(__file__).parent.parent.parent
AT: Final = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
STACKS: Final = ("staging", "production")

Document = dict[str, Any]


def rehearsed(stack: str) -> Document:
    """The checkpoint of a shipped stack after a rehearsal, as a document that a test may change. Rehearsed once a process."""
    return copy.deepcopy(_rehearsed(stack))


@functools.cache
def _rehearsed(stack: str) -> Document:
    with tempfile.TemporaryDirectory() as folder:
        with Stage(dataclasses.replace(play_of(ROOT, stack), packs=()), Path(folder), fresh=True) as stage:
            result = stage.run(Operation.UP)
        assert result.ok, result.failures
        document: Document = json.loads((Path(folder) / "state.json").read_text(encoding="utf-8"))
    return document


def exported(document: Document) -> Document:
    """A checkpoint as `pulumi stack export` writes it."""
    return {"version": 3, "deployment": document["checkpoint"]["latest"]}


def resources_of(document: Document) -> list[Document]:
    """The resources of a state in either form."""
    deployment = document["deployment"] if "deployment" in document else document["checkpoint"]["latest"]
    found: list[Document] = deployment["resources"]
    return found


def resource(document: Document, name: str, kind: str = "") -> Document:
    """One resource by its logical name, and its type where others have that name too."""
    (found,) = (r for r in resources_of(document) if r["urn"].endswith(f"::{name}") and kind in r["type"])
    return found


def many(count: int, document: Document) -> Document:
    """The stack with its resources again and again, `count` in all; every copy has names and ids of its own."""
    return grown(exported(document), count)


URN: Final = "urn:pulumi:{stack}::brightbroom-infra::{kind}::{name}"
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:8Z3k:9fY="}
"""How a state holds an encrypted value."""


def plaintext(text: str) -> Document:
    """How `pulumi stack export --show-secrets` shows a secret."""
    return {SIGNATURE: SECRET[SIGNATURE], "plaintext": json.dumps(text)}


def item(
    kind: str, name: str, properties: Mapping[str, Any] | None = None, *, stack: str = "staging", **more: Any
) -> Document:
    """One resource of a state written by hand; inputs and outputs are equal."""
    given = dict(properties or {})
    return {
        "urn": URN.format(stack=stack, kind=kind, name=name),
        "type": kind,
        "custom": not kind.startswith(("brightbroom:", "pulumi:pulumi:")),
        "inputs": given,
        "outputs": given,
        **more,
    }


def small(*items: Document, stack: str = "staging", **manifest: Any) -> Document:
    """An exported state of the stack itself and some resources."""
    root = item("pulumi:pulumi:Stack", f"brightbroom-infra-{stack}", stack=stack)
    return {"version": 3, "deployment": {"manifest": manifest, "resources": [root, *items]}}


def waive(monkeypatch: pytest.MonkeyPatch, folder: Path, *waivers: Mapping[str, str]) -> None:
    """Waivers, numbered from W-1 on, in a file that takes the place of the project's; what is not given is in order."""
    given = [{"id": f"W-{number}", **WAIVER, **waiver} for number, waiver in enumerate(waivers, start=1)]
    file = folder / "waivers.yaml"
    file.write_text(yaml.safe_dump({"waivers": given}), encoding="utf-8")
    monkeypatch.setattr(waiver_file, "FILE", file)


WAIVER: Final = {
    "stack": "staging",
    "reason": "the vendor mends it soon",
    "owner": "Ann",
    "approver": "Ben",
    "ticket": "OPS-1",
    "created": "2026-11-01",
    "expires": "2026-12-01",
    "compensatingControl": "a daily look at it",
}


def write(folder: Path, documents: Mapping[str, Document]) -> list[Path]:
    """State files in a folder, each named after its key."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, document in documents.items():
        path = folder / f"{name}.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        paths.append(path)
    return paths


def record(
    folder: Path,
    documents: Mapping[str, Document],
    *,
    number: int = 1,
    before: Past | None = None,
    at: datetime = AT,
) -> Document:
    """The record of a run over some states, whose files are written to `folder`; their paths in it do not depend on it."""
    states = state.read_all(write(folder, documents))
    judged = runner.run(states, at.date())
    run = Run(
        started=at,
        ended=at,
        origin={"actor": "somebody", "ciRun": "4711", "repository": "", "commit": "0" * 40},
        by=provenance.by(sorted(one.stack for one in states)),
        number=number,
        previous=(number - 1, "ab" * 32) if number > 1 else (0, ""),
    )
    made = build(judged, run, Locations(ROOT), before or Past())
    for entry in made["states"]:
        entry["file"] = Path(entry["file"]).name
    return made


def compliant(folder: Path) -> Document:
    """The record of both shipped stacks as they were rehearsed."""
    return record(folder, {stack: rehearsed(stack) for stack in STACKS})


def faulty(folder: Path, *, number: int = 1, before: Past | None = None) -> Document:
    """The record of both stacks with violations of several severities and a value that cannot be read."""
    documents = {stack: rehearsed(stack) for stack in STACKS}
    for change in FAULTS:
        change(documents)
    return record(folder, documents, number=number, before=before)


def _unprotected(documents: dict[str, Document]) -> None:
    for item in resources_of(documents["production"]):
        item.pop("protect", None)


def _short_history(documents: dict[str, Document]) -> None:
    for document in documents.values():
        for item in resources_of(document):
            if item["type"] == "neon:index:Project":
                for side in ("inputs", "outputs"):
                    item[side]["historyRetentionSeconds"] = 3600


def _unknown_branch(documents: dict[str, Document]) -> None:
    for item in resources_of(documents["staging"]):
        if item["type"] == "vercel:index/project:Project":
            for side in ("inputs", "outputs"):
                item[side]["gitRepository"]["productionBranch"] = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


FAULTS: Final[tuple[Callable[[dict[str, Document]], None], ...]] = (_unprotected, _short_history, _unknown_branch)
