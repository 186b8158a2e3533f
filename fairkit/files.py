"""Opening files: a path, folder or glob becomes rows that can be counted, larger than memory if need be.

This module finds the files, their format and the names of their columns, and turns what can be wrong with
them (empty, ragged, damaged, of another encoding) into sentences. The rows are read by
:mod:`fairkit.door.relations`.
"""

from __future__ import annotations

import codecs
import csv
import glob
import gzip
import hashlib
import json
import os
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

from fairkit.door.cells import Decode, csv_texts, json_texts
from fairkit.errors import DataError, did_you_mean, shortlist
from fairkit.questions import Use

if TYPE_CHECKING:
    import duckdb

Format = Literal["csv", "json", "parquet", "arrow"]

SUFFIXES: Mapping[str, Format] = {
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

_JSON_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file, folder or glob that is ready to be counted; nothing but names was read.

    Parameters
    ----------
    paths : tuple of Path
        The files, sorted.
    format : {"csv", "json", "parquet", "arrow"}
    names : tuple of str
        Names of the columns in order, repeats included.
    """

    paths: tuple[Path, ...]
    format: Format
    names: tuple[str, ...]

    def relation(self, uses: Mapping[str, Use], missing: Sequence[str]) -> duckdb.DuckDBPyRelation:
        """Return the columns asked for, each typed for its use, as a lazy relation.

        Parameters
        ----------
        uses : mapping of column to use
            See :class:`fairkit.questions.Plan`.
        missing : sequence of str
            Texts that mean "missing".

        Raises
        ------
        DataError
            The files are damaged, or some of them lack a column.
        """
        from fairkit.door import relations

        try:
            if self.format == "csv":
                separator = _separator(self.paths[0])
                return relations.csv(self.paths, self.names, uses, missing, separator=separator)
            if self.format == "json":
                return relations.json(self.paths, uses, missing)
            if self.format == "parquet":
                return relations.parquet(self.paths, self.names, uses)
            return relations.arrow(self.paths, uses)
        except relations.ERRORS as error:
            raise reading_error(error, self.paths) from error

    def decoders(self, uses: Mapping[str, Use], missing: Sequence[str]) -> dict[str, Decode]:
        """Say how texts become levels, for every column that is grouped by as a text of the file."""
        if self.format == "csv":
            return {
                name: partial(csv_texts, missing=missing)
                for name, use in uses.items()
                if use in ("key", "text")
            }
        if self.format == "json":
            return {name: json_texts for name, use in uses.items() if use == "key"}
        return {}

    def with_all_names(self) -> OpenedFile:
        """Look at all rows of JSON Lines, where a row may have a key that no earlier row had."""
        if self.format != "json":
            return self
        from fairkit.door import relations

        try:
            names = relations.json_keys(self.paths)
        except relations.ERRORS as error:
            raise reading_error(error, self.paths) from error
        return replace(self, names=tuple(dict.fromkeys([*self.names, *names])))

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


def open_path(path: str | os.PathLike[str]) -> OpenedFile:
    """Open a CSV, TSV, JSON Lines, Parquet or Arrow file, a folder of Parquet, or a glob of one format.

    Parameters
    ----------
    path : str or path
        ``data.csv``, ``data.csv.gz``, ``folder/`` (every ``*.parquet`` below it) or ``part-*.parquet``.

    Raises
    ------
    DataError
        There is no such file, its format is unknown, it is empty or damaged.
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
    from fairkit.door import relations

    try:
        if kind == "csv":
            names = _csv_names(files)
        elif kind == "json":
            names = _json_names(files)
        else:
            names = (relations.parquet_names if kind == "parquet" else relations.arrow_names)(files)
    except relations.ERRORS as error:
        raise reading_error(error, files) from error
    return OpenedFile(files, kind, tuple(names))


def source_of(data: Any, *, hash_files: bool) -> tuple[str, str | None]:
    """Name what is read, and hash it where it is a file.

    Examples
    --------
    >>> source_of({"sex": ["F"]}, hash_files=False)
    ('arrays', None)
    """
    if isinstance(data, str | os.PathLike):
        return Path(data).name or str(data), open_path(data).sha256(force=hash_files)
    if isinstance(data, Mapping):
        return "arrays", None
    return type(data).__module__.partition(".")[0], None


def reading_error(error: Exception, files: Sequence[Path]) -> DataError:
    """Turn an engine's exception while reading into a sentence for the user."""
    if isinstance(error, DataError):
        return error
    detail = " ".join(str(error).split())
    for file in files:
        detail = detail.replace(str(file), file.name)
    detail = re.sub(r"^(\w+ )*Error: | (Possible fixes|Possible Solution|Try setting).*", "", detail)
    detail = detail or type(error).__name__
    if detail.startswith("column '"):  # said by our own queries
        return DataError(f"{detail}.")
    if isinstance(error, UnicodeDecodeError):
        return DataError(_no_utf8(shortlist([file.name for file in files], shown=3), error))
    for file in files:
        if _format(file) == "csv" and (trouble := _csv_trouble(file)):
            return DataError(trouble)
    if "state machine reached an invalid state" in detail:
        detail = "its lines end in several ways (LF, CR LF), or a quote is out of place; save it anew"
    shown = detail if len(detail) <= 300 else f"{detail[:297]}..."
    return DataError(f"{shortlist([file.name for file in files], shown=3)} cannot be read: {shown}")


def _files(text: str) -> tuple[Path, ...]:
    if not text.strip():  # Path would take it for this folder
        raise DataError("the name of the data is empty; is a variable not set?")
    path = Path(text)
    if path.is_dir():
        files = sorted(
            file for file in path.rglob("*") if _is_part(file.relative_to(path)) and file.is_file()
        )
        if not files:
            entries = sorted(entry.name for entry in path.iterdir())
            raise DataError(
                f"folder '{text}' holds no Parquet file "
                f"(it has {shortlist(entries) if entries else 'nothing'}); "
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
    if path.exists():
        raise DataError(f"'{text}' is no file but a device or a pipe; write the rows to a file first.")
    parent = path.parent if path.parent.is_dir() else None
    near = did_you_mean(path.name, [entry.name for entry in parent.iterdir()]) if parent else ""
    raise DataError(f"there is no file '{text}'.{near}")


def _is_part(file: Path) -> bool:
    """Tell the Parquet of a data set from what tools keep beside it, such as ``_delta_log``."""
    return file.suffix.lower() in (".parquet", ".pq") and not any(
        p.startswith(("_", ".")) for p in file.parts
    )


def _format(file: Path) -> Format:
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


def _csv_names(files: Sequence[Path]) -> list[str]:
    headers = {tuple(_header(file)) for file in files}
    if len(headers) > 1:
        raise DataError(
            f"the CSV files {shortlist([file.name for file in files], shown=3)} have different headers; "
            "they must be parts of one table."
        )
    return list(headers.pop())


def _json_names(files: Sequence[Path]) -> list[str]:
    """Collect the keys of the first rows; :meth:`OpenedFile.with_all_names` looks further."""
    names: dict[str, None] = {}
    with _open_text(files[0]) as lines:
        for number, line in enumerate(islice(lines, _JSON_ROWS), 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise DataError(f"{files[0].name}: line {number} is no JSON ({error}).") from error
            if not isinstance(row, dict):
                raise DataError(
                    f"{files[0].name}: line {number} is no JSON object; every line must be one, as in "
                    '{"sex": "F", "hired": 1}.'
                )
            names |= dict.fromkeys(row)
    return list(names)


def _separator(file: Path) -> str:
    """Tell which of comma, semicolon, tab and bar cuts a header into most names."""

    def names(separator: str) -> int:
        with _open_text(file) as lines:
            try:
                return len(next(csv.reader(lines, delimiter=separator), []))
            except csv.Error:
                return 0

    return max((",", ";", "\t", "|"), key=names)


def _header(file: Path) -> list[str]:
    """Read a CSV's column names, without the blanks around them."""
    separator = _separator(file)
    with _open_text(file) as lines:
        try:
            names = [name.strip() for name in next(csv.reader(lines, delimiter=separator), [])]
        except csv.Error as error:
            raise DataError(f"'{file.name}' does not begin with the names of columns ({error}).") from error
    if not any(names):
        raise DataError(f"'{file.name}' begins with an empty line; its first line must name the columns.")
    if any("\n" in name or "\r" in name for name in names) and _has_mark(file):  # DuckDB would miscount rows
        raise DataError(f"'{file.name}' has a line end in a column's name; rename it, or save without BOM.")
    return names


def _has_mark(file: Path) -> bool:
    with gzip.open(file) if file.suffix.lower() == ".gz" else file.open("rb") as raw:
        return raw.read(3) == codecs.BOM_UTF8


def _csv_trouble(file: Path) -> str | None:
    """Say what is wrong with a CSV that was refused: its encoding, or the fields of a line."""
    try:
        names = _header(file)
        with _open_text(file) as lines:
            reader = csv.reader(lines, delimiter=_separator(file))
            for fields in reader:
                if fields and len(fields) != len(names):
                    return (
                        f"{file.name} is ragged: line {reader.line_num} has {len(fields)} "
                        f"{'field' if len(fields) == 1 else 'fields'} where the header has {len(names)}; "
                        "repair the line (a field with a separator needs quotes)."
                    )
    except UnicodeDecodeError as error:
        return _no_utf8(f"'{file.name}'", error)
    except (csv.Error, DataError, EOFError, OSError, zlib.error):
        pass
    return None


def _no_utf8(what: str, error: UnicodeDecodeError) -> str:
    return f"{what} is no UTF-8 text (it has the byte 0x{error.object[error.start]:02x}); save it as UTF-8."


def _open_text(file: Path) -> IO[Any]:
    if file.suffix.lower() == ".gz":
        return gzip.open(file, "rt", encoding="utf-8-sig", newline="")
    return file.open(encoding="utf-8-sig", newline="")
