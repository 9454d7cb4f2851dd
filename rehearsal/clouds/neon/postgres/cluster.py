"""One Postgres cluster on loopback: made once in a folder, started and stopped with the service, spoken to by `psql`.

Every connection needs a password (SCRAM); there is no socket but the one on 127.0.0.1. Nothing is synced to disk: what a
power cut takes is a rehearsal. Postgres refuses to run as root, so root starts it as the user `postgres`, or `nobody`.
"""

from __future__ import annotations

import json
import os
import pwd
import secrets
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from rehearsal.clouds.neon.postgres.binaries import PostgresError, find_binaries
from rehearsal.clouds.seal import Seal
from rehearsal.engine.values import make_secret

ADMINISTRATOR: Final = "cloud_admin"
_READY_SECONDS: Final = 15
_SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "32MB",
    "log_statement": "none",
    "log_min_error_statement": "panic",  # a statement may hold what a person typed
}
# Runs its arguments, and interrupts them when its input ends: the cluster never outlives the process that started it.
_WATCH: Final = """
exec 3<&0
"$@" 3<&- </dev/null & server=$!
{ read -r _ <&3; kill -INT $server; } 2>/dev/null & watch=$!
wait $server; ended=$?
kill $watch 2>/dev/null
exit $ended
"""


class Cluster:
    """The cluster of one folder. Raises `PostgresMissing` when it is made on a machine without Postgres."""

    def __init__(self, folder: Path) -> None:
        self._binaries = find_binaries()
        self._folder = folder / "neon-postgres"
        self._note = folder / "neon-postgres.json"
        self._seal = Seal(folder)
        self._process: subprocess.Popen[bytes] | None = None
        self._password = ""
        self.port = 0
        self.version = 0
        """The major version, once it runs."""

    # ---- running -------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Make the cluster if it is not there, start it and wait until it answers."""
        if not self._note.exists():
            self._make()
        self._password = self._seal.open(json.loads(self._note.read_text(encoding="utf-8")))["password"]["value"]
        deadline = time.monotonic() + _READY_SECONDS
        while True:
            self._launch()
            if self._answers(deadline):
                self.version = int(self.run("SHOW server_version_num")[0]) // 10_000
                return
            self.stop()  # another process took the port, or one that was killed is still going down
            if time.monotonic() > deadline:
                raise PostgresError(f"the local Postgres does not start: {self._why()}")

    def stop(self) -> None:
        """Stop it and wait; clients are disconnected."""
        if self._process is not None:
            self._process.communicate()
            self._process = None

    def _make(self) -> None:
        """`initdb`, with a password of the administrator that only this folder's key opens."""
        if self._folder.exists():
            raise PostgresError(f"{self._folder} is not whole; remove the rehearsal's data folder to start afresh")
        self._folder.mkdir(parents=True, mode=0o700)
        password = secrets.token_urlsafe(24)
        given = self._folder / "password"
        given.touch(mode=0o600)
        given.write_text(password, encoding="utf-8")
        for path in (self._folder, given):
            self._give(path)
        options = ["--no-sync", "--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", f"--username={ADMINISTRATOR}"]
        with _Place(self._folder) as place:
            command = [self._binaries.initdb, f"--pgdata={place}/cluster", f"--pwfile={place}/password", *options]
            done = subprocess.run(command, capture_output=True, text=True, check=False, **place.how)
        given.unlink()
        if done.returncode:
            raise PostgresError(f"initdb failed: {_first_line(done.stderr)}")
        draft = self._note.with_suffix(".tmp")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(self._seal.close({"password": make_secret(password)})), encoding="utf-8")
        draft.replace(self._note)

    def _launch(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        log = os.open(self._folder / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        try:
            with _Place(self._folder) as place:
                server = [self._binaries.postgres, "-D", f"{place}/cluster", "-p", str(self.port), *settings]
                self._process = subprocess.Popen(
                    ["/bin/sh", "-c", _WATCH, "sh", *server],
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,  # an interrupt of the terminal is for the service
                    **place.how,
                )
        finally:
            os.close(log)

    def _answers(self, deadline: float) -> bool:
        """Whether it is ready before the deadline; False as soon as it is known not to."""
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                time.sleep(0.1)
                return False
            try:
                self.run("SELECT 1")
            except PostgresError:
                time.sleep(0.02)
            else:
                return True
        return False

    def _why(self) -> str:
        lines = (self._folder / "log").read_text(encoding="utf-8", errors="replace").splitlines()
        return next((line for line in lines if "FATAL" in line), "it did not answer in time")

    def _give(self, path: Path) -> None:
        user = _user()
        if user is not None:
            os.chown(path, user.pw_uid, user.pw_gid)

    # ---- speaking ------------------------------------------------------------------------------------------------

    def run(self, *statements: str, database: str = "postgres") -> list[str]:
        """Run statements one after the other, as the administrator, up to the first that fails; returns the rows."""
        return self._speak("\n".join(f"{statement};" for statement in statements), database).splitlines()

    def copy_schema(self, source: str, target: str) -> None:
        """Make everything of one database but its rows in another one, which is empty."""
        command = [self._binaries.pg_dump, "--schema-only", *self._where(source)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=self._environment())
        if done.returncode:
            raise PostgresError(f"pg_dump failed: {_first_line(done.stderr)}")
        self._speak(done.stdout, target)

    def _speak(self, script: str, database: str) -> str:
        command = [self._binaries.psql, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *self._where(database)]
        done = subprocess.run(
            command, input=script, capture_output=True, text=True, check=False, env=self._environment()
        )
        if done.returncode:
            raise PostgresError(f"the local Postgres says {_first_line(done.stderr)}")
        return done.stdout

    def _where(self, database: str) -> Sequence[str]:
        return ("-h", "127.0.0.1", "-p", str(self.port), "-U", ADMINISTRATOR, "-d", database)

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", ""), "PGPASSWORD": self._password, "PGCLIENTENCODING": "UTF8"}


class _Place:
    """How another program reaches a folder, and as whom it runs.

    As root it runs as another user, which need not be able to enter the folders above: it gets the folder as an open file.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._handle: int | None = None
        self.how: dict[str, Any] = {}

    def __enter__(self) -> _Place:
        user = _user()
        if user is not None:
            self._handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
            identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            self.how = {**identity, "pass_fds": (self._handle,), "cwd": "/"}
        return self

    def __exit__(self, *_: object) -> None:
        if self._handle is not None:
            os.close(self._handle)

    def __str__(self) -> str:
        return str(self._folder) if self._handle is None else f"/proc/self/fd/{self._handle}"


def _user() -> pwd.struct_passwd | None:
    """As whom Postgres runs; None for as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresError("Postgres does not run as root, and there is no user `postgres` or `nobody` to run it as")


def _first_line(text: str) -> str:
    """The message alone: what follows may quote the statement."""
    found = [line for line in text.splitlines() if "ERROR" in line or "FATAL" in line or "error:" in line]
    return found[0].strip() if found else "nothing"
