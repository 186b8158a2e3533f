"""Missing attributes: how often they are missing, and bounds that are exactly as wide as ignorance is."""

import itertools
import json
import math
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import fairkit
from fairkit.corrections import Correction
from fairkit.counts import FIELDS, LEFT_OUT, Counts, Kind
from fairkit.errors import DataError, UsageError
from fairkit.findings import Margins, Verdict
from fairkit.groups import group_name, groupings
from fairkit.inference import wilson
from fairkit.metrics import chosen_metrics
from fairkit.missing.bounds import OUTCOMES, gap_bounds, missing_shares

METRICS = {kind: chosen_metrics("all", kind=kind) for kind in (Kind.CONFUSION, Kind.DECISIONS)}
RATE = METRICS[Kind.DECISIONS]
SEX, CROSSED = groupings(["sex", "sex,race"])


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


def rows_of(rows):
    """Put rows of sex, race and the position of a confusion field into counts."""
    table = np.eye(7, dtype=int)[[field for _, _, field in rows]]
    return Counts.from_cells(Kind.CONFUSION, ["sex", "race"], [row[:2] for row in rows], table)


def gaps_of(counts, grouping, metrics, reference, compare):
    """Compute the gap of every metric and group of complete data, where it is defined, by its definition."""
    total = counts.marginal(grouping.names)
    sums = dict(zip(total.groups(), total.values.astype(float), strict=True))
    found = {}
    for m, (group, own) in itertools.product(metrics, sums.items()):
        other = sum(sums.values()) - own if reference == "rest" else sums.get(reference, 0 * own)
        a, b = float(m.values(own)), float(m.values(other))
        if not (math.isnan(a) or math.isnan(b) or (compare == "ratio" and b == 0)):
            gap = a - b if compare == "difference" else a / b
            found[m.name, group_name(grouping.names, group)] = gap
    return found


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
        itertools.product(
            *([level] if level is not None else known for level, known in zip(cell, levels, strict=True))
        )
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
@settings(max_examples=60)
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
@settings(max_examples=50)
def test_bounds_of_intersections_are_sharp(cells):
    """A row with one of two attributes missing goes only where the known one allows."""
    levels = [[level for level in dict.fromkeys(cell[k] for cell in cells) if level] for k in range(2)]
    if sum(sum(row) for cell, row in cells.items() if None in cell) > 6 or not all(levels):
        return
    assert_sharp(Kind.DECISIONS, ["sex", "race"], cells, levels, None)


@given(st.lists(st.tuples(*[ROWS] * 4), min_size=2, max_size=3), st.tuples(*[ROWS] * 4))
@settings(max_examples=20)
def test_bounds_of_every_metric_are_sharp(known, unknown):
    """Every metric with labels is bounded exactly, the mean of two shares and F1 too."""
    cells = {(f"g{i}",): row for i, row in enumerate(known) if any(row)}
    if not cells:
        return
    cells[None,] = unknown
    assert_sharp(Kind.CONFUSION, ["g"], cells, [[n for (n,) in cells if n is not None]], None)


# --- attained, and never left ---


def test_the_bounds_are_attained_by_data_that_could_be_the_truth():
    """Two completions of one table have, as plain data, exactly the two gaps that the bounds name."""
    cells = {"F": [30, 70], "M": [60, 40], None: [6, 9]}
    (low,) = [b.low for b in gap_bounds(decisions(cells), SEX, RATE) if b.group == "sex=F"]
    (high,) = [b.high for b in gap_bounds(decisions(cells), SEX, RATE) if b.group == "sex=F"]
    women_lose = fairkit.evaluate(decisions({"F": [30, 79], "M": [66, 40]}), by="sex")
    women_win = fairkit.evaluate(decisions({"F": [36, 70], "M": [60, 49]}), by="sex")
    assert low == pytest.approx(only(women_lose.contrasts, group="sex=F").value, abs=1e-15)
    assert high == pytest.approx(only(women_win.contrasts, group="sex=F").value, abs=1e-15)


@given(
    st.lists(
        st.tuples(
            st.sampled_from("FM"), st.sampled_from("ABC"), st.integers(0, 3), st.booleans(), st.booleans()
        ),
        min_size=4,
        max_size=60,
    ),
    st.sampled_from(["rest", ("F", "A")]),
    st.sampled_from(["difference", "ratio"]),
)
@settings(max_examples=60)
def test_the_full_data_always_lie_inside(rows, reference, compare):
    """Whatever is hidden from whomever, the gap of the full data lies between the bounds."""
    full = rows_of([(sex, race, field) for sex, race, field, _, _ in rows])
    seen = rows_of([(None if a else sex, None if b else race, field) for sex, race, field, a, b in rows])
    (grouping,) = groupings(["sex,race"], levels={"sex": ["F", "M"], "race": ["A", "B", "C"]})
    chosen = METRICS[Kind.CONFUSION]
    truth = gaps_of(full, grouping, chosen, reference, compare)
    for b in gap_bounds(seen, grouping, chosen, reference=reference, compare=compare):
        gap = truth.get((b.metric, b.group))
        if gap is not None:
            assert b.low is not None
            assert b.low - 1e-12 <= gap
            assert b.high is None or gap <= b.high + 1e-12


@given(
    st.lists(
        st.tuples(st.sampled_from("FMN"), st.booleans(), st.floats(0.1, 5), st.booleans()),
        min_size=4,
        max_size=9,
    )
)
@settings(max_examples=100)
def test_weighted_bounds_hold_every_way_to_place_the_rows(rows):
    """Rows of any weight, placed one by one in every possible way, never leave the bounds."""
    hidden = [i for i, row in enumerate(rows) if row[3]][:5]
    known = {row[0] for i, row in enumerate(rows) if i not in hidden}
    if len(known) < 2 or not hidden:
        return
    cells = [(None if i in hidden else row[0],) for i, row in enumerate(rows)]
    sums = np.array([[w * hit, w * (not hit), 0.0] for _, hit, w, _ in rows])
    counts = Counts.from_cells(Kind.DECISIONS, ["sex"], cells, sums, squares=sums**2, rows=sums > 0)
    found = {b.group: b for b in gap_bounds(counts, SEX, RATE)}
    gaps = {g: [] for g in known}
    for placed in itertools.product(sorted(known), repeat=len(hidden)):
        group = np.array([row[0] for row in rows])
        group[hidden] = placed
        for g in known:
            own, rest = sums[group == g].sum(axis=0), sums[group != g].sum(axis=0)
            gaps[g].append(own[0] / own[:2].sum() - rest[0] / rest[:2].sum())
    for g in known:
        bounds = found[f"sex={g}"]
        # Every group has rows of its own here, so that nothing hangs on the weight of one row.
        assert (bounds.low, bounds.high) == (pytest.approx(min(gaps[g])), pytest.approx(max(gaps[g])))


def test_rows_without_a_home_but_one_are_certain():
    """Where a missing attribute has one level only, its rows are that level's and leave nothing open."""
    cells = {("F", "A"): [3, 1], ("M", "A"): [1, 3], ("F", None): [2, 2]}
    found = gap_bounds(counts_of(Kind.DECISIONS, ["sex", "race"], cells), CROSSED, METRICS[Kind.DECISIONS])
    for b in found:
        assert b.low == pytest.approx(b.high)
        assert b.undecided == 0
    women = only(found, group="sex=F & race=A")
    assert women.low == pytest.approx(5 / 8 - 1 / 4)
    assert women.complete_case == pytest.approx(3 / 4 - 1 / 4)


def test_a_predicate_may_be_true_or_false_where_it_is_missing():
    """Rows of unknown age may be young though no row is known to be."""
    (young,) = groupings("young: age < 25")
    counts = counts_of(Kind.DECISIONS, ["young"], {("False",): [5, 5], (None,): [1, 1]})
    (b,) = gap_bounds(counts, young, RATE)
    assert (b.group, b.complete_case, b.why) == ("young=False", None, "reference-undefined")
    assert (b.low, b.high) == (pytest.approx(5 / 11 - 1), pytest.approx(6 / 11))


def test_a_declared_level_widens_the_bounds():
    """A third sex that nobody has shown takes rows away from both sides of a named contrast."""
    counts = decisions({"F": [30, 70], "M": [60, 40], None: [6, 9]})
    (wide,) = groupings("sex", levels={"sex": ["F", "M", "X"]})
    two = only(gap_bounds(counts, SEX, RATE, reference=("M",)), group="sex=F")
    three = only(gap_bounds(counts, wide, RATE, reference=("M",)), group="sex=F")
    assert (two.low, two.high) == (pytest.approx(30 / 109 - 66 / 106), pytest.approx(36 / 106 - 60 / 109))
    assert (three.low, three.high) == (two.low, two.high)
    certain = gap_bounds(decisions({"M": [60, 40], None: [6, 0]}), SEX, RATE)
    assert [b.low for b in certain] == [None]


def test_a_group_that_only_unknown_rows_could_fill_is_never_judged():
    """A declared group without any known row may have any rate: its bounds say so and nothing is decided."""
    (wide,) = groupings("sex", levels={"sex": ["F", "M", "X"]})
    found = gap_bounds(decisions({"F": [30, 70], "M": [60, 40], None: [6, 9]}), wide, RATE)
    b = only(found, group="sex=X")
    assert (b.complete_case, b.why, b.verdict) == (None, "no-rows", Verdict.INCONCLUSIVE)
    assert (b.low, b.high) == (pytest.approx(0 - 96 / 206), pytest.approx(1 - 90 / 209))
    assert b.limit_low < b.low < b.high < b.limit_high


def test_a_ratio_to_what_may_be_nothing_has_no_upper_bound():
    """Where every hit of the reference may be another group's, the ratio is bounded on one side only."""
    cells = {("F"): [3, 7], ("M"): [0, 10], None: [2, 0]}
    b = only(gap_bounds(decisions(cells), SEX, RATE, reference=("M",), compare="ratio"), group="sex=F")
    assert (b.complete_case, b.why) == (None, "reference-zero")
    assert b.low == pytest.approx((3 / 10) / (2 / 12))
    assert (b.high, b.limit_high, b.verdict) == (None, None, Verdict.INCONCLUSIVE)
    assert b.limit_low is not None
    never = gap_bounds(decisions(cells | {None: [0, 2]}), SEX, RATE, reference=("M",), compare="ratio")
    assert (never[0].low, never[0].high, never[0].why) == (None, None, "reference-zero")


# --- verdicts ---


def test_without_missing_rows_there_is_nothing_to_bound():
    """Where nothing is missing among the rows used, there are no shares and no bounds."""
    counts = Counts.from_cells(
        Kind.DECISIONS, ["sex"], [("F",), ("M",), (None,)], [[3, 1, 0], [2, 2, 0], [0, 0, 9]]
    )
    assert gap_bounds(counts, SEX, RATE) == ()
    assert missing_shares(counts, SEX) == ()


def test_few_missing_rows_leave_the_verdict_as_it_was():
    """With one row in ten thousand missing, values, limits and verdicts are those of the complete cases."""
    known = {"A": [3000, 3000], "B": [1500, 1500], "C": [600, 1400]}
    report = fairkit.evaluate(decisions(known), by="sex", correction="holm")
    for b in gap_bounds(decisions(known | {None: [1, 0]}), SEX, RATE):
        finding = only(report.findings, group=b.group)
        assert b.complete_case == pytest.approx(finding.value)
        assert (b.limit_low, b.limit_high) == (
            pytest.approx(finding.low, abs=1e-3),
            pytest.approx(finding.high, abs=1e-3),
        )
        assert (b.verdict, b.complete_verdict, b.level) == (finding.verdict, finding.verdict, finding.level)


def test_what_the_complete_cases_show_is_not_believed_when_the_missing_could_undo_it():
    """A clear gap among complete cases is inconclusive, for want of the attribute, if many rows lack it."""
    cells = {"F": [300, 700], "M": [600, 400], None: [1000, 1000]}
    for b in gap_bounds(decisions(cells), SEX, RATE):
        assert (b.complete_verdict, b.verdict, b.why) == (
            Verdict.DISPARITY,
            Verdict.INCONCLUSIVE,
            "attribute-missing",
        )
        assert b.low < 0 < b.high
        assert b.undecided == 2000


@pytest.mark.parametrize(
    ("scale", "verdict", "why"),
    [(1, Verdict.INCONCLUSIVE, "too-few-rows"), (100, Verdict.DISPARITY, None)],
)
def test_rows_help_only_where_the_bounds_leave_room(scale, verdict, why):
    """Bounds wholly beyond the margin need only more rows to show the disparity."""
    cells = {k: [scale * n for n in row] for k, row in {"F": [3, 7], "M": [6, 4], None: [0, 1]}.items()}
    for b in gap_bounds(decisions(cells), SEX, RATE):
        assert (b.verdict, b.why) == (verdict, why)
        assert b.low > b.margin[1] or b.high < b.margin[0]


def test_more_rows_do_not_help_against_missing_attributes():
    """Bounds across the margin stay inconclusive for want of the attribute, however many rows there are."""
    for scale in (1, 10_000):
        cells = {k: [scale * n for n in row] for k, row in {"F": [5, 5], "M": [5, 5], None: [2, 2]}.items()}
        for b in gap_bounds(decisions(cells), SEX, RATE):
            assert (b.verdict, b.why) == (Verdict.INCONCLUSIVE, "attribute-missing")


def test_parity_can_hold_whatever_the_missing_are():
    """Equal groups with few missing rows are at parity, by limits wholly inside the margin."""
    found = gap_bounds(decisions({"F": [20_000, 20_000], "M": [20_000, 20_000], None: [100, 100]}), SEX, RATE)
    assert {b.verdict for b in found} == {Verdict.PARITY}
    assert all(b.margin[0] < b.limit_low < b.limit_high < b.margin[1] for b in found)


@given(
    st.lists(st.tuples(*[st.integers(0, 300)] * 4), min_size=3, max_size=6),
    st.sampled_from(["rest", "best", ("g0",)]),
    st.sampled_from(["difference", "ratio"]),
    st.sampled_from(list(Correction)),
)
@settings(max_examples=60)
def test_a_verdict_is_what_the_printed_limits_show(cells, reference, compare, correction):
    """Disparity wholly beyond the margin, parity wholly inside, else inconclusive, always with a reason."""
    table = {(f"g{i}",): row for i, row in enumerate(cells[1:])} | {(None,): cells[0]}
    if not all(any(row) for row in cells[1:]):
        return
    (grouping,) = groupings("g")
    counts = counts_of(Kind.CONFUSION, ["g"], table)
    found = gap_bounds(
        counts, grouping, METRICS[Kind.CONFUSION], reference=reference, compare=compare, correction=correction
    )
    assert bool(found) == any(cells[0])
    for b in found:
        json.dumps(asdict(b), allow_nan=False)
        if b.low is None or b.limit_low is None:
            assert (b.verdict, b.why is None) == (Verdict.INCONCLUSIVE, False)
            continue
        high = math.inf if b.limit_high is None else b.limit_high
        beyond, inside = b.limit_low > b.margin[1] or high < b.margin[0], b.limit_low >= b.margin[0]
        inside &= high <= b.margin[1]
        expected = Verdict.DISPARITY if beyond else Verdict.PARITY if inside else Verdict.INCONCLUSIVE
        assert b.verdict is expected
        if b.complete_case is not None:
            assert (b.why is None) == (expected is not Verdict.INCONCLUSIVE)
            assert b.low - 1e-12 <= b.complete_case
            assert b.high is None or b.complete_case <= b.high + 1e-12


def test_the_best_group_is_that_of_the_complete_cases():
    """The yardstick is the best of the known groups, never the group of the missing."""
    counts = decisions({"F": [30, 70], "M": [60, 40], None: [90, 10]})
    assert [b.reference for b in gap_bounds(counts, SEX, RATE, reference="best")] == ["sex=M"]
    assert gap_bounds(counts, SEX, RATE, reference=(None,)) == ()


def test_given_margins_decide():
    """A margin wide enough for the limits turns inconclusive into parity."""
    counts = decisions({"F": [450, 550], "M": [500, 500], None: [5, 5]})
    wide = Margins(np.array([[-0.2]]), np.array([[0.2]]))
    assert {b.verdict for b in gap_bounds(counts, SEX, RATE)} == {Verdict.INCONCLUSIVE}
    assert {(b.verdict, b.margin) for b in gap_bounds(counts, SEX, RATE, margins=wide)} == {
        (Verdict.PARITY, (-0.2, 0.2))
    }


def test_what_cannot_be_asked_is_refused():
    """A reference that no row shows is named with a near one; lost clusters give no limits."""
    counts = decisions({"F": [30, 70], "M": [60, 40], None: [9, 1]})
    with pytest.raises(DataError, match=r"sex=Mm.*Did you mean 'sex=M'"):
        gap_bounds(counts, SEX, RATE, reference=("Mm",))
    clustered = decisions({"F": [30, 70], None: [9, 1]}, clusters=["a", "b"])
    with pytest.raises(UsageError, match="without the clusters"):
        gap_bounds(clustered.marginal(["sex"]), SEX, RATE)


# --- clusters ---


def clustered_rows(rng, clusters, *, missing=0.1):
    """Draw rows of people with some rows each, whose sex is missing for some of them."""
    person = np.repeat(np.arange(clusters), rng.integers(1, 8, clusters))
    sex = rng.integers(0, 2, clusters)[person]
    leaning = rng.beta(2, 3, clusters)[person]
    selected = rng.random(len(person)) < leaning
    shown = np.where((rng.random(clusters) < missing)[person], 2, sex)
    table = np.stack([selected, ~selected, np.zeros(len(person), bool)], axis=1).astype(int)
    names = ["F", "M", None]
    return Counts.from_cells(
        Kind.DECISIONS, ["sex"], [(names[i],) for i in shown], table, clusters=[str(p) for p in person]
    )


def test_clusters_widen_the_limits_but_not_the_bounds():
    """People with several rows leave the bounds as they are and move the limits outward."""
    counts = clustered_rows(np.random.default_rng(1), 300)
    for by_cluster, by_row in zip(
        gap_bounds(counts, SEX, RATE),
        gap_bounds(replace(counts.marginal(["sex"]), clusters_lost=False), SEX, RATE),
        strict=True,
    ):
        assert (by_cluster.low, by_cluster.high) == (by_row.low, by_row.high)
        assert by_cluster.limit_low < by_row.limit_low - 0.02
        assert by_cluster.limit_high > by_row.limit_high + 0.02


def test_clusters_of_one_row_say_what_rows_say():
    """When every row is its own cluster, the limits are nearly those of independent rows."""
    rng = np.random.default_rng(2)
    table = np.eye(3, dtype=int)[rng.integers(0, 2, 900)]
    names = np.array(["F", "M", "", "F"])[rng.integers(0, 4, 900)]
    cells = [(name or None,) for name in names.tolist()]
    rows = Counts.from_cells(Kind.DECISIONS, ["sex"], cells, table)
    alone = Counts.from_cells(Kind.DECISIONS, ["sex"], cells, table, clusters=[str(i) for i in range(900)])
    for reference in ("rest", ("M",)):
        for one, two in zip(
            gap_bounds(rows, SEX, RATE, reference=reference),
            gap_bounds(alone, SEX, RATE, reference=reference),
            strict=True,
        ):
            assert (one.limit_low, one.limit_high) == (
                pytest.approx(two.limit_low, abs=0.003),
                pytest.approx(two.limit_high, abs=0.003),
            )


def test_too_few_clusters_bound_without_limits():
    """Two people are no sample: the bounds of these data stand, and there are no limits."""
    counts = decisions({"F": [9, 1], "M": [4, 6], None: [1, 1]}, clusters=["a", "b", "a"])
    for b in gap_bounds(counts, SEX, RATE):
        assert b.low < b.complete_case < b.high
        assert (b.limit_low, b.limit_high, b.level, b.why) == (None, None, None, "too-few-clusters")


# --- shares ---


def test_missing_shares_are_by_outcome():
    """Each outcome has its rows, its share and Wilson's interval; rows left out do not count."""
    counts = Counts.from_cells(
        Kind.CONFUSION, ["sex"], [("F",), (None,)], [[40, 10, 20, 30, 5, 5, 5], [1, 2, 3, 4, 50, 50, 50]]
    )
    found = {m.outcome: (m.missing, m.n) for m in missing_shares(counts, SEX)}
    assert found == {
        "all": (10, 110),
        "labelled positive": (4, 64),
        "labelled negative": (6, 46),
        "selected": (3, 53),
        "rejected": (7, 57),
        "true positive": (1, 41),
        "false positive": (2, 12),
        "false negative": (3, 23),
        "true negative": (4, 34),
    }
    for m in missing_shares(counts, SEX):
        assert m.share == m.missing / m.n
        low, high = wilson(m.missing, m.n)
        assert (m.low, m.high) == (pytest.approx(float(low)), pytest.approx(float(high)))


def test_each_attribute_of_a_crossing_has_its_own_shares():
    """An intersection shows how often each of its attributes is missing, whatever the other is."""
    cells = {("F", "A"): [1, 2], ("F", None): [3, 4], (None, None): [5, 6]}
    found = missing_shares(counts_of(Kind.DECISIONS, ["sex", "race"], cells), CROSSED)
    assert [(m.attribute, m.outcome, m.missing, m.n) for m in found] == [
        ("sex", "all", 11, 21), ("sex", "selected", 5, 9), ("sex", "rejected", 6, 12),
        ("race", "all", 18, 21), ("race", "selected", 8, 9), ("race", "rejected", 10, 12),
    ]  # fmt: skip


def test_an_outcome_without_rows_has_no_share():
    """A share of nothing is undefined."""
    found = missing_shares(decisions({"F": [0, 3], None: [0, 4]}), SEX)
    selected = only(found, outcome="selected")
    assert (selected.missing, selected.n, selected.share, selected.low) == (0, 0, None, None)


def test_weights_count_in_the_share_and_rows_in_its_interval():
    """A weighted share has an interval of effective rows; weights that are all the same change nothing."""
    cells, rows = [("F",), (None,)], np.array([[30, 40, 0], [10, 5, 0]])
    plain = missing_shares(Counts.from_cells(Kind.DECISIONS, ["sex"], cells, rows), SEX)
    doubled = Counts.from_cells(Kind.DECISIONS, ["sex"], cells, 2.0 * rows, squares=4.0 * rows, rows=rows)
    assert [(m.share, m.low, m.n) for m in missing_shares(doubled, SEX)] == [
        (pytest.approx(m.share), pytest.approx(m.low), m.n) for m in plain
    ]
    uneven = Counts.from_cells(Kind.DECISIONS, ["sex"], cells, 2.0 * rows, squares=12.0 * rows, rows=rows)
    for wide, narrow in zip(missing_shares(uneven, SEX), plain, strict=True):
        assert wide.share == pytest.approx(narrow.share)
        assert wide.high - wide.low > 1.3 * (narrow.high - narrow.low)


def test_clusters_decide_the_interval_of_a_missing_share():
    """A person whose sex is missing lacks it in all rows: the interval is wider than that of rows."""
    counts = clustered_rows(np.random.default_rng(5), 200, missing=0.3)
    by_row = missing_shares(replace(counts.marginal(["sex"]), clusters_lost=False), SEX)
    for wide, narrow in zip(missing_shares(counts, SEX), by_row, strict=True):
        assert (wide.share, wide.n) == (pytest.approx(narrow.share), narrow.n)
        assert wide.high - wide.low > 1.2 * (narrow.high - narrow.low)


@pytest.mark.parametrize("kind", OUTCOMES)
def test_outcomes_name_fields_of_their_kind(kind):
    """Every kind's outcomes start with all rows, and name only its own fields."""
    named = list(OUTCOMES[kind].values())
    assert named[0] == FIELDS[kind]
    assert all(set(some) < set(FIELDS[kind]) for some in named[1:])
