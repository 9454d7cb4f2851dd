"""A program that changes: which resources it may declare, with which values, and its text.

Left out, because Neon itself does not let it be undone or put right in one run: logical replication (one-way), another default
branch (what hangs on the default one would follow it only with the run after the next), an expiry of a branch that may have
children (refused by Neon while there is one), a child that no longer names its parent (it stays one, and the parent can then
be neither deleted nor replaced), and a role that becomes `noLogin` while a database is its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

from neon_provider.resources import RESOURCES
from neon_provider.resources.base import Change
from rehearsal.clouds.neon.world import ORGANIZATION

Arguments: TypeAlias = dict[str, Any]
HEAD: Final = """import os
import pulumi
import pulumi_neon as neon

account = neon.Provider(
    "neon", api_key=os.environ["NEON_API_KEY"], plan="scale", poll_interval=1, operation_timeout=90
)


def options(*names, after=()):
    aliases = [pulumi.Alias(name=name) for name in names]
    return pulumi.ResourceOptions(provider=account, aliases=aliases, depends_on=list(after))


"""


class Code(str):
    """An expression of the program, such as another resource's id."""

    def __repr__(self) -> str:
        return str(self)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a resource. `fixed` arguments are always the same, `choices` are the values the others may have: the first
    is the usual one, None leaves it out. `after` are the slots it needs without naming them."""

    kind: str
    fixed: Mapping[str, Any]
    choices: Mapping[str, tuple[Any, ...]]
    after: tuple[str, ...] = ()

    @property
    def usual(self) -> Arguments:
        """The usual arguments."""
        return {name: values[0] for name, values in self.choices.items()}

    def tells(self, argument: str) -> bool:
        """Whether what a killed run left is known again by the value. A branch is known by its mark, whatever its name. The size
        of a branch's own compute stays as it is where the program says nothing of it: it may be the project's default."""
        if self.kind == "Endpoint" and "type" not in self.fixed and argument in _SIZES:
            return True
        return self.replaces(argument) or (argument == "name" and self.kind not in ("Branch", "AnonymizedBranch"))

    def replaces(self, argument: str) -> bool:
        """Whether another value makes another object."""
        head, *rest = argument.split("_")
        wire = head + "".join(word.title() for word in rest)
        return RESOURCES[f"neon:index:{self.kind}"].properties[wire].change is Change.REPLACE


_SIZES: Final = frozenset({"min_cu", "max_cu", "suspend_timeout_seconds"})


def _moment(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT00:00:00Z")


_FLAG: Final = (None, True, False)
_LIBRARIES: Final = (None, {"useDefaults": True, "enabledLibraries": ["pg_cron"]})
_RULES: Final = [
    {"database": "neondb", "schema": "public", "table": "people", "column": "email", "maskingValue": "x"},
    {"database": "neondb", "schema": "public", "table": "people", "column": "name", "maskingFunction": "anon.f()"},
]
_SCHEDULES: Final = (
    [{"frequency": "daily", "hour": 2}],
    [{"frequency": "daily", "hour": 3, "retentionSeconds": 86_400}, {"frequency": "weekly", "hour": 4, "day": 1}],
    [{"frequency": "monthly", "hour": 5, "day": 28}],
)
_PROJECT: Final[dict[str, tuple[Any, ...]]] = {
    "region_id": ("aws-eu-central-1", "aws-us-east-1"),
    "pg_version": (None, 16, 17),
    "store_passwords": _FLAG,
    "history_retention_seconds": (None, 0, 86_400, 604_800),
    "default_branch": (None, {"name": "main"}, {"name": "trunk", "protected": True}, {"protected": False}),
    "default_endpoint": (None, {"minCu": 1, "maxCu": 2}, {"minCu": 0.5, "maxCu": 4, "name": "primary"}),
    "endpoint_defaults": (None, {"minCu": 0.25, "maxCu": 1}, {"suspendTimeoutSeconds": 300}),
    "allowed_ips": (None, ["203.0.113.0/24"], ["198.51.100.7", "203.0.113.0/24"]),
    "allowed_ips_protected_only": _FLAG,
    "block_public_connections": _FLAG,
    "maintenance_window": (None, {"weekdays": [6, 7], "startTime": "02:00", "endTime": "04:00"}),
    "quota": (None, {"activeTimeSeconds": 3600}, {"logicalSizeBytes": 1 << 30, "writtenDataBytes": 1 << 20}),
    "audit_log_level": (None, "base", "extended"),
    "preload_libraries": _LIBRARIES,
}


def _names(slot: str) -> tuple[str, ...]:
    """No other slot has these, and a branch inherits none of them twice."""
    return tuple(f"{slot}_{end}" for end in "abc")


def _of_project(p: str) -> dict[str, Slot]:
    project = {"project_id": Code(f"{p}.project_id")}
    default = {**project, "branch_id": Code(f"{p}.default_branch_id")}
    side = {**project, "branch_id": Code(f"{p}_b1.branch_id")}
    labels = (None, {"team": "blue"}, {"team": "red"})
    compute = {
        "name": (None, f"{p} one", f"{p} two"),
        "min_cu": (None, 0.25, 1),
        "max_cu": (None, 1, 2),
        "suspend_timeout_seconds": (None, 0, 300, -1),
        "disabled": _FLAG,
        "pg_settings": (None, {"work_mem": "8MB"}, {"work_mem": "4MB", "jit": "off"}),
        "preload_libraries": _LIBRARIES,
    }
    snapshot = {"expires_at": (None, _moment(20), _moment(40))}
    return {
        p: Slot("Project", {"deletion_protection": False}, {"name": _names(p), **_PROJECT}),
        f"{p}_b1": Slot(
            "Branch",
            project,
            {
                "name": _names(f"{p}_b1"),
                "init_source": (None, "schema-only", "parent-data"),
                "protected": _FLAG,
                "annotations": labels,
            },
        ),
        f"{p}_b2": Slot(
            "Branch",
            project,
            {
                "name": _names(f"{p}_b2"),
                "parent_id": (None, Code(f"{p}_b1.branch_id")),
                "protected": _FLAG,
                "expires_at": (None, _moment(10), _moment(20)),
                "ttl_seconds": (None, 86_400, 90_000),
                "archived": _FLAG,
            },
        ),
        f"{p}_masked": Slot(
            "AnonymizedBranch",
            project,
            {"name": _names(f"{p}_masked"), "masking_rules": (_RULES[:1], _RULES, _RULES[1:]), "annotations": labels},
        ),
        f"{p}_rw": Slot("Endpoint", side, compute),
        f"{p}_ro": Slot("Endpoint", {**default, "type": "read_only"}, compute),
        f"{p}_app": Slot("Role", default, {"name": _names(f"{p}_app"), "password_rotation": (None, "1", "2")}),
        f"{p}_web": Slot("Role", default, {"name": _names(f"{p}_web"), "no_login": _FLAG}),
        f"{p}_guest": Slot(
            "Role", side, {"name": _names(f"{p}_guest"), "password_rotation": (None, "1", "2")}, (f"{p}_rw",)
        ),
        f"{p}_data": Slot(
            "Database",
            {**default, "deletion_protection": False},
            {"name": _names(f"{p}_data"), "owner_name": (Code(f"{p}.role_name"), Code(f"{p}_app.name"))},
        ),
        f"{p}_logs": Slot(
            "Database",
            {**side, "deletion_protection": False, "owner_name": Code(f"{p}_guest.name")},
            {"name": _names(f"{p}_logs")},
            (f"{p}_rw",),
        ),
        f"{p}_backups": Slot("BackupSchedule", default, {"items": _SCHEDULES}),
        f"{p}_snap": Slot("Snapshot", default, {"name": _names(f"{p}_snap"), **snapshot}),
        f"{p}_auto": Slot("Snapshot", default, snapshot),
        f"{p}_key": Slot("OrgApiKey", {**project, "org_id": ORGANIZATION}, {"name": _names(f"{p}_key")}),
    }


SLOTS: Final[dict[str, Slot]] = {
    **_of_project("p1"),
    **_of_project("p2"),
    "key": Slot("OrgApiKey", {"org_id": ORGANIZATION}, {"name": _names("key")}),
    "limit": Slot("SpendingLimit", {"org_id": ORGANIZATION}, {"cents": (500, 1000, 2000)}),
}
"""In the order the program declares them."""


@dataclass(slots=True)
class Program:
    """What is declared, and the logical names each slot had, the present one last."""

    declared: dict[str, Arguments] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)

    def copy(self) -> Program:
        """Another one, to try a change on."""
        return Program({slot: dict(given) for slot, given in self.declared.items()}, {**self.names})

    def declare(self, slot: str, given: Arguments) -> None:
        """Declare a resource, and with their usual arguments those that it needs."""
        self.declared[slot] = given
        self.names.setdefault(slot, [slot])
        for needed in self.needs(slot):
            if needed not in self.declared:
                self.declare(needed, SLOTS[needed].usual)

    def remove(self, slot: str) -> None:
        """Remove a resource and all that need it."""
        for gone in self.closure(slot):
            self.declared.pop(gone, None)
            self.names.pop(gone, None)

    def rename(self, slot: str) -> None:
        """Give a resource another logical name, with the old ones as its aliases."""
        self.names[slot] = [*self.names[slot], f"{slot}-{len(self.names[slot]) + 1}"]

    def needs(self, slot: str) -> set[str]:
        """The slots that one needs directly."""
        found = set(SLOTS[slot].after)
        for value in (*SLOTS[slot].fixed.values(), *self.declared[slot].values()):
            if isinstance(value, Code):
                found.add(value.partition(".")[0])
        return found

    def closure(self, slot: str) -> set[str]:
        """A slot and all that need it."""
        found = {slot}
        for other in SLOTS:  # what needs something stands behind it
            if other in self.declared and found & self.needs(other):
                found.add(other)
        return found

    @property
    def refused(self) -> bool:
        """Whether Neon, or check, would refuse it whatever happens."""
        for given in self.declared.values():
            expires = given.get("expires_at") and "parent_id" in given
            if expires and given.get("ttl_seconds"):
                return True
            if given.get("protected") and (expires or given.get("ttl_seconds") or given.get("archived")):
                return True
            if (given.get("min_cu") or 0) > (given.get("max_cu") or 0.25):
                return True
        return False

    @property
    def text(self) -> str:
        """The program."""
        return HEAD + "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        for slot, kind in SLOTS.items():
            if slot not in self.declared:
                continue
            given = {**kind.fixed, **self.declared[slot]}
            arguments = [f"{name}={value!r}" for name, value in given.items() if value is not None]
            *before, name = self.names[slot]
            opts = [repr(old) for old in before]
            opts += [f"after=[{', '.join(kind.after)}]"] if kind.after else []
            yield f'{slot} = neon.{kind.kind}("{name}", {", ".join(arguments)}, opts=options({", ".join(opts)}))'


NAME: Final = re.compile(r"-\d+$")


def slot_of(urn: str) -> str:
    """The slot of a resource of the program."""
    return NAME.sub("", urn.rpartition("::")[2])


def places(slot: str) -> set[str]:
    """Where a compute stands: it cannot be deleted while its branch is protected."""
    return {"rw": {f"{slot[:2]}_b1"}, "ro": {slot[:2]}}.get(slot[3:], set())


def protects(program: Program, slot: str) -> bool:
    """Whether a run of this program protects it, or its default branch."""
    given = program.declared.get(slot, {})
    return bool(given.get("protected") or (given.get("default_branch") or {}).get("protected"))


def is_open(program: Program, slot: str) -> bool:
    """Whether a run of this program took its protection away; a default branch keeps it until it is said to be open."""
    given = program.declared.get(slot)
    if given is None:
        return False
    if SLOTS[slot].kind == "Project":
        return (given.get("default_branch") or {}).get("protected") is False
    return not given.get("protected")
