"""Fixtures of the Neon plugin's tests."""

from collections.abc import Iterator

import pytest

from tests.providers.neon.harness import Made, Neon


@pytest.fixture
def neon() -> Iterator[Neon]:
    """An empty account on the Scale plan."""
    with Neon() as found:
        yield found


@pytest.fixture
def project(neon: Neon) -> Made:
    """A project in it, with its default branch, endpoint, role and database."""
    return neon.project()
