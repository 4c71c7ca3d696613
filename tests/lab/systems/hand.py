"""An operator who does what a runbook says, and only that: confirms, ticks, and decides as the script has it."""

from __future__ import annotations

from dataclasses import dataclass, field

from opsconsole.model.questions import (
    Answer,
    AskConfirm,
    AskEnd,
    AskFailed,
    AskInput,
    AskShown,
    AskTick,
    AskWay,
    Back,
    Edit,
    Override,
    Pick,
    Question,
    Skip,
    Stop,
    Value,
    Yes,
)
from opsconsole.model.run import Progress, RunState
from tests.lab.systems.fault import Fault


@dataclass
class Hand:
    """Follows the runbook for `fault`; with `leave_out` without its recovery, and stops when that is behind.

    `done` are the steps that were confirmed or ticked, in their order; `stopped` is why the run was ended early, and
    `ended` how it ended in the run's own words.
    """

    fault: Fault
    leave_out: bool = False
    done: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    stopped: str = ""
    ended: str = ""
    why: str = ""
    seen: str = ""
    _taken_back: dict[str, bool] = field(default_factory=dict)
    """Steps that are to be taken back, and whether they are on their way to be done again."""

    async def answer(self, state: RunState, question: Question) -> Answer:
        if self._left_out() and not isinstance(question, AskInput):
            return self._stop("the recovery was left out")
        if not self.leave_out and not isinstance(question, AskInput | AskFailed):
            place = self._to_take_back(state)
            if place is not None:
                return Back(place)
        match question:
            case AskInput():
                return Value(self.fault.inputs.get(question.name, question.suggestion))
            case AskConfirm():
                return self._confirm(state, question)
            case AskShown():
                return Yes()
            case AskTick():
                self.done.append(state.steps[question.step].step.name)
                return Yes()
            case AskWay():
                return self._pick(question)
            case AskEnd():
                return Yes()
            case AskFailed():
                name = state.steps[question.step].step.name
                return self._stop(f"{name} failed: {question.reason}\n{self.seen[-1500:]}")
            case _:
                return self._other(state, question)

    def _confirm(self, state: RunState, question: AskConfirm) -> Answer:
        name = state.steps[question.step].step.name
        if self.leave_out and name in self.fault.recovery:
            self.skipped.append(name)
            return Skip("left out by the test")
        if question.text != self.fault.edits.get(name, question.text):
            return Edit(self.fault.edits[name])
        if question.overridable and name in self.fault.breaks:
            return Override(self.fault.name)
        if question.refused:
            return self._stop(f"{name} was refused: {question.refused}")
        if question.condition and not any(text in question.condition for text in self.fault.holds):
            return Skip("that is not so here")
        self.done.append(name)
        return Yes(typed=question.target)

    def _to_take_back(self, state: RunState) -> int | None:
        """Where to go for a step that was just done: to its undo, and from there to it once more."""
        places = {here.step.name: place for place, here in enumerate(state.steps)}
        for name in self.fault.undone:
            here = state.steps[places[name]]
            undo = here.step.options.undo or ""
            if name not in self._taken_back and here.progress is Progress.DONE:
                self._taken_back[name] = False
                return places[undo]
            if self._taken_back.get(name) is False and state.steps[places[undo]].progress is Progress.DONE:
                self._taken_back[name] = True
                return places[name]
        return None

    def _left_out(self) -> bool:
        """Whether every step of the recovery is behind us, undone."""
        return self.leave_out and bool(self.skipped) and set(self.skipped) == set(self.fault.recovery)

    def _pick(self, question: AskWay) -> Answer:
        """The only way, or the one that the script names."""
        if self.leave_out and set(self.skipped) == set(self.fault.recovery):
            return self._stop("the recovery was left out")
        ways = [way.text for way in question.ways]
        named = [number for number, text in enumerate(ways) if any(choice in text for choice in self.fault.choices)]
        if len(ways) != 1 and len(named) != 1:
            return self._stop(f"the script names none, or more than one, of {ways}")
        return Pick(named[0] if len(ways) > 1 else 0)

    def _other(self, state: RunState, question: Question) -> Answer:
        return self._stop(f"nobody told the test's operator how to answer {question}")

    def _stop(self, why: str) -> Answer:
        self.stopped = why
        return Stop(why[:200])

    def update(self, state: RunState) -> None:
        """Nothing is drawn."""

    def output(self, text: str) -> None:
        self.seen += text
