"""Missing attributes: how often they are missing, and bounds that are exactly as wide as ignorance is."""

import itertools
import json
import math
from dataclasses import asdict, fields

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fairkit.contrasts import reference_positions
from fairkit.counts import FIELDS, LEFT_OUT, Counts, Kind
from fairkit.errors import DataError, UsageError
from fairkit.findings import Margins, Verdict
from fairkit.groups import group_name, groupings
from fairkit.inference import wilson
from fairkit.metrics import chosen_metrics
from fairkit.missing import OUTCOMES, gap_bounds, missing_shares

METRICS = {kind: chosen_metrics("all", kind=kind) for kind in (Kind.CONFUSION, Kind.DECISIONS)}


def counts_of(kind, attributes, cells, **options):
    """Put cells, a mapping of levels to fields, into counts without rows left out."""
    none = [0] * len(LEFT_OUT[kind])
    return Counts.from_cells(
        kind, attributes, list(cells), [[*row, *none] for row in cells.values()], **options
    )


def decisions(cells, **options):
    """Put selected and rejected rows by sex into counts."""
    return counts_of(Kind.DECISIONS, ["sex"], {(k,): row for k, row in cells.items()}, **options)


def only(found, **wanted):
    """Return the one result with these values."""
    (one,) = [b for b in found if all(getattr(b, name) == value for name, value in wanted.items())]
    return one


# --- brute force ---


def compositions(n, boxes):
    """Every way to put n equal rows into boxes."""
    if boxes == 1:
        yield (n,)
        return
    for first in range(n + 1):
        for others in compositions(n - first, boxes - 1):
            yield (first, *others)


def possible_groups(cell, levels):
    """Every group that rows of a cell may belong to."""
    return list(
        itertools.product(*([level] if level is not None else known for level, known in zip(cell, levels)))
    )


def every_gap(metric, cells, levels, group, reference, compare):
    """Every gap that some allocation of the missing rows gives, by trying them all."""
    used = FIELDS[metric.kind]
    needed = {field for part in metric.parts for field, _ in part.denominator.coefficients}
    universe = list(itertools.product(*levels))
    fixed = {g: np.array(cells.get(g, [0] * len(used)), float) for g in universe}
    choices = []
    for cell, row in cells.items():
        if None in cell:
            to = possible_groups(cell, levels)
            for f, n in enumerate(row):
                if n and used[f] in needed:
                    choices.append([(f, to, split) for split in compositions(n, len(to))])
    pad = np.zeros(len(LEFT_OUT[metric.kind]))
    gaps = set()
    for chosen in itertools.product(*choices):
        sums = {g: row.copy() for g, row in fixed.items()}
        for f, to, split in chosen:
            for g, n in zip(to, split, strict=True):
                sums[g][f] += n
        own = sums[group]
        other = sum(row for g, row in sums.items() if g != group) if reference == "rest" else sums[reference]
        a, b = (float(metric.values(np.concatenate([x + np.zeros(len(used)), pad]))) for x in (own, other))
        if math.isnan(a) or math.isnan(b) or (compare == "ratio" and a == b == 0):
            continue
        gaps.add(a - b if compare == "difference" else a / b if b else math.inf)
    return gaps


def assert_sharp(kind, attributes, cells, levels, declared, metrics=None):
    """Compare the bounds of all groups with the smallest and the largest gap of all allocations."""
    counts = counts_of(kind, attributes, cells)
    (grouping,) = groupings([attributes], levels=declared)
    chosen = [m for m in METRICS[kind] if metrics is None or m.name in metrics]
    known = [g for g in cells if None not in g]
    for compare in ("difference", "ratio"):
        for reference in ["rest", *known[:2]]:
            found = gap_bounds(counts, grouping, chosen, reference=reference, compare=compare)
            for b in found:
                m = next(m for m in chosen if m.name == b.metric)
                names = {group_name(attributes, g): g for g in itertools.product(*levels)}
                gaps = every_gap(m, cells, levels, names[b.group], reference, compare)
                if not gaps or min(gaps) == math.inf:
                    assert (b.low, b.high) == (None, None), (b, gaps)
                    assert b.why is not None
                    assert b.verdict is Verdict.INCONCLUSIVE
                    continue
                high = math.inf if b.high is None else b.high
                assert (b.low, high) == (pytest.approx(min(gaps)), pytest.approx(max(gaps))), b
                if b.limit_low is not None:
                    assert b.limit_low <= b.low + 1e-12
                    assert b.limit_high is None or b.limit_high >= high - 1e-12


ROWS = st.integers(0, 2)


@given(
    st.lists(st.tuples(ROWS, ROWS), min_size=2, max_size=4),
    st.tuples(st.integers(0, 4), st.integers(0, 4)),
    st.booleans(),
)
@example([(0, 0), (0, 1)], (0, 1), False)
@example([(0, 0), (1, 0)], (1, 1), True)
@example([(0, 0), (0, 0)], (0, 1), True)
@settings(max_examples=150)
def test_bounds_of_one_attribute_are_sharp(known, unknown, more):
    """No allocation gives a gap beyond the bounds, and one attains each of them."""
    names = [f"g{i}" for i in range(len(known))]
    cells = {(n,): row for n, row in zip(names, known, strict=True) if any(row)}
    if not cells:
        return
    cells[None,] = unknown
    levels = [*[n for (n,) in cells if n is not None], *(["other"] if more else [])]
    declared = {"g": ["other"]} if more else None
    assert_sharp(Kind.DECISIONS, ["g"], cells, [levels], declared)


@given(
    st.dictionaries(
        st.tuples(st.sampled_from(["F", "M", None]), st.sampled_from(["A", "B", None])),
        st.tuples(ROWS, ROWS).filter(any),
        min_size=2,
        max_size=6,
    )
)
@settings(max_examples=120)
def test_bounds_of_intersections_are_sharp(cells):
    """A row with one of two attributes missing goes only where the known one allows."""
    levels = [[level for level in dict.fromkeys(cell[k] for cell in cells) if level] for k in range(2)]
    if sum(sum(row) for cell, row in cells.items() if None in cell) > 6 or not all(levels):
        return
    assert_sharp(Kind.DECISIONS, ["sex", "race"], cells, levels, None)


@given(st.lists(st.tuples(*[ROWS] * 4), min_size=2, max_size=3), st.tuples(*[ROWS] * 4))
@settings(max_examples=40)
def test_bounds_of_every_metric_are_sharp(known, unknown):
    """Every metric with labels is bounded exactly, the mean of two shares and F1 too."""
    cells = {(f"g{i}",): row for i, row in enumerate(known) if any(row)}
    if not cells:
        return
    cells[None,] = unknown
    assert_sharp(Kind.CONFUSION, ["g"], cells, [[n for (n,) in cells if n is not None]], None)
