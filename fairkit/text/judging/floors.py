"""Floors of mean sensitivities, for all texts and for every group, from one round of permutations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fairkit.groups import Grouping, group_name
from fairkit.text.judging.asked import Asked
from fairkit.text.judging.measuring import Measured
from fairkit.text.judging.readable import Readable
from fairkit.text.judging.sources import Source
from fairkit.text.results import SensitivityFloor

if TYPE_CHECKING:
    from fairkit.text.floors import Floor
    from fairkit.text.networks.embedded import Differentiable

ALL = "all"
"""Group, and grouping, of every text."""

MOST_GROUPS = 200
"""With more groups only all texts together have a floor."""


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
        All texts first; groups only where there are at most :data:`MOST_GROUPS`.
    """
    from fairkit.text.floors import permutation_floor
    from fairkit.text.protection.lexicon import LexiconMask
    from fairkit.text.protection.models import ProtectedModel

    total = _overall(found)
    if asked.permutations == 0:
        return (_without(total, "no permutations were asked for"),)
    if not isinstance(source.directions, LexiconMask | ProtectedModel):
        return (_without(total, "this direction has nothing that could be permuted"),)
    groups, member = _groups(readable, split)
    crowded = len(groups) > MOST_GROUPS
    one = permutation_floor(
        model,
        readable.written,
        protected=source.directions,
        permutations=asked.permutations,
        seed=asked.seed,
        by=None if crowded else member,
        given=readable.given,
        groups=source.groups,
        batch_size=asked.batch_size,
        progress=progress,
        **asked.settings(signed=found.metric == "prediction_sensitivity"),
    )
    made = [_record(found.metric, ALL, ALL, one)]
    if one.size is not None and found.metric == "prediction_sensitivity":
        made.append(replace(_record(found.metric, ALL, ALL, one.size), statistic="size"))
    known = {floor.group: floor for floor in one.groups}
    return (*made, *(_record(found.metric, *groups[name], known[name]) for name in groups if name in known))


def _groups(
    readable: Readable, split: Sequence[Grouping]
) -> tuple[dict[str, tuple[str, str]], list[tuple[str, ...]]]:
    """List the groups of all groupings, with grouping and name, and those that each text belongs to."""
    texts, groups, columns = readable.texts, dict[str, tuple[str, str]](), []
    for g, grouping in enumerate(split):
        places = [texts.attributes.index(name) for name in grouping.names]
        own = texts.codes[readable.rows][:, places]
        codes, member = np.unique(own, axis=0, return_inverse=True)
        for k, code in enumerate(codes.tolist()):
            levels = [texts.levels[place][i] for place, i in zip(places, code, strict=True)]
            groups[f"{g}.{k}"] = grouping.name, group_name(grouping.names, levels)
        columns.append([f"{g}.{k}" for k in member.ravel().tolist()])
    return groups, list(zip(*columns, strict=True))


def _record(metric: str, attribute: str, group: str, floor: Floor) -> SensitivityFloor:
    low, high = floor.limits or (None, None)
    reason = floor.why or (None if floor.n else "no text has a sensitivity")
    if reason is None and low is None:
        reason = "too few permutations have a mean"
    return SensitivityFloor(
        metric,
        "mean",
        attribute,
        group,
        floor.value,
        floor.n,
        low,
        None if low is None else floor.median,
        high,
        None if low is None else floor.p_value,
        len(floor.draws),
        floor.permuted,
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
