"""Encryption in transit: addresses and connection strings."""
