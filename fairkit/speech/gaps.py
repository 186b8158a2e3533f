"""The gap between the worst and the best group, beside the gap that chance alone makes between equal groups.

The largest of many noisy rates less the smallest is above zero whatever the truth: 50 equal accents of 8
speakers each (rate .15, standard deviation .5 of the logarithm of speakers' rates) show a gap of about .13,
and a bootstrap of the gap adds noise to noise. So labels are shuffled: each speaker keeps all utterances and
gets the label of another. The gaps that this makes are those of groups that are alike.

Where speakers have several levels (each with noise and without), that would add the differences between
speakers to a gap that has none of them; then the levels of each speaker are shuffled within that speaker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import UsageError
from fairkit.speech.counting import EmptyReferences
from fairkit.speech.results import GapNull
from fairkit.speech.utterances import INSERTIONS, SUBSTITUTIONS, IntArray, Utterances

FloatArray = NDArray[np.float64]

OVER_SPEAKERS = "over speakers"
WITHIN_SPEAKERS = "within speakers"
OVER_UTTERANCES = "over utterances"
"""What labels are shuffled over; utterances, only where no column of speakers was named."""

TOO_FEW_GROUPS = "fewer-than-two-groups"
"""Reason of a null that cannot be made: fewer than two groups have enough speakers."""

_AT_ONCE = 2_000_000


def gap_null(
    utterances: Utterances,
    attribute: str,
    codes: IntArray,
    names: Sequence[str],
    *,
    system: int = 0,
    normalizer: int = 0,
    shuffles: int = 2_000,
    seed: int = 0,
    least_speakers: int = 3,
    empty_references: EmptyReferences = "keep",
) -> GapNull:
    """Compare the gap between groups with gaps between groups of shuffled labels.

    Parameters
    ----------
    utterances : Utterances
    attribute : str
        Name of the grouping, for the result.
    codes : array of int64, shape (utterances,)
        Group of each utterance; -1 where it belongs to none.
    names : sequence of str
        Names of the groups, by code.
    system, normalizer : int
        Positions.
    shuffles, seed : int
    least_speakers : int
        Groups with fewer speakers (utterances, where no speakers are known) with something to recognise are
        left out, and named.
    empty_references : {"keep", "drop"}
        As for :func:`fairkit.speech.counting.word_counts`.

    Returns
    -------
    GapNull
        Without a gap where fewer than two groups are left; ``p_value`` is ``(1 + shuffles with as large a
        gap) / (1 + shuffles)``.

    Raises
    ------
    UsageError
        Codes do not fit, or a number is too small; all problems at once.

    Notes
    -----
    A shuffle permutes labels, so every group keeps its number of speakers. What a speaker said in one group
    is one unit. Units are permuted within speakers where speakers have more than half of the groups that
    they could have, :math:`(m - 1) / (G - 1) > 1/2` for m of G groups on average, as every speaker has both
    of "noise" and "no noise"; a speaker with one level, or whose name is not known, then says nothing. They
    are permuted over all speakers elsewhere, also for a crossing of accent and noise.

    References
    ----------
    Good 2005, Permutation, Parametric and Bootstrap Tests of Hypotheses, 3rd edition, chapter 3. Phipson &
    Smyth 2010, Permutation p-values should never be zero, Statistical Applications in Genetics 9.

    Examples
    --------
    >>> from fairkit.speech.utterances import Stamp
    >>> n, none = 60, np.zeros((60, 1, 1), bool)
    >>> errors = np.where(np.arange(n) < 30, 1, 4)
    >>> edits = np.stack([10 - errors, errors, 0 * errors, 0 * errors], 1).astype(np.int32)
    >>> said = Utterances(
    ...     ("asr",), (Stamp("none", "1", ""),), "words", np.arange(n).astype(str), np.arange(n) // 5,
    ...     tuple(f"s{i:02d}" for i in range(12)), ("accent",), (("A", "B"),), np.arange(n)[:, None] // 30,
    ...     edits[:, None, None], np.ones(n, bool), none[:, 0], none, none[:, 0], none,
    ... )
    >>> found = gap_null(said, "accent", said.codes[:, 0], ["accent=A", "accent=B"], shuffles=999)
    >>> found.worst, round(found.gap, 3), round(found.null_median, 3), found.p_value < 0.01
    ('accent=B', 0.3, 0.1, True)
    """
    _check(utterances, codes, names, shuffles=shuffles, least_speakers=least_speakers)
    units = _units(utterances, codes, system, normalizer, empty_references)
    groups = len(names)
    speakers = np.bincount(units.group, minlength=groups)
    errors, said = (np.bincount(units.group, sums, groups) for sums in (units.errors, units.said))
    kept = (speakers >= least_speakers) & (said > 0)
    left_out = tuple(name for name, usable in zip(names, kept.tolist(), strict=True) if not usable)
    blank = GapNull(
        attribute, utterances.systems[system], utterances.normalizers[normalizer].name, int(kept.sum()),
        left_out, None, None, None, None, None, None, 0, units.shuffled, TOO_FEW_GROUPS,
    )  # fmt: skip
    if kept.sum() < 2:
        return blank
    mine = kept[units.group]
    place = np.cumsum(kept) - 1
    part = _Units(
        units.owner[mine], place[units.group[mine]], units.errors[mine], units.said[mine], units.shuffled
    )
    if part.shuffled == OVER_SPEAKERS and _crossed(part, len(utterances.speaker_ids)):
        part = part._replace(shuffled=WITHIN_SPEAKERS)
    rates = errors[kept] / said[kept]
    gap = float(rates.max() - rates.min())
    drawn = _shuffled_gaps(part, shuffles, np.random.default_rng(seed))
    as_large = int((drawn >= gap * (1 - 1e-12)).sum())  # a shuffle that changes nothing has the gap itself
    listed = [name for name, usable in zip(names, kept.tolist(), strict=True) if usable]
    median, high = np.quantile(drawn, [0.5, 0.95]).tolist()
    return replace(
        blank,
        best=listed[int(rates.argmin())],
        worst=listed[int(rates.argmax())],
        gap=gap,
        null_median=median,
        null_high=high,
        p_value=(1 + as_large) / (1 + shuffles),
        shuffles=shuffles,
        shuffled=part.shuffled,
        reason=None,
    )


class _Units(NamedTuple):
    """What each speaker said in each group, ordered by speaker: all that a shuffle moves."""

    owner: IntArray
    group: IntArray
    errors: FloatArray
    said: FloatArray
    shuffled: str


def _check(
    utterances: Utterances, codes: IntArray, names: Sequence[str], *, shuffles: int, least_speakers: int
) -> None:
    problems = []
    if np.shape(codes) != (len(utterances),):
        problems.append(f"codes have shape {np.shape(codes)}; there are {len(utterances):,} utterances.")
    elif len(codes) and not -1 <= int(np.min(codes)) <= int(np.max(codes)) < len(names):
        problems.append(
            f"codes go from {int(np.min(codes))} to {int(np.max(codes))}, but there are {len(names)} groups; "
            "number them from 0, and write -1 for none."
        )
    if shuffles < 1:
        problems.append(f"a null needs at least 1 shuffle, not {shuffles}; 2,000 is usual.")
    if least_speakers < 1:
        problems.append(f"a group needs at least 1 speaker, not {least_speakers}; 3 is usual.")
    if problems:
        raise UsageError(*problems)


def _units(
    utterances: Utterances, codes: IntArray, system: int, normalizer: int, empty_references: EmptyReferences
) -> _Units:
    """Add up errors and units said by speaker and group; an utterance of an unknown speaker stands alone."""
    used = utterances.scored & (codes >= 0)
    if empty_references == "drop":
        used = used & ~utterances.empty_reference[:, normalizer]
    row = np.flatnonzero(used)
    edits = utterances.edits[row, system, normalizer].astype(np.float64)
    spoken, wrong = edits[:, :INSERTIONS].sum(axis=1), edits[:, SUBSTITUTIONS:].sum(axis=1)
    owner = utterances.speakers[row] if utterances.has_speakers else np.full(len(row), -1)
    alone = np.flatnonzero(owner < 0)
    # Numbered by what they are, so that no order of rows changes what is drawn.
    alone = alone[np.lexsort((wrong[alone], spoken[alone], codes[row[alone]]))]
    owner[alone] = len(utterances.speaker_ids) + np.arange(len(alone))
    groups = int(codes.max(initial=0)) + 1
    key, unit = np.unique(owner * groups + codes[row], return_inverse=True)
    said = np.bincount(unit, spoken, len(key)).astype(np.float64)
    errors = np.bincount(unit, wrong, len(key)).astype(np.float64)
    some = (said > 0) | (errors > 0)
    shuffled = OVER_SPEAKERS if utterances.has_speakers else OVER_UTTERANCES
    return _Units(key[some] // groups, key[some] % groups, errors[some], said[some], shuffled)


def _crossed(units: _Units, known: int) -> bool:
    """Say whether the speakers who are known have most of the groups that they could have."""
    owner, groups = units.owner[units.owner < known], int(units.group.max()) + 1
    return len(owner) > 0 and (len(owner) / len(np.unique(owner)) - 1) / (groups - 1) > 0.5


def _shuffled_gaps(units: _Units, shuffles: int, rng: np.random.Generator) -> FloatArray:
    """Return the gap between groups of shuffled labels, shape (shuffles,)."""
    order = np.argsort(units.group, kind="stable")
    starts = np.searchsorted(units.group[order], np.arange(int(units.group.max()) + 1))
    size = len(order)
    chunk = max(1, _AT_ONCE // size)
    found = np.empty(shuffles)
    for begin in range(0, shuffles, chunk):
        rows = min(chunk, shuffles - begin)
        if units.shuffled == WITHIN_SPEAKERS:  # owners ascend, so sorting moves units only within them
            moved = np.argsort(units.owner + rng.random((rows, size)), axis=1)[:, order]
        else:
            moved = rng.permuted(np.tile(np.arange(size, dtype=np.int32), (rows, 1)), axis=1)
        errors, said = (np.add.reduceat(sums[moved], starts, axis=1) for sums in (units.errors, units.said))
        rates = np.divide(errors, said, out=np.full(errors.shape, np.nan), where=said > 0)
        found[begin : begin + rows] = np.nanmax(rates, axis=1) - np.nanmin(rates, axis=1)
    return found
