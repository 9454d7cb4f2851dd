"""Exit codes of every command, and the one exception that carries one to the edge."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended, so that a script can tell whose turn it is."""

    FINE = 0
    BUG = 1
    INPUT = 2
    """The person's input, settings, state or machine: the message names the line that mends it."""
    POLICY = 3
    VENDOR = 4
    DRIFT = 5
    INTERRUPTED = 130


class CommandError(Exception):
    """Ends a command with one message and an exit code; the message is shown as it is, without a traceback."""

    def __init__(self, message: str, code: ExitCode = ExitCode.INPUT) -> None:
        super().__init__(message)
        self.code = code
