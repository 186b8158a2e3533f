"""Utterances with their texts, made from lists, for tests of what reads texts again."""

from __future__ import annotations

import numpy as np
from rapidfuzz.distance import Levenshtein

from fairkit.speech.utterances import Stamp, Utterances


class AsGiven:
    """A normaliser that changes nothing but surrounding blanks."""

    stamp = Stamp("as-given", "1", "0" * 64)

    def texts(self, texts):
        """Strip every text; None stays None."""
        return [None if text is None else text.strip() for text in texts]


AS_GIVEN = AsGiven()


def _edits(said, heard):
    ops = [tag for tag, _, _ in Levenshtein.editops(said, heard).as_list()]
    s, d, i = (ops.count(tag) for tag in ("replace", "delete", "insert"))
    return [len(said) - s - d, s, d, i]


def utterances_of(references, hypotheses, *, by, speakers=None, ids=None, unit="words"):
    """Score texts of one system (a list) or of several (a mapping of lists)."""
    systems = hypotheses if isinstance(hypotheses, dict) else {"asr": hypotheses}
    n = len(references)
    split = (
        (lambda text: (text or "").split()) if unit == "words" else (lambda text: list((text or "").strip()))
    )
    levels = [
        tuple(sorted({x for x in values if x is not None})) + ((None,) if None in values else ())
        for values in by.values()
    ]
    names = tuple(dict.fromkeys(x for x in speakers or () if x is not None))
    edits = np.array(
        [[[_edits(split(r), split(h[k]))] for h in systems.values()] for k, r in enumerate(references)],
        np.int32,
    ).reshape(n, len(systems), 1, 4)
    missing = np.array([[h[k] is None for h in systems.values()] for k in range(n)], bool).reshape(
        n, len(systems)
    )
    empty = np.array([[not split(h[k]) for h in systems.values()] for k in range(n)], bool).reshape(
        n, len(systems)
    )
    no_reference = np.array([not split(r) for r in references], bool)
    long = np.array([[len(split(h[k])) for h in systems.values()] for k in range(n)]).reshape(n, len(systems))
    said = np.array([len(split(r)) for r in references], np.int64)[:, None]
    kept = np.empty((n, len(systems)), object)
    for s, texts in enumerate(systems.values()):
        kept[:, s] = texts
    return Utterances(
        systems=tuple(systems),
        normalizers=(AS_GIVEN.stamp,),
        unit=unit,
        ids=np.array(ids or [f"u{k}" for k in range(n)], object),
        speakers=np.array([-1 if x is None else names.index(x) for x in speakers or [None] * n], np.int64),
        speaker_ids=names,
        attributes=tuple(by),
        levels=tuple(levels),
        codes=np.array(
            [[own.index(x) for x in values] for own, values in zip(levels, by.values(), strict=True)],
            np.int64,
        ).T,
        edits=edits,
        scored=np.array([r is not None for r in references], bool),
        missing_hypothesis=missing,
        empty_hypothesis=(empty & ~missing & ~no_reference[:, None])[..., None],
        empty_reference=no_reference[:, None],
        runaway=((long >= 10) & (long >= 3 * said) & ~no_reference[:, None])[..., None],
        references=np.array(references, object),
        hypotheses=kept,
    )
