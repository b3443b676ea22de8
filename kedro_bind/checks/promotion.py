"""Whether the conditions of `model.promote_if` can be judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conf_schema import Diagnostic, Severity, did_you_mean, parse_condition
from kedro_bind.checks.naming import alias_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conf_schema import KeyPath
    from kedro_bind.pipeline_ml import PipelineML

__all__ = ["promotion_problems"]


def promotion_problems(pipeline_ml: PipelineML) -> Iterator[Diagnostic]:
    """Find conditions that no version could pass, or that every version would; paths start at the binding's name.

    A document's are read already; those that Python code gives are not.
    """
    serving = pipeline_ml.serving
    aliases = serving.log_names("aliases")
    texts = serving.log_names("promote_if")
    for index, text in enumerate(texts):
        path: KeyPath = (serving.name or "", "model", "promote_if", index)
        try:
            alias = parse_condition(text).alias
        except ValueError as error:
            yield Diagnostic("bad-value", f"'{text}' is no condition", str(error), path=path)
            continue
        if alias is not None and (problem := alias_problem(alias)):
            yield Diagnostic(
                "bad-value",
                f"'{text}' compares with the alias '{alias}', which no version can have: {problem}",
                "name the alias of the version to compare with",
                path=path,
            )
        elif alias is not None and alias not in aliases and (hint := did_you_mean(alias, aliases)):
            yield Diagnostic(
                "unknown-alias",
                f"'{text}' compares with the alias '{alias}', which this binding does not set"
                "; while no version has it, the condition always holds",
                hint,
                Severity.WARNING,
                path,
            )
    for key in ("registered_model_name", "aliases"):
        if texts and not serving.log_names(key):
            yield Diagnostic(
                "bad-value",
                f"'promote_if' decides about the aliases of a registered version, and there is no '{key}'",
                f"add '{key}'",
                path=(serving.name or "", "model", "promote_if"),
            )
