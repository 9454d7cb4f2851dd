"""A database's life at Neon."""

from __future__ import annotations

import pytest

from neon_provider import errors
from neon_provider.convert import Properties, to_plain
from rehearsal.clouds.neon import Fault
from tests.providers.neon.harness import DATABASE, ROLE, Made, Neon, unknown


@pytest.fixture
def shop(neon: Neon, project: Made) -> Properties:
    """Inputs of a database of the default branch."""
    return neon.on_default(project, name="shop", ownerName="neondb_owner", deletionProtection=False)


def names(neon: Neon) -> list[str]:
    return [database["name"] for database in neon.service.objects()["database"]]


def test_a_preview_asks_nobody(neon: Neon) -> None:
    inputs = {"projectId": "p", "branchId": "br-x", "name": "shop", "ownerName": "app"}
    assert unknown(neon.preview(DATABASE, inputs)) == {"databaseId"}
    assert neon.service.requests == []


def test_what_is_asked_for_is_made_and_neither_diff_nor_refresh_sees_a_change(neon: Neon, shop: Properties) -> None:
    made = neon.create(DATABASE, shop)
    assert made.id == f"{shop['projectId']}/{shop['branchId']}/shop"
    assert made.state["databaseId"] == neon.service.objects()["database"][-1]["id"]
    assert made.secret == set()
    assert not neon.diff(made, shop).changes
    neon.restart()
    again = neon.read(made)
    assert again
    assert (again.id, again.inputs, again.state) == (made.id, shop, made.state)


def test_name_and_owner_change_in_place_and_the_id_stays(neon: Neon, shop: Properties, project: Made) -> None:
    made = neon.create(DATABASE, shop)
    neon.create(ROLE, neon.on_default(project, name="app"), "app")
    wanted = {**shop, "name": "store", "ownerName": "app"}
    assert neon.diff(made, wanted).replaces == []
    after = neon.update(made, wanted)
    assert names(neon) == ["neondb", "store"]
    assert (after.id, after.state["databaseId"]) == (made.id, made.state["databaseId"])
    neon.restart()
    again = neon.read(after)
    assert again
    assert (again.id, again.inputs) == (made.id, wanted)
    neon.update(again, {**wanted, "name": "third"})
    assert names(neon) == ["neondb", "third"]


def test_a_rename_by_a_person_is_followed_by_the_databases_number(neon: Neon, shop: Properties) -> None:
    made = neon.create(DATABASE, shop)
    path = f"/projects/{shop['projectId']}/branches/{shop['branchId']}/databases/shop"
    assert neon.ask("PATCH", path, {"database": {"name": "renamed"}}).status_code == 200
    neon.restart()
    again = neon.read(made)
    assert again
    assert again.inputs["name"] == "renamed"
    assert neon.diff(again, shop).diffs == ["name"]
    neon.update(again, shop)
    assert names(neon) == ["neondb", "shop"]


def test_a_rename_whose_answer_was_lost_is_done(neon: Neon, shop: Properties) -> None:
    made = neon.create(DATABASE, shop)
    neon.faults(Fault("reset-after", "PATCH"))
    after = neon.update(made, {**shop, "name": "store"})
    assert (after.state["name"], after.state["databaseId"]) == ("store", made.state["databaseId"])
    assert names(neon) == ["neondb", "store"]


def test_a_rename_of_a_database_that_is_gone_is_an_error(neon: Neon, shop: Properties) -> None:
    made = neon.create(DATABASE, shop)
    neon.service.by_hand("database", f"{shop['branchId']}/shop")
    with pytest.raises(errors.NotFound):
        neon.update(made, {**shop, "name": "store"})


def test_a_change_whose_operation_failed_keeps_the_databases_number(neon: Neon, shop: Properties) -> None:
    made = neon.create(DATABASE, shop)
    neon.faults(Fault("operation-fails", "PATCH"))
    with pytest.raises(errors.PartialFailure) as caught:
        neon.update(made, {**shop, "name": "store"})
    assert to_plain(caught.value.properties)["databaseId"] == made.state["databaseId"]


def test_a_database_whose_operation_failed_keeps_its_id_and_the_next_update_completes_it(
    neon: Neon, shop: Properties
) -> None:
    neon.faults(Fault("operation-fails", "POST", ".*/databases"))
    with pytest.raises(errors.PartialFailure) as caught:
        neon.create(DATABASE, shop)
    kept = Made(DATABASE, "it", caught.value.resource_id, shop, to_plain(caught.value.properties))
    assert kept.id == f"{shop['projectId']}/{shop['branchId']}/shop"
    assert neon.update(kept, shop).state["databaseId"]


def test_a_database_of_another_person_is_not_taken_over(neon: Neon, shop: Properties) -> None:
    made = neon.create(DATABASE, shop)
    neon.service.by_hand("database", f"{shop['branchId']}/shop", created_at="2026-01-01T00:00:00Z")
    with pytest.raises(errors.Conflict, match=f"pulumi import {DATABASE} <name> {made.id}"):
        neon.create(DATABASE, shop, "second")


def test_an_unknown_owner_is_refused(neon: Neon, shop: Properties) -> None:
    with pytest.raises(errors.NotFound, match="owner role not found"):
        neon.create(DATABASE, {**shop, "ownerName": "nobody"})


def test_an_import_gives_inputs_that_pass_and_differ_in_nothing(neon: Neon, shop: Properties) -> None:
    made = neon.create(DATABASE, shop)
    imported = neon.import_(DATABASE, made.id)
    assert imported
    assert imported.inputs == {key: value for key, value in shop.items() if key != "deletionProtection"}
    assert imported.state["databaseId"] == made.state["databaseId"]
    assert neon.check(DATABASE, imported.inputs) == {}
    assert not neon.diff(imported, imported.inputs).changes


@pytest.mark.parametrize("wrong", ["", "shop", "p/shop", "p/br-x/"])
def test_an_import_by_something_that_is_no_id_says_what_an_id_looks_like(neon: Neon, wrong: str) -> None:
    with pytest.raises(ValueError, match="it looks like quiet-river-12345678/br-late-sun-12345678/name"):
        neon.import_(DATABASE, wrong)


def test_what_is_gone_has_no_id(neon: Neon, shop: Properties) -> None:
    made = neon.create(DATABASE, shop)
    assert neon.import_(DATABASE, "quiet-river-00000000/br-x/shop") is None
    neon.service.by_hand("database", f"{shop['branchId']}/shop")
    neon.restart()
    assert neon.read(made) is None


def test_a_protected_database_is_not_deleted_and_neon_is_not_asked(neon: Neon, shop: Properties) -> None:
    made = neon.create(DATABASE, {key: value for key, value in shop.items() if key != "deletionProtection"})
    before = len(neon.service.requests)
    with pytest.raises(errors.Protected, match="set deletionProtection to false"):
        neon.delete(made)
    assert len(neon.service.requests) == before


def test_a_database_is_deleted_by_its_present_name_and_deleting_it_again_is_done(neon: Neon, shop: Properties) -> None:
    made = neon.update(neon.create(DATABASE, shop), {**shop, "name": "store"})
    neon.delete(made)
    neon.delete(made)
    assert names(neon) == ["neondb"]


@pytest.mark.parametrize("status", [400, 409, 422, 423])
def test_a_refused_deletion_never_counts_as_done(neon: Neon, shop: Properties, status: int) -> None:
    made = neon.create(DATABASE, shop)
    neon.faults(Fault("refuse", "DELETE", status=status, times=0))
    with pytest.raises(errors.NeonError):
        neon.delete(made)
    assert "shop" in names(neon)
