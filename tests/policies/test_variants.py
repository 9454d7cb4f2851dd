"""Stacks that differ from ours and are as good: no rule may find fault with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from audit import runner, state
from brightbroom.plays import play_of
from policies.catalogue.model import Outcome
from rehearsal.engine import Operation
from rehearsal.stage import Stage
from tests.builders import ROOT
from tests.policies import samples
from tests.policies.callers import court_verdicts, failed
from tests.policies.cases.form import TODAY, Change, changed
from tests.policies.samples import headers as header_samples

SETTINGS: dict[str, tuple[str, dict[str, Any]]] = {
    "framed by itself, with stricter referrers": (
        "production",
        {
            "headers.frameOptions": "SAMEORIGIN",
            "headers.contentSecurityPolicy.frame-ancestors": ["'self'"],
            "headers.contentSecurityPolicy.default-src": ["'none'"],
            "headers.referrerPolicy": "no-referrer",
            "headers.crossOriginOpenerPolicy": "same-origin-allow-popups",
            "headers.crossOriginResourcePolicy": "same-site",
            "headers.strictTransportSecurity": "Preload; max-age=31536000; includeSubDomains",
        },
    ),
    "on an older runtime that still gets fixes, released at once after a promotion by hand": (
        "production",
        {
            "hosting.nodeVersion": "22.x",
            "hosting.rollingRelease.enabled": False,
            "database.historyHours": 168,
            "backups.drillEveryDays": 90,
            "hosting.retention.production": "6m",
            "hosting.retention.preview": "1d",
            "database.snapshots.retentionDays": 35,
        },
    ),
    "staging with a longer history and an approval": (
        "staging",
        {
            "database.historyHours": 168,
            "delivery.reviewers.users": [5120011],
            "delivery.preventSelfReview": True,
            "monitoring.logRetentionDays": 730,
            "monitoring.logHotDays": 365,
        },
    ),
}

NONCES = (
    "default-src 'none'; script-src 'nonce-R4nd0mR4nd0mR4nd0m' 'strict-dynamic' 'unsafe-inline' https:; object-src 'none'; "
    "base-uri 'none'; form-action 'self' https://www.payfast.co.za; frame-ancestors 'none'"
)
SAMPLES: dict[str, tuple[Change, ...]] = {
    "scripts by nonce, trusted onwards, with fallbacks for old browsers": (
        ("headers", "header:Content-Security-Policy", NONCES),
    ),
    "headers written plainly instead of as transforms": (
        ("headers", "route.headers", header_samples.PROFILE),
        ("headers", "route.transforms", []),
    ),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_other_settings_that_are_as_good_have_no_finding(name: str, tmp_path: Path) -> None:
    stack, changes = SETTINGS[name]
    with Stage(play_of(ROOT, stack, changes), tmp_path, fresh=True) as stage:
        result = stage.run(Operation.UP)
    assert result.failures == []
    assert [finding.message for finding in result.findings if not finding.policy.startswith("to-be-judged")] == []
    [judged] = runner.run([state.read(tmp_path / "state.json")], TODAY)
    assert [f"{v.rule.id} {v.findings}" for v in judged.verdicts if v.outcome is Outcome.FAIL] == []


@pytest.mark.parametrize("name", SAMPLES)
def test_other_forms_of_the_same_have_no_finding(name: str) -> None:
    assert failed(court_verdicts(changed(samples.stack(), SAMPLES[name]))) == set()
