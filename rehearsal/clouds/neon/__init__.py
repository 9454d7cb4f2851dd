"""A local Neon: its API v2 over real HTTP on loopback, with state, plan limits, operations that take time, and faults.

It is one level lower than the other clouds because the Neon plugin is ours and must be exercised whole.

Start it alone, in a process of its own; it prints `NEON_API_URL` and `NEON_API_KEY`, which is all the plugin or any other
client needs, and serves until it is interrupted. Its state stays in the folder:

    python -m rehearsal.clouds.neon --data .neon [--port 8090] [--plan free|launch|scale] [--faults faults.json]

With a real Postgres (14 or newer: `initdb`, `postgres`, `psql` and `pg_dump` on PATH or where Debian puts them), every
database is one to connect to. `GET /projects/{id}/connection_uri` answers with a string that works:

    python -m rehearsal.clouds.neon --data .neon --postgres
    psql "$(curl -s -H "Authorization: Bearer $NEON_API_KEY" \\
        "$NEON_API_URL/projects/$PROJECT/connection_uri?database_name=neondb&role_name=neondb_owner" | jq -r .uri)"

A branch then has the rows its parent had, a snapshot is a copy, and a restored one brings its rows back on the same
connection string. What this is not: the server's version is the machine's, whatever `pg_version` says; a copy cuts off
who is connected to its source; there is no history, so every call for a past moment is refused, and no masking; a
snapshot that a schedule took while nobody asked has the rows of the moment it was noticed.

In a test, as a context manager; without a folder all of it goes when it stops:

    with NeonService(faults=FaultPlan([Fault("reset-after", "POST", "/projects")])) as neon:
        ...  # neon.url, neon.api_key; neon.requests and neon.objects() tell what happened

faults.py      what can be scripted to go wrong, at which call; the file for `--faults` is a JSON list of its fields
switches.py    plan, times, rate limits, and what is not known of the real Neon
keys.py        further keys and what they may not do
inspection.py  requests, state, clock and faults for a scenario in another process, under `/__emu/`
"""

from rehearsal.clouds.neon.faults import Fault, FaultPlan
from rehearsal.clouds.neon.keys import Key
from rehearsal.clouds.neon.service import NeonService
from rehearsal.clouds.neon.switches import Switches

__all__ = ["Fault", "FaultPlan", "Key", "NeonService", "Switches"]
