"""A column of texts swapped in a frame, and frames augmented with counterfactuals."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from fairkit.door.cells import level_text
from fairkit.door.columns import FrameColumns, columns_of
from fairkit.door.lazy_columns import appended, is_lazy
from fairkit.errors import DataError, UsageError, unknown_name
from fairkit.text.augmentation import Augmenting, check_mode, drawn, versions
from fairkit.text.rewriters import GENDER, rewriter_of
from fairkit.text.rewriting import Rewriter

__all__ = ["augment", "swap_column"]


def swap_column(
    data: Any,
    column: str,
    *,
    attribute: str | os.PathLike[str] | Mapping[str, Any] | Rewriter = GENDER,
    into: str | None = None,
    **options: Any,
) -> Any:
    """Swap the texts of one column of a frame.

    Parameters
    ----------
    data : frame or path
        pandas, Polars (lazy, too), pyarrow, DuckDB, Dask, Spark, a mapping of columns, or a file. Of CSV and
        JSON Lines all columns are texts; :func:`fairkit.text.swap_file` keeps them as they are.
    column : str
        The column of texts; missing ones stay missing.
    attribute : str, path, mapping or Rewriter
        ``"gender"``, or a table; see :func:`fairkit.text.rewriters.rewriter_of`.
    into : str, optional
        The column for the counterfactuals; the default is the column's name with ``_swapped``. The column's
        own name replaces the texts.
    **options
        Those of :class:`fairkit.text.GenderSwapper` or :class:`fairkit.text.TableSwapper`.

    Returns
    -------
    frame
        Of the same type, with rows, index and all other columns as they were; a query of Polars, Dask or
        Spark is still one. A stream, a DuckDB relation or a file becomes a `pyarrow.Table`.

    Raises
    ------
    DataError
        There is no such column, or it holds no texts; or there is another one of the name `into`.
    UsageError
        Options are wrong.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"text": ["She sang.", None, "It rained."]}, index=[7, 8, 9])
    >>> swap_column(frame, "text")["text_swapped"].tolist()
    ['He sang.', nan, 'It rained.']
    """
    rewriter = rewriter_of(attribute, **options)
    into = f"{column}_swapped" if into is None else into
    swapped = partial(_swapped, column=column, into=into, rewriter=rewriter)
    if is_lazy(data):
        return appended(data, swapped, partial(_swapped_names, column=column, into=into), by_row=True)
    return swapped(data)


@dataclass(frozen=True, slots=True)
class _Augmenting:
    """How a frame is augmented."""

    column: str
    mode: Augmenting
    drop_ambiguous: bool
    identifier: str | None
    probability: float
    seed: int
    version: str
    pair: str

    @property
    def wanted(self) -> list[str]:
        """Return the columns that must be there."""
        return [self.column, *([] if self.identifier is None else [self.identifier])]

    def added(self, names: Sequence[str]) -> dict[str, type]:
        """Say which columns are added, or refuse them."""
        problems = [unknown_name("column", name, list(names)) for name in self.wanted if name not in names]
        new: dict[str, type] = {self.version: str, **({} if self.mode == "substitute" else {self.pair: int})}
        problems += [
            f"the data have a column '{name}' already; name the new one otherwise."
            for name in new
            if name in names
        ]
        if problems:
            raise DataError(*problems)
        return {self.column: str, **new}


def augment(
    data: Any,
    column: str,
    *,
    mode: Augmenting = "add",
    attribute: str | os.PathLike[str] | Mapping[str, Any] | Rewriter = GENDER,
    drop_ambiguous: bool = False,
    identifier: str | None = None,
    probability: float = 0.5,
    seed: int = 0,
    version: str = "version",
    pair: str = "pair",
    **options: Any,
) -> Any:
    """Augment rows with the counterfactuals of their texts.

    Parameters
    ----------
    data : frame or path
        pandas, Polars (lazy, too), pyarrow, DuckDB, a mapping of columns, or a file.
    column : str
        The column of texts.
    mode : {"add", "where-changed", "substitute"}
        ``add`` puts the counterfactual of each text behind it, and doubles texts without one, so that their
        share stays. ``where-changed`` adds counterfactuals only where there are any. ``substitute`` puts the
        counterfactual in place of the text, or not, by lot: as many rows as before, and no text twice.
    attribute : str, path, mapping or Rewriter
    drop_ambiguous : bool, default False
        Whether counterfactuals in doubt are left out.
    identifier : str, optional
        With ``substitute``: rows of one value are drawn together, such as the sentences of a document. Else
        each row is drawn by its number.
    probability : float, default 0.5
        Of a substitution.
    seed : int, default 0
        Rows and seed alone decide, so that every engine gives the same.
    version, pair : str
        Names of the columns that are added: which version a row is (``original``, ``counterfactual``, or
        ``copy`` of a text that has none), and, but for ``substitute``, the number of the row it comes from.
    **options
        Those of :class:`fairkit.text.GenderSwapper` or :class:`fairkit.text.TableSwapper`.

    Returns
    -------
    frame
        Of the same type; labels and all other columns come along, and an index is repeated. A stream, a
        DuckDB relation or a file becomes a `pyarrow.Table`.

    Raises
    ------
    DataError
        Columns are missing, or are there already.
    UsageError
        Options are wrong.

    Examples
    --------
    >>> rows = {"text": ["She sang.", "It rained."], "label": [1, 0]}
    >>> found = augment(rows, "text", mode="where-changed")
    >>> found["text"], found["label"]
    (['She sang.', 'He sang.', 'It rained.'], [1, 1, 0])
    >>> found["version"], found["pair"]
    (['original', 'counterfactual', 'original'], [0, 0, 1])
    """
    check_mode(mode, seed=seed, probability=probability)
    if mode != "substitute" and version == pair:
        raise UsageError(f"version and pair are both called '{pair}'; they are two columns.")
    if identifier is not None and mode != "substitute":
        raise UsageError(f"an identifier goes with the mode 'substitute', not with '{mode}'; leave it out.")
    asked = _Augmenting(column, mode, drop_ambiguous, identifier, probability, seed, version, pair)
    augmented = partial(_augmented, asked=asked, rewriter=rewriter_of(attribute, **options))
    if is_lazy(data):
        return appended(data, augmented, asked.added, by_row=False)
    return augmented(data)


def _swapped_names(names: Sequence[str], *, column: str, into: str) -> dict[str, type]:
    problems = [] if column in names else [unknown_name("column", column, list(names))]
    if into != column and into in names:
        problems.append(f"the data have a column '{into}' already; name the new one otherwise (into=...).")
    if problems:
        raise DataError(*problems)
    return {into: str}


def _swapped(data: Any, *, column: str, into: str, rewriter: Rewriter) -> Any:
    frame = columns_of(data, wanted=[column])
    _swapped_names(frame.names, column=column, into=into)
    return frame.with_columns({into: _after(frame.texts(column), rewriter)}, like=column)


def _after(texts: Sequence[str | None], rewriter: Rewriter) -> list[str | None]:
    done = iter(rewriter.texts([text for text in texts if text is not None]))
    return [None if text is None else next(done) for text in texts]


def _augmented(data: Any, *, asked: _Augmenting, rewriter: Rewriter) -> Any:
    frame = columns_of(data, wanted=asked.wanted)
    asked.added(frame.names)
    texts = frame.texts(asked.column)
    after = _sure(texts, rewriter) if asked.drop_ambiguous else _after(texts, rewriter)
    draws = [
        drawn(key, seed=asked.seed, probability=asked.probability)
        for key in _keys(frame, asked.identifier, len(texts))
    ]
    found = list(versions(asked.mode, texts, after, draws=draws))
    columns: dict[str, Any] = {
        asked.column: [one.text for one in found],
        asked.version: [one.kind for one in found],
    }
    if asked.mode == "substitute":
        return frame.with_columns(columns, like=asked.column)
    columns[asked.pair] = [one.place for one in found]
    return frame.taken(columns[asked.pair]).with_columns(columns, like=asked.column)


def _sure(texts: Sequence[str | None], rewriter: Rewriter) -> list[str | None]:
    found = [None if text is None else rewriter(text) for text in texts]
    return [None if one is None else one.original if one.ambiguous else one.text for one in found]


def _keys(frame: FrameColumns, identifier: str | None, rows: int) -> list[object]:
    """Return what each row is drawn by: its identifier's text, or its number where it has none."""
    if identifier is None:
        return list(range(rows))
    levels = map(level_text, frame.values(identifier))
    return [place if level in (None, "") else f"={level}" for place, level in enumerate(levels)]
