"""A report as the tables of fairlearn's MetricFrame: same shapes, same names, with intervals of every number.

They differ from fairlearn's in three points. What is undefined is NaN, where fairlearn has 0 for 0/0. Rows
without a feature are a group of their own (index NaN). And there is no interval of the difference between the
highest and the lowest group: resampled, it shuns zero even where all groups are equal; the report's findings
say which groups differ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from fairkit.counts import Level
from fairkit.errors import UsageError, shortlist
from fairkit.estimates import Estimate
from fairkit.groups import group_name
from fairkit.metrics import Metric, definition_of
from fairkit.report.model import Report

if TYPE_CHECKING:
    import pandas as pd

Method = Literal["between_groups", "to_overall"]


@dataclass(frozen=True, slots=True)
class MetricFrameTables:
    """Tables shaped and named as those of a MetricFrame with a mapping of metrics.

    Parameters
    ----------
    overall : pandas.Series or pandas.DataFrame
        All rows together, by metric; a row for each level of the control features where there are some.
    by_group : pandas.DataFrame
        A row per group, a column per metric.
    overall_ci, by_group_ci : tuple of two
        The same for the lower and the upper limit.
    ci_quantiles : tuple of two float
        The quantiles that the limits stand for: ``(0.025, 0.975)`` at a confidence of 0.95.
    control_levels, sensitive_levels : list of str
        Names of the features.

    Examples
    --------
    >>> from fairlearn.metrics import selection_rate
    >>> from fairkit.metric_frames.frame import metric_frame
    >>> report = metric_frame(
    ...     metrics={"selected": selection_rate},
    ...     y_true=[1, 0] * 75,
    ...     y_pred=[1] * 56 + [0] * 14 + [1] * 48 + [0] * 32,
    ...     sensitive_features={"sex": ["F"] * 70 + ["M"] * 80},
    ... )
    >>> tables = to_metric_frame(report)
    >>> tables.by_group
         selected
    sex
    F         0.8
    M         0.6
    >>> print(tables.difference()["selected"].round(2), tables.ratio()["selected"].round(2))
    0.2 0.75
    """

    overall: pd.Series[float] | pd.DataFrame
    by_group: pd.DataFrame
    overall_ci: tuple[Any, Any]
    by_group_ci: tuple[pd.DataFrame, pd.DataFrame]
    ci_quantiles: tuple[float, float]
    control_levels: list[str]
    sensitive_levels: list[str]

    def group_min(self) -> Any:
        """Return the lowest value of each metric, within each level of the control features."""
        return self._grouped(self.by_group, "min")

    def group_max(self) -> Any:
        """Return the highest value of each metric, within each level of the control features."""
        return self._grouped(self.by_group, "max")

    def difference(self, method: Method = "between_groups") -> Any:
        """Return the largest difference between two groups, or between a group and all rows.

        Raises
        ------
        UsageError
            The method is unknown.
        """
        base = self.group_min() if _known(method) == "between_groups" else self.overall
        return self._grouped((self.by_group - self._spread(base)).abs(), "max")

    def ratio(self, method: Method = "between_groups") -> Any:
        """Return the smallest ratio, at most one, between two groups, or between a group and all rows.

        Raises
        ------
        UsageError
            The method is unknown.
        """
        if _known(method) == "between_groups":
            return self.group_min() / self.group_max()
        ratios = self.by_group / self._spread(self.overall)
        return self._grouped(ratios.where(~(ratios > 1), 1 / ratios), "min")

    def _grouped(self, table: pd.DataFrame, how: Literal["min", "max"]) -> Any:
        if not self.control_levels:
            return table.agg(how)
        return table.groupby(level=self.control_levels, dropna=False).agg(how)

    def _spread(self, base: Any) -> Any:
        """Repeat a table by control level for every group within it."""
        if not self.control_levels:
            return base
        depth = len(self.control_levels)
        within = [levels[0] if depth == 1 else levels[:depth] for levels in self.by_group.index]
        repeated = base.reindex(within)
        repeated.index = self.by_group.index
        return repeated


def to_metric_frame(report: Report, *, attribute: str | None = None) -> MetricFrameTables:
    """Make the tables of a MetricFrame from a report.

    Parameters
    ----------
    report : Report
        Of :func:`fairkit.metric_frame`, or any other: then `overall` has the metrics that counts know.
    attribute : str, optional
        Which grouping of a report that has several.

    Raises
    ------
    UsageError
        The report has several groupings, or not the one that is named.

    Examples
    --------
    >>> import fairkit
    >>> rows = {"sex": ["F"] * 70 + ["M"] * 80, "hired": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32}
    >>> tables = to_metric_frame(fairkit.evaluate(rows, decision="hired", by="sex"))
    >>> tables.by_group_ci[0].round(3)
         selection_rate
    sex
    F             0.692
    M             0.490
    """
    made = list(dict.fromkeys(e.attribute for e in report.estimates if e.attribute not in report.settings.by))
    if made:
        chosen = set(report.settings.by)
        controls = [] if made[0].startswith("overall") else _leading(report, made[0])
        sensitive = [name for name in report.counts.attributes if name not in controls]
    else:
        one = _one(report, attribute)
        chosen, controls = {one}, []
        sensitive = [name for name in report.counts.attributes if name in one.split(" & ")]
    names = list(report.settings.metrics)
    groups = [e for e in report.estimates if e.attribute in chosen]
    all_rows = [e for e in report.estimates if e.attribute in made]
    by_group = tuple(
        _table(report, groups, [*controls, *sensitive], names, part) for part in ("value", "low", "high")
    )
    overall: list[Any] = [
        _table(report, all_rows, controls, names, part)
        if controls
        else _series(report, all_rows, names, part)
        for part in ("value", "low", "high")
    ]
    tail = (1 - report.settings.confidence) / 2
    return MetricFrameTables(
        overall[0],
        by_group[0],
        (overall[1], overall[2]),
        (by_group[1], by_group[2]),
        (round(tail, 12), round(1 - tail, 12)),
        controls,
        sensitive,
    )


def _known(method: str) -> str:
    if method not in ("between_groups", "to_overall"):
        raise UsageError(f"method must be 'between_groups' or 'to_overall', not {method!r}.")
    return method


def _one(report: Report, attribute: str | None) -> str:
    have = list(report.settings.by)
    if attribute is None and len(have) == 1:
        return have[0]
    if attribute is None or attribute not in have:
        asked = "name one" if attribute is None else f"it has no grouping '{attribute}'"
        raise UsageError(f"the report is by {shortlist(have)}; {asked}: attribute='{have[0]}'.")
    return attribute


def _leading(report: Report, named: str) -> list[str]:
    """Find the attributes, the first of the counts, whose crossing has this name."""
    attributes = report.counts.attributes
    ends = (k for k in range(1, len(attributes) + 1) if " & ".join(attributes[:k]) == named)
    return list(attributes[: next(ends)])


def _series(report: Report, found: list[Estimate], names: list[str], part: str) -> pd.Series[float]:
    import pandas as pd

    values = {e.metric: getattr(e, part) for e in found}
    if not found and part == "value":
        total = report.counts.values.sum(axis=0)
        for name in names:
            metric = definition_of(name)
            if isinstance(metric, Metric) and metric.kind is report.counts.kind:
                values[name] = float(metric.values(total))
    return pd.Series([_number(values.get(name)) for name in names], index=names, dtype=float)


def _table(
    report: Report, found: list[Estimate], features: list[str], names: list[str], part: str
) -> pd.DataFrame:
    import pandas as pd

    counts = report.counts.marginal(features, keep_axes=False)
    typed = [_typed(levels) for levels in (counts.levels[counts.attributes.index(f)] for f in features)]
    places = [counts.attributes.index(feature) for feature in features]
    index: dict[str, tuple[Any, ...]] = {}
    for group in counts.groups():
        levels = tuple(group[place] for place in places)
        index[group_name(features, levels)] = tuple(
            write(level) for write, level in zip(typed, levels, strict=True)
        )
    values = {(e.group, e.metric): getattr(e, part) for e in found}
    rows = {levels: [_number(values.get((group, name))) for name in names] for group, levels in index.items()}
    ordered = [sorted({levels[k] for levels in rows}, key=_order) for k in range(len(features))]
    if len(features) == 1:
        keys: pd.Index[Any] = pd.Index(ordered[0], name=features[0])
        wanted = [(level,) for level in ordered[0]]
    else:
        keys = pd.MultiIndex.from_product(ordered, names=features)
        wanted = list(keys)
    blank = [np.nan] * len(names)
    return pd.DataFrame(
        [rows.get(levels, blank) for levels in wanted], index=keys, columns=names, dtype=float
    )


def _typed(levels: tuple[Level, ...]) -> Callable[[Level], Any]:
    """Choose how levels are written: as whole numbers or truth values where all are, else as texts."""
    present = [level for level in levels if level is not None]
    if present and all(level.removeprefix("-").isdigit() and str(int(level)) == level for level in present):
        return lambda level: np.nan if level is None else int(level)
    if present and set(present) <= {"True", "False"}:
        return lambda level: np.nan if level is None else level == "True"
    return lambda level: np.nan if level is None else level


def _order(level: Any) -> tuple[bool, Any]:
    missing = isinstance(level, float)
    return missing, "" if missing else level


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)
