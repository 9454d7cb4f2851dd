"""The plugin's schema as a real `pulumi` reads it: valid, served by the plugin as it is reviewed, fit to generate from."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

import pulumi_neon
from tests.builders import ROOT

pytestmark = pytest.mark.engine

PLUGIN = ROOT / "providers" / "neon"
SCHEMA = PLUGIN / "schema.json"
Pulumi: TypeAlias = Callable[..., str]


@pytest.fixture
def pulumi(tmp_path: Path) -> Pulumi:
    """The command line on PATH, at home in a folder of the test's own; gives what it prints."""
    environment = {
        **{name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ},
        "HOME": str(tmp_path),
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }

    def run(*arguments: str | Path) -> str:
        done = subprocess.run(
            ["pulumi", *map(str, arguments), "--non-interactive", "--color", "never"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """The plugin as one program. Of its folder `pulumi package` would make the virtual environment anew, the suite's own."""
    program = tmp_path / "pulumi-resource-neon"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{PLUGIN}" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return program


def test_the_schema_is_valid(pulumi: Pulumi) -> None:
    assert "error" not in pulumi("schema", "check", SCHEMA).lower()


def test_an_invalid_schema_would_be_seen(pulumi: Pulumi, tmp_path: Path) -> None:
    document: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    del document["types"]["neon:index:ScheduleItem"]
    (tmp_path / "schema.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(AssertionError, match="ScheduleItem"):
        pulumi("schema", "check", tmp_path / "schema.json")


def test_the_plugin_serves_the_schema_as_it_is_reviewed(pulumi: Pulumi, plugin: Path) -> None:
    assert json.loads(pulumi("package", "get-schema", plugin)) == json.loads(SCHEMA.read_text(encoding="utf-8"))


def test_an_sdk_can_be_generated_and_has_the_names_of_ours(pulumi: Pulumi, tmp_path: Path) -> None:
    pulumi("package", "gen-sdk", SCHEMA, "--language", "python", "--out", tmp_path)
    folder = tmp_path / "python" / "pulumi_neon"
    generated = {
        node.name
        for module in folder.glob("*.py")
        for node in ast.parse(module.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
    }
    assert set(pulumi_neon.__all__) <= generated
    assert (folder / "py.typed").is_file()
