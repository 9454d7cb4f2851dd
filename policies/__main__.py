"""The policy pack: `pulumi preview --policy-pack policies`. The only place that constructs a `PolicyPack`."""

from datetime import UTC, datetime

import pulumi
from pulumi_policy import PolicyPack

from policies.catalogue import registry
from policies.crossguard import crossguard_policies
from policies.sharing import share_readings

share_readings()
PolicyPack("brightbroom", crossguard_policies(registry.rules(), pulumi.get_stack(), datetime.now(UTC).date()))
