"""Tallies: everything that was counted of a group, also what is easily lost.

Beside the error rate stand the other ways to average it (each named as what it is), the rate under the other
policy for empty references, the rate without runaway output, and how often a system said nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.groups import Grouping
from fairkit.kinds import EDITS
from fairkit.speech.members import members
from fairkit.speech.results import Listed, SpeechGroup, What
from fairkit.speech.utterances import BoolArray, IntArray, Utterances

ALL = "all"
"""Name of the group of all utterances."""

_MOST_LISTED = 20


def tallies(
    utterances: Utterances, groupings: Sequence[Grouping], *, drop_empty: bool
) -> tuple[SpeechGroup, ...]:
    """Count every group under every system and normaliser, and all utterances together.

    Parameters
    ----------
    utterances : Utterances
    groupings : sequence of Grouping
    drop_empty : bool
        Whether utterances with an empty reference are left out of the error rate.

    Examples
    --------
    >>> from fairkit.groups import groupings
    >>> from fairkit.speech import score_texts
    >>> found = score_texts(["a b", "c d"], ["a", "c d e"], by={"accent": ["X", "Y"]})
    >>> [(t.group, t.deletions, t.insertions) for t in tallies(found, groupings("accent"), drop_empty=False)]
    [('accent=X', 1, 0), ('accent=Y', 0, 1), ('all', 1, 1)]
    """
    found: list[SpeechGroup] = []
    everyone = _Groups(ALL, (ALL,), np.zeros(len(utterances), np.int64))
    named = [_Groups(m.attribute, m.names, m.position) for m in (members(utterances, g) for g in groupings)]
    for s in range(len(utterances.systems)):
        for k in range(len(utterances.normalizers)):
            for groups in (*named, everyone):
                found.extend(_tallied(utterances, groups, s, k, drop_empty=drop_empty))
    return tuple(found)


def listed(utterances: Utterances) -> tuple[Listed, ...]:
    """List utterances that a reader should look at, under the first normaliser.

    Parameters
    ----------
    utterances : Utterances

    Examples
    --------
    >>> from fairkit.speech import score_texts
    >>> [(one.what, one.count, one.ids) for one in listed(score_texts(["a b", "c"], [None, "c"]))]
    [('missing-hypothesis', 1, ('1',))]
    """
    found = [
        _listed(utterances, "missing-reference", "", ~utterances.scored),
        _listed(utterances, "empty-reference", "", utterances.empty_reference[:, 0]),
    ]
    for s, system in enumerate(utterances.systems):
        lacking = utterances.missing_hypothesis[:, s]
        found += [
            _listed(utterances, "missing-hypothesis", system, lacking),
            _listed(utterances, "empty-hypothesis", system, utterances.empty_hypothesis[:, s, 0] & ~lacking),
            _listed(utterances, "runaway", system, utterances.runaway[:, s, 0]),
        ]
    return tuple(one for one in found if one.count)


def _listed(utterances: Utterances, what: What, system: str, which: BoolArray) -> Listed:
    ids = utterances.ids[np.flatnonzero(which)[:_MOST_LISTED]]
    return Listed(what, system, int(which.sum()), tuple(map(str, ids)))


class _Groups(NamedTuple):
    attribute: str
    names: tuple[str, ...]
    position: IntArray


def _tallied(
    utterances: Utterances, groups: _Groups, s: int, k: int, *, drop_empty: bool
) -> Iterator[SpeechGroup]:
    size = len(groups.names)
    edits = utterances.edits[:, s, k].astype(np.int64)
    said, errors = edits[:, :3].sum(axis=1), edits[:, 1:].sum(axis=1)
    scored, bare = utterances.scored, utterances.empty_reference[:, k]
    runaway, lacking = utterances.runaway[:, s, k], utterances.missing_hypothesis[:, s]
    silent = utterances.empty_hypothesis[:, s, k] & ~lacking
    used = scored & ~bare if drop_empty else scored

    def total(amount: NDArray[np.int64] | BoolArray, which: BoolArray | None = None) -> list[int]:
        weights = amount if which is None else amount * which
        return [int(sum_) for sum_ in np.bincount(groups.position, weights, size).tolist()]

    def rates(which: BoolArray) -> list[float | None]:
        pairs = zip(total(errors, which), total(said, which), strict=True)
        return [wrong / spoken if spoken else None for wrong, spoken in pairs]

    spoken = scored & (said > 0)
    share = np.where(spoken, errors / np.maximum(said, 1), 0.0)
    number = np.bincount(groups.position, spoken, size)
    mean = np.divide(
        np.bincount(groups.position, share, size), number, out=np.full(size, np.nan), where=number > 0
    )
    columns: dict[str, Sequence[Any]] = {
        "utterances": total(used),
        "speakers": _speakers(utterances, groups, used),
        "said": total(said, used),
        **{name: total(edits[:, field], used) for field, name in enumerate(EDITS)},
        "error_rate": rates(used),
        "with_empty_references": rates(scored),
        "without_empty_references": rates(scored & ~bare),
        "without_runaways": rates(used & ~runaway),
        "mean_of_utterances": [None if np.isnan(one) else one for one in mean.tolist()],
        "mean_of_speakers": _means_of_speakers(utterances, groups, errors * used, said * used),
        "empty_references": total(bare),
        "errors_on_empty": total(errors, bare),
        "missing_hypotheses": total(lacking),
        "empty_hypotheses": total(silent),
        "runaways": total(runaway),
        "errors_of_runaways": total(errors, runaway),
    }
    for g, name in enumerate(groups.names):
        yield SpeechGroup(
            groups.attribute,
            name,
            utterances.systems[s],
            utterances.normalizers[k].name,
            **{field: column[g] for field, column in columns.items()},
        )


def _speakers(utterances: Utterances, groups: _Groups, used: BoolArray) -> list[int | None]:
    """Count the speakers of every group; None where no column of speakers was named."""
    if not utterances.has_speakers:
        return [None] * len(groups.names)
    known = used & (utterances.speakers >= 0)
    pairs = np.unique(groups.position[known] * len(utterances.speaker_ids) + utterances.speakers[known])
    return list(np.bincount(pairs // len(utterances.speaker_ids), minlength=len(groups.names)).tolist())


def _means_of_speakers(
    utterances: Utterances, groups: _Groups, errors: IntArray, said: IntArray
) -> list[float | None]:
    """Average the error rates of the speakers of every group; None without speakers."""
    known = utterances.speakers >= 0
    if not utterances.has_speakers:
        return [None] * len(groups.names)
    wide = len(utterances.speaker_ids)
    pairs, place = np.unique(groups.position[known] * wide + utterances.speakers[known], return_inverse=True)
    wrong, spoken = (np.bincount(place, amount[known], len(pairs)) for amount in (errors, said))
    some = spoken > 0
    group, rate = (pairs // wide)[some], wrong[some] / spoken[some]
    number = np.bincount(group, minlength=len(groups.names))
    mean = np.bincount(group, rate, len(groups.names)) / np.maximum(number, 1)
    return [float(m) if n else None for m, n in zip(mean, number, strict=True)]
