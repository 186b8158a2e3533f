"""Asserting that a release keeps a policy, in a test: the same decision as everywhere, as an exception."""

from __future__ import annotations

import datetime as dt
import os
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from fairkit.errors import PolicyError
from fairkit.policy.checking import Given, check
from fairkit.policy.gate import Gate, Status, Verdict
from fairkit.policy.model import Policy


class FairnessWarning(UserWarning):
    """A release passes, and yet somebody should read on: a waiver holds, has expired, or is not needed."""


def assert_policy(
    report: Given | Sequence[Given] | Gate,
    policy: Policy | str | os.PathLike[str] | Mapping[str, Any] | None = None,
    *,
    today: dt.date | None = None,
) -> Gate:
    """Assert that a release keeps a policy.

    Parameters
    ----------
    report : Report or path, or a sequence of them, or Gate
        Of the release: of predictions, of transcripts, or one of each; or what :func:`fairkit.check` made of
        it, whose rows may be paired with a baseline's.
    policy : Policy, path, mapping, optional
        By default that of this folder, as for ``fairkit check``.
    today : date, optional
        The day for which waivers hold; by default this day in UTC.

    Returns
    -------
    Gate
        What was found, where the release passes.

    Raises
    ------
    AssertionError
        A check that decides failed, or is inconclusive and the policy says that this counts; the message is
        what ``fairkit check`` prints.
    PolicyError
        Something could not be judged: that is no verdict on the release.

    Warns
    -----
    FairnessWarning
        The release passes with a waiver, or a waiver needs attention.

    Examples
    --------
    >>> import fairkit
    >>> rows = {"sex": ["F"] * 700 + ["M"] * 800, "hired": [1] * 280 + [0] * 420 + [1] * 640 + [0] * 160}
    >>> report = fairkit.evaluate(rows, decision="hired", by="sex")
    >>> policy = {
    ...     "schema": 1, "name": "hiring", "groups": {"sex": {"column": "sex"}},
    ...     "check": [{"id": "rate", "metric": "selection_rate", "groups": ["sex"], "compare": "value",
    ...                "min": 0.3}],
    ... }
    >>> str(assert_policy(report, policy).verdict)
    'pass'
    """
    __tracebackhide__ = True  # pytest shows the test, not this function
    gate = report if isinstance(report, Gate) else check(policy, reports=report, today=today).gate
    if gate.verdict is Verdict.ERROR:
        raise PolicyError(*(problem.message for problem in gate.problems))
    if gate.exit_code:
        raise AssertionError(f"the release does not keep policy '{gate.policy.name}'.\n\n{gate.to_text()}")
    for message in _worth_reading(gate):
        warnings.warn(message, FairnessWarning, stacklevel=2)
    return gate


def _worth_reading(gate: Gate) -> list[str]:
    waived = [
        f"waived until {result.waiver.expires} by {result.waiver.owner} ({result.waiver.reason}): "
        f"check '{result.check}': {result.sentence}"
        for result in gate.results
        if result.status is Status.WAIVED and result.waiver is not None
    ]
    return [*waived, *gate.warnings]
