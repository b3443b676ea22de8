"""The proving process: load a saved model with nothing but its own code folder, and predict.

Run as `python -m kedro_bind.packaging.verification.child`. Reads one job as JSON from standard input and writes one
result as JSON, as the last line of standard output.
"""

from __future__ import annotations

import builtins
import json
import logging
import os
import pickle
import sys
import traceback
import warnings
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro_bind.packaging.verification.row_wise import check_row_wise
from kedro_bind.packaging.verification.shared_state import SharedModel, predict_and_compare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kedro_bind.packaging.verification.row_wise import RowWise

__all__ = ["main"]


def main() -> int:
    """Do one job; exit 0 with a result, whatever it says."""
    # What takes longest is done before the job is there: the training process saves the model meanwhile.
    import mlflow.pyfunc  # noqa: F401 - imported for the time it takes

    import kedro_bind.model.runtime  # noqa: F401 - imported for the time it takes

    job = json.loads(sys.stdin.readline() or "null")
    if job is None:  # nobody needs the proof any more
        return 0
    _hide(job["folders"], set(job["hidden"]))
    imports = _Imports(set(job["own"]))
    artifacts: Mapping[str, Any] = {}
    heard: dict[str, None] = {}
    try:
        with _warnings_into(heard):
            model, artifacts = _load(job["model"])
        result: dict[str, Any] = {"strangers": _strangers(set(job["own"]), Path(job["model"]))}
        if job["input"]:
            with imports.paused():
                model_input = pickle.loads(Path(job["input"]).read_bytes())  # noqa: S301 - by the training process
            answer, result["changed"] = predict_and_compare(model, lambda: _load(job["model"])[0], model_input)
            Path(job["answer"]).write_bytes(pickle.dumps(answer))
            if job["varied"]:
                with imports.paused():
                    varied = pickle.loads(Path(job["varied"]).read_bytes())  # noqa: S301 - by the training process
                result["row_wise"] = asdict(_row_wise(model.predict, varied, job["most_calls"]))
    except Exception as error:  # noqa: BLE001 - whatever the model raises is the result
        said = traceback.format_exception_only(type(error), error)
        result = {"error": "".join(said).strip(), "traceback": traceback.format_exc()}
    result["named"], result["brought"] = imports.stop(artifacts)
    result["warnings"] = list(heard)
    sys.stdout.write("\n" + json.dumps(result) + "\n")
    return 0


def _row_wise(predict: Callable[[Any], Any], rows: Any, most_calls: int | None) -> RowWise:
    """Find out whether the model is row-wise; what it warns and logs of made-up rows is nobody's concern."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return check_row_wise(predict, rows, most_calls)
    finally:
        logging.disable(before)


def _load(folder: str) -> tuple[SharedModel, Mapping[str, Any]]:
    """Load a saved model; return it with all its artifacts."""
    import mlflow.pyfunc

    model = mlflow.pyfunc.load_model(folder, suppress_warnings=True)
    predictor = model.unwrap_python_model().predictor
    modes = predictor.plan.copy_mode
    shared = {name: artifact for name, artifact in predictor.artifacts.items() if modes.get(name) == "assign"}
    return SharedModel(model.predict, shared), predictor.artifacts


@contextmanager
def _warnings_into(heard: dict[str, None]) -> Iterator[None]:
    """Collect the warnings that a user has to know of: an artifact of another version of its library, for instance."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        for category in (UserWarning, RuntimeWarning):
            warnings.simplefilter("always", category)
        yield
    for warning in caught:
        heard[f"{warning.category.__name__}: {' '.join(str(warning.message).split())}"] = None


class _Imports:
    """Records what the model's own code and its artifacts import, and what else loading it brings.

    Named are the modules that the own code imports, those that unpickling looks for a class or a function in, and
    those of the artifacts' classes. A module that another library imports is that library's affair; so what counts as
    brought is what the datasets import, and what nobody is known to have imported.
    """

    def __init__(self, own: set[str]) -> None:
        self._own = own
        self._named: set[str] = set()
        self._importers: dict[str, str] = {}
        self._before = set(sys.modules)
        self._listens = True
        sys.addaudithook(self._hear)
        self._import = builtins.__import__
        setattr(builtins, "__import__", self._record)  # noqa: B010 - its type is narrower than what importers pass

    def _record(self, name: str, globals_: Mapping[str, Any] | None = None, *rest: Any, **more: Any) -> Any:
        importer = str((globals_ or {}).get("__name__", "")).partition(".")[0]
        top = name.partition(".")[0]
        relative = (rest[2:3] or [more.get("level", 0)])[0]
        if not relative:
            self._importers.setdefault(top, importer)
            if importer in self._own:
                self._named.add(top)
        return self._import(name, globals_, *rest, **more)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "pickle.find_class" and self._listens:
            self._named.add(str(arguments[0]).partition(".")[0])

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Unpickle what is not of the model."""
        self._listens = False
        try:
            yield
        finally:
            self._listens = True

    def stop(self, artifacts: Mapping[str, Any]) -> tuple[list[str], ...]:
        """Return the top-level modules that are named, and those that are brought."""
        self._listens = False
        setattr(builtins, "__import__", self._import)  # noqa: B010 - see above
        new = {name.partition(".")[0] for name in set(sys.modules) - self._before}
        trusted = {"", "kedro", "kedro_bind", "kedro_datasets", "pickle", *self._own}
        brought = {name for name in new if self._importers.get(name, "") in trusted}
        named = self._named | {type(artifact).__module__.partition(".")[0] for artifact in artifacts.values()}
        return tuple(sorted(modules - sys.stdlib_module_names - self._own) for modules in (named, brought))


def _hide(folders: list[str], packages: set[str]) -> None:
    """Make the project's source unreachable: its folders, and the finders of its editable installation."""
    hidden = {os.path.realpath(each) for each in folders}
    sys.path = [each for each in sys.path if os.path.realpath(each or os.curdir) not in hidden]
    sys.meta_path = [each for each in sys.meta_path if not packages & set(_mapping(each))]
    for name in [name for name in sys.modules if name.partition(".")[0] in packages]:
        del sys.modules[name]


def _mapping(finder: Any) -> Mapping[str, str]:
    """Give the packages that a finder of setuptools' editable installations serves."""
    module = sys.modules.get(getattr(finder, "__module__", "") or "")
    mapping = getattr(module, "MAPPING", None)
    return mapping if isinstance(mapping, dict) else {}


def _strangers(own: set[str], model: Path) -> list[str]:
    """Name the project's modules that did not come from the model's folder."""
    home = str(model.resolve())
    loaded = [
        (name, getattr(module, "__file__", None))
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in own
    ]
    return sorted(name for name, file in loaded if file and not os.path.realpath(file).startswith(home))


if __name__ == "__main__":
    sys.exit(main())
