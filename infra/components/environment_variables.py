"""Variables of a Vercel project: one resource per key and target.

Never the plural resource (its values are not masked) and never inline (it fights these). A replacement deletes first, because
Vercel refuses a second variable of the same key and target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumiverse_vercel as vercel
from pulumi import ResourceOptions

from infra import names


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """One key. `targets` are Vercel's: production, preview. A sensitive value can be read by nobody once set."""

    key: str
    value: pulumi.Input[str]
    targets: Sequence[str]
    sensitive: bool = False
    comment: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class EnvironmentVariablesArgs:
    """`owner` and `rotated` go into the comment of every sensitive variable, so that its age is known at Vercel too."""

    project_id: pulumi.Input[str]
    team_id: str
    variables: Sequence[Variable]
    owner: str
    rotated: str


class EnvironmentVariables(pulumi.ComponentResource):
    """All variables of one project."""

    def __init__(self, name: str, args: EnvironmentVariablesArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("brightbroom:hosting:EnvironmentVariables", name, {"projectId": args.project_id}, opts)
        for variable in args.variables:
            for target in variable.targets:
                vercel.ProjectEnvironmentVariable(
                    f"{name}-{names.kebab(variable.key)}-{target}",
                    project_id=args.project_id,
                    team_id=args.team_id,
                    key=names.variable(variable.key),
                    value=pulumi.Output.secret(variable.value) if variable.sensitive else variable.value,
                    targets=[target],
                    sensitive=variable.sensitive,
                    comment=_comment(variable, args),
                    opts=ResourceOptions(parent=self, delete_before_replace=True),
                )
        self.register_outputs({})


def _comment(variable: Variable, args: EnvironmentVariablesArgs) -> str:
    age = f"owner={args.owner} rotated={args.rotated}" if variable.sensitive else ""
    return "; ".join(part for part in (variable.comment, age) if part)
