"""The store: cheap to append to, safe to kill, shared by handles, closed to readers of secrets."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from rehearsal.clouds.errors import StoreError
from rehearsal.clouds.store import Object, Store
from rehearsal.engine.values import make_secret

INDEXES = {"t": (("owner",), ("key", "owner"))}


def store_in(folder: Path) -> Store:
    return Store(folder, "vercel", INDEXES)


def put(store: Store, object_id: str, **properties: Any) -> None:
    with store.transaction() as transaction:
        urn = f"urn:{object_id}"
        old = store.get("t", object_id)
        generation = old.generation if old else store.made(urn) + 1
        serial = old.serial if old else store.next_serial
        transaction.put(Object("t", object_id, urn, generation, serial, properties))


def drop(store: Store, object_id: str) -> None:
    with store.transaction() as transaction:
        found = store.get("t", object_id)
        assert found is not None
        transaction.drop(found)


def ids(store: Store) -> list[str]:
    with store.transaction():
        return [item.id for item in store.all()]


def test_objects_outlive_the_process_that_made_them(tmp_path: Path) -> None:
    put(store_in(tmp_path), "a", owner="x", number=1)
    other = store_in(tmp_path)
    with other.transaction():
        found = other.get("t", "a")
    assert found == Object("t", "a", "urn:a", 1, 1, {"owner": "x", "number": 1})


def test_objects_are_found_by_index_and_without_one(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    for number in range(4):
        put(store, f"o{number}", owner="x" if number % 2 else "y", key=number, size=number)
    put(store, "o1", owner="y", key=1, size=1)
    drop(store, "o0")
    with store.transaction():
        assert [item.id for item in store.find("t", {"owner": "x"})] == ["o3"]
        assert [item.id for item in store.find("t", {"owner": "y"})] == ["o1", "o2"]
        assert [item.id for item in store.find("t", {"owner": "y", "key": 2})] == ["o2"]
        assert [item.id for item in store.find("t", {"size": 3})] == ["o3"]
        assert store.find("other", {"owner": "x"}) == []


def test_a_change_costs_its_own_size_however_many_objects_there_are(tmp_path: Path) -> None:
    """6 000 objects: the bytes written are those of the objects, not of the file times the objects."""
    store = store_in(tmp_path)
    put(store, "first", owner="x", text="y" * 100)
    one = store.bytes_written
    for number in range(6000):
        put(store, f"object-{number:05}", owner=str(number), text="y" * 100)
    assert store.bytes_written < 6002 * (one + 64)
    before = store.bytes_written
    put(store, "object-03000", owner="z", text="y" * 100)
    assert store.bytes_written - before < one + 64
    assert len(ids(store_in(tmp_path))) == 6001


def test_history_is_dropped_when_a_log_is_opened(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    put(store, "gone", owner="x")
    drop(store, "gone")
    for number in range(2000):
        put(store, "busy", owner=str(number))
    long = store.path.stat().st_size
    again = store_in(tmp_path)
    with again.transaction():
        assert [item.properties for item in again.all()] == [{"owner": "1999"}]
        assert again.made("urn:gone") == 1
    assert store.path.stat().st_size < long / 100
    assert not store.path.with_suffix(".tmp").exists()
    put(store, "late", owner="the first handle sees the new file")
    assert ids(again) == ids(store) == ["busy", "late"]


def test_a_small_log_is_left_alone(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    for number in range(100):
        put(store, "busy", owner=str(number))
    size = store.path.stat().st_size
    assert ids(store_in(tmp_path)) == ["busy"]
    assert store.path.stat().st_size == size


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_torn_last_line_is_as_if_never_written(tmp_path: Path, cut: int) -> None:
    store = store_in(tmp_path)
    put(store, "whole", owner="x")
    size = store.path.stat().st_size
    put(store, "torn", owner="x")
    os.truncate(store.path, store.path.stat().st_size - cut)
    again = store_in(tmp_path)
    assert ids(again) == ["whole"]
    put(again, "next", owner="x")
    assert ids(store_in(tmp_path)) == ["whole", "next"]
    assert store.path.stat().st_size > size


def test_a_log_torn_within_its_header_is_empty(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    put(store, "a", owner="x")
    os.truncate(store.path, 7)
    again = store_in(tmp_path)
    assert ids(again) == []
    put(again, "b", owner="x")
    assert ids(store_in(tmp_path)) == ["b"]


def test_a_killed_writer_leaves_whole_objects(tmp_path: Path) -> None:
    """SIGKILL while a process writes: what it said it wrote is there, and nothing half."""
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tests.rehearsal.clouds.test_store import put, store_in\n"
        "store = store_in(Path(sys.argv[1]))\n"
        "for number in range(100000):\n"
        "    put(store, f'o{number}', owner='x', text='y' * 500)\n"
        "    print(number, flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for _ in range(50):
        process.stdout.readline()
    process.kill()
    told = [int(line) for line in process.stdout.read().split("\n") if line]
    process.wait()
    process.stdout.close()
    found = ids(store_in(tmp_path))
    assert found == [f"o{number}" for number in range(len(found))]
    assert len(found) >= max(told, default=49)


def test_two_handles_see_each_other_s_changes(tmp_path: Path) -> None:
    one, two = store_in(tmp_path), store_in(tmp_path)
    put(one, "a", owner="x")
    put(two, "b", owner="x")
    put(one, "a", owner="y")
    drop(two, "b")
    assert ids(one) == ids(two) == ["a"]
    with two.transaction():
        assert [item.properties for item in two.find("t", {"owner": "y"})] == [{"owner": "y"}]


def test_many_handles_at_once_lose_nothing(tmp_path: Path) -> None:
    def work(worker: int) -> None:
        store = store_in(tmp_path)
        for number in range(50):
            put(store, f"{worker}-{number}", owner="x")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    store = store_in(tmp_path)
    assert len(ids(store)) == 200
    with store.transaction():
        assert len({item.serial for item in store.all()}) == 200


def test_a_failed_transaction_writes_nothing(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    put(store, "a", owner="x")
    size = store.path.stat().st_size

    def fail() -> None:
        with store.transaction() as transaction:
            transaction.put(Object("t", "b", "urn:b", 1, 2, {}))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert store.path.stat().st_size == size
    assert ids(store) == ["a"]


def test_a_cleared_folder_is_an_empty_cloud(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    put(store, "a", owner=make_secret("canary"))
    for path in tmp_path.iterdir():
        path.unlink()
    assert ids(store) == []
    put(store, "b", owner=make_secret("canary"))
    with (again := store_in(tmp_path)).transaction():
        assert [item.properties for item in again.all()] == [{"owner": make_secret("canary")}]


@pytest.mark.parametrize(
    "content",
    [
        b"not json\n",
        b"[]\n",
        b'{"format": 99, "cloud": "vercel", "epoch": "e"}\n',
        b'{"format": 1, "cloud": "github", "epoch": "e"}\n',
        b'{"format": 1, "cloud": "vercel", "epoch": "e"}\n{"put": {"id": 1}}\n{"drop": ["t", "a"]}\n',
        b'{"format": 1, "cloud": "vercel", "epoch": "e"}\n{"other": 1}\n',
    ],
)
def test_a_foreign_or_damaged_file_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    store = store_in(tmp_path)
    store.path.write_bytes(content)
    with pytest.raises(StoreError, match="remove the rehearsal's data folder"):
        put(store, "a", owner="x")
    assert store.path.read_bytes() == content


def test_an_unwritable_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot write to"):
        put(store_in(tmp_path / "file" / "clouds"), "a")


def test_secrets_are_sealed_and_the_key_is_private(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    put(store, "a", owner="x", inner={"list": [make_secret({"password": "canary"})]})
    assert b"canary" not in store.path.read_bytes()
    assert stat.S_IMODE((tmp_path / "seal.key").stat().st_mode) == 0o600
    again = store_in(tmp_path)
    with again.transaction():
        found = again.get("t", "a")
    assert found is not None
    assert found.properties["inner"] == {"list": [make_secret({"password": "canary"})]}
    assert "canary" not in repr(found)


def test_another_key_does_not_open_a_secret(tmp_path: Path) -> None:
    put(store_in(tmp_path), "a", owner=make_secret("canary"))
    (tmp_path / "seal.key").write_bytes(bytes(32))
    with pytest.raises(StoreError, match="does not open"):
        ids(store_in(tmp_path))
    (tmp_path / "seal.key").write_bytes(b"short")
    with pytest.raises(StoreError, match="damaged"):
        ids(store_in(tmp_path))


def test_equal_values_have_equal_digests_that_tell_nothing(tmp_path: Path) -> None:
    seal = store_in(tmp_path).seal
    assert seal.digest("canary") == seal.digest(make_secret("canary"))
    assert seal.digest("canary") != seal.digest("other")
    assert seal.digest("canary") != store_in(tmp_path / "elsewhere").seal.digest("canary")
    assert "canary" not in json.dumps(seal.digest("canary"))
