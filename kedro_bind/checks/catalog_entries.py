"""What findings about catalog entries have in common."""

from __future__ import annotations

import re
from typing import Any

from kedro.io.core import is_parameter

__all__ = ["FIX_ENTRY", "dataset_names", "invalid_entry"]

FIX_ENTRY = "fix the entry, or install the package that it needs"


def dataset_names(catalog: Any) -> list[str]:
    """Return the names in the catalog that are not parameters."""
    return [name for name in catalog if not is_parameter(name)]


def invalid_entry(error: Exception) -> str:
    """Say why a catalog entry is invalid, without Kedro's advice, which names pages and packages."""
    line = " ".join(str(error).split())
    reason = re.split(r"\.? (?:Please install|Hint: |Please see )", line, maxsplit=1)[0].rstrip(".")
    return f"its catalog entry is invalid: {reason}"
