"""Running a runbook: the state machine, the journal, the holder, locks and the report."""
