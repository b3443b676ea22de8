"""The columns that a text takes where each character has the same width."""

from __future__ import annotations

import unicodedata

__all__ = ["columns_of"]


def columns_of(text: str) -> int:
    """Count the columns of a text: East Asian characters take two, combining ones none."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) > 0 for character in text)
