"""Stand-ins for what a person holds: the stack's secrets and the vendors' tokens.

Each is derived from a random seed that a data folder gets once, so a second run finds nothing changed, and two stacks never
share a value. What all stacks share has one stand-in everywhere: it only serves to compare values that are random themselves.
They open nothing anywhere; they are marked secret and guarded all the same, as the real ones are.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rehearsal.engine import StateError

_SEED_BYTES: Final = 32
SHARED: Final = ("fingerprintKey",)
"""The secrets that are the same in every stack."""


class StandIns:
    """The values of one data folder; those in `given` are taken as they are."""

    def __init__(self, folder: Path, given: Mapping[str, str] | None = None) -> None:
        self._seed = _seed(folder / "seed")
        self._given = dict(given or {})

    def value(self, name: str) -> str:
        """The stand-in of one secret or token; one named `…EMAIL` has the form of an address."""
        if name in self._given:
            return self._given[name]
        seed = b"shared" if name in SHARED else self._seed
        text = "stand-in-" + hmac.new(seed, name.encode(), hashlib.sha256).hexdigest()[:32]
        return f"{text}@example.invalid" if name.endswith("EMAIL") else text

    def values(self, names: Iterable[str]) -> dict[str, str]:
        """The stand-ins of many."""
        return {name: self.value(name) for name in names}


def _seed(path: Path) -> bytes:
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_bytes(secrets.token_bytes(_SEED_BYTES))
        seed = path.read_bytes()
    except OSError as error:
        raise StateError(f"{path} cannot be read or written ({error.strerror}): give a folder that can") from error
    if len(seed) != _SEED_BYTES:
        raise StateError(f"{path} is damaged: run without --keep to start afresh")
    return seed


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """The process's environment with these variables set; put back afterwards."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
