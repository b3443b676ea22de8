"""Kedro's own switch for validators, which works in a process that runs already."""

from __future__ import annotations

import os

__all__ = ["switched_off"]


def switched_off() -> bool:
    """Return whether `KEDRO_DATASET_VALIDATION` is off; Kedro looks at it for each dataset."""
    return os.environ.get("KEDRO_DATASET_VALIDATION", "").strip().lower() in ("0", "false", "off")
