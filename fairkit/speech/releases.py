"""Releases: two or more recognisers on the same utterances, and what changes for each group.

Two systems hear the same utterances, so most of what makes one harder than another cancels: paired intervals
are a fraction as wide as those of two separate rates. Speakers are the units: what one speaker's utterances
do to the difference adds up. The verdicts, and the records they are in, are those of :mod:`fairkit.models`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from fairkit.corrections import Correction
from fairkit.errors import UsageError, shortlist, unknown_name
from fairkit.evidence import Compare
from fairkit.groups import Grouping
from fairkit.metrics import AnyMetric, Functional, base_name
from fairkit.models import ALL, GapChange, ModelContrast, changes_of, gaps_of
from fairkit.pairs.families import Rules, wanted_pairs
from fairkit.speech.counting import EmptyReferences
from fairkit.speech.release_pairs import ReleasePair
from fairkit.speech.release_rows import ReleaseRows
from fairkit.speech.utterances import Utterances


class _Asked(NamedTuple):
    """Which systems are compared, and on which reading of their texts."""

    baseline: str | None
    every_pair: bool
    normalizer: int
    empty_references: EmptyReferences


def release_contrasts(
    utterances: Utterances,
    grouping: Grouping,
    metrics: Sequence[AnyMetric],
    *,
    compare: Compare = "difference",
    baseline: str | None = None,
    every_pair: bool = False,
    normalizer: int = 0,
    empty_references: EmptyReferences = "keep",
    margins: Mapping[str, tuple[float, float]] | None = None,
    confidence: float = 0.95,
    correction: Correction = Correction.HOLM,
    overall: bool = True,
) -> tuple[ModelContrast, ...]:
    r"""Compare recognisers on the same utterances, within every group of a grouping and over all utterances.

    Parameters
    ----------
    utterances : Utterances
        Of two systems or more. A missing hypothesis counts as deletions. Utterances whose speaker is not
        known are independent of all others; so is every utterance where no column of speakers was named.
    grouping : Grouping
    metrics : sequence of AnyMetric
        Metrics of the utterances' unit, as in :data:`fairkit.metrics.words.WORDS`.
    compare : {"difference", "ratio"}
    baseline : str, optional
        The system that the others are compared with; by default the first.
    every_pair : bool
        Compare every system with every one before it instead.
    normalizer : int
        Position of the normaliser under which the systems are compared.
    empty_references : {"keep", "drop"}
        What is done with utterances of whose reference normalising leaves nothing.
    margins : mapping of comparison to pair, optional
        As given by the user; by default each metric's own.
    confidence : float
        Level of each family: one metric and two systems over all groups of the grouping.
    correction : Correction
        ``max-t`` has no bootstrap to stand on here and is Holm's.
    overall : bool
        Whether the group of all utterances is compared too, as a family of its own.

    Returns
    -------
    tuple of ModelContrast
        `n` counts the utterances that are compared, `discordant` those in which the systems differ in errors.

    Raises
    ------
    UsageError
        There are no two systems, the baseline is none of them, or utterances know no such attribute, metric
        or normaliser; all problems at once.

    Notes
    -----
    With :math:`\psi_s` what the utterances of speaker s add to the difference to first order and
    :math:`h_s` the speaker's share of the words, the variance is that of the jackknife over C speakers,

    .. math:: V = \frac{C - 1}{C} \sum_s \left(\frac{\psi_s}{1 - h_s}\right)^2,

    and the interval is Student's, with the least of :math:`C - 1`, :math:`1 / \sum h^2 - 1` and
    Satterthwaite's degrees of freedom. Below 3 speakers there is none. Simulation asks for two things more:

    - No interval is narrower than if utterances were independent. Three speakers may agree by chance: with 20
      groups of three speakers and few errors, 27 % of draws without any change would show one.
    - Speakers with high error rates differ by more, and few of them were seen: the limit away from zero is no
      nearer than that of the ratio, in corrected intervals the other limit too. Else an interval of 5 to 20
      speakers would cover a doubled error rate in 90 to 91 %, with it in 93 to 95 %.

    Examples
    --------
    >>> import numpy as np
    >>> from fairkit.groups import groupings
    >>> from fairkit.metrics import metric
    >>> from fairkit.speech.utterances import Stamp
    >>> none = np.zeros((6, 2, 1), bool)
    >>> edits = np.array([[[[9, 1, 0, 0]], [[10, 0, 0, 0]]], [[[7, 2, 1, 0]], [[9, 1, 0, 0]]]] * 3, np.int32)
    >>> heard = Utterances(
    ...     ("old", "new"), (Stamp("none", "1", ""),), "words", np.array(list("abcdef"), object),
    ...     np.array([0, 0, 1, 1, 2, 2]), ("ann", "bob", "cem"), ("accent",), (("US",),),
    ...     np.zeros((6, 1), np.int64), edits, np.ones(6, bool), none[..., 0], none, none[:, 0], none,
    ... )
    >>> (own,) = release_contrasts(
    ...     heard, groupings("accent")[0], [metric("word_error_rate", kind=heard.kind)], overall=False
    ... )
    >>> own.model, own.group, round(own.value, 3), own.n, own.discordant
    ('new', 'accent=US', -0.15, 6, 6)
    """
    asked = _Asked(baseline, every_pair, normalizer, empty_references)
    rules = Rules(margins or {}, confidence, correction)
    made: list[ModelContrast] = []
    for pair in _pairs(utterances, grouping, metrics, asked):
        values = dict(zip(pair.rows.names, pair.groups(), strict=True))
        made += changes_of(pair, grouping.name, values, compare, rules)
        if overall:
            made += changes_of(pair, grouping.name, {ALL: pair.everyone()}, compare, rules)
    return tuple(made)


def release_gap_changes(
    utterances: Utterances,
    grouping: Grouping,
    metrics: Sequence[AnyMetric],
    *,
    baseline: str | None = None,
    every_pair: bool = False,
    normalizer: int = 0,
    empty_references: EmptyReferences = "keep",
    margins: Mapping[str, tuple[float, float]] | None = None,
    confidence: float = 0.95,
    correction: Correction = Correction.HOLM,
) -> tuple[GapChange, ...]:
    """Compare the gap between each group and all other utterances under one system with that under another.

    Parameters
    ----------
    utterances, grouping, metrics, baseline, every_pair, normalizer, empty_references
        As for :func:`release_contrasts`.
    margins, confidence, correction
        As for :func:`release_contrasts`.

    Returns
    -------
    tuple of GapChange

    Raises
    ------
    UsageError
        As for :func:`release_contrasts`.

    Notes
    -----
    As :func:`fairkit.models.gap_changes`: limits of both sides are combined by MOVER, and a speaker with
    utterances in the group and elsewhere pulls the change once.

    Examples
    --------
    >>> import numpy as np
    >>> from fairkit.groups import groupings
    >>> from fairkit.metrics import metric
    >>> from fairkit.speech.utterances import Stamp
    >>> none = np.zeros((4, 2, 1), bool)
    >>> edits = np.array([[[[8, 2, 0, 0]], [[9, 1, 0, 0]]]] * 2 + [[[[9, 1, 0, 0]]] * 2] * 2, np.int32)
    >>> heard = Utterances(
    ...     ("old", "new"), (Stamp("none", "1", ""),), "words", np.array(list("abcd"), object),
    ...     np.arange(4), tuple("stuv"), ("accent",), (("IE", "US"),), np.array([[0], [0], [1], [1]]), edits,
    ...     np.ones(4, bool), none[..., 0], none, none[:, 0], none,
    ... )
    >>> own, _ = release_gap_changes(
    ...     heard, groupings("accent")[0], [metric("word_error_rate", kind=heard.kind)]
    ... )
    >>> own.group, round(own.before, 3), round(own.after, 3), own.reason
    ('accent=IE', 0.1, 0.0, 'too-few-clusters')
    """
    asked = _Asked(baseline, every_pair, normalizer, empty_references)
    rules = Rules(margins or {}, confidence, correction)
    made: list[GapChange] = []
    for pair in _pairs(utterances, grouping, metrics, asked):
        both_sides = zip(pair.groups(), pair.rests(), strict=True)
        sides = dict(zip(pair.rows.names, both_sides, strict=True))
        made += gaps_of(pair, grouping.name, sides, rules)
    return tuple(made)


def _pairs(
    utterances: Utterances, grouping: Grouping, metrics: Sequence[AnyMetric], asked: _Asked
) -> Iterator[ReleasePair]:
    """List what there is to compare, pair by pair and metric by metric, each metric once."""
    baseline, every_pair, normalizer, empty_references = asked
    _check(utterances, grouping, metrics, baseline, normalizer)
    rows = ReleaseRows.of(utterances, grouping, normalizer, empty_references)
    named = {base_name(one.name): one for one in reversed(metrics) if isinstance(one, Functional)}
    for first, second in wanted_pairs(utterances.systems, baseline, every_pair=every_pair):
        for name in dict.fromkeys(base_name(one.name) for one in metrics):
            yield ReleasePair(rows, named[name], name, first, second)


def _check(
    utterances: Utterances,
    grouping: Grouping,
    metrics: Sequence[AnyMetric],
    baseline: str | None,
    normalizer: int,
) -> None:
    problems = [
        unknown_name("attribute", name, utterances.attributes)
        for name in grouping.names
        if name not in utterances.attributes
    ]
    if len(utterances.systems) < 2:
        problems.append(
            "these utterances were heard by one system; a comparison needs two or more hypotheses of each "
            "utterance (--hypothesis old=COL --hypothesis new=COL)."
        )
    elif baseline is not None and baseline not in utterances.systems:
        problems.append(unknown_name("system", baseline, utterances.systems))
    wrong = [m.name for m in metrics if m.kind is not utterances.kind or not isinstance(m, Functional)]
    if wrong:
        problems.append(
            f"{shortlist(wrong)} cannot be measured on these utterances, whose counts are of the kind "
            f"{utterances.kind}."
        )
    if not 0 <= normalizer < len(utterances.normalizers):
        problems.append(
            f"there is no normaliser {normalizer}: positions go from 0 to {len(utterances.normalizers) - 1}."
        )
    if problems:
        raise UsageError(*problems)
