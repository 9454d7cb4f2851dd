"""What the page shows, computed from an evidence record; the templates only lay it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from audit.formats import parts
from audit.formats.parts import Record, many
from audit.formats.report.index import SIX, Index
from audit.formats.report.open_results import Fix, Unjudged, fixes, unjudged


@dataclass(frozen=True, slots=True)
class Area:
    """One subject: its answers today and its failures, run by run."""

    code: str
    title: str
    rules: int
    tally: Mapping[str, int]
    failing: Sequence[int]


@dataclass(frozen=True, slots=True)
class Course:
    """How one number went over the runs."""

    title: str
    values: Sequence[int]

    @property
    def change(self) -> str:
        """Today's number against the run before."""
        if len(self.values) < 2:
            return "no earlier run"
        step = self.values[-1] - self.values[-2]
        return f"{abs(step):,} {'more' if step > 0 else 'fewer'} than the run before" if step else "as the run before"


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of a standard with the rules that serve it and their answers."""

    requirement: Record
    name: str
    rules: Sequence[Record]
    tally: Mapping[str, int]

    @property
    def standard(self) -> str:
        """The standard with its version."""
        return parts.standard(self.requirement)

    @property
    def place(self) -> str:
        """Where in the standard it stands: the number, or the heading without the sentence that is the title."""
        clause: str = self.requirement["clause"]
        return clause.removesuffix(self.requirement["title"]).rstrip(": ")

    @property
    def outcome(self) -> str:
        """The result in a word: the worst answer that any of its rules gave."""
        if not self.rules:
            return ""
        worst = ("fail", "waived", "not evaluated", "pass", "switched off", "not applicable")
        return next((outcome for outcome in worst if self.tally[outcome]), "nothing to judge")


@dataclass(frozen=True, slots=True)
class Kind:
    """One resource type of the population."""

    token: str
    stacks: Mapping[str, int]
    rules: Sequence[str]
    standing: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sum:
    """All answers of one rule, or about one stack. `others` of them are "not applicable" because of the resource's type."""

    name: str
    tally: Mapping[str, int]
    others: int
    expected: int

    @property
    def total(self) -> int:
        """What the six answers add up to."""
        return sum(self.tally.values())


@dataclass(frozen=True, slots=True)
class View:
    """Everything that the templates ask for."""

    six: Sequence[str]
    stacks: Sequence[str]
    holds: bool
    verdict: str
    remarks: Sequence[str]
    fixes: Sequence[Fix]
    unjudged: Sequence[Unjudged]
    areas: Sequence[Area]
    courses: Sequence[Course]
    standards: Mapping[str, Sequence[Clause]]
    uncovered: Sequence[Clause]
    kinds: Sequence[Kind]
    waived: Mapping[str, Sequence[Record]]
    switched_off: Sequence[tuple[str, Record, str]]
    stack_sums: Sequence[Sum]
    rule_sums: Sequence[Sum]
    waiting: Sequence[Record]
    lives: Sequence[Record]
    index: Index


def of(record: Record) -> View:
    """The view of a record."""
    index = Index(record)
    holds, verdict = parts.verdict(record)
    stack_sums, rule_sums = _sums(record)
    clauses = [_clause(index, requirement) for requirement in record["requirements"]]
    return View(
        six=SIX,
        stacks=index.stacks,
        holds=holds,
        verdict=verdict,
        remarks=list(_remarks(record)),
        fixes=fixes(index),
        unjudged=unjudged(index),
        areas=list(_areas(index)),
        courses=_courses(record["trend"]),
        standards=_grouped(clauses),
        uncovered=[one for one in clauses if one.requirement["state"] != "automated"],
        kinds=_kinds(index),
        waived=_waived(index),
        switched_off=list(_switched_off(index)),
        stack_sums=stack_sums,
        rule_sums=rule_sums,
        lives=_lives(record["retention"]),
        waiting=[item for item in record["population"] if item["waits"]],
        index=index,
    )


def _remarks(record: Record) -> Iterator[str]:
    """What a reader must know beside the verdict."""
    yield from (f"Broken rule: {text}" for text in record["broken"])
    wrong = sum(bool(waiver["problems"]) for waiver in record["waivers"])
    overdue = sum(bool(result.get("history", {}).get("overdue")) for result in record["results"])
    if overdue:
        yield f"{many(overdue, 'failure')} past the deadline of {'its' if overdue == 1 else 'their'} severity"
    if wrong:
        yield f"{many(wrong, 'waiver')} not in force or not needed"
    for state in record["states"]:
        if state.get("pendingOperations"):
            yield f"the state of {state['stack']} was left by an interrupted deployment"


def _areas(index: Index) -> Iterator[Area]:
    rules: dict[str, list[Record]] = {}
    for rule in index.record["rules"]:
        rules.setdefault(rule["area"], []).append(rule)
    for code, found in rules.items():
        failing = [run["byArea"].get(code, {}).get("fail", 0) for run in index.record["trend"]]
        yield Area(code, found[0]["areaTitle"], len(found), index.tally(rule["id"] for rule in found), failing)


def _courses(trend: Sequence[Record]) -> list[Course]:
    chosen = [
        (name.capitalize(), [run["total"][name] for run in trend]) for name in ("fail", "waived", "not evaluated")
    ]
    return [Course(title, values) for title, values in (*chosen, ("Overdue", [run["overdue"] for run in trend]))]


def _clause(index: Index, requirement: Record) -> Clause:
    rules = [index.rules[code] for code in requirement["rules"] if code in index.rules]
    return Clause(requirement, parts.clause(requirement), rules, index.tally(rule["id"] for rule in rules))


def _grouped(clauses: Sequence[Clause]) -> dict[str, list[Clause]]:
    found: dict[str, list[Clause]] = {}
    for one in clauses:
        found.setdefault(one.standard, []).append(one)
    return found


def _kinds(index: Index) -> list[Kind]:
    stacks: dict[str, Counter[str]] = {}
    for item in index.record["population"]:
        stacks.setdefault(item["type"], Counter())[item["stack"]] += 1
    judging = {token: [rule["id"] for rule in index.record["rules"] if token in rule["appliesTo"]] for token in stacks}
    known = ((one["type"], one["standing"], one["reason"]) for one in index.record["types"])
    return [Kind(token, stacks[token], judging[token], *told) for token, *told in known if token in stacks]


def _waived(index: Index) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for result in index.having("waived"):
        found.setdefault(result["waiver"], []).append(result)
    return found


def _switched_off(index: Index) -> Iterator[tuple[str, Record, str]]:
    for stack, rules in index.record["settings"].items():
        for code, setting in rules.items():
            if setting["level"] == "disabled":
                yield stack, index.rules[code], setting["because"]


def _sums(record: Record) -> tuple[list[Sum], list[Sum]]:
    """By stack and by rule."""
    by_stack, by_rule = Counter[str](), Counter[str]()
    for entry in record["otherTypes"]:
        by_stack[entry["stack"]] += entry["count"]
        by_rule[entry["rule"]] += entry["count"]
    sizes = {state["stack"]: state["resources"] for state in record["states"]}
    settings, counts = record["settings"], record["counts"]
    stacks = [
        Sum(name, counts["byStack"].get(name, dict.fromkeys(SIX, 0)), by_stack[name], size * len(settings[name]))
        for name, size in sizes.items()
    ]
    rules = [
        Sum(code, counts["byRule"][code], by_rule[code], sum(sizes[name] for name in sizes if code in settings[name]))
        for code in sorted(counts["byRule"])
    ]
    return stacks, rules


def _lives(retention: Sequence[Record]) -> list[Record]:
    """By class of data, so that the stacks stand beside each other."""
    order = {name: place for place, name in reversed(list(enumerate(row["dataClass"] for row in retention)))}
    return sorted(retention, key=lambda row: order[row["dataClass"]])
