"""Entry point of the program: read the settings, declare the stack, export its outputs."""

import pulumi

from infra.outputs import export
from infra.settings import SettingsError, load
from infra.stack import deploy

try:
    inputs = load()
except SettingsError as error:
    raise pulumi.RunError(str(error)) from None
export(deploy(inputs))
