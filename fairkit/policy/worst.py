"""The worst group: many groups' results as one, about the group with the worst value.

The worst value lies above the largest of the lower limits and below the largest of the upper ones (for a
limit from below, the other way round). The first needs the correction for the number of groups, which the
intervals have; the second holds for any of them. So the level of both together is lower than that of each
interval: any of the groups may err in the first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from fairkit.policy.gate import Result, Status
from fairkit.policy.lines import Line
from fairkit.policy.wording import sentence_of


def worst_of(line: Line, results: Sequence[Result]) -> Result:
    """Make one result of those of all groups.

    Parameters
    ----------
    line : Line
        Of a check of the worst group.
    results : sequence of Result
        One for each group, at least one.

    Returns
    -------
    Result
        Fails if any group surely exceeds the limit, passes if none can; a group that cannot be judged leaves
        it undecided.
    """
    lowest = line.check.maximum is None
    known = [result for result in results if result.value is not None]
    if not known:
        return results[0]
    judged = [result for result in known if result.low is not None]
    failed = [result for result in judged if result.status is Status.FAIL]
    unknown = [result for result in results if result.low is None]
    worst = _extreme(failed or judged or known, lowest=lowest)
    lows, highs = ([getattr(result, end) for result in judged] for end in ("low", "high"))
    pick = min if lowest else max
    low = pick(lows) if lows else None
    high = None if not highs or None in highs else pick(highs)
    status, reason = worst.status, worst.reason
    open_ = [result for result in judged if result.status is Status.INCONCLUSIVE]
    if not failed and unknown:
        status, reason = Status.INCONCLUSIVE, unknown[0].reason
    elif not failed and open_ and worst.status is not Status.INCONCLUSIVE:
        status, reason = Status.INCONCLUSIVE, open_[0].reason
    needed = [result.n_needed for result in open_ if result.n_needed is not None]
    n_needed = worst.n_needed if worst in open_ else max(needed, default=None)
    made = replace(
        worst,
        low=low,
        high=high,
        level=_level([r.level for r in failed or judged], [r.level for r in judged]) if judged else None,
        status=status,
        without_waiver=status,
        reason=reason,
        n_needed=n_needed if status is Status.INCONCLUSIVE else None,
        clusters_needed=worst.clusters_needed if status is Status.INCONCLUSIVE else None,
    )
    told = sentence_of(
        line.check,
        metric=made.metric,
        group=made.group,
        reference=None,
        value=made.value,
        low=made.low,
        high=made.high,
        level=made.level,
        n=made.n,
        n_reference=None,
        reason=made.reason,
        n_needed=made.n_needed,
        clusters_needed=made.clusters_needed,
    )
    left = ", ".join(result.group for result in unknown[:3]) + (" and others" if len(unknown) > 3 else "")
    return replace(made, sentence=f"{told}; not judged: {left}" if unknown else told)


def _level(accusing: Sequence[float | None], all_: Sequence[float | None]) -> float:
    """Say how surely the worst value lies between: the end that accuses errs where any of its groups does.

    Only intervals that accuse, where there are any, can lie wholly beyond the worst value; else all can. The
    groups are disjoint, so that their errors are independent, or go together.
    """
    one = math.prod(1 - (1 - (level or 0.0)) / 2 for level in accusing)
    other = max((1 - (level or 0.0)) / 2 for level in all_)
    return max(one - other, 0.0)


def _extreme(results: Sequence[Result], *, lowest: bool) -> Result:
    sign = -1 if lowest else 1
    return max(results, key=lambda result: sign * (result.value or 0.0))
