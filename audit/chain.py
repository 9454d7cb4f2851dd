"""The evidence folder: one folder a run, numbered without gaps, each holding the hash of the one before.

::

    evidence/000001/  record.json, every format, public-key.pem, manifest.json, manifest.sig

The manifest lists each file with its hash and size. A run is written to a folder of another name and renamed when all is there,
so a run that was killed leaves nothing but a leftover, which the next one takes away.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, Final

from audit.canonical import dumps
from audit.errors import AuditError
from audit.signing import Signer

MANIFEST: Final = "manifest.json"
RECORD: Final = "record.json"
FORMAT: Final = "brightbroom-manifest/1"
LOCK: Final = ".lock"
LEFTOVER: Final = ".unfinished-"

_NUMBER: Final = re.compile(r"\d{6,}")


class Chain:
    """An evidence folder that is locked for one run. Made by `opened`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        found = numbers(folder)
        self.last = found[-1] if found else 0

    @property
    def previous(self) -> tuple[int, str]:
        """Number of the last run and the hash of its manifest; 0 and nothing before the first."""
        return (self.last, digest(self._read(self.last, MANIFEST))) if self.last else (0, "")

    def records(self) -> Iterator[dict[str, Any]]:
        """The records of the runs before, the newest first. Raises `AuditError` for one that is not as it was written."""
        for number in reversed(numbers(self.folder)):
            content = self._read(number, RECORD)
            if _listed(_json(self._read(number, MANIFEST))) != digest(content):
                raise AuditError(f"{name_of(number)}/{RECORD} in {self.folder} was altered: {_look(self.folder)}")
            yield _json(content)

    def store(self, files: Iterable[tuple[str, Iterable[bytes]]], signer: Signer) -> tuple[int, str]:
        """Keep a run, each file in pieces; returns its number and the hash of its manifest, the new head of the chain. Raises
        `AuditError`."""
        number = self.last + 1
        made = self.folder / f"{LEFTOVER}{name_of(number)}"
        try:
            made.mkdir()
            signing = ((name, (content,)) for name, content in signer.files().items())
            manifest = self._manifest(number, signer.kind, _written(made, chain(files, signing)))
            _write(made / MANIFEST, (manifest,))
            signer.sign(made / MANIFEST)
            for path in (*made.iterdir(), made):
                _sync(path)
            made.rename(self.folder / name_of(number))
            _sync(self.folder)
        except BaseException as error:
            shutil.rmtree(made, ignore_errors=True)
            if isinstance(error, OSError):
                raise AuditError(f"the run cannot be written to {self.folder}: {error.strerror}") from None
            raise
        return number, digest(manifest)

    def _manifest(self, number: int, signing: str, files: Mapping[str, Any]) -> bytes:
        before = self.previous
        return dumps(
            {
                "format": FORMAT,
                "number": number,
                "previous": {"number": before[0], "sha256": before[1]},
                "signing": signing,
                "files": files,
            }
        )

    def _read(self, number: int, name: str) -> bytes:
        path = self.folder / name_of(number) / name
        try:
            return path.read_bytes()
        except OSError as error:
            raise AuditError(f"{path} cannot be read ({error.strerror}): {_look(self.folder)}") from None


@contextmanager
def opened(folder: Path) -> Iterator[Chain]:
    """The chain in a folder, made where there is none, for one run at a time. Raises `AuditError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK).open("a")
    except FileExistsError:
        raise AuditError(f"--evidence {folder} is a file: give a folder; it is made where there is none") from None
    except OSError as error:
        raise AuditError(f"the evidence folder {folder} cannot be written: {error.strerror}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AuditError(f"another run is writing to {folder}: try again when it has ended") from None
        for leftover in folder.glob(f"{LEFTOVER}*"):
            shutil.rmtree(leftover) if leftover.is_dir() and not leftover.is_symlink() else leftover.unlink()
        yield Chain(folder)


def numbers(folder: Path) -> list[int]:
    """The numbers of the runs in a folder, in order."""
    names = (entry.name for entry in folder.iterdir() if entry.is_dir()) if folder.is_dir() else ()
    return sorted(int(name) for name in names if is_run(name))


def is_run(name: str) -> bool:
    """Whether a folder's name is the number of a run as `name_of` writes it."""
    return bool(_NUMBER.fullmatch(name)) and name == name_of(int(name)) and int(name) > 0


def name_of(number: int) -> str:
    """The folder name of a run: its number, six digits at least."""
    return f"{number:06}"


def digest(content: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _json(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _listed(manifest: Mapping[str, Any]) -> Any:
    """The hash of the record in a manifest that anybody may have written; None where there is none."""
    try:
        return manifest["files"][RECORD]["sha256"]
    except (KeyError, TypeError):
        return None


def _look(folder: Path) -> str:
    return f"nothing was added; see `brightbroom audit verify {folder}`"


def _written(folder: Path, files: Iterable[tuple[str, Iterable[bytes]]]) -> dict[str, Any]:
    """Write files; gives hash and size of each."""
    return {name: _write(folder / name, pieces) for name, pieces in files}


def _write(path: Path, pieces: Iterable[bytes]) -> dict[str, Any]:
    """Write one file; gives its hash and size."""
    found = hashlib.sha256()
    with path.open("wb") as file:
        for piece in pieces:
            found.update(piece)
            file.write(piece)
        return {"sha256": found.hexdigest(), "size": file.tell()}


def _sync(path: Path) -> None:
    """See to it that a file or folder outlives the machine."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
