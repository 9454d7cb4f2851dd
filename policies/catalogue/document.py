"""Writes what is generated from the rules: `policies/README.md` and the JSON Schemas of the files that people edit.

`python -m policies.catalogue.document`
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from policies.catalogue import levels, registry, waiver_file
from policies.catalogue.clauses import State
from policies.catalogue.model import Level, Rule
from policies.catalogue.requirements import Stated, requirements
from policies.catalogue.waivers import LONGEST

PAGE: Final = Path(__file__).parent.parent / "README.md"
WAIVERS_SCHEMA: Final = waiver_file.FILE.with_name("waivers.schema.json")

_HEAD: Final = """# The policy pack

{count} rules over what providers will be sent and what came of it, asked by two callers that give the same answers:
`pulumi preview --policy-pack policies` (also in `brightbroom rehearse`), which stops before anything is created, and
`brightbroom audit`, which writes evidence from a state. This page is written from the rules themselves:
`.venv/bin/python -m policies.catalogue.document`.

- [The rules](#the-rules), with their level in each stack; each has [a section](#each-rule)
- [Requirements](#requirements): what answers each clause of each standard
- [What no rule covers](#what-no-rule-covers)
- [Waivers](#waivers): how a violation is accepted for a time
- [Daily tasks](../README.md#daily-tasks): how to add a rule, or switch one off

How strict a rule is in a stack, and with which parameters, stands in `levels/<stack>.json`; a stack without a file is judged as
production. *advisory* tells, *mandatory* stops the run, *remediate* mends the inputs before they are sent and tells what it
changed, *disabled* says why. Rules and parameters that do not exist are refused by name when the pack loads.

The pack has three policies of its own beside the rules: `every-rule-runs-to-its-end` stops a run in which a rule itself broke,
`waivers-in-force` tells what a waiver accepts, and `to-be-judged-after-apply` tells what depends on a value that only the
deployment makes known: the audit of the state judges it.
"""

_WAIVERS: Final = """## Waivers

`waivers.yaml` lists the violations that are accepted for a time; its schema is `waivers.schema.json`. A waiver covers one
rule in one stack, on the resources whose logical name fits its pattern (`*` and `?`). What counts is the name of the resource
that is judged, in the list *Judges* of the rule, also where a finding stands at another one: for `pulumi:pulumi:Stack` that is
`brightbroom-infra-<stack>`. A waived violation stops nothing and stays visible: in each preview as a finding of
`waivers-in-force`, and in the evidence as *waived*, with reason, owner, approver, ticket, days and the control that protects
meanwhile. It is in force from the day `created` to the end of the day `expires`, days of UTC.

GOV-03 judges the waivers after all other rules, and is mandatory. It fails for a waiver that

- is expired, or not begun: it covers nothing then, and the violation stops the run too
- lives longer than {longest}, by the severity of its rule
- was approved by its own owner
- is not needed: nothing violates the rule where it would cover it. One that depends on a value which is not yet known waits.

A file with a mistake lets no rule run: the pack does not load, and the audit ends with bad input. GOV-03 itself cannot be waived.
"""


def files() -> Mapping[Path, str]:
    """Every generated file, with its text."""
    return {
        PAGE: text(),
        levels.SCHEMA: _json(levels.schema(_rules())),
        WAIVERS_SCHEMA: _json(waiver_file.schema()),
    }


def text() -> str:
    """The page."""
    rules = _rules()
    parts = (
        _HEAD.format(count=len(rules)).splitlines(),
        _table(rules),
        _answers(),
        _uncovered(),
        _WAIVERS.format(longest=_longest()).splitlines(),
        ["", "## Each rule", ""],
        *(_section(rule) for rule in rules),
    )
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"


def _rules() -> tuple[Rule, ...]:
    """In the order of the areas, for people."""
    order = list(registry.AREAS)
    return tuple(sorted(registry.rules(), key=lambda rule: (order.index(rule.area), rule.id)))


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


# ---- the rules --------------------------------------------------------------------------------------------------


def _table(rules: tuple[Rule, ...]) -> Iterator[str]:
    yield from ("", "## The rules")
    for area, of_area in itertools.groupby(rules, key=lambda rule: rule.area):
        yield from ("", f"### {registry.AREAS[area]}", "")
        yield f"| rule | true when compliant | severity | {' | '.join(levels.stacks()[::-1])} | plan |"
        yield f"|---|---|---|{'---|' * len(levels.stacks())}---|"
        for rule in of_area:
            found = [levels.of_stack(stack)[rule.id].level for stack in levels.stacks()[::-1]]
            yield f"| {_link(rule)} | {rule.statement} | {rule.severity} | {' | '.join(found)} | {rule.plan} |"


def _link(rule: Rule) -> str:
    return f"[{rule.id}](#{rule.name})"


def _section(rule: Rule) -> Iterator[str]:
    yield from (f"### {rule.name}", "")
    yield f"- **Risk**: {rule.risk}."
    yield f"- **To know**: {' '.join((rule.check.__doc__ or '').split())}"
    yield f"- **Judges**: {', '.join(f'`{kind}`' for kind in rule.applies_to)}"
    if rule.reads:
        yield f"- **Reads beside it**: {', '.join(f'`{kind}`' for kind in rule.reads)}"
    for stack in levels.stacks()[::-1]:
        setting = levels.of_stack(stack)[rule.id]
        given = ", ".join(f"{key} = `{json.dumps(value)}`" for key, value in setting.parameters.items())
        off = f"switched off {setting.because}" if setting.level is Level.DISABLED else ""
        if said := "; ".join(filter(None, (given, off))):
            yield f"- **In {stack}**: {said}"
    if rule.source:
        others = "".join(f"; `{source}` for `{kind}`" for kind, source in rule.sources.items())
        yield f"- **Decided by**: `{rule.source}`{others}"
    if rule.plan:
        yield f"- **Needs**: {rule.plan}"
    yield f"- **Fix**: {rule.remedy}."
    yield f"- **Serves**: {'; '.join(map(str, rule.requirements))}"
    yield from (f"- **More**: <{rule.url}>", "")


# ---- the requirements -------------------------------------------------------------------------------------------


def _answers() -> Iterator[str]:
    yield from ("", "## Requirements", "")
    yield "*automated*: rules answer, but for what the last column names. *declared*: a fact that the program declares answers."
    yield "*not covered by code*: somebody answers, elsewhere. Titles are ours; the standards have the words that count."
    for standard, of_standard in _by_standard(requirements()):
        yield from (
            "",
            f"### {standard}",
            "",
            "| clause | asks that | state | rules | who else answers |",
            "|---|---|---|---|---|",
        )
        for stated in of_standard:
            clause = stated.clause.removesuffix(f": {stated.title}")
            yield f"| {clause} | {stated.title} | {stated.state} | {_links(stated)} | {stated.where} |"


def _links(stated: Stated) -> str:
    known = {rule.id: rule for rule in registry.rules()}
    return ", ".join(_link(known[code]) for code in stated.rules)


def _uncovered() -> Iterator[str]:
    yield from ("", "## What no rule covers")
    left = sorted((s for s in requirements() if s.state is State.ELSEWHERE), key=_who)
    for who, answered in itertools.groupby(left, key=_who):
        yield from ("", f"### Answered by {who}", "")
        for stated in answered:
            clause = stated.clause if stated.title in stated.clause else f"{stated.clause}, {stated.title}"
            yield f"- {' '.join(filter(None, (stated.standard, stated.version)))} {clause}: {stated.where.partition(': ')[2]}"
    yield ""


def _who(stated: Stated) -> str:
    return stated.where.partition(":")[0]


def _by_standard(stated: tuple[Stated, ...]) -> Iterator[tuple[str, list[Stated]]]:
    for name, group in itertools.groupby(stated, key=lambda s: " ".join(filter(None, (s.standard, s.version)))):
        yield name, list(group)


def _longest() -> str:
    by_days: dict[int, list[str]] = {}
    for severity, days in LONGEST.items():
        by_days.setdefault(days, []).append(severity)
    return " or ".join(f"{days} days ({' and '.join(names)})" for days, names in by_days.items())


if __name__ == "__main__":
    for path, content in files().items():
        path.write_text(content, encoding="utf-8")
