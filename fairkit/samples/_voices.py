"""Sound for the speech data: espeak-ng speaks, sox resamples and makes noise, NumPy mixes at an exact ratio.

All of it is repeatable: espeak-ng draws nothing, sox runs without dither and with its fixed seed, and which
part of a noise is heard is in the plan. Sound lives in memory only; none is kept.
"""

from __future__ import annotations

import subprocess
from functools import cache

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import DataError
from fairkit.samples._prompts import PROMPTS
from fairkit.samples._speakers import NOISES, Noise, Speaker, Utterance, speakers

RATE = 16_000
"""Samples per second, what the recogniser's model was trained on."""

TELEPHONE_BAND = (300, 3400)
"""Hertz that a telephone carries."""

_NOISE_SECONDS = 30
_PROMPTS_PER_TALKER = 12
_LOUDEST = 30_000.0  # of 32,767: mixing must not clip

_RAW = ("-t", "raw", "-b", "16", "-e", "signed", "-L", "-r", str(RATE), "-c", "1")

Sound = NDArray[np.float64]


def record(utterance: Utterance) -> bytes:
    """Speak an utterance in its noise, through its device: 16-bit samples, mono, 16 kHz.

    Raises
    ------
    DataError
        espeak-ng or sox failed; the message has what it said.
    """
    sound = _speak(utterance.speaker, utterance.prompt)
    ratio = NOISES[utterance.noise]
    if ratio is not None:
        sound = mixed(sound, _noise(utterance.noise), ratio=ratio, moment=utterance.moment)
    if utterance.speaker.body.device == "telephone":
        sound = _through_telephone(sound)
    return _samples(sound)


def mixed(speech: Sound, noise: Sound, *, ratio: float, moment: float) -> Sound:
    """Add a stretch of noise to speech at a signal-to-noise ratio.

    Parameters
    ----------
    speech, noise : array of float, shapes (n,) and (m,) with m >= n
    ratio : float
        In decibels: 10 log10 of the mean square of the speech over that of the added noise.
    moment : float
        Where the stretch begins, from 0 (the start of the noise) to 1 (as late as it can).

    Raises
    ------
    DataError
        The noise is shorter than the speech.

    Examples
    --------
    >>> both = mixed(np.full(4, 10.0), np.full(9, 3.0), ratio=20.0, moment=0.5)
    >>> both.tolist()
    [11.0, 11.0, 11.0, 11.0]
    """
    spare = len(noise) - len(speech)
    if spare < 0:
        raise DataError(f"{len(speech):,} samples of speech do not fit into {len(noise):,} of noise.")
    start = int(moment * spare)
    stretch = noise[start : start + len(speech)]
    gain = np.sqrt(np.mean(speech**2) / np.mean(stretch**2)) * 10 ** (-ratio / 20)
    both: Sound = speech + gain * stretch
    return both


@cache
def _noise(kind: Noise) -> Sound:
    if kind == "pink":
        made = ("-n", *_RAW, "-", "synth", str(_NOISE_SECONDS), "pinknoise", "vol", "0.5")
        return _sounded(_run("sox", ("-D", "-R", *made)))
    return _babble()


def _babble() -> Sound:
    """Six speakers talk at once, each through a run of prompts of their own."""
    length = _NOISE_SECONDS * RATE
    together = np.zeros(length)
    talkers = [speaker for speaker in speakers() if speaker.accent.code == "us"][::2]
    for number, speaker in enumerate(talkers):
        first = number * _PROMPTS_PER_TALKER % len(PROMPTS)
        read = [_speak(speaker, prompt) for prompt in (PROMPTS[first:] + PROMPTS)[:_PROMPTS_PER_TALKER]]
        talk = np.resize(np.concatenate(read), length)
        together += talk / np.sqrt(np.mean(talk**2))
    return together


def _speak(speaker: Speaker, prompt: str) -> Sound:
    body = speaker.body
    how = ("-v", speaker.voice, "-p", str(body.pitch), "-s", str(body.speed), "--stdout", "--", prompt)
    wave = _run("espeak-ng", how)
    # espeak-ng cannot know the length of what it streams, so its header lies about it.
    return _sounded(_run("sox", ("-D", "-R", "-t", "wav", "--ignore-length", "-", *_RAW, "-"), wave))


def _through_telephone(sound: Sound) -> Sound:
    low, high = TELEPHONE_BAND
    effects = ("gain", "-3", "sinc", f"{low}-{high}", "rate", "8000", "rate", str(RATE))
    return _sounded(_run("sox", ("-D", "-R", *_RAW, "-", *_RAW, "-", *effects), _samples(sound)))


def _samples(sound: Sound) -> bytes:
    loudest = float(np.abs(sound).max(initial=1.0))
    return np.rint(sound * min(1.0, _LOUDEST / loudest)).astype("<i2").tobytes()


def _sounded(samples: bytes) -> Sound:
    return np.frombuffer(samples, "<i2").astype(np.float64)


def _run(program: str, arguments: tuple[str, ...], given: bytes = b"") -> bytes:
    done = subprocess.run([program, *arguments], input=given, capture_output=True, check=False)  # noqa: S603  our own words
    if done.returncode or not done.stdout:
        said = done.stderr.decode(errors="replace").strip() or "it made no sound"
        raise DataError(f"{program} failed ({' '.join(arguments)}): {said}")
    return done.stdout
