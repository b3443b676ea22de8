"""The arguments of kedro-mlflow's `pipeline_ml_factory`, read as the binding that a document would declare."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conf_schema import Diagnostic, ModelOptions, RunnerSpec, did_you_mean, validate_binding
from kedro_bind.binding.resolve import CodeOnly, refuse
from kedro_bind.errors import BindingError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conf_schema import Binding

__all__ = ["LOG_MODEL_KEYS", "PASSED_ON", "declared_in_code"]

_KPM_KEYS = ("runner", "copy_mode")
PASSED_ON = ("auth_policy", "model_config", "model_type", "params", "prompts", "resources", "step")
"""The arguments of `mlflow.pyfunc.log_model` that are no options of ours and are handed to MLflow as they are."""
LOG_MODEL_KEYS = (*ModelOptions.model_fields, *PASSED_ON)
"""What `log_model_kwargs` takes: the options of a document under the same names, and what is passed on."""
_NOT_TAKEN = {
    "artifacts": "the artifacts are what training produced, see 'artifacts' of pipeline_ml_factory",
    "data_path": "kedro_bind makes the model itself",
    "infer_code_paths": "give 'code_paths'",
    "loader_module": "kedro_bind makes the model itself",
    "model_id": "each logging makes a logged model of its own",
    "python_model": "kedro_bind makes the model itself",
    "streamable": "a bound model predicts all rows at once",
    "uv_extras": "the model's requirements do not come from a uv.lock",
    "uv_groups": "the model's requirements do not come from a uv.lock",
    "uv_project_path": "the model's requirements do not come from a uv.lock",
}
"""Arguments of `mlflow.pyfunc.log_model` that have no place here, and why."""


def declared_in_code(
    input_name: str | None = None,
    kpm_kwargs: Mapping[str, Any] | None = None,
    log_model_kwargs: Mapping[str, Any] | None = None,
    artifacts: Mapping[str, str] | None = None,
    training_input_name: str | None = None,
) -> tuple[Binding, CodeOnly]:
    """Read the arguments as a binding that selects nothing, and what only code can say.

    Raises:
        BindingError: an argument is one that a document could not have either.
    """
    copying, uncopied, problems = _kpm_values(_known("kpm_kwargs", kpm_kwargs, _KPM_KEYS))
    model, objects = _model_values(_known("log_model_kwargs", _renamed(log_model_kwargs), LOG_MODEL_KEYS, _NOT_TAKEN))
    values: dict[str, Any] = {
        "training": {} if training_input_name is None else {"input_name": training_input_name},
        "inference": {},
        **({} if input_name is None else {"input_name": input_name}),
        **copying,
        "artifacts": _plain(artifacts or {}),
        "model": model,
    }
    binding, found = validate_binding("", values)
    problems += [*(replace(problem, path=problem.path[1:]) for problem in found), *_object_problems(objects)]
    if problems or binding is None:
        raise refuse("the binding", problems)
    return binding, CodeOnly(objects, uncopied)


def _known(
    argument: str, given: Mapping[str, Any] | None, keys: tuple[str, ...], refused: Mapping[str, str] | None = None
) -> dict[str, Any]:
    if given is not None and not hasattr(given, "items"):
        raise BindingError(f"{argument} is of type {type(given).__name__}; it must be a mapping")
    for key in given or ():
        if reason := (refused or {}).get(key):
            raise BindingError(f"{argument} can't have '{key}': {reason}")
        if key not in keys:
            hint = did_you_mean(str(key), keys) or f"it takes {', '.join(keys)}"
            raise BindingError(f"{argument} has no '{key}'; {hint}")
    return dict(given or {})


def _renamed(given: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Take `artifact_path`, MLflow 2's name of `name`."""
    if not hasattr(given, "items") or given is None or "artifact_path" not in given:
        return given
    if "name" in given:
        raise BindingError("log_model_kwargs has both 'name' and 'artifact_path', its name in MLflow 2; keep 'name'")
    return {("name" if key == "artifact_path" else key): value for key, value in given.items()}


def _kpm_values(given: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...], list[Diagnostic]]:
    """Read a runner and copy modes; the datasets whose mode is `None` are apart, since no document has that."""
    values: dict[str, Any] = {}
    problems: list[Diagnostic] = []
    if (runner := given.get("runner")) is not None:
        spec = runner if isinstance(runner, str | RunnerSpec) else _spec_of(runner)
        if spec is None:
            kind = runner.__name__ if isinstance(runner, type) else type(runner).__name__
            said = f"'runner' is {'the class' if isinstance(runner, type) else 'of type'} {kind}"
            hint = "pass a runner such as ThreadRunner(), or its name"
            problems.append(Diagnostic("bad-value", f"{said}; it must be a Kedro runner", hint, path=("runner",)))
        else:
            values["runner"] = spec
    modes = given.get("copy_mode", "assign")
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


def _model_values(given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part what a document could say of how the model is logged from what only code can.

    `None` means what it means to MLflow: no signature, no example, no code, no waiting, and nothing given otherwise.
    """
    nothing: dict[str, Any] = {"signature": "none", "input_example": "none", "code_paths": "none"}
    if given.get("registered_model_name") is not None:
        nothing["await_registration_for"] = 0
    objects: dict[str, Any] = {"more": {key: given.pop(key) for key in PASSED_ON if key in given}}
    values: dict[str, Any] = {
        key: nothing.get(key) if value is None else value
        for key, value in given.items()
        if value is not None or key in nothing
    }
    for key in ("signature", "input_example"):
        if key in values and not isinstance(values[key], str | int):
            objects[key] = values.pop(key)
    for key in ("pip_requirements", "extra_pip_requirements"):
        if isinstance(values.get(key), str | os.PathLike):  # the path of a file that has them, as for MLflow
            values[key] = [f"-r {os.fspath(values[key])}"]
    for key in ("code_paths", "conda_env"):
        values |= {key: _as_text(values[key])} if key in values else {}
    if isinstance(values.get("tags"), dict):  # MLflow writes them as text
        values["tags"] = {
            key: str(value) if isinstance(value, int | float) else value for key, value in values["tags"].items()
        }
    return values, objects


def _plain(value: Any) -> Any:
    """Make a mapping of any kind a dictionary, which the schema asks for."""
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
            said = f"'signature' is of type {type(objects['signature']).__name__}"
            hint = "infer one with mlflow.models.infer_signature, or write 'auto'"
            problems.append(
                Diagnostic("bad-value", f"{said}; it must be a ModelSignature", hint, path=("model", "signature"))
            )
    if "resources" in objects["more"] and "auth_policy" in objects["more"]:
        said = "MLflow takes only one of 'resources' and 'auth_policy'"
        problems.append(Diagnostic("bad-value", said, "keep one of them", path=("model", "auth_policy")))
    return problems
