"""Every rule on every resource of every state: six answers, and the proof that none is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from audit.errors import IncompleteError
from audit.state import State
from audit.values import Veil
from policies.catalogue import judge, registry
from policies.catalogue.judge import Court, Verdict
from policies.catalogue.model import Finding, Outcome, Rule


@dataclass(frozen=True, slots=True)
class Others:
    """Resources that a rule does not judge, counted: of another type, or no longer meant to be there."""

    stack: str
    rule: str
    type: str
    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class Judged:
    """One state with all verdicts about it."""

    state: State
    court: Court
    verdicts: tuple[Verdict, ...]
    others: tuple[Others, ...]

    @property
    def expected(self) -> int:
        """How many answers there must be."""
        return len(self.state.population) * len(self.court.settings)

    @property
    def totals(self) -> Mapping[Outcome, int]:
        """Answers by outcome."""
        found = Counter(verdict.outcome for verdict in self.verdicts)
        found[Outcome.NOT_APPLICABLE] += sum(other.count for other in self.others)
        return {outcome: found[outcome] for outcome in Outcome}


def run(states: Sequence[State], today: date, rules: Sequence[Rule] | None = None) -> list[Judged]:
    """Judge all states, each knowing the others, in the registry's order: rules that read what the others used come last.
    Raises `LevelsError`, `WaiversError`, and `IncompleteError` where an answer was lost."""
    rules = registry.rules() if rules is None else rules
    judged = [_judge(state, states, today, rules) for state in states]
    for one in judged:
        _check_complete(one, rules)
    return judged


def _judge(state: State, states: Sequence[State], today: date, rules: Sequence[Rule]) -> Judged:
    views = {other.stack: other.outputs for other in states if other is not state}
    court = replace(judge.court(state.stack, today), others=views)
    court = replace(court, settings={rule.id: court.settings[rule.id] for rule in rules})
    kinds = Counter((item.type, item.waits) for item in state.population)
    verdicts: list[Verdict] = []
    others: list[Others] = []
    for rule in rules:
        verdicts += _verdicts(rule, state, court)
        others += _unjudged(rule, state, kinds)
    return Judged(state, court, tuple(verdicts), tuple(others))


def _verdicts(rule: Rule, state: State, court: Court) -> Iterator[Verdict]:
    view = state.outputs if rule.whole_stack else state.inputs
    given = (view,) if rule.whole_stack else ()
    for resource in view.of_type(*rule.applies_to):
        yield _concealed(court.judge(rule, resource, *given), state.veil)


def _unjudged(rule: Rule, state: State, kinds: Mapping[tuple[str, str], int]) -> Iterator[Others]:
    why = judge.other_type(rule)
    for (kind, waits), count in kinds.items():
        if waits or kind not in rule.applies_to:
            yield Others(state.stack, rule.id, kind, count, waits or why)


def _concealed(verdict: Verdict, veil: Veil) -> Verdict:
    """The verdict without any text that is secret in its state."""
    if not (verdict.findings or verdict.reason or verdict.pending):
        return verdict
    return replace(
        verdict,
        findings=tuple(_veiled(finding, veil) for finding in verdict.findings),
        reason=veil.over(verdict.reason),
        pending=veil.over(verdict.pending),
    )


def _veiled(finding: Finding, veil: Veil) -> Finding:
    told = finding.seen if isinstance(finding.seen, str) else str(finding.seen)
    hidden = veil.over(told)
    seen = finding.seen if hidden == told else hidden
    return replace(finding, path=veil.over(finding.path), seen=seen, wanted=veil.over(finding.wanted))


def _check_complete(judged: Judged, rules: Iterable[Rule]) -> None:
    """Every rule has exactly one answer about every resource. Raises `IncompleteError`."""
    state = judged.state
    answers = Counter((verdict.rule.id, verdict.resource.urn) for verdict in judged.verdicts)
    live = [(item.type, item.urn) for item in state.population if not item.waits]
    wanted = Counter((rule.id, urn) for rule in rules for kind, urn in live if kind in rule.applies_to)
    total = sum(judged.totals.values())
    if answers != wanted or total != judged.expected:
        differing = sorted({*(answers - wanted), *(wanted - answers)})
        some = "; ".join(f"{rule} on {urn}" for rule, urn in differing[:3])
        raise IncompleteError(
            f"{state.stack}: {total} answers where {judged.expected} were due ({some or 'in the counts of other types'})"
        )
