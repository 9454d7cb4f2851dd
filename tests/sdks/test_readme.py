"""What the SDK's README shows is so: its example runs, its tables are whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import pulumi_neon
from neon_provider.provider import NeonProvider
from rehearsal.clouds.neon import NeonService
from rehearsal.engine import Operation, Options, Project, Result, StateFile, is_secret, run
from rehearsal.engine.values import UNKNOWN
from tests.sdks.described import CONFIG, FUNCTIONS, RESOURCES, short, snake

README = (Path(pulumi_neon.__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its head."""
    section = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project of the example, configured as the README says, on a local Neon."""
    monkeypatch.setattr("rehearsal.engine.passphrase._ROUNDS", 1_000)
    (tmp_path / "Pulumi.yaml").write_text(blocks("yaml")[0])
    (tmp_path / "Pulumi.dev.yaml").write_text('config: {"neon:plan": scale, "neon:pollInterval": "0.01"}\n')
    (tmp_path / "__main__.py").write_text(blocks("python")[0])
    with NeonService() as service:
        monkeypatch.setenv("NEON_API_KEY", service.api_key)
        monkeypatch.setenv("NEON_API_URL", service.url)
        yield tmp_path


def play(folder: Path, operation: Operation) -> Result:
    with StateFile(folder / "state" / "state.json", "dev", "passphrase") as state:
        project = Project.load(folder, "dev")
        return run(operation, project=project, state=state, providers={"neon": NeonProvider}, options=Options())


def test_the_example_has_ten_lines_and_runs(folder: Path) -> None:
    assert len([line for line in blocks("python")[0].splitlines() if line]) <= 10
    planned = play(folder, Operation.PREVIEW)
    assert planned.ok
    assert planned.outputs["database_url"]["value"] == UNKNOWN
    made = play(folder, Operation.UP)
    assert made.ok
    assert is_secret(made.outputs["database_url"])
    assert re.fullmatch(
        r"postgres(ql)?://app:[^@]+@ep-[^/]+-pooler[^/]+/data\?.*", made.outputs["database_url"]["value"]
    )
    assert "://app:" not in (folder / "state" / "state.json").read_text()
    assert play(folder, Operation.PREVIEW).changed == []


def test_one_that_exists_is_read_and_left_alone(folder: Path) -> None:
    made = next(found for found in play(folder, Operation.UP).resources if found.type == "neon:index:Project")
    (folder / "state" / "state.json").unlink()
    program = f"""
import pulumi
import pulumi_neon as neon

shop = neon.Project.get("shop", "{made.id}")
pulumi.export("host", shop.host)
pulumi.export("password", shop.password)
"""
    (folder / "__main__.py").write_text(program)
    result = play(folder, Operation.UP)
    assert result.ok
    assert result.outputs["host"] == made.outputs["host"]
    assert is_secret(result.outputs["password"])
    assert play(folder, Operation.DESTROY).ok
    assert play(folder, Operation.UP).ok  # it is still there


def test_the_import_table_names_every_resource_with_the_id_of_the_schema() -> None:
    told = {name.strip("`"): form.strip("`") for name, form, _ in rows("Resources and how to import them")}
    commands = {
        short(token): re.search(r"pulumi import \S+ <name> (.*)", found["description"])
        for token, found in RESOURCES.items()
    }
    assert told == {name: command[1] if command else "none" for name, command in commands.items()}


def test_the_table_of_functions_names_each_form_that_there_is() -> None:
    told = {(name.strip("`"), output.strip("`")) for name, output, _ in rows("Functions")}
    assert told == {
        (snake(short(token)) if found.get("plain", True) else "", f"{snake(short(token))}_output")
        for token, found in FUNCTIONS.items()
    }


def test_the_table_of_configuration_names_every_key() -> None:
    assert [key.strip("`") for key, _, _ in rows("Configuration")] == list(CONFIG)
