"""Who reads what, where: the plan of the speech data, fixed before a word is spoken.

A speaker is an accent and a body: a voice of espeak-ng at a pitch and a speed. Accents that are compared have
the *same* twelve bodies, so a difference between them is none of voices, pitch, speed or sex. Noise is
assigned within speakers, in exact shares; who uses a telephone is a property of the body. One accent is
planted as confounded: it was recorded in noise three times out of four, where the others have one of two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from fairkit.samples._population import uniforms
from fairkit.samples._prompts import PROMPTS

Sex = Literal["female", "male"]
Noise = Literal["quiet", "babble", "pink"]
Device = Literal["headset", "telephone"]

SEED = 20_240_504

READ_BY_EACH = 20
"""Prompts that a speaker reads, all different."""


@dataclass(frozen=True, slots=True)
class Accent:
    """An accent, the voice file of espeak-ng that speaks it, and how many speakers have it."""

    name: str
    code: str
    voice: str
    speakers: int
    quiet: int = READ_BY_EACH // 2  # of each speaker's prompts; the rest is half babble, half pink noise


@dataclass(frozen=True, slots=True)
class Body:
    """A voice variant of espeak-ng, its sex there, a pitch (0 to 99), words per minute, and a microphone."""

    variant: str
    sex: Sex
    pitch: int
    speed: int
    device: Device


@dataclass(frozen=True, slots=True)
class Speaker:
    """A body with an accent."""

    id: str
    accent: Accent
    body: Body

    @property
    def voice(self) -> str:
        """Name of the voice for espeak-ng.

        A voice *file* is named, not a language: with "en-gb+f2" espeak-ng 1.51 drops the variant unsaid.
        """
        return f"{self.accent.voice}+{self.body.variant}"


@dataclass(frozen=True, slots=True)
class Utterance:
    """One prompt read by one speaker; `moment` says which part of a noise is heard, from 0 to 1."""

    id: str
    speaker: Speaker
    noise: Noise
    prompt: str
    moment: float


ACCENTS: tuple[Accent, ...] = (
    Accent("United States", "us", "gmw/en-US", 12),
    Accent("Great Britain", "gb", "gmw/en", 12),
    Accent("Received Pronunciation", "rp", "gmw/en-GB-x-rp", 12),
    Accent("Scotland", "sc", "gmw/en-GB-scotland", 12),
    Accent("West Midlands", "wm", "gmw/en-GB-x-gbcwmd", 12, quiet=READ_BY_EACH // 4),
    Accent("Caribbean", "ca", "gmw/en-029", 12),
    Accent("New York City", "ny", "gmw/en-US-nyc", 4),
    Accent("Lancaster", "la", "gmw/en-GB-x-gbclan", 2),
)
"""The last two have too few speakers for a finding, on purpose."""

BODIES: tuple[Body, ...] = (
    Body("f2", "female", 45, 155, "headset"),
    Body("klatt", "male", 40, 150, "headset"),
    Body("f5", "female", 50, 150, "headset"),
    Body("klatt4", "male", 45, 165, "telephone"),
    Body("f2", "female", 60, 170, "telephone"),
    Body("klatt6", "male", 50, 155, "headset"),
    Body("f5", "female", 40, 160, "headset"),
    Body("klatt5", "male", 45, 150, "headset"),
    Body("f5", "female", 65, 165, "telephone"),
    Body("klatt2", "male", 35, 160, "telephone"),
    Body("f3", "female", 50, 145, "headset"),
    Body("m2", "male", 50, 165, "headset"),
)

NOISES: Mapping[Noise, float | None] = {"quiet": None, "babble": 12.0, "pink": 12.0}
"""Signal-to-noise ratio in decibels, over the whole utterance."""


def speakers() -> list[Speaker]:
    """List all speakers, those of an accent together."""
    return [
        Speaker(f"{accent.code}{number + 1:02d}", accent, BODIES[number])
        for accent in ACCENTS
        for number in range(accent.speakers)
    ]


def utterances() -> list[Utterance]:
    """List all utterances: the first prompt of every speaker, then the second, and so on."""
    people = speakers()
    orders = np.argsort(uniforms(len(people), len(PROMPTS), seed=SEED), axis=1, kind="stable")
    places = np.argsort(uniforms(len(people), READ_BY_EACH, seed=SEED + 1), axis=1, kind="stable")
    moments = uniforms(len(people), READ_BY_EACH, seed=SEED + 2)
    return [
        Utterance(
            id=f"{speaker.id}-{turn + 1:02d}",
            speaker=speaker,
            noise=_noise_at(int(places[row, turn]), speaker.accent.quiet),
            prompt=PROMPTS[int(orders[row, turn])],
            moment=float(moments[row, turn]),
        )
        for turn in range(READ_BY_EACH)
        for row, speaker in enumerate(people)
    ]


def _noise_at(place: int, quiet: int) -> Noise:
    """Give the first places to silence and share the others between babble and pink noise."""
    if place < quiet:
        return "quiet"
    return "babble" if (place - quiet) % 2 == 0 else "pink"
