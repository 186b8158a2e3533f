"""Rows of any engine in, :class:`Texts` out: what was written, and what is known of each text besides."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairkit.batches import map_batches
from fairkit.batches.described import clusters_of, coded, described, identifiers
from fairkit.counts import Level
from fairkit.errors import DataError, shortlist
from fairkit.files import open_path, source_of
from fairkit.groups import Attribute

IntArray = NDArray[np.int64]

_MOST_SHOWN = 5


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Texts, one entry each, in the order of the rows.

    Parameters
    ----------
    texts : array of (str or None), shape (texts,)
    ids : array of str, shape (texts,)
    attributes : tuple of str
    levels : tuple of tuple of (str or None)
        Levels of each attribute in natural order; None (missing) last.
    codes : array of int64, shape (texts, attributes)
        Position of each text's level in `levels`.
    clusters : array of int64, shape (texts,)
        Position in `cluster_ids`; -1 where the cluster is not known.
    cluster_ids : tuple of str
        Empty where no column of clusters was named.
    columns : mapping of str to array of (str or None)
        Further columns that were asked for, as levels.
    column : str
        Name of the column of texts.
    cluster : str or None
        Name of the column of clusters.
    source : str
    sha256 : str or None

    Examples
    --------
    >>> texts = read_texts({"said": ["Hello.", None], "sex": ["F", "M"]}, text="said", by=[Attribute("sex")])
    >>> len(texts), texts.levels, texts.given().tolist()
    (2, (('F', 'M'),), [True, False])
    """

    texts: NDArray[Any]
    ids: NDArray[Any]
    attributes: tuple[str, ...]
    levels: tuple[tuple[Level, ...], ...]
    codes: IntArray
    clusters: IntArray
    cluster_ids: tuple[str, ...] = ()
    columns: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    column: str = "text"
    cluster: str | None = None
    source: str = "arrays"
    sha256: str | None = None

    def __len__(self) -> int:
        return len(self.texts)

    def given(self) -> NDArray[np.bool_]:
        """Tell which texts there are, and have more than blanks, shape (texts,)."""
        return np.array([text is not None and not text.isspace() and text != "" for text in self.texts], bool)

    def group(self, attribute: str) -> IntArray:
        """Return the position of every text's level of one attribute, shape (texts,)."""
        return self.codes[:, self.attributes.index(attribute)]


@dataclass(frozen=True, slots=True)
class _Reader:
    """The function that a batch goes through; it is sent to other processes and machines."""

    text: str
    by: tuple[Attribute, ...]
    plain: tuple[str | None, ...]
    missing: tuple[str, ...]
    blank_is_empty: bool

    @property
    def columns(self) -> list[str]:
        """Every column that is read, once."""
        own = [a.name for a in self.by if a.predicate is None]
        read = [name for a in self.by if a.predicate is not None for name in a.predicate.columns]
        return list(dict.fromkeys([self.text, *filter(None, self.plain), *own, *read]))

    def __call__(self, batch: Any) -> dict[str, Any]:
        values = {name: batch.column(name).to_pylist() for name in self.columns}
        given = values[self.text]
        wrong = [v for v in given if not (v is None or isinstance(v, str) or v != v)]  # noqa: PLR0124 - NaN
        if wrong:
            raise DataError(
                f"column '{self.text}' must hold texts, it holds {shortlist(wrong, shown=_MOST_SHOWN)}."
            )
        blank = "" if self.blank_is_empty else None
        texts = [(None if v in self.missing else v) if isinstance(v, str) else blank for v in given]
        return {"text": texts, **described(self.by, self.plain, values, self.missing)}


def read_texts(
    data: Any,
    *,
    text: str,
    by: Sequence[Attribute] = (),
    cluster: str | None = None,
    identifier: str | None = None,
    keep: Sequence[str] = (),
    missing: str | Sequence[str] = (),
    progress: Callable[[int], object] | None = None,
    hash_files: bool = False,
) -> Texts:
    """Read texts and what is known of them.

    Parameters
    ----------
    data : frame or path
        Whatever :func:`fairkit.frames.count` takes, Spark and Dask included.
    text : str
        Column of texts.
    by : sequence of Attribute
        Columns, or predicates, to group by.
    cluster : str, optional
        Column of what makes texts alike: their template, their author.
    identifier : str, optional
        Column that names the texts; else they are numbered.
    keep : sequence of str
        Further columns to keep, as levels: a label.
    missing : str or sequence of str
        Texts that mean "missing".
    progress : callable, optional
        Is told how many rows have been read.
    hash_files : bool
        Hash files of any size.

    Returns
    -------
    Texts

    Raises
    ------
    DataError
        The data cannot be read, lack a column, have no texts where texts should be, or no text at all.

    Examples
    --------
    >>> rows = {"text": ["She sang.", ""], "where": ["stage", "street"], "label": [1, 0]}
    >>> texts = read_texts(rows, text="text", by=[Attribute("where")], keep=["label"])
    >>> texts.columns["label"].tolist(), texts.ids.tolist()
    (['1', '0'], ['1', '2'])
    """
    written = open_path(data).format if isinstance(data, str | os.PathLike) else ""
    missing = (missing,) if isinstance(missing, str) else tuple(missing)
    reader = _Reader(text, tuple(by), (cluster, identifier, *keep), missing, written == "csv")
    columns = map_batches(data, reader, columns=reader.columns, progress=progress)
    texts = np.asarray(columns["text"], object)
    found, problems = coded(columns, by, untyped=written in ("csv", "json"))
    if not any(isinstance(one, str) and one.strip() for one in texts):
        problems.append(f"no row has a text in column '{text}' ({len(texts):,} rows read).")
    if problems:
        raise DataError(*problems)
    clusters, cluster_ids = clusters_of(columns, cluster, rows=len(texts), what="cluster")
    source, digest = source_of(data, hash_files=hash_files)
    return Texts(
        texts=texts,
        ids=identifiers(columns, identifier, rows=len(texts), what="a text"),
        attributes=tuple(a.name for a in by),
        levels=tuple(levels for levels, _ in found),
        codes=np.array([codes for _, codes in found], np.int64).reshape(len(found), len(texts)).T,
        clusters=clusters,
        cluster_ids=cluster_ids,
        columns={name: np.asarray(columns[f"level.{name}"], object) for name in keep},
        column=text,
        cluster=cluster,
        source=source,
        sha256=digest,
    )
