"""Fixtures of the tests over evidence."""

from __future__ import annotations

import pytest

from audit import formats
from audit.canonical import dumps


@pytest.fixture
def few_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that do not look at the formats: runs of a record and a summary."""
    monkeypatch.setattr(
        formats, "kept", lambda record: [("record.json", (dumps(record),)), ("summary.md", (b"# ", b"words"))]
    )
