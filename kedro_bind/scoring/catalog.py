"""Tables by their names in Kedro's catalog: those that are files are read and written as files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import KedroBindError
from kedro_bind.scoring.job import TablePlace
from kedro_bind.scoring.places import is_url

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CatalogTable", "catalog_table"]

_FORMATS = {"ParquetDataset": "parquet", "CSVDataset": "csv", "JSONDataset": "jsonl"}
_LOAD = {"parquet": {"columns"}, "csv": {"sep", "delimiter", "usecols"}, "jsonl": {"lines", "orient"}}
_SAVE = {"parquet": {"index"}, "csv": {"sep", "index"}, "jsonl": {"lines", "orient"}}
"""The arguments of pandas that do not change what is read or written in chunks."""


@dataclass(frozen=True)
class CatalogTable:
    """A dataset; `input` and `output` are its places if it can be read or written in chunks."""

    name: str
    dataset: Any
    input: TablePlace | None
    output: TablePlace | None

    def load(self) -> Any:
        """Load the table as a whole; one of polars or Spark becomes one of pandas.

        Raises:
            KedroBindError: it can't be loaded.
        """
        try:
            data = self.dataset.load()
        except Exception as error:
            raise KedroBindError(
                f"the dataset '{self.name}' can't be loaded: {' '.join(str(error).split())}"
            ) from error
        convert = next((name for name in ("to_pandas", "toPandas") if hasattr(data, name)), None)
        return getattr(data, convert)() if convert else data

    def save(self, data: Any) -> None:
        """Save a table as a whole.

        Raises:
            KedroBindError: it can't be saved.
        """
        try:
            self.dataset.save(data)
        except Exception as error:
            raise KedroBindError(f"the dataset '{self.name}' can't be saved: {' '.join(str(error).split())}") from error


def catalog_table(catalog: Any, name: str) -> CatalogTable | None:
    """Return a dataset of the catalog; `None` if the name is not one of the catalog, but a path."""
    if is_url(name) or "/" in name or "\\" in name or name not in catalog:
        return None
    from kedro_bind.binding.datasets import unwrapped

    dataset = unwrapped(catalog.get(name, fallback_to_runtime_pattern=True))
    format_ = (
        _FORMATS.get(type(dataset).__name__) if type(dataset).__module__.startswith("kedro_datasets.pandas") else None
    )
    if format_ is None:
        return CatalogTable(name, dataset, None, None)
    arguments = _arguments(dataset)
    load, save = (dict(arguments.get(key) or {}) for key in ("load_args", "save_args"))
    return CatalogTable(
        name,
        dataset,
        _place(dataset, arguments, format_, load, saves=False) if _fits(format_, load, _LOAD) else None,
        _place(dataset, arguments, format_, save, saves=True) if _fits(format_, save, _SAVE) else None,
    )


def _fits(format_: str, arguments: Mapping[str, Any], known: Mapping[str, set[str]]) -> bool:
    if not set(arguments) <= known[format_] or arguments.get("index"):
        return False
    if any(len(arguments.get(key) or ",") != 1 for key in ("sep", "delimiter")):
        return False  # a regular expression
    return format_ != "jsonl" or (arguments.get("lines") is True and arguments.get("orient", "records") == "records")


def _place(
    dataset: Any, arguments: Mapping[str, Any], format_: str, options: Mapping[str, Any], *, saves: bool
) -> TablePlace:
    from kedro.io.core import get_protocol_and_path

    protocol, path = get_protocol_and_path(str(arguments["filepath"]))
    version = None
    # No public attribute says whether a dataset is versioned.
    if arguments.get("version") is not None or getattr(dataset, "_version", None) is not None:
        version = dataset.resolve_save_version() if saves else dataset.resolve_load_version()
    if version is not None:
        path = f"{path}/{version}/{path.rsplit('/', 1)[-1]}"
    settings = {
        key: value for key, value in (arguments.get("fs_args") or {}).items() if not key.startswith("open_args")
    }
    storage = {**settings, **(arguments.get("credentials") or {})}
    separator = options.get("sep") or options.get("delimiter") or ","
    return TablePlace(path if protocol == "file" else f"{protocol}://{path}", format_, separator, storage)


def _arguments(dataset: Any) -> dict[str, Any]:
    """Return what a dataset was made with, credentials included."""
    from kedro.io import DataCatalog

    config, credentials, _, _ = DataCatalog(datasets={"it": dataset}).to_config()
    arguments = dict(config["it"])
    if isinstance(arguments.get("credentials"), str):
        arguments["credentials"] = credentials[arguments["credentials"]]
    return arguments
