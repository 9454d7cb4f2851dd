"""The small assessment plan that OSCAL assessment results must import: what is checked, by what, and what is left out."""

from __future__ import annotations

from typing import Any

from audit.formats.oscal_parts import (
    activity,
    automated,
    control,
    document,
    metadata,
    named,
    objective,
    prop,
    props,
    reviewed,
    serving,
    title,
    tool,
)
from audit.formats.parts import Record, clause, filled, identity, line

_METHOD = (
    "Every rule is applied to every resource in the state of every stack. The answer is one of six: pass, fail, waived, not "
    "applicable, not evaluated, switched off; they must add up to resources times rules."
)


def plan(record: Record) -> dict[str, Any]:
    """The `assessment-plan`, made from the same record as the results."""
    strategy = identity("deployment strategy")
    return filled(
        {
            "uuid": document(record, "assessment-plan"),
            "metadata": metadata(record, "Plan of the policy audit"),
            "import-ssp": {
                "href": f"#{strategy}",
                "remarks": "The deployment strategy stands where a system security plan would.",
            },
            "local-definitions": _definitions(record),
            "terms-and-conditions": {"parts": _terms(record)},
            "reviewed-controls": reviewed(automated(record)),
            "assessment-subjects": [
                {"type": "inventory-item", "description": "Every resource in the states.", "include-all": {}}
            ],
            "assessment-assets": _assets(record),
            "tasks": [_task(record)],
            "back-matter": {
                "resources": [
                    {
                        "uuid": strategy,
                        "title": "Deployment strategy",
                        "description": "What became of each of its sentences.",
                        "rlinks": [{"href": "docs/coverage.md", "media-type": "text/markdown"}],
                    }
                ]
            },
        }
    )


def _definitions(record: Record) -> dict[str, Any]:
    rules = serving(record)
    needs = automated(record)
    served: dict[str, list[Record]] = {rule["id"]: [] for rule in record["rules"]}
    for need in needs:
        for rule in rules[clause(need)]:
            served[rule["id"]].append(need)
    return filled(
        {
            "objectives-and-methods": [_objective(need, rules[clause(need)]) for need in needs],
            "activities": [_activity(rule, served[rule["id"]]) for rule in record["rules"]],
        }
    )


def _objective(need: Record, rules: list[Record]) -> dict[str, Any]:
    prose = "; ".join(f"{rule['id']}: {rule['statement']}" for rule in rules)
    part = {"id": objective(need), "name": "assessment-objective", "prose": f"Determine whether {prose}."}
    beside = need.get("where", "")
    return filled({"control-id": control(need), "description": named(need), "parts": [part], "remarks": beside})


def _activity(rule: Record, needs: list[Record]) -> dict[str, Any]:
    return filled(
        {
            "uuid": activity(rule),
            "title": title(f"{rule['id']} {rule['statement']}"),
            "description": f"Risk: {rule['risk']}. Fix: {rule['remedy']}.",
            "props": props(
                {"name": "method", "value": "TEST"},
                prop("rule", rule["id"]),
                prop("severity", rule["severity"]),
                prop("source", rule["source"]),
                prop("plan-needed", rule["plan"]),
                *(prop("judges", kind) for kind in rule["appliesTo"]),
            ),
            "links": [{"href": rule["url"], "rel": "reference"}] if rule["url"] else [],
            "related-controls": reviewed(needs),
        }
    )


def _terms(record: Record) -> list[dict[str, Any]]:
    outside = [need for need in record["requirements"] if need["state"] != "automated"]
    exclusions = [
        {"name": "item", "prose": line(f"{named(need)}: {need['state']}. {need['where']}")} for need in outside
    ]
    settings = [
        {"name": "item", "prose": line(f"{stack}, {code}: {setting['level']}. {setting['because']}")}
        for stack, found in sorted(record["settings"].items())
        for code, setting in sorted(found.items())
        if setting["level"] == "disabled"
    ]
    return [
        {"name": "methodology", "prose": _METHOD},
        filled(
            {
                "name": "assessment-exclusions",
                "prose": "Requirements that no resource can show, and rules that are switched off.",
                "parts": [*exclusions, *settings],
            }
        ),
    ]


def _assets(record: Record) -> dict[str, Any]:
    by, versions = record["by"], record["by"]["versions"]
    component = {
        "uuid": tool(record),
        "type": "software",
        "title": title(by["pack"]["name"]),
        "description": "The policy pack and the audit that applies it.",
        "props": props(
            {"name": "version", "value": by["pack"]["version"]},
            prop("sha256", by["pack"]["sha256"]),
            prop("waivers-sha256", by["waiversSha256"]),
            *(prop("levels-sha256", digest, **{"class": stack}) for stack, digest in sorted(by["levels"].items())),
            *(prop(f"version-of-{name}", version) for name, version in sorted(versions.items())),
        ),
        "status": {"state": "operational"},
    }
    platform = {"uuid": identity("platform", tool(record)), "uses-components": [{"component-uuid": tool(record)}]}
    return {"components": [component], "assessment-platforms": [platform]}


def _task(record: Record) -> dict[str, Any]:
    run = record["run"]
    subjects = [{"type": "inventory-item", "include-all": {}}]
    done = [{"activity-uuid": activity(rule), "subjects": subjects} for rule in record["rules"]]
    return filled(
        {
            "uuid": identity("task", document(record, "assessment-plan")),
            "type": "action",
            "title": "Audit the states",
            "timing": {"within-date-range": {"start": run["startedAt"], "end": run["endedAt"]}},
            "associated-activities": done,
        }
    )
