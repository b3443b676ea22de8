"""The rules that need Kedro: catalog, parameters, code, MLflow's settings. They find, and print nothing."""

from kedro_bind.checks.fix import fix
from kedro_bind.checks.project import Project, check_project
from kedro_bind.checks.report import Report, broken_project, merge_reports
from kedro_bind.checks.rules import CheckContext, check_bindings, locate_findings
from kedro_bind.checks.tracking import tracking_findings

__all__ = [
    "CheckContext",
    "Project",
    "Report",
    "broken_project",
    "check_bindings",
    "check_project",
    "fix",
    "locate_findings",
    "merge_reports",
    "tracking_findings",
]
