"""What a scenario in another process sees and scripts: paths under `/__emu/`, for the service's own key alone.

GET requests   what was asked since the start: method, path, status
GET state      every object that is not deleted, by kind
GET faults     what has not struck yet; PUT replaces it with a JSON list
POST clock     {"advance": seconds} moves the service's clock on; GET tells how far it is ahead
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, Final, Protocol, TypeAlias

from rehearsal.clouds.neon.faults import FaultPlan
from rehearsal.clouds.neon.wire import Answer, Asked

PATH: Final = "/__emu/"


class Inspected(Protocol):
    """What this needs of the service."""

    faults: FaultPlan
    api_key: str

    @property
    def requests(self) -> Sequence[Any]:
        """Dataclasses."""

    @property
    def ahead(self) -> float:
        """Seconds."""

    def objects(self) -> dict[str, list[dict[str, Any]]]:
        """By kind."""

    def advance(self, seconds: float) -> None:
        """Of the clock."""


def inspect(service: Inspected, asked: Asked) -> Answer:
    """The answer to one of these requests; none of them counts as one of a client."""
    if asked.key != service.api_key:
        return Answer(401, {"message": "this is for the service's own key"})
    act = _ACTS.get((asked.method, asked.path.removeprefix(PATH)))
    if act is None:
        return Answer(404, {"message": f"there are {', '.join(f'{method} {PATH}{name}' for method, name in _ACTS)}"})
    try:
        return Answer(200, act(service, json.loads(asked.content or b"null")))
    except (TypeError, ValueError, KeyError) as error:
        return Answer(400, {"message": f"not understood: {error}"})


def _put_faults(service: Inspected, body: Any) -> dict[str, Any]:
    service.faults = FaultPlan.from_json(body)
    return _faults(service, None)


def _faults(service: Inspected, _: Any) -> dict[str, Any]:
    return {"faults": service.faults.to_json()}


def _advance(service: Inspected, body: Any) -> dict[str, Any]:
    service.advance(float(body["advance"]))
    return _clock(service, None)


def _clock(service: Inspected, _: Any) -> dict[str, Any]:
    return {"ahead": service.ahead}


_Act: TypeAlias = Callable[[Inspected, Any], dict[str, Any]]
_ACTS: Final[dict[tuple[str, str], _Act]] = {
    ("GET", "requests"): lambda service, _: {"requests": [asdict(request) for request in service.requests]},
    ("GET", "state"): lambda service, _: service.objects(),
    ("GET", "faults"): _faults,
    ("PUT", "faults"): _put_faults,
    ("GET", "clock"): _clock,
    ("POST", "clock"): _advance,
}
