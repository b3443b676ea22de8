"""Train a classifier of penguin species, and answer with it."""

from .pipeline import create_pipeline

__all__ = ["create_pipeline"]
