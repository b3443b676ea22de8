"""Boxes with their lines of text, as high as these need."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kedro_bind.render.picture.wrapping import wrapped

if TYPE_CHECKING:
    from kedro_bind.render.picture.graph import Element

__all__ = ["Box", "Text", "box_of"]

_TITLE, _NOTE = 7.3, 6.7
"""The widths of a character in the two sizes of type: monospaced fonts have at most 0.61 of the size."""
_TITLE_LINE, _NOTE_LINE, _INSET, _TOP = 17.0, 15.0, 12.0, 8.0
_MOST_NOTE_LINES = 12


@dataclass(frozen=True)
class Text:
    """A line of text in a box; `title` or `note` is its type."""

    x: float
    y: float
    text: str
    style: str


@dataclass(frozen=True)
class Box:
    """An element at its place; `parts` lie in its lower end."""

    element: Element
    x: float
    y: float
    width: float
    height: float
    texts: tuple[Text, ...]
    parts: tuple[Box, ...] = ()

    @property
    def middle(self) -> float:
        """The height at which lines meet the box: that of its title."""
        return self.y + min(self.height / 2, _TOP + _TITLE_LINE / 2 + 1)

    def moved(self, y: float) -> Box:
        """Return the box at another height."""
        by = y - self.y
        texts = tuple(replace(text, y=text.y + by) for text in self.texts)
        return replace(self, y=y, texts=texts, parts=tuple(part.moved(part.y + by) for part in self.parts))


def box_of(element: Element, x: float, y: float, width: float) -> Box:
    """Make the box of an element, with all of its text."""
    texts: list[Text] = []
    mark = _INSET + 16
    top = y + _TOP
    for line in wrapped(element.title, int((width - mark - _INSET) / _TITLE)):
        top += _TITLE_LINE
        texts.append(Text(x + mark, top - 4, line, "title"))
    notes = [line for note in element.notes for line in wrapped(note, int((width - mark - _INSET) / _NOTE))]
    if len(notes) > _MOST_NOTE_LINES:
        notes = [*notes[: _MOST_NOTE_LINES - 1], "…"]
    for line in notes:
        top += _NOTE_LINE
        texts.append(Text(x + mark, top - 3, line, "note"))
    bottom = top + _TOP
    parts: list[Box] = []
    for part in element.parts:
        parts.append(box_of(part, x, bottom, width))
        bottom += parts[-1].height
    return Box(element, x, y, width, bottom - y, tuple(texts), tuple(parts))
