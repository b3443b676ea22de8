"""What only Kedro knows about a binding; each layer yields findings and prints nothing."""

from kedro_bind.checks.catalog import catalog_problems
from kedro_bind.checks.everything import Report, check_everything

__all__ = ["Report", "catalog_problems", "check_everything"]
