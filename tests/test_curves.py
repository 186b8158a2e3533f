"""Curves of scores by group: scikit-learn draws the same, and every number has the interval of a report."""

import dataclasses
import json
import math

import numpy as np
import pytest
import sklearn.calibration as skc
import sklearn.metrics as sk
from hypothesis import given
from hypothesis import strategies as st
from score_counts import score_counts

import fairkit
from fairkit.counts import FIELDS, LEFT_OUT, Counts, Kind
from fairkit.curves import (
    choose_threshold,
    nearest_threshold,
    reliability,
    roc,
    thresholds,
    try_threshold,
)
from fairkit.errors import DataError, UsageError
from fairkit.groups import groupings
from fairkit.inference import wilson
from fairkit.metrics import CATALOGUE, Why
from fairkit.metrics.scores import binning_bound
from fairkit.tables import group_cells

CONFUSION = CATALOGUE[Kind.CONFUSION]


def rows(n=600, *, seed=7, step=None):
    """Draw scores, labels and two groups; scores of group b promise too much."""
    rng = np.random.default_rng(seed)
    groups = np.where(rng.random(n) < 0.6, "a", "b")
    scores = rng.beta(2, 2, n)
    if step is not None:
        scores = np.round(scores / step) * step
    labels = (rng.random(n) < scores - 0.15 * (groups == "b")).astype(int)
    return scores, labels, groups


def confusion(scores, labels, threshold):
    """Count decisions row by row."""
    chosen = scores >= threshold
    return [
        int((chosen & (labels == 1)).sum()),
        int((chosen & (labels == 0)).sum()),
        int((~chosen & (labels == 1)).sum()),
        int((~chosen & (labels == 0)).sum()),
    ]


# --- reliability ---


@pytest.mark.parametrize(("bins", "width"), [(5, 0.0), (10, 0.0), (8, 2**-10), (16, 2**-10)])
def test_reliability_is_scikit_learns(bins, width):
    """Mean scores and shares of positives are those of calibration_curve, where the bins are the same."""
    scores, labels, groups = rows()
    table = reliability(score_counts(scores, labels, groups, width=width), "g", bins=bins)
    for group in ("a", "b"):
        own = groups == group
        share, mean = skc.calibration_curve(labels[own], scores[own], n_bins=bins)
        ours = [b for b in table if b.group == f"g={group}"]
        assert [b.positive_rate for b in ours] == pytest.approx(share.tolist())
        assert [b.mean_score for b in ours] == pytest.approx(mean.tolist())
        assert sum(b.n for b in ours) == own.sum()


def test_intervals_of_reliability_are_wilsons():
    """A share of unweighted, independent rows has Wilson's interval at the level asked for."""
    scores, labels, groups = rows()
    for b in reliability(score_counts(scores, labels, groups), "g", confidence=0.9):
        low, high = wilson(round(b.positive_rate * b.n), b.n, confidence=0.9)
        assert (b.low, b.high, b.level, b.method) == pytest.approx((float(low), float(high), 0.9, "wilson"))


def test_edges_move_to_those_of_the_counts_and_are_said_as_they_are():
    """Tenths fall inside bins of sixteenths: every bin tells its true edges and holds exactly their rows."""
    scores, labels, groups = rows()
    table = reliability(score_counts(scores, labels, groups, width=1 / 16), "g", bins=10)
    for b in table:
        assert (b.score_low * 16).is_integer()
        assert abs(b.score_low - round(b.score_low * 10) / 10) <= 1 / 32
        own = (groups == b.group[2:]) & (scores >= b.score_low) & (scores < b.score_high)
        assert b.n == own.sum()
        assert b.mean_score == pytest.approx(scores[own].mean())


def test_few_scores_are_not_cut():
    """Deciles get a bin each, though they are no probabilities; other scores are cut between their ends."""
    scores, labels, groups = rows()
    deciles = np.floor(scores * 10) + 1
    table = reliability(score_counts(deciles, labels, groups), "g")
    assert {b.score_low for b in table} == set(np.unique(deciles).tolist())
    assert all(b.score_low == b.score_high == b.mean_score for b in table)
    logits = reliability(score_counts(np.log(scores / (1 - scores)), labels, groups), None, bins=4)
    assert [b.group for b in logits] == ["(all)"] * 4
    assert logits[0].score_low < 0 < logits[-1].score_high
    assert sum(b.n for b in logits) == 600


def test_scores_of_one_lie_in_the_last_bin():
    """The last bin holds its upper edge, binned or not."""
    scores, labels = np.array([0.0, 0.31, 0.52, 0.93, 1.0, 1.0]), [0, 0, 1, 1, 1, 0]
    for width in (0.0, 0.125):
        table = reliability(score_counts(scores, labels, width=width), "g", bins=4)
        assert table[-1].score_high == 1.0
        assert (table[-1].n, table[-1].positive_rate) == (3, pytest.approx(2 / 3))


def test_clusters_widen_reliability():
    """Rows that repeat each other are worth as many as there are clusters; three are the fewest."""
    scores, labels, groups = rows(90, step=0.25)
    once = reliability(score_counts(scores, labels, groups), None)
    many = {"clusters": [str(i) for i in range(90)] * 4}
    fourfold = [np.tile(column, 4) for column in (scores, labels, groups)]
    clustered = reliability(score_counts(*fourfold, **many), None)
    for one, four in zip(once, clustered, strict=True):
        assert (four.n, four.positive_rate) == (4 * one.n, one.positive_rate)
        if four.low is not None and 0 < one.positive_rate < 1:
            assert four.method == "cluster-wilson"
            assert four.high - four.low > 0.95 * (one.high - one.low)
    two = reliability(score_counts(scores, labels, groups, clusters=["x", "y"] * 45), None)
    assert all((b.low, b.high, b.method) == (None, None, "none") for b in two)


def test_lost_clusters_leave_values_without_intervals():
    """Counts whose clusters were summed out say values, but no interval that would be too short."""
    scores, labels, groups = rows(90, step=0.25)
    counts = score_counts(scores, labels, groups, clusters=[str(i % 9) for i in range(90)]).marginal(["g"])
    assert all(b.low is None for b in reliability(counts, "g"))
    points = thresholds(counts, "g", metrics=["accuracy"])
    assert all(p.low is None and p.value is not None and p.why is Why.TOO_FEW_CLUSTERS for p in points)


def test_weights_count():
    """A weight of two is worth the value of two rows, not their certainty."""
    scores, labels, groups = rows(300, step=0.2)
    weights = np.where(labels == 1, 2.0, 1.0)
    weighted = reliability(score_counts(scores, labels, groups, weights=weights), "g")
    doubled = [np.concatenate([c, c[labels == 1]]) for c in (scores, labels, groups)]
    plain = reliability(score_counts(*doubled), "g")
    for one, two in zip(weighted, plain, strict=True):
        assert one.positive_rate == pytest.approx(two.positive_rate)
        assert one.mean_score == pytest.approx(two.mean_score)
        assert one.n < two.n or one.positive_rate == 0
        if 0 < one.positive_rate < 1:
            assert one.high - one.low > two.high - two.low


# --- ROC ---


def test_roc_is_scikit_learns():
    """Every corner of roc_curve is there, with its threshold."""
    scores, labels, groups = rows(200, step=0.05)
    points = roc(score_counts(scores, labels, groups), "g")
    for group in ("a", "b"):
        own = groups == group
        fpr, tpr, at = sk.roc_curve(labels[own], scores[own], drop_intermediate=False)
        ours = [p for p in points if p.group == f"g={group}"]
        assert [p.false_positive_rate for p in ours] == pytest.approx(fpr.tolist())
        assert [p.true_positive_rate for p in ours] == pytest.approx(tpr.tolist())
        assert ours[0].threshold is None
        assert [p.threshold for p in ours[1:]] == pytest.approx(at[1:].tolist())


@pytest.mark.parametrize("most", [100, 25])
def test_a_thinned_curve_encloses_the_same_area(most):
    """Thousands of corners become a few, the ends stay, and the AUC hardly moves."""
    scores, labels, _ = rows(8_000)
    points = roc(score_counts(scores, labels), "g", most=most)
    assert len(points) <= most
    x, y = ([getattr(p, name) for p in points] for name in ("false_positive_rate", "true_positive_rate"))
    assert (x[0], y[0], x[-1], y[-1]) == (0.0, 0.0, 1.0, 1.0)
    assert x == sorted(x)
    assert y == sorted(y)
    assert np.trapezoid(y, x) == pytest.approx(sk.roc_auc_score(labels, scores), abs=0.05 / most)


def test_binned_roc_stays_within_the_bound():
    """The area under the curve of binned scores is off by no more than the bound on the AUC."""
    scores, labels, _ = rows(500)
    counts = score_counts(scores, labels, width=1 / 8)
    points = roc(counts, "g")
    area = np.trapezoid([p.true_positive_rate for p in points], [p.false_positive_rate for p in points])
    bound = binning_bound(group_cells(counts, groupings("g")[0]).part(0))
    assert abs(area - sk.roc_auc_score(labels, scores)) <= bound + 1e-12


def test_a_group_of_one_class_has_no_roc():
    """Without negatives there is no false positive rate, hence no curve; others keep theirs."""
    counts = score_counts([0.2, 0.4, 0.3, 0.9], [1, 1, 0, 1], ["a", "a", "b", "b"])
    assert {p.group for p in roc(counts, "g")} == {"g=b"}


# --- thresholds ---


def test_metrics_along_the_threshold_are_those_of_its_decisions():
    """At every threshold each metric is what it is on the decisions of the rows, with n and interval."""
    scores, labels, groups = rows(400, step=0.1)
    points = thresholds(score_counts(scores, labels, groups), "g", metrics="all")
    assert {p.metric for p in points} == set(CONFUSION)
    for p in points:
        own = groups == p.group[2:]
        cells = np.array([*confusion(scores[own], labels[own], p.threshold), 0, 0, 0])
        value = float(CONFUSION[p.metric].values(cells))
        assert p.n == CONFUSION[p.metric].denominators(cells)
        if math.isnan(value):
            assert (p.value, p.why) == (None, CONFUSION[p.metric].why(cells))
        else:
            assert p.value == pytest.approx(value)
            assert p.low <= p.value <= p.high
        if p.metric == "accuracy":
            low, high = wilson(cells[0] + cells[3], p.n)
            assert (p.low, p.high) == pytest.approx((float(low), float(high)))


def test_thresholds_are_spread_over_the_rows():
    """Of many scores fifty are taken, with about as many rows between any two; those asked for are taken."""
    scores, labels, _ = rows(5_000)
    counts = score_counts(scores, labels, width=2**-10)
    found = sorted({p.threshold for p in thresholds(counts, None)})
    between = np.diff(np.searchsorted(np.sort(scores), found))
    assert len(found) == 50
    assert between.max() <= 120
    asked = thresholds(counts, None, at=[0.5, 0.35], metrics=["accuracy"])
    assert [p.threshold for p in asked] == [nearest_threshold(counts, 0.35), 0.5]
    assert abs(asked[0].threshold - 0.35) <= 2**-11


def test_bands_are_known_where_rows_do_not_depend_on_the_threshold():
    """Shares of all rows, of positives or of negatives have a band; precision, accuracy and F1 have none."""
    scores, labels, groups = rows(400, step=0.1)
    points = thresholds(score_counts(scores, labels, groups), "g", metrics="all")
    banded = {p.metric for p in points if p.band_low is not None}
    assert banded == {
        *("selection_rate", "true_positive_rate", "false_positive_rate"),
        *("true_negative_rate", "false_negative_rate"),
    }
    for p in points:
        if p.metric in banded:
            reach = math.sqrt(math.log(40) / (2 * p.n))
            assert (p.band_low, p.band_high) == pytest.approx(
                (max(p.value - reach, 0), min(p.value + reach, 1))
            )
    weighted = score_counts(scores, labels, groups, weights=np.ones(400) * 1.5)
    assert all(p.band_low is None for p in thresholds(weighted, "g"))


@pytest.mark.slow
def test_bands_hold_at_all_thresholds_at_once():
    """The true curve leaves the band anywhere in at most 5 % of samples; single intervals do so far more."""
    rng = np.random.default_rng(3)
    grid = np.arange(1, 21) / 20
    left = {"band": 0, "single": 0}
    for _ in range(400):
        points = thresholds(
            score_counts(rng.choice(grid, 80), rng.integers(0, 2, 80)), None, metrics=["selection_rate"]
        )
        truth = {p.threshold: 1 - (p.threshold - 0.05) for p in points}
        left["band"] += any(not p.band_low - 1e-9 <= truth[p.threshold] <= p.band_high + 1e-9 for p in points)
        left["single"] += any(not p.low - 1e-9 <= truth[p.threshold] <= p.high + 1e-9 for p in points)
    assert left["band"] <= 0.05 * 400
    assert left["single"] > 0.1 * 400


def test_records_are_plain_data():
    """Everything can be written as JSON without NaN, undefined values as null with a reason."""
    counts = score_counts([0.2, 0.4, 0.3, 0.9], [1, 1, 0, 1], ["a", "a", "b", "b"])
    records = [*reliability(counts, "g"), *roc(counts, "g"), *thresholds(counts, "g", metrics="all")]
    records.append(choose_threshold(counts, by="g", constraint="selection_rate"))
    text = json.dumps([dataclasses.asdict(r) for r in records], allow_nan=False)
    assert '"no-negatives"' in text


# --- a threshold on a trial basis ---


def test_a_tried_threshold_gives_the_counts_of_its_decisions():
    """Decisions of the rows, counted group by group; missing scores and labels stay left out."""
    scores, labels, groups = rows(300, step=0.05)
    scores[:5] = math.nan
    labels = [None if i in (3, 4, 5) else label for i, label in enumerate(labels.tolist())]
    tried = try_threshold(score_counts(scores, labels, groups), 0.35)
    known = np.array([label is not None for label in labels]) & ~np.isnan(scores)
    assert tried.kind is Kind.CONFUSION
    assert tried.axes == ()
    for (group,), row in zip(tried.groups(), tried.values.tolist(), strict=True):
        own = known & (groups == group)
        assert row[:4] == confusion(scores[own], np.array(labels, float)[own], 0.35)
    assert tried.values[:, 4:].sum(axis=0).tolist() == [1, 3, 2]
    assert tried.values.dtype == np.int64


def test_weights_and_clusters_follow_the_decisions():
    """Sums, squares and rows of weights move together, and clusters stay."""
    scores, labels, groups = rows(60, step=0.1)
    weights, clusters = np.random.default_rng(1).gamma(2.0, size=60), [str(i % 8) for i in range(60)]
    counts = score_counts(scores, labels, groups, weights=weights, clusters=clusters)
    tried = try_threshold(counts, 0.5)
    assert tried.cluster_ids == counts.cluster_ids
    own = (scores >= 0.5) & (labels == 1)
    assert tried.values[:, 0].sum() == pytest.approx(weights[own].sum())
    assert tried.squares[:, 0].sum() == pytest.approx((weights[own] ** 2).sum())
    assert tried.rows[:, 0].sum() == own.sum()


def test_groups_may_have_thresholds_of_their_own():
    """Each group is decided by its own; crossings are named as in a report."""
    scores, labels, groups = rows(200, step=0.1)
    counts = score_counts(scores, labels, groups)
    tried = try_threshold(counts, {"g=a": 0.3, "g=b": 0.6})
    for (group,), row in zip(tried.groups(), tried.values.tolist(), strict=True):
        own = groups == group
        assert row[:4] == confusion(scores[own], labels[own], 0.3 if group == "a" else 0.6)
    sexes = ["F", "M"] * (len(counts.values) // 2) + ["F"] * (len(counts.values) % 2)
    crossed = Counts.from_cells(
        Kind.SCORES,
        ["sex", "g"],
        [(sex, *group) for sex, group in zip(sexes, counts.groups(), strict=True)],
        counts.values,
        axes=counts.axes,
        axis_cells=[(counts.axes[0].levels[code],) for code in counts.axis_codes[:, 0]],
    )
    wishes = {"g=a & sex=F": 0.1, "g=a & sex=M": 0.2, "g=b & sex=F": 0.3, "g=b & sex=M": 0.4}
    one = try_threshold(crossed, wishes)
    for name, threshold in wishes.items():
        levels = dict(part.split("=") for part in name.split(" & "))
        place = one.groups().index((levels["sex"], levels["g"]))
        assert one.values[place].tolist() == try_threshold(crossed, threshold).values[place].tolist()


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"g=a": 0.5}, "no threshold is given for 'g=b'"),
        ({"g=a": 0.5, "g=B": 0.5}, "Did you mean 'g=b'"),
        ({"sex=F": 0.5}, "'sex=F' names no group"),
        ({}, "no group is named"),
        (math.nan, "not finite"),
        ({"g=a": 0.3, "g=b": 0.3}, "0.25 or 0.375"),
        (0.3, "nearest_threshold"),
    ],
)
def test_a_threshold_that_is_not_clear_is_refused(wish, message):
    """Groups without one, names that are none, and a place inside a bin: what is wrong, and what to do."""
    scores, labels, groups = rows(200)
    with pytest.raises(UsageError, match=message):
        try_threshold(score_counts(scores, labels, groups, width=1 / 8), wish)


def test_edges_and_empty_bins_decide_exactly():
    """Between bins, and inside one that no row is in, nothing is in doubt."""
    scores, labels = np.array([0.1, 0.2, 0.6, 0.7]), np.array([0, 1, 0, 1])
    counts = score_counts(scores, labels, width=0.25)
    for threshold in (0.25, 0.3, 0.5, 0.75, 2.0):
        assert try_threshold(counts, threshold).values[0, :4].tolist() == confusion(scores, labels, threshold)
        assert nearest_threshold(counts, threshold) == threshold
    assert nearest_threshold(counts, 0.6) == 0.5
    assert nearest_threshold(counts, 0.63) == 0.75


@given(st.lists(st.tuples(st.integers(0, 16), st.booleans()), min_size=1, max_size=30), st.integers(0, 17))
def test_trying_is_linear(cells, place):
    """The decisions of two shards add up to those of the whole, in bins of any width."""
    scores, labels = zip(*((k / 16, label) for k, label in cells), strict=True)
    half = len(cells) // 2
    for width in (0.0, 1 / 16):
        tables = [
            try_threshold(score_counts(scores[a:b], labels[a:b], width=width), place / 16)
            for a, b in ((0, half), (half, len(cells)))
            if a < b
        ]
        whole = try_threshold(score_counts(scores, labels, width=width), place / 16)
        assert (tables[0] if len(tables) == 1 else tables[0] + tables[1]) == whole


def test_counts_without_scores_are_refused():
    """Curves need scores with labels; other counts say what to do, and rows without scores have no curve."""
    decisions = Counts.from_cells(Kind.DECISIONS, [], [()], [[3, 1, 0]])
    for call in (reliability, roc, thresholds):
        with pytest.raises(UsageError, match="score="):
            call(decisions, None)
    with pytest.raises(UsageError, match="score="):
        try_threshold(decisions, 0.5)
    with pytest.raises(DataError, match="score and a label"):
        roc(score_counts([math.nan], [1]), None)
    with pytest.raises(UsageError, match="one model"):
        roc(score_counts([0.2], [1]), None, model="new")
    with pytest.raises(UsageError, match="at least one"):
        reliability(score_counts([0.2], [1]), None, bins=0)
    with pytest.raises(UsageError, match="at least 3"):
        roc(score_counts([0.2], [1]), None, most=2)


def test_one_of_several_models_is_chosen_by_name():
    """Scores of two models on the same rows are two axes, and each has its own curves."""
    rng = np.random.default_rng(2)
    old, new = (np.round(rng.random(80), 1) for _ in range(2))
    labels = (rng.random(80) < new).astype(int)
    values = np.zeros((80, len(FIELDS[Kind.SCORES] + LEFT_OUT[Kind.SCORES])))
    values[np.arange(80), 1 - labels] = 1
    axes = [dataclasses.replace(score_counts([0.1], [1]).axes[0], name=f"score:{n}") for n in ("old", "new")]
    counts = Counts.from_cells(
        Kind.SCORES,
        [],
        [()] * 80,
        values,
        axes=axes,
        axis_cells=[(repr(a), repr(b)) for a, b in zip(old.tolist(), new.tolist(), strict=True)],
    )
    for name, scores in (("old", old), ("new", new)):
        alone = score_counts(scores, labels).marginal([])
        assert try_threshold(counts, 0.5, model=name) == try_threshold(alone, 0.5)
        assert roc(counts, None, model=name) == roc(alone, None)
        for one, two in zip(reliability(counts, None, model=name), reliability(alone, None), strict=True):
            assert dataclasses.astuple(one)[:5] == dataclasses.astuple(two)[:5]
            assert one.mean_score == pytest.approx(two.mean_score)
    with pytest.raises(UsageError, match="'old', 'new'"):
        roc(counts, None)


# --- choosing ---


def test_the_best_threshold_is_the_best_of_all():
    """No threshold does better by the objective, tried one by one on the rows."""
    scores, labels, groups = rows(300, step=0.05)
    counts = score_counts(scores, labels, groups)
    for objective, oracle in (
        ("accuracy", sk.accuracy_score),
        ("balanced_accuracy", sk.balanced_accuracy_score),
        ("f1_score", sk.f1_score),
    ):
        choice = choose_threshold(counts, objective=objective)
        tried = {t: oracle(labels, scores >= t) for t in np.unique(scores)}
        assert choice.value == pytest.approx(max(tried.values()))
        assert tried[choice.threshold] == pytest.approx(choice.value)
        assert (choice.threshold, choice.value) == (choice.best, choice.best_value)
        assert choice.tried == len(tried)
        assert choice.exploratory
        assert "same rows" in choice.note


def test_a_gap_is_kept_and_its_cost_is_told():
    """The choice is the best among the thresholds whose gap is allowed, and says what that costs."""
    scores, labels, groups = rows(2_000, step=0.05)
    counts = score_counts(scores, labels, groups)
    choice = choose_threshold(counts, by="g", constraint="true_positive_rate", largest_gap=0.02)
    gaps, values = {}, {}
    for t in np.unique(scores):
        rates = [
            sk.recall_score(labels[groups == g], scores[groups == g] >= t, zero_division=np.nan)
            for g in ("a", "b")
        ]
        gaps[t], values[t] = abs(rates[0] - rates[1]), sk.balanced_accuracy_score(labels, scores >= t)
    allowed = [t for t in gaps if gaps[t] <= 0.02]
    assert choice.value == pytest.approx(max(values[t] for t in allowed))
    assert choice.gap == pytest.approx(gaps[choice.threshold])
    assert choice.gap <= choice.largest_gap == 0.02
    assert choice.best_value == pytest.approx(max(values.values()))
    assert choice.best_value >= choice.value
    assert (choice.attribute, choice.groups, choice.left_out) == ("g", ("g=a", "g=b"), ())


def test_a_gap_that_no_threshold_keeps_leaves_no_choice():
    """Then there is no threshold, and the smallest gap there is is told."""
    scores, labels = np.tile([0.2, 0.8], 80), np.tile([0, 1], 80)
    groups = np.where(np.arange(160) < 80, "a", "b")
    labels[:80:4] = 1
    counts = score_counts(scores, labels, groups)
    choice = choose_threshold(counts, by="g", constraint="prevalence", largest_gap=0.1)
    assert (choice.threshold, choice.value) == (None, None)
    assert choice.gap == pytest.approx(0.25)
    assert choice.best == 0.8


def test_small_groups_do_not_decide_the_gap():
    """Groups with few rows are left out of the gap, and named."""
    scores, labels, groups = rows(300, step=0.1)
    groups = groups.astype(object)
    groups[:6] = "tiny"
    choice = choose_threshold(score_counts(scores, labels, groups), by="g", constraint="selection_rate")
    assert choice.left_out == ("g=tiny",)
    assert choice.largest_gap == 0.05


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"objective": "acuracy"}, "Did you mean 'accuracy'"),
        ({"objective": "error_rate"}, "not better for being higher"),
        ({"constraint": "selection_rate"}, "by="),
        ({"largest_gap": 0.1}, "constraint="),
        ({"by": "g", "constraint": "selection_rate", "largest_gap": 5}, "0.05"),
        ({"objective": "true_positive_rate", "constraint": "nothing"}, "2 problems"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(wish, message):
    """Unknown metrics, a gap without groups, points for shares: all said before anything is computed."""
    scores, labels, groups = rows(50, step=0.1)
    with pytest.raises(UsageError, match=message):
        choose_threshold(score_counts(scores, labels, groups), **wish)


def test_an_objective_without_a_value_is_refused():
    """Balanced accuracy of one class is undefined at every threshold."""
    with pytest.raises(UsageError, match="no-negatives"):
        choose_threshold(score_counts([0.2, 0.4], [1, 1]))


def test_a_trial_gives_the_full_report():
    """The counts of a tried threshold are evaluated like any others, and agree with the curve there."""
    scores, labels, groups = rows(400, step=0.05)
    counts = score_counts(scores, labels, groups)
    report = fairkit.evaluate(try_threshold(counts, 0.35), by="g")
    points = thresholds(counts, "g", at=[0.35], metrics=["accuracy", "true_positive_rate"])
    assert len(points) == 4
    for p in points:
        estimate = report.estimate(p.metric, p.group)
        assert (p.value, p.low, p.high, p.n) == pytest.approx(
            (estimate.value, estimate.low, estimate.high, estimate.n)
        )
