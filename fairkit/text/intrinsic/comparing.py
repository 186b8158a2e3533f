"""Intrinsic and extrinsic metrics of several models side by side, and whether they rank models alike.

What a model associates need not be what it does. So nothing is added up: every intrinsic metric stands beside
every extrinsic one, with their rank correlation over models where there are enough models to have one.
"""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from itertools import permutations
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from scipy import stats

from fairkit.errors import DataError, UsageError, did_you_mean, shortlist
from fairkit.text.intrinsic.model import (
    Association,
    Associations,
    Extrinsic,
    RankCorrelation,
    associations_of,
)

FEWEST = 5
"""Models from which there is a rank correlation: with 4, even perfect agreement has p = .083."""

Compared = Literal["distance", "value"]
"""What is ranked: how far a value is from neutral, whatever the side; or the value with its sign."""

_MOST_EXACT = 8
_DRAWN = 20_000
_COLUMNS = ("model", "metric", "value")


def side_by_side(
    intrinsic: Associations | Sequence[Association],
    extrinsic: Iterable[Extrinsic] | Mapping[str, Mapping[str, float | None]],
    *,
    compare: Compared = "distance",
    confidence: float = 0.95,
    seed: int = 0,
) -> Associations:
    """Set intrinsic beside extrinsic metrics of the same models.

    Parameters
    ----------
    intrinsic : Associations or sequence of Association
        Of one or more models; icat, which mixes two metrics, and lms, which is none of bias, are shown and
        not correlated.
    extrinsic : iterable of Extrinsic, or mapping of model to mapping of metric to value
        From :func:`read_table`, :func:`from_report`, or given.
    compare : {"distance", "value"}
        Whether models are ranked by the distance from neutral or by the value itself.
    confidence : float
    seed : int

    Returns
    -------
    Associations
        With both tables, and Spearman's correlation of each intrinsic with each extrinsic metric over the
        models that have both. With fewer than 5 models the correlation is None, with the reason. p is exact
        over all orders up to 8 models; the interval is Fisher's, with the standard error of Bonett and
        Wright, sqrt((1 + r^2 / 2) / (n - 3)).

    Raises
    ------
    DataError
        A model has one metric twice, an extrinsic value is no number, or no model has both kinds.
    UsageError
        `compare` is unknown, or the confidence means nothing.

    References
    ----------
    Cao et al. (2022), On the intrinsic and extrinsic fairness evaluation metrics for contextualized language
    representations, ACL; Bonett and Wright (2000), Psychometrika 65, 23-28.

    Examples
    --------
    >>> inside = [Association("weat_effect_size", m, "g", "all", v) for m, v in (("a", 0.1), ("b", 0.9))]
    >>> found = side_by_side(inside, {"a": {"gap": 0.02}, "b": {"gap": 0.01}})
    >>> found.correlations[0].value, found.correlations[0].why
    (None, 'too few models (n=2): with fewer than 5 even perfect agreement has p above .05.')
    """
    known = get_args(Compared)
    if compare not in known:
        raise UsageError(f"compare {compare!r} is unknown (there are {shortlist(known)}).")
    if not 0 < confidence < 1:
        raise UsageError(f"confidence {confidence} is not between 0 and 1; 0.95 is usual.")
    inside = tuple(intrinsic.associations if isinstance(intrinsic, Associations) else intrinsic)
    outside = tuple(_given(extrinsic))
    wrong = [
        f"{one.metric} of {one.model} is {value!r}, which is no number; leave out what is not known."
        for one in outside
        for value in (one.value, one.low, one.high)
        if value is not None and not (isinstance(value, int | float) and math.isfinite(value))
    ]
    if wrong:
        raise DataError(*wrong[:5])
    left = _columns(
        [(one.model, _label(one), _number(one, compare)) for one in inside if one.neutral is not None]
    )
    right = _columns([(one.model, one.metric, _number(one, compare)) for one in outside])
    shared = {one.model for one in inside} & {one.model for one in outside}
    if not shared:
        raise DataError(
            f"no model has both kinds of metrics: intrinsic are of "
            f"{shortlist(sorted({i.model for i in inside}))}, "
            f"extrinsic of {shortlist(sorted({o.model for o in outside}))}. Give the same model one name."
        )
    rng = np.random.default_rng(seed)
    found = [
        _correlated(first, own, second, other, confidence=confidence, rng=rng)
        for first, own in left.items()
        for second, other in right.items()
    ]
    notes = [
        "models are ranked by "
        + ("their distance from neutral." if compare == "distance" else "the values, with their signs."),
        "intrinsic and extrinsic metrics need not agree; none stands for the other.",
    ]
    if len(found) > 1:
        notes.append(f"p is not corrected for the {len(found)} correlations that are shown.")
    return associations_of(
        inside, confidence=confidence, seed=seed, extrinsic=outside, correlations=found, notes=notes
    )


def spearman(
    first: Sequence[float], second: Sequence[float], *, rng: np.random.Generator
) -> tuple[float, float, str]:
    """Return Spearman's correlation, its two-sided p by permutation, and how p was found.

    Parameters
    ----------
    first, second : sequence of float
        Not all equal.
    rng : numpy.random.Generator
        For more than 8 values, of which not every order is tried.

    Examples
    --------
    >>> spearman([1, 2, 3, 4, 5], [2, 1, 4, 3, 5], rng=np.random.default_rng(0))
    (0.8, 0.13333333333333333, 'exact, all 120 orders')
    """
    x, y = (stats.rankdata(values) for values in (first, second))
    x, y = (values - values.mean() for values in (x, y))
    scale = math.sqrt(float((x**2).sum() * (y**2).sum()))
    observed = float((x * y).sum()) / scale
    reach = abs(observed) - 1e-12
    if len(x) <= _MOST_EXACT:
        orders = np.array(list(permutations(range(len(x)))))
        extreme = int((np.abs(x[orders] @ y) / scale >= reach).sum())
        return round(observed, 12), extreme / len(orders), f"exact, all {len(orders):,} orders"
    drawn = np.array([rng.permutation(x) for _ in range(_DRAWN)])
    extreme = int((np.abs(drawn @ y) / scale >= reach).sum())
    return (
        round(observed, 12),
        (1 + extreme) / (1 + _DRAWN),
        f"(1 + extreme) / (1 + drawn), {_DRAWN:,} orders drawn",
    )


def read_table(path: str | os.PathLike[str]) -> list[Extrinsic]:
    """Read extrinsic metrics from a table of the user's.

    Parameters
    ----------
    path : str or path
        CSV with the columns ``model``, ``metric`` and ``value``, and if wanted ``low``, ``high``, ``neutral``
        (default 0). An empty value is none.

    Raises
    ------
    DataError
        There is no such file, a column is missing, or a value is no number; all problems at once.

    Examples
    --------
    >>> read_table("none.csv")
    Traceback (most recent call last):
        ...
    fairkit.errors.DataError: there is no table at 'none.csv'.
    """
    file = Path(path)
    if not file.is_file():
        raise DataError(f"there is no table at '{file}'.")
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines)
            names = list(rows.fieldnames or ())
            missing = [name for name in _COLUMNS if name not in names]
            if missing:
                near = did_you_mean(missing[0], names)
                raise DataError(
                    f"'{file}' has no column {shortlist(missing)} (it has {shortlist(names)}).{near}"
                )
            made = [_row(row, str(file), rows.line_num) for row in rows]
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"'{file}' cannot be read as CSV: {error}.") from None
    problems = [one for one in made if isinstance(one, str)]
    if problems:
        raise DataError(*problems[:20])
    return [one for one in made if isinstance(one, Extrinsic)]


def from_report(path: str | os.PathLike[str], *, model: str) -> list[Extrinsic]:
    """Take the gaps of a saved report as extrinsic metrics of a model.

    Parameters
    ----------
    path : str or path
        Of ``fairkit eval``, ``fairkit sensitivity`` or ``fairkit check``, as ``-o`` writes it.
    model : str

    Returns
    -------
    list of Extrinsic
        Every finding: the gap of a metric between a group and what it is compared with, with its interval; a
        ratio is neutral at 1, a difference at 0.

    Raises
    ------
    ReportError
        It is no report.

    Examples
    --------
    >>> import fairkit, tempfile
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> file = Path(tempfile.mkdtemp()) / "report.json"
    >>> _ = file.write_text(report.to_json(), encoding="utf-8")
    >>> from_report(file, model="a")[0].metric
    'selection_rate, sex=F against rest'
    """
    from fairkit.report.serialize import load_report

    found = [
        Extrinsic(
            f"{finding.metric}, {finding.group} against {finding.reference}",
            model,
            finding.value,
            finding.low,
            finding.high,
            1.0 if finding.compare == "ratio" else 0.0,
            str(path),
            None if finding.value is not None else str(finding.reason or "undefined"),
        )
        for finding in load_report(path).findings
    ]
    if not found:
        raise DataError(f"'{path}' has no findings: nothing in it says how far groups are apart.")
    return found


def is_report(path: str | os.PathLike[str]) -> bool:
    """Tell whether a file is JSON, and so a report rather than a table.

    Examples
    --------
    >>> is_report("gaps.csv"), is_report("report.json")
    (False, True)
    """
    return Path(path).suffix.lower() == ".json"


def _given(extrinsic: Iterable[Extrinsic] | Mapping[str, Mapping[str, float | None]]) -> list[Extrinsic]:
    if not isinstance(extrinsic, Mapping):
        return list(extrinsic)
    return [
        Extrinsic(metric, model, value, why=None if value is not None else "not given")
        for model, values in extrinsic.items()
        for metric, value in values.items()
    ]


def _label(one: Association) -> str:
    return f"{one.metric}, {one.label}"


def _number(one: Association | Extrinsic, compare: Compared) -> float | None:
    return one.distance if compare == "distance" else one.value


def _columns(rows: Sequence[tuple[str, str, float | None]]) -> dict[str, dict[str, float | None]]:
    """Give each metric its value for each model."""
    found: dict[str, dict[str, float | None]] = {}
    twice = []
    for model, metric, value in rows:
        if model in found.setdefault(metric, {}):
            twice.append(f"'{metric}' of '{model}'")
        found[metric][model] = value
    if twice:
        raise DataError(
            f"given more than once: {', '.join(twice[:5])}. Give each model its own name, and a "
            "model that was measured in several ways (layers, pooling) a name for each: --model NAME=FOLDER."
        )
    return found


def _correlated(
    first: str,
    own: Mapping[str, float | None],
    second: str,
    other: Mapping[str, float | None],
    *,
    confidence: float,
    rng: np.random.Generator,
) -> RankCorrelation:
    both = [(m, own[m], other[m]) for m in own if own[m] is not None and other.get(m) is not None]
    models = tuple(model for model, _, _ in both)
    n = len(models)
    if n < FEWEST:
        why = f"too few models (n={n}): with fewer than {FEWEST} even perfect agreement has p above .05."
        return RankCorrelation(first, second, models, None, why=why)
    x, y = ([float(row[k] or 0.0) for row in both] for k in (1, 2))
    if len(set(x)) == 1 or len(set(y)) == 1:
        what = first if len(set(x)) == 1 else second
        return RankCorrelation(first, second, models, None, why=f"'{what}' is the same for all {n} models.")
    value, p, p_method = spearman(x, y, rng=rng)
    low, high, method, unknown = _fisher(value, n, confidence)
    return RankCorrelation(
        first,
        second,
        models,
        value,
        low,
        high,
        None if low is None else confidence,
        p,
        p_method,
        method,
        unknown,
    )


def _fisher(value: float, n: int, confidence: float) -> tuple[float | None, float | None, str, str | None]:
    if abs(value) > 1 - 1e-9:
        return None, None, "none", "models are in the same order, or in the opposite: no interval is known."
    half = float(stats.norm.ppf((1 + confidence) / 2)) * math.sqrt((1 + value**2 / 2) / (n - 3))
    low, high = (math.tanh(math.atanh(value) + side) for side in (-half, half))
    return low, high, "Fisher's z with the standard error of Bonett and Wright", None


def _row(row: Mapping[str, Any], file: str, line: int) -> Extrinsic | str:
    numbers: dict[str, float | None] = {}
    for name in ("value", "low", "high", "neutral"):
        text = str(row.get(name) or "").strip()
        try:
            numbers[name] = float(text) if text else None
        except ValueError:
            return f"line {line} of '{file}': {name} is {text!r}, which is no number."
        if numbers[name] is not None and not math.isfinite(numbers[name] or 0.0):
            return f"line {line} of '{file}': {name} is {text!r}; leave it empty where there is none."
    model, metric = (str(row.get(name) or "").strip() for name in ("model", "metric"))
    if not model or not metric:
        return f"line {line} of '{file}' has no model or no metric."
    return Extrinsic(
        metric,
        model,
        numbers["value"],
        numbers["low"],
        numbers["high"],
        numbers["neutral"] or 0.0,
        file,
        None if numbers["value"] is not None else "empty in the table",
    )
