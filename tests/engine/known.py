"""Every difference between the embedded and the real engine that is meant to be, with its reason.

Beside those below: a refused destroy by the embedded engine names every protected resource at once, where the real one
leaves out those that others need; and the embedded engine runs one step at a time, so after a failure half way the two have
got as far by other ways.
"""

from __future__ import annotations

from typing import Final

FIELDS: Final = {
    "created": "the moment of the run",
    "modified": "the moment of the run",
}
"""Fields of a resource in the state that are not compared."""

UNREFRESHED: Final = ("pulumi:", "brightbroom:")
"""Types that only the real engine takes a refresh step for: providers and components, of which a vendor knows nothing."""

DERIVED: Final = r"SecretFingerprints .*: (inputs|outputs)\.(fingerprints|data)\."
"""Keyed fingerprints of what the vendors made up: each engine has accounts of its own."""

SUMMARY: Final = {
    "durationSeconds": "the two take their own time",
}
"""Fields of the last event that are not compared."""

LOCAL_PACK: Final = "|local|"
"""What the real engine puts between the name of a pack that lies on disk and its folder; the embedded one gives the name."""

AUTONAME: Final = r"-[0-9a-f]{7}"
"""What ends a name that a provider generates from a logical one: random, so each engine has its own."""

MOMENT: Final = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"
"""A moment in a vendor's answer: that of the run."""

OUTSIDE: Final = r"^project:///.*/site-packages/"
"""How the position of code in an SDK starts: by where the interpreter lies, for the embedded engine its own one."""

PROGRAM_ENDED: Final = "an unhandled error occurred: program exited with non-zero exit code: 1"
"""What the real engine's language host adds to the message of a program that stops itself."""
