"""The public part as hunters get it: a table that any program reads, and beside it what its columns mean.

``public.csv`` (and the same as ``public.parquet``) has the coarsened columns that claims may test, what is
true, what the host's model answers, and what other models answer. With ``schema.json``
(`bounty.holdout.public_schema`) it gives exactly the part that the host judges claims on.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from bounty.holdout.coarsening import Coarsening
from bounty.holdout.part_files import write_whole
from bounty.holdout.public_schema import DESCRIPTION, PublicSchema, content, damaged, read_schema
from bounty.rows.answers import Answers, AnswerSpace, Form, Truth, as_amounts
from bounty.rows.columns import Column, Columns, code_type
from bounty.rows.losses import Loss
from bounty.rows.splits import Split
from fairkit.errors import BountyError

TABLE, PARQUET = "public.csv", "public.parquet"
MOST_BYTES = 2 * 2**30
"""A larger table is refused."""

_MOST_DIGITS = 18


def public_table(split: Split, space: AnswerSpace) -> pa.Table:
    """Give a part as a table: the columns that claims may test, what is true, and what models answer.

    Parameters
    ----------
    split : Split
    space : AnswerSpace

    Returns
    -------
    pyarrow.Table
        Numbers, truth values and texts as such; null where a value is missing.

    Examples
    --------
    >>> from bounty.rows.answers import Form
    >>> space, said = AnswerSpace(Form.DECISION, ("no", "yes")), Answers.of(Form.DECISION, [1, 0])
    >>> split = Split("public", Columns.of({"age": [20, None]}), Truth(np.array([1, 1], np.uint8)), said)
    >>> public_table(split, space).to_pylist()
    [{'age': 20, 'label': 'yes', 'prediction': 'yes'}, {'age': None, 'label': 'yes', 'prediction': 'no'}]
    """
    schema = PublicSchema.of(split, space)
    codes = _codes(split, schema)
    known = {column.name: (*column.levels, None) for column in schema.columns}
    arrays = {}
    for name in schema.names:
        values = known.get(name) or (schema.scores() if space.form is Form.SCORE else space.classes or None)
        taken = None if values is None else [values[code] for code in codes[name].tolist()]
        arrays[name] = pa.array(codes[name].astype(np.int64) if taken is None else taken)
    return pa.table(arrays)


def write_public(
    split: Split,
    folder: str | os.PathLike[str],
    *,
    space: AnswerSpace,
    losses: Sequence[Loss],
    coarsenings: Mapping[str, Coarsening] | None = None,
) -> None:
    r"""Write the public part for hunters.

    Parameters
    ----------
    split : Split
    folder : str or path
        Made where there is none; gets ``public.csv``, ``public.parquet`` and ``schema.json``.
    space : AnswerSpace
    losses : sequence of Loss
    coarsenings : mapping of str to Coarsening, optional
        How columns were made coarser, for hunters to know.

    Raises
    ------
    BountyError
        A level is an empty text, which a CSV cannot tell from a missing one.
    OutputError
        A file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from bounty.rows.answers import Form
    >>> space, said = AnswerSpace(Form.DECISION, ("no", "yes")), Answers.of(Form.DECISION, [1, 0])
    >>> split = Split("public", Columns.of({"age": [20, None]}), Truth(np.array([1, 1], np.uint8)), said)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_public(split, folder, space=space, losses=[Loss.named("error", space.form)])
    ...     Path(folder, "public.csv").read_text()
    'age,label,prediction\n20,yes,yes\n,yes,no\n'
    """
    schema = PublicSchema.of(split, space, losses=tuple(losses), coarsenings=coarsenings)
    if empty := [column.name for column in schema.columns if "" in column.levels]:
        raise BountyError(
            f"columns {', '.join(empty)} have an empty text, which a CSV cannot tell from a missing one."
        )
    texts = schema.texts()
    codes = _codes(split, schema)
    cells = [
        [texts[name][code] for code in codes[name].tolist()] if name in texts else codes[name].tolist()
        for name in schema.names
    ]
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")  # with "\n" it would not quote a "\r" in a text
    writer.writerow(schema.names)
    writer.writerows(zip(*cells, strict=True))
    table = written.getvalue().encode()
    packed = io.BytesIO()
    pq.write_table(public_table(split, space), packed)
    described = json.dumps(
        replace(schema, sha256=hashlib.sha256(table).hexdigest()).to_dict(), indent=1, allow_nan=False
    )
    write_whole(Path(folder, TABLE), table, private=False)
    write_whole(Path(folder, PARQUET), packed.getvalue(), private=False)
    write_whole(Path(folder, DESCRIPTION), described.encode(), private=False)


def read_public(folder: str | os.PathLike[str]) -> Split:
    """Read the public part back, exactly as the host has it.

    Raises
    ------
    BountyError
        A file is not there, was changed, or is damaged.

    Examples
    --------
    >>> read_public("nowhere")
    Traceback (most recent call last):
    ...
    fairkit.errors.BountyError: there is no file 'nowhere/schema.json'; pull the bounty's public part again.
    """
    schema = read_schema(folder)
    file = Path(folder, TABLE)
    try:
        return _split(schema, _cells(schema, content(file, MOST_BYTES)))
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        raise damaged(file, error) from None


# --- writing ---


def _codes(split: Split, schema: PublicSchema) -> dict[str, npt.NDArray[Any]]:
    codes = {name: column.codes for name, column in split.columns.by_name.items()}
    if split.truth.codes is not None:
        codes[schema.truth] = split.truth.codes
    if split.truth.units is not None:
        codes[schema.truth] = split.truth.units.array()
    codes[schema.answer] = split.host.codes
    codes |= {name: split.alternatives[use].codes for use, name in schema.alternatives.items()}
    return codes


# --- reading ---


def _cells(schema: PublicSchema, table: bytes) -> dict[str, Sequence[str]]:
    """Read the table's cells, column by column."""
    if hashlib.sha256(table).hexdigest() != schema.sha256:
        raise ValueError("it was changed since the host wrote it")
    header, *rows = csv.reader(io.StringIO(table.decode(), newline=""), strict=True)
    if header != schema.names or len(rows) != schema.rows:
        raise ValueError("it has other columns or rows than schema.json says")
    columns = zip(*rows, strict=True) if rows else [()] * len(header)
    return dict(zip(header, columns, strict=True))


def _split(schema: PublicSchema, cells: Mapping[str, Sequence[str]]) -> Split:
    texts = schema.texts()
    codes = {
        name: _coded(name, column, texts[name]) if name in texts else _numbers(name, column)
        for name, column in cells.items()
    }
    columns = {
        one.name: Column(one.name, one.kind, one.levels, codes[one.name].astype(code_type(len(one.levels))))
        for one in schema.columns
    }
    form = schema.space.form
    said = {
        name: _answers(schema.space, codes[name]) for name in (schema.answer, *schema.alternatives.values())
    }
    true = codes[schema.truth]
    if form is Form.COST:
        truth = Truth(units=as_amounts(true.astype(np.bool_) if schema.binary_units else true))
    else:
        truth = Truth(_answers(schema.space, true).codes)
    others = {use: said[name] for use, name in schema.alternatives.items()}
    return Split("public", Columns(columns, schema.rows), truth, said[schema.answer], others)


def _answers(space: AnswerSpace, codes: npt.NDArray[Any]) -> Answers:
    if space.form is Form.CLASSES:  # as wide as for all rows of the host
        return Answers(space.form, codes.astype(code_type(len(space.classes) - 1)))
    return Answers.of(space.form, codes)


def _coded(name: str, cells: Sequence[str], texts: Sequence[str]) -> npt.NDArray[np.int64]:
    index = {text: code for code, text in enumerate(texts)}
    try:
        return np.fromiter((index[cell] for cell in cells), np.int64, len(cells))
    except KeyError as error:
        raise ValueError(
            f"column '{name}' has {error.args[0][:40]!r}, which schema.json does not list"
        ) from None


def _numbers(name: str, cells: Sequence[str]) -> npt.NDArray[np.int64]:
    wrong = next(
        (cell for cell in cells if not (cell.isascii() and cell.isdecimal() and len(cell) <= _MOST_DIGITS)),
        None,
    )
    if wrong is not None:
        raise ValueError(f"column '{name}' has {wrong[:40]!r}, which is no whole number from 0 on")
    return np.array(list(map(int, cells)), dtype=np.int64)
