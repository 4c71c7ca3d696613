"""Programs that start another one: which give way to it (exec) and which stay above it. Pure; the tables are data."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STAYING: Final = _words(
    "tini tini-static docker-init catatonit dumb-init pid1 my_init"  # first processes of containers
    " s6-svscan s6-supervise s6-linux-init-shutdownd runsvdir runsv svscan supervise"  # s6, runit, daemontools
    " sudo doas su runuser timeout flock script watchmedo"
    " uv uvx conda micromamba npm npx yarn pnpm dotenv doppler"
)
"""These wait for what they started. What that is says the process tree, which cannot be wrong as a title can.

Not among them: supervisord and the like, which are programs with a configuration of their own.
"""

SHELLS: Final = _words("sh bash dash ash zsh ksh mksh")

PASSING: Final = _words("sleep usleep cat tee date logger tail inotifywait")
"""What a shell loop starts between two rounds: it does not turn the loop into a wrapper around it."""

PLUMBING: Final = re.compile(r"s6-.+|s6rc-.+|svlogd|multilog|rotatelogs|cronolog")
"""What supervisors keep for themselves (loggers, sockets): never the service as long as there is anything else."""

_STARTERS: Final = re.compile(r"(?:^|[-_.])(?:entrypoint|cmd|start|run|init|boot|launch|up)(?:[-_.]|$)")
"""Shell scripts that by their name only prepare and start something (`docker-entrypoint.sh`, `start-web.sh`)."""


@dataclass(frozen=True, slots=True)
class _Exec:
    """How one program that gives way is called: options that take a value, and words before the command."""

    values: frozenset[str] = frozenset()
    words: int = 0
    after: str = ""  # the word that must come first, as in `bundle exec`


def _with(values: str = "", words: int = 0, after: str = "") -> _Exec:
    return _Exec(_words(values), words, after)


_GIVING_WAY: Final[dict[str, _Exec]] = {
    "env": _with("-u --unset -C --chdir"),
    "nice": _with("-n --adjustment"),
    "ionice": _with("-c --class -n --classdata"),
    "chrt": _with("-T -P -D", words=1),
    "taskset": _with(words=1),
    "nohup": _with(),
    "setsid": _with(),
    "stdbuf": _with("-i -o -e"),
    "numactl": _with("-N -m -i -C -p"),
    "setpriv": _with(
        "--reuid --regid --ruid --euid --rgid --egid --groups --inh-caps --ambient-caps --bounding-set --securebits"
        " --pdeathsig --selinux-label --apparmor-profile"
    ),
    "gosu": _with(words=1),
    "su-exec": _with(words=1),
    "setuidgid": _with(words=1),
    "s6-setuidgid": _with(words=1),
    "chpst": _with("-u -U -e -/ -n -l -L -m -d -o -p -f -c"),
    "with-contenv": _with(),
    "envdir": _with(words=1),
    "chroot": _with(words=1),
    "busybox": _with(),
    "bundle": _with(after="exec"),
    "poetry": _with(after="run"),
    "pipenv": _with(after="run"),
    "pdm": _with(after="run"),
    "newrelic-admin": _with(after="run-program"),
    "ddtrace-run": _with(),
    "opentelemetry-instrument": _with("--service_name --traces_exporter --metrics_exporter --logs_exporter"),
    "rosetta": _with(),
}

_LOADER: Final = re.compile(r"ld-(?:linux|musl)[\w.-]*|qemu-[\w]+(?:-static)?")
"""They run a program given by its path and stay in front of it in the command line."""

_ASSIGNMENT: Final = re.compile(r"[A-Za-z_]\w*=")


def base(word: str) -> str:
    """The last part of a path, without the dash of a login shell."""
    name = word.rstrip("/").rpartition("/")[2] or word
    return name[1:] if name.startswith("-") and len(name) > 1 else name


def inner(words: Sequence[str]) -> Sequence[str] | None:
    """The command that `words` turns into by exec; None where it is no such wrapper, or says too little."""
    name = base(words[0])
    if _LOADER.fullmatch(name):
        shape: _Exec | None = _Exec()
    else:
        shape = _GIVING_WAY.get(name)
    if shape is None:
        return None
    rest = list(words[1:])
    if shape.after and (not rest or rest.pop(0) != shape.after):
        return None
    if name == "env":
        rest = _split_string(rest)
    return _after_options(rest, shape) or None


def _split_string(rest: list[str]) -> list[str]:
    """`env -S 'python -u x.py'`, as it stands in the first line of scripts, is split by env itself."""
    for at, word in enumerate(rest):
        for flag in ("-S", "--split-string="):
            if word.startswith(flag):
                text = [word[len(flag) :]] if len(word) > len(flag) else rest[at + 1 : at + 2]
                used = 1 if len(word) > len(flag) else 2
                return [*rest[:at], *" ".join(text).split(), *rest[at + used :]]
    return rest


def _after_options(rest: list[str], shape: _Exec) -> list[str]:
    at = 0
    while at < len(rest) and rest[at].startswith("-"):
        if rest[at] == "--":
            at += 1
            break
        at += 2 if rest[at] in shape.values else 1
    at += shape.words
    while at < len(rest) and _ASSIGNMENT.match(rest[at]):
        at += 1
    return rest[at:]


# --- shells ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shell:
    """What a shell was started for: the first command of a text given by `-c`, or a script.

    With `gives_way` the command replaces the shell. With neither command nor script it is a person's shell, or a
    loop that only the shell itself can be called.
    """

    command: tuple[str, ...] = ()
    gives_way: bool = False
    text: bool = False
    script: str = ""


def shell(words: Sequence[str]) -> Shell:
    """How the shell in `words` was called."""
    at = 1
    text = False
    while at < len(words) and words[at][:1] in "-+" and words[at] not in ("-", "--", ""):
        word = words[at]
        short = not word.startswith("--")
        text = text or (short and word[0] == "-" and "c" in word)
        takes_value = (short and word[-1] in "oO") or word in ("--rcfile", "--init-file")
        at += 2 if takes_value else 1
    if at < len(words) and words[at] in ("-", "--"):
        at += 1
    if at >= len(words):
        return Shell(text=text)
    if not text:
        return Shell(script=words[at])
    command, gives_way = _first_command(words[at])
    return Shell(command, gives_way, text=True)


def starts_others(script: str) -> bool:
    """Whether a shell script's name says that it only starts something else."""
    return bool(_STARTERS.search(base(script).lower()))


_PREPARING: Final = _words(
    "cd export set ulimit umask source . echo printf trap unset shopt mkdir chown chmod rm ln cp mv touch true : test"
    " [ sleep wait-for-it wait-for-it.sh wait-for.sh dockerize date id"
)
_KEYWORDS: Final = _words("if while for until case { function do then [[ select time !")
_BETWEEN: Final = re.compile(r"[;&|()]+")


def _first_command(text: str) -> tuple[tuple[str, ...], bool]:
    """The first command of a shell text that is more than preparation (else the last), and whether it is `exec`ed.

    () where that is not clear.
    """
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    lexer = shlex.shlex(" ; ".join(lines), posix=True, punctuation_chars=";&|()<>")
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        tokens = list(lexer)
    except ValueError:  # a quotation that never ends
        return (), False
    command: list[str] = []
    last: tuple[str, ...] = ()
    for token in [*tokens, ";"]:
        if not _BETWEEN.fullmatch(token):
            command.append(token)
            continue
        while command and _ASSIGNMENT.match(command[0]):
            command.pop(0)
        if command and command[0] in _KEYWORDS:
            return (), False
        if command and command[0] == "exec" and len(command) > 1 and command[1][:1] not in "<>0123456789":
            return tuple(command[1:]), True
        if command and command[0] != "exec" and base(command[0]) not in _PREPARING:
            return tuple(command), False
        last, command = tuple(command) or last, []
    return last, False
