"""Mutants: one governed property of a shipped stack broken at random, and whether the right rule notices."""
