"""What the Neon plugin costs: requests per operation, time for many branches, start-up and memory."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rehearsal.clouds.neon import NeonService, Switches

ROOT: Final = Path(__file__).parent.parent
PLUGIN: Final = ROOT / "providers" / "neon"
SIZES: Final = (1, 20, 200)
LATENCIES: Final = (0.0, 0.1)
LEAST: Final = {"create": 2, "update": 2, "delete": 1, "no-op preview": 0}
"""The change and one read of what came of it; a deletion has nothing to read, a preview without a change asks nothing."""
_IMPORTS: Final = "import grpc, grpc.aio, httpx, pulumi.provider.experimental.server"


@dataclass(slots=True)
class Phases:
    """Seconds and requests by phase of one run of the worker."""

    seconds: dict[str, float] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class NeonResults:
    """Everything measured of the plugin."""

    operations: dict[str, int]
    branches: dict[tuple[int, float], list[Phases]]
    paced: Phases
    imports: list[float]
    starts: list[float]
    memory: float


def measure_neon(rounds: int, told: Callable[[str], None]) -> NeonResults:
    """Measure; `told` hears what is under way."""
    told("neon: requests per operation")
    operations = _worked("operations", 0, 0).requests
    branches: dict[tuple[int, float], list[Phases]] = {}
    for turn in range(rounds):
        for size in SIZES:
            for latency in LATENCIES:
                if size == max(SIZES) and latency and turn:
                    continue  # a minute each, and its time is the latency's
                told(f"neon: {size} branches at {latency:.1f} s, round {turn + 1} of {rounds}")
                branches.setdefault((size, latency), []).append(_worked("branches", size, latency))
    told("neon: 200 branches at the rate that Neon allows")
    paced = _worked("branches", max(SIZES), 0, "paced")
    told("neon: start-up")
    imports, starts, memory = [], [], 0.0
    for _ in range(max(rounds, 5)):
        imports.append(_timed([sys.executable, "-c", _IMPORTS]))
        seconds, memory = _started()
        starts.append(seconds)
    return NeonResults(operations, branches, paced, imports, starts, memory)


def _worked(work: str, count: int, latency: float, *more: str) -> Phases:
    """Run the worker against a fresh service in this process."""
    found = Phases()
    with NeonService(switches=Switches(latency=latency)) as service:
        environment = {**os.environ, "NEON_API_URL": service.url, "NEON_API_KEY": service.api_key}
        command = [sys.executable, "-m", "benchmarks.neon_worker", work, str(count), *more]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT
        ) as process:
            if process.stdin is None or process.stdout is None:
                raise RuntimeError("no pipes")
            phase, before = "Project create", 0
            for line in process.stdout:
                if line.startswith("begin "):
                    found.requests[phase], before = len(service.requests) - before, len(service.requests)
                    phase = line.removeprefix("begin ").strip()
                    process.stdin.write("\n")
                    process.stdin.flush()
                else:
                    found.requests[phase] = len(service.requests) - before
                    found.seconds = json.loads(line)
        if process.returncode:
            raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return found


def _timed(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, cwd=PLUGIN)
    return time.perf_counter() - started


def _started() -> tuple[float, float]:
    """(seconds until the plugin tells its port, MiB it then holds)."""
    started = time.perf_counter()
    with subprocess.Popen([sys.executable, ".", "127.0.0.1:1"], stdout=subprocess.PIPE, cwd=PLUGIN) as process:
        if process.stdout is None or not process.stdout.readline():
            raise RuntimeError("the plugin told no port")
        seconds = time.perf_counter() - started
        status = Path(f"/proc/{process.pid}/status")
        lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
        memory = next((float(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)
        process.kill()
    return seconds, memory


# ---- the page ---------------------------------------------------------------------------------------------------


def written(results: NeonResults) -> Iterator[str]:
    """The plugin's part of the page."""
    yield from (
        "## The Neon plugin",
        "",
        "Against the local service in another process. Least possible: the change, and one read of what came of it; a deletion",
        "needs the change alone, a preview without a change nothing. Operations end at once here: at Neon each change waits for",
        "its own, with one request per poll. A branch is looked for before it is made, once per project and run: it may be left",
        "of an interrupted one.",
        "",
        "| operation | requests | least |",
        "|---|---:|---:|",
    )
    for name, count in sorted(results.operations.items()):
        yield f"| {name} | {count} | {LEAST[name.partition(' ')[2]]} |"
    yield from (
        "",
        "Branches of one project, seconds (median of the rounds) and requests. One change at a time is what Neon takes of a",
        "project, so the latency adds up. The plugin asks no more than 10 times a second after a burst of 30, because Neon",
        "allows about 700 a minute; that rate is off but in the last row.",
        "",
        "| branches, latency | create | requests | no-op preview | refresh | requests | destroy | requests |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    )
    for (size, latency), phases in results.branches.items():
        yield _row(f"{size}, {1000 * latency:.0f} ms", phases)
    yield _row(f"{max(SIZES)}, 0 ms, at Neon's rate", [results.paced])
    imports, starts = statistics.median(results.imports), statistics.median(results.starts)
    met = "met" if starts <= 1.5 * imports else "missed"
    yield from (
        "",
        f"Start-up: {starts:.2f} s until the plugin tells its port, {imports:.2f} s for importing grpc, httpx and the SDK's",
        f"server alone: {starts / imports:.2f}x (wanted: within 1.5x; {met}). It then holds {results.memory:.0f} MiB.",
        "",
    )


def _row(name: str, runs: list[Phases]) -> str:
    def median(phase: str) -> str:
        return f"{statistics.median(run.seconds[phase] for run in runs):.3f}"

    requests: Mapping[str, int] = runs[0].requests
    return (
        f"| {name} | {median('create')} | {requests['create']} | {median('no-op preview')} | {median('refresh')} |"
        f" {requests['refresh']} | {median('destroy')} | {requests['destroy']} |"
    )
