"""Requests, valid and not, that MLflow's server and ours have to respond to alike."""

from __future__ import annotations

import io
import itertools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON = "application/json"
ROW: dict[str, Any] = {"spend": 1.5, "visits": 2, "age": 30.0, "region": "north"}
VALUES: list[Any] = [
    *(0, 1, -1, 7, 1.0, 1.5, -0.0, 1e300, "1", "", "north", "ä", True, False, None),
    *([], [1], {}, {"a": 1}, "NaN", "2024-01-31", 2**31, 2**53, -(2**63)),
]
"""Values for each column in turn."""
PARAMS: list[Any] = [0, 1, 2.5, -1, "1", "x", "", True, None, [], [1], {}, {"a": 1}, 2**40]


@dataclass(frozen=True)
class Asked:
    """A request to `/invocations`."""

    name: str
    body: bytes
    content_type: str | None = JSON


def corpus() -> list[Asked]:
    """Return all requests."""
    return [*_forms(), *_cells(), *_params(), *_texts(), *_tables(), *_types()]


def _asked(name: str, content: Any, content_type: str = JSON) -> Asked:
    return Asked(name, json.dumps(content).encode(), content_type)


def _forms() -> Iterator[Asked]:
    table = pd.DataFrame([ROW, {**ROW, "age": None, "region": None}])
    lists = {name: [ROW[name]] for name in ROW}
    forms = {
        "records": {"dataframe_records": [ROW, ROW]},
        "split": {"dataframe_split": json.loads(table.to_json(orient="split"))},
        "split_without_index": {"dataframe_split": {"columns": list(ROW), "data": [list(ROW.values())]}},
        "split_reordered": {"dataframe_split": {"columns": list(ROW)[::-1], "data": [list(ROW.values())[::-1]]}},
        "split_without_columns": {"dataframe_split": {"data": [list(ROW.values())]}},
        "split_ragged": {"dataframe_split": {"columns": list(ROW), "data": [[1.5]]}},
        "split_list": {"dataframe_split": [1]},
        "split_unknown_key": {"dataframe_split": {"columns": list(ROW), "data": [list(ROW.values())], "x": 1}},
        "split_column_twice": {"dataframe_split": {"columns": [*ROW, "spend"], "data": [[*ROW.values(), 2.5]]}},
        "split_list_as_name": {"dataframe_split": {"columns": [*ROW, ["x"]], "data": [[*ROW.values(), 2.5]]}},
        "split_mapping_as_name": {"dataframe_split": {"columns": [*ROW, {}], "data": [[*ROW.values(), 2.5]]}},
        "instances": {"instances": [ROW, ROW]},
        "instances_values": {"instances": [list(ROW.values())]},
        "instances_scalars": {"instances": [1, 2]},
        "instances_scalar": {"instances": 1},
        "inputs": {"inputs": lists},
        "inputs_scalar": {"inputs": 1},
        "inputs_text": {"inputs": "x"},
        "inputs_scalars": {"inputs": ROW},
        "inputs_records": {"inputs": [ROW]},
        "inputs_ragged": {"inputs": {**lists, "spend": [1.0, 2.0]}},
        "none": {},
        "two": {"dataframe_records": [ROW], "instances": [ROW]},
        "unknown": {"rows": [ROW]},
        "records_dict": {"dataframe_records": ROW},
        "records_scalars": {"dataframe_records": [1, 2]},
        "records_null": {"dataframe_records": None},
        "records_string": {"dataframe_records": "x"},
        "with_unknown_key": {"dataframe_records": [ROW], "more": 1},
    }
    for name, content in forms.items():
        yield _asked(f"form_{name}", content)
    for form, empty in itertools.product(
        ("dataframe_records", "dataframe_split", "instances", "inputs"), ([], {}, None)
    ):
        yield _asked(f"empty_{form}_{empty}", {form: empty})


def _cells() -> Iterator[Asked]:
    for column, value in itertools.product(ROW, VALUES):
        yield _asked(f"cell_{column}_{value!r}", {"dataframe_records": [{**ROW, column: value}]})
    for column in ROW:
        less = {name: value for name, value in ROW.items() if name != column}
        yield _asked(f"without_{column}", {"dataframe_records": [less]})
        yield _asked(f"sometimes_without_{column}", {"dataframe_records": [ROW, less]})
        yield _asked(f"mixed_{column}", {"dataframe_records": [ROW, {**ROW, column: "text"}]})
    yield _asked("extra_column", {"dataframe_records": [{**ROW, "extra": 1}]})
    yield _asked("other_order", {"dataframe_records": [dict(reversed(ROW.items()))]})


def _params() -> Iterator[Asked]:
    for name, value in itertools.product(("threshold", "top", "mark", "strict"), PARAMS):
        yield _asked(f"param_{name}_{value!r}", {"dataframe_records": [ROW], "params": {name: value}})
    for value in (None, [], {}, 1, "x", True):
        yield _asked(f"params_{value!r}", {"dataframe_records": [ROW], "params": value})
    yield _asked("param_unknown", {"dataframe_records": [ROW], "params": {"nobody": 1}})
    yield _asked("param_all", {"inputs": [ROW], "params": {"threshold": 9.0, "top": 1, "mark": "?", "strict": False}})


def _texts() -> Iterator[Asked]:
    texts = {
        "nothing": b"",
        "no_json": b"hello",
        "cut": b'{"dataframe_records": [{"spend": 1',
        "list": b"[]",
        "null": b"null",
        "number": b"5",
        "string": b'"x"',
        "not_utf8": b'{"dataframe_records": "\xff"}',
        "nan": b'{"dataframe_records": [{"spend": NaN, "visits": 2, "age": 1.0, "region": "a"}]}',
        "infinity": b'{"dataframe_records": [{"spend": Infinity, "visits": 2, "age": 1.0, "region": "a"}]}',
        "duplicate_key": b'{"inputs": [], "inputs": [{"spend": 1.0, "visits": 2, "age": 1.0, "region": "a"}]}',
        "trailing": b"{} x",
    }
    for name, body in texts.items():
        yield Asked(f"text_{name}", body)
    yield _asked("fails", {"dataframe_records": [{**ROW, "region": "boom"}]})


def _tables() -> Iterator[Asked]:
    table = pd.DataFrame([ROW, {**ROW, "age": None}])
    yield Asked("csv", table.to_csv(index=False).encode(), "text/csv")
    yield Asked("csv_with_index", table.to_csv().encode(), "text/csv")
    yield Asked("csv_without_column", table.drop(columns="visits").to_csv(index=False).encode(), "text/csv")
    yield Asked("csv_bad_number", b"spend,visits,age,region\nx,1,2,a\n", "text/csv")
    yield Asked("csv_empty", b"", "text/csv")
    yield Asked("csv_header", b"spend,visits,age,region\n", "text/csv")
    buffer = io.BytesIO()
    table.to_parquet(buffer)
    yield Asked("parquet", buffer.getvalue(), "application/vnd.apache.parquet")
    yield Asked("parquet_broken", b"PAR1", "application/vnd.apache.parquet")


def _types() -> Iterator[Asked]:
    body = json.dumps({"dataframe_records": [ROW]}).encode()
    for content_type in (
        *(None, "text/plain", "application/xml", "application/json; charset=utf-8", "application/json;charset=UTF-8"),
        *("application/json; charset=latin-1", "application/json; x=1", "APPLICATION/JSON", "application/json;", ""),
    ):
        yield Asked(f"type_{content_type}", body, content_type)
