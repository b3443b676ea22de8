"""The promotion of a version by a person, and its undoing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro_bind.errors import EvaluationError, KedroBindError
from kedro_bind.session.evaluation import open_binding

if TYPE_CHECKING:
    from collections.abc import Callable

    from kedro.framework.context import KedroContext
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.evaluation.proposal import Proposal

__all__ = ["promote", "restore"]


def promote(
    name: str, version: str, alias: str | None, context: KedroContext, confirm: Callable[[Proposal], bool]
) -> str:
    """Move an alias to a version if `confirm` says so, given the figures of both; return what was done.

    Raises:
        BindingError: there is no such binding, or it is invalid.
        KedroBindError: there is no such version, or another promotion came first.
    """
    with open_binding(name, context) as opened:
        import mlflow

        from kedro_bind.evaluation.proposal import propose
        from kedro_bind.tracking.aliases import holder_of, move_alias, promotion_tag

        client = mlflow.MlflowClient()
        model, alias = _registered(opened.binding), alias or _first_alias(opened.binding)
        version = _known_version(client, model, version)
        holder = holder_of(client, model, alias)
        if holder == version:
            return f"version {version} of '{model}' is {alias} already"
        proposal = propose(opened.binding, opened.catalog, client, version, alias, holder)
        if not confirm(proposal):
            return f"nothing has moved: {_state(model, alias, holder)}"
        now = holder_of(client, model, alias)
        if now != holder:
            raise EvaluationError(
                f"nothing has moved, since another promotion came first: {_state(model, alias, now)}; run this again "
                "to compare with that version"
            )
        tag = promotion_tag(alias, holder, proposal.verdict.reason)
        move_alias(client, model, alias, version, {**proposal.verdict.tags, **tag})
        return f"version {version} of '{model}' is now {alias}" + (f"; it was version {holder}" if holder else "")


def restore(name: str, alias: str | None, context: KedroContext, confirm: Callable[[str], bool]) -> str:
    """Return an alias to the version that held it before, if `confirm` says so; return what was done.

    Raises:
        BindingError: there is no such binding, or it is invalid.
        KedroBindError: no version held the alias before, or it is gone.
    """
    with open_binding(name, context) as opened:
        import mlflow

        from kedro_bind.tracking.aliases import holder_of, previous_holder, roll_back

        client = mlflow.MlflowClient()
        model, alias = _registered(opened.binding), alias or _first_alias(opened.binding)
        _known_version(client, model, None)
        holder = holder_of(client, model, alias)
        if holder is None:
            raise KedroBindError(f"no version of '{model}' is {alias}, so there is nothing to roll back")
        previous = previous_holder(client, model, alias, holder)
        if previous is None:
            raise KedroBindError(
                f"no tag of version {holder} of '{model}' says which version was {alias} before; choose one with "
                f"'kedro bind promote {name} VERSION'"
            )
        _known_version(client, model, previous)
        if not confirm(f"Move '{alias}' of '{model}' from version {holder} back to version {previous}?"):
            return f"nothing has moved: {_state(model, alias, holder)}"
        roll_back(client, model, alias, holder, previous)
        return f"version {previous} of '{model}' is {alias} again; it was version {holder}"


def _state(model: str, alias: str, holder: str | None) -> str:
    return f"version {holder} of '{model}' is {alias}" if holder else f"no version of '{model}' is {alias}"


def _registered(binding: ResolvedBinding) -> str:
    name = binding.model.registered_model_name
    if not name:
        raise KedroBindError(
            f"the binding '{binding.label}' has no 'model.registered_model_name', and only a registered version has "
            "aliases; add it, and train the model again"
        )
    return name


def _first_alias(binding: ResolvedBinding) -> str:
    if not binding.model.aliases:
        raise KedroBindError(f"the binding '{binding.label}' has no 'model.aliases'; name one with '--alias'")
    return binding.model.aliases[0]


def _version(client: MlflowClient, model: str, version: str) -> ModelVersion:
    return (
        client.get_model_version(model, version)
        if version.isdigit()
        else client.get_model_version_by_alias(model, version)
    )


def _known_version(client: MlflowClient, model: str, version: str | None) -> str:
    """Return a version that is there, whole and numbered as MLflow has it."""
    from mlflow.exceptions import MlflowException

    from kedro_bind.tracking.registration import STATE_TAG

    try:
        client.get_registered_model(model)
        found = _version(client, model, version) if version is not None else None
    except MlflowException as error:
        if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            raise
        versions = sorted(int(version.version) for version in client.search_model_versions(f"name = '{model}'"))
        known = f"there are {', '.join(map(str, versions))}" if versions else "it has none; train the model first"
        raise KedroBindError(f"there is no version {version or 1} of '{model}'; {known}") from error
    if found is not None and STATE_TAG in found.tags:
        raise KedroBindError(
            f"version {version} of '{model}' is half registered (its tag '{STATE_TAG}' says so); the next logging "
            "removes or completes it"
        )
    return str(found.version) if found is not None else ""
