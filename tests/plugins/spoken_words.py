"""Utterances drawn with speaker effects, for tests of what is known about error rates."""

import numpy as np

from fairkit.speech.utterances import Stamp, Utterances


def utterances_of(table, speakers, codes, *, attributes=("accent",), levels=None, **changed):
    """Make utterances of one system and normaliser; speakers are numbers, -1 for unknown ones."""
    n = len(table)
    codes = np.asarray(codes, np.int64).reshape(n, len(attributes))
    if levels is None:
        levels = tuple(tuple(f"{i:03d}" for i in range(int(column.max(initial=0)) + 1)) for column in codes.T)
    speakers = np.asarray(speakers, np.int64)
    known = int(speakers.max(initial=-1)) + 1
    made = {
        "systems": ("asr",),
        "normalizers": (Stamp("none", "1", ""),),
        "unit": "words",
        "ids": np.array([f"u{i}" for i in range(n)], object),
        "speakers": speakers,
        "speaker_ids": tuple(f"s{i:06d}" for i in range(known)),
        "attributes": attributes,
        "levels": levels,
        "codes": codes,
        "edits": np.asarray(table, np.int32).reshape(n, 1, 1, 4),
        "scored": np.ones(n, bool),
        "missing_hypothesis": np.zeros((n, 1), bool),
        "empty_hypothesis": np.zeros((n, 1, 1), bool),
        "empty_reference": np.asarray(table).reshape(n, 1, 4)[..., :3].sum(axis=2) == 0,
        "runaway": np.zeros((n, 1, 1), bool),
    }
    return Utterances(**(made | changed))


def edits_at(rng, rate, *, words=10):
    """Draw edits of utterances of some words each, about half of whose errors are substitutions."""
    substitutions = rng.binomial(words, np.minimum(rate * 0.5, 0.6))
    deletions = np.minimum(rng.binomial(words, np.minimum(rate * 0.3, 0.4)), words - substitutions)
    insertions = rng.poisson(rate * 0.2 * words)
    return np.stack([words - substitutions - deletions, substitutions, deletions, insertions], axis=1)


def speaker_rates(rng, speakers, *, rate=0.15, spread=0.5):
    """Draw the error rates of speakers, log-normal around a mean."""
    return rate * np.exp(rng.normal(-(spread**2) / 2, spread, speakers))


def spoken(rng, groups, speakers, *, ratio=None, utterances=40, **effects):
    """Draw groups of speakers who say 10 words in each utterance; `ratio` multiplies rates by group."""
    rates = speaker_rates(rng, groups * speakers, **effects)
    group = np.repeat(np.arange(groups), speakers)
    rates = rates if ratio is None else rates * np.asarray(ratio)[group]
    speaker = np.repeat(np.arange(groups * speakers), utterances)
    return utterances_of(edits_at(rng, rates[speaker]), speaker, group[speaker])
