"""Which property each rule governs, written from the catalogue and the vendors' documents, not from the rules."""

from __future__ import annotations

from tests.policies.mutants import rows_delivery, rows_headers, rows_operation, rows_secrets
from tests.policies.mutants.form import Governed

ROWS: list[Governed] = [*rows_headers.ROWS, *rows_secrets.ROWS, *rows_operation.ROWS, *rows_delivery.ROWS]

NOT_BROKEN: dict[str, str] = {
    "GOV-03": "governs the file of waivers, which is no resource; test_waivers.py breaks it",
    "SEC-07": "the stacks declare no token and no shareable link",
    "SEC-08": "the stacks declare no team",
    "SEC-09": "the stacks declare no federation policy",
}
"""Rules without a row, and why."""
