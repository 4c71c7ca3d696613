"""A Markdown document as a runbook: sections, steps, shown blocks, ticks, decisions. Pure; it never raises."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from opsconsole.model.runbook import Fault, Link, Runbook, Section, Step
from opsconsole.runbook.anchors import anchors, section_at
from opsconsole.runbook.front_matter import Front, read_front_matter
from opsconsole.runbook.info_string import read_info
from opsconsole.runbook.near import or_near
from opsconsole.runbook.outline import Block, Box, FrontMatter, Heading, Linked, Links, Named, Part, Said, outline
from opsconsole.runbook.sessions import announces_result
from opsconsole.runbook.steps import StepMaker


def parse(text: str, name: str, path: Path | None = None) -> Runbook:
    """The runbook in `text`; `name` is its file's name without the ending. What is wrong is in `faults`."""
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
    source = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    parts = outline(source)
    front = next((read_front_matter(p.text, p.line + 1) for p in parts if isinstance(p, FrontMatter)), Front())
    named = (read_info(part.info).name for part in parts if isinstance(part, Block) and "{" in part.info)
    maker = StepMaker(front, frozenset(name for name in named if name))
    sections = _results_under_headings(tuple(_sections(parts, source.split("\n"), maker)))
    titles = (section.title for section in sections if section.level == 1 and section.title)
    faults = (*front.faults, *maker.faults, *_broken_links(sections), *_broken_names(sections))
    return Runbook(
        name=name,
        title=front.title or next(titles, None) or next((s.title for s in sections if s.title), name),
        path=path,
        digest=digest,
        sections=sections,
        treats=front.treats,
        stack=front.stack,
        rto=front.rto,
        inputs=front.inputs,
        shell=front.shell,
        cwd=front.cwd,
        ops_check=front.ops_check,
        stay_green=front.stay_green,
        escalate=front.escalate,
        meta=dict(front.meta),
        faults=tuple(sorted(faults, key=lambda fault: fault.line)),
        source=source,
    )


def _sections(parts: Sequence[Part], lines: Sequence[str], maker: StepMaker) -> Iterator[Section]:
    """One section a heading; what stands before the first one is a section without a title."""
    groups: list[tuple[Heading, list[Part]]] = [(Heading("", 0, 1, 1), [])]
    for part in parts:
        if isinstance(part, Heading):
            groups.append((_with_names_before(part, groups[-1][1]), []))
        elif isinstance(part, FrontMatter):
            groups[0] = (Heading("", 0, 1, part.end), [])
        else:
            groups[-1][1].append(part)
    names = anchors([heading.title for heading, _ in groups])
    ends = [heading.line for heading, _ in groups[1:]] + [len(lines) + 1]
    for (heading, inside), anchor, end in zip(groups, names, ends, strict=True):
        section = _section(heading, anchor, inside, lines, end, maker)
        if heading.level or section.steps or section.prose:
            yield section


def _with_names_before(heading: Heading, before: list[Part]) -> Heading:
    """Names that stand alone right over a heading are meant for it."""
    while before and isinstance(last := before[-1], Named):
        heading = replace(heading, names=heading.names + last.names)
        before.pop()
    return heading


def _section(
    heading: Heading, anchor: str, parts: Sequence[Part], lines: Sequence[str], end: int, maker: StepMaker
) -> Section:
    steps: list[Step] = []
    prose: list[str] = []
    at = heading.end
    said = heading.title
    links: list[Link] = []
    names = list(heading.names)
    for part in parts:
        if isinstance(part, Linked):
            links += part.links
            continue
        if isinstance(part, Named):
            names += part.names
            continue
        if isinstance(part, Said):
            said = part.text
            continue
        if isinstance(part, Links) and not (heading.marked or heading.title.rstrip().endswith("?")):
            continue
        between = _prose(lines, at, part.line)
        made = _step(part, heading.title, between, maker)
        if isinstance(part, Block) and made.kind == "shown" and steps and announces_result(said):
            steps = _with_expected(steps, part.text)
        steps.append(made)
        prose.append(between)
        at, said = max(at, part.end), ""
    if heading.marked and not any(step.kind == "decision" for step in steps):
        message = "this is marked as a decision, and has no list whose items begin with links to sections"
        maker.faults.append(Fault(heading.line, "decision", message))
    prose.append(_prose(lines, at, end))
    told = "\n\n".join(p for p in prose if p)
    lowered = tuple(name.lower() for name in names)
    return Section(heading.title, heading.level, heading.line, told, tuple(steps), anchor, lowered, tuple(links))


def _step(part: Part, section: str, prose: str, maker: StepMaker) -> Step:
    if isinstance(part, Block):
        return maker.block(part, section, prose)
    if isinstance(part, Box):
        return maker.tick(part, section, prose)
    assert isinstance(part, Links)
    return maker.decision(part, section, prose)


def _with_expected(steps: list[Step], text: str) -> list[Step]:
    """A result block says what the command before it should print."""
    for at in range(len(steps) - 1, -1, -1):
        if steps[at].kind == "command":
            expected = (*steps[at].expected, *(line for line in text.split("\n") if line.strip()))
            return [*steps[:at], replace(steps[at], expected=expected), *steps[at + 1 :]]
    return steps


def _results_under_headings(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    """A result block under a heading of its own ("Expected output") belongs to the last command before that."""
    done: list[Section] = []
    for section in sections:
        first = section.steps[0] if section.steps else None
        if first is not None and first.kind == "shown" and announces_result(section.title):
            at = next((n for n in reversed(range(len(done))) if any(s.kind == "command" for s in done[n].steps)), None)
            if at is not None:
                done[at] = replace(done[at], steps=tuple(_with_expected(list(done[at].steps), first.text)))
        done.append(section)
    return tuple(done)


def _prose(lines: Sequence[str], begin: int, end: int) -> str:
    """The source from line `begin` up to `end` (both from 1), without blank edges."""
    return "\n".join(lines[begin - 1 : end - 1]).strip("\n").rstrip()


def _broken_links(sections: Sequence[Section]) -> Iterator[Fault]:
    for section in sections:
        for link in section.links:
            if link.target.startswith("#") and section_at(link.target, sections) is None:
                near = or_near(link.target[1:], [section.anchor for section in sections])
                yield Fault(link.line, "broken-link", f"no section is called {link.target}{near}")


def _broken_names(sections: Sequence[Section]) -> Iterator[Fault]:
    steps = [step for section in sections for step in section.steps]
    names = {step.name for step in steps}
    for step in steps:
        if step.options.undo is not None and step.options.undo not in names:
            yield Fault(step.line, "unknown-undo", f"no step is called {step.options.undo}")
