"""The commands of each action, for each kind of service. Pure: what is known of the services in, jobs out."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final, TypeAlias

from opsconsole.model.action import ActionName, Compose, Job, Look, Subject, Tools

_STOPS_WITHIN: Final = 30.0
"""Seconds that a process gets to end after it was told to."""

Subjects: TypeAlias = Sequence[Subject]


def jobs(action: ActionName, subjects: Subjects, tools: Tools) -> tuple[Job, ...]:
    """What the action comes to: one command for all services that one command can be about."""
    keyed = sorted(((_key(one, tools), place, one) for place, one in enumerate(subjects)), key=lambda each: each[:2])
    groups = ([one for _, _, one in group] for _, group in groupby(keyed, key=lambda each: each[0]))
    in_order = sorted(groups, key=lambda group: subjects.index(group[0]))
    return tuple(job for group in in_order for job in _MAKERS[_way(group[0], tools)](action, group, tools))


def by_compose(subject: Subject, tools: Tools) -> bool:
    """Whether compose is asked to do it, and not the engine itself."""
    made = subject.compose
    return made is not None and not made.absent and bool(tools.compose) and not subject.one_of_many


def _way(subject: Subject, tools: Tools) -> str:
    return "compose" if subject.kind == "container" and by_compose(subject, tools) else subject.kind


def _key(subject: Subject, tools: Tools) -> tuple[str, ...]:
    """Services with the same key are dealt with by one command."""
    made, way = subject.compose, _way(subject, tools)
    if way == "compose" and made is not None:
        return (way, made.project, made.folder, *made.files)
    return (way, subject.name if way == "processes" else "")


def _job(subjects: Subjects, text: str, look: Look, **more: object) -> Job:
    checks = tuple(dict.fromkeys(check for one in subjects for check in one.checks))
    return Job(tuple(one.name for one in subjects), text, look, checks=checks, **more)  # type: ignore[arg-type]


# --- containers -------------------------------------------------------------------------------------------------


def _compose(action: ActionName, subjects: Subjects, tools: Tools) -> Iterable[Job]:
    made = [one.compose for one in subjects if one.compose is not None]
    words, services = _compose_words(made[0], tools), [one.service for one in made]
    if action == "shell":
        return _docker(action, subjects, tools)

    def said(*verb: str) -> str:
        return shlex.join([*words, *verb, *services])

    verbs = {"recreate": ("up", "-d", "--force-recreate", "--no-deps")}
    opposite = {"stop": said("start"), "start": said("stop")}
    return [
        _job(
            subjects,
            said(*verbs.get(action, (action,))),
            Look(said("ps", "-a")),
            cwd=made[0].folder,
            proof=_all_stopped(subjects, tools) if action == "stop" else None,
            undo=opposite.get(action, ""),
        )
    ]


def _compose_words(made: Compose, tools: Tools) -> list[str]:
    """Compose for just this project, to be run in its folder."""
    words, folder = [*tools.compose, "-p", made.project], Path(made.folder)
    for flag, files in (("-f", made.files), ("--env-file", made.env_files)):
        for file in files:
            words += [flag, Path(file).name if Path(file).parent == folder else file]
    if Path(made.files[0]).parent != folder:
        words += ["--project-directory", made.folder]
    return words


def _docker(action: ActionName, subjects: Subjects, tools: Tools) -> Iterable[Job]:
    names = [one.thing for one in subjects]
    look = Look(shlex.join([*tools.docker, "ps", "-a", *_only(names)]))
    if action == "shell":
        inside = "command -v bash >/dev/null && exec bash || exec sh"
        return [_job(subjects, shlex.join([*tools.docker, "exec", "-it", names[0], "sh", "-c", inside]), look)]
    opposite = {"stop": "start", "start": "stop"}.get(action)
    return [
        _job(
            subjects,
            shlex.join([*tools.docker, action, *names]),
            look,
            proof=_all_stopped(subjects, tools) if action == "stop" else None,
            undo=shlex.join([*tools.docker, opposite, *names]) if opposite else "",
        )
    ]


def _all_stopped(subjects: Subjects, tools: Tools) -> Look:
    """Lists those that still run: nothing, once all have stopped."""
    words = [*tools.docker, "ps", *_only([one.thing for one in subjects]), "--format", "{{.Names}} still runs"]
    return Look(shlex.join(words), expect=r"/\A\s*\Z/", within=_STOPS_WITHIN)


def _only(names: Iterable[str]) -> Iterable[str]:
    return [word for name in names for word in ("--filter", f"name=^/{name}$")]


# --- units ------------------------------------------------------------------------------------------------------


def _units(action: ActionName, subjects: Subjects, tools: Tools) -> Iterable[Job]:
    units = [one.thing for one in subjects]
    look = Look(shlex.join(["systemctl", "status", "--no-pager", "--full", "--lines=5", *units]), exit=(0, 3))
    if action == "shell":
        return [_job(subjects, _shell_of(subjects[0], tools), look, cwd=subjects[0].folder)]

    def said(verb: str) -> str:
        return shlex.join([*(() if tools.root else ("sudo",)), "systemctl", verb, *units])

    opposite = {"stop": "start", "start": "stop"}.get(action)
    stopped = Look(shlex.join(["systemctl", "is-active", *units]), exit=(3, 4), within=_STOPS_WITHIN)
    return [
        _job(
            subjects,
            said(action),
            look,
            proof=stopped if action == "stop" else None,
            undo=said(opposite) if opposite else "",
        )
    ]


# --- plain processes --------------------------------------------------------------------------------------------


def _processes(action: ActionName, subjects: Subjects, tools: Tools) -> Iterable[Job]:
    (one,) = subjects
    pids = ",".join(map(str, one.pids))
    look = Look(shlex.join(["ps", "-o", "pid,user,lstart,args", "-p", pids]), exit=(0, 1))
    if action == "shell":
        return [_job(subjects, _shell_of(one, tools), look, cwd=one.folder)]
    gone = Look(shlex.join(["ps", "-o", "pid,user,args", "-p", pids]), exit=(1,), within=_STOPS_WITHIN)
    sudo = "sudo " if one.user not in ("", tools.user) and not tools.root else ""
    lines = (f"{_still_it(pid, one.argv)} && {sudo}kill -TERM {pid}" for pid in one.pids)
    return [_job(subjects, "\n".join(lines), look, proof=gone)]


def _still_it(pid: int, argv: str) -> str:
    """Looks whether a number is still that of the process that was seen: it may be another's by now."""
    return f"ps -ww -o args= -p {pid} | grep -F -- {_quoted(argv)}"


def _quoted(text: str) -> str:
    """For the shell, and so that nothing in it reads as something to be filled in."""
    whole = f"'{text}'" if text.isprintable() and "'" not in text else shlex.quote(text)
    return whole.replace("<", "<''").replace("[", "[''")


def _shell_of(subject: Subject, tools: Tools) -> str:
    """A shell as the user of a service."""
    if subject.user in ("", tools.user):
        return "bash"
    return shlex.join([*(("runuser",) if tools.root else ("sudo",)), "-u", subject.user, "--", "bash"])


_MAKERS: Final[Mapping[str, Callable[[ActionName, Subjects, Tools], Iterable[Job]]]] = {
    "compose": _compose,
    "container": _docker,
    "unit": _units,
    "processes": _processes,
}
