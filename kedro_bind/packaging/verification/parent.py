"""Verify a saved model from the training process: start a fresh process, have it predict, and compare."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import LoggingError
from kedro_bind.names import flat
from kedro_bind.packaging.verification.comparison import equal_predictions
from kedro_bind.packaging.verification.messages import (
    VerificationJob,
    VerificationResult,
    VerificationSetup,
)
from kedro_bind.process.temporary import TemporaryFolder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import TracebackType

    from kedro_bind.model.plan import Plan
    from kedro_bind.packaging.project_files import OwnCode
    from kedro_bind.packaging.verification.reference import ReferencePredictions

__all__ = ["VerificationProcess"]


class VerificationProcess:
    """The fresh process. It starts at once, so that its imports run while training goes on.

    It leads a process group of its own, so that the processes that a model starts, such as joblib's workers, end with
    it; and it writes to files, since such a process would keep a pipe open.

    With `own_temporary`, its temporary files are in a folder of its own. The path of that folder is too long for the
    sockets of a runner that starts processes: the path of a Unix socket has at most about a hundred characters.
    """

    def __init__(self, own: OwnCode, *, own_temporary: bool = True) -> None:
        self.own = own
        self._folder = TemporaryFolder("verify")
        environment = {
            **os.environ,
            "PYTHONPATH": self._python_path(),
            "MLFLOW_TRACKING_URI": "",
            "DO_NOT_TRACK": "1",
            **({"TMPDIR": str(self._folder.path)} if own_temporary else {}),
        }
        self._errors, self._result_file = (self._folder.path / name for name in ("errors.txt", "result.json"))
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(  # noqa: S603 - fixed arguments
                [sys.executable, "-m", "kedro_bind.packaging.verification.child", str(os.getpid())],
                cwd=self._folder.path,
                env=environment,
                text=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
            )
        self._imported: set[str] = set()
        setup = VerificationSetup(
            result=str(self._result_file),
            packages=own.packages,
            hidden_packages=own.hidden,
            hidden_folders=own.folders,
        )
        self._send(setup.to_json())

    def _python_path(self) -> str:
        hidden = {os.path.realpath(folder) for folder in self.own.folders}
        folders = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        return os.pathsep.join(folder for folder in folders if folder and os.path.realpath(folder) not in hidden)

    def __enter__(self) -> VerificationProcess:  # noqa: PYI034 - typing.Self comes with Python 3.11
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def is_usable(self) -> bool:
        """Return whether the process and its folder are still there: training may take days."""
        return self._process.poll() is None and self._folder.path.is_dir()

    def stop(self) -> None:
        """End the process, and remove its files."""
        if self._process.returncode is None:
            self._kill_group()
        with suppress(OSError), self._process:  # closes its input, and waits for its end
            pass
        self._folder.cleanup()

    def import_ahead(self, modules: Iterable[str]) -> None:
        """Have the process import modules that loading the model will import, while training goes on.

        Those of the project are left out: the process imports them from the model.
        """
        unneeded = {"__main__", *self.own.packages, *self.own.hidden}
        for module in modules:
            if module not in self._imported and module.partition(".")[0] not in unneeded:
                self._imported.add(module)
                self._send(json.dumps(module))

    def job(self, model: Path, rows: Any, varied: Any = None, most_calls: int | None = None) -> VerificationJob:
        """Return the job to load a saved model and to predict `rows`, if there are any.

        With `varied` rows, the process finds out in up to `most_calls` calls whether the model is row-wise.
        """
        return VerificationJob(
            model=str(model),
            predictions=str(self._file("predictions")),
            example=self._pickled("example", rows),
            varied=self._pickled("varied", varied),
            most_calls=most_calls,
        )

    def begin(self, job: VerificationJob) -> None:
        """Send a job, and do not wait for the result."""
        self._send(job.to_json())

    def end(self, plan: Plan, reference: ReferencePredictions | None) -> VerificationResult:
        """Wait for the result, and compare the predictions with the reference; without one, the model was only loaded.

        The pipeline is run a second time only if the predictions differ.

        Raises:
            LoggingError: the model does not load or predict, its predictions differ, or predicting changes an artifact.
        """
        result = self._result()
        _refuse(result, plan)
        if reference is None:
            return replace(result, remark="there is no input to predict; verification only loaded the model")
        expected = reference.first
        if equal_predictions(pickle.loads(self._file("predictions").read_bytes()), expected):  # noqa: S301 - our own
            return result
        if not equal_predictions(reference.again(), expected):
            remark = "the inference pipeline is not deterministic; its predictions could not be verified"
            return replace(result, remark=remark)
        raise LoggingError(
            f"the predictions of the saved model of '{plan.name}' differ from those of the inference pipeline run by "
            "Kedro; look for state that its nodes keep outside of their inputs, or set 'verify: false' in 'model'"
        )

    def _send(self, line: str) -> None:
        assert self._process.stdin is not None
        with suppress(OSError):  # the process has died; `_result` reads why
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()

    def _file(self, name: str) -> Path:
        return self._folder.path / f"{name}.pkl"

    def _pickled(self, name: str, rows: Any) -> str:
        if rows is None:
            return ""
        self._file(name).write_bytes(pickle.dumps(rows))
        return str(self._file(name))

    def _result(self) -> VerificationResult:
        self._process.wait()
        self._kill_group()
        try:
            return VerificationResult.from_json(self._result_file.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            errors = self._errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            reason = errors[-1] if errors else f"exit code {self._process.returncode}"
            raise LoggingError(f"the process that verifies the saved model has died: {reason}") from None

    def _kill_group(self) -> None:
        if sys.platform == "win32":  # where processes have no groups
            self._process.kill()
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)


def _refuse(result: VerificationResult, plan: Plan) -> None:
    """Raise an error for what the process found wrong with the model."""
    if result.error:
        hint = "; name the folder of what is missing in 'model.code_paths'" if "module" in result.error else ""
        raise LoggingError(
            f"the saved model of '{plan.name}' does not work outside of the project: {result.error}{hint}"
        )
    if result.foreign_modules:
        raise LoggingError(
            f"the saved model of '{plan.name}' runs code that is not in it: {', '.join(result.foreign_modules)}"
            "; name its folder in 'model.code_paths'"
        )
    for name in result.changed_artifacts:
        takers = [node.name for node in plan.nodes if name in flat(node.inputs)]
        raise LoggingError(
            f"predicting changes the artifact '{name}', which all requests share"
            f"; the nodes that take it are {', '.join(takers)}"
            f": change a copy there, or set 'copy_mode: {{{name}: deepcopy}}'"
        )
