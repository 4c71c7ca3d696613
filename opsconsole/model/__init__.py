"""Frozen values that every other package shares. Standard library only."""
