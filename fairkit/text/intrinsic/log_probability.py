r"""Log-probability bias of masked language models: how much an attribute moves the probability of a target.

For a target w, an attribute a and a template, with p(w | a) the probability of w in its masked place and
p(w) the same with the attribute masked too,

.. math:: b(w, a) = \log \frac{p(w \mid a)}{p(w)},

and what is reported is the mean of b(x, a) - b(y, a) over pairs of targets (x, y), templates and attributes.

References
----------
Kurita et al. (2019), Measuring bias in contextualized word representations, GeBNLP.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from fairkit.errors import DataError, UsageError
from fairkit.inference.clusters import expanded_confidence
from fairkit.text.intrinsic.language_models import MaskedModel, Query
from fairkit.text.intrinsic.model import Association, Lost
from fairkit.text.intrinsic.seat_effects import check_templates
from fairkit.text.intrinsic.sets import WordSets
from fairkit.text.intrinsic.weat_effects import why_none
from fairkit.text.vectors import FloatArray

TEMPLATES = (
    "{target} talked about the {attribute}.",
    "{target} thinks of the {attribute}.",
    "{target} asked about the {attribute} again.",
    "{target} likes the {attribute}.",
    "{target} wrote of the {attribute}.",
    "{target} knows the {attribute}.",
)
"""Sentences in which a target is the subject; they suit pronouns and names."""

FEWEST = 5
"""Templates, and attributes, from which an interval is given; and pairs, from which it is for others too."""


class Ratios(NamedTuple):
    """Log-probability ratios.

    Attributes
    ----------
    values : ndarray of shape (targets, templates, attributes)
    targets, attributes : tuple of str
        Those that were measured.
    lost : dict of str to str
        Those that were not, and why.
    """

    values: FloatArray
    targets: tuple[str, ...]
    attributes: tuple[str, ...]
    lost: dict[str, str]


def log_probability_bias(
    model: MaskedModel,
    sets: WordSets,
    *,
    name: str | None = None,
    templates: Sequence[str] = TEMPLATES,
    replicates: int = 2_000,
    most_lost: float = 0.2,
    confidence: float = 0.95,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
) -> tuple[Association, ...]:
    """Measure how much the attributes of a test move the probabilities of its targets.

    Parameters
    ----------
    model : MaskedModel
    sets : WordSets
        Targets are pairs: the first of X with the first of Y, and so on, so both have as many words. They
        must be subjects of a sentence, as ``pronouns-career`` of the shipped sets has them. At the beginning
        of a sentence a target is written with a capital: a tokenizer that knows cases has it so.
    name : str, optional
        What the model is called; default its folder.
    templates : sequence of str
        With ``{target}`` and ``{attribute}``, each once.
    replicates : int
        Of the bootstrap over templates, attributes and, from 5 of them, pairs.
    most_lost : float
        Share of a set that may be lost.
    confidence : float
    seed : int
    progress : callable, optional
        Is told how many masks are done.

    Returns
    -------
    tuple of Association
        For A, for B, and for A minus B: the bias that both do not share. A target is one mask: one that the
        tokenizer splits is lost, and so is its pair. An attribute may have several pieces; all are masked in
        the prior. The interval is for these pairs where there are fewer than 5. `n` counts triples of a pair,
        a template and an attribute; `details` has ``pairs``, ``templates`` and ``attributes``.

    Raises
    ------
    DataError
        X and Y differ in size.
    UsageError
        A template lacks a place or is longer than the model reads, or a number means nothing.

    Examples
    --------
    >>> from fairkit.text.intrinsic.examples import tiny_masked_model
    >>> from fairkit.text.intrinsic.sets import shipped_sets
    >>> found = log_probability_bias(MaskedModel(tiny_masked_model()), shipped_sets()["pronouns-career"])
    >>> [one.part for one in found], found[2].value > 0
    (['career', 'home', 'career - home'], True)
    """
    if replicates < 100 or not 0 < confidence < 1 or not 0 <= most_lost < 1:
        raise UsageError(
            f"{replicates} replicates, confidence {confidence} and most_lost {most_lost}: at least 100 "
            "replicates are needed, a confidence between 0 and 1, and a share from 0 to below 1."
        )
    check_templates(templates, ("target", "attribute"))
    first, second = sets.targets
    if len(first.words) != len(second.words):
        raise DataError(
            f"test '{sets.name}': '{first.name}' has {len(first.words)} words and '{second.name}' "
            f"{len(second.words)}; targets are pairs here, the first with the first."
        )
    ratios = log_ratios(model, (*first.words, *second.words), _both(sets), templates, progress=progress)
    pairs = [
        (ratios.targets.index(x), ratios.targets.index(y))
        for x, y in zip(first.words, second.words, strict=True)
        if x in ratios.targets and y in ratios.targets
    ]
    sizes = [len(pairs)] * 2 + [
        sum(word in ratios.attributes for word in one.words) for one in sets.attributes
    ]
    why = None if pairs else "no pair of targets is left."
    why = why or why_none(sets, sizes, most_lost=most_lost, least=(1, 1, 1, 1))
    gaps = np.zeros((0, len(templates), 0))
    if pairs:
        x, y = (np.array(side) for side in zip(*pairs, strict=True))
        gaps = ratios.values[x] - ratios.values[y]
    return tuple(
        _association(
            part,
            gaps=gaps,
            weights=weights,
            why=why,
            sets=sets,
            ratios=ratios,
            model=name or str(model.loaded.folder),
            replicates=replicates,
            confidence=confidence,
            seed=seed,
        )
        for part, weights in _weights(sets, ratios.attributes)
    )


def log_ratios(
    model: MaskedModel,
    targets: Sequence[str],
    attributes: Sequence[str],
    templates: Sequence[str],
    *,
    progress: Callable[[int], None] | None = None,
) -> Ratios:
    """Compute the log-probability ratio of every target, template and attribute.

    Parameters
    ----------
    model : MaskedModel
    targets, attributes, templates : sequence of str
    progress : callable, optional

    Returns
    -------
    Ratios

    Examples
    --------
    >>> from fairkit.text.intrinsic.examples import tiny_masked_model
    >>> model = MaskedModel(tiny_masked_model())
    >>> found = log_ratios(model, ["he", "gardener"], ["career"], ["{target} likes the {attribute}"])
    >>> found.values.shape, found.lost
    ((1, 1, 1), {'gardener': "the tokenizer splits it ('garden ##e ##r'), and a target is one mask"})
    """
    lost: dict[str, str] = {}
    tokens: dict[str, list[tuple[int, ...]]] = {}
    for target in dict.fromkeys(targets):
        ids = [_own(model, template, target, attributes[0])[0] for template in templates]
        pieces = max(ids, key=len)
        if len(pieces) != 1:
            shown = " ".join(model.loaded.tokenizer.convert_ids_to_tokens(list(pieces)))
            lost[target] = f"the tokenizer splits it ('{shown}'), and a target is one mask"
        elif model.loaded.tokenizer.unk_token_id in {own[0] for own in ids}:
            lost[target] = "the tokenizer does not know it"
        else:
            tokens[target] = ids
    kept = []
    for attribute in dict.fromkeys(attributes):
        _, pieces, _, _ = _own(model, templates[0], next(iter(tokens), targets[0]), attribute)
        if model.loaded.tokenizer.unk_token_id in pieces or not pieces:
            lost[attribute] = "the tokenizer does not know it"
        else:
            kept.append(attribute)
    queries: list[Query] = []
    for target, ids in tokens.items():
        for template, (token,) in zip(templates, ids, strict=True):
            for attribute in kept:
                queries += _asked(model, template, target, attribute, token)
    longest = max((len(query.ids) for query in queries), default=0)
    if longest > model.loaded.longest:
        raise UsageError(
            f"a template has {longest} tokens with its words, and the model reads {model.loaded.longest}; "
            "give shorter ones."
        )
    told = model.log_probabilities(queries, progress=progress).reshape(
        len(tokens), len(templates), len(kept), 2
    )
    return Ratios(told[..., 0] - told[..., 1], tuple(tokens), tuple(kept), lost)


def _own(
    model: MaskedModel, template: str, target: str, attribute: str
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], tuple[range, range]]:
    """Return the tokens of target and attribute within a template, all tokens, and both places."""
    text, spans = _filled(template, {"target": target, "attribute": attribute})
    tokens = model.tokens(text)
    places = []
    for start, end in spans:
        inside = [
            i
            for i, ((first, last), own) in enumerate(zip(tokens.spans, tokens.own, strict=True))
            if own and first < end and last > start
        ]
        places.append(range(inside[0], inside[-1] + 1) if inside else range(0))
    target_ids, attribute_ids = (tuple(tokens.ids[i] for i in place) for place in places)
    return target_ids, attribute_ids, tokens.ids, (places[0], places[1])


def _filled(template: str, words: dict[str, str]) -> tuple[str, list[tuple[int, int]]]:
    """Fill a template, and tell where each word is, in the order of the words."""
    order = sorted(words, key=lambda name: template.index(f"{{{name}}}"))
    text, spans, rest = "", {}, template
    for name in order:
        before, rest = rest.split(f"{{{name}}}", 1)
        text += before
        word = words[name] if text else words[name][:1].upper() + words[name][1:]
        spans[name] = (len(text), len(text) + len(word))
        text += word
    return text + rest, [spans[name] for name in words]


def _asked(model: MaskedModel, template: str, target: str, attribute: str, token: int) -> list[Query]:
    """Ask for the target with the attribute in place, and with both masked."""
    _, _, ids, (place, others) = _own(model, template, target, attribute)
    given = tuple(model.mask if i in place else number for i, number in enumerate(ids))
    prior = tuple(model.mask if i in others else number for i, number in enumerate(given))
    return [Query(given, place[0], token), Query(prior, place[0], token)]


def _both(sets: WordSets) -> tuple[str, ...]:
    return (*sets.attributes[0].words, *sets.attributes[1].words)


def _weights(sets: WordSets, attributes: Sequence[str]) -> list[tuple[str, FloatArray]]:
    """Weigh the attributes: the mean of A, the mean of B, and A minus B."""
    first, second = sets.attributes
    shares = []
    for one in (first, second):
        chosen = np.array([word in one.words for word in attributes], dtype=np.float64)
        shares.append(chosen / max(chosen.sum(), 1.0))
    return [
        (first.name, shares[0]),
        (second.name, shares[1]),
        (f"{first.name} - {second.name}", shares[0] - shares[1]),
    ]


def _association(
    part: str,
    *,
    gaps: FloatArray,
    weights: FloatArray,
    why: str | None,
    sets: WordSets,
    ratios: Ratios,
    model: str,
    replicates: int,
    confidence: float,
    seed: int,
) -> Association:
    used = np.flatnonzero(weights)
    value = low = high = None
    method = "none"
    if why is None:
        value = float((gaps.mean(axis=(0, 1)) * weights).sum())
        low, high, method = _limits(gaps, weights, replicates, confidence, np.random.default_rng(seed))
    owner = {word: one.name for one in sets.sets for word in one.words}
    return Association(
        "log_probability_bias",
        model,
        sets.name,
        part,
        value,
        low,
        high,
        None if low is None else confidence,
        gaps.shape[0] * gaps.shape[1] * len(used),
        "pairs x templates x attributes",
        method=method,
        why=why,
        details={
            "pairs": float(gaps.shape[0]),
            "templates": float(gaps.shape[1]),
            "attributes": float(len(used)),
        },
        settings={"source": sets.source, "X": sets.targets[0].name, "Y": sets.targets[1].name},
        lost=tuple(Lost(word, owner[word], reason) for word, reason in ratios.lost.items()),
    )


def _limits(
    gaps: FloatArray, weights: FloatArray, replicates: int, confidence: float, rng: np.random.Generator
) -> tuple[float | None, float | None, str]:
    """Draw templates and the attributes of each set anew, and pairs where they are many enough.

    The level is raised as for the fewest that are drawn: percentiles of few are too near to each other.
    """
    groups = [np.flatnonzero(weights > 0), np.flatnonzero(weights < 0)]
    fewest = min([gaps.shape[1], *(len(group) for group in groups if len(group))])
    if fewest < FEWEST:
        return None, None, f"none: {fewest} templates or attributes, and an interval needs {FEWEST} of each"
    several = gaps.shape[0] >= FEWEST
    if several:
        fewest = min(fewest, gaps.shape[0])
    else:
        gaps = gaps.mean(axis=0, keepdims=True)
    pairs = rng.multinomial(gaps.shape[0], np.full(gaps.shape[0], 1 / gaps.shape[0]), size=replicates)
    lines = rng.multinomial(gaps.shape[1], np.full(gaps.shape[1], 1 / gaps.shape[1]), size=replicates)
    words = np.zeros((replicates, gaps.shape[2]))
    for group in groups:
        if len(group):
            n = len(group)
            words[:, group] = rng.multinomial(n, np.full(n, 1 / n), size=replicates) * weights[group]
    drawn = np.einsum(
        "rp,rt,ra,pta->r", pairs / gaps.shape[0], lines / gaps.shape[1], words, gaps, optimize=True
    )
    tail = (1 - float(expanded_confidence(confidence, fewest - 1, fewest))) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    what = "pairs, templates and attributes" if several else "templates and attributes"
    return float(low), float(high), f"percentile bootstrap over {what}, {replicates:,} replicates"
