"""The page about troubleshooting has an entry for each error that logging can give: its heading is in the message."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "guides" / "troubleshooting.md"
ENVELOPE = "the model of '…' is not logged: …"
"""Has the reason, which is another message, in it; the page begins with it."""
ROOMS = ("binding", "packaging", "session", "tracking")


def headings() -> list[re.Pattern[str]]:
    """Return the patterns of the entries: `…` stands for any words, a comma separates two messages."""
    names = re.findall(r"^### (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    parts = [part for name in names for part in name.split(", ")]
    return [re.compile(".*".join(re.escape(piece.strip()) for piece in part.split("…"))) for part in parts]


def messages() -> Iterator[tuple[str, str]]:
    """Yield each message of a LoggingError with its place; `…` stands for what is filled in."""
    for room in ROOMS:
        for file in sorted((ROOT / "kedro_bind" / room).rglob("*.py")):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            for function in ast.walk(tree):
                if isinstance(function, ast.FunctionDef):
                    yield from ((f"{file.relative_to(ROOT)}:{line}", text) for line, text in messages_in(function))


def messages_in(function: ast.FunctionDef) -> Iterator[tuple[int, str]]:
    """Yield the messages of a function, also those that it puts together in variables."""
    assigned: dict[str, str] = {}
    for statement in ast.walk(function):
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name = statement.targets[0].id
            assigned[name] = " | ".join(filter(None, (assigned.get(name), template(statement.value, {}))))
    for call in ast.walk(function):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "LoggingError":
            text = template(call.args[0], assigned)
            if text not in ("", ENVELOPE):
                yield call.lineno, text


def template(message: ast.expr, assigned: dict[str, str]) -> str:
    """Return a message as far as the function has it; one that is put together elsewhere has none."""
    if isinstance(message, ast.Name):
        return assigned.get(message.id, "")
    if isinstance(message, ast.FormattedValue):
        return template(message.value, assigned) or "…"
    if isinstance(message, ast.JoinedStr):
        return "".join(template(part, assigned) for part in message.values)
    return str(message.value) if isinstance(message, ast.Constant) else ""


MESSAGES = dict(messages())


@pytest.mark.parametrize("place", sorted(MESSAGES))
def test_an_error_of_logging_has_an_entry(place):
    assert [heading for heading in headings() if heading.search(MESSAGES[place])], MESSAGES[place]


def test_no_entry_is_about_an_error_that_is_gone():
    texts = "\n".join([*MESSAGES.values(), (ROOT / "kedro_bind/packaging/stored_files.py").read_text(encoding="utf-8")])
    assert not [heading.pattern for heading in headings() if not heading.search(texts)]
