"""`python -m rehearsal.clouds.neon --data DIR`: the service in a process of its own; prints its address and key."""

import argparse
import json
import signal
import sys
from pathlib import Path

from rehearsal.clouds.errors import CloudError
from rehearsal.clouds.neon.faults import FaultPlan
from rehearsal.clouds.neon.plans import PLANS
from rehearsal.clouds.neon.service import NeonService
from rehearsal.clouds.neon.switches import Switches


def _read(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="rehearsal.clouds.neon", description="A local Neon.")
    parser.add_argument("--data", type=Path, required=True, help="folder of its state")
    parser.add_argument("--port", type=int, default=0, help="0 for a free one")
    parser.add_argument("--plan", choices=sorted(PLANS), default="scale", help="the account's plan")
    parser.add_argument("--faults", type=Path, help="a JSON list of what goes wrong")
    parser.add_argument("--postgres", action="store_true", help="make every database a real one")
    return parser.parse_args(arguments)


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Serve until interrupted or terminated."""
    given = _read()
    signal.signal(signal.SIGTERM, _stop)
    try:
        faults = FaultPlan.from_json(json.loads(given.faults.read_text(encoding="utf-8"))) if given.faults else None
        switches = Switches(plan=given.plan)
        with NeonService(
            given.data, faults=faults, switches=switches, port=given.port, postgres=given.postgres
        ) as service:
            sys.stdout.write(f"NEON_API_URL={service.url}\nNEON_API_KEY={service.api_key}\n")
            sys.stdout.flush()
            signal.pause()
    except KeyboardInterrupt:
        return 0
    except (CloudError, OSError, TypeError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
