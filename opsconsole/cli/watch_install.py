"""`opsconsole watch --install-timer` and `--install-cron`: what starts a round again and again."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from opsconsole.cli.exits import Exit
from opsconsole.cli.output import write
from opsconsole.cli.parts import parts_from
from opsconsole.model.alerts import AlertSettings
from opsconsole.model.trouble import Trouble, TroubleError

MARK: Final = "# Written by opsconsole watch"
"""The first words of each file of ours: by them one is known that may be written over."""

_VARIABLE: Final = re.compile(r"""["']env:([A-Za-z_][A-Za-z0-9_]*)["']""")
_HOUR: Final = 60
_SECRETS_MODE: Final = 0o600


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be run: `argv` without any secret, every `every` seconds, with the variables of the file `secrets`.

    `name` is one word, `title` what people call the stack. `variables` are the names that the stack file refers to.
    """

    name: str
    title: str
    argv: tuple[str, ...]
    every: float
    secrets: Path
    variables: tuple[str, ...]
    user: bool


def install(args: argparse.Namespace) -> int:
    """Print it, or write it; what is left to do is told on stderr."""
    job = _job(args)
    files = units(job) if args.install_timer else {_cron_file(job): cron(job, with_user=not job.user)}
    if not args.write:
        write("\n".join(f"# {path}\n{text}" if len(files) > 1 else text for path, text in files.items()))
    elif args.install_cron and job.user:
        raise TroubleError(Trouble("the crontab of a user is theirs to edit", "--write", "add the line by crontab -e"))
    else:
        for path, text in files.items():
            _write(path, text)
            print(f"opsconsole: {path}: written", file=sys.stderr)
    for line in _left_to_do(job, args):
        print(f"opsconsole: {line}", file=sys.stderr)
    return Exit.OK


def units(job: Job) -> Mapping[Path, str]:
    """A unit and its timer, by where they belong."""
    folder = Path("~/.config/systemd/user").expanduser() if job.user else Path("/etc/systemd/system")
    after = "" if job.user else "After=network-online.target docker.service\nWants=network-online.target\n"
    service = f"""{MARK} --install-timer. One round; it is started by the timer of the same name.
[Unit]
Description=opsconsole looks at {_unit_text(job.title)}
{after}
[Service]
Type=oneshot
ExecStart={" ".join(_unit_word(word) for word in job.argv)}
# That something is DEGRADED (1) or DOWN (2) is told to people; it is no failure of this unit.
SuccessExitStatus=1 2
EnvironmentFile=-{_unit_text(str(job.secrets))}
TimeoutStartSec=2min
"""
    timer = f"""{MARK} --install-timer.
[Unit]
Description=opsconsole looks at {_unit_text(job.title)}, again and again

[Timer]
OnActiveSec=1s
OnUnitActiveSec={job.every:.0f}s
AccuracySec=1s

[Install]
WantedBy=timers.target
"""
    return {folder / f"{job.name}.service": service, folder / f"{job.name}.timer": timer}


def cron(job: Job, *, with_user: bool) -> str:
    """A line of /etc/cron.d (`with_user`) or of somebody's crontab. TroubleError where cron cannot do that."""
    minutes = round(job.every / 60)
    if job.every != minutes * 60 or not 0 < minutes < _HOUR or _HOUR % minutes:
        remedy = "write every = … in [alerts] as a part of an hour like 5m, or use --install-timer"
        raise TroubleError(Trouble(f"cron cannot start anything every {job.every:g} s", "--install-cron", remedy))
    secrets = _shell_word(str(job.secrets))
    load = f"if [ -r {secrets} ]; then set -a; . {secrets}; set +a; fi; " if job.variables else ""
    command = load + " ".join(_shell_word(word) for word in (*job.argv, "--quiet"))
    # In a crontab a per cent sign ends the command, and a mail is sent of all that is printed: that is for faults.
    line = f"*/{minutes} * * * * {'root ' if with_user else ''}{command.replace('%', chr(92) + '%')}\n"
    return f"{MARK} --install-cron.\n{line}" if with_user else line


def _job(args: argparse.Namespace) -> Job:
    stack = parts_from(args).stack
    file = stack.file
    if file is None:
        raise TroubleError(Trouble("there is no stack file to watch", "watch", "write one first: opsconsole init"))
    word = re.sub(r"[^A-Za-z0-9_-]+", "-", stack.name).strip("-") or "stack"
    user = os.geteuid() != 0
    folder = Path("~/.config/opsconsole").expanduser() if user else Path("/etc/opsconsole")
    return Job(
        name=f"opsconsole-watch-{word}",
        title=stack.name,
        argv=(*_ourselves(), "--stack", str(file), "watch", "--once"),
        every=(stack.alerts or AlertSettings()).every,
        secrets=folder / f"watch-{word}.env",
        variables=tuple(dict.fromkeys(_VARIABLE.findall(file.read_text()))),
        user=user,
    )


def _ourselves() -> tuple[str, ...]:
    """The program as it was started now, by a path that cron finds too."""
    started = shutil.which(sys.argv[0])
    if started and Path(started).name == "opsconsole":
        return (str(Path(started).absolute()),)
    return (sys.executable, "-m", "opsconsole")


def _cron_file(job: Job) -> Path:
    return Path("/etc/cron.d") / job.name


def _left_to_do(job: Job, args: argparse.Namespace) -> list[str]:
    told = []
    if job.variables:
        names = ", ".join(job.variables)
        there = job.secrets.exists()
        mode = job.secrets.stat().st_mode & 0o777 if there else _SECRETS_MODE
        if not there:
            told.append(f"write {names} as NAME=value into {job.secrets}, mode 600: the stack file refers to them")
        elif mode & 0o077:
            told.append(f"others may read the secrets in {job.secrets}: chmod 600 {job.secrets}")
    if args.write and args.install_timer:
        who = " --user" if job.user else ""
        told.append(f"then: systemctl{who} daemon-reload && systemctl{who} enable --now {job.name}.timer")
        if job.user:
            told.append("it runs while you are signed in, and always after: loginctl enable-linger")
    return told


def _write(path: Path, text: str) -> None:
    """Put a file of ours in its place as a whole. TroubleError where somebody else's is there, or it cannot be."""
    new = path.with_name(f".{path.name}.new")
    try:
        if path.exists() and not path.read_text(errors="replace").startswith(MARK):
            remedy = "take it away first, or print ours and put it elsewhere"
            raise TroubleError(Trouble("there is a file that we have not written", str(path), remedy))
        path.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(text)
        new.chmod(0o644)
        new.replace(path)
    except OSError as fault:
        raise TroubleError(Trouble(f"cannot be written: {fault.strerror}", str(path), "leave --write out")) from None


def _unit_text(text: str) -> str:
    return text.replace("%", "%%").replace("\n", " ")


def _unit_word(word: str) -> str:
    """One word of a command line, as systemd.service(5) wants it quoted."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$").replace("%", "%%")
    return escaped if re.fullmatch(r"[\w@:./=,%+-]+", escaped, re.ASCII) else f'"{escaped}"'


def _shell_word(word: str) -> str:
    import shlex

    return shlex.quote(word)
