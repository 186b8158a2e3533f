"""Two groups compared: other libraries' tests, the report's own interval, and one decision more or fewer."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportions_ztest

import fairkit
from fairkit.counts import Counts, Kind
from fairkit.report.audits.categories import Category
from fairkit.report.audits.comparing import FOUR_FIFTHS, compare


def groups_of(*numbers):
    """Make categories of (selected, applicants)."""
    return [Category((name,), f"g={name}", n, k) for name, (k, n) in zip("ABCDEFG", numbers, strict=False)]


def test_tests_are_those_of_scipy_and_statsmodels():
    """z, its p, Fisher's p and Holm over all pairs agree with scipy and statsmodels."""
    groups = groups_of((60, 100), (31, 80), (12, 40), (9, 12))
    other = groups[3]
    found = compare(groups, other)
    pairs = [*itertools.combinations(groups, 2)]
    exact = {
        frozenset((a.group, b.group)): fisher_exact(
            [[a.selected, a.rejected], [b.selected, b.rejected]]
        ).pvalue
        for a, b in pairs
    }
    holm = dict(zip(exact, multipletests(list(exact.values()), method="holm")[1], strict=True))
    for one in groups[:3]:
        z, p = proportions_ztest([one.selected, other.selected], [one.applicants, other.applicants])
        tested = found[one.group].tested
        assert tested.z == pytest.approx(z)
        assert tested.z_p == pytest.approx(p)
        key = frozenset((one.group, other.group))
        assert tested.fisher == pytest.approx(exact[key])
        assert tested.fisher_adjusted == pytest.approx(holm[key])


def test_a_named_group_is_corrected_for_its_own_comparisons_only():
    """Where the comparison was named beforehand, Holm is over the comparisons with it."""
    groups = groups_of((60, 100), (31, 80), (12, 40))
    found = compare(groups, groups[0], named=True)
    exact = [found[one.group].tested.fisher for one in groups[1:]]
    expected = multipletests(exact, method="holm")[1]
    assert [found[one.group].tested.fisher_adjusted for one in groups[1:]] == pytest.approx(expected)


@pytest.mark.parametrize("reference", ["best", "g=A"])
@pytest.mark.parametrize("size", [2, 4])
def test_the_interval_is_the_one_of_the_report(reference, size):
    """The interval is what `evaluate` decides on, for the same question."""
    groups = groups_of((60, 100), (31, 80), (12, 40), (30, 90))[:size]
    counts = Counts.from_cells(
        Kind.DECISIONS,
        ["g"],
        [one.levels for one in groups],
        [[one.selected, one.rejected, 0] for one in groups],
    )
    report = fairkit.evaluate(counts, by="g", compare="ratio", reference=reference, margin=(0.8, 1.25))
    found = compare(groups, groups[0], named=reference != "best")
    for finding in report.findings:
        tested = found[finding.group].tested
        expected = (finding.low, finding.high, finding.level, finding.method)
        assert (tested.low, tested.high, tested.level, tested.method) == expected
        assert found[finding.group].ratio == pytest.approx(finding.value)


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=4))
def test_shortfalls_and_changes_follow_from_the_counts(numbers):
    """Selecting as many more as a group is short of makes the rates equal; one decision is one decision."""
    groups = groups_of(*((k, k + rest + 1) for k, rest in numbers))
    other = max(groups, key=lambda one: one.rate)
    for group, found in compare(groups, other).items():
        one = next(g for g in groups if g.group == group)
        assert (one.selected + found.shortfall) / one.applicants == pytest.approx(other.rate)
        pooled = (one.selected + other.selected) / (one.applicants + other.applicants)
        assert one.selected + found.shortfall_pooled == pytest.approx(one.applicants * pooled)
        if other.selected:
            assert found.is_below == (one.rate / other.rate < FOUR_FIFTHS)
            assert found.one_more.ratio == pytest.approx((one.selected + 1) / one.applicants / other.rate)
            table = [[one.selected, one.rejected], [other.selected - 1, other.rejected + 1]]
            assert found.one_fewer.fisher == pytest.approx(fisher_exact(table).pvalue)
        else:
            assert (found.ratio, found.is_below, found.one_fewer) == (None, None, None)


def test_rows_that_belong_together_have_no_test():
    """Of clustered rows there are the ratio and the shortfall, and neither interval nor p-value."""
    groups = groups_of((60, 100), (31, 80))
    found = compare(groups, groups[0], clustered=True)["g=B"]
    assert found.tested is None
    assert found.ratio == pytest.approx(31 / 80 / 0.6)
    assert (found.one_more.fisher, found.one_fewer.fisher) == (None, None)
    assert np.isfinite(found.shortfall)
