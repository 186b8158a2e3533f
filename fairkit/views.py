"""Views: the tables that metrics read, made from one table of counts.

Rows are counted once, with everything asked about them: a score and the decision on it, the class of a
label and of a decision, the outcomes of several outputs or models. A metric needs less. A view sums out what
it does not need and names what is left in the terms of its own kind, so that the true positive rate of one
class, of one output or of one model is the same metric on the same kind of counts as that of a two-class
decision.

Views are linear: the views of a sum are the sums of the views, whatever is weighted, clustered or summed out
before. Rows that a view cannot use are kept among those left out, under the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairkit._levels import Level, natural_order, translate
from fairkit.counts import FIELDS, LEFT_OUT, Axis, Counts, Kind
from fairkit.model_axes import OF_MODEL, has_models, models_of

IntArray = NDArray[np.int64]

NOWHERE = -1
"""Place of a sum that a view does not take over."""


@dataclass(frozen=True, slots=True)
class View:
    """Counts as metrics read them.

    Parameters
    ----------
    variant : str or None
        What the metrics are about besides the groups: a class, an output, a model, ``model: class``. It
        stands in brackets behind their names: ``true_positive_rate[cat]``.
    counts : Counts
    narrow : bool, default False
        Whether it is about one class or output among several; a model is not.

    Examples
    --------
    >>> counts = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",)], [[3, 1, 0]])
    >>> views(counts)[0].variant is None
    True
    """

    variant: str | None
    counts: Counts
    narrow: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """How one view reads the cells of a table.

    Parameters
    ----------
    model, part : str or None
        The model, and the class or output, that it is about.
    kind : Kind
        Of the view.
    place : array of int64, shape (cells, fields of the table)
        The field of the view that each sum goes to, or ``NOWHERE``.
    axes : tuple of Axis
        Of the view.
    axis_codes : array of int64 or None, shape (cells, axes)

    Examples
    --------
    >>> counts = Counts.from_cells(
    ...     Kind.OUTCOMES, [], [(), ()], [[3], [2]],
    ...     axes=[Axis("a", ()), Axis("b", ())], axis_cells=[("tp", "tp"), ("fp", None)],
    ... )
    >>> [(reading.model, reading.place.ravel().tolist()) for reading in readings(counts, models=True)]
    [('a', [1, 0]), ('b', [5, 0])]
    """

    model: str | None
    part: str | None
    kind: Kind
    place: IntArray
    axes: tuple[Axis, ...] = ()
    axis_codes: IntArray | None = None

    @property
    def variant(self) -> str | None:
        """What stands in brackets behind a metric's name."""
        named = [name for name in (self.model, self.part) if name is not None]
        return ": ".join(named) or None

    @property
    def used(self) -> NDArray[np.bool_]:
        """Which sums metrics can use, shape (cells, fields of the table)."""
        return (self.place >= 0) & (self.place < len(FIELDS[self.kind]))


def views(
    counts: Counts, *, models: bool | None = None, classes: Sequence[str] | None = None
) -> tuple[View, ...]:
    """List the tables that metrics read from one table of counts.

    Parameters
    ----------
    counts : Counts
    models : bool, optional
        Whether the axes of ``outcomes`` are several models on the same rows, or the outputs of one; by
        default their names say so (``decision:new``), as those of scores and classes do (``score:new``).
    classes : sequence of str, optional
        The classes to set against the rest, each in a view of its own; by default all that occur.

    Returns
    -------
    tuple of View
        - scores: themselves, the decision summed out; with an axis ``decision`` also confusion counts;
        - classes: agreement, the classes themselves, and confusion counts of each class against the rest;
        - outcomes: confusion counts of each output or model (decisions, if nothing was labelled); of the
          outputs of one model also the outcomes themselves and agreement (all outputs right, or not);
        - transcripts: each system under each normaliser;
        - all else: itself.

    Notes
    -----
    With several models there are these views for each. A model's scores are then known by their axis only:
    their sums are those of the axis levels, or of the middles of its bins (off by at most half a width each).

    Examples
    --------
    >>> counts = Counts.from_cells(
    ...     Kind.CLASSES, ["sex"], [("F",), ("F",)], [[3, 0, 0, 0], [2, 0, 0, 0]],
    ...     axes=[Axis("label", ()), Axis("decision", ())], axis_cells=[("cat", "cat"), ("cat", "dog")],
    ... )
    >>> for view in views(counts):
    ...     print(view.variant, view.counts.kind, view.counts.values.tolist())
    None agreement [[3, 2, 0, 0, 0]]
    None classes [[3, 0, 0, 0], [2, 0, 0, 0]]
    cat confusion [[3, 0, 2, 0, 0, 0, 0]]
    dog confusion [[0, 2, 0, 3, 0, 0, 0]]
    """
    if counts.kind in (Kind.WORDS, Kind.CHARACTERS):
        from fairkit.speech.counting import each_seen

        return tuple(View(name, table) for name, table in each_seen(counts))
    return tuple(
        View(reading.variant, _seen(counts, reading), reading.part is not None)
        for reading in readings(counts, models=models, classes=classes)
    )


def readings(
    counts: Counts, *, models: bool | None = None, classes: Sequence[str] | None = None
) -> tuple[Reading, ...]:
    """Say how each view reads the cells; parameters and order are those of :func:`views`.

    Examples
    --------
    >>> counts = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",)], [[3, 1, 0]])
    >>> readings(counts)[0].place.tolist()
    [[0, 1, 2]]
    """
    if counts.kind is Kind.SCORES:
        return tuple(_of_scores(counts))
    if counts.kind is Kind.CLASSES:
        return tuple(_of_classes(counts, classes))
    if counts.kind is Kind.OUTCOMES:
        return tuple(_of_outcomes(counts, models=models))
    return (_itself(counts),)


def _itself(counts: Counts, part: str | None = None) -> Reading:
    place = np.tile(np.arange(len(counts.fields)), (len(counts.values), 1))
    return Reading(None, part, counts.kind, place, counts.axes, counts.axis_codes)


def _seen(counts: Counts, reading: Reading) -> Counts:
    """Write the counts of a view."""
    width = len(FIELDS[reading.kind]) + len(LEFT_OUT[reading.kind])
    if reading.kind is counts.kind and reading.axes == counts.axes:
        return counts

    def moved(table: NDArray[Any], *, of_rows: bool = False) -> NDArray[Any]:
        found = np.zeros((len(table), width + 1), table.dtype)  # the last column takes what goes nowhere
        cells = np.arange(len(table))
        for field in range(table.shape[1]):
            found[cells, reading.place[:, field]] += table[:, field]
        if reading.model is not None and reading.kind is Kind.SCORES and not of_rows:
            found = _with_moments(found.astype(np.float64), reading)
        return found[:, :-1]

    only_rows = counts.rows is None and reading.kind is not Kind.SCORES
    table = Counts.from_codes(
        reading.kind,
        counts.attributes,
        counts.levels,
        counts.codes,
        moved(counts.row_counts if only_rows else counts.values),
        squares=None if counts.squares is None else moved(counts.squares),
        rows=None if counts.rows is None else moved(counts.rows, of_rows=True),
        clusters=counts.clusters,
        cluster_ids=counts.cluster_ids,
        axes=reading.axes,
        axis_codes=reading.axis_codes,
    )
    return replace(table, clusters_lost=counts.clusters_lost)


def _with_moments(table: NDArray[np.float64], reading: Reading) -> NDArray[np.float64]:
    """Fill in the sums of scores and of their squares, which are known from the axis."""
    score = scores_on(reading)[:, None]
    table[:, 2:4] = table[:, :2] * score
    table[:, 4:6] = table[:, :2] * score**2
    return table


def scores_on(reading: Reading) -> NDArray[np.float64]:
    """Return the score of each cell: its level, or the middle of its bin; 0 where missing, shape (cells,).

    Examples
    --------
    >>> axis = Axis("score", ("0.25", None), width=0.5)
    >>> place, codes = np.zeros((2, 9), np.int64), np.array([[0], [1]])
    >>> scores_on(Reading("a", None, Kind.SCORES, place, (axis,), codes)).tolist()
    [0.5, 0.0]
    """
    if reading.axis_codes is None:
        return np.zeros(len(reading.place))
    axis = reading.axes[0]
    return np.nan_to_num((axis.numbers() + axis.width / 2)[reading.axis_codes[:, 0]])


# --- scores ---


def _of_scores(counts: Counts) -> Iterator[Reading]:
    models: tuple[str | None, ...] = models_of(counts) or (None,)
    for model in models:
        decision = _axis(counts, "decision", model)
        if decision is not None:
            yield Reading(model, None, Kind.CONFUSION, _decided_scores(counts, decision))
        score = _axis(counts, "score", model)
        if score is None:
            continue
        axes, codes = _columns(counts, {"score": score})
        yield Reading(model, None, Kind.SCORES, _scores_of_one(counts, score, model), axes, codes)


def _decided_scores(counts: Counts, decision: int) -> IntArray:
    """Place labels by their decision, whether the score is there or not."""
    given = _levels_at(counts, decision)
    place = _nowhere(counts)
    target = {name: i for i, name in enumerate((*FIELDS[Kind.CONFUSION], *LEFT_OUT[Kind.CONFUSION]))}
    words = {"1": ("tp", "fp"), "0": ("fn", "tn")}
    known = np.array([g in words for g in given], bool)
    for i in (0, 1):
        place[:, i] = [target[words[g][i]] if g in words else target["decision_missing"] for g in given]
    place[:, 6] = np.where(known | _bare(counts), target["label_missing"], target["both_missing"])
    place[:, 7:] = [target["decision_missing"], target["both_missing"]]
    return place


def _scores_of_one(counts: Counts, score: int, model: str | None) -> IntArray:
    """Keep labels that have a score; the others may have had a decision, or the score of another model."""
    known = np.array([level is not None for level in _levels_at(counts, score)], bool)
    place = _nowhere(counts) if model is not None else _itself(counts).place
    place[:, :2] = np.where(known[:, None], [0, 1], 7)
    place[:, 6] = np.where(known | _bare(counts), 6, 8)
    place[:, 7:] = [7, 8]
    return place


def _bare(counts: Counts) -> NDArray[np.bool_]:
    """Tell the cells without a level on any axis: of their rows no more is known than the field says."""
    lacking = [np.array([level is None for level in axis.levels], bool) for axis in counts.axes]
    found = np.array([lost[_codes(counts)[:, i]] for i, lost in enumerate(lacking)], bool)
    return np.asarray(found.all(axis=0), bool)


# --- classes ---


def _of_classes(counts: Counts, classes: Sequence[str] | None) -> Iterator[Reading]:
    label = _axis(counts, "label", None)
    for model in models_of(counts) or (None,):
        decision = _axis(counts, "decision", model)
        if label is None or decision is None:
            continue
        named = {"label": label, "decision": decision}
        axes, codes = _columns(counts, named)
        every = natural_order({*axes[0].levels, *axes[1].levels})
        truth, given = (translate(axis.levels, every)[codes[:, i]] for i, axis in enumerate(axes))
        missing = len(every) - 1 if None in every else len(every)
        reason = _why_left_out(truth != missing, given != missing)
        field = np.where(reason >= 0, 2 + reason, np.where(truth == given, 0, 1))
        yield Reading(model, None, Kind.AGREEMENT, _sorted_out(counts, field, first=2))
        field = np.where(reason >= 0, 1 + reason, 0)
        yield Reading(model, None, Kind.CLASSES, _sorted_out(counts, field, first=1), axes, codes)
        names: list[Level] = [name for name in every if name is not None]
        for name in names if classes is None else classes:
            position = every.index(name) if name in every else NOWHERE
            one = (truth == position).astype(np.int64)
            chosen = (given == position).astype(np.int64)
            field = np.where(reason >= 0, 4 + reason, np.array([[3, 1], [2, 0]])[one, chosen])
            yield Reading(model, name, Kind.CONFUSION, _sorted_out(counts, field, first=4))


def _why_left_out(labelled: NDArray[np.bool_], decided: NDArray[np.bool_]) -> IntArray:
    """Say which of the reasons of LEFT_OUT leaves a cell out; -1 where label and decision are there."""
    return np.where(labelled, np.where(decided, -1, 1), np.where(decided, 0, 2))


def _sorted_out(counts: Counts, field: IntArray, *, first: int) -> IntArray:
    """Place a cell by its levels; where both are missing, the table itself may know which one really is."""
    place = np.repeat(field[:, None], len(counts.fields), axis=1)
    nothing = field == first + 2
    place[nothing, 1:] = [first, first + 1, first + 2]
    return place


# --- outcomes ---

_RIGHT = ("tp", "tn")
_OF_DECISIONS = ("selected", "rejected")


def _of_outcomes(counts: Counts, *, models: bool | None) -> Iterator[Reading]:
    if models is None:
        models = has_models(counts)
    labelled = not any(level in _OF_DECISIONS for axis in counts.axes for level in axis.levels)
    kind = Kind.CONFUSION if labelled else Kind.DECISIONS
    target = {name: i for i, name in enumerate((*FIELDS[kind], *LEFT_OUT[kind]))}
    if labelled and not models:
        yield Reading(None, None, Kind.AGREEMENT, _exact_matches(counts))
        yield _itself(counts)
    for i, axis in enumerate(counts.axes):
        lookup = [target.get(str(level), target["decision_missing"]) for level in axis.levels]
        place = np.array(lookup, np.int64)[_codes(counts)[:, i]][:, None]
        name = axis.name.removeprefix(OF_MODEL)
        yield Reading(name if models else None, None if models else name, kind, place)


def _exact_matches(counts: Counts) -> IntArray:
    """Call a row right where all outputs are, and leave it out where one of them is missing."""
    right, lacking = np.ones(len(counts.values), bool), np.zeros((2, len(counts.values)), bool)
    for i, axis in enumerate(counts.axes):
        own = _codes(counts)[:, i]
        right &= np.array([level in _RIGHT for level in axis.levels], bool)[own]
        lost = [level is None or level not in FIELDS[Kind.CONFUSION] for level in axis.levels]
        label = [level in ("label_missing", "both_missing") for level in axis.levels]
        decision = [a and level != "label_missing" for a, level in zip(lost, axis.levels, strict=True)]
        lacking |= np.array([label, decision], bool)[:, own]
    reason = _why_left_out(~lacking[0], ~lacking[1])
    return np.where(reason >= 0, 2 + reason, np.where(right, 0, 1))[:, None]


# --- axes ---


def _axis(counts: Counts, name: str, model: str | None) -> int | None:
    wanted = name if model is None else f"{name}:{model}"
    return next((i for i, axis in enumerate(counts.axes) if axis.name == wanted), None)


def _codes(counts: Counts) -> IntArray:
    return np.zeros((len(counts.values), 0), np.int64) if counts.axis_codes is None else counts.axis_codes


def _columns(counts: Counts, named: dict[str, int]) -> tuple[tuple[Axis, ...], IntArray]:
    """Take some of the axes, under the names that metrics know them by."""
    axes = tuple(replace(counts.axes[i], name=name) for name, i in named.items())
    return axes, _codes(counts)[:, list(named.values())]


def _levels_at(counts: Counts, axis: int) -> list[Level]:
    levels = counts.axes[axis].levels
    return [levels[code] for code in _codes(counts)[:, axis].tolist()]


def _nowhere(counts: Counts) -> IntArray:
    return np.full((len(counts.values), len(counts.fields)), NOWHERE, np.int64)
