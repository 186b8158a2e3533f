"""Calling a function on the rows of a group, on resampled rows, and without some of them.

This is what MetricFrame does, one call on one slice, done many times: so a replicate costs what the function
costs. Where the function takes sample weights and there are few kinds of equal rows (label and decision have
two or three values each), rows are packed: the function gets every kind once with its number as weight,
provided that it answers the same that way on every group; a million rows then cost what ten do.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.functions.callables import takes
from fairkit.metrics import Why

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_KINDS = 256
_BLOCKS = 50
_SAME = 1e-9


class Answer(NamedTuple):
    """What a function said of some rows: a number, or NaN with the reason and, if it raised, the message."""

    value: float
    why: Why | None = None
    raised: str | None = None


class Pulls(NamedTuple):
    """How far units pull a value: the squares of `pull`, each `times`, add up to its variance.

    `unit` numbers the units where two sides can share them (clusters); None where they never do.
    """

    pull: FloatArray
    times: FloatArray
    unit: IntArray | None


@dataclass(frozen=True, slots=True)
class Calls:
    """One function with the rows it is about.

    Parameters
    ----------
    function : callable
    y_true, y_pred : array
        One entry per kind of row; without packing every row is a kind of its own.
    params : mapping of argument to array
    kind : array of int64, shape (entries,)
        The kind of each entry.
    count : array of int64, shape (entries,)
        Rows of each entry.
    group : array of int64, shape (entries,)
    cluster : array of int64 or None, shape (entries,)
    packed : bool
        Whether rows are given as kinds with weights.
    constant : bool
        Whether a label or prediction that does not vary makes the function's number meaningless.

    Examples
    --------
    >>> from sklearn.metrics import accuracy_score
    >>> y_true, y_pred = np.array([1, 0, 1] * 9), np.ones(27, int)
    >>> calls = Calls.of(accuracy_score, y_true, y_pred, {}, np.zeros(27))
    >>> calls.packed, round(calls.on(np.arange(len(calls.kind))).value, 2)
    (True, 0.67)
    """

    function: Callable[..., Any]
    y_true: NDArray[Any]
    y_pred: NDArray[Any]
    params: Mapping[str, NDArray[Any]]
    kind: IntArray
    count: IntArray
    group: IntArray
    cluster: IntArray | None
    packed: bool = False
    constant: bool = False

    @classmethod
    def of(
        cls,
        function: Callable[..., Any],
        y_true: NDArray[Any],
        y_pred: NDArray[Any],
        params: Mapping[str, NDArray[Any]],
        group: NDArray[Any],
        *,
        cluster: IntArray | None = None,
        constant: bool = False,
    ) -> Calls:
        """Take rows, packed where that changes no answer."""
        plain = cls(
            function,
            y_true,
            y_pred,
            params,
            np.arange(len(y_true)),
            np.ones(len(y_true), np.int64),
            np.asarray(group, np.int64),
            cluster,
            constant=constant,
        )
        packed = plain._packed()
        return plain if packed is None else packed

    def on(self, entries: IntArray, count: IntArray | None = None) -> Answer:
        """Call the function on some entries, each as often as `count` says."""
        times = self.count[entries] if count is None else count
        if self.packed:
            weight = np.bincount(self.kind[entries], times, len(self.y_true))
            kinds = np.flatnonzero(weight)
            return self._call(kinds, {"sample_weight": weight[kinds]})
        return self._call(np.repeat(entries, times), {})

    def draws(self, replicates: int, seed: int) -> Iterator[IntArray]:
        """Draw rows of each group, or whole clusters, with replacement: how often each entry is drawn."""
        rng = np.random.default_rng(seed)
        if self.cluster is None:
            members = [np.flatnonzero(self.group == g) for g in np.unique(self.group)]
        else:
            members = [np.unique(self.cluster)]
            owners = len(np.unique(np.column_stack([self.cluster, self.group]), axis=0))
            if owners == len(members[0]):  # no cluster spans groups: each group keeps its number of clusters
                members = [np.unique(self.cluster[self.group == g]) for g in np.unique(self.group)]
        size = len(self.kind) if self.cluster is None else int(self.cluster.max()) + 1
        weight = self.count if self.cluster is None else np.ones(size, np.int64)
        for _ in range(replicates):
            times = np.zeros(size, np.int64)
            for own in members:
                total = int(weight[own].sum())
                if self.packed and self.cluster is None:
                    times[own] = rng.multinomial(total, weight[own] / total)
                else:
                    times[own] = np.bincount(rng.integers(0, total, total), minlength=total)
            yield times if self.cluster is None else times[self.cluster] * self.count

    def pulls(self, entries: IntArray, seed: int) -> Pulls:
        r"""Leave out one unit after the other: every kind of row, or at most 50 blocks of rows or clusters.

        Notes
        -----
        Without a block of h of n units, the value moves from the mean of all such values by what the block
        pulled; times (n - h) / n this is its part in the value's deviation from the truth.
        """
        rng = np.random.default_rng([seed, 1])
        if self.cluster is not None:
            spans = np.unique(self.cluster)
            block = rng.permutation(len(spans)) % min(len(spans), 2 * _BLOCKS)
            unit = block[np.searchsorted(spans, self.cluster[entries])]
            names, sizes = np.unique(self.cluster[entries], return_index=True)[0], None
            sizes = np.bincount(block[np.searchsorted(spans, names)], minlength=int(block.max()) + 1)
            left = [np.where(unit == u, 0, self.count[entries]) for u in np.unique(unit)]
            return self._pulls(entries, left, sizes[np.unique(unit)], None, np.unique(unit))
        if self.packed:
            kinds, first = np.unique(self.kind[entries], return_index=True)
            times = np.bincount(self.kind[entries], self.count[entries], len(self.y_true))[kinds]
            without = []
            for place in first[times > 0].tolist():
                count = self.count[entries].copy()
                count[place] -= 1
                without.append(count)
            return self._pulls(entries, without, np.ones(len(without)), times[times > 0], None)
        unit = rng.permutation(len(entries)) % min(len(entries), _BLOCKS)
        left = [np.where(unit == u, 0, 1) for u in range(int(unit.max(initial=-1)) + 1)]
        return self._pulls(entries, left, np.bincount(unit), None, None)

    def _pulls(
        self,
        entries: IntArray,
        without: list[IntArray],
        sizes: NDArray[Any],
        times: NDArray[Any] | None,
        unit: IntArray | None,
    ) -> Pulls:
        values = np.array([self.on(entries, count).value for count in without], np.float64)
        each = np.ones(len(values)) if times is None else times.astype(np.float64)
        known = ~np.isnan(values)
        total = float((each * sizes).sum())
        mean = float((each * values)[known].sum() / each[known].sum()) if known.any() else np.nan
        pull = np.where(known, (mean - values) * (total - sizes) / max(total, 1.0), 0.0)
        return Pulls(pull, each, unit)

    def _packed(self) -> Calls | None:
        """Pack equal rows, if there are few kinds and the function answers the same."""
        arrays = [self.y_true, self.y_pred, *self.params.values()]
        if "sample_weight" in self.params or not takes(self.function, "sample_weight"):
            return None
        if len(self.y_true) <= 1 or any(values.ndim > 1 for values in arrays):
            return None
        kind = np.zeros(len(self.y_true), np.int64)
        for values in arrays:
            distinct, codes = np.unique(values, return_inverse=True)
            if len(distinct) > _KINDS:
                return None
            kind = np.unique(kind * len(distinct) + codes, return_inverse=True)[1]
        if kind.max() >= min(_KINDS, len(kind) // 2):
            return None
        first = np.unique(kind, return_index=True)[1]
        keys = [kind, self.group, *([] if self.cluster is None else [self.cluster])]
        cells, place, count = np.unique(
            np.column_stack(keys), axis=0, return_inverse=True, return_counts=True
        )
        packed = replace(
            self,
            y_true=self.y_true[first],
            y_pred=self.y_pred[first],
            params={name: values[first] for name, values in self.params.items()},
            kind=cells[:, 0],
            count=count.astype(np.int64),
            group=cells[:, 1],
            cluster=None if self.cluster is None else cells[:, 2],
            packed=True,
        )
        everything = np.arange(len(cells))
        some = np.flatnonzero(np.arange(len(self.kind)) % 7 < 3)
        asked = [
            (self.on(some), packed.on(everything, np.bincount(place.ravel()[some], minlength=len(cells))))
        ]
        asked += [
            (self.on(np.flatnonzero(self.group == g)), packed.on(np.flatnonzero(packed.group == g)))
            for g in np.unique(self.group)
        ]
        return packed if all(_same(one, two) for one, two in asked) else None

    def _call(self, kinds: IntArray, weights: Mapping[str, NDArray[Any]]) -> Answer:
        if not len(kinds):
            return Answer(np.nan, Why.NO_ROWS)
        y_true, y_pred = self.y_true[kinds], self.y_pred[kinds]
        if self.constant and ((y_true == y_true[0]).all() or (y_pred == y_pred[0]).all()):
            return Answer(np.nan, Why.METRIC_FAILED)
        params = {name: values[kinds] for name, values in self.params.items()}
        return answer(self.function, y_true, y_pred, **params, **weights)


def _same(one: Answer, two: Answer) -> bool:
    near = abs(one.value - two.value) <= _SAME * max(1.0, abs(one.value))
    return one.why == two.why and (near or np.isnan(one.value))


def answer(function: Callable[..., Any], *args: Any, **params: Any) -> Answer:
    """Call a function; what raises, warns that it is undefined or gives no number has no value.

    Examples
    --------
    >>> from sklearn.metrics import precision_score, roc_auc_score
    >>> answer(precision_score, [1, 0], [0, 0]).why, answer(roc_auc_score, [1, 0], [0.7, 0.2]).value
    (<Why.METRIC_FAILED: 'metric-failed'>, 1.0)
    """
    from sklearn.exceptions import UndefinedMetricWarning

    with warnings.catch_warnings(record=True) as caught, np.errstate(all="ignore"):
        warnings.simplefilter("always")
        try:
            value = function(*args, **params)
        except Exception as error:  # noqa: BLE001 - whatever a user's function raises
            return Answer(np.nan, Why.METRIC_FAILED, f"{type(error).__name__}: {error}")
    if any(issubclass(warning.category, UndefinedMetricWarning) for warning in caught):
        return Answer(np.nan, Why.METRIC_FAILED)
    try:
        number = float(value) if np.ndim(value) == 0 else np.nan
    except (TypeError, ValueError):
        number = np.nan
    if np.isfinite(number):
        return Answer(number)
    shape = "" if np.ndim(value) == 0 else f" of shape {np.shape(value)}"
    no_number = np.ndim(value) != 0 or not isinstance(value, float | np.floating)
    said = f"it gave a {type(value).__name__}{shape}, not a number" if no_number else None
    return Answer(np.nan, Why.METRIC_FAILED, said)
