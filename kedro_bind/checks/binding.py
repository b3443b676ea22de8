"""The rules that take more than the graph of a binding: the catalog, the project, its code."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kedro_bind.binding.rule import Rule, find_problems, rule
from kedro_bind.checks.catalog import (
    artifact_problems,
    parameter_value_problems,
    secret_parameter_problems,
    training_entry_problems,
)
from kedro_bind.checks.environment import environment_problems
from kedro_bind.checks.flow import flow_problems
from kedro_bind.checks.input import input_problems
from kedro_bind.checks.metrics import metric_problems
from kedro_bind.checks.naming import binding_name_problems, model_name_problems, registry_problems, shared_names
from kedro_bind.checks.packaging import function_problems, packaging_problems
from kedro_bind.checks.parameters import open_parameters, parameter_problems
from kedro_bind.checks.promotion import promotion_problems
from kedro_bind.checks.running import runner_problems
from kedro_bind.checks.signature import signature_problems
from kedro_bind.checks.tracking import long_parameters
from kedro_bind.checks.typed_parameters import typed_code, typed_parameter_problems
from kedro_bind.checks.validators import validator_code, validator_problems
from kedro_bind.model.parameter_hints import hints_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conf_schema import Diagnostic
    from kedro_bind.binding.resolve import Drafted
    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.config import Config
    from kedro_bind.model.origin import Origin
    from kedro_bind.model.parameter_hints import Hint
    from kedro_bind.tracking.config import TrackingConfig

__all__ = ["CHECK_RULES", "Surroundings", "findings_of_all", "findings_of_drafts", "located"]

_HANDED_OVER = ("training", "inference", "input_name", "artifacts")


@dataclass(frozen=True)
class Surroundings:
    """What a binding is checked against; what is not known is `None`, and rules that need it are skipped."""

    catalog: Any = None
    origin: Origin | None = None
    tracking: TrackingConfig | None = None

    @property
    def missing(self) -> frozenset[str]:
        """The names of what is not known."""
        return frozenset(name for name in ("catalog", "origin", "tracking") if getattr(self, name) is None)


@dataclass(frozen=True)
class _Subject:
    binding: ResolvedBinding
    around: Surroundings

    @cached_property
    def hints(self) -> list[Hint]:
        """The types that nodes declare for parameters."""
        return hints_of(self.binding.training, self.binding.inference)


@rule()
def _binding_name(it: _Subject) -> Iterator[Diagnostic]:
    yield from binding_name_problems(it.binding)


@rule("model.name")
def _model_name(it: _Subject) -> Iterator[Diagnostic]:
    yield from model_name_problems(it.binding)


@rule()
def _registry(it: _Subject) -> Iterator[Diagnostic]:
    yield from registry_problems(it.binding)


@rule("model.aliases", "model.promote_if")
def _promotion(it: _Subject) -> Iterator[Diagnostic]:
    yield from promotion_problems(it.binding)


@rule("training", "model.metrics")
def _metrics(it: _Subject) -> Iterator[Diagnostic]:
    yield from metric_problems(it.binding)


@rule("runner", "catalog")
def _runner(it: _Subject) -> Iterator[Diagnostic]:
    yield from runner_problems(it.binding, it.around.catalog)


@rule(*_HANDED_OVER, "catalog")
def _artifacts(it: _Subject) -> Iterator[Diagnostic]:
    yield from artifact_problems(it.binding, it.around.catalog)


@rule("training", "catalog")
def _training_entries(it: _Subject) -> Iterator[Diagnostic]:
    yield from training_entry_problems(it.binding, it.around.catalog)


@rule("training", "catalog")
def _training_parameters(it: _Subject) -> Iterator[Diagnostic]:
    yield from parameter_value_problems("training", it.binding, it.around.catalog, it.hints)


@rule("inference", "catalog")
def _inference_parameters(it: _Subject) -> Iterator[Diagnostic]:
    yield from parameter_value_problems("inference", it.binding, it.around.catalog, it.hints)


@rule("inference", "catalog")
def _secret_parameters(it: _Subject) -> Iterator[Diagnostic]:
    yield from secret_parameter_problems(it.binding, it.around.catalog)


@rule(*_HANDED_OVER, "sources", "catalog")
def _flow(it: _Subject) -> Iterator[Diagnostic]:
    yield from flow_problems(it.binding, it.around.catalog)


@rule("inference", "catalog", "model.predict_params", "model.signature")
def _parameter_types(it: _Subject) -> Iterator[Diagnostic]:
    yield from parameter_problems(it.binding, it.around.catalog, it.hints)


@rule("training", "inference", "catalog")
def _typed_parameters(it: _Subject) -> Iterator[Diagnostic]:
    yield from typed_parameter_problems(it.binding, it.around.catalog, it.hints)


@rule("training", "inference", "catalog")
def _validators(it: _Subject) -> Iterator[Diagnostic]:
    yield from validator_problems(it.binding, it.around.catalog)


@rule("training", "inference", "model.predict_params", "model.signature")
def _open_parameters(it: _Subject) -> Iterator[Diagnostic]:
    yield from open_parameters(it.binding)


@rule("training", "inference", "input_name", "training.input_name", "model.signature", "catalog")
def _input(it: _Subject) -> Iterator[Diagnostic]:
    yield from input_problems(it.binding, it.around.catalog)


@rule("input_name", "training.input_name", "model.signature", "catalog")
def _signature(it: _Subject) -> Iterator[Diagnostic]:
    yield from signature_problems(it.binding, it.around.catalog)


@rule("inference")
def _functions(it: _Subject) -> Iterator[Diagnostic]:
    yield from function_problems(it.binding)


@rule("inference", "runner", "model.code_paths", "origin")
def _packaging(it: _Subject) -> Iterator[Diagnostic]:
    if it.around.origin is not None:
        code = list(typed_code(it.binding, it.hints))
        if it.around.catalog is not None:
            code += validator_code(it.binding, it.around.catalog)
        yield from packaging_problems(it.binding, it.around.origin, code)


@rule()
def _environment(it: _Subject) -> Iterator[Diagnostic]:
    yield from environment_problems(it.binding, it.around.origin)


@rule("training", "catalog", "tracking")
def _long_parameters(it: _Subject) -> Iterator[Diagnostic]:
    if it.around.tracking is not None:
        yield from long_parameters([it.binding], it.around.catalog, it.around.tracking)


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
    _flow,
    _parameter_types,
    _typed_parameters,
    _validators,
    _open_parameters,
    _input,
    _signature,
    _functions,
    _packaging,
    _environment,
    _long_parameters,
)
"""Every rule beside those of the graph, which are `kedro_bind.binding.rules.BINDING_RULES`.

A default stands for an option that is bad: a rule that it could mislead names the option among its needs.
"""


def findings_of_drafts(drafts: Iterable[Drafted], around: Surroundings) -> list[Diagnostic]:
    """Find what is wrong with several bindings as far as they are known, each by itself and one beside the other."""
    drafts = list(drafts)
    findings: list[Diagnostic] = []
    for draft in drafts:
        found, _ = find_problems(CHECK_RULES, _Subject(draft.binding, around), draft.broken | around.missing)
        findings += found
    return [*findings, *shared_names(draft.binding for draft in drafts if "model.name" not in draft.broken)]


def findings_of_all(bindings: Iterable[ResolvedBinding], around: Surroundings) -> list[Diagnostic]:
    """Find what is wrong with several bindings that are resolved: what a bound run checks before training."""
    from kedro_bind.binding.resolve import Drafted

    return findings_of_drafts(map(Drafted, bindings), around)


def located(findings: Iterable[Diagnostic], config: Config | None) -> list[Diagnostic]:
    """Return findings with their places in the document; one about a binding that code made has none, and names it."""
    declared = config.names if config else []
    return [
        config.sources.locate(finding)
        if config and finding.binding in declared
        else replace(finding, elsewhere=finding.binding is not None)
        for finding in findings
    ]
