"""How old secrets and tokens may get, and what they may reach."""
