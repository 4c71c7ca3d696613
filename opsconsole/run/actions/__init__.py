"""Actions on services: what is possible now, by which commands, as a small runbook that is run like any other."""
