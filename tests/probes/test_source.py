"""Source trees: what must not stand in them, and whether they compile."""

from __future__ import annotations

import ast
import os
import re
import sys

import pytest

from opsconsole.model.paths import SourceOf
from opsconsole.model.programs import CompilesOf, CompilesReading
from opsconsole.model.sample import ProblemKind
from opsconsole.probes import pysource
from opsconsole.probes.base import World
from opsconsole.probes.source import Sources
from tests.probes.looks import problem, seen

NOW, UTCNOW = "datetime.now()", "datetime.utcnow"


def nodes(source):
    return list(ast.walk(ast.parse(source)))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import datetime\nx = datetime.datetime.now()", [(2, "datetime.datetime.now()")]),
        ("from datetime import datetime\nx = datetime.now()", [(2, "datetime.now()")]),
        ("from datetime import datetime as dt\nx = dt.now()", [(2, "dt.now()")]),
        ("import datetime as d\nx = d.datetime.utcnow()", [(2, "d.datetime.utcnow()")]),
        ("from datetime import *\nx = datetime.now()", [(2, "datetime.now()")]),
        ("def f():\n    from datetime import datetime as q\n    return q.utcnow()", [(3, "q.utcnow()")]),
        ("from datetime import datetime\nfield(default=datetime.now)", [(2, "datetime.now")]),
        ("from datetime import datetime, UTC\nx = datetime.now(UTC)", []),
        ("from datetime import datetime, UTC\nx = datetime.now(tz=UTC)", []),
        ("from datetime import datetime, UTC\nx = datetime.utcnow(*a)", [(2, "datetime.utcnow()")]),
        ("from django.utils import timezone\nx = timezone.now()", []),
        ("# datetime.now()\nx = 'datetime.now()'", []),
        ("from mine import datetime as now_of\nnow_of.now()", [(2, "now_of.now()")]),
        ("from time import now\nnow()", []),
        ("x.y().now()", []),
    ],
)
def test_a_call_is_found_under_whatever_name_it_was_imported(source, found):
    assert list(pysource.uses(nodes(source), [NOW, UTCNOW])) == found
    assert pysource.may_use(source.encode(), [NOW, UTCNOW]) or not found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('q = "SELECT * FROM t"', [(1, "SELECT * FROM t")]),
        ('q = f"SELECT {x} FROM t"', [(1, "SELECT {} FROM t")]),
        ('q = """\n  SELECT 1\n  FROM t"""', [(2, "  SELECT 1")]),
        ('"""SELECT 1 FROM t, in words."""', []),
        ('def f():\n    """SELECT 1 FROM t."""', []),
        ("# SELECT 1 FROM t", []),
        ("q = 'select a thing'", []),
    ],
)
def test_a_string_is_found_but_no_docstring_and_no_comment(source, found):
    pattern = re.compile(r"\bSELECT\b.+\bFROM\b", re.DOTALL)
    assert list(pysource.strings(nodes(source), [pattern])) == found


@pytest.fixture
def tree(tmp_path):
    for name, text in {
        "app/main.py": "from datetime import datetime\n\n\ndef f():\n    return datetime.utcnow()\n",
        "app/repositories/users.py": "Q = 'SELECT 1 FROM users'\n",
        "app/routes.py": "Q = 'DELETE FROM users'\n",
        "app/migrations/0001.py": "from datetime import datetime\nx = datetime.utcnow()\n",
        ".venv/lib/x.py": "from datetime import datetime\nx = datetime.utcnow()\n",
        "web/page.js": "let a = 1;\neval(a);\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


async def test_places_are_named_by_file_and_line_and_what_is_excluded_is_not(tree):
    of = SourceOf(str(tree), ("*.py",), ("migrations",), calls=(UTCNOW,))
    reading = await seen("source", of)
    assert reading.places == (("app/main.py", 5, "datetime.utcnow()"),)
    assert reading.files == 3
    sql = SourceOf(str(tree), ("*.py",), ("app/repositories",), strings=("/^(SELECT|INSERT|UPDATE|DELETE) /",))
    assert (await seen("source", sql)).places == (("app/routes.py", 1, "DELETE FROM users"),)
    script = SourceOf(str(tree), ("web/*.js",), texts=("eval(",))
    assert (await seen("source", script)).places == (("web/page.js", 2, "eval(a);"),)


async def test_what_does_not_parse_is_not_passed_over(tree):
    (tree / "app/broken.py").write_text("def now(:\n")
    reading = await seen("source", SourceOf(str(tree), ("*.py",), ("migrations",), calls=(NOW,)))
    assert [path for path, _ in reading.unread] == ["app/broken.py"]
    assert "does not parse" in reading.unread[0][1]


async def test_a_file_is_parsed_again_only_when_it_changed(tree, monkeypatch):
    sources, parsed = Sources(), []
    real = ast.parse
    monkeypatch.setattr(ast, "parse", lambda *given, **more: parsed.append(1) or real(*given, **more))
    of = SourceOf(str(tree), ("*.py",), calls=(UTCNOW,))
    first = await sources.look(of, 20)
    assert (len(first.places), len(parsed)) == (2, 2), "what cannot use the name is not parsed"
    assert await sources.look(of, 20) == first and len(parsed) == 2
    (tree / "app/main.py").write_text("utcnow = 1\n")
    assert len((await sources.look(of, 20)).places) == 1 and len(parsed) == 3


async def test_a_tree_that_is_not_there_or_empty_is_not_clean(tree):
    gone = await problem("source", SourceOf(str(tree / "no"), ("*.py",), calls=(NOW,)))
    assert gone.kind is ProblemKind.GONE
    empty = await problem("source", SourceOf(str(tree), ("*.rb",), texts=("x",)))
    assert empty.reason == f"no file in {tree} matches *.rb"


async def test_a_tree_compiles_and_nothing_is_written(tree):
    before = sorted(os.walk(tree))
    reading = await seen("compiles", CompilesOf(str(tree)))
    assert reading == CompilesReading(4, ".".join(map(str, sys.version_info[:3])))
    assert sorted(os.walk(tree)) == before


async def test_what_does_not_compile_is_named_with_its_line(tree):
    (tree / "app/a.py").write_text("x = 1\ndef f(:\n    pass\n")
    (tree / "app/b.py").write_text("return 1\n")
    (tree / "app/c.py").write_bytes(b"x = '\xff'\n")
    (tree / "app/d.py").write_bytes(b"x = 1\0\n")
    reading = await seen("compiles", CompilesOf(str(tree), ("migrations",)))
    assert [row[:2] for row in reading.broken] == [("app/a.py", 2), ("app/b.py", 1), ("app/c.py", 1), ("app/d.py", 1)]
    assert reading.broken[1][2] == "'return' outside function"


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        ({"root": "/no/such"}, ProblemKind.GONE, "/no/such: No such file or directory"),
        ({"root": "/etc/apt"}, ProblemKind.GONE, "there is no Python in /etc/apt"),
        ({"python": "/no/python3"}, ProblemKind.NO_TOOL, "there is no program /no/python3 here"),
        ({"python": "/bin/echo"}, ProblemKind.NO_TOOL, "/bin/echo is no Python that can parse"),
    ],
)
async def test_what_keeps_it_from_being_compiled_says_so(tree, change, kind, words):
    of = CompilesOf(**{"root": str(tree), **change})
    found = await problem("compiles", of)
    assert (found.kind, words in found.reason) == (kind, True), found


async def test_a_look_that_takes_too_long_says_nothing_of_the_source(tree):
    found = await problem("compiles", CompilesOf(str(tree)), 0.001, within=World())
    assert (found.kind, "takes longer than" in found.reason) == (ProblemKind.UNREADABLE, True), found
