"""The environment that `docker compose up` would give a service now, by the files that its container was made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from opsconsole.probes.environ import filled, listed, unknown

FILES: Final = "com.docker.compose.project.config_files"
FOLDER: Final = "com.docker.compose.project.working_dir"
ENVIRONMENT: Final = "com.docker.compose.project.environment_file"
SERVICE: Final = "com.docker.compose.service"


def environment_of(labels: Mapping[str, str], read: Callable[[str], str]) -> dict[str, str]:
    """The variables that the compose files of a container with `labels` give its service; `read` gives a file's text.

    What only the shell of who deploys would fill in is not known here, so such variables are left out. OSError where
    a file cannot be read, ValueError with a sentence where it makes no sense.
    """
    import yaml

    folder, service = labels.get(FOLDER, ""), labels.get(SERVICE, "")
    files = [_below(folder, name) for name in labels.get(FILES, "").split(",") if name]
    if not files or not service:
        raise ValueError("its container was not made by docker compose, or by one that does not say from which files")
    variables = _filling(folder, labels.get(ENVIRONMENT, ""), read)
    found: dict[str, str] = {}
    seen = False
    for name in files:
        try:
            document = yaml.safe_load(read(name))
        except yaml.YAMLError:
            raise ValueError(f"{name} is not YAML") from None
        services = document.get("services") if isinstance(document, dict) else None
        entry = services.get(service) if isinstance(services, dict) else None
        if isinstance(entry, dict):
            seen = True
            found |= _of_entry(entry, folder, variables, read)
    if not seen:
        raise ValueError(f"no service {service} in {', '.join(files)} any more")
    return found


def _filling(folder: str, named: str, read: Callable[[str], str]) -> dict[str, str]:
    """What `${NAME}` is filled in from: the files named by --env-file, else `.env`, which need not be there."""
    found: dict[str, str] = {}
    for name in filter(None, named.split(",")):
        found |= listed(read(_below(folder, name)))
    if not named:
        try:
            found = listed(read(_below(folder, ".env")))
        except FileNotFoundError:
            found = {}
    return found


def _of_entry(
    entry: Mapping[str, Any], folder: str, variables: Mapping[str, str], read: Callable[[str], str]
) -> dict[str, str]:
    """A service's `env_file` and then its `environment`, which comes first where both name a variable."""
    found: dict[str, str] = {}
    given = entry.get("env_file") or ()
    for one in [given] if isinstance(given, str | dict) else given:
        path = str(one.get("path", "")) if isinstance(one, dict) else str(one)
        try:
            found |= listed(read(_below(folder, filled(path, variables))))
        except FileNotFoundError:
            if not (isinstance(one, dict) and one.get("required") is False):
                raise
    written = entry.get("environment") or {}
    pairs = written.items() if isinstance(written, dict) else (_pair(str(line)) for line in written)
    for name, value in pairs:
        if value is not None and not unknown(_text(value), variables):
            found[str(name)] = filled(_text(value), variables)
        elif value is None and name in variables:  # a name alone is handed on
            found[str(name)] = variables[name]
    return found


def _pair(line: str) -> tuple[str, str | None]:
    name, equals, value = line.partition("=")
    return name, value if equals else None


def _text(value: Any) -> str:
    """As compose writes what YAML took for something else than text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _below(folder: str, name: str) -> str:
    return name if name.startswith("/") else f"{folder}/{name}"
