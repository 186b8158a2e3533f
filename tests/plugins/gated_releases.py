"""Releases for tests of the gate: counts of decisions by group, and policies of a line or two."""

from collections.abc import Mapping, Sequence

import fairkit
from fairkit.counts import Counts, Kind
from fairkit.policy.model import Check, Compare, Number, Policy, PolicyGroup

_LIMITS = {"min": "minimum", "max": "maximum", "max_regression": "max_regression", "max_change": "max_change"}


def number(text):
    """A limit as it is written in a policy."""
    return Number(float(text), text)


def check(compare="value", *, metric="selection_rate", groups=("group",), **more):
    """A check; limits are texts: ``min``, ``max``, ``max_regression``, ``max_change``."""
    given = {_LIMITS.get(key, key): number(value) if key in _LIMITS else value for key, value in more.items()}
    return Check(
        **{"id": "check", "metric": metric, "groups": tuple(groups), "compare": Compare(compare), **given}
    )


def policy(*checks, reference="rest", min_n=1, groups=None, **more):
    """A policy about the column ``group``."""
    own = (PolicyGroup(name="group", columns=("group",), reference=reference, min_n=min_n),)
    return Policy(**{"name": "release", "groups": groups or own, "checks": checks, **more})


def selections(selected: Mapping[str, tuple[int, int]]) -> Counts:
    """Counts of decisions from the selected and all applicants of every group."""
    return Counts.from_cells(
        Kind.DECISIONS,
        ["group"],
        [(name,) for name in selected],
        [[k, n - k, 0] for k, n in selected.values()],
    )


def outcomes(cells: Mapping[str, Sequence[int]]) -> Counts:
    """Counts of labels and decisions: true positives, false positives, false negatives, true negatives."""
    return Counts.from_cells(
        Kind.CONFUSION,
        ["group"],
        [(name,) for name in cells],
        [[*values, 0, 0, 0] for values in cells.values()],
    )


def report(counts):
    """The report of counts."""
    return fairkit.evaluate(counts, by=list(counts.attributes))
