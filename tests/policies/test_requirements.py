"""The requirements: every clause that a rule serves has a title, and every other one somebody who answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from policies.catalogue import registry, types
from policies.catalogue.clauses import State
from policies.catalogue.requirements import Stated, requirements, unlisted

ROOT = Path(__file__).parent.parent.parent
STRATEGY = "Deployment Strategy"
COMPONENTS = {
    token.rpartition(":")[2]
    for token in vars(types).values()
    if isinstance(token, str) and token.startswith("brightbroom:compliance:")
}
WHO = ("app", "operators", "people", "people and app", "program", "vendors")


def _named(stated: Stated) -> str:
    return f"{stated.standard} {stated.clause}"


def _published() -> list[Stated]:
    return [stated for stated in requirements() if stated.standard != STRATEGY]


def _sentences() -> list[Stated]:
    return [stated for stated in requirements() if stated.standard == STRATEGY and ": " in stated.clause]


def test_every_clause_that_a_rule_serves_is_listed() -> None:
    """Give a missing one a title in `clauses.py` or `practices.py`; a heading of the strategy stands in `sentences.py`."""
    assert unlisted() == ()


def test_every_clause_is_held_by_a_rule_or_says_who_answers() -> None:
    assert [_named(stated) for stated in requirements() if not stated.rules and not stated.where] == []
    assert [_named(stated) for stated in requirements() if stated.where == "nobody yet"] == []


def test_no_clause_is_listed_twice() -> None:
    names = [(stated.standard, stated.version, stated.clause) for stated in requirements()]
    assert len(set(names)) == len(names)


def test_rules_of_a_published_clause_are_those_that_name_it() -> None:
    named = {
        (requirement.standard, requirement.version, requirement.clause, rule.id)
        for rule in registry.rules()
        for requirement in rule.requirements
        if requirement.standard != STRATEGY
    }
    listed = {(s.standard, s.version, s.clause, code) for s in _published() for code in s.rules}
    assert listed == named


def test_a_heading_of_the_strategy_has_the_rules_that_name_it_and_those_of_its_sentences() -> None:
    headings = {s.clause: s for s in requirements() if s.standard == STRATEGY and ": " not in s.clause}
    for rule in registry.rules():
        for requirement in rule.requirements:
            if requirement.standard == STRATEGY:
                assert rule.id in headings[requirement.clause].rules
    for sentence in _sentences():
        assert set(sentence.rules) <= set(headings[sentence.clause.partition(": ")[0]].rules)


def test_sentences_name_rules_that_exist() -> None:
    known = {rule.id for rule in registry.rules()}
    assert sorted({code for sentence in _sentences() for code in sentence.rules} - known) == []


def test_clauses_of_pci_dss_that_saq_a_does_not_ask_for_say_so() -> None:
    beyond = {stated.clause: "SAQ A" in stated.where for stated in _published() if stated.standard == "PCI DSS"}
    assert [name for name in ("2.2.2", "6.3.1", "6.3.3", "8.3.6", "11.3.2", "12.8.2", "12.10.1") if beyond[name]] == []
    assert [
        name for name in ("1.3.1", "6.2.3", "6.4.3", "6.5.3", "8.6.2", "10.2.1", "12.5.2") if not beyond[name]
    ] == []


def test_states_follow_from_who_answers() -> None:
    for stated in requirements():
        assert (stated.state is State.AUTOMATED) == bool(stated.rules), _named(stated)
    assert {stated.state for stated in _published()} == set(State)
    assert {stated.state for stated in _sentences()} == set(State)


@pytest.mark.parametrize("stated", [s for s in requirements() if s.state is State.DECLARED], ids=_named)
def test_what_is_declared_names_the_program_or_a_component(stated: Stated) -> None:
    first = re.split(r"[.: ]", stated.where)[0]
    assert first == "program" or first in COMPONENTS


@pytest.mark.parametrize("stated", [s for s in requirements() if s.state is State.ELSEWHERE], ids=_named)
def test_what_no_code_shows_names_who_answers_and_by_what(stated: Stated) -> None:
    who, colon, what = stated.where.partition(": ")
    assert who in WHO
    assert colon
    assert what


def test_titles_are_short_statements() -> None:
    for stated in _published():
        assert 5 <= len(stated.title) <= 90, _named(stated)
        assert not stated.title.endswith("."), _named(stated)
        assert stated.title[0].islower() or stated.title.startswith("API"), _named(stated)


def test_what_no_code_can_show_is_listed_all_the_same() -> None:
    text = " ".join(f"{s.title} {s.where}" for s in requirements() if s.state is not State.AUTOMATED)
    for subject in (
        "training",
        "contracts",
        "processing agreements",
        "penetration test",
        "reported to the regulator",
        "representative",
        "information officer is registered",
        "scans from outside",
        "every six months",
        "privacy policy",
        "drill",
    ):
        assert subject in text


def test_every_sentence_of_the_strategy_is_here_as_in_the_coverage_tables() -> None:
    """`docs/coverage.md` has a row for each, under its heading."""
    rows = []
    for line in (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8").splitlines():
        cells = line.split(" | ")
        if line.startswith("| ") and not line.startswith("| clause |"):
            rows.append(f"{cells[0].removeprefix('| ')}: {cells[1]}")
    assert [sentence.clause for sentence in _sentences()] == rows
