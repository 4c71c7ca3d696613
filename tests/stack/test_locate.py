"""Which stack file is meant: named first, then near, then far."""

from pathlib import Path

import pytest

from opsconsole.model.trouble import TroubleError
from opsconsole.stack.locate import locate


@pytest.fixture
def box(tmp_path):
    """A box with a stack file in every place where one can lie."""

    class Box:
        cwd, home, system = tmp_path / "work", tmp_path / "home", tmp_path / "etc"
        named, by_env = tmp_path / "named.toml", tmp_path / "by-env.toml"
        near = cwd / "opsconsole.toml"
        second = cwd / "stack.toml"
        own = home / ".config" / "opsconsole" / "stack.toml"
        shared = system / "opsconsole.toml"
        env = {"OPSCONSOLE_STACK": str(by_env), "HOME": str(home)}  # noqa: RUF012

        def locate(self, explicit=None, **env):
            return locate(explicit, {**self.env, **env}, self.cwd, self.system)

    made = Box()
    for file in (made.named, made.by_env, made.near, made.second, made.own, made.shared):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text('name = "x"')
    return made


def test_places_are_looked_at_in_order(box):
    assert box.locate(box.named) == box.named
    assert box.locate() == box.by_env
    box.env = {"HOME": str(box.home)}
    for file in (box.near, box.second, box.own, box.shared):
        assert box.locate() == file
        file.unlink()
    assert box.locate() is None


def test_the_users_folder_follows_xdg(box, tmp_path):
    for file in (box.near, box.second):
        file.unlink()
    moved = tmp_path / "xdg" / "opsconsole" / "opsconsole.toml"
    moved.parent.mkdir(parents=True)
    moved.write_text("")
    assert box.locate(OPSCONSOLE_STACK="", XDG_CONFIG_HOME=str(tmp_path / "xdg")) == moved
    assert box.locate(OPSCONSOLE_STACK="", XDG_CONFIG_HOME="relative") == box.own


def test_an_empty_variable_names_nothing(box):
    assert box.locate(OPSCONSOLE_STACK="") == box.near


def test_paths_are_relative_to_the_current_folder_and_know_home(box):
    assert box.locate(Path("stack.toml")) == box.second
    assert box.locate(OPSCONSOLE_STACK="stack.toml") == box.second
    assert box.locate(Path("~/.config/opsconsole/stack.toml")) == box.own


def test_a_folder_stands_for_the_file_in_it(box):
    assert box.locate(box.cwd) == box.near


@pytest.mark.parametrize(
    ("explicit", "env", "told"),
    [
        ("gone.toml", {}, "--stack: there is no stack file"),
        ("empty", {}, "--stack: the folder"),
        (None, {"OPSCONSOLE_STACK": "gone.toml"}, "$OPSCONSOLE_STACK: there is no stack file"),
    ],
)
def test_a_file_that_is_named_must_be_there(box, explicit, env, told):
    (box.cwd / "empty").mkdir()
    with pytest.raises(TroubleError) as caught:
        box.locate(Path(explicit) if explicit else None, **env)
    assert str(caught.value).startswith(told)


def test_a_folder_called_like_a_stack_file_is_none(box):
    box.near.unlink()
    box.near.mkdir()
    assert box.locate(OPSCONSOLE_STACK="") == box.second


def test_what_lies_behind_a_closed_door_is_not_called_missing(tmp_path, monkeypatch):
    def closed(path, **how):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "stat", closed)
    with pytest.raises(TroubleError) as caught:
        locate(Path("/etc/closed/a.toml"), {}, Path("/"))
    assert "cannot be seen: a folder above it may not be entered" in str(caught.value)
