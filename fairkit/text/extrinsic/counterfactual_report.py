"""Counterfactual measures of texts by group, as a report: gap, shift, flips, and what is not invariant."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from fairkit.errors import DataError, UsageError, did_you_mean, shortlist
from fairkit.groups import By, attributes_of, groupings
from fairkit.margins import Margin
from fairkit.report.model import Report
from fairkit.report.phrases import counted
from fairkit.text.classifiers import TextClassifier
from fairkit.text.evaluator import judge_texts
from fairkit.text.extrinsic.counterfactuals import (
    AMBIGUOUS,
    NAMES,
    NO_COUNTERFACTUAL,
    NO_TEXT,
    TOLERANCE,
    Ambiguous,
    CounterfactualMeasures,
    Which,
    check_options,
    counterfactual_measures,
    measures_of_pairs,
)
from fairkit.text.results import TextsApart
from fairkit.text.rewriting import Rewriter
from fairkit.text.rows import Texts, read_texts
from fairkit.text.scorers import check_classifier, scored, target_class

__all__ = ["judge_counterfactuals"]

_PAIR_LABELS = ("positive", "negative")
"""The positive class comes first: at 0.5, where both are as probable, it is the one predicted."""


class _Given(NamedTuple):
    """Columns in the place of a classifier or a rewriter."""

    counterfactuals: tuple[str, ...]
    before: str | None
    after: tuple[str, ...]


def judge_counterfactuals(
    data: Any,
    *,
    text: str,
    by: By,
    classifier: TextClassifier | None = None,
    rewriter: Rewriter | Sequence[Rewriter] | None = None,
    counterfactual: str | Sequence[str] = (),
    before: str | None = None,
    after: str | Sequence[str] = (),
    target: str | None = None,
    tolerance: float = TOLERANCE,
    ambiguous: Ambiguous = "keep",
    which: Which = "one",
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
    """Judge what a classifier does to rewritten texts, by group.

    Parameters
    ----------
    data : frame or path
        Whatever :func:`fairkit.evaluate` takes, with a row for each text.
    text : str
        Column of texts.
    by : str or sequence
        Groups of texts, as for :func:`fairkit.evaluate`: a label (counterfactuals of harmful texts may
        rightly differ, so look at the harmless ones by themselves), a topic, a dialect.
    classifier : TextClassifier, optional
    rewriter : Rewriter or sequence of Rewriter, optional
    counterfactual : str or sequence of str
        In the place of a rewriter: columns with the rewritten texts.
    before, after : str, and str or sequence of str
        In the place of both: columns with the probability of the positive class of the text and of its
        counterfactuals; from 0.5 on it is predicted.
    target, tolerance, ambiguous, which
        As for :func:`~fairkit.text.counterfactual_measures`.
    cluster : str, optional
        Column of what makes texts alike (a template, an author): it decides the intervals.
    identifier : str, optional
        Column that names the texts.
    levels, reference, compare, margin, confidence, correction, replicates, seed, missing, hash_files
        As for :func:`fairkit.evaluate`.
    metrics : sequence of str or "measured"
        Of ``counterfactual_gap``, ``counterfactual_shift``, ``flip_rate``, ``invariance_failure_rate``.
    progress : callable, optional
        Is told how many texts have been classified.

    Returns
    -------
    Report
        Each measure over the texts of a group that have a counterfactual.

    Raises
    ------
    UsageError
        The question is wrong in itself; all problems at once.
    DataError
        The data cannot be read, probabilities are none, or no text has a counterfactual.

    Examples
    --------
    >>> from fairkit.text import GenderSwapper, from_function
    >>> said = ["He sang.", "She sang.", "He ran.", "It rained."]
    >>> rows = {"text": said * 10, "act": ["a", "a", "b", "b"] * 10}
    >>> model = from_function(lambda texts: [0.9 if text.startswith("He sang") else 0.4 for text in texts])
    >>> report = judge_counterfactuals(
    ...     rows, text="text", by="act", classifier=model, rewriter=GenderSwapper(), metrics=["flip_rate"]
    ... )
    >>> [(e.group, e.value, e.n) for e in report.estimates]
    [('act=a', 1.0, 20), ('act=b', 0.0, 10)]
    """
    given = _Given(_listed(counterfactual), before, _listed(after))
    _check(given, classifier, rewriter)
    if classifier is not None:
        check_classifier(classifier)
    check_options(tolerance, ambiguous, which)
    names = NAMES if metrics == "measured" else _known(metrics)
    kept = [*given.counterfactuals, *([] if before is None else [before]), *given.after]
    texts = read_texts(
        data,
        text=text,
        by=attributes_of(groupings(by, levels=levels)),
        cluster=cluster,
        identifier=identifier,
        keep=kept,
        missing=missing,
        hash_files=hash_files,
    )
    if classifier is None:
        measures = _of_columns(texts, given, tolerance)
    elif rewriter is None:
        measures = _of_given_texts(
            texts, given, classifier, target=target, tolerance=tolerance, progress=progress
        )
    else:
        measures = counterfactual_measures(
            texts.texts.tolist(),
            classifier,
            rewriter,
            target=target,
            tolerance=tolerance,
            ambiguous=ambiguous,
            which=which,
            progress=progress,
        )
    _refuse_nothing(measures, rewriter)
    return judge_texts(
        texts,
        {name: values for name, values in measures.arrays().items() if name in names},
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
        notes=_notes(measures),
        stated={
            "classifier": "columns" if classifier is None else type(classifier).__name__,
            "rewriter": _name(rewriter, given),
            "target": measures.target,
            "tolerance": measures.tolerance,
            "identifier": identifier,
        },
        found={"texts_apart": _apart(measures)},
    )


def _check(given: _Given, classifier: Any, rewriter: Any) -> None:
    """Refuse what does not fit together, before any row is read."""
    problems = []
    columns = given.before is not None or given.after
    if columns and not (given.before is not None and given.after):
        problems.append(
            "before= and after= belong together: columns with probabilities of a text and its other."
        )
    if columns and (classifier is not None or rewriter is not None or given.counterfactuals):
        problems.append(
            "columns of probabilities (before=, after=) take the place of classifier=, rewriter= and "
            "counterfactual=; leave those out."
        )
    if not columns and classifier is None:
        problems.append(
            "name a classifier=, such as load_classifier('folder') or from_sklearn(pipeline), or columns of "
            "probabilities, before= and after=."
        )
    if not columns and (rewriter is None) == (not given.counterfactuals):
        problems.append(
            "say once how texts are rewritten: rewriter=GenderSwapper(), or counterfactual= with the column "
            "of rewritten texts."
        )
    if problems:
        raise UsageError(*problems)


def _of_columns(texts: Texts, given: _Given, tolerance: float) -> CounterfactualMeasures:
    """Compare columns of probabilities."""
    problems: list[str] = []
    before = _probabilities(texts, str(given.before), problems)
    afters = [_probabilities(texts, name, problems) for name in given.after]
    if problems:
        raise DataError(*problems)
    owner = [np.flatnonzero(~np.isnan(before) & ~np.isnan(after)) for after in afters]
    some = np.concatenate([after[own] for after, own in zip(afters, owner, strict=True)])
    return measures_of_pairs(
        np.column_stack([before, 1 - before]),
        np.column_stack([some, 1 - some]),
        np.concatenate(owner),
        labels=_PAIR_LABELS,
        target=0,
        tolerance=tolerance,
        why=[NO_TEXT if np.isnan(p) else NO_COUNTERFACTUAL for p in before.tolist()],
    )


def _of_given_texts(
    texts: Texts,
    given: _Given,
    classifier: TextClassifier,
    *,
    target: str | None,
    tolerance: float,
    progress: Callable[[int], object] | None,
) -> CounterfactualMeasures:
    """Classify texts and the rewritten ones beside them."""
    followed = target_class(classifier.labels, target)
    known = np.flatnonzero(texts.given())
    owner, rewritten = [], []
    for place in known.tolist():
        for name in given.counterfactuals:
            other = texts.columns[name][place]
            if other is not None and other.strip() and other != texts.texts[place]:
                owner.append(place)
                rewritten.append(str(other))
    found = scored(classifier, [*(str(texts.texts[i]) for i in known), *rewritten], progress=progress)
    before = np.full((len(texts), len(classifier.labels)), np.nan)
    before[known] = found[: len(known)]
    return measures_of_pairs(
        before,
        found[len(known) :],
        np.array(owner, np.int64),
        labels=classifier.labels,
        target=followed,
        tolerance=tolerance,
        why=[NO_COUNTERFACTUAL if has else NO_TEXT for has in texts.given()],
    )


def _probabilities(texts: Texts, column: str, problems: list[str]) -> np.ndarray[Any, np.dtype[np.float64]]:
    try:
        found = np.array([np.nan if value is None else float(value) for value in texts.columns[column]])
    except ValueError as error:
        problems.append(f"column '{column}' must hold probabilities: {error}.")
        return np.full(len(texts), np.nan)
    wrong = ~np.isnan(found) & ~((found >= 0) & (found <= 1))
    if wrong.any():
        problems.append(
            f"column '{column}' must hold probabilities from 0 to 1; {int(wrong.sum()):,} are none, such as "
            f"{shortlist(found[wrong][:3].tolist())}."
        )
    return found


def _refuse_nothing(measures: CounterfactualMeasures, rewriter: Any) -> None:
    if measures.measured.any():
        return
    told = ", ".join(
        f"{reason.replace('-', ' ')}: {measures.counted(reason):,}"
        for reason in (NO_TEXT, NO_COUNTERFACTUAL, AMBIGUOUS)
        if measures.counted(reason)
    )
    what = f" of {rewriter.attribute}" if hasattr(rewriter, "attribute") else ""
    raise DataError(
        f"none of the {len(measures):,} texts has a counterfactual{what} ({told}); nothing is known."
    )


def _notes(measures: CounterfactualMeasures) -> list[str]:
    n = int(measures.measured.sum())
    share = f"{counted(n, 'text')} of {len(measures):,} ({n / len(measures):.1%})"
    notes = [f"{share} have a counterfactual: measures are over these, of the class '{measures.target}'."]
    several = measures.counterfactuals.max(initial=0)
    if several > 1:
        notes.append(
            f"A text has up to {several} counterfactuals: gap and shift are their mean, and it flips or "
            "fails if one of them does."
        )
    return notes


def _apart(measures: CounterfactualMeasures) -> tuple[TextsApart, ...]:
    return tuple(
        TextsApart(what, measures.counted(what), len(measures))
        for what in ("no-counterfactual", "ambiguous-counterfactual")
        if measures.counted(what)
    )


def _known(metrics: Sequence[str]) -> Sequence[str]:
    names = [metrics] if isinstance(metrics, str) else list(metrics)
    wrong = [name for name in names if name not in NAMES]
    if wrong:
        raise UsageError(
            *(
                f"'{name}' is not measured of counterfactuals (there are {shortlist(NAMES)})."
                f"{did_you_mean(name, NAMES)}"
                for name in wrong
            )
        )
    return names


def _name(rewriter: Any, given: _Given) -> str:
    if rewriter is None:
        return "column " + ", ".join(given.counterfactuals or given.after)
    rewriters = rewriter if isinstance(rewriter, Sequence) else [rewriter]
    return ", ".join(f"{type(one).__name__} of {getattr(one, 'attribute', '?')}" for one in rewriters)


def _listed(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)
