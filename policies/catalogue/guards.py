"""What guards the branches of a repository: rulesets and classic branch protections, read alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from policies.catalogue.model import Finding, NotApplicable, Unevaluated
from policies.catalogue.resource import Resource, Stack
from policies.catalogue.types import GITHUB_BRANCH_PROTECTION, GITHUB_REPOSITORY, GITHUB_RULESET

GUARDS: Final = (GITHUB_RULESET, GITHUB_BRANCH_PROTECTION)

ELSEWHERE: Final = "this stack declares neither the repository nor a rule for its branches: another stack governs it"


@dataclass(frozen=True, slots=True)
class Governed:
    """A repository that a stack governs. `anchor` is the repository, or the first of its guards where the stack declares only
    those."""

    anchor: Resource
    guards: Sequence[Resource]

    def of(self, branch: str) -> list[Resource]:
        """The guards that act on a branch: all rulesets that cover it, and of the classic protections the one that GitHub
        takes, which names it, or is the oldest with a pattern that fits it."""
        covering = [guard for guard in self.guards if _covers(guard, branch, self.anchor)]
        classic = [guard for guard in covering if guard.type == GITHUB_BRANCH_PROTECTION]
        classic.sort(key=lambda guard: guard.get("pattern") != branch)
        return [guard for guard in covering if guard not in classic[1:]]


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that a guard can ask: where a ruleset and where a classic protection says so. With `least` it is a number, else
    true (or, for `allows...`, not true).

    `around` is where a classic protection names those whom it does not bind. `reviewed` says that an actor who may bypass a
    ruleset by pull requests alone gets around this too.
    """

    ruleset: str
    classic: str
    around: str = ""
    reviewed: bool = False
    least: int | None = None

    def path(self, guard: Resource) -> str:
        """Where this guard says so."""
        return self.ruleset if guard.type == GITHUB_RULESET else self.classic

    def wanted(self, guard: Resource) -> str:
        """What must stand there."""
        return str(not self._allows(guard)) if self.least is None else f"at least {self.least}"

    def holds(self, guard: Resource) -> bool:
        """Whether it asks for it. What is left out is not asked for; what is left out of `allows...` is not allowed."""
        seen = guard.get(self.path(guard))
        if self.least is not None:
            return isinstance(seen, int) and seen >= self.least
        return seen is not True if self._allows(guard) else seen is True

    def bypass(self, guard: Resource) -> str | None:
        """The path that lets somebody get around it, None where nobody can."""
        if guard.type == GITHUB_RULESET:
            actors = range(len(guard.listed("bypassActors")))
            modes = [guard.get(f"bypassActors.{number}.bypassMode") for number in actors]
            return "bypassActors" if any(self.reviewed or mode != "pull_request" for mode in modes) else None
        if guard.get("enforceAdmins") is not True:
            return "enforceAdmins"
        return self.around if self.around and guard.get(self.around) else None

    def _allows(self, guard: Resource) -> bool:
        return self.path(guard).startswith("allows")


NO_DELETION: Final = Condition("rules.deletion", "allowsDeletions")
NO_FORCE_PUSH: Final = Condition("rules.nonFastForward", "allowsForcePushes", "forcePushBypassers")
SIGNED: Final = Condition("rules.requiredSignatures", "requireSignedCommits")
LINEAR: Final = Condition("rules.requiredLinearHistory", "requiredLinearHistory")


def governed(stack: Stack) -> list[Governed]:
    """The repositories that a stack governs. Raises `NotApplicable` where there is none, `Unevaluated` where it cannot be known
    what a guard belongs to."""
    declared = {r.urn: r for r in stack.of_type(GITHUB_REPOSITORY)}
    names = {name: r.urn for r in declared.values() for name in _names(r)}
    groups: dict[str, list[Resource]] = {urn: [] for urn in declared}
    for guard in stack.of_type(*GUARDS):
        by = "repository" if guard.type == GITHUB_RULESET else "repositoryId"
        linked = next((urn for urn in guard.links.get(by, ()) if urn in declared), None)
        given = linked or str(guard.get(by))
        groups.setdefault(names.get(given, given), []).append(guard)
    if not groups:
        raise NotApplicable(ELSEWHERE)
    return [Governed(declared.get(key) or held[0], held) for key, held in groups.items()]


def parts(stack: Stack, repository: Resource, kind: str) -> tuple[Resource, ...]:
    """The resources of a type that belong to a repository, by what they depend on, its id or its name."""
    named = (part for name in _names(repository) for part in stack.holding(name, kind, by="repository"))
    return tuple({part.urn: part for part in (*stack.linked(repository, kind, by="repository"), *named)}.values())


def _names(repository: Resource) -> Iterator[str]:
    """What others may call it by, as far as it is known."""
    for key in ("name", "nodeId"):
        if isinstance(name := repository.properties.get(key), str):
            yield name


def lacking(guards: Sequence[Resource], condition: Condition, branch: str) -> Iterator[Finding]:
    """A finding unless one of the guards of a branch asks for it and binds everybody."""
    holding = [guard for guard in guards if condition.holds(guard)]
    if any(condition.bypass(guard) is None for guard in holding):
        return
    guard = holding[0] if holding else guards[0]
    if holding and (path := condition.bypass(guard)):
        yield Finding(path, guard.get(path), f"nobody who gets around what guards {branch}", guard.urn)
    else:
        path = condition.path(guard)
        yield Finding(path, guard.get(path), f"{condition.wanted(guard)} on {branch}", guard.urn)


def unguarded(repository: Governed, branch: str) -> Finding:
    """The finding for a branch that nothing covers."""
    wanted = f"an active ruleset, or a branch protection, over {branch}"
    return Finding("conditions.refName.includes", None, wanted, repository.anchor.urn)


def moved_by_apps_alone(guards: Sequence[Resource]) -> bool:
    """Whether only GitHub Apps may move the branch: a ruleset forbids updates to all others."""
    for guard in guards:
        if guard.type == GITHUB_RULESET and guard.get("rules.update") is True:
            actors = range(len(guard.listed("bypassActors")))
            if all(guard.get(f"bypassActors.{number}.actorType") == "Integration" for number in actors):
                return True
    return False


def _covers(guard: Resource, branch: str, repository: Resource) -> bool:
    if guard.type == GITHUB_BRANCH_PROTECTION:
        return _fits(str(guard.get("pattern")), branch)
    if guard.get("target") != "branch" or guard.get("enforcement") != "active":
        return False
    return not _named(guard, "excludes", branch, repository) and _named(guard, "includes", branch, repository)


def _named(guard: Resource, key: str, branch: str, repository: Resource) -> bool:
    path = f"conditions.refName.{key}"
    patterns = [guard.get(f"{path}.{number}") for number in range(len(guard.listed(path)))]
    return any(_is(str(pattern), branch, repository) for pattern in patterns)


def _is(pattern: str, branch: str, repository: Resource) -> bool:
    if pattern != "~DEFAULT_BRANCH":
        return pattern == "~ALL" or _fits(pattern, f"refs/heads/{branch}")
    default = repository.get("defaultBranch")
    if default is None:
        raise Unevaluated("defaultBranch", "is told by the repository, which this stack does not declare")
    return bool(default == branch)


_ONE_OF: Final = r"\[(?:\w-\w|\w)+\]"


def _fits(pattern: str, name: str) -> bool:
    """As `File.fnmatch` with `FNM_PATHNAME`, which GitHub uses: a star stops at a slash, `**/` between slashes does not, and
    `[ab]` is one letter (docs.github.com, Managing a branch protection rule)."""
    parts = re.split(rf"((?<![^/])\*\*/|\*+|\?|{_ONE_OF})", pattern)
    try:
        return re.fullmatch("".join(map(_regex, parts)), name) is not None
    except re.error:
        return False


def _regex(part: str) -> str:
    if re.fullmatch(_ONE_OF, part):
        return part
    return {"**/": "(?:.*/)?", "?": "[^/]"}.get(part) or ("[^/]*" if part.startswith("*") else re.escape(part))
