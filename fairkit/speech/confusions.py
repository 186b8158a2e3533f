r"""Confusions: which word is recognised as which in one group more often than in all others.

A rate says that a group is worse off; its confusions say at which words. The number that ranks them is a
log-odds ratio with a prior, given how often the word was said (who says "fish" more often is not worse off
for it), over a standard error that knows speakers (one speaker who is misheard fifty times is one speaker).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fairkit.errors import UsageError, unknown_name
from fairkit.groups import Grouping, groupings
from fairkit.speech.confusion_counts import count_confusions, place_of, texts_of
from fairkit.speech.log_odds import rank
from fairkit.speech.members import members
from fairkit.speech.normalize import Normalizer
from fairkit.speech.results import Confusion
from fairkit.speech.utterances import Utterances

LEAST = 5
"""A confusion is compared when it occurs so often in all."""

LEAST_SPEAKERS = 3
"""... and with so many speakers; to be listed it needs as many of each within the group."""

TOP = 20
"""Confusions that are listed of each group."""


@dataclass(frozen=True, slots=True)
class ComparedConfusions:
    """What the search for over-represented confusions found, and what it looked at.

    Parameters
    ----------
    found : tuple of Confusion
        The surest first, at most `top` of each group.
    compared : int
        Comparisons of a confusion in a group with all others, over which p-values are adjusted.
    utterances : int
        Utterances that were read.
    runaways, without_hypothesis, empty_references : int
        Utterances left out, because the system went on and on or gave no text, or because nothing was said:
        no word was confused there. Each is counted once: silence first, then empty references.
    """

    found: tuple[Confusion, ...]
    compared: int
    utterances: int
    runaways: int
    without_hypothesis: int
    empty_references: int


def confusions(
    utterances: Utterances,
    by: str | Grouping,
    *,
    normalizer: Normalizer,
    system: int | str = 0,
    least: int = LEAST,
    least_speakers: int = LEAST_SPEAKERS,
    top: int = TOP,
    prior: float = 1.0,
) -> tuple[Confusion, ...]:
    """Rank confusions by how over-represented they are in a group: those of :func:`compare_confusions`.

    Examples
    --------
    >>> from fairkit.speech import normalizer, score
    >>> rows = {
    ...     "said": ["a pin"] * 80,
    ...     "heard": (["a pen"] * 3 + ["a pin"]) * 10 + ["a pin"] * 39 + ["a pen"],
    ...     "accent": ["X"] * 40 + ["Y"] * 40,
    ...     "who": [f"s{k}" for k in range(8) for _ in range(10)],
    ... }
    >>> found = score(rows, reference="said", hypothesis="heard", by="accent", speaker="who", keep_texts=True)
    >>> [(c.group, c.said, c.heard, c.count, c.elsewhere) for c in confusions(
    ...     found, "accent", normalizer=normalizer("basic"))]
    [('accent=X', 'pin', 'pen', 30, 1)]
    """
    return compare_confusions(
        utterances,
        by,
        normalizer=normalizer,
        system=system,
        least=least,
        least_speakers=least_speakers,
        top=top,
        prior=prior,
    ).found


def compare_confusions(
    utterances: Utterances,
    by: str | Grouping,
    *,
    normalizer: Normalizer,
    system: int | str = 0,
    least: int = LEAST,
    least_speakers: int = LEAST_SPEAKERS,
    top: int = TOP,
    prior: float = 1.0,
) -> ComparedConfusions:
    r"""Compare every confusion of every group with all other groups.

    Runaway output and utterances of which nothing was heard, or in which nothing was said, are left out: no
    word was confused there.

    Parameters
    ----------
    utterances : Utterances
        Scored with texts kept.
    by : str or Grouping
        An attribute, or several to cross (``"accent,noise"``).
    normalizer : Normalizer
        One of those with which the utterances were scored.
    system : int or str
        Position or name of the recogniser.
    least, least_speakers : int
        A confusion is compared when it occurs `least` times with `least_speakers` speakers in all, and listed
        when it does in the group.
    top : int
        Confusions listed of each group.
    prior : float
        Confusions at the pooled rate that each side receives; more shrinks rare ones more.

    Raises
    ------
    UsageError
        The texts were not kept, a name is not known, or a number is out of range; all problems at once.

    Notes
    -----
    Of a word said :math:`n_i` times in the group and confused :math:`y_i` times, and :math:`n_j`, :math:`y_j`
    elsewhere, with pooled rate :math:`p = y/(n+1)`,

    .. math:: \delta = \log\frac{y_i+a}{n_i-y_i+b} - \log\frac{y_j+a}{n_j-y_j+b},\qquad b = a(1-p)/p,

    where :math:`a` is `prior`: the log-odds ratio of Monroe et al. under a Dirichlet prior with the pooled
    proportions, given the word. An inserted word has no chance that it could miss, so there
    :math:`n_i-y_i` is :math:`n_i`, all words said, and :math:`\delta` is the logarithm of a ratio of rates.

    Its variance is a jackknife over the :math:`K_i` speakers of the group who said the word,
    :math:`\frac{K_i-1}{K_i}\sum_k(\delta_{(k)}-\delta)^2` with all of speaker :math:`k` left out on both
    sides, plus the sandwich over all other speakers, :math:`\frac{K_j}{K_j-1}\sum_k u_k^2` with
    :math:`u_k = y_k/(y_j+a) - (n_k-y_k)/(n_j-y_j+b)`; neither part may be below its binomial variance
    :math:`1/(y+a)+1/(n-y+b)`, for a few speakers may agree by chance. The jackknife, not the sandwich, in the
    group, because leaving out the one speaker to whom it happened must undo the finding. p-values are
    one-sided, from Student's t with Satterthwaite's degrees of freedom, of parts with :math:`K-1` each.

    What is compared does not depend on the group: each confusion that occurs often enough in all, in each
    group where at least 3 speakers said the word and 3 did elsewhere. One that is too rare in the group to be
    listed counts there with p = 1. So Benjamini and Hochberg's promise holds for what is listed.

    References
    ----------
    Monroe, Colaresi and Quinn (2008), Fightin' words: lexical feature selection and evaluation for
    identifying the content of political conflict, Political Analysis 16, 372-403.

    Examples
    --------
    >>> from fairkit.speech import normalizer, score
    >>> rows = {"said": ["a", "b"], "heard": ["a", None], "accent": ["X", "Y"]}
    >>> found = score(rows, reference="said", hypothesis="heard", by="accent", keep_texts=True)
    >>> made = compare_confusions(found, "accent", normalizer=normalizer("basic"))
    >>> made.compared, made.utterances, made.without_hypothesis
    (0, 1, 1)
    """
    s, k = _places(
        utterances, by, system, normalizer, least=least, least_speakers=least_speakers, top=top, prior=prior
    )
    found = members(utterances, groupings(by)[0] if isinstance(by, str) else by)
    silent = utterances.missing_hypothesis[:, s] | utterances.empty_hypothesis[:, s, k]
    empty = utterances.empty_reference[:, k] & ~silent
    runaway = utterances.runaway[:, s, k] & ~silent & ~empty
    used = utterances.scored & ~silent & ~empty & ~runaway
    counts = count_confusions(utterances, found.position, system=s, normalizer=normalizer, used=used)
    ranked = rank(counts, len(found.names), least=least, least_speakers=least_speakers, prior=prior)
    listed: list[Confusion] = []
    taken = np.zeros(len(found.names), np.int64)
    for at in range(len(ranked.pair)):
        group, pair = int(ranked.group[at]), int(ranked.pair[at])
        taken[group] += 1
        if taken[group] > top:
            continue
        listed.append(
            Confusion(
                attribute=found.attribute,
                group=found.names[group],
                system=utterances.systems[s],
                said=counts.words[counts.said[pair]],
                heard=counts.words[counts.heard[pair]],
                count=int(ranked.count[at]),
                elsewhere=int(ranked.elsewhere[at]),
                chances=int(ranked.chances[at]),
                chances_elsewhere=int(ranked.chances_elsewhere[at]),
                speakers=int(ranked.speakers[at]),
                log_odds=float(ranked.log_odds[at]),
                z=float(ranked.z[at]),
                p_adjusted=float(ranked.p_adjusted[at]),
                compared=ranked.compared,
            )
        )
    return ComparedConfusions(
        found=tuple(listed),
        compared=ranked.compared,
        utterances=int(used.sum()),
        runaways=int((utterances.scored & runaway).sum()),
        without_hypothesis=int((utterances.scored & silent).sum()),
        empty_references=int((utterances.scored & empty).sum()),
    )


def _places(
    utterances: Utterances,
    by: str | Grouping,
    system: int | str,
    normalizer: Normalizer,
    **numbers: float,
) -> tuple[int, int]:
    """Check everything that was asked, and find the system and the normaliser."""
    problems: list[str] = []
    try:
        chosen = groupings(by) if isinstance(by, str) else (by,)
        names = [name for grouping in chosen for name in grouping.names]
        known = utterances.attributes
        problems += [unknown_name("attribute", name, known) for name in names if name not in known]
    except UsageError as error:
        problems += error.problems
    for name, lowest in {"least": 1, "least_speakers": 1, "top": 1}.items():
        if numbers[name] < lowest:
            problems.append(f"{name} must be at least {lowest}, not {numbers[name]}.")
    if not 0 < numbers["prior"] < np.inf:
        problems.append(f"prior must be a positive number, not {numbers['prior']}.")
    place = (0, 0)
    try:
        place = place_of(utterances, system, normalizer)
    except UsageError as error:
        problems += error.problems
    try:
        texts_of(utterances)
    except UsageError as error:
        problems += error.problems
    if problems:
        raise UsageError(*problems)
    return place
