"""The register of personal data, and what logs may hold."""
