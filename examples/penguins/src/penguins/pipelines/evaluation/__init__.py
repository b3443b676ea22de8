"""Score the predictions of a logged model."""

from .pipeline import create_pipeline

__all__ = ["create_pipeline"]
