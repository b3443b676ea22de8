"""Messages of MLflow, and those of NumPy and pandas in them, without the data that they quote."""

from __future__ import annotations

import re

__all__ = ["without_data"]

_LITERAL = r"""(?:np\.\w+\()?b?(?:'(?:[^'\\]|\\.)*(?:'|\Z)|"(?:[^"\\]|\\.)*(?:"|\Z))\)?"""
"""Text as Python quotes it, perhaps cut off."""

_QUOTES = (
    (r"Failed to enforce schema of data '.*' with schema '.*'\. Error: ", ""),
    ("schema of '.*' with type", "schema of the input with type"),
    ("schema of data `.*` with dtype", "schema of the input with dtype"),
    ("convert value `.*` from type", "convert a value from type"),
    (" for value `.*`", ""),
    (", got `.*`", ""),
    (", invalid elements: .*", ""),
    (r"(properties not defined in the schema) found: \{.*\}", r"\1"),
    (r"( at least one non-empty item\.) Invalid input `.*`\.", r"\1"),
    (r"Data .* (is not one of the supported DataType)", r"A value \1"),
    (r"but got '.*'\.\s+(Error: )", r"but got something else. \1"),
    (r"(Failed to infer schema for pandas\.Series) .*\. (Error: )", r"\1. \2"),
    (rf"(could not convert string to float|invalid literal for int\(\) with base \d+): {_LITERAL}", r"\1: '***'"),
    (r"Python integer -?\d+ (out of bounds)", r"Python integer \1"),
    (r"(Error parsing \w+ string) \".*\"", r"\1 '***'"),
    (r"(Unable to parse string) (?:'.*'|\".*\")", r"\1 '***'"),
    (r"(datetime string format, unable to parse): .*", r"\1 '***'"),
    (r"(time data) (?:'.*'|\".*\") (does(?:n't| not) match format)", r"\1 '***' \2"),
    (r"(Could not convert) (?:string )?(?:'.*'|\[.*\]) (to numeric)", r"\1 '***' \2"),
    (r"(Failed to parse string:) '.*' (as a scalar of type)", r"\1 '***' \2"),
    (r"(Invalid value) '.*' (for dtype)", r"\1 '***' \2"),
)
"""Where messages of MLflow (as of 3.17), NumPy and pandas quote data, and what they say instead."""


def without_data(message: str) -> str:
    """Return a message of MLflow, NumPy or pandas without the data that it quotes."""
    for pattern, instead in _QUOTES:
        message = re.sub(pattern, instead, message, flags=re.DOTALL)
    return message
