"""Keeps a Postgres cluster as the local Neon's documents say: follows what each call changed.

A branch or snapshot ("owner" here: roles and databases are kept under its id) has a slot, by which its databases and
roles are called in the cluster. The slot is its id, until a restore moves the computes of one branch to another: then the
two change places, so that a connection string goes on as Neon's does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote

from rehearsal.clouds.neon.postgres import statements as sql
from rehearsal.clouds.neon.postgres.binaries import PostgresError
from rehearsal.clouds.neon.postgres.cluster import ADMINISTRATOR, Cluster
from rehearsal.clouds.neon.postgres.names import physical
from rehearsal.clouds.neon.world import Change, Document
from rehearsal.clouds.store import Store

_SYSTEM: Final = {"postgres", "template0", "template1"}


class Databases:
    """The databases of one service; call it under the service's lock."""

    def __init__(self, folder: Path, store: Store) -> None:
        self._cluster = Cluster(folder)
        self._store = store
        self._note = folder / "neon-slots.json"
        self._slots: dict[str, str] = {}
        self._script: list[str] = []

    # ---- running -------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the cluster, and make it as the documents say: an earlier run may have ended in the middle of a call.

        A database that is not there is made empty."""
        self._cluster.start()
        self._slots = json.loads(self._note.read_text(encoding="utf-8")) if self._note.exists() else {}
        roles = self._cluster.run("SELECT rolname FROM pg_roles WHERE rolname NOT LIKE 'pg\\_%'")
        databases = self._cluster.run("SELECT datname FROM pg_database")
        self._settle(set(roles) - {ADMINISTRATOR}, set(databases) - _SYSTEM)

    def stop(self) -> None:
        """Stop the cluster."""
        self._cluster.stop()

    def address(self, branch: str, database: str, role: str, password: str) -> str:
        """A connection string for `psql` and any client."""
        user, name = (quote(self._name(branch, part), safe="") for part in (role, database))
        return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{self._cluster.port}/{name}?sslmode=disable"

    def _settle(self, there: set[str], stands: set[str]) -> None:
        roles, databases = self._documents("role"), self._documents("database")
        wanted = {self._called(document): document for document in databases}
        script = [f"REVOKE ALL ON DATABASE {name} FROM PUBLIC" for name in ("postgres", "template1")]
        script += [sql.drop_database(name) for name in sorted(stands - set(wanted))]
        for group in sorted({self._slot(role["branch_id"]) for role in roles} - there):
            script += sql.make_group(group)
        for role in roles:
            known = self._called(role) in there
            script.append(sql.set_password(self._called(role), self._password(role)) if known else self._role(role))
        for name, document in wanted.items():
            script += [] if name in stands else self._made(document)
            script += self._gate(document)
        kept = {self._called(role) for role in roles} | {self._slot(role["branch_id"]) for role in roles}
        self._cluster.run(*script, *(sql.drop_role(name) for name in sorted(there - kept)))

    # ---- following -----------------------------------------------------------------------------------------------

    def follow(self, changes: Sequence[Change]) -> None:
        """Do in the cluster what a call did to the documents. Raises `PostgresError` at the first thing that fails."""
        roles = [change for change in changes if change.kind == "role"]
        databases = [change for change in changes if change.kind == "database"]
        try:
            self._make_roles(roles)
            self._change_databases(databases, _filled(changes))
            self._drop_databases(databases)
            self._drop_roles([change.before for change in roles if change.before and change.after is None])
            for first, second in _exchanged(changes):
                self._exchange(first, second)
            self._open_or_close(changes)
            self._flush()
        except PostgresError:
            self._script.clear()
            with suppress(
                PostgresError
            ):  # a source of a copy must not stay closed; the first failure is the one to tell
                self._cluster.run(*(s for document in self._documents("database") for s in self._gate(document)))
            raise

    def _make_roles(self, roles: Sequence[Change]) -> None:
        new = [change.after for change in roles if change.after and change.before is None]
        for owner in sorted({role["branch_id"] for role in new}):
            if len(self._documents("role", owner)) == sum(role["branch_id"] == owner for role in new):
                self._later(sql.make_group(self._slot(owner)))  # these are its first ones
        self._later(self._role(role) for role in new)
        for change in roles:
            if change.before and change.after and change.before.get("password") != change.after.get("password"):
                self._later([sql.set_password(self._called(change.after), self._password(change.after))])

    def _change_databases(self, databases: Sequence[Change], filled: dict[str, Document]) -> None:
        gone = {(c.before["branch_id"], c.before["id"]): c.before for c in databases if c.before and c.after is None}
        for change in databases:
            document = change.after
            if document is None:
                continue
            renamed = gone.get((document["branch_id"], document["id"]))
            target = filled.get(document["branch_id"])
            if change.before is not None and target is not None:  # the branch was reset
                self._later([sql.drop_database(self._called(document))])
            if target is not None:
                self._copy(target["_data_from"], document, schema_only=target.get("init_source") == "schema-only")
            elif renamed is not None:
                self._later(sql.rename({self._called(renamed): self._called(document)}, {}))
                self._later([self._owned(document), *self._gate(document)])
            elif change.before is None:
                self._later(self._made(document))
            elif change.before["owner_name"] != document["owner_name"]:
                self._later([self._owned(document)])

    def _copy(self, source: str, document: Document, *, schema_only: bool) -> None:
        """A database with what the one of that name has in a branch or snapshot, its roles being this owner's."""
        target = document["branch_id"]
        original = next((d for d in self._documents("database", source) if d["name"] == document["name"]), None)
        if original is None:
            self._later(self._made(document))
            return
        if schema_only:
            self._later([*self._made(document), *sql.open_(self._called(original))])
            self._flush()
            self._cluster.copy_schema(self._called(original), self._called(document))
        else:
            self._later([*sql.close(self._called(original)), *self._made(document, self._called(original))])
        self._later(self._gate(original))
        heirs = [(self._name(source, d["name"]), self._called(d)) for d in self._documents("role", target)]
        self._inside(document, sql.hand_over(heirs))
        if self._store.get("branch", target) is None:
            self._later(self._gate(document))

    def _drop_databases(self, databases: Sequence[Change]) -> None:
        kept = {(c.after["branch_id"], c.after["id"]) for c in databases if c.after}
        for change in databases:
            gone = change.before if change.after is None else None
            if gone and (gone["branch_id"], gone["id"]) not in kept:
                self._later([sql.drop_database(self._called(gone))])

    def _drop_roles(self, gone: Sequence[Document]) -> None:
        for role in gone:
            for document in self._documents("database", role["branch_id"]):
                heir = self._name(document["branch_id"], document["owner_name"])
                self._inside(document, sql.hand_over([(self._called(role), heir)]))
            self._later([sql.drop_role(self._called(role))])
        for owner in sorted({role["branch_id"] for role in gone}):
            if not self._documents("role", owner):
                self._later([sql.drop_role(self._slot(owner))])
                self._place({owner: owner})

    def _exchange(self, first: str, second: str) -> None:
        """Let two branches change places, with their databases, roles and groups."""
        databases: dict[str, str] = {}
        roles: dict[str, str] = {}
        for owner, other in ((first, second), (second, first)):
            for kind, names in (("database", databases), ("role", roles)):
                for document in self._documents(kind, owner):
                    names[self._called(document)] = self._name(other, document["name"])
            if self._documents("role", owner):
                roles[self._slot(owner)] = self._slot(other)
        self._later(sql.rename(databases, roles))
        self._flush()
        self._place({first: self._slot(second), second: self._slot(first)})

    def _open_or_close(self, changes: Sequence[Change]) -> None:
        """Of what was deleted but can be recovered, and of what was."""
        owners = {c.key for c in changes if c.kind == "deleted_branch" or (c.kind == "branch" and c.after is None)}
        for change in changes:
            if change.kind == "project":
                before, after = (bool((document or {}).get("deleted_at")) for document in (change.before, change.after))
                found = self._store.find("branch", {"project_id": change.key}) if before != after else []
                owners |= {item.id for item in found}
        for owner in sorted(owners):
            for document in self._documents("database", owner):
                self._later(self._gate(document))

    # ---- statements ----------------------------------------------------------------------------------------------

    def _later(self, statements: Iterable[str]) -> None:
        self._script += statements

    def _flush(self) -> None:
        script, self._script = self._script, []
        if script:
            self._cluster.run(*script)

    def _inside(self, document: Document, statements: Sequence[str]) -> None:
        """Do all that waits, and then this in a database itself."""
        self._flush()
        self._cluster.run(*statements, database=self._called(document))

    def _role(self, role: Document) -> str:
        return sql.make_role(self._called(role), self._slot(role["branch_id"]), self._password(role))

    def _made(self, document: Document, source: str = "") -> list[str]:
        owner = self._name(document["branch_id"], document["owner_name"])
        group, version = self._slot(document["branch_id"]), self._cluster.version
        return sql.make_database(self._called(document), group, owner, source, version=version)

    def _owned(self, document: Document) -> str:
        return sql.own(self._called(document), self._name(document["branch_id"], document["owner_name"]))

    def _gate(self, document: Document) -> list[str]:
        """Open while its branch stands: neither a snapshot's, nor one of a deleted branch or project."""
        branch = self._store.get("branch", document["branch_id"])
        project = branch and self._store.get("project", str(branch.plain()["project_id"]))
        stands = project is not None and not project.plain().get("deleted_at")
        return sql.open_(self._called(document)) if stands else sql.close(self._called(document))

    # ---- names and documents -------------------------------------------------------------------------------------

    def _password(self, role: Document) -> str | None:
        """Its password where it may log in: not in a snapshot."""
        password = role.get("password")
        return str(password) if password and not self._store.get("snapshot", role["branch_id"]) else None

    def _documents(self, kind: str, owner: str = "") -> list[Document]:
        found = self._store.find(kind, {"branch_id": owner}) if owner else self._store.all(kind)
        return [item.plain() for item in found]

    def _called(self, document: Document) -> str:
        return self._name(document["branch_id"], document["name"])

    def _name(self, owner: str, name: str) -> str:
        return physical(self._slot(owner), name)

    def _slot(self, owner: str) -> str:
        return self._slots.get(owner, owner)

    def _place(self, slots: dict[str, str]) -> None:
        """Note where owners are from now on."""
        self._slots = {owner: slot for owner, slot in {**self._slots, **slots}.items() if owner != slot}
        draft = self._note.with_suffix(".tmp")
        draft.write_text(json.dumps(self._slots), encoding="utf-8")
        draft.replace(self._note)


def _filled(changes: Sequence[Change]) -> dict[str, Document]:
    """The branches and snapshots a call filled from another one (`_data_from`): it made them, or reset them."""
    found: dict[str, Document] = {}
    for change in changes:
        after = change.after if change.kind in ("branch", "snapshot") else None
        if after and after.get("_data_from"):
            reset = bool(change.before) and (change.before or {}).get("last_reset_at") != after.get("last_reset_at")
            if change.before is None or reset:
                found[change.key] = after
    return found


def _exchanged(changes: Sequence[Change]) -> list[tuple[str, str]]:
    """The pairs of branches of which one got a compute of the other."""
    pairs: set[tuple[str, str]] = set()
    for change in changes:
        if change.kind == "endpoint" and change.before and change.after:
            first, second = sorted((str(change.before["branch_id"]), str(change.after["branch_id"])))
            if first != second:
                pairs.add((first, second))
    return sorted(pairs)
