"""Scores as they are read: exact where they can be, in the same bins on every engine where they cannot."""

import math

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from plain_counts import assert_same, is_number, plain_counts

from fairkit.counts import FIELDS, Axis, Kind, merge
from fairkit.errors import DataError, UsageError
from fairkit.frames import Question, count
from fairkit.views import views

RNG = np.random.default_rng(7)
N = 60


def pick(values, size=N):
    """Draw a column; None makes missing values."""
    return [values[i] for i in RNG.integers(0, len(values), size)]


ROWS = {
    "g": pick(["a", "b", None]),
    "y": pick([0, 1, 1, None]),
    "y_bool": pick([True, False]),
    "s": pick([0.25, 0.1, 1 / 3, 1.0, -0.0, 0.0, None, math.nan, math.inf]),
    "t": [float(x) for x in RNG.normal(size=N)],
    "points": pick([1, 2, 3]),
    "d": pick([True, False, None]),
    "e": pick([0, 1]),
    "w": pick([0.5, 1.0, 2.25, 0.0]),
    "k": pick(["p1", "p2", "p3"]),
}


def expected(label, scores, *, decisions=None, weights=None, clusters=None, widths=None, rows=ROWS):
    """Count scores by plain Python; `scores` and `decisions` give each model's column."""
    decisions = decisions or {}
    widths = widths or dict.fromkeys(scores, 0.0)
    adds, levels = [], []
    for i, y in enumerate(rows[label]):
        own = {
            name: rows[column][i] if is_number(rows[column][i]) else None for name, column in scores.items()
        }
        decided = {name: rows[column][i] for name, column in decisions.items()}
        usable = any(value is not None for value in (*own.values(), *decided.values()))
        add = {}
        if y is None:
            add["label_missing" if usable else "both_missing"] = 1
        elif not usable:
            add["score_missing"] = 1
        else:
            word = "positive" if y else "negative"
            add[f"{word}s"] = 1
            score = next(iter(own.values()))
            if len(own) == 1 and score is not None:
                add |= {f"{word}_score": score, f"{word}_score2": score**2}
        adds.append(add)
        levels.append(
            (
                *(level_of(value, widths[name]) for name, value in own.items()),
                *(None if value is None else str(int(value)) for value in decided.values()),
            )
        )
    axes = [Axis(f"score:{name}" if name else "score", (), widths[name]) for name in scores]
    axes += [Axis(f"decision:{name}" if name else "decision", ()) for name in decisions]
    return plain_counts(
        Kind.SCORES,
        [(level,) for level in rows["g"]],
        adds,
        axes=axes,
        levels=levels,
        weights=weights,
        clusters=clusters,
    )


def level_of(score, width):
    """Name the level of a score."""
    if score is None:
        return None
    return repr(math.floor(score / width) * width + 0.0 if width else float(score) + 0.0)


def only(*names):
    """Return some columns of the rows."""
    return {name: ROWS[name] for name in names}


def test_scores_are_kept_as_they_are(frame_of):
    """Few scores are levels themselves; -0.0 is 0.0, and a score that is missing, NaN or infinite is none."""
    found = count(frame_of(only("g", "y", "s")), by="g", label="y", score="s")
    assert found.axes == (Axis("score", ("0.0", "0.1", "0.25", repr(1 / 3), "1.0", None)),)
    assert_same(found, expected("y", {"": "s"}))


def test_weighted_and_clustered_scores(frame_of):
    """Weights and clusters work as they do for decisions; whole numbers are scores like any others."""
    found = count(
        frame_of(only("g", "y_bool", "points", "w", "k")),
        by="g",
        label="y_bool",
        score="points",
        weight="w",
        cluster="k",
    )
    assert_same(found, expected("y_bool", {"": "points"}, weights=ROWS["w"], clusters=ROWS["k"]))


def test_scores_with_decisions_serve_both_kinds_of_metrics(frame_of):
    """A row whose score is missing still has its decision, and the other way round."""
    found = count(frame_of(only("g", "y", "s", "d")), by="g", label="y", score="s", decision="d")
    assert_same(found, expected("y", {"": "s"}, decisions={"": "d"}))
    decided = count(frame_of(only("g", "y", "d")), by="g", label="y", decision="d")
    scored = count(frame_of(only("g", "y", "s")), by="g", label="y", score="s")
    for view in views(found):
        alone = decided if view.counts.kind is Kind.CONFUSION else scored
        np.testing.assert_allclose(view.counts.values.sum(axis=0), alone.values.sum(axis=0), rtol=1e-12)
        used = len(FIELDS[view.counts.kind])
        np.testing.assert_allclose(
            view.counts.marginal(["g"], keep_axes=False).values[:, :used],
            alone.marginal(["g"], keep_axes=False).values[:, :used],
            rtol=1e-12,
        )


def test_a_threshold_decides_on_the_score(frame_of):
    """Where the score is missing so is the decision, and the row is left out of both."""
    rows = only("g", "y", "s")
    found = count(frame_of(rows), by="g", label="y", score="s", threshold=0.25)
    decided = [value >= 0.25 if is_number(value) else None for value in ROWS["s"]]
    assert_same(found, expected("y", {"": "s"}, decisions={"": "d"}, rows={**ROWS, "d": decided}))


def test_scores_of_several_models_lie_on_axes_of_their_own(frame_of):
    """Rows keep both scores, so that models can be compared on the same rows."""
    found = count(
        frame_of(only("g", "y", "s", "points")), by="g", label="y", score={"new": "s", "old": "points"}
    )
    assert_same(found, expected("y", {"new": "s", "old": "points"}))


def test_many_scores_lie_in_bins_that_all_engines_share(frame_of, monkeypatch):
    """Beyond the limit of an exact table, bins are the finest power of two with at most so many of them."""
    monkeypatch.setattr("fairkit.door.grids.EXACT_CELLS", 20)
    monkeypatch.setattr("fairkit.door.grids.MOST_BINS", (16, 16))
    found = count(frame_of(only("g", "y", "t", "w")), by="g", label="y", score="t", weight="w", threshold=0.1)
    decided = [value >= 0.1 for value in ROWS["t"]]
    spread = max(ROWS["t"]) - min(ROWS["t"])
    width = 2.0 ** math.ceil(math.log2(spread / 16))
    assert_same(
        found,
        expected(
            "y",
            {"": "t"},
            decisions={"": "d"},
            weights=ROWS["w"],
            widths={"": width},
            rows={**ROWS, "d": decided},
        ),
    )


def test_bins_that_hold_one_score_each_are_exact(frame_of, monkeypatch):
    """A score of few values is exact however many rows there are, for no bin mixes two."""
    monkeypatch.setattr("fairkit.door.grids.EXACT_ROWS", 10)
    found = count(frame_of(only("g", "y", "s", "w")), by="g", label="y", score="s", weight="w")
    assert_same(found, expected("y", {"": "s"}, weights=ROWS["w"]))


def test_data_without_any_score_are_counted(frame_of):
    """All rows are then left out, under their reason."""
    rows = {"g": ["a", "a", "b"], "y": [1, None, 0], "s": [math.nan] * 3}
    found = count(frame_of(rows), by="g", label="y", score="s")
    assert found.axes == (Axis("score", (None,)),)
    assert dict(zip(found.fields, found.values.sum(axis=0), strict=True)) == {
        **dict.fromkeys(found.fields, 0),
        "score_missing": 2,
        "both_missing": 1,
    }


@pytest.mark.parametrize("values", [["low", "high"], [True, False]], ids=["texts", "truth values"])
def test_what_is_no_number_is_no_score(frame_of, values):
    """Texts and truth values are refused by the name of their column."""
    with pytest.raises(DataError, match=r"column 's'.* must hold numbers"):
        count(frame_of({"g": ["a", "b"], "y": [1, 0], "s": values}), by="g", label="y", score="s")


# --- arrays ---


def table_of(rows):
    """Put rows into a Polars frame."""
    return pl.DataFrame(rows, strict=False)


@pytest.mark.parametrize("shift", [0.0, -0.5, 1e6, -1e-9, 2.0**60])
@pytest.mark.parametrize("scale", [1.0, 1e-300, 1e9, 2.0**-1074])
def test_arrays_and_engines_find_the_same_bins(monkeypatch, shift, scale):
    """Wherever scores lie and however wide they are spread, no bin depends on who computes it."""
    monkeypatch.setattr("fairkit.door.grids.EXACT_ROWS", 0)
    rng = np.random.default_rng(5)
    rows = {
        "g": rng.integers(0, 3, 9000),
        "y": rng.integers(0, 2, 9000),
        "s": (rng.random(9000) + shift) * scale,
    }
    found = count(rows, by="g", label="y", score="s")
    assert_same(count(table_of(rows), by="g", label="y", score="s"), found)
    (axis,) = found.axes
    if axis.width:
        assert math.frexp(axis.width)[0] == 0.5
        assert np.ptp(rows["s"]) / axis.width <= 4096
        assert len(axis.levels) <= 4097


def test_probabilities_have_bins_of_two_to_the_minus_twelve():
    """That is the width that the accuracy of binned areas under curves is stated for."""
    rng = np.random.default_rng(1)
    rows = {"g": np.zeros(9000, int), "y": rng.integers(0, 2, 9000), "s": rng.random(9000)}
    exact = count(rows, by="g", label="y", score="s")
    assert (exact.axes[0].width, len(exact.axes[0].levels)) == (0.0, 9000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fairkit.door.grids.EXACT_ROWS", 0)
        binned = count(rows, by="g", label="y", score="s")
    assert binned.axes[0].width == 2.0**-12
    np.testing.assert_allclose(binned.values.sum(axis=0), exact.values.sum(axis=0), rtol=1e-12)


def test_single_floats_are_widened_first():
    """A score of single precision is the double it stands for, on every engine."""
    scores = np.array([0.1, 0.2, 0.1], np.float32)
    rows = {"g": ["a"] * 3, "y": [0, 1, 1], "s": scores}
    wanted = (repr(float(np.float32(0.1))), repr(float(np.float32(0.2))))
    for frame in (rows, pd.DataFrame(rows), pl.DataFrame(rows), pa.table(rows)):
        assert count(frame, by="g", label="y", score="s").axes[0].levels == wanted


def test_scores_beyond_one_block_are_counted(monkeypatch):
    """Blocks join without a seam, exact or not, with missing scores in between."""
    rng = np.random.default_rng(2)
    size = 3 * 2**16 + 5
    rows = {"g": rng.integers(0, 3, size), "y": rng.integers(0, 2, size), "s": rng.random(size)}
    rows["s"][::7] = np.nan
    few = {**rows, "s": rows["s"].round(2)}
    late = {**few, "s": few["s"].copy()}
    late["s"][-1] = 0.500001  # only the last block shows that a bin has two scores
    late["s"][0] = 0.5
    late["g"] = np.zeros(size, int)
    monkeypatch.setattr("fairkit.door.grids.EXACT_ROWS", 0)
    for one, exact in ((rows, False), (few, True), (late, False)):
        found = count(one, by="g", label="y", score="s")
        assert (found.axes[0].width == 0) == exact
        assert found.total_rows == size
        assert_same(count(table_of(one), by="g", label="y", score="s"), found)


def test_two_scores_in_one_bin_are_seen_within_a_cell_only(monkeypatch):
    """Groups that share a bin but no score still have exact tables."""
    monkeypatch.setattr("fairkit.door.grids.EXACT_ROWS", 0)
    rows = {"g": ["a", "a", "b", "b"], "y": [0, 1, 0, 1], "s": [0.5, 0.9, 0.5 + 1e-9, 0.1]}
    for frame in (rows, table_of(rows)):
        assert count(frame, by="g", label="y", score="s").axes[0].levels == (
            "0.1",
            "0.5",
            "0.500000001",
            "0.9",
        )
    rows["g"] = ["a"] * 4
    rows["y"] = [0] * 4
    for frame in (rows, table_of(rows)):
        assert count(frame, by="g", label="y", score="s").axes[0].width > 0


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b"]),
            st.sampled_from([0, 1, None]),
            st.one_of(st.none(), st.floats(allow_nan=True), st.floats(0, 1), st.sampled_from([0.5, 0.25])),
        ),
        max_size=30,
    ),
    st.integers(0, 30),
    st.booleans(),
)
def test_counting_in_parts_loses_nothing(rows, cut, binned):
    """Parts are merged at the coarser width, and the whole coarsened to it is the same table."""
    columns = [[row[i] for row in rows] for i in range(3)]
    table = pa.table(
        {
            "g": pa.array(columns[0], pa.string()),
            "y": pa.array(columns[1], pa.int8()),
            "s": pa.array([None if s is None or abs(s) > 1e70 else s for s in columns[2]], pa.float64()),
        }
    )
    asked = {"by": "g", "label": "y", "score": "s"}
    with pytest.MonkeyPatch.context() as patch:
        if binned:
            patch.setattr("fairkit.door.grids.EXACT_ROWS", 0)
            patch.setattr("fairkit.door.grids.MOST_BINS", (4, 4))
        whole = count(table, **asked)
        parts = merge([count(table.slice(0, cut), **asked), count(table.slice(cut), **asked)])
        again = count(table.to_pandas(types_mapper=pd.ArrowDtype), **asked)
    assert_same(again, whole)
    assert parts.total_rows == whole.total_rows
    assert parts.axes[0].width <= whole.axes[0].width
    assert_coarser(parts, whole)


def assert_coarser(fine, coarse):
    """Hold that the coarse table is the fine one in wider bins."""
    nothing = coarse.from_codes(
        coarse.kind,
        coarse.attributes,
        ((),) * len(coarse.attributes),
        np.zeros((0, 1), np.int64),
        coarse.values[:0],
        axes=coarse.axes,
        axis_codes=np.zeros((0, 1), np.int64),
    )
    widened = fine + nothing
    np.testing.assert_array_equal(widened.row_counts, coarse.row_counts)
    np.testing.assert_allclose(widened.values, coarse.values, rtol=1e-9)


def test_more_combinations_of_scores_than_can_be_held_are_refused(monkeypatch):
    """The message says what to do about several models."""
    monkeypatch.setattr("fairkit.door.grids.EXACT_ROWS", 0)
    monkeypatch.setattr("fairkit.door.grids.MOST_CELLS", 50)
    rng = np.random.default_rng(3)
    rows = {"g": ["a"] * 900, "y": rng.integers(0, 2, 900), "s": rng.random(900), "t": rng.random(900)}
    with pytest.raises(DataError, match="scores of 2 models on the same rows have more than 50 combinations"):
        count(table_of(rows), by="g", label="y", score={"a": "s", "b": "t"})


# --- the question ---


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({"label": "y", "score": "s"}, Kind.SCORES),
        ({"label": "y", "score": "s", "threshold": 0.5}, Kind.SCORES),
        ({"label": "y", "score": "s", "decision": "d"}, Kind.SCORES),
        ({"label": "y", "score": {"a": "s", "b": "t"}, "decision": {"b": "d", "a": "e"}}, Kind.SCORES),
        ({"score": "s", "threshold": 0.5}, Kind.DECISIONS),
        ({"score": {"a": "s", "b": "t"}, "threshold": 0.5}, Kind.OUTCOMES),
    ],
)
def test_the_kind_is_known_before_rows_are_read(asked, kind):
    """A label makes counts of scores of a score, with a decision or without."""
    assert Question((), **asked).kind is kind


def test_models_must_match():
    """Decisions and scores of several models are of the same models."""
    with pytest.raises(
        UsageError, match="must be of the same models: 'a' have decisions, one without a name"
    ):
        Question((), label="y", score="s", decision={"a": "d"})


# --- what is too large ---


@pytest.mark.parametrize(
    "scores", [{"score": "s"}, {"score": {"a": "s", "b": "t"}}], ids=["one", "two models"]
)
@pytest.mark.parametrize("rows", [4, 3000], ids=["exact", "binned"])
def test_scores_too_large_for_their_squares_are_refused(frame_of, scores, rows):
    """No sum of scores is infinite: such a report could not be written."""
    spread = [0.5, 1e300, *(float(x) for x in np.linspace(0, 1, rows))]
    frame = frame_of(
        {"g": ["a"] * len(spread), "y": [i % 2 for i in range(len(spread))], "s": spread, "t": spread}
    )
    with pytest.raises(DataError, match="scores of 's' are too large for their squares"):
        count(frame, by="g", label="y", **scores)


@pytest.mark.parametrize(
    "asked", [{"decision": "d"}, {"label": "y", "decision": "d"}, {"label": "y", "score": "s"}], ids=str
)
def test_weights_too_large_for_their_squares_are_refused(frame_of, asked):
    """No sum of squared weights is infinite: there would be no interval."""
    frame = frame_of({"g": ["a", "b"], "y": [0, 1], "d": [1, 0], "s": [0.25, 0.5], "w": [1e300, 1.0]})
    with pytest.raises(DataError, match="weights of 'w' are too large for their squares"):
        count(frame, by="g", weight="w", **asked)
