"""A real Postgres, asked by its own client: for tests of what stands behind the local Neon."""

from __future__ import annotations

import os
import pwd
import subprocess

import pytest

from rehearsal.clouds.neon.postgres import PostgresMissing, find_binaries


def _cannot_run() -> str:
    """Why this machine has no local Postgres; empty when it has."""
    try:
        find_binaries()
    except PostgresMissing as missing:
        return str(missing)
    users = {user.pw_name for user in pwd.getpwall()}
    if os.geteuid() == 0 and not users & {"postgres", "nobody"}:
        return "Postgres does not run as root, and there is no user `postgres` or `nobody`"
    return ""


_REASON = _cannot_run()
needs_postgres = pytest.mark.skipif(bool(_REASON), reason=_REASON)


def ask(uri: str, statement: str) -> subprocess.CompletedProcess[str]:
    command = [find_binaries().psql, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement, uri]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


def sql(uri: str, statement: str) -> list[str]:
    """The rows of a statement that must do."""
    done = ask(uri, statement)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def refused(uri: str, statement: str = "SELECT 1") -> str:
    """Why a statement is refused."""
    done = ask(uri, statement)
    assert done.returncode != 0, done.stdout
    return done.stderr


def items(uri: str) -> list[str]:
    return sql(uri, "SELECT item FROM orders ORDER BY id")
