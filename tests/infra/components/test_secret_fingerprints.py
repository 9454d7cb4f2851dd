"""Keyed fingerprints: of every secret, in plain text, comparable under one key and under no other."""

from __future__ import annotations

import hashlib
import hmac
import re

from hypothesis import given
from hypothesis import strategies as st

from infra.components.compliance.secret_fingerprints import fingerprint, key_id, place
from rehearsal.engine.values import has_secret
from tests.infra.recording import Program, record

KEY, OTHER = "k" * 64, "o" * 64
TYPE = "brightbroom:compliance:SecretFingerprints"


def test_every_secret_variable_and_secret_of_the_stack_has_one(program: Program) -> None:
    held = program.one(TYPE).inputs["fingerprints"]
    sensitive = {
        each.inputs["key"] for each in program.all("vercel:ProjectEnvironmentVariable") if each.inputs["sensitive"]
    }
    wanted = sensitive | {"VITE_SENTRY_DSN", "MIGRATION_URL", "VERCEL_TOKEN", "LOG_DRAIN_SECRET"}
    assert {name.partition("@")[0] for name in held} == wanted
    assert all(re.fullmatch("[0-9a-f]{32}", text) for text in held.values())


def test_a_target_with_a_value_of_its_own_has_a_fingerprint_of_its_own(staging: Program, production: Program) -> None:
    assert {"AUTH_SECRET", "AUTH_SECRET@preview"} <= set(staging.one(TYPE).inputs["fingerprints"])
    assert "AUTH_SECRET@preview" not in production.one(TYPE).inputs["fingerprints"]


def test_none_is_marked_secret_and_inputs_are_registered_as_outputs(program: Program) -> None:
    declared = program.one(TYPE)
    assert not any(has_secret(value) for value in declared.marked.values())
    assert program.component_outputs[declared.urn] == declared.marked


def test_two_stacks_with_one_key_can_be_compared(staging: Program, production: Program) -> None:
    first, second = (each.one(TYPE).inputs for each in (staging, production))
    assert first["keyId"] == second["keyId"]
    assert first["fingerprints"]["PAYFAST_PASSPHRASE"] == second["fingerprints"]["PAYFAST_PASSPHRASE"]


def test_without_a_key_nothing_is_declared() -> None:
    assert record("staging", optional=()).all(TYPE) == []


def test_what_is_switched_off_has_none() -> None:
    off = record("production", {"monitoring.enabled": False, "errors.enabled": False, "cache.enabled": False})
    held = off.one(TYPE).inputs
    assert not {"LOG_DRAIN_SECRET", "VITE_SENTRY_DSN", "REDIS_URL"} & set(held["fingerprints"])
    assert set(held["data"]) == {"DATABASE_URL"}


def test_a_fingerprint_is_an_hmac_of_domain_and_text() -> None:
    message = b"brightbroom fingerprint 1 secret\0passphrase"
    assert fingerprint("secret", KEY, "passphrase") == hmac.new(KEY.encode(), message, hashlib.sha256).hexdigest()[:32]


@given(st.text(), st.text())
def test_equal_texts_alone_have_equal_fingerprints(first: str, second: str) -> None:
    texts = [text.encode("utf-8", "replace").decode() for text in (first, second)]
    assert (fingerprint("secret", KEY, texts[0]) == fingerprint("secret", KEY, texts[1])) == (texts[0] == texts[1])


def test_key_and_domain_change_it() -> None:
    made = {fingerprint("secret", KEY, "a"), fingerprint("secret", OTHER, "a"), fingerprint("data", KEY, "a")}
    assert len(made) == 3
    assert key_id(KEY, "") != key_id(OTHER, "")
    assert not fingerprint("secret", KEY, "").startswith(key_id(KEY, ""))


def test_a_place_is_the_same_for_every_role_and_pool() -> None:
    where = {
        place(KEY, "postgresql://app:one@ep-a-pooler.eu.aws.neon.tech/brightbroom?sslmode=require"),
        place(KEY, "postgresql://owner:two@ep-a.eu.aws.neon.tech/brightbroom"),
    }
    assert len(where) == 1
    assert place(KEY, "postgresql://app:one@ep-b.eu.aws.neon.tech/brightbroom") not in where
    assert place(KEY, "postgresql://app:one@ep-a.eu.aws.neon.tech/other") not in where
