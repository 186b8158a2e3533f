"""Several models on the same rows: textbook values, honest verdicts, and what must not change them."""

import numpy as np
import pytest
from scipy.stats import norm
from scipy.stats import t as student
from statsmodels.stats.contingency_tables import mcnemar

from fairkit.corrections import Correction
from fairkit.counts import Axis, Counts, Kind
from fairkit.errors import UsageError
from fairkit.groups import Grouping, groupings
from fairkit.inference import guarded_tango, tango
from fairkit.metrics import CATALOGUE, metric
from fairkit.models import gap_changes, model_contrasts
from fairkit.pairs.families import model_pairs
from fairkit.pairs.values import compared

SEX = groupings("sex")[0]
WORDS = np.array([["tn", "fp"], ["fn", "tp"]])


def _outcomes(labels, *decisions, sex=None, weights=None, clusters=None, names=("old", "new", "third")):
    """Count rows of several two-class models, one cell a row."""
    n = len(labels)
    labels = np.asarray(labels)
    cells = list(zip(*(WORDS[labels, np.asarray(d)] for d in decisions), strict=True))
    w = np.ones(n) if weights is None else np.asarray(weights, float)
    return Counts.from_cells(
        Kind.OUTCOMES,
        ["sex"],
        [("F",)] * n if sex is None else [(s,) for s in sex],
        w[:, None] if weights is not None else w[:, None].astype(int),
        squares=None if weights is None else w[:, None] ** 2,
        rows=None if weights is None else np.ones((n, 1), int),
        clusters=None if clusters is None else [str(c) for c in clusters],
        axes=[Axis(name, ()) for name in names[: len(decisions)]],
        axis_cells=[tuple(str(word) for word in cell) for cell in cells],
    )


def _scores(labels, first, second, sex=None):
    n = len(labels)
    values = np.zeros((n, 9))
    values[np.arange(n), np.where(labels, 0, 1)] = 1
    return Counts.from_cells(
        Kind.SCORES,
        ["sex"],
        [("F",)] * n if sex is None else [(s,) for s in sex],
        values,
        axes=[Axis("score:old", ()), Axis("score:new", ())],
        axis_cells=[(repr(float(a)), repr(float(b))) for a, b in zip(first, second, strict=True)],
    )


def _random(seed, n=400, share=0.75):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, n)
    old, new = (np.where(rng.random(n) < share, labels, 1 - labels) for _ in range(2))
    return labels, old, new, rng


def _one(counts, name, kind=Kind.CONFUSION, **options):
    (found,) = model_contrasts(counts, SEX, [metric(name, kind=kind)], overall=False, **options)
    return found


def test_accuracy_is_compared_on_discordant_rows():
    """One group and one metric: Tango's interval and McNemar's mid-p on the rows where one model is right."""
    labels, old, new, _ = _random(1)
    found = _one(_outcomes(labels, old, new), "accuracy")
    b, c = int(((new == labels) & (old != labels)).sum()), int(((old == labels) & (new != labels)).sum())
    low, high = tango(b, c, 400)
    assert (found.model, found.against, found.method) == ("new", "old", "paired-tango")
    assert (found.value, found.low, found.high) == pytest.approx(((b - c) / 400, float(low), float(high)))
    assert (found.n, found.discordant) == (400, b + c)
    exact = mcnemar([[0, b], [c, 0]], exact=True).pvalue
    assert exact / 2 < found.p_value < exact


@pytest.mark.parametrize("name", ["true_positive_rate", "false_negative_rate", "true_negative_rate"])
def test_rates_of_one_label_stand_on_its_rows(name):
    """A rate of positives is compared on the positives, one of negatives on the negatives."""
    labels, old, new, _ = _random(2)
    found = _one(_outcomes(labels, old, new), name)
    own = labels == (0 if "negative_rate" in name and name.startswith("true") else 1)
    wanted = {"true_positive_rate": 1, "false_negative_rate": 0, "true_negative_rate": 0}[name]
    first, second = old[own] == wanted, new[own] == wanted
    assert found.n == own.sum()
    assert found.value == pytest.approx(second.mean() - first.mean())
    low, high = tango((second & ~first).sum(), (first & ~second).sum(), own.sum())
    assert (found.low, found.high) == pytest.approx((float(low), float(high)))


def test_several_groups_are_a_family():
    """Over several groups the guarded interval at Holm's level decides, and all rows are a family alone."""
    labels, old, new, rng = _random(3, 900)
    sex = rng.choice(["F", "M", "X"], 900)
    found = model_contrasts(_outcomes(labels, old, new, sex=sex), SEX, [metric("accuracy")])
    assert [one.group for one in found] == ["sex=F", "sex=M", "sex=X", "all"]
    for one in found[:3]:
        assert one.level == pytest.approx(1 - 0.05 / 3)
        assert one.method == "paired-guarded-tango"
        own = sex == one.group[-1]
        b = ((new == labels) & (old != labels))[own].sum()
        c = ((old == labels) & (new != labels))[own].sum()
        limits = guarded_tango(b, c, own.sum(), confidence=1 - 0.05 / 3)
        assert (one.low, one.high) == pytest.approx((float(limits.low), float(limits.high)))
    assert (found[3].level, found[3].method) == (0.95, "paired-tango")
    p = sorted(one.p_value for one in found[:3])
    assert min(one.p_adjusted for one in found[:3]) == pytest.approx(min(3 * p[0], 1))


@pytest.mark.parametrize(
    ("gained", "lost", "n", "verdict", "no_worse"),
    [
        (120, 10, 1000, "better", True),
        (10, 120, 1000, "worse", False),
        (20, 18, 4000, "equivalent", True),
        (60, 20, 1000, "inconclusive", True),
        (30, 30, 100, "inconclusive", False),
    ],
)
def test_verdicts_of_a_higher_is_better_metric(gained, lost, n, verdict, no_worse):
    """Better and worse lie beyond the margin, equivalent inside; no worse asks for the lower limit only."""
    labels = np.ones(n, int)
    old = np.r_[np.zeros(gained, int), np.ones(n - gained, int)]
    new = np.r_[np.ones(n - lost, int), np.zeros(lost, int)]
    found = _one(_outcomes(labels, old, new), "true_positive_rate")
    assert (found.verdict, found.no_worse) == (verdict, no_worse)
    assert found.reason == ("too-few-rows" if verdict == "inconclusive" else None)


def test_verdicts_know_which_way_is_good():
    """A lower false positive rate is better; a metric that is good in neither direction is only higher."""
    labels = np.zeros(1000, int)
    old, new = np.r_[np.ones(300, int), np.zeros(700, int)], np.zeros(1000, int)
    found = _one(_outcomes(labels, old, new), "false_positive_rate")
    assert (found.verdict, found.no_worse) == ("better", True)
    rates = _scores(np.arange(400) % 2, np.full(400, 0.2), np.linspace(0.4, 0.6, 400))
    shift = _one(rates, "mean_score", Kind.SCORES)
    assert (shift.verdict, shift.no_worse) == ("higher", None)


def test_a_model_compared_with_itself_is_equivalent_given_rows():
    """No discordant row is no certainty: 20 rows show nothing, 2,000 show equivalence."""
    for n, verdict in ((20, "inconclusive"), (2000, "equivalent")):
        labels, old, _, _ = _random(4, n)
        for name in ("accuracy", "positive_predictive_value", "f1_score", "balanced_accuracy"):
            found = _one(_outcomes(labels, old, old), name)
            assert found.value == 0
            assert found.low < 0 < found.high
            assert found.verdict == verdict
            assert found.discordant == 0


@pytest.mark.parametrize("name", ["positive_predictive_value", "f1_score", "balanced_accuracy"])
def test_other_metrics_agree_with_the_jackknife(name):
    """The variance of a paired difference is that of leaving out one row after the other."""
    labels, old, new, _ = _random(5, 300)
    m = metric(name)

    def value(decided, keep):
        y, d = labels[keep], decided[keep]
        tp, fp, fn, tn = ((y == a) & (d == b) for a, b in ((1, 1), (0, 1), (1, 0), (0, 0)))
        return float(m.values(np.array([x.sum() for x in (tp, fp, fn, tn)] + [0, 0, 0])))

    every = np.ones(300, bool)
    moved = []
    for i in range(300):
        keep = every.copy()
        keep[i] = False
        moved.append(value(new, keep) - value(old, keep))
    jackknife = 299 / 300 * ((np.array(moved) - np.mean(moved)) ** 2).sum()
    (pair,) = model_pairs(_outcomes(labels, old, new), SEX, [m], None, every_pair=False)
    found = compared(pair.rows, m)
    assert found.second - found.first == pytest.approx(value(new, every) - value(old, every))
    assert found.difference.variance == pytest.approx(jackknife, rel=0.03)


def _delong(labels, first, second):
    """Compare two areas by DeLong, Delong & Clarke-Pearson, from midranks (Sun & Xu 2014)."""
    from scipy.stats import rankdata

    positive = labels == 1
    m, n = positive.sum(), (~positive).sum()
    v10, v01, area = [], [], []
    for score in (first, second):
        every = rankdata(score)
        v10.append((every[positive] - rankdata(score[positive])) / n)
        v01.append(1 - (every[~positive] - rankdata(score[~positive])) / m)
        area.append(v10[-1].mean())
    covariance = np.cov(v10) / m + np.cov(v01) / n
    return area[1] - area[0], covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]


@pytest.mark.parametrize("digits", [1, 6])
def test_areas_are_compared_as_by_delong(digits):
    """Difference and variance of two areas under ROC curves on the same rows, with ties and without."""
    rng = np.random.default_rng(6)
    labels = rng.integers(0, 2, 250)
    common = labels + rng.normal(0, 1, 250)
    first, second = (np.round(common + rng.normal(0, s, 250), digits) + 0.0 for s in (1.0, 0.6))
    counts = _scores(labels, first, second)
    value, variance = _delong(labels, first, second)
    (pair,) = model_pairs(counts, SEX, [metric("roc_auc", kind=Kind.SCORES)], None, every_pair=False)
    found = compared(pair.rows, pair.metric)
    assert found.second - found.first == pytest.approx(value)
    assert found.difference.variance == pytest.approx(variance)
    contrast = _one(counts, "roc_auc", Kind.SCORES)
    reach = (contrast.high - contrast.low) / 2
    assert norm.ppf(0.975) < reach / np.sqrt(variance) < student.ppf(0.975, 60)


def test_brier_scores_are_compared_as_paired_means():
    """The Brier score is a mean over rows, so that its paired difference is that of a paired t-test."""
    rng = np.random.default_rng(7)
    labels = rng.integers(0, 2, 300)
    first, second = (np.round(rng.random(300), 3) for _ in range(2))
    loss = (second - labels) ** 2 - (first - labels) ** 2
    (pair,) = model_pairs(
        _scores(labels, first, second),
        SEX,
        [metric("brier_score", kind=Kind.SCORES)],
        None,
        every_pair=False,
    )
    found = compared(pair.rows, pair.metric)
    assert found.second - found.first == pytest.approx(loss.mean())
    assert found.difference.variance == pytest.approx(loss.var(ddof=1) / 300)


def test_classes_are_compared_together_and_one_by_one():
    """Accuracy and macro means are compared over all classes, rates for each class under its name."""
    rng = np.random.default_rng(8)
    labels = rng.choice(["cat", "cow", "dog"], 500)
    old, new = (np.where(rng.random(500) < 0.7, labels, rng.choice(["cat", "cow", "dog"], 500)) for _ in "ab")
    counts = Counts.from_cells(
        Kind.CLASSES,
        ["sex"],
        [("F",)] * 500,
        np.tile([1, 0, 0, 0], (500, 1)),
        axes=[Axis(name, ()) for name in ("label", "decision:old", "decision:new")],
        axis_cells=[tuple(map(str, cell)) for cell in zip(labels, old, new, strict=True)],
    )
    wanted = [
        metric("accuracy", kind=Kind.AGREEMENT),
        metric("macro_f1_score", kind=Kind.CLASSES),
        metric("true_positive_rate"),
    ]
    found = {one.metric: one for one in model_contrasts(counts, SEX, wanted, overall=False)}
    assert list(found) == [
        "accuracy",
        "macro_f1_score",
        *(f"true_positive_rate[{name}]" for name in ("cat", "cow", "dog")),
    ]
    assert found["accuracy"].value == pytest.approx((new == labels).mean() - (old == labels).mean())
    cat = labels == "cat"
    assert found["true_positive_rate[cat]"].n == cat.sum()
    assert found["true_positive_rate[cat]"].value == pytest.approx(
        (new[cat] == "cat").mean() - (old[cat] == "cat").mean()
    )
    assert found["macro_f1_score"].discordant == (old != new).sum()


def test_weights_of_one_size_change_nothing_but_the_test():
    """Rows that all weigh the same have the values and limits of unweighted rows."""
    labels, old, new, _ = _random(9)
    plain, weighted = (_outcomes(labels, old, new, weights=w) for w in (None, np.full(400, 2.5)))
    for name in ("accuracy", "positive_predictive_value", "balanced_accuracy"):
        one, two = _one(plain, name), _one(weighted, name)
        assert (two.value, two.low, two.high) == pytest.approx((one.value, one.low, one.high))
        assert (two.n, two.discordant) == (one.n, one.discordant)


def test_weights_that_differ_cost_rows():
    """Unequal weights widen the interval as Kish's effective size does, about."""
    labels, old, new, rng = _random(10, 2000)
    weights = rng.choice([0.2, 1.8], 2000)
    plain, weighted = (_one(_outcomes(labels, old, new, weights=w), "accuracy") for w in (None, weights))
    kish = weights.sum() ** 2 / (weights**2).sum() / 2000
    ratio = (plain.high - plain.low) / (weighted.high - weighted.low)
    assert ratio**2 == pytest.approx(kish, rel=0.1)


@pytest.mark.parametrize("name", ["accuracy", "positive_predictive_value"])
def test_clusters_that_agree_count_once(name):
    """Ten copies of every row in a cluster tell about as much as the rows themselves, not more."""
    labels, old, new, _ = _random(11, 300)
    single = _one(_outcomes(labels, old, new), name)
    tenfold = [np.repeat(x, 10) for x in (labels, old, new)]
    copied = _one(_outcomes(*tenfold, clusters=np.repeat(np.arange(300), 10)), name)
    naive = _one(_outcomes(*tenfold), name)
    assert copied.value == pytest.approx(single.value)
    assert (copied.high - copied.low) == pytest.approx(single.high - single.low, rel=0.12)
    assert (naive.high - naive.low) < 0.4 * (copied.high - copied.low)
    assert copied.method.startswith("cluster-")


def test_two_clusters_give_no_interval():
    """Below three clusters a difference has no interval, and says so."""
    labels, old, new, _ = _random(12, 60)
    found = _one(_outcomes(labels, old, new, clusters=np.arange(60) % 2), "accuracy")
    assert (found.low, found.verdict, found.reason) == (None, "inconclusive", "too-few-clusters")
    assert found.no_worse is False


def test_what_is_undefined_has_a_reason():
    """A model that selects nobody has no precision, and equal scores no variation."""
    labels, old, _, _ = _random(13, 50)
    found = _one(_outcomes(labels, old, 0 * old), "positive_predictive_value")
    assert (found.value, found.verdict, found.reason) == (None, "inconclusive", "no-predicted-positives")
    same = np.linspace(0.1, 0.9, 50)
    flat = _one(_scores(labels, same, same), "brier_score", Kind.SCORES)
    assert (flat.value, flat.low, flat.reason) == (0.0, None, "no-variation")


def test_rows_that_one_model_left_undecided_are_not_compared():
    """Only rows with both decisions count, for the value as for the interval."""
    counts = Counts.from_cells(
        Kind.OUTCOMES,
        ["sex"],
        [("F",)] * 4,
        [[50], [10], [5], [90]],
        axes=[Axis("old", ()), Axis("new", ())],
        axis_cells=[("tp", "tp"), ("fn", "tp"), ("tp", "fn"), ("fp", None)],
    )
    found = _one(counts, "accuracy")
    assert (found.n, found.discordant, found.value) == (65, 15, pytest.approx(5 / 65))


def test_ratios_are_those_of_the_values():
    """A ratio is the value of one model over the other's, and its interval holds it."""
    labels, old, new, _ = _random(14)
    for name in ("selection_rate", "positive_predictive_value"):
        difference = _one(_outcomes(labels, old, new), name)
        ratio = _one(_outcomes(labels, old, new), name, compare="ratio")
        assert ratio.low < ratio.value < ratio.high
        assert (ratio.value > 1) == (difference.value > 0)
        assert ratio.margin == (0.8, 1.25)
    same = _one(_outcomes(labels, old, old), "selection_rate", compare="ratio")
    assert same.value == 1
    assert same.low < 1 < same.high


def test_models_are_compared_with_the_first_a_named_one_or_all():
    """Three models make two pairs with a baseline and three in all."""
    labels, old, new, rng = _random(15)
    third = np.where(rng.random(400) < 0.6, labels, 1 - labels)
    counts = _outcomes(labels, old, new, third)

    def pairs(**options):
        found = model_contrasts(counts, SEX, [metric("accuracy")], overall=False, **options)
        return [(one.model, one.against) for one in found]

    assert pairs() == [("new", "old"), ("third", "old")]
    assert pairs(baseline="new") == [("old", "new"), ("third", "new")]
    assert pairs(every_pair=True) == [("new", "old"), ("third", "old"), ("third", "new")]


def test_swapping_the_models_turns_the_sign():
    """What is better one way is worse the other way, with the same interval turned around."""
    labels, old, new, _ = _random(16)
    counts = _outcomes(labels, old, new)
    for m in CATALOGUE[Kind.CONFUSION].values():
        if m.name == "prevalence":
            continue
        there, back = _one(counts, m.name), _one(counts, m.name, baseline="new")
        assert (there.low, there.high) == pytest.approx((-back.high, -back.low))


def test_what_says_nothing_about_a_model_is_not_compared():
    """The prevalence of positives is the same under any model, and is left out."""
    labels, old, new, _ = _random(17, 60)
    assert model_contrasts(_outcomes(labels, old, new), SEX, [metric("prevalence")]) == ()


def test_what_no_standard_error_describes_is_not_compared():
    """A calibration error lies above its truth by noise, so that the difference of two has no interval."""
    counts = _scores(np.arange(60) % 2, np.linspace(0, 1, 60), np.linspace(0.1, 0.9, 60))
    wanted = [metric(name, kind=Kind.SCORES) for name in ("expected_calibration_error", "roc_auc")]
    assert [one.metric for one in model_contrasts(counts, SEX, wanted, overall=False)] == ["roc_auc"]


def test_names_of_views_are_understood():
    """Metrics may come as they were chosen for the views of each model, and are compared once."""
    import dataclasses

    labels, old, new, _ = _random(18, 60)
    named = [dataclasses.replace(metric("accuracy"), name=f"accuracy[{name}]") for name in ("old", "new")]
    found = model_contrasts(_outcomes(labels, old, new), SEX, named, overall=False)
    assert [one.metric for one in found] == ["accuracy"]


def test_questions_that_make_no_sense_are_refused():
    """One model, an unknown baseline, foreign metrics and lost clusters are said, all at once."""
    labels, old, new, _ = _random(19, 60)
    two = _outcomes(labels, old, new, clusters=np.arange(60))
    with pytest.raises(UsageError, match="two or more"):
        model_contrasts(_outcomes(labels, old), SEX, [metric("accuracy")])
    with pytest.raises(UsageError) as caught:
        model_contrasts(two.marginal(["sex"]), SEX, [metric("roc_auc", kind=Kind.SCORES)], baseline="nwe")
    assert len(caught.value.problems) == 3
    assert "Did you mean 'new'" in caught.value.problems[0]


def test_corrections_other_than_holm():
    """Intervals are narrowest without a correction, and widest with Holm's."""
    labels, old, new, rng = _random(20, 900)
    counts = _outcomes(labels, old, new, sex=rng.choice(["F", "M", "X"], 900))

    def widths(correction):
        found = model_contrasts(counts, SEX, [metric("accuracy")], overall=False, correction=correction)
        return np.array([one.high - one.low for one in found])

    holm, bh, none, max_t = (
        widths(Correction(name)) for name in ("holm", "benjamini-hochberg", "none", "max-t")
    )
    assert (none < bh + 1e-12).all()
    assert (bh <= holm + 1e-12).all()
    assert (max_t == holm).all()


# --- gaps ---


def test_a_gap_changes_by_the_difference_of_two_differences():
    """The change of a gap is that of the group less that of all others, with limits by MOVER."""
    labels, old, new, rng = _random(21, 1200)
    sex = rng.choice(["F", "M", "X"], 1200)
    counts = _outcomes(labels, old, new, sex=sex)
    found = gap_changes(counts, SEX, [metric("accuracy")])
    right = [(d == labels) for d in (old, new)]
    for one in found:
        own = sex == one.group[-1]
        before, after = (r[own].mean() - r[~own].mean() for r in right)
        assert (one.before, one.after) == pytest.approx((before, after))
        assert one.value == pytest.approx(after - before)
        assert one.low < one.value < one.high
        variance = sum((right[1][s].astype(float) - right[0][s]).var(ddof=1) / s.sum() for s in (own, ~own))
        reach = norm.ppf(1 - 0.05 / 6) * np.sqrt(variance)
        assert (one.high - one.low) / 2 == pytest.approx(reach, rel=0.05)


def test_two_groups_mirror_each_other():
    """With two groups both changes of the gap are one question, and are not corrected for."""
    labels, old, new, rng = _random(22, 800)
    one, two = gap_changes(
        _outcomes(labels, old, new, sex=rng.choice(["F", "M"], 800)), SEX, [metric("accuracy")]
    )
    assert (one.low, one.high) == pytest.approx((-two.high, -two.low))
    assert one.level == two.level == 0.95


@pytest.mark.parametrize(("hurt", "verdict"), [("F", "widened"), ("M", "narrowed")])
def test_a_gap_widens_or_narrows(hurt, verdict):
    """Taking hits from the group that has fewer widens the gap, from the other narrows it."""
    n = 2000
    sex = np.repeat(["F", "M"], n)
    labels = np.ones(2 * n, int)
    old = np.r_[np.arange(n) % 10 < 6, np.arange(n) % 10 < 9].astype(int)
    new = old * ~((sex == hurt) & (np.arange(2 * n) % 10 < 2))
    found = gap_changes(_outcomes(labels, old, new, sex=sex), SEX, [metric("true_positive_rate")])
    assert {one.verdict for one in found} == {verdict}


def test_a_gap_that_stays_is_unchanged():
    """Equal changes in both groups leave the gap where it was, given rows enough."""
    labels, old, new, rng = _random(23, 20_000)
    found = gap_changes(
        _outcomes(labels, old, new, sex=rng.choice(["F", "M"], 20_000)), SEX, [metric("accuracy")]
    )
    assert {one.verdict for one in found} == {"unchanged"}


def test_clusters_in_both_groups_pull_the_gap_once():
    """People whose rows lie in both groups may move both values without moving the gap."""
    rng = np.random.default_rng(24)
    people = np.repeat(np.arange(150), 20)
    sex = np.tile(["F", "M"], 1500)
    taste = rng.random(150)[people] < 0.5
    labels = np.ones(3000, int)
    old = np.ones(3000, int)
    new = np.where(taste & (rng.random(3000) < 0.9), 0, 1)
    counts = _outcomes(labels, old, new, sex=sex, clusters=people)
    (one, _) = gap_changes(counts, SEX, [metric("true_positive_rate")])
    changes = model_contrasts(counts, SEX, [metric("true_positive_rate")], overall=False)
    assert one.low < 0 < one.high
    assert all(change.high < 0 for change in changes)


# --- simulations ---


@pytest.mark.slow
@pytest.mark.parametrize("name", ["accuracy", "positive_predictive_value"])
def test_equal_models_are_rarely_told_apart(name):
    """Of 12 groups of 60 rows under equal models, any false exclusion of 0 happens in at most 5 % of runs."""
    rng = np.random.default_rng(30)
    many = Grouping(groupings("sex")[0].attributes)
    false, runs = 0, 200
    sex = np.repeat([f"g{i}" for i in range(12)], 60)
    for _ in range(runs):
        labels = rng.integers(0, 2, 720)
        common = rng.random(720) < 0.6
        first, second = (np.where(rng.random(720) < 0.75, labels, 1 - labels) for _ in range(2))
        counts = _outcomes(labels, first, np.where(common, first, second), sex=sex)
        found = model_contrasts(
            counts, many, [metric(name)], overall=False, margins={"difference": (0.0, 0.0)}
        )
        false += any(one.verdict in ("better", "worse") for one in found)
    assert false / runs <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / runs)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["accuracy", "true_positive_rate", "positive_predictive_value", "f1_score"])
def test_single_intervals_cover(name):
    """A 95 % interval of one paired difference covers the truth in 93 to 98 of 100 samples of 120 rows."""
    rng = np.random.default_rng(31)
    cells = [(a, b) for a in ("tp", "fn") for b in ("tp", "fn")] + [
        (a, b) for a in ("fp", "tn") for b in ("fp", "tn")
    ]
    share = np.array([0.3, 0.05, 0.1, 0.1, 0.08, 0.04, 0.07, 0.26])
    m = metric(name)
    order = ("tp", "fp", "fn", "tn")
    sums = [
        [sum(p for p, cell in zip(share, cells, strict=True) if cell[i] == f) for f in order] for i in (0, 1)
    ]
    first, second = (float(m.values(np.array([*own, 0, 0, 0]))) for own in sums)
    covered, runs = 0, 800
    for _ in range(runs):
        drawn = rng.multinomial(120, share)
        counts = Counts.from_cells(
            Kind.OUTCOMES, ["sex"], [("F",)] * 8, drawn[:, None], axes=[Axis("old", ()), Axis("new", ())],
            axis_cells=cells,
        )  # fmt: skip
        found = _one(counts, name)
        covered += found.low <= second - first <= found.high
    assert 0.93 <= covered / runs <= 0.98


@pytest.mark.slow
@pytest.mark.parametrize("clusters", [8, 40])
def test_clustered_intervals_cover(clusters):
    """With people who differ in which model suits them, intervals cover in 93 of 100 samples or more."""
    rng = np.random.default_rng(32)
    covered, runs = 0, 400
    for _ in range(runs):
        people = np.repeat(np.arange(clusters), 10)
        suits = np.clip(rng.normal(0.15, 0.12, clusters), 0, 0.5)[people]
        labels = np.ones(len(people), int)
        draw = rng.random(len(people))
        old, new = np.where(draw < suits, 0, 1), np.where(draw > 0.9, 0, 1)
        found = _one(_outcomes(labels, old, new, clusters=people), "accuracy")
        truth = np.clip(norm.ppf((np.arange(20_000) + 0.5) / 20_000) * 0.12 + 0.15, 0, 0.5).mean() - 0.1
        covered += found.low <= truth <= found.high
    assert covered / runs >= 0.93


def test_there_is_no_ratio_of_what_may_be_negative():
    """Kappa has a difference only, and says so; F1 has both."""
    cells = [("cat", "cat", "cat"), ("dog", "cat", "dog"), ("cat", "dog", "cat"), ("dog", "dog", "dog")]
    counts = Counts.from_cells(
        Kind.CLASSES,
        [],
        [()] * 4,
        [[60, 0, 0, 0], [30, 0, 0, 0], [20, 0, 0, 0], [50, 0, 0, 0]],
        axes=[Axis("label", ()), Axis("decision:old", ()), Axis("decision:new", ())],
        axis_cells=cells,
    )
    metrics = [CATALOGUE[Kind.CLASSES][name] for name in ("cohen_kappa", "macro_f1_score")]
    found = {
        c.metric: c
        for c in model_contrasts(counts, Grouping(()), metrics, compare="ratio")
        if c.group == "all"
    }
    assert (found["cohen_kappa"].value, found["cohen_kappa"].reason) == (None, "no-ratio")
    assert found["macro_f1_score"].value > 1
