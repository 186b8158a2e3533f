"""Comparing the rows of two releases: paired by an id, counted together, judged row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fairkit import __version__
from fairkit.baselines.pairing import Pairing, paired_counts
from fairkit.changes.comparing import checked_rules, now
from fairkit.changes.model import Asked, Changes, Compared, GapShift, ValueChange
from fairkit.changes.together import paired_changes
from fairkit.choices import Names, about_any_model, chosen
from fairkit.groups import By, groupings
from fairkit.margins import Margin
from fairkit.policy.model import DataSource
from fairkit.policy.releases import BASELINE, RELEASE
from fairkit.views import views


def compare_rows(
    old: Any,
    new: Any,
    *,
    data: DataSource,
    by: By,
    levels: Mapping[str, Sequence[str]] | None = None,
    metrics: Names = "default",
    margin: Margin = None,
    confidence: float = 0.95,
    correction: str = "holm",
) -> Changes:
    """Compare the rows of two releases, each row with itself.

    Parameters
    ----------
    old, new : frame or path
        Predictions of both releases. Groups, labels, weights and clusters are those of `new`.
    data : DataSource
        What the columns mean, in both; ``id`` names the rows.
    by, levels
        As for :func:`fairkit.evaluate`.
    metrics : sequence of str, "default" or "all"
    margin, confidence, correction
        As for :func:`fairkit.changes.comparing.compare_reports`.

    Returns
    -------
    Changes

    Raises
    ------
    DataError
        The data cannot be read, lack a column, name a row twice, or have no row in common.
    UsageError
        An option is wrong, or the columns are of a task whose rows cannot be paired.

    Examples
    --------
    >>> now_ = {"id": list(range(400)), "sex": ["F", "M"] * 200, "d": [1, 1, 0, 1] * 100}
    >>> then = {"id": list(range(400)), "d": [0, 1, 0, 1] * 100}
    >>> source = DataSource(columns={"decision": "d"}, id="id")
    >>> found = compare_rows(then, now_, data=source, by="sex")
    >>> [(c.group, c.old, c.new, c.verdict) for c in found.changes if c.attribute]
    [('sex=F', 0.0, 0.5, 'better'), ('sex=M', 1.0, 1.0, 'equivalent')]
    """
    rules, given = checked_rules(margin, confidence, correction, amounts=())
    pairing = paired_counts(new, old, data=data, by=by, levels=levels)
    split = groupings(by, levels=levels)
    asked = about_any_model(chosen(metrics, views(pairing.counts)))
    changes: list[ValueChange] = []
    gaps: list[GapShift] = []
    for i, grouping in enumerate(split):
        own, shifts = paired_changes(
            pairing.counts, grouping, asked, rules, baseline=BASELINE, overall=i == 0
        )
        changes += own
        gaps += shifts
    # All rows first, as where reports are compared.
    changes.sort(key=lambda change: bool(change.attribute))
    measured = dict.fromkeys(change.metric for change in changes)
    return Changes(
        now(),
        __version__,
        "releases",
        paired=True,
        old=_side(pairing, BASELINE, pairing.only_baseline),
        new=_side(pairing, RELEASE, pairing.only_release),
        asked=Asked(
            tuple(measured),
            tuple(grouping.name for grouping in split),
            {grouping.name: "rest" for grouping in split},
            given,
            confidence,
            str(rules.correction),
        ),
        changes=tuple(changes),
        gaps=tuple(gaps),
        notes=pairing.notes,
    )


def _side(pairing: Pairing, side: str, alone: int) -> Compared:
    source = pairing.sources[side]
    return Compared(
        source, source, None, __version__, pairing.hashes[side], pairing.counts.sha256(),
        pairing.matched + alone, pairing.matched,
    )  # fmt: skip
