"""A plan's folder to predictions: what a logged model runs.

Imports MLflow, the plan and, for the artifacts, `kedro.io`; with the SequentialRunner neither
`kedro.framework` nor `kedro.runner` (the first configures logging, in the server as well).
"""

from __future__ import annotations

import importlib
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlflow.exceptions import MlflowException
from mlflow.pyfunc.model import PythonModel

from kedro_bind.model.compiled import compile_plan
from kedro_bind.model.integrity import Intact
from kedro_bind.model.own_modules import own_modules
from kedro_bind.model.plan import Plan, PlanError, RunnerPlan, read_plan
from kedro_bind.model.strict_params import refuse_unknown_parameters
from kedro_bind.model.typed_parameters import RejectedParameter, built, load_types, typed_plan
from kedro_bind.model.validators import load_validators

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kedro_bind.model.plan import Artifact
    from kedro_bind.model.typed_parameters import DeclaredType
    from kedro_bind.model.validators import Validators

__all__ = ["ARTIFACT", "BoundModel", "Predictor", "Predicts", "load_predictor", "make_predictor"]

ARTIFACT = "plan"
"""The name under which MLflow hands the plan's folder to the model."""


class Predictor:
    """A loaded plan. Nothing of a request outlives it; artifacts are shared by all."""

    def __init__(
        self,
        plan: Plan,
        functions: list[Callable[..., Any]],
        artifacts: Mapping[str, Any],
        types: Mapping[str, DeclaredType] | None = None,
        validators: Validators | None = None,
        *,
        through_kedro: bool = False,
    ) -> None:
        self.plan = plan
        self.artifacts = artifacts
        self._functions = functions
        self._types = types or {}
        self.validators = validators or None
        self._exposed = {_exposed(name): name for name in plan.predict_params}
        ready = typed_plan(plan, self._types)
        if validators:
            functions = validators.around(functions)
        if plan.runner == RunnerPlan() and not through_kedro:
            self._run: Callable[..., Any] = compile_plan(ready, functions, artifacts)
        else:
            from kedro_bind.model.through_kedro import KedroRun

            self._run = KedroRun(ready, functions, artifacts)

    def __reduce__(self) -> tuple[type[Predictor], tuple[Any, ...]]:
        """Pickle as what it was made of: the compiled function has no name to be found by."""
        return type(self), (self.plan, self._functions, self.artifacts, self._types, self.validators)

    def predict(self, model_input: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Predict; `params` hold for this call alone, by their names without `params:`.

        Raises:
            PlanError: one of `params` is none that a caller may set.
            MlflowException: a type rejects one of `params`, or a validator some data.
            Exception: whatever a node raises, with the node's name added as a note.
        """
        validators = self.validators
        if validators is None:
            return self.run(model_input, params)
        return validators.release(self.run(validators.accept(model_input), params))

    def run(self, model_input: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Predict without the validators of input and output, which are for one request at a time."""
        return self._run(model_input, self._given(params)) if params else self._run(model_input)

    def _given(self, params: Mapping[str, Any]) -> dict[str, Any]:
        exposed = self._exposed
        try:
            given = {exposed[name]: value for name, value in params.items()}
        except KeyError as error:
            allowed = ", ".join(sorted(exposed)) or "none"
            raise PlanError(f"this model has no parameter {error}; a caller may set: {allowed}") from None
        if not self._types:
            return given
        try:
            return {name: built(self._types, name, value) for name, value in given.items()}
        except RejectedParameter as error:
            raise MlflowException.invalid_parameter_value(str(error)) from error


class Predicts:
    """`predict` as a logged model has it.

    MLflow wraps a `predict` that stands in a subclass of `PythonModel` itself, reads its type hints as a
    schema and warns where there are none; the schema of a bound model comes from data.
    """

    predictor: Predictor
    refuses_unknown_parameters = True

    def predict(self, context, model_input, params=None):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201, ARG002 - see the class
        """Predict with the inference pipeline."""
        return self.predictor.predict(model_input, params)


class BoundModel(Predicts, PythonModel):
    """A logged binding as MLflow's python model."""

    def load_context(self, context: Any) -> None:
        """Load the plan, its functions and its artifacts."""
        refuse_unknown_parameters()
        folder = Path(context.artifacts[ARTIFACT])
        model = folder.parents[1]
        if not (model / "MLmodel").is_file():
            return  # MLflow 3.1 loads what it saves before it is there; no answer is asked of that
        self.predictor = load_predictor(folder, model / "code")


def load_predictor(folder: Path, code: Path | None = None) -> Predictor:
    """Load a plan's folder, with the modules in `code` as the model's own.

    Nothing of the model is imported or unpickled before all of it has been compared with the plan.

    Raises:
        PlanError: the plan, a function or an artifact is missing, changed or unknown.
    """
    plan = read_plan(folder)
    with own_modules(code), Intact(plan, folder, code) as intact:
        if any(artifact.dataset for artifact in plan.artifacts.values()):
            import kedro.io  # noqa: F401 - imported while the artifacts are hashed
        intact.artifacts()
        functions = load_functions(plan, folder)
        artifacts = {
            name: load_artifact(name, artifact, folder / artifact.location) for name, artifact in plan.artifacts.items()
        }
        return make_predictor(plan, functions, artifacts)


def make_predictor(
    plan: Plan, functions: list[Callable[..., Any]], artifacts: Mapping[str, Any], *, through_kedro: bool = False
) -> Predictor:
    """Make a predictor of what has been loaded, with the types and validators that the plan names.

    With `through_kedro`, Kedro runs the nodes, whatever the runner.

    Raises:
        PlanError: one of them can't be imported, or rejects what the model was logged with.
    """
    types, validators = load_types(plan), load_validators(plan)
    artifacts = validators.of_artifacts(artifacts)
    return Predictor(plan, functions, artifacts, types, validators, through_kedro=through_kedro)


def load_functions(plan: Plan, folder: Path) -> list[Callable[..., Any]]:
    """Load the functions of a plan's nodes, in the order of the nodes."""
    return [load_function(node.function, folder / node.pickle if node.pickle else None) for node in plan.nodes]


def load_function(reference: str, pickled: Path | None = None) -> Callable[..., Any]:
    """Import a node's function by `module:qualname`, or unpickle one that has no such name."""
    found: Any
    if pickled is not None:
        try:
            found = pickle.loads(pickled.read_bytes())  # noqa: S301 - written by kedro_bind with the model
        except Exception as error:
            raise PlanError(f"the pickled function {pickled.name} of the model can't be loaded: {error}") from error
        return _callable(found, f"pickled function {pickled.name}")
    module, _, qualname = reference.partition(":")
    try:
        found = importlib.import_module(module)
    except Exception as error:  # whatever the module does when it is imported
        missing = (getattr(error, "name", None) if isinstance(error, ImportError) else None) or module
        raise PlanError(
            f"the model needs the function '{reference}', and the module '{missing}' can't be imported: {error}"
        ) from error
    try:
        for part in qualname.split("."):
            found = getattr(found, part)
    except AttributeError as error:
        raise PlanError(f"the model needs the function '{reference}', which '{module}' does not have") from error
    return _callable(found, f"function '{reference}'")


def _callable(found: Any, what: str) -> Callable[..., Any]:
    if not callable(found):
        raise PlanError(f"the {what} of the model is no function, but of type '{type(found).__name__}'")
    function: Callable[..., Any] = found
    return function


def load_artifact(name: str, artifact: Artifact, path: Path) -> Any:
    """Read an artifact from its place with the Kedro dataset that wrote it."""
    if not path.exists():
        raise PlanError(f"the model lacks the artifact '{name}': there is no {path}")
    try:
        if artifact.dataset is None:
            return pickle.loads(path.read_bytes())  # noqa: S301 - written by kedro_bind with the model
        from kedro.io import AbstractDataset

        return AbstractDataset.from_config(name, {**artifact.dataset, artifact.path_key: path.as_posix()}).load()
    except Exception as error:
        raise PlanError(f"the artifact '{name}' of the model can't be loaded: {error}") from error


def _exposed(name: str) -> str:
    return name.removeprefix("params:")
