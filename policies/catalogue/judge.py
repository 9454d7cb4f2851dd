"""One rule on one resource: the answer that both callers, the pack and the audit, give."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Final

from policies.catalogue import levels, registry, secrecy, waiver_file
from policies.catalogue.levels import Setting
from policies.catalogue.model import Finding, Level, NotApplicable, Outcome, Rule, Unevaluated
from policies.catalogue.resource import Resource, Stack
from policies.catalogue.scope import Scope
from policies.catalogue.waivers import Waiver, Waivers


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says of a resource.

    `reason` is set for every outcome but pass and fail. `pending` names what could not be read beside findings that stand
    already. `broken` says that the rule itself failed: an error of ours, and never a pass.
    """

    rule: Rule
    resource: Resource
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    pending: str = ""
    waiver: Waiver | None = None
    broken: bool = False


_NOTHING: Final = Stack(())


@dataclass(frozen=True, slots=True)
class Court:
    """What all verdicts of a run over one stack share: settings by rule code, the day, the waivers and the other stacks."""

    settings: Mapping[str, Setting]
    today: date
    waivers: Waivers
    others: Mapping[str, Stack] | None = None

    def judge(self, rule: Rule, resource: Resource, stack: Stack = _NOTHING) -> Verdict:
        """The verdict of a rule on a resource. Never raises: a rule that breaks is reported as broken."""
        if resource.type not in rule.applies_to:
            return Verdict(rule, resource, Outcome.NOT_APPLICABLE, reason=other_type(rule))
        setting = self.settings[rule.id]
        if setting.level is Level.DISABLED:
            return Verdict(rule, resource, Outcome.SWITCHED_OFF, reason=setting.because)
        scope = self.scope(rule, stack)
        findings: list[Finding] = []
        pending = ""
        try:
            findings.extend(rule.check(resource, scope))
        except NotApplicable as answer:
            if not findings:
                return Verdict(rule, resource, Outcome.NOT_APPLICABLE, reason=secrecy.formless(str(answer)))
        except Unevaluated as answer:
            pending = secrecy.formless(str(answer))
        except Exception as error:  # noqa: BLE001 - one broken rule must not hide the others
            return Verdict(rule, resource, Outcome.NOT_EVALUATED, reason=_described(rule, error), broken=True)
        if pending:
            self.waivers.postpone(rule, resource)
        if not findings:
            outcome = Outcome.NOT_EVALUATED if pending else Outcome.PASS
            return Verdict(rule, resource, outcome, reason=pending)
        hidden = tuple(secrecy.concealed(finding, resource, stack) for finding in findings)
        waiver = self.waivers.cover(rule, resource, self.today)
        outcome, reason = (Outcome.WAIVED, waiver.reason) if waiver else (Outcome.FAIL, "")
        return Verdict(rule, resource, outcome, hidden, reason, pending, waiver)

    def scope(self, rule: Rule, stack: Stack = _NOTHING) -> Scope:
        """What the rule is told."""
        return Scope(self.settings[rule.id].parameters, self.today, stack, self.waivers, self.others)


def court(stack: str, today: date) -> Court:
    """The court of a stack, with its levels file and the waivers of the project. Raises `LevelsError`, `WaiversError`."""
    severities = {rule.id: rule.severity for rule in registry.rules()}
    return Court(levels.of_stack(stack), today, Waivers(waiver_file.waivers(), MappingProxyType(severities)))


def other_type(rule: Rule) -> str:
    """The reason why a rule has nothing to say about a resource of another type."""
    return f"judges {', '.join(rule.applies_to)}"


def _described(rule: Rule, error: Exception) -> str:
    """Type and place, not the text: nobody vouches that it holds no secret."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return (
        f"{rule.id} could not judge: {type(error).__name__}{where}; this is an error of the rule, not of the resource"
    )
