"""Payments: each environment pays at the right host of PayFast, and nothing of a card is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from policies.catalogue.model import Finding, NotApplicable, Severity, Unevaluated
from policies.catalogue.registry import rule
from policies.catalogue.resource import Resource
from policies.catalogue.scope import Scope
from policies.catalogue.standards import pci, strategy
from policies.catalogue.types import (
    DATA_INVENTORY,
    GITHUB_ENVIRONMENT_SECRET,
    GITHUB_ENVIRONMENT_VARIABLE,
    GITHUB_SECRET,
    GITHUB_VARIABLE,
    HEADERS,
    NEON_DATABASE,
)
from policies.catalogue.variables import VARIABLE_TYPES, Variable, each, may_hold, variables

_ADDRESS: Final = re.compile(r"(^|_)PAYFAST(_PROCESS|_CHECKOUT|_PAYMENT)?_(URL|HOST)$", re.IGNORECASE)
_MERCHANT: Final = re.compile(r"(^|_)(PAYFAST|MERCHANT)(_MERCHANT)?_ID$", re.IGNORECASE)
_PAYFAST_HOST: Final = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.payfast\.(?:co\.za|io)(?![a-z0-9.-])", re.IGNORECASE)
_SANDBOX: Final = "sandbox.payfast.co.za"
_SHARED_HOSTS: Final = frozenset({"api.payfast.co.za"})
"""One host for live and sandbox: a parameter of the call says which."""

_CARD: Final = re.compile(
    r"(?:^|_)(?:PAN|PRIMARY_ACCOUNT_NUMBERS?|CVV2?|CVC2?|CVN|CAV2|PIN_BLOCK|TRACK_?[12]|MAGSTRIPE|CARDHOLDER|CARD_?(?:NUMBERS?|NO|NUM|PAN|CID|DATA|HOLDER"
    r"|EXPIRY|EXP|CVV2?|CVC2?|SECURITY_CODE|PIN|DETAILS)|(?<!GIFT_)(?<!LOYALTY_)(?<!BUSINESS_)CARDS?|(?:CREDIT|DEBIT|PAYMENT|BANK)_?CARDS?)$"
    r"|(?:^|_)(?:CVV2?|CVC2?|CARDHOLDER|CARD_?NUMBERS?|(?:CREDIT|DEBIT|PAYMENT)_?CARDS?)(?:_|$)"
)
_NAMED: Final = {
    GITHUB_VARIABLE: "variableName",
    GITHUB_ENVIRONMENT_VARIABLE: "variableName",
    GITHUB_SECRET: "secretName",
    GITHUB_ENVIRONMENT_SECRET: "secretName",
    NEON_DATABASE: "name",
}


@rule(
    "SEC-10",
    "each environment pays at its own host of PayFast",
    risk="tests take real money, or customers of production pay into a sandbox and get the service for nothing",
    severity=Severity.CRITICAL,
    applies_to=(HEADERS, *VARIABLE_TYPES),
    requirements=(*pci("6.5.5", "6.5.6"), *strategy("Staging Environment", "Production Environment", "Compliance")),
    remedy="set `payments.mode` and `payments.merchantId` of the stack; they decide host and account together",
    url="https://developers.payfast.co.za/docs#step_3_custom_integration",
    parameters={"host": str, "foreignMerchants": list},
    source="payments.mode",
)
def match_payment_host(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """10000100 is the merchant id that PayFast publishes for its sandbox. What a state keeps encrypted is not evaluated. What
    production does not read may lead to the sandbox in any stack."""
    host = scope.parameters["host"]
    if resource.type == HEADERS:
        yield from _sources(resource, "paymentHosts", host)
        yield from _sources(resource, "csp.form-action", host)
        return
    if not may_hold(resource, _is_about_payment):
        raise NotApplicable("holds no address or merchant of PayFast")
    yield from each(resource, lambda variable: _paid(variable, host, scope.parameters["foreignMerchants"]))


@rule(
    "RET-05",
    "no data of a card is kept",
    risk="stored card numbers bring the whole of PCI DSS upon the app, and their theft its end",
    severity=Severity.CRITICAL,
    applies_to=(DATA_INVENTORY, *VARIABLE_TYPES, *_NAMED),
    requirements=(*pci("3.2.1", "3.3.1"), *strategy("Compliance")),
    remedy="remove it; PayFast keeps the card, the app keeps PayFast's payment id",
    url="https://www.pcisecuritystandards.org/document_library/?category=pcidss",
    source="compliance.data",
)
def forbid_card_data(resource: Resource, _: Scope) -> Iterator[Finding]:
    """Judged by the names of data categories, variables, secrets and databases."""
    if resource.type == DATA_INVENTORY:
        for position in range(len(resource.listed("categories"))):
            path = f"categories.{position}.name"
            yield from _of_a_card(path, str(resource.readable(path) or ""))
    elif resource.type in _NAMED:
        yield from _of_a_card(_NAMED[resource.type], str(resource.readable(_NAMED[resource.type]) or ""))
    else:
        if not variables(resource):
            raise NotApplicable("holds no variables")
        yield from each(resource, lambda variable: _of_a_card(variable.path("key"), variable.key))


def _sources(resource: Resource, path: str, host: str) -> Iterator[Finding]:
    if path == "paymentHosts" and resource.get(path) is None:
        return
    sources = [str(resource.readable(f"{path}.{place}")) for place in range(len(resource.listed(path)))]
    found = [source for source in sources if "payfast" in source.lower()]
    for source in found:
        if _server(source) != ("https", host):
            yield Finding(path, source, f"https://{host}")
    if not found:
        yield Finding(path, " ".join(sources) or None, f"https://{host}")


def _server(address: str) -> tuple[str, str]:
    """Scheme and host of an address, both empty where it is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc.lower()


def _is_about_payment(variable: Variable) -> bool:
    return bool(_ADDRESS.search(variable.key) or _MERCHANT.search(variable.key) or _hosts(variable))


def _paid(variable: Variable, host: str, foreign: list[str]) -> Iterator[Finding]:
    if _MERCHANT.search(variable.key):
        merchant = str(variable.resource.readable(variable.value_path) or "").strip()
        if merchant in foreign and not _is_for_tests(variable):
            yield Finding(variable.value_path, merchant, "the merchant id of this environment's own account")
    elif _ADDRESS.search(variable.key):
        address = str(variable.resource.readable(variable.value_path) or "")
        bare = variable.key.upper().endswith("HOST") and "://" not in address
        server = _server(f"https://{address}" if bare else address)
        if server != ("https", host) and not (server == ("https", _SANDBOX) and _is_for_tests(variable)):
            yield Finding(variable.value_path, address or None, f"https://{host}")
    else:
        for other in sorted(_hosts(variable) - {host}):
            if other != _SANDBOX or not _is_for_tests(variable):
                yield Finding(variable.value_path, other, host)


def _is_for_tests(variable: Variable) -> bool:
    """Whether production never reads it: previews of a production project pay into the sandbox."""
    return bool(variable.targets) and "production" not in variable.targets


def _hosts(variable: Variable) -> set[str]:
    """Hosts of PayFast in a value that can be read; of one that cannot, the name must say what it is about."""
    try:
        value = variable.value
    except Unevaluated:
        return set()
    found = {text.lower() for text in _PAYFAST_HOST.findall(value)} if isinstance(value, str) else set()
    return found - _SHARED_HOSTS


def _of_a_card(path: str, name: str) -> Iterator[Finding]:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+", "_", name).upper()
    if _CARD.search(words):
        yield Finding(path, name, "nothing that is of a card")
