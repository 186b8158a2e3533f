"""Covariates: what else differs between groups, read from utterances by name and written as a design.

Every covariate becomes codes: utterances with equal codes are interchangeable, so models are fitted on one
row per speaker and combination, not one per utterance. What a model could not use is found here, before any
fit, and said in words: a covariate with one value, two that say the same, one that cannot be told from the
group.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import UsageError, unknown_name
from fairkit.speech.utterances import Utterances

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

LENGTH = "length"
"""Name of the built-in covariate: the logarithm of the units of the reference."""

_LOGARITHM = re.compile(r"\s*log\(\s*(.+?)\s*\)\s*")
_DEPENDENT = 1e-9
_NULL = 1e-6
_MOST_NUMBERS = 2**62


@dataclass(frozen=True, slots=True, eq=False)
class Covariate:
    """One covariate of every utterance.

    Parameters
    ----------
    name : str
        As the caller wrote it.
    codes : array of int64, shape (utterances,)
        Position in `levels` or `values`; -1 where it is missing.
    levels : tuple of str
        What a category says; empty where it is a number.
    values : array of float64, shape (values,), optional
        Different numbers; None where it is a category.

    Examples
    --------
    >>> Covariate("noise", np.array([0, 1, 1, -1]), ("no", "yes")).columns(np.array([0, 1, 2])).tolist()
    [[1.0], [0.0], [0.0]]
    """

    name: str
    codes: IntArray
    levels: tuple[str, ...] = ()
    values: FloatArray | None = None

    def columns(self, rows: IntArray) -> FloatArray:
        """Write it for some utterances that all have it, shape (rows, columns).

        A number becomes one column with mean 0 and standard deviation 1 (coefficients of other columns do not
        depend on that); a category one column of 0 and 1 for each level that occurs but the most frequent.
        """
        codes = self.codes[rows]
        if self.values is not None:
            number = self.values[codes]
            spread = float(number.std())
            return np.asarray((number - number.mean())[:, None] / (spread if spread > 0 else 1.0))
        frequency = np.bincount(codes, minlength=len(self.levels))
        present = [level for level in np.flatnonzero(frequency) if level != int(frequency.argmax())]
        return np.asarray(codes[:, None] == np.array(present, np.int64), np.float64)

    def says(self, code: int) -> str:
        """Write one value for a message."""
        return f"{self.values[code]:g}" if self.values is not None else repr(self.levels[code])


def named_covariates(
    utterances: Utterances, names: Sequence[str], *, attribute: str, system: int = 0, normalizer: int = 0
) -> tuple[Covariate, ...]:
    """Find covariates by name.

    Parameters
    ----------
    utterances : Utterances
    names : sequence of str
        Attributes; columns of `utterances.covariates`, texts as categories and numbers as they are;
        ``log(x)`` for the logarithm of a column of numbers (undefined, hence missing, where it is not
        positive); and ``length``, the logarithm of the units of the reference, unless a column has that name.
    attribute : str
        The grouping, which is no covariate.
    system, normalizer : int
        Decide the units of the reference.

    Returns
    -------
    tuple of Covariate
        One per name, in order.

    Raises
    ------
    fairkit.errors.UsageError
        When a name is not known, repeated or the grouping itself, or a text has no logarithm.

    Examples
    --------
    >>> from fairkit.speech.utterances import Stamp
    >>> no = np.zeros((2, 1), bool)
    >>> two = Utterances(
    ...     ("asr",), (Stamp("none", "1", ""),), "words", np.array(["a", "b"], object), np.array([0, 0]),
    ...     ("ann",), ("accent", "sex"), (("US",), ("F", None)), np.array([[0, 0], [0, 1]]),
    ...     np.array([[[[3, 1, 0, 1]]], [[[2, 0, 0, 0]]]], np.int32), np.ones(2, bool), no, no[:, :, None],
    ...     no, no[:, :, None], {"age": np.array([20.0, np.nan])},
    ... )
    >>> [one.codes.tolist() for one in named_covariates(two, ["sex", "age", "length"], attribute="accent")]
    [[0, -1], [0, -1], [1, 0]]
    """
    found, problems = [], []
    known = [*(name for name in utterances.attributes if name != attribute), *utterances.covariates, LENGTH]
    for place, name in enumerate(names):
        column = name if name in known else column_of(name)
        problem = _problem(utterances, name, column, known, attribute)
        if name in names[:place]:
            problems.append(f"covariate '{name}' is named twice.")
        elif problem:
            problems.append(problem)
        elif column in utterances.attributes:
            found.append(_attribute(utterances, column))
        elif column not in utterances.covariates:
            found.append(_number(name, utterances.said()[:, system, normalizer], logarithm=True))
        elif utterances.covariates[column].dtype == object:
            found.append(_category(name, utterances.covariates[column]))
        else:
            found.append(_number(name, utterances.covariates[column], logarithm=name != column))
    if problems:
        raise UsageError(*problems)
    return tuple(found)


def _problem(
    utterances: Utterances, name: str, column: str, known: Sequence[str], attribute: str
) -> str | None:
    """Say why a name is no covariate."""
    if column == attribute:
        return f"'{attribute}' is what is compared, so it is no covariate."
    if column not in known:
        return unknown_name("covariate", column, known)
    number = column in utterances.covariates and utterances.covariates[column].dtype != object
    if name != column and not number:
        return f"'{column}' is no column of numbers, so it has no logarithm; name it without log()."
    return None


def cells_of(*keys: IntArray) -> tuple[IntArray, IntArray]:
    """Count through the combinations of keys that occur.

    Parameters
    ----------
    *keys : array of int64, shape (rows,)
        Not negative.

    Returns
    -------
    first : array, shape (cells,)
        A row of each cell.
    cell : array, shape (rows,)
        The cell of each row; cells are in the order of the keys, first key first.

    Examples
    --------
    >>> first, cell = cells_of(np.array([1, 0, 1]), np.array([5, 2, 5]))
    >>> first.tolist(), cell.tolist()
    ([1, 0], [1, 0, 1])
    """
    cell, size = np.zeros(len(keys[0]), np.int64), 1
    for key in keys:
        span = int(key.max(initial=0)) + 1
        if size * span > _MOST_NUMBERS:
            different, cell = np.unique(cell, return_inverse=True)
            size = len(different)
        cell, size = cell * span + key, size * span
    _, first, cell = np.unique(cell, return_index=True, return_inverse=True)
    return np.asarray(first, np.int64), np.asarray(cell, np.int64)


def useless(covariates: Sequence[Covariate], rows: IntArray, arms: IntArray, attribute: str) -> list[str]:
    """Say what is wrong with covariates as a whole: one value only, the same as another or as the grouping.

    Parameters
    ----------
    covariates : sequence of Covariate
    rows : array of int64, shape (rows,)
        Utterances that are compared.
    arms : array of int64, shape (rows,)
        Their groups.
    attribute : str
        Name of the grouping.

    Returns
    -------
    list of str
        All problems; empty where there is none.

    Examples
    --------
    >>> noise = Covariate("noise", np.array([0, 0, 1, 1]), ("no", "yes"))
    >>> room = Covariate("room", np.array([1, 1, 0, 0]), ("a", "b"))
    >>> useless([noise, room], np.arange(4), np.array([0, 1, 0, 1]), "accent")
    ['room is the same as noise']
    """
    problems = []
    varied: list[Covariate] = []
    for one in covariates:
        codes = one.codes[rows]
        if len(codes) and (codes == codes[0]).all():
            problems.append(f"{one.name} has one value only, {one.says(int(codes[0]))}")
            continue
        if _same_partition(codes, arms):
            problems.append(f"{one.name} is the same as {attribute}")
        twins = [other.name for other in varied if _twins(one, other, rows)]
        problems += [f"{one.name} is the same as {name}" for name in twins[:1]]
        varied.append(one)
    return problems


def inseparable(arms: FloatArray, blocks: Sequence[FloatArray]) -> NDArray[np.bool_]:
    """Find the groups whose coefficients the design does not determine.

    Parameters
    ----------
    arms : array, shape (rows, groups)
        One column of 0 and 1 per group but the reference.
    blocks : sequence of array, shape (rows, columns)
        Columns of the covariates.

    Returns
    -------
    array of bool, shape (groups,)
        True where some combination of columns that is 0 everywhere has that group in it.

    Examples
    --------
    >>> arms = np.array([[0.0, 0], [1, 0], [0, 1], [0, 1]])
    >>> inseparable(arms, [np.array([[0.0], [1], [0], [0]])]).tolist()
    [True, False]
    """
    gram = _gram(np.hstack([np.ones((len(arms), 1)), arms, *blocks]))
    eigenvalues, vectors = np.linalg.eigh(gram)
    null = vectors[:, eigenvalues < _DEPENDENT * len(gram)]
    return np.asarray((np.abs(null[1 : 1 + arms.shape[1]]) > _NULL).any(axis=1))


def independent_columns(design: FloatArray) -> IntArray:
    """Choose the columns that do not follow from those before them.

    Examples
    --------
    >>> independent_columns(np.array([[1.0, 1, 0], [1, 1, 1]])).tolist()
    [0, 2]
    """
    gram = _gram(design)
    kept: list[int] = []
    for column in range(len(gram)):
        explained = np.linalg.solve(gram[np.ix_(kept, kept)], gram[kept, column]) @ gram[kept, column]
        if gram[column, column] - explained > _DEPENDENT:
            kept.append(column)
    return np.array(kept, np.int64)


def _gram(design: FloatArray) -> FloatArray:
    """Return the products of the columns, each of length 1 (or 0)."""
    gram = design.T @ design
    size = np.sqrt(np.diag(gram))
    size[size == 0] = 1
    return np.asarray(gram / size / size[:, None], np.float64)


def column_of(name: str) -> str:
    """Return the column of which a logarithm is asked, or the name itself.

    Examples
    --------
    >>> column_of("log(duration)"), column_of("age")
    ('duration', 'age')
    """
    match = _LOGARITHM.fullmatch(name)
    return match[1] if match else name


def _attribute(utterances: Utterances, name: str) -> Covariate:
    levels = utterances.levels[utterances.attributes.index(name)]
    codes = utterances.group(name)
    missing = np.array([level is None for level in levels], np.bool_)
    return Covariate(name, np.where(missing[codes], -1, codes), tuple(str(level) for level in levels))


def _category(name: str, values: NDArray[np.object_]) -> Covariate:
    texts = [None if value is None else str(value) for value in values]
    levels = sorted({text for text in texts if text is not None})
    place = {None: -1} | {level: code for code, level in enumerate(levels)}
    return Covariate(name, np.array([place[text] for text in texts], np.int64), tuple(levels))


def _number(name: str, values: NDArray[np.generic], *, logarithm: bool) -> Covariate:
    numbers = values.astype(np.float64)
    known = np.isfinite(numbers) & ((numbers > 0) if logarithm else True)
    different, inverse = np.unique(numbers[known], return_inverse=True)
    codes = np.full(len(numbers), -1, np.int64)
    codes[known] = inverse
    return Covariate(name, codes, values=np.log(different) if logarithm else different)


def _same_partition(a: IntArray, b: IntArray) -> bool:
    """Tell whether two codings split the rows in the same way."""
    pairs = len(cells_of(a, b)[0])
    return pairs == len(np.unique(a)) == len(np.unique(b))


def _twins(one: Covariate, other: Covariate, rows: IntArray) -> bool:
    """Tell whether two covariates carry the same columns."""
    if one.values is None or other.values is None:
        return _same_partition(one.codes[rows], other.codes[rows])
    a, b = one.columns(rows)[:, 0], other.columns(rows)[:, 0]
    return bool(1 - abs(float(a @ b)) / len(rows) < _DEPENDENT)
