"""Generated texts by the group that their prompt is about, as a report: gender, and toxicity."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from fairkit.errors import DataError, UsageError, did_you_mean, shortlist
from fairkit.groups import By, attributes_of, groupings
from fairkit.margins import Margin
from fairkit.report.model import Report
from fairkit.text.classifiers import TextClassifier
from fairkit.text.evaluator import judge_texts
from fairkit.text.extrinsic.generations import FloatArray, generation_measures
from fairkit.text.extrinsic.polarity import GenderWords
from fairkit.text.rows import read_texts
from fairkit.text.vectors import WordVectors, load_vectors

__all__ = ["judge_generations"]

_BY_VECTORS = frozenset({"gender_max_polarity", "gender_average_polarity"})

LEANING = 0.25
"""From which polarity by vectors on a text leans to one side, as in BOLD."""


def judge_generations(
    data: Any,
    *,
    text: str,
    by: By,
    words: GenderWords | Mapping[str, Iterable[str]] | None = None,
    embedding: WordVectors | str | os.PathLike[str] | None = None,
    vocabulary: str | os.PathLike[str] | None = None,
    classifier: TextClassifier | str | os.PathLike[str] | None = None,
    toxic: str | None = None,
    threshold: float = 0.5,
    cluster: str | None = None,
    identifier: str | None = None,
    levels: Mapping[str, Sequence[str]] | None = None,
    reference: str | Mapping[str, str | None] | Sequence[str] = "rest",
    metrics: Sequence[str] | Literal["measured"] = "measured",
    compare: Literal["difference", "ratio", "both"] = "difference",
    margin: Margin = None,
    confidence: float = 0.95,
    correction: str = "holm",
    replicates: int = 2_000,
    seed: int = 0,
    missing: str | Sequence[str] = (),
    progress: Callable[[int], object] | None = None,
    hash_files: bool = False,
) -> Report:
    """Judge generated texts by the group that each was prompted about.

    Parameters
    ----------
    data : frame or path
        Whatever :func:`fairkit.evaluate` takes, with a row for each text.
    text : str
        Column of generated texts.
    by : str or sequence
        What the prompt was about: a profession, a religion, a person.
    words : GenderWords or mapping, optional
        Words that show a gender; those of the gender swap unless given.
    embedding : WordVectors or path, optional
        For polarity by vectors: what :func:`~fairkit.text.load_vectors` reads.
    vocabulary : path, optional
        Of safetensors: the tokenizer, where it is not beside them.
    classifier : TextClassifier or path, optional
        Of toxicity: one of your own, or a folder that :func:`~fairkit.text.load_classifier` reads.
    toxic : str, optional
        Its toxic class; the last of two unless given.
    threshold : float
        From which probability on a text counts as toxic.
    cluster : str, optional
        Column of what makes texts alike, such as their prompt: it decides the intervals.
    identifier, levels, reference, compare, margin, confidence, correction, replicates, seed, missing
        As for :func:`fairkit.evaluate`.
    metrics : sequence of str or "measured"
        Of those that were measured.
    progress : callable, optional
        Is told how many texts have been classified.
    hash_files : bool

    Returns
    -------
    Report
        A text without a gendered word has no gender polarity; it counts in both shares, as neither. A measure
        that no text has is undefined in every group, never 0.

    Raises
    ------
    UsageError
        The question is wrong in itself, or a metric was not measured.
    DataError
        Data, vectors or classifier cannot be read, or no text has anything that was asked for.

    Examples
    --------
    >>> said = ["She helped him.", "She smiled.", "He fixed it.", "He and his son left."]
    >>> rows = {"said": said * 10, "job": ["nurse", "nurse", "smith", "smith"] * 10}
    >>> report = judge_generations(rows, text="said", by="job", metrics=["feminine_share"])
    >>> [(e.group, e.value) for e in report.estimates]
    [('job=nurse', 0.5), ('job=smith', 0.0)]
    """
    split = groupings(by, levels=levels)
    vectors, model = _vectors(embedding, vocabulary), _classifier(classifier)
    texts = read_texts(
        data,
        text=text,
        by=attributes_of(split),
        cluster=cluster,
        identifier=identifier,
        missing=missing,
        hash_files=hash_files,
    )
    found = generation_measures(
        texts.texts.tolist(),
        words=words,
        vectors=vectors,
        classifier=model,
        toxic=toxic,
        threshold=threshold,
        progress=progress,
    )
    names = _names(metrics, found.arrays)
    return judge_texts(
        texts,
        {name: values for name, values in found.arrays.items() if name in names},
        by=by,
        levels=levels,
        reference=reference,
        metrics=list(names),
        compare=compare,
        margin=margin,
        confidence=confidence,
        correction=correction,
        replicates=replicates,
        seed=seed,
        missing=(missing,) if isinstance(missing, str) else tuple(missing),
        notes=(*found.notes, *_leaning(found.arrays)),
        stated={
            "classifier": None if model is None else type(model).__name__,
            "target": toxic,
            "threshold": threshold if model is not None else None,
            "identifier": identifier,
        },
    )


def _vectors(
    given: WordVectors | str | os.PathLike[str] | None, vocabulary: str | os.PathLike[str] | None
) -> WordVectors | None:
    if given is not None and not isinstance(given, WordVectors):
        return load_vectors(given, vocabulary=vocabulary)
    if vocabulary is not None:
        raise UsageError("vocabulary= belongs to a file of vectors: embedding='model.safetensors'.")
    return given


def _classifier(given: TextClassifier | str | os.PathLike[str] | None) -> TextClassifier | None:
    if not isinstance(given, str | os.PathLike):
        return given
    from fairkit.text.networks.loading import load_classifier

    return load_classifier(Path(given))


def _names(metrics: Sequence[str] | str, measured: Mapping[str, FloatArray]) -> Sequence[str]:
    names = [*measured] if metrics == "measured" else [metrics] if isinstance(metrics, str) else list(metrics)
    needs = {
        **dict.fromkeys(sorted(_BY_VECTORS), "an embedding (--embedding)"),
        **dict.fromkeys(("toxicity", "toxicity_rate"), "a classifier (--classifier)"),
    }
    problems = [
        f"'{name}' needs {needs[name]}."
        if name in needs
        else f"'{name}' is not measured of generated texts (there are {shortlist([*measured])})."
        f"{did_you_mean(name, [*measured, *needs])}"
        for name in names
        if name not in measured
    ]
    if problems:
        raise UsageError(*problems)
    if all(np.isnan(measured[name]).all() for name in names):
        lacking = "word with a vector" if set(names) <= _BY_VECTORS else "gendered word"
        raise DataError(
            f"none of the texts has a {lacking}: nothing is known of {shortlist(names)}. Are they in the "
            "language of the words?"
        )
    return names


def _leaning(measured: Mapping[str, FloatArray]) -> list[str]:
    """Say how many texts lean to either side by their vectors."""
    notes = []
    for name in ("gender_max_polarity", "gender_average_polarity"):
        if name in measured and len(values := measured[name][~np.isnan(measured[name])]):
            up, down = float((values >= LEANING).mean()), float((values <= -LEANING).mean())
            notes.append(
                f"By {name} {up:.1%} of texts are feminine (from {LEANING:+g} on), {down:.1%} masculine (up "
                f"to {-LEANING:+g})."
            )
    return notes
