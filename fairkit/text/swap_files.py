"""Files whose texts are swapped: streamed, so that they may be larger than memory; all else stays."""

from __future__ import annotations

import contextlib
import gzip
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast, get_args

from fairkit.errors import DataError, OutputError, UsageError, unknown_name
from fairkit.report.writing import written_whole
from fairkit.text.augmentation import AUGMENTING, Mode, check_mode, drawn, versions
from fairkit.text.files.chunks import Added, Row
from fairkit.text.files.opening import (
    FileFormat,
    Source,
    check_format,
    format_named,
    keys_met,
    opened,
    sink,
    source_of,
)
from fairkit.text.rewriters import GENDER, rewriter_of
from fairkit.text.rewriting import Rewriter
from fairkit.text.swap_summary import SwapSummary, Tally
from fairkit.text.swap_work import Work, done_in_order

__all__ = ["swap_file"]

_TEXT_FORMATS = ("csv", "tsv", "jsonl", "text")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is done with the rows of a file."""

    mode: Mode
    into: str | None
    identifier: str | None
    seed: int
    probability: float
    version: str
    pair: str

    @property
    def added(self) -> Added:
        """The columns that are added to every row."""
        if self.mode == "replace":
            return {} if self.into is None else {self.into: str}
        return {self.version: str} if self.mode == "substitute" else {self.version: str, self.pair: int}


def swap_file(
    data: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    *,
    column: str | None = None,
    attribute: str | os.PathLike[str] | Mapping[str, Any] | Rewriter = GENDER,
    mode: Mode = "replace",
    into: str | None = None,
    drop_ambiguous: bool = False,
    identifier: str | None = None,
    probability: float = 0.5,
    seed: int = 0,
    version: str = "version",
    pair: str = "pair",
    form: FileFormat | None = None,
    output_form: FileFormat | None = None,
    workers: int = 1,
    show: int = 0,
    progress: Callable[[int], object] | None = None,
    **options: Any,
) -> SwapSummary:
    r"""Swap the texts of a file, row by row, and write everything else as it is.

    Parameters
    ----------
    data : str or path
        CSV, TSV, JSON Lines (each also ``.gz``), Parquet, Arrow or plain text with one text a line; a folder
        or glob of Parquet; ``"-"`` for standard input.
    output : str or path, optional
        The file to write, of the same format or another; ``"-"`` for standard output. Without it nothing is
        written, only counted. A file takes its name when it is complete.
    column : str, optional
        The column of texts; lines of plain text need none.
    attribute : str, path, mapping or Rewriter
        ``"gender"``, or a table; see :func:`fairkit.text.rewriters.rewriter_of`.
    mode : {"replace", "add", "substitute", "where-changed"}
        ``replace`` writes the counterfactual of every text in its place; the others are those of
        :func:`fairkit.text.augment`.
    into : str, optional
        With ``replace``: a new column for the counterfactual, so that the text stays.
    drop_ambiguous : bool, default False
        Whether a counterfactual in doubt is not used.
    identifier : str, optional
        With ``substitute``: a column; rows of one value are drawn together. Else each row by its number.
    probability : float, default 0.5
    seed : int, default 0
    version, pair : str
        Names of the columns that say which version a row is, and which rows belong together.
    form, output_form : {"csv", "tsv", "jsonl", "parquet", "arrow", "text"}, optional
        Formats, where names do not tell.
    workers : int, default 1
        Processes; they pay from some 100,000 texts on.
    show : int, default 0
        How many of the first texts that change are kept as examples.
    progress : callable, optional
        Is told how many rows are done.
    **options
        Those of :class:`fairkit.text.GenderSwapper` or :class:`fairkit.text.TableSwapper`.

    Returns
    -------
    SwapSummary

    Raises
    ------
    DataError
        The file cannot be read, is damaged or no UTF-8, has no such column, or no texts in it.
    UsageError
        Options are wrong.
    OutputError
        The file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     rows = Path(folder, "rows.csv")
    ...     _ = rows.write_text("id,text\n1,She sang.\n2,It rained.\n")
    ...     found = swap_file(rows, Path(folder, "swapped.csv"), column="text")
    ...     print(Path(folder, "swapped.csv").read_text(), end="")
    id,text
    1,He sang.
    2,It rained.
    >>> found.rows, found.changed, found.unchanged
    (2, 1, {'no gendered word': 1})
    """
    asked = Asked(mode, into, identifier, seed, probability, version, pair)
    _check(asked, workers=workers, forms=(form, output_form))
    rewriter = rewriter_of(attribute, **options)
    source = source_of(data, column=column, form=form)
    target = None if output is None else _target(output, source, output_form)
    if target == "text" and into is not None:
        raise UsageError(
            f"plain text has no columns, so there is none for '{into}'; write CSV or JSON Lines."
        )
    work = Work(rewriter, drop_ambiguous, show)
    total, written, used = Tally(), 0, 0
    with opened(source) as reader, _file(output) as file:
        _check_names(source, reader, asked)
        out = None if file is None or target is None else sink(file, target, source, reader, asked.added)
        done = contextlib.closing(done_in_order(work, reader.chunks(), workers=workers))
        with done as chunks:
            for chunk, outcome in chunks:
                rows = _rows(chunk, outcome.texts, asked, first=total.rows)
                total.merge(outcome.tally, show=show)
                written += len(rows)
                used += sum(row.added[0] == "counterfactual" for row in rows) if mode == "substitute" else 0
                if out is not None:
                    out.write(chunk, rows)
                if progress is not None:
                    progress(total.rows)
        if out is not None:
            out.close()
    settings = {
        "data": os.fspath(data),
        "column": source.column,
        "mode": mode,
        "drop_ambiguous": drop_ambiguous,
        **({"seed": seed, "probability": probability} if mode == "substitute" else {}),
        **{name: value for name, value in options.items() if isinstance(value, str)},
    }
    return SwapSummary.of(
        total,
        attribute=rewriter.attribute,
        written=0 if target is None else written,
        substituted=used if mode == "substitute" else None,
        settings=settings,
    )


def _check(asked: Asked, *, workers: int, forms: Sequence[str | None]) -> None:
    for form in forms:
        check_format(form)
    check_mode(asked.mode, seed=asked.seed, probability=asked.probability, known=get_args(Mode))
    problems = []
    if asked.into is not None and asked.mode != "replace":
        problems.append(
            f"a new column goes with the mode 'replace', not with '{asked.mode}'; leave out one of them."
        )
    if asked.identifier is not None and asked.mode != "substitute":
        problems.append(f"an identifier goes with the mode 'substitute', not with '{asked.mode}'.")
    if type(workers) is not int or workers < 1:
        problems.append(f"workers must be a whole number from 1 on, it is {workers!r}.")
    if asked.mode in AUGMENTING and asked.version == asked.pair:
        problems.append(f"version and pair are both called '{asked.pair}'; they are two columns.")
    if problems:
        raise UsageError(*problems)


def _target(output: str | os.PathLike[str], source: Source, form: FileFormat | None) -> FileFormat:
    """Tell the format that is written."""
    if os.fspath(output) == "-":
        found = form or source.format
        if found not in _TEXT_FORMATS:
            raise UsageError(f"{found} goes into a file, not to standard output; name one (-o FILE.{found}).")
        return found
    path = Path(output)
    if any(path.exists() and path.samefile(read) for read in source.paths):
        raise OutputError(f"'{path}' is the data that are read; name another file.")
    return form or format_named(path)


def _check_names(source: Source, reader: Any, asked: Asked) -> None:
    """Refuse to add a column that is there, and to draw by one that is not."""
    names = list(reader.names)
    problems = [
        f"the data have a column '{name}' already; name the new one otherwise."
        for name in asked.added
        if name in names
    ]
    identifier = asked.identifier
    if identifier is not None and identifier not in names:
        if source.format == "jsonl":
            names = list(keys_met(source, until=identifier))
        if identifier not in names:
            problems.append(unknown_name("column", identifier, names))
    if problems:
        raise DataError(*problems)


def _rows(chunk: Any, after: Sequence[str | None], asked: Asked, *, first: int) -> list[Row]:
    """Decide which versions of a chunk's rows are written."""
    if asked.mode == "replace":
        if asked.into is None:
            return [Row(place, text) for place, text in enumerate(after)]
        return [Row(place, chunk.texts[place], (text,)) for place, text in enumerate(after)]
    draws: list[bool] = []
    if asked.mode == "substitute":
        keys = _keys(chunk, asked.identifier, first, len(after))
        draws = [drawn(key, seed=asked.seed, probability=asked.probability) for key in keys]
    found = versions(asked.mode, chunk.texts, after, draws=draws)
    if asked.mode == "substitute":
        return [Row(place, text, (kind,)) for place, text, kind in found]
    return [Row(place, text, (kind, first + place)) for place, text, kind in found]


def _keys(chunk: Any, identifier: str | None, first: int, rows: int) -> Iterator[object]:
    if identifier is None:
        yield from range(first, first + rows)
        return
    from fairkit.door.cells import level_text

    for place in range(rows):
        value = level_text(chunk.cells(place).get(identifier))
        yield first + place if value is None or value == "" else f"={value}"


@contextlib.contextmanager
def _file(output: str | os.PathLike[str] | None) -> Iterator[IO[bytes] | None]:
    """Open what is written to: a file that takes its name when it is complete, packed or not, or a stream."""
    if output is None:
        yield None
    elif os.fspath(output) == "-":
        sys.stdout.flush()
        stream = sys.stdout.buffer
        yield stream
        stream.flush()
    else:
        with written_whole(output) as file:
            if Path(output).suffix.lower() != ".gz":
                yield file
                return
            with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
                yield cast("IO[bytes]", packed)
