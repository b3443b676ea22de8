"""Load a plan's folder and predict with it: what a logged model runs.

This imports MLflow, the plan and, for the artifacts, `kedro.io`. With the SequentialRunner it imports neither
`kedro.framework`, which would configure the logging of the server too, nor `kedro.runner`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlflow.exceptions import MlflowException
from mlflow.pyfunc.model import PythonModel

from kedro_bind.model.compiled import compile_plan
from kedro_bind.model.integrity import IntegrityCheck
from kedro_bind.model.loading import load_artifact, load_functions
from kedro_bind.model.own_modules import own_modules
from kedro_bind.model.plan import Plan, PlanError, RunnerPlan
from kedro_bind.model.plan_file import read_plan
from kedro_bind.model.strict_params import refuse_unknown_parameters
from kedro_bind.model.typed_parameters import RejectedParameter, load_types, typed_plan, typed_value
from kedro_bind.model.validators import load_validators

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kedro_bind.model.typed_parameters import DeclaredType
    from kedro_bind.model.validators import Validators

__all__ = ["ARTIFACT", "BoundModel", "PredictMixin", "Predictor", "load_predictor", "make_predictor"]

ARTIFACT = "plan"
"""The name of the MLflow artifact that is the plan's folder."""


class Predictor:
    """A loaded plan. Requests share the artifacts and nothing else."""

    def __init__(
        self,
        plan: Plan,
        functions: list[Callable[..., Any]],
        artifacts: Mapping[str, Any],
        types: Mapping[str, DeclaredType] | None = None,
        validators: Validators | None = None,
        *,
        kedro_runner: bool = False,
    ) -> None:
        self.plan = plan
        self.artifacts = artifacts
        self._functions = functions
        self._types = types or {}
        self.validators = validators or None
        self._exposed = {_exposed(name): name for name in plan.predict_params}
        typed = typed_plan(plan, self._types)
        if validators:
            functions = validators.around(functions)
        if plan.runner == RunnerPlan() and not kedro_runner:
            self._run: Callable[..., Any] = compile_plan(typed, functions, artifacts)
        else:
            from kedro_bind.model.kedro_runner import KedroRun

            self._run = KedroRun(typed, functions, artifacts)

    def __reduce__(self) -> tuple[type[Predictor], tuple[Any, ...]]:
        """Pickle the parts that it is made from: the compiled function can't be imported by name."""
        return type(self), (self.plan, self._functions, self.artifacts, self._types, self.validators)

    def predict(self, model_input: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Predict; `params` apply to this call only, by their names without `params:`.

        Raises:
            PlanError: a caller may not set one of `params`.
            MlflowException: a type rejects one of `params`, or a validator rejects data.
            Exception: whatever a node raises, with the node's name added as a note.
        """
        validators = self.validators
        if validators is None:
            return self.run(model_input, params)
        return validators.release(self.run(validators.accept(model_input), params))

    def run(self, model_input: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Predict without the validators of input and output, which apply to single requests."""
        return self._run(model_input, self._overrides(params)) if params else self._run(model_input)

    def _overrides(self, params: Mapping[str, Any]) -> dict[str, Any]:
        exposed = self._exposed
        try:
            overrides = {exposed[name]: value for name, value in params.items()}
        except KeyError as error:
            allowed = ", ".join(sorted(exposed)) or "none"
            raise PlanError(f"this model has no parameter {error}; a caller may set: {allowed}") from None
        if not self._types:
            return overrides
        try:
            return {name: typed_value(self._types, name, value) for name, value in overrides.items()}
        except RejectedParameter as error:
            raise MlflowException.invalid_parameter_value(str(error)) from error


class PredictMixin:
    """The `predict` method of a logged model.

    It is inherited because MLflow wraps a `predict` that a subclass of `PythonModel` defines itself: it reads the type
    hints as a schema, and warns if there are none (`PythonModel.__init_subclass__`, seen with MLflow 3.1 to 3.17). The
    schema of a bound model comes from data.
    """

    predictor: Predictor
    refuses_unknown_parameters = True

    def predict(self, context, model_input, params=None):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201, ARG002 - see the class
        """Predict with the inference pipeline."""
        return self.predictor.predict(model_input, params)


class BoundModel(PredictMixin, PythonModel):
    """A logged binding as MLflow's Python model."""

    def load_context(self, context: Any) -> None:
        """Load the plan, its functions and its artifacts."""
        refuse_unknown_parameters()
        folder = Path(context.artifacts[ARTIFACT])
        model = folder.parents[1]
        if not (model / "MLmodel").is_file():
            return  # MLflow 3.1 calls this while it saves the model, before the model is complete, and predicts nothing
        self.predictor = load_predictor(folder, model / "code")


def load_predictor(folder: Path, code: Path | None = None) -> Predictor:
    """Load a plan's folder, and import the modules in `code` from there.

    Nothing of the model is imported or unpickled before it has been compared with the plan.

    Raises:
        PlanError: the plan, a function or an artifact is missing, was changed, or can't be loaded.
    """
    plan = read_plan(folder)
    with own_modules(code), IntegrityCheck(plan, folder, code) as check:
        if any(artifact.dataset for artifact in plan.artifacts.values()):
            import kedro.io  # noqa: F401 - imported while the artifacts are hashed
        check.wait_for_artifacts()
        functions = load_functions(plan, folder)
        artifacts = {
            name: load_artifact(name, artifact, folder / artifact.location) for name, artifact in plan.artifacts.items()
        }
        return make_predictor(plan, functions, artifacts)


def make_predictor(
    plan: Plan, functions: list[Callable[..., Any]], artifacts: Mapping[str, Any], *, kedro_runner: bool = False
) -> Predictor:
    """Make a predictor from loaded functions and artifacts, with the types and validators that the plan names.

    With `kedro_runner`, Kedro runs the nodes, even with the SequentialRunner.

    Raises:
        PlanError: a type or validator can't be imported, or rejects a value that the model was logged with.
    """
    types, validators = load_types(plan), load_validators(plan)
    artifacts = validators.of_artifacts(artifacts)
    return Predictor(plan, functions, artifacts, types, validators, kedro_runner=kedro_runner)


def _exposed(name: str) -> str:
    return name.removeprefix("params:")
