"""Text to lines that fit a width, without a character cut off."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kedro_bind.render.columns import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["wrapped"]

_WORD, _PIECE = re.compile(r"\S+\s*|\s+"), re.compile(r"[^._/:,=-]*[._/:,=-]*")
"""What a line may end after: a word, or a part of one that is too long for a line."""


def wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines of at most `width` columns: between words, else after a separator, else anywhere."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(text, width):
        if line and columns_of(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _pieces(text: str, width: int) -> Iterator[str]:
    for word in _WORD.findall(text):
        if columns_of(word.rstrip()) <= width:
            yield word
            continue
        for piece in filter(None, _PIECE.findall(word)):
            rest = piece
            while columns_of(rest.rstrip()) > width:
                end = next(end for end in range(len(rest), 0, -1) if end == 1 or columns_of(rest[:end]) <= width)
                yield rest[:end]
                rest = rest[end:]
            yield rest
