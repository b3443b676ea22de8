"""A declaration, and the pipelines that it names, to one `ResolvedBinding`."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kedro.pipeline import Pipeline

from conf_schema import parse_condition
from kedro_bind.binding.evaluation import Evaluation
from kedro_bind.binding.evaluation_rules import EVALUATION_RULES
from kedro_bind.binding.input_name import input_candidates, no_input_name
from kedro_bind.binding.resolved import DEFAULT_MODEL_NAME, ModelSettings, ResolvedBinding
from kedro_bind.binding.rule import find_problems
from kedro_bind.binding.rules import BINDING_RULES
from kedro_bind.errors import BindingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from conf_schema import Binding, Diagnostic, EvaluationSelection, ModelOptions

__all__ = ["CodeOnly", "Drafted", "draft", "refuse", "resolve"]


@dataclass(frozen=True)
class CodeOnly:
    """What only code can declare: some values of `ModelSettings`, and datasets with the copy mode `None`."""

    model: Mapping[str, Any] = field(default_factory=dict)
    without_copy_mode: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drafted:
    """The valid part of a binding, the findings about it, and the parts that are `broken`.

    A broken part has a stand-in in `binding`, which must not be read.
    """

    binding: ResolvedBinding
    findings: tuple[Diagnostic, ...] = ()
    broken: frozenset[str] = frozenset()


def resolve(
    declared: Binding,
    training: Pipeline,
    inference: Pipeline,
    evaluation: Pipeline | None = None,
    *,
    name: str | None = None,
    code: CodeOnly | None = None,
) -> ResolvedBinding:
    """Resolve a binding: infer what is left out, and check that the parts belong together.

    Raises:
        BindingError: they do not; see docs/binding.md.
    """
    drafted = draft(declared, training, inference, evaluation, name=name, code=code)
    if drafted.findings:
        raise refuse(f"the binding '{name}'" if name else "the binding", drafted.findings)
    return drafted.binding


def draft(
    declared: Binding,
    training: Pipeline | None,
    inference: Pipeline | None,
    evaluation: Pipeline | None = None,
    *,
    name: str | None = None,
    code: CodeOnly | None = None,
    broken: Iterable[str] = (),
) -> Drafted:
    """Resolve the valid part of a binding; a pipeline that could not be selected is `None`."""
    code = code or CodeOnly()
    lost = {part for part, pipeline in (("training", training), ("inference", inference)) if pipeline is None}
    lost |= {"evaluation"} if declared.evaluation is not None and evaluation is None else set()
    broken = frozenset(broken) | lost
    training, inference = training or Pipeline([]), inference or Pipeline([])
    findings: list[Diagnostic] = []
    input_name = declared.input_name
    if input_name is None and not broken & {"training", "inference", "artifacts", "input_name"}:
        candidates = input_candidates(training, inference, declared.artifacts)
        input_name = candidates[0] if len(candidates) == 1 else None
        if input_name is None:
            findings.append(no_input_name(training, inference, declared.artifacts))
    broken |= {"input_name"} if input_name is None else set()
    copy_mode = declared.copy_mode
    if not isinstance(copy_mode, str):
        copy_mode = {**copy_mode, **dict.fromkeys(code.without_copy_mode)}  # type: ignore[dict-item]  # code may declare None, a document may not
    training_input = declared.training.input_name or input_name or ""
    document = declared.model_dump(mode="json", exclude_defaults=True)
    binding = ResolvedBinding(
        training=training,
        inference=inference,
        input_name=input_name or "",
        training_input=training_input,
        artifacts=dict(declared.artifacts),
        runner=declared.runner,
        copy_mode=copy_mode,
        model=replace(_model_settings(declared.model, name, inference), **code.model),
        evaluation=_evaluation(declared.evaluation, evaluation, training_input),
        name=name,
        document={**document, "input_name": input_name},
    )
    found, broken = find_problems((*BINDING_RULES, *EVALUATION_RULES), binding, broken)
    return Drafted(binding, (*findings, *found), broken)


def refuse(who: str, problems: Sequence[Diagnostic]) -> BindingError:
    """Return the error for a binding that has problems."""
    listed = "\n".join(f"- {problem.text} [{problem.code}]" for problem in problems)
    return BindingError(f"{who} is invalid:\n{listed}", problems)


def _evaluation(
    declared: EvaluationSelection | None, pipeline: Pipeline | None, default_input: str
) -> Evaluation | None:
    if declared is None:
        return None
    metrics = declared.metrics or ()
    return Evaluation(pipeline or Pipeline([]), declared.input_name or default_input, metrics, declared.env_manager)


def _model_settings(options: ModelOptions, name: str | None, inference: Pipeline) -> ModelSettings:
    defaults = ModelSettings()
    await_for = options.await_registration_for
    return ModelSettings(
        name=options.name or name or DEFAULT_MODEL_NAME,
        registered_model_name=options.registered_model_name,
        await_registration_for=defaults.await_registration_for if await_for is None else await_for,
        aliases=options.aliases or (),
        promote_if=tuple(map(parse_condition, options.promote_if or ())),
        signature=options.signature,
        input_example=options.input_example,
        code_paths=options.code_paths,
        pip_requirements=options.pip_requirements,
        extra_pip_requirements=options.extra_pip_requirements or (),
        conda_env=options.conda_env,
        metadata=options.metadata,
        tags=options.tags or {},
        description=options.description or _docstring(inference),
        metrics=options.metrics or (),
        predict_params=options.predict_params,
        validators=options.validators,
        verify=options.verify,
        row_wise=options.row_wise,
    )


def _docstring(inference: Pipeline) -> str | None:
    """Return the first paragraph of the docstring of the function that returns the predictions."""
    output = inference.outputs()
    function = next((node.func for node in inference.nodes if output & set(node.outputs)), None)
    text = inspect.getdoc(function) if inspect.isroutine(function) else None
    return " ".join(text.split("\n\n")[0].split()) if text else None
