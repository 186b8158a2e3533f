"""What was measured, as records of the report, and the sentences that a reader should know first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import UsageError, did_you_mean, shortlist
from fairkit.kinds import MEASURES
from fairkit.report.blocks.floors import floor_sentence
from fairkit.report.blocks.protected import agreement_sentence, disagree
from fairkit.text.agreement import rank_agreement
from fairkit.text.judging.measuring import SATURATION, Measured, attribution_of
from fairkit.text.judging.sources import STEP
from fairkit.text.results import (
    OverallMean,
    SensitivityAgreement,
    SensitivityFloor,
    TextsApart,
)
from fairkit.text.rows import Texts

if TYPE_CHECKING:
    from fairkit.text.extrinsic.counterfactuals import CounterfactualMeasures
    from fairkit.text.judging.asked import Asked
    from fairkit.text.judging.readable import Readable
    from fairkit.text.judging.sources import Source
    from fairkit.text.judging.watching import WatchedModel, WatchedRewriter

FloatArray = NDArray[np.float64]

GAP = "counterfactual_gap"
_UNJUDGED = ("counterfactual_shift", "invariance_failure_rate")
_WORDS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """All that was measured, ready for the report.

    Parameters
    ----------
    texts : Texts
    sources : tuple of Source
    measures : dict of str to array, shape (texts,)
    records : dict of str to tuple
        Parts of the report.
    notes : tuple of str
    """

    texts: Texts
    sources: tuple[Source, ...]
    measures: dict[str, FloatArray]
    records: dict[str, Any]
    notes: tuple[str, ...]


def chosen_metrics_of(measures: Mapping[str, FloatArray], wanted: Any) -> list[str]:
    """Choose which measures are judged by group.

    Raises
    ------
    UsageError
        A name is none of those measured.

    Examples
    --------
    >>> gap = np.zeros(1)
    >>> chosen_metrics_of({"counterfactual_gap": gap, "counterfactual_shift": gap}, "default")
    ['counterfactual_gap']
    """
    have = [name for name in MEASURES if name in measures]
    if wanted == "all":
        return have
    if wanted == "default":
        return [name for name in have if name not in _UNJUDGED]
    problems = [
        f"'{name}' is not measured here (there are {shortlist(have)}).{did_you_mean(name, have)}"
        for name in wanted
        if name not in have
    ]
    if problems:
        raise UsageError(*problems)
    return list(wanted)


def summarised(
    watched: WatchedModel,
    readable: Readable,
    sources: Sequence[Source],
    asked: Asked,
    *,
    found: Sequence[Measured],
    worded: Measured | None,
    floors: tuple[SensitivityFloor, ...],
    swapped: CounterfactualMeasures | None,
    rewriter: WatchedRewriter | None,
) -> Told:
    """Put everything that was measured into records and sentences."""
    measures = {one.metric: one.values for one in found}
    gap = None
    if swapped is not None:
        measures |= swapped.arrays()
        gap = swapped.counterfactual_gap
    cluster = None if readable.cluster is None else _every(readable)
    agreements = (
        ()
        if gap is None
        else tuple(_agreement(one, gap, cluster, confidence=asked.confidence) for one in found)
    )
    apart = _apart(watched, readable, found[0], swapped, rewriter)
    protected = set(watched.occurring) | (set() if rewriter is None else rewriter.words)
    records = {
        "overall": overall_means(measures, cluster, confidence=asked.confidence),
        "protected_models": tuple(score for source in sources for score in source.scores),
        "sensitivity_floors": floors,
        "sensitivity_agreements": agreements,
        "texts_apart": apart,
        "word_sensitivities": tuple(
            replace(word, protected=word.word in protected)
            for word in (() if worded is None else worded.words)
        ),
        "attributions": tuple(
            attribution_of(
                worded,
                row,
                parts,
                identifier=str(readable.texts.ids[row]),
                labels=watched.labels,
                gap=np.nan if gap is None else float(gap[row]),
            )
            for row, parts in worded.examples
        )
        if worded is not None
        else (),
    }
    notes = [
        *(_capital(floor_sentence(one)) for one in floors if one.attribute == "all" and one.permutations),
        *(_capital(note) for one in sources for note in getattr(one.directions, "notes", ())),
        *(_capital(text) for one in agreements if disagree(one) and (text := agreement_sentence(one))),
        *_lacking(apart),
        *_half_precision(watched),
        *(_capital(note) for one in sources for note in one.notes),
    ]
    return Told(readable.texts, tuple(sources), measures, records, tuple(dict.fromkeys(notes)))


def overall_means(
    measures: Mapping[str, FloatArray], cluster: NDArray[np.int64] | None, *, confidence: float
) -> tuple[OverallMean, ...]:
    """Average measures over all texts that have them.

    Examples
    --------
    >>> (one,) = overall_means({"flip_rate": np.array([0.0, 1.0, np.nan] * 10)}, None, confidence=0.95)
    >>> one.value, one.texts, one.low < 0.5 < one.high
    (0.5, 20, True)
    """
    from fairkit.text.extrinsic.overall import mean_estimates

    found = mean_estimates(
        measures, clusters=None if cluster is None else cluster.tolist(), confidence=confidence
    )
    return tuple(
        OverallMean(one.metric, one.value, one.low, one.high, one.n, one.method, one.why) for one in found
    )


def _every(readable: Readable) -> NDArray[np.int64]:
    """Give every text a cluster; those that were not measured one of their own."""
    cluster = -1 - np.arange(len(readable.texts), dtype=np.int64)
    if readable.cluster is not None:
        cluster[readable.rows] = readable.cluster
    return cluster


def _agreement(
    one: Measured, gap: FloatArray, cluster: NDArray[np.int64] | None, *, confidence: float
) -> SensitivityAgreement:
    found = rank_agreement(np.abs(one.values), gap, cluster=cluster, confidence=confidence)
    both = ~(np.isnan(one.values) | np.isnan(gap))
    saturated = float(one.saturated()[both].mean()) if both.any() else None
    return SensitivityAgreement(
        one.metric,
        GAP,
        found.value,
        found.low,
        found.high,
        found.texts,
        saturated,
        SATURATION,
        found.method,
        found.reason,
    )


def _apart(
    watched: WatchedModel,
    readable: Readable,
    first: Measured,
    swapped: CounterfactualMeasures | None,
    rewriter: WatchedRewriter | None,
) -> tuple[TextsApart, ...]:
    size = len(readable)
    without = [row for row in readable.rows.tolist() if first.why[row] is not None]
    rewritten = [] if swapped is None else [row for row in without if swapped.why[row] is None]
    unaligned = len(rewritten) if first.along == STEP else 0
    found = [TextsApart("no-protected-word", len(without) - unaligned, size)] if without[unaligned:] else []
    found += [TextsApart("unaligned-counterfactual", unaligned, size)] if unaligned else []
    if swapped is not None:
        alike = swapped.counted("no-counterfactual")
        found += [TextsApart("no-counterfactual", alike, size)] if alike else []
    doubtful = 0 if rewriter is None else rewriter.doubtful(readable.written)
    found += [TextsApart("ambiguous-counterfactual", doubtful, size)] if doubtful else []
    cut = sum(text in watched.cut for text in readable.written)
    found += [TextsApart("truncated", cut, size)] if cut else []
    words, holding = _split(watched, readable)
    if words:
        shown = tuple(f"{word} ({watched.split[word]})" for word in words[:_WORDS])
        found.append(TextsApart("split-words", holding, size, shown))
    sure = int(first.saturated()[readable.rows].sum())
    found += [TextsApart("saturated", sure, size)] if sure else []
    return tuple(found)


def _split(watched: WatchedModel, readable: Readable) -> tuple[list[str], int]:
    """List the protected words that the tokenizer splits, the most frequent first, and count their texts."""
    if not watched.split:
        return [], 0
    times: Counter[str] = Counter()
    holding = 0
    for text in readable.written:
        own = [text[start:end].casefold() for start, end in watched.lexicon.spans(text)]
        own = [word for word in own if word in watched.split]
        times.update(own)
        holding += bool(own)
    return sorted(times, key=lambda word: (-times[word], word)), holding


def _lacking(apart: Sequence[TextsApart]) -> list[str]:
    told = []
    for one in apart:
        if one.what == "no-protected-word" and one.count == one.texts:
            told.append(
                "No text holds a protected word: sensitivity is undefined, which is not to say that it is 0."
            )
        if one.what == "no-counterfactual" and one.count == one.texts:
            told.append(
                "No text is changed by rewriting: there is no counterfactual, which is not to say that "
                "nothing would change."
            )
        if one.what == "truncated":
            told.append(
                f"{one.count:,} of {one.texts:,} texts are longer than the model reads: what was cut off is "
                "not measured."
            )
        if one.what == "split-words":
            told.append(
                "The tokenizer splits protected words into pieces, all of which count: "
                f"{', '.join(one.words[:5])}{' and more' if len(one.words) > 5 else ''}."
            )
    return told


def _half_precision(watched: WatchedModel) -> list[str]:
    from fairkit.text.networks.independence import check_module

    return [_capital(note) for note in check_module(getattr(watched, "module", None))]


def _capital(text: str) -> str:
    """Begin a sentence; what begins with a metric's name stays."""
    first = text.partition(" ")[0]
    ended = text if text.endswith(".") else f"{text}."
    return ended if "_" in first else f"{ended[:1].upper()}{ended[1:]}"
