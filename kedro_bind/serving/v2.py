"""The Open Inference Protocol, version 2, over REST, with Triton's extension for binary tensors.

A table is one tensor for each column, of shape [n] or [n, 1]; a model that takes an array has one tensor. Strings, and
datetimes in ISO 8601, are BYTES. Nulls are refused: the protocol has none.
The protocol: https://github.com/open-inference/open-inference-protocol; the extension:
https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

import orjson

from kedro_bind.serving.errors import bad_request, invalid_value
from kedro_bind.serving.nested import flat_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["HEADER_LENGTH", "InferRequest", "Tensor", "read_infer_request", "tensors_of", "write_infer_response"]

HEADER_LENGTH = "Inference-Header-Content-Length"
"""The HTTP header that gives the length of the JSON part of a body with binary tensors, in bytes."""
_TYPES = {
    "BOOL": "bool",
    "UINT8": "uint8",
    "UINT16": "uint16",
    "UINT32": "uint32",
    "UINT64": "uint64",
    "INT8": "int8",
    "INT16": "int16",
    "INT32": "int32",
    "INT64": "int64",
    "FP16": "float16",
    "FP32": "float32",
    "FP64": "float64",
}
_NAMES = {dtype: datatype for datatype, dtype in _TYPES.items()}
_LENGTH = struct.Struct("<I")


@dataclass(frozen=True)
class Tensor:
    """A named tensor; `data` is an array, or a flat list of strings for BYTES."""

    name: str
    datatype: str
    shape: tuple[int, ...]
    data: Any


@dataclass(frozen=True)
class InferRequest:
    """A request to predict; `outputs` are the requested tensors, and whether as binary. Empty means all."""

    id: str | None
    parameters: Mapping[str, Any]
    inputs: Sequence[Tensor]
    outputs: Mapping[str, bool]
    binary: bool


def read_infer_request(body: bytes, header_length: str | None) -> InferRequest:
    """Read the body of a request to `infer`; `header_length` is the value of the header of that name, if there is one.

    Raises:
        RequestError: the body does not follow the protocol.
    """
    end = len(body)
    if header_length is not None:
        if not header_length.isdecimal() or int(header_length) > len(body):
            raise bad_request(f"the header {HEADER_LENGTH} is not the length of the JSON in the body")
        end = int(header_length)
    try:
        content = orjson.loads(body[:end])
    except orjson.JSONDecodeError:
        raise bad_request("the body is not valid JSON") from None
    if not isinstance(content, dict) or not isinstance(content.get("inputs"), list):
        raise bad_request("the body must be a JSON object with a list 'inputs'")
    parameters = _mapping(content, "parameters")
    binary = parameters.get("binary_data_output") is True
    rest = memoryview(body)[end:]
    inputs = []
    for item in content["inputs"]:
        tensor, rest = _read_tensor(item, rest)
        inputs.append(tensor)
    if len(rest):
        raise bad_request(f"{len(rest)} bytes of binary data belong to no input")
    identifier = content.get("id")
    if identifier is not None and not isinstance(identifier, str):
        raise bad_request("'id' must be a string")
    return InferRequest(
        identifier,
        {name: value for name, value in parameters.items() if name != "binary_data_output"},
        inputs,
        dict(_requested(content.get("outputs"), binary=binary)),
        binary,
    )


def write_infer_response(
    head: Mapping[str, Any], tensors: Sequence[Tensor], request: InferRequest
) -> tuple[bytes, dict[str, str]]:
    """Return the body and the headers of a response.

    Raises:
        RequestError: there is no such output, or a value can't be written.
    """
    by_name = {tensor.name: tensor for tensor in tensors}
    for name in request.outputs:
        if name not in by_name:
            raise invalid_value(f"the model has no output '{name}'; it has {', '.join(by_name)}")
    requested = request.outputs or dict.fromkeys(by_name, request.binary)
    outputs, blobs = [], []
    for name, binary in requested.items():
        tensor = by_name[name]
        output: dict[str, Any] = {"name": name, "datatype": tensor.datatype, "shape": list(tensor.shape)}
        if binary:
            blobs.append(_to_bytes(tensor))
            output["parameters"] = {"binary_data_size": len(blobs[-1])}
        else:
            output["data"] = _to_list(tensor)
        outputs.append(output)
    content = {**head, **({"id": request.id} if request.id is not None else {}), "outputs": outputs}
    text = orjson.dumps(content)
    if not blobs:
        return text, {"Content-Type": "application/json"}
    headers = {"Content-Type": "application/octet-stream", HEADER_LENGTH: str(len(text))}
    return b"".join([text, *blobs]), headers


def tensors_of(predictions: Any) -> list[Tensor]:
    """Return predictions as tensors: one for each column of a table, or one that is called `predictions`.

    Raises:
        RequestError: a value is null, or of a type that the protocol does not have.
    """
    import numpy as np
    import pandas as pd

    if isinstance(predictions, pd.DataFrame):
        columns = [predictions.iloc[:, place] for place in range(predictions.shape[1])]
        return [_tensor(str(name), column) for name, column in zip(predictions.columns, columns, strict=True)]
    if isinstance(predictions, pd.Series):
        return [_tensor("predictions" if predictions.name is None else str(predictions.name), predictions)]
    return [_tensor("predictions", np.asarray(predictions))]


def _tensor(name: str, values: Any) -> Tensor:
    import pandas as pd

    array = values.to_numpy() if isinstance(values, pd.Series) else values
    datatype = _NAMES.get(str(array.dtype))
    if datatype is not None:
        return Tensor(name, datatype, array.shape, array)
    flat = list(pd.Series(array.reshape(-1)))
    if any(value is None or value is pd.NaT or value is pd.NA or value != value for value in flat):  # noqa: PLR0124 - NaN
        raise invalid_value(f"the output '{name}' has a missing value, which this protocol can't express")
    texts = [value.isoformat() if hasattr(value, "isoformat") else value for value in flat]
    if not all(isinstance(text, str) for text in texts):
        raise invalid_value(f"the output '{name}' has values that this protocol can't express")
    return Tensor(name, "BYTES", array.shape, texts)


def _read_tensor(item: Any, rest: memoryview) -> tuple[Tensor, memoryview]:
    import numpy as np

    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        raise bad_request("every item of 'inputs' must be an object with a 'name'")
    name, datatype, shape = item["name"], item.get("datatype"), item.get("shape")
    if datatype != "BYTES" and datatype not in _TYPES:
        raise bad_request(f"the input '{name}' has no known 'datatype'; the types are BYTES, {', '.join(_TYPES)}")
    if not isinstance(shape, list) or not all(type(size) is int and size >= 0 for size in shape):
        raise bad_request(f"the input '{name}' must have a 'shape', a list of sizes")
    size = _mapping(item, "parameters").get("binary_data_size")
    count = prod(shape)
    if size is None:
        if "data" not in item:
            raise bad_request(f"the input '{name}' has no 'data'")
        return Tensor(name, datatype, tuple(shape), _from_list(name, datatype, item["data"], count)), rest
    if type(size) is not int or not 0 <= size <= len(rest):
        raise bad_request(f"'binary_data_size' of the input '{name}' does not fit the body")
    blob, rest = rest[:size], rest[size:]
    if datatype == "BYTES":
        values: Any = list(_strings_in(name, blob))
    else:
        dtype = np.dtype(_TYPES[datatype]).newbyteorder("<")
        if size != count * dtype.itemsize:
            raise bad_request(f"the input '{name}' has {size} bytes, which do not fit its shape and type")
        values = np.frombuffer(blob, dtype=dtype).astype(_TYPES[datatype])
    if len(values) != count:
        raise bad_request(f"the input '{name}' has {len(values)} values, and its shape has {count}")
    return Tensor(name, datatype, tuple(shape), values), rest


def _from_list(name: str, datatype: str, data: Any, count: int) -> Any:
    """Return the values of a tensor in JSON, which may be nested as its shape is."""
    import numpy as np

    flat = list(flat_values(data))
    if len(flat) != count:
        raise bad_request(f"the input '{name}' has {len(flat)} values, and its shape has {count}")
    kinds = {"BYTES": (str,), "BOOL": (bool,)}.get(datatype, (int, float) if datatype.startswith("FP") else (int,))
    if not all(type(value) in kinds for value in flat):
        raise invalid_value(f"the input '{name}' has a value that is not of the type {datatype}")
    if datatype == "BYTES":
        return flat
    dtype = np.dtype(_TYPES[datatype])
    too_large = invalid_value(f"the input '{name}' has a value that {datatype} can't hold")
    # numpy below 2 takes the lowest bits of an integer that is too large.
    if dtype.kind in "iu" and flat:
        limits = np.iinfo(dtype)
        if min(flat) < limits.min or max(flat) > limits.max:
            raise too_large
    try:
        return np.array(flat, dtype=dtype)
    except (OverflowError, ValueError):
        raise too_large from None


def _strings_in(name: str, blob: memoryview) -> Iterator[str]:
    """Yield strings, each of which follows its length as four bytes, the lowest first."""
    start = 0
    while start < len(blob):
        stop = start + _LENGTH.size
        end = stop + _LENGTH.unpack(blob[start:stop])[0] if stop <= len(blob) else len(blob) + 1
        if end > len(blob):
            raise bad_request(f"the input '{name}' ends within a string")
        try:
            yield str(blob[stop:end], "utf-8")
        except UnicodeDecodeError:
            raise invalid_value(f"the input '{name}' has a string that is not UTF-8") from None
        start = end


def _to_bytes(tensor: Tensor) -> bytes:
    import numpy as np

    if tensor.datatype == "BYTES":
        return b"".join(_LENGTH.pack(len(encoded)) + encoded for encoded in (text.encode() for text in tensor.data))
    return np.ascontiguousarray(tensor.data, dtype=np.dtype(_TYPES[tensor.datatype]).newbyteorder("<")).tobytes()


def _to_list(tensor: Tensor) -> list[Any]:
    import numpy as np

    if tensor.datatype == "BYTES":
        return list(tensor.data)
    if tensor.datatype.startswith("FP") and not np.isfinite(tensor.data).all():
        raise invalid_value(f"the output '{tensor.name}' has NaN or infinity; ask for it as binary data")
    flat: list[Any] = tensor.data.reshape(-1).tolist()
    return flat


def _requested(outputs: Any, *, binary: bool) -> Iterator[tuple[str, bool]]:
    if outputs is None:
        return
    if not isinstance(outputs, list):
        raise bad_request("'outputs' must be a list")
    for item in outputs:
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            raise bad_request("every item of 'outputs' must be an object with a 'name'")
        yield item["name"], _mapping(item, "parameters").get("binary_data", binary) is True


def _mapping(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = content.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise bad_request(f"'{key}' must be an object")
    return value
