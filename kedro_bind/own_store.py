"""The MLflow store in the project's folder, which is there where nothing else is configured."""

from __future__ import annotations

__all__ = ["DATABASE", "FILES"]

DATABASE = "mlflow.db"
"""The sqlite database."""
FILES = "mlartifacts"
"""The folder of what is logged as a file."""
