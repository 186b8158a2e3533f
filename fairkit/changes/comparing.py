"""Comparing two reports as independent samples: who with whom, by what, and by which rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from fairkit import __version__
from fairkit.baselines.model import Baseline
from fairkit.changes.answers import answers_of
from fairkit.changes.apart import samples_of
from fairkit.changes.judging import Rules, gap_shifts, value_changes
from fairkit.changes.meaning import meaning
from fairkit.changes.model import (
    EVERYBODY,
    Asked,
    Changes,
    Compared,
    GapShift,
    LoneGroup,
    Question,
    ValueChange,
)
from fairkit.changes.shared import (
    Groupings,
    Measured,
    Release,
    shared_groupings,
    shared_metrics,
    shared_references,
)
from fairkit.choices import Names
from fairkit.corrections import Correction
from fairkit.counts import Counts, Kind
from fairkit.errors import UsageError, shortlist
from fairkit.evidence import Options
from fairkit.groups import Grouping, group_name
from fairkit.margins import Margin, given_margins
from fairkit.options import check_options
from fairkit.tables import group_table
from fairkit.views import views

_AMOUNTS = frozenset({Kind.REGRESSION, Kind.RANKING, Kind.EVENTS})
_SIDES = {"releases": ("old", "new"), "last-mile": ("developer's", "customer's")}


def compare_reports(
    old: Release,
    new: Release,
    *,
    metrics: Names | None = None,
    attributes: Sequence[str] = (),
    reference: str | Sequence[str] | None = None,
    margin: Margin = None,
    confidence: float | None = None,
    correction: str = "holm",
    last_mile: bool = False,
    names: tuple[str, str] | None = None,
) -> Changes:
    """Compare two reports as independent samples: what changed in every group, and which gaps widened.

    Parameters
    ----------
    old, new : Report or Baseline
        Of two releases; or, for the last mile, a developer's report and a customer's own.
    metrics : sequence of str, "default" or "all", optional
        By default those of the new report (for the last mile, of the developer's).
    attributes : sequence of str
        Attributes to compare by; by default all that both have.
    reference : str or sequence of str, optional
        What gaps are to, see :func:`fairkit.evaluate`; by default what the reports have where they agree.
    margin : float or pair, optional
        How far a change may lie from none and still be equivalence.
    confidence : float, optional
        Of each family: one metric over all groups of one attribute; by default that of the new report.
    correction : {"holm", "benjamini-hochberg", "none"}
    last_mile : bool
        Whether to answer if the developer's published gaps hold on the customer's data.
    names : pair of str, optional
        What the sides are called; by default their files.

    Returns
    -------
    Changes

    Raises
    ------
    UsageError
        The reports are not about the same things (other groups, classes or labels under the same names),
        have nothing in common, or rest on clustered rows whose clusters were not kept; or an option is wrong.

    Examples
    --------
    >>> import fairkit
    >>> rows = {"sex": ["F"] * 400 + ["M"] * 400, "hired": ([1] * 200 + [0] * 200) * 2}
    >>> old = fairkit.evaluate(rows, decision="hired", by="sex")
    >>> new = fairkit.evaluate({**rows, "hired": [0] * 400 + rows["hired"][400:]}, decision="hired", by="sex")
    >>> found = compare_reports(old, new)
    >>> [(c.group, c.verdict) for c in found.changes], [(g.group, g.verdict) for g in found.gaps]
    ([('all', 'worse'), ('sex=F', 'worse'), ('sex=M', 'inconclusive')],
     [('sex=F', 'widened'), ('sex=M', 'widened')])
    """
    question: Question = "last-mile" if last_mile else "releases"
    level = new.settings.confidence if confidence is None else confidence
    rules, given = checked_rules(margin, level, correction, amounts={old.counts.kind, new.counts.kind})
    compared = meaning(old.settings, new.settings, names=_SIDES[question])
    problems = [*compared.refusals, *_clusters_lost(old, new)]
    if problems:
        raise UsageError(*problems)
    split = shared_groupings(old, new, attributes)
    measured, left = shared_metrics(old, new, metrics, of="old" if last_mile else "new")
    wishes, told = shared_references(old, new, split.both, reference)
    changes: list[ValueChange] = []
    gaps: list[GapShift] = []
    for one in measured:
        changes += _overall(one, rules)
    for grouping, wish in zip(split.both, wishes, strict=True):
        for one in measured:
            for samples in samples_of(one.old, one.new, one.metrics, grouping, Options()):
                changes += value_changes(samples, grouping.name, rules)
                gaps += gap_shifts(samples, grouping.name, wish, rules)
    apart = [group for grouping in split.both for group in _lone(old.counts, new.counts, grouping)]
    return Changes(
        now(),
        __version__,
        question,
        paired=False,
        old=_side(old, names[0] if names else None),
        new=_side(new, names[1] if names else None),
        asked=Asked(
            tuple(m.name for one in measured for m in one.metrics),
            tuple(grouping.name for grouping in split.both),
            {
                grouping.name: wish if isinstance(wish, str) else group_name(grouping.names, wish)
                for grouping, wish in zip(split.both, wishes, strict=True)
            },
            given,
            level,
            str(rules.correction),
        ),
        changes=tuple(changes),
        gaps=tuple(gaps),
        groups_apart=tuple(apart),
        attributes_old=split.only_old,
        attributes_new=split.only_new,
        answers=answers_of(gaps, apart) if last_mile else (),
        notes=(*_notes(old, new, split, last_mile=last_mile), *compared.notes, *left, *told),
    )


def checked_rules(
    margin: Margin, confidence: float, correction: str, *, amounts: Iterable[Kind]
) -> tuple[Rules, dict[str, tuple[float, float]]]:
    """Check how changes are to be judged, before anything is measured.

    Parameters
    ----------
    margin, confidence, correction
        As for :func:`compare_reports`.
    amounts : iterable of Kind
        What was counted: amounts may change by more than 1.

    Raises
    ------
    UsageError
        All that is wrong, at once.

    Examples
    --------
    >>> checked_rules(0.02, 0.95, "holm", amounts=[])[1]
    {'difference': (-0.02, 0.02)}
    """
    check_options(
        compare="difference",
        confidence=confidence,
        correction=correction,
        replicates=2_000,
        seed=0,
        wishes=(),
    )
    if correction == str(Correction.MAX_T):
        raise UsageError(
            "correction 'max-t' needs the bootstrap of one data set; take 'holm', 'benjamini-hochberg' or "
            "'none'."
        )
    given = given_margins(margin, ["difference"], amounts=bool(_AMOUNTS & set(amounts)))
    return Rules(given, confidence, Correction(correction)), given


def now() -> str:
    """Return the time as documents have it."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def _overall(one: Measured, rules: Rules) -> list[ValueChange]:
    """Compare all rows, as a family of its own."""
    everybody = Grouping(())
    return [
        replace(change, group=EVERYBODY)
        for samples in samples_of(
            one.old.marginal((), keep_clusters=True),
            one.new.marginal((), keep_clusters=True),
            one.metrics,
            everybody,
            Options(),
        )
        for change in value_changes(samples, "", rules)
    ]


def _lone(old: Counts, new: Counts, grouping: Grouping) -> list[LoneGroup]:
    """List the groups that have rows on one side only."""
    sizes = []
    for counts in (old, new):
        table = group_table(views(counts)[0].counts, grouping)
        sizes.append({name: n for name, n in zip(table.names, table.used_rows.tolist(), strict=True) if n})
    return [
        *(LoneGroup(grouping.name, name, "old", n) for name, n in sizes[0].items() if name not in sizes[1]),
        *(LoneGroup(grouping.name, name, "new", n) for name, n in sizes[1].items() if name not in sizes[0]),
    ]


def _clusters_lost(old: Release, new: Release) -> list[str]:
    return [
        f"the {side} report rests on clustered rows ('{one.settings.cluster}'), and clusters are not saved: "
        "no interval can be made of its counts. Pair the rows of both releases by an id (fairkit diff "
        "OLD.csv NEW.csv --id COL ...), or compare the reports in Python, where they were made "
        "(fairkit.changes.compare_reports)."
        for side, one in (("old", old), ("new", new))
        if one.counts.clusters_lost
    ]


def _side(one: Release, name: str | None) -> Compared:
    data = one.data
    if name is None and isinstance(one, Baseline):
        name = one.name or one.path
    return Compared(
        name or data.source, data.source, one.created, one.fairkit_version, data.sha256, data.counts_sha256,
        data.rows, data.rows_used,
    )  # fmt: skip


def _notes(old: Release, new: Release, split: Groupings, *, last_mile: bool) -> list[str]:
    notes = []
    first, second = _SIDES["last-mile" if last_mile else "releases"]
    if old.data.counts_sha256 == new.data.counts_sha256:
        notes.append("Both reports have the same counts: nothing changed.")
    elif old.data.sha256 is not None and old.data.sha256 == new.data.sha256:
        notes.append(
            "Both reports are of the same rows, but a report does not say which row is which: the intervals "
            "take the two for independent samples, which is too wide. Pair the rows by an id to see smaller "
            "changes (fairkit diff OLD.csv NEW.csv --id COL --label COL --decision COL --by COL)."
        )
    if old.counts.clusters is not None and set(old.counts.cluster_ids) & set(new.counts.cluster_ids):
        notes.append(
            "Some clusters are in both reports; the intervals take them for others, which is too wide where "
            "the same people are alike in both."
        )
    if not last_mile and old.created > new.created:
        notes.append(f"The old report was made after the new one ({old.created}); is the order right?")
    notes += [f"{name} is only in the {first} report." for name in split.only_old]
    notes += [f"{name} is only in the {second} report." for name in split.only_new]
    for grouping in split.both:
        levels = [set(group_table(views(one.counts)[0].counts, grouping).names) for one in (old, new)]
        lone = levels[0] ^ levels[1]
        if lone and levels[0] & levels[1]:
            notes.append(
                f"By {grouping.name}, all other rows are not the same groups on both sides, which moves gaps "
                f"to them too: {shortlist(sorted(lone))}."
            )
        if not levels[0] & levels[1]:
            notes.append(
                f"No group of {grouping.name} is in both reports: are levels written in the same way?"
            )
    return notes
