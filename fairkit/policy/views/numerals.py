"""How numbers of a gate are written: in the scale of their limit, and never on the wrong side of it.

A limit of 0.10 stands beside a value of 0.120, not of 12 %: whoever wrote the policy wrote shares, and a
second scale is how thresholds are misread. Rounding stops before a value seems to lie on its limit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from fairkit.metrics import definition_of
from fairkit.policy.gate import Result
from fairkit.policy.model import Compare, Direction
from fairkit.report.numerals import value_text
from fairkit.report.phrases import UNDEFINED

_DIGITS = 3
_MOST_DIGITS = 15
_HUGE = 1e6
_SIGNED = frozenset({Compare.DIFFERENCE, Compare.BASELINE})


def number_text(value: float, result: Result) -> str:
    """Write a number in the scale of a result's limit.

    Parameters
    ----------
    value : float
        The result's value, or an end of its interval.
    result : Result

    Returns
    -------
    str
        Three decimals, and as many more as tell it from the limit; amounts have four figures.

    Examples
    --------
    >>> from fairkit.policy.views.examples import example_result
    >>> [number_text(value, example_result()) for value in (0.61, 0.79996, 0.8)]
    ['0.610', '0.79996', '0.800']
    """
    limits = [abs(limit) for limit in allowed(result) if math.isfinite(limit)]
    sign = "+" if result.compare in _SIGNED else ""
    for text in _ever_finer(value, result, sign):
        if not any(abs(float(text.replace(",", ""))) == limit != abs(value) for limit in limits):
            break
    return text if text.strip("+-0.") else text.lstrip("+-")


def interval_text(result: Result) -> str:
    """Write the interval that decides; empty where there is none.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from fairkit.policy.views.examples import example_result
    >>> interval_text(example_result()), interval_text(replace(example_result(), high=None))
    ('[0.540, 0.690]', '[0.540 and more]')
    """
    if result.low is None:
        return ""
    low = number_text(result.low, result)
    return f"[{low} and more]" if result.high is None else f"[{low}, {number_text(result.high, result)}]"


def value_and_interval(result: Result) -> str:
    """Write a value with its interval, or the sign of what is undefined.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from fairkit.policy.views.examples import example_result
    >>> value_and_interval(example_result())
    '0.610 [0.540, 0.690]'
    >>> value_and_interval(replace(example_result(), value=None, low=None, high=None))
    '–'
    """
    if result.value is None:
        return UNDEFINED
    return f"{number_text(result.value, result)} {interval_text(result)}".rstrip()


def limit_text(result: Result) -> str:
    """Write the limit as the policy does.

    Examples
    --------
    >>> from fairkit.policy.views.examples import example_result
    >>> limit_text(example_result())
    'min 0.80'
    """
    given = {
        "min": result.minimum,
        "max": result.maximum,
        "max_regression": result.max_regression,
        "max_change": result.max_change,
    }
    return ", ".join(f"{name} {text}" for name, text in given.items() if text is not None)


def allowed(result: Result) -> tuple[float, float]:
    """Say from where to where the value of a result may lie; infinite where there is no limit.

    Examples
    --------
    >>> from fairkit.policy.views.examples import example_result
    >>> allowed(example_result())
    (0.8, inf)
    """
    low, high = _number(result.minimum, -math.inf), _number(result.maximum, math.inf)
    if result.compare not in _SIGNED:
        return low, high
    if result.max_change is not None:
        size, direction = _number(result.max_change, math.inf), Direction.EITHER
    elif result.max_regression is not None:
        size, direction = _number(result.max_regression, math.inf), Direction.WORSE
    else:
        size, direction = high, result.direction
    below, above = _sides(direction, result.metric)
    return -size if below else -math.inf, size if above else math.inf


def _ever_finer(value: float, result: Result, sign: str) -> Iterator[str]:
    """Write a number with more and more digits."""
    amount = result.unit == "amount" and result.compare is not Compare.RATIO
    if amount:
        yield ("+" if sign and value > 0 else "") + value_text(value, "amount")
    elif abs(value) >= _HUGE:
        yield f"{value:{sign}.4g}"
    for digits in range(_DIGITS, _MOST_DIGITS):
        yield f"{value:{sign}{',' if amount else ''}.{digits}f}"


def _sides(direction: Direction, metric: str) -> tuple[bool, bool]:
    if direction is Direction.WORSE:
        known = definition_of(metric)
        better = "neither" if known is None else known.better
        return better != "lower", better != "higher"
    return direction in (Direction.EITHER, Direction.BELOW), direction in (Direction.EITHER, Direction.ABOVE)


def _number(text: str | None, otherwise: float) -> float:
    return otherwise if text is None else float(text)
