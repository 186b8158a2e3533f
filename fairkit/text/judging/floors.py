"""Floors of mean sensitivities, for all texts and for every group, from one round of permutations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fairkit.groups import Grouping, group_name
from fairkit.text.judging.asked import Asked
from fairkit.text.judging.measuring import Measured
from fairkit.text.judging.readable import Readable
from fairkit.text.judging.sources import Source
from fairkit.text.results import SensitivityFloor
from fairkit.text.rows import Texts

if TYPE_CHECKING:
    from fairkit.text.floors import Floor
    from fairkit.text.networks.embedded import Differentiable

FloatArray = NDArray[np.float64]

ALL = "all"
"""Group, and grouping, of every text."""

MOST_CELLS = 200
"""With more crossed groups only all texts together have a floor."""


def floors_of(
    model: Differentiable,
    readable: Readable,
    source: Source,
    asked: Asked,
    *,
    found: Measured,
    split: Sequence[Grouping],
    progress: Callable[[int], object] | None = None,
) -> tuple[SensitivityFloor, ...]:
    """Measure mean sensitivities along directions that mean nothing.

    Parameters
    ----------
    model : Differentiable
    readable : Readable
    source : Source
        With groups of these texts, if it knows them.
    asked : Asked
    found : Measured
        What they were found to be.
    split : sequence of Grouping
    progress : callable, optional

    Returns
    -------
    tuple of SensitivityFloor
        All texts first; groups only where there are at most :data:`MOST_CELLS` crossed groups.
    """
    from fairkit.text.floors import permutation_floor
    from fairkit.text.protection.lexicon import LexiconMask
    from fairkit.text.protection.models import ProtectedModel

    total = _overall(found)
    if asked.permutations == 0:
        return (_without(total, "no permutations were asked for"),)
    if not isinstance(source.directions, LexiconMask | ProtectedModel):
        return (_without(total, "this direction has nothing that could be permuted"),)
    codes, cells = np.unique(readable.texts.codes[readable.rows], axis=0, return_inverse=True)
    crossed = len(codes) <= MOST_CELLS
    one = permutation_floor(
        model,
        readable.written,
        protected=source.directions,
        permutations=asked.permutations,
        seed=asked.seed,
        by=[str(cell) for cell in cells.ravel()] if crossed else None,
        given=readable.given,
        groups=source.groups,
        batch_size=asked.batch_size,
        progress=progress,
        **asked.settings(signed=found.metric == "prediction_sensitivity"),
    )
    made = [_record(found.metric, ALL, ALL, _Draws.of([one]), one)]
    if one.size is not None and found.metric == "prediction_sensitivity":
        size = _record(found.metric, ALL, ALL, _Draws.of([one.size]), one)
        made.append(replace(size, statistic="size"))
    if crossed:
        known = {floor.group: floor for floor in one.groups}
        for grouping in split:
            made += _groups(readable.texts, grouping, codes, known=known, whole=one, metric=found.metric)
    return tuple(made)


class _Draws:
    """The mean of several cells, true and permuted: means weighted by their texts."""

    def __init__(self, value: float | None, texts: int, draws: FloatArray) -> None:
        self.value, self.texts, self.draws = value, texts, draws

    @classmethod
    def of(cls, cells: Sequence[Floor]) -> _Draws:
        """Put cells together."""
        kept = [cell for cell in cells if cell.value is not None and cell.n]
        size = sum(cell.n for cell in kept)
        if not kept:
            return cls(None, 0, np.zeros(0))
        value = sum(cell.n * float(cell.value or 0.0) for cell in kept) / size
        lengths = {len(cell.draws) for cell in kept}
        if len(lengths) > 1:
            return cls(value, size, np.zeros(0))
        draws = np.sum([cell.n * cell.draws for cell in kept], axis=0) / size
        return cls(value, size, np.asarray(draws, np.float64))


def _groups(
    texts: Texts,
    grouping: Grouping,
    codes: NDArray[Any],
    *,
    known: dict[str, Floor],
    whole: Floor,
    metric: str,
) -> list[SensitivityFloor]:
    places = [texts.attributes.index(name) for name in grouping.names]
    members: dict[tuple[int, ...], list[Floor]] = {}
    for cell, code in enumerate(codes.tolist()):
        if str(cell) in known:
            members.setdefault(tuple(code[place] for place in places), []).append(known[str(cell)])
    return [
        _record(
            metric,
            grouping.name,
            group_name(
                grouping.names, [texts.levels[place][k] for place, k in zip(places, own, strict=True)]
            ),
            _Draws.of(cells),
            whole,
        )
        for own, cells in sorted(members.items())
    ]


def _record(metric: str, attribute: str, group: str, cell: _Draws, whole: Floor) -> SensitivityFloor:
    floor = replace(whole, value=cell.value, n=cell.texts, draws=cell.draws, groups=(), size=None)
    reason = floor.why or (None if cell.texts else "no text has a sensitivity")
    if reason is None and floor.low is None:
        reason = "too few permutations have a mean"
    return SensitivityFloor(
        metric,
        "mean",
        attribute,
        group,
        cell.value,
        cell.texts,
        floor.low,
        floor.median if floor.low is not None else None,
        floor.high,
        floor.p_value if floor.low is not None else None,
        len(cell.draws),
        whole.permuted,
        reason,
    )


def _overall(found: Measured) -> tuple[str, float | None, int]:
    known = found.values[~np.isnan(found.values)]
    return found.metric, float(known.mean()) if len(known) else None, len(known)


def _without(total: tuple[str, float | None, int], reason: str) -> SensitivityFloor:
    metric, value, texts = total
    return SensitivityFloor(
        metric, "mean", ALL, ALL, value, texts, None, None, None, None, 0, "nothing", reason
    )
