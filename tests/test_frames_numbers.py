"""Numbers that are added up (regression, counts per exposure): the same sums on every engine."""

import math

import numpy as np
import polars as pl
import pytest
from plain_counts import assert_same, is_number, plain_counts

from fairkit.counts import Kind, merge
from fairkit.errors import DataError
from fairkit.frames import Question, count

RNG = np.random.default_rng(9)
N = 60


def pick(values, size=N):
    """Draw a column; None makes missing values."""
    return [values[i] for i in RNG.integers(0, len(values), size)]


ROWS = {
    "g": pick(["a", "b", None]),
    "y": pick([1.5, -2.0, 0.25, 10.0, None, math.nan]),
    "whole": pick([3, 1, -4, 0]),
    "p": pick([1.0, -2.5, 0.125, math.inf, None]),
    "low": pick([-3.0, 0.0, None, -math.inf]),
    "high": pick([4.0, 0.25, 11.0]),
    "n": pick([0, 1, 2, 5]),
    "n_gaps": pick([0.0, 1.0, 7.0, None]),
    "t": pick([0.5, 1.0, 12.0, math.nan]),
    "w": pick([0.5, 1.0, 2.25, 0.0]),
    "k": pick(["p1", "p2", "p3"]),
}


def expected_regression(label, *, quantile=None, interval=False, **more):
    """Add up errors by plain Python."""
    adds = []
    for y, p, low, high in zip(ROWS[label], ROWS["p"], ROWS["low"], ROWS["high"], strict=True):
        if not (is_number(y) and is_number(p)):
            reason = "label" if is_number(p) else "prediction" if is_number(y) else "both"
            adds.append({f"{reason}_missing": 1})
            continue
        error = p - y
        add = {
            "rows": 1,
            "error": error,
            "absolute_error": abs(error),
            "error2": error**2,
            "error4": error**4,
        }
        add |= {f"label{k if k > 1 else ''}": y**k for k in (1, 2, 3, 4)}
        add |= {"error2_label": error**2 * y, "error2_label2": error**2 * y**2}
        if quantile is not None:
            loss = max(quantile * (y - p), (quantile - 1) * (y - p))
            add |= {"quantile_rows": 1, "quantile_loss": loss, "quantile_loss2": loss**2}
        if interval and is_number(low) and is_number(high):
            add |= {"interval_rows": 1, "covered": low <= y <= high}
            add |= {"width": high - low, "width2": (high - low) ** 2}
        adds.append(add)
    return plain_counts(Kind.REGRESSION, [(level,) for level in ROWS["g"]], adds, **more)


def expected_events(events, exposure=None, **more):
    """Add up events by plain Python."""
    adds = []
    for i, n in enumerate(ROWS[events]):
        t = 1.0 if exposure is None else ROWS[exposure][i]
        if not (is_number(n) and is_number(t)):
            reason = "numerator" if is_number(t) else "denominator" if is_number(n) else "both"
            adds.append({f"{reason}_missing": 1})
            continue
        add = {"rows": 1, "numerator": n, "denominator": t, "numerator2": n**2, "denominator2": t**2}
        adds.append({**add, "numerator_denominator": n * t})
    return plain_counts(Kind.EVENTS, [(level,) for level in ROWS["g"]], adds, **more)


def only(*names):
    """Return some columns of the rows."""
    return {name: ROWS[name] for name in names}


# --- regression ---


def test_errors_are_added_up_with_their_powers(frame_of):
    """Rows that lack the label, the prediction or both are left out under their reason."""
    found = count(frame_of(only("g", "y", "p")), by="g", label="y", prediction="p")
    assert_same(found, expected_regression("y"))


def test_intervals_and_quantiles_are_judged_too(frame_of):
    """A row without an end of its interval still has its error; weights and clusters work as ever."""
    found = count(
        frame_of(only("g", "whole", "p", "low", "high", "w", "k")),
        by=["g", "positive: whole > 0"],
        label="whole",
        prediction="p",
        prediction_low="low",
        prediction_high="high",
        quantile=0.2,
        weight="w",
        cluster="k",
    )
    wanted = expected_regression("whole", quantile=0.2, interval=True, weights=ROWS["w"], clusters=ROWS["k"])
    assert_same(found.marginal(["g"], keep_clusters=True), wanted)
    assert found.levels[1] == ("False", "True")


@pytest.mark.parametrize("values", [["low", "high"], [True, False]], ids=["texts", "truth values"])
def test_what_is_no_number_is_refused(frame_of, values):
    """Texts and truth values are refused, all columns at once where the engine knows its types."""
    rows = {"g": ["a", "b"], "y": values, "p": values}
    with pytest.raises(DataError, match=r"column '[yp]'.* must hold numbers"):
        count(frame_of(rows), by="g", label="y", prediction="p")


def test_numbers_too_large_for_their_powers_are_refused(frame_of):
    """No sum is infinite."""
    rows = {"g": ["a", "b"], "y": [1e300, 1.0], "p": [-1e300, 2.0]}
    with pytest.raises(DataError, match="numbers of 'y', 'p' are too large for their powers"):
        count(frame_of(rows), by="g", label="y", prediction="p")


# --- events ---


def test_events_are_added_up_with_their_exposure(frame_of):
    """Both may have gaps; what is missing is told."""
    found = count(frame_of(only("g", "n_gaps", "t")), by="g", events="n_gaps", exposure="t")
    assert_same(found, expected_events("n_gaps", "t"))


def test_without_an_exposure_every_row_counts_once(frame_of):
    """The rate is then one of events a row."""
    found = count(frame_of(only("g", "n", "w", "k")), by="g", events="n", weight="w", cluster="k")
    assert_same(found, expected_events("n", weights=ROWS["w"], clusters=ROWS["k"]))


def test_impossible_events_are_counted_and_refused(frame_of):
    """Negative numbers, and events without any exposure, are said with their rows, all at once."""
    rows = {"g": ["a"] * 6, "n": [-1, -2, 3, 0, 5, None], "t": [1.0, 1.0, 0.0, 0.0, -1.0, -1.0]}
    with pytest.raises(DataError) as caught:
        count(frame_of(rows), by="g", events="n", exposure="t")
    assert caught.value.problems == (
        "events column 'n' is negative in 2 rows.",
        "exposure column 't' is negative in 1 rows.",
        "exposure column 't' is 0 in 1 rows that have events all the same.",
    )


# --- both ---


def test_parts_add_up_to_the_whole():
    """Sums of parts are the sums of the whole."""
    rows = pl.DataFrame(ROWS)
    for asked in ({"label": "y", "prediction": "p", "quantile": 0.9}, {"events": "n", "weight": "w"}):
        parts = [count(rows[i::3], by="g", **asked) for i in range(3)]
        assert_same(merge(parts), count(rows, by="g", **asked))


def test_rows_beyond_one_block_are_added_up():
    """Blocks join without a seam."""
    rng = np.random.default_rng(4)
    size = 2**17 + 3
    rows = {"g": rng.integers(0, 3, size), "y": rng.normal(size=size), "p": rng.normal(size=size)}
    rows["p"][::5] = np.nan
    rows["w"] = rng.integers(0, 3, size) / 2
    asked = {"by": "g", "label": "y", "prediction": "p", "weight": "w"}
    found = count(rows, **asked)
    known = np.isfinite(rows["p"])
    error = (rows["p"] - rows["y"])[known]
    column = found.fields.index("error2")
    assert found.values[:, column].sum() == pytest.approx(np.sum(rows["w"][known] * error**2))
    assert found.squares[:, column].sum() == pytest.approx(np.sum(rows["w"][known] ** 2 * error**2))
    theirs = count(pl.DataFrame(rows), **asked)
    np.testing.assert_allclose(theirs.values, found.values, rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(theirs.rows, found.rows)


def test_nullable_columns_of_pandas_are_numbers():
    """Nullable and Arrow-backed numbers, and objects with gaps, are read alike."""
    import pandas as pd

    frame = pd.DataFrame({"g": ["a", "a", "b"], "y": pd.array([1, None, 3], "Int64"), "p": [1.0, 2.0, 2.5]})
    wanted = count(frame, by="g", label="y", prediction="p")
    assert wanted.values.sum(axis=0)[[0, 5]].tolist() == [2, -0.5]
    for kind in ("Float32", "float64[pyarrow]", "object"):
        assert_same(count(frame.assign(y=frame["y"].astype(kind)), by="g", label="y", prediction="p"), wanted)


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({"label": "y", "prediction": "p"}, Kind.REGRESSION),
        ({"events": "n"}, Kind.EVENTS),
        ({"events": "n", "exposure": "t"}, Kind.EVENTS),
    ],
)
def test_the_kind_is_known_before_rows_are_read(asked, kind):
    """The first parameter of a family decides it."""
    assert Question((), **asked).kind is kind
