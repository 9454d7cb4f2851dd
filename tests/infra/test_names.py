"""Physical names within each vendor's limits."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra import names
from tests.builders import settings

PROJECTS = st.from_regex(re.compile(r"[a-z0-9][a-z0-9-]{0,49}"), fullmatch=True)


@given(PROJECTS)
def test_every_project_name_that_settings_accept_gives_names_that_vendors_accept(project: str) -> None:
    made = [
        names.neon_project(project),
        names.redis_database(project),
        names.sentry_slug(project),
        names.backup_role(project),
        names.log_drain(project),
    ]
    assert all(project in name for name in made)
    assert len(set(made)) == len(made) - 1  # Neon and Sentry carry the project's own


def test_the_longest_project_name_is_accepted_and_a_longer_one_refused() -> None:
    assert names.backup_role(settings("production", {"hosting.project": "b" * 50}).hosting.project)
    with pytest.raises(Exception, match=r"hosting\.project"):
        settings("production", {"hosting.project": "b" * 51})


@pytest.mark.parametrize("name", ["DATABASE_URL", "_X", "A1"])
def test_good_variable_names_are_kept(name: str) -> None:
    assert names.variable(name) == name


@pytest.mark.parametrize("name", ["", "1A", "database_url", "A-B", "GITHUB_TOKEN", "A" * 257])
def test_bad_variable_names_are_refused_with_the_limit(name: str) -> None:
    with pytest.raises(ValueError, match="is no variable name for Vercel and GitHub"):
        names.variable(name)


@pytest.mark.parametrize(
    ("make", "project"), [(names.redis_database, "Shop"), (names.sentry_slug, "s" * 51), (names.backup_role, "s s")]
)
def test_names_beyond_a_limit_are_refused(make: object, project: str) -> None:
    assert callable(make)
    with pytest.raises(ValueError, match="at most"):
        make(project)


def test_a_logical_name_is_kebab_case() -> None:
    assert names.kebab("VITE_APP_URL") == "vite-app-url"
