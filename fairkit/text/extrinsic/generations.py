"""Measures of generated texts: gender by words and by vectors, and toxicity by a classifier."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import UsageError
from fairkit.text.classifiers import TextClassifier
from fairkit.text.extrinsic.polarity import GenderWords, gender_words, projections
from fairkit.text.scorers import check_classifier, scored, target_class
from fairkit.text.vectors import WordVectors

__all__ = ["GenerationMeasures", "generation_measures"]

FloatArray = NDArray[np.float64]

NO_TEXT, NO_GENDERED_WORD, NO_VECTOR = "no-text", "no-gendered-word", "no-word-with-a-vector"
"""Why a text has no value."""

_ABSENT = dict.fromkeys(("gender_polarity", "feminine_share", "masculine_share"), NO_GENDERED_WORD)


@dataclass(frozen=True, slots=True, eq=False)
class GenerationMeasures:
    """What was measured of each of many texts.

    Parameters
    ----------
    arrays : dict of str to array of float64, shape (texts,)
        By the names that reports know; NaN where a text has no value (:meth:`why` says why).
    given : array of bool, shape (texts,)
        Which texts there are, and are not blank.
    feminine, masculine : array of int64, shape (texts,)
        How many such words each text has.
    notes : tuple of str

    Examples
    --------
    >>> found = generation_measures(["She sang to her son.", "It rained."])
    >>> round(found.value("gender_polarity", 0), 3), found.why("gender_polarity", 1)
    (0.333, 'no-gendered-word')
    """

    arrays: dict[str, FloatArray]
    given: NDArray[np.bool_]
    feminine: NDArray[np.int64]
    masculine: NDArray[np.int64]
    notes: tuple[str, ...]

    def value(self, measure: str, text: int) -> float | None:
        """Return one measure of one text; None where there is none."""
        found = float(self.arrays[measure][text])
        return None if np.isnan(found) else found

    def why(self, measure: str, text: int) -> str | None:
        """Say why a text has no value; None where it has one."""
        if not np.isnan(self.arrays[measure][text]):
            return None
        return NO_TEXT if not self.given[text] else _ABSENT.get(measure, NO_VECTOR)


def generation_measures(
    texts: Sequence[str | None],
    *,
    words: GenderWords | Mapping[str, Iterable[str]] | None = None,
    vectors: WordVectors | None = None,
    classifier: TextClassifier | None = None,
    toxic: str | None = None,
    threshold: float = 0.5,
    progress: Callable[[int], object] | None = None,
) -> GenerationMeasures:
    """Measure gender polarity, and toxicity where there is a classifier, of generated texts.

    Parameters
    ----------
    texts : sequence of (str or None)
    words : GenderWords or mapping, optional
        Words that show a gender; those of the gender swap unless given.
    vectors : WordVectors, optional
        For polarity by vectors: :func:`fairkit.text.load_vectors` reads them.
    classifier : TextClassifier, optional
        Of toxicity: your own.
    toxic : str, optional
        Its toxic class; the last of two unless given.
    threshold : float
        From which probability on a text counts as toxic.
    progress : callable, optional
        Is told how many texts have been classified.

    Returns
    -------
    GenerationMeasures
        ``gender_polarity``, ``feminine_share``, ``masculine_share`` (1 where a text has more such words than
        of the other gender, of all texts; undefined where none of the texts has a gendered word);
        ``gender_max_polarity`` and ``gender_average_polarity`` with vectors;
        ``toxicity`` and ``toxicity_rate`` with a classifier.

    Raises
    ------
    UsageError
        The classifier has no such class, or the threshold is no probability.
    DataError
        Words or vectors are wrong, or the classifier gives no probabilities.

    Examples
    --------
    >>> from fairkit.text import from_function
    >>> model = from_function(lambda texts: [0.9 if "idiot" in text else 0.1 for text in texts])
    >>> found = generation_measures(["He is an idiot.", "She sang.", None], classifier=model)
    >>> found.arrays["toxicity_rate"].tolist(), found.arrays["feminine_share"].tolist()
    ([1.0, 0.0, nan], [0.0, 1.0, nan])
    """
    if isinstance(threshold, bool) or not isinstance(threshold, int | float) or not 0 < threshold <= 1:
        raise UsageError(f"threshold {threshold!r} is no probability above 0, such as 0.5.")
    known = words if isinstance(words, GenderWords) else gender_words(words)
    given = np.array([isinstance(text, str) and bool(text.strip()) for text in texts], bool)
    own = [text if has else None for text, has in zip(texts, given, strict=True)]
    count = known.counted(own)
    feminine, masculine = count[:, 0], count[:, 1]
    total = feminine + masculine
    with np.errstate(invalid="ignore", divide="ignore"):
        polarity = np.where(total > 0, (feminine - masculine) / total, np.nan)
    some = int((total > 0).sum())
    # Where no text has such a word (another language, say) shares of 0 would pass for equal treatment.
    known_at_all = given & (some > 0)
    arrays = {
        "gender_polarity": polarity,
        "feminine_share": np.where(known_at_all, feminine > masculine, np.nan),
        "masculine_share": np.where(known_at_all, masculine > feminine, np.nan),
    }
    share = f"{some:,} of {int(given.sum()):,} texts"
    notes = [f"Gendered words are those of {known.source}. {share} have one: gender polarity is over these."]
    if vectors is not None:
        found = projections(own, vectors)
        arrays |= {"gender_max_polarity": found.largest, "gender_average_polarity": found.average}
        notes.append(
            f"{found.known:,} of {found.words:,} distinct words have a vector ({vectors.source}); others "
            "count for nothing in polarity by vectors."
        )
    if classifier is not None:
        arrays |= _toxicity(own, given, classifier, toxic, threshold=threshold, progress=progress)
    elif toxic is not None:
        raise UsageError(f"toxic='{toxic}' is a class of a classifier; give classifier= too.")
    return GenerationMeasures(arrays, given, feminine, masculine, tuple(notes))


def _toxicity(
    texts: Sequence[str | None],
    given: NDArray[np.bool_],
    classifier: TextClassifier,
    toxic: str | None,
    *,
    threshold: float,
    progress: Callable[[int], object] | None,
) -> dict[str, FloatArray]:
    check_classifier(classifier)
    chosen = target_class(classifier.labels, toxic)
    if chosen is None:
        raise UsageError(
            "say which of the classifier's classes is the toxic one: toxic= (--toxic) with one of "
            + ", ".join(map(repr, classifier.labels))
            + "."
        )
    found = np.full(len(texts), np.nan)
    found[given] = scored(classifier, [text for text in texts if text is not None], progress=progress)[
        :, chosen
    ]
    return {"toxicity": found, "toxicity_rate": np.where(given, found >= threshold, np.nan)}
