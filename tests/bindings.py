"""Resolved bindings for tests."""

from __future__ import annotations

from kedro_bind.binding.code import declared_in_code
from kedro_bind.binding.resolve import resolve


def resolved(inference, input_name="x", *, training=None, name=None, evaluation=None, **arguments):
    """Resolve a binding from the arguments of `pipeline_ml_factory`; training is inference by default."""
    declared, code = declared_in_code(input_name, evaluation=evaluation, **arguments)
    scoring = None if evaluation is None else evaluation.pipeline
    return resolve(declared, inference if training is None else training, inference, scoring, name=name, code=code)
