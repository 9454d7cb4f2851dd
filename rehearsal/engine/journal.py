"""The journal: one line of JSON before and one after each step, so that a kill at any point loses nothing.

A line is one of

- ``{"k": "start", "base": <digest>}``: the state file this journal continues; a journal of another state is stale
- ``{"k": "begin", "i": <index>, "t": <creating|updating|deleting>, "r": {...}}``: a vendor is about to be asked
- ``{"k": "new", "i": <n>, "r": {...}}``: the n-th resource of the new state, whole
- ``{"k": "same", "i": <n>, "b": <m>}``: the n-th resource of the new state is the m-th of the old, unchanged
- ``{"k": "base", "i": <m>, "d": <delete>, "p": <pending replacement>}``: marks on the m-th resource of the old state
- ``{"k": "done", "i": <index>}``: this resource of the old (`b<m>`) or new (`n<n>`) state is gone or was taken over
- ``{"k": "end", "i": <index>}``: the begun operation ended

A last line cut short by the kill is ignored: what it would have said did not happen as far as the state knows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Literal, TypeAlias

Moment: TypeAlias = Literal["before", "after"]
JournalHook: TypeAlias = Callable[[int, Moment], None]
"""Called with the number of the line (from 1) just before it is written and just after it reached the file."""


class Journal:
    """Appends lines to `path`; the file is made with the first line, which names the state it continues."""

    def __init__(self, path: Path, base: str, hook: JournalHook | None = None) -> None:
        self._path = path
        self._base = base
        self._hook = hook
        self._file: IO[str] | None = None
        self.points = 0
        """How many lines were written: the points at which a run may be killed."""

    def write(self, line: dict[str, Any]) -> None:
        """Append one line and hand it to the operating system: it survives the death of this process."""
        self.points += 1
        if self._hook:
            self._hook(self.points, "before")
        if self._file is None:
            self._file = self._path.open("w", encoding="utf-8")
            self._put({"k": "start", "base": self._base})
        self._put(line)
        self._file.flush()
        if self._hook:
            self._hook(self.points, "after")

    def _put(self, line: dict[str, Any]) -> None:
        if self._file is None:
            raise RuntimeError("the journal is closed")
        self._file.write(json.dumps(line, separators=(",", ":")) + "\n")

    def close(self) -> None:
        """Close the file, leaving it in place."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def discard(self) -> None:
        """Close and remove it: its content stands in the state file now."""
        self.close()
        self._path.unlink(missing_ok=True)


def read(path: Path, base: str) -> Iterator[dict[str, Any]]:
    """The lines of a journal that continues the state `base`; nothing for a missing or stale one."""
    if not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        for number, text in enumerate(lines):
            try:
                line = json.loads(text)
            except ValueError:
                return
            if number == 0:
                if line != {"k": "start", "base": base}:
                    return
                continue
            yield line
