"""What processes really run: by their command lines, by their families, and whatever these look like."""

from __future__ import annotations

import shlex
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.model.text import one_line
from opsconsole.probes.identity import RawProcess, identify, in_order, tell


def process(pid: int, ppid: int, *argv: str, comm: str = "", exe: str = "") -> RawProcess:
    """A process that started in the order of its pid; one string is a command line to be split."""
    words = tuple(shlex.split(argv[0])) if len(argv) == 1 and not comm else argv
    return RawProcess(pid, ppid, comm or words[0][:15], words, exe, started=pid)


def title(text: str, exe: str = "/usr/bin/python3.11") -> RawProcess:
    """A process that has written a title over its command line."""
    return RawProcess(1, 0, text[:15], (text,), exe)


PLAIN = {
    "redis-server *:6379": "redis-server",
    "/usr/bin/redis-server /etc/redis/redis.conf": "redis-server",
    "/usr/lib/postgresql/15/bin/postgres -D /var/lib/postgresql/data": "postgres",
    "caddy run --config /etc/caddy/Caddyfile --adapter caddyfile": "caddy",
    "/opt/app/bin/server --listen :8080": "server",
    "-bash": "bash",
    "/bin/bash": "bash",
    "bash -l": "bash",
    "/usr/bin/supervisord -n -c /etc/supervisord.conf": "supervisord",
}

PYTHON = {
    "/opt/app/.venv/bin/python /opt/app/.venv/bin/celery -A config worker -l INFO -Q ai,billing,default": "celery",
    "/usr/local/bin/python3.12 /usr/local/bin/gunicorn config.wsgi -b :8000": "gunicorn",
    "/opt/lifetracker/api/.venv/bin/python /opt/lifetracker/api/.venv/bin/uvicorn app.main:app --port 8000": "uvicorn",
    "python -m dramatiq apps.worker.actors --processes 2": "dramatiq",
    "python3 -u -m uvicorn app.main:app": "uvicorn",
    "python3 -uBm celery -A config beat": "celery",
    "python3 -X dev -W error -m rq.cli worker": "rq.cli",
    "python3 -Xdev -mcelery -A config worker": "celery",
    "python -m celery.__main__ worker": "celery",
    "python worker.py --queue default": "worker.py",
    "python3.11 app/worker.py --role worker": "worker.py",
    "python -I -- /srv/tasks/nightly.py": "nightly.py",
    "python /srv/app/__main__.py": "app",
    "python manage.py runserver 0.0.0.0:8000": "manage.py",
    "python": "python",
    "python3.12 -i": "python",
    "/usr/bin/python3 -c 'import time; time.sleep(9)'": "python",
    "pypy3 /srv/bot.py": "bot.py",
    "python --check-hash-based-pycs always app.py": "app.py",
    "python3 /usr/bin/poetry run celery -A config worker": "celery",
    "python /usr/bin/poetry install": "poetry",
    "python /venv/bin/ddtrace-run gunicorn config.wsgi": "gunicorn",
    "python /venv/bin/newrelic-admin run-program celery -A config worker": "celery",
}

OTHER_LANGUAGES = {
    "node /srv/app/server.js": "server.js",
    "node --max-old-space-size=512 -r dotenv/config dist/main.js": "main.js",
    "/usr/local/bin/node /usr/local/lib/node_modules/next/dist/bin/next start": "next",
    "node -e 'setInterval(()=>{},1e3)'": "node",
    "nodejs .": "node",
    "ruby /usr/local/bundle/bin/puma -C config/puma.rb": "puma",
    "ruby3.1 -Ilib bin/rails server": "rails",
    "php artisan queue:work": "artisan",
    "php8.2 -d memory_limit=1G /srv/bin/console messenger:consume": "console",
    "php -S 0.0.0.0:80 -t public": "php",
    "perl -w /usr/sbin/exim-tidy": "exim-tidy",
    "java -Xmx512m -jar /app/app.jar --port 80": "app.jar",
    "java -cp /app/lib/a.jar:/app/lib/b.jar -Dx=y io.ktor.server.netty.EngineMain": "io.ktor.server.netty.EngineMain",
    "java -XX:+UseG1GC --add-opens java.base/java.lang=ALL-UNNAMED com.example.Main": "com.example.Main",
    "dotnet /app/Shop.Api.dll": "Shop.Api.dll",
    "deno run --allow-net /srv/main.ts": "main.ts",
    "bun run server.ts": "server.ts",
}

GIVES_WAY = {
    "env DEBUG=1 PATH=/usr/bin celery -A config worker": "celery",
    "/usr/bin/env -u HOME -i A=b python3 worker.py": "worker.py",
    "/usr/bin/env -S python3 -u worker.py": "worker.py",
    "/usr/bin/env '-Spython3 -u' worker.py": "worker.py",
    "nice -n 10 python -m celery worker": "celery",
    "nice -19 ffmpeg -i a b": "ffmpeg",
    "ionice -c 3 nice rsync-daemon": "rsync-daemon",
    "nohup uvicorn app.main:app": "uvicorn",
    "setsid -f gunicorn app": "gunicorn",
    "gosu zachot:zachot python -m dramatiq apps.worker.actors": "dramatiq",
    "su-exec redis redis-server": "redis-server",
    "setpriv --reuid zachot --regid=zachot --init-groups celery worker": "celery",
    "chpst -u app:app -e /etc/app/env /srv/app": "app",
    "stdbuf -oL -e L tailer.sh": "tailer.sh",
    "chroot /srv/jail nginx": "nginx",
    "taskset 0x3 redis-server": "redis-server",
    "bundle exec sidekiq -q default": "sidekiq",
    "pipenv run gunicorn app": "gunicorn",
    "/lib64/ld-linux-x86-64.so.2 /usr/bin/nginx": "nginx",
    "/usr/bin/qemu-aarch64-static /usr/bin/python3 /usr/bin/celery worker": "celery",
    "busybox httpd -f": "httpd",
    "/bin/busybox sh /srv/worker.sh": "worker.sh",
}

SHELLS = {
    "sh -c 'exec celery -A config worker'": "celery",
    "/bin/bash -euo pipefail -c 'cd /app && export A=b; exec python -m gunicorn app'": "gunicorn",
    "sh -c 'umask 027; A=b exec gosu app uvicorn app.main:app'": "uvicorn",
    "sh -lc 'exec 2>&1; exec redis-server'": "redis-server",
    "bash -c $'# start\\nset -e\\nexec nginx -g \"daemon off;\"'": "nginx",
    "/bin/sh /srv/worker.sh --loop": "worker.sh",
    "bash -x /srv/worker.sh": "worker.sh",
    "bash -o errexit /srv/worker.sh": "worker.sh",
    "sh -c 'while :; do date; sleep 1; done'": "sh",
    "bash -c 'echo \"an open quotation'": "bash",
    "sh -c ''": "sh",
    "sh -c": "sh",
}

TITLES = {
    "gunicorn: master [app]": "gunicorn",
    "gunicorn: worker [config.wsgi]": "gunicorn",
    "[celeryd: celery@host:MainProcess] -active- (-A config worker -l INFO)": "celery",
    "[celeryd: celery@host:ForkPoolWorker-1]": "celery",
    "[celery beat] (-A config beat)": "celery",
    "rq:worker:a1b2c3: Listening on default...": "rq",
    "rq: Forked 123 at 1700000000": "rq",
    "nginx: master process /usr/sbin/nginx -g daemon off;": "nginx",
    "nginx: worker process": "nginx",
    "postgres: checkpointer ": "postgres",
    "postgres: 15/main: eatfit24 eatfit24 172.18.0.3(40212) idle": "postgres",
    "php-fpm: pool www": "php-fpm",
    "sshd: deploy@pts/0": "sshd",
    "redis-server 127.0.0.1:6379": "redis-server",
    "/usr/bin/redis-server 0.0.0.0:6379": "redis-server",
    "puma 6.4.2 (tcp://0.0.0.0:3000) [app]": "puma",
    "sidekiq 7.2.0 app [0 of 5 busy]": "sidekiq",
    "unicorn worker[0] -c config/unicorn.rb": "unicorn",
    "npm run start": "npm",
    "python worker.py": "worker.py",
    "dovecot/imap-login: user": "imap-login",
}


@pytest.mark.parametrize(
    ("line", "program"),
    [pair for table in (PLAIN, PYTHON, OTHER_LANGUAGES, GIVES_WAY, SHELLS) for pair in table.items()],
)
def test_a_command_line_tells_what_runs(line: str, program: str) -> None:
    assert identify([process(1, 0, line.replace("$'", "'").replace("\\n", "\n"))])[1].program == program


@pytest.mark.parametrize(("text", "program"), TITLES.items())
def test_a_title_tells_whose_it_is(text: str, program: str) -> None:
    assert identify([title(text)])[1].program == program


def test_a_title_may_be_followed_by_what_is_left_of_the_old_command_line() -> None:
    left = RawProcess(1, 0, "gunicorn", ("gunicorn: master [app]", "", " ", ""))
    assert identify([left])[1].program == "gunicorn"


def test_a_path_with_a_space_in_it_is_no_title() -> None:
    path = "/opt/My App/run server"
    assert identify([title(path, exe=path)])[1].program == "run server"


def test_a_process_without_a_command_line_is_called_as_the_kernel_calls_it() -> None:
    assert identify([RawProcess(7, 2, "kworker/0:1")])[7].program == "kworker/0:1"
    assert identify([RawProcess(7, 2, "x", ("", ""))])[7].program == "x"
    assert identify([RawProcess(7, 2, "")])[7].program == "?"


@pytest.mark.parametrize(
    "wrapper",
    [
        "tini -- celery worker",
        "/sbin/docker-init -- celery worker",
        "/usr/bin/dumb-init -- celery worker",
        "catatonit -- celery worker",
        "sudo -u zachot celery worker",
        "su - zachot -c 'celery worker'",
        "runuser -u zachot -- celery worker",
        "timeout -k 5 1h celery worker",
        "uv run celery worker",
        "python3 /usr/bin/watchmedo auto-restart -- celery worker",
        "s6-supervise worker",
        "runsv worker",
        "npm run worker",
        "flock -n /run/lock/worker celery worker",
        "sh -c 'celery worker'",
        "bash -c 'migrate && celery worker || echo failed'",
        "/bin/sh /docker-entrypoint.sh celery worker",
        "bash /srv/start-worker.sh",
    ],
)
def test_what_waits_for_another_runs_what_that_runs_and_is_not_counted(wrapper: str) -> None:
    known = identify([process(1, 0, wrapper), process(7, 1, "python /venv/bin/celery worker")])
    assert (known[1].program, known[1].supporting) == ("celery", True)
    assert (known[7].program, known[7].supporting) == ("celery", False)


def test_wrappers_in_wrappers_run_what_the_innermost_runs() -> None:
    known = identify(
        [
            process(1, 0, "tini -- /entrypoint.sh"),
            process(2, 1, "/bin/bash /entrypoint.sh"),
            process(3, 2, "sudo -u app sh -c 'gunicorn app'"),
            process(4, 3, "sh -c 'gunicorn app'"),
            process(5, 4, "python /venv/bin/gunicorn app"),
        ]
    )
    assert [known[pid].program for pid in (1, 2, 3, 4, 5)] == ["gunicorn"] * 5
    assert [pid for pid in known if not known[pid].supporting] == [5]


def test_a_wrapper_around_nothing_is_only_itself() -> None:
    assert identify([process(1, 0, "tini -- celery worker")])[1].program == "tini"
    assert identify([process(1, 0, "sh -c 'celery worker; sleep 5'")])[1].program == "sh"


def test_the_entrypoint_that_took_the_worker_for_the_web_server_is_found_out() -> None:
    """eatfit24's third invariant: asked for celery by its path, the entrypoint started gunicorn."""
    known = identify(
        [
            process(1, 0, "tini -- /entrypoint.sh /app/.venv/bin/celery -A config worker"),
            process(2, 1, "/bin/sh /entrypoint.sh /app/.venv/bin/celery -A config worker"),
            process(3, 2, "/app/.venv/bin/python /app/.venv/bin/gunicorn config.wsgi -b :8000"),
        ]
    )
    assert {one.program for one in known.values()} == {"gunicorn"}


def test_a_shell_loop_stays_itself_while_it_sleeps() -> None:
    loop = process(1, 0, "sh -c 'trap exit TERM; while :; do ./poll; sleep 5; done'")
    assert identify([loop, process(2, 1, "sleep 5")])[1].program == "sh"
    assert identify([process(1, 0, "sh -c 'sleep 3600'"), process(2, 1, "sleep 3600")])[1].program == "sleep"


def test_a_script_that_is_the_service_stays_it_whatever_it_calls() -> None:
    known = identify([process(1, 0, "bash /srv/poller.sh"), process(2, 1, "curl -s http://localhost")])
    assert (known[1].program, known[1].supporting) == ("poller.sh", False)


def test_spawned_workers_are_their_parents_program_and_its_tracker_is_not_counted() -> None:
    spawn = "/venv/bin/python -c 'from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=5)'"
    known = identify(
        [
            process(10, 1, "/venv/bin/python /venv/bin/uvicorn app.main:app --workers 2"),
            process(11, 10, "/venv/bin/python -c 'from multiprocessing.resource_tracker import main;main(4)'"),
            process(12, 10, f"{spawn} --multiprocessing-fork"),
            process(13, 10, spawn),
            process(14, 13, spawn),
        ]
    )
    assert {one.program for one in known.values()} == {"uvicorn"}
    assert [pid for pid in known if known[pid].supporting] == [11]


def test_a_spawned_worker_whose_parent_is_gone_is_python() -> None:
    assert (
        identify([process(12, 1, "python -c 'from multiprocessing.spawn import spawn_main'")])[12].program == "python"
    )


def test_a_supervisors_own_plumbing_and_idle_supervisors_are_never_the_service() -> None:
    known = identify(
        [
            process(1, 0, "s6-svscan -d4 -- /run/service"),
            process(20, 1, "s6-supervise s6rc-fdholder"),
            process(21, 20, "s6-fdholderd -1 -i rules"),
            process(30, 1, "s6-supervise idle"),
            process(40, 1, "s6-supervise worker"),
            process(41, 40, "python /venv/bin/celery worker"),
        ]
    )
    assert [pid for pid in known if not known[pid].supporting] == [41]
    assert known[1].program == "celery"


def test_parents_come_before_children_and_the_main_family_before_others() -> None:
    tree = [process(9, 1, "curl localhost"), process(8, 7, "worker"), process(7, 5, "master"), process(5, 3, "tini")]
    assert [one.pid for one in in_order(tree, first=5)] == [5, 7, 8, 9]
    assert [one.pid for one in in_order([*tree, process(2, 1, "old")])] == [2, 5, 7, 8, 9]


# --- whatever comes ---------------------------------------------------------------------------------------------

WORDS = "tini sudo sh bash -c -- -m -u python3 node java -jar env A=b exec && ; | ( celery gunicorn: s6-supervise"
MORE = "/usr/bin/env nice -n 10 poetry run bundle -S from busybox - > 2>&1 \" '"
words = st.one_of(st.sampled_from([*WORDS.split(), *MORE.split()]), st.text(max_size=12))
command_lines = st.lists(words, max_size=8).map(tuple)
tables = st.lists(
    st.builds(
        RawProcess,
        pid=st.integers(1, 12),
        ppid=st.integers(0, 12),
        comm=st.text(max_size=15),
        argv=command_lines,
        started=st.integers(0, 5),
    ),
    max_size=12,
    unique_by=lambda one: one.pid,
)
PROGRAMS = ("python /venv/bin/celery worker", "gunicorn app", "redis-server *:6379", "node server.js")
AROUND = ("tini -- x", "sudo -u app x", "timeout 5 x", "sh -c 'x && y'", "uv run x", "/bin/sh /docker-entrypoint.sh x")


@given(tables)
def test_every_process_gets_one_plain_name_and_a_place(table: list[RawProcess]) -> None:
    known = identify(table)
    assert known.keys() == {one.pid for one in table}
    for one in known.values():
        assert one.program.strip()
        assert one.program == one_line(one.program)
        assert len(one.program) <= 80
    assert sorted(one.pid for one in in_order(table, 3)) == sorted(known)


@given(st.sampled_from(PROGRAMS), st.lists(st.sampled_from(AROUND), max_size=6), st.randoms())
def test_no_nesting_of_wrappers_and_no_order_of_reading_hides_a_program(
    program: str, around: list[str], random: Random
) -> None:
    family = [process(pid, pid - 1, line) for pid, line in enumerate([*around, program], 1)]
    alone = identify([process(1, 0, program)])[1].program
    random.shuffle(family)
    known = identify(family)
    assert {one.program for one in known.values()} == {alone}
    assert [pid for pid in known if not known[pid].supporting] == [len(family)]


@given(command_lines)
def test_a_name_once_found_is_its_own_name(argv: tuple[str, ...]) -> None:
    name = tell(RawProcess(1, 0, "x", argv)).name
    again = tell(RawProcess(1, 0, "x", (name,))).name
    assert tell(RawProcess(1, 0, "x", (again,))).name == again
