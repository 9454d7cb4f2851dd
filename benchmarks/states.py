"""State files of any size, grown from a rehearsed stack, and the same resources as a Terraform plan.

`python -m benchmarks.states <state file> <folder> <size>...` writes `<size>.json` for each, and `plan.json` of the first. In a
process of its own: what is measured afterwards would inherit the memory that this takes.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

_URN: Final = re.compile(r"(urn:pulumi:[^\"]*?::[^\":]+)\"")
_ROOT: Final = "pulumi:pulumi:Stack"


def exported(state: Path) -> dict[str, Any]:
    """A rehearsed state as `pulumi stack export` gives it."""
    document = json.loads(state.read_text(encoding="utf-8"))
    return {"version": 3, "deployment": document["checkpoint"]["latest"]}


def grown(state: Mapping[str, Any], resources: int) -> dict[str, Any]:
    """The stack with its resources again and again, each copy under names and ids of its own, `resources` in all."""
    deployment = state["deployment"]
    root = [item for item in deployment["resources"] if item["type"] == _ROOT]
    rest = [item for item in deployment["resources"] if item["type"] != _ROOT]
    found = root + rest
    copy = 0
    while len(found) < resources:
        copy += 1
        found += _renamed(rest, root[0]["urn"], f"-{copy}")
    return {"version": 3, "deployment": {**deployment, "resources": found[:resources]}}


def _renamed(resources: list[dict[str, Any]], root: str, suffix: str) -> list[dict[str, Any]]:
    text = _URN.sub(lambda m: m[0] if m[1] == root else f'{m[1]}{suffix}"', json.dumps(resources))
    copies: list[dict[str, Any]] = json.loads(text)
    for item in copies:
        if item.get("id"):
            item["id"] += suffix
        if "provider" in item:  # its reference ends in an id, which was renamed above; the name before it was not
            urn, _, made = item["provider"].rpartition("::")
            item["provider"] = f"{urn}{suffix}::{made}"
    return copies


def terraform_plan(state: Mapping[str, Any]) -> dict[str, Any]:
    """The vendors' resources of a state as `terraform show -json` writes a plan that creates them."""
    found = list(_planned(state["deployment"]["resources"]))
    changes = [
        {
            **{key: item[key] for key in ("address", "mode", "type", "name", "provider_name")},
            "change": {"actions": ["create"], "before": None, "after": item["values"]},
        }
        for item in found
    ]
    return {
        "format_version": "1.2",
        "terraform_version": "1.9.8",
        "planned_values": {"root_module": {"resources": found}},
        "resource_changes": changes,
        "configuration": {"root_module": {}},
    }


def _planned(resources: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for item in resources:
        if item["custom"] and not item["type"].startswith("pulumi:"):
            package, _, name = item["type"].split(":")
            kind, logical = f"{package}_{_snake(name)}", item["urn"].rpartition("::")[2].replace("-", "_")
            yield {
                "address": f"{kind}.{logical}",
                "mode": "managed",
                "type": kind,
                "name": logical,
                "provider_name": f"registry.terraform.io/{package}/{package}",
                "schema_version": 0,
                "values": _terraform(item.get("inputs", {})),
                "sensitive_values": {},
            }


def _terraform(value: Any) -> Any:
    if isinstance(value, Mapping):
        return "(sensitive)" if "ciphertext" in value else {_snake(key): _terraform(v) for key, v in value.items()}
    return [_terraform(inner) for inner in value] if isinstance(value, list) else value


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def main() -> None:
    """Write them."""
    state, folder, *sizes = sys.argv[1:]
    document = exported(Path(state))
    for size in sizes:
        (Path(folder) / f"{size}.json").write_text(json.dumps(grown(document, int(size))), encoding="utf-8")
    plan = terraform_plan(grown(document, int(sizes[0])))
    (Path(folder) / "plan.json").write_text(json.dumps(plan), encoding="utf-8")


if __name__ == "__main__":
    main()
