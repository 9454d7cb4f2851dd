"""Two states of one program, by two engines on two accounts: what differs beyond what the vendors made up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from rehearsal.engine import Event, Properties, ResourceState
from rehearsal.engine.passphrase import Crypter
from rehearsal.engine.urns import name_of, type_of
from tests.engine.known import AUTONAME, DERIVED, FIELDS, LOCAL_PACK, MOMENT, OUTSIDE, SUMMARY

_COMPARED: Final = tuple(
    name for name in ResourceState.__slots__ if name not in ("urn", "delete", "extra") and name not in FIELDS
)
_UNORDERED: Final = ("dependencies", "additionalSecretOutputs", "aliases", "replaceWith", "ignoreChanges")
_OUTSIDE: Final = re.compile(OUTSIDE)
_AUTONAME: Final = re.compile(AUTONAME)
_MOMENT: Final = re.compile(MOMENT)
_DERIVED: Final = re.compile(DERIVED)
_SHORTEST: Final = 6  # a shorter made-up text is only replaced where it stands alone


def step_differences(real: Sequence[Event], embedded: Sequence[Event]) -> list[str]:
    """Steps that only one of the engines took."""
    ours, theirs = steps(embedded), steps(real)
    return [f"only {side} {' '.join(step)}" for side, more in _both(theirs, ours) for step in sorted(more.elements())]


def steps(events: Sequence[Event]) -> Counter[tuple[str, str]]:
    """Operation and resource of every step."""
    found = (event["resourcePreEvent"]["metadata"] for event in events if "resourcePreEvent" in event)
    return Counter((step["op"], _label(step["urn"])) for step in found)


def findings(events: Sequence[Event]) -> Counter[tuple[str, str, str, str]]:
    """Policy, level, resource and message of every finding."""
    found = (event["policyEvent"] for event in events if "policyEvent" in event)
    return Counter(
        (event["policyName"], event["enforcementLevel"], event["resourceUrn"], _uncoloured(event["message"]))
        for event in found
    )


def errors(events: Sequence[Event]) -> list[str]:
    """What the engine says went wrong, without its layout."""
    found = (event["diagnosticEvent"] for event in events if "diagnosticEvent" in event)
    return [_uncoloured(event["message"]) for event in found if event["severity"] == "error"]


def refused(events: Sequence[Event]) -> set[str]:
    """What is said to be protected from deletion."""
    found = (event["diagnosticEvent"] for event in events if "diagnosticEvent" in event)
    return {event["urn"] for event in found if event["severity"] == "error" and "protected" in event["message"]}


def outcomes(events: Sequence[Event]) -> list[ResourceState]:
    """What the events say that each resource ends with, or at preview would end with; a component is told of twice."""
    found = (event["resOutputsEvent"]["metadata"] for event in events if "resOutputsEvent" in event)
    last = {step["urn"]: step["new"] for step in found if step["new"]}
    return [ResourceState.from_json(state, _SEALED) for state in last.values()]


def summary(events: Sequence[Event]) -> dict[str, Any]:
    """How the run ended: what was done how often, under which packs."""
    (found,) = (event["summaryEvent"] for event in events if "summaryEvent" in event)
    packs = {name.split(LOCAL_PACK)[0]: version for name, version in found["PolicyPacks"].items()}
    return {key: value for key, value in {**found, "PolicyPacks": packs}.items() if key not in SUMMARY}


def state_differences(real: Sequence[ResourceState], embedded: Sequence[ResourceState]) -> list[str]:
    """Resources and fields that are not equal, once what the vendors made up for one is put in place of the other's."""
    theirs, ours = _indexed(real), _indexed(embedded)
    found = [f"only {side} {_label(urn)}" for side, more in _both(theirs, ours) for urn, _ in more]
    pairs = [(theirs[key], ours[key]) for key in theirs if key in ours]
    translate = _translator(pairs)
    for left, right in pairs:
        for name in _COMPARED:
            seen = {path: translate(value) for path, value in _leaves(_normal(left, name))}
            wanted = dict(_leaves(_normal(right, name)))
            found += [
                f"{_label(left.urn)}: {name}{path}: real {seen.get(path)!r}, embedded {wanted.get(path)!r}"
                for path in {**seen, **wanted}
                if _timeless(seen.get(path)) != _timeless(wanted.get(path))
            ]
    return [difference for difference in found if not _DERIVED.search(difference)]


class _Sealed(Crypter):
    """Opens nothing: the events hold no secret, only where one stands."""

    def __init__(self) -> None:
        """Without a key."""

    def open(self, properties: Properties) -> Properties:
        """The properties as they are."""
        return properties


_SEALED: Final = _Sealed()


def _both(theirs: Mapping[Any, Any], ours: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    if isinstance(theirs, Counter) and isinstance(ours, Counter):
        yield "real", theirs - ours
        yield "embedded", ours - theirs
    else:
        yield "real", [key for key in theirs if key not in ours]
        yield "embedded", [key for key in ours if key not in theirs]


def _indexed(resources: Sequence[ResourceState]) -> dict[tuple[str, bool], ResourceState]:
    return {(resource.urn, resource.delete): resource for resource in resources}


def _normal(resource: ResourceState, name: str) -> Any:
    value = getattr(resource, name)
    if name in _UNORDERED:
        return sorted(value)
    if name == "sourcePosition":
        return _OUTSIDE.sub("", value)
    if name == "propertyDependencies":
        return {key: sorted(urns) for key, urns in value.items() if urns}
    return value


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that holds no other, with its path; an empty list or mapping is one."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}")
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from _leaves(item, f"{path}[{index}]")
    else:
        yield path, value


def _translator(pairs: Sequence[tuple[ResourceState, ResourceState]]) -> Callable[[Any], Any]:
    """Puts the embedded run's made-up values in place of the real one's, also inside longer texts.

    Made up by a vendor are a resource's id, the outputs that are no inputs, and a generated name. One value stands for one
    other throughout.
    """
    made: dict[Any, Any] = {}
    for real, embedded in pairs:
        if not real.custom:
            continue
        theirs, ours = _made_up(real), _made_up(embedded)
        for path in theirs.keys() & ours.keys():
            if type(theirs[path]) is type(ours[path]) and theirs[path] != ours[path]:
                assert made.setdefault(theirs[path], ours[path]) == ours[path], f"{real.urn}{path}"
    texts = sorted((text for text in made if isinstance(text, str) and len(text) >= _SHORTEST), key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, texts))) if texts else None

    def translate(value: Any) -> Any:
        if not _identifies(value):
            return value
        if value in made or not isinstance(value, str) or pattern is None:
            return made.get(value, value)
        return pattern.sub(lambda match: str(made[match[0]]), value)

    return translate


def _made_up(resource: ResourceState) -> dict[str, Any]:
    own = {
        key: value
        for key, value in resource.outputs.items()
        if key not in resource.inputs or _is_generated(value, resource.name)
    }
    leaves = {**dict(_leaves(own)), "id": resource.id}
    return {path: value for path, value in leaves.items() if _identifies(value)}


def _is_generated(value: Any, name: str) -> bool:
    return isinstance(value, str) and _AUTONAME.fullmatch(value.removeprefix(name)) is not None


def _identifies(value: Any) -> bool:
    if isinstance(value, str):
        return value != "" and not _MOMENT.fullmatch(value)
    return isinstance(value, int | float) and not isinstance(value, bool)


def _timeless(value: Any) -> Any:
    return _MOMENT.sub("<moment>", value) if isinstance(value, str) else value


def _label(urn: str) -> str:
    return f"{type_of(urn)} {name_of(urn)}"


def _uncoloured(text: str) -> str:
    return " ".join(re.sub(r"<\{%[^%]*%\}>", "", text).split())
