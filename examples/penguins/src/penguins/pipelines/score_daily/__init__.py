"""Tell the species of the penguins of a day with the model that is the champion."""

from .pipeline import create_pipeline

__all__ = ["create_pipeline"]
