"""How a model is logged: what the document says, with what Python code said on top."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conf_schema import parse_condition
from kedro_bind.errors import LoggingError
from kedro_bind.pipeline_ml import LOG_MODEL_KEYS
from kedro_bind.redaction import redact, redact_value

if TYPE_CHECKING:
    from kedro.pipeline import Pipeline

    from conf_schema import Condition
    from kedro_bind.model.origin import Origin
    from kedro_bind.pipeline_ml import Serving

__all__ = ["LogSettings", "OwnCode", "resolve_settings"]

_AWAIT_SECONDS = 300
"""MLflow's default for `await_registration_for`."""


@dataclass(frozen=True)
class OwnCode:
    """The packages that travel with a model, and what of the project has to be out of reach elsewhere.

    `hidden` are the project's own packages, travelling or not, `folders` where they are imported from now.
    """

    packages: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


@dataclass(frozen=True)
class LogSettings:
    """The arguments of `mlflow.pyfunc.log_model`, resolved; see `conf_schema.ModelOptions` for what they mean.

    `signature` and `input_example` may be objects that Python code made. `environment` tells that the
    requirements are given, so that none are inferred but those that any model needs.
    """

    name: str
    own: OwnCode
    registered_model_name: str | None
    await_registration_for: int
    signature: Any
    input_example: Any
    code_paths: list[str] | None
    conda_env: Any
    pip_requirements: Any
    extra_requirements: list[str]
    metadata: dict[str, Any] | None
    tags: dict[str, str]
    description: str | None
    aliases: tuple[str, ...]
    promote_if: tuple[Condition, ...]
    verify: bool

    @property
    def environment(self) -> bool:
        """Whether the requirements are given."""
        return bool(self.pip_requirements or self.conda_env)


def resolve_settings(serving: Serving, origin: Origin) -> LogSettings:
    """Resolve how a binding's model is logged.

    Raises:
        LoggingError: a path of `code_paths` does not exist.
    """
    given: dict[str, Any] = {key: serving.log_option(key) for key in LOG_MODEL_KEYS}
    code_paths = _code_paths(given["code_paths"], origin)
    return LogSettings(
        name=given["name"] or serving.name or "model",
        own=_own_code(code_paths or [], origin),
        registered_model_name=given["registered_model_name"],
        await_registration_for=_AWAIT_SECONDS
        if given["await_registration_for"] is None
        else given["await_registration_for"],
        signature=given["signature"],
        input_example=given["input_example"],
        code_paths=code_paths,
        conda_env=_beside(origin.project_path, given["conda_env"]),
        pip_requirements=_listed(given["pip_requirements"]),
        extra_requirements=_lines(given["extra_pip_requirements"]),
        metadata=redact_value(given["metadata"]),
        tags=redact_value(dict(given["tags"] or {})),
        description=redact(given["description"] or _docstring(serving.inference) or "") or None,
        aliases=serving.log_names("aliases"),
        promote_if=tuple(map(parse_condition, serving.log_names("promote_if"))),
        verify=bool(given["verify"]),
    )


def _docstring(inference: Pipeline) -> str | None:
    """Give the first paragraph of the docstring of the function that gives the answer."""
    output = inference.outputs()
    function = next((node.func for node in inference.nodes if output & set(node.outputs)), None)
    text = inspect.getdoc(function) if inspect.isroutine(function) else None
    return " ".join(text.split("\n\n")[0].split()) if text else None


def _code_paths(wanted: Any, origin: Origin) -> list[str] | None:
    if wanted == "none" or wanted is None:
        return None
    if wanted == "auto":
        folder = _package_folder(origin.package)
        return [str(folder)] if folder else None
    paths = [(origin.project_path / each).resolve() for each in wanted]
    missing = [str(each) for each in paths if not each.exists()]
    if missing:
        raise LoggingError(f"'model.code_paths' names what is not there: {', '.join(missing)}")
    return [str(each) for each in paths]


def _own_code(code_paths: list[str], origin: Origin) -> OwnCode:
    travelling = {Path(each) for each in code_paths}
    package = _package_folder(origin.package)
    own = travelling | ({package} if package else set())
    shared = {Path(each).resolve() for each in sys.path if Path(each).name in ("site-packages", "dist-packages")}
    folders = {str(each.parent) for each in own if each.parent.resolve() not in shared} | {str(origin.project_path)}
    return OwnCode(
        packages=tuple(sorted(each.stem for each in travelling)),
        hidden=tuple(sorted({each.stem for each in own})),
        folders=tuple(sorted(folders)),
    )


def _package_folder(package: str | None) -> Path | None:
    spec = importlib.util.find_spec(package) if package else None
    locations = list(spec.submodule_search_locations or ()) if spec else []
    return Path(locations[0]) if locations else None


def _beside(project_path: Path, value: Any) -> Any:
    """Give the path of a file in the project; anything else as it is."""
    return str(project_path / value) if isinstance(value, str) else value


def _lines(value: Any) -> list[str]:
    """Give requirements as lines; a string is the path of a file that has them, as for MLflow."""
    return [f"-r {value}"] if isinstance(value, str) else list(value or ())


def _listed(value: Any) -> Any:
    """Give names as a list; what MLflow takes besides, such as a file's path, as it is."""
    return list(value) if isinstance(value, tuple) else value
