"""Routes the engine's requests to the resource types."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from pulumi.provider.experimental import provider as p
from pulumi.provider.experimental.property_value import PropertyValue

from neon_provider import config
from neon_provider.account import Account
from neon_provider.checks import Problem
from neon_provider.client import Client, Clock
from neon_provider.convert import Properties, hide, is_unknown, secret_texts, to_plain, to_wire
from neon_provider.errors import NotFound
from neon_provider.functions import FUNCTIONS, Refused
from neon_provider.resources import RESOURCES, Resource
from neon_provider.resources.base import Difference, Scope
from neon_provider.session import Session

VERSION: Final = "0.1.0"
_REFERENCES: Final = ("orgId", "projectId", "branchId", "parentId", "ownerName")
_SCHEMA: Final = Path(__file__).parent.parent / "schema.json"

Log: TypeAlias = Callable[[str, str, str], None]
"""Takes a severity (debug, info or warning), a message and the URN it is about, or an empty one."""


class NeonProvider(p.Provider):
    """The provider; one instance serves one configuration."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock
        self._config: config.Config | None = None
        self._client: Client | None = None
        self._account: Account | None = None
        self._adopted: dict[str, set[str]] = {}
        self._stated: dict[str, dict[str, str]] = {}
        """Both by type: two of different types may have the same id."""
        self._kept: dict[str, str] = {}
        """Id by URN of what was compared in this run and is not to be replaced."""
        self._spared: dict[str, p.DeleteRequest] = {}
        """By URN, what was not deleted because it was compared and is not to be replaced."""
        self._held: dict[str, Properties] = {}
        self.log: Log = lambda _severity, _message, _urn: None
        """Where messages for people go."""

    async def close(self) -> None:
        """Release the connections."""
        if self._client is not None:
            await self._client.close()

    async def cancel(self) -> None:
        """Stop waiting: a create that waits answers with the id of what exists."""
        if self._client is not None:
            self._client.cancel()

    # ---- configuration -----------------------------------------------------------------------------------------

    async def get_schema(self, request: p.GetSchemaRequest) -> p.GetSchemaResponse:  # noqa: ARG002 - there is one schema
        """The schema, as reviewed."""
        return p.GetSchemaResponse(_SCHEMA.read_text(encoding="utf-8"))

    async def check_config(self, request: p.CheckRequest) -> p.CheckResponse:
        """Judge the configuration."""
        return _judged(request, config.problems(to_plain(request.new_inputs)))

    async def diff_config(self, request: p.DiffRequest) -> p.DiffResponse:  # noqa: ARG002 - whatever changed
        """Another key or address never replaces anything."""
        return p.DiffResponse(changes=False)

    async def configure(self, request: p.ConfigureRequest) -> p.ConfigureResponse:
        """Take the configuration; no request is made before one is needed."""
        self._config = config.read(to_plain(request.args))
        self._client = Client(self._config.client, clock=self._clock)
        self._client.warn = lambda message: self.log("warning", message, "")
        plan = "" if self._config.plan == "auto" else self._config.plan
        self._account = Account(self._client, self._config.org_id, plan, lambda message: self.log("info", message, ""))
        return p.ConfigureResponse(
            accept_secrets=True, supports_preview=True, accept_outputs=True, accept_resources=False
        )

    # ---- life cycle ----------------------------------------------------------------------------------------------

    async def check(self, request: p.CheckRequest) -> p.CheckResponse:
        """Every problem of the inputs at once."""
        resource = self._resource(request.urn)
        olds, news = to_plain(request.old_inputs), to_plain(request.new_inputs)
        if olds:
            self._held[request.urn] = olds
        found = list(resource.check(olds, news, await self._plan_for(olds, news)))
        if self._account is not None:
            found += await resource.check_live(olds, news, self._account)
        secret = secret_texts(request.new_inputs)
        for key, text in resource.advice(news):
            self.log("warning", f"{key}: {hide(text, secret)}", request.urn)
        return _judged(request, found)

    async def _plan_for(self, olds: Properties, news: Properties) -> str:
        """The plan to judge by. Neon is asked for it only when something changed: what stands was judged when it was new."""
        if self._account is None:
            return ""
        return self._account.plan if olds == news else await self._account.ask_plan()

    async def diff(self, request: p.DiffRequest) -> p.DiffResponse:
        """What changed; asks nobody."""
        resource = self._resource(request.urn)
        self._stated_of(request.urn)[request.resource_id] = request.urn
        ignore = tuple(request.ignore_changes)
        state, news = to_plain(request.old_state), to_plain(request.new_inputs)
        difference = resource.diff(state, news, ignore)
        if not difference.replaces:
            self._kept[request.urn] = request.resource_id
        return p.DiffResponse(
            changes=bool(difference.keys),
            replaces=list(difference.replaces),
            diffs=list(difference.keys),
            detailed_diff=_detailed(difference),
            delete_before_replace=bool(difference.replaces) and resource.first_deletes(state, news),
        )

    async def create(self, request: p.CreateRequest) -> p.CreateResponse:
        """Create; a preview makes no request."""
        resource, inputs = self._resource(request.urn), to_plain(request.properties)
        if request.preview:
            return p.CreateResponse(None, to_wire(resource.planned(inputs), resource.secret))
        self._kept.pop(request.urn, None)
        spared = self._spared.pop(request.urn, None)
        if spared is not None:
            # A create that follows tells that the engine replaces it all the same, as replaceOnChanges asks.
            self.log("info", f"{spared.resource_id} is deleted now, since a new one takes its place", request.urn)
            await self.delete(spared)
        try:
            resource_id, state = await resource.create(self._scope(request.urn, request.timeout), inputs)
        except NotFound as error:
            raise _referring(error, inputs, secret_texts(request.properties)) from error
        self._stated_of(request.urn)[resource_id] = request.urn
        return p.CreateResponse(resource_id, to_wire(state, resource.secret))

    async def update(self, request: p.UpdateRequest) -> p.UpdateResponse:
        """Update in place; a preview makes no request."""
        resource = self._resource(request.urn)
        state, inputs = to_plain(request.olds), to_plain(request.news)
        if request.preview:
            return p.UpdateResponse(to_wire(resource.planned(inputs, state), resource.secret))
        scope = self._scope(request.urn, request.timeout)
        after = await resource.update(scope, request.resource_id, state, inputs)
        return p.UpdateResponse(to_wire(after, resource.secret))

    async def delete(self, request: p.DeleteRequest) -> None:
        """Delete; what is gone already is done. What a create of this run took over stays, under that name or another: the state
        holds it anew. So it is when the engine is told to replace (`pulumi up --replace`): it then asks for a new one in the
        words of a first creation, and the object in its state is taken for what a killed run left. The old entry may be deleted
        by a later run, which has compared the new one."""
        resource, scope = self._resource(request.urn), self._scope(request.urn, request.timeout)
        if scope.is_held_by_another(request.resource_id):
            now = scope.stated[request.resource_id].rpartition("::")[2]
            scope.log("warning", f"{request.resource_id} is {now!r} now: it stays, and only its old name is forgotten")
            return
        if request.resource_id in scope.adopted or self._kept.get(request.urn) == request.resource_id:
            if request.resource_id not in scope.adopted:
                self._spared[request.urn] = request
            scope.adopted.discard(request.resource_id)
            advice = "to have it replaced, use the option deleteBeforeReplace"
            scope.log("warning", f"{request.resource_id} stays, since the state holds it anew; {advice}")
            return
        await resource.delete(scope, request.resource_id, to_plain(request.properties))
        self._stated_of(request.urn).pop(request.resource_id, None)

    async def read(self, request: p.ReadRequest) -> p.ReadResponse:
        """The object as it is, with the inputs that would declare it; no id when it is gone."""
        resource = self._resource(request.urn)
        inputs, state = to_plain(request.inputs), to_plain(request.properties)
        begun = resource.half_removed(inputs, state)
        found = await resource.read(self._scope(request.urn, 0), request.resource_id, {**begun, **inputs}, state)
        if found is None:
            return p.ReadResponse()
        resource_id, live_inputs, live_state = found
        live_inputs = {key: value for key, value in live_inputs.items() if key not in begun}
        return p.ReadResponse(resource_id, to_wire(live_state, resource.secret), to_wire(live_inputs))

    async def invoke(self, request: p.InvokeRequest) -> p.InvokeResponse:
        """Answer a function; one with an argument that is not known yet is not asked and answers nothing."""
        function, args = FUNCTIONS.get(request.tok), to_plain(request.args)
        if function is None:
            raise ValueError(f"{request.tok} is no function of the neon provider; known are: {', '.join(FUNCTIONS)}")
        if self._client is None or self._config is None:
            raise RuntimeError("the provider is not configured")
        problems: Sequence[Problem] = function.check(args)
        if not problems and not is_unknown(args):
            try:
                answer = await function.call(Session(self._client), args, self._config.org_id)
                return p.InvokeResponse(to_wire(answer, function.secret))
            except Refused as refused:
                problems = refused.problems
        secret = secret_texts(request.args)
        return p.InvokeResponse(failures=[p.CheckFailure(key, hide(reason, secret)) for key, reason in problems])

    async def adopt(
        self,
        urn: str,
        type: str,  # noqa: A002 - the engine's name
        inputs: dict[str, PropertyValue],
    ) -> tuple[str, dict[str, PropertyValue]] | None:
        """What a create that was interrupted left behind; asked by engines that keep a journal. Where the project or branch that
        it was for is gone, nothing is left."""
        resource = RESOURCES[type]
        try:
            found = await resource.find(self._scope(urn, 0), to_plain(inputs))
        except NotFound:
            return None
        return None if found is None else (found[0], to_wire(found[1], resource.secret))

    # ---- helpers -------------------------------------------------------------------------------------------------

    def _resource(self, urn: str) -> Resource:
        token = urn.split("::")[2].rsplit("$", 1)[-1]
        if token not in RESOURCES:
            raise ValueError(f"{token} is no resource of the neon provider; known are: {', '.join(RESOURCES)}")
        return RESOURCES[token]

    def _stated_of(self, urn: str) -> dict[str, str]:
        return self._stated.setdefault(self._resource(urn).token, {})

    def _scope(self, urn: str, timeout: float) -> Scope:
        if self._client is None or self._config is None or self._account is None:
            raise RuntimeError("the provider is not configured")
        return Scope(
            client=Session(self._client, timeout),
            urn=urn,
            plan=self._account.plan,
            org_id=self._config.org_id,
            held=self._held.get(urn),
            adopted=self._adopted.setdefault(self._resource(urn).token, set()),
            stated=self._stated_of(urn),
            log=lambda severity, message: self.log(severity, message, urn),
        )


def _judged(request: p.CheckRequest, problems: Iterable[Problem]) -> p.CheckResponse:
    """The inputs with what is wrong with them, told without what is secret of them."""
    secret = secret_texts(request.new_inputs)
    return p.CheckResponse(request.new_inputs, [p.CheckFailure(key, hide(text, secret)) for key, text in problems])


def _referring(error: NotFound, inputs: Properties, secret: Collection[str]) -> NotFound:
    """What Neon did not find when it was to make an object is something that the object refers to."""
    given = ", ".join(f"{key} {inputs[key]!r}" for key in _REFERENCES if key in inputs)
    if not (given and error.status):
        return error
    advice = hide(f"Check {given}: they must exist, the latter of the former", secret)
    return NotFound(
        error.asked,
        error.answer,
        status=error.status,
        code=error.code,
        request_id=error.request_id,
        advice=advice,
    )


def _detailed(difference: Difference) -> dict[str, p.PropertyDiff]:
    kind = p.PropertyDiffKind
    pairs = (
        (difference.added, kind.ADD, kind.ADD_REPLACE),
        (difference.deleted, kind.DELETE, kind.DELETE_REPLACE),
        (difference.updated, kind.UPDATE, kind.UPDATE_REPLACE),
    )
    return {
        key: p.PropertyDiff(replace if key in difference.replaces else plain, True)
        for keys, plain, replace in pairs
        for key in keys
    }
