"""What Spark says, in a sentence."""

from __future__ import annotations

import pytest

from kedro_bind.scoring.spark import reason_in

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
        ("no traceback at all", "no traceback at all"),
        ("", ""),
    ],
)
def test_the_reason_is_what_follows_the_traceback(text, reason):
    assert reason_in(text) == reason
