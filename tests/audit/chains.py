"""Chains of evidence for tests: small, quick, and with every file of a kept run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from audit.session import Kept, Request, kept
from audit.signing import KeySigner, Signer
from policies.catalogue.types import NEON_PROJECT
from tests.audit import states
from tests.audit.states import ROOT, Document, item, small

KEY: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
FILES: Final = {
    *("record.json", "manifest.json", "manifest.sig", "public-key.pem", "report.html", "junit.xml"),
    *("results.sarif", "alerts.sarif"),
    *("ocsf.json", "oscal-assessment-results.json", "oscal-assessment-plan.json", "summary.md"),
}
"""What a kept and signed run holds."""


def document(*, history_seconds: int = 3600) -> Document:
    """A state of three resources; with so short a history the database breaks a rule."""
    return small(
        item(NEON_PROJECT, "database-project", {"historyRetentionSeconds": history_seconds}), item("a:b:C", "x")
    )


def request(folder: Path, *documents: Document, at: datetime = states.AT) -> Request:
    """A run over some states at a fixed time."""
    given = {f"state-{number}": one for number, one in enumerate(documents or (document(),))}
    return Request(
        states=states.write(folder, given), settings=ROOT, clock=lambda: at, environment={"GITHUB_SHA": "c0ffee"}
    )


def chain(folder: Path, runs: int = 2, signer: Signer | None = None, seconds: Sequence[int] = ()) -> list[Kept]:
    """A chain of runs a day apart in `folder/evidence`."""
    return [
        kept(
            request(
                folder,
                document(history_seconds=seconds[number] if seconds else 3600),
                at=datetime(2026, 11, 25, 12, tzinfo=UTC) + timedelta(days=number),
            ),
            folder / "evidence",
            signer or KeySigner(KEY),
        )
        for number in range(runs)
    ]


def pem(key: Ed25519PrivateKey = KEY) -> bytes:
    """A key as its file holds it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
