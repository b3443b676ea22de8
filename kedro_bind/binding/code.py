"""The arguments of `pipeline_ml_factory`, read as the binding that a document would declare."""

from __future__ import annotations

import numbers
import os
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conf_schema import Diagnostic, ModelOptions, RunnerSpec, did_you_mean, validate_binding
from kedro_bind.binding.resolve import CodeOnly, refuse
from kedro_bind.errors import BindingError

if TYPE_CHECKING:
    from conf_schema import Binding
    from kedro_bind.binding.evaluation import Evaluation

__all__ = ["LOG_MODEL_KEYS", "PASSED_ON", "declared_in_code"]

_KPM_KEYS = ("runner", "copy_mode")
_FORMS: dict[str, tuple[tuple[type, ...], str]] = {
    "model_config": ((Mapping, str, os.PathLike), "a mapping, or the path of a YAML file"),
    "model_type": ((str,), "a string"),
    "params": ((Mapping,), "a mapping"),
    "prompts": ((list, tuple), "a list"),
    "resources": ((list, tuple, str, os.PathLike), "a list of resources, or the path of a YAML file"),
    "step": ((numbers.Integral,), "an integer"),
}
PASSED_ON = ("auth_policy", *_FORMS)
"""The arguments of `mlflow.pyfunc.log_model` that are not options of a document; MLflow gets them unchanged."""
LOG_MODEL_KEYS = (*ModelOptions.model_fields, *PASSED_ON)
"""The keys of `log_model_kwargs`: the options of a document under the same names, and those that are passed on."""
_NOT_TAKEN = {
    "artifacts": "training produces the artifacts; see 'artifacts' of pipeline_ml_factory",
    "data_path": "kedro_bind creates the model itself",
    "infer_code_paths": "use 'code_paths' instead",
    "loader_module": "kedro_bind creates the model itself",
    "model_id": "every run logs a new model",
    "python_model": "kedro_bind creates the model itself",
    "streamable": "a bound model predicts all rows at once",
    "uv_extras": "the model's requirements do not come from a uv.lock",
    "uv_groups": "the model's requirements do not come from a uv.lock",
    "uv_project_path": "the model's requirements do not come from a uv.lock",
}
"""The arguments of `mlflow.pyfunc.log_model` that are rejected, and why."""


def declared_in_code(
    input_name: str | None = None,
    kpm_kwargs: Mapping[str, Any] | None = None,
    log_model_kwargs: Mapping[str, Any] | None = None,
    artifacts: Mapping[str, str] | None = None,
    training_input_name: str | None = None,
    evaluation: Evaluation | None = None,
) -> tuple[Binding, CodeOnly]:
    """Return the arguments as a binding that selects nothing, and the values that only code can have.

    Raises:
        BindingError: an argument is invalid.
    """
    copying, uncopied, problems = _kpm_values(_known("kpm_kwargs", kpm_kwargs, _KPM_KEYS))
    model, objects = _model_values(_known("log_model_kwargs", _renamed(log_model_kwargs), LOG_MODEL_KEYS, _NOT_TAKEN))
    values: dict[str, Any] = {
        "training": {} if training_input_name is None else {"input_name": training_input_name},
        "inference": {},
        **({} if input_name is None else {"input_name": input_name}),
        **({} if evaluation is None else {"evaluation": _evaluation_values(evaluation)}),
        **copying,
        "artifacts": _plain(artifacts or {}),
        "model": model,
    }
    binding, found = validate_binding("", values)
    problems += [*(replace(problem, path=problem.path[1:]) for problem in found), *_object_problems(objects)]
    if problems or binding is None:
        raise refuse("the binding", problems)
    return binding, CodeOnly(objects, uncopied)


def _evaluation_values(evaluation: Evaluation) -> dict[str, Any]:
    metrics = evaluation.metrics if isinstance(evaluation.metrics, str) else list(evaluation.metrics)
    values = {"input_name": evaluation.input_name, "metrics": metrics, "env_manager": evaluation.env_manager}
    return {key: value for key, value in values.items() if value not in ("", [])}


def _known(
    argument: str, values: Mapping[str, Any] | None, keys: tuple[str, ...], rejected: Mapping[str, str] | None = None
) -> dict[str, Any]:
    if values is not None and not hasattr(values, "items"):
        raise BindingError(f"{argument} is of type {type(values).__name__}; it must be a mapping")
    for key in values or ():
        if reason := (rejected or {}).get(key):
            raise BindingError(f"{argument} can't have the key '{key}': {reason}")
        if key not in keys:
            hint = did_you_mean(str(key), keys) or f"valid keys are {', '.join(keys)}"
            raise BindingError(f"there is no key '{key}' in {argument}; {hint}")
    return dict(values or {})


def _renamed(values: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Rename `artifact_path`, which is what MLflow 2 called `name`."""
    if not hasattr(values, "items") or values is None or "artifact_path" not in values:
        return values
    if "name" in values:
        raise BindingError("log_model_kwargs has both 'name' and 'artifact_path', its name in MLflow 2; keep 'name'")
    return {("name" if key == "artifact_path" else key): value for key, value in values.items()}


def _kpm_values(arguments: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...], list[Diagnostic]]:
    """Return runner and copy modes, and the datasets whose mode is `None`, which a document can't have."""
    values: dict[str, Any] = {}
    problems: list[Diagnostic] = []
    if (runner := arguments.get("runner")) is not None:
        spec = runner if isinstance(runner, str | RunnerSpec) else _spec_of(runner)
        if spec is None:
            kind = runner.__name__ if isinstance(runner, type) else type(runner).__name__
            found = f"'runner' is {'the class' if isinstance(runner, type) else 'of type'} {kind}"
            hint = "pass a runner such as ThreadRunner(), or its name"
            problems.append(Diagnostic("bad-value", f"{found}; it must be a Kedro runner", hint, path=("runner",)))
        else:
            values["runner"] = spec
    modes = arguments.get("copy_mode", "assign")
    if modes is None:
        return values | {"copy_mode": {}}, (), problems
    if not hasattr(modes, "items"):
        return values | {"copy_mode": modes}, (), problems
    uncopied = tuple(name for name, mode in modes.items() if mode is None)
    return values | {"copy_mode": {name: mode for name, mode in modes.items() if mode is not None}}, uncopied, problems


def _spec_of(runner: Any) -> RunnerSpec | None:
    """Return the import path and the arguments of a runner object; `None` for anything else."""
    from kedro.runner import AbstractRunner

    if not isinstance(runner, AbstractRunner):
        return None
    module, name = type(runner).__module__, type(runner).__qualname__
    arguments = {
        key: value
        for key, value in ((key.lstrip("_"), value) for key, value in vars(runner).items())
        if key in ("is_async", "max_workers") and value and isinstance(value, int)
    }
    return RunnerSpec(type=name if module.startswith("kedro.runner.") else f"{module}.{name}", **arguments)


def _model_values(options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Divide the options of the model into those that a document could have and those that only code can.

    `None` means what it means to MLflow: no signature, no example, no code, no waiting, and the default elsewhere.
    """
    nothing: dict[str, Any] = {"signature": "none", "input_example": "none", "code_paths": "none"}
    if options.get("registered_model_name") is not None:
        nothing["await_registration_for"] = 0
    objects: dict[str, Any] = {"more": {key: options.pop(key) for key in PASSED_ON if key in options}}
    values: dict[str, Any] = {
        key: nothing.get(key) if value is None else value
        for key, value in options.items()
        if value is not None or key in nothing
    }
    for key in ("signature", "input_example"):
        if key in values and not isinstance(values[key], str | int):
            objects[key] = values.pop(key)
    for key in ("pip_requirements", "extra_pip_requirements"):
        if isinstance(values.get(key), str | os.PathLike):  # the path of a file of requirements, as in MLflow
            values[key] = [f"-r {os.fspath(values[key])}"]
    for key in ("code_paths", "conda_env"):
        values |= {key: _as_text(values[key])} if key in values else {}
    if isinstance(values.get("tags"), dict):  # MLflow converts them to text
        values["tags"] = {
            key: str(value) if isinstance(value, int | float) else value for key, value in values["tags"].items()
        }
    return values, objects


def _plain(value: Any) -> Any:
    """Return a mapping of any kind as a dictionary, which the schema requires."""
    return dict(value) if hasattr(value, "items") else value


def _as_text(value: Any) -> Any:
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    return [_as_text(item) for item in value] if isinstance(value, list | tuple) else value


def _object_problems(objects: Mapping[str, Any]) -> list[Diagnostic]:
    problems = []
    if "signature" in objects:
        from mlflow.models import ModelSignature

        if not isinstance(objects["signature"], ModelSignature):
            found = f"'signature' is of type {type(objects['signature']).__name__}"
            hint = "infer one with mlflow.models.infer_signature, or write 'auto'"
            problems.append(
                Diagnostic("bad-value", f"{found}; it must be a ModelSignature", hint, path=("model", "signature"))
            )
    passed_on = {key: value for key, value in objects["more"].items() if value is not None}
    for key, (kinds, form) in _FORMS.items():
        if key in passed_on and not isinstance(passed_on[key], kinds):
            message = f"'{key}' is of type {type(passed_on[key]).__name__}; it must be {form}"
            problems.append(Diagnostic("bad-value", message, path=("model", key)))
    if "auth_policy" in passed_on:
        from mlflow.models.auth_policy import AuthPolicy

        if not isinstance(passed_on["auth_policy"], AuthPolicy):
            message = f"'auth_policy' is of type {type(passed_on['auth_policy']).__name__}; it must be an AuthPolicy"
            problems.append(Diagnostic("bad-value", message, path=("model", "auth_policy")))
    if "resources" in passed_on and "auth_policy" in passed_on:
        message = "MLflow takes only one of 'resources' and 'auth_policy'"
        problems.append(Diagnostic("bad-value", message, "keep one of them", path=("model", "auth_policy")))
    return problems
