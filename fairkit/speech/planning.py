"""The collection plan: which combinations of factors have too few speakers to show a gap, and how many more.

Before an error rate can be compared it has to be recorded, by enough people. For factors such as accent,
noise and device this says of every combination, those that nobody recorded included, how many speakers it
has, the smallest gap to all others that these would show, and how many more would show the gap asked for.
How a number follows is told in :mod:`fairkit.speech.collection.needs`, how much speakers differ in
:mod:`fairkit.speech.collection.spread`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np

from fairkit import __version__
from fairkit.counts import Level, natural_order
from fairkit.errors import UsageError
from fairkit.files import source_of
from fairkit.groups import By, Grouping, attributes_of, groupings
from fairkit.report.phrases import counted
from fairkit.speech.collection.combinations import Combinations, combinations, recorded_by
from fairkit.speech.collection.needs import Needs, Target, needs, standing
from fairkit.speech.collection.plan import (
    OUT_OF_REACH,
    CoverageCell,
    CoverageFactor,
    CoveragePlan,
    CoverageTable,
    CoverageVerdict,
)
from fairkit.speech.collection.recorded import Labels, Recorded, recorded_labels, recorded_utterances
from fairkit.speech.collection.spread import WORDS_PER_UTTERANCE, Wishes, spread
from fairkit.speech.normalize import Normalizer
from fairkit.speech.questions import asked_of, normalizers_of
from fairkit.speech.rows import score_rows
from fairkit.speech.utterances import Unit

MOSTLY = 0.5
"""Share of the speakers who must have several levels of a factor for it to vary within speakers."""


def coverage(
    data: Any,
    *,
    by: By,
    speaker: str,
    reference: str | None = None,
    hypothesis: str | None = None,
    gap: float = 0.05,
    power: float = 0.8,
    confidence: float = 0.95,
    rate: float | None = None,
    speaker_sd: float | None = None,
    words: float | None = None,
    levels: Mapping[str, Sequence[str]] | None = None,
    missing: str | Sequence[str] = (),
    normalizer: str | Normalizer = "basic",
    unit: Unit = "words",
    workers: int = 1,
    progress: Callable[[int], object] | None = None,
    hash_files: bool = False,
) -> CoveragePlan:
    """Plan a collection: who is recorded, which gaps that would show, and how many speakers are lacking.

    Parameters
    ----------
    data : frame or path
        Any frame, file or folder that :func:`fairkit.evaluate` takes, with a row for each utterance.
    by : str or sequence
        Factors to cross: ``"accent,noise,device"``. Each factor of a crossing is also planned alone.
    speaker : str
        Column of speakers. Rows without one are left out, and counted.
    reference : str, optional
        Column of what was said; says how many words a speaker gives.
    hypothesis : str, optional
        Column of what was recognised; says how much speakers differ, and the error rate.
    gap : float, default 0.05
        Difference of error rates between a combination and all others that the data are to show: 0.05 is
        five errors in a hundred words.
    power : float, default 0.8
        Probability with which it is to be shown.
    confidence : float, default 0.95
        Level of all verdicts on one crossing together.
    rate : float, optional
        Error rate of all others; that of the data, or .15.
    speaker_sd : float, optional
        Standard deviation of the logarithms of speakers' error rates; measured where there are hypotheses,
        else .5.
    words : float, optional
        Words that a speaker says in one combination: a further one, and where no reference is named also
        those at hand. As many as those at hand say, or 10 an utterance.
    levels : mapping, optional
        Levels that are to be recorded: ``{"noise": ["quiet", "street"]}``.
    missing : str or sequence of str
        Texts that mean "missing". Missing labels are listed and need no recording.
    normalizer, unit
        As for :func:`fairkit.speech.evaluate`.
    workers, progress, hash_files
        The same.

    Returns
    -------
    CoveragePlan

    Raises
    ------
    UsageError
        The question is wrong in itself; all problems at once.
    DataError
        The data cannot be read, lack a column, name no speaker, or have too many combinations, or only one.

    Notes
    -----
    Numbers are those at which the corrected interval of `SpeakerRows` excludes 0 with the power asked for,
    where one combination has `gap` more errors per word than all others. Whether it also excludes the margin
    of a disparity takes a gap that is larger by that margin.

    A factor varies within speakers where at least half of them were recorded at several of its levels. Then
    the same voices can be recorded in all its conditions: `new_speakers_within` is the fewest that would do,
    `new_speakers` the number where each further speaker is recorded in one combination.

    Examples
    --------
    >>> rows = {
    ...     "accent": ["X", "X", "Y"], "noise": ["no", "yes", "no"], "who": ["ann", "ann", "bob"],
    ... }
    >>> plan = coverage(rows, by="accent,noise", speaker="who", gap=0.1, words=400)
    >>> [(cell.group, cell.speakers, cell.more, cell.verdict) for cell in plan.tables[0].cells][2:]
    [('accent=Y & noise=no', 1, 22, 'too-few'), ('accent=Y & noise=yes', 0, 23, 'absent')]
    """
    split = groupings(by, levels=levels)
    texts = (missing,) if isinstance(missing, str) else tuple(missing)
    wishes = Wishes(rate, speaker_sd, words)
    assumed = {"rate": rate, "speaker_sd": speaker_sd, "words": words}
    problems = _problems(
        {"gap": gap, **{name: value for name, value in assumed.items() if value is not None}},
        {"power": power, "confidence": confidence},
    )
    if not speaker:
        problems.append("name the column of speakers: a plan counts people, not utterances.")
    if hypothesis is not None and reference is None:
        problems.append("a hypothesis needs a reference to be compared with: name its column.")
    if problems:
        raise UsageError(*problems)
    own = normalizers_of(normalizer)
    if len(own) > 1:
        raise UsageError("a plan has one normalizer; name one.")
    if reference is not None and hypothesis is not None:
        asked = asked_of(
            split,
            reference=reference,
            hypothesis=hypothesis,
            speaker=speaker,
            identifier=None,
            covariates=(),
            normalizer=own,
            unit=unit,
            missing=texts,
            keep_texts=False,
        )
        recorded = recorded_utterances(score_rows(data, asked, workers=workers, progress=progress))
    else:
        reading = Labels(attributes_of(split), speaker, reference, own[0], unit, texts)
        recorded = recorded_labels(data, reading, progress=progress)
    factors = tuple(_factor(recorded, split, name) for name in recorded.attributes)
    tables, skipped = _tables(recorded, split, factors, wishes, (gap, power, confidence))
    source, digest = source_of(data, hash_files=hash_files)
    return CoveragePlan(
        dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        __version__,
        source,
        digest,
        recorded.rows,
        recorded.speakers,
        {"without_speaker": recorded.without_speaker, "without_reference": recorded.without_reference},
        gap,
        power,
        confidence,
        unit,
        factors,
        tables,
        (*_notes(recorded, factors, unit), *skipped),
    )


def _problems(positive: Mapping[str, object], shares: Mapping[str, object]) -> list[str]:
    """Name every number that cannot be meant."""
    return [
        *(
            f"{name} must be a positive number, not {value!r}."
            for name, value in positive.items()
            if not _between(value, math.inf)
        ),
        *(
            f"{name} must lie strictly between 0 and 1, not {value!r}."
            for name, value in shares.items()
            if not _between(value, 1)
        ),
    ]


def _between(value: Any, high: float) -> bool:
    """Whether something is a number above 0 and below another."""
    return not isinstance(value, bool) and isinstance(value, Real) and 0 < float(value) < high


def _factor(recorded: Recorded, split: Sequence[Grouping], name: str) -> CoverageFactor:
    several = recorded_by(recorded, name)
    labelled = several > 0
    share = float((several[labelled] > 1).mean()) if labelled.any() else 0.0
    known = {level for level in recorded.levels[recorded.attributes.index(name)] if level is not None}
    declared = next(a.levels for a in attributes_of(split) if a.name == name)
    levels = tuple(str(level) for level in natural_order({*known, *declared}))
    return CoverageFactor(name, levels, share >= MOSTLY, share)


def _tables(
    recorded: Recorded,
    split: Sequence[Grouping],
    factors: Sequence[CoverageFactor],
    wishes: Wishes,
    aim: tuple[float, float, float],
) -> tuple[tuple[CoverageTable, ...], list[str]]:
    """Plan every crossing that was asked for, and then every factor of one alone."""
    alone = {
        a.name: Grouping((a,)) for grouping in split if len(grouping.names) > 1 for a in grouping.attributes
    }
    asked = {grouping.name for grouping in split}
    found = [_table(recorded, grouping, factors, wishes, aim, marginal=False) for grouping in split]
    skipped: list[str] = []
    for name, grouping in alone.items():
        if name in asked:
            continue
        if any(factor.name == name and len(factor.levels) < 2 for factor in factors):
            skipped.append(f"'{name}' has fewer than two levels and is not planned alone.")
            continue
        found.append(_table(recorded, grouping, factors, wishes, aim, marginal=True))
    return tuple(found), skipped


def _table(
    recorded: Recorded,
    grouping: Grouping,
    factors: Sequence[CoverageFactor],
    wishes: Wishes,
    aim: tuple[float, float, float],
    *,
    marginal: bool,
) -> CoverageTable:
    found = combinations(recorded, grouping)
    taken = spread(found, wishes)
    gap, power, confidence = aim
    # Two groups that mirror each other ask one question, not two.
    judged = len(found)
    hypotheses = 1 if judged == 2 else judged
    level = 1 - (1 - confidence) / hypotheses
    solved = needs(standing(found), taken, Target(gap, power, level), planned=found.labelled)
    cells = tuple(_cell(found, solved, g) for g in range(len(found)))
    new, within = _new_speakers(cells, grouping, {factor.name for factor in factors if factor.within})
    return CoverageTable(
        attribute=grouping.name,
        factors=grouping.names,
        marginal=marginal,
        cells=cells,
        hypotheses=hypotheses,
        level=level,
        rate=taken.rate,
        rate_from=taken.rate_from,
        relative_variance=taken.variance,
        variance_from=taken.variance_from,
        freedom=taken.freedom,
        words_per_speaker=taken.words,
        words_from=taken.words_from,
        inequality=taken.inequality,
        correlation=taken.correlation,
        new_speakers=new,
        new_speakers_within=within,
    )


def _cell(found: Combinations, solved: Needs, g: int) -> CoverageCell:
    speakers, more, smallest = int(found.speakers[g]), solved.more[g], solved.detectable[g]
    reachable = bool(np.isfinite(more))
    verdict: CoverageVerdict = "enough" if reachable and more == 0 else "too-few" if speakers else "absent"
    if not found.labelled[g]:
        verdict = "unlabelled"
    planned = reachable and verdict != "unlabelled"
    return CoverageCell(
        attribute=found.grouping.name,
        group=found.names[g],
        levels=found.levels[g],
        speakers=speakers,
        utterances=int(found.utterances[g]),
        words=None if found.words is None else int(found.total(found.words)[g]),
        detectable=float(smallest) if np.isfinite(smallest) else None,
        needed=speakers + int(more) if planned else None,
        more=int(more) if planned else None,
        verdict=verdict,
        reason=None if reachable or verdict == "unlabelled" else OUT_OF_REACH,
    )


def _new_speakers(cells: Sequence[CoverageCell], grouping: Grouping, within: set[str]) -> tuple[int, int]:
    """Add up further speakers: each in one combination, or in all conditions that vary within speakers."""
    profiles: dict[tuple[Level, ...], int] = {}
    for cell in cells:
        pairs = zip(grouping.names, cell.levels, strict=True)
        profile = tuple(level for name, level in pairs if name not in within)
        profiles[profile] = max(profiles.get(profile, 0), cell.more or 0)
    return sum(cell.more or 0 for cell in cells), sum(profiles.values())


def _notes(recorded: Recorded, factors: Sequence[CoverageFactor], unit: Unit) -> list[str]:
    """Say what was left out, and what of the data a plan cannot take as it is."""
    notes = []
    if recorded.without_speaker:
        notes.append(
            f"{counted(recorded.without_speaker, 'row')} without a speaker "
            f"{'is' if recorded.without_speaker == 1 else 'are'} left out: a plan counts people."
        )
    if recorded.without_reference:
        notes.append(
            f"{counted(recorded.without_reference, 'row')} without a reference "
            f"{'is' if recorded.without_reference == 1 else 'are'} left out: nothing can be scored there."
        )
    if recorded.words is None:
        notes.append(
            f"Without references, an utterance counts as {WORDS_PER_UTTERANCE:g} {unit} unless the {unit} of "
            "a speaker are stated."
        )
    notes += [
        f"{factor.several:.0%} of the speakers were recorded at several levels of '{factor.name}': fewer "
        "than half, so it counts as one that does not vary within speakers."
        for factor in factors
        if factor.several > 0 and not factor.within
    ]
    return notes
