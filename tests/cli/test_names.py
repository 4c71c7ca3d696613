"""Which checks somebody means, and what is said to a slip of the finger."""

from __future__ import annotations

import pytest

from opsconsole.cli.names import meant
from opsconsole.model.trouble import TroubleError
from opsconsole.model.verdict import Level
from tests.cli.looks import look, standing

STACK = look(*(standing(name, Level.OK) for name in ("engine", "web.state", "web.memory", "webhook.state"))).stack


def test_a_whole_name_is_that_check_and_a_service_is_all_of_its_checks():
    assert meant(STACK, ["web.memory"]) == ["web.memory"]
    assert meant(STACK, ["web"]) == ["web.state", "web.memory"]
    assert meant(STACK, ["web.memory", "engine", "web"]) == ["engine", "web.state", "web.memory"]


@pytest.mark.parametrize(("slip", "near"), [("web.memroy", "web.memory"), ("engin", "engine"), ("wbe", "web")])
def test_a_slip_is_answered_with_what_is_near(slip, near):
    with pytest.raises(TroubleError) as caught:
        meant(STACK, [slip, "engine"])
    assert repr(slip) in str(caught.value) and near in str(caught.value) and "did you mean" in str(caught.value)


@pytest.mark.parametrize("name", ["", "zzz", "."])
def test_nothing_near_gets_the_list_and_empty_never_means_all(name):
    with pytest.raises(TroubleError) as caught:
        meant(STACK, [name])
    assert "there are: engine, web.state" in str(caught.value)
