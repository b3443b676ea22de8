"""Names that lead back to an object of a module, elsewhere as well."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["function_reference"]


def function_reference(function: Callable[..., Any]) -> str | None:
    """Return the name of a function, or of a class, as `module:qualname`, if that name leads back to it elsewhere."""
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
