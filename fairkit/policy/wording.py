"""What a gate says about one check and one group in a sentence, in the scale of the limit as written."""

from __future__ import annotations

import math
from collections.abc import Sequence

from fairkit.policy.model import Check, Compare

_MOST_DIGITS = 6


def sentence_of(
    check: Check,
    *,
    metric: str,
    group: str,
    reference: str | None,
    value: float | None,
    low: float | None,
    high: float | None,
    level: float | None,
    n: int | None,
    n_reference: int | None,
    reason: str | None,
    n_needed: int | None,
    clusters_needed: int | None,
) -> str:
    """Say what was found, on what, and what it is held to.

    Parameters
    ----------
    check : Check
    metric, group : str
    reference : str or None
    value, low, high, level : float or None
    n, n_reference : int or None
    reason : str or None
        Why it is undecided.
    n_needed, clusters_needed : int or None

    Examples
    --------
    >>> from fairkit.policy.model import Number
    >>> check = Check(
    ...     id="four-fifths", metric="selection_rate", groups=("race",), compare=Compare.RATIO,
    ...     minimum=Number(0.8, "0.80"),
    ... )
    >>> print(sentence_of(
    ...     check, metric="selection_rate", group="race=Black", reference="race=White", value=0.61, low=0.54,
    ...     high=0.69, level=0.95, n=812, n_reference=2011, reason=None, n_needed=None, clusters_needed=None,
    ... ))
    selection_rate ratio for race=Black is 0.61 (95% CI 0.54 to 0.69; n=812 vs 2011 of race=White);
    limit min 0.80
    """
    what = _WHAT[check.compare].format(metric=metric, group=group, reference=reference)
    digits = _apart(check, [number for number in (value, low, high) if number is not None])
    limit = f"limit {check.limit}"
    sizes = "" if n is None else f"n={n}"
    if sizes and n_reference is not None and reference is not None:
        sizes += f" vs {n_reference} of {_NAMED.get(reference, reference)}"
    if value is None:
        return f"{what} is undefined ({': '.join(t for t in (reason, sizes) if t)}); {limit}"
    interval = ""
    if low is not None and level is not None:
        to = f"to {written(high, digits)}" if high is not None else "and up"
        interval = f"{_percent(level)} CI {written(low, digits)} {to}"
    inside = "; ".join(part for part in (interval, sizes) if part)
    text = f"{what} is {written(value, digits)}{f' ({inside})' if inside else ''}; {limit}"
    if n_needed is not None:
        people = f", {clusters_needed} clusters," if clusters_needed is not None else ""
        return f"{text}; needs about n={n_needed}{people} to decide"
    return f"{text}; {_REASONS.get(reason, f'no verdict: {reason}')}" if reason else text


def digits_for(check: Check) -> int:
    """Say how many decimals values need beside the limit of a check: one more than it has, at least two.

    Examples
    --------
    >>> from fairkit.policy.model import Number
    >>> digits_for(Check(id="a", metric="b", groups=(), compare=Compare.VALUE, maximum=Number(0.25, "0.25")))
    3
    """
    limits = (check.minimum, check.maximum, check.max_regression, check.max_change)
    texts = [number.text.lower().partition("e")[0] for number in limits if number is not None]
    decimals = [len(text.partition(".")[2]) for text in texts]
    return min(max([1, *decimals]) + 1, _MOST_DIGITS)


def _percent(level: float) -> str:
    """Write a level with so many digits that one of many thousand comparisons does not look certain."""
    digits = max(4, math.ceil(-math.log10(1 - level)) + 1)
    return f"{100 * level:.{digits}g}%"


def _apart(check: Check, values: Sequence[float]) -> int:
    """Take so many decimals that what is not the limit does not look like it."""
    limits = (check.minimum, check.maximum, check.max_regression, check.max_change)
    numbers = [sign * number.value for number in limits if number is not None for sign in (1, -1)]
    digits = digits_for(check)
    near = min((abs(v - number) for v in values for number in numbers if v != number), default=1.0)
    while digits < _MOST_DIGITS and near < 10.0**-digits:  # two numbers so near may be written alike
        digits += 1
    return digits


def written(value: float | None, digits: int) -> str:
    """Write a value with some decimals; large and tiny ones with as many digits as tell something.

    Examples
    --------
    >>> written(0.61, 3), written(1234567.0, 3), written(0.00001, 3), written(None, 3)
    ('0.61', '1234567', '1e-05', 'undefined')
    """
    if value is None:
        return "undefined"
    if not math.isfinite(value):
        return "no bound"
    if value and abs(value) < 10**-digits / 2:
        return f"{value:.1g}"
    text = f"{value:.{digits}f}"
    whole, _, decimals = text.partition(".")
    kept = decimals.rstrip("0")
    return f"{whole}.{kept.ljust(2, '0')}" if kept else (f"{whole}.00" if abs(value) < 100 else whole)


_WHAT = {
    Compare.VALUE: "{metric} for {group}",
    Compare.WORST: "{metric} of the worst group, {group},",
    Compare.DIFFERENCE: "{metric} difference for {group}",
    Compare.RATIO: "{metric} ratio for {group}",
    Compare.BASELINE: "{metric} change for {group} since {reference}",
}
_NAMED = {"rest": "the rest"}
_REASONS = {
    "across-the-limit": "no number of rows that can be told would decide it",
    "too-few": "too few rows to judge",
    "reference-too-few": "too few rows to compare with",
}
