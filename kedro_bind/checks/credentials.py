"""Credentials among the arguments of a binding, which would become part of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conf_schema import Diagnostic
from kedro_bind.packaging.credentials import options_with_credentials
from kedro_bind.redaction import secrets_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["credentials_in_arguments"]


def credentials_in_arguments(binding: ResolvedBinding) -> Iterator[Diagnostic]:
    """Find credentials in arguments of the runner, and in options that MLflow stores with the model."""
    for argument, value in binding.runner.arguments.items():
        if found := secrets_in(argument, value):
            yield Diagnostic(
                "credentials-captured",
                f"the runner has credentials among its arguments ({', '.join(found)}), which would become part of the "
                "model",
                "let the runner read them from environment variables",
                path=(binding.key, "runner", argument),
                on_key=True,
            )
    for option, found in options_with_credentials(binding.model).items():
        yield Diagnostic(
            "credentials-captured",
            f"'{option}' contains credentials ({', '.join(found)}), which would become part of the model",
            "read them from environment variables where the model uses them",
            path=(binding.key, "model", option),
        )
