"""A version of the registered model: there with its aliases, or not there.

A version that is made carries the tag `kedro_bind.state: pending` until all is done. What fails after that is undone;
where the store is gone at that moment, the tag tells the next logging what to remove.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kedro_bind.model.promotion import Verdict, judge
from kedro_bind.redaction import get_logger
from kedro_bind.store_errors import said_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

    from kedro_bind.binding.resolved import ModelSettings

__all__ = ["REGISTERED_NAME_TAG", "STATE_TAG", "VERSIONS_TAG", "register", "remove_pending"]

logger = get_logger(__name__)

STATE_TAG = "kedro_bind.state"
_PENDING = "pending"
VERSIONS_TAG = "mlflow.modelVersions"
"""Where MLflow's own registration notes the versions of a logged model; its UI links them."""
REGISTERED_NAME_TAG = "kedro_bind.registered_model_name"
"""The tag of a logged model that is to be registered: where nothing has done so, its logging was cut off."""


def register(settings: ModelSettings, tags: Mapping[str, str], model_id: str, run_id: str) -> str | None:
    """Register a logged model as the settings say, with tags, and give the version; `None` if they name no model.

    When this returns, the version is whole. When it raises, the version is gone again and no alias has moved,
    as far as the store can be reached.
    """
    import mlflow

    name = settings.registered_model_name
    if not name:
        return None
    client = mlflow.MlflowClient()
    before = _aliases(client, name)
    registration = _Registration(client, name, model_id, run_id, before)
    abandoned = registration.abandoned() if before is not None else []
    verdict = judge(settings.promote_if, client, run_id, name, before or {})
    try:
        version = registration.make(settings, tags, settings.aliases if verdict.promoted else ())
    except BaseException:
        told = f"what is registered of '{name}' so far can't be removed, which the next logging does"
        _attempt(told, registration.undo)
        raise
    told = f"what is half registered of '{name}' can't be removed, which the next logging does"
    _attempt(told, lambda: registration.sweep(version, abandoned))
    _tell(settings, version, verdict)
    return version


def remove_pending(client: MlflowClient, run_id: str, binding: str) -> set[tuple[str, str]]:
    """Remove the versions of a binding that a run left half done, and return their names and numbers.

    One that an alias names is in use: it is done but for its tag.
    """
    removed = set()
    for each in client.search_model_versions(f"run_id = '{run_id}'"):
        name, version = each.name, str(each.version)
        if each.tags.get(STATE_TAG) != _PENDING or each.tags.get("kedro_bind.binding") != binding:
            continue
        if version in (_aliases(client, name) or {}).values():
            client.delete_model_version_tag(name, version, STATE_TAG)
        else:
            client.delete_model_version(name, version)
            removed.add((name, version))
    return removed


@dataclass(frozen=True)
class _Registration:
    """The registering of one logged model; `before` are the aliases then, `None` where there was no such model."""

    client: MlflowClient
    name: str
    model_id: str
    run_id: str
    before: Mapping[str, str] | None

    def make(self, settings: ModelSettings, tags: Mapping[str, str], aliases: tuple[str, ...]) -> str:
        """Make the version. What counts comes last: the aliases, or where there are none, that it is done."""
        client, name = self.client, self.name
        if self.before is None:
            self._make_model()
        made = client.create_model_version(
            name,
            self._source,
            tags={**tags, STATE_TAG: _PENDING},
            description=settings.description,
            await_creation_for=settings.await_registration_for,
            model_id=self.model_id,
        )
        version = str(made.version)
        link = [{"name": name, "version": made.version}]
        client.set_logged_model_tags(self.model_id, {VERSIONS_TAG: json.dumps(link)})
        for alias in aliases:
            client.set_registered_model_alias(name, alias, version)
        if aliases:
            told = (
                f"the tag '{STATE_TAG}' of version {version} of '{name}' can't be removed, which the next logging does"
            )
            _attempt(told, lambda: self._confirm(made))
        else:
            self._confirm(made)
        return version

    def undo(self) -> None:
        """Remove what `make` has made, and put back the aliases that it has moved."""
        client, name, before = self.client, self.name, self.before or {}
        ours = [str(each.version) for each in self._pending() if each.source == self._source]
        for alias, version in (_aliases(client, name) or {}).items():
            if version in ours:
                if alias in before:
                    client.set_registered_model_alias(name, alias, before[alias])
                else:
                    client.delete_registered_model_alias(name, alias)
        for each in ours:
            client.delete_model_version(name, each)
        if self.before is None and not client.search_model_versions(f"name = {_quoted(name)}", max_results=1):
            client.delete_registered_model(name)

    def abandoned(self) -> list[ModelVersion]:
        """Find the versions that an earlier logging left half done.

        One that an alias names is in use: it is done but for its tag. One whose run is still going on may be
        another process's.
        """
        found = []
        for each in self._pending():
            if str(each.version) in (self.before or {}).values():
                self._confirm(each)
            elif each.run_id == self.run_id or self._has_failed(each.run_id):
                found.append(each)
        return found

    def sweep(self, version: str, abandoned: Iterable[ModelVersion]) -> None:
        """Remove what is half done: of earlier loggings, and what a request made that was sent again."""
        doubles = [each for each in self._pending() if each.source == self._source and str(each.version) != version]
        for each in [*abandoned, *doubles]:
            self.client.delete_model_version(self.name, str(each.version))

    @property
    def _source(self) -> str:
        return f"models:/{self.model_id}"

    def _pending(self) -> list[ModelVersion]:
        where = f"name = {_quoted(self.name)} and tags.`{STATE_TAG}` = '{_PENDING}'"
        return list(self.client.search_model_versions(where))

    def _confirm(self, version: ModelVersion) -> None:
        self.client.delete_model_version_tag(self.name, str(version.version), STATE_TAG)

    def _make_model(self) -> None:
        from mlflow.exceptions import MlflowException

        try:
            self.client.create_registered_model(self.name)
        except MlflowException as error:  # made meanwhile, or by this request, sent again
            if error.error_code not in ("RESOURCE_ALREADY_EXISTS", "ALREADY_EXISTS"):
                raise

    def _has_failed(self, run_id: str | None) -> bool:
        from mlflow.exceptions import MlflowException

        try:
            return self.client.get_run(str(run_id)).info.status in ("FAILED", "KILLED")
        except MlflowException as error:
            if error.error_code == "RESOURCE_DOES_NOT_EXIST":
                return True
            raise


def _aliases(client: MlflowClient, name: str) -> dict[str, str] | None:
    from mlflow.exceptions import MlflowException

    try:
        found = client.get_registered_model(name)
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            return None
        raise
    return {alias: str(version) for alias, version in found.aliases.items()}


def _quoted(name: str) -> str:
    return f'"{name}"' if "'" in name else f"'{name}'"


def _attempt(told: str, step: Callable[[], object]) -> None:
    """Do what must not hide an error, or undo a success; say so where it can't be done."""
    try:
        step()
    except Exception as error:  # noqa: BLE001 - see above
        logger.warning("kedro_bind: %s: %s", told, said_by(error))


def _tell(settings: ModelSettings, version: str, verdict: Verdict) -> None:
    if verdict.reason:
        word = "is now" if verdict.promoted else "does not become"
        told = f"version {version} of '{settings.registered_model_name}' {word} {' and '.join(settings.aliases)}"
        logger.log(logging.INFO if verdict.promoted else logging.WARNING, "kedro_bind: %s: %s", told, verdict.reason)
