"""The MLflow store in the project's folder, which is there where nothing else is configured."""

from __future__ import annotations

import subprocess
from pathlib import Path

from kedro_bind.redaction import get_logger

__all__ = ["DATABASE", "FILES", "database_in", "tell_what_to_ignore"]

logger = get_logger(__name__)

DATABASE = "mlflow.db"
"""The sqlite database."""
FILES = "mlartifacts"
"""The folder of what is logged as a file."""


def database_in(project_path: Path, tracking_uri: str) -> Path | None:
    """Return the sqlite database that a tracking URI names, if it is one in the project's folder."""
    file = Path(tracking_uri.removeprefix("sqlite:///"))
    return file if tracking_uri.startswith("sqlite:///") and file.is_relative_to(project_path) else None


def tell_what_to_ignore(project_path: Path, database: Path) -> None:
    """Log the lines that .gitignore lacks, if the project is in a git work tree: Kedro's template has none of them."""
    # What lies in a folder tells git that it is one, before it exists.
    lines = {
        database.relative_to(project_path).as_posix(): database.as_posix(),
        f"{FILES}/": f"{project_path.as_posix()}/{FILES}/file",
    }
    ignored = _ignored(project_path, list(lines.values()))
    missing = [line for line, path in lines.items() if ignored is not None and path not in ignored]
    if missing:
        logger.info(
            "kedro_bind: runs and models are stored in the project's folder, and git does not ignore them; "
            "add to .gitignore:\n%s",
            "\n".join(missing),
        )


def _ignored(project_path: Path, paths: list[str]) -> list[str] | None:
    """Return those of some paths that git ignores, `None` where there is no git work tree or no git."""
    command = ["git", "-C", str(project_path), "check-ignore", "-z", "--stdin"]
    try:
        asked = subprocess.run(command, input="\0".join(paths), capture_output=True, text=True, check=False)  # noqa: S603 - nothing of the command is a user's but the folder
    except OSError:
        return None
    return asked.stdout.split("\0") if asked.returncode in (0, 1) else None  # 1: it ignores none of them
