"""The codes of findings: the kinds of mistakes.

Every code has a page in kedro_bind/render/codes with a failing example, its exact output and its fix, and a golden
case; tests require both. The message of a finding is written where the finding is made.
"""

from __future__ import annotations

from typing import Literal

__all__ = ["Code"]

Code = Literal[
    "bad-catalog-entry",
    "bad-evaluation",
    "bad-input-name",
    "bad-model-name",
    "bad-name",
    "bad-parameter",
    "bad-runner-argument",
    "bad-validator",
    "bad-value",
    "broken-project",
    "captured-by-value",
    "conflicting-types",
    "credentials-captured",
    "credentials-in-catalog",
    "credentials-in-requirements",
    "duplicate-key",
    "duplicate-metric",
    "duplicate-model-name",
    "empty-document",
    "empty-selection",
    "fits-again",
    "free-input",
    "long-parameter",
    "many-outputs",
    "missing-key",
    "name-clash",
    "no-output",
    "no-sample",
    "not-importable",
    "not-in-catalog",
    "not-packaged",
    "not-parallel",
    "not-persisted",
    "not-supplied",
    "open-parameter",
    "rejected-parameter",
    "unknown-alias",
    "unknown-credentials",
    "unknown-dataset",
    "unknown-key",
    "unknown-node",
    "unknown-parameter",
    "unknown-pipeline",
    "unknown-runner",
    "unknown-tag",
    "unread-file",
    "unresolved-interpolation",
    "untyped-input",
    "unused-key",
    "unused-training",
    "yaml-syntax",
]
