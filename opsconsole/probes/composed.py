"""The environment that `docker compose up` would give a service now, by the files that its container was made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from opsconsole.probes.environ import filled, listed, unknown

FILES: Final = "com.docker.compose.project.config_files"
FOLDER: Final = "com.docker.compose.project.working_dir"
ENVIRONMENT: Final = "com.docker.compose.project.environment_file"
SERVICE: Final = "com.docker.compose.service"


@dataclass(slots=True)
class Composed:
    """The `variables` that a service would get, and the names of those whose value cannot be told from here.

    `whole` is False where more may come from files that are not read (extends).
    """

    variables: dict[str, str] = field(default_factory=dict)
    untold: set[str] = field(default_factory=set)
    whole: bool = True

    def put(self, name: str, value: str) -> None:
        """`name` has this value, whatever stood before."""
        self.variables[name] = value
        self.untold.discard(name)

    def leave(self, name: str) -> None:
        """`name` is set, but to what only the shell of who deploys knows."""
        self.variables.pop(name, None)
        self.untold.add(name)


def environment_of(labels: Mapping[str, str], read: Callable[[str], str]) -> Composed:
    """What the compose files of a container with `labels` give its service; `read` gives a file's text.

    OSError where a file cannot be read, ValueError with a sentence where it makes no sense.
    """
    folder, service = labels.get(FOLDER, ""), labels.get(SERVICE, "")
    files = [_below(folder, name) for name in labels.get(FILES, "").split(",") if name]
    if not files or not service:
        raise ValueError("its container was not made by docker compose, or by one that does not say from which files")
    variables = _filling(folder, labels.get(ENVIRONMENT, ""), read)
    found = Composed()
    entries = [entry for name in files if (entry := _entry(read(name), service, name)) is not None]
    if not entries:
        raise ValueError(f"no service {service} in {', '.join(files)} any more")
    for entry in entries:
        _add_files(found, entry.get("env_file") or (), folder, variables, read)
    for entry in entries:  # what is written out comes before what a file says, whichever stands first
        _add_written(found, entry.get("environment") or {}, variables)
        found.whole = found.whole and "extends" not in entry
    return found


def _entry(text: str, service: str, name: str) -> Mapping[str, Any] | None:
    """A service's entry in a compose file. Scalars stay as they are written: `yes` is no truth value to compose."""
    import yaml

    class AsWritten(yaml.SafeLoader):
        pass

    AsWritten.yaml_implicit_resolvers = {
        first: [one for one in known if one[0].rpartition(":")[2] in ("null", "merge")]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    try:
        document = yaml.load(text, AsWritten)
    except yaml.YAMLError:
        raise ValueError(f"{name} is not YAML") from None
    services = document.get("services") if isinstance(document, dict) else None
    entry = services.get(service) if isinstance(services, dict) else None
    return entry if isinstance(entry, dict) else None


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


def _add_files(
    found: Composed, given: Any, folder: str, variables: Mapping[str, str], read: Callable[[str], str]
) -> None:
    for one in [given] if isinstance(given, str | dict) else given:
        path = str(one.get("path", "")) if isinstance(one, dict) else str(one)
        try:
            for name, value in listed(read(_below(folder, filled(path, variables)))).items():
                found.put(name, value)
        except FileNotFoundError:
            if not (isinstance(one, dict) and one.get("required") == "false"):
                raise


def _add_written(found: Composed, written: Any, variables: Mapping[str, str]) -> None:
    pairs = written.items() if isinstance(written, dict) else (_pair(str(line)) for line in written)
    for name, value in pairs:
        if value is None and name in variables:  # a name alone is handed on
            found.put(str(name), variables[name])
        elif value is None or unknown(str(value), variables):
            found.leave(str(name))
        else:
            found.put(str(name), filled(str(value), variables))


def _pair(line: str) -> tuple[str, str | None]:
    name, equals, value = line.partition("=")
    return name, value if equals else None


def _below(folder: str, name: str) -> str:
    return name if name.startswith("/") else f"{folder}/{name}"
