"""The verifying process: load a saved model with no code of the project but its own code folder, and predict.

It runs as `python -m kedro_bind.packaging.verification.child PID`, where PID is the training process. It reads lines of
JSON from standard input: its setup, names of modules to import while training goes on, and a job. It writes the result
to the file that the setup names.
"""

from __future__ import annotations

import builtins
import gc
import importlib
import json
import logging
import os
import pickle
import signal
import sys
import threading
import time
import traceback
import warnings
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro_bind.packaging.verification.messages import (
    VerificationJob,
    VerificationResult,
    VerificationSetup,
)
from kedro_bind.packaging.verification.row_wise import check_row_wise
from kedro_bind.packaging.verification.shared_state import SharedModel, predict_and_compare
from kedro_bind.packaging.verification.unused_columns import unused_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kedro_bind.model.runtime import Predictor

__all__ = ["main"]


def main() -> None:
    """Do one job, if one comes, and exit 0 with a result, whatever it is."""
    if sys.platform != "win32":  # where nothing forks, and the parent may be a launcher of Python
        threading.Thread(target=_end_with, args=(int(sys.argv[1]),), daemon=True).start()
    gc.disable()  # what is imported stays; looking for garbage in it takes a fifth of the time
    # The slow imports run before the job arrives, while training goes on.
    import mlflow.pyfunc  # noqa: F401 - imported for the time it takes

    import kedro_bind.model.runtime  # noqa: F401 - imported for the time it takes

    line = sys.stdin.readline()
    if not line:  # the training process has ended
        return
    setup = VerificationSetup.from_json(line)
    _hide(setup.hidden_folders, set(setup.hidden_packages))
    try:
        result = _verify(set(setup.packages))
    except Exception as error:  # noqa: BLE001 - whatever the model raises is the result
        result = VerificationResult(error="".join(traceback.format_exception_only(type(error), error)).strip())
    if result is not None:
        Path(setup.result).write_text(result.to_json(), encoding="utf-8")
    os._exit(0)  # taking a model of a gigabyte down piece by piece would keep the training process waiting


def _end_with(parent: int) -> None:
    """End this process, and those that the model has started, soon after the training process.

    Watching for the end of standard input is not enough: a model may be predicting, and a runner's forked workers keep
    the input open.
    """
    while os.getppid() == parent:
        time.sleep(1)
    os.killpg(0, signal.SIGKILL)


def _verify(packages: set[str]) -> VerificationResult | None:
    """Wait for the job, load the model and predict; whatever the model raises is raised.

    `packages` are the project's packages that travel with the model. Return `None` if no job comes.
    """
    imports = _Imports(packages)
    with _recorded_warnings() as messages:
        job = _next_job(imports)
        if job is None:
            return None
        sys.dont_write_bytecode = True  # which would become part of the model
        model, predictor = _load(job.model)
    gc.freeze()
    gc.enable()
    result = VerificationResult(foreign_modules=_foreign_modules(packages, Path(job.model)), warnings=tuple(messages))
    if job.example:
        predictions, changed = predict_and_compare(model, lambda: _load(job.model)[0], imports.unpickled(job.example))
        Path(job.predictions).write_bytes(pickle.dumps(predictions))
        result = replace(result, changed_artifacts=tuple(changed))
        if job.varied:
            varied = imports.unpickled(job.varied)
            with _silence():
                row_wise = check_row_wise(model.predict, varied, job.most_calls)
                unused = unused_columns(predictor.predict, varied, job.most_calls)
            result = replace(result, row_wise=row_wise, unused_columns=tuple(unused))
    direct, incidental = imports.stop(predictor)
    return replace(result, direct=direct, incidental=incidental)


def _next_job(imports: _Imports) -> VerificationJob | None:
    """Import the modules that the training process names, until it sends the job; return `None` if it sends none."""
    for line in iter(sys.stdin.readline, ""):
        message = json.loads(line)
        if not isinstance(message, str):
            return VerificationJob.from_json(line)
        imports.import_ahead(message)
    return None


@contextmanager
def _silence() -> Iterator[None]:
    """Keep quiet about warnings and log lines, which are about made rows."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.resetwarnings()  # scikit-learn sets every filter again for every tree of a forest
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _load(folder: str) -> tuple[SharedModel, Predictor]:
    """Load a saved model; return it with the artifacts that its requests share, and what predicts without a schema."""
    import mlflow.pyfunc

    model = mlflow.pyfunc.load_model(folder, suppress_warnings=True)
    predictor = model.unwrap_python_model().predictor
    modes = predictor.plan.copy_mode
    shared = {name: artifact for name, artifact in predictor.artifacts.items() if modes.get(name) == "assign"}
    return SharedModel(model.predict, shared), predictor


@contextmanager
def _recorded_warnings() -> Iterator[list[str]]:
    """Collect the warnings that users should see, such as that of an artifact of another version of its library."""
    messages: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        for category in (UserWarning, RuntimeWarning):
            warnings.simplefilter("always", category)
        yield messages
    texts = (f"{warning.category.__name__}: {' '.join(str(warning.message).split())}" for warning in caught)
    messages += dict.fromkeys(texts)


class _Imports:
    """Records what the model's own code and its artifacts import, and what loading the model imports besides.

    Direct are the modules that its own code imports, those in which unpickling finds a class or a function, and those
    of the artifacts' classes. What another library imports is in the requirements of that library; so incidental are
    only the modules that datasets import, and those whose importer is unknown.
    """

    def __init__(self, own: set[str]) -> None:
        self._own = own
        self._direct: set[str] = set()
        self._importers: dict[str, set[str]] = {}
        self._ahead: set[str] = set()
        self._before = set(sys.modules)
        self._recording = True
        sys.addaudithook(self._record_unpickling)
        self._import = builtins.__import__
        setattr(builtins, "__import__", self._record)  # noqa: B010 - its type is narrower than what importers pass

    def _record(self, name: str, globals_: Mapping[str, Any] | None = None, *rest: Any, **more: Any) -> Any:
        importer = str((globals_ or {}).get("__name__", ""))
        top = name.partition(".")[0]
        relative = (rest[2:3] or [more.get("level", 0)])[0]
        if not relative:
            self._importers.setdefault(top, set()).add(importer)
            if importer.partition(".")[0] in self._own:
                self._direct.add(top)
        return self._import(name, globals_, *rest, **more)

    def _record_unpickling(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "pickle.find_class" and self._recording:
            self._direct.add(str(arguments[0]).partition(".")[0])

    def import_ahead(self, module: str) -> None:
        """Import a module that unpickling probably imports; if it does not, the module is not needed."""
        before = _top_level(sys.modules)
        with suppress(Exception):  # loading the model imports the module again, and reports why it can't
            importlib.import_module(module)
        self._ahead |= _top_level(sys.modules) - before

    def unpickled(self, path: str) -> Any:
        """Return the rows that the training process has pickled, without recording what they import."""
        self._recording = False
        try:
            return pickle.loads(Path(path).read_bytes())  # noqa: S301 - written by the training process
        finally:
            self._recording = True

    def stop(self, predictor: Predictor) -> tuple[tuple[str, ...], ...]:
        """Return the top-level modules that are direct, and those that are incidental."""
        self._recording = False
        setattr(builtins, "__import__", self._import)  # noqa: B010 - see above
        new = _top_level(set(sys.modules) - self._before)
        trusted = {"", "kedro", "kedro_bind", "kedro_datasets", "pickle", *self._own}
        datasets = {str(artifact.dataset["type"]) for artifact in predictor.plan.artifacts.values() if artifact.dataset}
        used = {kind.rpartition(".")[0] for kind in datasets}

        def counts(importer: str) -> bool:
            # A package of datasets may import them all, with whatever happens to be installed for the others.
            return importer.partition(".")[0] in trusted and (importer in used or not importer.endswith("_dataset"))

        def importers(name: str) -> set[str]:
            # What unpickling imports has an unknown importer, and is direct as well.
            return self._importers.get(name, {""}) - ({""} if name in self._ahead else set())

        incidental = {name for name in new if any(map(counts, importers(name)))}
        direct = self._direct | {
            type(artifact).__module__.partition(".")[0] for artifact in predictor.artifacts.values()
        }
        return tuple(tuple(sorted(modules - sys.stdlib_module_names - self._own)) for modules in (direct, incidental))


def _top_level(modules: Iterable[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


def _hide(folders: Iterable[str], packages: set[str]) -> None:
    """Remove the project's source from the import path: its folders, and the finders of its editable installation."""
    hidden = {os.path.realpath(folder) for folder in folders}
    sys.path = [entry for entry in sys.path if os.path.realpath(entry or os.curdir) not in hidden]
    sys.meta_path = [finder for finder in sys.meta_path if not packages & set(_mapping(finder))]
    for name in [name for name in sys.modules if name.partition(".")[0] in packages]:
        del sys.modules[name]


def _mapping(finder: Any) -> Mapping[str, str]:
    """Return the packages that a finder of setuptools' editable installations finds."""
    module = sys.modules.get(getattr(finder, "__module__", "") or "")
    mapping = getattr(module, "MAPPING", None)
    return mapping if isinstance(mapping, dict) else {}


def _foreign_modules(own: set[str], model: Path) -> tuple[str, ...]:
    """Name the project's modules that were not imported from the model's folder."""
    home = str(model.resolve())
    loaded = [
        (name, getattr(module, "__file__", None))
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in own
    ]
    return tuple(sorted(name for name, file in loaded if file and not os.path.realpath(file).startswith(home)))


if __name__ == "__main__":
    main()
