"""The cluster behind a local Neon: who may use it, what it leaves on disk, how it ends, and what it lacks."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rehearsal.clouds.neon.postgres import Cluster, PostgresError, PostgresMissing, find_binaries
from rehearsal.clouds.neon.postgres.names import identifier, physical
from tests.rehearsal.clouds.neon.conftest import Caller
from tests.rehearsal.clouds.neon.database import items, needs_postgres, refused, sql

# ---- programs ------------------------------------------------------------------------------------------------------


def install(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).touch(mode=0o755)
    return folder


def test_what_is_missing_is_named_with_where_it_was_looked_for(tmp_path: Path) -> None:
    some = install(tmp_path / "bin", "psql", "pg_dump")
    with pytest.raises(PostgresMissing, match=r"needs initdb, postgres on PATH or in .*/none/<version>/bin"):
        find_binaries(str(some), tmp_path / "none")


def test_the_newest_version_that_is_whole_is_taken(tmp_path: Path) -> None:
    for version, names in (("9", 4), ("14", 4), ("15", 4), ("17", 3)):
        install(tmp_path / version / "bin", *("psql", "pg_dump", "initdb", "postgres")[:names])
    assert find_binaries("", tmp_path).psql == str(tmp_path / "15" / "bin" / "psql")


def test_the_one_on_path_goes_before_an_installed_one(tmp_path: Path) -> None:
    names = ("psql", "pg_dump", "initdb", "postgres")
    here = install(tmp_path / "here", *names)
    install(tmp_path / "17" / "bin", *names)
    assert find_binaries(str(here), tmp_path).postgres == str(here / "postgres")


# ---- names ---------------------------------------------------------------------------------------------------------


def test_names_stay_apart_when_they_are_cut_to_what_postgres_allows() -> None:
    long = [physical("br-quiet-river-12345678", "я" * 40 + end) for end in ("a", "b")]
    assert len({*long}) == 2
    assert all(len(name.encode()) <= 63 for name in long)
    assert physical("br-a", "shop") == "br-a.shop"


def test_a_name_with_a_nul_is_refused() -> None:
    with pytest.raises(PostgresError, match="NUL"):
        identifier("a\0b")


# ---- running -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a cluster that is not running; made once, since that takes longest."""
    folder = tmp_path_factory.mktemp("data")
    cluster = Cluster(folder)
    cluster.start()
    cluster.stop()
    return folder


@needs_postgres
def test_rows_outlive_the_service_and_what_a_killed_run_left_half_done_is_put_right(data: Path) -> None:
    with Caller(data, postgres=True) as neon:
        made = neon.project(branch={"database_name": "shop"})
        uri, path = made["connection_uris"][0]["connection_uri"], f"/projects/{made['project']['id']}"
        sql(uri, "CREATE TABLE orders (id serial, item text)")
        sql(uri, "INSERT INTO orders (item) VALUES ('tea')")
        postgres = neon.service._postgres
        assert postgres
        postgres._cluster.run('CREATE DATABASE "br-nobody.knows"', 'CREATE ROLE "br-nobody" NOLOGIN')
        assert "permission denied" in refused(uri.rpartition("/")[0] + "/postgres")
        assert "no password supplied" in refused(uri.replace(f":{made['roles'][0]['password']}", ""))
    with Caller(data) as neon:  # without its databases
        branch = f"{path}/branches/{made['branch']['id']}"
        neon.post(f"{branch}/databases", {"database": {"name": "new", "owner_name": "shop_owner"}})
        neon.post(f"{branch}/roles/shop_owner/reset_password")
    with Caller(data, postgres=True) as neon:
        query = {"database_name": "shop", "role_name": "shop_owner"}
        assert items(neon.get(f"{path}/connection_uri", **query)["uri"]) == ["tea"]
        assert sql(neon.get(f"{path}/connection_uri", **{**query, "database_name": "new"})["uri"], "SELECT 1") == ["1"]
        postgres = neon.service._postgres
        assert postgres
        known = postgres._cluster.run("SELECT datname FROM pg_database UNION ALL SELECT rolname FROM pg_roles")
        assert not any("nobody" in name for name in known)
        password = postgres._cluster._password
    secret = [password, *(role["password"] for role in made["roles"])]
    found = [path.read_bytes() for path in data.rglob("*") if path.is_file()]
    assert len(found) > 1000, "it is all there"
    assert not any(word.encode() in content for word in secret for content in found)


@needs_postgres
def test_a_folder_in_use_is_refused_with_the_reason(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Cluster(data)
    first.start()
    monkeypatch.setattr("rehearsal.clouds.neon.postgres.cluster._READY_SECONDS", 0.2)
    try:
        with pytest.raises(PostgresError, match=r"does not start: .*postmaster.pid.* already exists"):
            Cluster(data).start()
        assert first.run("SELECT 1") == ["1"]
    finally:
        first.stop()


@needs_postgres
def test_a_cluster_that_was_not_made_whole_is_refused(tmp_path: Path) -> None:
    (tmp_path / "neon-postgres").mkdir()
    with pytest.raises(PostgresError, match="is not whole; remove the rehearsal's data folder"):
        Cluster(tmp_path).start()


@needs_postgres
def test_postgres_ends_with_a_service_that_is_killed(data: Path) -> None:
    command = [sys.executable, "-m", "rehearsal.clouds.neon", "--data", str(data), "--postgres"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("NEON_API_URL=")
        running = (data / "neon-postgres" / "cluster" / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        pid, port = int(running[0]), int(running[3])
        socket.create_connection(("127.0.0.1", port)).close()
        process.send_signal(signal.SIGKILL)
    for _ in range(500):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            break
        time.sleep(0.01)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port)).close()
