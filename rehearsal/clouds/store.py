"""What exists in one local cloud, kept on disk between processes.

The file is a log: a header, then one JSON line per change. A change appends one line whatever the cloud's size; a log that
is mostly history is rewritten when it is opened (new file, fsync, rename). A line torn by a kill is cut off by the next
writer. Any number of handles and processes may share a folder: each operation holds the cloud's lock and first reads what
others appended. Secrets are sealed (`seal.py`).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import RLock
from typing import Any, Final, TypeAlias

from rehearsal.clouds.errors import StoreError
from rehearsal.clouds.seal import Seal
from rehearsal.engine.values import Properties, Value, plain

FORMAT: Final = 1
_COMPACT_ABOVE: Final = 256  # lines of history that are not worth a rewrite

_Key: TypeAlias = tuple[str, str]  # (type token, id)


@dataclass(frozen=True, slots=True)
class Object:
    """One object of a cloud. `generation` counts the objects ever made for its URN; `serial` orders all objects."""

    type: str
    id: str
    urn: str
    generation: int
    serial: int
    properties: Properties = field(repr=False)

    def plain(self) -> Properties:
        """Its properties without secret marks."""
        found: Properties = plain(self.properties)
        return found

    @property
    def name(self) -> str:
        """The logical name it was made for."""
        return self.urn.split("::", 3)[-1]


class Store:
    """The objects of one cloud.

    `indexes` names, per type, the sets of properties by which objects are looked up; other look-ups walk all objects of
    the type. Use `transaction()`: it is the only way in.
    """

    def __init__(
        self, folder: Path, cloud: str, indexes: Mapping[str, Sequence[tuple[str, ...]]] | None = None
    ) -> None:
        self._folder = folder
        self._path = folder / f"{cloud}.jsonl"
        self._cloud = cloud
        self._indexes = indexes or {}
        self._thread_lock = RLock()
        self.seal = Seal(folder)
        self.bytes_written = 0
        self._forget()

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Hold the lock over some reads and at most one write, which is made when the block ends without an error."""
        with self._thread_lock, self._file_lock():
            self._catch_up()
            transaction = Transaction(self)
            yield transaction
            self._append(transaction.lines)

    # ---- what a transaction sees --------------------------------------------------------------------------------

    def get(self, type_token: str, object_id: str) -> Object | None:
        """One object, or None."""
        return self._objects.get((type_token, object_id))

    def all(self, type_token: str = "") -> list[Object]:
        """Every object, or every object of a type, in the order they were made."""
        if type_token:
            return sorted(self._by_type.get(type_token, {}).values(), key=_serial)
        return sorted(self._objects.values(), key=_serial)

    def find(self, type_token: str, match: Mapping[str, Value]) -> list[Object]:
        """The objects of a type whose top-level properties have these values, in the order they were made."""
        wanted = tuple(sorted(match))
        if wanted in self._indexes.get(type_token, ()):
            key = (type_token, wanted, _lookup_value(match, wanted))
            return sorted(self._lookups.get(key, {}).values(), key=_serial)
        return [
            found
            for found in self.all(type_token)
            if all(plain(found.properties.get(name)) == value for name, value in match.items())
        ]

    def count(self, type_token: str, match: Mapping[str, Value]) -> int:
        """How many objects `find` would return; at once where there is an index."""
        wanted = tuple(sorted(match))
        if wanted in self._indexes.get(type_token, ()):
            return len(self._lookups.get((type_token, wanted, _lookup_value(match, wanted)), {}))
        return len(self.find(type_token, match))

    def made(self, urn: str) -> int:
        """How many objects were ever made for a URN."""
        return self._made.get(urn, 0)

    def for_urn(self, type_token: str, urn: str) -> list[Object]:
        """The objects of a type made for a URN, the newest first."""
        found = self._by_urn.get(urn, {}).values()
        return sorted((item for item in found if item.type == type_token), key=_serial, reverse=True)

    @property
    def next_serial(self) -> int:
        """The serial of the next object."""
        return self._serial + 1

    def digest(self, urn: str, generation: int) -> str:
        """64 hexadecimal digits that name one object of this cloud, the same in every run."""
        return hashlib.sha256(f"{self._cloud}\n{urn}\n{generation}".encode()).hexdigest()

    # ---- memory ----------------------------------------------------------------------------------------------------

    def _forget(self) -> None:
        self._objects: dict[_Key, Object] = {}
        self._by_type: dict[str, dict[_Key, Object]] = {}
        self._by_urn: dict[str, dict[_Key, Object]] = {}
        self._lookups: dict[tuple[str, tuple[str, ...], str], dict[_Key, Object]] = {}
        self._made: dict[str, int] = {}
        self._serial = 0
        self._lines = 0
        self._position = 0
        self._epoch = ""

    def _shelves(self, item: Object) -> Iterator[tuple[dict[Any, dict[_Key, Object]], Any]]:
        yield self._by_type, item.type
        yield self._by_urn, item.urn
        for wanted in self._indexes.get(item.type, ()):
            yield self._lookups, (item.type, wanted, _lookup_value(item.properties, wanted))

    def _drop(self, key: _Key) -> None:
        gone = self._objects.pop(key, None)
        if gone is not None:
            for shelf, label in self._shelves(gone):
                shelf[label].pop(key, None)

    def _apply(self, line: dict[str, Any]) -> None:
        self._lines += 1
        if "put" in line:
            item = Object(**line["put"])
            opened = replace(item, properties=self.seal.open(item.properties))
            key = (item.type, item.id)
            self._drop(key)
            self._objects[key] = opened
            for shelf, label in self._shelves(opened):
                shelf.setdefault(label, {})[key] = opened
            self._made[item.urn] = max(self.made(item.urn), item.generation)
            self._serial = max(self._serial, item.serial)
        elif "drop" in line:
            self._drop((line["drop"][0], line["drop"][1]))
        else:
            self._made.update(line["made"])

    # ---- disk ------------------------------------------------------------------------------------------------------

    @contextmanager
    def _file_lock(self) -> Iterator[None]:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(
                f"the local {self._cloud} cloud cannot write to {self._folder}: {error.strerror}"
            ) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _catch_up(self) -> None:
        """Read what is new in the file since the last operation."""
        try:
            size = self._path.stat().st_size
        except FileNotFoundError:
            if self._position:  # somebody cleared the folder, and the key with it
                self._forget()
                self.seal = Seal(self._folder)
            return
        if size == self._position:
            return
        with self._path.open("rb") as log:
            header = log.readline()
            epoch = self._read_header(header) if header.endswith(b"\n") else ""
            if epoch != self._epoch:
                self._forget()
                self._epoch = epoch
                self._position = len(header) if epoch else 0
            first_time = self._lines == 0
            log.seek(self._position)
            for line in log:
                if not line.endswith(b"\n"):
                    break
                try:
                    self._apply(self._read_line(line))
                except (KeyError, IndexError, TypeError) as error:
                    raise self._damaged() from error
                self._position += len(line)
        if first_time and self._lines - len(self._objects) > max(_COMPACT_ABOVE, len(self._objects)):
            self._compact()

    def _read_header(self, line: bytes) -> str:
        header = self._read_line(line)
        if header.get("format") != FORMAT or header.get("cloud") != self._cloud:
            raise StoreError(
                f"{self._path} is not a {self._cloud} cloud of format {FORMAT}; "
                "remove the rehearsal's data folder to start afresh"
            )
        return str(header.get("epoch"))

    def _read_line(self, line: bytes) -> dict[str, Any]:
        try:
            value = json.loads(line)
        except ValueError as error:
            raise self._damaged() from error
        if not isinstance(value, dict):
            raise self._damaged()
        return value

    def _damaged(self) -> StoreError:
        return StoreError(
            f"{self._path} is damaged near byte {self._position}; remove the rehearsal's data folder to start afresh"
        )

    def _header(self) -> dict[str, Any]:
        return {"format": FORMAT, "cloud": self._cloud, "epoch": secrets.token_hex(8)}

    def _append(self, lines: Sequence[dict[str, Any]]) -> None:
        if not lines:
            return
        everything = list(lines)
        if not self._epoch:
            header = self._header()
            everything.insert(0, header)
        content = b"".join(_dump(line) for line in everything)
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.ftruncate(handle, self._position)  # what follows is a line torn by a kill
            os.lseek(handle, self._position, os.SEEK_SET)
            _write_all(handle, content)
        finally:
            os.close(handle)
        if not self._epoch:
            self._epoch = header["epoch"]
        self.bytes_written += len(content)
        self._position += len(content)
        for line in lines:
            self._apply(line)

    def _compact(self) -> None:
        """Write the live objects alone to a new file and put it in place of the log."""
        header = self._header()
        lines: list[dict[str, Any]] = [header, {"made": self._made}, *(self.put_line(item) for item in self.all())]
        content = b"".join(_dump(line) for line in lines)
        draft = self._path.with_suffix(".tmp")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            _write_all(handle, content)
            os.fsync(handle)
        finally:
            os.close(handle)
        draft.replace(self._path)
        self.bytes_written += len(content)
        self._epoch, self._position, self._lines = header["epoch"], len(content), len(lines) - 1

    def put_line(self, item: Object) -> dict[str, Any]:
        """The line that records an object."""
        return {
            "put": {
                "type": item.type,
                "id": item.id,
                "urn": item.urn,
                "generation": item.generation,
                "serial": item.serial,
                "properties": self.seal.close(item.properties),
            }
        }


@dataclass(slots=True)
class Transaction:
    """The store under its lock. Changes are seen by reads only after the block."""

    store: Store
    lines: list[dict[str, Any]] = field(default_factory=list)

    def put(self, item: Object) -> None:
        """Make or change an object."""
        self.lines.append(self.store.put_line(item))

    def drop(self, item: Object) -> None:
        """Take an object away."""
        self.lines.append({"drop": [item.type, item.id]})


def _serial(item: Object) -> int:
    return item.serial


def _lookup_value(properties: Mapping[str, Value], names: tuple[str, ...]) -> str:
    return json.dumps([plain(properties.get(name)) for name in names], sort_keys=True)


def _dump(line: dict[str, Any]) -> bytes:
    return json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def _write_all(handle: int, content: bytes) -> None:
    while content:
        content = content[os.write(handle, content) :]
