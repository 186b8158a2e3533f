"""How numbers are written: shares in percent, differences in points, scores and amounts as they are.

Rates are written in percent and differences in points, to two decimals, as published audits write them; a
threshold stays in the same unit as the number beside it. Areas under curves are plain numbers, and what is
measured in units of the label (errors, rates of events) has four significant figures.
"""

from __future__ import annotations

import math

from fairkit.evidence import Compare
from fairkit.metrics import Unit, definition_of

FARTHEST = 10.0
"""Bounds of shares beyond this are not written out: of error rates of few speakers they may be anywhere."""


def percent(value: float, *, digits: int = 2) -> str:
    """Write a rate.

    Examples
    --------
    >>> percent(805 / 1795)
    '44.85%'
    """
    return f"{_unsigned_zero(f'{100 * value:.{digits}f}')}%"


def unit_of(metric: str) -> Unit:
    """Return how a metric's values are written; of one that is not known, as shares.

    Examples
    --------
    >>> unit_of("accuracy"), unit_of("true_positive_rate[cat]")
    ('share', 'share')
    """
    found = definition_of(metric)
    return "share" if found is None else found.unit


def value_text(value: float, unit: Unit = "share", *, digits: int = 2) -> str:
    """Write a value in its unit: a share in percent, a score plainly, an amount to four figures.

    Examples
    --------
    >>> value_text(0.4485), value_text(0.87312, "score"), value_text(23456.7, "amount")
    ('44.85%', '0.8731', '23,457')
    """
    if unit == "share":
        return percent(value, digits=digits)
    return _unsigned_zero(f"{value:.{digits + 2}f}") if unit == "score" else _amount(value)


def contrast_number(value: float, compare: Compare, *, unit: Unit = "share", digits: int = 2) -> str:
    """Write a difference (of shares in signed points), or a ratio.

    Examples
    --------
    >>> contrast_number(0.21394, "difference"), contrast_number(0.5228, "ratio")
    ('+21.39', '0.523')
    >>> contrast_number(-0.0312, "difference", unit="score")
    '-0.0312'
    >>> contrast_number(1250.5, "difference", unit="amount")
    '+1,250'
    """
    if compare == "ratio":
        return f"{value:.{digits + 1}f}"
    if unit == "share":
        return _unsigned_zero(f"{100 * value:+.{digits}f}")
    return _unsigned_zero(f"{value:+.{digits + 2}f}" if unit == "score" else _amount(value, sign="+"))


def bounds(
    low: float | None, high: float | None, *, unit: Unit = "share", digits: int = 2, between: str = " to "
) -> str:
    """Write the interval of a value, of a share in percent without the sign; empty where there is none.

    Examples
    --------
    >>> bounds(0.42561, 0.47158), bounds(0.42561, 0.47158, between=", ", digits=1)
    ('42.56 to 47.16', '42.6, 47.2')
    >>> bounds(0.8, 0.9, unit="score")
    '0.8000 to 0.9000'
    >>> bounds(0.0854, 161.342)
    '8.54 to >1000'
    """
    if low is None or high is None:
        return ""
    ends = (
        _beyond(end)
        if unit == "share" and abs(end) > FARTHEST
        else value_text(end, unit, digits=digits).rstrip("%")
        for end in (low, high)
    )
    return between.join(ends)


def contrast_bounds(
    low: float | None,
    high: float | None,
    compare: Compare,
    *,
    unit: Unit = "share",
    digits: int = 2,
    between: str = " to ",
) -> str:
    """Write the interval of a difference or ratio; empty where there is none.

    Examples
    --------
    >>> contrast_bounds(0.17246, 0.25461, "difference"), contrast_bounds(0.5, None, "ratio")
    ('+17.25 to +25.46', '0.500 and more')
    >>> contrast_bounds(-0.053, 46.8, "difference"), contrast_bounds(0.5, 4000, "ratio")
    ('-5.30 to >1000', '0.500 to >1000')
    """
    if low is None:
        return ""
    if high is None:
        return f"{contrast_number(low, compare, unit=unit, digits=digits)} and more"
    farthest = 100 * FARTHEST if compare == "ratio" else FARTHEST if unit == "share" else math.inf
    ends = (
        _beyond(end) if abs(end) > farthest else contrast_number(end, compare, unit=unit, digits=digits)
        for end in (low, high)
    )
    return between.join(ends)


def level_text(level: float) -> str:
    """Write a confidence level.

    Examples
    --------
    >>> level_text(0.95), level_text(1 - 0.05 / 6)
    ('95%', '99.17%')
    """
    return f"{100 * level:.2f}".rstrip("0").rstrip(".") + "%"


def margin_text(margin: tuple[float, float], compare: Compare, unit: Unit = "share") -> str:
    """Write a margin in the unit of its contrast.

    Examples
    --------
    >>> margin_text((-0.05, 0.05), "difference"), margin_text((0.8, 1.25), "ratio")
    ('±5 points', '0.8 to 1.25')
    >>> margin_text((-0.05, 0.05), "difference", "score")
    '±0.05'
    >>> margin_text((-5008.31, 5008.31), "difference", "amount")
    '±5,008'
    """
    low, high = margin
    if compare == "ratio":
        return f"{low:g} to {high:g}"
    if unit == "share":
        return f"±{100 * high:g} points" if low == -high else f"{100 * low:+g} to {100 * high:+g} points"
    if low == -high:
        return f"±{_amount(high)}"
    return f"{_amount(low, sign='+')} to {_amount(high, sign='+')}"


def size_text(size: float, unit: Unit) -> str:
    """Write how large a difference is, with its unit.

    Examples
    --------
    >>> size_text(0.0524, "share"), size_text(0.0524, "score"), size_text(52.4, "amount")
    ('5.24 points', '0.0524', '52.4')
    """
    if unit == "share":
        return f"{100 * size:.2f} points"
    return value_text(size, unit)


def _amount(value: float, *, sign: str = "") -> str:
    """Write an amount to four significant figures, whole from there on, with separators of thousands."""
    if value == 0 or not math.isfinite(value):
        return f"{value:{sign}g}"
    digits = max(0, 3 - math.floor(math.log10(abs(value))))
    text = f"{value:{sign},.{min(digits, 12)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _beyond(end: float) -> str:
    """Write a bound that is farther out than anybody would read: in percent, points or times."""
    return f"{'>' if end > 0 else '<-'}{100 * FARTHEST:g}"


def _unsigned_zero(text: str) -> str:
    return text.lstrip("+-") if not text.strip("+-0.") else text
