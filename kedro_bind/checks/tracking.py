"""Whether runs can be tracked as `mlflow.yml` declares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conf_schema import Diagnostic, Severity, did_you_mean, has_errors
from kedro_bind.config.credentials import credentials_of
from kedro_bind.errors import LoggingError
from kedro_bind.tracking.parameters import MOST_CHARACTERS, loggable, parameter_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.config.mlflow import TrackingConfig

__all__ = ["long_parameters", "tracking_findings", "unused_keys"]


def tracking_findings(config: TrackingConfig) -> list[Diagnostic]:
    """Return what is wrong with `mlflow.yml`, with places: its text, its keys, and the names in it."""
    if has_errors(config.findings):
        return list(config.findings)
    return [*config.findings, *map(config.locate, [*_credentials(config), *_provider(config)])]


def unused_keys(config: TrackingConfig) -> list[Diagnostic]:
    """Return findings about keys of `mlflow.yml` that have no effect, with places; a run does not report them."""
    ui = config.mlflow.ui
    if ui == type(ui)():
        return []
    finding = Diagnostic(
        "unused-key",
        "kedro_bind has no command that starts MLflow's user interface, so these keys have no effect",
        f"start it with 'mlflow ui --port {ui.port} --host {ui.host}'",
        Severity.WARNING,
        ("ui",),
        on_key=True,
    )
    return [config.locate(finding)]


def long_parameters(bindings: Iterable[ResolvedBinding], catalog: Any, config: TrackingConfig) -> list[Diagnostic]:
    """Find training parameters that are too long for MLflow, unless `mlflow.yml` lets them be shortened or tagged."""
    options = config.mlflow.tracking.params
    if config.foreign or options.long_params_strategy != "fail":
        return []
    findings = []
    for binding in bindings:
        try:
            values = parameter_values([binding], catalog)
        except Exception:  # noqa: BLE001, S112 - another rule finds a parameter without a value
            continue
        findings += [
            Diagnostic(
                "long-parameter",
                f"the value of '{name}' has {count} characters, but MLflow accepts at most {MOST_CHARACTERS}",
                "set 'tracking.params.long_params_strategy' in mlflow.yml to 'truncate' or 'tag'",
                path=(binding.key, "training"),
                on_key=True,
            )
            for name, count in loggable(values, options).too_long.items()
        ]
    return findings


def _credentials(config: TrackingConfig) -> Iterator[Diagnostic]:
    name = config.mlflow.server.credentials
    if not name:
        return
    try:
        known = credentials_of(config.loader)
    except Exception:  # noqa: BLE001 - any loader; Kedro reports what is wrong when it makes the catalog
        return
    if name not in known:
        yield Diagnostic(
            "unknown-credentials",
            f"credentials.yml has no entry '{name}', so the environment has to provide these credentials",
            did_you_mean(name, known) or "add the entry",
            Severity.WARNING,
            ("server", "credentials"),
        )


def _provider(config: TrackingConfig) -> Iterator[Diagnostic]:
    path = config.mlflow.server.request_header_provider.type
    if not path:
        return
    from kedro_bind.tracking.server import load_provider

    try:
        load_provider(path)
    except LoggingError as error:
        yield Diagnostic(
            "bad-value",
            error.message,
            "use a subclass of mlflow.tracking.request_header.abstract_request_header_provider.RequestHeaderProvider",
            path=("server", "request_header_provider", "type"),
        )
