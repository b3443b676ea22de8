"""Where the documentation is read."""

from __future__ import annotations

__all__ = ["SITE", "TROUBLESHOOTING"]

SITE = "https://kedro-bind.readthedocs.io/"
"""`site_url` of mkdocs.yml."""
TROUBLESHOOTING = f"{SITE}guides/troubleshooting/"
"""The page that has an entry for each `LoggingError`."""
