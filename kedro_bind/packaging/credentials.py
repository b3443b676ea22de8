"""Refuse credentials in what becomes part of a model."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import LoggingError
from kedro_bind.redaction import contains_secret, secrets_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kedro_bind.binding.resolved import ModelSettings

__all__ = ["options_with_credentials", "refuse_credentials", "refuse_pickled"]


def refuse_credentials(name: str, keys: Sequence[str], remedy: str) -> None:
    """Refuse what has credentials, which are at these `keys`.

    Raises:
        LoggingError: there are keys.
    """
    if keys:
        raise LoggingError(
            f"{name} has credentials in it ({', '.join(keys)}), and the model would have them too; {remedy}"
        )


def refuse_pickled(name: str, pickled: bytes, remedy: str) -> None:
    """Refuse a pickle that contains a value of `credentials.yml`, or of a secret environment variable.

    Raises:
        LoggingError: the pickle contains one.
    """
    if contains_secret(pickled):
        raise LoggingError(f"{name} has credentials in its pickle, and the model would have them too; {remedy}")


def options_with_credentials(model: ModelSettings) -> dict[str, list[str]]:
    """Find options such as `model_config`, which MLflow stores unchanged, that contain credentials, and their keys.

    `params` are logged to the run, like the parameters of Kedro: with `***` in place of credentials.
    """
    options = {key: value for key, value in model.more.items() if key != "params"}
    if isinstance(options.get("model_config"), str | os.PathLike):
        options["model_config"] = _content(options["model_config"])
    return {key: found for key, value in options.items() if (found := secrets_in(key, value))}


def _content(file: str | os.PathLike[str]) -> Any:
    import yaml

    try:
        return yaml.safe_load(Path(file).read_text(encoding="utf-8"))
    except Exception:  # noqa: BLE001 - a YAML constructor raises anything; MLflow reports what it can't read
        return None
