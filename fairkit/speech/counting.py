"""Counts of utterances: sums by group, speaker, system and normaliser, of which rates are made.

Every utterance adds its hits, substitutions, deletions and insertions, their products, and its own error
rate. All of these add exactly: edits are whole numbers, and the rate of an utterance is taken to the nearest
multiple of 2^-30 (an error below 5e-10), so that no order of rows, and no way to split and merge them, moves
a sum by a bit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from fairkit._levels import runs
from fairkit.batches.described import every_cluster
from fairkit.counts import FIELDS, LEFT_OUT, Axis, Counts, natural_order
from fairkit.errors import DataError, UsageError, did_you_mean, shortlist, unknown_name
from fairkit.kinds import EDITS
from fairkit.speech.utterances import BoolArray, IntArray, Utterances

FloatArray = NDArray[np.float64]

EmptyReferences = Literal["keep", "drop"]
"""What is done with utterances of whose reference normalising leaves nothing."""

SYSTEM, NORMALIZER = "system", "normalizer"
"""Names of the axes."""

_GRID = 2.0**30


def check_policy(policy: object) -> None:
    """Refuse what is no policy for empty references, rather than keep them by accident.

    Raises
    ------
    UsageError

    Examples
    --------
    >>> check_policy("dorp")
    Traceback (most recent call last):
        ...
    fairkit.errors.UsageError: empty_references 'dorp' is unknown (there are 'keep', 'drop')...
    """
    known = get_args(EmptyReferences)
    if policy not in known:
        raise UsageError(
            f"empty_references {policy!r} is unknown (there are {shortlist(known)})."
            f"{did_you_mean(str(policy), known)}"
        )


def word_counts(utterances: Utterances, *, empty_references: EmptyReferences = "keep") -> Counts:
    """Sum utterances by their attributes, speakers, systems and normalisers.

    Parameters
    ----------
    utterances : Utterances
    empty_references : {"keep", "drop"}
        Whether utterances with an empty reference count, with all their insertions, or are left out
        (``reference_empty``). Utterances without any reference always are (``reference_missing``).

    Returns
    -------
    Counts
        Of the utterances' kind, with clusters where a column of speakers was named. An utterance whose
        speaker is not known is a cluster of its own: it is taken to be independent of all others.

    Raises
    ------
    DataError
        Two systems, or two normalisers, have one name.
    UsageError
        The policy is unknown.

    Notes
    -----
    The sums of :func:`fairkit.kinds.FIELDS` are taken over utterances; `erroneous` counts those with an
    error, `spoken` those with something to recognise, and only these have an `utterance_rate`.

    Examples
    --------
    >>> from fairkit.speech.utterances import Stamp
    >>> edits = np.array([[[[3, 1, 0, 1]]], [[[4, 0, 0, 0]]]], np.int32)
    >>> none = np.zeros((2, 1, 1), bool)
    >>> said = Utterances(
    ...     ("asr",), (Stamp("none", "1", ""),), "words", np.array(["u1", "u2"], object), np.array([0, 0]),
    ...     ("ann",), ("accent",), (("US",),), np.array([[0], [0]]), edits, np.array([True, True]),
    ...     np.zeros((2, 1), bool), none, np.zeros((2, 1), bool), none,
    ... )
    >>> counts = word_counts(said)
    >>> counts.values[0, :5].tolist(), counts.cluster_ids
    ([2.0, 7.0, 1.0, 0.0, 1.0], ('ann',))
    """
    check_policy(empty_references)
    named = {SYSTEM: utterances.systems, NORMALIZER: tuple(stamp.name for stamp in utterances.normalizers)}
    problems = [
        f"two of the {what}s have one name: {shortlist(names)}; give each a name of its own."
        for what, names in named.items()
        if len(set(names)) < len(names)
    ]
    if problems:
        raise DataError(*problems)
    cluster, cluster_ids = every_cluster(utterances.speakers, utterances.speaker_ids, utterances.ids)
    sizes = [len(levels) for levels in utterances.levels]
    keys = utterances.codes
    if cluster is not None:
        keys, sizes = np.column_stack([keys, cluster]), [*sizes, len(cluster_ids)]
    order, starts = runs(np.asarray(keys, np.int64), sizes)
    cell = np.zeros(len(utterances), np.int64)
    cell[order] = np.repeat(np.arange(len(starts)), np.diff([*starts.tolist(), len(order)]))
    first = order[starts]
    codes = utterances.codes[first]
    axes = [natural_order(names) for names in named.values()]
    tables, inner = [], []
    for s, system in enumerate(utterances.systems):
        for z, normalizer in enumerate(named[NORMALIZER]):
            empty = utterances.empty_reference[:, z] & utterances.scored
            dropped = empty if empty_references == "drop" else np.zeros_like(empty)
            tables.append(_summed(utterances.edits[:, s, z], utterances.scored, dropped, cell, len(first)))
            place = (axes[0].index(system), axes[1].index(normalizer))
            inner.append(np.broadcast_to(np.array(place, np.int64), (len(first), 2)))
    width = len(FIELDS[utterances.kind]) + len(LEFT_OUT[utterances.kind])
    times = len(tables)
    return Counts.from_codes(
        utterances.kind,
        utterances.attributes,
        utterances.levels,
        np.tile(codes, (times, 1)).reshape(len(first) * times, len(utterances.attributes)),
        np.concatenate(tables) if tables else np.zeros((0, width)),
        clusters=None if cluster is None else np.tile(cluster[first], times),
        cluster_ids=cluster_ids,
        axes=(Axis(SYSTEM, axes[0]), Axis(NORMALIZER, axes[1])),
        axis_codes=np.concatenate(inner) if inner else np.zeros((0, 2), np.int64),
    )


def seen(counts: Counts, system: str, normalizer: str) -> Counts:
    """Take the counts of one system under one normaliser: what metrics read.

    Parameters
    ----------
    counts : Counts
        With the axes ``system`` and ``normalizer``, as :func:`word_counts` makes them.
    system, normalizer : str

    Returns
    -------
    Counts
        Without axes.

    Raises
    ------
    DataError
        There is no such axis, system or normaliser; all problems at once.

    Examples
    --------
    >>> from fairkit.counts import Kind
    >>> axes = [Axis("system", ()), Axis("normalizer", ())]
    >>> table = Counts.from_cells(
    ...     Kind.WORDS, ["accent"], [("US",), ("US",)], np.eye(2, 21), axes=axes,
    ...     axis_cells=[("old", "none"), ("new", "none")],
    ... )
    >>> seen(table, "old", "none").values[:, :3].tolist()
    [[1.0, 0.0, 0.0]]
    """
    names = tuple(axis.name for axis in counts.axes)
    if names != (SYSTEM, NORMALIZER) or counts.axis_codes is None:
        raise DataError(
            f"these counts have the axes {shortlist(names) if names else '(none)'}; systems and normalisers "
            "are axes of counts from word_counts()."
        )
    wanted = (system, normalizer)
    problems = [
        unknown_name(axis.name, name, [str(level) for level in axis.levels])
        for axis, name in zip(counts.axes, wanted, strict=True)
        if name not in axis.levels
    ]
    if problems:
        raise DataError(*problems)
    place = [axis.levels.index(name) for axis, name in zip(counts.axes, wanted, strict=True)]
    chosen = (counts.axis_codes == np.array(place)).all(axis=1)
    table = Counts.from_codes(
        counts.kind,
        counts.attributes,
        counts.levels,
        counts.codes[chosen],
        counts.values[chosen],
        squares=None if counts.squares is None else counts.squares[chosen],
        rows=None if counts.rows is None else counts.rows[chosen],
        clusters=None if counts.clusters is None else counts.clusters[chosen],
        cluster_ids=counts.cluster_ids,
    )
    return replace(table, clusters_lost=counts.clusters_lost)


def each_seen(counts: Counts) -> tuple[tuple[str | None, Counts], ...]:
    """Take the counts of every system under every normaliser, each with a name where there are several.

    Parameters
    ----------
    counts : Counts
        Of transcripts; without axes they are of one system and normaliser.

    Examples
    --------
    >>> from fairkit.counts import Kind
    >>> axes = [Axis("system", ()), Axis("normalizer", ())]
    >>> table = Counts.from_cells(
    ...     Kind.WORDS, ["accent"], [("US",), ("US",)], np.eye(2, 21), axes=axes,
    ...     axis_cells=[("old", "none"), ("new", "none")],
    ... )
    >>> [name for name, _ in each_seen(table)]
    ['new', 'old']
    """
    if not counts.axes:
        return ((None, counts),)
    systems, normalizers = (tuple(map(str, axis.levels)) for axis in counts.axes)
    found = []
    for system in systems:
        for normalizer in normalizers:
            named = [system] * (len(systems) > 1) + [normalizer] * (len(normalizers) > 1)
            found.append((", ".join(named) or None, seen(counts, system, normalizer)))
    return tuple(found)


def _summed(
    edits: NDArray[np.int32], scored: BoolArray, dropped: BoolArray, cell: IntArray, cells: int
) -> FloatArray:
    """Add up the fields of one system under one normaliser, shape (cells, fields)."""
    used = scored & ~dropped
    mine, where = edits[used].astype(np.float64), cell[used]

    def total(amount: FloatArray | None) -> FloatArray:
        return np.bincount(where, amount, cells).astype(np.float64)

    said, errors = mine[:, :3].sum(axis=1), mine[:, 1:].sum(axis=1)
    rate = np.rint(errors / np.maximum(said, 1.0) * _GRID) / _GRID * (said > 0)
    columns = [total(None), *(total(column) for column in mine.T)]
    columns += [total(mine[:, i] * mine[:, j]) for i in range(len(EDITS)) for j in range(i, len(EDITS))]
    columns += [total((errors > 0).astype(np.float64)), total((said > 0).astype(np.float64)), total(rate)]
    columns.append(total(np.rint(rate**2 * _GRID) / _GRID))
    for left_out in (~scored, dropped):
        columns.append(np.bincount(cell[left_out], minlength=cells).astype(np.float64))
    return np.column_stack(columns)
