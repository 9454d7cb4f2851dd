"""The local Neon in a process of its own: how it starts, what another process sees of it, and how it ends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from rehearsal.clouds.neon import NeonService
from tests.rehearsal.clouds.neon.conftest import Caller

BODY = {"project": {"name": "shop"}}


def command(data: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "rehearsal.clouds.neon", "--data", str(data), *options]


@contextmanager
def started(data: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """The process, and a client of it."""
    with subprocess.Popen(
        command(data, *options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            told = dict(process.stdout.readline().strip().split("=", 1) for _ in range(2))
            headers = {"Authorization": f"Bearer {told['NEON_API_KEY']}"}
            with httpx.Client(base_url=told["NEON_API_URL"], headers=headers, verify=False) as client:
                yield process, client
        finally:
            process.kill()


def test_it_tells_its_address_and_key_goes_by_its_options_and_ends_when_it_is_told_to(tmp_path: Path) -> None:
    faults = tmp_path / "faults.json"
    faults.write_text(json.dumps([{"kind": "refuse", "path": "/regions", "status": 503}]), encoding="utf-8")
    with started(tmp_path / "data", "--plan", "free", "--faults", str(faults)) as (process, client):
        assert [client.get("/regions").status_code for _ in range(2)] == [503, 200]
        assert client.get("/users/me/organizations").json()["organizations"][0]["plan"] == "free"
        assert client.post("/projects", json=BODY).status_code == 201
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
        assert process.stderr
        assert process.stderr.read() == ""
    with NeonService(tmp_path / "data") as service:
        assert [project["name"] for project in service.objects()["project"]] == ["shop"]


def test_what_it_cannot_start_with_is_one_line(tmp_path: Path) -> None:
    faults = tmp_path / "faults.json"
    faults.write_text('[{"kind": "explode"}]', encoding="utf-8")
    done = subprocess.run(command(tmp_path, "--faults", str(faults)), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert "'explode' is no kind of fault" in done.stderr


# ---- inspection ----------------------------------------------------------------------------------------------------


def test_another_process_sees_what_was_asked_and_what_exists_without_secrets(neon: Caller, project: str) -> None:
    seen = neon.get("/__emu/requests")
    assert seen == {"requests": [{"method": "POST", "path": "/projects", "status": 201}]}
    state = neon.get("/__emu/state")
    assert [found["id"] for found in state["project"]] == [project]
    assert "npg_" not in json.dumps(state)
    assert len(neon.service.requests) == 1, "to look is not to ask"


def test_another_process_scripts_faults_and_moves_the_clock(neon: Caller) -> None:
    fault = {"kind": "refuse", "path": "/regions", "status": 503}
    (left,) = neon.ask("PUT", "/__emu/faults", [fault]).json()["faults"]
    assert left["times"] == 1
    assert [neon.status("GET", "/regions") for _ in range(2)] == [503, 200]
    assert neon.get("/__emu/faults") == {"faults": []}
    assert neon.post("/__emu/clock", {"advance": 90}) == neon.get("/__emu/clock") == {"ahead": 90}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "told"),
    [
        ("PUT", "faults", [{"kind": "explode"}], 400, "no kind of fault"),
        ("PUT", "faults", [{"colour": "red"}], 400, "colour"),
        ("POST", "clock", {}, 400, "advance"),
        ("GET", "secrets", None, 404, "GET /__emu/requests"),
    ],
)
def test_what_inspection_does_not_know_is_told(
    neon: Caller, method: str, path: str, body: object, status: int, told: str
) -> None:
    response = neon.ask(method, f"/__emu/{path}", body)
    assert response.status_code == status
    assert told in response.json()["message"]


def test_inspection_is_for_the_services_own_key(neon: Caller) -> None:
    assert neon.ask("GET", "/__emu/state", key="napi_other").status_code == 401
