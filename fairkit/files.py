"""Opening files: a path, folder or glob becomes a DuckDB relation, lazy and larger than memory if need be.

DuckDB reads; this module decides what to ask it for, and turns what can go wrong (an empty file, a ragged
CSV, a folder without Parquet, a damaged file) into sentences.
"""

from __future__ import annotations

import csv
import glob
import gzip
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from fairkit.errors import DataError, did_you_mean, shortlist

if TYPE_CHECKING:
    import duckdb

SUFFIXES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".jsonl": "json",
    ".ndjson": "json",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
}
"""File formats by suffix; CSV and JSON Lines may also end in ``.gz``."""

HASH_LIMIT = 256 * 2**20
"""Files of more bytes than this are not hashed unless asked for: it would cost more than counting."""

_HEADER_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file, folder or glob that is ready to be counted.

    Parameters
    ----------
    relation : duckdb relation
        Lazy; nothing but a sample was read.
    paths : tuple of Path
        The files, sorted.
    repeated : tuple of str
        Column names that the header has more than once.
    format : str
        One of the values of :data:`SUFFIXES`.
    """

    relation: duckdb.DuckDBPyRelation
    paths: tuple[Path, ...]
    repeated: tuple[str, ...]
    format: str

    def sha256(self, *, force: bool = False) -> str | None:
        """Hash the files' bytes, in the order of their paths; None above :data:`HASH_LIMIT` unless forced."""
        if not force and sum(path.stat().st_size for path in self.paths) > HASH_LIMIT:
            return None
        digest = hashlib.sha256()
        for path in self.paths:
            with path.open("rb") as file:
                while chunk := file.read(1 << 20):
                    digest.update(chunk)
        return digest.hexdigest()

    def retyped(self) -> OpenedFile:
        """Open a CSV again with the types of all its rows, not of the first ones only."""
        return OpenedFile(
            _relation(self.format, self.paths, sample=-1), self.paths, self.repeated, self.format
        )


def open_path(path: str | os.PathLike[str]) -> OpenedFile:
    """Open a CSV, TSV, JSON Lines, Parquet or Arrow file, a folder of Parquet, or a glob of one format.

    Parameters
    ----------
    path : str or path
        ``data.csv``, ``data.csv.gz``, ``folder/`` (every ``*.parquet`` below it) or ``part-*.parquet``.

    Raises
    ------
    DataError
        There is no such file, its format is unknown, it is empty, ragged or damaged.
    """
    text = os.fspath(path)
    files = _files(text)
    formats = {_format(file) for file in files}
    if len(formats) > 1:
        raise DataError(
            f"'{text}' matches files of several formats ({', '.join(sorted(formats))}); narrow the glob."
        )
    kind = formats.pop()
    empty = [file.name for file in files if file.stat().st_size == 0]
    if empty:
        raise DataError(f"the file is empty: {shortlist(empty)}.")
    repeated: tuple[str, ...] = ()
    if kind == "csv":
        headers = {tuple(_header(file)[0]) for file in files}
        if len(headers) > 1:
            raise DataError(f"the CSV files of '{text}' have different headers; they must be the same table.")
        names = headers.pop()
        repeated = tuple(dict.fromkeys(name for name in names if names.count(name) > 1))
    return OpenedFile(_relation(kind, files, sample=20_480), files, repeated, kind)


def reading_error(error: Exception, files: Sequence[Path]) -> DataError:
    """Turn an engine's exception while reading into a sentence for the user."""
    for file in files:
        if _format(file) == "csv" and (ragged := _ragged_line(file)):
            return DataError(
                f"{file.name} is ragged: {ragged}; repair the line (a field with a separator needs quotes)."
            )
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    detail = " ".join(lines[:2]) if lines else type(error).__name__
    for file in files:
        detail = detail.replace(str(file), file.name)
    return DataError(f"{shortlist([file.name for file in files], shown=3)} cannot be read: {detail}")


def _files(text: str) -> tuple[Path, ...]:
    path = Path(text)
    if path.is_dir():
        files = sorted(
            file for file in path.rglob("*") if file.suffix in (".parquet", ".pq") and file.is_file()
        )
        if not files:
            inside = sorted(entry.name for entry in path.iterdir())
            raise DataError(
                f"folder '{text}' holds no Parquet file "
                f"(it has {shortlist(inside) if inside else 'nothing'}); "
                "name a file or a glob such as 'folder/*.csv'."
            )
        return tuple(files)
    if path.is_file():
        return (path,)
    if glob.has_magic(text):
        found = glob.glob(text, recursive=True)  # noqa: PTH207 - the glob may be absolute
        matches = sorted(Path(match) for match in found if Path(match).is_file())
        if matches:
            return tuple(matches)
        raise DataError(f"no file matches '{text}'.")
    parent = path.parent if path.parent.is_dir() else None
    near = did_you_mean(path.name, [entry.name for entry in parent.iterdir()]) if parent else ""
    raise DataError(f"there is no file '{text}'.{near}")


def _format(file: Path) -> str:
    suffixes = [suffix.lower() for suffix in file.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    found = SUFFIXES.get(suffixes[-1] if suffixes else "")
    if found is None:
        raise DataError(
            f"'{file.name}' has no known format; fairkit reads {', '.join(SUFFIXES)} "
            "(CSV and JSON Lines also with .gz)."
        )
    return found


def _header(file: Path) -> tuple[list[str], str]:
    """Read a CSV's column names and its separator: comma, semicolon or tab, whichever the header has most."""
    with _open_text(file) as lines:
        try:
            line = lines.readline(_HEADER_BYTES)
        except (UnicodeDecodeError, gzip.BadGzipFile, EOFError) as error:
            raise DataError(f"'{file.name}' is no UTF-8 text ({error}); save it as UTF-8.") from error
    if not line.strip():
        raise DataError(f"'{file.name}' begins with an empty line; its first line must name the columns.")
    separator = max((",", ";", "\t"), key=line.count)
    return next(csv.reader([line.rstrip("\r\n")], delimiter=separator)), separator


def _ragged_line(file: Path) -> str | None:
    """Say which line of a CSV first has another number of fields than its header."""
    names, separator = _header(file)
    with _open_text(file) as lines:
        reader = csv.reader(lines, delimiter=separator)
        try:
            for fields in reader:
                if fields and len(fields) != len(names):
                    return (
                        f"line {reader.line_num} has {len(fields)} fields where the header has {len(names)}"
                    )
        except (csv.Error, UnicodeDecodeError) as error:
            return f"line {reader.line_num}: {error}"
    return None


def _open_text(file: Path) -> IO[str]:
    if file.suffix.lower() == ".gz":
        return gzip.open(file, "rt", encoding="utf-8-sig", newline="")
    return file.open(encoding="utf-8-sig", newline="")


def _relation(kind: str, files: Sequence[Path], *, sample: int) -> duckdb.DuckDBPyRelation:
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = false")
    names: Any = [glob.escape(str(file)) for file in files]  # DuckDB takes lists, its stubs do not say so
    try:
        if kind == "csv":
            return connection.read_csv(
                names,
                sep=_header(files[0])[1],
                header=True,
                quotechar='"',
                escapechar='"',
                sample_size=sample,
                skiprows=0,
                comment="",
                null_padding=False,
                ignore_errors=False,
                strict_mode=True,
            )
        if kind == "json":
            return connection.read_json(names, format="newline_delimited")
        if kind == "parquet":
            return connection.read_parquet(names, union_by_name=len(names) > 1)
        import pyarrow.dataset as ds

        dataset: Any = ds.dataset([str(file) for file in files], format="ipc")
        return connection.from_arrow(dataset)
    except (duckdb.Error, OSError, ValueError) as error:
        raise reading_error(error, files) from error
