"""The pack as CrossGuard runs it: over our own program, by both callers, and against secrets and faults."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from brightbroom import rehearse
from brightbroom.cli import main
from brightbroom.exits import ExitCode
from brightbroom.plays import play_of
from policies.catalogue import registry
from policies.crossguard import Note
from rehearsal.clouds import drift
from rehearsal.engine import InputError, Operation, Result
from rehearsal.stage import Stage

ROOT = Path(__file__).parent.parent.parent

OWN = 2 * len(Note)
"""The pack's own policies, each over a resource and over the stack."""

BAD: dict[str, dict[str, Any]] = {
    "staging": {"headers.referrerPolicy": "unsafe-url", "database.historyHours": 6},
    "production": {
        "headers.strictTransportSecurity": "max-age=60",
        "hosting.productionBranch": "main",
        "database.snapshots.retentionDays": 7,
        "hosting.retention.production": "1w",
        "delivery.branch": "main",
    },
}
FIRED = {"staging": {"HDR-10", "DB-03"}, "production": {"HDR-07", "VRC-01", "BK-01", "RET-01", "GH-04"}}


def _preview(folder: Path, stack: str, changes: dict[str, Any], *, served: bool = False) -> Result:
    """A first preview, on the day it is and with secrets that were rotated this month."""
    rotated = {"application.secretRotation": f"{datetime.now(UTC):%Y-%m}"}
    with Stage(play_of(ROOT, stack, rotated | changes), folder, fresh=True) as stage:
        result = stage.run(Operation.PREVIEW, serve_policies=served)
    assert result.failures == []
    return result


def _codes(result: Result) -> set[str]:
    """The rules that say something, but for what they cannot judge yet."""
    judged = (finding for finding in result.findings if not finding.policy.startswith(Note.PENDING.value[0]))
    return {finding.message.split()[0] for finding in judged}


@pytest.mark.parametrize("stack", ["staging", "production"])
def test_our_own_stacks_pass_every_rule_at_the_first_preview(tmp_path: Path, stack: str) -> None:
    result = _preview(tmp_path, stack, {})
    assert _codes(result) == set()
    assert [pack.policies for pack in result.packs] == [len(registry.rules()) + OWN]
    assert result.packs[0].version == "2.0.0"


@pytest.mark.parametrize("stack", ["staging", "production"])
def test_both_callers_of_the_pack_give_the_same_verdict(tmp_path: Path, stack: str) -> None:
    inside = _preview(tmp_path / "inside", stack, BAD[stack])
    served = _preview(tmp_path / "served", stack, BAD[stack], served=True)
    assert _codes(inside) == FIRED[stack]
    assert sorted(inside.findings, key=str) == sorted(served.findings, key=str)
    assert inside.packs == served.packs


def test_a_mandatory_violation_exits_with_3_and_nothing_is_created(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(rehearse, "DATA", str(tmp_path))
    assert (
        main(["rehearse", "--stack", "staging", "--set", "headers.strictTransportSecurity=max-age=60"])
        == ExitCode.POLICY
    )
    told = capsys.readouterr().out
    for part in (
        "HDR-07",
        "route.transforms[Strict-Transport-Security]: seen 'max-age=60'; wanted",
        "nothing was",
    ):
        assert part in told
    assert list(drift.listing(tmp_path / "staging" / "clouds")) == []
    assert not (tmp_path / "staging" / "state.json").exists()


def test_findings_quote_no_value_of_a_variable(tmp_path: Path) -> None:
    result = _preview(tmp_path, "staging", {"application.features": {"TOKEN": True}})
    assert _codes(result) == {"SEC-01", "SEC-02", "SEC-06"}
    told = [finding.message for finding in result.findings if finding.message.startswith("SEC-")]
    assert all("'VITE_FEATURE_TOKEN'" in message for message in told if message.startswith("SEC-01"))
    assert not any("'true'" in message for message in told)


@pytest.mark.parametrize("served", [False, True])
def test_a_pack_that_does_not_load_is_bad_input(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], *, served: bool
) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").write_text("runtime: python\n", encoding="utf-8")
    (pack / "__main__.py").write_text("raise ValueError('HDR-99: is no rule')\n", encoding="utf-8")
    play = replace(play_of(ROOT, "staging"), packs=(pack,))
    with Stage(play, tmp_path / "data", fresh=True) as stage, pytest.raises(InputError, match="policy pack") as caught:
        stage.run(Operation.PREVIEW, serve_policies=served)
    assert "HDR-99: is no rule" in str(caught.value) + capfd.readouterr().err


def test_a_folder_without_a_pack_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    play = replace(play_of(ROOT, "staging"), packs=(tmp_path / "nothing",))
    with Stage(play, tmp_path / "data", fresh=True) as stage, pytest.raises(InputError, match=r"has no __main__\.py"):
        stage.run(Operation.PREVIEW)
