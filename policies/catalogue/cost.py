"""Limits on what an environment may use."""
