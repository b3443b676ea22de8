"""The rules that take more than the graph of a binding: the catalog, the project, its code.

The findings of every rule have paths that start with the name of the binding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kedro_bind.binding.resolve import Drafted
from kedro_bind.binding.rule import Rule, find_problems, rule
from kedro_bind.checks.artifacts import artifact_problems
from kedro_bind.checks.credentials import credentials_in_options, credentials_in_runner
from kedro_bind.checks.evaluation import (
    evaluation_input_problems,
    evaluation_parameter_problems,
    evaluation_problems,
)
from kedro_bind.checks.flow import flow_problems
from kedro_bind.checks.metrics import metric_problems
from kedro_bind.checks.model_code import function_problems, model_code_problems
from kedro_bind.checks.naming import binding_name_problems, model_name_problems, registry_problems, shared_names
from kedro_bind.checks.parameters import (
    missing_parameters,
    open_parameters,
    secret_parameters,
    signature_parameter_problems,
)
from kedro_bind.checks.promotion import promotion_problems
from kedro_bind.checks.requirements import requirement_problems
from kedro_bind.checks.runner import runner_problems
from kedro_bind.checks.sample import sample_problems
from kedro_bind.checks.signature import signature_problems
from kedro_bind.checks.tracking import long_parameters
from kedro_bind.checks.training_data import training_entry_problems
from kedro_bind.checks.typed_parameters import typed_code, typed_parameter_problems
from kedro_bind.checks.validators import validator_code, validator_problems
from kedro_bind.packaging.parameter_hints import hints_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conf_schema import Diagnostic
    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.config.document import Config
    from kedro_bind.config.mlflow import TrackingConfig
    from kedro_bind.packaging.parameter_hints import Hint
    from kedro_bind.project import Origin

__all__ = ["CHECK_RULES", "CheckContext", "check_bindings", "check_drafts", "locate_findings"]

_HANDED_OVER = ("training", "inference", "input_name", "artifacts", "artifacts.names", "artifacts.datasets")


@dataclass(frozen=True)
class CheckContext:
    """What a binding is checked against; rules that need what is unknown (`None`) are skipped."""

    catalog: Any = None
    origin: Origin | None = None
    tracking: TrackingConfig | None = None

    @property
    def missing(self) -> frozenset[str]:
        """The names of what is unknown."""
        return frozenset(name for name in ("catalog", "origin", "tracking") if getattr(self, name) is None)


@dataclass(frozen=True)
class _Subject:
    binding: ResolvedBinding
    context: CheckContext

    @cached_property
    def hints(self) -> list[Hint]:
        """The types that nodes declare for parameters."""
        return hints_of(self.binding.training, self.binding.inference)


@rule()
def _binding_name(subject: _Subject) -> Iterator[Diagnostic]:
    yield from binding_name_problems(subject.binding)


@rule("model.name")
def _model_name(subject: _Subject) -> Iterator[Diagnostic]:
    yield from model_name_problems(subject.binding)


@rule()
def _registry(subject: _Subject) -> Iterator[Diagnostic]:
    yield from registry_problems(subject.binding)


@rule("model.aliases", "model.promote_if")
def _promotion(subject: _Subject) -> Iterator[Diagnostic]:
    yield from promotion_problems(subject.binding)


@rule("training", "model.metrics")
def _metrics(subject: _Subject) -> Iterator[Diagnostic]:
    yield from metric_problems(subject.binding)


@rule("runner")
def _runner(subject: _Subject) -> Iterator[Diagnostic]:
    yield from runner_problems(subject.binding, subject.context.catalog)


@rule(*_HANDED_OVER, "catalog")
def _artifacts(subject: _Subject) -> Iterator[Diagnostic]:
    yield from artifact_problems(subject.binding, subject.context.catalog)


@rule("training", "catalog")
def _training_entries(subject: _Subject) -> Iterator[Diagnostic]:
    yield from training_entry_problems(subject.binding, subject.context.catalog)


@rule("training", "catalog")
def _training_parameters(subject: _Subject) -> Iterator[Diagnostic]:
    yield from missing_parameters("training", subject.binding, subject.context.catalog, subject.hints)


@rule("inference", "catalog")
def _inference_parameters(subject: _Subject) -> Iterator[Diagnostic]:
    yield from missing_parameters("inference", subject.binding, subject.context.catalog, subject.hints)


@rule("inference", "catalog")
def _secret_parameters(subject: _Subject) -> Iterator[Diagnostic]:
    yield from secret_parameters(subject.binding, subject.context.catalog)


@rule("runner")
def _credentials_in_runner(subject: _Subject) -> Iterator[Diagnostic]:
    yield from credentials_in_runner(subject.binding)


@rule()
def _credentials_in_options(subject: _Subject) -> Iterator[Diagnostic]:
    yield from credentials_in_options(subject.binding)


@rule(*_HANDED_OVER, "sources", "catalog")
def _flow(subject: _Subject) -> Iterator[Diagnostic]:
    yield from flow_problems(subject.binding, subject.context.catalog)


@rule("inference", "catalog", "model.predict_params", "model.signature")
def _parameter_types(subject: _Subject) -> Iterator[Diagnostic]:
    yield from signature_parameter_problems(subject.binding, subject.context.catalog, subject.hints)


@rule("training", "inference", "catalog")
def _typed_parameters(subject: _Subject) -> Iterator[Diagnostic]:
    yield from typed_parameter_problems(subject.binding, subject.context.catalog, subject.hints)


@rule("training", "inference", "catalog")
def _validators(subject: _Subject) -> Iterator[Diagnostic]:
    yield from validator_problems(subject.binding, subject.context.catalog)


@rule("training", "inference", "model.predict_params", "model.signature")
def _open_parameters(subject: _Subject) -> Iterator[Diagnostic]:
    yield from open_parameters(subject.binding)


@rule("training", "inference", "input_name", "training.input_name", "model.signature", "catalog")
def _sample(subject: _Subject) -> Iterator[Diagnostic]:
    yield from sample_problems(subject.binding, subject.context.catalog)


@rule("input_name", "training.input_name", "model.signature", "catalog")
def _signature(subject: _Subject) -> Iterator[Diagnostic]:
    yield from signature_problems(subject.binding, subject.context.catalog)


@rule("inference")
def _functions(subject: _Subject) -> Iterator[Diagnostic]:
    yield from function_problems(subject.binding)


@rule("inference", "runner", "model.code_paths", "origin")
def _model_code(subject: _Subject) -> Iterator[Diagnostic]:
    if subject.context.origin is not None:
        code = list(typed_code(subject.binding, subject.hints))
        if subject.context.catalog is not None:
            code += validator_code(subject.binding, subject.context.catalog)
        yield from model_code_problems(subject.binding, subject.context.origin, code)


@rule()
def _requirements(subject: _Subject) -> Iterator[Diagnostic]:
    yield from requirement_problems(subject.binding, subject.context.origin)


@rule("training", "catalog", "tracking")
def _long_parameters(subject: _Subject) -> Iterator[Diagnostic]:
    if subject.context.tracking is not None:
        yield from long_parameters([subject.binding], subject.context.catalog, subject.context.tracking)


@rule("evaluation.input_name", "catalog")
def _evaluation_input(subject: _Subject) -> Iterator[Diagnostic]:
    yield from evaluation_input_problems(subject.binding, subject.context.catalog)


@rule("inference", "evaluation", "evaluation.input_name", "input_name", "training.input_name", "catalog")
def _evaluation(subject: _Subject) -> Iterator[Diagnostic]:
    if subject.binding.evaluation is not None:
        yield from evaluation_problems(subject.binding, subject.binding.evaluation, subject.context.catalog)


@rule("training", "inference", "evaluation", "catalog")
def _evaluation_parameters(subject: _Subject) -> Iterator[Diagnostic]:
    if subject.binding.evaluation is not None:
        yield from evaluation_parameter_problems(subject.binding, subject.binding.evaluation, subject.context.catalog)


CHECK_RULES: tuple[Rule[_Subject], ...] = (
    _binding_name,
    _model_name,
    _registry,
    _promotion,
    _metrics,
    _runner,
    _artifacts,
    _training_entries,
    _training_parameters,
    _inference_parameters,
    _secret_parameters,
    _credentials_in_runner,
    _credentials_in_options,
    _flow,
    _parameter_types,
    _typed_parameters,
    _validators,
    _open_parameters,
    _sample,
    _signature,
    _functions,
    _model_code,
    _requirements,
    _long_parameters,
    _evaluation_input,
    _evaluation,
    _evaluation_parameters,
)
"""Every rule but those of the graph, which are `kedro_bind.binding.rules.BINDING_RULES`.

An invalid option has its default here: a rule that this could mislead names the option among its needs.
"""


def check_drafts(drafts: Iterable[Drafted], context: CheckContext) -> list[Diagnostic]:
    """Find what is wrong with several bindings, as far as they are known: with each one, and between them."""
    drafts = list(drafts)
    findings: list[Diagnostic] = []
    for draft in drafts:
        found, _ = find_problems(CHECK_RULES, _Subject(draft.binding, context), draft.broken | context.missing)
        findings += found
    return [*findings, *shared_names(draft.binding for draft in drafts if "model.name" not in draft.broken)]


def check_bindings(bindings: Iterable[ResolvedBinding], context: CheckContext) -> list[Diagnostic]:
    """Find what is wrong with several resolved bindings; a bound run checks this before training."""
    return check_drafts(map(Drafted, bindings), context)


def locate_findings(findings: Iterable[Diagnostic], config: Config | None) -> list[Diagnostic]:
    """Add their places in the document to findings; one about a binding made in code has none, and names it."""
    declared = config.names if config else []
    return [
        config.sources.locate(finding)
        if config and finding.binding in declared
        else replace(finding, elsewhere=finding.binding is not None)
        for finding in findings
    ]
