"""Reads state files: what `pulumi stack export` writes, and the checkpoints of the file backend and of the rehearsal.

No passphrase is needed: an encrypted value is present and secret. What the file marks secret and yet shows (`--show-secrets`)
is plain to the rules, and so a finding, and is kept out of everything that is told.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from audit.errors import AuditError
from audit.values import Reader, Veil
from policies.catalogue import secrecy
from policies.catalogue.resource import Resource, Stack

VERSION: Final = 3
"""Of the state format, as the engine writes it."""

_PROVIDERS: Final = "pulumi:providers:"


class StateStack(Stack):
    """The resources of a state file, where a secret in plain text is never as it should be."""

    @cached_property
    def sealed(self) -> bool:
        """Always: the engine encrypts the secrets of a state."""
        return True


@dataclass(frozen=True, slots=True)
class Item:
    """One resource of the population. `waits` says what the engine still has to do about it: nothing, mostly."""

    urn: str
    type: str
    name: str
    id: str
    provider: str
    custom: bool
    waits: str = ""


@dataclass(frozen=True)
class State:
    """One state file. `inputs` and `outputs` are the views of rules over one resource and over the whole stack; they leave out
    what waits for its deletion or its replacement. `time` is when the engine wrote it, `engine` its version as stated there;
    `marked` are the texts that it marks secret and yet shows."""

    file: str
    sha256: str
    stack: str
    project: str
    time: str
    engine: str
    population: tuple[Item, ...]
    providers: Mapping[str, str]
    pending_operations: int
    raw: Sequence[Mapping[str, Any]] = field(repr=False)
    marked: frozenset[str] = field(repr=False)

    @cached_property
    def inputs(self) -> Stack:
        """Every resource with what its provider was sent."""
        return self._view("inputs")

    @cached_property
    def outputs(self) -> Stack:
        """Every resource with what its provider answered."""
        return self._view("outputs")

    @cached_property
    def veil(self) -> Veil:
        """Hides what is secret in this state by mark, name or form, also what waits for its end."""
        views = (_resource(given, side) for given in self.raw for side in ("inputs", "outputs"))
        return Veil(self.marked, {text for view in views for text in secrecy.secret_texts(view)})

    def _view(self, side: str) -> Stack:
        live = (resource for resource in self.raw if not _waits(resource))
        return StateStack(((resource["type"], resource) for resource in live), lambda given: _resource(given, side))


def read(path: Path) -> State:
    """One state. Raises `AuditError` with all that is wrong with it."""
    return read_all([path])[0]


def read_all(paths: Sequence[Path]) -> list[State]:
    """The states of several stacks. Raises `AuditError` with every mistake in any of them."""
    states: list[State] = []
    mistakes: list[str] = []
    for path in paths:
        try:
            states.append(_read(path))
        except AuditError as error:
            mistakes += error.mistakes
    of_stack: dict[str, list[str]] = {}
    for state in states:
        of_stack.setdefault(state.stack, []).append(state.file)
    mistakes += [
        f"{' and '.join(files)} are all of the stack {stack}: give one state of each stack"
        for stack, files in of_stack.items()
        if len(files) > 1
    ]
    if mistakes:
        raise AuditError(*mistakes)
    return states


def _read(path: Path) -> State:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unfit(path, f"cannot be read: {error.strerror}") from None
    reader = Reader()
    try:
        document = reader.read(content)
    except (ValueError, RecursionError) as error:
        raise _unfit(path, f"is not JSON: {error}") from None
    deployment = _deployment(path, document)
    raw = deployment["resources"]
    if mistakes := list(_mistakes(raw)):
        raise AuditError(*(str(_unfit(path, mistake)) for mistake in mistakes))
    manifest = deployment.get("manifest") or {}
    stack, project = raw[0]["urn"].split("::")[:2]
    return State(
        file=str(path),
        sha256=hashlib.sha256(content).hexdigest(),
        stack=stack.removeprefix("urn:pulumi:"),
        project=project,
        time=str(manifest.get("time") or ""),
        engine=str(manifest.get("version") or ""),
        population=tuple(_population(raw, reader.secrets)),
        providers=_provider_versions(raw),
        pending_operations=len(deployment.get("pending_operations") or ()),
        raw=raw,
        marked=frozenset(reader.secrets),
    )


def _deployment(path: Path, document: Any) -> Mapping[str, Any]:
    """The part of a document that holds the resources."""
    if not isinstance(document, dict):
        raise _unfit(path, "is not a state: it holds no object")
    if document.get("version") != VERSION:
        raise _unfit(path, f"has version {secrecy.quoted(document.get('version'))}; this reads version {VERSION}")
    checkpoint = document.get("checkpoint")
    deployment = checkpoint.get("latest") if isinstance(checkpoint, dict) else document.get("deployment")
    if not isinstance(deployment, dict) or not isinstance(deployment.get("resources"), list):
        raise _unfit(path, "holds no resources: an empty stack, or not a state")
    if not deployment["resources"]:
        raise _unfit(path, "holds no resources: nothing is deployed in its stack")
    return deployment


def _mistakes(raw: Sequence[Any]) -> Iterator[str]:
    """What is wrong with the resources of a state."""
    for position, resource in enumerate(raw):
        if not isinstance(resource, dict) or not isinstance(resource.get("type"), str) or not _is_urn(resource):
            yield f"holds something that is no resource, at position {position + 1} of its resources"
            return
        for side in ("inputs", "outputs"):
            if not isinstance(resource.get(side) or {}, dict):
                yield f"shows the {side} of {resource['urn']} as something else than an object"
    stacks = sorted({"::".join(resource["urn"].split("::")[:2]) for resource in raw})
    if len(stacks) > 1:
        yield f"holds resources of several stacks or projects: {', '.join(stacks)}"
    twice = Counter(resource["urn"] for resource in raw if not _waits(resource))
    for urn, times in twice.items():
        if times > 1:
            yield f"holds {urn} {times} times, and none of them waits for its deletion"


def _is_urn(resource: Mapping[str, Any]) -> bool:
    urn = resource.get("urn")
    return isinstance(urn, str) and urn.startswith("urn:pulumi:") and urn.count("::") >= 3


def _unfit(path: Path, mistake: str) -> AuditError:
    stack = path.parent.name if path.name == "state.json" else "<stack>"
    return AuditError(f"{path} {mistake}. Make one with: pulumi stack export --stack {stack} > {stack}.json")


def _population(raw: Sequence[Mapping[str, Any]], marked: Container[str]) -> Iterator[Item]:
    for resource in raw:
        shown = str(resource.get("id") or "")
        yield Item(
            urn=resource["urn"],
            type=resource["type"],
            name=_name(resource),
            id="[secret]" if _is_secret_id(shown, resource, marked) else shown,
            provider=_provider(resource),
            custom=bool(resource.get("custom")),
            waits=_waits(resource),
        )


def _is_secret_id(shown: str, resource: Mapping[str, Any], marked: Container[str]) -> bool:
    """Whether a provider took something secret for the id: by its form, by its mark, or as it is a secret output too."""
    if shown in marked or secrecy.is_secret_text(shown):
        return True
    outputs: Mapping[str, Any] = resource.get("outputs") or {}
    again = any(value == shown for name, value in outputs.items() if name != "id")
    return again and shown in secrecy.secret_texts(_resource(resource, "outputs"))


def _waits(resource: Mapping[str, Any]) -> str:
    """Why a resource of the state is none that is deployed to stay."""
    if resource.get("delete"):
        return "is replaced or removed already and waits for its deletion"
    if resource.get("pendingReplacement"):
        return "is deleted already and waits for its replacement"
    return ""


def _provider(resource: Mapping[str, Any]) -> str:
    """The package whose provider keeps the resource; empty for components."""
    reference = str(resource.get("provider") or "")
    kind = reference.split("::")[2] if reference.count("::") >= 3 else resource["type"]
    return kind.split("$")[-1].removeprefix(_PROVIDERS) if _PROVIDERS in kind else ""


def _provider_versions(raw: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
    found: dict[str, set[str]] = {}
    for resource in raw:
        if resource["type"].startswith(_PROVIDERS):
            sides = [resource.get(side) or {} for side in ("inputs", "outputs")]
            version = next((v for side in sides if isinstance(v := side.get("version"), str) and v), "not stated")
            found.setdefault(resource["type"].removeprefix(_PROVIDERS), set()).add(version)
    return {package: ", ".join(sorted(versions)) for package, versions in sorted(found.items())}


def _resource(given: Mapping[str, Any], side: str) -> Resource:
    links = given.get("propertyDependencies") or {}
    return Resource(
        given["urn"],
        given["type"],
        _name(given),
        given.get(side) or {},
        {key: tuple(urns or ()) for key, urns in links.items()},
        id=str(given.get("id") or ""),
        parent=str(given.get("parent") or ""),
        protect=bool(given.get("protect")),
        ignore_changes=tuple(given.get("ignoreChanges") or ()),
        secret_outputs=tuple(given.get("additionalSecretOutputs") or ()),
    )


def _name(resource: Mapping[str, Any]) -> str:
    return str(resource["urn"].split("::", 3)[3])
