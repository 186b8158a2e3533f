"""Lines of UTF-8 text as they are: with their ends, without the mark before the first, one at a time.

Everything that is no text in UTF-8 is refused with the number of its line. A file that ends in ``.gz`` is
unpacked.
"""

from __future__ import annotations

import codecs
import gzip
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from fairkit.errors import DataError

MARK = "\ufeff"
"""The byte order mark, which some programs write before the first line."""

_CARRIAGE_RETURNS = "ends its lines with CR alone; save it with LF or CR LF at the end of lines"


@dataclass(slots=True)
class Lines:
    """The lines of a file, numbered as they are read.

    Parameters
    ----------
    name : str
        What messages call the file.
    raw : iterator of bytes
        Lines with their ends.
    number : int
        The line that was read last, from 1.
    marked : bool
        Whether the file begins with a byte order mark, known once a line was read.
    """

    name: str
    raw: Iterator[bytes]
    number: int = 0
    marked: bool = field(default=False)

    def __iter__(self) -> Iterator[str]:
        """Yield the lines with their ends, decoded.

        Raises
        ------
        DataError
            A line is no UTF-8, or the file is damaged.
        """
        for line in self._read():
            self.number += 1
            try:
                text = line.decode("utf-8")
            except UnicodeDecodeError as error:
                raise DataError(
                    f"{self.name}: line {self.number} is no UTF-8 text (it has the byte "
                    f"0x{line[error.start]:02x}); save the file as UTF-8."
                ) from error
            if self.number == 1:
                self.marked = line.startswith(codecs.BOM_UTF8)
                text = text.removeprefix(MARK)
                if "\r" in text.rstrip("\r\n") and not text.endswith("\n"):
                    raise DataError(f"{self.name} {_CARRIAGE_RETURNS}.")
            yield text

    def _read(self) -> Iterator[bytes]:
        try:
            yield from self.raw
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise DataError(f"{self.name} is damaged: it cannot be unpacked ({error}).") from error


@contextmanager
def opened_lines(path: Path | None) -> Iterator[Lines]:
    r"""Open a file, packed or not, or standard input where there is no path.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "two.txt"
    ...     _ = file.write_bytes(b"\xef\xbb\xbfone\r\ntwo")
    ...     with opened_lines(file) as lines:
    ...         print(list(lines), lines.marked)
    ['one\r\n', 'two'] True
    """
    if path is None:
        yield Lines("standard input", iter(sys.stdin.buffer))
        return
    with _binary(path) as file:
        yield Lines(path.name, iter(file))


def _binary(path: Path) -> IO[bytes]:
    if path.suffix.lower() == ".gz":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return path.open("rb", buffering=1 << 20)
