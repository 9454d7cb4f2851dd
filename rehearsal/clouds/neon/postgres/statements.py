"""The statements that make, copy, rename and drop what a branch has."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping

from rehearsal.clouds.neon.postgres.names import identifier, literal, verifier


def make_group(group: str) -> list[str]:
    """The group of a branch's roles. As at Neon, a role made by the API reads and writes every table of its branch."""
    name = identifier(group)
    return [f"CREATE ROLE {name} NOLOGIN", f"GRANT pg_read_all_data, pg_write_all_data TO {name}"]


def make_role(role: str, group: str, password: str | None) -> str:
    """A role; without a password it cannot log in."""
    login = f"LOGIN PASSWORD {literal(verifier(password))}" if password else "NOLOGIN"
    return f"CREATE ROLE {identifier(role)} {login} IN ROLE {identifier(group)}"


def set_password(role: str, password: str | None) -> str:
    """The password that counts from now on; without one it cannot log in."""
    login = f"LOGIN PASSWORD {literal(verifier(password))}" if password else "NOLOGIN PASSWORD NULL"
    return f"ALTER ROLE {identifier(role)} {login}"


def make_database(database: str, group: str, owner: str, source: str = "", *, version: int) -> list[str]:
    """A database, a copy of `source` if given; nobody but its branch's roles may connect."""
    name, template = identifier(database), f" TEMPLATE {identifier(source)}" if source else ""
    strategy = " STRATEGY file_copy" if version >= 15 else ""  # the quicker one here, and the only one before
    return [
        f"CREATE DATABASE {name} OWNER {identifier(owner)}{template}{strategy}",
        f"REVOKE ALL ON DATABASE {name} FROM PUBLIC",
        f"GRANT ALL ON DATABASE {name} TO {identifier(group)}",
    ]


def close(database: str) -> list[str]:
    """Let nobody connect, and disconnect who is."""
    return [f"ALTER DATABASE {identifier(database)} ALLOW_CONNECTIONS false", _disconnect(database)]


def open_(database: str) -> list[str]:
    """Let its roles connect again."""
    return [f"ALTER DATABASE {identifier(database)} ALLOW_CONNECTIONS true"]


def own(database: str, owner: str) -> str:
    """Another owner; what is in it stays with whom it belongs to."""
    return f"ALTER DATABASE {identifier(database)} OWNER TO {identifier(owner)}"


def drop_database(database: str) -> str:
    """Gone, with whoever is connected."""
    return f"DROP DATABASE IF EXISTS {identifier(database)} WITH (FORCE)"


def drop_role(role: str) -> str:
    """Gone; it must own nothing."""
    return f"DROP ROLE IF EXISTS {identifier(role)}"


def rename(databases: Mapping[str, str], roles: Mapping[str, str]) -> list[str]:
    """New names by old ones, which may be each other's. Databases are disconnected."""
    aside, back = [], []
    for kind, names in (("DATABASE", databases), ("ROLE", roles)):
        for old, new in names.items():
            between = f"moving-{secrets.token_hex(8)}"
            aside += close(old) if kind == "DATABASE" else []
            aside.append(f"ALTER {kind} {identifier(old)} RENAME TO {identifier(between)}")
            back.append(f"ALTER {kind} {identifier(between)} RENAME TO {identifier(new)}")
    return aside + back + [statement for name in databases.values() for statement in open_(name)]


def hand_over(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """In a copied database: what one role owned or was granted on tables, sequences and schemas is the other's.

    Default privileges and row security for single roles are not copied. `REASSIGN OWNED` would also take the databases
    of the first role, so those are given back at once.
    """
    tag = f"$do{secrets.token_hex(8)}$"
    return [f"DO {tag} {_HAND_OVER % {'old': literal(old), 'new': literal(new)}} {tag}" for old, new in pairs]


_HAND_OVER = """
DECLARE
  giver oid := (SELECT oid FROM pg_roles WHERE rolname = %(old)s);
  owned text[] := ARRAY(SELECT datname FROM pg_database WHERE datdba = giver);
  statement text;
BEGIN
  FOR statement IN
    SELECT command FROM (
      SELECT 1 AS step, format('GRANT %%s ON %%s %%s TO %%I', privilege_type,
             CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, pg_class.oid::regclass, %(new)s) AS command
        FROM pg_class, aclexplode(relacl) WHERE grantee = giver AND relowner <> giver
      UNION ALL
      SELECT 1, format('GRANT %%s ON SCHEMA %%I TO %%I', privilege_type, nspname, %(new)s)
        FROM pg_namespace, aclexplode(nspacl) WHERE grantee = giver AND nspowner <> giver
      UNION ALL
      SELECT 2, format('REASSIGN OWNED BY %%I TO %%I', %(old)s, %(new)s)
      UNION ALL
      SELECT 3, format('ALTER DATABASE %%I OWNER TO %%I', name, %(old)s) FROM unnest(owned) name
      UNION ALL
      SELECT 4, format('DROP OWNED BY %%I', %(old)s)
    ) AS planned ORDER BY step
  LOOP
    EXECUTE statement;
  END LOOP;
END
"""


def _disconnect(database: str) -> str:
    where = f"datname = {literal(database)}"
    return f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {where}"  # noqa: S608 - quoted
