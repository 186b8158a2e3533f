"""Counts of texts: what was measured of each, summed by group and cluster.

A text adds to a measure only if it was measured: one without a gendered word has no counterfactual, and a gap
of 0 would say that there was one and nothing changed.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from fairkit._levels import runs
from fairkit.batches.described import every_cluster
from fairkit.counts import FIELDS, LEFT_OUT, Counts, Kind
from fairkit.errors import DataError, UsageError, shortlist, unknown_name
from fairkit.kinds import MEASURES
from fairkit.text.rows import Texts

FloatArray = NDArray[np.float64]


def text_counts(texts: Texts, measures: Mapping[str, FloatArray]) -> Counts:
    """Sum what was measured of texts by their attributes and clusters.

    Parameters
    ----------
    texts : Texts
    measures : mapping of str to array of float64, shape (texts,)
        Of :data:`fairkit.kinds.MEASURES`; NaN where a text has no value.

    Returns
    -------
    Counts
        Of kind ``moments``. A text whose cluster is not known is a cluster of its own. Texts that are missing
        or blank, and those of which nothing was measured, are left out under these reasons.

    Raises
    ------
    UsageError
        A measure is unknown or has another number of values.
    DataError
        A value is infinite.

    Examples
    --------
    >>> from fairkit.groups import Attribute
    >>> from fairkit.text.rows import read_texts
    >>> rows = {"text": ["a", "b", None], "sex": ["F", "F", "M"]}
    >>> texts = read_texts(rows, text="text", by=[Attribute("sex")])
    >>> counts = text_counts(texts, {"counterfactual_gap": np.array([0.5, np.nan, np.nan])})
    >>> counts.values[:, 0].tolist(), counts.values[:, -3:].tolist()
    ([1.0, 0.0], [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    """
    _check(texts, measures)
    missing = np.array([text is None for text in texts.texts], bool)
    empty = ~missing & ~texts.given()
    nothing = np.ones(len(texts), bool)
    for values in measures.values():
        nothing &= np.isnan(values)
    nothing &= ~missing & ~empty
    used = ~(missing | empty | nothing)
    cluster, cluster_ids = every_cluster(texts.clusters, texts.cluster_ids, texts.ids)
    sizes = [len(levels) for levels in texts.levels]
    keys = texts.codes
    if cluster is not None:
        keys, sizes = np.column_stack([keys, cluster]), [*sizes, len(cluster_ids)]
    order, starts = runs(np.asarray(keys, np.int64), sizes)
    cell = np.zeros(len(texts), np.int64)
    cell[order] = np.repeat(np.arange(len(starts)), np.diff([*starts.tolist(), len(order)]))
    first = order[starts]
    fields = (*FIELDS[Kind.MOMENTS], *LEFT_OUT[Kind.MOMENTS])
    table = np.zeros((len(first), len(fields)))

    def add(field: str, where: NDArray[np.bool_], amounts: FloatArray | None = None) -> None:
        given = None if amounts is None else amounts[where]
        table[:, fields.index(field)] = np.bincount(cell[where], given, len(first))

    add("texts", used)
    for name, values in measures.items():
        known = used & ~np.isnan(values)
        add(f"{name}_texts", known)
        add(name, known, values)
        add(f"{name}2", known, values**2)
    for name, where in zip(LEFT_OUT[Kind.MOMENTS], (missing, empty, nothing), strict=True):
        add(name, where)
    return Counts.from_codes(
        Kind.MOMENTS,
        texts.attributes,
        texts.levels,
        texts.codes[first],
        table,
        clusters=None if cluster is None else cluster[first],
        cluster_ids=cluster_ids,
    )


def _check(texts: Texts, measures: Mapping[str, FloatArray]) -> None:
    problems = [unknown_name("measure", name, list(MEASURES)) for name in measures if name not in MEASURES]
    problems += [
        f"measure '{name}' has shape {values.shape}; one value a text is needed, {len(texts):,} in all."
        for name, values in measures.items()
        if values.shape != (len(texts),)
    ]
    if not measures:
        problems.append(f"nothing was measured; give one of {shortlist(list(MEASURES))}.")
    if problems:
        raise UsageError(*problems)
    problems = [
        f"measure '{name}' is infinite for {int(np.isinf(values).sum()):,} texts, the first "
        f"'{texts.ids[int(np.isinf(values).argmax())]}'; the model's numbers overflow."
        for name, values in measures.items()
        if np.isinf(values).any()
    ]
    if problems:
        raise DataError(*problems)
