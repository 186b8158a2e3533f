"""Speech: word error rates by accent, dialect and recording condition.

Rows enter by the door (:mod:`fairkit.batches`), are normalised and aligned once, and become
:class:`~fairkit.speech.utterances.Utterances`; from those come counts of kind ``words`` for the common spine,
and what only speech asks: adjusted rate ratios, paired releases, confusions, the collection plan. Names are
loaded when first used, so that reports that have nothing to do with speech stay quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fairkit.speech.align import alignment as alignment
    from fairkit.speech.align import edit_counts as edit_counts
    from fairkit.speech.align import word_pairs as word_pairs
    from fairkit.speech.chosen import choose as choose
    from fairkit.speech.counting import word_counts as word_counts
    from fairkit.speech.evaluator import evaluate as evaluate
    from fairkit.speech.normalize import load_rules as load_rules
    from fairkit.speech.normalize import normalizer as normalizer
    from fairkit.speech.planning import coverage as coverage
    from fairkit.speech.readers import join as join
    from fairkit.speech.readers import read_joined as read_joined
    from fairkit.speech.readers import read_transcripts as read_transcripts
    from fairkit.speech.scoring import score as score
    from fairkit.speech.scoring import score_texts as score_texts
    from fairkit.speech.utterances import Utterances as Utterances
    from fairkit.speech.viewer import alignment_page as alignment_page

_HOME = {
    "Utterances": "utterances",
    "alignment": "align",
    "alignment_page": "viewer",
    "choose": "chosen",
    "coverage": "planning",
    "edit_counts": "align",
    "evaluate": "evaluator",
    "join": "readers",
    "load_rules": "normalize",
    "normalizer": "normalize",
    "read_joined": "readers",
    "read_transcripts": "readers",
    "score": "scoring",
    "score_texts": "scoring",
    "word_counts": "counting",
    "word_pairs": "align",
}

__all__ = [
    "Utterances",
    "alignment",
    "alignment_page",
    "choose",
    "coverage",
    "edit_counts",
    "evaluate",
    "join",
    "load_rules",
    "normalizer",
    "read_joined",
    "read_transcripts",
    "score",
    "score_texts",
    "word_counts",
    "word_pairs",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(importlib.import_module(f"fairkit.speech.{_HOME[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'fairkit.speech' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
