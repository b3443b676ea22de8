"""What only Kedro knows about a binding; each layer yields findings and prints nothing."""

from kedro_bind.checks.binding import Surroundings, findings_of_all, located
from kedro_bind.checks.everything import Project, Report, broken_project, check_project, in_all
from kedro_bind.checks.tracking import tracking_findings

__all__ = [
    "Project",
    "Report",
    "Surroundings",
    "broken_project",
    "check_project",
    "findings_of_all",
    "in_all",
    "located",
    "tracking_findings",
]
