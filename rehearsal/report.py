"""What a run did, as lines for people and as data for machines. Secrets are masked before anything is built here."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, TypeAlias

from rich.text import Text

from rehearsal.engine import UNKNOWN, PolicyFinding, PropertyChange, ResourceState, Result, Step, masked
from rehearsal.engine.urns import STACK_TYPE, name_of, type_of

Document: TypeAlias = dict[str, Any]

SYMBOLS: Final[Mapping[str, str]] = {
    "create": "+",
    "update": "~",
    "delete": "-",
    "replace": "+-",
    "read": "<",
    "import": "=",
    "refresh": "~",
    "gone": "-",
    "same": " ",
}
_STYLES: Final[Mapping[str, str]] = {
    "create": "green",
    "update": "yellow",
    "delete": "red",
    "replace": "magenta",
    "read": "cyan",
    "import": "cyan",
    "refresh": "yellow",
    "gone": "red",
    "same": "dim",
}
_REPLACEMENTS: Final = frozenset({"replace", "create-replacement", "delete-replaced"})
_ALIKE_SHOWN: Final = 3  # siblings of one type and one kind of change beyond which they share a line
_LONGEST_VALUE: Final = 72


@dataclass(slots=True)
class Row:
    """One resource of a run: its change, and below it its children."""

    urn: str
    op: str
    changes: list[PropertyChange] = field(default_factory=list)
    inputs: dict[str, Any] = field(default_factory=dict)
    children: list[Row] = field(default_factory=list)

    @property
    def moves(self) -> bool:
        """Whether it or something below it changes."""
        return self.op != "same" or any(child.moves for child in self.children)


def rows(result: Result) -> list[Row]:
    """The resources of a run as a tree; several steps of one resource (a replacement) are one row."""
    found: dict[str, Row] = {}
    parents: dict[str, str] = {}
    for step in result.steps:
        resource = step.new or step.old
        row = found.setdefault(step.urn, Row(step.urn, "same"))
        row.op = _merged(row.op, _op(step))
        row.changes = step.changes or row.changes
        row.inputs = masked(resource.inputs) if resource else {}
        parents[step.urn] = _parent(resource)
    roots: list[Row] = []
    for urn, row in found.items():
        siblings = found[parents[urn]].children if parents[urn] in found else roots
        siblings.append(row)
    return roots


def counts(result: Result) -> Counter[str]:
    """How many resources are created, updated, replaced, deleted, or stay the same."""
    tally: Counter[str] = Counter()

    def walk(children: Sequence[Row]) -> None:
        for row in children:
            tally[row.op] += 1
            walk(row.children)

    walk(rows(result))
    return tally


def summary(result: Result) -> str:
    """One line such as `153 to create, 2 unchanged`."""
    tally = counts(result)
    planned = result.operation == "preview"
    words = {
        "create": "to create" if planned else "created",
        "update": "to update" if planned else "updated",
        "replace": "to replace" if planned else "replaced",
        "delete": "to delete" if planned else "deleted",
        "refresh": "differ from the state",
        "gone": "gone at the vendor",
        "read": "read",
        "import": "to import" if planned else "imported",
        "same": "unchanged",
    }
    parts = [f"{tally[op]} {text}" for op, text in words.items() if tally[op]]
    return ", ".join(parts) or "nothing to do"


# ---- lines ------------------------------------------------------------------------------------------------------


def tree(result: Result, *, verbose: bool = False) -> Iterator[Text]:
    """The changes as an indented tree. Unchanged branches are left out; siblings alike share a line unless `verbose`,
    which also shows what a new resource is made with."""
    yield from branch(rows(result), verbose=verbose)


def branch(children: Sequence[Row], depth: int = 0, *, verbose: bool = False) -> Iterator[Text]:
    """The rows that change, each with what is below it."""
    moving = [row for row in children if row.moves]
    if verbose:
        for row in moving:
            yield from _row(row, depth, verbose=True)
        return
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in moving:
        simple = not row.children and not row.changes
        groups.setdefault((type_of(row.urn), row.op) if simple else (row.urn, ""), []).append(row)
    for group in groups.values():
        if len(group) > _ALIKE_SHOWN:
            yield _line(group[0], f"{_names(group)}", depth, f" x {len(group)}")
        else:
            for row in group:
                yield from _row(row, depth, verbose=False)


def _row(row: Row, depth: int, *, verbose: bool) -> Iterator[Text]:
    yield _line(row, name_of(row.urn), depth)
    for change in row.changes:
        yield _change(change, depth + 1)
    if verbose and row.op == "create":
        for key, value in row.inputs.items():
            if key.startswith("__"):  # the engine's own
                continue
            yield Text(f"{'  ' * (depth + 2)}{key}: {shown(value)}", style="dim")
    yield from branch(row.children, depth + 1, verbose=verbose)


def _line(row: Row, names: str, depth: int, times: str = "") -> Text:
    text = Text(f"{'  ' * depth}{SYMBOLS[row.op]:<2} ", style=_STYLES[row.op])
    return text.append(short_type(row.urn), style="bold").append(times).append(f"  {names}")


def _change(change: PropertyChange, depth: int) -> Text:
    kind = {"add": "create", "delete": "delete", "update": "update"}[change.kind]
    line = f"{'  ' * depth}   {SYMBOLS[kind]} {change.path}: "
    if change.kind == "update":
        line += f"{shown(change.old)} -> {shown(change.new)}"
    else:
        line += shown(change.new if change.kind == "add" else change.old)
    if change.replaces:
        line += "  (replaces)"
    return Text(line, style=_STYLES[kind])


def _names(group: Sequence[Row]) -> str:
    names = [name_of(row.urn) for row in group]
    text = ", ".join(names)
    return text if len(text) <= 2 * _LONGEST_VALUE else ", ".join(names[:_ALIKE_SHOWN]) + ", …"


def short_type(urn: str) -> str:
    """`vercel:ProjectRoute` for `vercel:index/projectRoute:ProjectRoute`: package and class."""
    parts = type_of(urn).split(":")
    return ":".join(parts) if parts[0] in ("pulumi", "brightbroom") else f"{parts[0]}:{parts[-1]}"


def shown(value: Any) -> str:
    """A masked value on one line."""
    if value == UNKNOWN:
        return "[computed]"
    text = json.dumps(value, ensure_ascii=False).replace(json.dumps(UNKNOWN), "[computed]")
    text = text.replace('"[secret]"', "[secret]")
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


# ---- data -------------------------------------------------------------------------------------------------------


def document(result: Result) -> Document:
    """A run as JSON: what changed, what the policies and vendors said, the outputs, how long it took."""
    return {
        "operation": str(result.operation),
        "stack": result.stack,
        "ok": result.ok,
        "seconds": round(result.seconds, 3),
        "changes": dict(counts(result)),
        "steps": [_step(step) for step in result.steps if _op(step) != "same"],
        "policies": [asdict(pack) for pack in result.packs],
        "findings": [_finding(finding) for finding in result.findings],
        "failures": [asdict(failure) for failure in result.failures],
        "outputs": masked(result.outputs),
    }


def _finding(finding: PolicyFinding) -> Document:
    return {
        "pack": finding.pack,
        "policy": finding.policy,
        "level": finding.level,
        "message": finding.message,
        "urn": finding.urn,
    }


def _step(step: Step) -> Document:
    return {
        "op": step.op,
        "urn": step.urn,
        "type": step.type,
        "name": step.name,
        "seconds": round(step.seconds, 4),
        "failed": step.failed,
        "changes": [asdict(change) for change in step.changes],
    }


def _op(step: Step) -> str:
    """The engine's operation as one of the kinds that `SYMBOLS` knows."""
    if step.op in _REPLACEMENTS:
        return "replace"
    if step.op == "refresh":
        return "gone" if step.new is None else "refresh" if step.changes else "same"
    return {"import-replacement": "replace", "read-replacement": "replace"}.get(
        step.op, step.op if step.op in SYMBOLS else "delete"
    )


def _merged(before: str, op: str) -> str:
    return before if op == "same" and before != "same" else "replace" if "replace" in (before, op) else op


def _parent(resource: ResourceState | None) -> str:
    return resource.parent if resource and resource.type != STACK_TYPE else ""
