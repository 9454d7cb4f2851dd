"""Variables of the app, wherever Vercel's resources hold them: alone, in a list, shared by projects, or inline in a project."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from policies.catalogue.model import Finding, Unevaluated, together
from policies.catalogue.resource import Resource, Stack
from policies.catalogue.secrecy import is_secret_name
from policies.catalogue.types import VERCEL_PROJECT, VERCEL_SHARED_VARIABLE, VERCEL_VARIABLE, VERCEL_VARIABLES

_ALONE: Final = (VERCEL_VARIABLE, VERCEL_SHARED_VARIABLE)
_LISTS: Final = {VERCEL_VARIABLES: "variables", VERCEL_PROJECT: "environments"}
VARIABLE_TYPES: Final = (*_ALONE, *_LISTS)
"""The four types whose resources hold variables."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable. `place` is where it stands in its resource: empty, or `variables.0`.

    Each property raises `Unevaluated` where it cannot be read.
    """

    resource: Resource
    place: str = ""

    def path(self, name: str) -> str:
        """The dotted path of one of its properties, as `Resource.get` takes it."""
        return f"{self.place}.{name}" if self.place else name

    @property
    def key(self) -> str:
        """Its name, empty where it has none."""
        return str(self.resource.readable(self.path("key")) or "")

    @property
    def value_path(self) -> str:
        """Where its value stands: `valueWo` where that is used, which a state never holds."""
        written = self.resource.mapped(self.place) if self.place else self.resource.properties
        return self.path("valueWo" if "value" not in written and "valueWo" in written else "value")

    @property
    def value(self) -> Any:
        """Its value: a text, None where there is none, `SECRET` where it is encrypted."""
        return self.resource.get(self.value_path)

    @property
    def targets(self) -> tuple[str, ...]:
        """Vercel's targets (production, preview, development), and `custom` where it goes to custom environments."""
        custom = self.resource.readable(self.path("customEnvironmentIds")) or self.resource.readable(
            self.path("applyToAllCustomEnvironments")
        )
        path = self.path("targets")
        named = [str(self.resource.readable(f"{path}.{place}")) for place in range(len(self.resource.listed(path)))]
        return (*named, *(("custom",) if custom else ()))

    @property
    def sensitive(self) -> bool:
        """Whether nobody can read it at Vercel; absent means no."""
        return self.resource.readable(self.path("sensitive")) is True

    @property
    def comment(self) -> str:
        """The note at Vercel, empty where there is none."""
        return str(self.resource.readable(self.path("comment")) or "")

    @property
    def secret(self) -> bool:
        """Whether its value is a secret: by its name, or because it is declared sensitive."""
        return is_secret_name(self.key) or self.sensitive


def variables(resource: Resource) -> tuple[Variable, ...]:
    """All variables of a resource, none where its type holds none."""
    if resource.type in _ALONE:
        return (Variable(resource),)
    listed = _LISTS.get(resource.type)
    entries = resource.listed(listed) if listed else ()
    return tuple(Variable(resource, f"{listed}.{position}") for position in range(len(entries)))


def of_stack(stack: Stack) -> Iterator[Variable]:
    """All variables of a stack."""
    for resource in stack.of_type(*VARIABLE_TYPES):
        yield from variables(resource)


def each(resource: Resource, judge: Callable[[Variable], Iterator[Finding]]) -> Iterator[Finding]:
    """What `judge` finds in every variable of a resource. One that cannot be read hides no other: it is told last."""

    def judged(variable: Variable) -> Iterator[Finding]:
        yield from judge(variable)

    yield from together(*map(judged, variables(resource)))


def may_hold(resource: Resource, wanted: Callable[[Variable], bool]) -> bool:
    """Whether a resource has a variable that is as asked; one that cannot be read may be."""
    return any(_may_be(wanted, variable) for variable in variables(resource))


def _may_be(wanted: Callable[[Variable], bool], variable: Variable) -> bool:
    try:
        return wanted(variable)
    except Unevaluated:
        return True
