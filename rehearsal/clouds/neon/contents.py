"""What a branch or a snapshot holds: roles and databases, kept under its id."""

from __future__ import annotations

from rehearsal.clouds.neon.world import Call, Document, new_password


def copy(call: Call, source: str, target: str, *, new_passwords: bool = False) -> None:
    """Give a branch or snapshot what another one holds."""
    for kind in ("role", "database"):
        for document in call.all(kind, branch_id=source):
            held: Document = {**document, "branch_id": target, "created_at": call.stamp()}
            if kind == "role" and new_passwords and held.get("password"):
                held["password"] = new_password()
            call.put(kind, f"{target}/{held['name']}", held)


def remove(call: Call, owner: str) -> None:
    """Take away what a branch or snapshot holds."""
    for kind in ("role", "database"):
        for document in call.all(kind, branch_id=owner):
            call.drop(kind, f"{owner}/{document['name']}")
