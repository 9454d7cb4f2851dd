"""What every function has: a table of its arguments, from which the checks of presence and shape follow.

A function only reads. It is asked at preview too, so that it must cost little and change nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from neon_provider import checks
from neon_provider.checks import Check, Problem
from neon_provider.convert import Properties, known
from neon_provider.errors import NotFound
from neon_provider.session import Session
from neon_provider.shapes import TEXT, Shape, mismatches

Call: TypeAlias = Callable[[Session, Properties, str], Awaitable[Properties]]
"""Takes a session, checked arguments and the configured organisation (empty for none); answers plain properties."""


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """Arguments that turn out to be wrong only when Neon was asked: (argument, reason)."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{key}: {reason}" for key, reason in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument. `rule` judges a value that has its shape."""

    rule: Check | None = None
    shape: Shape = TEXT
    required: bool = False


def _nothing(_: Properties) -> Iterator[Problem]:
    yield from ()


@dataclass(frozen=True, slots=True)
class Function:
    """One function. `together` judges arguments that depend on each other, `secret` names the results to be kept secret."""

    arguments: Mapping[str, Argument]
    call: Call
    secret: frozenset[str] = frozenset()
    together: Callable[[Properties], Iterator[Problem]] = _nothing

    def check(self, args: Properties) -> list[Problem]:
        """Every problem of the arguments at once; unknown values are passed over."""
        found: list[Problem] = []
        sound: Properties = {}
        for key, argument in self.arguments.items():
            if argument.required and args.get(key) in (None, "", []):
                found.append((key, "is required"))
        for key, value in args.items():
            if key not in self.arguments:
                found.append((key, f"is no argument; known are: {', '.join(self.arguments)}"))
                continue
            if problems := self._judge(key, value):
                found += problems
            else:
                sound[key] = value
        return [*found, *self.together(known(sound))]

    def _judge(self, key: str, value: Any) -> list[Problem]:
        argument = self.arguments[key]
        if wrong := list(mismatches(key, value, argument.shape)):
            return wrong
        missing = argument.required and value in ("", [])  # told already
        return [] if missing or argument.rule is None or not known({key: value}) else list(argument.rule(key, value))


@contextmanager
def naming(what: str) -> Iterator[None]:
    """Let a 404 name what was looked for, since Neon's own text does not say which."""
    try:
        yield
    except NotFound as error:
        raise NotFound(
            what, f"not found ({error})", advice="Check the ids, and that the key may see the project"
        ) from None


def short_name(key: str, value: Any) -> Iterator[Problem]:
    """The name of a role or database: what Postgres takes, those of the system included."""
    size = len(str(value).encode())
    if not 1 <= size <= 63:
        yield key, f"must be 1 to 63 bytes, was {size}"


PROJECT: Final = Argument(checks.an_id(), required=True)
BRANCH: Final = Argument(checks.an_id("br-"), required=True)
ANY_BRANCH: Final = Argument(checks.an_id("br-"))
ORGANIZATION: Final = Argument(checks.an_id("org-"))
NAME: Final = Argument(short_name, required=True)
