"""A project to the document that fits it, or to the reason why there is none."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import chain, count
from typing import TYPE_CHECKING

from conf_schema import Draft, validate_binding
from kedro_bind.binding.expand import draft_all
from kedro_bind.checks.rules import check_drafts
from kedro_bind.names import bare
from kedro_bind.proposal.candidates import Candidate, candidates, exclusive
from kedro_bind.proposal.missing import missing_entries, why_none
from kedro_bind.proposal.parts import ProjectPart, parts_of
from kedro_bind.proposal.tables import is_kept, is_table
from kedro_bind.proposal.written import commented_out, write_binding, write_document

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from kedro.pipeline import Pipeline

    from conf_schema import Diagnostic
    from kedro_bind.checks import CheckContext

__all__ = ["UNSUPPLIED", "BindingProposal", "Narrowed", "propose"]

_MOST_TRIED = 6
"""How many candidates for one model are checked."""
_TO_DO = {"not-persisted", "not-in-catalog", "unknown-parameter"}
"""Errors that do not speak against a candidate: they say what is left to do."""
UNSUPPLIED = "not-supplied"
"""A warning that does: training reads data that none of its nodes makes and the catalog does not have."""


@dataclass(frozen=True)
class Narrowed:
    """What the user has decided already."""

    name: str | None = None
    training: str | None = None
    inference: str | None = None


@dataclass(frozen=True)
class BindingProposal:
    """A document, what `kedro bind check` will find in it, and catalog entries to paste; or why there is none."""

    text: str = ""
    names: tuple[str, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    entries: str = ""
    reason: str = ""


@dataclass(frozen=True)
class _Tried:
    """A candidate, and what the check finds in it under a name; one without a name is not checked."""

    candidate: Candidate
    name: str = ""
    findings: tuple[Diagnostic, ...] = field(default=(), compare=False)

    @property
    def errors(self) -> int:
        """Count the findings that speak against the candidate."""
        return sum(
            finding.code == UNSUPPLIED or (finding.severity.value == "error" and finding.code not in _TO_DO)
            for finding in self.findings
        )


def propose(
    pipelines: Mapping[str, Pipeline],
    context: CheckContext,
    package: str,
    narrowed: Narrowed | None = None,
    modeline: str | None = None,
) -> BindingProposal:
    """Find the bindings of a project and write the document that declares them.

    Args:
        pipelines: The registered pipelines.
        context: What a binding is checked against; its catalog tells tables from models.
        package: The name of a binding where nothing better is known.
        narrowed: Restricts what may be bound, and names it.
        modeline: The place of the JSON Schema, for editors.
    """
    narrowed = narrowed or Narrowed()
    parts = parts_of(pipelines)
    trainings = [part for part in parts if _matches(part, narrowed.training)]
    inferences = [part for part in parts if _matches(part, narrowed.inference)]
    made = frozenset(name for part in parts for name in part.made)
    likely = [
        candidate
        for candidate in candidates(trainings, inferences)
        if _is_likely(candidate, context, made, asked_for=narrowed.inference is not None)
    ]
    if not likely:
        return BindingProposal(
            reason=why_none(parts, trainings, inferences, context.catalog, narrowed.training, narrowed.inference)
        )
    base = narrowed.name or package
    models = [_tried(group, _free(base, pipelines), pipelines, context) for group in exclusive(likely)]
    models = [tried for tried in models if tried[0].candidate.is_named] or models
    if narrowed.name:
        models = models[:1]
    names = _names([tried[0] for tried in models], base, pipelines)
    blocks: list[str] = []
    found: list[Diagnostic] = []
    for name, (best, *others) in zip(names, models, strict=True):
        blocks.append(_block(name, best.candidate) + _alternatives(name, best, others))
        found += best.findings if best.name == name else _check(name, best.candidate, pipelines, context)
    entries = missing_entries([tried[0].candidate for tried in models], context.catalog)
    return BindingProposal(write_document(blocks, modeline), tuple(names), tuple(found), entries)


def _matches(part: ProjectPart, asked: str | None) -> bool:
    """Return whether a part is of the pipeline, or selected by the tag or namespace, that was asked for."""
    return asked is None or asked in (part.pipeline, *(v for k, v in part.filters.items() if k != "exclude_tags"))


def _is_likely(candidate: Candidate, context: CheckContext, made: frozenset[str], *, asked_for: bool) -> bool:
    """Return whether inference predicts with what training fits, rather than with tables that it hands on.

    The graph can't tell the input from what is fitted if nodes of the project have `made` both, but the catalog can.
    """
    is_chosen = asked_for or candidate.is_named
    name = candidate.training_input or bare(candidate.input_name)
    if name in made and _is_fitted(name, context):
        return False
    sources = [dict(candidate.artifacts).get(name, name) for name in candidate.fitted]
    if candidate.is_input_made:
        return is_chosen and (candidate.is_origin is True or all(_is_fitted(source, context) for source in sources))
    return is_chosen or not all(is_table(source, context.catalog) for source in sources)


def _is_fitted(name: str, context: CheckContext) -> bool:
    """Return whether the catalog keeps a dataset as something else than a table."""
    return is_kept(name, context.catalog) and not is_table(name, context.catalog)


def _tried(group: list[Candidate], name: str, pipelines: Mapping[str, Pipeline], context: CheckContext) -> list[_Tried]:
    """Check the likeliest candidates for a model, and put those first that have the fewest errors.

    If the likeliest has none, no other can be better: only candidates for another model are checked then, since they
    are shown as alternatives. A lone candidate is not checked here.
    """
    likeliest, *others = group[:_MOST_TRIED]
    if not others:
        return [_Tried(likeliest)]

    def tried(candidate: Candidate) -> _Tried:
        return _Tried(candidate, name, tuple(_check(name, candidate, pipelines, context)))

    found = [tried(likeliest)]
    if not found[0].errors:
        others = [other for other in others if _differs(other, likeliest)]
    found += map(tried, others)
    return sorted(found, key=lambda found: (found.errors, found.candidate.rank))


def _check(
    name: str, candidate: Candidate, pipelines: Mapping[str, Pipeline], context: CheckContext
) -> list[Diagnostic]:
    binding, problems = validate_binding(name, candidate.binding)
    if binding is None:
        return list(problems)
    drafted = list(draft_all({name: Draft(binding)}, pipelines).values())
    return [*problems, *(finding for draft in drafted for finding in draft.findings), *check_drafts(drafted, context)]


def _block(name: str, candidate: Candidate) -> str:
    training, inference = candidate.training.nodes, candidate.inference.nodes
    return write_binding(name, candidate.binding, training, inference, candidate.fitted)


def _alternatives(name: str, best: _Tried, others: list[_Tried]) -> str:
    """Write what else the graph allows as comments, with what differs."""
    close = [other for other in others if other.errors <= best.errors and _differs(other.candidate, best.candidate)]
    if not close:
        return ""
    text = f"\n# '{name}' could also be bound like this; keep the one that you mean:\n"
    for other in close:
        values = {
            key: value for key, value in other.candidate.binding.items() if value != best.candidate.binding.get(key)
        }
        text += "#\n" + commented_out(
            _without_options(write_binding(name, values, None, other.candidate.inference.nodes))
        )
    return text


def _without_options(text: str) -> str:
    return text.partition("  # model:")[0]


def _differs(one: Candidate, other: Candidate) -> bool:
    """Return whether two candidates mean two models, and not the same one with fewer of its nodes or artifacts."""
    if one.inference.nodes.outputs() != other.inference.nodes.outputs():
        return one.is_final
    return one.inference.names == other.inference.names and one.input_name not in {other.input_name, *other.fitted}


def _names(models: list[_Tried], base: str, pipelines: Iterable[str]) -> list[str]:
    """Choose a name for each model."""
    taken, names = set(pipelines), []
    for preferred in [base] if len(models) == 1 else _telling_apart([tried.candidate for tried in models]):
        name = _free(preferred, taken)
        taken.add(name)
        names.append(name)
    return names


def _free(preferred: str, taken: Collection[str]) -> str:
    """Return a name that is not taken: this one, or else with `_model` and perhaps a number at its end."""
    names = chain([preferred, f"{preferred}_model"], (f"{preferred}_model{number}" for number in count(2)))
    return next(name for name in names if name not in taken)


def _telling_apart(found: list[Candidate]) -> list[str]:
    """Name several models after what differs: their namespaces, their pipelines, or their predictions."""
    choices = [
        [candidate.training.filters.get("node_namespaces", "") for candidate in found],
        [candidate.inference.filters.get("node_namespaces", "") for candidate in found],
        [candidate.training.pipeline for candidate in found],
        [min(candidate.inference.nodes.outputs()) for candidate in found],
    ]
    names = next((names for names in choices if all(names) and len(set(names)) == len(names)), choices[-1])
    return [re.sub(r"\W", "_", name) for name in names]
