"""Log the parameters of training, within the limits of MLflow."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kedro.io.core import is_parameter

from kedro_bind.packaging.planned_parameters import plain
from kedro_bind.redaction import get_logger, redact_value
from kedro_bind.store_errors import describe_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from conf_schema.mlflow import Params
    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["MOST_CHARACTERS", "Loggable", "log_parameters", "loggable", "parameter_values"]

logger = get_logger(__name__)

MOST_CHARACTERS = 6000
"""MLflow's limit for the value of a parameter; tests/integration/test_private_mlflow.py compares the two."""
_MOST_IN_TAG = 8000
_NOT_ALLOWED = re.compile(r"[^/\w.\- :]")


@dataclass
class Loggable:
    """Parameters with names and values that MLflow accepts; `too_long` has the lengths of those that it does not."""

    parameters: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    too_long: dict[str, int] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def parameter_values(bindings: Iterable[ResolvedBinding], catalog: Any) -> dict[str, Any]:
    """Return the parameters that training takes, without the prefix `params:`."""
    names = {name for binding in bindings for name in binding.training.inputs() if is_parameter(name)}
    values: dict[str, Any] = {}
    for name in sorted(names):
        value = plain(catalog.get(name).load())
        whole = name == "parameters" and isinstance(value, dict)
        values |= value if whole else {name.removeprefix("params:"): value}
    return values


def loggable(values: Mapping[str, Any], options: Params) -> Loggable:
    """Flatten, cut and rename parameters as configured; the value of one named like a credential becomes `***`."""
    result = Loggable()
    dicts = options.dict_params
    flat = _flat(values, dicts.sep, recursive=dicts.recursive) if dicts.flatten else values.items()
    for key, value in flat:
        name = _NOT_ALLOWED.sub("_", key)
        if name != key:
            result.remarks.append(f"the parameter '{key}' is logged as '{name}', since MLflow does not allow that name")
        text = str(redact_value(value, key))
        if len(text) <= MOST_CHARACTERS:
            result.parameters[name] = text
        elif options.long_params_strategy == "fail":
            result.too_long[name] = len(text)
        elif options.long_params_strategy == "tag":
            result.tags[name] = text[:_MOST_IN_TAG]
            cut = f", cut to {_MOST_IN_TAG} characters" if len(text) > _MOST_IN_TAG else ""
            result.remarks.append(f"the parameter '{name}' has {len(text)} characters, so it is logged as a tag{cut}")
        else:
            result.parameters[name] = text[:MOST_CHARACTERS]
            result.remarks.append(
                f"the parameter '{name}' has {len(text)} characters, so it is cut to {MOST_CHARACTERS}"
            )
    return result


def log_parameters(run_id: str, accepted: Loggable) -> None:
    """Log parameters to a run; if MLflow refuses them, the log says so."""
    import mlflow
    from mlflow.entities import Param, RunTag
    from mlflow.exceptions import MlflowException

    for remark in accepted.remarks:
        logger.warning("kedro_bind: %s", remark)
    if not accepted.parameters and not accepted.tags:
        return
    parameters = [Param(key, value) for key, value in accepted.parameters.items()]
    tags = [RunTag(key, value) for key, value in accepted.tags.items()]
    try:
        mlflow.MlflowClient().log_batch(run_id, params=parameters, tags=tags)
    except MlflowException as error:
        # In a joined run, one of these names may have been logged with another value.
        logger.warning("kedro_bind: the parameters of training can't be logged: %s", describe_error(error))


def _flat(values: Mapping[str, Any], separator: str, *, recursive: bool) -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if not isinstance(value, dict) or not value:
            yield str(key), value
            continue
        inner = _flat(value, separator, recursive=True) if recursive else value.items()
        yield from ((f"{key}{separator}{name}", inner_value) for name, inner_value in inner)
