"""Find the names by which functions and classes can be imported elsewhere."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["function_reference"]


def function_reference(function: Callable[..., Any]) -> str | None:
    """Return the name of a function or a class as `module:qualname`; `None` if it can't be imported by that name."""
    module, qualname = getattr(function, "__module__", None), getattr(function, "__qualname__", None)
    if not module or not qualname or module == "__main__" or "<" in qualname:
        return None
    found: Any = sys.modules.get(module)
    try:
        found = found or importlib.import_module(module)
        for part in qualname.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError):
        return None
    return f"{module}:{qualname}" if found is function or found == function else None
