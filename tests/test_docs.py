"""What the documents name is there, and no file tells of the machine it was made on."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
import typer.main

from brightbroom.cli import app
from brightbroom.exits import ExitCode
from brightbroom.playing import SCENARIOS, chosen_scenarios
from brightbroom.plays import parse_changes, play_of
from infra.settings import required_secrets, required_tokens
from policies.catalogue import registry
from tests.builders import ROOT, STACKS, areas, settings

README: Final = ROOT / "README.md"
COVERAGE: Final = ROOT / "docs" / "coverage.md"
DOCUMENTS: Final = (README, *sorted(ROOT.glob("[a-z]*/**/*.md")))

SECTIONS: Final = (
    "Development Environment",
    "Staging Environment",
    "Production Environment",
    "GitHub Actions Workflow",
    "Database Migration Strategy",
    "Environment Configuration",
    "Monitoring Tools",
    "Logging Strategy",
    "Backup Strategy",
    "Horizontal Scaling",
    "Vertical Scaling",
    "Disaster Recovery",
    "Security Measures",
    "Compliance",
    "Release Cycle",
    "Release Process",
    "Feature Flags",
    "Versioning",
    "Post-Deployment Verification",
    "Rollback Strategy",
)
"""Every heading of the strategy that has sentences of its own, in its order."""

_LINK: Final = re.compile(r"\[([^\]\n]*)\]\(([^)\s]+)\)")
_RULE: Final = re.compile(r"\b[A-Z]{2,4}-\d{2}\b")


class Reference(NamedTuple):
    """A symbol, rule or test that the coverage names, with the file it links to."""

    what: str
    file: Path

    def __str__(self) -> str:
        return f"{self.what} in {self.file.relative_to(ROOT)}"


def _links(document: Path) -> Iterator[tuple[str, Path]]:
    for text, target in _LINK.findall(document.read_text(encoding="utf-8")):
        if not target.startswith(("https://", "http://", "#")):
            yield text, (document.parent / target.partition("#")[0]).resolve()


@cache
def _rows() -> tuple[tuple[str, ...], ...]:
    lines = [line for line in COVERAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]
    return tuple(row for row in rows if row[0] != "clause" and set(row[0]) != {"-"})


REFERENCES: Final = sorted({Reference(text[1:-1], file) for text, file in _links(COVERAGE) if text.startswith("`")})


def _commands(text: str) -> list[str]:
    """Every line of a shell block, and every piece of code in a sentence; comments are gone, continued lines are one."""
    blocks = re.findall(r"^```bash\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return [line.partition(" #")[0].strip() for line in lines] + re.findall(r"`([^`\n]+)`", prose)


COMMANDS: Final = _commands(README.read_text(encoding="utf-8"))
OURS: Final = sorted({line for line in COMMANDS if line.split()[:1] == ["brightbroom"]})


# ---- links and the coverage table --------------------------------------------------------------------------------


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document.relative_to(ROOT)))
def test_every_link_leads_to_a_file_of_the_repository(document: Path) -> None:
    dead = [str(file) for _, file in _links(document) if not (file.exists() and file.is_relative_to(ROOT))]
    assert dead == []


def test_every_row_of_the_coverage_is_whole() -> None:
    assert [row for row in _rows() if len(row) != 5 or not (row[0] and row[1])] == []


def test_a_row_says_where_its_sentence_is_declared_or_why_it_is_not() -> None:
    assert [row[:2] for row in _rows() if not row[2] and not row[4]] == []


def test_every_section_of_the_strategy_is_covered_in_its_order() -> None:
    assert tuple(dict.fromkeys(row[0] for row in _rows())) == SECTIONS


def test_every_symbol_and_test_that_the_coverage_names_is_in_the_linked_file() -> None:
    rules = {rule.id for rule in registry.rules()}
    lost = []
    for reference in REFERENCES:
        wanted = rf"(?<!\w){'def ' * reference.what.startswith('test_')}{re.escape(reference.what)}(?!\w)"
        text = reference.file.read_text(encoding="utf-8") if reference.file.is_file() else ""
        if reference.what not in rules and not re.search(wanted, text):
            lost.append(str(reference))
    assert lost == []


def test_the_coverage_names_every_rule_and_no_other_with_its_file() -> None:
    registered = {
        Reference(rule.id, ROOT / Path(*rule.check.__module__.split(".")).with_suffix(".py"))
        for rule in registry.rules()
    }
    named = {reference for reference in REFERENCES if _RULE.fullmatch(reference.what)}
    assert named == registered


# ---- the README --------------------------------------------------------------------------------------------------


def _parsed(line: str) -> tuple[str, dict[str, Any]]:
    """Command and options of a line, read as the console script would; raises for what it does not know."""
    group: Any = typer.main.get_command(app)
    words = shlex.split(line)[1:]
    while words and words[0].startswith("-"):
        assert words.pop(0) in {option for parameter in group.params for option in parameter.opts}
    assert set(words[:1]) & set(group.commands), f"{line}: no such command"
    context = group.commands[words[0]].make_context(words[0], words[1:])
    return words[0], context.params


@pytest.mark.parametrize("line", OURS)
def test_a_command_of_the_readme_is_understood(line: str) -> None:
    command, given = _parsed(line)
    assert set(given.get("stack") or ()) <= set(STACKS)
    if command == "rehearse":
        chosen_scenarios(given["scenario"] or [])
        for stack in given["stack"] or STACKS:
            play_of(ROOT, stack, parse_changes(given["changes"] or []))


def test_the_readme_shows_every_scenario() -> None:
    shown = {name for line in OURS if "--scenario" in line for name in _parsed(line)[1]["scenario"]}
    assert shown == {*SCENARIOS, "all"}


def test_every_make_target_that_the_readme_names_is_there_and_the_others_are_known() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {word for line in COMMANDS if line.startswith("make ") for word in line.split()[1:] if "=" not in word}
    assert named <= targets
    assert targets - named == {"lock", "lint"}


def test_every_setting_that_the_readme_names_is_in_both_stack_files() -> None:
    named = {
        code
        for code in COMMANDS
        if re.fullmatch(r"[a-z]+(\.[a-zA-Z]+)+", code) and code.split(".")[0] in areas("staging")
    }
    assert len(named) > 10
    for stack in STACKS:
        assert [code for code in sorted(named) if not _has(areas(stack), code)] == []


def _has(where: Any, path: str) -> bool:
    for key in path.split("."):
        if not isinstance(where, dict) or key not in where:
            return False
        where = where[key]
    return True


@pytest.mark.parametrize("stack", STACKS)
def test_the_readme_names_every_secret_and_token_that_a_stack_needs(stack: str) -> None:
    text = README.read_text(encoding="utf-8")
    needed = [f"secrets.{name}'" for name in required_secrets(settings(stack))]
    needed += [f"`{name}`" for name in required_tokens(settings(stack))]
    assert [name for name in needed if name not in text] == []


def test_the_readme_names_every_variable_of_the_app() -> None:
    source = (ROOT / "infra" / "app_variables.py").read_text(encoding="utf-8")
    declared = set(re.findall(r'"([A-Z][A-Z_]+[A-Z])"', source))
    assert "PAYFAST_PASSPHRASE" in declared
    assert [name for name in sorted(declared) if f"`{name}`" not in README.read_text(encoding="utf-8")] == []


def test_the_readme_explains_every_exit_code() -> None:
    explained = re.findall(r"^\| (\d+) \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(map(int, explained)) == sorted(ExitCode)


def test_what_the_readme_adopts_has_the_names_that_the_program_gives() -> None:
    source = (ROOT / "infra" / "components" / "github_repository.py").read_text(encoding="utf-8")
    (line,) = [line for line in COMMANDS if line.startswith("pulumi import --stack")]
    assert "brightbroom:delivery:GithubRepository::repository" in line
    assert '"brightbroom:delivery:GithubRepository"' in source
    assert "github:index/repository:Repository repository-repository" in line
    assert 'f"{name}-repository"' in source


# ---- nothing of the machine ----------------------------------------------------------------------------------------

_MACHINE: Final = re.compile(
    "|".join(
        (
            r"(?<![\w.$}])/(?:work|root)/",
            r"(?<![\w.$}])/home/[a-z]",
            r"\bpypi\.(?:org|python\.org)",
            r"\bpythonhosted\.org",
            r"\bregistry\.npmjs",
            r"\bproxy\.golang",
            r"--(?:extra-)?index-url[ =]\S",
        )
    )
)


def _tracked() -> Iterator[tuple[str, str]]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        try:
            yield name, (ROOT / name).read_text(encoding="utf-8")
        except (FileNotFoundError, UnicodeDecodeError):
            continue


def test_no_file_names_a_path_of_a_machine_or_a_package_index() -> None:
    found = {name: hit[0] for name, text in _tracked() if (hit := _MACHINE.search(text))}
    assert found == {}


@pytest.mark.parametrize(
    "text",
    ["in " + "/work" + "/main/x", "'/root" + "/.ssh'", "https://" + "pypi" + ".org/simple", "--index-url" + " x"],
)
def test_a_path_or_an_index_would_be_seen(text: str) -> None:
    assert _MACHINE.search(text)


@pytest.mark.parametrize("stack", STACKS)
def test_the_notice_a_stack_names_is_there(stack: str) -> None:
    notice = ROOT / settings(stack).compliance.user_notice
    assert "What users are told" in notice.read_text(encoding="utf-8")
