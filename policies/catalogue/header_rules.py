"""Rules over what a project's routes, its profile and its register of scripts say together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from policies.catalogue import csp, csp_sources, observatory, routes, structured
from policies.catalogue import csp_places as places
from policies.catalogue.csp_sources import Kind, Source
from policies.catalogue.headers import PROFILE
from policies.catalogue.model import Finding, NotApplicable, Severity
from policies.catalogue.registry import rule
from policies.catalogue.resource import Resource, Stack
from policies.catalogue.scope import Scope
from policies.catalogue.standards import asvs, gdpr, oshp, pci, popia, soc2, strategy
from policies.catalogue.types import HEADERS, SCRIPT_INVENTORY, VERCEL_DOMAIN, VERCEL_PROJECT, VERCEL_ROUTE

_BOTH: Final = (VERCEL_ROUTE, HEADERS)
_MDN: Final = "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/"
_CODE: Final = "infra/components/security_headers.py"
_PROTECTED: Final = tuple(name.lower() for name in PROFILE)
_PRELOADED: Final = ("app", "dev", "page", "new", "day", "foo", "bank", "insurance")
"""Top-level domains that browsers reach by https only (hstspreload.org), `vercel.app` among them."""
_SCRIPTS: Final = ("script-src-elem", "worker-src")


@rule(
    "HDR-13",
    "csp violations are reported",
    risk="nobody hears of a script that was blocked, or of a changed payment page",
    severity=Severity.MEDIUM,
    applies_to=_BOTH,
    requirements=(*asvs("3.4.7"), *pci("11.6.1"), *strategy("Security Measures", "Monitoring Tools")),
    remedy="set report-uri to a path of this site, or report-to with a Reporting-Endpoints header",
    url=_MDN + "Content-Security-Policy/report-to",
    parameters={"reportHosts": list},
    source="headers.contentSecurityPolicy.report-uri",
)
def require_reports(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """Browsers that know `report-to` ignore `report-uri` beside it. A path is this site's own, which is https by HSTS. Two
    slashes, or backslashes, begin the name of a host."""
    policy = places.policy_of(resource)
    allowed: Sequence[str] = scope.parameters["reportHosts"]
    wanted = " or ".join(("a path of this site", *(f"https://{host}" for host in allowed)))
    groups, addresses = policy.directives.get("report-to"), policy.directives.get("report-uri")
    if groups is None and addresses is None and places.whole(resource):
        yield Finding(places.path(resource, "report-uri"), None, f"report-uri with {wanted}, or report-to")
    endpoints = structured.dictionary(routes.headers(resource).get("reporting-endpoints", "")) or {}
    for group in groups or (("",) if groups is not None else ()):
        address = endpoints.get(group, "").strip('"')
        if not _reportable(address, allowed):
            where = routes.place(resource, "Reporting-Endpoints")
            yield Finding(where, address or None, f"the group {group!r} of report-to, at {wanted}")
    if addresses is not None and (not addresses or not all(_reportable(each, allowed) for each in addresses)):
        yield Finding(places.path(resource, "report-uri"), places.text(addresses), wanted)


def _reportable(address: str, hosts: Sequence[str]) -> bool:
    own = re.match(r"/(?![/\\])", address) is not None
    found = re.fullmatch(r"https://([^/:?#@]+)(?::443)?(?:/.*)?", address, re.IGNORECASE)
    return own or (found is not None and found[1].lower() in hosts)


@rule(
    "HDR-14",
    "every third-party host is registered",
    risk="a script of an unknown supplier runs on pages that lead to payment, and nobody owns it",
    severity=Severity.HIGH,
    applies_to=_BOTH,
    reads=(SCRIPT_INVENTORY, VERCEL_DOMAIN),
    requirements=(*pci("6.4.3", "12.5.2"), *asvs("3.6.1"), *strategy("Security Measures", "Compliance")),
    remedy="register the host with purpose, owner and, for scripts, integrity; or take it out of the policy",
    url="https://owasp.org/www-community/controls/Content_Security_Policy",
    whole_stack=True,
    source="compliance.scripts",
)
def require_registered_hosts(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """Hosts of script-src, worker-src and connect-src, or of what they fall back to. The site's own domains are no third party.
    Without a directive every host may send scripts, or be sent data."""
    policy = places.policy_of(resource)
    judged: dict[str, bool] = {}
    for directive in ("connect-src", *_SCRIPTS):
        name = policy.governing(directive)
        if name is None and places.whole(resource) and directive != "worker-src":
            yield Finding(places.path(resource, directive), None, "a list of hosts: without one every host is allowed")
        elif name is not None:
            judged[name] = judged.get(name, False) or directive in _SCRIPTS
    for directive, runs in judged.items():
        for source in _foreign(policy.directives[directive], scope.stack, scripts=runs):
            yield from _registered(places.path(resource, directive), source, scope.stack, runs=runs)


def _foreign(sources: Sequence[str], stack: Stack, *, scripts: bool) -> Iterator[Source]:
    """The sources that are, or may be, another site."""
    own = {csp_sources.host_of(str(domain.get("domain"))) for domain in stack.of_type(VERCEL_DOMAIN)}
    heeded = csp_sources.effective(sources) if scripts else tuple(map(csp_sources.read, sources))
    for source in heeded:
        network = source.kind is Kind.SCHEME and source.scheme in ("http", "https", "ws", "wss")
        if network or (source.kind is Kind.HOST and source.host not in own):
            yield source


def _registered(path: str, source: Source, stack: Stack, *, runs: bool) -> Iterator[Finding]:
    found = next(_entries(stack, source), None)
    if found is None:
        yield Finding(path, source.text, "a host that the script inventory has, with purpose and owner")
        return
    inventory, place = found
    for field in ("purpose", "owner", *(("integrity",) if runs else ())):
        if not str(seen := inventory.readable(f"{place}.{field}") or "").strip():
            yield Finding(f"{place}.{field}", seen or None, f"a text, for {source.text}", urn=inventory.urn)


def _entries(stack: Stack, source: Source) -> Iterator[tuple[Resource, str]]:
    """The entries of the register that name a host: the inventory, and the entry's place in it."""
    for inventory in stack.of_type(SCRIPT_INVENTORY):
        for position in range(len(inventory.listed("scripts"))):
            place = f"scripts.{position}"
            name = csp_sources.host_of(str(inventory.readable(f"{place}.host") or ""))
            below = name.startswith("*.") and source.host.endswith(name[1:])
            if not source.wide and (below or name == source.host):
                yield inventory, place


@rule(
    "HDR-15",
    "other origins are let in by name only",
    risk="any site can read answers of the API, with the visitor's session where credentials are allowed",
    severity=Severity.HIGH,
    applies_to=_BOTH,
    requirements=(*asvs("3.4.2"), *oshp("Access-Control-Allow-Origin"), *strategy("Security Measures")),
    remedy="answer with one named https origin, never with `*` on the API or beside credentials",
    url=_MDN + "Access-Control-Allow-Origin",
    source=_CODE,
)
def limit_other_origins(resource: Resource, _: Scope) -> Iterator[Finding]:
    """Absent, browsers let no other origin read. `null` is the origin of every sandboxed frame: as wide as `*`."""
    if resource.type == VERCEL_ROUTE and not routes.enabled(resource):
        raise NotApplicable("the route is switched off")
    header = "Access-Control-Allow-Origin"
    sent = routes.headers(resource)
    origins = [origin.strip() for origin in sent.get(header.lower(), "").split(",")]
    if not {"*", "null"} & set(origins):
        return
    place, seen = routes.place(resource, header), sent[header.lower()]
    if sent.get("access-control-allow-credentials", "").strip().lower() == "true":
        yield Finding(place, seen, "a named origin, or no Access-Control-Allow-Credentials")
    elif resource.type == HEADERS or routes.touches(resource, "/api"):
        yield Finding(place, seen, "a named origin: the route covers /api")


@rule(
    "HDR-16",
    "personal answers are never cached",
    risk="the next visitor, or whoever finds the browser, sees a customer's data",
    severity=Severity.MEDIUM,
    applies_to=(VERCEL_PROJECT,),
    reads=(VERCEL_ROUTE,),
    requirements=(*asvs("14.3.2", "14.2.2"), *gdpr("32(1)(b)"), *popia("s19"), *strategy("Security Measures")),
    remedy="declare a route over these paths that sets Cache-Control to no-store",
    url=_MDN + "Cache-Control",
    parameters={"paths": list},
    whole_stack=True,
    source="headers.noStorePaths",
)
def forbid_caching(project: Resource, scope: Scope) -> Iterator[Finding]:
    """The API, the account and the pages PayFast returns to. Without a route the app decides, answer by answer."""
    mine = routes.of_project(scope.stack, project)
    sent = [(route, value) for route in mine if (value := routes.headers(route).get("cache-control")) is not None]
    for path in scope.parameters["paths"]:
        if not any(_stores_nothing(value) and routes.covers(route, path) for route, value in sent):
            place = routes.path_of("Cache-Control")
            yield Finding(place, None, f"a route over {path} and all below it that sets no-store")
        for route, value in sent:
            if routes.touches(route, path) and not _stores_nothing(value):
                yield Finding(routes.path_of("Cache-Control"), value, f"no-store, as {path} is personal", urn=route.urn)


def _stores_nothing(value: str) -> bool:
    return "no-store" in (part.strip().lower() for part in value.split(","))


@rule(
    "HDR-17",
    "no route weakens the header profile",
    risk="one page without the protection is enough to take over a session of all",
    severity=Severity.HIGH,
    applies_to=(VERCEL_PROJECT,),
    reads=(VERCEL_ROUTE,),
    requirements=(*pci("11.6.1"), *asvs("3.4"), *strategy("Security Measures")),
    remedy="take the header out of that route: the route over all paths decides it",
    url="https://vercel.com/docs/routing",
    whole_stack=True,
    source=_CODE,
)
def protect_profile(project: Resource, scope: Scope) -> Iterator[Finding]:
    """Whichever place a route has: all that match act on the answer, and routes placed at the start push others down. A further
    policy only narrows, so it may be appended; any other value beside the profile's replaces it or makes it unreadable."""
    mine = routes.of_project(scope.stack, project)
    profile: dict[str, str] = {}
    for route in filter(routes.covers_everything, mine):
        profile = {**routes.headers(route), **profile}
    for route in mine:
        operations = tuple(routes.operations(route))
        for operation in (each for each in operations if each.op == "delete" or not isinstance(each.name, str)):
            for name in filter(operation.concerns, _PROTECTED):
                seen = f"{operation.op} {name}"
                yield Finding(operation.path, seen, f"{name} as the profile has it", urn=route.urn)
        sent = routes.headers(route)
        for name in (each for each in _PROTECTED if each in sent and sent[each] != profile.get(each, sent[each])):
            further = all(op.op == "append" for op in operations if op.concerns(name))
            if not (further and name == "content-security-policy"):
                yield Finding(routes.path_of(name), sent[name], profile[name], urn=route.urn)


@rule(
    "HDR-18",
    "the declared headers score high",
    risk="headers that are right one by one leave a gap together",
    severity=Severity.MEDIUM,
    applies_to=(VERCEL_PROJECT,),
    reads=(VERCEL_ROUTE, HEADERS, VERCEL_DOMAIN, SCRIPT_INVENTORY),
    requirements=(*pci("11.6.1"), *oshp("HTTP Observatory"), *soc2("CC6.6"), *strategy("Security Measures")),
    remedy="mend the tests that take points from the score, named with it",
    url="https://developer.mozilla.org/en-US/observatory",
    parameters={"leastScore": int},
    whole_stack=True,
    source="headers",
)
def require_score(project: Resource, scope: Scope) -> Iterator[Finding]:
    """The HTTP Observatory's score of what the edge and the app send together: a browser enforces both policies."""
    found = declared_score(project, scope.stack)
    if found.total < scope.parameters["leastScore"]:
        yield Finding("route.transforms", str(found), f"at least {scope.parameters['leastScore']}")


def declared_score(project: Resource, stack: Stack) -> observatory.Score:
    """The score of a project's routes over all paths, with the profile of the app. Raises `Unevaluated`."""
    sent: dict[str, str] = {}
    for route in filter(routes.covers_everything, routes.of_project(stack, project)):
        sent = {**routes.headers(route), **sent}
    policies = [sent["content-security-policy"]] if "content-security-policy" in sent else []
    for profile in stack.linked(project, HEADERS, by="projectId"):
        sent = {**routes.headers(profile), **sent}
        policies += [_run(profile)] if profile.get("csp") else []
    if policies:
        sent["content-security-policy"] = ", ".join(policies)
    hosts = [str(each.get("domain")).lower() for each in stack.linked(project, VERCEL_DOMAIN, by="projectId")]
    preloaded = all(host.rpartition(".")[2] in _PRELOADED for host in hosts)
    return observatory.score(sent, preloaded=preloaded, scripts=tuple(_scripts(", ".join(policies), stack)))


def _run(profile: Resource) -> str:
    """The policy as the framework sends it: in its modes it adds a nonce or hash for its own start script."""
    text = places.written(profile)
    return text.replace("'strict-dynamic'", "'strict-dynamic' 'nonce-added'") if profile.get("cspMode") else text


def _scripts(policies: str, stack: Stack) -> Iterator[observatory.Script]:
    allowed = csp.combined(csp.parse(policies)).sources("script-src") or ()
    for source in _foreign(allowed, stack, scripts=True):
        entry = next(_entries(stack, source), None)
        hashes = str(entry[0].readable(f"{entry[1]}.integrity")) if entry else ""
        yield observatory.Script(source.text, integrity=re.match("sha(256|384|512)-", hashes) is not None)
