#!/bin/sh
# Makes .venv with everything that is needed: `scripts/setup.sh run` to run opsconsole, `scripts/setup.sh dev` to
# work on it too. Does nothing when it is up to date. Needs Python 3.11 or newer; what Debian and Ubuntu leave out of
# their Python is installed where we may (root or sudo without a password), and named where we may not.
set -eu
cd "$(dirname "$0")/.."
kind=${1:-run}

say() { echo "setup: $*" >&2; }

find_python() {
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    say "no Python 3.11 or newer found; on Debian 12: apt-get install python3; on Ubuntu 22.04: apt-get install python3.11"
    exit 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
    command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
}

install_packages() {
    say "installing with apt-get: $*"
    export DEBIAN_FRONTEND=noninteractive
    as_root apt-get install -y -q "$@" >/dev/null 2>&1 ||
        { as_root apt-get update -q >/dev/null && as_root apt-get install -y -q "$@" >/dev/null; }
}

# The commands that the demo's runbooks use. Without them the demo still runs; some of its looks find nothing.
ordinary_commands() {
    missing=""
    command -v ps >/dev/null || missing="$missing procps"
    command -v curl >/dev/null || missing="$missing curl"
    [ -z "$missing" ] && return
    # shellcheck disable=SC2086
    if may_install; then install_packages $missing || say "could not install$missing"; else say "the demo's runbooks also use:$missing"; fi
}

make_venv() {
    python=$(find_python)
    "$python" -m venv .venv >/dev/null 2>&1 && return
    version=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
    if may_install; then
        install_packages "$version-venv" || install_packages python3-venv
        "$python" -m venv --clear .venv
    else
        say "this Python cannot make virtual environments; as root: apt-get install $version-venv"
        exit 1
    fi
}

case $kind in
    run) requirements=requirements.txt ;;
    dev) requirements=requirements-dev.txt ;;
    *) say "usage: scripts/setup.sh run|dev"; exit 2 ;;
esac

stamp=".venv/ready-$kind"
wanted=$(cat requirements.txt requirements-dev.txt pyproject.toml scripts/setup.sh | cksum)
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && exit 0

[ "$kind" = run ] && ordinary_commands
[ -x .venv/bin/python ] || make_venv
say "installing $requirements into .venv"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$requirements"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
    --config-settings editable_mode=compat --editable . # a plain path entry: the finder it would make costs 10 ms a start
# Some machines switch the writing of bytecode off; without it every start takes three times as long.
.venv/bin/python -m compileall -q opsconsole
echo "$wanted" >"$stamp"
