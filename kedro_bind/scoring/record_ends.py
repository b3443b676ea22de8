"""Where the records of a text file end, found by one quick pass over its bytes.

A CSV file is cut only at line ends outside quotes; in JSON lines, every line end is one. Blank lines are no records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Records", "open_text", "records_of"]

_BLOCK = 1 << 22
_NEWLINE, _RETURN, _QUOTE = b'\n\r"'


@dataclass(frozen=True)
class Records:
    """The records of a text file; a CSV file's header is not among them."""

    file_system: Any
    path: str
    quotes: bool

    def pieces(self, most: int) -> Iterator[tuple[int, int, int, int]]:
        """Yield consecutive pieces of up to `most` records: the first record, their number, and the range of bytes."""
        headers = int(self.quotes)
        seen, start, last = -headers, 0, 0
        for ends in self._stops():
            if not len(ends):
                continue
            stops = ends
            if seen < 0:
                start, stops, seen = int(ends[0]), ends[1:], 0
            for place in range(most - 1 - seen % most, len(stops), most):
                stop = int(stops[place])
                yield seen + place + 1 - most, most, start, stop
                start = stop
            seen += len(stops)
            last = int(stops[-1]) if len(stops) else last
        if seen > 0 and seen % most:
            yield seen - seen % most, seen % most, start, last

    def _stops(self) -> Iterator[Any]:
        """Yield where records end, their line ends included, as an array for each block that is read."""
        import numpy as np

        offset, in_quotes, begun = 0, 0, False  # begun: the record at hand has bytes in earlier blocks
        with open_text(self.file_system, self.path) as file:
            while block := file.read(_BLOCK):
                bytes_ = np.frombuffer(block, np.uint8)
                ends = bytes_ == _NEWLINE
                if self.quotes and (in_quotes or b'"' in block):
                    parity = (np.cumsum(bytes_ == _QUOTE) + in_quotes) & 1
                    ends &= parity == 0
                    in_quotes = int(parity[-1])
                positions = np.flatnonzero(ends)
                lengths = np.diff(positions, prepend=-1) - 1
                blank = (lengths == 0) | ((lengths == 1) & (bytes_[positions - 1] == _RETURN))
                if begun and len(blank):
                    blank[0] = False
                yield positions[~blank] + (offset + 1)
                tail = block[int(positions[-1]) + 1 :] if len(positions) else block
                begun = bool(tail.strip(b"\r")) or (begun and not len(positions))
                offset += len(block)
        if begun:
            yield np.array([offset])


def records_of(file_system: Any, path: str, *, quotes: bool) -> Records:
    """Return the records of a text file, a CSV file's with `quotes`."""
    return Records(file_system, path, quotes)


def open_text(file_system: Any, path: str) -> Any:
    """Open a text file as bytes, those of a compressed one as they were before."""
    return file_system.open(path, "rb", compression="gzip" if path.endswith(".gz") else None)
