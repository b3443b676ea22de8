"""Kedro's switch for validators, an environment variable that may change while the process runs."""

from __future__ import annotations

import os

__all__ = ["switched_off"]


def switched_off() -> bool:
    """Return whether `KEDRO_DATASET_VALIDATION` is off; Kedro reads it for each dataset."""
    return os.environ.get("KEDRO_DATASET_VALIDATION", "").strip().lower() in ("0", "false", "off")
