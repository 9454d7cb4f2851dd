"""`pulumi policy analyze --file` runs the pack over a state: its failures are those of the audit."""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from audit import runner, state
from benchmarks.states import exported
from brightbroom.plays import play_of
from policies.catalogue import registry
from policies.catalogue.model import Outcome
from rehearsal.engine import Operation
from rehearsal.stage import Stage
from tests.builders import ROOT
from tests.policies.callers import codes
from tests.policies.cases.form import TODAY

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module", params=["staging", "production"])
def document(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The export of a rehearsed stack."""
    folder = tmp_path_factory.mktemp(request.param)
    with Stage(play_of(ROOT, request.param), folder, fresh=True) as stage:
        assert stage.run(Operation.UP).ok
    return exported(folder / "state.json")


def _ruined(document: dict[str, Any], seed: int) -> dict[str, Any]:
    """The state with a property in three taken away, or emptied, everywhere."""
    chance = random.Random(seed)
    ruined: dict[str, Any] = json.loads(json.dumps(document))
    for item in ruined["deployment"]["resources"]:
        for key in sorted(item.get("inputs", {})):
            fate = chance.random()
            for properties in (item["inputs"], item.get("outputs", {})):
                if fate < 0.2:
                    properties.pop(key, None)
                elif fate < 0.33 and key in properties:
                    properties[key] = _other(properties[key])
    return ruined


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return {int: 0, str: "other", list: [], dict: {}}.get(type(value), value)


def _analyzed(file: Path) -> list[dict[str, Any]]:
    """The policy events of an analysis without passphrase, backend or network."""
    environment = {**os.environ, "PULUMI_HOME": str(file.parent / "home"), "PULUMI_SKIP_UPDATE_CHECK": "true"}
    environment["PULUMI_BACKEND_URL"] = f"file://{file.parent}"
    command = ["pulumi", "policy", "analyze", "--json", "--file", str(file), "--policy-pack", str(ROOT / "policies")]
    done = subprocess.run(command, env=environment, cwd=file.parent, capture_output=True, text=True, check=False)
    events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert any("summaryEvent" in event for event in events), done.stderr
    return [event["policyEvent"] for event in events if "policyEvent" in event]


def _failed(events: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    names = {rule.name: rule.id for rule in registry.rules()}
    assert [event["message"] for event in events if event["policyName"].startswith("every-rule")] == []
    yield from ((names[event["policyName"]], event["resourceUrn"]) for event in events if event["policyName"] in names)


def _audited(file: Path) -> set[tuple[str, str]]:
    [judged] = runner.run([state.read(file)], TODAY)
    return {
        (verdict.rule.id, finding.urn or verdict.resource.urn)
        for verdict in judged.verdicts
        if verdict.outcome is Outcome.FAIL
        for finding in verdict.findings
    }


def test_a_compliant_state_has_no_failure_in_either(document: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    assert set(_failed(_analyzed(file))) == _audited(file) == set()


@pytest.mark.parametrize("seed", range(3))
def test_a_ruined_state_has_the_same_failures_in_both(document: dict[str, Any], tmp_path: Path, seed: int) -> None:
    file = tmp_path / "state.json"
    file.write_text(json.dumps(_ruined(document, seed)), encoding="utf-8")
    audited = _audited(file)
    assert set(_failed(_analyzed(file))) == audited
    assert len(codes(audited)) > 10
