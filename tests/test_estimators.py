"""An estimator in place of predictions: every kind that scikit-learn has, in batches, with clear refusals."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from sklearn.compose import make_column_transformer
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from fairkit.errors import DataError, UsageError
from fairkit.estimators import predictions_of


@pytest.fixture(scope="module")
def rows():
    """Return features, a class and a group of 200 people."""
    rng = np.random.default_rng(2)
    age, income = rng.normal(40, 9, 200), rng.normal(3, 1, 200)
    frame = pd.DataFrame({"age": age, "income": income, "sex": ["F", "M"] * 100})
    frame["y"] = (frame.age / 9 + frame.income + rng.normal(size=200) > 7.5).astype(int)
    return frame


def test_a_classifier_gives_decisions_and_the_positive_probability(rows):
    """Decision and score are those of predict and of the last column of predict_proba."""
    model = LogisticRegression().fit(rows[["age", "income"]], rows.y)
    found = predictions_of(model, rows)
    np.testing.assert_array_equal(found.decision, model.predict(rows[["age", "income"]]))
    np.testing.assert_array_equal(found.score, model.predict_proba(rows[["age", "income"]])[:, 1])
    assert list(found.columns()) == ["decision", "score"]


def test_batches_change_nothing(rows):
    """Seven rows at a time give what all rows give at once."""
    model = LogisticRegression().fit(rows[["age", "income"]], rows.y)
    whole, cut = predictions_of(model, rows), predictions_of(model, rows, batch=7)
    np.testing.assert_array_equal(whole.decision, cut.decision)
    np.testing.assert_allclose(whole.score, cut.score)


def test_pipelines_searches_and_other_engines_work(rows, tmp_path):
    """A pipeline with texts, inside a search, predicts from Polars and from a file."""
    steps = make_column_transformer(
        (StandardScaler(), ["age", "income"]), (OneHotEncoder(), ["sex"]), remainder="drop"
    )
    model = GridSearchCV(make_pipeline(steps, LogisticRegression()), {}, cv=2)
    model.fit(rows[["age", "income", "sex"]], rows.y)
    rows.to_parquet(tmp_path / "rows.parquet")
    expected = model.predict_proba(rows)[:, 1]
    for data in (rows, pl.from_pandas(rows), tmp_path / "rows.parquet"):
        np.testing.assert_allclose(predictions_of(model, data).score, expected)


def test_several_classes_have_no_score_and_a_decision_function_is_one(rows):
    """One score is for two classes; without probabilities it is the decision function."""
    bands = pd.cut(rows.income, 3, labels=["low", "middle", "high"]).astype(str)
    several = predictions_of(DecisionTreeClassifier().fit(rows[["age"]], bands), rows)
    assert several.score is None
    assert set(several.classes) == {"low", "middle", "high"}
    ridge = RidgeClassifier().fit(rows[["age"]], rows.y)
    np.testing.assert_array_equal(predictions_of(ridge, rows).score, ridge.decision_function(rows[["age"]]))


def test_a_regressor_gives_predictions(rows):
    """A regressor decides nothing."""
    model = LinearRegression().fit(rows[["age"]], rows.income)
    found = predictions_of(model, rows)
    assert list(found.columns()) == ["prediction"]
    np.testing.assert_array_equal(found.prediction, model.predict(rows[["age"]]))


def test_x_may_be_an_array_or_a_sparse_matrix(rows):
    """X apart from the data is taken as it is, with its rows counted."""
    X = rows[["age", "income"]].to_numpy()
    model = LogisticRegression().fit(X, rows.y)
    named = LogisticRegression().fit(rows[["age", "income"]], rows.y)
    expected = model.predict(X)
    for estimator, data in ((model, X), (model, sparse.csr_matrix(X)), (named, X), (model, X.tolist())):
        np.testing.assert_array_equal(predictions_of(estimator, data, rows=200).decision, expected)
    with pytest.raises(DataError, match="X has 200 rows and the data have 150"):
        predictions_of(model, X, rows=150)
    with pytest.raises(DataError, match="fitted on 2"):
        predictions_of(model, X[:, :1])
    with pytest.raises(DataError, match=r"shape is \(200,\)"):
        predictions_of(model, X[:, 0])


def test_what_cannot_predict_is_refused(rows):
    """A class, an unfitted estimator and something without predict are told apart."""
    with pytest.raises(UsageError, match="is a class"):
        predictions_of(LogisticRegression, rows)
    with pytest.raises(UsageError, match="not fitted"):
        predictions_of(LogisticRegression(), rows)
    with pytest.raises(UsageError, match="no method predict"):
        predictions_of(StandardScaler().fit(rows[["age"]]), rows)


def test_features_that_are_not_there_are_named(rows):
    """A renamed column is answered with the nearest name, in frames and in other data."""
    model = LogisticRegression().fit(rows[["age", "income"]], rows.y)
    renamed = rows.rename(columns={"income": "incomes"})
    for data in (renamed, pl.from_pandas(renamed)):
        with pytest.raises(DataError, match=r"'income' is not in the data.*Did you mean 'incomes'\?"):
            predictions_of(model, data)
    unnamed = LogisticRegression().fit(rows[["age", "income"]].to_numpy(), rows.y)
    with pytest.raises(UsageError, match="features="):
        predictions_of(unnamed, pl.from_pandas(rows))


def test_rows_that_the_estimator_refuses_are_explained(rows):
    """A text where a number was fitted is the data's problem, in the estimator's words."""
    model = LogisticRegression().fit(rows[["age"]], rows.y)
    with pytest.raises(DataError, match="LogisticRegression refuses the rows"):
        predictions_of(model, rows.assign(age="old"))


def test_any_object_with_predict_will_do(rows):
    """Duck typing: no scikit-learn base class is asked for."""

    class Model:
        def predict(self, X):
            return np.ones(len(X), int)

    assert predictions_of(Model(), rows, features=["age"]).decision.sum() == 200
    assert predictions_of(DummyClassifier().fit(rows[["age"]], rows.y), rows).score is not None
