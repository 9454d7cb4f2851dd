"""The catalogue's metadata and the levels files."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from policies.catalogue import levels, registry
from policies.catalogue.levels import LevelsError
from policies.catalogue.model import Finding, Rule, Severity, Unevaluated, shown
from policies.catalogue.resource import UNKNOWN, Resource


@pytest.mark.parametrize("rule", registry.rules(), ids=lambda rule: rule.id)
def test_metadata_is_complete(rule: Rule) -> None:
    assert rule.requirements
    assert rule.url.startswith("https://")
    assert rule.remedy
    assert not rule.remedy.endswith(".")
    assert len(rule.name) <= 60
    assert not rule.statement.lower().startswith(("ensure", "check"))
    assert rule.check.__doc__
    assert rule.source
    assert all(kind.count(":") == 2 for kind in rule.applies_to)


def test_names_and_codes_are_unique() -> None:
    names = [rule.name for rule in registry.rules()]
    assert len(set(names)) == len(names)


def test_every_file_with_rules_is_read() -> None:
    folder = Path(registry.__file__).parent
    with_rules = {file.stem for file in folder.glob("*.py") if "\n@rule(\n" in file.read_text(encoding="utf-8")}
    assert with_rules == set(registry.SUBJECTS)


def test_a_code_is_given_once() -> None:
    first = registry.rules()[0]
    with pytest.raises(ValueError, match=f"two rules have the code {first.id}"):
        registry.rule(
            first.id,
            "again",
            risk="",
            severity=Severity.LOW,
            applies_to=(),
            requirements=(),
            remedy="",
            url="",
        )(lambda: None)


def test_both_stacks_give_every_rule_the_same_keys() -> None:
    staging, production = levels.of_stack("staging"), levels.of_stack("production")
    assert {code: set(entry.parameters) for code, entry in staging.items()} == {
        code: set(entry.parameters) for code, entry in production.items()
    }


def test_a_stack_without_a_file_is_judged_as_production() -> None:
    assert levels.of_stack("somebodys-own") == levels.of_stack("production")


def test_every_mistake_in_a_levels_file_is_told_by_name(tmp_path: Path) -> None:
    entries = json.loads((levels.FOLDER / "staging.json").read_text(encoding="utf-8"))
    del entries["HDR-01"]
    entries["HDR-99"] = {"level": "mandatory"}
    entries["HDR-02"] = {"level": "strict"}
    entries["HDR-05"] = {"level": "mandatory", "paymentHost": "https://www.payfast.co.za"}
    entries["DB-03"]["leastSeconds"] = True
    path = tmp_path / "staging.json"
    path.write_text(json.dumps(entries), encoding="utf-8")
    with pytest.raises(LevelsError) as caught:
        levels.load(path, registry.rules())
    for told in (
        "HDR-99: is no rule",
        "HDR-01: is missing",
        "HDR-02.level: 'strict' is none of disabled, advisory, mandatory, remediate",
        "HDR-05.paymentHost: is no parameter; known are: paymentHosts",
        "HDR-05.paymentHosts: None is not of type list",
        "DB-03.leastSeconds: True is not of type int",
    ):
        assert told in str(caught.value)


@pytest.mark.parametrize("text", ["{", "[]", '{"HDR-01": {}, "HDR-01": {}}'])
def test_a_file_that_is_no_object_of_rules_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "staging.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LevelsError, match=r"staging\.json"):
        levels.load(path, registry.rules())


ENTRIES = [
    ("DB-03", {"level": "mandatory", "leastSeconds": 1, "mostSeconds": 2}, True),
    ("DB-03", {"level": "advisory", "leastSeconds": 1, "mostSeconds": 2}, True),
    ("DB-03", {"level": "disabled", "leastSeconds": 1, "mostSeconds": 2, "because": "of a test"}, True),
    ("DB-03", {"level": "disabled", "leastSeconds": 1, "mostSeconds": 2}, False),
    ("DB-03", {"level": "disabled", "leastSeconds": 1, "mostSeconds": 2, "because": " "}, False),
    ("DB-03", {"level": "disabled", "leastSeconds": 1, "mostSeconds": 2, "because": 7}, False),
    ("DB-03", {"level": "mandatory", "leastSeconds": 1, "mostSeconds": 2, "because": "of a test"}, False),
    ("DB-03", {"level": "mandatory", "leastSeconds": 1, "mostSeconds": 2, "because": ""}, False),
    ("DB-03", {"level": "remediate", "leastSeconds": 1, "mostSeconds": 2}, False),
    ("DB-03", {"level": "strict", "leastSeconds": 1, "mostSeconds": 2}, False),
    ("DB-03", {"level": "mandatory", "leastSeconds": "1", "mostSeconds": 2}, False),
    ("DB-03", {"level": "mandatory", "leastSeconds": True, "mostSeconds": 2}, False),
    ("DB-03", {"level": "mandatory", "leastSeconds": 1}, False),
    ("DB-03", {"level": "mandatory", "leastSeconds": 1, "mostSeconds": 2, "most": 3}, False),
    ("DB-03", {"leastSeconds": 1, "mostSeconds": 2}, False),
    ("DB-03", ["mandatory"], False),
    ("HDR-05", {"level": "mandatory", "paymentHosts": ["https://www.payfast.co.za"]}, True),
    ("HDR-05", {"level": "mandatory", "paymentHosts": "https://www.payfast.co.za"}, False),
    ("HDR-05", {"level": "mandatory", "paymentHosts": [1]}, False),
    ("HDR-99", {"level": "mandatory"}, False),
    ("$schema", "schema.json", True),
]


@pytest.mark.parametrize(("code", "entry", "good"), ENTRIES, ids=str)
def test_the_schema_of_the_levels_accepts_what_the_pack_accepts(
    tmp_path: Path, code: str, entry: object, *, good: bool
) -> None:
    entries = json.loads((levels.FOLDER / "staging.json").read_text(encoding="utf-8")) | {code: entry}
    path = tmp_path / "staging.json"
    path.write_text(json.dumps(entries), encoding="utf-8")
    validator = jsonschema.Draft202012Validator(json.loads(levels.SCHEMA.read_text(encoding="utf-8")))
    assert validator.is_valid(entries) is good
    if good:
        levels.load(path, registry.rules())
    else:
        with pytest.raises(LevelsError, match=code):
            levels.load(path, registry.rules())


def test_a_stack_may_not_pass_for_the_schema() -> None:
    assert levels.of_stack("schema") == levels.of_stack("production")
    assert levels.stacks() == ("production", "staging")


def test_rules_over_what_others_found_are_judged_last() -> None:
    rules = registry.rules()
    assert [rule.id for rule in rules if rule.last] == [rules[-1].id] == ["GOV-03"]
    assert [rule.id for rule in rules[:-1]] == sorted(rule.id for rule in rules[:-1])


def test_a_message_has_property_seen_wanted_fix_and_clause() -> None:
    rule = next(rule for rule in registry.rules() if rule.id == "DB-03")
    message = rule.message(Finding("historyRetentionSeconds", 3600, "86400 to 2592000 seconds"))
    for part in ("historyRetentionSeconds: seen 3600; wanted 86400 to", rule.remedy, "GDPR 2016/679 32(1)(c)"):
        assert part in message


def test_a_long_value_is_cut_and_none_is_nothing() -> None:
    assert len(shown("x" * 500)) == 160
    assert shown(None) == "nothing"


def test_reading_below_an_unknown_value_names_it() -> None:
    view = Resource("urn:pulumi:s::p::t:t:T::n", "t:t:T", "n", {"a": {"b": UNKNOWN}})
    assert view.get("a.c.d") is None
    with pytest.raises(Unevaluated, match=r"a\.b is known only after the deployment"):
        view.get("a.b.c")
    assert view.stack == "s"
