"""`doctor`: everything that is missing is told at once, with the line that mends it, and no value is ever shown."""

from __future__ import annotations

import json
import stat
import sys
from importlib import metadata
from pathlib import Path

import pytest

from brightbroom import doctor
from brightbroom.exits import CommandError, ExitCode
from tests.brightbroom.conftest import ROOT

PINNED = metadata.version("pulumi")
TOKENS = ("VERCEL_API_TOKEN", "NEON_API_KEY", "GITHUB_TOKEN", "UPSTASH_EMAIL", "UPSTASH_API_KEY", "SENTRY_AUTH_TOKEN")
SECRETS = ("payfastMerchantKey", "payfastPassphrase", "vercelDeployToken", "logDrainSecret", "sentryBuildToken")


@pytest.fixture
def no_engine(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH without `pulumi`; a test may put one there."""
    folder = tmp_path_factory.mktemp("bin")
    monkeypatch.setenv("PATH", str(folder))
    return folder


def _engine(folder: Path, answers: dict[str, str]) -> None:
    """A `pulumi` that answers `answers[first argument]` and refuses anything else."""
    script = folder / "pulumi"
    script.write_text(
        f"#!{sys.executable}\nimport sys\nanswers = {answers!r}\n"
        "answer = answers.get(sys.argv[1])\nprint(answer or '')\nsys.exit(answer is None)\n"
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)


def _plugins() -> str:
    listed = [
        {"name": name, "kind": "resource", "version": metadata.version(distribution)}
        for name, distribution in doctor.DISTRIBUTIONS.items()
    ]
    return json.dumps(listed)


def _by_subject(report: doctor.Report) -> dict[str, doctor.Check]:
    return {check.subject: check for check in report.checks}


def test_on_a_bare_machine_everything_missing_is_told_with_its_mend(project: Path, no_engine: Path) -> None:
    report = doctor.examine(project, ["staging"])
    found = _by_subject(report)
    missing = {subject for subject, check in found.items() if check.verdict == "missing"}
    assert {"pulumi", "state backend"} <= missing
    assert {f"token {name}" for name in TOKENS} <= missing
    assert {f"secret staging.{name}" for name in SECRETS} <= missing
    assert {f"plugin {name}" for name in ("vercel", "github", "upstash", "sentry", "random")} <= missing
    assert all(found[subject].mend for subject in missing)
    assert not report.healthy
    assert found["pulumi"].mend == "brightbroom doctor --install-engine"
    assert found["secret staging.logDrainSecret"].mend == (
        "pulumi config set --path --secret 'brightbroom-infra:secrets.logDrainSecret' --stack staging"
    )


def test_a_complete_machine_is_ready_and_shows_no_value(
    project: Path, no_engine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _engine(no_engine, {"version": f"v{PINNED}", "plugin": _plugins()})
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{project}")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "canary-passphrase")
    for name in TOKENS:
        monkeypatch.setenv(name, f"canary-{name}")
    with (project / "Pulumi.staging.yaml").open("a") as file:
        file.write("  brightbroom-infra:secrets:\n")
        file.writelines(f"    {name}:\n      secure: canary-{name}\n" for name in (*SECRETS, "fingerprintKey"))
    report = doctor.examine(project, ["staging"])
    assert [check for check in report.checks if check.verdict != "ok"] == []
    assert report.healthy
    assert "canary" not in doctor.as_text(report) + doctor.as_json(report)
    assert doctor.as_text(report).endswith("ready to deploy")


def test_an_optional_secret_may_be_missing_and_what_it_is_for_is_told(project: Path, no_engine: Path) -> None:
    check = _by_subject(doctor.examine(project, ["staging"]))["secret staging.fingerprintKey"]
    assert check.verdict == "note"
    assert "equal secrets of two stacks stay unseen" in check.found
    assert check.mend.endswith("'brightbroom-infra:secrets.fingerprintKey' --stack staging")


def test_a_secret_in_plain_text_counts_as_missing_and_is_not_shown(project: Path, no_engine: Path) -> None:
    with (project / "Pulumi.staging.yaml").open("a") as file:
        file.write("  brightbroom-infra:secrets:\n    payfastPassphrase: canary\n")
    report = doctor.examine(project, ["staging"])
    check = _by_subject(report)["secret staging.payfastPassphrase"]
    assert check.verdict == "missing"
    assert "plain text" in check.found
    assert "canary" not in doctor.as_text(report)


@pytest.mark.parametrize(
    ("version", "verdict"), [(f"v{PINNED}", "ok"), ("v3.1.0", "note"), ("v4.0.0", "missing"), ("v2.9.9", "missing")]
)
def test_the_engine_is_compared_with_the_pinned_sdk(project: Path, no_engine: Path, version: str, verdict: str) -> None:
    _engine(no_engine, {"version": version})
    assert _by_subject(doctor.examine(project, ["staging"]))["pulumi"].verdict == verdict


@pytest.mark.parametrize(
    ("url", "verdict", "mend"),
    [
        ("file://{}", "ok", ""),
        ("file://{}/absent", "missing", "mkdir -p"),
        ("file://{}/Pulumi.yaml", "missing", "chmod"),
    ],
)
def test_a_file_backend_must_be_a_folder_that_can_be_written(
    project: Path, no_engine: Path, monkeypatch: pytest.MonkeyPatch, url: str, verdict: str, mend: str
) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", url.format(project))
    check = _by_subject(doctor.examine(project, ["staging"]))["state backend"]
    assert check.verdict == verdict
    assert mend in check.mend


def test_whoever_is_logged_in_is_named(project: Path, no_engine: Path) -> None:
    who = json.dumps({"user": "thandi", "url": "https://app.pulumi.com/thandi"})
    _engine(no_engine, {"version": f"v{PINNED}", "whoami": who})
    check = _by_subject(doctor.examine(project, ["staging"]))["state backend"]
    assert check.verdict == "ok"
    assert "https://app.pulumi.com/thandi as thandi" in check.found


def test_an_older_plugin_is_named_beside_the_wanted_one(project: Path, no_engine: Path) -> None:
    listed = json.dumps([{"name": "github", "kind": "resource", "version": "6.0.0"}])
    _engine(no_engine, {"version": f"v{PINNED}", "plugin": listed})
    check = _by_subject(doctor.examine(project, ["staging"]))["plugin github"]
    assert check.verdict == "missing"
    assert "installed: 6.0.0" in check.found
    assert check.mend == f"pulumi plugin install resource github v{metadata.version('pulumi-github')}"


def test_an_encrypted_stack_needs_its_passphrase(project: Path, no_engine: Path) -> None:
    file = project / "Pulumi.staging.yaml"
    file.write_text("encryptionsalt: v1:x:y\n" + file.read_text())
    assert _by_subject(doctor.examine(project, ["staging"]))["passphrase"].verdict == "missing"


def test_settings_that_cannot_be_used_are_one_of_the_findings(project: Path, no_engine: Path) -> None:
    file = project / "Pulumi.staging.yaml"
    file.write_text(file.read_text().replace("mode: sandbox", "mode: live"))
    report = doctor.examine(project, [])
    found = _by_subject(report)
    assert found["settings of staging"].verdict == "missing"
    assert "payments.mode" in found["settings of staging"].found
    assert found["settings of production"].verdict == "ok"


def test_every_declared_plugin_version_is_that_of_the_installed_sdk() -> None:
    """A distribution renamed in the pins must be renamed here."""
    for distribution in doctor.DISTRIBUTIONS.values():
        assert f"{distribution}==" in (ROOT / "requirements.lock").read_text()


def test_an_installer_that_fails_is_a_fault_of_the_vendor(monkeypatch: pytest.MonkeyPatch) -> None:
    from pulumi.automation import PulumiCommand

    def fails() -> None:
        raise RuntimeError("no network")

    monkeypatch.setattr(PulumiCommand, "install", fails)
    with pytest.raises(CommandError, match="needs a shell") as caught:
        doctor.install_engine()
    assert caught.value.code == ExitCode.VENDOR
