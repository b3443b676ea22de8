"""Whether the aliases in the conditions of `model.promote_if` make sense."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conf_schema import Diagnostic, Severity, did_you_mean
from kedro_bind.checks.naming import alias_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conf_schema import KeyPath
    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["promotion_problems"]


def promotion_problems(binding: ResolvedBinding) -> Iterator[Diagnostic]:
    """Find conditions that no version can meet, and those that every version may meet by mistake."""
    aliases = binding.model.aliases
    for index, condition in enumerate(binding.model.promote_if):
        path: KeyPath = (binding.key, "model", "promote_if", index)
        alias = condition.alias
        if alias is not None and (problem := alias_problem(alias)):
            yield Diagnostic(
                "bad-value",
                f"'{condition}' compares with the alias '{alias}', which no version can have: {problem}",
                "use the alias of the version to compare with",
                path=path,
            )
        elif alias is not None and alias not in aliases and (hint := did_you_mean(alias, aliases)):
            yield Diagnostic(
                "unknown-alias",
                f"'{condition}' compares with the alias '{alias}', which this binding does not set: "
                "until a version has it, the condition is always true",
                hint,
                Severity.WARNING,
                path,
            )
