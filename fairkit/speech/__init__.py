"""Speech: word error rates by accent, dialect and recording condition.

Rows enter by the door (:mod:`fairkit.batches`), are normalised and aligned once, and become
:class:`~fairkit.speech.utterances.Utterances`; from those come counts of kind ``words`` for the common spine,
and what only speech asks: adjusted rate ratios, paired releases, confusions, the collection plan.
"""
