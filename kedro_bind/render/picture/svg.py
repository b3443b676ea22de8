"""The picture as SVG, by itself or as a part of a page."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from kedro_bind.render.picture.layout import WIDE, lay_out
from kedro_bind.render.picture.words import LANE_NOTES, description_of, finding_lines, outline
from kedro_bind.render.picture.wrapping import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro_bind.render.picture.boxes import Box
    from kedro_bind.render.picture.graph import Element, Picture
    from kedro_bind.render.picture.layout import Band, Layout, Line

__all__ = ["inline_svg", "packaged", "standalone_svg"]

_MARGIN, _HEAD, _LINE = 16.0, 52.0, 20.0
_COLUMNS = 180
"""How many characters of a finding are on a line below the picture."""


def packaged(name: str) -> str:
    """Return the text of a file of this package."""
    return (files("kedro_bind.render.picture") / name).read_text(encoding="utf-8")


def standalone_svg(picture: Picture) -> str:
    """Return the picture as a file of its own, which follows the light or dark theme of who looks at it."""
    subject, layout = picture.subject, lay_out(picture, WIDE)
    lines = [line for text in finding_lines(subject.findings) for line in wrapped(text, _COLUMNS)]
    width, below = layout.width + 2 * _MARGIN, _HEAD + layout.height + _MARGIN
    height = below + _LINE * len(lines)
    findings = (
        f'<text class="general" x="{_MARGIN:g}" y="{below + _LINE * (index + 1) - 8:g}">{escape(line)}</text>'
        for index, line in enumerate(lines)
    )
    size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    place = f'<tspan class="place" dx="12">{escape(subject.place)}</tspan>'
    head = f"""<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" role="img" class="picture" {size}>
<title>{escape(subject.name)}</title>
<desc>{escape(outline(picture))}</desc>
<style>
{packaged("picture.css")}</style>
<rect width="100%" height="100%" fill="var(--paper)"/>
<text class="name" x="{_MARGIN:g}" y="34">{escape(subject.name)}{place}</text>
<g transform="translate({_MARGIN:g} {_HEAD:g})">"""
    return "\n".join([head, *_drawn(layout, picture, linked=False), "</g>", *findings, "</svg>\n"])


def inline_svg(picture: Picture, width: float, name: str) -> str:
    """Return the picture as a part of a page, in which each element is a link to its details."""
    layout = lay_out(picture, width)
    size = f'viewBox="0 0 {layout.width:g} {layout.height:g}" width="{layout.width:g}" height="{layout.height:g}"'
    opened = f'<svg class="picture {name}" role="group" aria-label="{escape(outline(picture))}" {size}>'
    return "\n".join([opened, *_drawn(layout, picture, linked=True), "</svg>"])


def _drawn(layout: Layout, picture: Picture, *, linked: bool) -> Iterator[str]:
    yield from (_band(band, picture) for band in layout.bands)
    yield from map(_wire, layout.lines)
    for box in layout.boxes:
        yield from _box(box, linked=linked)


def _band(band: Band, picture: Picture) -> str:
    place = f'x="{band.title_x:g}" y="{band.y + 24:g}"'
    note = f'x="{band.title_x:g}" y="{band.y + 41:g}"'
    return (
        f'<rect class="band" x="{band.x:g}" y="{band.y:g}" width="{band.width:g}" height="{band.height:g}" rx="10"/>'
        f'<text class="lane" {place}>{band.lane}</text>'
        f'<text class="lane-note" {note}>{escape(LANE_NOTES[band.lane](picture))}</text>'
    )


def _wire(line: Line) -> str:
    crosses = " crosses" if line.edge.crosses else ""
    return f'<path class="wire{crosses}" data-from="{line.edge.source}" data-to="{line.edge.target}" d="{line.path}"/>'


def _box(box: Box, *, linked: bool) -> Iterator[str]:
    """Draw a box, and its parts on it: links can't lie inside each other."""
    yield _one(box, "box", linked=linked)
    for part in box.parts:
        yield f'<path class="rule" d="M{part.x:g} {part.y:g}h{part.width:g}"/>'
        yield _one(part, "part", linked=linked)


def _one(box: Box, kind: str, *, linked: bool) -> str:
    element = box.element
    severity = _severity(element)
    name = f"{kind} {element.role}{f' {severity}' if severity else ''}"
    texts = " ".join(
        f'<text class="{text.style}" x="{text.x:g}" y="{text.y:g}">{escape(text.text)}</text>' for text in box.texts
    )
    inset = 1 if kind == "part" else 0
    size = f'width="{box.width - 2 * inset:g}" height="{box.height - 2 * inset:g}"'
    place = f'x="{box.x + inset:g}" y="{box.y + inset:g}" {size}'
    drawn = f'<rect {place} rx="7"/>{_mark(box)}{texts}{_flag(box, severity)}'
    if linked:
        described = escape(description_of(element))
        link = f'class="{name}" href="#d-{element.key}" data-key="{element.key}" aria-description="{described}"'
        return f"<a {link}>{drawn}</a>"
    title = escape("\n".join([f"{element.title}, {description_of(element)}", *finding_lines(element.findings)]))
    return f'<g class="{name}"><title>{title}</title>{drawn}</g>'


def _mark(box: Box) -> str:
    """Draw the sign of the element's role, for those who don't see its colour."""
    x, y = box.x + 16, box.middle
    shapes = {
        "step": f'<rect class="mark" x="{x - 5:g}" y="{y - 5:g}" width="10" height="10" rx="2"/>',
        "artifact": f'<path class="mark" d="M{x:g} {y - 6:g}l6 6l-6 6l-6 -6z"/>',
        "parameter": f'<path class="mark" d="M{x:g} {y - 5:g}l5 5l-5 5l-5 -5z"/>',
        "metric": f'<path class="mark" d="M{x - 5:g} {y + 5:g}v-5M{x:g} {y + 5:g}v-10M{x + 5:g} {y + 5:g}v-7"/>',
        "input": f'<path class="mark" d="M{x - 5:g} {y - 5:g}l10 5l-10 5z"/>',
        "output": f'<path class="mark" d="M{x - 5:g} {y - 5:g}l10 5l-10 5z"/>',
    }
    return shapes.get(box.element.role, f'<circle class="mark" cx="{x:g}" cy="{y:g}" r="4.5"/>')


def _flag(box: Box, severity: str) -> str:
    if not severity:
        return ""
    x, y = box.x + box.width - 16, box.middle
    return f'<circle class="flag" cx="{x:g}" cy="{y:g}" r="8"/><text class="flag-text" x="{x:g}" y="{y + 4:g}">!</text>'


def _severity(element: Element) -> str:
    found = {finding.severity.value for finding in element.findings}
    return "error" if "error" in found else "warning" if found else ""
