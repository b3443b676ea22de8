"""Kedro's config loader to a document that knows which file each binding came from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from conf_schema import Diagnostic, Document, KeyPath, Source, Sources

__all__ = ["CONFIG_KEY", "PATTERNS", "Config", "read_config"]

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

    parsed = [(parse_source(text, _shown(path, project_path), env), path) for env, path, text in files]
    sources = Sources(
        files=tuple(source for (source, _), _ in parsed),
        soft=getattr(loader, "merge_strategy", {}).get(CONFIG_KEY) == "soft",
    )
    findings = [each for (_, found), _ in parsed for each in found]
    findings += _declared_twice(sources.files)
    values: Mapping[str, Any] | None = None
    if not has_errors(findings):
        values = _loaded(loader)
    if values is None:
        values, problems = _resolved(sources)
        findings += problems
    broken = {each.binding for each in findings if has_errors([each])}
    document, problems = validate_document({name: value for name, value in values.items() if name not in broken})
    findings += problems
    placed = sorted((sources.locate(each) for each in findings), key=lambda each: each.sort_key)
    env = str(getattr(loader, "env", None) or getattr(loader, "default_run_env", "") or "")
    return Config(document if document.bindings else Document(), sources, tuple(placed), env)


def _files(loader: Any) -> Iterator[tuple[str, str, str]]:
    """Find the files as Kedro's loader finds them: environment, path and text, base first.

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
                yield env, path, file_system.cat_file(path).decode("utf-8", errors="replace")


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


def _loaded(loader: Any) -> Mapping[str, Any] | None:
    """Let the loader give the values; `None` where it can't."""
    try:
        values = loader[CONFIG_KEY]
    except Exception:  # noqa: BLE001 - any loader, any resolver; the reason is found value by value
        return None
    return values if isinstance(values, dict) else None


def _resolved(sources: Sources) -> tuple[dict[str, Any], list[Diagnostic]]:
    """Resolve the values binding by binding, so that one that can't be resolved hides no other."""
    from omegaconf import OmegaConf

    merged: dict[str, Any] = {}
    problems: list[Diagnostic] = []
    for env in dict.fromkeys(source.env for source in sources.files):
        contents = [source.values for source in sources.files if source.env == env]
        try:
            tree: Any = OmegaConf.unsafe_merge(*[OmegaConf.create(_plain(content)) for content in contents])
        except Exception as error:  # noqa: BLE001 - omegaconf has no one base for what it refuses
            problems.append(_unresolved((), error))
            continue
        found = [each for each in _unresolved_in(tree) if not str(each.path[0]).startswith("_")]
        problems += found
        for name in {str(key) for key in tree} - {each.binding for each in found}:
            if not name.startswith("_"):
                value = _plain_value(tree[name])
                earlier = merged.get(name)
                both = isinstance(value, dict) and isinstance(earlier, dict)
                merged[name] = {**(earlier or {}), **value} if sources.soft and both else value
    return merged, problems


def _unresolved_in(node: Any, path: KeyPath = ()) -> Iterator[Diagnostic]:
    from omegaconf import DictConfig, ListConfig

    if not isinstance(node, DictConfig | ListConfig):
        return
    keys: list[Any] = list(node.keys()) if isinstance(node, DictConfig) else list(range(len(node)))
    for key in keys:
        try:
            child = node[key]
        except Exception as error:  # noqa: BLE001 - a resolver may raise anything
            yield _unresolved((*path, key), error)
        else:
            yield from _unresolved_in(child, (*path, key))


def _plain_value(node: Any) -> Any:
    from omegaconf import OmegaConf

    return OmegaConf.to_container(node, resolve=True) if OmegaConf.is_config(node) else node


def _unresolved(path: KeyPath, error: Exception) -> Diagnostic:
    from conf_schema import Diagnostic

    said = str(error).strip().splitlines()
    return Diagnostic(
        "unresolved-interpolation",
        f"this can't be resolved: {said[0] if said else type(error).__name__}",
        "define it, or give a default: '${globals:name, default}'",
        path=path,
    )


def _plain(content: dict[str, Any]) -> dict[str, Any]:
    return {str(key): value for key, value in content.items()}
