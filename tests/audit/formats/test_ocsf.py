"""OCSF: one event a result, by the 1.5 Compliance Finding."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from py_ocsf_models import OCSF_VERSION  # type: ignore[import-untyped] # has no stubs

from audit.formats import ocsf
from tests.audit.formats import sample


def _events(record: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(b"".join(ocsf.render(record or sample.record())))
    return found


def _event(stack: str, rule: str, name: str = "") -> dict[str, Any]:
    (found,) = (
        event
        for event in _events()
        if event["compliance"]["checks"][0]["uid"] == rule
        and event["status_code"] != "fixed"
        and any(one["namespace"] == stack and one["uid"].endswith(name) for one in event.get("resources", ()))
    )
    return found


def test_the_version_is_that_of_the_models_that_judge_it() -> None:
    assert OCSF_VERSION == ocsf.VERSION
    assert {event["metadata"]["version"] for event in _events()} == {ocsf.VERSION}


def test_each_line_between_the_brackets_is_one_event() -> None:
    first, *lines, last = b"".join(ocsf.render(sample.record())).decode().splitlines()
    assert (first, last) == ("[", "]")
    assert [json.loads(line.rstrip(",")) for line in lines] == _events()


@pytest.mark.parametrize(
    ("stack", "rule", "compliance", "status", "severity"),
    [
        ("staging", "SEC-03", (3, "Fail"), (1, "New"), 5),
        ("production", "SEC-03", (3, "Fail"), (3, "Suppressed"), 5),
        ("production", "RET-02", (2, "Warning"), (99, "Not evaluated"), 1),
        ("production", "COST-01", (99, "Switched off"), (99, "Switched off"), 1),
        ("staging", "GH-04", (99, "Not applicable"), (99, "Not applicable"), 1),
        ("staging", "RET-02", (1, "Pass"), (4, "Resolved"), 1),
    ],
)
def test_each_outcome_has_its_status_and_only_a_violation_its_severity(
    stack: str, rule: str, compliance: tuple[int, str], status: tuple[int, str], severity: int
) -> None:
    event = _event(stack, rule)
    assert (event["compliance"]["status_id"], event["compliance"]["status"]) == compliance
    assert (event["status_id"], event["status"]) == status
    assert event["severity_id"] == severity


def test_a_violation_is_created_updated_and_closed_under_one_uid() -> None:
    new, old = _event("staging", "HDR-07"), _event("production", "HDR-07", "second line")
    assert (new["activity_name"], old["activity_name"]) == ("Create", "Update")
    closed = _event("production", "HDR-07", "::headers")
    assert (closed["activity_name"], closed["type_uid"], closed["status"]) == ("Close", 200303, "Resolved")
    earlier = sample.record()
    (result,) = (r for r in earlier["results"] if r["urn"] == closed["resources"][0]["uid"])
    result |= {"outcome": "fail", "findings": [{"path": "p", "seen": "s", "wanted": "w", "urn": ""}]}
    earlier["fixed"] = []
    assert closed["finding_info"]["uid"] in {
        event["finding_info"]["uid"] for event in _events(earlier) if event["status_code"] == "fail"
    }


def test_a_violation_that_came_back_on_the_day_it_was_fixed_is_no_closed_one() -> None:
    record = sample.record()
    (back,) = (one for one in record["results"] if (one["stack"], one["rule"]) == ("staging", "HDR-07"))
    record["fixed"] = [
        {**record["fixed"][0], "stack": "staging", "urn": back["urn"], "firstSeen": "2026-11-01"},
    ]
    (event,) = (one for one in _events(record) if one.get("resources", [{}])[0].get("uid") == back["urn"])
    assert (event["activity_name"], event["status"]) == ("Create", "New")


def test_a_finding_that_goes_on_keeps_the_time_it_was_created() -> None:
    old, new = (
        _event(*which)["finding_info"] for which in (("production", "HDR-07", "second line"), ("staging", "HDR-07"))
    )
    run = datetime(2026, 11, 25, 8, tzinfo=UTC).timestamp() * 1000
    assert (old["created_time"], old["modified_time"]) == (old["first_seen_time"], run)
    assert new["created_time"] == run
    assert "modified_time" not in new


def test_a_violation_is_about_the_living_of_two_resources_with_one_urn() -> None:
    record = sample.record()
    twin = dict(record["population"][4], id="id-of-the-old-one", waits="waits for its deletion")
    record["population"].append(twin)
    (event,) = (one for one in _events(record) if one.get("resources", [{}])[0].get("uid") == twin["urn"])
    assert event["resources"][0]["uid_alt"] == "id-headers"


def test_a_resource_that_is_gone_has_its_own_type_and_name() -> None:
    record = sample.record()
    kind = f"brightbroom:hosting:VercelApp${sample.VARIABLE}"
    record["fixed"][1]["urn"] = sample.urn("production", kind, "a::b")
    (event,) = (event for event in _events(record) if event["status_code"] == "fixed")
    assert (event["resources"][0]["type"], event["resources"][0]["name"]) == (sample.VARIABLE, "a::b")


def test_a_violation_that_ended_with_its_resource_is_closed_without_a_result() -> None:
    (event,) = (event for event in _events() if event["status_code"] == "fixed")
    assert event["resources"][0]["uid"] == sample.urn("production", sample.VARIABLE, "gone")
    assert (event["activity_name"], event["status"]) == ("Close", "Resolved")


def test_what_was_fixed_on_an_earlier_day_is_not_told_again() -> None:
    record = sample.record()
    for entry in record["fixed"]:
        entry["fixedOn"] = "2026-11-24"
    assert not [event for event in _events(record) if event["activity_name"] == "Close"]


def test_times_are_milliseconds_of_the_run_and_of_the_first_sight() -> None:
    event = _event("production", "HDR-07", "second line")
    assert event["time"] == datetime(2026, 11, 25, 8, tzinfo=UTC).timestamp() * 1000
    assert event["finding_info"]["first_seen_time"] == datetime(2026, 11, 1, tzinfo=UTC).timestamp() * 1000


def test_an_event_holds_requirements_parameters_evidence_and_the_way_to_mend_it() -> None:
    event = _event("production", "HDR-07", "second line")
    assert event["compliance"]["requirements"] == ["ASVS 5.0 3.4.1", "GDPR 2016/679 32(1)(a)"]
    assert event["compliance"]["standards"] == ["ASVS 5.0", "GDPR 2016/679"]
    assert [one["data"]["path"] for one in event["evidences"]] == ["route.headers", "route.src"]
    assert event["remediation"]["desc"].endswith("Set in: Pulumi.production.yaml:66 headers.strictTransportSecurity")
    assert event["remediation"]["references"] == ["https://example.test/HDR-07"]
    logs = _event("staging", "RET-02")
    assert logs["compliance"]["control_parameters"] == [{"name": "leastDays", "value": "365"}]


def test_a_waiver_goes_with_its_finding() -> None:
    event = _event("production", "SEC-03")
    (waiver,) = event["enrichments"]
    assert (waiver["value"], waiver["data"]["approver"], waiver["data"]["expires"]) == ("W-1", "Jan", "2026-12-31")
    assert event["comment"].startswith("the vendor | gives one key only")


def test_resources_of_other_types_are_one_counted_event_a_rule_and_stack() -> None:
    counted = [event for event in _events() if "count" in event]
    assert len(counted) == 10
    assert sum(event["count"] for event in counted) == sum(other["count"] for other in sample.record()["otherTypes"])
