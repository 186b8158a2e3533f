"""Whether a policy can stop a release at all: checks that only warn, and limits that nothing can exceed."""

from __future__ import annotations

import math

from fairkit.metrics import AnyMetric, Functional, definition_of
from fairkit.policy.lines import allowed
from fairkit.policy.model import Check, Compare, Policy


def cautions_of(policy: Policy) -> tuple[str, ...]:
    """Say where a policy passes every release, whatever the data are.

    Parameters
    ----------
    policy : Policy

    Returns
    -------
    tuple of str
        One if no check decides, else one for each check that decides and can never fail.

    Examples
    --------
    >>> from fairkit.policy.model import Number
    >>> gap = Check(
    ...     id="gap", metric="accuracy", groups=("sex",), compare=Compare.DIFFERENCE, maximum=Number(1.0, "1")
    ... )
    >>> print(cautions_of(Policy(name="hiring", groups=(), checks=(gap,)))[0])
    check 'gap' can never fail: no difference of accuracy lies beyond max 1.
    """
    if not any(check.gates for check in policy.checks):
        return ("no check can stop the release: none of the policy has severity 'error'.",)
    never = "check '{}' can never fail: no {} {} lies beyond {}."
    return tuple(
        never.format(check.id, _WHAT[check.compare], metric.name, check.limit)
        for check in policy.checks
        if check.gates and (metric := definition_of(check.metric)) is not None and never_fails(check, metric)
    )


def never_fails(check: Check, metric: AnyMetric) -> bool:
    """Tell whether no value that a metric may have is beyond the limits of a check.

    Examples
    --------
    >>> from fairkit.metrics import metric
    >>> from fairkit.policy.model import Number
    >>> least = Check(
    ...     id="a", metric="accuracy", groups=(), compare=Compare.VALUE, minimum=Number(0.0, "0"),
    ... )
    >>> never_fails(least, metric("accuracy"))
    True
    """
    low, high = allowed(check, metric)
    least, most = 0.0, 1.0
    if isinstance(metric, Functional):
        least = -math.inf if metric.lowest is None else metric.lowest
        most = math.inf if metric.highest is None else metric.highest
    if check.compare is Compare.RATIO:
        least, most = 0.0, math.inf
    elif check.compare in (Compare.DIFFERENCE, Compare.BASELINE):
        least, most = least - most, most - least
    return low <= least and high >= most


_WHAT = {
    Compare.VALUE: "value of",
    Compare.WORST: "value of",
    Compare.DIFFERENCE: "difference of",
    Compare.RATIO: "ratio of",
    Compare.BASELINE: "change of",
}
