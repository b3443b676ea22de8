"""Which modules a pickle needs, read from its opcodes: nothing is unpickled."""

from __future__ import annotations

import pickletools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["pickled_modules"]

_STRINGS = {"SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE"}
_STORING = {"PUT", "BINPUT", "LONG_BINPUT"}
_FETCHING = {"GET", "BINGET", "LONG_BINGET"}


def pickled_modules(path: Path) -> set[str]:
    """Return the top-level modules whose classes and functions a pickle file names.

    A file that is not a pickle, or not only one, such as joblib's with its arrays between, gives those that come
    before what can't be read.
    """
    found: set[str] = set()
    strings: list[str] = []
    memo: dict[int, str] = {}
    last = ""
    with path.open("rb") as file:
        try:
            for opcode, argument, _ in pickletools.genops(file):
                if opcode.name in _STRINGS:
                    last = str(argument)
                    strings.append(last)
                elif opcode.name == "MEMOIZE":
                    memo[len(memo)] = last
                elif opcode.name in _STORING:
                    memo[argument] = last
                elif opcode.name in _FETCHING:
                    last = memo.get(argument, "")
                    strings.append(last)
                elif opcode.name == "GLOBAL":
                    found.add(str(argument).partition(" ")[0])
                elif opcode.name == "STACK_GLOBAL" and len(strings) > 1:
                    found.add(strings[-2])
                else:
                    last = ""
                del strings[:-2]
        except (ValueError, UnicodeDecodeError, OverflowError):
            pass
    return {module.partition(".")[0] for module in found if module.partition(".")[0].isidentifier()}
