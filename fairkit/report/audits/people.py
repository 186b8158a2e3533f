"""People by category: how many applied, and how many of them were selected or scored above the median.

Audits of employment count people, not rows of a model: an applicant is selected or not, whatever the truth
about them later was. A report's counts say so exactly where they know every applicant's decision or score;
where they do not, an audit is refused with what to do, for a table of a statute has no room for a caveat.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import FIELDS, LEFT_OUT, Counts, Kind
from fairkit.errors import ReportError, UsageError, did_you_mean, shortlist
from fairkit.groups import group_runs
from fairkit.medians import AboveMedian, above_medians, of_model
from fairkit.report.model import Report
from fairkit.views import views

_ABOVE, _BELOW, _UNKNOWN = 0, 1, 2


class Rate(StrEnum):
    """Which share of a category an audit is about.

    Examples
    --------
    >>> [str(rate) for rate in Rate]
    ['selection', 'scoring']
    """

    SELECTION = "selection"
    SCORING = "scoring"


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Applicants by all attributes together.

    Parameters
    ----------
    counts : Counts
        Of kind ``decisions``: ``selected`` are those selected, or those above the median score.
    rate : Rate
    variant : str or None
        The model, class or output, where there are several.
    clustered : bool
        Whether rows belonged together (several applications of one person): rates hold, tests do not.
    median : float or None
        Of a scoring rate, to four figures.
    levels : mapping of str to tuple of str
        Declared levels.

    Examples
    --------
    >>> people_of(Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",)], [[3, 1, 0]])).applicants
    4
    """

    counts: Counts
    rate: Rate
    variant: str | None = None
    clustered: bool = False
    median: float | None = None
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def applicants(self) -> int:
        """How many there are with a decision (or a score)."""
        return int(self.counts.row_counts[:, :_UNKNOWN].sum())

    @property
    def left_out(self) -> int:
        """How many rows have neither."""
        return int(self.counts.row_counts[:, _UNKNOWN].sum())

    def known(self, *attributes: str, named: str = "") -> None:
        """Refuse attributes that were not counted; `named` says how another is named.

        Raises
        ------
        UsageError
            With those that were, and the nearest name.
        """
        have = self.counts.attributes
        problems = [
            f"the report has no attribute '{name}' (it has {shortlist(have)}); name one of these{named}, "
            f"or make the report with --by {name}.{did_you_mean(name, have)}"
            for name in attributes
            if name not in have
        ]
        if problems:
            raise UsageError(*problems)


def people_of(
    source: Report | Counts, *, rate: Rate | str | None = None, variant: str | None = None
) -> People:
    """Count people from a report or its counts.

    Parameters
    ----------
    source : Report or Counts
    rate : {"selection", "scoring"}, optional
        By default selections where there are decisions, else scores above the median.
    variant : str, optional
        The model, class or output that it is about, as it stands in brackets behind a metric's name; needed
        where there are several.

    Raises
    ------
    UsageError
        The counts are about something else (regression, transcripts), are weighted, have no such rate or
        variant, or do not know how every applicant was decided; the message says how to count them.

    Examples
    --------
    >>> table = Counts.from_cells(
    ...     Kind.CONFUSION, ["sex"], [("F",), ("M",)], [[3, 1, 2, 4, 0, 0, 0], [5, 1, 2, 2, 0, 1, 0]]
    ... )
    >>> people = people_of(table)
    >>> people.counts.values.tolist(), people.left_out
    ([[4, 6, 0], [6, 4, 1]], 1)
    """
    counts = source.counts if isinstance(source, Report) else source
    if counts.weighted:
        raise UsageError(
            "audits count people, and these counts are sums of weights; make the report without --weight."
        )
    offers = [*_offers(counts)]
    if not offers:
        raise UsageError(
            f"a report on {counts.kind} has no selections: this audit needs decisions (selection rates) or "
            "scores (scoring rates); make the report with --decision or --score."
        )
    chosen = _chosen(offers, None if rate is None else Rate(rate), variant)
    kept = source.above_median if isinstance(source, Report) else ()
    table, median = _read(counts, chosen, kept)
    clustered = counts.clusters_lost or counts.clusters is not None
    levels = source.settings.levels if isinstance(source, Report) else {}
    return People(table, chosen.rate, chosen.variant, clustered, median, levels)


@dataclass(frozen=True, slots=True)
class _Offer:
    rate: Rate
    variant: str | None
    axis: int | None = None


def _offers(counts: Counts) -> Iterator[_Offer]:
    """List what the counts can be asked."""
    if counts.kind in (Kind.DECISIONS, Kind.CONFUSION):
        yield _Offer(Rate.SELECTION, None)
    elif counts.kind is Kind.SCORES:
        for i, axis in enumerate(counts.axes):
            what, _, model = axis.name.partition(":")
            yield _Offer(Rate.SCORING if what == "score" else Rate.SELECTION, model or None, i)
    elif counts.kind in (Kind.OUTCOMES, Kind.CLASSES):
        for view in views(counts):
            if view.counts.kind in (Kind.DECISIONS, Kind.CONFUSION):
                yield _Offer(Rate.SELECTION, view.variant)


def _chosen(offers: list[_Offer], rate: Rate | None, variant: str | None) -> _Offer:
    if rate is None:
        rate = min((offer.rate for offer in offers), key=list(Rate).index)
    of_rate = [offer for offer in offers if offer.rate is rate]
    if not of_rate:
        missing = "decisions" if rate is Rate.SELECTION else "scores"
        raise UsageError(
            f"there is no {rate} rate: the report has no {missing}; leave --rate out, or make the report "
            f"with --{missing[:-1]}."
        )
    names = [offer.variant for offer in of_rate if offer.variant is not None]
    if variant is not None:
        found = [offer for offer in of_rate if offer.variant == variant]
        if not found:
            have = f"it has {shortlist(names)}" if names else "it is about one model; leave --variant out"
            raise UsageError(f"there is no variant '{variant}' ({have}).{did_you_mean(variant, names)}")
        return found[0]
    if len(of_rate) > 1:
        raise UsageError(
            f"the report is about several ({shortlist(names)}), and an audit is about one; name it with "
            "--variant."
        )
    return of_rate[0]


def _read(counts: Counts, chosen: _Offer, kept: tuple[AboveMedian, ...]) -> tuple[Counts, float | None]:
    if counts.kind is Kind.SCORES and chosen.axis is not None:
        if chosen.rate is Rate.SCORING:
            return _scored(counts, chosen, kept)
        return _decided_scores(counts, chosen.axis), None
    table = counts
    if counts.kind in (Kind.OUTCOMES, Kind.CLASSES):
        table = next(
            view.counts
            for view in views(counts)
            if view.variant == chosen.variant and view.counts.kind in (Kind.DECISIONS, Kind.CONFUSION)
        )
    return _decided(table), None


def _decided(counts: Counts) -> Counts:
    """Sum decisions over labels."""
    fields = dict(zip(counts.fields, counts.row_counts.T, strict=True))
    if counts.kind is Kind.DECISIONS:
        return _people(counts, np.column_stack([fields[name] for name in counts.fields]))
    lost = int(fields["label_missing"].sum())
    if lost:
        raise UsageError(
            f"{lost:,} applicants have a decision and no label, and the report does not say how they were "
            "decided; make the report for this audit from decisions alone, without --label."
        )
    return _people(
        counts,
        np.column_stack(
            [
                fields["tp"] + fields["fp"],
                fields["fn"] + fields["tn"],
                fields["decision_missing"] + fields["both_missing"],
            ]
        ),
    )


def _decided_scores(counts: Counts, axis: int) -> Counts:
    """Sum decisions that stand on an axis beside the score; every row has its own, labelled or not."""
    place = {"1": _ABOVE, "0": _BELOW}
    lookup = np.array([place.get(str(level), _UNKNOWN) for level in counts.axes[axis].levels], np.int64)
    return _sorted(counts, lookup[_codes(counts)[:, axis]])


def _scored(counts: Counts, chosen: _Offer, kept: tuple[AboveMedian, ...]) -> tuple[Counts, float | None]:
    """Split rows at the median: as it was kept, or from the counts where they have every score."""
    found = of_model(kept, chosen.variant) or of_model(above_medians(counts), chosen.variant)
    if not found:
        raise UsageError(
            "the report keeps this score in bins, and the median of the sample lies within one of them, so "
            "that the rows above it cannot be counted. Make the report again from the data with this "
            "fairkit; where there are more than 2,000,000 rows, round the score to fewer values first."
        )
    axis = chosen.axis or 0
    known = np.array([level is not None for level in counts.axes[axis].levels], bool)
    table = _sorted(counts, np.where(known[_codes(counts)[:, axis]], _BELOW, _UNKNOWN))
    groups, _ = group_runs(table)
    cells = {cell.levels: cell for cell in found}
    values = table.values.copy()
    for row, levels in enumerate(groups):
        n = int(values[row, _BELOW])
        cell = cells.pop(levels, None)
        if (0 if cell is None else cell.rows) != n or (cell is not None and not 0 <= cell.above <= n):
            raise ReportError(
                "the rows above the median do not fit the counts of the report; it was changed after it was "
                "made. Make it again from the data."
            )
        values[row, _ABOVE] = 0 if cell is None else cell.above
        values[row, _BELOW] = n - values[row, _ABOVE]
    if cells:
        raise ReportError("the report has rows above the median for groups that its counts do not have.")
    return replace(table, values=values), found[0].median


def _sorted(counts: Counts, place: NDArray[np.int64]) -> Counts:
    values = np.zeros((len(counts.values), _UNKNOWN + 1), np.int64)
    values[np.arange(len(values)), place] = counts.row_counts.sum(axis=1)
    return _people(counts, values)


def _people(counts: Counts, values: NDArray[np.int64]) -> Counts:
    assert values.shape[1] == len(FIELDS[Kind.DECISIONS]) + len(LEFT_OUT[Kind.DECISIONS])  # noqa: S101
    return Counts.from_codes(
        Kind.DECISIONS, counts.attributes, counts.levels, counts.codes, values.astype(np.int64)
    )


def _codes(counts: Counts) -> NDArray[np.int64]:
    return np.zeros((len(counts.values), 0), np.int64) if counts.axis_codes is None else counts.axis_codes
