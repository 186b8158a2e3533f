"""SEAT: WEAT on sentences that say nothing but that there is a word."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from fairkit.errors import UsageError
from fairkit.text.intrinsic.effect import Permute
from fairkit.text.intrinsic.encoders import Encoder, split_note
from fairkit.text.intrinsic.model import Association
from fairkit.text.intrinsic.sets import WordSets
from fairkit.text.intrinsic.weat_effects import Options, check_options, check_sizes, measured

TEMPLATES = (
    "They said {word}.",
    "Here it says {word}.",
    "One word on the list is {word}.",
    "We wrote down {word} again.",
    "The next card reads {word}.",
    "Everybody has heard of {word}.",
)
"""Bleached sentences: any word fits, and none is made likely."""


def seat(
    encoder: Encoder,
    sets: WordSets,
    *,
    model: str | None = None,
    templates: Sequence[str] = TEMPLATES,
    permute: Permute = "words",
    ddof: int = 1,
    permutations: int = 10_000,
    replicates: int = 2_000,
    most_lost: float = 0.2,
    confidence: float = 0.95,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Association:
    """Measure the association of words in bleached sentences.

    Parameters
    ----------
    encoder : Encoder
        Its layer and pooling decide the result, and are recorded.
    sets : WordSets
    model : str, optional
        What the encoder is called; default its folder.
    templates : sequence of str
        Sentences with ``{word}`` in them, once.
    permute : {"words", "vectors"}
        Whether partitions move a word with all its sentences, or each sentence by itself as the published
        test does. Sentences of one word are near to each other: by themselves they make p far too small.
    ddof, permutations, replicates, most_lost, confidence, seed
        As for :func:`~fairkit.text.intrinsic.weat_effects.weat`.
    progress : callable, optional
        Is told how many sentences are encoded.

    Returns
    -------
    Association
        Effect size over all sentences; p and interval over words. `notes` names the words that the tokenizer
        splits; those of which it knows no piece are lost.

    Raises
    ------
    DataError
        X or Y has fewer than two words.
    UsageError
        A template has no place for the word, or a number means nothing.

    Examples
    --------
    >>> from fairkit.text.intrinsic.examples import tiny_encoder
    >>> from fairkit.text.intrinsic.sets import WordSets
    >>> sets = WordSets.of("g", {"m": ["he", "man"], "f": ["she", "woman"]}, {"a": ["work"], "b": ["home"]})
    >>> found = seat(tiny_encoder(), sets)
    >>> found.settings["layer"], found.settings["templates"], found.n
    ('2 of 2', '6', 4)
    """
    options = Options(ddof, permutations, replicates, confidence, seed, most_lost, permute)
    check_options(options)
    check_templates(templates, ("word",))
    check_sizes(sets)
    gone = [
        {word: "the tokenizer does not know it" for word in one.words if encoder.unknown(word)}
        for one in sets.sets
    ]
    kept = [
        [word for word in one.words if word not in lost] for one, lost in zip(sets.sets, gone, strict=True)
    ]
    words = [word for some in kept for word in some]
    texts = [template.replace("{word}", word) for word in words for template in templates]
    starts = [template.index("{word}") for template in templates]
    spans = [(start, start + len(word)) for word in words for start in starts]
    encoded = encoder.encode(texts, spans=spans, progress=progress)
    matrix = encoded.matrix.reshape(len(words), len(templates), -1)
    beyond = {words[i // len(templates)]: reason for i, reason in encoded.lost.items()}
    found, at = [], 0
    for some, lost in zip(kept, gone, strict=True):
        keep = [word not in beyond for word in some]
        lost |= {word: beyond[word] for word in some if word in beyond}
        found.append(matrix[at : at + len(some)][np.array(keep, dtype=bool)])
        at += len(some)
    return measured(
        "seat_effect_size",
        sets,
        found,
        gone,
        options,
        model=model or str(encoder.loaded.folder),
        settings={**encoder.settings, "templates": str(len(templates)), "permuted": permute},
        notes=split_note(encoder, words),
    )


def check_templates(templates: Sequence[str], places: Sequence[str]) -> None:
    """Refuse templates without exactly one place for each thing they are filled with.

    Raises
    ------
    UsageError

    Examples
    --------
    >>> check_templates(["She said it."], ("word",))
    Traceback (most recent call last):
        ...
    fairkit.errors.UsageError: the template 'She said it.' has {word} 0 times; it has its place once.
    """
    problems = [
        f"the template {template!r:.80} has {{{place}}} {template.count(f'{{{place}}}')} times; it has its "
        "place once."
        for template in templates
        for place in places
        if template.count(f"{{{place}}}") != 1
    ]
    if not templates:
        problems.append("there is no template; give at least one sentence.")
    if problems:
        raise UsageError(*problems)
