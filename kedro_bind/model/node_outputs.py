"""Check that nodes return their declared outputs, as Kedro's runners do."""

from __future__ import annotations

import inspect
from itertools import chain, tee
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["NodeOutputError", "chunked", "keyed", "listed", "some"]


class NodeOutputError(ValueError):
    """A node returned something other than its declared outputs."""


def some(result: Any, node: str) -> Any:
    """Reject None, which Kedro does not save."""
    if result is None:
        raise NodeOutputError(f"node '{node}' returned None; return a value for each of its outputs")
    return result


def listed(result: Any, length: int, node: str) -> Any:
    """Check the result of a node with a list of outputs."""
    if not isinstance(result, list | tuple):
        if inspect.isgenerator(result):
            return _streams(result, listed, range(length), length, node)
        raise NodeOutputError(f"node '{node}' returned a '{type(result).__name__}'; return a list of {length} outputs")
    if len(result) != length:
        raise NodeOutputError(f"node '{node}' returned {len(result)} values; it has {length} outputs")
    for value in result:
        some(value, node)
    return result


def keyed(result: Any, keys: list[str], node: str) -> Any:
    """Check the result of a node with a mapping of outputs; return the values in the order of the outputs."""
    if not isinstance(result, dict):
        if inspect.isgenerator(result):
            return _streams(result, keyed, keys, keys, node)
        raise NodeOutputError(
            f"node '{node}' returned a '{type(result).__name__}'; return a dictionary with the keys {keys}"
        )
    if result.keys() != set(keys):
        raise NodeOutputError(
            f"node '{node}' returned the keys {sorted(map(str, result))}; its outputs are {sorted(keys)}"
        )
    return listed([result[key] for key in keys], len(keys), node)


def _streams(chunks: Any, check: Callable[..., Any], keys: Sequence[Any], *form: Any) -> list[Any]:
    """Return one generator for each output, of its part of each chunk.

    Kedro does this if a function that is not a generator function returns a generator; it checks the first chunk.
    """
    first = next(chunks, None)
    if first is None:
        raise NodeOutputError(f"node '{form[-1]}' yielded nothing")
    check(first, *form)
    return [_stream(copy, key) for copy, key in zip(tee(chain([first], chunks), len(keys)), keys, strict=True)]


def _stream(chunks: Any, key: Any) -> Any:
    return (chunk[key] for chunk in chunks)


def chunked(chunks: Any, check: Callable[..., Any], *form: Any) -> Any:
    """Exhaust a generator and return its last chunk: Kedro saves each chunk over the one before."""
    last = None
    for chunk in chunks:
        last = check(chunk, *form)
    if last is None:
        raise NodeOutputError(f"node '{form[-1]}' yielded nothing")
    return last
