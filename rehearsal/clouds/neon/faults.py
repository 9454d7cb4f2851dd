"""A plan of what goes wrong: at the n-th call that matches, once."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

FaultKind: TypeAlias = Literal[
    "refuse", "reset-before", "reset-after", "delay", "malformed", "operation-fails", "operation-stuck", "extra-fields"
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `method` and `path` are regular expressions over the whole; `nth` counts matching calls from 1.

    refuse: answer `status`, with `retry_after` as the header's text if given. reset-before, reset-after: cut the connection
    before or after the change happened. delay: answer `seconds` late. malformed: half a body. operation-fails and
    operation-stuck: the operations of this call end as failed, or never. extra-fields: an answer of a newer API.
    """

    kind: FaultKind
    method: str = ".*"
    path: str = ".*"
    nth: int = 1
    status: int = 500
    retry_after: str = ""
    seconds: float = 0
    code: str = ""
    message: str = "scripted"

    @property
    def ending(self) -> str:
        """How the operations of the call end; empty for as they would by themselves."""
        return {"operation-fails": "failed", "operation-stuck": "stuck"}.get(self.kind, "")


@dataclass(slots=True)
class _Open:
    fault: Fault
    seen: int = 0


class FaultPlan:
    """Faults in order; each strikes once, and calls that came before it count for it all the same."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._open = [_Open(fault) for fault in faults]
        self._lock = threading.Lock()
        self.struck: list[Fault] = []

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that strikes this call, if any."""
        with self._lock:
            hit: Fault | None = None
            for entry in list(self._open):
                fault = entry.fault
                if not (re.fullmatch(fault.method, method) and re.fullmatch(fault.path, path)):
                    continue
                entry.seen += 1
                if entry.seen == fault.nth and hit is None:
                    hit = fault
                    self._open.remove(entry)
                    self.struck.append(fault)
            return hit

    def to_json(self) -> list[dict[str, Any]]:
        """The faults that have not struck, for another process."""
        return [asdict(entry.fault) for entry in self._open]

    @classmethod
    def from_json(cls, data: Iterable[Mapping[str, Any]]) -> FaultPlan:
        """The reverse of `to_json`."""
        return cls(Fault(**item) for item in data)
