"""Runs pieces of work in turns, each in a process of its own, and takes wall time and peak memory."""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Case:
    """What is measured: a command, and how its folder is prepared (not measured) before each run."""

    name: str
    command: Callable[[Path], list[str]]
    prepare: Callable[[Path], None] = lambda _folder: None
    rounds: int = 0
    """How often at most; 0 for as often as all others."""


@dataclass(slots=True)
class Sample:
    """The runs of one case: seconds of wall time, and MiB of peak memory of the process."""

    seconds: list[float] = field(default_factory=list)
    mebibytes: list[float] = field(default_factory=list)

    @property
    def wall(self) -> float:
        """Median seconds."""
        return statistics.median(self.seconds)

    @property
    def peak(self) -> float:
        """Largest memory seen."""
        return max(self.mebibytes)


def worker(work: str, argument: str) -> Callable[[Path], list[str]]:
    """The command of one piece of work."""
    return lambda folder: [sys.executable, "-m", "benchmarks.worker", work, argument, str(folder)]


def measure(cases: Sequence[Case], rounds: int, told: Callable[[str], None]) -> dict[str, Sample]:
    """Run all cases in turns, `rounds` times, so that a slow minute of the machine strikes all alike."""
    samples = {case.name: Sample() for case in cases}
    for turn in range(rounds):
        for case in cases:
            if case.rounds and turn >= case.rounds:
                continue
            told(f"round {turn + 1} of {rounds}: {case.name}")
            folder = Path(tempfile.mkdtemp(prefix="brightbroom-benchmark-"))
            try:
                case.prepare(folder)
                seconds, mebibytes = _timed(case.command(folder))
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            samples[case.name].seconds.append(seconds)
            samples[case.name].mebibytes.append(mebibytes)
    return samples


def _timed(command: Sequence[str]) -> tuple[float, float]:
    """Wall seconds and peak MiB of one process; raises when it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = process.stdout.read() if process.stdout else b""
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.stdout:
        process.stdout.close()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {output.decode()[-2000:]}")
    unit = 1 if platform.system() == "Darwin" else 1024  # getrusage(2): bytes there, kilobytes elsewhere
    return seconds, usage.ru_maxrss * unit / _MEBIBYTE


def machine() -> str:
    """What was measured on, without a name that would tell whose it is."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    memory = pages * size / (1 << 30)
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GiB of memory, {platform.system()}, "
        f"Python {platform.python_version()}"
    )
