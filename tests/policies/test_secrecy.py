"""Which names and texts are secret, and that none of these texts gets into a finding, whole, in part, escaped or nested."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.catalogue import types as t
from policies.catalogue.model import Finding
from policies.catalogue.resource import SECRET, UNKNOWN, Resource, Stack
from policies.catalogue.secrecy import concealed, is_secret_name, is_secret_text, secret_places, secret_texts
from tests.policies.samples.build import resource

SECRET_NAMES = (
    "PAYFAST_PASSPHRASE", "PAYFAST_MERCHANT_KEY", "VITE_PAYFAST_PASSPHRASE", "PAYFAST_PASSPHRASE_SANDBOX", "AUTH_SECRET",
    "CRON_SECRET", "DATABASE_URL", "DIRECT_URL", "SHADOW_DATABASE_URL", "POSTGRES_PRISMA_URL", "POSTGRES_URL_NON_POOLING",
    "DATABASE_URL_UNPOOLED", "POSTGRES_URL_NO_SSL", "SMTP_PASS_PHRASE",
    "REDIS_URL", "DATABASE_DSN", "UPSTASH_REDIS_REST_TOKEN", "SENTRY_AUTH_TOKEN", "API_TOKEN_V2", "TOKEN_1", "KEY",
    "NEON_API_KEY", "AWS_SECRET_ACCESS_KEY", "GOOGLE_APPLICATION_CREDENTIALS", "SMTP_PASS", "DB_PWD", "PASSWORD_HASH",
    "SLACK_WEBHOOK_URL", "connectionUri", "pooledConnectionUri", "connectionString", "pooled_url", "migrationUrl",
    "webhookSecret", "apiToken", "bearerToken", "dsnSecret", "privateKey", "secret", "password", "readOnlyRestToken",
    "Authorization", "hashSalt",
)  # fmt: skip
OTHER_NAMES = (
    "PAYFAST_MERCHANT_ID", "PAYFAST_URL", "VITE_APP_URL", "LOG_LEVEL", "VITE_SENTRY_DSN", "SENTRY_DSN", "dsnPublic", "dsnCsp",
    "UPSTASH_REDIS_REST_URL", "AWS_ACCESS_KEY_ID", "STRIPE_PUBLISHABLE_KEY", "VAPID_PUBLIC_KEY", "TOKEN_URL", "COMPASS",
    "BYPASS", "MONKEY", "TOKENIZER", "SECRETARY_EMAIL", "PASSENGERS", "keyId", "publicKey", "secretName", "secretRotation",
    "passwordProtection", "oidcTokenConfig", "disjunctiveProductionSecretPolicy", "secretScanning",
    "secretScanningPushProtection", "additionalSecretOutputs", "connectionLimit", "sensitive", "", "___", "123", "AI_MAX_TOKENS",
)  # fmt: skip
SECRET_TEXTS = (
    "postgresql://app:hunter2@db.example/brightbroom", "https://:token@example.org/", "-----BEGIN RSA PRIVATE KEY-----\nMII",
    "ghp_" + "a" * 36, "github_pat_" + "b" * 30, "napi_" + "c" * 30, "sk_live_" + "d" * 24, "AKIA" + "E" * 16,
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "https://api.vercel.com/v1/integrations/deploy/prj_a1/B2c3",
    "pul-" + "f" * 40, "sntryu_" + "0a" * 32, "sntrys_" + "a" * 40,
    "https://hooks.slack.com/services/T00000000/B00000000/abcdef", "https://discord.com/api/webhooks/123/abc-def",
)  # fmt: skip
OTHER_TEXTS = (
    "https://public@o1.ingest.de.sentry.io/1", "https://brightbroom.app:443/path", "mailto:a@b.example", "12:30@office",
    "-----BEGIN PUBLIC KEY-----", "ghp_short", "pul-review", "max-age=63072000; includeSubDomains; preload", "",
)  # fmt: skip

WORD = "correct horse/battery+staple%\"'\\é"
URL = f"postgresql://app:{quote(WORD, safe='')}@ep-a.neon.tech/brightbroom?sslmode=require"


def variable(value: Any, key: str = "PAYFAST_PASSPHRASE", **others: Any) -> Resource:
    return resource(t.VERCEL_VARIABLE, "variable", {"key": key, "value": value, **others})


def told(seen: Any, item: Resource, stack: Stack | None = None) -> Any:
    """What remains of a value that a rule quotes."""
    return concealed(Finding("path", seen, "wanted"), item, stack or Stack(())).seen


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_a_name_that_means_a_secret_is_known(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", OTHER_NAMES)
def test_a_name_that_means_none_is_left_alone(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize("text", SECRET_TEXTS)
def test_a_text_that_has_the_form_of_a_secret_is_known_and_hidden(text: str) -> None:
    assert is_secret_text(f"the value {text} was given")
    assert text not in told(f"the value {text} was given", variable("info", key="LOG_LEVEL"))


@pytest.mark.parametrize("text", OTHER_TEXTS)
def test_a_text_of_another_form_is_shown(text: str) -> None:
    assert not is_secret_text(text)
    assert told(text, variable("info", key="LOG_LEVEL")) == text


@pytest.mark.parametrize(
    "form",
    [
        WORD,
        repr(WORD),
        json.dumps(WORD),
        json.dumps({"a": [WORD]}, ensure_ascii=False),
        quote(WORD),
        quote(WORD, safe=""),
        base64.b64encode(WORD.encode()).decode(),
        f"prefix {WORD} suffix {WORD}",
        URL,
        WORD[3:-3],
    ],
)
@pytest.mark.parametrize("item", [variable(WORD), variable(URL, key="DATABASE_URL")], ids=["passphrase", "address"])
def test_no_form_of_a_secret_is_told(form: str, item: Resource) -> None:
    shown = told(form, item)
    assert "[secret]" in shown
    for part in (
        "horse",
        "battery",
        "staple",
        quote(WORD, safe="")[:12],
        base64.b64encode(WORD.encode()).decode()[:12],
    ):
        assert part not in shown


@pytest.mark.parametrize("before", ["İ: ", "ΑΣ", "ΑΣ "])
@pytest.mark.parametrize("secret", ["Correct Horse", "ΑΣΑΣΑΣ Horse", "Horse ΑΣ"])
def test_letters_whose_small_form_is_longer_or_depends_on_others_show_no_secret(before: str, secret: str) -> None:
    assert told(f"{before}{secret}Σ", variable(secret)) == f"{before}[secret]Σ"


def test_secrets_in_lists_and_maps_and_keys_are_hidden() -> None:
    seen = {"list": [1, True, None, {WORD: f"a {WORD}"}], "other": "shown"}
    assert told(seen, variable(WORD)) == {"list": [1, True, None, {"[secret]": "a [secret]"}], "other": "shown"}


def test_every_field_of_a_finding_is_searched() -> None:
    finding = concealed(Finding(f"environment.{WORD}", WORD, f"not {WORD}"), variable(WORD), Stack(()))
    assert (finding.path, finding.seen, finding.wanted) == ("environment.[secret]", "[secret]", "not [secret]")


def test_marks_and_plain_values_stay_what_they_are() -> None:
    values: list[Any] = [SECRET, UNKNOWN, None, True, 7, 1.5, "shown", ["shown"], {}]
    for value in values:
        assert told(value, variable(WORD)) == value


def test_short_and_numeric_secrets_are_hidden_where_they_stand_alone() -> None:
    item = resource(t.NEON_ROLE, "role", {"password": "abc", "nested": [{"token": 123456}]})
    assert told("abc", item) == "[secret]"
    assert told("abcdef", item) == "abcdef"
    assert told(123456, item) == "[secret]"
    assert told("pin 123456", item) == "pin [secret]"


def test_a_variable_is_secret_by_its_name_or_its_flag() -> None:
    assert told("plain text", variable("plain text", key="LOG_LEVEL")) == "plain text"
    assert told("plain text", variable("plain text", key="LOG_LEVEL", sensitive=True)) == "[secret]"
    assert told("plain text", variable("plain text", key="API_KEY", sensitive=False)) == "[secret]"
    assert (
        told("plain text", resource(t.VERCEL_VARIABLE, "v", {"key": "API_KEY", "valueWo": "plain text"})) == "[secret]"
    )


def test_a_secret_of_github_is_secret_whatever_its_name() -> None:
    item = resource(t.GITHUB_ENVIRONMENT_SECRET, "held", {"secretName": "VERCEL_ORG_ID", "plaintextValue": "team_1234"})
    assert told("team_1234 and VERCEL_ORG_ID", item) == "[secret] and VERCEL_ORG_ID"


def test_what_the_provider_marks_is_secret() -> None:
    item = Resource(
        "urn", t.SENTRY_KEY, "key", {"one": {"deep": ["marked text"]}, "two": "shown text"}, secret_outputs=("one",)
    )
    assert told("marked text and shown text", item) == "[secret] and shown text"


def test_the_mark_on_every_variable_does_not_hide_public_values() -> None:
    """Vercel's schema marks the value of each variable, public or not."""
    public = {"key": "VITE_APP_URL", "value": "https://brightbroom.app"}
    item = Resource("urn", t.VERCEL_VARIABLE, "variable", public, secret_outputs=("value", "valueWo"))
    assert told("https://brightbroom.app", item) == "https://brightbroom.app"


def test_secrets_of_other_resources_of_the_stack_are_hidden_too() -> None:
    holder = resource(t.NEON_ROLE, "role", {"password": WORD})
    short = resource(t.NEON_ROLE, "other", {"password": "abcde"})
    judged = resource(t.VERCEL_PROJECT, "app", {})
    stack = Stack.of([judged, holder, short])
    assert told(f"{WORD} abcde", judged, stack) == "[secret] abcde"
    finding = Finding("path", "abcde", "wanted", urn=short.urn)
    assert concealed(finding, judged, stack).seen == "[secret]"


def test_names_of_pairs_are_no_secrets_and_a_lone_key_is_one() -> None:
    pair = resource(t.VERCEL_ROUTE, "route", {"route": {"has": [{"type": "header", "key": "X-Forwarded"}]}})
    assert list(secret_places(pair)) == []
    assert list(secret_texts(resource(t.NEON_KEY, "key", {"key": "a key of neon"}))) == ["a key of neon"]


def test_fingerprints_stand_under_the_names_of_secrets_and_are_none() -> None:
    assert list(secret_places(resource(t.FINGERPRINTS, "prints", {"fingerprints": {"AUTH_SECRET": "1" * 32}}))) == []


def test_places_are_dotted_paths_with_marks_in_them() -> None:
    variables = [
        {"key": "API_KEY", "value": SECRET},
        {"key": "LOG_LEVEL", "value": "info"},
        {"key": "A_TOKEN", "value": UNKNOWN},
    ]
    item = resource(t.VERCEL_VARIABLES, "variables", {"variables": variables, "password": ""})
    assert dict(secret_places(item)) == {"variables.0.value": SECRET, "variables.2.value": UNKNOWN, "password": ""}
    assert list(secret_texts(item)) == []


texts = st.text(min_size=4, max_size=40).filter(lambda text: text not in "[secret]")


@given(secret=texts, before=st.text(max_size=20), after=st.text(max_size=20))
def test_no_secret_text_survives_in_any_surrounding(secret: str, before: str, after: str) -> None:
    item = variable(secret)
    for seen in (f"{before}{secret}{after}", f"{before}{secret!r}{after}", json.dumps([before, secret, after])):
        assert secret not in told(seen, item).replace("[secret]", "\0")


@given(secret=st.text("abcdefghijklmnop0123456789", min_size=12, max_size=64), data=st.data())
def test_no_long_part_of_a_secret_survives(secret: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(secret) - 12))
    end = data.draw(st.integers(start + 12, len(secret)))
    assert told(f"<{secret[start:end]}>", variable(secret)) == "<[secret]>"


@given(password=texts)
def test_no_password_of_an_address_survives_alone(password: str) -> None:
    item = variable(f"postgresql://app:{quote(password, safe='')}@host/db", key="DATABASE_URL")
    assert told(f"<{quote(password, safe='')}>", item) == "<[secret]>"
    assert told(f"<{password}>", item) == "<[secret]>"


@pytest.mark.parametrize("value", ["true", "True", "false", ""])
def test_a_word_that_everybody_knows_hides_no_word_of_a_rule(value: str) -> None:
    item = resource(t.VERCEL_VARIABLE, "token", {"key": "API_TOKEN", "value": value, "sensitive": False})
    finding = concealed(Finding("sensitive", False, "True"), item, Stack.of([item]))
    assert finding.wanted == "True"
