"""Environments made from a model's own requirements, by MLflow."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from kedro_bind.errors import EvaluationError
from kedro_bind.store_errors import describe_error

if TYPE_CHECKING:
    from pathlib import Path

    from conf_schema import EnvManager

__all__ = ["activated"]


def activated(model: Path, env_manager: EnvManager, arguments: list[str]) -> list[str]:
    """Return the command that runs Python with some arguments in the environment of a model, made if need be.

    MLflow makes the same environment for `mlflow models serve`, and keeps it; it has no public function that only makes
    it and says where it is. tests/integration/test_private_mlflow.py covers the private ones.

    Raises:
        EvaluationError: the environment can't be made.
    """
    try:
        activate = _conda(model) if env_manager == "conda" else _virtualenv(model, env_manager)
    except Exception as error:
        raise EvaluationError(f"its environment can't be made with '{env_manager}': {describe_error(error)}") from error
    return ["bash", "-c", f"{activate} && exec python {shlex.join(arguments)}"]


def _virtualenv(model: Path, env_manager: str) -> str:
    from mlflow.utils.virtualenv import _get_or_create_virtualenv

    return str(_get_or_create_virtualenv(str(model), env_manager=env_manager, capture_output=True))  # type: ignore[arg-type]  # one of the two


def _conda(model: Path) -> str:
    from mlflow.utils.conda import get_or_create_conda_env

    environment = get_or_create_conda_env(str(model / "conda.yaml"), capture_output=True)  # type: ignore[no-untyped-call]  # so in MLflow
    return str(environment.get_activate_command())
