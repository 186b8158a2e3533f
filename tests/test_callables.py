"""Functions as metrics: how they are named, imported and recognised."""

import functools

import fairlearn.metrics as fairlearn
import numpy as np
import pytest
import sklearn.metrics as sklearn

from fairkit.counts import Counts, Kind
from fairkit.errors import UsageError
from fairkit.functions.callables import CallableMetric, callable_metric, recognised, resolve, takes
from fairkit.metrics import CATALOGUE, Metric, Why


def own_metric(y_true, y_pred):
    """Return something."""
    return 0.5


def test_functions_of_the_catalogue_are_recognised_and_equal():
    """What is recognised gives, from counts, what the function gives of the rows."""
    rng = np.random.default_rng(0)
    y, d = rng.integers(0, 2, 90), rng.integers(0, 2, 90)
    cells = [[int(((y == a) & (d == b)).sum()) for a, b in ((1, 1), (0, 1), (1, 0), (0, 0))] + [0, 0, 0]]
    counts = Counts.from_cells(Kind.CONFUSION, [], [()], cells)
    found = 0
    for library in (sklearn, fairlearn):
        for name in library.__all__:
            known = recognised(getattr(library, name))
            if known is not None:
                metric = CATALOGUE[Kind.CONFUSION][known]
                assert isinstance(metric, Metric)
                value = getattr(library, name)(y, d)
                assert float(metric.values(counts.values)[0]) == pytest.approx(value), name
                found += 1
    assert found == 12


def test_other_functions_are_not_recognised():
    """A function with arguments of its own, or of another library with a known name, is another function."""
    assert recognised(functools.partial(sklearn.recall_score, pos_label=0)) is None
    assert recognised(sklearn.matthews_corrcoef) is None

    def recall_score(y_true, y_pred):
        return 0.0

    assert recognised(recall_score) is None


def test_public_functions_bring_what_is_known_of_them():
    """Direction, range and kind of prediction of scikit-learn's metrics need not be said."""
    assert callable_metric(sklearn.roc_auc_score).y_pred == "score"
    assert callable_metric("sklearn.metrics:brier_score_loss").better == "lower"
    assert callable_metric(sklearn.mean_absolute_error).unit == "amount"
    kappa = callable_metric(functools.partial(sklearn.cohen_kappa_score, weights="linear"))
    assert (kappa.name, kappa.lowest, kappa.highest) == ("cohen_kappa_score(weights=linear)", -1, 1)
    assert "agreement" in kappa.summary
    assert (callable_metric(own_metric).better, callable_metric(own_metric).lowest) == ("neither", None)


def test_a_function_without_a_name_has_to_be_given_one():
    """A lambda cannot be shown in a report."""
    unnamed = lambda *_: 0.0  # noqa: E731 - such is what users give
    with pytest.raises(UsageError, match="no name to show"):
        callable_metric(unnamed)
    assert callable_metric(unnamed, name="zero").name == "zero"
    declared = CallableMetric("zero", own_metric)
    assert callable_metric(declared) is declared
    assert callable_metric(declared, name="nil").name == "nil"
    with pytest.raises(UsageError, match="not a int"):
        callable_metric(7)


def test_names_are_imported_from_packages_and_the_working_directory(tmp_path, monkeypatch):
    """A file of the working directory is found, but never in place of an installed package."""
    (tmp_path / "mymetrics.py").write_text("def half(y_true, y_pred):\n    return 0.5\n", encoding="utf-8")
    (tmp_path / "sklearn.py").write_text("raise RuntimeError('shadowed')\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    import sys

    before = list(sys.path)
    assert resolve("mymetrics:half")(None, None) == 0.5
    assert resolve("sklearn.metrics:matthews_corrcoef") is sklearn.matthews_corrcoef
    assert sys.path == before


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("accuracy", "module:function"),
        ("sklearn.metrics.recall_score", "module:function"),
        ("os:system; rm", "module:function"),
        ("no_such_package:f", "cannot be imported"),
        ("sklearn.metrics:matthews_corcoef", "Did you mean 'matthews_corrcoef'?"),
        ("sklearn:__version__", "no function"),
    ],
)
def test_names_that_lead_nowhere_are_explained(name, said):
    """Each slip in a dotted name has an answer of its own."""
    with pytest.raises(UsageError) as caught:
        resolve(name)
    assert said in str(caught.value)


def test_arguments_are_seen_through_partials():
    """Whether a function takes weights is asked of its signature."""
    assert takes(functools.partial(sklearn.fbeta_score, beta=2), "sample_weight")
    assert not takes(own_metric, "sample_weight")
    assert not takes(dict.fromkeys, "sample_weight")


def test_a_function_counts_its_rows_and_knows_groups_without_rows():
    """The denominator is the rows of the group, in whatever kind of counts it stands beside."""
    metric = CallableMetric("own", own_metric)
    table = np.array([[3, 1, 2, 4, 9, 9, 9], [0, 0, 0, 0, 1, 1, 1]])
    assert metric.denominators(table).tolist() == [10, 0]
    assert metric.why(table[1]) is Why.NO_ROWS
    assert metric.formula == "own_metric(label, decision)"
    assert metric.margin_on(table) == 0.05
