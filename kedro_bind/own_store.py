"""The MLflow store in the project's folder, the default where none is configured."""

from __future__ import annotations

import subprocess
from pathlib import Path

from kedro_bind.redaction import get_logger

__all__ = ["DATABASE", "FILES", "database_in", "log_missing_ignores", "missing_ignores"]

logger = get_logger(__name__)

DATABASE = "mlflow.db"
"""The sqlite database."""
FILES = "mlartifacts"
"""The folder of artifacts."""


def database_in(project_path: Path, tracking_uri: str) -> Path | None:
    """Return the sqlite database of a tracking URI, if it is in the project's folder."""
    file = Path(tracking_uri.removeprefix("sqlite:///"))
    return file if tracking_uri.startswith("sqlite:///") and file.is_relative_to(project_path) else None


def log_missing_ignores(project_path: Path, database: Path) -> None:
    """Warn about the lines that .gitignore lacks, if there are any."""
    if missing := missing_ignores(project_path, database):
        logger.warning(
            "kedro_bind: runs and models are stored in the project's folder, and git does not ignore them; "
            "add to .gitignore:\n%s",
            "\n".join(missing),
        )


def missing_ignores(project_path: Path, database: Path) -> list[str]:
    """Return the lines that .gitignore lacks, if the project is in a git work tree. Kedro's template lacks all."""
    # A path below a folder lets git treat it as a folder before it exists.
    lines = {
        database.relative_to(project_path).as_posix(): database.as_posix(),
        f"{FILES}/": f"{project_path.as_posix()}/{FILES}/file",
    }
    ignored = _ignored(project_path, list(lines.values()))
    return [line for line, path in lines.items() if ignored is not None and path not in ignored]


def _ignored(project_path: Path, paths: list[str]) -> list[str] | None:
    """Return the paths that git ignores, or `None` outside of a git work tree or without git."""
    command = ["git", "-C", str(project_path), "check-ignore", "-z", "--stdin"]
    try:
        result = subprocess.run(command, input="\0".join(paths), capture_output=True, text=True, check=False)  # noqa: S603 - only the folder varies
    except OSError:
        return None
    return result.stdout.split("\0") if result.returncode in (0, 1) else None  # 1: none of them is ignored
