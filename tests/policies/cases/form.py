"""What a case is: one change of the compliant stack, and the answer that one rule then gives about one resource.

Every rule has a case of each kind; `test_cases.py` holds that, and plays each through both callers.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from policies.catalogue.model import Outcome
from policies.catalogue.resource import UNKNOWN, Resource
from policies.catalogue.waivers import Waiver
from tests.policies.samples import headers as header_samples
from tests.policies.samples.build import transforms

TODAY: Final = date(2026, 11, 25)
"""The day that all cases are judged on."""


class _Absent:
    def __repr__(self) -> str:
        return "[absent]"


ABSENT: Final = _Absent()
"""A value that takes the property, or the whole resource, away."""

Change = tuple[str, str, Any]
"""Logical name, path, value.

- path ``a.b.0.c`` sets a property; digits are list positions
- path ``header:Name`` sets a response header of the route sample ``headers``
- path ``@protect``, ``@ignore_changes``, ``@secret_outputs``, ``@id`` or ``@type`` sets what is no property
- path ``@link:projectId`` sets the URNs that a property comes from, a tuple
- path ``""`` adds the `Resource` given as value, or with `ABSENT` takes the resource away
"""


class Kind(StrEnum):
    """What a case shows about its rule."""

    COMPLIANT = "compliant"
    VIOLATING = "violating"
    ABSENT = "absent"
    NEAR_MISS = "near miss"
    UNKNOWN = "unknown"
    OTHER_TYPE = "other type"


@dataclass(frozen=True, slots=True)
class Case:
    """`fires` are the codes of all rules that fail anywhere in the changed stack. `waivers` are those of the project then."""

    rule: str
    kind: Kind
    on: str
    outcome: Outcome
    changes: tuple[Change, ...]
    fires: frozenset[str]
    says: str
    stack: str
    waivers: tuple[Waiver, ...] = ()

    def __str__(self) -> str:
        changed = ",".join(f"{name}.{path}={value!r:.24}" for name, path, value in self.changes)
        waived = "".join(f"-{waiver.id}" for waiver in self.waivers)
        return f"{self.rule}-{self.kind}-{self.on}-{changed}{waived}".replace("::", ":")


def _case(
    kind: Kind,
    rule: str,
    on: str,
    changes: tuple[Change, ...],
    outcome: Outcome,
    fires: set[str] | None,
    says: str,
    stack: str,
) -> Case:
    default = {rule} if outcome is Outcome.FAIL else set()
    return Case(rule, kind, on, outcome, changes, frozenset(default if fires is None else fires), says, stack)


def compliant(rule: str, on: str, *changes: Change, says: str = "", stack: str = "production") -> Case:
    """The rule passes; without changes, on the sample as it is."""
    return _case(Kind.COMPLIANT, rule, on, changes, Outcome.PASS, None, says, stack)


def violating(
    rule: str, on: str, *changes: Change, fires: set[str] | None = None, says: str = "", stack: str = "production"
) -> Case:
    """The rule fails; `says` is a part of what its finding shows (path, seen or wanted)."""
    return _case(Kind.VIOLATING, rule, on, changes, Outcome.FAIL, fires, says, stack)


def absent(
    rule: str,
    on: str,
    *changes: Change,
    outcome: Outcome = Outcome.FAIL,
    fires: set[str] | None = None,
    says: str = "",
    stack: str = "production",
) -> Case:
    """What is judged is missing; the outcome says what the vendor's default makes of that."""
    return _case(Kind.ABSENT, rule, on, changes, outcome, fires, says, stack)


def near_miss(
    rule: str,
    on: str,
    *changes: Change,
    outcome: Outcome = Outcome.PASS,
    fires: set[str] | None = None,
    says: str = "",
    stack: str = "production",
) -> Case:
    """Just inside a bound, or just outside of it with another outcome."""
    return _case(Kind.NEAR_MISS, rule, on, changes, outcome, fires, says, stack)


def unknown(
    rule: str,
    on: str,
    *changes: Change,
    outcome: Outcome = Outcome.NOT_EVALUATED,
    fires: set[str] | None = None,
    says: str = "",
    stack: str = "production",
) -> Case:
    """A value is `UNKNOWN` (or `SECRET`); give the changes that make it so."""
    assert any(_has_unknown(value) for _, _, value in changes), "an unknown case has an unknown value"
    return _case(Kind.UNKNOWN, rule, on, changes, outcome, fires, says, stack)


def other_type(rule: str, on: str, *changes: Change, says: str = "judges ", stack: str = "production") -> Case:
    """A resource of a type that the rule does not judge."""
    return _case(Kind.OTHER_TYPE, rule, on, changes, Outcome.NOT_APPLICABLE, None, says, stack)


def waived(case: Case, *waivers: Waiver) -> Case:
    """The case with waivers of the project."""
    return dataclasses.replace(case, waivers=waivers)


def changed(
    stack: Mapping[str, Resource], changes: tuple[Change, ...], name: str = "production"
) -> dict[str, Resource]:
    """The stack with all changes made, under the name of a stack."""
    found = dict(stack)
    for logical, path, value in changes:
        if path == "" and value is ABSENT:
            del found[logical]
        elif path == "":
            found[logical] = value
        else:
            found[logical] = _set(found[logical], path, value)
    return found if name == "production" else {key: _moved(item, name) for key, item in found.items()}


def _set(item: Resource, path: str, value: Any) -> Resource:
    if path.startswith("@link:"):
        return dataclasses.replace(item, links={**item.links, path.removeprefix("@link:"): value})
    if path.startswith("@"):
        return dataclasses.replace(item, **{path[1:]: value})
    properties = copy.deepcopy(dict(item.properties))
    if path.startswith("header:"):
        wanted = {**header_samples.PROFILE, path.removeprefix("header:"): value}
        properties["route"]["transforms"] = transforms({k: v for k, v in wanted.items() if v is not ABSENT})
    else:
        where: Any = properties
        *above, last = (int(key) if key.isdigit() else key for key in path.split("."))
        for key in above:
            where = where[key]
        if value is not ABSENT:
            where[last] = value
        else:
            del where[last]
    return dataclasses.replace(item, properties=properties)


_MOVED: dict[tuple[int, str], tuple[Resource, Resource]] = {}


def _moved(item: Resource, stack: str) -> Resource:
    """The resource under the name of another stack: the same object each time, for the same one."""
    if (key := (id(item), stack)) not in _MOVED:
        _MOVED[key] = (item, _renamed(item, stack))
    return _MOVED[key][1]


def _renamed(item: Resource, stack: str) -> Resource:
    def move(urn: str) -> str:
        return urn.replace("urn:pulumi:production::", f"urn:pulumi:{stack}::", 1)

    links = {key: tuple(map(move, urns)) for key, urns in item.links.items()}
    return dataclasses.replace(item, urn=move(item.urn), parent=move(item.parent), links=links)


def _has_unknown(value: Any) -> bool:
    from policies.catalogue.resource import SECRET

    if isinstance(value, Resource):
        return _has_unknown(value.properties)
    if isinstance(value, Mapping):
        return any(map(_has_unknown, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_has_unknown, value))
    return value is UNKNOWN or value is SECRET
