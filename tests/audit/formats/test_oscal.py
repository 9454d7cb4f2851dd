"""OSCAL: inventory, observations, findings and risks, and the plan that the results stand on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from audit.formats import oscal, oscal_parts
from policies.catalogue.requirements import requirements
from tests.audit.formats import page, sample


def _results(record: dict[str, Any] | None = None) -> dict[str, dict[str, Any]]:
    document = json.loads(b"".join(oscal.render_results(record or sample.record())))["assessment-results"]
    return {result["title"].removeprefix("Stack "): result for result in document["results"]}


def _plan(record: dict[str, Any] | None = None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(b"".join(oscal.render_plan(record or sample.record())))["assessment-plan"]
    return found


def _props(part: dict[str, Any]) -> dict[str, str]:
    return {prop["name"]: prop["value"] for prop in part.get("props", ())}


def _finding(stack: str, target: str, record: dict[str, Any] | None = None) -> dict[str, Any]:
    (found,) = (one for one in _results(record)[stack]["findings"] if one["target"]["target-id"] == f"{target}_obj")
    one: dict[str, Any] = found
    return one


def _keys(value: Any, key: str) -> Iterator[str]:
    """Every value under a key, however deep."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == key and isinstance(inner, str):
                yield inner
            yield from _keys(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner, key)


def test_the_results_import_the_plan_that_lies_beside_them() -> None:
    from audit.formats import FORMATS

    document = json.loads(b"".join(oscal.render_results(sample.record())))["assessment-results"]
    assert document["import-ap"]["href"] == oscal_parts.PLAN_FILE
    assert ("render_plan", oscal_parts.PLAN_FILE) in FORMATS["oscal"].files


def test_every_resource_is_an_inventory_item_of_its_stack() -> None:
    for stack, result in _results().items():
        listed = [_props(item)["asset-id"] for item in result["local-definitions"]["inventory-items"]]
        urns = [page.shown(item["urn"]) for item in sample.record()["population"] if item["stack"] == stack]
        assert listed == [" ".join(urn.split()) for urn in urns]


def test_an_inventory_item_says_what_the_rules_make_of_its_type_and_why() -> None:
    items = _results()["staging"]["local-definitions"]["inventory-items"]
    told = {_props(item)["type"]: next(one for one in item["props"] if one["name"] == "standing") for item in items}
    assert {kind: one["value"] for kind, one in told.items()} == {
        sample.STACK: "judged",
        sample.VARIABLE: "out of scope",
        sample.ROUTE: "judged",
    }
    assert told[sample.VARIABLE]["remarks"] == "holds <nothing> that a rule could read"
    assert "remarks" not in told[sample.ROUTE]


def test_a_stack_is_described_by_its_own_answers_and_the_run_in_the_remarks() -> None:
    found = _results()
    assert found["staging"]["description"] == "2 fail, 12 not applicable, 1 pass"
    assert found["production"]["description"] == (
        "1 fail, 1 waived, 2 not evaluated, 1 switched off, 19 not applicable, 1 pass"
    )
    for result in found.values():
        assert result["remarks"].startswith("All stacks together: Incomplete: 1 rule broke; ")
        assert result["remarks"].endswith("40 answers equal the 40 expected.")


def test_an_observation_holds_outcome_subject_and_evidence() -> None:
    result = _results()["staging"]
    (seen,) = (one for one in result["observations"] if one["title"] == "HDR-07 on headers")
    assert _props(seen)["outcome"] == "fail"
    (evidence,) = seen["relevant-evidence"]
    assert evidence["description"] == "route.headers: seen 'max-age=60'; wanted max-age of at least 31536000"
    items = {item["uuid"]: item for item in result["local-definitions"]["inventory-items"]}
    (subject,) = seen["subjects"]
    assert _props(items[subject["subject-uuid"]])["asset-id"] == sample.urn("staging", sample.ROUTE, "headers")


@pytest.mark.parametrize(
    ("stack", "target", "state", "reason"),
    [
        ("staging", "pci-dss-4.0.1_10.5.1", "satisfied", "pass"),
        ("staging", "asvs-5.0_3.4.1", "not-satisfied", "fail"),
        ("production", "gdpr-2016-679_32-1-a", "not-satisfied", "fail"),
        ("production", "pci-dss-4.0.1_6.5.3", "not-satisfied", "other"),
        ("production", "pci-dss-4.0.1_10.5.1", "not-satisfied", "other"),
        ("production", "soc-2-tsc-2017_a1.1", "not-satisfied", "other"),
        ("staging", "soc-2-tsc-2017_a1.1", "not-satisfied", "other"),
        ("staging", "cis-github-1.2.0_5.2.3", "not-satisfied", "other"),
    ],
)
def test_a_requirement_is_satisfied_only_where_something_passed_and_nothing_is_open(
    stack: str, target: str, state: str, reason: str
) -> None:
    status = _finding(stack, target)["target"]["status"]
    assert (status["state"], status["reason"]) == (state, reason)


def test_a_pass_beside_what_could_not_be_read_satisfies_nothing() -> None:
    record = sample.record()
    record["rules"][4]["requirements"] = record["rules"][3]["requirements"]
    passing = {"rule": "COST-01", "stack": "production", "urn": "urn:pulumi:production::p::t::n", "outcome": "pass"}
    record["results"].append(passing)
    status = _finding("production", "pci-dss-4.0.1_10.5.1", record)["target"]["status"]
    assert (status["state"], status["remarks"]) == ("not-satisfied", "1 not evaluated, 1 switched off, 1 pass")


def test_a_pass_beside_a_rule_that_is_switched_off_satisfies_nothing() -> None:
    record = sample.record()
    record["rules"][4]["requirements"] = record["rules"][3]["requirements"]
    off = {"rule": "COST-01", "stack": "staging", "urn": "urn:pulumi:staging::p::t::n", "outcome": "switched off"}
    record["results"].append({**off, "reason": "asked for in production only"})
    status = _finding("staging", "pci-dss-4.0.1_10.5.1", record)["target"]["status"]
    assert (status["state"], status["reason"], status["remarks"]) == (
        "not-satisfied",
        "other",
        "1 switched off, 1 pass",
    )


def test_a_requirement_that_names_its_rules_is_planned_and_answered_and_says_what_they_do_not_show() -> None:
    record = sample.record()
    need = {"standard": "Deployment Strategy", "version": "", "clause": "Logging Strategy: a year", "title": "a year"}
    record["requirements"].append({**need, "state": "automated", "rules": ["RET-02"], "where": "app: its own lines"})
    found = _finding("staging", "deployment-strategy_logging-strategy-a-year", record)
    assert (found["title"], found["remarks"]) == ("Deployment Strategy Logging Strategy: a year", "app: its own lines")
    assert found["target"]["status"]["state"] == "satisfied"
    definitions = _plan(record)["local-definitions"]
    (objective,) = (one for one in definitions["objectives-and-methods"] if one["description"] == found["title"])
    assert objective["parts"][0]["prose"] == "Determine whether RET-02: RET-02 is kept."
    assert objective["remarks"] == "app: its own lines"
    serving = [
        _props(activity)["rule"]
        for activity in definitions["activities"]
        if objective["control-id"] in _keys(activity["related-controls"], "control-id")
    ]
    assert serving == ["RET-02"]


def test_requirements_are_planned_and_answered_in_the_order_of_the_record() -> None:
    record = sample.record()
    record["requirements"].reverse()
    due = [f"{oscal_parts.control(need)}_obj" for need in record["requirements"] if need["rules"]]
    planned = [
        part["id"] for one in _plan(record)["local-definitions"]["objectives-and-methods"] for part in one["parts"]
    ]
    assert planned == due
    for result in _results(record).values():
        assert [one["target"]["target-id"] for one in result["findings"]] == due


def test_every_activity_has_its_method_in_the_namespace_of_oscal() -> None:
    activities = _plan()["local-definitions"]["activities"]
    assert activities
    for activity in activities:
        assert [one for one in activity["props"] if one["name"] == "method"] == [{"name": "method", "value": "TEST"}]


def test_findings_observations_and_risks_refer_to_what_is_there() -> None:
    for result in _results().values():
        observations = {one["uuid"] for one in result["observations"]}
        risks = {one["uuid"] for one in result["risks"]}
        assert set(_keys(result, "observation-uuid")) <= observations
        assert set(_keys(result["findings"], "risk-uuid")) == risks


def test_a_waived_violation_is_an_approved_deviation_with_its_people_and_its_end() -> None:
    document = json.loads(b"".join(oscal.render_results(sample.record())))["assessment-results"]
    (risk,) = (risk for result in document["results"] for risk in result["risks"] if risk["status"] != "open")
    assert risk["status"] == "deviation-approved"
    assert risk["deadline"] == "2026-12-31T23:59:59Z"
    assert risk["mitigating-factors"][0]["description"] == "the key is rotated every week"
    (entry,) = risk["risk-log"]["entries"]
    names = {party["uuid"]: party["name"] for party in document["metadata"]["parties"]}
    assert [(names[by["party-uuid"]], by["role-id"]) for by in entry["logged-by"]] == [
        ("Thandi <thandi@example.test>", "risk-owner"),
        ("Jan", "risk-approver"),
    ]
    assert {by["role-id"] for by in entry["logged-by"]} <= {role["id"] for role in document["metadata"]["roles"]}


def test_an_open_violation_has_the_deadline_of_its_severity() -> None:
    risks = {risk["title"]: risk for risk in _results()["staging"]["risks"]}
    assert risks["HDR-07 on headers"]["status"] == "open"
    assert risks["HDR-07 on headers"]["deadline"] == "2026-12-25T23:59:59Z"
    assert risks["HDR-07 on headers"]["characterizations"][0]["facets"][0]["value"] == "high"


def test_the_plan_holds_every_rule_and_the_results_only_what_it_plans() -> None:
    plan = _plan()
    rules = [_props(activity)["rule"] for activity in plan["local-definitions"]["activities"]]
    assert rules == [rule["id"] for rule in sample.record()["rules"]]
    planned = {part["id"] for one in plan["local-definitions"]["objectives-and-methods"] for part in one["parts"]}
    assert {one["target"]["target-id"] for result in _results().values() for one in result["findings"]} == planned
    tools = {component["uuid"] for component in plan["assessment-assets"]["components"]}
    assert set(_keys(_results(), "actor-uuid")) == tools
    done = {activity["uuid"] for activity in plan["local-definitions"]["activities"]}
    assert set(_keys(plan["tasks"], "activity-uuid")) == done


def test_the_plan_says_what_it_leaves_out() -> None:
    (exclusions,) = (
        part for part in _plan()["terms-and-conditions"]["parts"] if part["name"] == "assessment-exclusions"
    )
    assert [part["prose"] for part in exclusions["parts"]] == [
        "GDPR 2016/679 33 Breaches: declared. Jan, docs/breach.md",
        "PCI DSS 4.0.1 12.6 Training: not covered by code. the training register",
        "production, COST-01: disabled. asked for in staging only",
    ]


def test_the_states_are_in_the_back_matter_with_their_hashes() -> None:
    document = json.loads(b"".join(oscal.render_results(sample.record())))["assessment-results"]
    resources = document["back-matter"]["resources"]
    assert [one["rlinks"][0]["hashes"][0]["value"] for one in resources] == ["56" * 32, "78" * 32]
    known = {f"#{one['uuid']}" for one in resources}
    used = {href for href in _keys(document["results"], "href") if href.startswith("#")}
    assert used <= known


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("PCI DSS 4.0.1", "6.4.3"), "pci-dss-4.0.1_6.4.3"),
        (("GDPR 2016/679", "32(1)(a)"), "gdpr-2016-679_32-1-a"),
        (("Deployment Strategy", "Security Measures"), "deployment-strategy_security-measures"),
        (("4 rules",), "_4-rules"),
    ],
)
def test_a_requirement_has_a_readable_id(words: tuple[str, ...], expected: str) -> None:
    assert oscal_parts.token(*words) == expected


def test_two_requirements_never_share_an_id() -> None:
    needs = requirements()
    ids = {oscal_parts.control({"standard": n.standard, "version": n.version, "clause": n.clause}) for n in needs}
    assert len(ids) == len(needs)
