"""Areas of all identities: their intervals, and their difference from the background's own.

A finding is about that difference. Rows of the background are on both sides of it in BPSN and in BNSP, so its
limits know how the two move together (MOVER with their correlation, :mod:`fairkit.scaled`). A family is one
kind of area over all identities.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.corrections import Correction, Decided, decide_limits
from fairkit.counts import Counts
from fairkit.findings import TOO_FEW_ROWS, Finding, Verdict, units_needed
from fairkit.inference import Bounds, benjamini_hochberg, holm
from fairkit.metrics import Why
from fairkit.scaled import apart, limits, two_sided_p
from fairkit.sides import Pair, Side, paired, reasons, sided
from fairkit.tables import numbers
from fairkit.text.extrinsic.identities import Identity
from fairkit.text.extrinsic.identity_parts import ROC_AUC, Area, ScoreTable, samples_of, why_empty
from fairkit.text.extrinsic.identity_results import AUC_KINDS, AucEstimate, IdentityAuc, PowerMean
from fairkit.text.extrinsic.perfect_areas import area_limits, is_perfect, is_rare
from fairkit.text.extrinsic.power_means import RunningMean, combined

FloatArray = NDArray[np.float64]

BACKGROUND = "background"
"""What findings compare with: the rows known not to belong to the identity."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How areas are judged.

    Parameters
    ----------
    power, confidence : float
    margin : tuple of float
    correction : Correction

    Examples
    --------
    >>> Rules(-5.0, 0.95, (-0.05, 0.05), Correction.HOLM).power
    -5.0
    """

    power: float
    confidence: float
    margin: tuple[float, float]
    correction: Correction


class JudgedAreas(NamedTuple):
    """The area of all rows, the identities, the power means and their combination."""

    overall: AucEstimate
    identities: tuple[IdentityAuc, ...]
    power_means: tuple[PowerMean, ...]


class Differences:
    """Each kind of area of each identity less its background's own: what a level can be decided on.

    Parameters
    ----------
    own, other : Side
        Of as many metrics as there are kinds of areas, and as many groups as there are identities.
    correlation : array, shape (kinds, identities)
    effective : array, shape (2, kinds, identities, 2)
        Of both sides, the positives and negatives that areas are worth.
    clustered : bool
    """

    def __init__(
        self, own: Side, other: Side, correlation: FloatArray, effective: FloatArray, *, clustered: bool
    ) -> None:
        self.own, self.other, self.correlation, self.clustered = own, other, correlation, clustered
        self.effective = effective
        metrics = [ROC_AUC] * len(own.value)
        self.reasons = tuple(reasons(metrics, side, clustered=clustered) for side in (own, other))
        for why, side in zip(self.reasons, (own, other), strict=True):
            why[(why == Why.NO_VARIATION) & is_perfect(side, clustered=clustered)] = ""
        self.value = own.value - other.value
        self._pairs: dict[tuple[int, bool], Pair] = {}
        self.usable = ~np.isnan(self.value) & (self.reasons[0] == "") & (self.reasons[1] == "")

    def alone(self, confidence: float) -> tuple[Bounds, NDArray[np.str_]]:
        """Interval that decides where it is the only one of its family."""
        return self.corrected(np.full(self.value.shape, confidence))

    def corrected(self, confidence: FloatArray) -> tuple[Bounds, NDArray[np.str_]]:
        """Interval from moderated variances, each at a level of its own."""
        tail = (1 - np.asarray(confidence)) / 2
        rows = [self._limits(i, tail[i], corrected=True) for i in range(len(tail))]
        bounds = Bounds(np.stack([row.low for row in rows]), np.stack([row.high for row in rows]))
        method = ("cluster-" if self.clustered else "") + "moderated-t"
        return bounds, np.full(self.value.shape, method, dtype="<U24")

    def plain(self, kind: int, place: int, confidence: float) -> Bounds:
        """Interval of each area of a side by itself: Student's t on the logit, or Newcombe's if wider."""
        side = (self.own, self.other)[place]
        one = sided(ROC_AUC, side, kind)
        tail = np.full(len(one.value), (1 - confidence) / 2)
        found = limits(ROC_AUC, one, tail, one.freedom, exact=False, estimated=self.clustered)
        return area_limits(side, kind, tail, found, self.effective[place, kind], clustered=self.clustered)

    def p_values(self) -> FloatArray:
        """Test "no difference" one at a time, shape (kinds, identities); NaN where not tested."""
        kinds, identities = self.value.shape
        found = [
            two_sided_p(partial(self._limits, i, corrected=False), 0.0, identities) for i in range(kinds)
        ]
        return np.stack(found)

    def why(self, kind: int, identity: int) -> Why:
        """Say why there is no difference, or no interval of it."""
        place = kind, identity
        if np.isnan(self.own.value[place]):
            return Why(str(self.own.why[place]))
        if np.isnan(self.other.value[place]):
            return Why.REFERENCE_UNDEFINED
        return Why(str(self.reasons[0][place]) or str(self.reasons[1][place]))

    def _limits(self, i: int, tail: FloatArray, *, corrected: bool) -> Bounds:
        pair, correlation = self._pair(i, corrected=corrected), self.correlation[i]
        estimated = self.clustered
        mine, theirs = (
            area_limits(
                side, i, tail, limits(ROC_AUC, one, tail, degrees, exact=corrected, estimated=estimated),
                effective[i], clustered=estimated,
            )
            for side, one, degrees, effective in (
                (self.own, pair.own, pair.own_degrees, self.effective[0]),
                (self.other, pair.other, pair.other_degrees, self.effective[1]),
            )
        )  # fmt: skip
        low, high = apart(pair.own.value, mine, pair.other.value, theirs, correlation)
        return Bounds(np.where(self.usable[i], low, np.nan), np.where(self.usable[i], high, np.nan))

    def _pair(self, i: int, *, corrected: bool) -> Pair:
        """Bring both sides together once for all levels of confidence."""
        if (i, corrected) not in self._pairs:
            own, other = sided(ROC_AUC, self.own, i), sided(ROC_AUC, self.other, i)
            pair = paired(ROC_AUC, own, other, self.correlation[i], corrected=corrected)
            # Beside a side that does not vary the other has its own degrees of freedom.
            known = 2.0 if corrected else 1.0
            degrees = (
                np.where(np.isnan(both), alone.freedom / known, both)
                for both, alone in ((pair.own_degrees, own), (pair.other_degrees, other))
            )
            self._pairs[i, corrected] = Pair(pair.own, pair.other, *degrees)
        return self._pairs[i, corrected]


def judge_areas(counts: Counts, identities: Sequence[Identity], rules: Rules) -> JudgedAreas:
    """Measure and judge the areas of all identities.

    Parameters
    ----------
    counts : Counts
        Of kind scores.
    identities : sequence of Identity
    rules : Rules
    """
    table = ScoreTable(counts)
    clustered = table.cluster is not None
    every = np.ones(len(table.sums), bool)
    whole = table.area(table.sample(every, every))
    shape = (len(AUC_KINDS), len(identities))
    own, other, covariance = Side.blank(*shape), Side.blank(*shape), np.zeros(shape)
    means = [RunningMean(kind, rules.power) for kind in AUC_KINDS]
    sizes = np.zeros((2, *shape, 2), np.int64)
    bounds, effective = np.full((2, *shape), np.nan), np.zeros((2, *shape, 2))
    for g, identity in enumerate(identities):
        samples = samples_of(table, identity)
        background = table.area(samples["background"])
        for i, kind in enumerate(AUC_KINDS):
            area = table.area(samples[kind])
            means[i].add(identity.name, area)
            covariance[i, g] = table.covariance(area, background)
            for s, (side, one) in enumerate(((own, area), (other, background))):
                _note(side, i, g, one)
                sizes[s, i, g], bounds[s, i, g] = (one.positives, one.negatives), one.bound
                effective[s, i, g] = one.effective
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.sqrt(own.variance * other.variance)
        correlation = np.where(scale > 0, np.clip(covariance / scale, -1.0, 1.0), 0.0)
    differences = Differences(own, other, correlation, effective, clustered=clustered)
    estimates = [
        [
            _estimates(differences, (s, i), rules.confidence, sizes=sizes[s, i], bounds=bounds[s, i])
            for i in range(shape[0])
        ]
        for s in range(2)
    ]
    rows = [_rows(table, identity) for identity in identities]
    findings = _findings(differences, table, identities, [one[0] for one in rows], rules)
    made = tuple(
        IdentityAuc(
            identity.name,
            *rows[g],
            estimates[0][0][g],
            estimates[0][1][g],
            estimates[0][2][g],
            estimates[1][0][g],
            tuple(findings[i][g] for i in range(shape[0])),
        )
        for g, identity in enumerate(identities)
    )
    moved = [mean.moved(table) for mean in means]
    stated = [
        mean.stated(one, confidence=rules.confidence, clustered=clustered)
        for mean, one in zip(means, moved, strict=True)
    ]
    stated.append(combined(whole, means, moved, table, confidence=rules.confidence))
    return JudgedAreas(_overall(whole, rules.confidence, clustered=clustered), made, tuple(stated))


def _note(side: Side, i: int, g: int, area: Area) -> None:
    found = area.measured
    side.numbers[:, i, g] = found.value, found.variance, found.freedom, 0.0, area.worth
    side.units[i, g] = area.units
    side.why[i, g] = why_empty(area) if np.isnan(found.value) else ""


def _overall(area: Area, confidence: float, *, clustered: bool) -> AucEstimate:
    side = Side.blank(1, 1)
    _note(side, 0, 0, area)
    effective = np.tile(np.array(area.effective), (2, 1, 1, 1))
    one = Differences(side, side, np.zeros((1, 1)), effective, clustered=clustered)
    size = np.array([[area.positives, area.negatives]])
    return _estimates(one, (0, 0), confidence, sizes=size, bounds=np.array([area.bound]), name="roc_auc")[0]


def _estimates(
    differences: Differences,
    place: tuple[int, int],
    confidence: float,
    *,
    sizes: NDArray[np.int64],
    bounds: FloatArray,
    name: str | None = None,
) -> list[AucEstimate]:
    """Write the areas of one kind, of all identities or of their backgrounds."""
    side, kind = place
    source = (differences.own, differences.other)[side]
    why = differences.reasons[side][kind]
    usable = ~np.isnan(source.value[kind]) & (why == "")
    limits_ = differences.plain(kind, side, confidence)
    columns = (
        source.value[kind],
        *(np.where(usable, bound, np.nan) for bound in limits_),
        bounds,
    )
    metric = name or ("background_auc" if side else AUC_KINDS[kind])
    prefix = "cluster-" if differences.clustered else ""
    perfect = is_perfect(source, clustered=differences.clustered)[kind]
    rare = is_rare(source.value[kind], differences.effective[side, kind])
    method = np.where(perfect, "exact", np.where(rare, "logit-t-newcombe", "logit-t"))
    return [
        AucEstimate(
            metric,
            value,
            Why(str(source.why[kind, g] if value is None else why[g])) if low is None else None,
            low,
            high,
            int(sizes[g, 0]),
            int(sizes[g, 1]),
            "none" if low is None else prefix + str(method[g]),
            bound,
        )
        for g, (value, low, high, bound) in enumerate(zip(*map(numbers, columns), strict=True))
    ]


def _rows(table: ScoreTable, identity: Identity) -> tuple[int, int, int, int]:
    """Count the rows of an identity, its positives, its negatives, and the rows of which it is unknown."""
    rows = table.rows[:, :2] * table.scored[:, None]
    positives, negatives = rows[identity.member].sum(axis=0).tolist()
    return positives + negatives, positives, negatives, int(rows[identity.unknown].sum())


def _findings(
    differences: Differences,
    table: ScoreTable,
    identities: Sequence[Identity],
    sizes: Sequence[int],
    rules: Rules,
) -> list[list[Finding]]:
    """Write the finding of every area, by kind and identity."""
    shape = differences.value.shape
    margin = [np.full((shape[0], 1), end) for end in rules.margin]
    hypotheses = np.maximum((~np.isnan(differences.value)).sum(axis=1), 1).astype(np.int64)
    decided = decide_limits(
        differences,
        *margin,
        confidence=rules.confidence,
        correction=rules.correction,
        hypotheses=hypotheses,
        step_down=True,
    )
    adjusted = _adjusted(differences.p_values(), rules.correction)
    needed, clusters = _needed(differences, decided, table, identities, sizes=sizes, margin=rules.margin)
    low, high = rules.margin
    made = []
    for i, kind in enumerate(AUC_KINDS):
        columns = (
            differences.value[i], decided.low[i], decided.high[i], decided.level[i], needed[i], clusters[i],
            adjusted[i],
        )  # fmt: skip
        family = []
        for g, one in enumerate(zip(*map(numbers, columns), strict=True)):
            value, bottom, top, level, rows, speakers, p = one
            verdict, reason, crosses = Verdict.INCONCLUSIVE, TOO_FEW_ROWS, True
            if bottom is None or top is None:
                reason = str(differences.why(i, g))
            else:
                crosses = bottom <= 0 <= top
                if bottom > high or top < low:
                    verdict = Verdict.DISPARITY
                elif low <= bottom and top <= high:
                    verdict = Verdict.PARITY
            open_ = verdict is Verdict.INCONCLUSIVE
            family.append(
                Finding(
                    kind, "identity", identities[g].name, BACKGROUND, "difference", value, bottom, top, level,
                    rules.margin, verdict, not crosses, reason if open_ else None,
                    int(rows) if open_ and rows is not None else None,
                    int(speakers) if open_ and speakers is not None else None,
                    None, p, "none" if bottom is None else str(decided.method[i, g]),
                )
            )  # fmt: skip
        made.append(family)
    return made


def _adjusted(p: FloatArray, correction: Correction) -> FloatArray:
    if correction is Correction.NONE:
        return p
    adjust = benjamini_hochberg if correction is Correction.BENJAMINI_HOCHBERG else holm
    return np.stack([adjust(row) for row in p])


def _needed(
    differences: Differences,
    decided: Decided,
    table: ScoreTable,
    identities: Sequence[Identity],
    *,
    sizes: Sequence[int],
    margin: tuple[float, float],
) -> tuple[FloatArray, FloatArray]:
    """Compute the rows of an identity, and its clusters, that would decide; NaN where none can be told."""
    shape = differences.value.shape
    clusters = None
    if table.cluster is not None:
        held = [len(np.unique(table.cluster[one.member])) for one in identities]
        clusters = np.broadcast_to(np.array(held, np.float64), shape)
    low, high = (np.full(shape, end) for end in margin)
    return units_needed(
        differences.value,
        Bounds(decided.low, decided.high),
        Bounds(low, high),
        np.broadcast_to(np.array(sizes, np.float64), shape),
        clusters,
    )
