"""The data of a MetricFrame: its counts, the metrics that these know, and its parts by control feature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import FIELDS, LEFT_OUT, Counts, Kind
from fairkit.door.binary import positive_class
from fairkit.evidence import Evidence, IndependentRows, Options
from fairkit.functions.callable_rows import CallableRows
from fairkit.functions.callables import CallableMetric, recognised
from fairkit.functions.row_data import RowData, key_of
from fairkit.groups import Attribute, Grouping, group_name
from fairkit.metric_frames.arguments import Arguments
from fairkit.metrics import CATALOGUE, Metric
from fairkit.tables import GroupTable, group_table

_SELF_EVIDENT = ({"0", "1"}, {"-1", "1"}, {"False", "True"})


class Part(NamedTuple):
    """One comparison of groups: its rows, their sums, and the sums as the report names them."""

    data: FrameData
    table: GroupTable
    shown: GroupTable


@dataclass(frozen=True, slots=True)
class FrameData:
    """Rows, their counts, and which metrics are taken from which of them.

    `order` are the names of the metrics as asked for.
    """

    rows: RowData
    counts: Counts
    shares: tuple[Metric, ...]
    functions: tuple[CallableMetric, ...]
    control: tuple[str, ...]
    replicates: int | None

    @classmethod
    def of(cls, given: Arguments, replicates: int | None) -> FrameData:
        """Tell metrics that counts know from functions of rows, and count."""
        truth, predicted = _two_classes(given.y_true), _two_classes(given.y_pred)
        features = {**given.control, **given.sensitive}
        rows = RowData(
            len(given.y_true),
            label=given.y_true,
            decision=given.y_pred,
            score=given.y_pred,
            known={
                "label": _known(given.y_true),
                "decision": _known(given.y_pred),
                "score": _known(given.y_pred),
            },
            keys={name: key_of(values) for name, values in features.items()},
            cluster=None
            if given.cluster is None
            else np.unique(given.cluster.astype(str), return_inverse=True)[1],
            columns=given.columns,
        )
        kind = Kind.CLASSES if truth is None or predicted is None else Kind.CONFUSION
        weight = None if given.weight is None else given.columns[given.weight].astype(np.float64)
        shares, functions = [], []
        for metric in given.metrics:
            name = recognised(metric.function) if kind is Kind.CONFUSION else None
            own = set(metric.sample_params) - ({"sample_weight"} if weight is not None else set())
            known = None if name is None or own else CATALOGUE[kind].get(name)
            if isinstance(known, Metric):
                shares.append(replace(known, name=metric.name, better=metric.better))
            else:
                functions.append(metric)
        counts = _count(rows, kind, truth, predicted, weight)
        return cls(rows, counts, tuple(shares), tuple(functions), tuple(given.control), replicates)

    def evidence(self, table: GroupTable, options: Options) -> list[Evidence]:
        """Collect the evidence of all metrics on one table of groups."""
        found: list[Evidence] = []
        if self.shares and table.clusters is None:
            found.append(IndependentRows(self.shares, table, options))
        elif self.shares:
            from fairkit.clustered import ClusteredRows

            found.append(ClusteredRows(self.shares, table, options))
        if self.functions:
            found.append(CallableRows(self.functions, self.rows, table, options, replicates=self.replicates))
        return found

    def parts(self, sensitive: Grouping) -> list[Part]:
        """Cut the data by the control features: groups are compared within each level only."""
        if not self.control:
            table = group_table(self.counts, sensitive)
            return [Part(self, table, table)]
        control = Grouping(tuple(Attribute(name) for name in self.control))
        levels = group_table(self.counts, control).levels
        place = self.rows.groups(self.control, levels)
        made = []
        for i, level in enumerate(levels):
            where = group_name(self.control, level)
            data = replace(
                self, rows=self.rows.chosen(place == i), counts=_within(self.counts, self.control, level)
            )
            table = group_table(data.counts, sensitive)
            *first, last = sensitive.attributes
            named = Grouping((*first, Attribute(f"{last.name} where {where}")))
            shown = replace(table, grouping=named, names=tuple(f"{where} & {name}" for name in table.names))
            made.append(Part(data, table, shown))
        return made

    def overall(self, taken: Sequence[str]) -> Part:
        """Take all rows as one group, or each level of the control features."""
        grouping = Grouping(tuple(Attribute(name) for name in self.control))
        table = group_table(self.counts, grouping)
        if self.control:
            return Part(self, table, table)
        name = "overall"
        while name in (*taken, *self.rows.keys):
            name += "_"
        return Part(self, table, replace(table, grouping=Grouping((Attribute(name),)), names=(name,)))


def _within(counts: Counts, names: Sequence[str], levels: Sequence[str | None]) -> Counts:
    """Keep the cells of one level of each of some attributes."""
    kept = np.ones(len(counts.values), bool)
    for name, level in zip(names, levels, strict=True):
        column = counts.attributes.index(name)
        kept &= counts.codes[:, column] == counts.levels[column].index(level)
    return Counts.from_codes(
        counts.kind,
        counts.attributes,
        counts.levels,
        counts.codes[kept],
        counts.values[kept],
        squares=None if counts.squares is None else counts.squares[kept],
        rows=None if counts.rows is None else counts.rows[kept],
        clusters=None if counts.clusters is None else counts.clusters[kept],
        cluster_ids=counts.cluster_ids,
    )


def _count(
    rows: RowData,
    kind: Kind,
    truth: NDArray[np.int64] | None,
    predicted: NDArray[np.int64] | None,
    weight: NDArray[np.float64] | None,
) -> Counts:
    """Count rows by features, field and cluster; without two classes, only how many there are."""
    label, decision = rows.known["label"], rows.known["decision"]
    used = len(FIELDS[kind])
    field = np.where(label & decision, 0, used + np.where(label, 1, np.where(decision, 0, 2)))
    if truth is not None and predicted is not None:
        outcome = np.where(predicted == 1, np.where(truth == 1, 0, 1), np.where(truth == 1, 2, 3))
        field = np.where(label & decision, outcome, field)
    keys = [*(rows.keys[name].codes for name in rows.keys), field]
    if rows.cluster is not None:
        keys.append(rows.cluster)
    cells, place = np.unique(np.column_stack(keys), axis=0, return_inverse=True)
    place, width = place.ravel(), used + len(LEFT_OUT[kind])
    column = cells[:, len(rows.keys)]

    def spread(weights: NDArray[Any] | None) -> NDArray[Any]:
        sums = np.bincount(place, weights, len(cells))
        table = np.zeros((len(cells), width), sums.dtype if weights is not None else np.int64)
        table[np.arange(len(cells)), column] = sums
        return table

    levels = [[key.levels[code] for code in cells[:, i]] for i, key in enumerate(rows.keys.values())]
    count = spread(None)
    return Counts.from_cells(
        kind,
        list(rows.keys),
        list(zip(*levels, strict=True)),
        count if weight is None else spread(weight),
        squares=None if weight is None else spread(weight**2),
        rows=None if weight is None else count,
        clusters=None if rows.cluster is None else [str(c) for c in cells[:, -1]],
    )


def _two_classes(values: NDArray[Any]) -> NDArray[np.int64] | None:
    """Read values whose positive class goes without saying as 1, 0 and -1 (missing); None for all others."""
    if values.ndim != 1:
        return None
    distinct = key_of(values)
    present = {level for level in distinct.levels if level is not None}
    if not any(present <= known for known in _SELF_EVIDENT):
        return None
    truth = positive_class("label", "y", distinct.levels, None, derived=False).truth
    return np.append(truth, -1)[distinct.codes]


def _known(values: NDArray[Any]) -> NDArray[np.bool_]:
    if values.ndim > 1:
        return np.asarray(np.isfinite(values.astype(np.float64)).all(axis=tuple(range(1, values.ndim))))
    if values.dtype.kind in "iub":
        return np.ones(len(values), bool)
    key = key_of(values)
    return np.array([*(level is not None for level in key.levels), False])[key.codes]
