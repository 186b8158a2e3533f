"""Texts that try every branch of the English normaliser, and every way in which its parts can touch."""

from __future__ import annotations

from random import Random

from fairkit.speech.normalizers._number_words import NUMBER_WORDS
from fairkit.speech.normalizers.contractions import CONTRACTIONS, FILLERS, REDUCTIONS, TITLES
from fairkit.speech.normalizers.spelling import american_spellings

NUMBERS = sorted(NUMBER_WORDS)
_FREQUENT = (
    "one two three four oh o zero ten eleven nineteen twenty thirty ninety hundred thousand million third "
    "twelfth ninth first hundreds thousandth and point double triple minus plus dollars cents percent per "
    "cent half a 5 10 1 0 2.5 $ ¢ $1 ¢7 7 s st nd th 1s 2nd"
)
FREQUENT = _FREQUENT.split()
PHRASES = [
    "and a half",
    "and-a-half",
    "and-a",
    "per cent",
    "he's gotta",
    "she'd been",
    "and",
    "let's got",
    "point five",
    "oh one",
]
_WORDS = "been gone done got gotta he's he'd let's i the cat archaeology half rd U.S. a.m. 3rd 1960s 274th"
_FIGURES = (
    "$20 £3.50 €0.05 $0.50 1,000 1,2,3 1.5 5% % %5 20%% 3.14.15 100 007 ½ ² x² № ① e.g. ... .. . .5 5. $ ¢ "
    "$5. -5 +5 5-6 twenty-five 1/2 C14-P1 ' '' 'cause o'clock rock'n'roll"
)
_OTHER_DIGITS = ["\u0663", "\u0663.\u0665", "\uff05", "\uff045", "\u00b2"]
_BRACKETS = "<unk> [noise] (laughs) [a < b] ((x)) () <> )( ][ ><"
OTHERS = [
    *(*FILLERS, *CONTRACTIONS, *REDUCTIONS, *TITLES),
    *(*_WORDS.split(), *_FIGURES.split(), *_OTHER_DIGITS, *_BRACKETS.split()),
]
PIECES = [
    *".,'\"-!?$¢€£%<>[](){}/\\&#@*+=_^`~|:;°´¨’–—",  # noqa: RUF001 - what is typed in transcripts
    *"\u00a0\u200b\u200d\u200f\u202b\ufeff\u0301\u0308\ud800\x00\x01\x02\x03\x04\x05\x1c\x85\t\n\u2028\u3000",
    *"éßœŁİıſΣσςﬁﷺ㎏Ⅷ漢字กำअनुहिन्दी한글مرحبا😀👍🏽ｍｒ",  # noqa: RUF001 - confusable on purpose
    *("'s", "'d", "'ll", "n't", "'t", "'ve", "'m", "'re"),
]
BETWEEN = [" "] * 20 + ["  ", "\n", "\t", "-", "'", ".", ",", "", " '", "$", "%", " and ", " um ", ", ", ". "]


def odd_text(random: Random) -> str:
    """Make a text: of number words alone, or of anything with anything between."""
    length = random.choice([1, 2, 3, 4, 5, 8, 15])
    kind = random.random()
    if kind < 0.2:
        return " ".join(random.choice(NUMBERS) for _ in range(length))
    if kind < 0.45:
        return " ".join(random.choice(FREQUENT) for _ in range(length))
    parts = [_cased(random, _piece(random)) + random.choice(BETWEEN) for _ in range(length)]
    return "".join(parts)


def _piece(random: Random) -> str:
    """Choose a word, a phrase, a number, or letters and signs at random."""
    kind = random.random()
    if kind < 0.3:
        return random.choice(FREQUENT)
    if kind < 0.4:
        return random.choice(PHRASES)
    if kind < 0.5:
        return random.choice(NUMBERS)
    if kind < 0.75:
        return random.choice(OTHERS)
    if kind < 0.85:
        return random.choice(PIECES)
    if kind < 0.9:
        return str(
            random.choice([random.randrange(10), random.randrange(3000), round(random.random() * 9, 2)])
        )
    if kind < 0.95:
        return "".join(random.choice([*PIECES, *"abcst0123"]) for _ in range(random.randrange(1, 6)))
    if kind < 0.98:
        return chr(random.randrange(0x110000))
    return random.choice(list(american_spellings()))


def _cased(random: Random, text: str) -> str:
    """Write some texts in capitals."""
    kind = random.random()
    return text.upper() if kind < 0.1 else text.title() if kind < 0.2 else text
