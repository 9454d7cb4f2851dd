"""The template of a developer's `.env`: the strategy's development environment, without a value of any other."""

from __future__ import annotations

from infra.outputs import development_env
from tests.builders import STACKS, settings
from tests.infra.recording import Program
from tests.infra.test_app_variables import STRATEGY

TEXT = development_env(("B_FLAG", "A_FLAG"))
LINES = dict(line.split("=", 1) for line in TEXT.splitlines() if not line.startswith("#"))


def test_development_runs_on_sqlite_and_a_mock_of_payfast() -> None:
    assert LINES["DATABASE_URL"] == "file:./dev.db"
    assert LINES["PAYFAST_URL"].startswith("http://localhost:")
    assert LINES["PAYFAST_PASSPHRASE"] == "mock"


def test_every_flag_is_on_in_a_stable_order() -> None:
    flags = [key for key in LINES if key.startswith("VITE_FEATURE_")]
    assert flags == ["VITE_FEATURE_A_FLAG", "VITE_FEATURE_B_FLAG"]
    assert {LINES[key] for key in flags} == {"true"}


def test_it_names_every_variable_of_the_strategy(program: Program) -> None:
    text = program.output("developmentEnv")
    names = {line.partition("=")[0] for line in text.splitlines()}
    assert set(STRATEGY.values()) <= names


def test_no_secret_and_no_host_of_staging_or_production_is_in_it(program: Program) -> None:
    text = program.output("developmentEnv")
    assert "canary" not in text
    for stack in STACKS:
        for value in (settings(stack).hosting.domain, settings(stack).payfast_url, settings(stack).hosting.team_id):
            assert value not in text


def test_it_is_the_same_in_both_stacks(staging: Program, production: Program) -> None:
    assert staging.output("developmentEnv") == production.output("developmentEnv")
