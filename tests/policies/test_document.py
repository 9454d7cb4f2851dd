"""What is generated from the rules is as fresh as they are, and complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from policies.catalogue import document, levels, registry
from policies.catalogue.model import Level
from policies.catalogue.requirements import requirements


@pytest.mark.parametrize("path", [document.PAGE, levels.SCHEMA, document.WAIVERS_SCHEMA], ids=lambda path: path.name)
def test_generated_files_say_what_the_rules_say(path: Path) -> None:
    """Renew them by `python -m policies.catalogue.document`."""
    assert path.read_text(encoding="utf-8") == document.files()[path]


def test_every_file_that_is_generated_is_tested_above() -> None:
    assert set(document.files()) == {document.PAGE, levels.SCHEMA, document.WAIVERS_SCHEMA}


def test_links_within_the_page_lead_to_a_heading() -> None:
    page = document.text()
    headings = {
        re.sub(r"[^a-z0-9 -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in page.splitlines()
        if line.startswith("#")
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) - headings == set()


def test_each_rule_has_its_levels_its_section_and_its_clauses() -> None:
    page = document.text()
    for rule in registry.rules():
        staging, production = (levels.of_stack(stack)[rule.id] for stack in ("staging", "production"))
        row = f"| {rule.statement} | {rule.severity} | {staging.level} | {production.level} | {rule.plan} |"
        assert row in page
        section = page.partition(f"### {rule.name}\n")[2].partition("\n### ")[0]
        for part in (rule.risk, rule.remedy, rule.url, *map(str, rule.requirements), *rule.applies_to):
            assert part in section
        for stack, setting in (("staging", staging), ("production", production)):
            assert all(f"{key} = `" in section for key in setting.parameters)
            assert (f"- **In {stack}**: " in section) == bool(setting.parameters or setting.level is Level.DISABLED)


def test_each_clause_has_its_state_its_rules_and_who_else_answers() -> None:
    part = document.text().partition("## Requirements")[2].partition("## What no rule covers")[0]
    rows = [line for line in part.splitlines() if line.startswith("| ") and not line.startswith("| clause |")]
    for row, stated in zip(rows, requirements(), strict=True):
        _, clause, title, state, rules, where, _ = (cell.strip() for cell in row.split("|"))
        assert stated.clause.startswith(clause)
        assert (title, state, where) == (stated.title, stated.state, stated.where)
        assert tuple(re.findall(r"\[([A-Z]+-\d\d)\]", rules)) == stated.rules


def test_what_no_rule_covers_is_listed_by_who_answers() -> None:
    listed = document.text().partition("## What no rule covers")[2].partition("## Waivers")[0]
    left = [stated for stated in requirements() if stated.state == "not covered by code"]
    assert sum(line.startswith("- ") for line in listed.splitlines()) == len(left)
    assert set(re.findall(r"### Answered by (.*)", listed)) == {stated.where.partition(":")[0] for stated in left}
