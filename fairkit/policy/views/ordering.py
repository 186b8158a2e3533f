"""Which results are shown where: by check, what stops the release first, and how much is left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from fairkit.policy.gate import CheckStamp, Gate, Problem, Result, Status


@dataclass(frozen=True, slots=True)
class Checked:
    """One check with all that became of it.

    Parameters
    ----------
    stamp : CheckStamp
    results : tuple of Result
    names : tuple of str
        Name of each result; one that the check has twice also says how the policy calls the groups.
    problems : tuple of Problem

    Examples
    --------
    >>> from fairkit.policy.views.examples import example_gate
    >>> [one.names for one in by_check(example_gate())]
    [('race=Black', 'race=Asian', 'race=Hispanic')]
    """

    stamp: CheckStamp
    results: tuple[Result, ...]
    names: tuple[str, ...]
    problems: tuple[Problem, ...]

    def count(self, status: Status) -> int:
        """Count the results of a status."""
        return sum(result.status is status for result in self.results)


def by_check(gate: Gate) -> tuple[Checked, ...]:
    """Sort what a gate found by its checks, in the order of the policy.

    Examples
    --------
    >>> from fairkit.policy.views.examples import example_gate
    >>> [(one.stamp.id, len(one.results)) for one in by_check(example_gate())]
    [('four-fifths', 3)]
    """
    results: defaultdict[str, list[Result]] = defaultdict(list)
    problems: defaultdict[str, list[Problem]] = defaultdict(list)
    for result in gate.results:
        results[result.check].append(result)
    for problem in gate.problems:
        problems[problem.check or ""].append(problem)
    return tuple(
        Checked(stamp, tuple(results[stamp.id]), _names(results[stamp.id]), tuple(problems[stamp.id]))
        for stamp in gate.checks
    )


def unplaced(gate: Gate) -> tuple[Problem, ...]:
    """Return the problems that are of no check.

    Examples
    --------
    >>> from fairkit.policy.views.examples import example_gate
    >>> unplaced(example_gate())
    ()
    """
    known = {stamp.id for stamp in gate.checks}
    return tuple(problem for problem in gate.problems if problem.check not in known)


def weight(result: Result) -> int:
    """Say how much a result matters for the release: 0 stops it as failed, 4 passes.

    Examples
    --------
    >>> from fairkit.policy.views.examples import example_gate
    >>> [weight(result) for result in example_gate().results]
    [0, 3, 4]
    """
    if result.blocks is not None:
        return 0 if result.blocks == "fail" else 1
    return {Status.FAIL: 2, Status.INCONCLUSIVE: 3, Status.WAIVED: 3, Status.PASS: 4}[result.status]


def _names(results: Sequence[Result]) -> tuple[str, ...]:
    seen: defaultdict[str, int] = defaultdict(int)
    for result in results:
        seen[result.group] += 1
    return tuple(
        result.group if seen[result.group] == 1 else f"{result.group} (as {result.policy_group})"
        for result in results
    )
