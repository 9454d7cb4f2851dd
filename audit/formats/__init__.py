"""What a record can be told as. Each format is a module with a pure function from the record to bytes, loaded when asked for.

A function gives the bytes at once, or piece by piece where they may be many times what the record is.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple


class Format(NamedTuple):
    """Functions of a module, each with the file that a kept run holds what it gives in; empty for what is only shown."""

    module: str
    files: tuple[tuple[str, str], ...]


FORMATS: Final[Mapping[str, Format]] = {
    "table": Format("audit.formats.table", (("render", ""),)),
    "markdown": Format("audit.formats.markdown", (("render", "summary.md"),)),
    "json": Format("audit.canonical", (("dumps", "record.json"),)),
    "html": Format("audit.formats.html", (("render", "report.html"),)),
    "sarif": Format("audit.formats.sarif", (("render", "results.sarif"),)),
    "alerts": Format("audit.formats.sarif", (("render_alerts", "alerts.sarif"),)),
    "junit": Format("audit.formats.junit", (("render", "junit.xml"),)),
    "ocsf": Format("audit.formats.ocsf", (("render", "ocsf.json"),)),
    "oscal": Format(
        "audit.formats.oscal",
        (("render_results", "oscal-assessment-results.json"), ("render_plan", "oscal-assessment-plan.json")),
    ),
}
"""By the name that the command line knows; the first file of a format is its own, others are what it refers to."""


def render(name: str, record: Mapping[str, Any]) -> dict[str, bytes]:
    """One format of a record, by file name."""
    return {file: b"".join(pieces) for file, pieces in _written(name, record)}


def kept(record: Mapping[str, Any]) -> Iterator[tuple[str, Iterable[bytes]]]:
    """All files that a kept run holds of its record, one after the other, in pieces: none need be in memory as a whole."""
    for name, chosen in FORMATS.items():
        if all(file for _, file in chosen.files):
            yield from _written(name, record)


def _written(name: str, record: Mapping[str, Any]) -> Iterator[tuple[str, Iterable[bytes]]]:
    chosen = FORMATS[name]
    module = importlib.import_module(chosen.module)
    for function, file in chosen.files:
        content = getattr(module, function)(record)
        yield file, (content,) if isinstance(content, bytes) else content
