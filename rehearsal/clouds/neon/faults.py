"""A plan of what goes wrong: at the n-th call that matches, once, several times, or from then on."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal, TypeAlias, get_args

FaultKind: TypeAlias = Literal[
    "refuse",
    "refuse-after",
    "reset-before",
    "reset-after",
    "delay",
    "silent-before",
    "silent",
    "malformed",
    "not-json",
    "extra-fields",
    "operation-fails",
    "operation-error",
    "operation-cancelled",
    "operation-stuck",
    "operation-retried",
    "operation-unknown-status",
    "operation-unknown-action",
]
_ENDINGS: Final = {
    "operation-fails": "failed",
    "operation-error": "error",
    "operation-cancelled": "cancelled",
    "operation-stuck": "stuck",
    "operation-retried": "retried",
    "operation-unknown-status": "unknown-status",
    "operation-unknown-action": "unknown-action",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `method` and `path` are regular expressions over the whole; `nth` counts matching calls from 1, and
    `times` says how many of them it strikes from there (0: all).

    refuse: answer `status` with `code` and `message`; `retry_after` is the header's text, or with `retry_after_date` the
    seconds of which the header gives the date. refuse-after: the same, but the change happened. reset-before,
    reset-after: cut the connection before or after the change happened. silent-before, silent: the same, but the
    connection stays open and nothing ever comes. delay: answer `seconds` late. malformed: half a body. not-json: a page
    of a proxy instead of the body. extra-fields: an answer of a newer API. operation-…: how the operations of this call
    end (`endings.py`).
    """

    kind: FaultKind
    method: str = ".*"
    path: str = ".*"
    nth: int = 1
    times: int = 1
    status: int = 500
    retry_after: str = ""
    retry_after_date: bool = False
    seconds: float = 0
    code: str = ""
    message: str = "scripted"

    def __post_init__(self) -> None:
        if self.kind not in get_args(FaultKind):
            raise ValueError(f"{self.kind!r} is no kind of fault; there are {', '.join(get_args(FaultKind))}")
        if self.nth < 1 or self.times < 0:
            raise ValueError("a fault strikes from the first call on (nth is 1 or more) and times is 0 or more")
        if self.retry_after_date and not self.retry_after.isdigit():
            raise ValueError("retry_after must be a number of seconds where its date is wanted")

    @property
    def ending(self) -> str:
        """How the operations of the call end; empty for as they would by themselves."""
        return _ENDINGS.get(self.kind, "")


@dataclass(slots=True)
class _Open:
    fault: Fault
    seen: int = 0

    @property
    def over(self) -> bool:
        """Whether it cannot strike any more."""
        return bool(self.fault.times) and self.seen >= self.fault.nth + self.fault.times - 1

    def left(self) -> Fault:
        """What is left of it, for a plan that starts to count afresh."""
        struck = max(0, self.seen - self.fault.nth + 1)
        times = self.fault.times - struck if self.fault.times else 0
        return replace(self.fault, nth=max(1, self.fault.nth - self.seen), times=times)


class FaultPlan:
    """Faults in order. The first that fits strikes; the call counts for the others all the same."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._open = [_Open(fault) for fault in faults]
        self._lock = threading.Lock()
        self.struck: list[Fault] = []

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that strikes this call, if any."""
        with self._lock:
            hit: Fault | None = None
            for entry in self._open:
                fault = entry.fault
                if entry.over or not (re.fullmatch(fault.method, method) and re.fullmatch(fault.path, path)):
                    continue
                entry.seen += 1
                if entry.seen >= fault.nth and hit is None:
                    hit = fault
                    self.struck.append(fault)
            return hit

    def to_json(self) -> list[dict[str, Any]]:
        """What is left of the faults, for another process."""
        with self._lock:
            return [asdict(entry.left()) for entry in self._open if not entry.over]

    @classmethod
    def from_json(cls, data: Iterable[Mapping[str, Any]]) -> FaultPlan:
        """The reverse of `to_json`; raises ValueError or TypeError for anything else."""
        return cls(Fault(**item) for item in data)
