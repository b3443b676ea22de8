"""A logger that several runs silence at once."""

from __future__ import annotations

import logging

from kedro_bind.process.quiet import quiet


def test_a_library_is_quiet_until_the_last_run_that_silences_it_ends():
    logger = logging.getLogger("a_library_of_this_test")
    logger.setLevel(logging.INFO)
    with quiet(logger.name):
        with quiet(logger.name):
            assert logger.level == logging.WARNING
        assert logger.level == logging.WARNING
    assert logger.level == logging.INFO


def test_a_library_may_be_silenced_to_another_level():
    logger = logging.getLogger("a_library_of_this_test")
    before = logger.level
    with quiet(logger.name, logging.ERROR):
        assert not logger.isEnabledFor(logging.WARNING)
    assert logger.level == before
