"""Kedro's config loader to a document that knows which file each binding came from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from conf_schema import Diagnostic, Document, Source, Sources

__all__ = ["CONFIG_KEY", "PATTERNS", "Config", "environments", "read_config"]

CONFIG_KEY = "pipeline_ml"
PATTERNS = ["pipeline_ml*", "pipeline_ml*/**", "**/pipeline_ml*"]
_SUFFIXES = {".yml", ".yaml", ".json"}


@dataclass(frozen=True)
class Config:
    """What the project's `pipeline_ml*` files say in one environment.

    `document` has the bindings that hold; `findings` say what is wrong with the others, already placed.
    """

    document: Document
    sources: Sources
    findings: tuple[Diagnostic, ...] = ()
    env: str = ""

    @property
    def names(self) -> list[str]:
        """The names of all bindings that are declared, broken ones included."""
        return list(dict.fromkeys(name for source in self.sources.files for name in source.names))

    @property
    def unreadable(self) -> bool:
        """Whether some file could not be read, so that bindings may be missing from `names`."""
        return any(source.root is None for source in self.sources.files)


def read_config(loader: Any, project_path: Path | None = None) -> Config | None:
    """Read the bindings through Kedro's config loader; `None` where the project has no such file.

    Never raises for what a user wrote: that becomes findings. Files are named relative to
    `project_path` where they lie below it.
    """
    files = list(_files(loader))
    if not files:
        return None
    from conf_schema import Document, Sources, has_errors, parse_source, validate_document

    parsed = [parse_source(content, _shown(path, project_path), env) for env, path, content in files]
    sources = Sources(
        files=tuple(source for source, _ in parsed),
        soft=getattr(loader, "merge_strategy", {}).get(CONFIG_KEY) == "soft",
    )
    findings = [each for _, found in parsed for each in found]
    findings += _declared_twice(sources.files)
    values, reason = (None, None) if has_errors(findings) else _loaded(loader)
    if values is None:
        from kedro_bind.resolution import resolve

        values, problems = resolve(sources, loader)
        findings += [each for each in problems if not (each.binding or "").startswith("_")]
        if reason is not None and not problems:
            findings.append(_refused_by_loader(reason))
            values = {}
    broken = {each.binding for each in findings if has_errors([each])}
    document, problems = validate_document({name: value for name, value in values.items() if name not in broken})
    findings += problems
    placed = sorted((sources.locate(each) for each in findings), key=lambda each: each.sort_key)
    env = str(getattr(loader, "env", None) or getattr(loader, "default_run_env", "") or "")
    return Config(document if document.bindings else Document(), sources, tuple(placed), env)


def environments(loader: Any) -> list[str]:
    """Give the environments that the configuration has a folder for, the one that all others build on left out.

    Where there is none, it is the one that the loader goes by.
    """
    top = PurePosixPath(_environment_folder(loader, "base")).parent.as_posix()
    found = [PurePosixPath(each) for each in loader._fs.ls(top, detail=False) if loader._fs.isdir(each)]
    names = {each.name for each in found if not each.name.startswith((".", "_"))} - {loader.base_env}
    return sorted(names) or [loader.env or loader.default_run_env or ""]


def _files(loader: Any) -> Iterator[tuple[str, str, bytes]]:
    """Find the files as Kedro's loader finds them: environment, path and content, base first.

    `OmegaConfigLoader` has no public way to list the files of a key. `_fs` is its file system (a local
    folder, an archive or a remote store), `_protocol` its kind, and `_get_conf_env_path` (in later Kedro
    versions) the folder of an environment in it; all are covered by `tests/integration/test_private_kedro.py`.
    """
    patterns = getattr(loader, "config_patterns", None)
    file_system = getattr(loader, "_fs", None)
    if patterns is None or file_system is None:
        return
    patterns.setdefault(CONFIG_KEY, PATTERNS)
    for env in dict.fromkeys([loader.base_env, loader.env or loader.default_run_env]):
        folder = _environment_folder(loader, env)
        if not file_system.isdir(folder):
            continue
        found = {path for pattern in patterns[CONFIG_KEY] for path in file_system.glob(f"{folder}/{pattern}")}
        for path in sorted(found):
            inside = PurePosixPath(path).relative_to(folder) if path.startswith(folder) else PurePosixPath(path)
            hidden = any(part.startswith(".") for part in inside.parts) and getattr(loader, "ignore_hidden", True)
            if inside.suffix in _SUFFIXES and not hidden and file_system.isfile(path):
                yield env, path, file_system.cat_file(path)


def _environment_folder(loader: Any, env: str) -> str:
    if hasattr(loader, "_get_conf_env_path"):
        return Path(loader._get_conf_env_path(env)).as_posix()
    top = loader.conf_source if loader._protocol == "file" else loader._fs.ls("", detail=False)[-1]
    return (Path(top) / env).as_posix()


def _shown(path: str, project_path: Path | None) -> str:
    if project_path is not None and Path(path).is_relative_to(project_path):
        return Path(path).relative_to(project_path).as_posix()
    return path


def _declared_twice(files: Sequence[Source]) -> Iterator[Diagnostic]:
    """Find names that two files of one environment declare, which Kedro's loader refuses."""
    from conf_schema import Diagnostic

    first: dict[tuple[str, str], str] = {}
    for source in files:
        for name, place in source.names.items():
            earlier = first.setdefault((source.env, name), source.file)
            if earlier != source.file:
                yield Diagnostic(
                    "duplicate-key",
                    f"the binding '{name}' is declared a second time; it is in {earlier} already",
                    "remove or rename one of the two",
                    path=(name,),
                    file=source.file,
                    **place._asdict(),
                )


def _loaded(loader: Any) -> tuple[Mapping[str, Any] | None, Exception | None]:
    """Let the loader give the values; `None` with the reason where it can't."""
    try:
        values = loader[CONFIG_KEY]
    except Exception as error:  # noqa: BLE001 - any loader, any resolver; the reason is found value by value
        return None, error
    return (values, None) if isinstance(values, dict) else (None, TypeError(f"it gives a {type(values).__name__}"))


def _refused_by_loader(error: Exception) -> Diagnostic:
    from conf_schema import Diagnostic

    said = f"{type(error).__name__}: {' '.join(str(error).split())}"
    too_many = "node expansion exceeds" in said  # omegaconf counts the values of a file, from 2.4 on
    return Diagnostic(
        "broken-project",
        f"Kedro's config loader can't load the bindings: {said}",
        "spread them over several files, such as pipeline_ml/part_1.yml" if too_many else "mend that first",
    )
