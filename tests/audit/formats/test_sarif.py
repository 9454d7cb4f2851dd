"""SARIF: kinds, suppressions, places, rules with their standards, and what code scanning is given."""

from __future__ import annotations

import json
from typing import Any

import pytest

from audit.formats import sarif, sarif_rules
from tests.audit.formats import sample


def _run(record: dict[str, Any] | None = None) -> dict[str, Any]:
    (run,) = json.loads(b"".join(sarif.render(record or sample.record())))["runs"]
    found: dict[str, Any] = run
    return found


def _result(run: dict[str, Any], stack: str, rule: str, name: str = "") -> dict[str, Any]:
    (found,) = (
        result
        for result in run["results"]
        if (result["properties"]["stack"], result["ruleId"]) == (stack, rule) and _urn(result).endswith(name)
    )
    one: dict[str, Any] = found
    return one


def _urn(result: dict[str, Any]) -> str:
    urn: str = result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]
    return urn


@pytest.mark.parametrize(
    ("stack", "rule", "kind", "level"),
    [
        ("staging", "SEC-03", "fail", "error"),
        ("staging", "HDR-07", "fail", "warning"),
        ("production", "SEC-03", "fail", "error"),
        ("production", "RET-02", "open", "none"),
        ("production", "GH-04", "open", "none"),
        ("production", "COST-01", "review", "none"),
        ("staging", "GH-04", "notApplicable", "none"),
        ("staging", "RET-02", "pass", "none"),
    ],
)
def test_each_outcome_has_its_kind_and_an_advisory_violation_is_a_warning(
    stack: str, rule: str, kind: str, level: str
) -> None:
    result = _result(_run(), stack, rule)
    assert (result["kind"], result["level"]) == (kind, level)


def test_violations_come_first_and_the_worst_on_top() -> None:
    results = _run()["results"]
    assert [result["properties"]["outcome"] for result in results] == [
        *["fail"] * 3,
        "waived",
        *["not evaluated"] * 2,
        "switched off",
        "not applicable",
        *["pass"] * 2,
    ]
    assert [result["properties"]["severity"] for result in results[:3]] == ["critical", "high", "high"]


def test_a_waived_violation_is_suppressed_with_its_waiver() -> None:
    run = _run()
    (suppression,) = _result(run, "production", "SEC-03")["suppressions"]
    assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
    assert suppression["justification"] == "the vendor | gives one key only\nuntil December"
    assert suppression["properties"]["approver"] == "Jan"
    assert suppression["properties"]["expires"] == "2026-12-31"
    others = [result["suppressions"] for result in run["results"] if result["properties"]["outcome"] != "waived"]
    assert others == [[]] * 9, "all results of a run have the property or none has, 3.27.23"


def test_a_violation_says_what_was_seen_what_is_wanted_and_how_to_mend_it() -> None:
    text = _result(_run(), "staging", "HDR-07")["message"]["text"]
    assert text == (
        "route.headers: seen 'max-age=60'; wanted max-age of at least 31536000\n"
        "Fix: mend HDR-07. Set in: Pulumi.staging.yaml:60 headers.strictTransportSecurity"
    )


def test_text_of_a_state_is_neither_a_link_nor_a_place_to_fill_in() -> None:
    text = _result(_run(), "production", "HDR-07", "second line")["message"]["text"]
    assert r"\[x](https://example.test)" in text
    assert "{{0}}" in text
    assert "\x1b" not in text


def test_a_result_names_its_resource_and_the_line_of_its_setting() -> None:
    run = _run()
    result = _result(run, "staging", "HDR-07")
    (location,) = result["locations"]
    physical = location["physicalLocation"]
    assert physical["artifactLocation"] == {"uri": "Pulumi.staging.yaml", "uriBaseId": "%SRCROOT%"}
    assert physical["region"] == {"startLine": 60}
    resource = run["logicalLocations"][location["logicalLocations"][0]["index"]]
    assert resource["fullyQualifiedName"] == _urn(result) == sample.urn("staging", sample.ROUTE, "headers")
    assert resource["properties"]["id"] == "id-headers"


def test_the_whole_population_is_listed() -> None:
    listed = [place["fullyQualifiedName"] for place in _run()["logicalLocations"]]
    assert listed == [item["urn"] for item in sample.record()["population"]]


def test_the_run_says_what_the_rules_make_of_each_type_and_alerts_do_not() -> None:
    told = {one["type"]: one for one in _run()["properties"]["types"]}
    assert [one["standing"] for one in told.values()] == ["unknown", "judged", "out of scope", "judged"]
    assert told[sample.VARIABLE]["reason"] == "holds <nothing> that a rule could read"
    (alerts,) = json.loads(b"".join(sarif.render_alerts(sample.record())))["runs"]
    assert alerts["properties"]["types"] == []


def test_a_rule_serves_clauses_that_the_taxonomies_hold() -> None:
    run = _run()
    for rule, known in zip(run["tool"]["driver"]["rules"], sample.record()["rules"], strict=True):
        served = []
        for relation in rule["relationships"]:
            target = relation["target"]
            taxonomy = run["taxonomies"][target["toolComponent"]["index"]]
            (taxon,) = (taxon for taxon in taxonomy["taxa"] if taxon["id"] == target["id"])
            assert taxon["guid"] == target["guid"]
            served.append((taxonomy["name"], taxonomy.get("version", ""), taxon["id"]))
        assert served == [(need["standard"], need["version"], need["clause"]) for need in known["requirements"]]


def test_clauses_that_no_code_can_show_are_listed_with_who_answers() -> None:
    taxa = {taxon["id"]: taxon["properties"] for taxonomy in _run()["taxonomies"] for taxon in taxonomy["taxa"]}
    assert taxa["12.6"] == {"state": "not covered by code", "where": "the training register"}
    assert taxa["33"]["state"] == "declared"
    assert taxa["10.5.1"] == {"state": "automated", "rules": ["RET-02"]}


@pytest.mark.parametrize(
    ("severity", "least", "most"), [("critical", 9.0, 10), ("high", 7.0, 8.9), ("medium", 4.0, 6.9), ("low", 0.1, 3.9)]
)
def test_severities_lie_in_the_ranges_of_code_scanning(severity: str, least: float, most: float) -> None:
    record = sample.record()
    record["rules"][0]["severity"] = severity
    (rule, *_) = _run(record)["tool"]["driver"]["rules"]
    assert least <= float(rule["properties"]["security-severity"]) <= most


def test_a_rule_has_no_more_tags_than_code_scanning_accepts() -> None:
    record = sample.record()
    record["rules"][0]["requirements"] = [{"standard": "S", "version": "1", "clause": str(n)} for n in range(40)]
    (rule, *_) = _run(record)["tool"]["driver"]["rules"]
    assert len(rule["properties"]["tags"]) == sarif_rules.MOST_TAGS
    assert len(rule["relationships"]) == 40


def test_a_fingerprint_stays_when_only_the_values_change() -> None:
    changed = sample.record()
    for result in changed["results"]:
        for finding in result.get("findings", ()):
            finding["seen"] = "another"
    prints = [
        [result["partialFingerprints"] for result in _run(record)["results"]] for record in (sample.record(), changed)
    ]
    assert prints[0] == prints[1]
    assert len({one["primaryLocationLineHash"] for one in prints[0]}) == len(prints[0])


def test_the_past_is_told_without_a_baseline_that_no_run_has_as_its_id() -> None:
    run = _run()
    assert run["properties"]["previous"] == {"number": 6, "sha256": "34" * 32}
    history = _result(run, "production", "HDR-07", "second line")["properties"]["history"]
    assert history == {"firstSeen": "2026-11-01", "daysOpen": 24, "deadline": "2026-11-20", "overdue": True}
    assert "baselineGuid" not in run
    assert not [result for result in run["results"] if "baselineState" in result]


def test_a_rule_that_broke_makes_the_invocation_fail_and_is_named() -> None:
    (invocation,) = _run()["invocations"]
    (note,) = invocation["toolExecutionNotifications"]
    assert not invocation["executionSuccessful"]
    assert (note["level"], note["associatedRule"]["id"]) == ("error", "GH-04")
    sound = sample.record()
    sound["broken"] = []
    for result in sound["results"]:
        result.pop("broken", None)
    (invocation,) = _run(sound)["invocations"]
    assert invocation["executionSuccessful"]
    assert "toolExecutionNotifications" not in invocation


def test_a_refused_waiver_is_a_notification() -> None:
    (invocation,) = _run()["invocations"]
    (note,) = invocation["toolConfigurationNotifications"]
    assert note["message"]["text"].startswith("Waiver W-2: expires: 2026-02-01")


def test_the_states_are_artifacts_with_their_hashes() -> None:
    artifacts = _run()["artifacts"]
    assert [artifact["hashes"]["sha-256"] for artifact in artifacts] == ["56" * 32, "78" * 32]
    assert artifacts[0]["location"]["uri"] == "states/production%20state.json"


def test_the_commit_needs_its_repository_to_be_provenance() -> None:
    record = sample.record()
    (origin,) = _run(record)["versionControlProvenance"]
    assert origin["repositoryUri"] == "https://example.test/brightbroom/infra"
    assert origin["revisionId"] == record["run"]["commit"]
    record["run"]["repository"] = ""
    assert "versionControlProvenance" not in _run(record)
    assert _run(record)["properties"]["run"]["commit"] == record["run"]["commit"]


def test_code_scanning_gets_violations_alone_each_with_a_file_and_a_line() -> None:
    (run,) = json.loads(b"".join(sarif.render_alerts(sample.record())))["runs"]
    assert [result["properties"]["outcome"] for result in run["results"]] == ["fail"] * 3
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert [(place["artifactLocation"]["uri"], place["region"]["startLine"]) for place in places] == [
        ("Pulumi.staging.yaml", 1),
        ("Pulumi.production.yaml", 66),
        ("Pulumi.staging.yaml", 60),
    ]


def test_code_scanning_gets_no_more_than_it_accepts_and_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_ALERTS", 2)
    (run,) = json.loads(b"".join(sarif.render_alerts(sample.record())))["runs"]
    assert [result["properties"]["severity"] for result in run["results"]] == ["critical", "high"]
    assert run["properties"]["leftOut"] == 1


def test_a_run_without_violations_gives_code_scanning_an_empty_list_that_closes_its_alerts() -> None:
    record = sample.record()
    record["results"] = [result for result in record["results"] if result["outcome"] == "pass"]
    (run,) = json.loads(b"".join(sarif.render_alerts(record)))["runs"]
    assert run["results"] == []
    assert len(run["tool"]["driver"]["rules"]) == 5


def test_a_result_is_about_the_living_of_two_resources_with_one_urn() -> None:
    record = sample.record()
    twin = dict(record["population"][4], id="id-of-the-old-one", waits="waits for its deletion")
    record["population"].append(twin)
    run = _run(record)
    logical = _result(run, "production", "HDR-07", "::headers")["locations"][0]["logicalLocations"][0]
    assert run["logicalLocations"][logical["index"]]["properties"]["id"] == "id-headers"
