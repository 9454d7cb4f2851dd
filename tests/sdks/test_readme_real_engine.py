"""The SDK's README followed to the letter with a real engine: another project, the plugin by its path."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from rehearsal.clouds.neon import NeonService
from tests.builders import ROOT
from tests.sdks.test_readme import blocks

pytestmark = pytest.mark.engine

Pulumi: TypeAlias = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def service() -> Iterator[NeonService]:
    with NeonService() as found:
        yield found


@pytest.fixture
def pulumi(tmp_path: Path, service: NeonService) -> Pulumi:
    """The command line in a project beside a checkout, with the README's lines in it."""
    checkout, project = tmp_path / "brightbroom-infra", tmp_path / "shop"
    checkout.mkdir()
    (checkout / "providers").symlink_to(ROOT / "providers")
    (checkout / ".venv").symlink_to(sys.prefix)
    project.mkdir()
    (project / "Pulumi.yaml").write_text(blocks("yaml")[0])
    (project / "__main__.py").write_text(blocks("python")[0])
    environment = {
        "PATH": f"{sys.prefix}/bin{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_BACKEND_URL": tmp_path.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "passphrase",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "NEON_API_KEY": service.api_key,
        "NEON_API_URL": service.url,
    }

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["pulumi", *arguments, "--non-interactive", "--color", "never"]
        return subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True, timeout=120, check=False
        )

    call("stack", "init", "dev", "--secrets-provider", "passphrase")
    call("config", "set", "neon:pollInterval", "0.05")
    return call


def test_the_example_comes_up_stays_refuses_to_go_and_can_be_read(pulumi: Pulumi, service: NeonService) -> None:
    made = pulumi("up", "--yes", "--skip-preview")
    assert made.returncode == 0, made.stdout + made.stderr
    assert "database_url: [secret]" in made.stdout
    again = pulumi("preview", "--expect-no-changes")
    assert again.returncode == 0, again.stdout + again.stderr
    told = pulumi("stack", "output", "database_url", "--show-secrets").stdout
    assert "postgresql://app:" in told
    assert "-pooler." in told
    refused = pulumi("destroy", "--yes", "--skip-preview")
    assert refused.returncode != 0
    assert "deletionProtection" in refused.stdout
    assert [len(service.objects()[kind]) for kind in ("project", "branch")] == [1, 2]
