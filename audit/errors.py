"""What ends an audit.

::

    AuditError            the person's input: a state, a key, a folder; lists every mistake
    IncompleteError       results were lost on the way: a bug of ours
"""

from __future__ import annotations


class AuditError(Exception):
    """The audit cannot begin with what it was given; `mistakes` holds all that is wrong, one line each."""

    def __init__(self, *mistakes: str) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(mistakes))


class IncompleteError(Exception):
    """A rule and a resource are without an answer, or have two. Never the fault of what was judged."""
