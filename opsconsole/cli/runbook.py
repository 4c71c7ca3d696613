"""`opsconsole runbook`: which runbooks there are, what was understood of one, and what is wrong with it."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from typing import TYPE_CHECKING, Any

from opsconsole.cli.output import write
from opsconsole.model.text import one_line, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opsconsole.model.runbook import Options, Runbook, Step
    from opsconsole.runbook.remarks import Remark
    from opsconsole.wiring import Parts

PROBLEMS = 1
"""What `lint` leaves with where it found a problem; warnings alone leave with 0."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="the runbooks beside the stack file")
    show = actions.add_parser("show", help="what was understood of a runbook: its steps, and what each can do")
    show.add_argument("runbook", metavar="FILE_OR_NAME")
    show.add_argument("--json", action="store_true", help="all of it, for programs")
    lint = actions.add_parser(
        "lint",
        help="what is wrong or not safe in a runbook; leaves with 1 if there is a problem",
        epilog=_rules(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    lint.add_argument("runbook", metavar="FILE_OR_NAME", nargs="+")
    lint.add_argument("--format", choices=("text", "json"), default="text")


def _rules() -> str:
    from opsconsole.runbook.remarks import RULES

    width = max(map(len, RULES))
    return "rules:\n" + "\n".join(f"  {name:{width}}  {what}" for name, what in RULES.items())


def main(args: argparse.Namespace) -> int:
    """0; `lint` 1 with problems. TroubleError where a runbook is not there or cannot be read."""
    from opsconsole.cli.parts import parts_from

    parts = parts_from(args)
    if args.action == "list":
        return _list(parts)
    if args.action == "lint":
        return _lint(parts, args.runbook, args.format)
    runbook = parts.library.find(args.runbook)
    write(json.dumps(as_json(runbook), ensure_ascii=False, indent=2) + "\n" if args.json else as_text(runbook))
    return 0


def _list(parts: Parts) -> int:
    runbooks = parts.library.all()
    if not runbooks:
        print("opsconsole: there are no runbooks beside the stack file", file=sys.stderr)
        return 0
    width = max(len(runbook.name) for runbook in runbooks)
    lines = []
    for runbook in runbooks:
        treats = f"  treats {', '.join(runbook.treats)}" if runbook.treats else ""
        wrong = f"  ({one_line(runbook.faults[0].message, 80)})" if not runbook.digest and runbook.faults else ""
        lines.append(f"{runbook.name:{width}}  {one_line(runbook.title)}{treats}{wrong}\n")
    write("".join(lines))
    return 0


def as_json(runbook: Runbook) -> dict[str, Any]:
    """What was understood.

    `name`, `title`, `path`, `digest` (SHA-256 of the file), `treats`, `inputs` (names), `sections` (each `title`,
    `level`, `line`, `anchor`, and its `links`: `text`, `target`, `line`), `steps` (see `step_json`) and `faults` (each
    `line`, `rule`, `message`).
    """
    return {
        "name": runbook.name,
        "title": runbook.title,
        "path": str(runbook.path) if runbook.path else None,
        "digest": runbook.digest,
        "treats": list(runbook.treats),
        "inputs": [given.name for given in runbook.inputs],
        "sections": [
            {
                "title": section.title,
                "level": section.level,
                "line": section.line,
                "anchor": section.anchor,
                "links": [{"text": link.text, "target": link.target, "line": link.line} for link in section.links],
            }
            for section in runbook.sections
        ],
        "steps": [step_json(step) for step in runbook.steps],
        "faults": [{"line": f.line, "rule": f.rule, "message": f.message} for f in runbook.faults],
    }


def step_json(step: Step) -> dict[str, Any]:
    """One step: `risk` is the worst of its commands; `commands` say why, and whether a condition stands over them.

    Only where there is something to say: `choices` of a decision, the `tab` it is in, the `example` of its output, and
    `options`, what its author said in the info string.
    """
    shown: dict[str, Any] = {
        "index": step.index,
        "name": step.name,
        "section": step.section,
        "kind": step.kind,
        "lang": step.lang,
        "text": step.text,
        "risk": step.risk.word,
        "commands": [
            {"text": c.text, "risk": c.risk.word, "why": c.why, "caption": c.caption, "conditional": c.conditional}
            for c in step.commands
        ],
        "placeholders": [{"text": p.text, "name": p.name, "optional": p.optional} for p in step.placeholders],
        "expected": list(step.expected),
        "line": step.line,
    }
    if step.choices:
        shown["choices"] = [{"text": text, "target": target} for text, target in step.choices]
    if step.tab_group:
        shown |= {"tab": step.tab, "tab_group": step.tab_group}
    if step.example:
        shown["example"] = step.example
    if said := _said(step.options):
        shown["options"] = said
    return shown


def _said(options: Options) -> dict[str, Any]:
    """What differs from what is so where nothing is said."""
    fields = {field.name: (getattr(options, field.name), field.default) for field in dataclasses.fields(options)}
    return {name: value for name, (value, default) in fields.items() if value != default}


def as_text(runbook: Runbook) -> str:
    """The same for people: sections, and under each its steps with line, risk, why, and the command in full."""
    lines = [plain(runbook.title), *([f"treats {', '.join(runbook.treats)}"] if runbook.treats else [])]
    for section in runbook.sections:
        if section.steps:
            lines += ["", one_line(section.title) or "(before the first heading)"]
        for step in section.steps:
            lines += _step_lines(step)
    lines += ["", *(f"line {fault.line}: {fault.message} ({fault.rule})" for fault in runbook.faults)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _step_lines(step: Step) -> list[str]:
    word = step.risk.word if step.kind == "command" else {"tick": "box"}.get(step.kind, step.kind)
    head = f"  {step.index:>3}  {word:<8} line {step.line:<5} {one_line(step.name, 60)}"
    if step.kind != "command":
        return [head, *(f"         {line}" for line in plain(step.text).split("\n")[:3])]
    lines = [head]
    for command in step.commands:
        first, *rest = plain(command.text).split("\n")
        lines += [f"         $ {first}", *(f"           {line}" for line in rest)]
        lines.append(f"           {command.risk.word}: {command.why}")
    if step.placeholders:
        lines.append(f"         asks for {', '.join(p.text for p in step.placeholders)}")
    return lines + [f"         expected: {one_line(text)}" for text in step.expected]


def _lint(parts: Parts, names: Sequence[str], form: str) -> int:
    from opsconsole.runbook.lint import lint

    stack = parts.stack if parts.stack.file else None
    found = [(runbook, lint(runbook, stack, parts.library)) for runbook in map(parts.library.find, names)]
    if form == "json":
        write(json.dumps([_remark_json(r, remark) for r, remarks in found for remark in remarks], indent=2) + "\n")
    else:
        write("".join(_remark_line(r, remark) for r, remarks in found for remark in remarks))
    problems = sum(remark.severity == "problem" for _, remarks in found for remark in remarks)
    return PROBLEMS if problems else 0


def _remark_json(runbook: Runbook, remark: Remark) -> dict[str, Any]:
    return {
        "file": str(runbook.path),
        "line": remark.line,
        "rule": remark.rule,
        "severity": remark.severity,
        "message": remark.message,
    }


def _remark_line(runbook: Runbook, remark: Remark) -> str:
    return f"{runbook.path}:{remark.line}: {remark.severity}: {plain(remark.message)} ({remark.rule})\n"
