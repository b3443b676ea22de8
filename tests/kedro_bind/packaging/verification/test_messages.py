"""The messages of a verification arrive as they were sent."""

from __future__ import annotations

import pytest

from kedro_bind.packaging.verification.messages import (
    VerificationJob,
    VerificationResult,
    VerificationSetup,
)
from kedro_bind.packaging.verification.row_wise import RowWise


def test_a_job_is_read_as_it_was_written():
    job = VerificationJob("model", "predictions.pkl", example="é.pkl", most_calls=3)
    assert VerificationJob.from_json(job.to_json()) == job


def test_a_setup_is_read_as_it_was_written():
    setup = VerificationSetup("result é.json", packages=("shop",), hidden_folders=("src", "."))
    assert VerificationSetup.from_json(setup.to_json()) == setup


def test_a_result_is_read_as_it_was_written():
    result = VerificationResult(
        error="it is\nbroken", direct=("pandas",), row_wise=RowWise(row_wise=False, reason="because")
    )
    line = result.to_json()
    assert "\n" not in line
    assert VerificationResult.from_json(line) == result


@pytest.mark.parametrize("line", ["", "Killed", "3", "[]", '{"error": ""}'])
def test_another_line_is_rejected(line):
    with pytest.raises(ValueError, match=r"."):
        VerificationResult.from_json(line)
