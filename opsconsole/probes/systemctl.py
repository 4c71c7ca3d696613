"""What `systemctl` prints, understood. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from opsconsole.model.readings import UnitReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.text import one_line

PROPERTIES: Final = (
    "Id,LoadState,ActiveState,SubState,Result,MainPID,ControlGroup,NRestarts,ExecMainCode,ExecMainStatus,"
    "ExecMainStartTimestamp,ActiveEnterTimestamp,Description,NeedDaemonReload,ExecStart,InvocationID"
)

OWN: Final = ("/etc/systemd/system/", "/run/systemd/system/")
"""Where the people of a box lay the files of their units (systemd.unit(5)); packages lay theirs below /lib."""

_SUFFIXES: Final = "service|socket|device|mount|automount|swap|target|path|timer|slice|scope"
_NAME: Final = re.compile(rf"[\w:.\\@-]{{1,240}}\.(?:{_SUFFIXES})", re.ASCII)
_STAMP: Final = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC$")

_ARGV: Final = re.compile(r"argv\[\]=(.*?) ; ignore_errors=")

_DENIED: Final = ("permission denied", "access denied", "operation not permitted", "interactive authentication")

_EXITED: Final = "1"
_KILLED: Final = ("2", "3")  # 3: with a core dump (CLD_* of waitid)


def is_name(unit: str) -> bool:
    """Whether a unit can be called so. systemctl takes one bad name for a reason to say nothing of the others."""
    return bool(_NAME.fullmatch(unit)) and "@." not in unit


def parse_show(text: str) -> list[UnitReading]:
    """What `systemctl show UNIT… --property=…` printed: a paragraph for each unit, in the order of the question.

    Times are understood in UTC only (`TZ=UTC`, `LC_ALL=C`).
    """
    return [_reading(pairs(paragraph)) for paragraph in text.split("\n\n") if paragraph.strip()]


def parse_list(text: str) -> list[str]:
    """The names in what `systemctl list-units --plain --no-legend` printed; an old one puts a dot before them."""
    names = (line.replace("●", " ").replace("*", " ").split() for line in text.splitlines())
    return [words[0] for words in names if words and is_name(words[0])]


def parse_own(text: str) -> list[str]:
    """The names of those units, in what `systemctl show UNIT… --property=Id,FragmentPath` printed, that are of here."""
    seen = (pairs(paragraph) for paragraph in text.split("\n\n"))
    return [said["Id"] for said in seen if said.get("FragmentPath", "").startswith(OWN) and is_name(said.get("Id", ""))]


def parse_files(text: str) -> tuple[str, ...]:
    """The paths in what `systemctl show UNIT… --property=FragmentPath,DropInPaths,EnvironmentFiles` printed, once each.

    There is a line for each environment file, with what is to happen without it in brackets.
    """
    found: dict[str, None] = {}
    for line in text.splitlines():
        key, _, value = line.partition("=")
        words = [value.rpartition(" (ignore_errors=")[0]] if key == "EnvironmentFiles" else value.split()
        found |= dict.fromkeys(word for word in words if word.startswith("/"))
    return tuple(found)


def missing(name: str) -> UnitReading:
    """The reading of a unit that does not exist, as systemd would give it."""
    return UnitReading(name, "not-found", "inactive", "dead")


def understand_failure(returned: int, stderr: str) -> Problem:
    """Why `systemctl` said nothing useful, whatever its version calls it."""
    said = stderr.lower()
    if "not been booted with systemd" in said or "is not running systemd" in said:
        return Problem(ProblemKind.NO_TOOL, "this machine does not run systemd, so its units cannot be seen")
    if any(words in said for words in _DENIED):
        return Problem(ProblemKind.DENIED, "systemd does not let us look at its units; run as another user or as root")
    if "failed to connect to bus" in said or "failed to get d-bus connection" in said:
        return Problem(ProblemKind.NO_TOOL, "systemd cannot be reached over its bus; is it running?")
    last = one_line(stderr.strip().splitlines()[-1]) if stderr.strip() else f"exit code {returned}"
    return Problem(ProblemKind.NO_TOOL, f"systemctl failed: {last}")


def understand_journal(returned: int, stdout: str, stderr: str) -> Problem | None:
    """Why `journalctl` told nothing although there may be something; None where it told all there is."""
    said = stderr.lower()
    if stdout.strip():
        return None
    if "insufficient permissions" in said or "not seeing messages from" in said:
        reason = "the journal may not be read by this user; to mend: sudo usermod -aG systemd-journal USER, then log in"
        return Problem(ProblemKind.DENIED, reason)
    if "no journal files were found" in said:
        return Problem(ProblemKind.NO_TOOL, "this box keeps no journal")
    if returned:
        last = one_line(stderr.strip().splitlines()[-1]) if stderr.strip() else f"exit code {returned}"
        return Problem(ProblemKind.NO_TOOL, f"journalctl failed: {last}")
    return None


def pairs(paragraph: str) -> dict[str, str]:
    """The properties of one unit, as `systemctl show` prints them."""
    return {key: value for key, _, value in (line.partition("=") for line in paragraph.splitlines())}


def _reading(said: Mapping[str, str]) -> UnitReading:
    started = time_of(said.get("ExecMainStartTimestamp", "")) or time_of(said.get("ActiveEnterTimestamp", ""))
    return UnitReading(
        name=one_line(said.get("Id", "")),
        load_state=said.get("LoadState", ""),
        active_state=said.get("ActiveState", ""),
        sub_state=said.get("SubState", ""),
        result=said.get("Result", ""),
        main_pid=_number(said.get("MainPID", "")) or None,
        control_group=said.get("ControlGroup", ""),
        started_at=started,
        restarts=_number(said.get("NRestarts", "")),
        exit_code=_exit_code(said.get("ExecMainCode", ""), said.get("ExecMainStatus", "")),
        description=one_line(said.get("Description", "")),
        need_reload=said.get("NeedDaemonReload") == "yes",
        exec_start=command_of(said.get("ExecStart", "")),
        invocation=said.get("InvocationID", ""),
    )


def command_of(text: str) -> str:
    """The command line in `{ path=… ; argv[]=… ; ignore_errors=… }`; of several commands the last keeps running."""
    found: list[str] = _ARGV.findall(text)
    return found[-1] if found else ""


def _exit_code(how: str, status: str) -> int | None:
    """As a shell tells it: the code, or 128 and the signal; None as long as nothing has ended."""
    if how == _EXITED:
        return _number(status)
    return 128 + _number(status) if how in _KILLED else None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def time_of(text: str) -> float | None:
    """Epoch seconds of a time as systemctl prints it in UTC; None for one that has not come."""
    match = _STAMP.search(text)
    if not match:
        return None
    return datetime.strptime(match[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).timestamp()
