"""Certified masses are below the true ones as often as they say, and are the same on every machine."""

from __future__ import annotations

import decimal
import math
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from bounty.certificates.bounds import Undefined, certified_mass, check_margin, events, plug_in_mass
from bounty.certificates.terms import Bound
from bounty.rows.amounts import Numbers
from bounty.rows.answers import Form
from bounty.rows.bits import RowSet
from bounty.rows.evidence import DisparityEvidence, RateSums, RepairEvidence, compare, weigh
from bounty.rows.losses import Loss
from fairkit.errors import BountyError

LEVEL = Decimal(20).ln()
DRAWS = 400


class Law(NamedTuple):
    """Kinds of rows: how often each comes, if it is in group and reference, what it loses of how much."""

    shares: tuple[float, ...]
    group: tuple[int, ...]
    reference: tuple[int, ...]
    lost: tuple[int, ...]
    units: tuple[int, ...]
    largest: int = 1
    largest_unit: int = 1

    def sums(self, counts, where):
        """Sum what evidence needs over rows that are counted by kind."""
        lost, units, inside = np.array(self.lost), np.array(self.units), np.array(where)
        columns = np.stack([inside, lost, units, lost**2, lost * units, units**2]) * inside
        return RateSums(*(int(value) for value in columns @ counts))

    def evidence(self, counts):
        """Take evidence of rows that are counted by kind."""
        both = tuple(a * b for a, b in zip(self.group, self.reference, strict=True))
        return DisparityEvidence(
            int(counts.sum()),
            self.sums(counts, self.group),
            self.sums(counts, self.reference),
            self.sums(counts, both),
            self.largest,
            self.largest_unit,
        )

    def mass(self, margin=0.0):
        """Compute the true mass."""
        share, lost, units = np.array(self.shares), np.array(self.lost), np.array(self.units)
        group, reference = share * self.group, share * self.reference
        rate = (reference @ lost) / (reference @ units)
        return (group @ lost - (rate + margin) * (group @ units)) / self.largest


def binary(group, rates, *, against="rest", units=1.0):
    """Make a law of losses of 0 and 1: rows of the group and others, with a unit or not, losing or not."""
    shares, inside, lost, unit = [], [], [], []
    for where, share in ((1, group), (0, 1 - group)):
        for has, chance in ((1, units), (0, 1 - units)):
            for loses in (1, 0):
                rate = rates[0 if where else 1] if has else 0.0
                shares.append(share * chance * (rate if loses else 1 - rate))
                inside.append(where)
                lost.append(loses * has)
                unit.append(has)
    reference = [1] * 8 if against == "overall" else [1 - where for where in inside]
    return Law(tuple(shares), tuple(inside), tuple(reference), tuple(lost), tuple(unit))


WORDS = Law(
    shares=(0.05, 0.05, 0.1, 0.2, 0.3, 0.2, 0.1),
    group=(1, 1, 1, 0, 0, 0, 0),
    reference=(0, 0, 0, 1, 1, 1, 0),
    lost=(9, 2, 1, 1, 0, 2, 3),
    units=(6, 8, 0, 8, 5, 0, 1),
    largest=9,
    largest_unit=8,
)
SCORES = Law(
    shares=(0.1, 0.15, 0.05, 0.3, 0.4),
    group=(1, 1, 1, 0, 0),
    reference=(1, 1, 1, 1, 1),
    lost=(10, 7, 0, 4, 1),
    units=(1, 1, 1, 1, 1),
    largest=10,
)
CROSSED = Law(
    shares=(0.1, 0.05, 0.1, 0.15, 0.2, 0.4),
    group=(1, 1, 1, 1, 0, 0),
    reference=(0, 0, 1, 1, 1, 1),
    lost=(1, 0, 1, 0, 1, 0),
    units=(1, 1, 1, 1, 1, 1),
)
DISPARITIES = {
    "small group": (binary(0.03, (0.5, 0.1)), 400),
    "half of the rows": (binary(0.5, (0.4, 0.3)), 200),
    "part of all": (binary(0.3, (0.6, 0.2), against="overall"), 200),
    "rare loss": (binary(0.2, (0.02, 0.001)), 2000),
    "nearly sure loss": (binary(0.2, (0.999, 0.95)), 300),
    "no difference": (binary(0.4, (0.3, 0.3)), 100),
    "few units": (binary(0.3, (0.5, 0.3), units=0.1), 500),
    "fifty rows": (binary(0.4, (0.9, 0.2), against="overall"), 50),
    "words": (WORDS, 800),
    "scores": (SCORES, 100),
    "another group that overlaps": (CROSSED, 300),
}
REPAIRS = {
    "all is mended": (((0.2, 1), (0.8, 0)), 50),
    "rare": (((0.004, 1), (0.001, -1), (0.995, 0)), 2000),
    "as much worse as better": (((0.3, 1), (0.3, -1), (0.4, 0)), 200),
    "costs": (((0.1, 5), (0.1, 2), (0.05, -5), (0.75, 0)), 200),
}


def repairs_of(changes, counts, largest):
    """Take evidence of a repair of rows that are counted by their change."""
    values = np.array([change for _, change in changes])
    better = int(counts @ np.maximum(values, 0))
    worse = int(counts @ np.maximum(-values, 0))
    rows = int(counts.sum())
    return RepairEvidence(rows, rows, better, worse, better, worse, int(counts @ values**2), largest)


def misses(masses, true_mass):
    """Say how often a certified mass lies above the true one."""
    return np.mean([not isinstance(mass, Undefined) and mass > true_mass for mass in masses])


def most_misses(tails):
    """Give the stated share, and four standard errors of so many draws."""
    stated = min(1.0, tails * math.exp(-float(LEVEL)))
    return stated + 4 * math.sqrt(stated * (1 - stated) / DRAWS)


@pytest.mark.slow
@pytest.mark.parametrize("bound", Bound)
@pytest.mark.parametrize("name", DISPARITIES)
def test_a_disparity_is_certified_too_high_no_more_often_than_stated(name, bound):
    """Whatever the reference, the units and the size of the group, the bound keeps its level."""
    law, rows = DISPARITIES[name]
    draws = np.random.default_rng(5).multinomial(rows, law.shares, DRAWS)
    margin = Fraction(1, 50) * law.largest
    masses = [
        certified_mass(law.evidence(counts), margin=margin, bound=bound, complexity=LEVEL) for counts in draws
    ]
    assert misses(masses, law.mass(float(margin))) <= most_misses(events(bound, "disparity"))


@pytest.mark.slow
@pytest.mark.parametrize("bound", Bound)
@pytest.mark.parametrize("name", REPAIRS)
def test_a_repair_is_certified_too_high_no_more_often_than_stated(name, bound):
    """The bound keeps its level for rare changes, for many, and for costs of several units."""
    changes, rows = REPAIRS[name]
    largest = max(abs(change) for _, change in changes)
    draws = np.random.default_rng(6).multinomial(rows, [share for share, _ in changes], DRAWS)
    evidence = [repairs_of(changes, counts, largest) for counts in draws]
    masses = [certified_mass(each, bound=bound, complexity=LEVEL) for each in evidence]
    true_mass = sum(share * change for share, change in changes) / largest
    assert misses(masses, true_mass) <= most_misses(events(bound, "repair"))


def test_what_the_rows_show_would_fail_half_of_the_time():
    """Without a bound the true mass is exceeded in every second draw, so the tests above can fail."""
    law, rows = DISPARITIES["part of all"]
    draws = np.random.default_rng(5).multinomial(rows, law.shares, DRAWS)
    assert misses([plug_in_mass(law.evidence(counts)) for counts in draws], law.mass()) > 0.4


def test_bernstein_is_better_where_few_rows_change_and_hoeffding_never_by_much():
    """Of 40,000 rows of which 3 % change, Hoeffding certifies a fraction of what the others do."""
    evidence = RepairEvidence(40_000, 4_000, 1_500, 500, 1_100, 100, 1_200)
    certified = {
        bound: float(certified_mass(evidence, bound=bound, complexity=Decimal(20))) for bound in Bound
    }
    assert certified[Bound.HOEFFDING] < 0
    assert certified[Bound.BERNSTEIN] > 0.018
    assert certified[Bound.CHERNOFF] > 0.018


def test_bernstein_is_tighter_than_the_published_form():
    """The second moment about nought costs less than the published bound of the variance (theorem 4)."""
    evidence, level = RepairEvidence(40_000, 4_000, 1_500, 500, 1_100, 100, 1_200), 150.0
    n = evidence.rows
    variance = (n * evidence.squares - evidence.saved**2) / (n * (n - 1))
    published = evidence.saved / n - math.sqrt(2 * variance * level / n) - 14 * level / (3 * (n - 1))
    certified = float(certified_mass(evidence, bound=Bound.BERNSTEIN, complexity=Decimal(150)))
    assert certified > published + 0.01


@st.composite
def parts(draw):
    """Draw rows with what is lost of how much, a group and a reference."""
    rows = draw(st.integers(1, 60))
    largest = draw(st.sampled_from([1, 1, 7]))
    unit = draw(st.sampled_from([1, 1, 5])) if largest == 1 else draw(st.sampled_from([1, 5]))
    units = draw(st.lists(st.integers(0, unit), min_size=rows, max_size=rows))
    most = [largest if unit > 1 or count else 0 for count in units]
    lost = [draw(st.integers(0, cap)) for cap in most]
    masks = [
        np.array(draw(st.lists(st.booleans(), min_size=rows, max_size=rows)), dtype=np.bool_) for _ in "gk"
    ]
    return np.array(lost, np.int64), np.array(units, np.int64), *masks, largest, unit


def evidence_of_rows(part):
    """Take evidence the way a bounty does."""
    lost, units, group, reference, largest, unit = part
    return compare(
        Numbers(lost),
        Numbers(units),
        group=RowSet.of(group),
        reference=RowSet.of(reference),
        largest=largest,
        largest_unit=unit,
    )


@given(parts(), st.fractions(0, 2, max_denominator=20))
def test_the_mass_shown_is_the_sum_over_rows(part, margin):
    """The plug-in mass is its definition, row by row, in exact fractions."""
    lost, units, group, reference, largest, _ = part
    mass = plug_in_mass(evidence_of_rows(part), margin)
    if not units[group].sum() or not units[reference].sum():
        assert isinstance(mass, Undefined)
        return
    rate = Fraction(int(lost[reference].sum()), int(units[reference].sum()))
    by_row = sum(int(a) - (rate + margin) * int(d) for a, d in zip(lost[group], units[group], strict=True))
    assert mass == Fraction(by_row, len(lost) * largest)


@given(parts(), st.floats(0.01, 50), st.sampled_from(list(Bound)))
def test_certified_is_never_more_than_shown_and_falls_with_the_complexity(part, complexity, bound):
    """A certificate claims at most what the rows show, and less at a stricter level."""
    evidence = evidence_of_rows(part)
    shown = plug_in_mass(evidence)
    mass = certified_mass(evidence, bound=bound, complexity=Decimal(complexity))
    stricter = certified_mass(evidence, bound=bound, complexity=Decimal(complexity) * 2)
    if isinstance(mass, Undefined):
        assert isinstance(stricter, Undefined)
        return
    assert mass <= max(shown, 0)
    assert isinstance(stricter, Undefined) or stricter <= max(mass, Decimal(0))


def float_disparity(evidence, margin, bound, level):
    """Compute the Hoeffding and Bernstein bounds anew in floating point, with a root finder for the rate."""
    n, a, d = evidence.rows, evidence.largest, evidence.largest_unit
    within = d == 1
    g, k = evidence.group, evidence.reference

    def squares(sums, over):
        return max(0.0, sums.lost_squares - 2 * over * sums.products + over**2 * sums.units_squares)

    def spread(sums, over, most):
        size = max(a, over * d)
        middle = math.sqrt(2 * level * (squares(sums, over) + size**2 * level / 2))
        return middle + size * level + most * level / 3

    def slack(rate):
        if bound is Bound.HOEFFDING:
            width = a if within else a + rate * d
            return rate * k.units - k.lost - width * math.sqrt(n * level / 2)
        return rate * k.units - k.lost - spread(k, rate, rate * d)

    top = float(a) if within else 1e9
    if slack(top) <= 0:
        rate = top if within else math.inf
    else:
        rate = optimize.brentq(slack, 0, top, xtol=1e-13, rtol=1e-13)
    if math.isinf(rate):
        return None
    if bound is Bound.HOEFFDING:
        over = rate + margin
        width = max(a, over) if within else a + over * d
        return (g.lost - over * g.units - width * math.sqrt(n * level / 2)) / (n * a)
    rates = np.linspace(0, rate, 200)
    low = min(g.lost - (r + margin) * g.units - spread(g, r + margin, a) for r in rates)
    return low / (n * a)


@given(parts(), st.floats(0.05, 20), st.sampled_from([Bound.HOEFFDING, Bound.BERNSTEIN]), st.integers(1, 300))
def test_closed_forms_are_those_of_a_root_finder(part, complexity, bound, copies):
    """Solving for the rate numerically and searching all smaller rates gives the same certificate."""
    lost, units, group, reference, largest, unit = part
    many = tuple(np.tile(column, copies) for column in (lost, units, group, reference))
    evidence = evidence_of_rows((*many, largest, unit))
    mass = certified_mass(evidence, bound=bound, margin=Fraction(1, 20), complexity=Decimal(complexity))
    if not evidence.group.units or not evidence.reference.units:
        assert isinstance(mass, Undefined)
        return
    expected = float_disparity(evidence, 0.05, bound, complexity)
    if expected is None or isinstance(mass, Undefined):
        assert expected is None or abs(expected) > 1e3
        return
    assert float(mass) == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_repairs_agree_with_their_formulas():
    """Hoeffding's and Bernstein's repairs are their formulas in floating point."""
    evidence, level, n = RepairEvidence(900, 300, 500, 260, 300, 60, 1_000, largest=4), 5.0, 900
    most = n * 4
    hoeffding = certified_mass(evidence, bound=Bound.HOEFFDING, complexity=Decimal(5))
    assert float(hoeffding) == pytest.approx(240 / most - math.sqrt(2 * level / n))
    moment = (math.sqrt(level / (2 * n)) + math.sqrt(1_000 / 16 / n + level / (2 * n))) ** 2
    bernstein = 240 / most - math.sqrt(2 * moment * level / n) - level / (3 * n)
    certified = certified_mass(evidence, bound=Bound.BERNSTEIN, complexity=Decimal(5))
    assert float(certified) == pytest.approx(bernstein)


@pytest.mark.parametrize("bound", Bound)
def test_a_caller_cannot_change_the_arithmetic(bound):
    """A decimal context of three digits around the call changes no digit of a certificate."""
    law, rows = DISPARITIES["part of all"]
    counts = np.random.default_rng(1).multinomial(rows * 50, law.shares)
    pair = (law.evidence(counts), RepairEvidence(9_000, 3_000, 1_500, 500, 1_200, 200, 1_400))
    calm = [certified_mass(evidence, bound=bound, complexity=Decimal(7)) for evidence in pair]
    with decimal.localcontext(decimal.Context(prec=3, rounding=decimal.ROUND_CEILING)):
        rough = [certified_mass(evidence, bound=bound, complexity=Decimal(7)) for evidence in pair]
    assert rough == calm


def test_certificates_have_the_same_digits_everywhere():
    """These digits were computed once; another machine must find the same."""
    repair = RepairEvidence(9_000, 3_000, 1_500, 500, 1_200, 200, 1_400)
    disparity = DisparityEvidence(
        9_000,
        RateSums(900, 300, 900, 300, 300, 900),
        RateSums(9_000, 900, 9_000, 900, 900, 9_000),
        RateSums(900, 300, 900, 300, 300, 900),
    )
    found = [
        str(certified_mass(evidence, bound=bound, complexity=Decimal(7)))
        for bound in Bound
        for evidence in (repair, disparity)
    ]
    assert found == DIGITS


DIGITS = [
    "0.07167057922378033749399558917",
    "0.001641040795301407843919796267",
    "0.09449908621168457406364290908",
    "0.01449066766170112131505578377",
    "0.0917695267778483984694441928",
    "0.01454791742965479986999915016",
]


@pytest.mark.parametrize(
    ("group", "reference", "why"),
    [(0, 5, "the group has no units"), (5, 0, "the reference has no units")],
)
def test_without_units_a_mass_is_undefined_with_a_reason(group, reference, why):
    """A rate of nothing is not 0."""
    sums = [RateSums(units, 0, units, 0, 0, units) for units in (group, reference, 0)]
    evidence = DisparityEvidence(10, *sums)
    assert plug_in_mass(evidence) == Undefined(why)
    assert certified_mass(evidence, bound=Bound.BERNSTEIN, complexity=Decimal(1)) == Undefined(why)


def test_a_part_without_rows_is_undefined():
    """No rows show nothing."""
    assert plug_in_mass(RepairEvidence(0, 0, 0, 0, 0, 0, 0)) == Undefined("the part has no rows")


@pytest.mark.parametrize("bound", Bound)
def test_a_reference_of_few_words_bounds_no_rate(bound):
    """Where any rate could be the reference's, nothing is certified and the reason is given."""
    words = RateSums(20, 5, 100, 9, 30, 800)
    few = RateSums(2, 1, 9, 1, 4, 41)
    mass = certified_mass(
        DisparityEvidence(1_000, words, few, few, 9, 20), bound=bound, complexity=Decimal(30)
    )
    assert mass == Undefined("the reference has too few units (9) to bound its rate")


def test_chernoff_falls_back_where_rows_have_several_units():
    """A disparity in words is bounded as by Bernstein."""
    law, rows = DISPARITIES["words"]
    evidence = law.evidence(np.random.default_rng(1).multinomial(rows * 30, law.shares))
    masses = [
        certified_mass(evidence, bound=bound, complexity=Decimal(4))
        for bound in (Bound.CHERNOFF, Bound.BERNSTEIN)
    ]
    assert masses[0] == masses[1]


def test_a_ratio_is_never_judged_as_a_loss_of_one_unit():
    """Errors on rows without a word count against the reference, even where no row has two words."""
    assert Loss.named("ratio", Form.COST, largest=1, largest_unit=1).largest_unit == 2
    assert Loss.named("error", Form.DECISION).largest_unit == 1


@pytest.mark.parametrize(
    ("evidence", "margin", "said"),
    [
        (RepairEvidence(10, 5, 3, 1, 2, 0, 2), Fraction(1, 20), "only a disparity has a margin"),
        (DISPARITIES["words"][0].evidence(np.ones(7, int)), Fraction(-1, 20), "the margin is -0.05"),
    ],
)
def test_margins_that_mean_nothing_are_refused(evidence, margin, said):
    """A repair has no margin and no margin is negative."""
    for call in (
        lambda: check_margin(evidence, margin),
        lambda: plug_in_mass(evidence, margin),
        lambda: certified_mass(evidence, margin=margin, bound=Bound.BERNSTEIN, complexity=Decimal(1)),
    ):
        with pytest.raises(BountyError, match=said):
            call()


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.booleans()), min_size=1, max_size=40))
def test_a_repair_shows_what_is_saved_a_row(rows):
    """The plug-in mass of a repair is what is saved on the group over all that could be lost."""
    before, after, group = (np.array(column) for column in zip(*rows, strict=True))
    evidence = weigh(Numbers(before), Numbers(after), group=RowSet.of(group), largest=9)
    assert plug_in_mass(evidence) == Fraction(int((before - after)[group].sum()), len(rows) * 9)
