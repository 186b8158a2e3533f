"""Views of counts: the right rows in the right fields, nothing lost on the way, and sums commute."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairkit.counts import FIELDS, LEFT_OUT, Axis, Counts, Kind
from fairkit.model_axes import models_of
from fairkit.views import views

SEXES = ("F", "M")


def _scores(cells, values, names=("score", "decision"), **options):
    axes = [Axis(name, (), options.pop("width", 0.0) if name.startswith("score") else 0.0) for name in names]
    inner = [cell[1:] for cell in cells]
    return Counts.from_cells(
        Kind.SCORES, ["sex"], [cell[:1] for cell in cells], values, axes=axes, axis_cells=inner, **options
    )


def _classes(cells, values, names=("label", "decision"), **options):
    return Counts.from_cells(
        Kind.CLASSES,
        ["sex"],
        [cell[:1] for cell in cells],
        values,
        axes=[Axis(name, ()) for name in names],
        axis_cells=[cell[1:] for cell in cells],
        **options,
    )


def _outcomes(cells, values, names=("a", "b"), **options):
    return Counts.from_cells(
        Kind.OUTCOMES,
        ["sex"],
        [cell[:1] for cell in cells],
        values,
        axes=[Axis(name, ()) for name in names],
        axis_cells=[cell[1:] for cell in cells],
        **options,
    )


def _named(seen):
    return {(view.variant, view.counts.kind): view.counts for view in seen}


@pytest.mark.parametrize("kind", [Kind.CONFUSION, Kind.DECISIONS, Kind.AGREEMENT, Kind.REGRESSION])
def test_a_kind_without_inner_keys_is_its_own_view(kind):
    """Counts that metrics read as they are come back unchanged."""
    width = len(FIELDS[kind]) + len(LEFT_OUT[kind])
    counts = Counts.from_cells(kind, ["sex"], [("F",)], [list(range(1, width + 1))])
    (view,) = views(counts)
    assert view.variant is None
    assert view.counts is counts


def test_scores_with_a_decision_give_confusion_counts_and_scores():
    """Positives and negatives are placed by their decision, and the scores forget it."""
    counts = _scores(
        [("F", "0.2", "0"), ("F", "0.8", "1"), ("F", "0.8", "0"), ("F", "0.8", None), ("F", None, None)],
        [
            [1.0, 4, 0.2, 0.8, 0.04, 0.16, 0, 0, 0],
            [5.0, 2, 4.0, 1.6, 3.2, 1.28, 0, 0, 0],
            [1.0, 0, 0.8, 0.0, 0.64, 0.0, 0, 0, 0],
            [7.0, 3, 5.6, 2.4, 4.48, 1.92, 0, 0, 0],
            [0.0, 0, 0.0, 0.0, 0.0, 0.0, 11, 13, 17],
        ],
    )
    found = _named(views(counts))
    confusion = found[None, Kind.CONFUSION]
    assert confusion.values.tolist() == [[5, 2, 2, 4, 11, 10 + 13, 17]]
    assert confusion.values.dtype == np.int64
    scores = found[None, Kind.SCORES]
    assert [axis.name for axis in scores.axes] == ["score"]
    assert scores.values[1].tolist() == pytest.approx([13, 5, 10.4, 4.0, 8.32, 3.2, 0, 0, 0])
    assert scores.total_rows == confusion.total_rows == counts.total_rows


def test_each_model_has_scores_of_its_own():
    """The sums of one model's scores follow from its axis, and a row that it did not score is left out."""
    counts = _scores(
        [("F", "0.25", "0.5"), ("F", None, "0.75"), ("F", None, None)],
        [[4.0, 0, 9, 9, 9, 9, 0, 0, 0], [0, 2.0, 9, 9, 9, 9, 0, 0, 0], [0, 0, 0, 0, 0, 0, 3, 5, 7]],
        names=("score:old", "score:new"),
    )
    assert models_of(counts) == ("old", "new")
    old, new = views(counts)
    assert (old.variant, new.variant) == ("old", "new")
    assert old.counts.axes[0] == Axis("score", ("0.25", None))
    assert old.counts.values.tolist() == [
        [4, 0, 1.0, 0, 0.25, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 3, 2 + 5, 7],
    ]
    assert new.counts.values.tolist() == [
        [4, 0, 2.0, 0, 1.0, 0, 0, 0, 0],
        [0, 2, 0, 1.5, 0, 1.125, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 3, 5, 7],
    ]


def test_a_binned_score_of_a_model_stands_in_the_middle_of_its_bin():
    """Where several models' scores are binned, their sums are those of the middles of the bins."""
    counts = _scores(
        [("F", "0.5", "0.0")], [[2.0, 0, 0, 0, 0, 0, 0, 0, 0]], ("score:a", "score:b"), width=0.5
    )
    assert views(counts)[0].counts.values[0, :6].tolist() == [2, 0, 1.5, 0, 1.125, 0]


def test_weights_of_scores_are_squared_with_the_score_once():
    """The squares of score sums add up squared weights times the score; rows count rows only."""
    counts = _scores(
        [("F", "0.5", "0.25")],
        [[3.0, 0, 0, 0, 0, 0, 0, 0, 0]],
        ("score:a", "score:b"),
        squares=[[5.0, 0, 0, 0, 0, 0, 0, 0, 0]],
        rows=[[2, 0, 0, 0, 0, 0, 0, 0, 0]],
    )
    seen = views(counts)[0].counts
    assert seen.squares[0, :6].tolist() == [5.0, 0, 2.5, 0, 1.25, 0]
    assert seen.rows[0].tolist() == [2, 0, 0, 0, 0, 0, 0, 0, 0]


def test_classes_are_seen_together_and_each_against_the_rest():
    """Three classes give agreement, the classes themselves and one confusion table for each."""
    counts = _classes(
        [
            ("F", "cat", "cat"),
            ("F", "cat", "dog"),
            ("F", "dog", "cow"),
            ("F", "cow", "cow"),
            ("F", None, None),
        ],
        [[8, 0, 0, 0], [4, 0, 0, 0], [2, 0, 0, 0], [1, 0, 0, 0], [0, 3, 5, 7]],
    )
    found = _named(views(counts))
    assert list(found) == [
        (None, Kind.AGREEMENT),
        (None, Kind.CLASSES),
        ("cat", Kind.CONFUSION),
        ("cow", Kind.CONFUSION),
        ("dog", Kind.CONFUSION),
    ]
    assert found[None, Kind.AGREEMENT].values.tolist() == [[9, 6, 3, 5, 7]]
    assert found[None, Kind.CLASSES] is counts
    assert found["cat", Kind.CONFUSION].values.tolist() == [[8, 0, 4, 3, 3, 5, 7]]
    assert found["dog", Kind.CONFUSION].values.tolist() == [[0, 4, 2, 9, 3, 5, 7]]
    assert found["cow", Kind.CONFUSION].values.tolist() == [[1, 2, 0, 12, 3, 5, 7]]


def test_named_classes_are_seen_only():
    """Asked for one class there is one table; a class that never occurs has only true negatives."""
    counts = _classes([("F", "cat", "dog")], [[4, 0, 0, 0]])
    found = _named(views(counts, classes=["cat", "bird"]))
    assert [variant for variant, kind in found if kind is Kind.CONFUSION] == ["cat", "bird"]
    assert found["bird", Kind.CONFUSION].values.tolist() == [[0, 0, 0, 4, 0, 0, 0]]


def test_several_models_of_classes_are_told_apart():
    """Each model has its own views, and a row that only one of them decided is left out of the other's."""
    counts = _classes(
        [("F", "cat", "cat", "dog"), ("F", "cat", "dog", None), ("F", None, "cat", "cat")],
        [[5, 0, 0, 0], [3, 0, 0, 0], [2, 0, 0, 0]],
        names=("label", "decision:a", "decision:b"),
    )
    found = _named(views(counts))
    assert found["a", Kind.AGREEMENT].values.tolist() == [[5, 3, 2, 0, 0]]
    assert found["b", Kind.AGREEMENT].values.tolist() == [[0, 5, 2, 3, 0]]
    assert found["b", Kind.CLASSES].axes == (
        Axis("label", ("cat", None)),
        Axis("decision", ("cat", "dog", None)),
    )
    assert found["a: cat", Kind.CONFUSION].values.tolist() == [[5, 0, 3, 0, 2, 0, 0]]


def test_outputs_of_one_model_are_seen_alone_and_together():
    """A row is an exact match only where every output is right, and left out where one is missing."""
    counts = _outcomes(
        [("F", "tp", "tn"), ("F", "tp", "fp"), ("F", "fn", None), ("F", "label_missing", "tp")],
        [[4], [3], [2], [1]],
    )
    found = _named(views(counts))
    assert found[None, Kind.AGREEMENT].values.tolist() == [[4, 3, 1, 2, 0]]
    assert found[None, Kind.OUTCOMES] is counts
    assert found["a", Kind.CONFUSION].values.tolist() == [[7, 0, 2, 0, 1, 0, 0]]
    assert found["b", Kind.CONFUSION].values.tolist() == [[1, 3, 0, 4, 0, 2, 0]]


def test_outcomes_of_models_are_seen_one_by_one():
    """Several models have no joint view: their comparison is made from the joint table itself."""
    counts = _outcomes([("F", "tp", "fn"), ("F", "fp", None)], [[4], [3]])
    assert [(v.variant, v.counts.values.tolist()) for v in views(counts, models=True)] == [
        ("a", [[4, 3, 0, 0, 0, 0, 0]]),
        ("b", [[0, 0, 4, 0, 0, 3, 0]]),
    ]


def test_outcomes_without_a_label_are_decisions():
    """Where nothing was labelled, all that can be seen is who was selected."""
    counts = _outcomes([("F", "selected", "rejected"), ("F", "rejected", None)], [[4], [3]])
    for models in (False, True):
        assert [
            (v.variant, v.counts.kind, v.counts.values.tolist()) for v in views(counts, models=models)
        ] == [
            ("a", Kind.DECISIONS, [[4, 3, 0]]),
            ("b", Kind.DECISIONS, [[0, 4, 3]]),
        ]


# --- properties ---

_LEVELS = {
    Kind.SCORES: ((None, "0.25", "0.5", "0.75"), ("0", "1", None)),
    Kind.CLASSES: (("cat", "dog", "cow"), ("cat", "dog", "cow")),
    Kind.OUTCOMES: (("tp", "fp", "fn", "tn", None), ("tp", "fp", "fn", "tn", None)),
}
_NAMES = {
    Kind.SCORES: ("score", "decision"),
    Kind.CLASSES: ("label", "decision"),
    Kind.OUTCOMES: ("a", "b"),
}


@st.composite
def _tables(draw, kind, weighted, clustered):
    size = draw(st.integers(1, 8))
    width = len(FIELDS[kind]) + len(LEFT_OUT[kind])
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows = rng.integers(0, 4, (size, width))
    rows[0, 0] = 1
    counted = [f not in FIELDS[kind] or not f.endswith(("score", "score2")) for f in _fields(kind)]
    weights = rows * rng.integers(1, 4, (size, width))
    return Counts.from_cells(
        kind,
        ["sex"],
        [(SEXES[i],) for i in rng.integers(0, 2, size)],
        weights.astype(float) if weighted or kind is Kind.SCORES else rows,
        squares=weights * 2.0 if weighted else None,
        rows=rows * counted if weighted else None,
        clusters=[f"c{i}" for i in rng.integers(0, 3, size)] if clustered else None,
        axes=[Axis(name, ()) for name in _NAMES[kind]],
        axis_cells=[tuple(rng.choice(np.array(levels, object)) for levels in _LEVELS[kind]) for _ in rows],
    )


def _fields(kind):
    return FIELDS[kind] + LEFT_OUT[kind]


def _all_views(counts):
    return views(counts, classes=["cat", "dog", "cow"])


@pytest.mark.parametrize("kind", [Kind.SCORES, Kind.CLASSES, Kind.OUTCOMES])
@pytest.mark.parametrize(("weighted", "clustered"), [(False, False), (True, False), (True, True)])
@settings(max_examples=40)
@given(data=st.data())
def test_views_commute_with_sums(kind, weighted, clustered, data):
    """The view of a merged table is the merged view, and that of a marginal is the marginal of the view."""
    one, two = (data.draw(_tables(kind, weighted, clustered)) for _ in range(2))
    joint = _all_views(one + two)
    for whole, first, second in zip(joint, _all_views(one), _all_views(two), strict=True):
        assert whole.counts == first.counts + second.counts
    summed = (one + two).marginal([], keep_clusters=clustered)
    for whole, view in zip(joint, _all_views(summed), strict=True):
        assert whole.counts.marginal([], keep_clusters=clustered) == view.counts


@pytest.mark.parametrize("kind", [Kind.SCORES, Kind.CLASSES, Kind.OUTCOMES])
@settings(max_examples=40)
@given(data=st.data())
def test_views_lose_no_row(kind, data):
    """Every row of the table, and every weight, is in every view, among the used or the left out."""
    counts = data.draw(_tables(kind, weighted=True, clustered=True))
    rows = [f not in FIELDS[kind] or not f.endswith(("score", "score2")) for f in _fields(kind)]
    for view in _all_views(counts):
        seen = view.counts
        kept = [f not in FIELDS[seen.kind] or not f.endswith(("score", "score2")) for f in seen.fields]
        assert seen.total_rows == counts.total_rows
        assert seen.values[:, kept].sum() == pytest.approx(counts.values[:, rows].sum())
        assert seen.squares[:, kept].sum() == pytest.approx(counts.squares[:, rows].sum())
        assert set(seen.cluster_ids) == set(counts.cluster_ids)


def test_lost_clusters_are_remembered():
    """A view of counts whose clusters were summed out cannot pretend that rows are independent."""
    counts = _classes([("F", "cat", "dog")], [[4, 0, 0, 0]], clusters=["one"]).marginal(["sex"])
    assert all(view.counts.clusters_lost for view in views(counts))
