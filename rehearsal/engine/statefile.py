"""A stack's state on disk: `<path>` with its journal and lock beside it.

The file is a checkpoint of version 3 with one key more, `digest`: a keyed digest over the checkpoint, so that a file which
was cut short or altered is refused before anything is read from it, and left as it is.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from rehearsal.engine import journal
from rehearsal.engine.errors import LockError, StateError
from rehearsal.engine.journal import Journal, JournalHook
from rehearsal.engine.passphrase import Crypter
from rehearsal.engine.state import VERSION, ResourceState, check_resources, deployment


class StateFile:
    """Holds the stack's lock from construction to `close`; use it as a context manager.

    `salt` is used for a new state only. Raises `LockError` when another run holds the stack, `StateError` when the file
    cannot be trusted or its folder cannot be written, `InputError` for a wrong passphrase.
    """

    def __init__(self, path: Path, stack: str, passphrase: str, salt: str | None = None) -> None:
        self.path = path.resolve()
        self.stack = stack
        self._lock = self._acquire()
        try:
            self._load(passphrase, salt)
        except BaseException:
            self.close()
            raise

    # ---- opening ------------------------------------------------------------------------------------------------

    def _acquire(self) -> IO[str]:
        lock = self.path.with_name(self.path.name + ".lock")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = lock.open("w", encoding="utf-8")
        except OSError as error:
            raise StateError(
                f"{self.path.parent} cannot be written ({error.strerror}): give a folder that can"
            ) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            handle.close()
            raise LockError(f"stack {self.stack!r} is locked by another run ({lock}): wait until it ends") from error
        return handle

    def _load(self, passphrase: str, salt: str | None) -> None:
        document, self._base = self._read()
        latest = document.get("latest") or {}
        salt = latest.get("secrets_providers", {}).get("state", {}).get("salt") or salt
        self.crypter = Crypter(passphrase, salt)
        if document:
            self._verify(document)
        self.resources = [ResourceState.from_json(item, self.crypter) for item in latest.get("resources", [])]
        self.pending: list[dict[str, Any]] = latest.get("pending_operations", [])
        self._recover()

    def _read(self) -> tuple[dict[str, Any], str]:
        """The checkpoint and its digest; empty for a new stack."""
        if not self.path.exists():
            return {}, ""
        try:
            document = json.loads(self.path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise StateError(f"{self.path} is not whole JSON ({error}); it was left as it is: {_RESTORE}") from error
        except OSError as error:
            raise StateError(f"{self.path} cannot be read ({error.strerror})") from error
        version = document.get("version") if isinstance(document, dict) else None
        if version != VERSION:
            raise StateError(
                f"{self.path} has version {version!r}, this engine reads {VERSION}; it was left as it is: {_RESTORE}"
            )
        checkpoint = document.get("checkpoint")
        if not isinstance(checkpoint, dict):
            raise StateError(f"{self.path} has no `checkpoint`; it was left as it is: {_RESTORE}")
        check_resources((checkpoint.get("latest") or {}).get("resources", []), str(self.path))
        return checkpoint, str(document.get("digest", ""))

    def _verify(self, checkpoint: dict[str, Any]) -> None:
        if self._base != self.crypter.digest(_dump(checkpoint).encode()):
            raise StateError(
                f"{self.path} was altered: its digest does not fit its content; it was left as it is: {_RESTORE}"
            )

    def _recover(self) -> None:
        """Fold the journal of a killed run into the state."""
        base, new = self.resources, dict[int, ResourceState]()
        gone: set[str] = set()
        pending: dict[str, dict[str, Any]] = {}
        lines = list(journal.read(self._journal_path, self._base))
        for line in lines:
            kind, index = line["k"], line["i"]
            if kind == "new":
                new[index] = ResourceState.from_json(line["r"], self.crypter)
                pending.pop(f"n{index}", None)
            elif kind == "same":
                new[index] = base[line["b"]]
            elif kind == "done":
                gone.add(index)
            elif kind == "base":
                base[index].delete, base[index].pendingReplacement = line["d"], line["p"]
            elif kind == "begin":
                pending[index] = {"resource": line["r"], "type": line["t"]}
            elif kind == "end":
                pending.pop(index, None)
        if lines:
            kept = {id(resource) for resource in new.values()}
            made = [resource for index, resource in new.items() if f"n{index}" not in gone]
            rest = [r for index, r in enumerate(base) if f"b{index}" not in gone and id(r) not in kept]
            self.resources = made + _not_replaced(rest, made)
            self.save(self.resources, [*self.pending, *pending.values()])
        else:
            self._journal_path.unlink(missing_ok=True)

    # ---- use ----------------------------------------------------------------------------------------------------

    @property
    def _journal_path(self) -> Path:
        return self.path.with_name(self.path.name + ".journal")

    def open_journal(self, hook: JournalHook | None = None) -> Journal:
        """A journal that continues this state. A new state is written first, empty: the journal's secrets need its salt."""
        if not self.path.exists():
            self.save(self.resources, self.pending)
        return Journal(self._journal_path, self._base, hook)

    def export(self) -> dict[str, Any]:
        """What `pulumi stack export` prints: version and deployment, secrets encrypted."""
        return {"version": VERSION, "deployment": deployment(self.resources, self.pending, self.crypter)}

    def save(self, resources: Sequence[ResourceState], pending: Sequence[dict[str, Any]] = ()) -> None:
        """Replace the state in one step (temporary file, flush to disk, rename), then drop the journal."""
        self.resources, self.pending = list(resources), list(pending)
        text = _dump({"stack": self.stack, "latest": deployment(resources, pending, self.crypter)})
        digest = self.crypter.digest(text.encode())
        temporary = self.path.with_name(self.path.name + ".tmp")
        try:
            with temporary.open("w", encoding="utf-8") as file:
                file.write(f'{{"version":{VERSION},"digest":"{digest}","checkpoint":{text}}}\n')
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.path)
        except OSError as error:
            raise StateError(
                f"{self.path} cannot be written ({error.strerror}): the journal beside it holds this run"
            ) from error
        self._base = digest
        self._journal_path.unlink(missing_ok=True)

    def close(self) -> None:
        """Release the stack."""
        self._lock.close()

    def __enter__(self) -> StateFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _not_replaced(rest: list[ResourceState], made: list[ResourceState]) -> list[ResourceState]:
    """What is left of the old state. A kill between the line of a new resource and that which strikes out or marks the old one
    leaves both: of an object that is the same, or gone already, the old one goes; any other is still to be deleted."""
    by_urn = {urn: resource for resource in made for urn in (*resource.aliases, resource.urn)}
    left: list[ResourceState] = []
    for resource in rest:
        newer = None if resource.delete else by_urn.get(resource.urn)
        if newer is not None:
            if newer.id == resource.id or resource.pendingReplacement:
                continue
            resource.delete = True
        left.append(resource)
    return left


_RESTORE = "restore it from a copy, or remove it to start anew"


def _dump(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
