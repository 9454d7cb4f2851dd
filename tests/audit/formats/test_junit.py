"""JUnit: suites by rule and stack, and what becomes of each answer."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from audit.formats import junit
from tests.audit.formats import sample


def _suites(record: dict[str, Any] | None = None) -> dict[tuple[str, str], ElementTree.Element]:
    root = ElementTree.fromstring(b"".join(junit.render(record or sample.record())))
    return {(suite.attrib["package"], suite.attrib["name"].split()[0]): suite for suite in root}


def _child(stack: str, rule: str) -> ElementTree.Element:
    (child,) = (child for case in _suites()[stack, rule].iter("testcase") for child in case)
    return child


def test_there_is_a_suite_for_each_rule_in_each_stack_also_where_it_judges_nothing() -> None:
    suites = _suites()
    assert len(suites) == 10
    nothing = suites["staging", "COST-01"].attrib
    assert (nothing["tests"], nothing["failures"], nothing["errors"], nothing["skipped"]) == ("0", "0", "0", "0")


def test_a_violation_is_a_failure_with_all_its_findings_and_the_fix() -> None:
    failure = _child("production", "HDR-07")
    assert failure.tag == "failure"
    assert failure.attrib["type"] == "high, mandatory"
    assert failure.attrib["message"].startswith("route.headers: seen 'a|b `c` <script>")
    lines = (failure.text or "").split("\n")
    assert "route.src: seen nothing; wanted ^/.*$" in lines
    assert "Not read: route.id is known only after the deployment" in lines
    assert "Fix: mend HDR-07. https://example.test/HDR-07" in lines
    assert "Set in: Pulumi.production.yaml:66 headers.strictTransportSecurity" in lines


def test_what_is_not_a_verdict_is_skipped_and_says_so() -> None:
    told = {
        key: _child(*key).attrib["message"]
        for key in [("production", "SEC-03"), ("production", "RET-02"), ("production", "COST-01"), ("staging", "GH-04")]
    }
    assert list(told.values()) == [
        "waived: the vendor | gives one key only until December",
        "not evaluated: retentionDays is known only after the deployment",
        "switched off: asked for in staging only",
        "not applicable: no environment has reviewers",
    ]
    assert {_child(*key).tag for key in told} == {"skipped"}
    assert "Waiver: W-1" in (_child("production", "SEC-03").text or "")


def test_a_rule_that_broke_is_an_error() -> None:
    error = _child("production", "GH-04")
    assert (error.tag, error.attrib["type"]) == ("error", "broken rule")


def test_two_resources_of_one_name_are_two_cases() -> None:
    record = sample.record()
    twin = dict(record["results"][3], urn=sample.urn("production", "vercel:index/other:Other", "headers"))
    record["results"].append(twin)
    names = [case.attrib["name"] for case in _suites(record)["production", "HDR-07"].iter("testcase")]
    assert len(set(names)) == len(names) == 3


def test_a_suite_tells_its_level_parameters_and_requirements() -> None:
    properties = [(one.attrib["name"], one.attrib["value"]) for one in _suites()["staging", "RET-02"].iter("property")]
    assert ("level", "mandatory") in properties
    assert ("parameter leastDays", "365") in properties
    assert ("requirement", "PCI DSS 4.0.1 10.5.1") in properties


def test_a_parameter_that_is_no_text_is_json() -> None:
    record = sample.record()
    record["settings"]["staging"]["RET-02"]["parameters"] = {"hosts": ["a", "b"], "strict": True, "to": "c"}
    properties = _suites(record)["staging", "RET-02"].iter("property")
    given = [one.attrib["value"] for one in properties if one.attrib["name"].startswith("parameter ")]
    assert given == ['["a","b"]', "true", "c"]
