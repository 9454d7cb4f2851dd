"""The SDK as another project gets it: installed from its folder."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

import pulumi_neon
from pulumi_neon._resource import VERSION

FOLDER = Path(pulumi_neon.__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the SDK and nothing else."""
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("hatchling, the SDK's build backend, is not installed here")
    target = tmp_path_factory.mktemp("installed")
    flags = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-index", "--no-build-isolation"]
    command = [sys.executable, "-m", "pip", "install", *flags, "--target", str(target), str(FOLDER)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return target


def test_every_module_is_installed_and_says_that_it_is_typed(installed: Path) -> None:
    package = FOLDER / "pulumi_neon"
    expected = {path.name for path in package.iterdir() if path.is_file()}
    found = {path.name for path in (installed / "pulumi_neon").iterdir() if path.is_file()}
    assert found == expected
    assert "py.typed" in found


def test_what_is_installed_works_without_this_project(installed: Path) -> None:
    program = "import pulumi_neon, importlib.metadata as m; print(pulumi_neon.__file__, m.version('pulumi-neon'))"
    others = [path for path in sys.path if path.endswith("site-packages")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(installed), *others])}
    flags = ["-S", "-B", "-c"]  # without the project's own editable install
    done = subprocess.run(
        [sys.executable, *flags, program],
        env=environment,
        cwd=installed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    where, version = done.stdout.split()
    assert Path(where).parent.parent == installed
    assert version == VERSION


def test_the_wheel_says_what_it_needs(installed: Path) -> None:
    (metadata,) = installed.glob("pulumi_neon-*.dist-info/METADATA")
    text = metadata.read_text(encoding="utf-8")
    assert "Requires-Dist: pulumi>=3.165" in text
    assert "Requires-Python: >=3.11" in text
    assert "# pulumi-neon" in text
