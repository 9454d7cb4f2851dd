"""A local Neon backed by a real Postgres: what a client of the database sees when the API is called.

One service for the whole module; each test has a project of its own."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.clouds.neon.postgres import find_binaries
from tests.rehearsal.clouds.neon.conftest import Caller
from tests.rehearsal.clouds.neon.database import items, needs_postgres, refused, sql

pytestmark = needs_postgres


@pytest.fixture(scope="module")
def backed() -> Iterator[Caller]:
    with Caller(postgres=True) as caller:
        yield caller


class Shop:
    """A project whose default branch has a table with two rows."""

    def __init__(self, neon: Caller) -> None:
        self.neon = neon
        made = neon.project(branch={"database_name": "shop", "role_name": "owner"})
        self.path = f"/projects/{made['project']['id']}"
        self.main = str(made["branch"]["id"])
        self.uri = str(made["connection_uris"][0]["connection_uri"])
        rows = "INSERT INTO orders (item) VALUES ('tea'), ('pot')"
        sql(self.uri, f"CREATE TABLE orders (id serial PRIMARY KEY, item text); {rows}")

    def branch(self, name: str, **fields: Any) -> str:
        """A child with a compute; returns its id."""
        body = {"branch": {"name": name, **fields}, "endpoints": [{"type": "read_write"}]}
        return str(self.neon.post(f"{self.path}/branches", body)["branch"]["id"])

    def address(self, branch: str = "", database: str = "shop", role: str = "owner") -> str:
        query = {"branch_id": branch} if branch else {}
        found = self.neon.get(f"{self.path}/connection_uri", database_name=database, role_name=role, **query)
        return str(found["uri"])


@pytest.fixture
def shop(backed: Caller) -> Shop:
    return Shop(backed)


@pytest.fixture(scope="module")
def shared(backed: Caller) -> Shop:
    """One for the tests that leave it as it was."""
    return Shop(backed)


def databases(neon: Caller) -> list[str]:
    """Every database of the cluster, as its administrator sees them."""
    postgres = neon.service._postgres
    assert postgres
    return postgres._cluster.run("SELECT datname FROM pg_database")


# ---- branches ------------------------------------------------------------------------------------------------------


def test_rows_of_the_parent_are_on_the_child_and_later_ones_of_either_are_not_on_the_other(shop: Shop) -> None:
    child = shop.address(shop.branch("child"))
    assert items(child) == ["tea", "pot"]
    sql(shop.uri, "INSERT INTO orders (item) VALUES ('cup')")
    sql(child, "INSERT INTO orders (item) VALUES ('jar')")
    sql(child, "ALTER TABLE orders ADD COLUMN note text")
    assert items(shop.uri) == ["tea", "pot", "cup"]
    assert items(child) == ["tea", "pot", "jar"]
    assert "note" in refused(shop.uri, "SELECT note FROM orders")


def test_a_branch_of_schema_alone_has_the_tables_without_a_row(shared: Shop) -> None:
    child = shared.address(shared.branch("bare", init_source="schema-only"))
    assert items(child) == []
    sql(child, "INSERT INTO orders (item) VALUES ('first')")
    assert sql(child, "SELECT id FROM orders") == ["1"]
    assert items(shared.uri) == ["tea", "pot"]


def test_who_is_connected_to_the_parent_is_cut_off_and_the_copy_is_whole(shared: Shop) -> None:
    command = [find_binaries().psql, "-X", "-c", "SELECT pg_sleep(60)", shared.uri]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as busy:
        sleeping = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'"
        for _ in range(500):
            if sql(shared.uri, sleeping) == ["1"]:
                break
            time.sleep(0.01)
        assert items(shared.address(shared.branch("child"))) == ["tea", "pot"]
        assert busy.wait(timeout=30) != 0
    assert items(shared.uri) == ["tea", "pot"]


def test_a_deleted_branch_cannot_be_reached_until_it_is_recovered_and_is_gone_after_seven_days(shop: Shop) -> None:
    branch = shop.branch("child")
    uri, path = shop.address(branch), f"{shop.path}/branches/{branch}"
    assert shop.neon.status("DELETE", path) == 200
    assert "not currently accepting connections" in refused(uri)
    shop.neon.post(f"{path}/recover")
    assert items(uri) == ["tea", "pot"]
    shop.neon.ask("DELETE", path)
    assert f"{branch}.shop" in databases(shop.neon)
    shop.neon.service.advance(8 * 86_400)
    shop.neon.get("/regions")
    assert not any(branch in name for name in databases(shop.neon))
    assert "authentication failed" in refused(uri), "its roles are gone too"


def test_a_deleted_project_cannot_be_reached_until_it_is_recovered(shop: Shop) -> None:
    child = shop.address(shop.branch("child"))
    assert shop.neon.status("DELETE", shop.path) == 200
    for uri in (shop.uri, child):
        assert "not currently accepting connections" in refused(uri)
    shop.neon.post(f"{shop.path}/recover")
    assert items(shop.uri) == items(child) == ["tea", "pot"]


def test_a_branch_that_is_reset_has_the_rows_of_its_parent_again(shop: Shop) -> None:
    branch = shop.branch("child")
    uri = shop.address(branch)
    sql(uri, "DELETE FROM orders")
    sql(shop.uri, "INSERT INTO orders (item) VALUES ('cup')")
    shop.neon.post(f"{shop.path}/branches/{branch}/restore", {"source_branch_id": shop.main})
    assert items(uri) == ["tea", "pot", "cup"]
    sql(uri, "DROP TABLE orders")
    assert items(shop.uri) == ["tea", "pot", "cup"]


# ---- snapshots -----------------------------------------------------------------------------------------------------


def snapshot(shop: Shop) -> str:
    return str(shop.neon.post(f"{shop.path}/branches/{shop.main}/snapshot")["snapshot"]["id"])


def test_a_restored_snapshot_brings_deleted_rows_back_on_the_same_connection_string(shop: Shop) -> None:
    taken = snapshot(shop)
    sql(shop.uri, "DELETE FROM orders WHERE item = 'tea'")
    restored = shop.neon.post(f"{shop.path}/snapshots/{taken}/restore", {"name": "back"})["branch"]["id"]
    assert items(shop.uri) == ["pot"], "nothing is replaced before it is finalised"
    shop.neon.post(f"{shop.path}/branches/{restored}/finalize_restore", {"name": "before"})
    assert items(shop.uri) == ["tea", "pot"]
    assert shop.address() == shop.uri
    sql(shop.uri, "INSERT INTO orders (item) VALUES ('cup')")
    shop.neon.post(f"{shop.path}/endpoints", {"endpoint": {"branch_id": shop.main, "type": "read_write"}})
    old = shop.address(shop.main)
    assert (items(old), old == shop.uri) == (["pot"], False)
    assert shop.neon.status("DELETE", f"{shop.path}/branches/{shop.main}") == 200
    assert items(shop.uri) == ["tea", "pot", "cup"]


def test_a_snapshot_can_be_restored_more_than_once_even_at_once_and_after_its_branch_changed(shop: Shop) -> None:
    taken = snapshot(shop)
    target = shop.main
    for _ in range(2):
        sql(shop.uri, "DROP TABLE orders")
        body = {"finalize_restore": True, "target_branch_id": target}
        target = shop.neon.post(f"{shop.path}/snapshots/{taken}/restore", body)["branch"]["id"]
        assert items(shop.uri) == ["tea", "pot"]


def test_nobody_connects_to_a_snapshot_and_it_goes_when_it_is_deleted(shared: Shop) -> None:
    taken = snapshot(shared)
    assert "authentication failed" in refused(shared.uri.replace(shared.main, taken))
    assert f"{taken}.shop" in databases(shared.neon)
    assert shared.neon.status("DELETE", f"{shared.path}/snapshots/{taken}") == 202
    assert not any(taken in name for name in databases(shared.neon))


def test_what_needs_history_or_masking_is_refused_before_anything_is_made(shared: Shop) -> None:
    before = shared.neon.service.objects()
    then = "2026-11-01T00:00:00Z"
    restore = {"source_branch_id": shared.main, "source_timestamp": then, "preserve_under_name": "old"}
    calls: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("/branches", {"branch": {"name": "x", "parent_timestamp": then}}, {}),
        ("/branches", {"branch": {"name": "x", "parent_lsn": "0/1"}}, {}),
        (f"/branches/{shared.main}/snapshot", {}, {"timestamp": then}),
        (f"/branches/{shared.main}/snapshot", {"lsn": "0/1"}, {}),
        (f"/branches/{shared.main}/restore", restore, {}),
        ("/branch_anonymized", {"branch_create": {"branch": {"name": "x"}}, "masking_rules": []}, {}),
    ]
    for path, body, query in calls:
        response = shared.neon.ask("POST", f"{shared.path}{path}", body, **query)
        assert response.status_code == 422, path
        assert "backed by a local Postgres, which" in response.json()["message"]
    assert shared.neon.service.objects() == before


def test_a_failure_of_postgres_is_an_answer_that_tells_why_and_the_service_goes_on(shop: Shop) -> None:
    postgres = shop.neon.service._postgres
    assert postgres
    postgres._cluster.run(f'DROP DATABASE "{shop.main}.shop" WITH (FORCE)')
    response = shop.neon.ask("POST", f"{shop.path}/branches", {"branch": {"name": "child"}})
    assert response.status_code == 500
    assert response.json()["message"] == f'the local Postgres says ERROR:  database "{shop.main}.shop" does not exist'
    shop.neon.post(
        f"{shop.path}/branches/{shop.main}/databases", {"database": {"name": "other", "owner_name": "owner"}}
    )
    assert sql(shop.address(database="other"), "SELECT 1") == ["1"]


# ---- roles and databases -------------------------------------------------------------------------------------------


def test_a_reset_password_locks_the_old_one_out_and_only_on_its_branch(shop: Shop) -> None:
    child = shop.address(shop.branch("child"))
    answer = shop.neon.post(f"{shop.path}/branches/{shop.main}/roles/owner/reset_password")
    assert "authentication failed" in refused(shop.uri)
    assert answer["role"]["password"] in shop.address()
    assert items(shop.address()) == items(child) == ["tea", "pot"]


def test_a_role_enters_its_own_branch_alone_and_never_without_its_password(shared: Shop) -> None:
    branch = shared.branch("other")
    child = shared.address(branch)
    start, _, end = child.partition("@")
    assert "permission denied" in refused(f"{start}@{end.replace(branch, shared.main)}")
    assert "permission denied" in refused(f"{start}@{end.replace(f'{branch}.shop', 'postgres')}")
    assert "no password supplied" in refused(f"{start.rpartition(':')[0]}@{end}")
    assert "authentication failed" in refused(f"{start}x@{end}")


def test_a_second_role_reads_and_writes_the_owners_rows_on_its_branch_and_on_a_child(shop: Shop) -> None:
    path = f"{shop.path}/branches/{shop.main}/roles"
    shop.neon.post(path, {"role": {"name": "app"}})
    app = shop.address(role="app")
    sql(app, "INSERT INTO orders (id, item) VALUES (9, 'cup')")
    assert items(app) == items(shop.uri) == ["tea", "pot", "cup"]
    assert "must be owner" in refused(app, "DROP TABLE orders")
    user = sql(app, "SELECT current_user")[0]
    sql(shop.uri, f'GRANT TRIGGER ON orders TO "{user}"')
    child = shop.branch("child")
    may = "SELECT has_table_privilege('orders', 'TRIGGER'), has_table_privilege('orders', 'TRUNCATE')"
    assert sql(shop.address(child, role="app"), may) == ["t|f"]
    assert sql(app, may) == ["t|f"], "the parent's role kept its own"


def test_what_a_deleted_role_made_falls_to_the_owner(shop: Shop) -> None:
    path = f"{shop.path}/branches/{shop.main}/roles"
    shop.neon.post(path, {"role": {"name": "app"}})
    app = shop.address(role="app")
    sql(shop.uri, "GRANT CREATE ON SCHEMA public TO PUBLIC")
    sql(app, "CREATE TABLE notes (text text)")
    assert shop.neon.status("DELETE", f"{path}/app") == 200
    assert "authentication failed" in refused(app)
    sql(shop.uri, "DROP TABLE notes")


def test_a_database_is_made_renamed_given_away_and_deleted(shop: Shop) -> None:
    path = f"{shop.path}/branches/{shop.main}"
    shop.neon.post(f"{path}/roles", {"role": {"name": "clerk"}})
    shop.neon.post(f"{path}/databases", {"database": {"name": "stock", "owner_name": "owner"}})
    stock = shop.address(database="stock")
    sql(stock, "CREATE TABLE shelves AS SELECT 1 AS number")
    body = {"database": {"name": "store", "owner_name": "clerk"}}
    assert shop.neon.ask("PATCH", f"{path}/databases/stock", body).status_code == 200
    assert "does not exist" in refused(stock)
    store = shop.address(database="store")
    assert sql(store, "SELECT number FROM shelves") == ["1"]
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    assert sql(store, owner) == [f"{shop.main}.clerk"]
    assert items(shop.address(shop.branch("child"))) == ["tea", "pot"]
    assert shop.neon.status("DELETE", f"{path}/databases/store") == 200
    assert "does not exist" in refused(store)
    assert shop.neon.status("DELETE", f"{path}/roles/clerk") == 200


def test_a_name_postgres_allows_works_whatever_is_in_it(shop: Shop) -> None:
    names = ["we\"ird; -- '$1", "дом дом дом дом дом дом дом", "x" * 63, "x" * 62 + "y"]
    path = f"{shop.path}/branches/{shop.main}"
    for number, name in enumerate(names):
        shop.neon.post(f"{path}/roles", {"role": {"name": name}})
        shop.neon.post(f"{path}/databases", {"database": {"name": name, "owner_name": name}})
        sql(shop.address(database=name, role=name), f"CREATE TABLE marks AS SELECT {number} AS mark")
    branch = shop.branch("child")
    for number, name in enumerate(names):
        child = shop.address(branch, database=name, role=name)
        assert sql(child, "SELECT mark FROM marks") == [str(number)]
        sql(child, "DROP TABLE marks")
