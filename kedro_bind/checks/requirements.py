"""Whether the requirements and the Conda environment of a model are valid."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from conf_schema import Diagnostic, Severity
from kedro_bind.redaction import has_url_with_secret
from kedro_bind.secret_patterns import without_user_info

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from conf_schema import KeyPath
    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.project import Origin

__all__ = ["requirement_problems"]

_FILE = re.compile(r"^(?:-r|-c|--requirement|--constraint)[ =]\s*(.+)$")


def requirement_problems(binding: ResolvedBinding, origin: Origin | None) -> Iterator[Diagnostic]:
    """Find requirements and Conda environments that are invalid.

    Without an `origin` the project's folder is unknown, so the files that they name are not looked for.
    """
    model, path = binding.model, (binding.key, "model")
    folder = origin.project_path if origin else None
    for key in ("pip_requirements", "extra_pip_requirements"):
        for index, line in enumerate(getattr(model, key) or ()):
            if problem := _requirement_problem(line, folder):
                yield Diagnostic(
                    "bad-value",
                    f"'{line}' is not a valid requirement: {problem}",
                    "write it as in a requirements.txt, such as 'pandas>=2' or '-r FILE'",
                    path=(*path, key, index),
                )
            else:
                yield from _credentials(key, _content(line, folder), (*path, key, index))
    if model.conda_env is not None and (problem := _conda_problem(model.conda_env, folder)):
        yield Diagnostic(
            "bad-value",
            f"'model.conda_env' is not a valid Conda environment: {problem}",
            "use what 'conda env export' writes, or the path of such a file from the project's folder",
            path=(*path, "conda_env"),
        )
    elif model.conda_env is not None:
        content = _text(model.conda_env, folder) if isinstance(model.conda_env, str) else str(model.conda_env)
        yield from _credentials("conda_env", content, (*path, "conda_env"))


def _credentials(key: str, content: str, path: KeyPath) -> Iterator[Diagnostic]:
    """Find credentials in the URLs of requirements: a user and a password can be removed, others are needed there."""
    without = without_user_info(content)
    if has_url_with_secret(without):
        yield Diagnostic(
            "credentials-in-requirements",
            f"'model.{key}' contains credentials, which would become part of the model's requirements",
            "write them as \\${TOKEN}, which pip fills in from an environment variable",
            path=path,
        )
    elif without != content:
        yield Diagnostic(
            "credentials-in-requirements",
            f"'model.{key}' has a URL with credentials, which are removed from the model's requirements",
            "write it as https://\\${USER}:\\${TOKEN}@host, which pip fills in from environment variables",
            Severity.WARNING,
            path,
        )


def _content(line: str, folder: Path | None) -> str:
    """Return a requirement, or the requirements in the file that it names."""
    file = _FILE.match(line)
    return _text(file[1], folder) if file else line


def _text(file: str, folder: Path | None) -> str:
    if folder is None:
        return ""
    try:
        return (folder / file).read_text(encoding="utf-8")
    except (OSError, UnicodeError):  # pip reports what it can't read
        return ""


def _requirement_problem(line: str, folder: Path | None) -> str:
    if file := _FILE.match(line):
        return "" if folder is None or (folder / file[1]).is_file() else f"there is no file '{file[1]}'"
    if folder is not None and (folder / line).is_file() and not line.endswith((".whl", ".gz", ".zip")):
        return "it is the name of a file"
    if line.startswith("-") or "/" in line or line.endswith(".whl"):
        return ""  # an option, a URL or a path: only pip can tell
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        Requirement(line)
    except InvalidRequirement:
        return "pip can't parse it"
    return ""


def _conda_problem(conda_env: str | Mapping[str, Any], folder: Path | None) -> str:
    if isinstance(conda_env, str):
        if folder is None:
            return ""
        import yaml

        try:
            content = yaml.safe_load((folder / conda_env).read_text(encoding="utf-8"))
        except OSError:
            return f"there is no file '{conda_env}' in the project"
        except (yaml.YAMLError, UnicodeError):
            return f"the file '{conda_env}' is not valid YAML"
    else:
        content = conda_env
    has_list = isinstance(content, dict) and isinstance(content.get("dependencies"), list)
    return "" if has_list else "it has no list 'dependencies'"
