"""Writes `policies/README.md` from the rules' metadata: `python -m policies.catalogue.document`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from policies.catalogue import levels, registry
from policies.catalogue.model import Rule

PAGE: Final = Path(__file__).parent.parent / "README.md"
WAIVERS_SCHEMA: Final = PAGE.parent / "waivers.schema.json"
STACKS: Final = ("staging", "production")

_HEAD: Final = """# The policy pack

Rules over what a provider will be sent, run by `pulumi preview --policy-pack policies` and by `brightbroom rehearse`. A
mandatory violation stops before anything is created. How strict a rule is in a stack, and with which parameters, stands in
`levels/<stack>.json`; a stack without a file is judged as production. This page is written from the rules themselves:
`.venv/bin/python -m policies.catalogue.document`.

| rule | true when compliant | severity | staging | production |
|---|---|---|---|---|
"""


def text() -> str:
    """The page."""
    rules = registry.rules()
    return _HEAD + "\n".join([*map(_row, rules), "", *(line for rule in rules for line in _section(rule))])


def _row(rule: Rule) -> str:
    found = [levels.of_stack(stack)[rule.id].level for stack in STACKS]
    return f"| [{rule.id}](#{rule.name}) | {rule.statement} | {rule.severity} | {' | '.join(found)} |"


def _section(rule: Rule) -> Iterator[str]:
    yield f"## {rule.name}"
    yield ""
    yield f"- **Risk**: {rule.risk}."
    yield f"- **Judges**: {', '.join(f'`{kind}`' for kind in rule.applies_to)}"
    for stack in STACKS:
        given = levels.of_stack(stack)[rule.id].parameters
        if given:
            yield f"- **Parameters in {stack}**: {', '.join(f'{key} = `{value}`' for key, value in given.items())}"
    yield f"- **Fix**: {rule.remedy}."
    yield f"- **Serves**: {', '.join(map(str, rule.requirements))}"
    yield f"- **More**: <{rule.url}>"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
