"""The policy pack: `pulumi preview --policy-pack policies`. The only place that constructs a `PolicyPack`."""

import pulumi
from pulumi_policy import PolicyPack

from policies.catalogue import levels, registry
from policies.crossguard import crossguard_policies

PolicyPack("brightbroom", crossguard_policies(registry.rules(), levels.of_stack(pulumi.get_stack())))
