"""Metrics of several classes and of several outputs: scikit-learn's values, and honest variances."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from fairkit.counts import Axis, Kind
from fairkit.metrics import CATALOGUE, Part, Why

CLASSES = ("cat", "cow", "dog", "hen")
BY_CLASS = CATALOGUE[Kind.CLASSES]
BY_OUTPUT = CATALOGUE[Kind.OUTCOMES]

SKLEARN = {
    "macro_true_positive_rate": lambda y, d, w: sk.recall_score(y, d, average="macro", sample_weight=w),
    "macro_positive_predictive_value": lambda y, d, w: sk.precision_score(
        y, d, average="macro", sample_weight=w
    ),
    "macro_f1_score": lambda y, d, w: sk.f1_score(y, d, average="macro", sample_weight=w),
    "weighted_f1_score": lambda y, d, w: sk.f1_score(y, d, average="weighted", sample_weight=w),
    "cohen_kappa": lambda y, d, w: sk.cohen_kappa_score(y, d, sample_weight=w),
    "matthews_corrcoef": lambda y, d, w: sk.matthews_corrcoef(y, d, sample_weight=w),
}


def _part(labels, decisions, weights=None, levels=CLASSES):
    """Count rows by pair of classes, each pair in two cells, which a part may have."""
    axes = (Axis("label", levels), Axis("decision", levels))
    place = {level: i for i, level in enumerate(levels)}
    codes = np.array([(place[a], place[b]) for a, b in zip(labels, decisions, strict=True)], np.int64)
    w = np.ones(len(codes)) if weights is None else np.asarray(weights, float)
    return Part(Kind.CLASSES, axes, codes, w[:, None], None if weights is None else (w**2)[:, None])


def _rows(seed, n=200, classes=CLASSES):
    rng = np.random.default_rng(seed)
    labels = rng.choice(classes, n)
    noise = rng.choice(classes, n)
    return labels, np.where(rng.random(n) < 0.6, labels, noise), rng.integers(1, 5, n) / 2


def test_the_family_is_known_by_its_oracle():
    """Every metric of several classes is compared with scikit-learn's below."""
    assert set(SKLEARN) == set(BY_CLASS)


@pytest.mark.parametrize("name", SKLEARN)
@pytest.mark.parametrize("weighted", [False, True])
def test_values_are_those_of_scikit_learn(name, weighted):
    """Where every class is labelled and decided, all values agree with scikit-learn's."""
    for seed in range(5):
        labels, decisions, weights = _rows(seed)
        w = weights if weighted else None
        found = BY_CLASS[name].measure(_part(labels, decisions, w))
        assert found.value == pytest.approx(SKLEARN[name](labels, decisions, w), abs=1e-12)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(CLASSES), st.sampled_from(CLASSES)), min_size=1, max_size=12))
def test_means_leave_out_what_scikit_learn_counts_as_zero(rows):
    """Classes without labels have no true positive rate: balanced accuracy agrees, macro recall need not.

    F1 is defined for every class that occurs, so its means agree with scikit-learn's always; the positive
    predictive value is averaged over the classes decided.
    """
    labels, decisions = zip(*rows, strict=True)
    part = _part(labels, decisions)
    right = {c: sum(a == b == c for a, b in rows) for c in CLASSES}
    recalls = [right[c] / labels.count(c) for c in CLASSES if c in labels]
    precisions = [right[c] / decisions.count(c) for c in CLASSES if c in decisions]
    value = {name: metric.measure(part).value for name, metric in BY_CLASS.items()}
    assert value["macro_true_positive_rate"] == pytest.approx(np.mean(recalls))
    assert value["macro_positive_predictive_value"] == pytest.approx(np.mean(precisions))
    for name in ("macro_f1_score", "weighted_f1_score"):
        assert value[name] == pytest.approx(SKLEARN[name](labels, decisions, None))


def test_a_class_that_a_group_lacks_does_not_pull_its_mean_down():
    """A class without labels has recall 0 for scikit-learn; here it is left out, as in balanced accuracy."""
    labels, decisions = ["cat", "cat", "dog"], ["cat", "cow", "dog"]
    value = BY_CLASS["macro_true_positive_rate"].measure(_part(labels, decisions)).value
    assert value == pytest.approx(0.75)
    assert sk.recall_score(labels, decisions, average="macro", zero_division=0) == pytest.approx(0.5)


def test_correlations_of_a_constant_have_no_value():
    """Kappa of one class, and correlation with constant labels or decisions, are undefined and say why."""
    one = _part(["cat"] * 5, ["cat"] * 5)
    assert np.isnan(BY_CLASS["cohen_kappa"].measure(one).value)
    assert BY_CLASS["cohen_kappa"].measure(one).why is Why.NO_VARIATION
    constant_label = _part(["cat"] * 3, ["cat", "dog", "dog"])
    assert BY_CLASS["matthews_corrcoef"].measure(constant_label).why is Why.CONSTANT_LABEL
    assert BY_CLASS["cohen_kappa"].measure(constant_label).value == pytest.approx(0.0)
    constant_decision = _part(["cat", "dog", "dog"], ["cat"] * 3)
    assert BY_CLASS["matthews_corrcoef"].measure(constant_decision).why is Why.NO_VARIATION


@pytest.mark.parametrize("name", [*BY_CLASS, *(f"[{name}]" for name in BY_OUTPUT)])
def test_no_rows_give_no_value(name):
    """A part without rows has no value and no influence, whatever the metric."""
    metric, part = _metric_and_part(name, n=0)
    found = metric.measure(part)
    assert np.isnan(found.value)
    assert np.isnan(found.variance)
    assert found.influence.shape == (0, 1)


@pytest.mark.parametrize("name", [*BY_CLASS, *(f"[{name}]" for name in BY_OUTPUT)])
@pytest.mark.parametrize("weighted", [False, True])
def test_influence_is_the_gradient(name, weighted):
    """Growing one cell a little moves the value by the cell's influence."""
    metric, part = _metric_and_part(name, weighted=weighted)
    found = metric.measure(part)
    step = 1e-6
    for cell in range(0, len(part.sums), 17):
        sums = part.sums.copy()
        sums[cell] += step
        moved = metric.measure(Part(part.kind, part.axes, part.codes, sums, part.squares)).value
        assert (moved - found.value) / step == pytest.approx(found.influence[cell, 0], abs=1e-5)


@pytest.mark.parametrize("name", [*BY_CLASS, *(f"[{name}]" for name in BY_OUTPUT)])
def test_variance_is_that_of_the_jackknife(name):
    """With rows enough the variance agrees with the jackknife over rows, which knows no formula."""
    metric, part = _metric_and_part(name, n=400)
    found = metric.measure(part)
    n = len(part.sums)
    left_out = np.array([metric.measure(_without(part, row)).value for row in range(n)])
    jackknife = (n - 1) / n * ((left_out - left_out.mean()) ** 2).sum()
    assert found.variance == pytest.approx(jackknife, rel=0.03)
    assert found.freedom == pytest.approx(n - 1)


@pytest.mark.parametrize("name", [*BY_CLASS, *(f"[{name}]" for name in BY_OUTPUT)])
def test_weights_of_one_size_change_nothing(name):
    """Rows that all weigh the same give the value, variance and freedom of unweighted rows."""
    metric, part = _metric_and_part(name)
    doubled = Part(part.kind, part.axes, part.codes, part.sums * 2, part.sums * 4)
    one, two = metric.measure(part), metric.measure(doubled)
    assert two.value == pytest.approx(one.value)
    assert two.variance == pytest.approx(one.variance)
    assert two.freedom == pytest.approx(one.freedom)
    assert two.influence == pytest.approx(one.influence / 2)


def test_a_class_without_errors_is_not_certain():
    """A mean over classes that are all right has a variance, the larger the fewer rows there are."""
    few, many = (
        BY_CLASS["macro_true_positive_rate"].measure(_part(["cat", "dog"] * n, ["cat", "dog"] * n))
        for n in (3, 300)
    )
    assert few.value == many.value == 1
    assert few.variance > 20 * many.variance > 0


@pytest.mark.parametrize("name", ["macro_f1_score", "weighted_f1_score", "macro_positive_predictive_value"])
@pytest.mark.parametrize("n", [3, 7, 30])
def test_all_right_is_exactly_one(name, n):
    """A mean of shares that are all 1 is 1 to the last digit, and has a variance."""
    found = BY_CLASS[name].measure(_part(["cat", "cow", "dog"] * n, ["cat", "cow", "dog"] * n))
    assert found.value == 1.0
    assert 0 < found.variance < 1 / n


@pytest.mark.parametrize("name", ["cohen_kappa", "matthews_corrcoef"])
def test_perfect_agreement_shows_no_variation(name):
    """Kappa and correlation of rows that all agree are 1 with a variance of 0, hence no interval."""
    found = BY_CLASS[name].measure(_part(["cat", "cow", "dog"] * 7, ["cat", "cow", "dog"] * 7))
    assert found.value == pytest.approx(1.0)
    assert found.variance == 0


def test_a_rare_class_lends_its_uncertainty_to_the_mean():
    """One class of three rows decides how sure the mean over classes is, however large the others are."""
    labels = ["cat"] * 1000 + ["dog"] * 3
    decisions = ["cat"] * 900 + ["dog"] * 100 + ["dog", "dog", "cat"]
    found = BY_CLASS["macro_true_positive_rate"].measure(_part(labels, decisions))
    assert found.variance == pytest.approx(0.25 * (0.9 * 0.1 / 999 + (2 / 3) * (1 / 3) / 2))


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_CLASS)
def test_intervals_of_the_variance_cover(name):
    """Student intervals from variance and freedom cover the true value in 93 to 98 of 100 samples."""
    from scipy.stats import t as student

    rng = np.random.default_rng(3)
    joint = np.array([[0.3, 0.05, 0.05], [0.05, 0.2, 0.05], [0.04, 0.06, 0.2]])
    axes = (Axis("label", CLASSES[:3]), Axis("decision", CLASSES[:3]))
    codes = np.array([(i, j) for i in range(3) for j in range(3)], np.int64)
    truth = BY_CLASS[name].measure(Part(Kind.CLASSES, axes, codes, joint.reshape(-1, 1) * 1e9)).value
    covered = 0
    for _ in range(1000):
        sums = rng.multinomial(120, joint.ravel())[:, None].astype(float)
        found = BY_CLASS[name].measure(Part(Kind.CLASSES, axes, codes, sums))
        reach = student.ppf(0.975, found.freedom) * np.sqrt(found.variance)
        covered += abs(found.value - truth) <= reach
    assert 0.93 <= covered / 1000 <= 0.98


# --- several outputs ---


def _outputs(seed, n=200):
    rng = np.random.default_rng(seed)
    truth = (rng.random((n, 3)) < [0.5, 0.3, 0.6]).astype(int)
    given = np.where(rng.random((n, 3)) < 0.8, truth, 1 - truth)
    return truth, given, rng.integers(1, 5, n) / 2


def _outcome_part(truth, given, weights=None, missing=None):
    levels = ("tp", "fp", "fn", "tn", None)
    codes = np.array([[3, 1], [2, 0]], np.int64)[truth, given]
    if missing is not None:
        codes = np.where(missing, 4, codes)
    w = np.ones(len(codes)) if weights is None else np.asarray(weights, float)
    axes = tuple(Axis(name, levels) for name in "abc")
    return Part(Kind.OUTCOMES, axes, codes, w[:, None], None if weights is None else (w**2)[:, None])


SKLEARN_OUTPUTS = {
    f"{mean}_{name}": lambda y, d, w, mean=mean, score=score: score(y, d, average=mean, sample_weight=w)
    for mean in ("micro", "macro")
    for name, score in (
        ("true_positive_rate", sk.recall_score),
        ("positive_predictive_value", sk.precision_score),
        ("f1_score", sk.f1_score),
    )
} | {"hamming_loss": lambda y, d, w: sk.hamming_loss(y, d, sample_weight=w)}


def test_the_outputs_are_known_by_their_oracle():
    """Every metric of several outputs is compared with scikit-learn's below."""
    assert set(SKLEARN_OUTPUTS) == set(BY_OUTPUT)


@pytest.mark.parametrize("name", SKLEARN_OUTPUTS)
@pytest.mark.parametrize("weighted", [False, True])
def test_values_of_outputs_are_those_of_scikit_learn(name, weighted):
    """Where every output has positives and is decided positive, all values agree with scikit-learn's."""
    truth, given, weights = _outputs(1)
    w = weights if weighted else None
    found = BY_OUTPUT[name].measure(_outcome_part(truth, given, w))
    assert found.value == pytest.approx(SKLEARN_OUTPUTS[name](truth, given, w), abs=1e-12)


def test_an_output_without_positives_is_left_out_of_the_mean():
    """The mean true positive rate is that of the outputs that have one; none at all gives the reason."""
    truth, given = np.array([[1, 0, 1], [1, 0, 0]]), np.array([[1, 1, 0], [0, 0, 0]])
    part = _outcome_part(truth, given)
    assert BY_OUTPUT["macro_true_positive_rate"].measure(part).value == pytest.approx(0.25)
    nothing = _outcome_part(0 * truth, 0 * given)
    assert BY_OUTPUT["macro_true_positive_rate"].measure(nothing).why is Why.NO_POSITIVES
    assert BY_OUTPUT["micro_positive_predictive_value"].measure(nothing).why is Why.NO_PREDICTED_POSITIVES
    assert BY_OUTPUT["hamming_loss"].measure(nothing).value == 0


def test_missing_outputs_count_nowhere():
    """A row counts for the outputs that it has, and for no other."""
    truth, given, _ = _outputs(2)
    missing = np.zeros(truth.shape, bool)
    missing[:50, 0] = True
    value = BY_OUTPUT["hamming_loss"].measure(_outcome_part(truth, given, missing=missing)).value
    assert value == pytest.approx((truth != given)[~missing].mean())


def test_outputs_of_one_row_are_not_independent():
    """Ten copies of one output tell no more than the output itself."""
    truth, given, _ = _outputs(3)
    alone = _outcome_part(truth[:, [0, 0, 0]], given[:, [0, 0, 0]])
    apart = _outcome_part(truth, given)
    same, mixed = (BY_OUTPUT["hamming_loss"].measure(part) for part in (alone, apart))
    share = (truth[:, 0] != given[:, 0]).mean()
    assert same.variance == pytest.approx(share * (1 - share) / 199)
    assert mixed.variance < 0.5 * same.variance


def _metric_and_part(name, n=200, *, weighted=False):
    if name.startswith("["):
        truth, given, weights = _outputs(7, n)
        return BY_OUTPUT[name.strip("[]")], _outcome_part(truth, given, weights if weighted else None)
    labels, decisions, weights = _rows(7, n)
    part = _part(labels, decisions, weights if weighted else None)
    return BY_CLASS[name], Part(part.kind, part.axes, part.codes.reshape(-1, 2), part.sums, part.squares)


def _without(part, row):
    keep = np.arange(len(part.sums)) != row
    return Part(part.kind, part.axes, part.codes[keep], part.sums[keep])
