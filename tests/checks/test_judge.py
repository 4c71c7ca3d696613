"""What holds for checks of every kind."""

from importlib import import_module

import pytest

from opsconsole.checks import MODULES, judge
from opsconsole.model.check import Check
from opsconsole.model.sample import Problem, ProblemKind, Sample
from opsconsole.model.verdict import Level
from tests.checks.looks import THING, at, memory
from tests.checks.test_memory import WORKER


@pytest.mark.parametrize("kind", MODULES)
def test_every_kind_has_what_the_registry_promises(kind):
    module = import_module(MODULES[kind])
    assert module.Expect.__struct_config__.frozen
    assert module.Expect.__struct_config__.forbid_unknown_fields
    assert callable(module.judge)


@pytest.mark.parametrize("kind", MODULES)
@pytest.mark.parametrize(("problem", "level"), [(ProblemKind.REFUSED, Level.DOWN), (ProblemKind.DENIED, Level.UNKNOWN)])
def test_what_could_not_be_read_gets_the_level_of_its_problem(kind, problem, level):
    sample = Sample(THING, 0.0, problem=Problem(problem, "that is why"))
    verdict = judge(Check("it", kind, THING, None), sample)
    assert (verdict.level, verdict.reason) == (level, "that is why")


def test_a_check_is_never_worse_than_its_severity_allows():
    mild = Check("it", "memory", THING, WORKER, severity=Level.DEGRADED)
    verdict = judge(mild, at(0, memory(2 << 30)))
    assert (verdict.level, verdict.reason) == (Level.DEGRADED, "2 G, at its limit")
