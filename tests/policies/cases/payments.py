"""Cases of the rules over payments."""

from __future__ import annotations

from typing import Any

from policies.catalogue import types as t
from policies.catalogue.model import Outcome
from policies.catalogue.resource import SECRET, UNKNOWN
from tests.policies.cases.form import ABSENT, Case, Change, absent, compliant, near_miss, other_type, unknown, violating
from tests.policies.cases.secrets import add, sealed, workflow

LIVE, SANDBOX = "www.payfast.co.za", "sandbox.payfast.co.za"
URL = ("payment-url", "value")
PREVIEWS = ("payment-url", "targets", ["preview"])
FORM = ("profile", "csp.form-action")


def merchant(value: Any, key: str = "PAYFAST_MERCHANT_ID") -> Change:
    return _variable("merchant", key, value)


def plain(key: str, value: Any = "x") -> dict[str, Any]:
    return {"key": key, "value": value, "sensitive": False, "targets": ["production"]}


def _variable(name: str, key: str, value: Any) -> Change:
    return add(t.VERCEL_VARIABLE, name, plain(key, value))


SEC_10 = [
    compliant("SEC-10", "profile"),
    compliant("SEC-10", "profile", ("profile", "paymentHosts", [f"https://{LIVE}"])),
    compliant("SEC-10", "payment-url"),
    compliant("SEC-10", "merchant", merchant("24016379")),
    compliant("SEC-10", "app", ("app", "environments", [plain("VITE_PAYFAST_URL", f"https://{LIVE}/eng/process")])),
    compliant("SEC-10", "variables", ("variables", "variables", [plain("PAYFAST_HOST", LIVE)])),
    compliant(
        "SEC-10", "pay", add(t.VERCEL_SHARED_VARIABLE, "pay", plain("PAYFAST_URL", f"https://{LIVE}/eng/process"))
    ),
    violating("SEC-10", "payment-url", (*URL, f"https://{SANDBOX}/eng/process"), says=f"wanted https://{LIVE}"),
    violating("SEC-10", "payment-url", (*URL, f"http://{LIVE}/eng/process"), fires={"SEC-10", "TLS-01"}),
    violating("SEC-10", "payment-url", (*URL, f"https://{LIVE}.evil.example/eng/process")),
    violating("SEC-10", "payment-url", (*URL, f"https://{LIVE}@evil.example/")),
    violating("SEC-10", "payment-url", (*URL, "https://pay.example/eng/process")),
    violating("SEC-10", "payment-url", (*URL, ""), says="value seen None", fires={"SEC-10", "TLS-01"}),
    violating("SEC-10", "merchant", merchant("10000100"), says="value seen 10000100"),
    violating("SEC-10", "merchant", merchant(10000100)),
    violating("SEC-10", "merchant", merchant(" 10000100\n")),
    violating("SEC-10", "payment-url", (*URL, f"http://{SANDBOX}/"), PREVIEWS, fires={"SEC-10", "TLS-01"}),
    violating("SEC-10", "payment-url", (*URL, f"https://{SANDBOX}/"), ("payment-url", "targets", [])),
    violating("SEC-10", "payment-url", (*URL, "https://[::1/eng/process")),
    violating("SEC-10", "payment-url", (*URL, f"https://evil.example\\@{LIVE}/")),
    violating("SEC-10", "merchant", merchant("10000100", "VITE_PAYFAST_MERCHANT_ID")),
    violating("SEC-10", "merchant", merchant("10000100", "MERCHANT_ID")),
    violating(
        "SEC-10", "merchant", merchant(f'{{"pay": "https://{SANDBOX}/"}}', "CHECKOUT_CONFIG"), says=f"seen {SANDBOX}"
    ),
    violating("SEC-10", "app", ("app", "environments", [plain("PAYFAST_URL", f"https://{SANDBOX}/eng/process")])),
    violating("SEC-10", "variables", ("variables", "variables", [plain("PAYFAST_HOST", SANDBOX)])),
    violating("SEC-10", "pay", add(t.VERCEL_SHARED_VARIABLE, "pay", plain("PAYFAST_MERCHANT_ID", "10000100"))),
    violating("SEC-10", "profile", ("profile", "paymentHosts", [f"https://{SANDBOX}"]), says="paymentHosts"),
    violating("SEC-10", "profile", ("profile", "paymentHosts", [f"https://{LIVE}", f"https://{SANDBOX}"])),
    violating("SEC-10", "profile", ("profile", "paymentHosts", [])),
    violating("SEC-10", "profile", (*FORM, ["'self'", f"https://{SANDBOX}"]), fires={"SEC-10", "HDR-05"}),
    violating("SEC-10", "profile", (*FORM, ["'self'", f"http://{LIVE}"]), fires={"SEC-10", "HDR-05"}),
    violating("SEC-10", "profile", (*FORM, ["'self'"]), fires={"SEC-10", "HDR-05"}),
    violating(
        "SEC-10",
        "payment-url",
        stack="staging",
        says=f"wanted https://{SANDBOX}",
        fires={"SEC-10", "HDR-05", "VRC-01", "GH-04"},
    ),
    absent("SEC-10", "profile", (*FORM, ABSENT), fires={"SEC-10", "HDR-05"}),
    absent("SEC-10", "payment-url", (*URL, ABSENT)),
    absent("SEC-10", "app", outcome=Outcome.NOT_APPLICABLE),
    near_miss("SEC-10", "payment-url", (*URL, f"https://{LIVE.upper()}/eng/process")),
    near_miss("SEC-10", "payment-url", (*URL, f"https://{SANDBOX}/eng/process"), PREVIEWS),
    near_miss("SEC-10", "merchant", merchant("10000100"), ("merchant", "targets", ["preview", "development"])),
    near_miss("SEC-10", "merchant", merchant(SANDBOX, "CHECKOUT"), ("merchant", "targets", ["preview"])),
    near_miss("SEC-10", "merchant", merchant("100001000")),
    near_miss("SEC-10", "merchant", merchant("10000100", "LOYALTY_ID"), outcome=Outcome.NOT_APPLICABLE),
    near_miss("SEC-10", "merchant", merchant("https://api.payfast.co.za/ping", "PING"), outcome=Outcome.NOT_APPLICABLE),
    near_miss(
        "SEC-10",
        "merchant",
        merchant("https://brightbroom.app/paid", "PAYFAST_RETURN_URL"),
        outcome=Outcome.NOT_APPLICABLE,
    ),
    unknown("SEC-10", "payment-url", (*URL, UNKNOWN)),
    unknown("SEC-10", "payment-url", *sealed((*URL, SECRET)), says="is encrypted"),
    unknown("SEC-10", "merchant", merchant(UNKNOWN)),
    unknown("SEC-10", "variable", ("variable", "value", UNKNOWN), outcome=Outcome.NOT_APPLICABLE),
    unknown("SEC-10", "variable", ("variable", "key", UNKNOWN)),
    unknown("SEC-10", "profile", (*FORM, UNKNOWN)),
    unknown("SEC-10", "profile", ("profile", "paymentHosts", UNKNOWN)),
    other_type("SEC-10", "headers"),
]


def category(name: Any) -> Change:
    return "inventory", "categories.0.name", name


def named(kind: str, name: Any) -> Change:
    keys = {t.NEON_DATABASE: "name", t.GITHUB_VARIABLE: "variableName", t.GITHUB_ENVIRONMENT_VARIABLE: "variableName"}
    return add(kind, "named", {keys.get(kind, "secretName"): name, "updatedAt": "2026-11-01T00:00:00Z"})


def _of_each_type(kind: str) -> list[Case]:
    return [
        compliant("RET-05", "named", named(kind, "REGION")),
        violating("RET-05", "named", named(kind, "CARD_NUMBERS")),
    ]


RET_05 = [
    compliant("RET-05", "inventory"),
    compliant("RET-05", "variable"),
    compliant("RET-05", "variables"),
    compliant("RET-05", "shop", add(t.VERCEL_SHARED_VARIABLE, "shop", plain("SHOP_NAME"))),
    compliant("RET-05", "app", ("app", "environments", [plain("SHOP_NAME")])),
    compliant("RET-05", "repository-variable"),
    compliant("RET-05", "workflow", workflow("APP_URL")),
    compliant("RET-05", "tables"),
    *(case for kind in (t.GITHUB_SECRET, t.GITHUB_ENVIRONMENT_SECRET) for case in _of_each_type(kind)),
    violating("RET-05", "shop", _variable("shop", "USER_PAN", "x"), says="key seen USER_PAN"),
    violating("RET-05", "inventory", category("payment cards"), says="categories.0.name"),
    violating("RET-05", "inventory", category("PAN")),
    violating("RET-05", "inventory", category("primary account numbers")),
    violating("RET-05", "shop", _variable("shop", "cardCid", "x")),
    violating("RET-05", "app", ("app", "environments", [plain("SHOP_NAME"), plain("CVV")]), says="environments.1.key"),
    violating("RET-05", "variables", ("variables", "variables.0.key", "CARD_HOLDER")),
    violating("RET-05", "shop", add(t.VERCEL_SHARED_VARIABLE, "shop", plain("CARD_PAN"))),
    violating("RET-05", "repository-variable", ("repository-variable", "variableName", "CARD_NO")),
    violating("RET-05", "workflow", workflow("CVV")),
    violating("RET-05", "tables", ("tables", "name", "cards")),
    absent("RET-05", "inventory", ("inventory", "categories", []), outcome=Outcome.PASS, fires={"RET-03"}),
    absent("RET-05", "app", outcome=Outcome.NOT_APPLICABLE),
    near_miss("RET-05", "shop", _variable("shop", "SCORECARD", "x")),
    near_miss("RET-05", "shop", _variable("shop", "VITE_FEATURE_GIFT_CARDS", "x")),
    near_miss("RET-05", "shop", _variable("shop", "GOOGLE_ANALYTICS_CID", "x")),
    near_miss("RET-05", "shop", _variable("shop", "CARD_LAYOUT", "x")),
    near_miss("RET-05", "inventory", category("business postcards sent")),
    unknown("RET-05", "inventory", category(UNKNOWN)),
    unknown("RET-05", "inventory", ("inventory", "categories", UNKNOWN)),
    unknown("RET-05", "variable", ("variable", "key", UNKNOWN)),
    unknown("RET-05", "repository-variable", ("repository-variable", "variableName", UNKNOWN)),
    other_type("RET-05", "database"),
]

CASES = [*SEC_10, *RET_05]
