"""Which versions of a text are kept: its counterfactual in place, beside it, or by lot.

Each row is decided by itself, from its number or identifier and the seed, never from what was drawn before.
So the result is the same on every engine, in every order of work, and for every size of a batch.

Sources: counterfactual data augmentation, K. Lu et al., "Gender Bias in Neural Natural Language Processing",
2018 (arXiv 1807.11714); counterfactual data substitution, R. Hall Maudslay et al., "It's All in the Name",
EMNLP 2019 (D19-1530): substitution by lot keeps the size of a corpus and writes no text twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Literal, NamedTuple, get_args

from fairkit.errors import UsageError, did_you_mean, shortlist

__all__ = ["AUGMENTING", "Augmenting", "Mode", "Version", "check_mode", "drawn", "versions"]

Augmenting = Literal["add", "substitute", "where-changed"]
"""Ways to augment data."""

Mode = Literal["replace", "add", "substitute", "where-changed"]
"""What is done with counterfactuals: those of augmentation, and replacing every text by its own."""

AUGMENTING: tuple[Augmenting, ...] = get_args(Augmenting)

_SPAN = 2.0**64


class Version(NamedTuple):
    """One version of a text that is kept.

    Parameters
    ----------
    place : int
        Which row it is of.
    text : str or None
    kind : str
        ``original``, ``counterfactual``, or ``copy`` of a text that has no counterfactual.

    Examples
    --------
    >>> Version(0, "He sang.", "counterfactual").kind
    'counterfactual'
    """

    place: int
    text: str | None
    kind: str


def versions(
    mode: Mode,
    originals: Sequence[str | None],
    rewritten: Sequence[str | None],
    *,
    draws: Sequence[bool] = (),
) -> Iterator[Version]:
    """Yield the versions that are kept of some texts, in the order of the texts.

    Parameters
    ----------
    mode : {"replace", "add", "substitute", "where-changed"}
        ``replace`` keeps the counterfactual alone; ``add`` keeps both, and doubles texts that have none, so
        that the share of texts with a word of the attribute stays; ``where-changed`` keeps both where there
        are two; ``substitute`` keeps the counterfactual where it was drawn.
    originals, rewritten : sequence of (str or None)
        Before and after; a text without counterfactual is the same in both.
    draws : sequence of bool
        Whether a row's counterfactual was drawn, for ``substitute``.

    Examples
    --------
    >>> found = versions("where-changed", ["She sang.", "It rained."], ["He sang.", "It rained."])
    >>> [(version.text, version.kind) for version in found]
    [('She sang.', 'original'), ('He sang.', 'counterfactual'), ('It rained.', 'original')]
    """
    for place, (before, after) in enumerate(zip(originals, rewritten, strict=True)):
        changed = after != before
        if mode == "replace":
            yield Version(place, after, "counterfactual" if changed else "original")
        elif mode == "substitute":
            used = changed and draws[place]
            yield Version(place, after if used else before, "counterfactual" if used else "original")
        else:
            yield Version(place, before, "original")
            if changed:
                yield Version(place, after, "counterfactual")
            elif mode == "add":
                yield Version(place, before, "copy")


def drawn(key: object, *, seed: int, probability: float = 0.5) -> bool:
    """Draw by lot, the same for the same key and seed wherever and whenever it is asked.

    Parameters
    ----------
    key : object
        What the draw belongs to, such as a row's number; its text counts.
    seed : int
    probability : float, default 0.5

    Examples
    --------
    >>> [drawn(row, seed=0) for row in range(6)]
    [True, False, False, False, True, False]
    """
    digest = blake2b(f"{seed}\x1f{key}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") < probability * _SPAN


def check_mode(mode: str, *, seed: int, probability: float, known: Sequence[str] = AUGMENTING) -> None:
    """Refuse a mode, a seed or a probability that does not exist; all problems at once.

    Raises
    ------
    UsageError
        They do not.

    Examples
    --------
    >>> check_mode("substitude", seed=0, probability=0.5)
    Traceback (most recent call last):
        ...
    fairkit.errors.UsageError: there is no mode 'substitude' ... Did you mean 'substitute'?
    """
    problems = []
    if mode not in known:
        problems.append(
            f"there is no mode '{mode}' (there are {shortlist(known)}).{did_you_mean(str(mode), known)}"
        )
    if isinstance(seed, bool) or not isinstance(seed, int):
        problems.append(f"seed must be a whole number, it is {seed!r}.")
    if isinstance(probability, bool) or not isinstance(probability, int | float) or not 0 <= probability <= 1:
        problems.append(f"probability must lie between 0 and 1, it is {probability!r}.")
    if problems:
        raise UsageError(*problems)
