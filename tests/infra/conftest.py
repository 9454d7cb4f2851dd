"""Both stacks as the program declares them, recorded once."""

from __future__ import annotations

import pytest

from tests.infra.recording import Program, record


@pytest.fixture(scope="session")
def production() -> Program:
    return record("production")


@pytest.fixture(scope="session")
def staging() -> Program:
    return record("staging")


@pytest.fixture(scope="session", params=["staging", "production"])
def program(request: pytest.FixtureRequest) -> Program:
    """Each stack in turn."""
    recorded: Program = request.getfixturevalue(request.param)
    return recorded
