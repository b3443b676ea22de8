"""Import a model's own code, even if the process has loaded modules of the same names before."""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["own_modules"]


@contextmanager
def own_modules(code: Path | None) -> Iterator[None]:
    """Import the packages in `code` from there inside the context, and restore modules of the same names afterwards.

    MLflow puts a model's code folder on the path, which does not help if a module of that name is already loaded:
    two models of one project, or a model and the project itself, would silently run the same code, see
    https://github.com/mlflow/mlflow/issues/12377 (open as of MLflow 3.17). Imports inside functions are not covered:
    they run when the function is called, and find whichever module is loaded then.
    """
    names = {path.stem for path in code.iterdir() if path.suffix in ("", ".py")} if code and code.is_dir() else set()
    foreign = {name: module for name, module in sys.modules.items() if name.partition(".")[0] in names}
    if code is None or not any(_is_elsewhere(getattr(module, "__file__", None), code) for module in foreign.values()):
        yield
        return
    for name in foreign:
        del sys.modules[name]
    path = list(sys.path)
    sys.path.insert(0, str(code))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path[:] = path
        for name in [name for name in sys.modules if name.partition(".")[0] in names]:
            del sys.modules[name]
        sys.modules.update(foreign)


def _is_elsewhere(file: str | None, code: Path) -> bool:
    return file is not None and not os.path.realpath(file).startswith(os.path.realpath(code) + os.sep)
