"""The documents of kedro_bind, `pipeline_ml.yml` and `mlflow.yml`: types, text, findings.

This package needs only pydantic and PyYAML; it imports neither Kedro nor MLflow.
"""

from conf_schema.codes import Code
from conf_schema.conditions import Condition, parse_condition
from conf_schema.diagnostics import (
    Diagnostic,
    KeyPath,
    Severity,
    Suggestion,
    closest,
    did_you_mean,
    has_errors,
    visible,
)
from conf_schema.draft import Draft
from conf_schema.edits import Edit, apply_edits, suggested_edits
from conf_schema.json_schema import json_schema, schema_text
from conf_schema.kinds import KINDS, Kind
from conf_schema.mlflow import MlflowConfig, validate_mlflow
from conf_schema.model_options import ModelOptions
from conf_schema.models import (
    Binding,
    Document,
    EnvManager,
    EvaluationSelection,
    RunnerSpec,
    Selection,
    TrainingSelection,
)
from conf_schema.parse import parse_source
from conf_schema.project_schema import ProjectNames, project_schema
from conf_schema.source import Source, Sources
from conf_schema.validate import draft_binding, validate_binding, validate_document
from conf_schema.values import CopyMode
from conf_schema.yaml_tree import Place

__all__ = [
    "KINDS",
    "Binding",
    "Code",
    "Condition",
    "CopyMode",
    "Diagnostic",
    "Document",
    "Draft",
    "Edit",
    "EnvManager",
    "EvaluationSelection",
    "KeyPath",
    "Kind",
    "MlflowConfig",
    "ModelOptions",
    "Place",
    "ProjectNames",
    "RunnerSpec",
    "Selection",
    "Severity",
    "Source",
    "Sources",
    "Suggestion",
    "TrainingSelection",
    "apply_edits",
    "closest",
    "did_you_mean",
    "draft_binding",
    "has_errors",
    "json_schema",
    "parse_condition",
    "parse_source",
    "project_schema",
    "schema_text",
    "suggested_edits",
    "validate_binding",
    "validate_document",
    "validate_mlflow",
    "visible",
]
