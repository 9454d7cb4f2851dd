"""A role's life at Neon, and its password."""

from __future__ import annotations

from typing import Any

import pytest

from neon_provider import errors
from neon_provider.convert import Properties, to_plain
from rehearsal.clouds.neon import Fault
from tests.providers.neon.harness import DATABASE, ROLE, Made, Neon, unknown


@pytest.fixture
def app(neon: Neon, project: Made) -> Properties:
    """Inputs of a role of the default branch."""
    return neon.on_default(project, name="app")


def revealed(neon: Neon, role: Made) -> Any:
    """The password Neon has."""
    project, branch, name = role.id.split("/")
    answer = neon.ask("GET", f"/projects/{project}/branches/{branch}/roles/{name}/reveal_password")
    return answer.json().get("password")


def roles(neon: Neon) -> list[str]:
    return [role["name"] for role in neon.service.objects()["role"]]


def test_a_preview_asks_nobody_and_its_password_is_secret_already(neon: Neon) -> None:
    planned = neon.preview(ROLE, {"projectId": "p", "branchId": "br-x", "name": "app"})
    assert unknown(planned) == {"password", "protected", "authenticationMethod"}
    assert planned["password"].is_secret
    assert neon.service.requests == []


def test_a_role_has_its_password_as_a_secret_and_neither_diff_nor_refresh_sees_a_change(
    neon: Neon, app: Properties
) -> None:
    made = neon.create(ROLE, app)
    assert made.id == f"{app['projectId']}/{app['branchId']}/app"
    assert made.state["password"] == revealed(neon, made)
    assert made.secret == {"password"}
    assert not neon.diff(made, app).changes
    neon.restart()
    again = neon.read(made)
    assert again
    assert (again.inputs, again.state, again.secret) == (app, made.state, {"password"})


def test_a_refresh_finds_the_password_that_another_person_set(neon: Neon, app: Properties) -> None:
    made = neon.create(ROLE, app)
    neon.ask("POST", f"/projects/{app['projectId']}/branches/{app['branchId']}/roles/app/reset_password")
    again = neon.read(made)
    assert again
    assert again.state["password"] == revealed(neon, made) != made.state["password"]
    assert again.secret == {"password"}


def test_a_role_that_cannot_log_in_has_no_password(neon: Neon, app: Properties) -> None:
    made = neon.create(ROLE, {**app, "noLogin": True})
    assert (made.state["password"], made.state["authenticationMethod"]) == ("", "no_login")
    assert not neon.diff(made, made.inputs).changes
    imported = neon.import_(ROLE, made.id)
    assert imported
    assert imported.inputs["noLogin"] is True
    assert not neon.diff(imported, made.inputs).changes


def test_a_name_with_any_characters_travels_whole(neon: Neon, app: Properties) -> None:
    made = neon.create(ROLE, {**app, "name": "a/b c%ä"})
    assert roles(neon)[-1] == "a/b c%ä"
    neon.restart()
    assert neon.read(made)
    imported = neon.import_(ROLE, made.id)
    assert imported
    assert imported.inputs["name"] == "a/b c%ä"
    neon.delete(made)
    assert roles(neon) == ["neondb_owner"]


def test_another_rotation_sets_another_password_in_place(neon: Neon, app: Properties) -> None:
    made = neon.create(ROLE, {**app, "passwordRotation": "2026-01"})
    wanted = {**app, "passwordRotation": "2026-02"}
    assert neon.diff(made, wanted).replaces == []
    after = neon.update(made, wanted)
    assert after.state["password"] not in ("", made.state["password"])
    assert after.state["password"] == revealed(neon, made)
    assert after.secret == {"password"}
    assert not neon.diff(after, wanted).changes


def test_a_rotation_whose_answer_was_lost_is_asked_for_again(neon: Neon, app: Properties) -> None:
    made = neon.create(ROLE, app)
    neon.faults(Fault("reset-after", "POST", ".*/reset_password"))
    after = neon.update(made, {**app, "passwordRotation": "2026-02"})
    assert after.state["password"] == revealed(neon, made) != made.state["password"]


@pytest.mark.parametrize("fault", ["refuse", "operation-fails"])
def test_a_rotation_that_failed_is_done_by_the_next_run_even_after_a_refresh(
    neon: Neon, app: Properties, fault: Any
) -> None:
    made = neon.create(ROLE, app)
    wanted = {**app, "passwordRotation": "2026-02"}
    neon.faults(Fault(fault, "POST", ".*/reset_password", status=403))
    with pytest.raises(errors.PartialFailure) as caught:
        neon.update(made, wanted)
    assert caught.value.properties["password"].value == revealed(neon, made)
    assert caught.value.properties["password"].is_secret
    assert made.state["password"] not in str(caught.value)
    kept = Made(ROLE, "it", made.id, wanted, to_plain(caught.value.properties))
    refreshed = neon.read(kept)
    assert refreshed
    for state in (kept, refreshed):
        assert neon.diff(state, wanted).diffs == ["passwordRotation"]
        failed = revealed(neon, made)
        after = neon.update(state, wanted)
        assert after.state["password"] == revealed(neon, made) != failed
        assert not neon.diff(after, wanted).changes


def test_a_role_whose_operation_failed_keeps_its_id_and_its_password(neon: Neon, app: Properties) -> None:
    neon.faults(Fault("operation-fails", "POST", ".*/roles"))
    with pytest.raises(errors.PartialFailure) as caught:
        neon.create(ROLE, app)
    password = caught.value.properties["password"]
    assert caught.value.resource_id == f"{app['projectId']}/{app['branchId']}/app"
    assert password.is_secret
    assert password.value
    assert str(password.value) not in str(caught.value)


def test_a_role_of_another_person_is_not_taken_over(neon: Neon, app: Properties) -> None:
    made = neon.create(ROLE, app)
    neon.service.by_hand("role", f"{app['branchId']}/app", created_at="2026-01-01T00:00:00Z")
    with pytest.raises(errors.Conflict, match=f"pulumi import {ROLE} <name> {made.id}"):
        neon.create(ROLE, app, "second")
    assert revealed(neon, made) == made.state["password"]


def test_a_role_without_a_compute_on_its_branch_is_refused(neon: Neon, project: Made) -> None:
    branch = neon.branch(project)
    with pytest.raises(errors.NotFound, match="no read-write endpoint"):
        neon.create(ROLE, {"projectId": project.id, "branchId": branch.state["branchId"], "name": "app"})


def test_an_import_gives_inputs_that_pass_and_differ_in_nothing(neon: Neon, app: Properties) -> None:
    made = neon.create(ROLE, app)
    imported = neon.import_(ROLE, made.id)
    assert imported
    assert imported.inputs == app
    assert imported.state["password"] == made.state["password"]
    assert imported.secret == {"password"}
    assert neon.check(ROLE, imported.inputs) == {}
    assert not neon.diff(imported, app).changes


def test_an_import_where_passwords_are_not_stored_has_none(neon: Neon) -> None:
    made = neon.create(ROLE, neon.on_default(neon.project(storePasswords=False), name="app"))
    assert made.state["password"]
    imported = neon.import_(ROLE, made.id)
    assert imported
    assert imported.state["password"] == ""


@pytest.mark.parametrize("wrong", ["", "app", "p/app", "p/br-x/", "/br-x/app"])
def test_an_import_by_something_that_is_no_id_says_what_an_id_looks_like(neon: Neon, wrong: str) -> None:
    with pytest.raises(ValueError, match="it looks like quiet-river-12345678/br-late-sun-12345678/name"):
        neon.import_(ROLE, wrong)


def test_what_is_gone_has_no_id(neon: Neon, app: Properties) -> None:
    made = neon.create(ROLE, app)
    assert neon.import_(ROLE, "quiet-river-00000000/br-x/app") is None
    neon.service.by_hand("role", f"{app['branchId']}/app")
    neon.restart()
    assert neon.read(made) is None


def test_a_role_is_deleted_and_deleting_it_again_is_done(neon: Neon, app: Properties) -> None:
    made = neon.create(ROLE, app)
    neon.delete(made)
    neon.delete(made)
    assert roles(neon) == ["neondb_owner"]


def test_the_owner_of_a_database_stays(neon: Neon, app: Properties) -> None:
    made = neon.create(ROLE, app)
    neon.create(DATABASE, {**app, "name": "shop", "ownerName": "app"})
    with pytest.raises(errors.Invalid, match="owns a database"):
        neon.delete(made)
    assert "app" in roles(neon)
