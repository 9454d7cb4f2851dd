"""Declared facts that no vendor resource holds; rules and audit read them from the state."""
