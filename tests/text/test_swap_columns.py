"""Columns swapped in frames: every engine's rows come back as they were, with one column more."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_checks

from fairkit.errors import DataError, UsageError
from fairkit.text import CounterfactualSwap, TableSwapper, swap_column

ROWS = {
    "id": [1, 2, 3, 4],
    "said": ["At CHURCH.", None, 'It rained; 5 < 6, "so" what.', "A church, churches"],
    "score": [0.5, 1.5, 2.5, 3.5],
    "label": ["a", "b", None, "c"],
}
AFTER = ["At MOSQUE.", None, 'It rained; 5 < 6, "so" what.', "A mosque, mosques"]


# What scikit-learn checks of an estimator that takes texts: check_estimator itself does no more for those.
CONVENTIONS = [
    estimator_checks.check_estimator_cloneable,
    estimator_checks.check_estimator_repr,
    estimator_checks.check_estimator_tags_renamed,
    estimator_checks.check_valid_tag_types,
    estimator_checks.check_no_attributes_set_in_init,
    estimator_checks.check_parameters_default_constructible,
    estimator_checks.check_get_params_invariance,
    estimator_checks.check_set_params,
    estimator_checks.check_do_not_raise_errors_in_init_or_set_params,
    estimator_checks.check_mixin_order,
]


def swapped(frame, **options):
    """Swap the column of texts."""
    return swap_column(frame, "said", attribute="religion", target="Muslim", **options)


def columns(found):
    """Return the columns of any frame as lists, None where a value is missing."""
    if hasattr(found, "compute"):
        found = found.compute()
    if hasattr(found, "toArrow"):
        found = found.toArrow()
    if isinstance(found, pl.LazyFrame):
        found = found.collect()
    if isinstance(found, pl.DataFrame):
        return found.to_dict(as_series=False)
    if isinstance(found, pa.Table):
        return found.to_pydict()
    if isinstance(found, pd.DataFrame):
        found = {name: found[name].tolist() for name in found}
    return {name: [None if value is None or value is pd.NA or value != value else value for value in values]  # noqa: PLR0124
            for name, values in found.items()}  # fmt: skip


def texts(columns):
    """Return rows as texts, in the order of their numbers, with nothing where a value is missing."""
    names = sorted(columns)
    rows = zip(*(columns[name] for name in names), strict=True)
    return names, sorted(tuple("" if value is None else str(value) for value in row) for row in rows)


def test_every_engine_gives_the_same_rows(frame_of):
    """Whatever rows come in, they come back with all columns and the counterfactuals beside them."""
    found = columns(swapped(frame_of(ROWS)))
    assert texts(found) == texts(ROWS | {"said_swapped": AFTER})
    if frame_of.engine.typed and frame_of.engine.name != "json_lines":
        assert all(isinstance(value, int | np.integer) for value in found["id"])


def test_pandas_keeps_index_types_and_order():
    """The index, its repeats, column types, names and the order of columns stay, and the frame itself too."""
    frame = pd.DataFrame(ROWS, index=pd.Index(["x", "x", "y", "z"], name="key")).astype({"label": "category"})
    before = frame.copy()
    found = swapped(frame, into="said")
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(found.drop(columns="said"), before.drop(columns="said"))
    assert list(found.columns) == list(before.columns)
    assert found["said"].dtype == before["said"].dtype
    assert found["said"].isna().tolist() == [False, True, False, False]


@pytest.mark.parametrize("kind", [object, "string", "str", "category", pd.ArrowDtype(pa.large_string())])
def test_pandas_types_of_text_stay(kind):
    """Texts get the type of the column they come from."""
    frame = pd.DataFrame({"said": pd.Series(ROWS["said"], dtype=kind)})
    found = swapped(frame)["said_swapped"]
    assert columns(pd.DataFrame({"a": found}))["a"] == AFTER
    if kind == "category":
        assert isinstance(found.dtype, pd.CategoricalDtype)
    else:
        assert found.dtype == frame["said"].dtype


def test_missing_objects_of_pandas_stay_what_they_are():
    """In a column of objects None stays None, and NaN stays NaN."""
    found = swapped(pd.DataFrame({"said": pd.Series([None, np.nan, "church"], dtype=object)}))["said_swapped"]
    assert found[0] is None
    assert found[1] != found[1]
    assert found[2] == "mosque"


def test_pandas_columns_may_have_names_that_are_no_texts():
    """Columns of other names, repeated ones among them, stay."""
    frame = pd.DataFrame([[1, "church", 2, 3]], columns=[0, "said", "twice", "twice"])
    found = swapped(frame)
    assert found.columns.tolist() == [0, "said", "twice", "twice", "said_swapped"]
    assert found.to_numpy().tolist() == [[1, "church", 2, 3, "mosque"]]


def test_a_lazy_polars_query_stays_one():
    """Nothing is read before the query runs, and its schema is known before."""
    seen = []

    def watched(frame):
        seen.append(frame.height)
        return frame

    query = swapped(pl.LazyFrame(ROWS).map_batches(watched, schema=pl.LazyFrame(ROWS).collect_schema()))
    assert isinstance(query, pl.LazyFrame)
    assert query.collect_schema()["said_swapped"] == pl.String
    assert seen == []
    assert query.select("id", "said_swapped").collect().get_column("said_swapped").to_list() == AFTER
    assert sum(seen) == 4


def test_polars_and_arrow_types_stay():
    """Categories stay categories, and an Enum, which has no room for new texts, becomes texts."""
    texts = ["church", "church", None]
    frame = pl.DataFrame({"said": texts})
    assert swapped(frame.cast(pl.Categorical)).schema["said_swapped"] == pl.Categorical
    assert swapped(frame.cast(pl.Enum(["church"]))).schema["said_swapped"] == pl.String
    for kind in (pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())):
        table = pa.table({"said": pa.array(texts, pa.string()).cast(kind)}).replace_schema_metadata(
            {"a": "b"}
        )
        found = swapped(table, into="said")
        assert found.schema == table.schema
        assert found.schema.metadata == {b"a": b"b"}
        assert found["said"].to_pylist() == ["mosque", "mosque", None]


@pytest.mark.parametrize("rows", [{"said": []}, {"said": [None, None]}])
def test_columns_without_a_text_come_back(rows, frame_of):
    """No row, or no text in any, is no error."""
    given = frame_of({"id": list(range(len(rows["said"]))), **rows})
    if frame_of.engine.name == "json_lines" and not rows["said"]:
        with pytest.raises(DataError, match="the file is empty"):
            swapped(given)
        return
    assert [value or None for value in columns(swapped(given))["said_swapped"]] == rows["said"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"column": "sayd"}, "column 'sayd' is not in the data .* Did you mean 'said'"),
        ({"column": "id"}, "column 'id' must hold texts, it holds 1, 2"),
        ({"column": "said", "into": "id"}, "have a column 'id' already"),
    ],
)
@pytest.mark.parametrize("build", [dict, pd.DataFrame, pl.DataFrame, pl.LazyFrame, pa.table])
def test_wrong_columns_are_refused(build, options, said):
    """A column that is not there, holds no texts or would be overwritten is named."""
    with pytest.raises(Exception, match=said) as caught:
        columns(swap_column(build(ROWS), **options))
    assert isinstance(caught.value, DataError) or build is pl.LazyFrame


def test_options_are_checked_before_rows_are_read():
    """A wrong option is the user's, not the data's."""
    with pytest.raises(UsageError, match="there is no level"):
        swap_column(pl.LazyFrame(ROWS), "said", attribute="religion", target="Hindu")


# --- scikit-learn ---


def test_the_transformer_keeps_scikit_learns_conventions():
    """Its own checks of estimators pass: parameters, clones, tags, no fitting needed."""
    for check in CONVENTIONS:
        check("CounterfactualSwap", CounterfactualSwap("religion"))
    swap = CounterfactualSwap("religion", target="Muslim", exclude=["church mouse"])
    again = clone(swap)
    assert again.get_params() == swap.get_params()
    assert again.set_params(target="Jewish").transform(["A church"]) == ["A synagogue"]
    assert "".join(repr(swap).split()) == (
        "CounterfactualSwap(attribute='religion',exclude=['churchmouse'],target='Muslim')"
    )


@pytest.mark.parametrize(
    "build",
    [
        list,
        tuple,
        lambda texts: np.array(texts, object),
        lambda texts: pd.Series(texts, name="said", index=[7, 7, 8, 9]),
        lambda texts: pd.Series(texts, dtype="category"),
        lambda texts: pl.Series("said", texts),
        pa.array,
        lambda texts: pa.chunked_array([texts[:2], texts[2:]]),
    ],
)
def test_texts_come_back_in_what_they_came_in(build):
    """Lists, arrays and series of any library keep type, length, index, name, and what is missing."""
    given = build(ROWS["said"])
    found = CounterfactualSwap("religion", target="Muslim").transform(given)
    assert type(found) is (list if isinstance(given, tuple) else type(given))
    values = found.to_pylist() if hasattr(found, "to_pylist") else list(found)
    assert [None if value is None or value != value else value for value in values] == AFTER  # noqa: PLR0124
    if isinstance(given, pd.Series):
        assert found.index.equals(given.index)
        assert found.name == given.name


def test_frames_of_texts_keep_their_shape():
    """A frame or an array of two dimensions is rewritten column by column."""
    swap = CounterfactualSwap("religion", target="Muslim")
    frame = pd.DataFrame({"a": ["church", "x"], "b": ["y", "churches"]}, index=[3, 4])
    expected = frame.replace({"church": "mosque", "churches": "mosques"})
    pd.testing.assert_frame_equal(swap.transform(frame), expected)
    assert swap.transform(pl.DataFrame(frame)).rows() == [("mosque", "y"), ("x", "mosques")]
    assert swap.transform(frame.to_numpy(object)).tolist() == [["mosque", "y"], ["x", "mosques"]]
    assert swap.get_feature_names_out(["a", "b"]).tolist() == ["a", "b"]


def test_the_transformer_works_in_pipelines():
    """Before a vectoriser, in a column transformer, in a list of steps that were never fitted."""
    frame = pd.DataFrame({"said": ["a church", "a mosque", "rain", "snow"], "n": [1, 2, 3, 4]})
    swap = CounterfactualSwap("religion", target="Muslim")
    model = make_pipeline(
        ColumnTransformer([("text", make_pipeline(swap, CountVectorizer()), "said")]), LogisticRegression()
    ).fit(frame, [1, 1, 0, 0])
    rows = model.decision_function(frame)
    assert rows[0] == rows[1]
    with config_context(transform_output="pandas"):
        found = ColumnTransformer([("text", swap, ["said"])], remainder="passthrough").fit_transform(frame)
    assert found.columns.tolist() == ["text__said", "remainder__n"]
    assert found["text__said"].tolist() == ["a mosque", "a mosque", "rain", "snow"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ("one text", "a list of texts is needed"),
        ([1, "a"], "only texts can be rewritten, there is 1"),
        (3, "texts are needed"),
        (np.ones((2, 2)), "only texts can be rewritten, there is 1.0"),
    ],
)
def test_what_is_no_text_is_refused(values, said):
    """Numbers, and a text instead of a list of them, are named."""
    with pytest.raises(DataError, match=said):
        CounterfactualSwap("religion").transform(values)


def test_wrong_options_of_the_transformer_are_told_when_it_is_fitted():
    """As scikit-learn wants it, parameters are checked by fit, not when they are set."""
    swap = CounterfactualSwap("religion", direction="both")
    with pytest.raises(UsageError, match="'direction' is an option of the swap of gender"):
        swap.fit(["a"])


def test_a_rewriter_of_ones_own_can_be_given():
    """Anything that rewrites texts has a place in frames and pipelines."""
    own = TableSwapper({"cat": "dog"})
    assert swap_column({"a": ["a cat"]}, "a", attribute=own, into="a") == {"a": ["a dog"]}
    assert CounterfactualSwap(own).transform(["a cat"]) == ["a dog"]
