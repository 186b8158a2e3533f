"""Metrics of two-class decisions: other libraries agree, but what they call 0 is undefined here."""

import itertools

import fairlearn.metrics as fl
import hypothesis.strategies as st
import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given

from fairkit.counts import FIELDS, LEFT_OUT, Kind
from fairkit.errors import UsageError
from fairkit.metrics import CATALOGUE, FAMILIES, Functional, Ratio, Sum, Why, chosen_metrics, metric

METRICS = CATALOGUE[Kind.CONFUSION]
CELLS = st.lists(st.integers(0, 30), min_size=4, max_size=4)


def row(tp, fp, fn, tn, left_out=(0, 0, 0)):
    """Make a row of counts in the order of the fields."""
    return np.array([tp, fp, fn, tn, *left_out])


def rows_of(tp, fp, fn, tn):
    """Make the rows that counts stand for: labels and decisions."""
    y = np.repeat([1, 0, 1, 0], [tp, fp, fn, tn])
    d = np.repeat([1, 1, 0, 0], [tp, fp, fn, tn])
    return y, d


ORACLES = {
    "selection_rate": lambda y, d: fl.selection_rate(y, d, pos_label=1),
    "accuracy": sk.accuracy_score,
    "error_rate": lambda y, d: 1 - sk.accuracy_score(y, d),
    "true_positive_rate": lambda y, d: fl.true_positive_rate(y, d, pos_label=1),
    "false_positive_rate": lambda y, d: fl.false_positive_rate(y, d, pos_label=1),
    "true_negative_rate": lambda y, d: fl.true_negative_rate(y, d, pos_label=1),
    "false_negative_rate": lambda y, d: fl.false_negative_rate(y, d, pos_label=1),
    "positive_predictive_value": lambda y, d: sk.precision_score(y, d, zero_division=np.nan),
    "false_discovery_rate": lambda y, d: 1 - sk.precision_score(y, d, zero_division=np.nan),
    "negative_predictive_value": lambda y, d: sk.precision_score(y, d, pos_label=0, zero_division=np.nan),
    "false_omission_rate": lambda y, d: 1 - sk.precision_score(y, d, pos_label=0, zero_division=np.nan),
    "prevalence": lambda y, _: np.mean(y == 1),
    "balanced_accuracy": sk.balanced_accuracy_score,
    "f1_score": lambda y, d: sk.f1_score(y, d, zero_division=np.nan),
}


def test_every_metric_has_an_oracle():
    """No metric is declared without another library's word for its definition."""
    assert set(ORACLES) == set(METRICS)


@pytest.mark.parametrize("name", ORACLES)
def test_metrics_agree_with_other_libraries(name):
    """On tables in which everything is defined, scikit-learn and fairlearn give the same number."""
    rng = np.random.default_rng(5)
    for cells in rng.integers(1, 40, (25, 4)).tolist():
        ours = METRICS[name].values(row(*cells))
        assert float(ours) == pytest.approx(ORACLES[name](*rows_of(*cells)), rel=1e-12)


REASONS = {
    "selection_rate": {},
    "accuracy": {},
    "error_rate": {},
    "prevalence": {},
    "true_positive_rate": {("tp", "fn"): Why.NO_POSITIVES},
    "false_negative_rate": {("tp", "fn"): Why.NO_POSITIVES},
    "true_negative_rate": {("fp", "tn"): Why.NO_NEGATIVES},
    "false_positive_rate": {("fp", "tn"): Why.NO_NEGATIVES},
    "positive_predictive_value": {("tp", "fp"): Why.NO_PREDICTED_POSITIVES},
    "false_discovery_rate": {("tp", "fp"): Why.NO_PREDICTED_POSITIVES},
    "false_omission_rate": {("fn", "tn"): Why.NO_PREDICTED_NEGATIVES},
    "negative_predictive_value": {("fn", "tn"): Why.NO_PREDICTED_NEGATIVES},
    "balanced_accuracy": {("tp", "fn"): Why.NO_POSITIVES, ("fp", "tn"): Why.NO_NEGATIVES},
    "f1_score": {("tp", "fp", "fn"): Why.NO_POSITIVES},
}


@pytest.mark.parametrize("name", REASONS)
def test_a_metric_is_undefined_exactly_where_its_denominator_is_zero(name):
    """For every pattern of empty cells, the value is a number or there is the right reason, never both."""
    for pattern in itertools.product([0, 3], repeat=4):
        cells = dict(zip(("tp", "fp", "fn", "tn"), pattern, strict=True))
        wanted = next((w for fs, w in REASONS[name].items() if not any(cells[f] for f in fs)), None)
        if not any(pattern):
            wanted = Why.NO_ROWS
        counts = row(*pattern, left_out=(5, 6, 7))
        assert METRICS[name].why(counts) is wanted
        assert np.isnan(METRICS[name].values(counts)) == (wanted is not None)


@given(CELLS)
def test_undefined_never_becomes_zero_where_others_return_zero(cells):
    """Wherever scikit-learn would divide by zero, we have a reason; elsewhere we have its number."""
    y, d = rows_of(*cells)
    table = row(*cells)
    for name in ("positive_predictive_value", "negative_predictive_value", "f1_score"):
        value = float(METRICS[name].values(table))
        if METRICS[name].why(table) is not None:
            assert np.isnan(value)
        else:
            assert value == pytest.approx(ORACLES[name](y, d), rel=1e-12)


@given(CELLS)
def test_complements_add_up_to_one(cells):
    """A rate and the rate of the contrary are defined together and make 1."""
    table = row(*cells)
    for one, other in (
        ("accuracy", "error_rate"),
        ("true_positive_rate", "false_negative_rate"),
        ("true_negative_rate", "false_positive_rate"),
        ("positive_predictive_value", "false_discovery_rate"),
        ("negative_predictive_value", "false_omission_rate"),
    ):
        assert METRICS[one].why(table) is METRICS[other].why(table)
        total = METRICS[one].values(table) + METRICS[other].values(table)
        assert np.isnan(total) if METRICS[one].why(table) else total == pytest.approx(1)


@given(CELLS, st.integers(2, 5))
def test_rates_depend_on_shares_only(cells, factor):
    """Multiplied counts give the same numbers, and rows that are left out do not matter."""
    for each in METRICS.values():
        one = each.values(row(*cells))
        np.testing.assert_allclose(each.values(factor * row(*cells)), one, rtol=1e-12)
        np.testing.assert_array_equal(each.values(row(*cells, left_out=(9, 9, 9))), one)


@given(CELLS)
def test_swapping_the_classes_swaps_the_metrics(cells):
    """With the other class called positive, each metric becomes its mirror image."""
    tp, fp, fn, tn = cells
    table, mirror = row(*cells), row(tn, fn, fp, tp)
    for one, other in (
        ("true_positive_rate", "true_negative_rate"),
        ("false_positive_rate", "false_negative_rate"),
        ("positive_predictive_value", "negative_predictive_value"),
        ("false_discovery_rate", "false_omission_rate"),
        ("accuracy", "accuracy"),
        ("balanced_accuracy", "balanced_accuracy"),
    ):
        np.testing.assert_array_equal(METRICS[one].values(table), METRICS[other].values(mirror))


@given(CELLS)
def test_swapping_label_and_decision_swaps_rates_and_predictive_values(cells):
    """Recall is precision seen from the other side."""
    tp, fp, fn, tn = cells
    table, swapped = row(*cells), row(tp, fn, fp, tn)
    for one, other in (
        ("true_positive_rate", "positive_predictive_value"),
        ("true_negative_rate", "negative_predictive_value"),
        ("selection_rate", "prevalence"),
        ("f1_score", "f1_score"),
    ):
        np.testing.assert_array_equal(METRICS[one].values(table), METRICS[other].values(swapped))


def test_metrics_are_computed_for_whole_tables():
    """Any number of leading axes is kept: groups, replicates, clusters."""
    table = np.random.default_rng(0).integers(1, 9, (5, 3, 7))
    for each in METRICS.values():
        values = each.values(table)
        assert values.shape == (5, 3)
        assert values[4, 2] == each.values(table[4, 2])
        assert each.denominators(table).shape == (5, 3)


@pytest.mark.parametrize("name", METRICS)
def test_the_linear_representation_gives_the_metric(name):
    """Hits, trials and factor of a part give its ratio: c·p / (c·p + 1 - p)."""
    table = np.random.default_rng(1).integers(1, 9, (20, 7)).astype(float)
    parts = []
    for part in METRICS[name].parts:
        hits, trials = table @ part.hits.vector(Kind.CONFUSION), table @ part.trials.vector(Kind.CONFUSION)
        assert (hits <= trials).all()
        p = hits / trials
        parts.append(part.factor * p / (part.factor * p + 1 - p))
    np.testing.assert_allclose(np.mean(parts, axis=0), METRICS[name].values(table), rtol=1e-12)


def test_proportions_are_those_that_have_binomial_intervals():
    """All but the mean of two rates and the weighted F1 are shares of rows."""
    assert {name for name, each in METRICS.items() if not each.is_proportion} == {
        "balanced_accuracy",
        "f1_score",
    }


def test_denominators_count_each_row_once():
    """Balanced accuracy stands on all rows, F1 on those that are positive or called so."""
    counts = row(1, 2, 4, 8, left_out=(100, 100, 100))
    assert METRICS["balanced_accuracy"].denominators(counts) == 15
    assert METRICS["f1_score"].denominators(counts) == 7
    assert METRICS["true_positive_rate"].denominators(counts) == 5


@pytest.mark.parametrize(
    ("top", "bottom"),
    [
        (Sum.of("tp"), Sum.of("fp")),
        (2 * Sum.of("tp") + Sum.of("fp"), 2 * Sum.of("tp") + Sum.of("fp")),
        (2 * Sum.of("tp"), Sum.of("tp") + Sum.of("fn")),
        (Sum.of("tp"), 2 * (Sum.of("tp") + Sum.of("fn"))),
    ],
)
def test_what_is_no_share_of_rows_cannot_be_declared(top, bottom):
    """A declaration for which the intervals would not hold is refused when it is made."""
    with pytest.raises(ValueError, match="a ratio counts some of the rows of its denominator"):
        Ratio(top, bottom, Why.NO_ROWS)


def test_sums_are_written_as_formulas():
    """Coefficients add up, and a formula reads as in a textbook."""
    tp, fn = Sum.of("tp"), Sum.of("fn")
    assert str(tp + tp + fn) == "2·tp + fn"
    assert (tp + tp).vector(Kind.CONFUSION).tolist() == [2, 0, 0, 0, 0, 0, 0]
    assert METRICS["balanced_accuracy"].formula == "(tp / (tp + fn) + tn / (fp + tn)) / 2"
    assert METRICS["f1_score"].formula == "2·tp / (2·tp + fp + fn)"


def test_without_labels_only_selections_are_measured():
    """Decisions alone have a selection rate, undefined without rows."""
    (rate,) = CATALOGUE[Kind.DECISIONS].values()
    assert rate.values(np.array([3, 1, 9])) == 0.75
    assert rate.why(np.array([0, 0, 9])) is Why.NO_ROWS
    assert rate.why(np.array([0, 1, 0])) is None


# --- the catalogue ---


@pytest.mark.parametrize("kind", Kind)
def test_every_metric_is_declared_wholly(kind):
    """Names match, formulas use fields of the kind, and margins hold parity."""
    for name, each in CATALOGUE[kind].items():
        assert (each.name, each.kind) == (name, kind)
        assert each.summary.endswith(".")
        assert each.source
        assert 0 < each.margin < 1
        assert each.margin_ratio[0] < 1 < each.margin_ratio[1]
        stands_on = [set(each.size)] if isinstance(each, Functional) else []
        stands_on += [
            {field for field, _ in part.denominator.coefficients} for part in getattr(each, "parts", ())
        ]
        assert stands_on
        for used in stands_on:
            assert used <= set(FIELDS[kind])
            assert not used & set(LEFT_OUT[kind])


def test_better_says_what_people_would_choose():
    """Errors are better low, hits and selections high; what is a fact of the data is neither."""
    low = {name for name, each in METRICS.items() if each.better == "lower"}
    assert low == {
        "error_rate",
        "false_positive_rate",
        "false_negative_rate",
        "false_discovery_rate",
        "false_omission_rate",
    }
    assert {name for name, each in METRICS.items() if each.better == "neither"} == {"prevalence"}


def test_families_name_metrics_that_exist():
    """Every notion of fairness is parity of known metrics."""
    for family in FAMILIES:
        assert set(family.metrics) <= set(METRICS)


def test_the_choice_keeps_its_order_and_drops_doubles():
    """Names come back in the order given, each once."""
    names = ["f1_score", "accuracy", "f1_score"]
    assert [each.name for each in chosen_metrics(names, kind=Kind.CONFUSION)] == ["f1_score", "accuracy"]
    assert len(chosen_metrics("all", kind=Kind.CONFUSION)) == len(METRICS)
    assert len(chosen_metrics("default", kind=Kind.CONFUSION)) == 6
    assert [each.name for each in chosen_metrics("default", kind=Kind.DECISIONS)] == ["selection_rate"]
    assert chosen_metrics("accuracy", kind=Kind.CONFUSION) == (metric("accuracy"),)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("fpr", "metric 'fpr' is spelled 'false_positive_rate' here."),
        ("Recall", "metric 'Recall' is spelled 'true_positive_rate' here."),
        ("F1", "metric 'F1' is spelled 'f1_score' here."),
        ("precision", "metric 'precision' is spelled 'positive_predictive_value' here."),
        ("demographic_parity", "metric 'demographic_parity' is spelled 'selection_rate' here."),
        ("acuracy", "Did you mean 'accuracy'?"),
        ("true positive rate", "Did you mean 'true_positive_rate'?"),
        ("xyz", "there is no metric 'xyz' (there are 'selection_rate'"),
    ],
)
def test_an_unknown_metric_is_refused_with_a_name_for_it(name, message):
    """Abbreviations and misspellings are answered with the name that is meant."""
    with pytest.raises(UsageError) as caught:
        metric(name)
    assert message in str(caught.value)


def test_a_metric_that_needs_labels_says_so():
    """Without a label, the message is not that the metric does not exist; nor is it for an abbreviation."""
    for name in ("accuracy", "true_positive_rate"):
        with pytest.raises(UsageError, match=f"metric '{name}' needs a label"):
            metric(name, kind=Kind.DECISIONS)
    with pytest.raises(UsageError, match="needs a label"):
        metric("fpr", kind=Kind.DECISIONS)


def test_all_unknown_metrics_are_listed():
    """One error has every unknown name; no name at all is an error too."""
    with pytest.raises(UsageError) as caught:
        chosen_metrics(["fpr", "accuracy", "tpr"], kind=Kind.CONFUSION)
    assert len(caught.value.problems) == 2
    with pytest.raises(UsageError, match="name at least one metric"):
        chosen_metrics([], kind=Kind.CONFUSION)
