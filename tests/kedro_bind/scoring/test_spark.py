"""What Spark says, in a sentence."""

from __future__ import annotations

import pytest

from kedro_bind.scoring.spark import reason_in

START = """Traceback (most recent call last):
  File "shop/nodes.py", line 15, in score
    raise error
"""
FAILED = """An exception was thrown from the Python worker:
Traceback (most recent call last):
  File "shop/nodes.py", line 15, in score
    raise RuntimeError(reason)
RuntimeError: a long
story
raised in node 'score' of the inference pipeline
 SQLSTATE: 38000)
"""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (FAILED, "RuntimeError: a long story raised in node 'score' of the inference pipeline"),
        (
            f"{START}ValueError: unknown columns:\n  spend\n  visits\n SQLSTATE: 38000)",
            "ValueError: unknown columns: spend visits",
        ),
        (f"{START}DatabaseError: SQLSTATE: 08001 no connection", "DatabaseError: SQLSTATE: 08001 no connection"),
        ("no traceback at all", "no traceback at all"),
        ("", ""),
    ],
)
def test_the_reason_is_what_follows_the_traceback(text, reason):
    assert reason_in(text) == reason
