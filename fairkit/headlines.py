"""Headlines: what a whole family of findings says, for one metric or for a named notion of fairness.

A headline never stands on a small group's wild value: a disparity is led by the bound that is surely beyond
the margin, parity needs every group, and the usual max-minus-min is shown only as what other tools print.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairkit.corrections import Correction, decide
from fairkit.evidence import Compare
from fairkit.findings import Judged, Verdict
from fairkit.metrics import FAMILIES, Family, base_name

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Headline:
    """What a whole family says: one metric, or a named notion of fairness over several.

    Parameters
    ----------
    name : str
        The metric, or the notion (``equalized_odds``).
    metrics : tuple of str
    attribute : str
    compare : {"difference", "ratio"}
    verdict : Verdict
        ``disparity`` where any group has one (several metrics share the error rate); ``parity`` only where
        every group's interval of level ``1 - 2(1 - confidence)`` lies inside the margin (intersection-union
        test).
    disparities : tuple of str
        Groups with a disparity, the surest and largest first.
    at_least : float or None
        The largest disparity shown: the bound nearest to parity of the surest group. A small group with a
        wild value cannot lead here.
    parities, inconclusive, undefined : int
        How many contrasts ended in each way; `undefined` are among the inconclusive.
    spread : float or None
        Highest minus lowest value (ratio: lowest over highest) of the groups, as other tools print it.
        Largely noise when groups are many and small; nothing is decided on it.
    """

    name: str
    metrics: tuple[str, ...]
    attribute: str
    compare: Compare
    verdict: Verdict
    disparities: tuple[str, ...]
    at_least: float | None
    parities: int
    inconclusive: int
    undefined: int
    spread: float | None


def headlines(judged: Judged) -> list[Headline]:
    """Sum up every metric, and every named notion of fairness whose metrics are there."""
    known = [m.name for m in judged.metrics]
    single = [Family(name, (name,), "") for name in known]
    # Of one class or model, a notion is about that class or model too: equalized_odds[cat].
    endings = dict.fromkeys(name.removeprefix(base_name(name)) for name in known)
    about = [
        Family(f"{family.name}{end}", tuple(f"{name}{end}" for name in family.metrics), family.source)
        for end in endings
        for family in FAMILIES
    ]
    named = [family for family in about if all(name in known for name in family.metrics)]
    return [
        _headline(judged, family, [known.index(name) for name in family.metrics]) for family in single + named
    ]


def _headline(judged: Judged, family: Family, rows: list[int]) -> Headline:
    table = judged.table
    low, high = _deciding(judged, rows)
    bottom, top = (margin[rows] for margin in judged.margins)
    contrasted = np.arange(len(table.names)) != judged.reference[rows, None]
    undefined = contrasted & (np.isnan(judged.comparison.value[rows]) | np.isnan(low))
    beyond = _beyond(low, high, bottom, top, judged.compare)
    shown = beyond > 0
    parity = (low >= bottom) & (high <= top)
    order = sorted(zip(*np.nonzero(shown), strict=True), key=lambda kg: -beyond[kg])
    at_least = None
    if order:
        first = order[0]
        at_least = float(low[first] if low[first] > top[first[0], 0] else high[first])
    verdict = Verdict.INCONCLUSIVE
    if order:
        verdict = Verdict.DISPARITY
    elif contrasted.any() and not undefined.any() and _all_inside(judged, rows, contrasted):
        verdict = Verdict.PARITY
    return Headline(
        family.name,
        family.metrics,
        table.grouping.name,
        judged.compare,
        verdict,
        tuple(dict.fromkeys(table.names[g] for _, g in order)),
        at_least,
        int((parity & contrasted).sum()),
        int((contrasted & ~shown & ~parity).sum()),
        int(undefined.sum()),
        _spread(judged, rows),
    )


def _beyond(
    low: FloatArray, high: FloatArray, bottom: FloatArray, top: FloatArray, compare: Compare
) -> FloatArray:
    """Measure how far intervals lie beyond the margin, ratios on the log scale."""
    if compare == "ratio":
        with np.errstate(divide="ignore", invalid="ignore"):
            low, high, bottom, top = (np.log(x) for x in (low, high, bottom, top))
    return np.asarray(np.fmax(low - top, bottom - high))


def _deciding(judged: Judged, rows: list[int]) -> tuple[FloatArray, FloatArray]:
    """Take the intervals that decide; several metrics together share the error rate."""
    if len(rows) == 1 or judged.correction is Correction.NONE:
        return judged.decided.low[rows], judged.decided.high[rows]
    found = decide(
        judged.evidence.only(rows).against(judged.reference[rows], judged.compare),
        judged.margins.low[rows],
        judged.margins.high[rows],
        confidence=1 - (1 - judged.confidence) / len(rows),
        correction=judged.correction,
        hypotheses=judged.decided.hypotheses[rows],
        step_down=judged.decided.step_down,
    )
    return found.low, found.high


def _all_inside(judged: Judged, rows: list[int], contrasted: NDArray[np.bool_]) -> bool:
    """Test parity of all groups together: each must show it, so only a chosen reference is corrected."""
    bottom, top = (margin[rows] for margin in judged.margins)
    low, high = judged.relaxed if judged.decided.step_down else (judged.decided.low, judged.decided.high)
    inside = (low[rows] >= bottom) & (high[rows] <= top)
    return bool(inside[contrasted].all())


def _spread(judged: Judged, rows: list[int]) -> float | None:
    found = []
    for i in rows:
        values = judged.evidence.values[i]
        values = values[~np.isnan(values)]
        if len(values) < 2:
            return None
        if judged.compare == "difference":
            found.append(float(values.max() - values.min()))
        elif values.max() > 0:
            found.append(float(values.min() / values.max()))
    if not found:
        return None
    return max(found) if judged.compare == "difference" else min(found)
