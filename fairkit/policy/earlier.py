"""What a release is compared with: counts of earlier releases, or rows of theirs, paired with its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fairkit.baselines.of_policy import policy_baselines
from fairkit.baselines.pairing import paired_counts
from fairkit.counts import Counts
from fairkit.errors import DataError, FairkitError
from fairkit.policy.asking import about_speech, by_of, groups_of, levels_of
from fairkit.policy.gate import Problem
from fairkit.policy.model import Policy, PolicyGroup
from fairkit.policy.releases import BASELINE, RELEASE
from fairkit.report.model import Report


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is known of the releases that a policy compares with.

    Parameters
    ----------
    counts : mapping of name to Counts
        Of releases that are compared as data of their own.
    pairs : mapping of name to Counts
        Joint counts of a release and this one, row by row.
    problems : tuple of Problem
        Of every check that cannot be compared.
    notes : tuple of str
        Which rows found no partner, and the like.

    Examples
    --------
    >>> Earlier({}, {}, (), ()).pairs
    {}
    """

    counts: Mapping[str, Counts]
    pairs: Mapping[str, Counts]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


def earlier_releases(policy: Policy, rows: Any, report: Report | None) -> Earlier:
    """Find and verify the baselines of a policy, and pair rows where it names predictions.

    Parameters
    ----------
    policy : Policy
    rows : frame or path, optional
        Predictions of the release; None where only a report of it is there.
    report : Report or None
        Of those predictions; says which groups can be told apart.

    Returns
    -------
    Earlier

    Examples
    --------
    >>> earlier_releases(Policy(name="p", groups=(), checks=()), None, None).counts
    {}
    """
    known = policy_baselines(policy, reports=() if report is None else (report,))
    if report is None:  # it has been said why none of its checks ran
        return Earlier(known.counts, {}, known.problems, ())
    pairs: dict[str, Counts] = {}
    problems = list(known.problems)
    notes = [
        _itself(name, "counts")
        for name, baseline in known.baselines.items()
        if baseline.data.counts_sha256 == report.data.counts_sha256
    ]
    for name, path in known.predictions.items():
        checks = [check for check in policy.checks if check.baseline == name]
        groups = _told_apart(groups_of(policy, (c for c in checks if not about_speech(c))), report)
        if not groups or policy.data is None:
            continue
        try:
            if rows is None:
                raise DataError(
                    "its rows are paired with those of the release, and a report has none; give the "
                    "rows (fairkit check DATA)."
                )
            pairing = paired_counts(rows, path, data=policy.data, by=by_of(groups), levels=levels_of(groups))
        except FairkitError as error:
            problems += [
                Problem("baseline", check.id, f"check '{check.id}' did not run: baseline '{name}': {problem}")
                for check in checks
                for problem in error.problems
            ]
        else:
            pairs[name] = pairing.counts
            notes += [f"baseline '{name}': {note}" for note in pairing.notes]
            if pairing.hashes[BASELINE] is not None and pairing.hashes[BASELINE] == pairing.hashes[RELEASE]:
                notes.append(_itself(name, "bytes"))
    return Earlier(known.counts, pairs, tuple(problems), tuple(notes))


def _itself(name: str, what: str) -> str:
    alike = f"baseline '{name}' has the same {what} as the release"
    return f"{alike}; if it is the release itself, nothing is compared."


def _told_apart(groups: Sequence[PolicyGroup], report: Report) -> list[PolicyGroup]:
    """Leave out groups of columns that the release does not have; it has been said of them."""
    have = report.counts.attributes
    return [group for group in groups if set(group.columns or [group.name]) <= set(have)]
