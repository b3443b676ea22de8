"""The description of a served model, for the page that shows it and for the process in front."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kedro_bind.render.made_up import example_request

if TYPE_CHECKING:
    from kedro_bind.serving.served_model import ServedModel

__all__ = ["ModelSummary", "summary_of"]


@dataclass(frozen=True)
class ModelSummary:
    """A served model in JSON-ready values; `inputs`, `outputs` and `params` are as MLflow writes a signature."""

    name: str
    version: str
    description: str
    row_wise: bool | None
    invocations: str
    inputs: Any
    outputs: Any
    params: Any
    example: dict[str, Any]


def summary_of(model: ServedModel) -> ModelSummary:
    """Return the summary of a model."""
    signature = model.pyfunc.metadata.signature
    inputs, outputs, params = (
        (signature.inputs, signature.outputs, signature.params) if signature is not None else (None, None, None)
    )
    path = f"models/{model.name}" + (f"/versions/{model.version}" if model.version else "")
    return ModelSummary(
        name=model.name,
        version=model.version,
        description=model.description,
        row_wise=model.plan.row_wise if model.plan is not None else None,
        invocations=f"{path}/invocations",
        inputs=_listed(inputs),
        outputs=_listed(outputs),
        params=_listed(params),
        example=example_request(inputs, params),
    )


def _listed(schema: Any) -> Any:
    return schema.to_dict() if schema is not None else None
