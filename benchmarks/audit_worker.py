"""Time of the rules alone: `python -m benchmarks.audit_worker <state file>` prints the seconds of each of some turns."""

from __future__ import annotations

import json
import sys
import time
from datetime import date
from pathlib import Path

TURNS = 9
DAY = date(2026, 11, 25)


def main() -> None:
    """Judge the state again and again; imports, reading and the first turn's caches are not counted."""
    from audit import runner, state

    read = [state.read(Path(sys.argv[1]))]
    seconds = []
    for _ in range(TURNS + 1):
        started = time.perf_counter()
        runner.run(read, DAY)
        seconds.append(time.perf_counter() - started)
    print(json.dumps(seconds[1:]))


if __name__ == "__main__":
    main()
