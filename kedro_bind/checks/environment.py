"""The environment that a document gives to a model, as far as it can be told before MLflow writes it down."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from conf_schema import Diagnostic, Severity
from kedro_bind.secret_patterns import without_user_info

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from conf_schema import KeyPath
    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.project import Origin

__all__ = ["environment_problems"]

_FILE = re.compile(r"^(?:-r|-c|--requirement|--constraint)[ =]\s*(.+)$")


def environment_problems(binding: ResolvedBinding, origin: Origin | None) -> Iterator[Diagnostic]:
    """Find requirements and Conda environments that can't be; paths start at the binding's name.

    Without an `origin` the project's folder is not known, and so not which files are there.
    """
    model, path = binding.model, (binding.key, "model")
    folder = origin.project_path if origin else None
    for key in ("pip_requirements", "extra_pip_requirements"):
        for index, line in enumerate(getattr(model, key) or ()):
            if problem := _of_requirement(line, folder):
                yield Diagnostic(
                    "bad-value",
                    f"'{line}' is no requirement: {problem}",
                    "write it as in a requirements.txt, such as 'pandas>=2', or '-r' and a file",
                    path=(*path, key, index),
                )
            elif without_user_info(line) != line:
                yield _with_credentials(key, (*path, key, index))
    if model.conda_env is not None and (problem := _of_conda(model.conda_env, folder)):
        yield Diagnostic(
            "bad-value",
            f"'model.conda_env' is no Conda environment: {problem}",
            "give it as 'conda env export' writes it, or the path of such a file from the project's folder",
            path=(*path, "conda_env"),
        )
    elif without_user_info(str(model.conda_env)) != str(model.conda_env):
        yield _with_credentials("conda_env", (*path, "conda_env"))


def _with_credentials(key: str, path: KeyPath) -> Diagnostic:
    return Diagnostic(
        "credentials-in-requirements",
        f"'model.{key}' has an address with credentials in it, which are cut out of the model's requirements",
        "write it as https://\\${USER}:\\${TOKEN}@host, which pip fills in from environment variables",
        Severity.WARNING,
        path,
    )


def _of_requirement(line: str, folder: Path | None) -> str:
    if file := _FILE.match(line):
        return "" if folder is None or (folder / file[1]).is_file() else f"there is no file '{file[1]}'"
    if folder is not None and (folder / line).is_file() and not line.endswith((".whl", ".gz", ".zip")):
        return "it is a file"
    if line.startswith("-") or "/" in line or line.endswith(".whl"):
        return ""  # pip's options, addresses and paths: pip alone knows them
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        Requirement(line)
    except InvalidRequirement:
        return "pip can't read it"
    return ""


def _of_conda(given: str | Mapping[str, Any], folder: Path | None) -> str:
    if isinstance(given, str):
        if folder is None:
            return ""
        import yaml

        try:
            content = yaml.safe_load((folder / given).read_text(encoding="utf-8"))
        except OSError:
            return f"there is no file '{given}' in the project"
        except (yaml.YAMLError, UnicodeError):
            return f"the file '{given}' is no YAML"
    else:
        content = given
    listed = isinstance(content, dict) and isinstance(content.get("dependencies"), list)
    return "" if listed else "it has no list 'dependencies'"
