"""What docs/alerts.md shows works as it stands there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from opsconsole.__main__ import main
from opsconsole.stack.alerts import AlertsTable, MaintenanceTable
from opsconsole.stack.load import load
from tests.watch.alerts.hook import FILE, hook

__all__ = ["hook"]

PAGE = (Path(__file__).parent.parent.parent / "docs" / "alerts.md").read_text()
TABLES = re.findall(r"^```toml\n((?:.|\n)*?)^```", PAGE, re.MULTILINE)
COMMANDS = [
    line for block in re.findall(r"^```sh\n((?:.|\n)*?)^```", PAGE, re.MULTILINE) for line in block.splitlines()
]
SHOP = 'name = "shop"\nstate = "state"\n[[service]]\nname = "web"\ncontainer = "shop-web"\n'


@pytest.mark.parametrize("table", TABLES, ids=range(len(TABLES)))
def test_every_table_is_sound_as_it_stands(table, tmp_path):
    (tmp_path / "stack.toml").write_text(SHOP + table)
    assert load(tmp_path / "stack.toml").alerts is not None


def test_every_key_has_an_example():
    shown = set(re.findall(r"^(\w+) = ", "\n".join(TABLES), re.MULTILINE))
    wanted = {*AlertsTable.__struct_encode_fields__, *MaintenanceTable.__struct_encode_fields__} - {"maintenance"}
    assert wanted <= shown


def test_every_command_does_what_it_is_shown_for(tmp_path, hook, monkeypatch, capsys):
    (tmp_path / "web").touch()
    check = FILE.format(tmp_path / "web").replace("flag", "web")
    way = f'[alerts]\nwebhook = {{ url = "{hook.url}/" }}\n'
    (tmp_path / "stack.toml").write_text(f'name = "shop"\nstate = "state"\n[box]\nenabled = false\n{check}{way}')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("os.geteuid", lambda: 1000)  # written below the home of a user, whoever runs the tests
    monkeypatch.setenv("HOME", str(tmp_path))
    for command in COMMANDS:
        program, *words = shlex.split(command)
        assert (program, words[0], main(words)) == ("opsconsole", "watch", 0), command
    out, err = capsys.readouterr()
    assert out.startswith("✓ webhook: sent\nshop on ") and out.endswith("nothing is silenced\n")
    assert "web  for 2 h more, by " in out and "OnUnitActiveSec=300s" in out
    assert err.endswith("loginctl enable-linger\n")
    assert [digest["test"] for digest in hook.posted] == [True]
