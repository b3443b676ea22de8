"""Mutated documents: in their bytes, in their YAML structure, and in their types.

`pytest tests/test_fuzz.py` tries some of them, `KEDRO_BIND_FUZZ=100000 pytest tests/test_fuzz.py` as many as there is
time for. A seed reproduces a document: `mutated(random.Random(seed), "pipeline_ml")`.
"""

from __future__ import annotations

import copy
import functools
import random
from pathlib import Path
from typing import Any

import yaml

CASES = Path(__file__).parent / "golden" / "cases"
SEEDS = {
    "pipeline_ml": [path.read_bytes() for path in sorted(CASES.glob("*/*.yml"))],
    "mlflow": [path.read_bytes() for path in sorted(CASES.rglob("mlflow.yml"))],
}
SCALARS: list[Any] = [
    *(None, True, False, 0, 1, -1, 2**70, 1.5, float("nan"), float("inf"), "", " ", "~", "x", "params:", "é顧"),
]
WORDS = [
    *("training", "inference", "pipeline", "tags", "input_name", "runner", "type", "copy_mode", "artifacts"),
    *("model", "name", "aliases", "assign", "auto"),
]
PIECES = [
    *(b"{", b"}", b"[", b"]", b":", b": ", b"- ", b"\n", b"\t", b"  ", b"'", b'"', b"&a ", b"*a", b"<<: ", b"!!int "),
    *(b"!!set ", b"!!binary ", b"!x ", b"? ", b"| ", b"> ", b"#", b"---\n", b"...\n", b"%YAML 1.1\n", b"\r", b"\x00"),
    *(b"\xff", b"\xef\xbb\xbf", b"\xc2\x85", b"\xe2\x80\xa8", b"${", b"${globals:x}", b"${_t}", b"${..a}", b"???"),
    *(b"${runtime_params:y, 1}", b"1e3", b"0x1F", b"1_000", b"yes", b"null", b".nan", b"2024-01-31", b"12:30:45"),
    *(b"=", b"@", b"`"),
]


def mutated(source: random.Random, stem: str = "pipeline_ml") -> bytes:
    """Return a golden case with mistakes in some places."""
    content = source.choice(SEEDS[stem])
    if source.random() < 0.5:
        content = _restructured(content, source)
    for _ in range(source.randrange(0, 4)):
        change = source.choice((_inserted, _deleted, _doubled, _flipped, None))
        content = change(content, source) if change else content + source.choice(SEEDS[stem])
    return content


def _restructured(content: bytes, source: random.Random) -> bytes:
    values = copy.deepcopy(_values(content))
    if len(content) > 5_000 or not isinstance(values, dict):
        return content
    try:
        for _ in range(source.randrange(1, 4)):
            _change(values, source)
        return yaml.safe_dump(values, allow_unicode=True, sort_keys=False).encode("utf-8", errors="replace")
    except (yaml.YAMLError, RecursionError, TypeError):
        return content


@functools.cache
def _values(content: bytes) -> Any:
    """Read a golden case; `None` if that is impossible."""
    try:
        return yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, RecursionError):
        return None


def _change(values: Any, source: random.Random) -> None:
    """Change one place of a tree."""
    here = values
    for _ in range(source.randrange(0, 5)):
        inner = [
            value for value in (here.values() if isinstance(here, dict) else here) if isinstance(value, dict | list)
        ]
        here = source.choice(inner) if inner else here
    new = source.choice(
        [*SCALARS, *WORDS, [], {}, ["x", None], {"x": []}, {source.choice(WORDS): source.choice(SCALARS)}]
    )
    if isinstance(here, list):
        here.insert(source.randrange(len(here) + 1), new)
        return
    keys = list(here)
    match source.randrange(4):
        case 0 if keys:
            del here[source.choice(keys)]
        case 1 if keys:
            here[source.choice(keys)] = new
        case 2:
            here[source.choice([*WORDS, None, 1, True, "", "_x", "é"])] = new
        case _ if keys:
            here[source.choice(WORDS)] = here.pop(source.choice(keys))
        case _:
            here["x"] = new


def _inserted(content: bytes, source: random.Random) -> bytes:
    place = source.randrange(len(content) + 1)
    return content[:place] + source.choice(PIECES) + content[place:]


def _deleted(content: bytes, source: random.Random) -> bytes:
    place = source.randrange(len(content) + 1)
    return content[:place] + content[place + source.randrange(1, 12) :]


def _doubled(content: bytes, source: random.Random) -> bytes:
    lines = content.split(b"\n")
    place = source.randrange(len(lines))
    return b"\n".join([*lines[:place], lines[place], *lines[source.randrange(len(lines)) :]])


def _flipped(content: bytes, source: random.Random) -> bytes:
    if not content:
        return content
    place = source.randrange(len(content))
    return content[:place] + bytes([content[place] ^ (1 << source.randrange(8))]) + content[place + 1 :]
