"""Bind a Kedro training pipeline to its inference pipeline, and log the pair to MLflow as one model.

Names are imported on first use, since Kedro imports this package with every command.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kedro_bind.binding.evaluation import Evaluation
    from kedro_bind.binding.expand import expand
    from kedro_bind.binding.pipeline_ml import PipelineML, pipeline_ml_factory
    from kedro_bind.datasets import BoundModelDataset
    from kedro_bind.errors import BindingError, KedroBindError, LoggingError
    from kedro_bind.hooks import MlflowPipelineHook
    from kedro_bind.packaging.kedro_pipeline_model import KedroPipelineModel
    from kedro_bind.session.install import bind_pipelines

__all__ = [
    "BindingError",
    "BoundModelDataset",
    "Evaluation",
    "KedroBindError",
    "KedroPipelineModel",
    "LoggingError",
    "MlflowPipelineHook",
    "PipelineML",
    "__version__",
    "bind_pipelines",
    "expand",
    "pipeline_ml_factory",
]

__version__ = "0.1.0"

_HOMES = {
    "BindingError": "errors",
    "BoundModelDataset": "datasets",
    "Evaluation": "binding.evaluation",
    "KedroBindError": "errors",
    "KedroPipelineModel": "packaging.kedro_pipeline_model",
    "LoggingError": "errors",
    "MlflowPipelineHook": "hooks",
    "PipelineML": "binding.pipeline_ml",
    "bind_pipelines": "session.install",
    "expand": "binding.expand",
    "pipeline_ml_factory": "binding.pipeline_ml",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"kedro_bind.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'kedro_bind' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
