"""Simulated vendors over one store on disk."""
