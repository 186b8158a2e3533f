"""Contractions, reduced forms, titles and fillers of English: what is written in full, and what is left out.

The tables are those of Whisper's English normaliser, because a rate is only comparable with published ones if
the text is the same. Its some forty substitutions, one after the other, are three here: whole words, perfect
tenses across a space, and endings. They give the same text since no replacement makes a word that a later
substitution looks for, but for "gotta" and "let's", which stand in the pattern of the perfect tenses.
"""

from __future__ import annotations

import re

FILLERS = ("hmm", "mm", "mhm", "mmm", "uh", "um")
"""Words that carry no content and are left out."""

CONTRACTIONS = {"won't": "will not", "can't": "can not", "let's": "let us", "ain't": "aint"}
"""Whole words whose ending is no guide."""

REDUCTIONS = {
    "y'all": "you all",
    "wanna": "want to",
    "gotta": "got to",
    "gonna": "going to",
    "i'ma": "i am going to",
    "imma": "i am going to",
    "woulda": "would have",
    "coulda": "could have",
    "shoulda": "should have",
    "ma'am": "madam",
}
"""Forms of casual and regional speech. Many others ("finna", "tryna") are not among them."""

TITLES = {
    "mr": "mister",
    "mrs": "missus",
    "st": "saint",
    "dr": "doctor",
    "prof": "professor",
    "capt": "captain",
    "gov": "governor",
    "ald": "alderman",
    "gen": "general",
    "sen": "senator",
    "rep": "representative",
    "pres": "president",
    "rev": "reverend",
    "hon": "honorable",
    "asst": "assistant",
    "assoc": "associate",
    "lt": "lieutenant",
    "col": "colonel",
    "jr": "junior",
    "sr": "senior",
    "esq": "esquire",
}
"""Abbreviated titles."""

PERFECT = {"d": ("had", ("been", "gone", "done")), "s": ("has", ("been", "gone", "got"))}
"""Where 'd and 's stand for "had" and "has": before these participles."""

ENDINGS = {
    "n't": "not",
    "'re": "are",
    "'s": "is",
    "'d": "would",
    "'ll": "will",
    "'t": "not",
    "'ve": "have",
    "'m": "am",
}
"""Contracted second words."""


def any_word(words: dict[str, str] | tuple[str, ...]) -> re.Pattern[str]:
    """Compile a pattern that finds any of some words; none where there are none."""
    if not words:
        return re.compile(r"(?!)")
    return re.compile(rf"\b(?:{'|'.join(sorted(words, key=len, reverse=True))})\b")


def perfect_tenses(*, reduced: bool) -> re.Pattern[str]:
    """Compile the pattern of 'd and 's before a participle, "gotta" too where reduced forms are expanded."""
    had, has = ("|".join(participles) for _, participles in PERFECT.values())
    gotta = "|gotta" if reduced else ""
    # "let's got" is "let us got", as "let's" is expanded before.
    return re.compile(rf"'(?<!\blet')(?:(d) ({had})|(s) ({has}{gotta}))\b")


def in_full(found: re.Match[str]) -> str:
    """Write a perfect tense in full."""
    which = found[1] or found[3]
    return f" {PERFECT[which][0]} {found[2] or found[4]}"
