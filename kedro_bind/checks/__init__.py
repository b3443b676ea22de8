"""What only Kedro knows about a binding; each layer yields findings and prints nothing."""

from kedro_bind.checks.catalog import catalog_problems
from kedro_bind.checks.everything import Report, broken_project, check_everything, in_all

__all__ = ["Report", "broken_project", "catalog_problems", "check_everything", "in_all"]
