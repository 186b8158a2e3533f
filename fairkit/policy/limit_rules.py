"""Which limits make sense: of what is compared, of the metric, and of the scale that it is written on.

A user's 80 where 0.80 is meant would make a check that nothing, or everything, passes; so a limit that no
value of the metric can reach is refused with the scale it belongs on.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fairkit.metrics import AnyMetric, Functional
from fairkit.policy.model import Compare, Direction, Number
from fairkit.policy.places import Problems
from fairkit.policy.tables import Entry

LIMITS = ("min", "max", "max_regression", "max_change")
"""Every key that is a limit."""

LARGEST_RATIO = 10
"""From here on a ratio is taken for a percentage."""

_TAKES: Mapping[Compare, tuple[str, ...]] = MappingProxyType(
    {
        Compare.VALUE: ("min", "max"),
        Compare.WORST: ("min", "max"),
        Compare.RATIO: ("min", "max"),
        Compare.DIFFERENCE: ("max",),
        Compare.BASELINE: ("max_regression", "max_change"),
    }
)
_EXACTLY_ONE = (Compare.WORST, Compare.BASELINE)


def check_limits(entry: Entry, compare: Compare, metric: AnyMetric | None, problems: Problems) -> None:
    """Note what is wrong with the limits of a check.

    Parameters
    ----------
    entry : Entry
        The check.
    compare : Compare
    metric : metric or None
        None where it is unknown; then only what no metric allows is refused.
    problems : Problems

    Examples
    --------
    >>> from fairkit.metrics import metric
    >>> problems = Problems()
    >>> entry = Entry(("check", 0), {"min": Number(80.0, "80")}, frozenset())
    >>> check_limits(entry, Compare.VALUE, metric("selection_rate"), problems)
    >>> print(problems.sentences[0])
    $.check[0].min is 80, but selection_rate is a share from 0 to 1; write 0.8 for 80 percent.
    """
    allowed = _TAKES[compare]
    for name in LIMITS:
        if entry.gives(name) and name not in allowed:
            problems.add(entry.at(name), _misplaced(name, compare))
    given = [name for name in allowed if entry.gives(name)]
    if not given and not any(entry.gives(name) for name in LIMITS):
        listed = " or ".join(allowed) if len(allowed) > 1 else allowed[0]
        problems.add(entry.place, f"has no limit; compare = '{compare}' takes {listed}")
    if len(given) > 1 and compare in _EXACTLY_ONE:
        problems.add(entry.place, f"has {' and '.join(given)}; compare = '{compare}' takes one of them")
    numbers = {name: entry.get(name) for name in given if entry.get(name) is not None}
    faults = {name: _fault(number, compare, metric) for name, number in numbers.items()}
    for name, fault in faults.items():
        if fault is not None:
            problems.add(entry.at(name), fault)
    low, high = numbers.get("min"), numbers.get("max")
    if low is not None and high is not None and low.value > high.value and not any(faults.values()):
        problems.add(entry.at("min"), f"is {low}, more than max ({high}); no value can be both")


def check_direction(entry: Entry, compare: Compare, metric: AnyMetric | None, problems: Problems) -> None:
    """Note where a direction, or a regression, means nothing.

    Examples
    --------
    >>> from fairkit.metrics import metric
    >>> problems = Problems()
    >>> entry = Entry(("check", 0), {"direction": Direction.WORSE}, frozenset())
    >>> check_direction(entry, Compare.DIFFERENCE, metric("prevalence"), problems)
    >>> print(problems.sentences[0])
    $.check[0].direction is 'worse', but of prevalence neither more nor less is better; take 'either', ...
    """
    neither = metric is not None and metric.better == "neither"
    name = "" if metric is None else metric.name
    if entry.gives("direction") and compare is not Compare.DIFFERENCE:
        what = (
            "max_regression and max_change say which way counts"
            if compare is Compare.BASELINE
            else (f"compare = '{compare}' has none")
        )
        problems.add(entry.at("direction"), f"belongs to compare = 'difference'; {what}")
    elif entry.get("direction") is Direction.WORSE and neither:
        problems.add(
            entry.at("direction"),
            f"is 'worse', but of {name} neither more nor less is better; take 'either', 'above' or 'below'",
        )
    if entry.gives("max_regression") and compare is Compare.BASELINE and neither:
        problems.add(
            entry.at("max_regression"),
            f"asks how much worse {name} may be, of which neither more nor less is better; take max_change",
        )
    if compare is Compare.RATIO and metric is not None and may_be_negative(metric):
        problems.add(
            entry.at("compare"), f"is 'ratio', but {name} may be negative and has no ratio; take 'difference'"
        )


def may_be_negative(metric: AnyMetric) -> bool:
    """Tell whether a metric has values below 0, so that ratios mean nothing.

    Examples
    --------
    >>> from fairkit.counts import Kind
    >>> from fairkit.metrics import metric
    >>> may_be_negative(metric("mean_error", kind=Kind.REGRESSION)), may_be_negative(metric("accuracy"))
    (True, False)
    """
    return isinstance(metric, Functional) and (metric.lowest is None or metric.lowest < 0)


def _misplaced(name: str, compare: Compare) -> str:
    if name in ("max_regression", "max_change"):
        return f"needs a baseline, and compare is '{compare}'; name one of [baselines]: baseline = \"...\""
    if compare is Compare.BASELINE:
        return "is no limit of a change since a baseline; give max_regression or max_change"
    return (
        "is no limit of a difference, which is held by its size; give max, and direction = 'above' or "
        "'below' where only one way counts"
    )


def _fault(number: Number, compare: Compare, metric: AnyMetric | None) -> str | None:
    if compare is Compare.RATIO:
        if number.value <= 0:
            return f"is {number}, but a ratio is positive"
        if number.value >= LARGEST_RATIO:
            return f"is {number}; ratios are written as 0.80 and 1.25, not in percent"
        return None
    is_value = compare in (Compare.VALUE, Compare.WORST)
    if not is_value and number.value < 0:
        return f"is {number}, but the size of a difference is 0 or more"
    if metric is None:
        return None
    lowest, highest = _range(metric)
    if not is_value:
        span = 1.0 if metric.unit == "share" else highest - lowest
        if number.value > span:
            return f"is {number}, but differences of {metric.name} are at most {span:g}; {_scale(number)}"
        return None
    if lowest <= number.value <= highest:
        return None
    if metric.unit == "share" and number.value > 1:
        return f"is {number}, but {metric.name} is a share from {lowest:g} to 1; {_scale(number)}"
    return f"is {number}, but {metric.name} lies {_between(lowest, highest)}"


def _range(metric: AnyMetric) -> tuple[float, float]:
    """Return what values a metric may have. Rates of errors beyond 1 exist, but nobody allows them."""
    if not isinstance(metric, Functional):
        return 0.0, 1.0
    lowest = -float("inf") if metric.lowest is None else metric.lowest
    highest = float("inf") if metric.highest is None else metric.highest
    return lowest, min(highest, 1.0) if metric.unit == "share" else highest


def _scale(number: Number) -> str:
    if 1 < number.value <= 100:
        return f"write {number.value / 100:.3g} for {number} percent"
    return "write shares as 0.80, not in percent"


def _between(lowest: float, highest: float) -> str:
    if highest == float("inf"):
        return f"from {lowest:g} up"
    return f"up to {highest:g}" if lowest == -float("inf") else f"from {lowest:g} to {highest:g}"
