"""Settings changed for one run, and the play that comes of a stack's file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from brightbroom.exits import CommandError
from brightbroom.plays import changed, parse_changes, play_of

CONFIG = {"brightbroom-infra:a": {"b": [{"c": 1}], "d": "x"}, "brightbroom-infra:flag": True}


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("a.d=y", "brightbroom-infra:a", {"b": [{"c": 1}], "d": "y"}),
        ("a.b.0.c=[1, two]", "brightbroom-infra:a", {"b": [{"c": [1, "two"]}], "d": "x"}),
        ("a.new.deep=3", "brightbroom-infra:a", {"b": [{"c": 1}], "d": "x", "new": {"deep": 3}}),
        ("flag=false", "brightbroom-infra:flag", False),
        ("brightbroom-infra:a.d=full key", "brightbroom-infra:a", {"b": [{"c": 1}], "d": "full key"}),
        ("a.d=a=b", "brightbroom-infra:a", {"b": [{"c": 1}], "d": "a=b"}),
    ],
)
def test_a_setting_is_changed_by_its_path(text: str, key: str, value: Any) -> None:
    before = json.dumps(CONFIG)
    assert changed(CONFIG, parse_changes([text]))[key] == value
    assert json.dumps(CONFIG) == before


@pytest.mark.parametrize("text", ["a.b.7.c=1", "a.b.x.c=1", "flag.x=1", "a.d.x.y=1", "", "=1", "a..b=1"])
def test_a_path_that_leads_nowhere_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match="--set"):
        changed(CONFIG, parse_changes([text]))


def test_a_play_knows_what_the_stack_needs(project: Path) -> None:
    play = play_of(project, "production")
    assert "AWS_SECRET_ACCESS_KEY" in play.tokens
    assert "payfastPassphrase" in play.secrets
    assert play.plans["github"] == "enterprise"
    assert play.packs == (project / "policies",)


def test_a_vendor_switched_off_needs_no_token(project: Path) -> None:
    play = play_of(project, "production", {"backups.separateStorage.enabled": False, "errors.enabled": False})
    assert not [name for name in play.tokens if name.startswith(("AWS_", "SENTRY_"))]
    assert "sentryBuildToken" not in play.secrets


def test_a_secret_given_for_one_run_takes_the_place_of_its_stand_in(project: Path) -> None:
    play = play_of(project, "staging", {"secrets.payfastPassphrase": "given"})
    assert play.given == {"payfastPassphrase": "given"}
    assert "given" not in json.dumps(dict(play.project.config))


def test_secrets_of_a_real_deployment_are_neither_needed_nor_read(project: Path) -> None:
    """A stack file with encrypted secrets is rehearsed without its passphrase."""
    file = project / "Pulumi.staging.yaml"
    file.write_text(
        "encryptionsalt: v1:AAAAAAAAAAA=:v1:AAAAAAAAAAAAAAAA:AAAA\n"
        + file.read_text()
        + "  brightbroom-infra:secrets:\n    payfastPassphrase:\n      secure: v1:AAAAAAAAAAAAAAAA:AAAA\n"
    )
    play = play_of(project, "staging")
    assert play.given == {}
    assert "v1:AAAA" not in json.dumps(dict(play.project.config))
