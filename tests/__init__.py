"""The suite mirrors the source tree; see the README for its kinds."""
