"""The rules of an evaluation that the graph alone decides: it scores predictions, and leaves the model alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conf_schema import Diagnostic, did_you_mean
from kedro_bind.binding.rule import Rule, rule
from kedro_bind.names import bare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["EVALUATION_RULES"]


@rule("inference", "evaluation", breaks=["evaluation"])
def evaluation_takes_predictions(binding: ResolvedBinding) -> Iterator[Diagnostic]:
    """Rule 9: the nodes score what the model predicts."""
    outputs = sorted(binding.inference.outputs())
    if binding.evaluation is None or len(outputs) != 1:
        return
    (output,), pipeline = outputs, binding.evaluation.pipeline
    if output in pipeline.inputs():
        return
    makers = [node.name for node in pipeline.nodes if bare(output) in map(bare, node.outputs)]
    if makers:
        message = f"the evaluation contains the node '{makers[0]}', which produces '{output}' itself"
        hint = "leave it out of 'evaluation': the saved model produces the predictions that are scored"
    else:
        message = f"no node of the evaluation takes '{output}', the output of inference"
        inputs = sorted(pipeline.inputs())
        hint = did_you_mean(output, inputs) or f"select nodes that do; these take {', '.join(inputs) or 'nothing'}"
    yield Diagnostic("bad-evaluation", message, hint, path=("evaluation",), on_key=True)


@rule("training", "inference", "artifacts", "input_name", "evaluation")
def evaluation_changes_nothing(binding: ResolvedBinding) -> Iterator[Diagnostic]:
    """Find an evaluation that overwrites what the model is made of, or what it is scored on."""
    if binding.evaluation is None:
        return
    kept = {bare(source): "an artifact of the model" for source in binding.artifact_sources.values()}
    kept[bare(binding.evaluation.input_name)] = "what the model predicts in the evaluation"
    for node in binding.evaluation.pipeline.nodes:
        for output in node.outputs:
            if bare(output) in kept:
                yield Diagnostic(
                    "bad-evaluation",
                    f"the node '{node.name}' of the evaluation overwrites '{output}', {kept[bare(output)]}",
                    "leave it out of 'evaluation'",
                    path=("evaluation",),
                    on_key=True,
                )


@rule("evaluation", "evaluation.metrics")
def evaluation_has_metrics(binding: ResolvedBinding) -> Iterator[Diagnostic]:
    """Find an evaluation without outputs, and metrics that are not among its outputs."""
    if binding.evaluation is None:
        return
    outputs = sorted({bare(name) for name in binding.evaluation.pipeline.all_outputs()})
    if not outputs:
        message = "the evaluation has no output, so it has no metrics"
        hint = "let its nodes return numbers, or mappings of names to numbers"
        yield Diagnostic("bad-evaluation", message, hint, path=("evaluation",), on_key=True)
    listed: set[str] = set()
    for index, name in enumerate(binding.evaluation.metrics if outputs else ()):
        path = ("evaluation", "metrics", index)
        if bare(name) in listed:
            message = f"the metrics in '{name}' would be logged twice, since it is listed before"
            yield Diagnostic("duplicate-metric", message, "remove one of the two", path=path)
        elif bare(name) not in outputs:
            hint = did_you_mean(name, outputs) or f"its outputs are {', '.join(outputs)}"
            yield Diagnostic("unknown-dataset", f"'{name}' is not an output of the evaluation", hint, path=path)
        listed.add(bare(name))


EVALUATION_RULES: tuple[Rule[ResolvedBinding], ...] = (
    evaluation_takes_predictions,
    evaluation_changes_nothing,
    evaluation_has_metrics,
)
"""The rules of `evaluation`, for a binding that has one."""
