"""Margins: what a user may write, what it is for, and what each metric has of its own."""

from __future__ import annotations

import numpy as np
import pytest

from fairkit.counts import FIELDS, LEFT_OUT, Kind
from fairkit.errors import UsageError
from fairkit.margins import given_margins, margins_for
from fairkit.metrics import CATALOGUE, metric

BOTH = ("difference", "ratio")


@pytest.mark.parametrize(
    ("margin", "compares", "expected"),
    [
        (None, BOTH, {}),
        ([], BOTH, {}),
        (0.05, BOTH, {"difference": (-0.05, 0.05)}),
        (0, ("difference",), {"difference": (0.0, 0.0)}),
        ((-0.02, 0.1), ("difference",), {"difference": (-0.02, 0.1)}),
        ((0.0, 0.1), ("difference",), {"difference": (0.0, 0.1)}),
        ((0.8, 1.25), ("ratio",), {"ratio": (0.8, 1.25)}),
        ((1.0, 1.25), ("ratio",), {"ratio": (1.0, 1.25)}),
        ([(0.8, 1.25), 0.1], BOTH, {"ratio": (0.8, 1.25), "difference": (-0.1, 0.1)}),
    ],
)
def test_a_margin_finds_its_comparison(margin, compares, expected):
    """One number, or a range around 0, is for differences; a range around 1 is for ratios."""
    assert given_margins(margin, compares) == expected


@pytest.mark.parametrize(
    ("margin", "compares", "message"),
    [
        (float("nan"), BOTH, "not finite"),
        ((0.5, float("inf")), BOTH, "not finite"),
        (5, ("difference",), "5 points are written 0.05"),
        ((-2.0, 0.1), ("difference",), "wider than any difference of rates"),
        ((1.1, 1.25), ("ratio",), "holds neither 0"),
        ((-0.5, -0.1), BOTH, "holds neither 0"),
        (-0.1, ("difference",), "holds neither 0"),
        ((0.2, 0.1), BOTH, "holds neither 0"),
        ((0.8, 1.25), ("difference",), "is one of a ratio"),
        (0.05, ("ratio",), "is one of a difference"),
        ([0.05, 0.1], BOTH, "two margins are given for the difference"),
    ],
)
def test_a_margin_that_makes_no_sense_is_refused(margin, compares, message):
    """The message names the margin that was written and what would make sense."""
    with pytest.raises(UsageError, match=message):
        given_margins(margin, compares)


def test_all_wrong_margins_are_told_at_once():
    """Each margin that is wrong has its own sentence in one error."""
    with pytest.raises(UsageError) as caught:
        given_margins([5, (1.1, 1.2), 0.1, 0.2], ("difference",))
    assert len(caught.value.problems) == 3


def test_a_margin_of_amounts_may_be_of_any_size():
    """In units of the label 5,000 may be little; for shares such a margin is a slip."""
    assert given_margins(5000, ("difference",), amounts=True) == {"difference": (-5000.0, 5000.0)}
    with pytest.raises(UsageError, match="wider than any difference"):
        given_margins(5000, ("difference",))


def _sums(kind, **values):
    row = np.zeros(len(FIELDS[kind]) + len(LEFT_OUT[kind]))
    for name, value in values.items():
        row[FIELDS[kind].index(name)] = value
    return row


def test_each_metric_has_a_margin_of_its_own():
    """Shares have theirs on any data; amounts in standard deviations of the label over all groups."""
    metrics = [CATALOGUE[Kind.REGRESSION][name] for name in ("mean_error", "mean_squared_error", "r2_score")]
    # Labels 1, 2, 3 and 4 in two groups: their variance is 1.25.
    sums = np.array(
        [
            _sums(Kind.REGRESSION, rows=2, label=3, label2=5),
            _sums(Kind.REGRESSION, rows=2, label=7, label2=25),
        ]
    )
    margins = margins_for(metrics, {}, "difference", sums)
    assert margins.high[:, 0] == pytest.approx([0.05 * 1.25**0.5, 0.05 * 1.25, 0.05])
    np.testing.assert_array_equal(margins.low, -margins.high)
    ratios = margins_for(metrics, {}, "ratio", sums)
    assert (ratios.low[:, 0].tolist(), ratios.high[:, 0].tolist()) == ([0.8] * 3, [1.25] * 3)


def test_a_given_margin_stands_before_that_of_a_metric():
    """What the user wrote holds for every metric, but a margin of amounts holds for no share."""
    amount, share = CATALOGUE[Kind.REGRESSION]["mean_error"], CATALOGUE[Kind.REGRESSION]["interval_coverage"]
    sums = np.array([_sums(Kind.REGRESSION, rows=2, label=3, label2=5)])
    given = margins_for([amount, share], {"difference": (-0.2, 0.1)}, "difference", sums)
    assert (given.low[:, 0].tolist(), given.high[:, 0].tolist()) == ([-0.2] * 2, [0.1] * 2)
    wide = margins_for([amount, share], {"difference": (-3.0, 3.0)}, "difference", sums)
    assert wide.high[:, 0].tolist() == [3.0, 0.05]


def test_a_constant_label_leaves_no_room():
    """Where labels do not vary, no difference of errors is small beside them."""
    sums = np.array([_sums(Kind.REGRESSION, rows=3, label=6, label2=12)])
    margins = margins_for([CATALOGUE[Kind.REGRESSION]["mean_error"]], {}, "difference", sums)
    assert margins.high[0, 0] == pytest.approx(0.0, abs=1e-6)


def test_margins_are_columns_beside_groups():
    """Margins have a row for each metric, so that they fit the tables of metrics by groups."""
    margins = margins_for([metric("accuracy"), metric("prevalence")], {}, "ratio", np.zeros((3, 7)))
    assert margins.low.shape == margins.high.shape == (2, 1)
