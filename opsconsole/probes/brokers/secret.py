"""Secrets that are named by reference, fetched when they are used and not before."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from opsconsole.model.sample import Problem, ProblemKind


class SecretError(Exception):
    """The reference leads nowhere. The problem names the reference, never what it stands for."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.reason)
        self.problem = problem


def resolve(reference: str, environ: Mapping[str, str] = os.environ) -> str:
    """The secret behind `env:NAME` or `file:/path` (its first line). SecretError where there is none."""
    scheme, _, name = reference.partition(":")
    if scheme == "env":
        value = environ.get(name)
        if value is None:
            raise SecretError(Problem(ProblemKind.DENIED, f"the secret env:{name} is not set in this environment"))
        return value
    if scheme == "file":
        return _first_line(Path(name).expanduser())
    # What stands here may be the secret itself, written out: it must not be repeated.
    raise SecretError(Problem(ProblemKind.DENIED, "a secret is not named by env:NAME or file:/path"))


def is_reference(text: str) -> bool:
    """Whether `text` names a secret instead of being a value."""
    return text.startswith(("env:", "file:/", "file:~"))


def _first_line(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.readline(1 << 16).rstrip("\r\n")
    except UnicodeDecodeError:
        raise SecretError(Problem(ProblemKind.DENIED, f"the secret file {path} is not UTF-8 text")) from None
    except OSError as fault:
        why = fault.strerror or type(fault).__name__
        raise SecretError(Problem(ProblemKind.DENIED, f"the secret file {path} cannot be read: {why}")) from None
