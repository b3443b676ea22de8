"""Log lines in a narrow console of rich, as Kedro sets it up."""

from __future__ import annotations

import logging
from io import StringIO

import pytest
from kedro.logging import RichHandler
from rich.console import Console

from kedro_bind.process.whole_lines import log_whole
from kedro_bind.redaction import get_logger

LOGGER = get_logger("kedro_bind.test_of_lines")


@pytest.fixture
def handler():
    """Kedro's handler, on a console of 40 columns."""
    handler = RichHandler(console=Console(file=StringIO(), width=40))
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    yield handler
    LOGGER.removeHandler(handler)


def test_a_long_line_is_not_wrapped_and_the_console_is_as_before(handler, messages):
    console = handler.console
    log_whole(LOGGER, logging.INFO, "the model needs %s at %s", "kedro-bind[serve]", "models:/" + "m" * 60)
    assert "the model needs kedro-bind[serve] at models:/" + "m" * 60 in console.file.getvalue()
    assert handler.console is console
    assert console.width == 40


def test_square_brackets_are_not_taken_for_markup(handler, messages):
    handler.console.width = 120
    LOGGER.warning("[%s] of %s [/]", "red", "x[0]")
    assert "[red] of x[0] [/]" in handler.console.file.getvalue()
