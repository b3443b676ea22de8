"""Fit a classifier of handwritten digits, and recognize digits with it."""

from .pipeline import create_pipeline

__all__ = ["create_pipeline"]
