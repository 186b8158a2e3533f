"""Options that every report has: how groups are compared, how surely, and whether that makes sense."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, get_args

from fairkit.corrections import Correction
from fairkit.errors import UsageError, did_you_mean, shortlist
from fairkit.evidence import Compare, DifferenceInterval
from fairkit.groups import Grouping, Reference, attributes_of, group_name

_LEVELS = (0.6, 0.999999)


def check_options(
    *,
    compare: Any,
    confidence: Any,
    correction: Any,
    replicates: Any,
    seed: Any,
    wishes: Sequence[Reference],
    interval: Any = "newcombe",
) -> tuple[Compare, ...]:
    """Check the options that every report has, before any row is read.

    Parameters
    ----------
    compare, confidence, correction, interval, replicates, seed
        As a user wrote them, see :func:`fairkit.evaluate`.
    wishes : sequence of Reference
        What each grouping's groups are compared with.

    Returns
    -------
    tuple of {"difference", "ratio"}
        The comparisons that are asked for.

    Raises
    ------
    UsageError
        An option is wrong, or two do not fit together; all problems at once.

    Examples
    --------
    >>> check_options(
    ...     compare="both", confidence=0.95, correction="holm", replicates=2_000, seed=0, wishes=["rest"]
    ... )
    ('difference', 'ratio')
    """
    problems = [
        f"{name} must be a {'whole ' * (kind is Integral)}number, it is {value!r}."
        for name, value, kind in (
            ("confidence", confidence, Real),
            ("replicates", replicates, Integral),
            ("seed", seed, Integral),
        )
        if isinstance(value, bool) or not isinstance(value, kind)
    ]
    problems += [
        f"{name} must be a word, it is {value!r}."
        for name, value in (("compare", compare), ("correction", correction), ("interval", interval))
        if not isinstance(value, str)
    ]
    if problems:
        raise UsageError(*problems)
    if not _LEVELS[0] <= confidence <= _LEVELS[1]:
        problems.append(
            f"confidence {confidence} is no level from {_LEVELS[0]} to {_LEVELS[1]}, such as 0.95."
        )
    for what, value, known in (
        ("compare", compare, ["difference", "ratio", "both"]),
        ("correction", correction, [str(c) for c in Correction]),
        ("interval", interval, list(get_args(DifferenceInterval))),
    ):
        if value not in known:
            problems.append(
                f"{what} '{value}' is unknown (there are {shortlist(known)}).{did_you_mean(value, known)}"
            )
    if replicates < 200:
        problems.append(f"{replicates} bootstrap replicates are too few for an interval; take at least 200.")
    if seed < 0:
        problems.append(f"seed {seed} is negative; take a whole number from 0 on.")
    if correction == "max-t" and "best" in wishes:
        problems.append(
            "correction 'max-t' does not know that the best group was chosen by its value; "
            "compare with 'rest' or a named group, or take correction 'holm'."
        )
    if problems:
        raise UsageError(*problems)
    return ("difference", "ratio") if compare == "both" else (compare,)


def stated_groups(split: Sequence[Grouping], wishes: Sequence[Reference]) -> dict[str, Any]:
    """Write what was grouped by and compared with, as the settings of a report state it.

    Parameters
    ----------
    split : sequence of Grouping
    wishes : sequence of Reference
        What each grouping's groups are compared with.

    Examples
    --------
    >>> from fairkit.groups import groupings, references
    >>> split = groupings(["race", "young: age < 25"], levels={"race": ["A", "B"]})
    >>> stated = stated_groups(split, references("race=A", split))
    >>> stated["reference"], stated["predicates"]
    ({'race': 'race=A', 'young': 'rest'}, {'young': 'age < 25'})
    """
    attributes = attributes_of(split)
    return {
        "by": tuple(grouping.name for grouping in split),
        "predicates": {a.name: a.predicate.canonical for a in attributes if a.predicate is not None},
        "levels": {a.name: a.levels for a in attributes if a.levels},
        "reference": {
            grouping.name: wish if isinstance(wish, str) else group_name(grouping.names, wish)
            for grouping, wish in zip(split, wishes, strict=True)
        },
    }
