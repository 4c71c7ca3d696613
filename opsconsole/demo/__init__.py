"""The embedded stack: a small shop of real processes on loopback, with real faults to repair."""
