"""What only Kedro knows about a binding; each layer yields findings and prints nothing."""

from kedro_bind.checks.binding import binding_findings, findings_of_all, located
from kedro_bind.checks.everything import Report, broken_project, check_everything, in_all
from kedro_bind.checks.tracking import long_parameters, tracking_findings

__all__ = [
    "Report",
    "binding_findings",
    "broken_project",
    "check_everything",
    "findings_of_all",
    "in_all",
    "located",
    "long_parameters",
    "tracking_findings",
]
