"""Judging how strongly a classifier of texts depends on what is protected: everything in one report."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from fairkit.errors import DataError
from fairkit.groups import By, Grouping, attributes_of, groupings
from fairkit.margins import Margin
from fairkit.report.model import Report
from fairkit.text.evaluator import judge_texts
from fairkit.text.judging.asked import (
    OWN,
    PREDICTED,
    Asked,
    Head,
    Scale,
    check_direction,
    check_label,
    check_target,
)
from fairkit.text.judging.by_class import PREDICTED_CLASS, by_predicted
from fairkit.text.judging.loading import loaded, rewriter_for
from fairkit.text.judging.readable import Readable, readable_of
from fairkit.text.judging.sources import Lexicon, Source, lexical_of, sources_of, swap_source
from fairkit.text.judging.summaries import Told, chosen_metrics_of, summarised
from fairkit.text.rows import read_texts

if TYPE_CHECKING:
    from fairkit.text.extrinsic.counterfactuals import CounterfactualMeasures
    from fairkit.text.folders import Device
    from fairkit.text.judging.watching import WatchedRewriter
    from fairkit.text.networks.embedded import Differentiable
    from fairkit.text.rewriting import Rewriter


def judge_sensitivity(
    data: Any,
    *,
    text: str,
    model: str | os.PathLike[str] | Differentiable,
    by: By | None = None,
    protected: Any = None,
    lexicon: Lexicon = "gender",
    toward: str = OWN,
    head: Head = "embeddings",
    label: str | None = None,
    target: str = PREDICTED,
    logit: bool = False,
    scale: Scale = "none",
    absolute: bool = False,
    swap: str | os.PathLike[str] | Rewriter | None = "gender",
    tolerance: float = 0.1,
    cluster: str | None = None,
    identifier: str | None = None,
    levels: Mapping[str, Sequence[str]] | None = None,
    missing: str | Sequence[str] = (),
    reference: str | Mapping[str, str | None] | Sequence[str] = "rest",
    metrics: Sequence[str] | Literal["default", "all"] = "default",
    compare: Literal["difference", "ratio", "both"] = "difference",
    margin: Margin = None,
    confidence: float = 0.95,
    correction: str = "holm",
    permutations: int = 199,
    folds: int = 5,
    examples: int = 3,
    replicates: int = 2_000,
    seed: int = 0,
    batch_size: int = 64,
    device: Device = "cpu",
    progress: Callable[[int], object] | None = None,
    hash_files: bool = False,
) -> Report:
    """Judge how strongly predictions depend on what is protected, by group.

    Parameters
    ----------
    data : frame or path
        Whatever :func:`fairkit.evaluate` takes, with a row for each text.
    text : str
        Column of texts.
    model : path or Differentiable
        A local Hugging Face folder, or what :func:`~fairkit.text.load_classifier` and
        :func:`~fairkit.text.from_module` return.
    by : str or sequence, optional
        Groups of texts, as for :func:`fairkit.evaluate`; without it, the class that the model predicts.
    protected : str, ProtectedModel or LexiconMask, optional
        Column of the group that each text is about: a model of it is trained on the task model's own
        embeddings, and its gradient is the protected direction. Or a direction that was made before. Without
        it the lexicon tells what is protected.
    lexicon : str, path, sequence of str or rewriter
        ``"gender"``, another table of words by name or file, a file with a word a line, or words. A lexicon
        has no direction, so that its sensitivities are absolute ones.
    toward : str
        The group that the direction of a protected-status model points to: ``"own"``, each text's, or one
        by name. A named one lets signs be compared between classes.
    head : {"embeddings", "encoder"}
        What the protected-status model reads: the average of the token embeddings, or of what the model's
        encoder makes of them.
    label : str, optional
        Column of the class of each text, for ``target="given"``.
    target : str
        The class that is asked about: each text's ``"predicted"`` or ``"given"`` one, or one by name. Where
        it is the given one, rewritten texts are followed in the predicted one.
    logit : bool
        Whether log-odds are differentiated: a sure model's probabilities hardly move, its log-odds do.
    scale : {"none", "unit", "relative"}
        ``unit`` brings the protected direction to length 1 in every text; ``relative`` divides by the
        probability.
    absolute : bool
        Whether absolute sensitivities are shown beside signed ones.
    swap : str, path, Rewriter or None
        What texts are rewritten by, for the counterfactual measures: ``"gender"``, another table by name or
        file, or a rewriter; None, or ``"none"``, for none.
    tolerance : float
        How far a probability may move under rewriting and still count as invariant.
    cluster : str, optional
        Column of what makes texts alike (a template, an author): it decides the intervals, and folds keep it
        whole.
    identifier : str, optional
        Column that names the texts.
    levels, missing, reference, compare, margin, confidence, correction, replicates, seed, hash_files
        As for :func:`fairkit.evaluate`.
    metrics : sequence of str, "default" or "all"
        Which of the measures are judged by group.
    permutations : int
        Of the floor: how many directions without meaning are measured; 0 for no floor.
    folds : int
        Of the cross-validation of the protected-status model.
    examples : int
        Texts with the largest sensitivities that are shown word by word; 0 keeps all texts out of the report.
    batch_size : int
    device : {"cpu", "cuda", "auto"}
        Where a model that is loaded from a folder runs.
    progress : callable, optional
        Is told how many texts have been gone through, over all passes.

    Returns
    -------
    Report
        Beside the groups: overall means, floors, agreement of gradients with rewritten texts, how well the
        protected attribute is known, words, and texts of which less is known.

    Raises
    ------
    UsageError
        The question is wrong in itself; all problems at once.
    DataError
        The data or the model cannot be read, or nothing at all could be measured.
    MissingDependencyError
        torch, or transformers for a folder, is not installed.

    Examples
    --------
    >>> from fairkit.text.networks.examples import tiny_classifier
    >>> verbs = ("sings", "reads", "runs", "cooks", "rests")
    >>> said = [f"{who} {verb}" for verb in verbs for who in ("She", "He")]
    >>> model = tiny_classifier(said, labels=("no", "yes"))
    >>> rows = {"text": said * 4, "sex": ["F", "M"] * 20}
    >>> report = judge_sensitivity(rows, text="text", model=model, by="sex", protected="sex", permutations=19)
    >>> [(one.metric, one.texts) for one in report.overall][:2]
    [('prediction_sensitivity', 40), ('counterfactual_gap', 40)]
    >>> report.protected_models[0].value
    1.0
    """
    from fairkit.text.judging.watching import WatchedRewriter

    asked = Asked(
        target=target,
        logit=logit,
        scale=scale,
        absolute=absolute,
        toward=toward,
        head=head,
        tolerance=tolerance,
        permutations=permutations,
        folds=folds,
        examples=examples,
        batch_size=batch_size,
        seed=seed,
        confidence=confidence,
    )
    check_label(label, target)
    check_direction(protected, toward, head)
    split = groupings(PREDICTED_CLASS if by is None else by, levels=levels)
    chosen = _wanted(metrics)
    rewriter = rewriter_for(swap)
    lexical = lexical_of(protected, lexicon)
    network = loaded(model, device=device, batch_size=batch_size)
    check_target(target, network.labels)
    tell = _Counting(progress)
    texts = read_texts(
        data,
        text=text,
        by=() if by is None else attributes_of(split),
        cluster=cluster,
        identifier=identifier,
        keep=[one for one in (label, protected) if isinstance(one, str)],
        missing=missing,
        hash_files=hash_files,
    )
    readable = readable_of(texts, label=label, labels=network.labels)
    watching = None if rewriter is None else WatchedRewriter(rewriter)
    alike = watching if isinstance(lexicon, str) and lexicon == swap else None
    found = measure_all(
        network,
        readable,
        sources_of(network, readable, protected, lexical, rewriter=alike, asked=asked, progress=tell),
        asked,
        rewriter=watching,
        split=split,
        by_class=by is None,
        progress=tell,
    )
    return judge_texts(
        found.texts,
        found.measures,
        by=PREDICTED_CLASS if by is None else by,
        levels=levels,
        reference=reference,
        metrics=chosen_metrics_of(found.measures, chosen),
        compare=compare,
        margin=margin,
        confidence=confidence,
        correction=correction,
        replicates=replicates,
        seed=seed,
        missing=(missing,) if isinstance(missing, str) else tuple(missing),
        notes=found.notes,
        stated={
            "label": label,
            "classifier": os.fspath(model) if isinstance(model, str | os.PathLike) else type(model).__name__,
            "protected": " and ".join(dict.fromkeys(one.name for one in found.sources)),
            "target": target,
            "output": "logit" if logit else "probability",
            "scale": scale,
            "rewriter": None if rewriter is None else _name(rewriter),
            "tolerance": None if rewriter is None else float(tolerance),
            "permutations": permutations,
            "identifier": identifier,
        },
        found=found.records,
    )


def measure_all(
    network: Differentiable,
    readable: Readable,
    sources: Sequence[Source],
    asked: Asked,
    *,
    rewriter: WatchedRewriter | None,
    split: Sequence[Grouping],
    by_class: bool,
    progress: Callable[[int], object],
) -> Told:
    """Measure everything that the report tells, before groups are judged."""
    from fairkit.text.judging.floors import floors_of
    from fairkit.text.judging.measuring import measured
    from fairkit.text.judging.watching import WatchedModel

    lexicon = next((one.directions for one in sources if not one.signed), None)
    watched = WatchedModel(network, lexicon)
    swapped = None if rewriter is None else _swapped(watched, readable, rewriter, asked, progress)
    plan = [(one, True) for one in sources if one.signed]
    plan += [(one, False) for one in sources if not one.signed]
    if asked.absolute and len(plan) == 1 and plan[0][1]:
        plan.append((plan[0][0], False))
    found = [
        measured(
            watched, readable, one, asked, signed=signed, by_word=i == 0 and one.by_word, progress=progress
        )
        for i, (one, signed) in enumerate(plan)
    ]
    worded = found[0] if plan[0][0].by_word else None
    if worded is None and rewriter is not None:
        step = swap_source(rewriter)
        worded = measured(watched, readable, step, asked, signed=True, progress=progress)
    if by_class:
        texts = by_predicted(readable.texts, found[0].probabilities, network.labels)
        readable = replace(readable, texts=texts)
    if all(np.isnan(one.values).all() for one in found) and not (swapped and swapped.measured.any()):
        raise DataError(_nothing(readable, sources, rewriter))
    floors = [
        floor
        for (source, _), one in zip(plan, found, strict=True)
        for floor in floors_of(watched, readable, source, asked, found=one, split=split, progress=progress)
    ]
    return summarised(
        watched,
        readable,
        sources,
        asked,
        found=found,
        worded=worded,
        floors=tuple(floors),
        swapped=swapped,
        rewriter=rewriter,
    )


def _wanted(metrics: Any) -> Any:
    return [metrics] if isinstance(metrics, str) and metrics not in ("default", "all") else metrics


def _swapped(
    network: Any,
    readable: Readable,
    rewriter: WatchedRewriter,
    asked: Asked,
    progress: Callable[[int], object],
) -> CounterfactualMeasures:
    from fairkit.text.extrinsic.counterfactuals import counterfactual_measures

    written: list[str | None] = [None] * len(readable.texts)
    for row, text in zip(readable.rows.tolist(), readable.written, strict=True):
        written[row] = text
    return counterfactual_measures(
        written,
        network,
        rewriter,
        target=asked.target if asked.target in network.labels else PREDICTED,
        tolerance=asked.tolerance,
        progress=progress,
    )


def _nothing(readable: Readable, sources: Sequence[Source], rewriter: Rewriter | None) -> str:
    words = [one.name for one in sources if not one.signed]
    held = f"any of {words[0]}" if words else "anything that is protected"
    text = f"nothing could be measured of any of the {len(readable.texts):,} texts: none holds {held}"
    if rewriter is not None:
        text += f", and none is changed by swapping {rewriter.attribute}"
    return (
        f"{text}. That says nothing about the model. Look whether the column of texts is the right one, or "
        "name what is protected with a lexicon of your own, or with a column of groups."
    )


def _name(rewriter: Rewriter) -> str:
    return f"{type(rewriter).__name__} of {rewriter.attribute}"


class _Counting:
    """Tells how many texts have been gone through in all, from how many more there are."""

    def __init__(self, progress: Callable[[int], object] | None) -> None:
        self._progress, self._done = progress, 0

    def __call__(self, more: int) -> None:
        self._done += more
        if self._progress is not None:
            self._progress(self._done)
