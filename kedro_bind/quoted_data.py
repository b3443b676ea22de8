"""Messages of MLflow without the data that they quote."""

from __future__ import annotations

import re

__all__ = ["without_data"]

_QUOTES = [
    (re.compile(pattern, re.DOTALL), instead)
    for pattern, instead in (
        (r"Failed to enforce schema of data '.*' with schema '.*'\. Error: ", ""),
        ("schema of '.*' with type", "schema of the input with type"),
        ("schema of data `.*` with dtype", "schema of the input with dtype"),
        ("convert value `.*` from type", "convert a value from type"),
        (" for value `.*`", ""),
        (", got `.*`", ""),
        (", invalid elements: .*", ""),
    )
]
"""Where messages of MLflow (as of 3.17) quote data, and what they say instead."""


def without_data(message: str) -> str:
    """Return a message of MLflow without the data that it quotes."""
    for pattern, instead in _QUOTES:
        message = pattern.sub(instead, message)
    return message
