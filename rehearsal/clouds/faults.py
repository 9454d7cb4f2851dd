"""Scripted faults: what a vendor is to refuse, at which call, and whether it did the work all the same.

A plan is plain data, so a scenario can hand it to a subprocess; the counters of calls belong to one process.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Literal, TypeAlias, get_args

from rehearsal.clouds.errors import CloudError, VendorError

Operation: TypeAlias = Literal["create", "read", "update", "delete", "invoke"]

OPERATIONS: tuple[str, ...] = get_args(Operation)


@dataclass(frozen=True, slots=True)
class Fault:
    """One scripted answer.

    It strikes at the `nth` call (from 1) that fits, and at `times - 1` calls after it; `times=0` means ever after.
    `type` and `name` (the logical name, or the token of a function) are patterns with `*` and `?`. With `after=True` the
    vendor commits the work and only its answer is lost, as when a gateway times out.
    """

    operation: Operation
    type: str = "*"
    name: str = "*"
    nth: int = 1
    times: int = 1
    status: int = 500
    code: str = "internal_server_error"
    message: str = "An unexpected error occurred."
    after: bool = False

    def __post_init__(self) -> None:
        if self.operation not in OPERATIONS:
            raise CloudError(f"a fault's operation is one of {', '.join(OPERATIONS)}, not {self.operation!r}")
        if self.nth < 1 or self.times < 0:
            raise CloudError(f"a fault counts calls from 1 and times from 0, not nth={self.nth}, times={self.times}")

    def fits(self, operation: str, type_token: str, name: str) -> bool:
        """Whether this fault is meant for such a call."""
        return operation == self.operation and fnmatchcase(type_token, self.type) and fnmatchcase(name, self.name)

    def strikes(self, call: int) -> bool:
        """Whether the fault strikes at this fitting call (from 1)."""
        return call >= self.nth and (self.times == 0 or call < self.nth + self.times)


@dataclass(slots=True)
class FaultPlan:
    """The faults of one run, and how many calls fitted each of them so far."""

    faults: tuple[Fault, ...] = ()
    _calls: dict[int, int] = field(default_factory=dict, repr=False, compare=False)

    def before(self, operation: str, type_token: str, name: str) -> Fault | None:
        """Count a call; raise when a fault strikes before the work, return one that strikes after it."""
        late: Fault | None = None
        for index, fault in enumerate(self.faults):
            if not fault.fits(operation, type_token, name):
                continue
            self._calls[index] = self._calls.get(index, 0) + 1
            if not fault.strikes(self._calls[index]):
                continue
            if not fault.after:
                raise VendorError(fault.status, fault.code, fault.message)
            late = late or fault
        return late

    @staticmethod
    def after(late: Fault | None) -> None:
        """Raise what `before` returned, once the work is done."""
        if late is not None:
            raise VendorError(late.status, late.code, late.message)

    def to_json(self) -> str:
        """The plan as text, without its counters."""
        return json.dumps([asdict(fault) for fault in self.faults])

    @classmethod
    def from_json(cls, text: str) -> FaultPlan:
        """The plan that `to_json` wrote; raises `CloudError` for anything else."""
        try:
            return cls(tuple(Fault(**entry) for entry in json.loads(text)))
        except (TypeError, ValueError) as error:
            raise CloudError(f"not a fault plan: {error}") from error
