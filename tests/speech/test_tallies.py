"""Tallies: every number of a group beside the same one made by jiwer, utterance by utterance."""

from __future__ import annotations

from collections import defaultdict

import jiwer
import numpy as np
import pytest

from fairkit.groups import groupings
from fairkit.speech import score
from fairkit.speech.tallies import tallies

WORDS = [f"w{i}" for i in range(40)]


def spoken(n=600, seed=0):
    """Draw utterances with empty references, missing output, missing labels and missing speakers."""
    rng = np.random.default_rng(seed)
    rows = {name: [] for name in ("said", "heard", "accent", "who")}
    for _ in range(n):
        said = rng.choice(WORDS, rng.choice([0, 1, 2, 5, 12])).tolist()
        heard = [w if rng.random() < 0.8 else str(rng.choice(WORDS)) for w in said if rng.random() < 0.9]
        heard += ["uh"] * int(rng.integers(3) * (rng.random() < 0.4))
        speaker = int(rng.integers(24))
        rows["said"].append(" ".join(said))
        rows["heard"].append(None if rng.random() < 0.03 else " ".join(heard))
        rows["accent"].append("ABC"[speaker % 3] if rng.random() > 0.02 else None)
        rows["who"].append(f"s{speaker}" if rng.random() > 0.02 else None)
    return rows


def by_jiwer(rows, chosen, *, drop_empty):
    """Add up what jiwer says of single utterances; it takes no empty reference, where all is inserted."""
    total, rates, speakers = np.zeros(4, int), [], defaultdict(lambda: np.zeros(2))
    for i in chosen:
        said, heard, who = rows["said"][i], rows["heard"][i] or "", rows["who"][i]
        if said:
            one = jiwer.process_words(said, heard)
            edits = np.array([one.hits, one.substitutions, one.deletions, one.insertions])
            rates.append(one.wer)
        elif drop_empty:
            continue
        else:
            edits = np.array([0, 0, 0, len(heard.split())])
        total += edits
        if who is not None:
            speakers[who] += edits[1:].sum(), edits[:3].sum()
    return total, np.mean(rates), np.mean([wrong / words for wrong, words in speakers.values() if words])


@pytest.mark.parametrize("drop_empty", [False, True])
def test_sums_and_both_means_are_those_of_jiwer(drop_empty):
    """Ratio of sums, mean of utterances and mean of speakers, under either policy for empty references."""
    rows = spoken()
    found = score(rows, reference="said", hypothesis="heard", by="accent", speaker="who", normalizer="none")
    for one in tallies(found, groupings("accent"), drop_empty=drop_empty):
        chosen = [
            i for i, a in enumerate(rows["accent"]) if one.group in ("all", f"accent={a or '(missing)'}")
        ]
        edits, of_utterances, of_speakers = by_jiwer(rows, chosen, drop_empty=drop_empty)
        assert [one.hits, one.substitutions, one.deletions, one.insertions] == edits.tolist()
        assert one.error_rate == pytest.approx(edits[1:].sum() / edits[:3].sum())
        assert one.mean_of_utterances == pytest.approx(of_utterances)
        assert one.mean_of_speakers == pytest.approx(of_speakers)


def test_the_mean_of_one_speaker_is_the_rate():
    """What was made up where nothing was said is part of a speaker's rate, as it is of the group's."""
    rows = {"said": ["a b", ""], "heard": ["a b", "x"], "who": ["ann", "ann"], "accent": ["A", "A"]}
    found = score(rows, reference="said", hypothesis="heard", by="accent", speaker="who")
    (group, _) = tallies(found, groupings("accent"), drop_empty=False)
    assert group.error_rate == group.mean_of_speakers == 0.5
