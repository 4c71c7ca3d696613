"""Real work trees, edited in every way, and never written to."""

from __future__ import annotations

import os
import subprocess

import pytest

from opsconsole.model.programs import GitOf
from opsconsole.model.sample import ProblemKind
from tests.probes.looks import problem, seen
from tests.support.parts import lack
from tests.support.reachable import let_others_in


class Tree:
    def __init__(self, root):
        self.root = root
        self.git("init", "-q", "-b", "main")

    def git(self, *words):
        who = ["-c", "user.name=x", "-c", "user.email=x@x", "-c", "commit.gpgsign=false"]
        done = subprocess.run(["git", *who, "-C", self.root, *words], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def write(self, name, text):
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


@pytest.fixture
def tree(tmp_path):
    made = Tree(tmp_path)
    for name in ("a.txt", "b c.txt", "ü.txt", "ignored/.gitignore"):
        made.write(name, "*\n" if "git" in name else name)
    made.git("add", "-Af", ".")
    made.git("commit", "-qm", "one")
    return made


async def test_a_clean_tree_with_what_is_checked_out(tree):
    tree.git("tag", "v1.0")
    tree.git("tag", "-a", "v1.0.1", "-m", "x")
    reading = await seen("git-clean", GitOf(str(tree.root)))
    assert (reading.commit, reading.branch, reading.tags) == (tree.git("rev-parse", "HEAD"), "main", ("v1.0", "v1.0.1"))
    assert (reading.changed_count, reading.untracked_count) == (0, 0)
    tree.git("checkout", "-q", "v1.0")
    assert (await seen("git-clean", GitOf(str(tree.root)))).branch is None


async def test_everything_that_differs_is_named(tree):
    tree.write("a.txt", "edited")
    tree.git("mv", "b c.txt", "d e.txt")
    (tree.root / "ü.txt").unlink()
    tree.write("new/x", "x")
    tree.write("ignored/y", "y")
    reading = await seen("git-clean", GitOf(str(tree.root)))
    assert set(reading.changed) == {"a.txt", "d e.txt", "ü.txt"}
    assert reading.untracked == ("new/",)
    assert (reading.changed_count, reading.untracked_count) == (3, 1)


async def test_a_conflict_is_a_change(tree):
    tree.git("checkout", "-qb", "other")
    tree.write("a.txt", "theirs")
    tree.git("commit", "-qam", "x")
    tree.git("checkout", "-q", "main")
    tree.write("a.txt", "ours")
    tree.git("commit", "-qam", "y")
    with pytest.raises(subprocess.CalledProcessError):
        tree.git("merge", "other")
    assert (await seen("git-clean", GitOf(str(tree.root)))).changed == ("a.txt",)


async def test_looking_does_not_even_refresh_the_index(tree):
    os.utime(tree.root / "a.txt", (1_700_000_000, 1_700_000_000))  # git would note that it is the same as ever
    index = tree.root / ".git/index"
    before, names = index.read_bytes(), sorted((tree.root / ".git").iterdir())
    reading = await seen("git-clean", GitOf(str(tree.root)))
    assert reading.changed_count == 0
    assert (index.read_bytes(), sorted((tree.root / ".git").iterdir())) == (before, names)
    tree.git("status")
    assert index.read_bytes() != before, "git itself would have written it, so the look above could have"


async def test_a_tree_without_a_commit(tmp_path):
    Tree(tmp_path)
    reading = await seen("git-clean", GitOf(str(tmp_path)))
    assert (reading.commit, reading.branch, reading.tags) == ("", "main", ())


@pytest.mark.parametrize(
    ("make", "words"), [(lambda root: None, "is no git work tree"), (lambda root: root.rmdir(), "is no git work tree")]
)
async def test_what_is_no_tree_is_gone(tmp_path, make, words):
    root = tmp_path / "root"
    root.mkdir()
    make(root)
    found = await problem("git-clean", GitOf(str(root)))
    assert (found.kind, words in found.reason) == (ProblemKind.GONE, True), found


async def test_somebody_elses_tree_is_looked_at_as_its_owner(tree):
    if os.geteuid() != 0:
        lack("root", "we are not root")
    for path in (tree.root, *tree.root.rglob("*")):
        os.chown(path, 65534, -1)
    let_others_in(tree.root.parent)
    tree.root.chmod(0o755)
    found = await problem("git-clean", GitOf(str(tree.root)))
    assert (found.kind, "say user = its owner" in found.reason) == (ProblemKind.DENIED, True), found
    assert (await seen("git-clean", GitOf(str(tree.root), "nobody"))).branch == "main"


async def test_without_git_nothing_can_be_looked_at(tree, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    found = await problem("git-clean", GitOf(str(tree.root)))
    assert (found.kind, found.reason) == (ProblemKind.NO_TOOL, "there is no program git here")
