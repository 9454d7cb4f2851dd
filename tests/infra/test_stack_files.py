"""The shipped stack files: both are in order, and both carry the same keys."""

from __future__ import annotations

from typing import Any

import pytest

from infra.settings import parse_settings
from tests.builders import STACKS, areas


def _keys(value: Any, path: str = "") -> set[str]:
    """Every path to a value, with those of list items merged, whatever their number."""
    if isinstance(value, dict):
        return {path} | {key for name, item in value.items() for key in _keys(item, f"{path}.{name}")}
    if isinstance(value, list):
        return {path} | {key for item in value for key in _keys(item, f"{path}[]")}
    return {path}


def test_both_stack_files_carry_the_same_keys() -> None:
    staging, production = (_keys(areas(stack)) for stack in STACKS)
    # Whether a list holds plain items is a value, what its objects are made of is not.
    plain_items = {key for key in staging ^ production if key.endswith("[]")}
    assert staging ^ production == plain_items
    assert not any(f"{key}." in other for key in plain_items for other in staging | production)


def test_lists_of_objects_hold_the_same_keys_in_every_item() -> None:
    for stack in STACKS:
        for name in ("data", "incidentRoles"):
            items = areas(stack)["compliance"][name]
            assert {frozenset(item) for item in items} == {frozenset(items[0])}


@pytest.mark.parametrize("stack", STACKS)
def test_a_shipped_file_has_no_mistake_and_names_its_own_environment(stack: str) -> None:
    assert parse_settings(areas(stack), stack=stack).environment == stack


def test_the_environments_share_neither_project_nor_domain_nor_payment_host() -> None:
    staging, production = (parse_settings(areas(stack), stack=stack) for stack in STACKS)
    assert staging.hosting.project != production.hosting.project
    assert staging.app_url != production.app_url
    assert staging.payfast_url == "https://sandbox.payfast.co.za/eng/process"
    assert production.payfast_url == "https://www.payfast.co.za/eng/process"
    assert staging.backups.separate_storage.bucket != production.backups.separate_storage.bucket


def test_exactly_one_stack_governs_the_repository() -> None:
    assert [areas(stack)["repository"]["governance"] for stack in STACKS].count(True) == 1


def test_the_repository_is_the_same_in_both_files() -> None:
    staging, production = (dict(areas(stack)["repository"], governance=None) for stack in STACKS)
    assert staging == production
