"""Which format a file has, who reads it, and who writes it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal, get_args

from fairkit.errors import DataError, UsageError, did_you_mean, shortlist, unknown_name
from fairkit.files import SUFFIXES, open_path
from fairkit.text.files.chunks import Added, Sink
from fairkit.text.files.json_lines import JsonReader, JsonWriter, keys_of
from fairkit.text.files.lines import opened_lines
from fairkit.text.files.plain import COLUMN, PlainReader, PlainWriter
from fairkit.text.files.separated import SeparatedReader, SeparatedWriter
from fairkit.text.files.sinks import JsonRows, PlainRows, SeparatedRows, TextSink, TypedSink

FileFormat = Literal["csv", "tsv", "jsonl", "parquet", "arrow", "text"]
"""Formats of files that texts are read from and written to."""

STANDARD_INPUT = "-"
_TEXT_SUFFIXES = (".txt", ".text")
_COLUMNS: tuple[FileFormat, ...] = ("parquet", "arrow")
_NAMED: dict[str, FileFormat] = {"csv": "csv", "json": "jsonl", "parquet": "parquet", "arrow": "arrow"}


@dataclass(frozen=True, slots=True)
class Source:
    """Files of texts.

    Parameters
    ----------
    paths : tuple of Path
        Empty for standard input.
    format : FileFormat
    column : str
        The column of texts.

    Examples
    --------
    >>> Source((), "text", "text").name
    'standard input'
    """

    paths: tuple[Path, ...]
    format: FileFormat
    column: str

    @property
    def name(self) -> str:
        """What messages call it."""
        return ", ".join(str(path) for path in self.paths[:3]) or "standard input"


def source_of(data: str | os.PathLike[str], *, column: str | None, form: FileFormat | None = None) -> Source:
    """Find the files that hold texts, and their format.

    Parameters
    ----------
    data : str or path
        A file, a folder or glob of Parquet, or ``-``.
    column : str or None
        The column of texts; lines of plain text need none.
    form : FileFormat, optional
        The format, where the name does not tell.

    Raises
    ------
    DataError
        There is no such file, it is empty, or its format is not known.
    UsageError
        The column is not named.
    """
    text = os.fspath(data)
    if text == STANDARD_INPUT:
        paths, found = tuple[Path, ...](), form or "text"
        if found in _COLUMNS:
            raise UsageError(f"{found} cannot be read from standard input; name a file.")
    else:
        paths, found = _files(text, form)
    if len(paths) > 1 and found not in _COLUMNS:
        raise UsageError(
            f"'{text}' matches {len(paths)} files; give one after the other, each with its output."
        )
    if found == "text":
        if column not in (None, COLUMN):
            raise UsageError(
                f"plain text has no columns; leave out the column '{column}', or say its format."
            )
        return Source(paths, found, COLUMN)
    if column is None:
        known = _columns(paths) if paths else []
        raise UsageError(
            "name the column of texts (--column)" + (f"; there are {shortlist(known)}." if known else ".")
        )
    return Source(paths, found, column)


def format_named(path: str | os.PathLike[str], *, form: FileFormat | None = None) -> FileFormat:
    """Tell the format of a file by its name.

    Raises
    ------
    DataError
        The name does not tell.

    Examples
    --------
    >>> format_named("said.jsonl.gz"), format_named("said.tab"), format_named("said.txt")
    ('jsonl', 'tsv', 'text')
    """
    if form is not None:
        return form
    suffixes = [suffix.lower() for suffix in Path(path).suffixes]
    packed = suffixes[-1:] == [".gz"]
    last = (suffixes[:-1] if packed else suffixes)[-1:]
    if last and last[0] in _TEXT_SUFFIXES:
        return "text"
    if last and last[0] in SUFFIXES:
        found = _NAMED[SUFFIXES[last[0]]]
        if packed and found in _COLUMNS:
            raise DataError(f"'{Path(path).name}' is {found}, which is packed by itself; leave out .gz.")
        return "tsv" if last[0] in (".tsv", ".tab") else found
    raise DataError(
        f"'{Path(path).name}' has no known format; there are {', '.join([*SUFFIXES, *_TEXT_SUFFIXES])} "
        f"(those of text also with .gz), or say it (--format {'|'.join(get_args(FileFormat))})."
    )


@contextmanager
def opened(source: Source) -> Iterator[Any]:
    """Open a source for reading.

    Raises
    ------
    DataError
        The column is not there, or the file is damaged.
    """
    if source.format in _COLUMNS:
        from fairkit.door.arrow_files import ArrowReader

        yield ArrowReader(source.paths, source.format, source.column)  # type: ignore[arg-type]
        return
    path = source.paths[0] if source.paths else None
    names: tuple[str, ...] = ()
    if source.format == "jsonl" and path is not None:
        names = keys_met(source, until=source.column)
        if names and source.column not in names:
            raise DataError(unknown_name("column", source.column, names))
    with opened_lines(path) as lines:
        if source.format == "text":
            yield PlainReader(lines)
        elif source.format == "jsonl":
            yield JsonReader(lines, source.column, names)
        else:
            yield SeparatedReader(lines, source.column)


def sink(file: IO[bytes], form: FileFormat, source: Source, reader: Any, added: Added) -> Sink:
    """Return what writes rows of a source in a format.

    Rows stay what they were, byte for byte but for the text, where the format does; else they are converted.

    Raises
    ------
    UsageError
        Rows of standard input cannot be converted to a format that must know all columns before the first.
    DataError
        Values have no place in the format.
    """
    column = source.column
    if form in _COLUMNS:
        from fairkit.door.arrow_files import ArrowWriter, RowsWriter

        if source.format in _COLUMNS:
            return ArrowWriter(file, form, reader, added)  # type: ignore[arg-type]
        schema = _schema(source, reader, added)
        return TypedSink(RowsWriter(file, form, schema), column, added)  # type: ignore[arg-type]
    if form == "text":
        return TextSink(file, PlainWriter(reader) if source.format == "text" else PlainRows())
    if form == "jsonl":
        return TextSink(
            file, JsonWriter(reader, added) if source.format == "jsonl" else JsonRows(column, added)
        )
    if source.format in ("csv", "tsv") and _keeps_separator(source, form, reader.grammar.separator):
        return TextSink(file, SeparatedWriter(reader, added))
    names = _all_names(source, reader, added, form)
    return TextSink(file, SeparatedRows("\t" if form == "tsv" else ",", names, column, added))


def _keeps_separator(source: Source, form: FileFormat, separator: str) -> bool:
    return source.format == form or (separator == "\t") == (form == "tsv")


def _schema(source: Source, reader: Any, added: Added) -> Any:
    """Find the types of all columns, of JSON by reading all of it once before."""
    from fairkit.door.arrow_files import added_schema, inferred

    schema = None
    names = _all_names(source, reader, added, "parquet")
    if source.format != "jsonl":
        return added_schema(inferred([dict.fromkeys(names, "")], names, None), added)
    with opened(source) as whole:
        for chunk in whole.chunks():
            rows = [chunk.cells(place) for place in range(len(chunk.texts))]
            schema = inferred(rows, names, schema)
    if schema is None:
        schema = inferred([], names, None)
    return added_schema(schema, added)


def _all_names(source: Source, reader: Any, added: Added, form: FileFormat) -> tuple[str, ...]:
    """Find all columns before the first row is written, of JSON by reading all of it once before."""
    if source.format != "jsonl":
        names: tuple[str, ...] = reader.names
        return names
    if not source.paths:
        raise UsageError(
            f"JSON Lines of standard input cannot become {form}, whose columns must be known before the "
            "first row; write the rows to a file first."
        )
    names = keys_met(source)
    problems = [
        f"rows have '{name}' already; name the new column otherwise." for name in added if name in names
    ]
    if problems:
        raise DataError(*problems)
    return names


def _files(text: str, form: FileFormat | None) -> tuple[tuple[Path, ...], FileFormat]:
    path = Path(text)
    if text and path.is_file():
        if path.stat().st_size == 0:
            raise DataError(f"the file is empty: '{path.name}'.")
        return (path,), format_named(path, form=form)
    found = open_path(text)  # a folder, a glob, or what to say of a path that is nothing
    return found.paths, form or format_named(found.paths[0])


def _columns(paths: tuple[Path, ...]) -> list[str]:
    """List the columns there are, for a message."""
    try:
        return list(open_path(paths[0]).names)
    except DataError:
        return []


def keys_met(source: Source, *, until: str | None = None) -> tuple[str, ...]:
    """List the keys of JSON Lines, of all rows or up to one that has a key; none of standard input."""
    if not source.paths:
        return ()
    with opened_lines(source.paths[0]) as lines:
        return keys_of(lines, until=until)


def check_format(form: str | None) -> None:
    """Refuse a format that does not exist.

    Raises
    ------
    UsageError
        It does not.
    """
    known = get_args(FileFormat)
    if form is not None and form not in known:
        raise UsageError(
            f"format '{form}' is unknown (there are {shortlist(known)}).{did_you_mean(form, known)}"
        )
