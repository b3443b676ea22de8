"""The sha256 of all that a model runs and reads, compared before any of it is imported or unpickled."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import PathFinder, all_suffixes
from pathlib import Path
from typing import TYPE_CHECKING

from kedro_bind.model.digest import digest
from kedro_bind.model.plan import PlanError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kedro_bind.model.plan import Plan

__all__ = ["Intact", "code_digests"]

_CACHE = "__pycache__"
_THREADS = 8


class Intact:
    """The comparison of a model's files with its plan. Hashing lets the interpreter go on, so it runs in threads.

    Use as a context: on entry the code and the pickled functions have been compared, and the artifacts are on
    their way; `artifacts()` waits for them.

    Raises:
        PlanError: something is missing, or has changed since it was logged.
    """

    def __init__(self, plan: Plan, folder: Path, code: Path | None) -> None:
        self._plan, self._folder, self._code = plan, folder, code
        self._pool = ThreadPoolExecutor(max_workers=_THREADS)

    def __enter__(self) -> Intact:  # noqa: PYI034 - typing.Self comes with Python 3.11
        plan, folder = self._plan, self._folder
        self._artifacts = {
            name: self._pool.submit(_found, folder / artifact.location) for name, artifact in plan.artifacts.items()
        }
        try:
            for node in plan.nodes:
                if node.pickle:
                    _compare(f"pickled function {node.pickle}", node.sha256, _found(folder / node.pickle))
            if plan.format >= 3 and self._code is not None:  # noqa: PLR2004 - the first one that lists the code
                _compare_code(plan.code, self._code)
        except BaseException:
            self._pool.shutdown(wait=False, cancel_futures=True)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def artifacts(self) -> None:
        """Wait until all artifacts are compared."""
        for name, artifact in self._plan.artifacts.items():
            found = self._artifacts[name].result()
            if found is None:
                raise PlanError(
                    f"the model lacks the artifact '{name}': there is no {self._folder / artifact.location}"
                )
            _compare(f"artifact '{name}'", artifact.sha256, found)


def code_digests(code: Path) -> dict[str, str]:
    """Return the sha256 of each file of a model's code folder, by its path there; of bytecode none."""
    return {file.relative_to(code).as_posix(): digest(file) for file in _files(code)}


def _compare_code(expected: Mapping[str, str], code: Path) -> None:
    """Compare the code with the plan.

    What a host adds may stay, unless Python could import it in place of another module.
    """
    for name, sha256 in expected.items():
        found = _found(code / name)
        if found is None:
            raise PlanError(f"the model lacks the file {name} of its code; get the model from MLflow again")
        _compare(f"file {name} of the code", sha256, found)
    own = {Path(name).parts[0].partition(".")[0] for name in expected}
    others = [entry for entry in sys.path if os.path.realpath(entry or os.curdir) != os.path.realpath(code)]
    for file in _files(code):
        added = file.relative_to(code)
        if added.as_posix() in expected or not added.name.endswith(tuple(all_suffixes())):
            continue
        top = added.parts[0].partition(".")[0]
        if top in own or top in sys.stdlib_module_names or PathFinder.find_spec(top, others):
            raise PlanError(
                f"the model's code has a file {added} that was not logged, and that can take another module's place"
                "; get the model from MLflow again"
            )


def _files(code: Path) -> Iterator[Path]:
    if code.is_dir():
        yield from sorted(file for file in code.rglob("*") if file.is_file() and _CACHE not in file.parts[-2:])


def _found(path: Path) -> str | None:
    return digest(path) if path.exists() else None


def _compare(what: str, expected: str | None, found: str | None) -> None:
    if expected is not None and found is not None and found != expected:
        raise PlanError(
            f"the {what} of the model has changed since it was logged: its sha256 is {found}, and was {expected}"
        )
