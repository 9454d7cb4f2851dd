"""`python -m benchmarks [--rounds N] [--output FILE]`: measure everything and write the results."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.audit import measure_audit
from benchmarks.audit import written as audit_written
from benchmarks.engine import EMPTY, JUDGED, LARGE, LARGE_JUDGED, PRODUCTION, measure_engine
from benchmarks.measure import Case, Sample, machine, measure, worker
from benchmarks.neon import measure_neon, written

ROOT = Path(__file__).parent.parent
STACKS = ("staging", "production")
UNITS = {"60": "10", "600": "100", "6000": "1000"}
"""Resources of the synthetic program to its units of six resources."""


def main() -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each case runs (default 5)")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks" / "results.md")
    given = parser.parse_args()

    def told(text: str) -> None:
        print(text, file=sys.stderr)

    neon = measure_neon(given.rounds, told)
    audit = measure_audit(given.rounds, told)
    samples = {**measure(_cases(), given.rounds, told), **measure_engine(ROOT, given.rounds, told)}
    page = [*_written(samples, given.rounds), *audit_written(audit), *written(neon)]
    given.output.write_text("\n".join(page), encoding="utf-8")
    print(f"written: {given.output}")
    return 0


def _cases() -> list[Case]:
    cases: list[Case] = []
    for stack in STACKS:
        cases += [
            Case(f"{stack}: import", worker("imports", stack)),
            Case(f"{stack}: floor", worker("floor", stack)),
            Case(f"{stack}: cold preview", worker("preview", stack)),
            Case(f"{stack}: up", worker("up", stack)),
            Case(f"{stack}: no-op preview", worker("preview", stack), _prepared("up", stack)),
        ]
    for size, units in UNITS.items():
        rounds = 3 if size == "6000" else 0
        cases += [
            Case(f"synthetic {size}: echo", worker("echo", units), rounds=rounds),
            Case(f"synthetic {size}: cold preview", worker("synthetic-preview", units), rounds=rounds),
            Case(f"synthetic {size}: up", worker("synthetic-up", units), rounds=rounds),
            Case(
                f"synthetic {size}: no-op preview",
                worker("synthetic-preview", units),
                _prepared("synthetic-up", units),
                rounds=rounds,
            ),
        ]
    return cases


def _prepared(work: str, argument: str) -> Callable[[Path], None]:
    def prepare(folder: Path) -> None:
        subprocess.run(worker(work, argument)(folder), check=True, capture_output=True)

    return prepare


# ---- the page ---------------------------------------------------------------------------------------------------


def _written(samples: Mapping[str, Sample], rounds: int) -> list[str]:
    measured = datetime.now(UTC).strftime("%Y-%m-%d")
    rows = [
        f"| {name} | {sample.wall:.2f} | {min(sample.seconds):.2f} to {max(sample.seconds):.2f} | {_peak(sample)} |"
        for name, sample in samples.items()
    ]
    return [
        "# What it costs",
        "",
        "## The rehearsal",
        "",
        f"Measured {measured} on {machine()}, by `python -m benchmarks --rounds {rounds}`: every case in a process of its",
        "own, all cases in turns. Wall time is that of the whole process, interpreter and imports included; memory is its",
        "peak resident size. The floor of a stack is importing its program's packages and one key derivation (PBKDF2);",
        "the floor of a synthetic run is the same program against a monitor that only echoes. Policies are on for the",
        "stacks; the synthetic program has none. The engine cases are cold previews by a real `pulumi` attached to the local",
        "clouds, measured only where one is on PATH.",
        "",
        "| case | median s | range s | peak MiB |",
        "|---|---:|---:|---:|",
        *rows,
        "",
        "### Against what is wanted",
        "",
        "| wanted | measured | |",
        "|---|---|---|",
        *_verdicts(samples),
        "",
    ]


def _peak(sample: Sample) -> str:
    return f"{sample.peak:.0f}" if sample.mebibytes else "-"


def _verdicts(samples: Mapping[str, Sample]) -> Sequence[str]:
    def ratio(part: str, whole: str) -> float:
        return samples[part].wall / samples[whole].wall

    rows: list[tuple[str, str, bool]] = []
    for stack in STACKS:
        found = ratio(f"{stack}: no-op preview", f"{stack}: floor")
        rows.append((f"no-op of {stack} within 1.5x of its floor", f"{found:.2f}x", found <= 1.5))
    for size in UNITS:
        found = ratio(f"synthetic {size}: up", f"synthetic {size}: echo")
        rows.append((f"up of {size} resources within 1.5x of the echo", f"{found:.2f}x", found <= 1.5))
    small, large = (_per_resource(samples, size) for size in ("600", "6000"))
    text = f"{1000 * small:.2f} ms at 600, {1000 * large:.2f} ms at 6000"
    rows.append(("cost of a further resource constant up to 6000 (within a quarter)", text, large <= 1.25 * small))
    peak = max(sample.peak for name, sample in samples.items() if "6000" in name and "echo" not in name)
    text = f"{peak:.0f} MiB, of which the echo alone takes {samples['synthetic 6000: echo'].peak:.0f}"
    rows.append(("under 500 MiB at 6000 resources", text, peak < 500))
    if PRODUCTION in samples:
        found, judged = ratio(PRODUCTION, EMPTY), ratio(JUDGED, EMPTY)
        text = f"{found:.2f}x, {judged:.2f}x with policies"
        rows.append(("a real preview of production within 1.3x of an empty program's", text, found <= 1.3))
        added = samples[LARGE_JUDGED].wall - samples[LARGE].wall
        rows.append(("the pack adds at most 2 s to a real preview of 200 resources", f"{added:.2f} s", added <= 2))
    return [f"| {wanted} | {measured} | {'met' if met else 'missed'} |" for wanted, measured, met in rows]


def _per_resource(samples: Mapping[str, Sample], size: str) -> float:
    """Seconds for each resource beyond the smallest program."""
    smallest = samples["synthetic 60: up"].wall
    return (samples[f"synthetic {size}: up"].wall - smallest) / (int(size) - 60)


if __name__ == "__main__":
    sys.exit(main())
