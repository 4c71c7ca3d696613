"""What a script leaves to the shell that it was pasted into."""

from __future__ import annotations

import pytest

from opsconsole.runbook.leaves import Leaves, leaves, mentions


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("cd /srv", Leaves(moves=True)),
        ("command cd /srv && ls", Leaves(moves=True)),
        ("(cd /srv; A=1)", Leaves()),
        ("A=1", Leaves(names=("A",))),
        ("A=1 B='x y'", Leaves(names=("A", "B"))),
        ("A=1 make", Leaves()),
        ("A=1 | cat", Leaves()),
        ("A=1 &", Leaves()),
        ("sleep 1 & A=2", Leaves(names=("A",))),
        ("f() { A=1; }", Leaves()),
        ("if true; then export A=1; fi", Leaves(names=("A",))),
        ("{ A=1; } > file", Leaves(names=("A",))),
        ("export A", Leaves(names=("A",))),
        ("unset A B", Leaves(names=("A", "B"))),
        ('export A="$(date)" B=1', Leaves(names=("A", "B"), substituted=("A",))),
        ("A=`date`", Leaves(names=("A",), substituted=("A",))),
        ("A=$((1 + 2))", Leaves(names=("A",))),
        ("read -rp 'which? ' A", Leaves(names=("A",), typed=("A",))),
        ("cat <<E\n$(x)\nE\nA=1", Leaves(names=("A",))),
        ("source .env", Leaves(moves=True, everything=True)),
        ("echo $A", Leaves()),
    ],
)
def test_what_a_script_leaves(script: str, found: Leaves) -> None:
    assert leaves(script) == found


@pytest.mark.parametrize(
    ("text", "uses"),
    [("echo $A", True), ("${A:-x}", True), ("${#A}", True), ("$AB", False), ("A=1", False), ("${AB}", False)],
)
def test_whether_a_command_uses_a_variable(text: str, uses: bool) -> None:
    assert mentions(text, "A") is uses
