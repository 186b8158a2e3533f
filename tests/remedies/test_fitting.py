"""Fitting: what fairlearn promises holds on the rows it was fitted on, and nothing leaks into them."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression, Perceptron
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from fairkit.door.rows import rows_of
from fairkit.errors import UsageError
from fairkit.groups import attributes_of, groupings
from fairkit.questions import Question
from fairkit.remedies.catalogue import CONSTRAINTS, METHODS
from fairkit.remedies.features import Encoding, model_named
from fairkit.remedies.fitting import Plan, fit
from fairkit.remedies.material import material

RATES = {
    "demographic_parity": [lambda _, d: d.mean()],
    "true_positive_rate_parity": [lambda y, d: d[y == 1].mean()],
    "false_positive_rate_parity": [lambda y, d: d[y == 0].mean()],
    "equalized_odds": [lambda y, d: d[y == 1].mean(), lambda y, d: d[y == 0].mean()],
    "error_rate_parity": [lambda y, d: (d != y).mean()],
}


def people(rows=6_000, seed=1):
    """Draw people whose score, and one feature, are .8 standard deviations lower in group B."""
    random = np.random.default_rng(seed)
    group = random.integers(0, 2, rows)
    y = random.integers(0, 2, rows)
    x = y + random.normal(size=rows) - 0.8 * group
    return {
        "group": np.where(group == 1, "B", "A"),
        "y": y,
        "x": x,
        "town": random.choice(["Leeds", "Lyon", "Porto"], rows),
        "score": 1 / (1 + np.exp(-(x - 0.5))),
    }


def unequal():
    """Draw people of whom, in group B, only one in three with a positive label is there."""
    data = people()
    kept = (data["group"] == "A") | (data["y"] == 0) | (np.arange(6_000) % 3 == 0)
    return {name: values[kept] for name, values in data.items()}


def rows_for(data=None, **more):
    """Read the people for a remedy."""
    question = Question(attributes_of(groupings("group")), decision="y", label="y", positive={})
    return material(data or people(), question, across=["group"], **more)


def plan(method="threshold-optimizer", constraint="demographic_parity", **changes):
    """Plan a remedy with the defaults of the program."""
    asked = {
        "objective": "accuracy_score",
        "tolerance": None,
        "threshold": 0.5,
        "estimator": "logistic",
        "seed": 0,
    }
    return Plan(METHODS[method], CONSTRAINTS[constraint], **{**asked, **changes})


def gaps(rows, decided, constraint):
    """Return how far the two groups are apart in what the constraint is about."""
    y, g = rows.label, rows.group
    return [
        abs(rate(y[g == 0], decided[g == 0]) - rate(y[g == 1], decided[g == 1])) for rate in RATES[constraint]
    ]


def everything(rows):
    """Return that every row may be fitted."""
    return np.ones(len(rows), np.bool_)


@pytest.mark.parametrize("constraint", [c.name for c in CONSTRAINTS.values() if c.threshold])
def test_thresholds_equalise_what_they_promise(constraint):
    """On the rows it was fitted on the threshold optimiser's gap is gone but for the lots it draws."""
    rows = rows_for(score="score")
    found = fit(rows, everything(rows), plan(constraint=constraint))
    assert max(gaps(rows, found.before, constraint)) > 0.1
    assert max(gaps(rows, found.after, constraint)) < 0.03
    assert found.notes == ()


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_the_exponentiated_gradient_equalises_what_it_promises(constraint):
    """On the rows it was fitted on the reduction's gap is within its tolerance and the lots it draws."""
    rows = rows_for(features=["x", "town"])
    found = fit(rows, everything(rows), plan("exponentiated-gradient", constraint))
    assert max(gaps(rows, found.after, constraint)) < 0.06


def test_grid_search_draws_no_lots_and_shrinks_the_gap():
    """The model that grid search keeps decides the same whatever the seed, and with a smaller gap."""
    rows = rows_for(unequal(), features=["x", "group"])
    first, second = (fit(rows, everything(rows), plan("grid-search", seed=seed)) for seed in (0, 1))
    assert np.array_equal(first.after, second.after)
    assert (
        gaps(rows, first.after, "demographic_parity")[0]
        < gaps(rows, first.before, "demographic_parity")[0] / 2
    )


def test_removing_correlations_shrinks_the_gap():
    """A linear model on features without the group's mean selects the groups almost alike."""
    rows = rows_for(features=["x", "town"])
    found = fit(rows, everything(rows), plan("correlation-remover"))
    assert gaps(rows, found.before, "demographic_parity")[0] > 0.1
    assert gaps(rows, found.after, "demographic_parity")[0] < 0.04


def test_a_tolerance_leaves_some_of_the_gap():
    """With a tolerance the groups may differ by as much, and the decisions are more accurate for it."""
    rows = rows_for(unequal(), score="score")
    strict, loose = (fit(rows, everything(rows), plan(tolerance=tolerance)) for tolerance in (None, 0.1))
    assert gaps(rows, strict.after, "demographic_parity")[0] < 0.03
    assert 0.05 < gaps(rows, loose.after, "demographic_parity")[0] < 0.13
    assert (loose.after == rows.label).mean() > (strict.after == rows.label).mean()


@pytest.mark.parametrize("method", METHODS)
def test_rows_that_are_held_out_teach_nothing(method):
    """Decisions on training rows stay the same when every held-out label and feature is another."""
    data = people(1_000)
    training = np.arange(1_000) < 700
    other = {
        **data,
        "y": np.where(training, data["y"], 1 - data["y"]),
        "x": np.where(training, data["x"], -9.0),
    }
    found = [
        fit(rows, training, plan(method))
        for rows in (rows_for(d, features=["x", "town"]) for d in (data, other))
    ]
    assert np.array_equal(found[0].before[training], found[1].before[training])
    assert np.array_equal(found[0].after[training], found[1].after[training])


def test_thresholds_for_an_estimator_are_learned_from_other_folds():
    """A model that knows its training rows by heart does not teach its thresholds that it is never wrong."""
    data = people(2_000)
    training = np.arange(2_000) < 1_000
    rows = rows_for(data, features=["x"])
    found = fit(rows, training, plan(estimator=KNeighborsClassifier(1), constraint="demographic_parity"))
    assert (found.before == rows.label)[training].mean() == 1
    before, after = (
        abs(np.subtract(*[decided[~training & (rows.group == g)].mean() for g in (0, 1)]))
        for decided in (found.before, found.after)
    )
    assert after < before / 2


def test_the_seed_decides_lots():
    """The same seed decides every row the same, another one some rows otherwise."""
    rows = rows_for(score="score")
    odds = [
        fit(rows, everything(rows), plan(constraint="equalized_odds", seed=seed)).after for seed in (0, 0, 1)
    ]
    assert np.array_equal(odds[0], odds[1])
    assert not np.array_equal(odds[0], odds[2])


def test_a_row_that_cannot_be_decided_stays_undecided():
    """Without a score there is no decision, without a group none by thresholds; nothing is made up."""
    data = people(1_000)
    score = data["score"].copy()
    score[0] = np.nan
    group = data["group"].astype(object)
    group[1] = None
    rows = rows_for({**data, "score": score, "group": group}, score="score")
    found = fit(rows, rows.can_be_fitted, plan())
    assert np.isnan(found.before).tolist()[:3] == [True, False, False]
    assert np.isnan(found.after).tolist()[:3] == [True, True, False]
    rows = rows_for({**data, "group": group}, features=["x"])
    found = fit(rows, rows.can_be_fitted, plan("grid-search"))
    assert not np.isnan(found.after).any()


def test_a_pipeline_of_the_callers_own_takes_the_columns_as_they_are():
    """A scikit-learn pipeline gets the frame, with its texts, and sample weights for its last step."""
    encode = make_column_transformer((OneHotEncoder(), ["town"]), remainder="passthrough")
    own = make_pipeline(encode, LogisticRegression())
    rows = rows_for(features=["x", "town"])
    for method in ("threshold-optimizer", "exponentiated-gradient"):
        found = fit(rows, everything(rows), plan(method, estimator=own))
        assert gaps(rows, found.after, "demographic_parity")[0] < 0.05


def test_an_estimator_without_probabilities_can_be_reduced():
    """The reductions need decisions and sample weights only."""
    rows = rows_for(features=["x"])
    found = fit(rows, everything(rows), plan("grid-search", estimator=Perceptron(random_state=0)))
    assert set(found.before) == set(found.after) == {0.0, 1.0}


@pytest.mark.parametrize("method", METHODS)
def test_an_estimator_that_does_not_suit_is_the_callers_to_mend(method):
    """An estimator that cannot read the features is refused with its own words."""
    rows = rows_for(features=["x", "town"])
    with pytest.raises(UsageError, match=r"LogisticRegression failed on these features .*could not convert"):
        fit(rows, everything(rows), plan(method, estimator=LogisticRegression()))


def test_a_grid_over_many_groups_is_refused():
    """Grid search says that the grid is too large, and what to take."""
    data = people(1_000)
    data["group"] = np.array(list("ABCDEF"))[np.arange(1_000) % 6]
    rows = rows_for(data, features=["x"])
    with pytest.raises(UsageError, match=r"5 dimensions.*--method exponentiated-gradient"):
        fit(rows, everything(rows), plan("grid-search"))


def test_what_a_library_warns_of_reaches_the_notes():
    """A warning while fitting is told to the reader and not to the terminal."""
    rows = rows_for(features=["x"])
    found = fit(rows, everything(rows), plan("grid-search", estimator=LogisticRegression(max_iter=1)))
    assert any("ConvergenceWarning" in note for note in found.notes)


# --- features ---


def test_categories_and_gaps_become_numbers():
    """Texts become numbers or indicators; a gap stays for trees and is the median for a linear model."""
    frame = rows_of({"home": ["own", None, "rent", "own"], "age": [30, 40, None, 50]}, ["home", "age"])
    assert np.array_equal(
        Encoding.fit(frame, linear=False).apply(frame),
        [[0, 30], [np.nan, 40], [1, np.nan], [0, 50]],
        equal_nan=True,
    )
    linear = Encoding.fit(frame, linear=True).apply(frame)
    assert linear.shape == (4, 4)
    assert np.isfinite(linear).all()
    assert linear[2, 3] == pytest.approx(0)


def test_a_category_never_seen_is_no_error():
    """A category that no training row had is a gap for trees and no indicator for a linear model."""
    seen = rows_of({"home": ["own", "rent"]}, ["home"])
    new = rows_of({"home": ["castle"]}, ["home"])
    assert np.isnan(Encoding.fit(seen, linear=False).apply(new)).all()
    assert Encoding.fit(seen, linear=True).apply(new).tolist() == [[0, 0]]


def test_dates_and_unknown_estimators_are_refused():
    """What cannot be a number is said, and so is a slip in a name."""
    frame = rows_of({"day": np.array(["2024-01-01"], "datetime64[D]")}, ["day"])
    with pytest.raises(ValueError, match="'day' hold dates"):
        Encoding.fit(frame, linear=True)
    with pytest.raises(UsageError, match="Did you mean 'logistic'"):
        model_named("logistc", 0)
