"""Scheduling the probes, keeping what they saw, and judging it."""
