"""From Markdown to a runbook: reading, inputs, the risk of a command, the guard, lint."""
