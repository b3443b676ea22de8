"""The picture for a terminal: its lanes as tables, with what each name is connected to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from conf_schema import visible
from kedro_bind.render.columns import columns_of
from kedro_bind.render.picture.words import LANE_NOTES, finding_lines
from kedro_bind.render.picture.wrapping import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conf_schema import Diagnostic
    from kedro_bind.render.picture.graph import Element, Lane, Picture

__all__ = ["terminal_text"]

_COLOURS = {
    "artifact": "yellow",
    "parameter": "yellow",
    "input": "blue",
    "output": "green",
    "metric": "magenta",
    "step": None,
    "dataset": None,
}
_LEAST_COLUMNS = 30
_OWN_LINE = ("output", "metric")
"""The roles of parts that have a line of their own, below that of their node."""


def terminal_text(picture: Picture, *, colour: bool = False, width: int | None = None) -> str:
    """Return the picture as text, wrapped at a width if there is one."""
    subject = picture.subject
    lines = [_styled(visible(subject.name), colour=colour, bold=True) + f"  {visible(subject.place)}"]
    lines += [visible(subject.description)] if subject.description else []
    lines += [", ".join(f"{label}: {text}" for label, text in map(_visible, subject.facts))] if subject.facts else []
    lines += _flags(picture.findings, "", colour=colour)
    for lane in picture.lanes:
        lines += ["", f"{_styled(lane, colour=colour, bold=True)} ({LANE_NOTES[lane](picture)})"]
        lines += _lane(picture, lane, colour=colour, width=width)
    return "\n".join(line.rstrip() for line in lines)


def _lane(picture: Picture, lane: Lane, *, colour: bool, width: int | None) -> Iterator[str]:
    rows = [row for element in picture.lane(lane) for row in _rows(element, picture)]
    first = max((columns_of(visible(element.title)) for element, _ in rows), default=0)
    room = max(_LEAST_COLUMNS, width - first - 4) if width else None
    for element, text in rows:
        title = visible(element.title)
        lines = (wrapped(text, room) if room else [text]) or [""]
        name = _styled(title, colour=colour, fg=_COLOURS[element.role]) + " " * (first - columns_of(title))
        yield f"  {name}  {lines[0]}"
        yield from (f"  {' ' * first}  {line}" for line in lines[1:])
        findings = [
            finding
            for part in (element, *element.parts)
            for finding in part.findings
            if part.role not in _OWN_LINE or part is element
        ]
        yield from _flags(findings, "    ", colour=colour)


def _rows(element: Element, picture: Picture) -> Iterator[tuple[Element, str]]:
    """Return the elements that have a line of their own, with what stands beside their names."""
    details = dict(element.details)
    if element.role == "step":
        flow = f"{details.get('reads', '')} -> {details.get('writes', '')}".strip()
        yield element, visible(flow) if flow != "->" else "what it reads and writes is not known"
        yield from ((part, _of_part(part)) for part in element.parts if part.role in _OWN_LINE)
    elif element.role == "input":
        yield element, visible(", ".join(("the input", *element.notes)))
    elif element.lane == "travels":
        yield element, visible("; ".join((*element.notes, _takers(element, picture))))
    else:
        yield element, visible(", ".join((*element.notes, *(text for _, text in element.details))))


def _of_part(part: Element) -> str:
    return visible(", ".join(("the output", *part.notes) if part.role == "output" else part.notes))


def _takers(element: Element, picture: Picture) -> str:
    titles = {element.key: element.title for element in picture.everything}
    takers = [titles[edge.target] for edge in picture.edges if edge.source == element.key]
    return f"taken by {', '.join(takers)}" if takers else "taken by no node"


def _flags(findings: Iterable[Diagnostic], indent: str, *, colour: bool) -> Iterator[str]:
    for finding, line in zip(findings, finding_lines(findings), strict=True):
        yield indent + _styled(f"! {line}", colour=colour, fg="red" if finding.severity.value == "error" else "yellow")


def _visible(fact: tuple[str, str]) -> tuple[str, str]:
    return visible(fact[0]), visible(fact[1])


def _styled(text: str, *, colour: bool, fg: str | None = None, bold: bool = False) -> str:
    return click.style(text, fg=fg, bold=bold) if colour and (fg or bold) else text
