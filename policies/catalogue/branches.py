"""Who uses the database, and which branches may hold its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from weakref import WeakKeyDictionary

from policies.catalogue import types as t
from policies.catalogue.alike import alike
from policies.catalogue.model import Finding, NotApplicable, Severity, Unevaluated
from policies.catalogue.registry import rule
from policies.catalogue.resource import Resource, Stack
from policies.catalogue.scope import Scope
from policies.catalogue.standards import asvs, gdpr, pci, strategy
from policies.catalogue.variables import VARIABLE_TYPES, Variable, each, of_stack

BRANCHES: Final = (t.NEON_BRANCH, t.NEON_ANONYMIZED_BRANCH)
ADDRESSES: Final = ("DATABASE_URL", "DIRECT_URL")
"""Variables by which the app reaches its database."""
_DEFAULT_DATABASE: Final = "neondb"
_SCHEMA_ONLY: Final = "schema-only"
_DAY: Final = 86_400


@rule(
    "DB-05",
    "the app does not connect as the owner",
    risk="an app that is broken into can change and drop every table",
    severity=Severity.HIGH,
    applies_to=VARIABLE_TYPES,
    reads=(t.NEON_PROJECT, t.NEON_DATABASE, t.NEON_ROLE),
    requirements=(*pci("7.2.5"), *asvs("13.2.2"), *strategy("Database Migration Strategy", "Security Measures")),
    remedy="give the app a role of its own, and keep the owner for migrations",
    url="https://neon.com/docs/manage/roles",
    whole_stack=True,
    source="database.applicationRole",
)
def forbid_owner(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """An address that cannot be read is judged by the role that its password comes from; the user in it stays unread. Where it
    comes from the project alone, it is the owner's."""
    judged: list[str] = []

    def judge(variable: Variable) -> Iterator[Finding]:
        if variable.key in ADDRESSES:
            judged.append(variable.key)
            yield from _as_owner(variable, scope.stack)

    yield from each(resource, judge)
    if not judged:
        raise NotApplicable("holds no address of a database")


def _as_owner(variable: Variable, stack: Stack) -> Iterator[Finding]:
    wanted, owners = "a role that owns no database", _owners(stack)
    user = _user(variable)
    if user is not None:
        if user in owners:
            yield Finding(variable.value_path, "the owner of a database as its user", wanted)
        return
    linked = _origins(variable, stack)
    roles = [source for source in linked if source.type == t.NEON_ROLE]
    for role in roles:
        if str(role.readable("name")) in owners:
            yield Finding(variable.value_path, f"comes from the owner {role.readable('name')}", wanted)
    if not roles and not any(source.type == t.NEON_PROJECT for source in linked):
        raise Unevaluated(variable.value_path, "cannot be read, and comes from no role of this stack")
    if not roles:
        yield Finding(variable.value_path, "comes from the owner that the project is made with", wanted)


def _user(variable: Variable) -> str | None:
    """The user of an address, empty where it names none, None where it cannot be read."""
    try:
        value = variable.value
        return unquote(urlsplit(value).username or "") if isinstance(value, str) else None
    except (Unevaluated, ValueError):
        return None


def _owners(stack: Stack) -> set[str]:
    """Roles that own a database. A project's first one is called after its database where no name is given."""
    names = {str(database.readable("ownerName")) for database in stack.of_type(t.NEON_DATABASE)}
    for project in stack.of_type(t.NEON_PROJECT):
        database = project.readable("defaultBranch.databaseName") or _DEFAULT_DATABASE
        names.add(str(project.readable("defaultBranch.roleName") or f"{database}_owner"))
    return names


def _origins(variable: Variable, stack: Stack) -> list[Resource]:
    """What the value of a variable comes from."""
    held = variable.value_path.partition(".")[0]
    return [stack.by_urn[urn] for urn in variable.resource.links.get(held, ()) if urn in stack.by_urn]


@rule(
    "DB-06",
    "staging and previews hold no production data",
    risk="customers' data lies where every developer and every preview can read it",
    severity=Severity.CRITICAL,
    applies_to=(t.NEON_PROJECT, *BRANCHES),
    reads=(*VARIABLE_TYPES, t.NEON_ROLE, t.NEON_ENDPOINT, t.FINGERPRINTS),
    requirements=(
        *pci("6.5.5"),
        *gdpr("5(1)(c)", "25"),
        *strategy("Staging Environment", "Production Environment", "Compliance"),
    ),
    remedy="give each environment a Neon project of its own, and make a branch for others schema-only or anonymised",
    url="https://neon.com/docs/guides/branching-schema-only",
    parameters={"customerData": bool},
    whole_stack=True,
    source="infra/components/neon_database.py",
)
def forbid_copies(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """A branch starts with its parent's rows unless it is schema-only (neon.com/docs/guides/branching-schema-only). In a stack
    with customers' data, a branch that has them must be protected as they are."""
    if resource.type == t.NEON_PROJECT:
        yield from _shown_elsewhere(resource, scope)
        yield from _shared_project(resource, scope)
    elif (source := resource.readable("initSource")) == _SCHEMA_ONLY:
        return
    elif resource.type == t.NEON_ANONYMIZED_BRANCH:
        if not resource.readable("maskingRules"):
            yield Finding("maskingRules", resource.readable("maskingRules"), "rules that mask every personal column")
    elif not _is_own(resource, scope.stack):
        yield Finding("initSource", source, "'schema-only': the project is not of this stack")
    elif scope.parameters["customerData"] and not (
        resource.readable("protected") is True
        or resource.readable("setAsDefault") is True
        or _from_empty(resource, scope.stack)
    ):
        yield Finding("initSource", source, "'schema-only', masked rows, or a protected branch")


def _is_own(branch: Resource, stack: Stack) -> bool:
    linked = (stack.by_urn[urn] for urn in branch.links.get("projectId", ()) if urn in stack.by_urn)
    return (
        any(one.type == t.NEON_PROJECT for one in linked) or str(branch.readable("projectId")) in _index(stack).projects
    )


def _shown_elsewhere(project: Resource, scope: Scope) -> Iterator[Finding]:
    """Variables of previews and developers that lead to the default branch of a project with customers' data."""
    if not scope.parameters["customerData"]:
        return
    index = _index(scope.stack)
    for variable in index.shown.get(project.urn, ()):
        yield Finding(variable.path("targets"), list(variable.targets), "production only", variable.resource.urn)
    if index.unread:
        raise index.unread.with_traceback(None)


@dataclass(frozen=True, slots=True)
class _Index:
    """What every project and branch of a stack asks for: the ids of projects; by a project's URN the variables that show its
    rows elsewhere than in production; and why a variable could not be read, if one could not."""

    projects: frozenset[str]
    shown: Mapping[str, Sequence[Variable]]
    unread: Unevaluated | None


_INDEXES: Final[WeakKeyDictionary[Stack, _Index]] = WeakKeyDictionary()


def _index(stack: Stack) -> _Index:
    """Made once for a stack: each project would else read every variable again."""
    if stack not in _INDEXES:
        shown: dict[str, list[Variable]] = {}
        unread: Unevaluated | None = None
        for variable in of_stack(stack):
            try:
                for urn in _shows(variable, stack):
                    shown.setdefault(urn, []).append(variable)
            except Unevaluated as answer:
                unread = unread or answer
        ids = frozenset(project.id for project in stack.of_type(t.NEON_PROJECT) if project.id)
        _INDEXES[stack] = _Index(ids, shown, unread)
    return _INDEXES[stack]


def _shows(variable: Variable, stack: Stack) -> Iterator[str]:
    """What an address that others than production get comes from, unless it leads to a branch without rows."""
    if variable.key in ADDRESSES and set(variable.targets) - {"production"}:
        origins = _origins(variable, stack)
        if not any(_without_rows(origin, stack) for origin in origins):
            yield from {origin.urn: None for origin in origins}


def _without_rows(origin: Resource, stack: Stack) -> bool:
    """Whether it is an endpoint or a role of a branch that has no customer's rows."""
    branches = [stack.by_urn[urn] for urn in origin.links.get("branchId", ()) if urn in stack.by_urn]
    return any(_is_empty(one) or _from_empty(one, stack) for one in branches if one.type in BRANCHES)


def _shared_project(project: Resource, scope: Scope) -> Iterator[Finding]:
    if scope.others is None:
        return
    if not scope.others:
        raise Unevaluated("projectId", "needs the state of the other stack")
    mine = project.id or project.readable("projectId")
    for name, stack in sorted(scope.others.items()):
        for other in stack.of_type(t.NEON_PROJECT):
            if mine and mine == (other.id or other.readable("projectId")):
                yield Finding("projectId", mine, f"another project than {name} has")
        for variable in sorted(alike(scope.stack, stack, "data").equal):
            yield Finding(variable, f"the same place as in {name}", "a database or cache of its own")


@rule(
    "DB-08",
    "preview branches expire, without customers' rows",
    risk="copies that nobody uses any more live on, with what testers and customers left in them",
    severity=Severity.MEDIUM,
    applies_to=BRANCHES,
    reads=(t.NEON_PROJECT,),
    requirements=(*gdpr("5(1)(e)"), *strategy("Staging Environment", "Compliance")),
    remedy="set an expiry, and branch previews from a schema-only branch",
    url="https://neon.com/docs/guides/branch-expiration",
    parameters={"previewNames": list, "mostDays": int, "customerData": bool},
    whole_stack=True,
    source="infra/components/neon_database.py",
)
def limit_previews(branch: Resource, scope: Scope) -> Iterator[Finding]:
    """A preview branch is one whose name fits a pattern. Neon keeps a branch for ever unless told otherwise, and takes the
    default branch as its parent."""
    if not any(fnmatchcase(str(branch.readable("name")), pattern) for pattern in scope.parameters["previewNames"]):
        raise NotApplicable("is no preview by its name")
    yield from _without_end(branch, scope)
    if scope.parameters["customerData"] and not (_is_empty(branch) or _from_empty(branch, scope.stack)):
        yield Finding("parentId", branch.readable("parentId"), "a schema-only or masked branch")


def _without_end(branch: Resource, scope: Scope) -> Iterator[Finding]:
    days = scope.parameters["mostDays"]
    ttl, expires = branch.number("ttlSeconds"), branch.readable("expiresAt")
    if expires is None and (ttl is None or ttl > days * _DAY):
        path = "expiresAt" if ttl is None else "ttlSeconds"
        yield Finding(path, ttl, f"a life of at most {days} days")
    latest = datetime.combine(scope.today + timedelta(days=days + 1), datetime.min.time(), UTC)
    if expires is not None and ((end := moment(expires)) is None or end >= latest):
        yield Finding("expiresAt", expires, f"at most {days} days ahead")


def moment(text: Any) -> datetime | None:
    """A moment in RFC 3339, None where it is none. Without a zone it is in UTC."""
    try:
        read = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _from_empty(branch: Resource, stack: Stack, passed: frozenset[str] = frozenset()) -> bool:
    """Whether the branch it starts from has no customer's row: it began without them, or starts from one that did."""
    parents = [parent for parent in _parents(branch, stack) if parent.urn not in passed]
    return bool(parents) and all(
        parent.properties.get("setAsDefault") is not True
        and (_is_empty(parent) or _from_empty(parent, stack, passed | {branch.urn}))
        for parent in parents
    )


def _parents(branch: Resource, stack: Stack) -> list[Resource]:
    linked = [stack.by_urn[urn] for urn in branch.links.get("parentId", ()) if urn in stack.by_urn]
    if linked:
        return linked
    given = branch.readable("parentId")
    return list(stack.holding(str(given), *BRANCHES, by="branchId")) if given else []


def _is_empty(branch: Resource) -> bool:
    """Whether it began without a customer's row."""
    return branch.readable("initSource") == _SCHEMA_ONLY or (
        branch.type == t.NEON_ANONYMIZED_BRANCH and bool(branch.readable("maskingRules"))
    )
