r"""Whether a condition hurts one group more than all others: a difference of differences.

Noise raises the error rate of everybody. The question is whether it raises that of one accent by more:

.. math:: (r_{group, noise} - r_{group, quiet}) - (r_{others, noise} - r_{others, quiet}).

Each of the four rates is pulled by each speaker (:mod:`fairkit.pulls`), and the pulls of one speaker on all
four are added up before they are squared. So speakers who were recorded under both conditions are compared
with themselves, without anybody declaring pairs, and speakers who were not are compared with one another.

No variance is taken to be below its mean with that of all groups, so single intervals of level 95 % cover 95
to 99 % (2 and 5 accents of 3 to 40 speakers, sd .5 of the logarithm of speakers' rates and .2 of what noise
does to them). Families of equal accents show a disparity without margin in 0 to 4 % of draws; noise that
lifts the rate of one accent half as much again is found among 20 speakers in 94 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairkit.corrections import Correction, decide_limits
from fairkit.counts import Counts, Kind
from fairkit.errors import UsageError, unknown_name
from fairkit.findings import TOO_FEW_ROWS
from fairkit.groups import Grouping, group_name
from fairkit.inference import Bounds, benjamini_hochberg, holm
from fairkit.inference.distributions import student_quantile
from fairkit.metrics import Functional, Why
from fairkit.metrics.words import CHARACTERS, WORDS
from fairkit.residuals import AGREED
from fairkit.scaled import Sided, moderated, pooled
from fairkit.speech.crossed_rates import CrossedRates, Rate
from fairkit.speech.results import Interaction, Verdict

FloatArray = NDArray[np.float64]

METHOD = "speaker-moderated-t"
METHOD_OF_UTTERANCES = "moderated-t"


def interactions(
    counts: Counts,
    grouping: Grouping,
    factor: str,
    *,
    system: str,
    metric: Functional | None = None,
    base: str | None = None,
    margin: tuple[float, float] | None = None,
    confidence: float = 0.95,
    correction: Correction = Correction.HOLM,
) -> tuple[Interaction, ...]:
    """Compare what a condition does to each group with what it does to all other groups.

    Parameters
    ----------
    counts : Counts
        Of one system and normaliser (:func:`fairkit.speech.counting.seen`), by at least the attributes of the
        grouping and the factor; clustered by speaker where speakers are known.
    grouping : Grouping
        Whose groups are compared.
    factor : str
        The attribute whose levels are conditions. Utterances without a level are in no condition.
    system : str
        Name of the system, for the result.
    metric : Functional, optional
        The word (character) error rate by default.
    base : str, optional
        The level that every other level is compared with; by default that of most utterances.
    margin : tuple of float, optional
        Differences of differences that count as parity; the metric's own by default.
    confidence : float
    correction : Correction
        Over all groups and conditions of the factor, which are one family. Nothing is resampled, so Holm's
        takes the place of ``max-t``.

    Returns
    -------
    tuple of Interaction
        By condition and group; empty where the factor has fewer than two levels.

    Raises
    ------
    UsageError
        The factor or the base is unknown, or the factor is part of the grouping; all problems at once.

    Notes
    -----
    With variance v of the group's difference and w of the others', from the squared pulls of speakers, the
    interval is Student's t. Both are moderated by the variance of all groups (Smyth 2004; upwards only).
    Degrees of freedom are Welch's of the four rates where these have different speakers, and at most those of
    the larger cell where they share them. Two groups mirror each other: where the margin is the same both
    ways, they ask one question for each condition.

    References
    ----------
    Bell & McCaffrey 2002, Survey Methodology 28. Smyth 2004, Statistical Applications in Genetics and
    Molecular Biology 3.

    Examples
    --------
    >>> from fairkit.groups import groupings
    >>> cells, sums, speakers = [], [], []
    >>> for speaker in range(16):
    ...     for noise in ("no", "yes"):
    ...         accent = "AB"[speaker % 2]
    ...         errors = 40 + 3 * (speaker % 5) + (noise == "yes") * (80 if accent == "A" else 30)
    ...         cells.append((accent, noise))
    ...         sums.append([40, 400 - errors, errors, *[0] * 12, 40, 40, 0, 0, 0, 0])
    ...         speakers.append(f"s{speaker}")
    >>> counts = Counts.from_cells(Kind.WORDS, ["accent", "noise"], cells, sums, clusters=speakers)
    >>> for found in interactions(counts, groupings("accent")[0], "noise", system="asr"):
    ...     print(found.group, found.condition, found.base, round(found.value, 3), found.reason)
    accent=A noise=yes noise=no 0.125 no-variation
    accent=B noise=yes noise=no -0.125 no-variation
    """
    _check(counts, grouping, factor, base)
    if metric is None:
        metric = (WORDS if counts.kind is Kind.WORDS else CHARACTERS)[0]
    table = CrossedRates(counts, grouping, factor)
    if len(table.conditions) < 2:
        return ()
    first = table.conditions.index(base) if base is not None else table.usual()
    others = [level for level in range(len(table.conditions)) if level != first]
    asked = [(g, level) for level in others for g in range(len(table.groups))]
    rates = {
        (g, level, rest): table.rate(metric, g, level, rest=rest)
        for level in range(len(table.conditions))
        for g in range(len(table.groups))
        for rest in (False, True)
    }
    family = _Family([_Doubled.of(rates, g, level, first) for g, level in asked], clustered=table.clustered)
    low, high = margin if margin is not None else (-metric.margin, metric.margin)
    # With a margin that is the same both ways, two groups that mirror each other ask one question.
    mirrored = len(table.groups) == 2 and low == -high
    judged = family.of_first_groups() if mirrored else family
    decided = decide_limits(
        judged,
        np.array([[low]]),
        np.array([[high]]),
        confidence=confidence,
        correction=correction,
        hypotheses=np.array([max(judged.tested, 1)]),
        step_down=True,
    )
    p_values = judged.p_values()
    adjusted = _adjusted(p_values, correction)
    made = []
    for i, (g, level) in enumerate(asked):
        one, q = family.contrasts[i], i // 2 if mirrored else i
        bounds = float(decided.low[0, q]), float(decided.high[0, q])
        if mirrored and i % 2:
            bounds = -bounds[1], -bounds[0]
        verdict, reason = _verdict(bounds, (low, high), one.why)
        made.append(
            Interaction(
                grouping.name,
                group_name(grouping.names, table.groups[g]),
                factor,
                group_name((factor,), (table.conditions[level],)),
                group_name((factor,), (table.conditions[first],)),
                system,
                _number(one.effect),
                _number(one.elsewhere),
                _number(one.value),
                _number(bounds[0]),
                _number(bounds[1]),
                _number(float(decided.level[0, q])),
                (low, high),
                verdict,
                bounds[0] > 0 or bounds[1] < 0,
                reason,
                _number(float(p_values[q])),
                _number(float(adjusted[q])),
                table.speakers(g, (level, first)),
                "none" if np.isnan(bounds[0]) else str(decided.method[0, q]),
            )
        )
    return tuple(made)


@dataclass(frozen=True, slots=True)
class _Doubled:
    """One difference of differences: its parts, the variances of both sides, and of the whole."""

    effect: float
    elsewhere: float
    own: float
    other: float
    together: float
    own_freedom: float
    other_freedom: float
    why: str | None

    @property
    def value(self) -> float:
        return self.effect - self.elsewhere

    @classmethod
    def of(cls, rates: dict[tuple[int, int, bool], Rate], group: int, level: int, base: int) -> _Doubled:
        four = [rates[group, at, rest] for rest in (False, True) for at in (level, base)]
        effects = [one.value - two.value for one, two in (four[:2], four[2:])]
        freedoms = [_freedom(*pair) for pair in (four[:2], four[2:])]
        why = next((rate.why for rate in four if rate.why), None)
        if len(four[0].pull):
            own, other = (_moved(one.pull, two.pull) for one, two in (four[:2], four[2:]))
            first, second, both = (float((pull**2).sum()) for pull in (own, other, _moved(own, other)))
        else:
            first, second = (one.variance + two.variance for one, two in (four[:2], four[2:]))
            both = first + second
        if why is None and not (first > 0 and second > 0 and both > 0):
            why = Why.NO_VARIATION
        return cls(effects[0], effects[1], first, second, both, freedoms[0], freedoms[1], why)


class _Family:
    """The differences of differences of one factor, as corrections need them: one row."""

    def __init__(self, contrasts: Sequence[_Doubled], *, clustered: bool) -> None:
        self.contrasts, self._clustered = contrasts, clustered
        self.value = np.array([[one.value for one in contrasts]])
        own, other, together, first, second = np.array(
            [(c.own, c.other, c.together, c.own_freedom, c.other_freedom) for c in contrasts]
        ).T
        usable = np.array([one.why is None for one in contrasts])
        side = Sided(own, np.where(usable, own * (first + 1), np.nan), first, first)
        rest = Sided(other, np.where(usable, other * (second + 1), np.nan), second, second)
        mean = pooled(side)  # of both sides: two groups that mirror each other stay each other's mirror
        one, two = moderated(side, mean).shape / (first + 1), moderated(rest, mean).shape / (second + 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            welch = (one + two) ** 2 / (one**2 / first + two**2 / second)
        shared = np.abs(together - own - other) > 1e-9 * (own + other)
        self.error = np.sqrt(together + (one - own) + (two - other))
        self.degrees = np.where(shared, np.fmin(welch, np.fmax(first, second)), welch)
        if not clustered:  # rows are skewed, sums over a speaker's utterances hardly
            self.degrees = self.degrees / 2

    @property
    def tested(self) -> int:
        """How many have an interval, and so a p-value."""
        return int(np.isfinite(self.error).sum())

    def of_first_groups(self) -> _Family:
        """Take every second contrast: of two groups, the other one's is its mirror."""
        half = copy(self)
        half.value, half.error, half.degrees = self.value[:, ::2], self.error[::2], self.degrees[::2]
        return half

    def alone(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        return self.corrected(np.full(self.value.shape, confidence))

    def corrected(self, confidence: FloatArray) -> tuple[Bounds, NDArray[np.str_]]:
        reach = -student_quantile(self.degrees, (1 - confidence) / 2) * self.error
        method = METHOD if self._clustered else METHOD_OF_UTTERANCES
        return Bounds(self.value - reach, self.value + reach), np.full(self.value.shape, method, "<U24")

    def p_values(self) -> FloatArray:
        from scipy.special import stdtr

        with np.errstate(invalid="ignore"):
            return np.asarray(2 * stdtr(self.degrees, -np.abs(self.value[0]) / self.error))


def _moved(one: FloatArray, two: FloatArray) -> FloatArray:
    """Subtract pulls; where speakers agree that there is no difference, rounding does not make one."""
    found = one - two
    return np.where(np.abs(found) <= AGREED * np.abs(one).max(initial=0.0), 0.0, found)


def _freedom(one: Rate, two: Rate) -> float:
    """Return the degrees of freedom of a difference: Welch's, or those of speakers that are in both."""
    with np.errstate(divide="ignore", invalid="ignore"):
        variances, freedoms = np.array([one.variance, two.variance]), np.array([one.freedom, two.freedom])
        welch = variances.sum() ** 2 / (variances**2 / freedoms).sum()
    shared = len(one.pull) and bool(((one.pull != 0) & (two.pull != 0)).any())
    return float(np.fmin(welch, freedoms.max()) if shared else welch)


def _adjusted(p_values: FloatArray, correction: Correction) -> FloatArray:
    if correction is Correction.NONE:
        return p_values
    return benjamini_hochberg(p_values) if correction is Correction.BENJAMINI_HOCHBERG else holm(p_values)


def _verdict(
    bounds: tuple[float, float], margin: tuple[float, float], why: str | None
) -> tuple[Verdict, str | None]:
    low, high = bounds
    if np.isnan(low):
        return "inconclusive", why
    if low > margin[1] or high < margin[0]:
        return "disparity", None
    return ("parity", None) if margin[0] <= low and high <= margin[1] else ("inconclusive", TOO_FEW_ROWS)


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _check(counts: Counts, grouping: Grouping, factor: str, base: str | None) -> None:
    problems = [
        unknown_name("attribute", name, counts.attributes)
        for name in (*grouping.names, factor)
        if name not in counts.attributes
    ]
    if factor in grouping.names:
        problems.append(
            f"'{factor}' cannot be both a group and a condition; cross '{grouping.name}' with another."
        )
    if base is not None and not problems:
        known = [str(level) for level in counts.levels[counts.attributes.index(factor)] if level is not None]
        if base not in known:
            problems.append(unknown_name(f"level of '{factor}'", base, known))
    if problems:
        raise UsageError(*problems)
