"""Where the documentation is read."""

from __future__ import annotations

__all__ = ["DESIGNING_INFERENCE", "SITE", "TROUBLESHOOTING"]

SITE = "https://kedro-bind.readthedocs.io/"
"""`site_url` of mkdocs.yml."""
TROUBLESHOOTING = f"{SITE}guides/troubleshooting/"
"""The page that has an entry for each `LoggingError`."""
DESIGNING_INFERENCE = f"{SITE}guides/designing-inference/"
"""The page that says how training and inference are divided."""
