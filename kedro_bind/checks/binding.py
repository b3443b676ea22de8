"""All checks of one binding that builds: what `kedro bind check` and `kedro run` both make."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kedro_bind.checks.catalog import catalog_problems
from kedro_bind.checks.environment import environment_problems
from kedro_bind.checks.flow import flow_problems
from kedro_bind.checks.naming import naming_problems, shared_names
from kedro_bind.checks.packaging import packaging_problems
from kedro_bind.checks.parameters import parameter_problems
from kedro_bind.checks.promotion import promotion_problems
from kedro_bind.checks.running import runner_problems
from kedro_bind.checks.signature import signature_problems
from kedro_bind.checks.tracking import long_parameters

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conf_schema import Diagnostic
    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.config import Config
    from kedro_bind.model.origin import Origin
    from kedro_bind.tracking.config import TrackingConfig

__all__ = ["binding_findings", "findings_of_all", "located"]


def binding_findings(binding: ResolvedBinding, catalog: Any, origin: Origin | None = None) -> Iterator[Diagnostic]:
    """Find everything that would keep the model of a binding from being logged, or from working elsewhere."""
    yield from naming_problems(binding)
    yield from promotion_problems(binding)
    yield from runner_problems(binding, catalog)
    yield from catalog_problems(binding, catalog)
    yield from flow_problems(binding, catalog)
    yield from parameter_problems(binding, catalog)
    yield from signature_problems(binding, catalog)
    yield from packaging_problems(binding, origin)
    yield from environment_problems(binding, origin)


def findings_of_all(
    bindings: Iterable[ResolvedBinding],
    catalog: Any,
    origin: Origin | None = None,
    tracking: TrackingConfig | None = None,
) -> list[Diagnostic]:
    """Find what is wrong with several bindings, each by itself and one beside the other."""
    bindings = list(bindings)
    findings = [found for each in bindings for found in binding_findings(each, catalog, origin)]
    long = long_parameters(bindings, catalog, tracking) if tracking is not None else []
    return [*findings, *shared_names(bindings), *long]
