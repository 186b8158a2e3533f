"""What is known of rows besides their content, as levels: groups, clusters, identifiers.

For rows whose content a Python function reads (transcripts, texts): it is handed Arrow batches, and writes
what describes the rows in the same words as the door does for all else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairkit.batches.answers import answers
from fairkit.counts import Level, natural_order
from fairkit.door.cells import csv_texts, level_text
from fairkit.errors import DataError, shortlist
from fairkit.groups import Attribute

Columns = Mapping[str, NDArray[Any]]

MAX_LEVELS = 1_000
"""An attribute with more levels is mostly an identifier."""

_MOST_SHOWN = 5
_ALONE = "\x00"  # no file of texts holds this character: no cluster is called so


def described(
    by: Sequence[Attribute],
    plain: Sequence[str | None],
    values: Mapping[str, list[Any]],
    missing: Sequence[str],
) -> dict[str, Any]:
    """Write what is known of each row of a batch besides its content, as columns ``level.<name>``.

    Parameters
    ----------
    by : sequence of Attribute
        Columns, or predicates, to group by.
    plain : sequence of (str or None)
        Further columns; None is passed over.
    values : mapping of str to list
        The columns of the batch.
    missing : sequence of str
        Texts that mean "missing".

    Examples
    --------
    >>> described([Attribute("sex")], ["who", None], {"sex": ["F", "?"], "who": [1, 2]}, ["?"])
    {'level.sex': ['F', None], 'level.who': ['1', '2']}
    """
    named = dict.fromkeys([*(a.name for a in by if a.predicate is None), *filter(None, plain)])
    found: dict[str, Any] = {f"level.{name}": level_texts(values[name], missing) for name in named}
    for a in by:
        if a.predicate is not None:
            found[f"level.{a.name}"] = answers(a.predicate, values, missing)
    return found


def level_texts(values: Sequence[Any], missing: Sequence[str]) -> list[Level]:
    """Write the values of a column as levels, each distinct one once.

    Examples
    --------
    >>> level_texts([3.0, "?", None], ["?"])
    ['3', None, None]
    """
    known: dict[Any, Level] = {}
    found = []
    for value in values:
        # Lists and structures, which cannot be keys, are refused as soon as one is met.
        key = (type(value), None if isinstance(value, list | dict) else value)
        if key not in known:
            text = level_text(value)
            known[key] = None if text in missing else text
        found.append(known[key])
    return found


def codes_of(values: Sequence[Level], *, untyped: bool) -> tuple[tuple[Level, ...], NDArray[np.int64]]:
    """Return the levels in natural order, and each row's place among them.

    Examples
    --------
    >>> levels, codes = codes_of(["10", "9.0", None], untyped=True)
    >>> levels, codes.tolist()
    (('9', '10', None), [1, 0, 2])
    """
    given = list(dict.fromkeys(values))
    written = csv_texts(given, ()) if untyped else tuple(given)
    levels = natural_order(written)
    place = {level: i for i, level in enumerate(levels)}
    of = {old: place[new] for old, new in zip(given, written, strict=True)}
    return levels, np.fromiter((of[value] for value in values), np.int64, len(values))


def coded(
    columns: Columns, by: Sequence[Attribute], *, untyped: bool
) -> tuple[list[tuple[tuple[Level, ...], NDArray[np.int64]]], list[str]]:
    """Return the levels and codes of every attribute, and what is wrong with them.

    Parameters
    ----------
    columns : mapping of str to array
        Of all batches, as :func:`described` wrote them.
    by : sequence of Attribute
    untyped : bool
        Whether the values were all texts, as those of a CSV are.

    Examples
    --------
    >>> columns = {"level.sex": np.array(["M", "F"], object)}
    >>> found, problems = coded(columns, [Attribute("sex")], untyped=False)
    >>> found[0][0], found[0][1].tolist(), problems
    (('F', 'M'), [1, 0], [])
    """
    found = [codes_of(columns[f"level.{a.name}"].tolist(), untyped=untyped) for a in by]
    problems = [
        f"'{a.name}' has {len(levels):,} levels; group by a column with at most {MAX_LEVELS:,}."
        for a, (levels, _) in zip(by, found, strict=True)
        if len(levels) > MAX_LEVELS
    ]
    return found, problems


def identifiers(columns: Columns, name: str | None, *, rows: int, what: str) -> NDArray[Any]:
    """Take the identifiers of the rows, or number them from 1.

    Parameters
    ----------
    columns : mapping of str to array
    name : str or None
        Column of identifiers.
    rows : int
    what : str
        What a row is: an utterance, a text.

    Raises
    ------
    DataError
        Identifiers lack or stand in several rows.

    Examples
    --------
    >>> identifiers({}, None, rows=2, what="text").tolist()
    ['1', '2']
    """
    if name is None:
        return np.array([str(row) for row in range(1, rows + 1)], object)
    ids = columns[f"level.{name}"]
    seen: dict[Level, int] = {}
    for one in ids:
        seen[one] = seen.get(one, 0) + 1
    lacking = seen.pop(None, 0)
    twice = [str(one) for one, times in seen.items() if times > 1]
    problems = []
    if lacking:
        problems.append(f"{lacking:,} rows have no identifier in '{name}'.")
    if twice:
        problems.append(
            f"{len(twice):,} identifiers in '{name}' stand in several rows "
            f"({shortlist(twice[:_MOST_SHOWN])}): drop the repeated rows, or leave the identifier out if "
            f"every row is {what} of its own."
        )
    if problems:
        raise DataError(*problems)
    return np.asarray(ids, object)


def clusters_of(
    columns: Columns, name: str | None, *, rows: int, what: str
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the cluster of every row, -1 where it is not known, and the names of the clusters.

    Parameters
    ----------
    columns : mapping of str to array
    name : str or None
        Column of clusters.
    rows : int
    what : str
        What a cluster is: a speaker.

    Raises
    ------
    DataError
        Every row lacks its cluster.

    Examples
    --------
    >>> codes, names = clusters_of(
    ...     {"level.who": np.array(["bob", None, "ann"], object)}, "who", rows=3, what="speaker"
    ... )
    >>> codes.tolist(), names
    ([1, -1, 0], ('ann', 'bob'))
    """
    if name is None:
        return np.full(rows, -1, np.int64), ()
    levels, codes = codes_of(columns[f"level.{name}"].tolist(), untyped=False)
    known = tuple(str(level) for level in levels if level is not None)
    if not known:
        raise DataError(f"column '{name}' names no {what}: every row lacks one.")
    return np.where(codes < len(known), codes, -1), known


def every_cluster(
    codes: NDArray[np.int64], names: Sequence[str], ids: NDArray[Any]
) -> tuple[NDArray[np.int64] | None, tuple[str, ...]]:
    """Give each cluster a number in natural order, and each row without one a cluster of its own.

    Parameters
    ----------
    codes : array of int64, shape (rows,)
        Position in `names`; -1 where the cluster is not known.
    names : sequence of str
        Empty where rows do not come in clusters.
    ids : array of str, shape (rows,)

    Returns
    -------
    array of int64, shape (rows,), or None
    tuple of str

    Examples
    --------
    >>> found, names = every_cluster(np.array([0, -1]), ["zoe"], np.array(["a", "b"], object))
    >>> found is not None and found.tolist(), len(names)
    ([1, 0], 2)
    """
    if not names:
        return None, ()
    unknown = np.flatnonzero(codes < 0)
    given = [*names, *(_ALONE + str(name) for name in ids[unknown].tolist())]
    ordered = natural_order(given)
    place = {name: i for i, name in enumerate(ordered)}
    position = np.fromiter((place[name] for name in given), np.int64, len(given))
    cluster = np.array(codes, np.int64)
    cluster[unknown] = len(names) + np.arange(len(unknown))
    return position[cluster], tuple(str(name) for name in ordered)
