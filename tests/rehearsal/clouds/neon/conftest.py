"""A local Neon and a plain HTTP client of it: the plugin takes no part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from rehearsal.clouds.neon import Fault, FaultPlan, Key, NeonService, Switches

Document = dict[str, Any]


class Caller:
    """Asks a service; a context manager."""

    def __init__(
        self,
        data: Path | None = None,
        *,
        postgres: bool = False,
        keys: Mapping[str, Key] | None = None,
        **switches: Any,
    ) -> None:
        self.service = NeonService(data, switches=Switches(**switches), postgres=postgres, keys=keys)
        self._http = httpx.Client(verify=False)

    def __enter__(self) -> Caller:
        self.service.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()
        self.service.stop()

    def faults(self, *faults: Fault) -> None:
        self.service.faults = FaultPlan(faults)

    def ask(
        self, method: str, path: str, body: Any = None, *, key: str = "", timeout: float = 30, **query: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key or self.service.api_key}"}
        url = f"{self.service.url}{path}"
        return self._http.request(method, url, json=body, params=query, headers=headers, timeout=timeout)

    def get(self, path: str, **query: Any) -> Any:
        response = self.ask("GET", path, **query)
        assert response.status_code == 200, response.text
        return response.json()

    def post(self, path: str, body: Any = None) -> Any:
        response = self.ask("POST", path, body)
        assert response.status_code in (200, 201), response.text
        return response.json()

    def status(self, method: str, path: str, body: Any = None) -> int:
        return self.ask(method, path, body).status_code

    # ---- samples ---------------------------------------------------------------------------------------------------

    def project(self, name: str = "shop", **fields: Any) -> Document:
        """The whole answer of a creation."""
        body = {"name": name, "region_id": "aws-eu-central-1", **fields}
        return self.post("/projects", {"project": body})  # type: ignore[no-any-return]

    def branch(self, project: str, name: str = "preview", **fields: Any) -> Document:
        answer = self.post(f"/projects/{project}/branches", {"branch": {"name": name, **fields}})
        return answer["branch"]  # type: ignore[no-any-return]


@pytest.fixture
def neon() -> Iterator[Caller]:
    """An empty account on the Scale plan."""
    with Caller() as caller:
        yield caller


@pytest.fixture
def project(neon: Caller) -> str:
    """The id of a project in it."""
    return str(neon.project()["project"]["id"])


@pytest.fixture
def main(neon: Caller, project: str) -> str:
    """The path of its default branch."""
    return f"/projects/{project}/branches/{neon.get(f'/projects/{project}/branches')['branches'][0]['id']}"
