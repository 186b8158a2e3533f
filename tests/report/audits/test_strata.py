"""Groups within strata: published numbers, statsmodels, and a reversal that pooling undoes."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable

from fairkit.counts import Counts, Kind
from fairkit.report.audits.categories import categories
from fairkit.report.audits.people import people_of
from fairkit.report.audits.strata import breslow_day, stratified

# Bickel, Hammel and O'Connell (1975): admitted and rejected, men and women, six departments of Berkeley. R's
# mantelhaen.test(UCBAdmissions) prints a common odds ratio of 0.9046968, 95 % from 0.7719074 to 1.0603298.
BERKELEY = {
    "A": ((512, 313), (89, 19)),
    "B": ((353, 207), (17, 8)),
    "C": ((120, 205), (202, 391)),
    "D": ((138, 279), (131, 244)),
    "E": ((53, 138), (94, 299)),
    "F": ((22, 351), (24, 317)),
}


def people(tables, extra=()):
    """Write tables by stratum as counts of people."""
    cells = [(sex, name) for name in tables for sex in ("M", "F")]
    values = [[*pair, 0] for table in tables.values() for pair in table]
    cells += [cell for cell, _ in extra]
    values += [[*pair, 0] for _, pair in extra]
    return people_of(Counts.from_cells(Kind.DECISIONS, ["sex", "dept"], cells, values))


def compared(found, *, one="sex=M", **options):
    """Compare men with women within departments."""
    table = categories(found, ["sex"])
    other = next(c for c in table.known if c.group != one)
    return stratified(found, table, table.known, other, "dept", **options)[0]


def test_berkeley_is_as_published():
    """The common odds ratio of Berkeley's admissions and its interval are those that R prints."""
    found = compared(people(BERKELEY))
    assert found.odds_ratio == pytest.approx(0.9046968, abs=1e-6)
    assert (found.low, found.high) == pytest.approx((0.7719074, 1.0603298), abs=1e-6)
    assert (found.strata, found.left_out) == (6, 0)
    crude = StratifiedTable([np.array(table, float) for table in BERKELEY.values()])
    assert found.p == pytest.approx(crude.test_null_odds(correction=False).pvalue)
    assert found.ratio == pytest.approx(crude.riskratio_pooled)
    assert found.homogeneity == pytest.approx(crude.test_equal_odds(adjust=True).pvalue)


def test_men_are_ahead_in_all_and_not_within_departments():
    """What looks like a disparity over everybody is none within the strata."""
    found = people(BERKELEY)
    men, women = (
        next(c for c in categories(found, ["sex"]).known if c.group == g) for g in ("sex=M", "sex=F")
    )
    assert men.rate / women.rate > 1.4
    assert compared(found).ratio < 1


def test_equal_odds_in_every_stratum_are_no_division_by_zero():
    """A common odds ratio of exactly 1 has a p-value for homogeneity, where statsmodels has none."""
    tables = [np.array([[8.0, 72.0], [2.0, 18.0]]), np.array([[12.0, 8.0], [48.0, 32.0]])]
    assert breslow_day(tables, 1.0) == pytest.approx(1.0)


def test_strata_that_say_nothing_are_counted_and_left_out():
    """A stratum without one of the groups, or in which all or none were selected, compares nothing."""
    tables = {"A": ((5, 5), (3, 7)), "B": ((0, 9), (0, 4)), "C": ((4, 0), (6, 0))}
    found = compared(people(tables, extra=[(("M", "D"), (3, 3)), (("F", None), (9, 9))]))
    assert (found.strata, found.left_out) == (1, 3)
    assert found.homogeneity is None
    nothing = compared(people({"B": ((0, 9), (0, 4))}))
    assert (nothing.strata, nothing.odds_ratio, nothing.p) == (0, None, None)
    assert nothing.why == "no-informative-stratum"


def test_an_odds_ratio_without_a_denominator_is_undefined():
    """Where no woman was rejected there is a test and a ratio of rates, and no odds ratio."""
    found = compared(people({"A": ((5, 5), (9, 0)), "B": ((4, 8), (7, 0))}))
    assert (found.odds_ratio, found.low, found.why) == (None, None, "no-odds-ratio")
    assert 0 < found.p < 0.05
    assert 0 < found.ratio < 1


def test_p_values_allow_for_the_number_of_comparisons():
    """The adjusted p-value is the p-value times the comparisons, and at most 1."""
    found = compared(people(BERKELEY), questions=3)
    assert found.p_adjusted == pytest.approx(min(3 * found.p, 1.0))
