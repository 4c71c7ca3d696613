"""One module a command; output formats; exit codes in one place.

Each command's module has `add_arguments(parser)` and `main(args) -> int`, and is imported only when it is chosen.
Besides its own, `args` has the options that every command takes: `stack` (a Path or None), `read_only`, `no_color`.
"""

from __future__ import annotations

COMMANDS = {
    "status": ("opsconsole.cli.status", "look once at everything and say what is wrong; changes nothing"),
    "check": ("opsconsole.cli.check", "one check or a few, for scripts and health checks"),
    "lately": ("opsconsole.cli.lately", "what changed here: boots, sign-ins, deploys, starts, files, packages, runs"),
    "watch": ("opsconsole.cli.watch", "look again and again, or once from a timer, and tell people what is new"),
    "run": ("opsconsole.cli.run", "run a runbook in plain lines, step by step"),
    "act": ("opsconsole.cli.act", "start, stop, restart or recreate services, or open a shell in one"),
    "runs": ("opsconsole.cli.runs", "what has been run; take up an open run; reports"),
    "runbook": ("opsconsole.cli.runbook", "the runbooks of this stack; what was understood of one; lint"),
    "logs": ("opsconsole.cli.logs", "print the logs of services, merged by time; follow them"),
    "init": ("opsconsole.cli.init", "write a first stack file from what runs on this box"),
    "doctor": ("opsconsole.cli.doctor", "what can be seen from here, what is missing, and the command that mends it"),
    "completion": ("opsconsole.cli.completion", "the completion of bash, zsh or fish, as a script"),
    "demo": ("opsconsole.cli.demo", "a small shop of real processes, with real faults to find and repair"),
}
"""Name of a command -> its module, and what it does in one line."""
