"""From reports to the lines of a policy: what the counts say about every check and group.

Evidence is made once for every table of groups and every reference, however many checks ask for it, so that a
policy of thousands of comparisons costs little more than one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fairkit.contrasts import reference_name, reference_positions, stands_on, why_undefined
from fairkit.errors import DataError, FairkitError, did_you_mean, shortlist
from fairkit.evidence import Comparison, Levelled, Limits, Options, known_reason, why_no_interval
from fairkit.groups import Grouping, Reference
from fairkit.inference import Bounds
from fairkit.judging import evidence_of
from fairkit.metrics import AnyMetric
from fairkit.policy.family import hypotheses_of
from fairkit.policy.gate import REFERENCE_TOO_FEW, TOO_FEW, Problem
from fairkit.policy.lines import Line, allowed
from fairkit.policy.model import Compare
from fairkit.policy.placing import Placed, reference_of
from fairkit.shares import REST
from fairkit.tables import GroupTable, group_table

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class OwnValues:
    """The values of evidence as something that has limits, like contrasts.

    Parameters
    ----------
    evidence : Levelled

    Examples
    --------
    >>> from fairkit.counts import Counts, Kind
    >>> from fairkit.groups import groupings
    >>> from fairkit.metrics import metric
    >>> counts = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",), ("M",)], [[56, 14, 0], [48, 32, 0]])
    >>> by, metrics = groupings("sex")[0], [metric("selection_rate", kind=Kind.DECISIONS)]
    >>> (own,) = evidence_of(counts, metrics, by, table=group_table(counts, by), options=Options())
    >>> OwnValues(own).value.tolist()
    [[0.8, 0.6]]
    """

    def __init__(self, evidence: Levelled) -> None:
        self.evidence = evidence
        self.value = evidence.values

    def alone(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        """Interval that decides a value that is its whole family: also from exact limits.

        Wilson's would fail a rate of 1 % that is held to 1 %, of 100 rows, in 8 % of releases; of rarer
        events in up to 16 %, where 2.5 % are promised.
        """
        return self.evidence.corrected(np.full(self.value.shape, confidence))

    def corrected(self, confidence: FloatArray) -> tuple[Bounds, NDArray[np.str_]]:
        """Interval that holds in the far tails."""
        return self.evidence.corrected(confidence)


def lines_of(placed: Sequence[Placed], options: Options) -> tuple[list[Line], list[Problem]]:
    """Measure checks that compare groups with a limit, or with one another.

    Parameters
    ----------
    placed : sequence of Placed
        Without those that compare with a baseline.
    options : Options

    Returns
    -------
    list of Line
        In the same order.
    list of Problem
        References that are not in the data, or that no row belongs to.
    """
    known = _Evidence(placed, options)
    lines: list[Line] = []
    problems: list[Problem] = []
    for one in placed:
        try:
            lines.append(_line(one, known))
        except FairkitError as error:
            problems += [
                Problem("group", one.check.id, f"check '{one.check.id}' did not run: {problem}")
                for problem in error.problems
            ]
    return lines, problems


class _Evidence:
    """What the counts say, made once for every table and reference."""

    def __init__(self, placed: Sequence[Placed], options: Options) -> None:
        self.options = options
        wanted: dict[tuple[int, Grouping], dict[str, AnyMetric]] = {}
        for one in placed:
            wanted.setdefault((id(one.view), one.grouping), {}).setdefault(one.metric.name, one.metric)
        self.wanted = {key: tuple(metrics.values()) for key, metrics in wanted.items()}
        self.tables: dict[tuple[int, Grouping], GroupTable] = {}
        self.rows: dict[tuple[int, Grouping], dict[str, tuple[Levelled, int]]] = {}
        self.values: dict[int, OwnValues] = {}
        self.contrasts: dict[tuple[int, str, Reference, int], tuple[Comparison, IntArray]] = {}

    def of(self, one: Placed) -> tuple[GroupTable, Levelled, int]:
        key = (id(one.view), one.grouping)
        if key not in self.rows:
            table = self.tables[key] = group_table(one.view.counts, one.grouping)
            self.rows[key] = {
                metric.name: (evidence, i)
                for evidence in evidence_of(
                    one.view.counts, self.wanted[key], one.grouping, table=table, options=self.options
                )
                for i, metric in enumerate(evidence.metrics)
            }
        return self.tables[key], *self.rows[key][one.metric.name]

    def own(self, evidence: Levelled) -> OwnValues:
        return self.values.setdefault(id(evidence), OwnValues(evidence))

    def against(
        self, one: Placed, table: GroupTable, evidence: Levelled, compare: Literal["difference", "ratio"]
    ) -> tuple[Comparison, IntArray]:
        wish = reference_of(one.group, one.grouping)
        key = (id(evidence), compare, wish, one.group.min_n)
        if key not in self.contrasts:
            position = reference_positions(
                evidence.metrics, table, wish, evidence.values, fewest=one.group.min_n
            )
            if wish not in ("rest", "best"):
                _occurs(table, int(position[0]))
            self.contrasts[key] = (evidence.against(position, compare), position)
        return self.contrasts[key]


def _occurs(table: GroupTable, reference: int) -> None:
    """Refuse a named reference that is declared and has no row: nothing could fail then."""
    if table.rows[reference].any():
        return
    wanted = table.names[reference]
    names = [name for name, rows in zip(table.names, table.rows, strict=True) if rows.any()]
    raise DataError(
        f"reference group '{wanted}' is declared and has no rows (groups with rows are {shortlist(names)})."
        f"{did_you_mean(wanted, names)}"
    )


def _line(one: Placed, known: _Evidence) -> Line:
    table, evidence, row = known.of(one)
    check, metric = one.check, one.metric
    source: Limits
    explained: Levelled | Comparison
    if check.compare in (Compare.DIFFERENCE, Compare.RATIO):
        compare: Literal["difference", "ratio"] = "ratio" if check.compare is Compare.RATIO else "difference"
        comparison, positions = known.against(one, table, evidence, compare)
        source, explained, reference = comparison, comparison, int(positions[row])
    else:
        source, explained, reference = known.own(evidence), evidence, None
    places = _places(one, table, reference)
    sizes = stands_on(metric, table)
    other = _others(sizes, reference)
    value = source.value[row]
    whys = [
        _why(
            one,
            table,
            explained,
            row=row,
            g=g,
            reference=reference,
            value=value,
            sizes=sizes,
            other=other,
        )
        for g in places.tolist()
    ]
    judged = sum(why is None for why in whys)
    defined = int((metric.denominators(table.sums) > 0).sum())
    clusters = None if table.clusters is None else table.clusters.per_group(len(table.names))
    return Line(
        check=check,
        position=one.position,
        group=one.group,
        attribute=one.grouping.name,
        metric=metric,
        names=tuple(table.names[g] for g in places),
        limits=source,
        row=row,
        places=places,
        reference=tuple(
            None if reference is None else reference_name(reference, table.names) for _ in places
        ),
        n=tuple(int(sizes[g]) for g in places),
        n_reference=tuple(None if other is None else int(other[g]) for g in places),
        whys=tuple(whys),
        unsure=lambda g: str(why_no_interval(explained, table, row, g)),
        allowed=allowed(check, metric),
        hypotheses=hypotheses_of(
            judged,
            selected=reference is not None and reference != REST and one.group.reference == "best",
            mirrored=reference == REST and defined == 2,
        ),
        rows=table.used_rows[places].astype(np.float64),
        clusters=None if clusters is None else clusters[places].astype(np.float64),
    )


def _places(one: Placed, table: GroupTable, reference: int | None) -> IntArray:
    """Find the groups judged: all but the reference, or the one for which a predicate is true."""
    if one.group.predicate is not None:
        return np.array([table.levels.index(("True",))])
    return np.array([g for g in range(len(table.names)) if g != reference], np.int64)


def _others(sizes: IntArray, reference: int | None) -> IntArray | None:
    if reference is None:
        return None
    return sizes.sum() - sizes if reference == REST else np.full(len(sizes), sizes[reference])


def _why(
    one: Placed,
    table: GroupTable,
    explained: Levelled | Comparison,
    *,
    row: int,
    g: int,
    reference: int | None,
    value: FloatArray,
    sizes: IntArray,
    other: IntArray | None,
) -> str | None:
    """Say why a group is not judged by its interval; None where it is."""
    if np.isnan(value[g]):
        known = known_reason(explained, row, g)
        if reference is None:
            return str(one.metric.why(table.sums[g]) or known)
        return str(why_undefined(one.metric, table, g, reference, known=known))
    if sizes[g] < one.group.min_n:
        return TOO_FEW
    if other is not None and other[g] < one.group.min_n:
        return REFERENCE_TOO_FEW
    return None
