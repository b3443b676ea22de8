"""The bindings that a project's own code makes, beside those of its document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro_bind.binding.pipeline_ml import PipelineML

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kedro.pipeline import Pipeline

    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["bindings_in_code"]


def bindings_in_code(pipelines: Mapping[str, Pipeline], declared: Collection[str]) -> list[ResolvedBinding]:
    """Find the registered pipelines that code has bound; `declared` are the names of the document."""
    registered = ((name, pipelines[name]) for name in pipelines)
    return [
        pipeline.binding.named(name)
        for name, pipeline in registered
        if isinstance(pipeline, PipelineML) and pipeline.binding.key not in declared
    ]
