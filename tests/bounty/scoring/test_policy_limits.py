"""Limits that later releases are held to: the margin that was claimed, or what a repair reached."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounty.claims.claim import Claim, ClaimKind, Constant
from bounty.rows.evidence import DisparityEvidence, RateSums, RepairEvidence
from bounty.scoring.policy_limits import (
    METRICS,
    Found,
    Limit,
    Origin,
    limit_of,
    metric_of,
    rates,
    tolerance_of,
)
from fairkit.counts import Kind
from fairkit.errors import BountyError
from fairkit.metrics import metric

ORIGIN = Origin("Lending", "00ff", "ab12")


def sums(rows, lost, units=None):
    """Sums of a loss of which only the rate matters here."""
    return RateSums(rows, lost, rows if units is None else units, lost, lost, rows)


def disparity(*, loss="error", group=(20, 8), reference=(100, 20), units=None, **said):
    """A confirmed disparity."""
    claim = Claim(ClaimKind.DISPARITY, loss, "age < 25", **said)
    return Found(claim, DisparityEvidence(100, sums(*group, units), sums(*reference, units), sums(*group)), 4)


def repair(*, before=9, after=5, group=20, loss="error", units=None):
    """A confirmed repair."""
    claim = Claim(ClaimKind.REPAIR, loss, "age < 25", model=Constant("yes"))
    saved = before - after
    evidence = RepairEvidence(100, group, before, after, max(saved, 0), max(-saved, 0), abs(saved))
    return Found(claim, evidence, 5, units)


@pytest.mark.parametrize("margin", ["0", "0.02", "0.050", "0.123456789012"])
@pytest.mark.parametrize("compare", ["overall", "rest"])
def test_the_margin_of_a_claim_is_its_limit_as_written(margin, compare):
    """A disparity is held to the margin in the very digits of the claim."""
    assert limit_of(disparity(margin=margin, compare=compare), ORIGIN) == Limit(
        "difference", margin, "the margin of the claim"
    )


@pytest.mark.parametrize(("margin", "most"), [("5e-2", "0.05"), ("1/4", "0.25"), (".5", None), ("-1", None)])
def test_margins_in_another_spelling_become_toml_numbers(margin, most):
    """What TOML cannot read is written as a decimal, and what is no number gives no check."""
    limit = limit_of(disparity(margin=margin), ORIGIN)
    assert (limit if isinstance(limit, str) else limit.most) == (
        most or "its margin is no number, so its group has no check"
    )


@given(
    group=st.integers(1, 50),
    rest=st.integers(1, 50),
    wrong=st.integers(0, 50),
    others=st.integers(0, 50),
    margin=st.fractions(0, Fraction(1, 2)),
)
def test_beyond_the_margin_of_all_rows_is_beyond_it_of_the_rest(group, rest, wrong, others, margin):
    """Whatever exceeds the overall rate by a margin exceeds the rate of all other rows by it too."""
    rate, other = Fraction(min(wrong, group), group), Fraction(min(others, rest), rest)
    overall = Fraction(min(wrong, group) + min(others, rest), group + rest)
    if rate - overall > margin:
        assert rate - other > margin


def test_a_reference_group_becomes_a_value():
    """Against a named group the limit is what that group had and the margin."""
    limit = limit_of(disparity(compare="age > 60", margin="0.05", reference=(50, 10)), ORIGIN)
    assert (limit.compare, limit.most) == ("value", "0.25")
    undefined = disparity(compare="age > 60", reference=(50, 0), units=0)
    assert "no rate" in limit_of(undefined, ORIGIN)


@given(
    group=st.integers(1, 10**6),
    shares=st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)),
    tolerance=st.decimals(0, 1, places=4),
)
def test_a_repair_passes_its_own_limit_and_what_it_replaced_does_not(group, shares, tolerance):
    """The rate that the repair reached lies within the limit and the rate before it beyond, always."""
    after, before = sorted(share % (group + 1) for share in shares)
    found = repair(before=before, after=after, group=group)
    origin = Origin("Lending", "00ff", "ab12", tolerance=str(tolerance))
    limit = limit_of(found, origin)
    if before == after:
        assert "saves nothing" in limit
        return
    old, new = rates(found, origin)
    most = Fraction(limit.most)
    assert new - Fraction(1, 10**9) < most < old
    assert most <= new + Fraction(str(tolerance))


def test_a_repair_that_makes_things_worse_has_no_limit():
    """On rows where the repaired model loses more there is nothing to hold a release to."""
    assert "saves nothing" in limit_of(repair(before=5, after=9), ORIGIN)


def test_a_repair_of_a_rate_needs_its_units():
    """False negatives are per positive, which the evidence of a repair does not count."""
    assert "no units" in limit_of(repair(loss="false_negative"), ORIGIN)
    assert "no units" in limit_of(repair(loss="false_negative", units=0), ORIGIN)
    assert rates(repair(loss="false_negative", units=18), ORIGIN) == (Fraction(1, 2), Fraction(5, 18))


def test_squared_losses_are_in_the_units_of_the_score():
    """A squared loss is kept in steps of the grid and limited in scores, as wide as their range."""
    found = repair(loss="squared", before=10**6 * 5, after=10**6 * 1, group=20)
    assert rates(found, ORIGIN) == (Fraction(1, 4), Fraction(1, 20))
    wide = Origin("Lending", "00ff", "ab12", width=10)
    assert rates(found, wide) == (25, 5)
    claimed = disparity(loss="squared", margin="0.050")
    assert (limit_of(claimed, ORIGIN).most, limit_of(claimed, wide).most) == ("0.050", "5")


def test_the_log_loss_has_no_metric():
    """A loss that fairkit does not measure gives its group no check and says so."""
    assert limit_of(disparity(loss="log"), ORIGIN) == (
        "fairkit has no metric for the loss 'log', so its group has no check"
    )


def test_every_metric_is_one_of_fairkits():
    """The metric of each loss exists under that name, and a host may name another."""
    kinds = {"squared": Kind.SCORES, "ratio": Kind.WORDS}
    for loss, name in METRICS.items():
        assert metric(name, kind=kinds.get(loss, Kind.CONFUSION)).name == name
    other = Origin("Lending", "00ff", "ab12", metrics={"ratio": "event_rate"})
    assert metric_of(disparity(loss="ratio").claim, other) == "event_rate"


@pytest.mark.parametrize("tolerance", ["-0.1", "much", "nan", ""])
def test_a_tolerance_that_is_no_number_is_refused(tolerance):
    """What is no number from 0 up is named."""
    with pytest.raises(BountyError, match="tolerance is"):
        tolerance_of(Origin("Lending", "00ff", "ab12", tolerance=tolerance))
