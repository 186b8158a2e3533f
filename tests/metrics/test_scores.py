"""Metrics of scores: scikit-learn gives the same values, and DeLong, written from the rows, the variances."""

import math
from dataclasses import replace

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
import sklearn.metrics as sk
from hypothesis import given
from score_counts import score_counts, score_part

import fairkit
from fairkit.counts import Axis, Counts, Kind
from fairkit.findings import Verdict
from fairkit.groups import groupings
from fairkit.inference.distributions import student_quantile
from fairkit.metrics import CATALOGUE, Why, chosen_metrics
from fairkit.metrics.scores import DEFAULTS, binning_bound, precision_bound
from fairkit.tables import group_cells

METRICS = CATALOGUE[Kind.SCORES]
ROWS = st.lists(st.tuples(st.integers(0, 64).map(lambda k: k / 64), st.booleans()), min_size=4, max_size=40)


def drawn(rng, rows, *, step=0.01, shift=0.35):
    """Draw labels and rounded scores between 0 and 1; both labels occur."""
    labels = rng.integers(0, 2, rows)
    labels[:2] = [0, 1]
    scores = np.clip(shift * labels + (1 - shift) * rng.random(rows), 0, 1)
    return np.round(scores / step) * step, labels


def midranks(values):
    """Rank values from 1, ties at the middle of their ranks (Sun & Xu 2014, algorithm 1)."""
    order = np.argsort(values, kind="stable")
    ordered, ranks, i = values[order], np.empty(len(values)), 0
    while i < len(values):
        j = i
        while j < len(values) and ordered[j] == ordered[i]:
            j += 1
        ranks[order[i:j]] = (i + j - 1) / 2 + 1
        i = j
    return ranks


def delong(scores, labels):
    """Return the AUC with the structural components of positives and negatives (Sun & Xu 2014)."""
    up, down = scores[labels == 1], scores[labels == 0]
    m, n = len(up), len(down)
    joint = midranks(np.concatenate([up, down]))
    of_positives = (joint[:m] - midranks(up)) / n
    of_negatives = 1 - (joint[m:] - midranks(down)) / m
    return joint[:m].sum() / m / n - (m + 1) / (2 * n), of_positives, of_negatives


def delong_covariance(first, second, labels):
    """Return both AUCs and their 2 × 2 covariance."""
    found = [delong(scores, labels) for scores in (first, second)]
    parts = [np.cov([found[0][i], found[1][i]]) / len(found[0][i]) for i in (1, 2)]
    return [f[0] for f in found], parts[0] + parts[1]


# --- values ---


def calibration_error(labels, scores, sample_weight):
    """Compute the calibration error from the rows, bin by bin."""
    weights = np.ones(len(scores)) if sample_weight is None else sample_weight
    found = 0.0
    for edge in np.arange(16) / 16:
        own = (scores >= edge) & ((scores < edge + 1 / 16) | (edge == 15 / 16))
        if own.any():
            gap = np.average(scores[own], weights=weights[own]) - np.average(
                labels[own], weights=weights[own]
            )
            found += abs(gap) * weights[own].sum() / weights.sum()
    return found


ORACLES = {
    "roc_auc": sk.roc_auc_score,
    "average_precision": sk.average_precision_score,
    "brier_score": sk.brier_score_loss,
    "mean_score": lambda _, s, sample_weight: np.average(s, weights=sample_weight),
    "calibration_in_the_large": lambda y, s, sample_weight: np.average(s - y, weights=sample_weight),
    "expected_calibration_error": calibration_error,
}


def test_every_metric_has_an_oracle():
    """No metric of scores is declared without a second computation of it."""
    assert set(ORACLES) == set(METRICS)
    assert set(DEFAULTS) <= set(METRICS)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", ORACLES)
def test_values_are_those_of_scikit_learn(name, weighted):
    """Exact scores with many ties give the same number from counts as from rows, weighted or not."""
    rng = np.random.default_rng(3)
    for rows in (20, 100, 700):
        scores, labels = drawn(rng, rows, step=0.05)
        weights = rng.gamma(2.0, size=rows) if weighted else None
        ours = METRICS[name].measure(score_part(scores, labels, weights=weights))
        theirs = ORACLES[name](labels, scores, sample_weight=weights)
        assert ours.value == pytest.approx(theirs, rel=1e-12, abs=1e-14)


def test_ranking_needs_no_probabilities():
    """Logits and deciles are ranked as well as probabilities."""
    rng = np.random.default_rng(5)
    scores, labels = drawn(rng, 300)
    for moved in (1 + 9 * scores, -3 + 6 * scores, 1e6 * scores):
        part = score_part(moved, labels)
        assert METRICS["roc_auc"].measure(part).value == pytest.approx(sk.roc_auc_score(labels, moved))
        assert METRICS["average_precision"].measure(part).value == pytest.approx(
            sk.average_precision_score(labels, moved)
        )


@pytest.mark.parametrize("width", [2**-10, 2**-4])
def test_calibration_is_exact_on_bins(width):
    """Sums of scores are kept beside the bins, so that calibration does not depend on their width."""
    rng = np.random.default_rng(11)
    labels = rng.integers(0, 2, 500)
    scores = rng.beta(1 + labels, 2 - labels)
    scores[:2] = [0.0, 1.0]
    binned, exact = (score_part(scores, labels, width=w) for w in (width, 0.0))
    for name in ("brier_score", "mean_score", "calibration_in_the_large", "expected_calibration_error"):
        one, two = METRICS[name].measure(binned), METRICS[name].measure(exact)
        assert one.value == pytest.approx(two.value, rel=1e-12)
        if name != "brier_score":
            assert one.variance == pytest.approx(two.variance, rel=1e-9)
    brier = [METRICS["brier_score"].measure(part).variance for part in (binned, exact)]
    assert brier[1] <= brier[0] * (1 + 1e-9)
    assert brier[0] <= brier[1] * 1.2


@pytest.mark.parametrize("width", [1.0, 0.25, 2**-4, 2**-8])
def test_binned_ranks_lie_within_their_bound(width):
    """The AUC and the average precision of the rows are never farther than the stated bound says."""
    rng = np.random.default_rng(13)
    for rows in (6, 40, 400):
        for _ in range(20):
            labels = rng.integers(0, 2, rows)
            labels[:2] = [0, 1]
            scores = rng.beta(1 + labels, 2 - labels)
            part = score_part(scores, labels, width=width)
            auc, precision = (METRICS[name].measure(part).value for name in ("roc_auc", "average_precision"))
            assert abs(auc - sk.roc_auc_score(labels, scores)) <= binning_bound(part) + 1e-12
            assert (
                abs(precision - sk.average_precision_score(labels, scores)) <= precision_bound(part) + 1e-12
            )


def test_bounds_are_attained():
    """One bin of all rows leaves everything open: a perfect order and its reverse lie at the bound."""
    scores, labels = np.array([0.6, 0.7, 0.8, 0.9]), np.array([0, 0, 1, 1])
    part = score_part(scores, labels, width=1.0)
    assert (METRICS["roc_auc"].measure(part).value, binning_bound(part)) == (0.5, 0.5)
    assert (METRICS["average_precision"].measure(part).value, precision_bound(part)) == (0.5, 0.5)
    assert binning_bound(score_part(scores, labels)) == precision_bound(score_part(scores, labels)) == 0.0
    assert math.isnan(binning_bound(score_part(scores, [1, 1, 1, 1], width=1.0)))


# --- variances ---


def test_variance_of_the_auc_is_delongs():
    """Midranks of the rows give the variance that the counts give, ties and unequal classes included."""
    rng = np.random.default_rng(17)
    for rows, step in ((12, 0.1), (200, 0.001), (300, 0.2)):
        scores, labels = drawn(rng, rows, step=step)
        labels[:4] = [0, 0, 1, 1]
        (auc, _), covariance = delong_covariance(scores, scores, labels)
        ours = METRICS["roc_auc"].measure(score_part(scores, labels))
        assert ours.value == pytest.approx(auc, rel=1e-12)
        assert ours.variance == pytest.approx(covariance[0, 0], rel=1e-10)


def test_difference_of_two_models_follows_from_influences():
    """Influences of the rows on two AUCs add up to DeLong's variance of their difference."""
    rng = np.random.default_rng(19)
    first, labels = drawn(rng, 250, step=0.02)
    second = np.round(np.clip(first + rng.normal(0, 0.2, 250), 0, 1), 2)
    aucs, covariance = delong_covariance(first, second, labels)
    gaps = np.zeros(250)
    for scores, sign in ((first, 1), (second, -1)):
        part = score_part(scores, labels)
        influence = METRICS["roc_auc"].measure(part).influence
        levels = part.axes[0].numbers()[part.codes[:, 0]]
        cell = np.searchsorted(levels, scores)
        gaps += sign * influence[cell, 1 - labels]
    n = np.bincount(labels, minlength=2)
    variance = sum(n[k] / (n[k] - 1) * (gaps[labels == k] ** 2).sum() for k in (0, 1))
    assert variance == pytest.approx(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1], rel=1e-10)
    assert aucs[0] > aucs[1]


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize("weighted", [False, True])
def test_influence_is_the_effect_of_one_more_row(name, weighted):
    """A little more of a row moves the value by its influence, and all rows together move it by nothing."""
    rng = np.random.default_rng(23)
    scores, labels = drawn(rng, 60, step=0.05)
    scores = np.clip(scores + 0.013, 0, 1)
    weights = rng.gamma(3.0, size=60) if weighted else None
    part = score_part(scores, labels, weights=weights)
    measure = METRICS[name].measure
    influence = measure(part).influence
    assert float((part.sums * influence).sum()) == pytest.approx(0.0, abs=1e-12)
    levels = part.axes[0].numbers()[part.codes[:, 0]]
    for cell in range(0, len(levels), 3):
        for label in (0, 1):
            more = np.zeros(part.sums.shape)
            more[cell, [1 - label, 3 - label, 5 - label]] = [1, levels[cell], levels[cell] ** 2]
            start, one, two = (
                measure(replace(part, sums=part.sums + step * more)).value for step in (0.0, 1e-5, 2e-5)
            )
            slope = (4 * one - 3 * start - two) / 2e-5
            assert slope == pytest.approx(float((more * influence).sum()), abs=1e-8)


@pytest.mark.parametrize("name", METRICS)
def test_variance_is_the_sum_of_squared_influences(name):
    """With weights too, each row pulls by its weight times its influence, and the squares add up."""
    rng = np.random.default_rng(29)
    scores, labels = drawn(rng, 150, step=0.05)
    for weights in (np.ones(150), rng.gamma(3.0, size=150)):
        part = score_part(scores, labels, weights=weights)
        measured = METRICS[name].measure(part)
        levels = part.axes[0].numbers()[part.codes[:, 0]]
        own = measured.influence[np.searchsorted(levels, scores)]
        rows = np.arange(150)
        pull = own[rows, 1 - labels] + own[rows, 3 - labels] * scores + own[rows, 5 - labels] * scores**2
        groups = [labels == 1, labels == 0] if name == "roc_auc" else [np.ones(150, bool)]
        expected = 0.0
        for members in groups:
            w = weights[members]
            size = w.sum() ** 2 / (w**2).sum()
            expected += size / (size - 1) * ((w * pull[members]) ** 2).sum()
        assert measured.variance == pytest.approx(expected, rel=1e-9)


def test_clusters_repeat_cells_and_change_nothing_but_where_sums_lie():
    """Cells of several clusters add up to the same measure, and each cluster has its own pull."""
    rng = np.random.default_rng(31)
    scores, labels = drawn(rng, 120, step=0.1)
    plain = score_part(scores, labels)
    clustered = score_part(scores, labels, clusters=[str(i % 7) for i in range(120)])
    assert len(clustered.sums) > len(plain.sums)
    for m in METRICS.values():
        one, two = m.measure(plain), m.measure(clustered)
        assert (one.value, one.variance, one.freedom) == pytest.approx((two.value, two.variance, two.freedom))
        assert float((clustered.sums * two.influence).sum()) == pytest.approx(0.0, abs=1e-12)


# --- where nothing can be said ---


@pytest.mark.parametrize(
    ("name", "labels", "scores", "why"),
    [
        ("roc_auc", [1, 1], [0.2, 0.4], Why.NO_NEGATIVES),
        ("roc_auc", [0, 0], [0.2, 0.4], Why.NO_POSITIVES),
        ("average_precision", [0, 0], [0.2, 0.4], Why.NO_POSITIVES),
        ("average_precision", [1, 1], [0.2, 0.4], Why.NO_NEGATIVES),
        ("roc_auc", [None, 1], [0.2, math.nan], Why.NO_ROWS),
        ("brier_score", [None, 1], [0.2, math.nan], Why.NO_ROWS),
        ("brier_score", [0, 1], [2.0, 9.0], Why.NO_PROBABILITIES),
        ("mean_score", [0, 1], [-0.5, 0.5], Why.NO_PROBABILITIES),
        ("expected_calibration_error", [0, 1], [0.5, 1.5], Why.NO_PROBABILITIES),
        ("calibration_in_the_large", [0, 1], [-3.0, 3.0], Why.NO_PROBABILITIES),
    ],
)
def test_what_is_undefined_has_a_reason(name, labels, scores, why):
    """No rows, one class, or scores that are no probabilities: no value, and the reason."""
    counts = score_counts(scores, labels)
    metric = METRICS[name]
    assert metric.why(counts.values.sum(axis=0)) is why
    measured = metric.measure(group_cells(counts, groupings("g")[0]).part(0))
    assert math.isnan(measured.value)
    assert not measured.influence.any()


def test_one_score_out_of_range_spoils_calibration_everywhere():
    """Sums may hide a single -0.1, the axis does not, and other groups are not calibrated alone."""
    scores, labels = [0.5, 0.4, 0.6, -0.1, 0.5, 0.5], [0, 1, 0, 1, 0, 1]
    counts = score_counts(scores, labels, ["a"] * 4 + ["b"] * 2)
    for group in (0, 1):
        measured = METRICS["brier_score"].measure(group_cells(counts, groupings("g")[0]).part(group))
        assert math.isnan(measured.value)
        assert measured.why is Why.NO_PROBABILITIES
    slip = score_part([0.2, 1 + 1e-12], [0, 1])
    assert METRICS["brier_score"].measure(slip).value == pytest.approx(0.02)


def test_one_row_of_a_class_has_a_value_but_no_variance():
    """With a single positive nothing shows how positives vary."""
    measured = METRICS["roc_auc"].measure(score_part([0.9, 0.2, 0.4], [1, 0, 0]))
    assert measured.value == 1.0
    assert math.isnan(measured.variance)


def test_metrics_of_scores_are_found_by_name():
    """The catalogue lists them, and the usual ones come unasked."""
    assert [m.name for m in chosen_metrics("default", kind=Kind.SCORES)] == list(DEFAULTS)


# --- properties ---


def measures(counts):
    """Measure everything in every group."""
    cells = group_cells(counts, groupings("g")[0])
    found = [m.measure(cells.part(g)) for g in range(cells.groups) for m in METRICS.values()]
    return np.array([[f.value, f.variance] for f in found])


@given(ROWS, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(rows, random):
    """Rows in any order give the same counts, hence the same measures."""
    mixed = random.sample(rows, len(rows))
    one, two = (score_counts(*zip(*r, strict=True)) for r in (rows, mixed))
    np.testing.assert_array_equal(measures(one), measures(two))


@given(ROWS, st.integers(0, 40))
def test_merged_shards_give_the_measures_of_the_whole(rows, cut):
    """Counts of two shards add up to the counts of all rows, whose measures they give."""
    shards = [part for part in (rows[:cut], rows[cut:]) if part]
    tables = [score_counts(*zip(*part, strict=True)) for part in shards]
    merged = tables[0] if len(tables) == 1 else tables[0] + tables[1]
    np.testing.assert_allclose(measures(merged), measures(score_counts(*zip(*rows, strict=True))), atol=1e-12)


@given(ROWS, st.integers(2, 5))
def test_repeated_rows_keep_values(rows, times):
    """Each row taken several times leaves every value as it was."""
    one, many = (score_counts(*zip(*r, strict=True)) for r in (rows, rows * times))
    np.testing.assert_allclose(measures(one)[:, 0], measures(many)[:, 0], rtol=1e-12, atol=1e-14)


@given(ROWS, st.integers(0, 6))
def test_wider_bins_stay_within_the_bound(rows, power):
    """Merging exact counts into bins moves ranks no farther than the bound of the bins."""
    scores, labels = zip(*rows, strict=True)
    exact, binned = (score_part(scores, labels, width=w) for w in (0.0, 2.0**-power))
    if len(set(labels)) == 2:
        for name, bound in (("roc_auc", binning_bound), ("average_precision", precision_bound)):
            gap = METRICS[name].measure(exact).value - METRICS[name].measure(binned).value
            assert abs(gap) <= bound(binned) + 1e-12


# --- published figures ---


@pytest.mark.realdata
def test_decile_auc_of_compas_is_that_published(real_data):
    """AUC of the decile score for two-year recidivism: .7022, and by race."""
    data = pd.read_csv(real_data / "compas" / "compas-scores-two-years.csv")
    table = pd.crosstab([data["race"], data["decile_score"]], data["two_year_recid"])
    score = table.index.get_level_values("decile_score").to_numpy(float)
    yes, no = table[1].to_numpy(), table[0].to_numpy()
    values = np.column_stack([yes, no, yes * score, no * score, yes * score**2, no * score**2])
    counts = Counts.from_cells(
        Kind.SCORES,
        ["race"],
        [(race,) for race in table.index.get_level_values("race")],
        np.hstack([values, np.zeros((len(values), 3))]),
        axes=[Axis("score", ())],
        axis_cells=[(repr(s),) for s in score.tolist()],
    )
    cells = group_cells(counts, groupings("race")[0])
    races = counts.levels[0]
    auc = METRICS["roc_auc"].measure
    assert round(auc(cells.chosen(np.ones(len(cells.sums), bool))).value, 4) == 0.7022
    for race, published in (("African-American", 0.6918), ("Caucasian", 0.6931), ("Hispanic", 0.6379)):
        assert round(auc(cells.part(races.index(race))).value, 4) == published
    brier = METRICS["brier_score"].measure(cells.part(0))
    assert (math.isnan(brier.value), brier.why) == (True, Why.NO_PROBABILITIES)


# --- coverage ---


def logit_interval(measured):
    """Return the interval of a value between 0 and 1, made on the logit scale."""
    reach = -float(student_quantile(np.asarray(measured.freedom), np.asarray(0.025)))
    slope = 1 / (measured.value * (1 - measured.value))
    middle = math.log(measured.value / (1 - measured.value))
    ends = (middle + sign * reach * slope * math.sqrt(measured.variance) for sign in (-1, 1))
    return tuple(1 / (1 + math.exp(-end)) for end in ends)


@pytest.mark.slow
@pytest.mark.parametrize("rows", [40, 400])
def test_intervals_of_the_auc_cover(rows):
    """Logit intervals from DeLong's variance hold the true AUC in 93 to 97 % of small and larger groups."""
    rng = np.random.default_rng(37)
    shift = 1.0  # normal scores one apart: the true AUC is Φ(1 / √2)
    truth = 0.5 * (1 + math.erf(shift / 2))
    held = []
    for _ in range(1_000):
        labels = np.arange(rows) % 3 == 0
        scores = np.round(rng.normal(shift * labels, 1.0), 3)
        low, high = logit_interval(METRICS["roc_auc"].measure(score_part(scores, labels)))
        held.append(low <= truth <= high)
    assert 0.93 <= np.mean(held) <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("gain", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("rows", [50, 1_000])
def test_limits_of_the_calibration_error_hold(gain, rows):
    """Calibrated, half calibrated and badly calibrated scores: the true error lies inside at least 95 %."""
    rng = np.random.default_rng(41)
    grid = (np.arange(64) + 0.5) / 64
    chance = np.clip(grid + gain * (0.5 - grid) * np.abs(np.sin(20 * grid)), 0, 1)
    truth = np.abs((grid - chance).reshape(16, 4).mean(axis=1)).mean()
    metric = METRICS["expected_calibration_error"]
    held = []
    for _ in range(600):
        pick = rng.integers(0, 64, rows)
        part = score_part(grid[pick], rng.random(rows) < chance[pick])
        low, high = metric.limits(part, 0.95, 1.0)
        held.append(low <= truth <= high)
        assert low <= metric.measure(part).value <= high
    assert np.mean(held) >= 0.95


@pytest.mark.slow
def test_a_small_calibrated_group_is_not_called_badly_calibrated():
    """Noise alone gives 60 rows ten times the calibration error of 3,000; no verdict and no gap follows."""
    rng = np.random.default_rng(47)
    groups, found = np.where(np.arange(3_060) < 60, "small", "large"), []
    for _ in range(25):
        scores = np.round(rng.beta(2, 2, 3_060), 2)
        labels = rng.random(3_060) < scores
        counts = score_counts(scores, labels, groups)
        report = fairkit.evaluate(counts, by="g", metrics=["expected_calibration_error"])
        found += [f for f in report.findings if f.group == "g=small"]
    assert np.mean([f.value for f in found]) > 0.08
    assert not any(f.excludes_zero or f.verdict is Verdict.DISPARITY for f in found)


def test_limits_of_the_calibration_error_know_the_size_of_a_group():
    """A calibrated small group looks worse than a large one, but only its limits reach 0 and far up."""
    rng = np.random.default_rng(43)
    metric = METRICS["expected_calibration_error"]
    found = {}
    for rows in (60, 6_000):
        scores = np.round(rng.random(rows), 2)
        part = score_part(scores, rng.random(rows) < scores)
        found[rows] = (metric.measure(part).value, *metric.limits(part, 0.95, 1.0))
        half = metric.limits(part, 0.95, 0.5)
        assert half[1] > found[rows][2]
    assert found[60][0] > 0.1
    assert found[6_000][0] < 0.03
    assert found[60][1] == found[6_000][1] == 0.0
    assert found[6_000][2] < 0.04
