"""The report as a pandas frame: one row per estimate and comparison, the finding beside the number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fairkit.estimates import Estimate
from fairkit.findings import Finding
from fairkit.report.model import Report

if TYPE_CHECKING:
    import pandas as pd

_FLOATS = (
    "value", "low", "high", "level", "numerator", "shrunk", "contrast", "contrast_low", "contrast_high",
    "contrast_level", "margin_low", "margin_high", "detectable", "p_adjusted",
)  # fmt: skip
_NULLABLE = {"n_needed": "Int64", "clusters_needed": "Int64", "excludes_zero": "boolean"}


def to_frame(report: Report) -> pd.DataFrame:
    """Return the estimates of a report, each with the finding made of it.

    Parameters
    ----------
    report : Report

    Returns
    -------
    pandas.DataFrame
        In report order, one row per metric, group and comparison (so each estimate stands once, and twice
        where differences and ratios were asked for). ``low`` and ``high`` are the estimate's plain interval;
        ``contrast_low`` and ``contrast_high`` the corrected one that decides. A group that is the reference
        has no contrast. What is undefined is missing, and ``why`` or ``reason`` says why.

    Examples
    --------
    >>> import fairkit
    >>> rows = {"sex": ["F"] * 70 + ["M"] * 80, "hired": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32}
    >>> frame = to_frame(fairkit.evaluate(rows, decision="hired", by="sex", reference="sex=M"))
    >>> frame[["group", "n", "value", "reference", "contrast", "verdict"]].round(2)
       group   n  value reference  contrast    verdict
    0  sex=F  70    0.8     sex=M       0.2  disparity
    1  sex=M  80    0.6       NaN       NaN        NaN
    """
    import pandas as pd

    made: dict[tuple[str, str, str, str], Finding] = {
        (f.metric, f.attribute, f.group, f.compare): f for f in report.findings
    }
    rows = [
        _row(e, compare, made.get((e.metric, e.attribute, e.group, compare)))
        for e in report.estimates
        for compare in report.settings.compare
    ]
    frame = pd.DataFrame(rows, columns=list(_COLUMNS))
    types = dict.fromkeys(_FLOATS, "float64") | {"n": "int64"} | _NULLABLE
    return frame.astype(types)


_COLUMNS = (
    "attribute", "group", "metric", "value", "why", "low", "high", "level", "n", "numerator", "method",
    "shrunk", "compare", "reference", "contrast", "contrast_low", "contrast_high", "contrast_level",
    "margin_low", "margin_high", "verdict", "excludes_zero", "reason", "n_needed", "clusters_needed",
    "detectable", "p_adjusted", "contrast_method",
)  # fmt: skip


def _row(e: Estimate, compare: str, f: Finding | None) -> tuple[Any, ...]:
    own = (e.attribute, e.group, e.metric, e.value, _text(e.why), e.low, e.high, e.level, e.n, e.numerator,
           e.method, e.shrunk, compare)  # fmt: skip
    if f is None:
        return own + (None,) * (len(_COLUMNS) - len(own))
    return (
        *own, f.reference, f.value, f.low, f.high, f.level, *f.margin, str(f.verdict), f.excludes_zero,
        f.reason, f.n_needed, f.clusters_needed, f.detectable, f.p_adjusted, f.method,
    )  # fmt: skip


def _text(word: str | None) -> str | None:
    return None if word is None else str(word)
