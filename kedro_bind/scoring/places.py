"""Paths and URLs of tables: which files they name, and in which format those are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import KedroBindError
from kedro_bind.scoring.job import TablePlace

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["FORMATS", "InputFile", "files_of", "format_of", "is_url", "place_of", "written_as_file"]

FORMATS = ("parquet", "csv", "jsonl")
_SUFFIXES = {
    "parquet": ("parquet", "parq", "pq"),
    "csv": ("csv", "tsv", "csv.gz", "tsv.gz"),
    "jsonl": ("jsonl", "ndjson", "json", "jsonl.gz", "ndjson.gz", "json.gz"),
}
_NAMES = "*.parquet, *.csv or *.jsonl"


@dataclass(frozen=True)
class InputFile:
    """A file of the input; `modified` is what its file system has of that: a time, or a checksum."""

    path: str
    size: int
    modified: str


def is_url(text: str) -> bool:
    """Check whether a text is a URL, such as s3://bucket/key, and not a path."""
    return "://" in text


def format_of(path: str) -> str | None:
    """Return the format that the suffix of a path stands for; `None` for a folder, say."""
    name = path.rsplit("/", 1)[-1].lower()
    return next((key for key, ends in _SUFFIXES.items() if name.endswith(tuple(f".{end}" for end in ends))), None)


def place_of(url: str, format: str | None = None, **more: Any) -> TablePlace:  # noqa: A002 - the word for it
    """Return the place that a path or URL names, in the format of its suffix."""
    return TablePlace(url, format or format_of(url) or "", **{"separator": _separator_of(url), **more})


def written_as_file(place: TablePlace) -> bool:
    """Check whether an output is one file; it is a folder of parts otherwise."""
    return format_of(place.url) is not None and not place.url.endswith("/")


def files_of(place: TablePlace) -> tuple[TablePlace, tuple[InputFile, ...]]:
    """Return the files of an input in their order, and the place with the format of the files.

    Raises:
        KedroBindError: there are none, or they have several formats.
    """
    file_system, path = place.file_system()
    paths = _paths(file_system, path)
    if place.format:
        found = [name for name in paths if format_of(name) in (None, place.format)] if len(paths) > 1 else paths
    else:
        found = [name for name in paths if format_of(name)]
    if not found:
        raise KedroBindError(
            f"there is no table at {place.url}: it has to be a file, a folder or a pattern such as 'data/*.parquet', "
            f"with files named {_NAMES}"
        )
    formats = {format_of(name) or place.format for name in found}
    if len(formats) > 1:
        raise _several_formats(place, formats)
    if not place.format:  # a folder or a pattern: its files say what is in them
        separators = {_separator_of(name) for name in found}
        if len(separators) > 1:
            raise _several_formats(place, {"csv", "tsv"})
        place = replace(place, separator=separators.pop())
    return replace(place, format=formats.pop()), tuple(_described(file_system, name) for name in found)


def _separator_of(path: str) -> str:
    return "\t" if ".tsv" in path.rsplit("/", 1)[-1].lower() else ","


def _several_formats(place: TablePlace, formats: set[str]) -> KedroBindError:
    return KedroBindError(
        f"the files of {place.url} have several formats ({', '.join(sorted(formats))}); name those of one format "
        "by a pattern, such as 'data/*.parquet'"
    )


def _paths(file_system: Any, path: str) -> list[str]:
    if any(sign in path for sign in "*?[") and not file_system.exists(path):
        matched = sorted(file_system.glob(path))
        return [name for match in matched for name in (_inside(file_system, match) or [match])]
    if file_system.isdir(path):
        return _inside(file_system, path)
    return [path] if file_system.exists(path) else []


def _inside(file_system: Any, folder: str) -> list[str]:
    """Return the files in a folder, without those that writers of tables keep for themselves (`_SUCCESS`, `.crc`)."""
    if not file_system.isdir(folder):
        return []
    found = []
    for name in file_system.find(folder):
        below = name[len(folder) :].strip("/").split("/")
        if not any(part.startswith(("_", ".")) for part in below):
            found.append(name)
    return sorted(found)


def _described(file_system: Any, path: str) -> InputFile:
    info = file_system.info(path)
    keys: Sequence[str] = ("mtime", "ETag", "etag", "LastModified", "last_modified", "updated", "created")
    modified = next((str(info[key]) for key in keys if info.get(key) is not None), "")
    return InputFile(path, int(info.get("size") or 0), modified)
