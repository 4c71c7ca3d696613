"""Makes dist/opsconsole-VERSION-x86_64.tar.gz: all that opsconsole needs, the interpreter and the C library included.

It is unpacked anywhere on an x86-64 Linux box and run from there; the box needs no Python, and its own C library does
not matter, since the archive brings a loader and the libraries that everything in it was linked against. Nothing is put
into the environment, so that what opsconsole starts (docker, systemctl, the commands of a step) runs as on any box.

    .venv/bin/python scripts/bundle.py [FOLDER]      # FOLDER instead of an archive: left unpacked there
"""

from __future__ import annotations

import compileall
import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from py_compile import PycInvalidationMode

ROOT = Path(__file__).resolve().parent.parent
LIBRARIES = "lib"
HOME = "python"
UNUSED = ("test", "tests", "idlelib", "tkinter", "turtledemo", "ensurepip", "lib2to3", "pydoc_data", "site-packages")
"""Folders of the standard library that nobody on a box asks for."""
LOADER = re.compile(r"/ld-linux[^/]*\.so\.\d+$")

LAUNCHER = """\
#!/bin/sh
# Runs opsconsole with the interpreter and the libraries beside it, whatever this box has.
here=$(readlink -f -- "$0" 2>/dev/null || echo "$0")
here=${{here%/*}}{up}
exec "$here/{libraries}/{loader}" --inhibit-cache --library-path "$here/{libraries}" \\
    --argv0 "$here/{home}/bin/python3" "$here/{home}/bin/{program}" {arguments} "$@"
"""


def packages(wanted: str = "opsconsole") -> dict[str, importlib.metadata.Distribution]:
    """What is installed here of `wanted` and all that it requires, by name; extras are left out."""
    found: dict[str, importlib.metadata.Distribution] = {}
    waiting = [wanted]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name] = importlib.metadata.distribution(name)
        for requirement in found[name].requires or ():
            plain, _, marker = requirement.partition(";")
            match = re.match(r"[\w.-]+", plain)
            if match is None or "extra" in marker:
                continue
            if marker and not _is_installed(match[0]):
                continue  # it is for another system or an older Python
            waiting.append(re.sub(r"[-_.]+", "-", match[0]).lower())
    return found


def _is_installed(name: str) -> bool:
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def linked(files: Iterable[Path]) -> dict[str, Path]:
    """The shared libraries that `files` want and that do not lie among them, by name; the loader too."""
    own = {path.name for path in files}
    found: dict[str, Path] = {}
    for file in files:
        said = subprocess.run(["ldd", str(file)], capture_output=True, text=True, check=False).stdout
        for line in said.splitlines():
            name, _, path = line.strip().partition(" => ")
            place = (path or name).split(" (")[0].strip()
            if place == "not found":
                raise SystemExit(f"bundle: {file} wants {name}, which is not on this machine")
            if place.startswith("/") and Path(place).name not in own:
                found[Path(place).name] = Path(place)
    return found


def fill(folder: Path) -> None:
    """Put everything into `folder`, which is there and empty."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    standard = folder / HOME / "lib" / version
    site = standard / "site-packages"
    binaries = folder / HOME / "bin"
    binaries.mkdir(parents=True)
    program = binaries / version
    shutil.copy2(os.path.realpath(sys.executable), program)
    leave_out = shutil.ignore_patterns(*UNUSED, "__pycache__", "config-*", "*.a", "*.pyo")
    shutil.copytree(sysconfig.get_path("stdlib"), standard, ignore=leave_out, symlinks=False)
    dynamic = Path(sysconfig.get_config_var("DESTSHARED"))
    if not (standard / "lib-dynload").exists() and dynamic.exists():
        shutil.copytree(dynamic, standard / "lib-dynload")
    site.mkdir()
    for name, distribution in packages().items():
        if name != "opsconsole":
            _copy(distribution, site)
    shutil.copytree(ROOT / "opsconsole", site / "opsconsole", ignore=shutil.ignore_patterns("__pycache__"))
    _drop_what_cannot_load(standard / "lib-dynload")
    loader = _copy_libraries(folder, program, standard)
    for place, up, arguments in (
        (folder / "opsconsole", "", "-I -m opsconsole"),
        (binaries / "python3", "/../..", ""),
    ):
        text = LAUNCHER.format(
            up=up, libraries=LIBRARIES, loader=loader, home=HOME, program=program.name, arguments=arguments
        )
        place.write_text(text)
        place.chmod(0o755)
    shutil.copy2(ROOT / "LICENSE", folder / "LICENSE")
    compiled = compileall.compile_dir(
        standard,
        quiet=2,
        workers=os.cpu_count() or 1,
        stripdir=str(folder),
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )
    if not compiled:
        print("bundle: some modules could not be compiled; they are read as they are", file=sys.stderr)


def _copy(distribution: importlib.metadata.Distribution, site: Path) -> None:
    for file in distribution.files or ():
        if ".." in file.parts or "__pycache__" in file.parts:
            continue  # programs of its own, which nobody calls
        target = site / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(str(file.locate()), target)


def _drop_what_cannot_load(folder: Path) -> None:
    """Modules of the standard library for what opsconsole never draws on, which would bring a window system along."""
    for name in ("_tkinter", "_test", "_xxtest", "xxlimited", "_ctypes_test"):
        for file in folder.glob(f"{name}*"):
            file.unlink()


def _copy_libraries(folder: Path, program: Path, standard: Path) -> str:
    """Put what the compiled parts are linked against beside them; the loader's name."""
    target = folder / LIBRARIES
    target.mkdir()
    shared = sorted(standard.rglob("*.so*"))
    loader = ""
    for name, path in linked([program, Path(os.path.realpath(sys.executable)), *shared]).items():
        shutil.copy2(os.path.realpath(path), target / name)
        (target / name).chmod(0o755)
        _strip(target / name)
        if LOADER.search(str(path)):
            loader = name
    if not loader:
        raise SystemExit("bundle: this interpreter is linked statically or not for Linux; another Python is needed")
    return loader


def _strip(library: Path) -> None:
    """Take out what only a debugger reads, where there is something to do it with: two thirds of the interpreter."""
    if shutil.which("strip"):
        subprocess.run(["strip", "--strip-debug", str(library)], stderr=subprocess.DEVNULL, check=False)


def _members(folder: Path) -> Iterator[Path]:
    yield folder
    yield from sorted(folder.rglob("*"))


def pack(folder: Path, archive: Path, when: int) -> None:
    """`folder` as an archive, in which nothing tells who made it; `when` (epoch seconds) is the time of all files."""

    def anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = "root"
        member.mtime = when
        return member

    with tarfile.open(archive, "w:gz", compresslevel=6) as packed:
        for path in _members(folder):
            packed.add(path, path.relative_to(folder.parent), recursive=False, filter=anonymous)


def main() -> None:
    """Make it, and say where it is and how big."""
    if platform.machine() != "x86_64" or not sys.platform.startswith("linux"):
        raise SystemExit("bundle: it is made on the kind of box it is for: x86-64 Linux")
    if len(sys.argv) > 1:
        folder = Path(sys.argv[1])
        folder.mkdir(parents=True)
        fill(folder)
        print(folder)
        return
    from opsconsole import __version__

    name = f"opsconsole-{__version__}-x86_64"
    archive = ROOT / "dist" / f"{name}.tar.gz"
    archive.parent.mkdir(exist_ok=True)
    when = int(os.environ.get("SOURCE_DATE_EPOCH", "0")) or int((ROOT / "pyproject.toml").stat().st_mtime)
    with tempfile.TemporaryDirectory(dir=archive.parent) as room:
        folder = Path(room) / name
        folder.mkdir()
        fill(folder)
        pack(folder, archive.with_suffix(".part"), when)
    archive.with_suffix(".part").replace(archive)
    print(f"{archive} ({archive.stat().st_size / (1 << 20):.0f} MiB)")
    print(f"on the box: tar xzf {archive.name} && {name}/opsconsole")


if __name__ == "__main__":
    main()
