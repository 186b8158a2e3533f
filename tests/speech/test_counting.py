"""Counts of utterances: they add up exactly, in any order, and leave nothing out unsaid."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spoken_words import utterances_of

from fairkit.counts import Counts, Kind
from fairkit.errors import DataError
from fairkit.groups import groupings
from fairkit.metrics import metric
from fairkit.speech.counting import seen, word_counts
from fairkit.speech.utterances import Stamp
from fairkit.tables import group_table

LEVELS = (("a", "b", None),)


def some(rng, n, *, systems=2, normalizers=2):
    """Draw utterances of several systems and normalisers, some empty, some without reference or speaker."""
    shape = (n, systems, normalizers)
    edits = rng.integers(0, 4, (*shape, 4)).astype(np.int32)
    empty = rng.random((n, normalizers)) < 0.2
    edits[..., :3] *= ~empty[:, None, :, None]
    scored = rng.random(n) < 0.8
    edits[~scored] = 0
    return utterances_of(
        np.zeros((n, 4)),
        rng.integers(-1, 4, n),
        rng.integers(0, 3, n),
        levels=LEVELS,
        systems=("new", "base")[:systems],
        normalizers=tuple(Stamp(f"n{i}", "1", "") for i in range(normalizers)),
        speaker_ids=("p", "q", "r", "s"),
        edits=edits,
        scored=scored,
        empty_reference=empty,
    )


def taken(utterances, rows):
    """Take some of the utterances, in this order."""
    columns = ("ids", "speakers", "codes", "edits", "scored", "missing_hypothesis", "empty_hypothesis")
    columns += ("empty_reference", "runaway")
    return replace(utterances, **{name: getattr(utterances, name)[rows] for name in columns})


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.sampled_from(["keep", "drop"]))
def test_counts_of_parts_add_up_to_those_of_the_whole(seed, n, policy):
    """Any split into two parts, in any order, adds up to the counts of all utterances to the last bit."""
    rng = np.random.default_rng(seed)
    whole = some(rng, n)
    order, cut = rng.permutation(n), int(rng.integers(0, n + 1))
    parts = [word_counts(taken(whole, rows), empty_references=policy) for rows in (order[:cut], order[cut:])]
    assert parts[0] + parts[1] == word_counts(whole, empty_references=policy)


@pytest.mark.parametrize("policy", ["keep", "drop"])
def test_sums_are_those_of_a_plain_loop(policy):
    """Every field of every cell is what adding utterance by utterance gives."""
    whole = some(np.random.default_rng(1), 300)
    counts = seen(word_counts(whole, empty_references=policy), "base", "n1")
    found = {}
    for i in range(len(whole)):
        speaker = whole.speakers[i]
        name = whole.speaker_ids[speaker] if speaker >= 0 else whole.ids[i]
        cell = found.setdefault((LEVELS[0][whole.codes[i, 0]], name), np.zeros(21))
        h, s, d, ins = edits = [int(e) for e in whole.edits[i, 1, 1]]
        if not whole.scored[i]:
            cell[19] += 1
        elif policy == "drop" and whole.empty_reference[i, 1]:
            cell[20] += 1
        else:
            said, errors = h + s + d, s + d + ins
            rate = errors / said if said else 0.0
            products = [edits[a] * edits[b] for a in range(4) for b in range(a, 4)]
            cell[:19] += [1, *edits, *products, errors > 0, said > 0, rate, rate**2]
    assert counts.clusters is not None
    made = {
        (group[0], counts.cluster_ids[cluster].removeprefix("\x00")): row
        for group, cluster, row in zip(counts.groups(), counts.clusters, counts.values, strict=True)
    }
    assert made.keys() == found.keys()
    for key, row in made.items():
        np.testing.assert_allclose(row, found[key], rtol=0, atol=1e-7)
        np.testing.assert_array_equal(row[:17], found[key][:17])


def test_nothing_is_left_out_unsaid():
    """Rows that metrics use and rows left out for a reason make up all utterances, whatever the policy."""
    whole = some(np.random.default_rng(2), 200)
    for policy in ("keep", "drop"):
        counts = word_counts(whole, empty_references=policy)
        assert counts.total_rows == 200 * 4
        missing, empty = counts.values[:, -2:].sum(axis=0)
        assert missing == 4 * (~whole.scored).sum()
        expected = 2 * (whole.empty_reference & whole.scored[:, None]).sum() if policy == "drop" else 0
        assert empty == expected


def test_utterances_without_a_speaker_are_clusters_of_their_own():
    """An unknown speaker is nobody else's, and a table without speakers has no clusters."""
    edits = np.tile([9, 1, 0, 0], (5, 1))
    counts = word_counts(utterances_of(edits, [0, 0, -1, 1, -1], [0] * 5))
    assert len(counts.cluster_ids) == 4
    assert sorted(counts.values[:, 0]) == [1, 1, 1, 2]
    assert word_counts(utterances_of(edits, [-1] * 5, [0] * 5)).clusters is None


def test_empty_references_count_only_where_they_are_kept():
    """Words invented where nothing was said are errors under one policy and left out under the other."""
    whole = utterances_of([[8, 2, 0, 0], [0, 0, 0, 6]], [0, 1], [0, 0])
    rates = []
    for policy in ("keep", "drop"):
        counts = seen(word_counts(whole, empty_references=policy), "asr", "none")
        table = group_table(counts, groupings("accent")[0])
        sums = table.sums[0]
        rates.append((sums[2] + sums[3] + sums[4]) / sums[1:4].sum())
    assert rates == [0.8, 0.2]


def test_characters_are_counted_as_characters():
    """The unit of the utterances decides the kind of the counts and so its metrics."""
    counts = word_counts(utterances_of([[1, 0, 0, 0]], [0], [0], unit="characters"))
    assert counts.kind is Kind.CHARACTERS
    assert metric("character_error_rate", kind=counts.kind).why(counts.values[0]) is None


def test_no_utterances_make_empty_counts():
    """An empty table has no cells and breaks nothing."""
    assert len(word_counts(utterances_of(np.zeros((0, 4)), [], [], levels=((),))).values) == 0


def test_names_that_do_not_fit_are_refused():
    """Systems of one name, unknown systems and normalisers, and counts without axes are told at once."""
    whole = some(np.random.default_rng(3), 10)
    with pytest.raises(DataError, match="systems have one name: 'asr', 'asr'"):
        word_counts(replace(whole, systems=("asr", "asr")))
    counts = word_counts(whole)
    with pytest.raises(DataError, match="'bass'") as error:
        seen(counts, "bass", "n7")
    assert len(error.value.problems) == 2
    with pytest.raises(DataError, match=r"have the axes \(none\)"):
        seen(seen(counts, "base", "n0"), "base", "n0")


def test_a_system_is_seen_as_if_it_were_alone():
    """Counts of one system among several are those of that system counted by itself."""
    whole = some(np.random.default_rng(4), 80)
    alone = replace(
        whole, systems=("base",), edits=whole.edits[:, 1:], missing_hypothesis=whole.missing_hypothesis
    )
    one, other = seen(word_counts(whole), "base", "n0"), seen(word_counts(alone), "base", "n0")
    assert isinstance(one, Counts)
    assert one == other
