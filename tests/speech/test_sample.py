"""The speech data: planned exactly, shipped as recognised, true to their card, made again where possible."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from pathlib import Path

import jiwer
import numpy as np
import pandas as pd
import pytest

from fairkit import samples
from fairkit.errors import DataError, MissingDependencyError, UsageError
from fairkit.samples import _recording, _speakers, _speech, _voices
from fairkit.samples.__main__ import main
from fairkit.samples._prompts import PROMPTS, spoken
from fairkit.samples._recogniser import SYSTEMS, Recogniser

SHIPPED = Path(__file__).parents[2] / "datasets"
LARGE = [accent.name for accent in _speakers.ACCENTS if accent.speakers == len(_speakers.BODIES)]


@pytest.fixture(scope="module")
def frame():
    """Load the shipped set once."""
    return samples.load_speech()


@pytest.fixture
def tools():
    """Skip, visibly, where nothing can be spoken or recognised."""
    if problems := _recording.missing_tools():
        pytest.skip(" ".join(problems))


def word_error_rate(frame, system="default"):
    """Let jiwer count: errors of all utterances over words of all references."""
    return jiwer.wer([spoken(text) for text in frame["reference"]], frame[system].tolist())


# --- the plan ---


def test_accents_that_are_compared_have_the_same_bodies():
    """Voices, pitches, speeds, sexes and devices are the same in every large accent, half of them female."""
    bodies = {name: [] for name in LARGE}
    for speaker in _speakers.speakers():
        bodies.get(speaker.accent.name, []).append(speaker.body)
    assert len(LARGE) == 6
    assert all(found == list(_speakers.BODIES) for found in bodies.values())
    assert len(set(_speakers.BODIES)) == len(_speakers.BODIES)
    assert Counter((body.sex, body.device) for body in _speakers.BODIES) == {
        ("female", "headset"): 4,
        ("female", "telephone"): 2,
        ("male", "headset"): 4,
        ("male", "telephone"): 2,
    }


def test_every_speaker_has_the_planned_share_of_noise():
    """Each reads twenty different prompts, half of them in quiet; in the West Midlands a quarter."""
    read = {}
    for utterance in _speakers.utterances():
        read.setdefault(utterance.speaker, []).append(utterance)
    for speaker, told in read.items():
        assert len({utterance.prompt for utterance in told}) == 20
        confounded = speaker.accent.name == "West Midlands"
        expected = (
            {"quiet": 5, "babble": 8, "pink": 7} if confounded else {"quiet": 10, "babble": 5, "pink": 5}
        )
        assert Counter(utterance.noise for utterance in told) == expected


def test_a_trial_takes_every_speaker_once_before_any_twice():
    """The first utterances of the plan are one of each speaker, so that a short trial shows every accent."""
    planned = _speakers.utterances()
    people = _speakers.speakers()
    assert [utterance.speaker for utterance in planned[: len(people)]] == people
    assert len({utterance.id for utterance in planned}) == len(planned) == 20 * len(people)


def test_prompts_are_short_and_all_different():
    """There are sixty sentences of 8 to 13 words, of letters, apostrophes and plain punctuation."""
    assert len(set(PROMPTS)) == len(PROMPTS) == 60
    for prompt in PROMPTS:
        assert re.fullmatch(r"[A-Z][A-Za-z', ]+[.?]", prompt), prompt
        assert 8 <= len(spoken(prompt).split()) <= 13, prompt


# --- the shipped file ---


def test_rows_are_those_of_the_plan(frame):
    """The file has the planned utterances in their order, with every planned property."""
    planned = _speakers.utterances()
    assert tuple(frame.columns) == _speech.COLUMNS
    for row, utterance in zip(frame.itertuples(), planned, strict=True):
        speaker = utterance.speaker
        assert (row.id, row.speaker, row.accent, row.reference) == (
            utterance.id,
            speaker.id,
            speaker.accent.name,
            utterance.prompt,
        )
        assert (row.noise, row.sex, row.device) == (utterance.noise, speaker.body.sex, speaker.body.device)
        assert (row.pitch, row.speed) == (speaker.body.pitch, speaker.body.speed)
        assert 1.5 < row.seconds < 8


def test_loader_refuses_a_changed_file_and_names_a_missing_one(tmp_path):
    """One changed letter is noticed, with both checksums; a missing file is named."""
    changed = tmp_path / "speech.csv"
    data = (SHIPPED / "speech.csv").read_bytes()
    changed.write_bytes(data.replace(b"the", b"teh", 1))
    found = hashlib.sha256(changed.read_bytes()).hexdigest()
    with pytest.raises(DataError, match=f"{found}.*{_speech.SHA256}"):
        samples.load_speech(changed)
    with pytest.raises(DataError, match=r"nowhere\.csv"):
        samples.load_speech(tmp_path / "nowhere.csv")
    changed.write_bytes(data)
    pd.testing.assert_frame_equal(samples.load_speech(changed), samples.load_speech())


def test_without_a_shipped_file_the_error_says_how_to_get_one(tmp_path, monkeypatch):
    """Where neither a checkout nor the package has the file, both places and the command are named."""
    monkeypatch.setattr(_speech, "CHECKOUT", tmp_path)
    with pytest.raises(DataError, match=r"python -m fairkit\.samples speech") as caught:
        samples.load_speech()
    assert str(tmp_path / "speech.csv") in str(caught.value)


def test_empty_text_stays_text(frame):
    """No cell is missing: a release that found no words said nothing, and that is a text."""
    assert not frame.isna().to_numpy().any()
    assert all(isinstance(text, str) for name in SYSTEMS for text in frame[name])


def test_both_releases_work_and_the_hurried_one_works_worse(frame):
    """The releases understand most words, on United States speech in quiet nearly all, and differ."""
    home = frame[(frame["accent"] == "United States") & (frame["noise"] == "quiet")]
    assert 0.1 < word_error_rate(frame) < word_error_rate(frame, "fast") < 0.6
    assert word_error_rate(home) < 0.2
    assert (frame["default"] != frame["fast"]).mean() > 0.3


def test_noise_telephone_and_distance_from_home_cost_words(frame):
    """Noise and telephone raise the rate, and no accent is understood as well as the model's own."""
    for column, easy in (("noise", "quiet"), ("device", "headset")):
        rates = frame.groupby(column)[["reference", "default"]].apply(word_error_rate)
        assert rates.idxmin() == easy
    accents = (
        frame[frame["accent"].isin(LARGE)].groupby("accent")[["reference", "default"]].apply(word_error_rate)
    )
    assert accents.idxmin() == "United States"
    assert accents.max() > 2 * accents.min()


def test_truth_counts_what_the_file_holds(frame):
    """Rows, speakers, words and noisy rows of every group in the truth are those of the file."""
    truth = json.loads((SHIPPED / "speech.truth.json").read_text(), parse_constant=pytest.fail)
    assert (truth["rows"], truth["speakers"]) == (len(frame), frame["speaker"].nunique())
    words = frame["reference"].map(lambda text: len(spoken(text).split()))
    assert truth["words"] == words.sum()
    assert truth["columns"]["hypotheses"] == list(SYSTEMS)
    seen = set()
    for group in truth["groups"]:
        attribute, _, level = group["group"].partition("=")
        chosen = frame[attribute] == level
        seen.add((attribute, level))
        assert group["rows"] == chosen.sum()
        assert group["speakers"] == frame["speaker"][chosen].nunique()
        assert group["words"] == words[chosen].sum()
        assert group["rows_in_noise"] == (chosen & (frame["noise"] != "quiet")).sum()
    assert seen == {(name, level) for name in truth["columns"]["groups"] for level in frame[name].unique()}


def test_truth_file_is_what_the_plan_gives():
    """The shipped truth is computed from the plan, byte for byte."""
    text = (SHIPPED / "speech.truth.json").read_text()
    versions = json.loads(text)["made_with"]
    assert set(versions) == {"espeak-ng", "sox", "pocketsphinx"}
    assert _speech.truth_json(_speakers.utterances(), versions=versions) == text


def test_card_is_true_to_the_data(frame):
    """The card names every column, version and accent, and its rates are the ones jiwer counts."""
    card = (SHIPPED / "speech.md").read_text()
    truth = json.loads((SHIPPED / "speech.truth.json").read_text())
    assert all(f"| `{column}` |" in card for column in frame.columns)
    assert all(f"{name} {version}" in card for name, version in truth["made_with"].items())
    assert f"seed {truth['seed']}" in card
    assert f"{len(frame):,} utterances" in card
    assert "python -m fairkit.samples speech datasets" in card
    for accent, part in frame.groupby("accent"):
        quiet = part["noise"] == "quiet"
        parts = (part, part[quiet], part[~quiet])
        cells = [f"{word_error_rate(rows):.3f}" for rows in parts] + [f"{word_error_rate(part, 'fast'):.3f}"]
        assert f"| {accent} | {part['speaker'].nunique()} | {len(part)} | {' | '.join(cells)} |" in card
    assert "](speech.md)" in (SHIPPED / "README.md").read_text()


# --- making it ---


def test_noise_is_added_at_the_stated_ratio():
    """The mean square of the speech is the stated number of decibels above that of what was added."""
    draw = np.random.default_rng(5)
    speech, noise = draw.normal(0, 900, 4000), draw.normal(0, 17, 9000)
    for ratio in (0.0, 12.0, 30.0):
        added = _voices.mixed(speech, noise, ratio=ratio, moment=1.0) - speech
        assert 10 * np.log10(np.mean(speech**2) / np.mean(added**2)) == pytest.approx(ratio)
        assert np.corrcoef(added, noise[5000:])[0, 1] == pytest.approx(1)


def test_noise_that_is_too_short_is_refused():
    """Speech longer than the noise is not left half quiet."""
    with pytest.raises(DataError, match="4,000 samples of speech"):
        _voices.mixed(np.ones(4000), np.ones(3999), ratio=10.0, moment=0.0)


def test_everything_that_is_missing_is_named_at_once(monkeypatch, capsys):
    """Without programs and package one error names all three and how to get each; the command ends with 2."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(_recording, "_installed", lambda _: None)
    with pytest.raises(MissingDependencyError) as caught:
        _recording.recorded(_speakers.utterances()[:1])
    problems = caught.value.problems
    assert len(problems) == 3
    assert "apt-get install espeak-ng" in problems[0]
    assert "apt-get install sox" in problems[1]
    assert "fairkit[speech-data]" in problems[2]
    assert main(["speech", "--limit", "1"]) == 2
    assert "apt-get install sox" in capsys.readouterr().err


def test_a_limit_below_one_is_refused():
    """A trial of no utterances is a slip."""
    with pytest.raises(UsageError, match="limit is 0"):
        _speech.trial(0)


@pytest.mark.speech
def test_a_trial_gives_the_shipped_rows(tools, tmp_path, monkeypatch, capsys):
    """Utterances spoken and recognised now, in another order, are the shipped rows byte for byte."""
    monkeypatch.setenv("FAIRKIT_CACHE", str(tmp_path))
    shipped = (SHIPPED / "speech.csv").read_text().splitlines()
    assert main(["speech", "--limit", "3", "--jobs", "1"]) == 0
    assert capsys.readouterr().out.splitlines() == shipped[:4]
    # One of each noise, a telephone among them, from the end of the plan.
    late = _speakers.utterances()[:-61:-1]
    chosen = [next(told for told in late if told.noise == noise) for noise in _speakers.NOISES]
    chosen.append(
        next(told for told in late if told.speaker.body.device == "telephone" and told not in chosen)
    )
    rows = _speech.to_csv(_recording.recorded(chosen, jobs=1)).decode().splitlines()[1:]
    by_id = {line.partition(",")[0]: line for line in shipped}
    assert rows == [by_id[told.id] for told in chosen]


@pytest.mark.speech
def test_an_interrupted_run_goes_on_where_it_stopped(tools, tmp_path, monkeypatch):
    """What the cache holds is not spoken again, and a line cut off in the middle is."""
    monkeypatch.setenv("FAIRKIT_CACHE", str(tmp_path))
    first, second = [told for told in _speakers.utterances() if told.noise == "quiet"][:2]
    _recording.recorded([first, second], jobs=1)
    (kept,) = (tmp_path / "speech").glob("*.jsonl")
    lines = kept.read_text().splitlines(keepends=True)
    made = [line for line in lines if json.loads(line)[0] == first.id]
    marked = json.dumps([first.id, 1.25, {"default": "from the cache", "fast": ""}])
    (cut,) = (line for line in lines if line not in made)
    kept.write_text(marked + "\n" + cut[:20])
    again = _recording.recorded([first, second], jobs=1)
    assert again[0].texts == {"default": "from the cache", "fast": ""}
    assert [again[1].seconds, again[1].texts] == json.loads(cut)[1:]
    assert _recording.recorded([second], jobs=1) == [again[1]]


@pytest.mark.speech
def test_every_speaker_sounds_different(tools):
    """No two speakers make the same sound of one prompt: no accent and no variant is dropped unsaid."""
    heard = {}
    for speaker in _speakers.speakers():
        told = _speakers.Utterance("x", speaker, "quiet", PROMPTS[0], 0.0)
        heard.setdefault(hashlib.sha256(_voices.record(told)).hexdigest(), []).append(speaker.voice)
    assert [voices for voices in heard.values() if len(voices) > 1] == []


@pytest.mark.speech
def test_order_does_not_change_what_is_understood(tools):
    """A decoder carries nothing from one utterance to the next."""
    told = [utterance for utterance in _speakers.utterances() if utterance.noise == "pink"][:3]
    sounds = [_voices.record(utterance) for utterance in told]
    recogniser = Recogniser(PROMPTS)
    forward = [recogniser.transcribe(sound) for sound in sounds]
    assert [recogniser.transcribe(sound) for sound in reversed(sounds)] == forward[::-1]


@pytest.mark.speech
def test_words_outside_the_dictionary_are_named(tools):
    """Prompts with words that the model cannot hear are refused, with the words."""
    with pytest.raises(DataError, match="glorpish, wuzzle"):
        Recogniser(["The wuzzle is glorpish."])


@pytest.mark.speech
def test_silence_is_an_empty_text(tools):
    """Where there is nothing to hear the recogniser gives an empty text or filler, not an error."""
    texts = Recogniser(PROMPTS).transcribe(bytes(2 * _voices.RATE))
    assert set(texts) == set(SYSTEMS)
    assert all(len(text.split()) <= 2 for text in texts.values())


@pytest.mark.speech
def test_a_program_that_fails_is_quoted(tools):
    """What espeak-ng or sox says when it fails is in the error."""
    accent = _speakers.Accent("Atlantis", "at", "gmw/no-such-voice", 1)
    speaker = _speakers.Speaker("at01", accent, _speakers.BODIES[0])
    with pytest.raises(DataError, match="espeak-ng failed"):
        _voices.record(_speakers.Utterance("x", speaker, "quiet", PROMPTS[0], 0.0))
