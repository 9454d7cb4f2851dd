"""Runs the unmodified program with no account: an embedded engine and local clouds that keep state."""
