"""What a sensitivity would be if what is protected meant nothing: the floor that it has to rise above.

A gradient has some component in any direction, and sums of absolute values are never 0. So the same mean is
taken along directions without a meaning: those of protected-status models trained on permuted groups, or
those of other words, as frequent as the lexicon's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import UsageError

if TYPE_CHECKING:
    from fairkit.text.networks.embedded import Differentiable
    from fairkit.text.protection.lexicon import LexiconMask
    from fairkit.text.protection.models import ProtectedModel

FloatArray = NDArray[np.float64]

ALL = "all"
"""The group of every text."""

_FEWEST = 19


@dataclass(frozen=True, slots=True, eq=False)
class Floor:
    """A mean sensitivity beside those along directions without a meaning.

    Parameters
    ----------
    group : str
        ``all``, or one group.
    value : float or None
        The mean, with the meaning; None with a reason.
    n : int
        Texts that it is the mean of.
    draws : ndarray of shape (permutations,)
        Means without the meaning.
    confidence : float
    permuted : str
        What was permuted.
    why : str or None
    groups : tuple of Floor
        The same for single groups, if they were asked for.
    size : Floor or None
        Of all texts, the same of the mean size, to which texts of both signs add.
    notes : tuple of str
    upper : bool
        Whether only values above the floor say anything: sizes and absolute values, to which every direction
        adds. One below it says that the model goes by most directions more than by this one.

    Examples
    --------
    >>> floor = Floor("all", 0.5, 40, np.linspace(-0.1, 0.1, 99), 0.95, "the groups of texts", None)
    >>> round(floor.low, 3), floor.median, round(floor.high, 3), floor.inside, floor.p_value
    (-0.097, 0.0, 0.097, False, 0.01)
    """

    group: str
    value: float | None
    n: int
    draws: FloatArray
    confidence: float
    permuted: str
    why: str | None
    groups: tuple[Floor, ...] = ()
    size: Floor | None = None
    notes: tuple[str, ...] = ()
    upper: bool = False

    @property
    def low(self) -> float | None:
        """The lower end of the middle of the floor."""
        return self._quantile((1 - self.confidence) / 2)

    @property
    def median(self) -> float | None:
        """The middle of the floor."""
        return self._quantile(0.5)

    @property
    def high(self) -> float | None:
        """The upper end of the middle of the floor."""
        return self._quantile((1 + self.confidence) / 2)

    @property
    def limits(self) -> tuple[float, float] | None:
        """What decides, holding `confidence` of the draws: the middle, or all but the largest if `upper`."""
        if self.low is None or self.high is None:
            return None
        if not self.upper:
            return self.low, self.high
        return float(self.draws.min()), float(self._quantile(self.confidence) or 0.0)

    @property
    def inside(self) -> bool | None:
        """Whether the value is no more than a direction without a meaning may give."""
        if self.value is None or self.limits is None:
            return None
        low, high = self.limits
        return self.value <= high and (self.upper or self.value >= low)

    @property
    def p_value(self) -> float | None:
        """Share of draws as far out as the value, (1 + draws so far) / (1 + draws).

        How far out they are is told from the median of draws and value together, on both sides; if `upper`,
        upwards only.
        """
        if self.value is None or self.median is None:
            return None
        middle = self.draws.min() if self.upper else np.median([*self.draws, self.value])
        away = [one - middle if self.upper else np.abs(one - middle) for one in (self.draws, self.value)]
        far = away[0] >= away[1] - 1e-12 * abs(away[1])
        return float((1 + far.sum()) / (1 + len(self.draws)))

    def _quantile(self, share: float) -> float | None:
        """Take the order statistic that leaves no more than its share outside: (draws + 1) x share."""
        if len(self.draws) < _FEWEST:
            return None
        return float(np.quantile(self.draws, share, method="weibull"))


def permutation_floor(
    model: Differentiable,
    inputs: Sequence[Any],
    *,
    protected: ProtectedModel | LexiconMask,
    permutations: int = 199,
    seed: int = 0,
    confidence: float = 0.95,
    statistic: Literal["mean", "size"] = "mean",
    by: Sequence[Any] | None = None,
    target: str = "predicted",
    given: Sequence[Any] | None = None,
    groups: Sequence[Any] | None = None,
    signed: bool = True,
    output: Literal["probability", "logit"] = "probability",
    scale: Literal["none", "unit", "relative"] = "none",
    weights: Sequence[float] | None = None,
    batch_size: int = 64,
    progress: Callable[[int], object] | None = None,
) -> Floor:
    r"""Measure the mean sensitivity again along directions that mean nothing.

    Parameters
    ----------
    model, inputs, target, given, groups, signed, output, scale, weights, batch_size, progress
        As for :func:`~fairkit.text.sensitivities`.
    protected : ProtectedModel or LexiconMask
    permutations : int
        How many directions without a meaning; at least 19.
    seed : int
    confidence : float
        Of the floor's limits.
    statistic : {"mean", "size"}
        The mean of P, or of its absolute value.
    by : sequence, optional
        A group per row (None for none, a tuple for several): their means have floors too.

    Returns
    -------
    Floor

    Raises
    ------
    UsageError
        There are too few permutations, or nothing that can be permuted.

    Notes
    -----
    *Protected-status model*: the groups of its training texts are permuted and its heads trained again, folds
    and all. Where the texts of every cluster are of one group, clusters trade groups; else groups are
    permuted within clusters. A model of permuted groups is nearly flat, and would flatter: so each of its
    directions is brought to the length of the true one, text by text, and looks to the text's true group.
    What is compared is where v points.

    *Lexicon*: every word that occurs is replaced by another word of the texts, of nearly its frequency.

    Examples
    --------
    >>> from fairkit.text import train_protected_model
    >>> from fairkit.text.networks.examples import tiny_classifier
    >>> verbs = ("sings", "reads", "runs", "cooks", "swims")
    >>> texts = [f"{who} {verb}" for verb in verbs for who in ("she", "he")]
    >>> model = tiny_classifier(texts, labels=("no", "yes"))
    >>> protected = train_protected_model(model, texts, ["f", "m"] * 5)
    >>> floor = permutation_floor(model, texts, protected=protected, permutations=19)
    >>> floor.n, floor.low < floor.high
    (10, True)
    """
    from fairkit.text.networks.permuting import drawn_floor

    if permutations < _FEWEST:
        raise UsageError(f"permutations= must be at least {_FEWEST}, and is {permutations}.")
    if statistic not in ("mean", "size"):
        raise UsageError(f"statistic '{statistic}' is unknown (there are 'mean', 'size').")
    if not 0 < confidence < 1:
        raise UsageError(f"confidence must lie between 0 and 1, and is {confidence}.")
    return drawn_floor(
        model,
        inputs,
        protected=protected,
        permutations=permutations,
        seed=seed,
        confidence=confidence,
        size=statistic == "size",
        by=by,
        given=given,
        groups=groups,
        batch_size=batch_size,
        progress=progress,
        target=target,
        signed=signed,
        output=output,
        scale=scale,
        weights=weights,
    )
