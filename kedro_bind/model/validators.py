"""Run the validators of datasets (Kedro 1.7 and later) in a loaded model.

A model has no catalog, so it validates itself what Kedro's catalog would validate when it loads and saves: the input of
each request, the output of each request, the artifacts when the model is loaded, and all other datasets around the
functions of the nodes.
"""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INTERNAL_ERROR

from kedro_bind.model.plan import PlanError
from kedro_bind.model.rejection import describe_rejection
from kedro_bind.model.validation_switch import switched_off
from kedro_bind.names import flat
from kedro_bind.redaction import get_logger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kedro_bind.model.plan import NodePlan, Plan, ValidatorPlan
    from kedro_bind.names import Names

__all__ = ["LoadedValidator", "RejectedData", "Validators", "load_validators"]

logger = get_logger(__name__)


class RejectedData(MlflowException):
    """A validator rejects what the model has computed; a server responds with status 500."""


class _Rejected(Exception):  # noqa: N818 - the callers turn it into their errors
    """A validator rejects data."""


class LoadedValidator:
    """A validator that is ready to run, with its severity; it is pickled as its plan."""

    def __init__(self, dataset: str, plan: ValidatorPlan) -> None:
        from kedro.validation import ValidatorSpec, resolve_validator

        self.dataset, self.plan = dataset, plan
        self._validate = resolve_validator(ValidatorSpec(class_path=plan.type, options=dict(plan.options))).validate

    def __reduce__(self) -> tuple[type[LoadedValidator], tuple[str, ValidatorPlan]]:
        return type(self), (self.dataset, self.plan)

    def __call__(self, data: Any) -> Any:
        """Return what the validator returns; if it rejects data and its severity is `warn`, return the data unchanged.

        Raises:
            _Rejected: the validator rejects the data.
        """
        if switched_off():
            return data
        try:
            return self._validate(data)
        except Exception as error:
            message = f"'{self.dataset}' is rejected by its validator {self.plan.type}: {describe_rejection(error)}"
            if self.plan.severity == "warn":
                logger.warning("kedro_bind: %s", message)
                return data
            raise _Rejected(message) from error


@dataclass(frozen=True)
class Validators:
    """The validators of a plan, by mode and dataset."""

    plan: Plan
    load: Mapping[str, LoadedValidator]
    save: Mapping[str, LoadedValidator]

    def __bool__(self) -> bool:
        """Return whether there is any."""
        return bool(self.load or self.save)

    def accept(self, model_input: Any) -> Any:
        """Validate the input of one request; return it as the validator does.

        Raises:
            MlflowException: it is rejected; a server responds with status 400.
        """
        validator = self.load.get(self.plan.input_name)
        if validator is None:
            return model_input
        try:
            return validator(model_input)
        except _Rejected as error:
            raise MlflowException.invalid_parameter_value(f"the input {error}") from error.__cause__

    def release(self, output: Any) -> Any:
        """Validate the output of one request; return it as the validator does.

        Raises:
            RejectedData: it is rejected.
        """
        validator = self.save.get(self.plan.output_name)
        return output if validator is None else _internal(validator, output)

    def of_artifacts(self, artifacts: Mapping[str, Any]) -> dict[str, Any]:
        """Validate the artifacts; return them as their validators do.

        Raises:
            PlanError: one is rejected.
        """
        try:
            return {name: self.load[name](value) if name in self.load else value for name, value in artifacts.items()}
        except _Rejected as error:
            raise PlanError(f"the model can't be loaded: the artifact {error}") from error.__cause__

    def around(self, functions: Sequence[Callable[..., Any]]) -> list[Callable[..., Any]]:
        """Return the functions of the plan's nodes, with the validators of intermediates around them."""
        return [self._around(node, function) for node, function in zip(self.plan.nodes, functions, strict=True)]

    def _around(self, node: NodePlan, function: Callable[..., Any]) -> Callable[..., Any]:
        outside = {*self.plan.artifacts, self.plan.input_name, self.plan.output_name}
        loads = {name: self.load[name] for name in flat(node.inputs) if name in self.load and name not in outside}
        saves = {name: self.save[name] for name in flat(node.outputs) if name in self.save and name not in outside}
        if not loads and not saves:
            return function
        checked = _CheckedNode(function, node.inputs, node.outputs, loads, saves)
        call = _generate if inspect.isgeneratorfunction(function) else _call
        # `inspect` takes a partial of a generator function for one too, and a partial can be pickled.
        return functools.update_wrapper(functools.partial(call, checked), function)


def load_validators(plan: Plan) -> Validators:
    """Import the validators of a plan.

    Raises:
        PlanError: one can't be imported or created.
    """
    loaded: dict[str, LoadedValidator] = {}
    for name, planned in plan.validators.items():
        try:
            loaded[name] = LoadedValidator(name, planned)
        except Exception as error:  # importing runs the project's code
            raise PlanError(f"the validator '{planned.type}' of '{name}' can't be loaded: {error}") from error

    def in_mode(mode: str) -> dict[str, LoadedValidator]:
        return {name: validator for name, validator in loaded.items() if mode in validator.plan.modes}

    return Validators(plan, load=in_mode("load"), save=in_mode("save"))


@dataclass(frozen=True)
class _CheckedNode:
    """The function of a node, and the validators of what it loads and saves."""

    function: Callable[..., Any]
    inputs: Names
    outputs: Names
    loads: Mapping[str, LoadedValidator]
    saves: Mapping[str, LoadedValidator]

    def load(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        by_word = self.inputs if isinstance(self.inputs, dict) else {}
        by_place = [] if by_word else flat(self.inputs)
        return (
            [self._checked(self.loads, name, value) for name, value in zip(by_place, args, strict=True)],
            {word: self._checked(self.loads, by_word[word], value) for word, value in kwargs.items()},
        )

    def save(self, result: Any) -> Any:
        """Validate what the node returned; a result that does not fit its outputs passes, and fails later."""
        outputs = self.outputs
        if isinstance(outputs, str):
            return self._checked(self.saves, outputs, result)
        if inspect.isgenerator(result):
            return (self.save(chunk) for chunk in result)
        if isinstance(outputs, dict) and isinstance(result, dict) and result.keys() == outputs.keys():
            return {key: self._checked(self.saves, name, result[key]) for key, name in outputs.items()}
        if isinstance(outputs, list) and isinstance(result, list | tuple) and len(result) == len(outputs):
            return [self._checked(self.saves, name, value) for name, value in zip(outputs, result, strict=True)]
        return result

    def _checked(self, validators: Mapping[str, LoadedValidator], name: str, value: Any) -> Any:
        validator = validators.get(name)
        return value if validator is None or value is None else _internal(validator, value)


def _call(node: _CheckedNode, *args: Any, **kwargs: Any) -> Any:
    args_, kwargs_ = node.load(args, kwargs)
    return node.save(node.function(*args_, **kwargs_))


def _generate(node: _CheckedNode, *args: Any, **kwargs: Any) -> Iterator[Any]:
    args_, kwargs_ = node.load(args, kwargs)
    for chunk in node.function(*args_, **kwargs_):
        yield node.save(chunk)


def _internal(validator: LoadedValidator, data: Any) -> Any:
    try:
        return validator(data)
    except _Rejected as error:
        raise RejectedData(f"the dataset {error}", error_code=INTERNAL_ERROR) from error.__cause__
