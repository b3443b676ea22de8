"""Compare the sha256 of everything that a model runs and reads before any of it is imported or unpickled."""

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

__all__ = ["IntegrityCheck", "code_digests"]

_CACHE = "__pycache__"
_THREADS = 8


class IntegrityCheck:
    """The comparison of a model's files with its plan; threads hash the artifacts, since hashing releases the GIL.

    Use it as a context manager: on entry it compares the code and the pickled functions, and starts to hash the
    artifacts; `wait_for_artifacts()` compares those.

    Raises:
        PlanError: a file is missing, or has changed since it was logged.
    """

    def __init__(self, plan: Plan, folder: Path, code: Path | None) -> None:
        self._plan, self._folder, self._code = plan, folder, code
        self._pool = ThreadPoolExecutor(max_workers=_THREADS)

    def __enter__(self) -> IntegrityCheck:  # noqa: PYI034 - typing.Self comes with Python 3.11
        plan, folder = self._plan, self._folder
        self._artifacts = {
            name: self._pool.submit(_found, folder / artifact.location) for name, artifact in plan.artifacts.items()
        }
        try:
            for node in plan.nodes:
                if node.pickle:
                    _compare(f"pickled function {node.pickle}", node.sha256, _found(folder / node.pickle))
            if plan.format >= 3 and self._code is not None:  # noqa: PLR2004 - the first format that lists the code
                _compare_code(plan.code, self._code)
        except BaseException:
            self._pool.shutdown(wait=False, cancel_futures=True)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def wait_for_artifacts(self) -> None:
        """Wait until all artifacts are hashed, and compare them."""
        for name, artifact in self._plan.artifacts.items():
            found = self._artifacts[name].result()
            if found is None:
                raise PlanError(
                    f"the model lacks the artifact '{name}': there is no {self._folder / artifact.location}"
                )
            _compare(f"artifact '{name}'", artifact.sha256, found)


def code_digests(code: Path) -> dict[str, str]:
    """Return the sha256 of each file in a model's code folder, by its path there, without bytecode."""
    return {file.relative_to(code).as_posix(): digest(file) for file in _files(code)}


def _compare_code(expected: Mapping[str, str], code: Path) -> None:
    """Compare the code with the plan.

    Files that a host adds are ignored, unless Python could import them in place of another module.
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
                f"the model's code has a file {added} that was not logged, and that Python can import in place of "
                "another module; get the model from MLflow again"
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
