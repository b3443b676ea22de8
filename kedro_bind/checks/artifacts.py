"""Rule 4: what inference needs from training outlives the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conf_schema import Diagnostic, Severity, did_you_mean
from kedro_bind.binding.datasets import Stored, credentials_of, has_path, is_persisted, unwrapped
from kedro_bind.checks.catalog_entries import FIX_ENTRY, dataset_names, invalid_entry
from kedro_bind.errors import KedroBindError
from kedro_bind.names import bare
from kedro_bind.packaging.artifacts import local_config
from kedro_bind.redaction import secrets_among

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["artifact_problems"]


@dataclass(frozen=True)
class _Artifact:
    """A training dataset that inference needs; `producer` is the training node that produces it, if one does."""

    source: str
    producer: str | None
    path: tuple[str, ...]

    @property
    def need(self) -> str:
        """How a message about it begins."""
        origin = f"the training node '{self.producer}' produces" if self.producer else "training reads"
        return f"inference needs '{self.source}', which {origin}"

    def finding(self, code: Any, message: str, hint: str, severity: Severity = Severity.ERROR) -> Diagnostic:
        """Return a finding about it, at its key in `artifacts`, or at the key `inference`."""
        return Diagnostic(code, message, hint, severity, self.path, on_key=self.path[-1] == "inference")


def artifact_problems(binding: ResolvedBinding, catalog: Any) -> Iterator[Diagnostic]:
    """Find artifacts that the catalog does not keep, and those that would carry credentials into the model."""
    datasets = set(map(bare, binding.training.datasets()))
    for name, source in binding.artifact_sources.items():
        if bare(source) not in datasets:
            continue  # a free input, which another rule finds
        producer = next((node.name for node in binding.training.nodes if source in node.outputs), None)
        path = (binding.key, "artifacts", name) if name in binding.artifacts else (binding.key, "inference")
        yield from _problems_of(_Artifact(source, producer, path), catalog)


def _problems_of(artifact: _Artifact, catalog: Any) -> Iterator[Diagnostic]:
    if artifact.source not in catalog:
        yield _missing(artifact, catalog)
        return
    try:
        dataset = catalog.get(artifact.source)
    except Exception as error:  # noqa: BLE001 - datasets raise anything, and their packages may be missing
        yield artifact.finding("bad-catalog-entry", f"{artifact.need}, but {invalid_entry(error)}", FIX_ENTRY)
        return
    kind = type(dataset).__name__
    if not is_persisted(dataset):
        yield artifact.finding(
            "not-persisted",
            f"{artifact.need}, but its catalog entry is a MemoryDataset, so it is lost after the run",
            "use a dataset type that is stored, such as pickle.PickleDataset",
        )
    elif has_path(dataset):
        yield from _credentials_in_entry(artifact, dataset)
    elif credentials := credentials_of(dataset):
        yield artifact.finding(
            "credentials-captured",
            f"{artifact.need}, but a {kind} is not a file, so the model would contain its value, which may include the "
            f"credentials that it uses ({', '.join(credentials)})",
            "store it as a file, such as a pickle.PickleDataset",
        )
    else:
        yield artifact.finding(
            "captured-by-value",
            f"{artifact.need}, but a {kind} is not a file, so the model gets its value as of the end of the run",
            "this is fine if the value is small and does not change",
            Severity.WARNING,
        )


def _missing(artifact: _Artifact, catalog: Any) -> Diagnostic:
    consequence = "it is lost after the run" if artifact.producer else "nothing provides it"
    similar = did_you_mean(artifact.source, dataset_names(catalog))
    return artifact.finding(
        "not-in-catalog",
        f"{artifact.need}, but the catalog has no entry '{artifact.source}', so {consequence}",
        f"{similar} If not, add a catalog entry"
        if similar
        else "add a catalog entry for it, such as a pickle.PickleDataset",
    )


def _credentials_in_entry(artifact: _Artifact, dataset: Any) -> Iterator[Diagnostic]:
    """Find what looks like credentials among the arguments of a dataset, which become part of the model."""
    try:
        config = local_config(artifact.source, Stored(unwrapped(dataset), "filepath"))
    except KedroBindError:
        return  # reported when the model is logged
    for key in secrets_among(config):
        yield artifact.finding(
            "credentials-in-catalog",
            f"the catalog entry of the artifact '{artifact.source}' has a credential in '{key}', which would become "
            "part of the model",
            "move it to credentials.yml, and refer to it with 'credentials' in the entry",
        )
