"""The manifest of an output: what it was made of, so that it can be finished later, and only with the same."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import KedroBindError
from kedro_bind.redaction import redact_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro_bind.scoring.parts import Parts

__all__ = ["FILE", "Manifest", "Totals", "read_manifest", "write_manifest"]

FILE = "_manifest.json"
_WHAT = {
    "model": "another model",
    "plan": "a model with another plan",
    "params": "other '--params'",
    "keep": "other '--keep' columns",
    "chunk_rows": "another '--chunk-rows'",
    "format": "another format",
    "on_bad_rows": "another '--on-bad-rows'",
}


@dataclass(frozen=True)
class Totals:
    """What a finished output has."""

    rows: int
    rejected: int
    parts: int


@dataclass(frozen=True)
class Manifest:
    """What an output is made of. `files` has path, size, and time or checksum of each input file.

    `plan` is the sha256 of the model's plan, or of its `MLmodel` where it has none. `schema` has the types of the
    parts, once the first one is there; `totals` is there when all is done.
    """

    model: str
    version: str
    plan: str
    params: dict[str, Any]
    keep: list[str]
    chunk_rows: int
    format: str
    on_bad_rows: str
    files: list[dict[str, Any]]
    kedro_bind: str
    schema: str = ""
    totals: Totals | None = None
    manifest: int = field(default=1)

    def differences(self, other: Manifest) -> Iterator[str]:
        """Yield what another run would be made of, compared with this one, as far as a file has it."""
        old, new = _as_written(self), _as_written(other)
        for name, what in _WHAT.items():
            if old[name] != new[name]:
                yield f"{what} ({old[name]!r}, now {new[name]!r})"
        before, now = ({file["path"]: file for file in content["files"]} for content in (old, new))
        for path in sorted({*before, *now}):
            if path not in now:
                yield f"{path}, which is no longer there"
            elif path not in before:
                yield f"no {path}, which is new"
            elif before[path] != now[path]:
                yield f"an earlier {path}, which has changed since"

    def require_same(self, other: Manifest, where: str) -> None:
        """Refuse to finish an output with other parts than it was begun with.

        Raises:
            KedroBindError: something differs.
        """
        found = list(self.differences(other))
        if found:
            raise KedroBindError(
                f"{where} can't be resumed: it was begun with {'; with '.join(found)}; start anew with '--overwrite'"
            )


def write_manifest(manifest: Manifest, parts: Parts, path: str = "") -> None:
    """Write a manifest, beside the parts unless `path` says otherwise."""
    text = json.dumps(_as_written(manifest), indent=2) + "\n"
    with parts.written(path or f"{parts.folder}/{FILE}") as file:
        file.write(text.encode())


def read_manifest(file_system: Any, path: str) -> Manifest | None:
    """Read a manifest; `None` if there is none.

    Raises:
        KedroBindError: it is not a manifest.
    """
    if not file_system.exists(path):
        return None
    try:
        with file_system.open(path, "rb") as file:
            content = json.load(file)
        totals = Totals(**content.pop("totals")) if content.get("totals") else content.pop("totals", None)
        known = {declared.name for declared in fields(Manifest)}
        return Manifest(**{name: value for name, value in content.items() if name in known}, totals=totals)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise KedroBindError(f"{path} is not a manifest of this version; start anew with '--overwrite'") from error


def _as_written(manifest: Manifest) -> dict[str, Any]:
    """Return what a file has of a manifest: without secrets, in the types of JSON."""
    content: dict[str, Any] = json.loads(json.dumps(redact_value(asdict(manifest)), default=str))
    return content
