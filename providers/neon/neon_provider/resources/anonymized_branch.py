"""A branch whose columns are masked by rules. Id, marks and the rest as those of a branch.

Masking is a run over the data, not a setting: rules that change have no effect before the next run. So the state holds the rules
only when they are known to be applied; without them in it, the next update sets them and masks again. Beta at Neon, which masks
with PostgreSQL Anonymizer (neon.com/docs/workflows/data-anonymization).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from neon_provider.checks import Problem
from neon_provider.client import path_of
from neon_provider.convert import Properties, known
from neon_provider.errors import Conflict, Invalid, NotFound, OperationFailed, PartialFailure
from neon_provider.models import Branch as BranchModel
from neon_provider.models import Model
from neon_provider.resources.base import Difference, Property, Scope
from neon_provider.resources.branch import Branch, split
from neon_provider.session import Session
from neon_provider.shapes import TEXT, objects

_WHERE: Final = {"database": "database_name", "schema": "schema_name", "table": "table_name", "column": "column_name"}
_HOW: Final = {"maskingFunction": "masking_function", "maskingValue": "masking_value"}
_DONE: Final = "anonymized"
_STARTING: Final = frozenset({"created", "initialized", "anonymizing"})
"""States on the way to the end of the run that a creation starts."""
_BUSY: Final = frozenset({"created", "anonymizing"})
"""States in which no run can be started."""
_UNPREPARED: Final = "initialization_error"


class _NotPrepared(OperationFailed):
    """The branch was not prepared for masking, and never will be."""


class _Status(Model):
    """How far a run is. An unknown state counts as an end that is no success."""

    state: str = ""
    status_message: str = ""


class _Masked(BranchModel):
    """A branch after a run."""

    masking: str


class AnonymizedBranch(Branch):
    """See the module."""

    token = "neon:index:AnonymizedBranch"
    properties = {
        **Branch.properties,
        "maskingRules": Property(shape=objects(**dict.fromkeys([*_WHERE, *_HOW], TEXT)), required=True),
    }
    applied_last = Branch.applied_last | {"maskingRules"}
    computed = (*Branch.computed, "status")

    def rules(self, olds: Properties, news: Properties, plan: str) -> Iterator[Problem]:
        yield from super().rules(olds, news, plan)
        if "maskingRules" in known(news):
            yield from _judged(news["maskingRules"])

    def same(self, key: str, old: Any, new: Any) -> bool:
        if key == "maskingRules" and isinstance(old, list) and isinstance(new, list):
            return sorted(map(_identity, old)) == sorted(map(_identity, new))
        return super().same(key, old, new)

    def diff(self, state: Properties, news: Properties, ignore: tuple[str, ...] = ()) -> Difference:
        """A branch that cannot be masked is made anew."""
        found = super().diff(state, news, ignore)
        if state.get("status") != _UNPREPARED:
            return found
        return replace(found, updated=(*found.updated, "status"), replaces=(*found.replaces, "status"))

    def partial(self, resource_id: str, known_of: Properties, error: Exception) -> PartialFailure:
        failed = {"status": _UNPREPARED} if isinstance(error, _NotPrepared) else {}
        return super().partial(resource_id, {**known_of, **failed}, error)

    def _request(self, inputs: Properties, nonce: str) -> tuple[str, Properties]:
        _, body = super()._request(inputs, nonce)
        masked = {
            "branch_create": {"branch": body["branch"]},
            "annotation_value": body["annotation_value"],
            "masking_rules": [_wire(rule) for rule in inputs["maskingRules"]],
            "start_anonymization": True,
        }
        return path_of("projects", str(inputs["projectId"]), "branch_anonymized"), masked

    async def _apply(
        self, scope: Scope, project_id: str, branch_id: str, state: Properties, inputs: Properties
    ) -> BranchModel:
        """Mask first: what follows may show the branch to others."""
        path = path_of("projects", project_id, "branches", branch_id)
        exists = "branchId" in state
        live = await _rules_of(scope.client, path)
        stale = not self.same("maskingRules", live, inputs["maskingRules"])
        if stale:
            body = {"masking_rules": [_wire(rule) for rule in inputs["maskingRules"]]}
            await scope.client.request("PATCH", f"{path}/masking_rules", body=body)
        stale = stale or (exists and not self.same("maskingRules", state.get("maskingRules"), inputs["maskingRules"]))
        status = await _status_after(scope.client, path, _BUSY if exists or stale else _STARTING)
        if stale or (exists and status.state != _DONE):
            status = await _mask(scope.client, path, status)
        if status.state != _DONE:
            raise _failed(path, status)
        found = await super()._apply(scope, project_id, branch_id, state, inputs)
        return _Masked(**found.model_dump(), masking=status.state)

    async def read(
        self, scope: Scope, resource_id: str, inputs: Properties, state: Properties
    ) -> tuple[str, Properties, Properties] | None:
        found = await super().read(scope, resource_id, inputs, state)
        if found is None:
            return None
        resource_id, given, now = found
        project_id, branch_id = split(resource_id)
        path = path_of("projects", project_id, "branches", branch_id)
        try:
            rules, status = await _rules_of(scope.client, path), (await _status_of(scope.client, path)).state
        except NotFound as error:
            if not inputs:
                advice = f"Import it as {Branch.token}"
                raise Invalid(f"branch {resource_id}", "it was not made as an anonymised one", advice=advice) from error
            rules, status = inputs["maskingRules"], ""
        if inputs and self.same("maskingRules", inputs.get("maskingRules"), rules):
            rules = inputs["maskingRules"]
        if status != _DONE:
            what = "replaces" if status == _UNPREPARED else "masks"
            scope.log("warning", f"branch {resource_id} is not masked, its state is {status!r}: the next run {what} it")
        applied = {"maskingRules": rules} if status == _DONE else {}
        now = {key: value for key, value in now.items() if key != "maskingRules"}
        return resource_id, {**given, "maskingRules": rules}, {**now, **applied, "status": status}

    def _state(self, branch: BranchModel, inputs: Properties) -> Properties:
        masking = {"status": branch.masking} if isinstance(branch, _Masked) else {}
        return {**super()._state(branch, inputs), **masking}


async def _rules_of(client: Session, path: str) -> list[Properties]:
    answer = await client.get(f"{path}/masking_rules")
    return [_plain(rule) for rule in answer.get("masking_rules") or []]


async def _status_of(client: Session, path: str) -> _Status:
    return _Status.read(await client.get(f"{path}/anonymized_status"))


async def _status_after(client: Session, path: str, passing: frozenset[str]) -> _Status:
    """The status once it is none of the passing ones."""

    async def look() -> _Status:
        return await _status_of(client, path)

    return await client.ready(
        f"the masking of {path}", look, lambda status: status.state if status.state in passing else ""
    )


async def _mask(client: Session, path: str, before: _Status) -> _Status:
    """Start a run, and wait for its end. One run more is no harm: it is asked for again when the answer is lost."""
    try:
        await client.request("POST", f"{path}/anonymize", repeatable=True)
    except (Conflict, Invalid) as error:
        if before.state == _UNPREPARED:
            raise _failed(path, before) from error
        if (await _status_of(client, path)).state not in _BUSY:  # else it is under way already
            raise
    return await _status_after(client, path, _STARTING)


def _failed(path: str, status: _Status) -> OperationFailed:
    answer = f"it ended as {status.state}" + (f" ({status.status_message})" if status.status_message else "")
    if status.state == _UNPREPARED:
        return _NotPrepared(f"masking {path}", answer, advice="It cannot be masked: the next run replaces it")
    return OperationFailed(f"masking {path}", answer, advice="Run again to mask it again")


def _judged(rules: list[Properties]) -> Iterator[Problem]:
    if not rules:
        yield "maskingRules", "needs one rule at least"
    seen: set[tuple[Any, ...]] = set()
    for position, rule in enumerate(rules):
        where = f"maskingRules[{position}]"
        for key in _WHERE:
            size = len(str(rule.get(key, "")).encode())
            if not 1 <= size <= 63:
                yield f"{where}.{key}", f"must be 1 to 63 bytes, was {size}"
        if sum(key in rule for key in _HOW) != 1:
            has = "both" if _HOW.keys() <= rule.keys() else "neither"
            yield where, f"needs either maskingFunction or maskingValue, has {has}"
        if rule.get("maskingFunction") == "":
            yield f"{where}.maskingFunction", "must not be empty; an empty text is a maskingValue"
        column = tuple(rule.get(key) for key in _WHERE)
        if column in seen:
            yield where, f"masks {'.'.join(map(str, column))} a second time"
        seen.add(column)


def _wire(rule: Properties) -> dict[str, Any]:
    return {wire: rule[key] for key, wire in {**_WHERE, **_HOW}.items() if key in rule}


def _plain(rule: dict[str, Any]) -> Properties:
    how = {key: rule[wire] for key, wire in _HOW.items() if rule.get(wire) is not None}
    if len(how) > 1:  # both are shown, the one that is not given as an empty text
        how = {key: value for key, value in how.items() if value} or how
    return {**{key: rule.get(wire, "") for key, wire in _WHERE.items()}, **how}


def _identity(rule: Properties) -> str:
    return repr(sorted(_wire(rule).items()))
