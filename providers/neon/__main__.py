"""Starts the plugin's server; the engine gives its own address as the argument."""

import sys

from neon_provider.provider import VERSION, NeonProvider
from neon_provider.servicer import serve

if __name__ == "__main__":
    serve([argument for argument in sys.argv[1:] if not argument.startswith("-")], VERSION, NeonProvider())
