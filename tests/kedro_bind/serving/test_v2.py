from __future__ import annotations

import json
import struct

import numpy as np
import pandas as pd
import pytest

from kedro_bind.serving.errors import RequestError
from kedro_bind.serving.v2 import HEADER_LENGTH, read_infer_request, tensors_of, write_infer_response

NUMPY = {"FP64": "<f8", "FP32": "<f4", "INT64": "<i8", "INT32": "<i4", "UINT8": "u1", "BOOL": "?"}


def body(*inputs, **more):
    return json.dumps({"inputs": list(inputs), **more}).encode()


def tensor(data, datatype="FP64", shape=None, **more):
    return {"name": "a", "datatype": datatype, "shape": shape or [len(data)], "data": data, **more}


def binary_body(inputs, blobs, **more):
    head = body(*inputs, **more)
    return b"".join([head, *blobs]), str(len(head))


@pytest.mark.parametrize(
    ("datatype", "data"),
    [
        ("FP64", [1.5, -2.0]),
        ("FP32", [0.5, 3]),
        ("INT64", [2**62, -1]),
        ("INT32", [7, 8]),
        ("UINT8", [0, 255]),
        ("BOOL", [True, False]),
    ],
)
def test_numbers_are_the_same_as_json_and_as_bytes(datatype, data):
    as_json = read_infer_request(body(tensor(data, datatype)), None).inputs[0]
    blob = np.array(data, dtype=NUMPY[datatype]).tobytes()
    head = {"name": "a", "datatype": datatype, "shape": [2], "parameters": {"binary_data_size": len(blob)}}
    as_bytes = read_infer_request(*binary_body([head], [blob])).inputs[0]
    np.testing.assert_array_equal(as_json.data, as_bytes.data)
    assert as_json.data.dtype == as_bytes.data.dtype


def test_strings_are_the_same_as_json_and_as_bytes():
    texts = ["a", "", "größer", "2024-01-31"]
    as_json = read_infer_request(body(tensor(texts, "BYTES")), None).inputs[0]
    blob = b"".join(struct.pack("<I", len(text.encode())) + text.encode() for text in texts)
    head = {"name": "a", "datatype": "BYTES", "shape": [4], "parameters": {"binary_data_size": len(blob)}}
    as_bytes = read_infer_request(*binary_body([head], [blob])).inputs[0]
    assert as_json.data == as_bytes.data == texts


def test_nested_data_is_read_in_the_order_of_the_shape():
    read = read_infer_request(body(tensor([[1.0, 2.0], [3.0, 4.0]], shape=[2, 2])), None)
    assert read.inputs[0].data.tolist() == [1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize(
    ("content", "header"),
    [
        (b"{", None),
        (b"[]", None),
        (b"{}", None),
        (body(), "1000"),
        (body(), "-1"),
        (body(), "no number"),
        (body({"datatype": "FP64", "shape": [1], "data": [1]}), None),
        (body({"name": "a", "datatype": "FP65", "shape": [1], "data": [1]}), None),
        (body({"name": "a", "datatype": "FP64", "shape": [-1], "data": [1]}), None),
        (body({"name": "a", "datatype": "FP64", "shape": "1", "data": [1]}), None),
        (body({"name": "a", "datatype": "FP64", "shape": [1]}), None),
        (body(tensor([1.0], shape=[2])), None),
        (body(tensor([None])), None),
        (body(tensor(["1"])), None),
        (body(tensor([1.5], "INT64")), None),
        (body(tensor([True], "INT64")), None),
        (body(tensor([300], "UINT8")), None),
        (body(tensor([1], "BYTES")), None),
        (body(tensor([1.0]), id=5), None),
        (body(tensor([1.0]), outputs={}), None),
        (body(tensor([1.0]), outputs=[{}]), None),
        (body(tensor([1.0]), parameters=[]), None),
        (body({"name": "a", "datatype": "FP64", "shape": [1], "parameters": {"binary_data_size": 8}}), None),
        binary_body(
            [{"name": "a", "datatype": "FP64", "shape": [1], "parameters": {"binary_data_size": 4}}], [b"1234"]
        ),
        binary_body(
            [{"name": "a", "datatype": "BYTES", "shape": [1], "parameters": {"binary_data_size": 3}}], [b"123"]
        ),
        binary_body(
            [{"name": "a", "datatype": "BYTES", "shape": [1], "parameters": {"binary_data_size": 5}}],
            [struct.pack("<I", 2**31) + b"x"],
        ),
        binary_body(
            [{"name": "a", "datatype": "BYTES", "shape": [1], "parameters": {"binary_data_size": 5}}],
            [struct.pack("<I", 1) + b"\xff"],
        ),
        binary_body([tensor([1.0])], [b"left over"]),
    ],
)
def test_what_does_not_follow_the_protocol_is_refused_in_one_sentence(content, header):
    with pytest.raises(RequestError) as refused:
        read_infer_request(content, header)
    assert refused.value.status == 400
    assert "\n" not in refused.value.message


TABLE = pd.DataFrame({"score": [0.5, 1.5], "churns": [True, False], "name": ["x", "y"]})


def test_a_table_is_a_tensor_for_each_column():
    request = read_infer_request(body(tensor([1.0]), id="7"), None)
    content, headers = write_infer_response({"model_name": "churn"}, tensors_of(TABLE), request)
    assert headers == {"Content-Type": "application/json"}
    assert json.loads(content) == {
        "model_name": "churn",
        "id": "7",
        "outputs": [
            {"name": "score", "datatype": "FP64", "shape": [2], "data": [0.5, 1.5]},
            {"name": "churns", "datatype": "BOOL", "shape": [2], "data": [True, False]},
            {"name": "name", "datatype": "BYTES", "shape": [2], "data": ["x", "y"]},
        ],
    }


def test_outputs_are_chosen_and_binary_as_asked_for():
    wanted = [{"name": "name", "parameters": {"binary_data": True}}, {"name": "score"}]
    request = read_infer_request(body(tensor([1.0]), outputs=wanted), None)
    content, headers = write_infer_response({}, tensors_of(TABLE), request)
    head = json.loads(content[: int(headers[HEADER_LENGTH])])
    assert [output["name"] for output in head["outputs"]] == ["name", "score"]
    assert head["outputs"][0]["parameters"] == {"binary_data_size": 10}
    assert content[int(headers[HEADER_LENGTH]) :] == b"\x01\0\0\0x\x01\0\0\0y"


def test_all_outputs_are_binary_if_the_request_says_so():
    request = read_infer_request(body(tensor([1.0]), parameters={"binary_data_output": True, "threshold": 2}), None)
    content, headers = write_infer_response({}, tensors_of(np.array([[1.0], [2.0]])), request)
    rest = content[int(headers[HEADER_LENGTH]) :]
    assert np.frombuffer(rest, dtype="<f8").tolist() == [1.0, 2.0]
    assert request.parameters == {"threshold": 2}


def test_an_unknown_output_is_refused():
    request = read_infer_request(body(tensor([1.0]), outputs=[{"name": "nope"}]), None)
    with pytest.raises(RequestError, match="score"):
        write_infer_response({}, tensors_of(TABLE), request)


@pytest.mark.parametrize("data", [["x", None], [pd.Timestamp("2024-01-01"), pd.NaT], [object(), object()]])
def test_a_prediction_that_the_protocol_can_not_express_is_refused(data):
    with pytest.raises(RequestError, match="score"):
        tensors_of(pd.DataFrame({"score": pd.Series(data, dtype=object)}))


def test_datetimes_are_written_in_iso_8601():
    (written,) = tensors_of(pd.DataFrame({"since": pd.to_datetime(["2024-01-31T12:00:00"])}))
    assert (written.datatype, written.data) == ("BYTES", ["2024-01-31T12:00:00"])


def test_nan_is_refused_as_json_and_kept_as_bytes():
    tensors = tensors_of(np.array([np.nan]))
    as_json = read_infer_request(body(tensor([1.0])), None)
    with pytest.raises(RequestError, match="binary"):
        write_infer_response({}, tensors, as_json)
    as_bytes = read_infer_request(body(tensor([1.0]), parameters={"binary_data_output": True}), None)
    content, _ = write_infer_response({}, tensors, as_bytes)
    assert np.isnan(np.frombuffer(content[-8:], dtype="<f8"))[0]
