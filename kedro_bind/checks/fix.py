"""Apply the suggestions of a check to the files that it is about, until none is left."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from conf_schema import apply_edits, suggested_edits
from kedro_bind.errors import KedroBindError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conf_schema import Edit, Source
    from kedro_bind.checks.report import Report

__all__ = ["fix"]


def fix(check: Callable[[], Report], folder: Path, announce: Callable[[Edit], object]) -> Report:
    """Edit the files of a project as its check suggests, announce each edit once it is made; return the last report.

    The check runs again after each round, since a corrected key may let it find more. It ends where there is nothing
    to edit, or where the edits would lead back to a text that was there before.

    Raises:
        KedroBindError: a file can't be written.
    """
    report = check()
    seen: dict[str, set[str]] = {}
    while True:
        edits = suggested_edits(report.findings, report.sources)
        changed = [
            (source, own, apply_edits(source.text, own))
            for source in report.sources.files
            if (own := [edit for edit in edits if edit.file == source.file])
        ]
        if not changed or any(text in seen.get(source.file, ()) for source, _, text in changed):
            return report
        for source, own, text in changed:
            seen.setdefault(source.file, set()).add(source.text)
            _write(folder / source.file, source, text)
            for edit in own:
                announce(edit)
        report = check()


def _write(path: Path, source: Source, text: str) -> None:
    """Replace the content of a file in one step, if it is still what was checked."""
    path = Path(os.path.realpath(path))
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if path.read_bytes().decode("utf-8") != source.text:
            raise KedroBindError(f"{source.file} was changed while it was checked; run the check again")
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(text.encode("utf-8"))
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(mode)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise KedroBindError(f"{source.file} can't be edited: {reason}; correct it by hand") from error
