"""What a plan keeps unchanged."""

from __future__ import annotations

import datetime as dt
import math
from collections import OrderedDict
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from kedro_bind.errors import LoggingError
from kedro_bind.packaging.plain_values import require_plain, survives_yaml

CYCLE: list = []
CYCLE.append(CYCLE)


@pytest.mark.parametrize(
    "value",
    [
        {"a": [1, 2.5, None, True, "text"], 3: {"b": dt.date(2024, 1, 1)}},
        [math.nan, math.inf],
        {1, 2},
        b"bytes",
        "",
        "2024-01-01",
        {"b": 1, "a": 2},
    ],
)
def test_plain_values_are_kept(value):
    assert survives_yaml(value)
    require_plain("x", value)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ((1, 2), "tuple"),
        ({"a": [1, (2, 3)]}, "tuple"),
        ({"a": {("k", 1): 2}}, "tuple"),
        (np.float64(1.5), "numpy.float64"),
        (np.array([1]), "numpy.ndarray"),
        ([Decimal(1)], "decimal.Decimal"),
        (OrderedDict(a=1), "collections.OrderedDict"),
        (CYCLE, "list"),
    ],
)
def test_what_would_change_is_refused_with_its_type(value, kind):
    assert not survives_yaml(value)
    with pytest.raises(
        LoggingError, match=f"can't keep the parameter 'x': it is, or contains, a value of type '{kind}'"
    ):
        require_plain("the parameter 'x'", value)


def test_a_path_is_no_plain_value(tmp_path):
    assert not survives_yaml({"path": Path(tmp_path)})
