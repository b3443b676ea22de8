from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from kedro_bind.packaging.verification.parent import same


def answers():
    """Give answers of many types; each call makes equal ones."""
    table = pd.DataFrame({"score": [0.1, np.nan], "name": ["a", None]})
    return [
        table,
        table["score"],
        table.index,
        np.array([1.0, np.nan]),
        csr_matrix([[0, 1.5], [2, 0]]),
        {"scores": [1.0, csr_matrix([[1]])]},
        [1, "a", None],
        {1, 2},
        None,
    ]


@pytest.mark.parametrize("index", range(len(answers())))
def test_equal_answers_are_the_same_whatever_they_are_and_others_are_not(index):
    one = answers()
    for position, other in enumerate(answers()):
        assert same(one[index], other) == (position == index)


def test_other_values_in_what_has_no_single_answer_to_equality_are_found():
    assert not same(csr_matrix([[1, 2]]), csr_matrix([[1, 3]]))
    assert not same(pd.Index([1, 2]), pd.Index([1, 3]))
