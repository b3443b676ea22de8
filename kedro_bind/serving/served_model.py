"""A logged model that is loaded and ready to predict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kedro_bind.quoted_data import without_data
from kedro_bind.serving.decoder import Decoder, Rows
from kedro_bind.serving.errors import RequestError, bad_request, from_mlflow, invalid_value, is_refusal
from kedro_bind.serving.mismatch import mismatch_of_param
from kedro_bind.serving.predictions import Predictions
from kedro_bind.serving.sources import locate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kedro_bind.model.plan import Plan
    from kedro_bind.serving.predictions import Part
    from kedro_bind.serving.sources import ModelSource

__all__ = ["ServedModel", "load_served_model"]


@dataclass(frozen=True)
class ServedModel:
    """A model under the name and the version that callers know it by.

    `pyfunc` is MLflow's model, loaded from `folder`. `version` is that of the registered model, or empty.
    """

    name: str
    version: str
    uri: str
    pyfunc: Any
    folder: str = ""

    @cached_property
    def decoder(self) -> Decoder:
        """What reads requests for this model."""
        metadata = self.pyfunc.metadata
        # MLflow's scoring server decides by this; it has no public name.
        with_type_hints = getattr(metadata, "_is_signature_from_type_hint", lambda: False)()
        return Decoder(metadata.get_input_schema(), with_type_hints=with_type_hints)

    @cached_property
    def _params_schema(self) -> Any:
        return self.pyfunc.metadata.get_params_schema()

    @cached_property
    def _python_model(self) -> Any:
        from mlflow.exceptions import MlflowException

        try:
            return self.pyfunc.unwrap_python_model()
        except MlflowException:
            return None  # a model of another flavor

    @property
    def plan(self) -> Plan | None:
        """The plan of a model that kedro_bind logged."""
        predictor = getattr(self._python_model, "predictor", None)
        return predictor.plan if predictor is not None else None

    @property
    def declared_row_wise(self) -> bool:
        """Whether the model's binding has `row_wise: true`, which verification has confirmed."""
        return self.plan is not None and self.plan.row_wise and self.plan.row_wise_declared

    @property
    def description(self) -> str:
        """What the model is for, as far as it says."""
        return str((self.pyfunc.metadata.metadata or {}).get("description", ""))

    @cached_property
    def logged_example(self) -> Any:
        """The body of a request with the example that was logged, which is real data; `None` where there is none."""
        import json

        text = self.pyfunc.metadata.get_serving_input(self.folder or self.uri)
        return json.loads(text) if text else None

    def predict_example(self) -> None:
        """Predict the logged example, if there is one: what fails then fails before a caller asks.

        Raises:
            KedroBindError: the model fails.
        """
        from kedro_bind.errors import KedroBindError

        try:
            example = self.logged_example
            if example is not None:
                rows = self.decoder.decode(example)
                self.predict(rows.joined([rows]), self.params(example.get("params")))
        except Exception as error:
            reason = without_data(f"{type(error).__name__}: {error}")
            raise KedroBindError(f"the model '{self.name}' does not predict its logged example: {reason}") from error

    def require_row_wise(self) -> None:
        """Refuse a model whose rows may depend on each other.

        Raises:
            KedroBindError: verification did not find the model to be row-wise.
        """
        from kedro_bind.errors import KedroBindError

        plan = self.plan
        if plan is None or not plan.row_wise:
            reason = (plan.row_wise_reason if plan is not None else "") or "it was not verified"
            raise KedroBindError(
                f"the model '{self.name}' is not verified as row-wise ({reason}), so its requests can't share a batch"
                "; serve it without '--batch'"
            )

    def params(self, values: Any) -> Mapping[str, Any] | None:
        """Return a request's parameters with the types of the signature; those that it leaves out have their defaults.

        Raises:
            RequestError: one is unknown, or has another type.
        """
        if values is None and self._params_schema is None:
            return None
        if isinstance(values, int | float) and values:  # what is empty or can be iterated, MLflow calls invalid
            raise bad_request("'params' must be a mapping of names to values")
        if values is not None and not isinstance(values, dict):
            raise invalid_value("'params' must be a mapping of names to values")
        from mlflow.exceptions import MlflowException
        from mlflow.models.utils import _enforce_params_schema  # the public way predicts as well

        from kedro_bind.model.strict_params import refuse

        try:
            if values and self.plan is not None:
                refuse(self._params_schema, values)
            params: dict[str, Any] | None = _enforce_params_schema(values, self._params_schema)
        except MlflowException as error:
            raise from_mlflow(error, self._refused_parameter(values) or error.message) from error
        except Exception as error:  # of numpy, for lists of different lengths within a list
            refused = self._refused_parameter(values)
            raise bad_request(refused or "the parameters do not fit the model's signature") from error
        return params

    def _refused_parameter(self, values: Mapping[str, Any] | None) -> str:
        """Say which parameter does not fit; return nothing if each of them fits on its own."""
        from mlflow.models.utils import _enforce_params_schema  # see above

        given = values or {}
        for spec in self._params_schema.params:
            try:
                if spec.name in given:
                    _enforce_params_schema({spec.name: given[spec.name]}, self._params_schema)
            except Exception:  # noqa: BLE001 - see `params`
                return mismatch_of_param(spec, given[spec.name])
        return ""

    def predict(self, model_input: Any, params: Mapping[str, Any] | None) -> Predictions:
        """Predict for the input of one request, and parameters, that the schema has been enforced on.

        Raises:
            Exception: whatever the model raises.
        """
        if self.plan is not None:
            return Predictions(self._python_model.predictor.predict(model_input, params))
        return Predictions(self.pyfunc.predict(model_input, params=dict(params) if params else None))

    @property
    def has_validators(self) -> bool:
        """Whether the model has validators, each of which looks at the input or the output of one request."""
        return self.plan is not None and self._python_model.predictor.validators is not None

    def accept(self, rows: Rows) -> Rows:
        """Return the rows of one request as the validator of the input returns them.

        Raises:
            MlflowException: it rejects them.
        """
        return Rows.of_table(self._python_model.predictor.validators.accept(rows.joined([rows])))

    def run(self, model_input: Any, params: Mapping[str, Any] | None) -> Predictions:
        """Predict for several requests at once; `accept` comes before, for each of them, and `release` after.

        Raises:
            Exception: whatever the model raises.
        """
        return Predictions(self._python_model.predictor.run(model_input, params))

    def release(self, part: Part) -> Part:
        """Return the predictions of one request as the validator of the output returns them.

        Raises:
            MlflowException: it rejects them.
        """
        if not self.has_validators:
            return part
        return Predictions(self._python_model.predictor.validators.release(part.returned)).whole

    def failure(self, error: Exception) -> RequestError:
        """Return what a caller may know about an error of the model: its type and the node, not the data it quotes."""
        if is_refusal(error):
            return from_mlflow(error, error.message)
        notes = " ".join(getattr(error, "__notes__", ()))
        return bad_request(f"the model fails for this input: {type(error).__name__}{f', {notes}' if notes else ''}")


def load_served_model(model: str | ModelSource, name: str = "") -> ServedModel:
    """Load a model from its URI, or from where it was found.

    Raises:
        KedroBindError: the model can't be found or loaded.
    """
    import mlflow
    from mlflow.exceptions import MlflowException

    from kedro_bind.errors import KedroBindError
    from kedro_bind.model.plan import PlanError

    source = locate(model) if isinstance(model, str) else model
    uri = source.uri
    try:
        pyfunc = mlflow.pyfunc.load_model(source.folder)
    except (MlflowException, PlanError, OSError) as error:
        raise KedroBindError(f"the model {uri} can't be loaded: {error}") from error
    served = ServedModel(name or _name_in(uri), _version_in(uri), uri, pyfunc, source.folder)
    unregistered = not name and not served.version and served.plan is not None
    return replace(served, name=served.plan.name) if unregistered and served.plan else served


def _name_in(uri: str) -> str:
    path = uri.rstrip("/").partition(":/")[2] if uri.startswith("models:/") else uri.rstrip("/").rpartition("/")[2]
    return path.strip("/").partition("/")[0].partition("@")[0] or "model"


def _version_in(pinned: str) -> str:
    if not pinned.startswith("models:/") or pinned.removeprefix("models:/").startswith("m-"):
        return ""
    return pinned.rpartition("/")[2]
