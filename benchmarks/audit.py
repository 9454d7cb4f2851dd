"""What judging costs: the rules alone, an audit as a process of its own, and Checkov on the same resources."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.measure import Case, Sample, measure, worker

SIZES: Final = (200, 2_000, 10_000)
ROOT: Final = Path(__file__).parent.parent
AT: Final = "2026-11-25T12:00:00Z"
CHECKOV: Final = "Checkov on 200 resources"


@dataclass(frozen=True, slots=True)
class AuditResults:
    """Seconds of all rules over 200 resources, turn by turn; whole processes by their case; and what Checkov said."""

    rules: list[float]
    samples: Mapping[str, Sample]
    checkov: str


def measure_audit(rounds: int, told: Callable[[str], None]) -> AuditResults:
    """All of it; Checkov only where one is on PATH."""
    with tempfile.TemporaryDirectory(prefix="brightbroom-benchmark-") as name:
        folder = Path(name)
        subprocess.run(worker("up", "production")(folder / "up"), check=True, capture_output=True)
        sizes = [str(size) for size in SIZES]
        grow = [sys.executable, "-m", "benchmarks.states", str(folder / "up" / "state.json"), str(folder), *sizes]
        subprocess.run(grow, check=True, capture_output=True, cwd=ROOT)
        samples = measure(_cases(folder), rounds, told)
        return AuditResults(_rules(folder / f"{SIZES[0]}.json"), samples, _checkov(folder / "plan.json"))


def _cases(folder: Path) -> list[Case]:
    cases = []
    for size in SIZES:
        state = ["--state", str(folder / f"{size}.json"), "--settings", str(ROOT)]
        cases += [
            Case(_audit(size), _command(*state, "--at", AT, "--format", "json")),
            Case(_kept(size), _command(*state, "--unsigned", "--evidence", "{folder}/evidence")),
        ]
    if shutil.which("checkov"):
        command = ["checkov", "--file", str(folder / "plan.json"), "--framework", "terraform_plan"]
        quick = ["--skip-download", "--soft-fail", "--compact", "--output", "json"]
        cases.append(Case(CHECKOV, lambda _: [*command, *quick]))
    return cases


def _audit(size: int) -> str:
    return f"audit of {size} resources"


def _kept(size: int) -> str:
    return f"audit of {size} resources, kept in all formats"


def _command(*arguments: str) -> Callable[[Path], list[str]]:
    """An audit; findings in it are no failure of the measurement."""
    program = (
        "import sys; from brightbroom.cli import main; code = main(sys.argv[1:]); sys.exit(0 if code == 3 else code)"
    )
    return lambda folder: [
        *(sys.executable, "-c", program, "audit"),
        *(argument.replace("{folder}", str(folder)) for argument in arguments),
    ]


def _rules(state: Path) -> list[float]:
    command = [sys.executable, "-m", "benchmarks.audit_worker", str(state)]
    found: list[float] = json.loads(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout)
    return found


def _checkov(plan: Path) -> str:
    if not shutil.which("checkov"):
        return ""
    command = ["checkov", "--file", str(plan), "--framework", "terraform_plan", "--skip-download", "--output", "json"]
    found = json.loads(subprocess.run(command, check=False, capture_output=True).stdout)["summary"]
    return f"{found['passed']} passed and {found['failed']} failed checks over {found['resource_count']} resources"


# ---- the page ---------------------------------------------------------------------------------------------------


def written(results: AuditResults) -> list[str]:
    """The section of the results."""
    rules = 1000 * statistics.median(results.rules)
    rows = [
        f"| {name} | {sample.wall:.2f} | {min(sample.seconds):.2f} to {max(sample.seconds):.2f} | {sample.peak:.0f} |"
        for name, sample in results.samples.items()
    ]
    return [
        "## Policies and audit",
        "",
        "States grown from a rehearsed production stack, its resources again and again under names of their own; all rules,",
        "at production's levels. Wall time is that of the whole process. The rules alone are timed in a process that has",
        "imported and read everything.",
        "",
        f"All rules over {SIZES[0]} resources: {rules:.1f} ms (wanted: under 50 ms; {_met(rules < 50)}).",
        "",
        "| case | median s | range s | peak MiB |",
        "|---|---:|---:|---:|",
        *rows,
        "",
        "| wanted | measured | |",
        "|---|---|---|",
        *(f"| {wanted} | {text} | {_met(met)} |" for wanted, text, met in _verdicts(results)),
        "",
    ]


def _verdicts(results: AuditResults) -> list[tuple[str, str, bool]]:
    samples = results.samples
    small, middle, large = (samples[_audit(size)] for size in SIZES)
    per = [1000 * (b.wall - small.wall) / (size - SIZES[0]) for b, size in zip((middle, large), SIZES[1:], strict=True)]
    found = [
        (f"{SIZES[-1]} resources within 10 s", f"{large.wall:.2f} s", large.wall <= 10),
        (f"{SIZES[-1]} resources within 300 MiB", f"{large.peak:.0f} MiB", large.peak <= 300),
        (
            "cost of a further resource constant (within a quarter)",
            f"{per[0]:.2f} ms at {SIZES[1]}, {per[1]:.2f} ms at {SIZES[2]}",
            per[1] <= 1.25 * per[0],
        ),
    ]
    if CHECKOV in samples:
        ratio = small.wall / samples[CHECKOV].wall
        text = f"{ratio:.2f}x of its time; it says {results.checkov}"
        found.append((f"an audit of {SIZES[0]} resources no slower than Checkov", text, ratio <= 1))
    return found


def _met(fine: bool) -> str:  # noqa: FBT001 - a word for a verdict
    return "met" if fine else "missed"
