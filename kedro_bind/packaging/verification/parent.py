"""Proof that a saved model works elsewhere: one fresh process loads it and predicts."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from kedro_bind.errors import LoggingError
from kedro_bind.names import flat
from kedro_bind.packaging.verification.row_wise import RowWise
from kedro_bind.process.temporary import TemporaryFolder

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from kedro_bind.model.plan import Plan
    from kedro_bind.packaging.project_files import OwnCode

__all__ = ["NOT_VERIFIED", "KedroAnswer", "Proof", "Prover", "same"]

NOT_VERIFIED = RowWise(row_wise=False, reason="not verified")


@dataclass(frozen=True)
class Proof:
    """What the proving process found, and a line worth saying.

    `named` are the top-level modules that the model's own code and its artifacts need, `brought` those that came
    along. `warnings` are those of loading it.
    """

    named: tuple[str, ...] = ()
    brought: tuple[str, ...] = ()
    remark: str = ""
    warnings: tuple[str, ...] = ()
    row_wise: RowWise = NOT_VERIFIED


class KedroAnswer(Protocol):
    """The answer of the inference pipeline run by Kedro in this process."""

    @property
    def first(self) -> Any:
        """The answer of the first run."""

    def again(self) -> Any:
        """Run once more, and give the answer."""


class Prover:
    """The fresh process. It starts at once, so that it imports while the model is being saved.

    With `own_temporary`, its temporary files are in its own folder. That has too long a name for the sockets of a
    runner that starts processes (a Unix socket's path has about a hundred characters).
    """

    def __init__(self, own: OwnCode, *, own_temporary: bool = True) -> None:
        self.own = own
        self._folder = TemporaryFolder("proof")
        environment = {
            **os.environ,
            "PYTHONPATH": self._python_path(),
            "MLFLOW_TRACKING_URI": "",
            "DO_NOT_TRACK": "1",
            **({"TMPDIR": str(self._folder.path)} if own_temporary else {}),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "kedro_bind.packaging.verification.child"],
            cwd=self._folder.path,
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def _python_path(self) -> str:
        hidden = {os.path.realpath(each) for each in self.own.folders}
        given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        return os.pathsep.join(each for each in given if each and os.path.realpath(each) not in hidden)

    def __enter__(self) -> Prover:  # noqa: PYI034 - typing.Self comes with Python 3.11
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()

    def begin(self, model: Path, rows: Any, varied: Any = None, most_calls: int | None = None) -> None:
        """Have the process load a saved model and predict `rows`, if there are any; does not wait for it.

        With `varied` rows, it finds out whether the model is row-wise, by up to `most_calls` calls.
        """
        example, compared = self._place("input"), self._place("varied")
        if varied is not None:
            compared.write_bytes(pickle.dumps(varied))
        if rows is not None:
            example.write_bytes(pickle.dumps(rows))
        job = {
            "model": str(model),
            "input": str(example) if rows is not None else "",
            "varied": str(compared) if varied is not None else "",
            "most_calls": most_calls,
            "answer": str(self._place("answer")),
            "own": list(self.own.packages),
            "hidden": list(self.own.hidden),
            "folders": list(self.own.folders),
        }
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it has died; what it said is read below
            self._process.stdin.write(json.dumps(job) + "\n")
            self._process.stdin.flush()

    def end(self, plan: Plan, expect: KedroAnswer | None) -> Proof:
        """Wait for the process, and compare its answer with Kedro's own; without one, it was to load the model only.

        The pipeline is run a second time only where the answers differ.

        Raises:
            LoggingError: the model does not load or answer, answers otherwise, or changes an artifact.
        """
        result = self._result()
        _refuse(result, plan)
        proof = Proof(
            tuple(result["named"]),
            tuple(result["brought"]),
            warnings=tuple(result["warnings"]),
            row_wise=RowWise(**result["row_wise"]) if "row_wise" in result else NOT_VERIFIED,
        )
        if expect is None:
            return replace(proof, remark="there was no input to try the model on; only that it loads is proven")
        expected = expect.first
        if same(pickle.loads(self._place("answer").read_bytes()), expected):  # noqa: S301 - written by the process
            return proof
        if not same(expect.again(), expected):
            remark = "the inference pipeline is not deterministic; that the model loads and answers is proven, not what"
            return replace(proof, remark=remark)
        raise LoggingError(
            f"the saved model of '{plan.name}' answers otherwise than the inference pipeline run by Kedro"
            "; look for state that its nodes keep outside of their inputs, or set 'verify: false' in 'model'"
        )

    def _place(self, what: str) -> Path:
        return self._folder.path / f"{what}.pkl"

    def _result(self) -> dict[str, Any]:
        out, err = self._process.communicate()
        try:
            result: dict[str, Any] = json.loads(out.strip().splitlines()[-1])
        except (IndexError, ValueError):
            said = err.strip().splitlines()[-1:] or [f"exit code {self._process.returncode}"]
            raise LoggingError(f"the process that tries the saved model has died: {said[0]}") from None
        return result


def same(one: Any, other: Any) -> bool:
    """Tell whether two answers are equal, missing values and rounding in the last digits aside."""
    import numpy as np
    import pandas as pd

    if isinstance(one, pd.DataFrame | pd.Series):
        check: Any = pd.testing.assert_frame_equal if isinstance(one, pd.DataFrame) else pd.testing.assert_series_equal
        return type(one) is type(other) and _holds(check, one, other, check_dtype=False)
    if isinstance(one, np.ndarray | float | np.floating):
        close: Any = np.testing.assert_allclose if np.asarray(one).dtype.kind in "fc" else np.testing.assert_array_equal
        return np.shape(one) == np.shape(other) and _holds(close, one, other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    # What has no single answer to `==`, such as a sparse matrix or a table of polars, is compared by its pickle.
    return _says_yes(lambda: one == other) or _says_yes(lambda: pickle.dumps(one) == pickle.dumps(other))


def _says_yes(question: Callable[[], Any]) -> bool:
    try:
        return bool(question())
    except Exception:  # noqa: BLE001 - objects refuse to be compared, and to be pickled, in many ways
        return False


def _holds(check: Callable[..., None], *values: Any, **how: Any) -> bool:
    try:
        check(*values, **how)
    except (AssertionError, TypeError, ValueError):
        return False
    return True


def _refuse(result: dict[str, Any], plan: Plan) -> None:
    if "error" in result:
        hint = "; name the folder of what is missing in 'model.code_paths'" if "module" in result["error"] else ""
        raise LoggingError(
            f"the saved model of '{plan.name}' does not work outside of the project: {result['error']}{hint}"
        )
    if result["strangers"]:
        raise LoggingError(
            f"the saved model of '{plan.name}' runs code that is not in it: {', '.join(result['strangers'])}"
            "; name its folder in 'model.code_paths'"
        )
    for name in result.get("changed", ()):
        takers = [node.name for node in plan.nodes if name in flat(node.inputs)]
        raise LoggingError(
            f"predicting changes the artifact '{name}', which all requests share"
            f"; the nodes that take it are {', '.join(takers)}"
            f": change a copy there, or set 'copy_mode: {{{name}: deepcopy}}'"
        )
