"""The check knows the types that MLflow knows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import make_dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from mlflow.types.schema import AnyType
from scipy.sparse import csr_matrix

from kedro_bind.checks.signature import may_be_typed
from kedro_bind.packaging.signature import infer_schema


def is_typed_by_mlflow(value: Any) -> bool:
    schema = infer_schema(value)
    return schema is not None and [column.type for column in schema] != [AnyType()]


@pytest.mark.parametrize(
    "value",
    [
        pd.DataFrame({"a": [1.0]}),
        pd.Series([1.0], name="a"),
        np.array([1.0]),
        csr_matrix(np.eye(2)),
        {"a": 1},
        [1.0],
        "text",
        1.5,
        True,
        b"bytes",
        bytearray(b"bytes"),
        dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc),
        dt.date(2026, 1, 1),
        make_dataclass("Question", [("text", str)])("why"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_type_that_mlflow_knows_is_accepted(value):
    assert is_typed_by_mlflow(value)
    assert may_be_typed(type(value))


@pytest.mark.parametrize(
    "value",
    [(1, 2), {1, 2}, Path("file"), Decimal(1), lambda: 1, range(2)],
    ids=lambda value: type(value).__name__,
)
def test_a_type_that_is_refused_is_one_that_mlflow_does_not_know(value):
    assert not is_typed_by_mlflow(value)
    assert not may_be_typed(type(value))


@pytest.mark.parametrize(
    ("declared", "accepted"),
    [
        (Any, True),
        (object, True),
        (pd.DataFrame | Path, True),
        (Path | Decimal, False),
        (dict[str, Callable[[], Any]], False),
        (dict[str, Any], True),
        (list[str], True),
        (list[Path], False),
        (Mapping, True),
        (Sequence, True),
        (None, True),
    ],
)
def test_a_declared_type_is_refused_only_if_no_part_of_it_can_be_typed(declared, accepted):
    assert may_be_typed(declared) == accepted
