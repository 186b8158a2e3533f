r"""Accumulated prediction sensitivity: how strongly an answer depends on what reveals a protected attribute.

For a classifier f of embeddings x with Jacobian J, weights w over classes and a protected direction v,

.. math:: P(x) = w^\top J v = \sum_k \sum_n w_k \frac{\partial f_k}{\partial x_n} v_n

accumulated over all coordinates of all tokens. Signed by default: contributions that cancel, cancel. The
absolute form, :math:`\sum_k |w_k| \sum_n |J_{kn}| |v_n|`, does not vanish without a bias: read it beside its
floor (:func:`fairkit.text.permutation_floor`).

References
----------
Krishna and others 2022, Measuring fairness of text classifiers via prediction sensitivity, ACL, 5830-5842,
arXiv 2203.08670.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import UsageError
from fairkit.text.attribution import Part, Pieces, parts_of, spread

if TYPE_CHECKING:
    from fairkit.text.networks.embedded import Differentiable
    from fairkit.text.protection.directions import Directions

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Settings:
    """What was asked, for reports.

    Parameters
    ----------
    protected : str
        What v is.
    target : str
        ``predicted``, ``given``, a class, or ``weights``.
    signed : bool
    output : {"probability", "logit"}
    scale : {"none", "unit", "relative"}

    Examples
    --------
    >>> Settings("a lexicon of 2 words", "predicted", False, "probability", "none").signed
    False
    """

    protected: str
    target: str
    signed: bool
    output: Literal["probability", "logit"]
    scale: Literal["none", "unit", "relative"]


@dataclass(frozen=True, slots=True, eq=False)
class Sensitivities:
    """The sensitivity of each of many predictions.

    Parameters
    ----------
    labels : tuple of str
        Classes of the model.
    values : ndarray of shape (rows,)
        P of each row; NaN where `why` has a reason. :meth:`value` gives None there.
    why : tuple of (str or None)
        Why a row has none.
    targets : ndarray of int, of shape (rows,)
        The class asked about; the predicted one where classes are weighted; -1 where nothing was measured.
    probabilities : ndarray of shape (rows, classes)
        NaN where nothing was read.
    settings : Settings
    pieces : tuple of (Pieces or None), optional
        Contributions of every token of each text, or of every feature, which sum to its value; None for rows
        that were not measured.
    notes : tuple of str
        What to know before these numbers are believed.

    Examples
    --------
    >>> asked = Settings("a lexicon of 2 words", "predicted", True, "probability", "none")
    >>> found = Sensitivities(
    ...     ("no", "yes"), np.array([0.5, np.nan]), (None, "no word of the lexicon"), np.array([1, 0]),
    ...     np.array([[0.1, 0.9], [0.8, 0.2]]), asked,
    ... )
    >>> found.value(0), found.value(1), found.mean, found.measured.tolist()
    (0.5, None, 0.5, [True, False])
    """

    labels: tuple[str, ...]
    values: FloatArray
    why: tuple[str | None, ...]
    targets: IntArray
    probabilities: FloatArray
    settings: Settings
    pieces: tuple[Pieces | None, ...] | None = None
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.values)

    @property
    def measured(self) -> NDArray[np.bool_]:
        """Which rows have a sensitivity."""
        return np.array([reason is None for reason in self.why], bool)

    @property
    def mean(self) -> float | None:
        """The mean over the rows that have one; None if none has."""
        kept = self.values[self.measured]
        return float(kept.mean()) if len(kept) else None

    @property
    def tokens(self) -> tuple[FloatArray, ...] | None:
        """Contributions of every token, an array per row, where they were kept."""
        return None if self.pieces is None else spread(self.pieces)

    def parts(self, row: int) -> tuple[Part, ...]:
        """Return the contributions of the words of one text; nothing where it was not measured.

        Raises
        ------
        UsageError
            They were not kept.
        """
        if self.pieces is None:
            raise UsageError("contributions of tokens were not kept; say tokens=True.")
        pieces = self.pieces[row]
        return () if pieces is None else parts_of(pieces)

    def value(self, row: int) -> float | None:
        """Return P of one row, or None where `why` has a reason."""
        return None if self.why[row] is not None else float(self.values[row])


@dataclass(frozen=True, slots=True, eq=False)
class ClassSensitivities:
    """The sensitivity of every class, row by row.

    Parameters
    ----------
    labels : tuple of str
    values : ndarray of shape (rows, classes)
        NaN where `why` has a reason.
    why : tuple of (str or None)
    probabilities : ndarray of shape (rows, classes)
    settings : Settings
    notes : tuple of str

    Examples
    --------
    >>> asked = Settings("a lexicon of 2 words", "every class", True, "probability", "none")
    >>> p = np.array([[-0.5, 0.5]])
    >>> found = ClassSensitivities(("no", "yes"), p, (None,), np.array([[0.1, 0.9]]), asked)
    >>> found.means, found.totals, found.rate_slope
    ({'no': -0.5, 'yes': 0.5}, array([0.5]), 0.5)
    """

    labels: tuple[str, ...]
    values: FloatArray
    why: tuple[str | None, ...]
    probabilities: FloatArray
    settings: Settings
    notes: tuple[str, ...] = ()

    @property
    def totals(self) -> FloatArray:
        """Half the sum of the classes' sizes, shape (rows,): how fast the whole prediction moves along v.

        It is the slope of the total variation between the prediction and a moved one, as the counterfactual
        gap is its value at the other text; it has no sign, and nothing cancels between classes.
        """
        found: FloatArray = np.abs(self.values).sum(axis=1) / 2
        return found

    @property
    def rate_slope(self) -> float | None:
        """Half the sum of the sizes of the means: how fast the shares of the classes move along v.

        Directions must be those to one group for it to mean that (``toward=`` a group): it is the slope of
        the total variation between the mean predictions, what a comparison of selection rates would see.
        Effects that cancel between texts cancel here; in `totals` they do not.
        """
        found = [mean for mean in self.means.values() if mean is not None]
        return sum(map(abs, found)) / 2 if found else None

    @property
    def means(self) -> dict[str, float | None]:
        """The mean of every class over the rows that have one."""
        kept = self.values[[reason is None for reason in self.why]]
        return {label: float(kept[:, k].mean()) if len(kept) else None for k, label in enumerate(self.labels)}


def sensitivities(
    model: Differentiable,
    inputs: Sequence[Any],
    *,
    protected: Directions,
    target: str = "predicted",
    given: Sequence[Any] | None = None,
    groups: Sequence[Any] | None = None,
    signed: bool = True,
    output: Literal["probability", "logit"] = "probability",
    scale: Literal["none", "unit", "relative"] = "none",
    weights: Sequence[float] | None = None,
    batch_size: int = 64,
    tokens: bool = False,
    progress: Callable[[int], object] | None = None,
) -> Sensitivities:
    r"""Measure how strongly each prediction depends on what is protected.

    One backward pass serves a batch: rows are independent, which is checked.

    Parameters
    ----------
    model : Differentiable
        From :func:`~fairkit.text.load_classifier` or :func:`~fairkit.text.from_module`.
    inputs : sequence
        Texts, or rows of features.
    protected : Directions
        Where v comes from: a :class:`~fairkit.text.LexiconMask` or a
        :class:`~fairkit.text.protection.models.ProtectedModel`.
    target : str
        The class of w: each row's ``predicted`` or ``given`` one, or one class by name.
    given : sequence, optional
        Classes of the rows, names or numbers, for ``target="given"``.
    groups : sequence, optional
        Groups of the rows, for a protected-status model that looks toward each text's own group.
    signed : bool
        Whether contributions of opposite sign cancel; if not, absolute values are summed.
    output : {"probability", "logit"}
        What is differentiated. A sure model's probabilities hardly move; its log-odds do.
    scale : {"none", "unit", "relative"}
        ``unit``: v has length 1 in every text, so that a re-scaled protected model changes nothing.
        ``relative``: P is divided by the probability.
    weights : sequence of float, optional
        Weights of the classes, in the place of `target`.
    batch_size : int
    tokens : bool
        Whether the contribution of every token is kept.
    progress : callable, optional
        Is told how many rows were measured, batch by batch.

    Returns
    -------
    Sensitivities

    Raises
    ------
    UsageError
        The question measures nothing (equal weights on probabilities), a setting is unknown, the model is in
        training mode, or its rows depend on each other.
    DataError
        Answers or gradients are not finite; given classes are unknown.

    Examples
    --------
    >>> from fairkit.text import LexiconMask
    >>> from fairkit.text.networks.examples import tiny_classifier
    >>> model = tiny_classifier(["she sings", "he sings"], labels=("no", "yes"))
    >>> mask = LexiconMask(["she", "he"])
    >>> found = sensitivities(model, ["She sings", "birds sing"], protected=mask, signed=False)
    >>> found.value(0) > 0, found.why
    (True, (None, 'no word of the lexicon'))
    """
    from fairkit.text.networks.measuring import measure

    return measure(
        model,
        inputs,
        protected=protected,
        target=target,
        given=given,
        groups=groups,
        signed=signed,
        output=output,
        scale=scale,
        weights=weights,
        batch_size=batch_size,
        tokens=tokens,
        progress=progress,
    )


def class_sensitivities(
    model: Differentiable,
    inputs: Sequence[Any],
    *,
    protected: Directions,
    groups: Sequence[Any] | None = None,
    signed: bool = True,
    output: Literal["probability", "logit"] = "probability",
    scale: Literal["none", "unit", "relative"] = "none",
    batch_size: int = 64,
    progress: Callable[[int], object] | None = None,
) -> ClassSensitivities:
    """Measure the sensitivity of every class at once: J v by forward mode.

    Signed probabilities' sensitivities add up to 0 over the classes of a row: what one class gains, others
    lose. Where a network has no forward mode, and for absolute values, there is one backward pass per class.

    Parameters
    ----------
    model, inputs, protected, groups, signed, output, scale, batch_size, progress
        As for :func:`sensitivities`.

    Returns
    -------
    ClassSensitivities

    Raises
    ------
    UsageError, DataError
        As :func:`sensitivities` does.

    Examples
    --------
    >>> from fairkit.text import LexiconMask
    >>> from fairkit.text.networks.examples import tiny_classifier
    >>> model = tiny_classifier(["she sings", "he sings"], labels=("a", "b", "c"))
    >>> mask = LexiconMask(["she", "he"])
    >>> found = class_sensitivities(model, ["She sings"], protected=mask, signed=False)
    >>> found.values.shape, bool((found.values > 0).all())
    ((1, 3), True)
    """
    from fairkit.text.networks.measuring import measure_classes

    return measure_classes(
        model,
        inputs,
        protected=protected,
        groups=groups,
        signed=signed,
        output=output,
        scale=scale,
        batch_size=batch_size,
        progress=progress,
    )
