"""Secrets that no person ever holds: generated, one of each kind for each deployment target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_random as random
from pulumi import ResourceOptions


@dataclass(frozen=True, kw_only=True, slots=True)
class GeneratedSecretsArgs:
    """`keys` are variable names; another `rotation` text generates all of them anew."""

    keys: Sequence[str]
    targets: Sequence[str]
    rotation: str


class GeneratedSecrets(pulumi.ComponentResource):
    """64 letters and digits each: about 380 bits."""

    values: Mapping[tuple[str, str], pulumi.Output[str]]
    """By key and target; secret."""

    def __init__(self, name: str, args: GeneratedSecretsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("brightbroom:hosting:GeneratedSecrets", name, {"rotation": args.rotation}, opts)
        self.values = {
            (key, target): pulumi.Output.secret(
                random.RandomPassword(
                    f"{name}-{key.lower().replace('_', '-')}-{target}",
                    length=64,
                    special=False,
                    keepers={"rotation": args.rotation},
                    opts=ResourceOptions(parent=self),
                ).result
            )
            for key in args.keys
            for target in args.targets
        }
        self.register_outputs({})
