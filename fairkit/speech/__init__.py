"""Speech: word error rates by accent, dialect and recording condition.

Rows enter by the door (:mod:`fairkit.batches`), are normalised and aligned once, and become
:class:`~fairkit.speech.utterances.Utterances`; from those come counts of kind ``words`` for the common spine,
and what only speech asks: adjusted rate ratios, paired releases, confusions, the collection plan. Names are
loaded when first used, so that reports that have nothing to do with speech stay quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairkit._lazily import loaded_lazily

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
    "Utterances": "fairkit.speech.utterances",
    "alignment": "fairkit.speech.align",
    "alignment_page": "fairkit.speech.viewer",
    "choose": "fairkit.speech.chosen",
    "coverage": "fairkit.speech.planning",
    "edit_counts": "fairkit.speech.align",
    "evaluate": "fairkit.speech.evaluator",
    "join": "fairkit.speech.readers",
    "load_rules": "fairkit.speech.normalize",
    "normalizer": "fairkit.speech.normalize",
    "read_joined": "fairkit.speech.readers",
    "read_transcripts": "fairkit.speech.readers",
    "score": "fairkit.speech.scoring",
    "score_texts": "fairkit.speech.scoring",
    "word_counts": "fairkit.speech.counting",
    "word_pairs": "fairkit.speech.align",
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

__getattr__ = loaded_lazily(__name__, _HOME)


def __dir__() -> list[str]:
    return sorted(__all__)
