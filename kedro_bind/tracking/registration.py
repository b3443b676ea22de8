"""Register a version of a model with its aliases, either completely or not at all.

A new version has the tag `kedro_bind.state: pending` until its aliases are set. If a step fails, the version is
removed; if the store can't be reached at that moment, the tag lets the next registration remove it.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from kedro_bind.process.termination import release_frames
from kedro_bind.redaction import get_logger
from kedro_bind.store_errors import describe_error
from kedro_bind.tracking.aliases import promotion_tag
from kedro_bind.tracking.metrics import metrics_of_run
from kedro_bind.tracking.promotion import judge as judge_by_run

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

    from kedro_bind.binding.resolved import ModelSettings
    from kedro_bind.tracking.promotion import Judge, Verdict

__all__ = ["REGISTERED_NAME_TAG", "STATE_TAG", "VERSIONS_TAG", "Registered", "register", "remove_pending"]

logger = get_logger(__name__)

_MOST_JUDGEMENTS = 3
"""Where aliases keep moving, the last judgement counts."""
STATE_TAG = "kedro_bind.state"
_PENDING = "pending"
VERSIONS_TAG = "mlflow.modelVersions"
"""The tag in which MLflow's own registration lists the versions of a logged model; its UI links them."""
REGISTERED_NAME_TAG = "kedro_bind.registered_model_name"
"""The tag of a logged model that is to be registered; if it has no version, logging was interrupted."""


@dataclass(frozen=True)
class Registered:
    """A new version of a registered model, with the aliases that it got.

    `withheld` are those that it did not get, with the versions that keep them, `None` where there is none.
    """

    name: str
    version: str
    aliases: tuple[str, ...] = ()
    withheld: Mapping[str, str | None] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return what was registered, as the end of a sentence."""
        given = f" with {_listed(self.aliases)}" if self.aliases else ""
        kept = f" without {_listed(self.withheld)}" if self.withheld else ""
        return f"version {self.version} of '{self.name}'{given}{kept}"


def register(
    settings: ModelSettings, tags: Mapping[str, str], model_id: str, run_id: str, judge: Judge | None = None
) -> Registered | None:
    """Register a logged model as configured, and return its version; `None` if no registered model is configured.

    `judge` decides whether the version gets its aliases; by default the metrics of the run and the model do.
    If this raises, the version is removed again and the aliases are as before, unless the store can't be reached.
    """
    import mlflow

    name = settings.registered_model_name
    if not name:
        return None
    client = mlflow.MlflowClient()
    metrics = metrics_of_run(client, run_id, model_id) if settings.promote_if else {}
    by_run = partial(judge_by_run, settings.promote_if, client, metrics, run_id)
    before, verdict = _judged(client, name, judge or by_run)
    registration = _Registration(client, name, model_id, run_id, before)
    abandoned = registration.abandoned() if before is not None else []
    aliases = settings.aliases if verdict.promoted else ()
    moved: dict[str, str] = {}
    for alias in aliases:
        moved |= promotion_tag(alias, (before or {}).get(alias), verdict.reason)
    try:
        version = registration.make(settings, {**tags, **verdict.tags, **moved}, aliases)
    except BaseException as error:
        release_frames(error)
        problem = f"the unfinished version of '{name}' can't be removed; the next registration removes it"
        _attempt(problem, registration.undo)
        raise
    problem = f"unfinished versions of '{name}' can't be removed; the next registration removes them"
    _attempt(problem, lambda: registration.sweep(version, abandoned))
    _log_verdict(settings, version, verdict)
    withheld = {alias: (before or {}).get(alias) for alias in settings.aliases if alias not in aliases}
    return Registered(name, version, tuple(aliases), withheld)


def _judged(client: MlflowClient, name: str, judge: Judge) -> tuple[dict[str, str] | None, Verdict]:
    """Return the aliases of a registered model, and whether a new version gets its own.

    An evaluation takes its time: where an alias has moved meanwhile, the holder is another one, and it judges again.
    """
    before = _aliases(client, name)
    for _ in range(_MOST_JUDGEMENTS):
        verdict = judge(name, before or {})
        now = _aliases(client, name)
        if now == before:
            break
        before = now
    return before, verdict


def remove_pending(client: MlflowClient, run_id: str, binding: str) -> set[tuple[str, str]]:
    """Remove the pending versions of a binding that a run left, and return their names and numbers.

    A pending version that has an alias is in use, and only loses its tag.
    """
    removed = set()
    for found in client.search_model_versions(f"run_id = '{run_id}'"):
        name, version = found.name, str(found.version)
        if found.tags.get(STATE_TAG) != _PENDING or found.tags.get("kedro_bind.binding") != binding:
            continue
        if version in (_aliases(client, name) or {}).values():
            client.delete_model_version_tag(name, version, STATE_TAG)
        else:
            client.delete_model_version(name, version)
            removed.add((name, version))
    return removed


@dataclass(frozen=True)
class _Registration:
    """The registration of one logged model; `before` are the aliases before it, `None` if there was no such model."""

    client: MlflowClient
    name: str
    model_id: str
    run_id: str
    before: Mapping[str, str] | None

    def make(self, settings: ModelSettings, tags: Mapping[str, str], aliases: tuple[str, ...]) -> str:
        """Create the version; the step that puts it in use, setting aliases or else removing the tag, comes last."""
        client, name = self.client, self.name
        if self.before is None:
            self._create_model()
        created = client.create_model_version(
            name,
            self._source,
            tags={**tags, STATE_TAG: _PENDING},
            description=settings.description,
            await_creation_for=settings.await_registration_for,
            model_id=self.model_id,
        )
        version = str(created.version)
        link = [{"name": name, "version": created.version}]
        client.set_logged_model_tags(self.model_id, {VERSIONS_TAG: json.dumps(link)})
        for alias in aliases:
            client.set_registered_model_alias(name, alias, version)
        if aliases:
            problem = (
                f"the tag '{STATE_TAG}' of version {version} of '{name}' can't be removed; the next registration "
                "removes it"
            )
            _attempt(problem, lambda: self._confirm(created))
        else:
            self._confirm(created)
        return version

    def undo(self) -> None:
        """Remove the version that `make` created, and move its aliases back."""
        client, name, before = self.client, self.name, self.before or {}
        ours = [str(pending.version) for pending in self._pending() if pending.source == self._source]
        for alias, version in (_aliases(client, name) or {}).items():
            if version in ours:
                if alias in before:
                    client.set_registered_model_alias(name, alias, before[alias])
                else:
                    client.delete_registered_model_alias(name, alias)
        for version in ours:
            client.delete_model_version(name, version)
        if self.before is None and not client.search_model_versions(f"name = {_quoted(name)}", max_results=1):
            client.delete_registered_model(name)

    def abandoned(self) -> list[ModelVersion]:
        """Return the pending versions that an earlier registration left.

        A pending version that has an alias is in use, and only loses its tag. One whose run has not ended may belong to
        another process, and is left alone.
        """
        versions = []
        for pending in self._pending():
            if str(pending.version) in (self.before or {}).values():
                self._confirm(pending)
            elif pending.run_id == self.run_id or self._has_failed(pending.run_id):
                versions.append(pending)
        return versions

    def sweep(self, version: str, abandoned: Iterable[ModelVersion]) -> None:
        """Remove unfinished versions: of earlier registrations, and those that a repeated request created."""
        ours = [pending for pending in self._pending() if pending.source == self._source]
        doubles = [pending for pending in ours if str(pending.version) != version]
        for unfinished in [*abandoned, *doubles]:
            self.client.delete_model_version(self.name, str(unfinished.version))

    @property
    def _source(self) -> str:
        return f"models:/{self.model_id}"

    def _pending(self) -> list[ModelVersion]:
        condition = f"name = {_quoted(self.name)} and tags.`{STATE_TAG}` = '{_PENDING}'"
        return list(self.client.search_model_versions(condition))

    def _confirm(self, version: ModelVersion) -> None:
        self.client.delete_model_version_tag(self.name, str(version.version), STATE_TAG)

    def _create_model(self) -> None:
        from mlflow.exceptions import MlflowException

        try:
            self.client.create_registered_model(self.name)
        except MlflowException as error:  # it was created meanwhile, or by the first try of this request
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


def _attempt(problem: str, step: Callable[[], object]) -> None:
    """Run a step whose failure must neither hide an error nor undo a success, and log the problem if it fails."""
    try:
        step()
    except Exception as error:  # noqa: BLE001 - see the docstring
        logger.warning("kedro_bind: %s: %s", problem, describe_error(error))


def _listed(aliases: Collection[str]) -> str:
    return f"the alias{'es' * (len(aliases) > 1)} {' and '.join(aliases)}"


def _log_verdict(settings: ModelSettings, version: str, verdict: Verdict) -> None:
    if verdict.reason:
        verb = "is now" if verdict.promoted else "does not become"
        outcome = f"version {version} of '{settings.registered_model_name}' {verb} {' and '.join(settings.aliases)}"
        logger.log(logging.INFO if verdict.promoted else logging.WARNING, "kedro_bind: %s: %s", outcome, verdict.reason)
