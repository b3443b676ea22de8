"""Values as JSON has them."""

from __future__ import annotations

import math

__all__ = ["json_value"]


def json_value(value: object) -> object:
    """Return a value of dictionaries, sequences and scalars, with `"nan"` and `"inf"` for what JSON has no number."""
    if isinstance(value, dict):
        return {key: json_value(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(part) for part in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
