"""The judgement of every simple command of a script, with what it starts inside itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from opsconsole.model.runbook import Risk
from opsconsole.runbook.inner import starts
from opsconsole.runbook.nested import InnerScript, InnerWords, Opens
from opsconsole.runbook.programs import known_as, own_judgement
from opsconsole.runbook.shell import Simple, read_script
from opsconsole.runbook.table import Judgement
from opsconsole.runbook.words import HIDDEN, Word

_DEEPEST: Final = 8
_NOTHING: Final = Judgement(Risk.READ, "runs nothing")
_OBEYED: Final = re.compile(
    r"PATH|LD_\w+|BASH_ENV|ENV|IFS|PS4|PROMPT_COMMAND|SHELLOPTS|BASHOPTS|CDPATH|\w*PAGER|\w*EDITOR|VISUAL|BROWSER|"
    r"LESS\w+|GIT_\w+|PYTHON(?:PATH|HOME|STARTUP|INSPECT)|PERL\w+|RUBY\w+|NODE_(?:OPTIONS|PATH)|JAVA_TOOL_OPTIONS|\w+_COMMAND|"
    r"SSH_ASKPASS|SUDO_ASKPASS|PSQL_\w+|PSQLRC|RSYNC_RSH|TAR_OPTIONS|CURL_HOME|MYSQL_\w+|GCONV_PATH|BASH_FUNC\w*|KUBECTL_EXTERNAL_DIFF|BORG_\w+|RESTIC_\w+|TERMINFO"
)
_COMPUTING: Final = frozenset(
    {
        "let",
        "test",
        "[",
        "declare",
        "typeset",
        "local",
        "export",
        "readonly",
        "read",
        "printf",
        "unset",
        "wait",
        "getopts",
    }
)
_TAME: Final = frozenset({"", "cat", "less", "more", "0", "1"})


@dataclass(frozen=True, slots=True)
class Judged:
    """A simple command (by its place in the source) and what it can do."""

    simple: Simple
    judgement: Judgement


def judge(source: str) -> tuple[Judged, ...]:
    """Every simple command of `source`; a fault of the syntax comes first, as a command over the whole."""
    return tuple(_Judge(0).script(source))


def worst(judgements: Sequence[Judgement]) -> Judgement:
    """The first of the worst."""
    return max(judgements, key=lambda judgement: judgement.risk, default=_NOTHING)


class _Judge:
    """Judges one script; `depth` says how many scripts it is inside of."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.local: dict[str, Judgement] = {}

    def script(self, source: str) -> Iterator[Judged]:
        script = read_script(source)
        if script.faults:
            whole = Simple((), begin=0, end=len(source.encode()))
            yield Judged(whole, Judgement(Risk.CHANGE, script.faults[0]))
        judged = self._once(script.simples)
        spans = script.functions
        if spans or self.local:
            for _ in range(len(spans) + len(self.local) + 1):  # functions may call each other
                before = dict(self.local)
                self._learn(spans, judged)
                if before == self.local:
                    break
                judged = self._once(script.simples)
        yield from judged

    def _once(self, simples: Sequence[Simple]) -> list[Judged]:
        return [Judged(simple, self.simple(simple)) for simple in simples]

    def _learn(self, spans: Mapping[str, tuple[int, int]], judged: Sequence[Judged]) -> None:
        """What each function does is the worst of what stands in it."""
        for name, (begin, end) in spans.items():
            inside = [j.judgement for j in judged if begin <= j.simple.begin and j.simple.end <= end]
            self.local[name] = worst([*inside, self.local.get(name, _NOTHING)])

    def simple(self, simple: Simple) -> Judgement:
        """The worst of a command: its program, its variables, its redirects."""
        return worst(
            [
                self.words(simple.words, simple.stdin, simple.fed, bool(simple.redirects)),
                *(_redirect(r.target.template) for r in simple.redirects if r.writes),
                *(_assignment(name, word) for name, word in simple.assigned),
            ]
        )

    def words(self, words: Sequence[Word], stdin: str | None, fed: bool, redirected: bool = False) -> Judgement:
        """What a command line does, and what it starts."""
        if not words:
            return _NOTHING if redirected else Judgement(Risk.READ, "sets a variable")
        program = words[0].text
        if program is None:
            return Judgement(Risk.UNKNOWN, "the program is hidden")
        if program in self.local:
            return self.local[program]
        if program in _COMPUTING and any(_code_in_quotes(word.template) for word in words[1:]):
            return Judgement(Risk.UNKNOWN, "code in quotes may be run")
        return self._alias(words) if program == "alias" else self._program(program, words, stdin, fed)

    def _program(self, program: str, words: Sequence[Word], stdin: str | None, fed: bool) -> Judgement:
        name, trusted = known_as(program)
        if name == "docker-compose":
            name, words = "docker", [Word("docker"), Word("compose"), *words[1:]]
        own, inner = starts(name, words, stdin, fed)
        found = worst([*(self._inner(each, stdin, fed) for each in inner), own_judgement(name, own)])
        if not trusted and found.risk is Risk.READ:
            return Judgement(Risk.UNKNOWN, f"{program} is a program of theirs")
        return found

    def _inner(self, inner: InnerWords | InnerScript | Opens | Judgement, stdin: str | None, fed: bool) -> Judgement:
        if isinstance(inner, Judgement):
            return inner
        if isinstance(inner, Opens) and inner.shell and stdin is not None:
            inner = InnerScript(stdin, pasted=HIDDEN in stdin)
        if isinstance(inner, Opens):
            return Judgement(Risk.UNKNOWN, inner.why)
        if self.depth >= _DEEPEST:
            return Judgement(Risk.CHANGE, "nested too deeply")
        deeper = _Judge(self.depth + 1)
        if isinstance(inner, InnerWords):
            return deeper.words(inner.words, stdin, fed)
        deeper.local = dict(self.local)
        found = worst([judged.judgement for judged in deeper.script(inner.text)])
        if inner.pasted and found.risk is Risk.READ:
            return Judgement(
                Risk.UNKNOWN, "a variable is pasted into a script" if inner.text != HIDDEN else "the script is hidden"
            )
        return found

    def _alias(self, words: Sequence[Word]) -> Judgement:
        """An alias makes a familiar word do something else: that is what the word does from here on."""
        found = [Judgement(Risk.READ, "lists aliases")]
        for word in words[1:]:
            name, sign, body = word.template.partition("=")
            if sign:
                inner = self._inner(InnerScript(body, pasted=word.text is None), None, False)
                self.local[name] = worst([inner, self.local.get(name, _NOTHING)])
                found.append(inner)
        return worst(found)


def _redirect(target: str) -> Judgement:
    if re.match(r"/dev/(?:sd|hd|vd|xvd|nvme|mmcblk|dm-|md|mapper/|disk/|loop)", target):
        return Judgement(Risk.DESTROY, "overwrites a disk")
    return Judgement(Risk.CHANGE, "writes into a file")


def _assignment(name: str, value: Word) -> Judgement:
    if _OBEYED.fullmatch(name) and value.text not in _TAME:
        return Judgement(Risk.UNKNOWN, f"programs obey {name}")
    if _code_in_quotes(value.template):
        return Judgement(Risk.UNKNOWN, "code in quotes may be run")
    return Judgement(Risk.READ, "sets a variable")


def _code_in_quotes(text: str) -> bool:
    """The shell computes some words once more, and runs substitutions in them even where they were quoted."""
    return "$(" in text or "`" in text
