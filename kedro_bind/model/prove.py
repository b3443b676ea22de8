"""The proving process: load a saved model with nothing but its own code folder, and predict.

Run as `python -m kedro_bind.model.prove`. Reads one job as JSON from standard input and writes one result as
JSON, as the last line of standard output.
"""

from __future__ import annotations

import builtins
import json
import os
import pickle
import sys
import traceback
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["main"]


def main() -> int:
    """Do one job; exit 0 with a result, whatever it says."""
    # What takes longest is done before the job is there: the training process saves the model meanwhile.
    import mlflow.pyfunc

    import kedro_bind.model.runtime  # noqa: F401 - imported for the time it takes

    job = json.loads(sys.stdin.readline() or "null")
    if job is None:  # nobody needs the proof any more
        return 0
    _hide(job["folders"], set(job["hidden"]))
    imports = _Imports(set(job["own"]))
    artifacts: Mapping[str, Any] = {}
    try:
        model = mlflow.pyfunc.load_model(job["model"], suppress_warnings=True)
        predictor = model.unwrap_python_model().predictor
        artifacts = predictor.artifacts
        result: dict[str, Any] = {"strangers": _strangers(set(job["own"]), Path(job["model"]))}
        if job["input"]:
            model_input = pickle.loads(Path(job["input"]).read_bytes())  # noqa: S301 - written by the training process
            shared = [name for name in predictor.artifacts if predictor.plan.copy_mode.get(name) == "assign"]
            before = {name: _fingerprint(predictor.artifacts[name]) for name in shared}
            answer = model.predict(model_input)
            result["changed"] = [name for name in shared if _fingerprint(predictor.artifacts[name]) != before[name]]
            Path(job["answer"]).write_bytes(pickle.dumps(answer))
    except Exception as error:  # noqa: BLE001 - whatever the model raises is the result
        said = traceback.format_exception_only(type(error), error)
        result = {"error": "".join(said).strip(), "traceback": traceback.format_exc()}
    result["named"], result["brought"] = imports.stop(artifacts)
    sys.stdout.write("\n" + json.dumps(result) + "\n")
    return 0


class _Imports:
    """Records what the model's own code imports, and what loading it brings.

    A module that another library imports is that library's affair; so what counts as brought is what the
    datasets import (unpickling an artifact included), what nobody is known to have imported, and where the
    classes of the artifacts are from.
    """

    def __init__(self, own: set[str]) -> None:
        self._own = own
        self._named: set[str] = set()
        self._importers: dict[str, str] = {}
        self._before = set(sys.modules)
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

    def stop(self, artifacts: Mapping[str, Any]) -> tuple[list[str], ...]:
        """Give the top-level modules that the own code imports, and those that are brought."""
        setattr(builtins, "__import__", self._import)  # noqa: B010 - see above
        new = {name.partition(".")[0] for name in set(sys.modules) - self._before}
        trusted = {"", "kedro", "kedro_bind", "kedro_datasets", "pickle", *self._own}
        brought = {name for name in new if self._importers.get(name, "") in trusted}
        brought |= {type(each).__module__.partition(".")[0] for each in artifacts.values()}
        return tuple(sorted(each - sys.stdlib_module_names - self._own) for each in (self._named, brought))


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


def _fingerprint(data: Any) -> int | None:
    """Give a checksum of some data; `None` for what can't be pickled, or contains itself.

    The pickler keeps no memo (`fast`): with one, the bytes depend on which equal objects are identical, and
    predicting changes that for harmless reasons.
    """
    sink = _Sink()
    pickler = pickle.Pickler(sink, protocol=5, buffer_callback=sink.buffer)
    pickler.fast = True
    try:
        pickler.dump(data)
    except Exception:  # noqa: BLE001 - objects refuse to be pickled in many ways
        return None
    return sink.checksum


class _Sink:
    checksum = 0

    def write(self, data: Any) -> int:
        self.checksum = zlib.crc32(data, self.checksum)
        return len(data)

    @property
    def buffer(self) -> Callable[[pickle.PickleBuffer], None]:
        def take(each: pickle.PickleBuffer) -> None:
            self.write(each.raw())

        return take


if __name__ == "__main__":
    sys.exit(main())
