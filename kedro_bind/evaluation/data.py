"""The data that models are evaluated on: loaded once, described for MLflow, and the same for all models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import EvaluationError, causes_of
from kedro_bind.packaging.data_digest import data_digest, rows_in
from kedro_bind.packaging.declared_validators import validates_input
from kedro_bind.packaging.signature import infer_schema
from kedro_bind.store_errors import describe_error
from kedro_bind.tracking.datasets import DescribedData, describe

if TYPE_CHECKING:
    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["EvaluationData", "load_evaluation_data"]


@dataclass(frozen=True)
class EvaluationData:
    """What models predict, by the name of its dataset; `described` is `None` where MLflow has no digest for it."""

    name: str
    value: Any
    described: DescribedData | None

    @property
    def label(self) -> str:
        """The name, with the digest where there is one."""
        return f"'{self.name}'" + (f" (digest {self.described.digest})" if self.described else "")


def load_evaluation_data(binding: ResolvedBinding, catalog: Any) -> EvaluationData:
    """Load the data that the models of a binding are evaluated on.

    A model that validates its input gets it as a caller would send it, before a validator of the catalog changes it.

    Raises:
        EvaluationError: the data can't be loaded.
    """
    assert binding.evaluation is not None
    name = binding.evaluation.input_name
    try:
        raw = validates_input(binding, catalog) and name in (binding.training_input, binding.input_name)
        value = catalog.get(name).load() if raw else catalog.load(name)
    except Exception as error:
        raise EvaluationError(
            f"the evaluation data '{name}' can't be loaded: {describe_error([*causes_of(error)][-1])}"
        ) from error
    digest = data_digest(value)
    described = describe(name, catalog, digest, rows_in(value), infer_schema(value)) if digest else None
    return EvaluationData(name, value, described)
