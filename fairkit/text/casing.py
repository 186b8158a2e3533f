"""Case of letters, carried over from the word that stood there."""

from __future__ import annotations

__all__ = ["cased_like"]


def cased_like(word: str, model: str) -> str:
    """Write a word with the case of another.

    Parameters
    ----------
    word : str
        In the case in which it is usually written.
    model : str
        Whose case is taken: lower leaves the word as it is, upper and title are carried over, and mixed case
        goes letter by letter, the last letter standing for all that follow.

    Returns
    -------
    str

    Examples
    --------
    >>> [cased_like("his", model) for model in ("her", "Her", "HER", "hEr")]
    ['his', 'His', 'HIS', 'hIs']
    >>> cased_like("mother-in-law", "Father-In-Law"), cased_like("best man", "Maid of Honour")
    ('Mother-In-Law', 'Best Man')
    """
    if model.islower():
        return word
    if " " in model and not model.isupper():
        first, *_, last = model.split()
        head, _, rest = word.partition(" ")
        return cased_like(head, first) + (f" {cased_like(rest, last)}" if rest else "")
    if model.istitle():
        return word.title() if "-" in model else word[:1].upper() + word[1:]
    if model.isupper():
        return word.upper() if sum(map(str.isalpha, model)) > 1 else word[:1].upper() + word[1:]
    letters = [letter for letter in model if letter.isalpha()]
    if not letters:
        return word
    upper = [letter.isupper() for letter in letters]
    return "".join(
        letter.upper() if upper[min(place, len(upper) - 1)] else letter.lower()
        for place, letter in enumerate(word)
    )
