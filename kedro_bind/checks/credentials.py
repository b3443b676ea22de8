"""Credentials among the arguments of a binding, which would become part of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conf_schema import Diagnostic
from kedro_bind.packaging.credentials import options_with_credentials
from kedro_bind.redaction import secrets_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["credentials_in_options", "credentials_in_runner"]


def credentials_in_runner(binding: ResolvedBinding) -> Iterator[Diagnostic]:
    """Find credentials in arguments of the runner."""
    for argument, value in binding.runner.arguments.items():
        if found := secrets_in(argument, value):
            yield Diagnostic(
                "credentials-captured",
                f"an argument of the runner contains credentials ({', '.join(found)}), which would become part of the "
                "model",
                "let the runner read them from environment variables",
                path=(binding.key, "runner", argument),
                on_key=True,
            )


def credentials_in_options(binding: ResolvedBinding) -> Iterator[Diagnostic]:
    """Find credentials in options that MLflow stores with the model."""
    for option, found in options_with_credentials(binding.model).items():
        yield Diagnostic(
            "credentials-captured",
            f"'{option}' contains credentials ({', '.join(found)}), which would become part of the model",
            "read them from environment variables where the model uses them",
            path=(binding.key, "model", option),
        )
