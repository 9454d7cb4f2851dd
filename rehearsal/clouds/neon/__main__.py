"""`python -m rehearsal.clouds.neon --data DIR [--port N]`: the service in a process of its own; prints its address and key."""

import argparse
import sys
import threading
from pathlib import Path

from rehearsal.clouds.neon.service import NeonService

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="rehearsal.clouds.neon", description="A local Neon.")
    parser.add_argument("--data", type=Path, required=True, help="folder of its state")
    parser.add_argument("--port", type=int, default=0, help="0 for a free one")
    given = parser.parse_args()
    with NeonService(given.data, port=given.port) as service:
        sys.stdout.write(f"NEON_API_URL={service.url}\nNEON_API_KEY={service.api_key}\n")
        sys.stdout.flush()
        threading.Event().wait()
