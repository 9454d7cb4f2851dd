"""What the audit is measured with: states of any size, and the same resources as a Terraform plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from audit import runner, state
from benchmarks.audit import CHECKOV, SIZES, AuditResults, written
from benchmarks.measure import Sample
from benchmarks.states import grown, terraform_plan
from policies.catalogue.model import Outcome
from tests.audit import states
from tests.policies.cases.form import TODAY


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return states.exported(states.rehearsed("production"))


def test_a_grown_state_is_whole_and_judged_as_the_one_it_grew_from(document: dict[str, Any], tmp_path: Path) -> None:
    count = 3 * len(document["deployment"]["resources"]) - 2  # the stack itself is there once
    resources = grown(document, count)["deployment"]["resources"]
    urns = {item["urn"] for item in resources}
    linked = {urn for item in resources for found in item.get("propertyDependencies", {}).values() for urn in found}
    providers = {item["provider"].rpartition("::")[0] for item in resources if item.get("provider")}
    assert len(urns) == len(resources) == count
    assert linked | providers <= urns
    file = tmp_path / "state.json"
    file.write_text(json.dumps(grown(document, count)), encoding="utf-8")
    [judged] = runner.run([state.read(file)], TODAY)
    assert {v.rule.id for v in judged.verdicts if v.outcome is Outcome.FAIL} == set()


def test_a_plan_has_the_vendors_resources_and_none_of_their_secrets(document: dict[str, Any]) -> None:
    plan = terraform_plan(document)
    planned = plan["planned_values"]["root_module"]["resources"]
    vendors = [r for r in document["deployment"]["resources"] if r["custom"] and not r["type"].startswith("pulumi:")]
    assert len(planned) == len(plan["resource_changes"]) == len(vendors)
    assert {"vercel_project_route", "github_repository_ruleset", "neon_backup_schedule"} <= {r["type"] for r in planned}
    assert "ciphertext" not in json.dumps(plan)


def test_the_page_says_what_is_met_and_what_is_missed() -> None:
    sample = Sample([2.0], [100.0])
    names = [f"audit of {size} resources" for size in SIZES]
    slow = {**dict.fromkeys(names, sample), names[-1]: Sample([11.0], [200.0]), CHECKOV: Sample([4.0], [90.0])}
    page = "\n".join(written(AuditResults([0.06], slow, "6 passed and 4 failed checks over 147 resources")))
    assert "60.0 ms (wanted: under 50 ms; missed)" in page
    assert "| 10000 resources within 10 s | 11.00 s | missed |" in page
    assert "| 10000 resources within 300 MiB | 200 MiB | met |" in page
    assert (
        "| cost of a further resource constant (within a quarter) | 0.00 ms at 2000, 0.92 ms at 10000 | missed |"
        in page
    )
    assert "| 0.50x of its time; it says 6 passed and 4 failed checks over 147 resources | met |" in page
