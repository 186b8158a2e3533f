"""British spellings and their American counterparts, read from families of words.

A line of ``spelling_families.txt`` is ``british>american endings: stems`` and stands for every stem
followed by the British letters and an ending: ``re>er .,s: met`` holds metre and metres (a dot is the empty
ending). The 1,738 pairs are those of the list at tysto.com that Whisper's English normaliser (MIT licence)
uses. They are facts of spelling, kept for the sake of identical output, and so are its flaws: "archaeology"
becomes "archeology</span>" there, and here.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

__all__ = ["american_spellings"]


@cache
def american_spellings() -> dict[str, str]:
    """Return the American spelling of every British one; not to be changed.

    Returns
    -------
    dict of str to str

    Examples
    --------
    >>> spellings = american_spellings()
    >>> spellings["colour"], spellings["organisations"], "color" in spellings
    ('color', 'organizations', False)
    """
    text = files(__package__).joinpath("spelling_families.txt").read_text(encoding="utf-8")
    pairs = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        rule, _, stems = line.partition(": ")
        letters, endings = rule.split(" ")
        british, american = letters.split(">", 1)
        for stem in stems.split():
            for ending in endings.split(","):
                before, after = stem.strip("."), ending.strip(".")
                pairs[f"{before}{british}{after}"] = f"{before}{american}{after}"
    return pairs
