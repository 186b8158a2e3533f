"""Sizes of groups as they may be shown: small ones hidden, with what would give them away."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from fairkit.counts import FIELDS, Counts, Kind
from fairkit.errors import ReportError
from fairkit.estimates import GroupSize
from fairkit.groups import group_name
from fairkit.report.audits.disclosure import Mark, Sum
from fairkit.report.audits.published import ALL, bound_together
from fairkit.report.audits.suppression import Suppressed, suppress
from fairkit.report.model import Report
from fairkit.views import views


def shown_sizes(report: Report, *, min_cell: int) -> tuple[tuple[tuple[GroupSize, Mark], ...], Suppressed]:
    """Decide which sizes of groups may be shown.

    Parameters
    ----------
    report : Report
    min_cell : int
        0 shows all.

    Returns
    -------
    tuple
        Every group with its mark, and what is hidden in all.

    Examples
    --------
    >>> import fairkit
    >>> rows = {"race": ["A"] * 4 + ["B"] * 30 + ["C"] * 60, "d": [1, 0] * 47}
    >>> sizes, hidden = shown_sizes(fairkit.evaluate(rows, decision="d", by="race"), min_cell=10)
    >>> [(size.group, str(mark)) for size, mark in sizes]
    [('race=A', 'small'), ('race=B', 'withheld'), ('race=C', 'shown')]
    """
    counts = _once(report.counts)
    known = {size.attribute: crossed(size.attribute, counts.attributes) for size in report.groups}
    sums: list[Sum] = []
    values: list[int] = []
    for attributes in bound_together(list(known.values())):
        table = counts.marginal(attributes, keep_axes=False)
        start = len(values)
        values += table.row_counts[:, : len(FIELDS[table.kind])].sum(axis=1).tolist()
        cells = [dict(zip(attributes, levels, strict=True)) for levels in table.groups()]
        places = range(start, len(values))
        if start == 0:
            sums.append(Sum((ALL,), tuple(places), fixed=True))
        else:
            sums.append(Sum((ALL, *attributes), tuple(places), sums[0].atoms, published=False, fixed=True))
        for name, own in known.items():
            if set(own) <= set(attributes):
                groups: dict[str, list[int]] = {}
                for cell, place in zip(cells, places, strict=True):
                    groups.setdefault(group_name(own, [cell[n] for n in own]), []).append(place)
                # Of how many rows an attribute is not known, reports say beside the table too.
                lost = group_name(own, [None]) if len(own) == 1 else None
                sums += [
                    Sum((name, group), tuple(p for p in own_places if values[p]), fixed=group == lost)
                    for group, own_places in groups.items()
                ]
    suppressed = suppress(sums, np.array(values, np.int64), min_cell=min_cell)
    return tuple((size, suppressed.mark((size.attribute, size.group))) for size in report.groups), suppressed


def crossed(attribute: str, have: Sequence[str]) -> tuple[str, ...]:
    """Tell which attributes a grouping of a report crosses; the name of one may itself have an ``&``.

    Examples
    --------
    >>> crossed("sex & race", ["sex", "race"]), crossed("R & D", ["R & D"])
    (('sex', 'race'), ('R & D',))
    """
    if attribute in have:
        return (attribute,)
    names = attribute.split(" & ")
    cuts = itertools.product((False, True), repeat=len(names) - 1)
    for apart in sorted(cuts, key=sum, reverse=True):
        parts = [names[0]]
        for name, cut in zip(names[1:], apart, strict=True):
            parts = [*parts, name] if cut else [*parts[:-1], f"{parts[-1]} & {name}"]
        if set(parts) <= set(have):
            return tuple(parts)
    raise ReportError(f"the report has groups by '{attribute}', and its counts have no such attributes.")


def _once(counts: Counts) -> Counts:
    """Count every utterance once, not once for each system and normaliser."""
    return views(counts)[0].counts if counts.kind in (Kind.WORDS, Kind.CHARACTERS) else counts
