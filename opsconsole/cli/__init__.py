"""One module a command; output formats; exit codes in one place."""
