"""The files of one kind in Kedro's configuration: found as its loader finds them, read with their places."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from conf_schema import Diagnostic, KeyPath, Kind, Source, Sources

__all__ = [
    "SUFFIXES",
    "ConfigFiles",
    "env_of",
    "environment_folder",
    "environments",
    "has_environment",
    "is_hidden",
    "read_files",
    "read_paths",
    "run_environments",
    "shown_path",
]

SUFFIXES = {".yml", ".yaml", ".json"}


@dataclass(frozen=True)
class ConfigFiles:
    """The files of a kind, their values after merging and interpolation, and the findings about their text.

    `values` has no top-level entry that an error is about. `partial` has those in which some values are unknown, such
    as an interpolation that can't be resolved, with the paths of these values in the entry.
    """

    sources: Sources
    values: Mapping[str, Any]
    findings: tuple[Diagnostic, ...]
    env: str
    partial: Mapping[str, tuple[Any, tuple[KeyPath, ...]]]


def read_files(loader: Any, stem: str, project_path: Path | None = None) -> ConfigFiles | None:
    """Read the files of a kind through Kedro's config loader; `None` where there are none.

    Mistakes of users become findings, which are not placed yet, and are never raised. The names of files below
    `project_path` are relative to it.
    """
    paths = read_paths(loader, stem)
    if not paths:
        return None
    from conf_schema import KINDS, Sources, has_errors, parse_source

    kind = KINDS[stem]
    read = loader._fs.cat_file  # noqa: SLF001 - see read_paths
    parsed = [parse_source(read(path), shown_path(path, project_path), env, stem) for env, path in paths]
    sources = Sources(
        files=tuple(source for source, _ in parsed),
        soft=getattr(loader, "merge_strategy", {}).get(stem) == "soft",
    )
    findings = [finding for _, found in parsed for finding in found]
    findings += _declared_twice(sources.files, kind)
    values, reason = (None, None) if has_errors(findings) or _read_differently(sources) else _loaded(loader, kind)
    if values is None:
        from kedro_bind.config.interpolation import resolve

        values, problems = resolve(sources, loader, kind)
        findings += [problem for problem in problems if not (problem.top or "").startswith("_")]
        if reason is not None and not problems and not _is_too_much(reason):
            findings.append(_refused_by_loader(reason, kind))
            values = {}
    broken = {finding.top for finding in findings if has_errors([finding])}
    kept = {name: value for name, value in values.items() if name not in broken}
    partial = {name: (value, _unknown_in(name, findings)) for name, value in values.items() if name in broken}
    partial = {name: (value, paths) for name, (value, paths) in partial.items() if all(paths)}
    return ConfigFiles(sources, kept, tuple(findings), env_of(loader), partial)


def _unknown_in(name: str, findings: Iterable[Diagnostic]) -> tuple[KeyPath, ...]:
    """Return the paths in an entry that errors are about; an empty one stands for the whole entry."""
    return tuple(finding.path[1:] for finding in findings if finding.top == name and finding.severity.value == "error")


def env_of(loader: Any) -> str:
    """Return the environment of a loader."""
    return str(getattr(loader, "env", None) or getattr(loader, "default_run_env", "") or "")


def environments(loader: Any) -> list[str]:
    """Return the environments that have a folder in the configuration, without the base environment.

    There may be none: a fresh clone has no `conf/local`.
    """
    top = PurePosixPath(environment_folder(loader, "base")).parent.as_posix()
    file_system = loader._fs  # noqa: SLF001 - see read_paths
    found = [PurePosixPath(path) for path in file_system.ls(top, detail=False) if file_system.isdir(path)]
    names = {folder.name for folder in found if not folder.name.startswith((".", "_"))} - {loader.base_env}
    return sorted(names)


def run_environments(loader: Any) -> list[str]:
    """Return the environments that the loader reads, the one that wins last."""
    return list(dict.fromkeys([loader.base_env, loader.env or loader.default_run_env]))


def has_environment(loader: Any, env: str) -> bool:
    """Return whether the configuration has a folder for an environment."""
    file_system = getattr(loader, "_fs", None)
    return file_system is None or bool(file_system.isdir(environment_folder(loader, env)))


def read_paths(loader: Any, stem: str) -> list[tuple[str, str]]:
    """Find the files of a kind as Kedro's loader finds them: environment and path, base first.

    `OmegaConfigLoader` has no public way to list the files of a key, as of Kedro 1.7. `_fs` is its file system (a local
    folder, an archive or a remote store), `_protocol` the protocol of that, and `_get_conf_env_path`, in later versions
    of Kedro, the folder of an environment in it; `tests/integration/test_private_kedro.py` covers all of them.
    """
    patterns = getattr(loader, "config_patterns", None)
    file_system = getattr(loader, "_fs", None)
    if patterns is None or file_system is None:
        return []
    patterns.setdefault(stem, [f"{stem}*", f"{stem}*/**", f"**/{stem}*"])
    paths = []
    for env in run_environments(loader):
        folder = environment_folder(loader, env)
        if not file_system.isdir(folder):
            continue
        found = {path for pattern in patterns[stem] for path in file_system.glob(f"{folder}/{pattern}")}
        for path in sorted(found):
            hidden = is_hidden(path, folder) and getattr(loader, "ignore_hidden", True)
            if PurePosixPath(path).suffix in SUFFIXES and not hidden and file_system.isfile(path):
                paths.append((env, path))
    return paths


def is_hidden(path: str, folder: str) -> bool:
    """Return whether a file, or a folder above it and below `folder`, is hidden."""
    inside = PurePosixPath(path).relative_to(folder) if path.startswith(folder) else PurePosixPath(path)
    return any(part.startswith(".") for part in inside.parts)


def environment_folder(loader: Any, env: str) -> str:
    """Return the folder of an environment in the loader's file system."""
    if hasattr(loader, "_get_conf_env_path"):
        return Path(loader._get_conf_env_path(env)).as_posix()  # noqa: SLF001 - see read_paths
    is_local = loader._protocol == "file"  # noqa: SLF001 - see read_paths
    top = loader.conf_source if is_local else loader._fs.ls("", detail=False)[-1]  # noqa: SLF001 - see read_paths
    return (Path(top) / env).as_posix()


def shown_path(path: str, project_path: Path | None) -> str:
    """Return the name of a file for messages: relative to the project's folder, where it is below it."""
    if project_path is not None and Path(path).is_relative_to(project_path):
        return Path(path).relative_to(project_path).as_posix()
    return path


def _declared_twice(files: Sequence[Source], kind: Kind) -> Iterator[Diagnostic]:
    """Find top-level keys that two files of one environment have, which Kedro's loader rejects."""
    from conf_schema import Diagnostic

    first: dict[tuple[str, str], str] = {}
    for source in files:
        for name, place in source.names.items():
            earlier = first.setdefault((source.env, name), source.file)
            if earlier != source.file:
                yield Diagnostic(
                    "duplicate-key",
                    f"duplicate {kind.entry} '{name}': it is already in {earlier}",
                    "remove or rename one of the two",
                    path=(name,),
                    file=source.file,
                    **place._asdict(),
                )


def _loaded(loader: Any, kind: Kind) -> tuple[Mapping[str, Any] | None, Exception | None]:
    """Return the values that the loader reads, or `None` and the reason."""
    try:
        values = loader[kind.stem]
    except Exception as error:  # noqa: BLE001 - any loader, any resolver; the reason is found value by value
        return None, error
    return (values, None) if isinstance(values, dict) else (None, TypeError(f"it returns a {type(values).__name__}"))


def _refused_by_loader(error: Exception, kind: Kind) -> Diagnostic:
    from conf_schema import Diagnostic

    reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
    return Diagnostic("broken-project", f"Kedro's config loader can't load {kind.content}: {reason}", "fix that first")


def _read_differently(sources: Sources) -> bool:
    """Return whether OmegaConf may read other values than `parse_source`.

    OmegaConf before 2.4 leaves the merging of a list of mappings to PyYAML, whose version 6.0.4 lets the last one win
    (https://github.com/yaml/pyyaml/issues/953). Not needed any more once OmegaConf 2.4 is required.
    """
    return any(source.merges_lists for source in sources.files)


def _is_too_much(error: Exception) -> bool:
    """Return whether OmegaConf (2.4 and later) rejects a file for its size, which `parse_source` limits."""
    return "node expansion exceeds" in str(error)
