"""What ends an audit.

::

    AuditError            the person's input: a state, a key, a folder; lists every mistake
    IncompleteError       results were lost on the way: a bug of ours
"""

from __future__ import annotations

from collections.abc import Iterable


class AuditError(Exception):
    """The audit cannot begin with what it was given; `mistakes` holds all that is wrong, one line each."""

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(self.mistakes))


class IncompleteError(Exception):
    """A rule and a resource are without an answer, or have two. Never the fault of what was judged."""
