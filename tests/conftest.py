"""What every test stands on: no network but loopback, and no environment of the person who runs it."""

import os
import shutil
import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

# Tests edit programs within a second, which the time stamp of cached bytecode cannot tell.
sys.dont_write_bytecode = True
settings.register_profile("suite", deadline=None, derandomize=True)
settings.load_profile("suite")

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_NEEDED = {"engine": ("pulumi",), "browser": ("chromium", "google-chrome", "chrome")}
_FOREIGN = ("PULUMI_", "VERCEL_", "NEON_", "GITHUB_", "GH_", "UPSTASH_", "SENTRY_", "AWS_", "BRIGHTBROOM_")


@pytest.fixture(scope="session", autouse=True)
def _only_loopback() -> Iterator[None]:
    """A connection to anything but this machine is a bug of the test or of the code under it."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in _LOOPBACK:
            raise AssertionError(f"a test tried to reach {address[0]}")
        real(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        yield


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens and settings of whoever runs the suite must not reach it."""
    for name in list(os.environ):
        if name.startswith(_FOREIGN):
            monkeypatch.delenv(name)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked `engine` or `browser` need a program that not every machine has; without it they are skipped, and say so."""
    for mark, programs in _NEEDED.items():
        if not any(map(shutil.which, programs)):
            skip = pytest.mark.skip(reason=f"no `{programs[0]}` on PATH")
            for item in items:
                if item.get_closest_marker(mark):
                    item.add_marker(skip)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How much of the fault matrix was played, and how many mutants the right rule saw: each test tells its own part, in
    whichever process it ran."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    told = [dict(report.user_properties) for report in reports if getattr(report, "when", "") == "call"]
    counted = [(found["fault cases"], found["fault cases in all"]) for found in told if "fault cases" in found]
    if counted:
        ran, possible = (sum(numbers) for numbers in zip(*counted, strict=True))
        terminalreporter.write_line(f"fault matrix: {ran} of {possible} cases ran, in {len(counted)} operations")
    for found in told:
        if "mutants" in found:
            terminalreporter.write_line(f"mutants: the right rule sees {found['mutants seen']} of {found['mutants']}")
