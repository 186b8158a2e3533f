"""Utterances for tests, from plain columns: errors and words instead of texts."""

from __future__ import annotations

import numpy as np

from fairkit.speech.utterances import Stamp, Utterances


def utterances_of(errors, said, speakers=None, *, attributes, covariates=None, scored=None):
    """Build what scoring would: errors become substitutions, then insertions."""
    errors, said = np.asarray(errors), np.asarray(said)
    n = len(errors)
    wrong = np.minimum(errors, said)
    edits = np.stack([said - wrong, wrong, np.zeros_like(wrong), errors - wrong], axis=1)
    levels, codes = [], []
    for values in attributes.values():
        known = sorted({value for value in values if value is not None})
        levels.append((*known, None) if None in values else tuple(known))
        codes.append([levels[-1].index(value) for value in values])
    no = np.zeros((n, 1), np.bool_)
    people = 0 if speakers is None else int(np.max(speakers, initial=-1)) + 1
    return Utterances(
        systems=("asr",),
        normalizers=(Stamp("none", "1", ""),),
        unit="words",
        ids=np.arange(n).astype(str).astype(object),
        speakers=np.full(n, -1) if speakers is None else np.asarray(speakers, np.int64),
        speaker_ids=tuple(f"speaker {i}" for i in range(people)),
        attributes=tuple(attributes),
        levels=tuple(levels),
        codes=np.array(codes, np.int64).reshape(len(attributes), n).T,
        edits=edits[:, None, None].astype(np.int32),
        scored=np.ones(n, np.bool_) if scored is None else scored,
        missing_hypothesis=no,
        empty_hypothesis=no[:, :, None],
        empty_reference=(said == 0)[:, None],
        runaway=no[:, :, None],
        covariates=covariates or {},
    )


def confounded(rng, *, speakers=8, ratio=1.3, per_speaker=20, spread=0.5):
    """Draw two accents: B is worse by `ratio`, and has more noise and women, which hurt as well."""
    group = np.repeat([0, 1], speakers)
    woman = rng.random(2 * speakers) < np.where(group == 1, 0.7, 0.3)
    rate = 0.1 * np.exp(rng.normal(0, spread, 2 * speakers) - spread**2 / 2)
    rate *= np.where(group == 1, ratio, 1.0) * np.where(woman, 1.3, 1.0)
    speaker = np.repeat(np.arange(2 * speakers), rng.poisson(per_speaker, 2 * speakers) + 1)
    noisy = rng.random(len(speaker)) < np.where(group[speaker] == 1, 0.7, 0.3)
    said = rng.integers(5, 20, len(speaker))
    errors = rng.poisson(rate[speaker] * said * np.where(noisy, 2.0, 1.0))
    attributes = {
        "accent": np.array(["A", "B"])[group[speaker]].tolist(),
        "sex": np.where(woman[speaker], "F", "M").tolist(),
        "noise": np.where(noisy, "yes", "no").tolist(),
    }
    covariates = {"age": rng.normal(40, 10, 2 * speakers)[speaker], "duration": said * 0.4}
    return utterances_of(errors, said, speaker, attributes=attributes, covariates=covariates)
