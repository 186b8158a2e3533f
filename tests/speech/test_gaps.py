"""The gap between groups beside the gaps that chance makes: shuffles keep what belongs together."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from spoken_words import edits_at, speaker_rates, spoken, utterances_of

from fairkit.errors import UsageError
from fairkit.speech.gaps import gap_null


def null_of(utterances, attribute="accent", **options):
    """Compare the gap of one attribute with its null."""
    levels = utterances.levels[utterances.attributes.index(attribute)]
    names = [f"{attribute}={level}" for level in levels]
    return gap_null(utterances, attribute, utterances.group(attribute), names, **options)


def under_two_conditions(rng, speakers, *, lift=1.0):
    """Draw speakers who speak 20 utterances with noise and 20 without."""
    speaker = np.repeat(np.arange(speakers), 40)
    noise = np.arange(len(speaker)) % 2
    rates = speaker_rates(rng, speakers)[speaker] * np.where(noise, lift, 1.0)
    return utterances_of(edits_at(rng, rates), speaker, noise, attributes=("noise",))


def test_the_gap_is_that_of_error_rates_of_groups():
    """Best, worst and gap are those of the ratios of sums, and small groups are left out by name."""
    rng = np.random.default_rng(0)
    speaker = np.repeat(np.arange(14), 30)
    accent = np.repeat([0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3], 30)
    edits = edits_at(rng, np.array([0.1, 0.3, 0.2, 0.9])[accent])
    found = null_of(utterances_of(edits, speaker, accent), shuffles=99)
    rates = [edits[accent == g, 1:].sum() / edits[accent == g, :3].sum() for g in range(3)]
    assert found.gap == pytest.approx(max(rates) - min(rates))
    assert (found.best, found.worst) == ("accent=000", "accent=001")
    assert (found.groups, found.left_out, found.shuffles) == (3, ("accent=003",), 99)


def test_shuffled_gaps_are_those_of_every_relabelling():
    """For few speakers the null is that of all ways to deal out the labels, listed one by one."""
    errors, said = np.array([3, 1, 4, 9, 2, 6]), np.array([20, 30, 25, 40, 20, 30])
    edits = np.stack([said - errors, errors, 0 * errors, 0 * errors], axis=1)
    found = null_of(utterances_of(edits, np.arange(6), np.arange(6) // 3), shuffles=20_000)
    gaps = []
    for own in itertools.combinations(range(6), 3):
        mine = np.isin(np.arange(6), own)
        gaps.append(abs(errors[mine].sum() / said[mine].sum() - errors[~mine].sum() / said[~mine].sum()))
    assert found.p_value == pytest.approx(np.mean(np.array(gaps) >= found.gap * (1 - 1e-12)), abs=0.015)
    assert min(abs(np.array(gaps) - found.null_median)) < 1e-12


def test_speakers_keep_all_that_they_say():
    """Repeating every utterance leaves the null where it was; taking utterances for speakers shrinks it."""
    utterances = spoken(np.random.default_rng(1), 10, 8)
    edits, group = utterances.edits[:, 0, 0], utterances.codes[:, 0]
    again = utterances_of(np.tile(edits, (3, 1)), np.tile(utterances.speakers, 3), np.tile(group, 3))
    alone = utterances_of(edits, np.full(len(edits), -1), group)
    once, thrice, apart = (null_of(each, shuffles=400) for each in (utterances, again, alone))
    assert (once.null_median, once.p_value) == pytest.approx((thrice.null_median, thrice.p_value))
    assert apart.null_median < 0.5 * once.null_median
    assert (once.shuffled, apart.shuffled) == ("over speakers", "over utterances")


def test_conditions_are_shuffled_within_speakers():
    """Where each speaker has both levels, a true effect is found that shuffles over speakers would drown."""
    found = null_of(under_two_conditions(np.random.default_rng(2), 25, lift=1.3), "noise", shuffles=999)
    assert found.shuffled == "within speakers"
    assert found.p_value <= 0.01
    assert found.worst == "noise=001"


def test_utterances_of_unknown_speakers_do_not_change_how_labels_are_shuffled():
    """Speakers with both levels are shuffled within themselves, however many utterances name no speaker."""
    utterances = under_two_conditions(np.random.default_rng(12), 25, lift=1.3)
    speaker = np.where(np.arange(len(utterances)) % 9 == 0, -1, utterances.speakers)
    found = null_of(
        utterances_of(utterances.edits[:, 0, 0], speaker, utterances.codes[:, 0], attributes=("noise",)),
        "noise", shuffles=999,
    )  # fmt: skip
    assert found.shuffled == "within speakers"
    assert found.p_value <= 0.01


def test_a_speaker_under_two_accents_does_not_change_how_labels_are_shuffled():
    """One speaker in two groups is two units, and everybody is still shuffled over speakers."""
    utterances = spoken(np.random.default_rng(3), 3, 6, utterances=10)
    codes = utterances.codes[:, 0].copy()
    codes[:5] = 1
    found = null_of(utterances_of(utterances.edits[:, 0, 0], utterances.speakers, codes), shuffles=99)
    assert found.shuffled == "over speakers"
    assert found.gap is not None


@given(st.integers(0, 2**32 - 1))
def test_the_order_of_rows_and_groups_does_not_matter(seed):
    """Shuffled rows give the same gap and the same null to the last bit."""
    rng = np.random.default_rng(seed)
    utterances = spoken(rng, 3, 4, utterances=3)
    order = rng.permutation(len(utterances))
    edits, speakers, codes = utterances.edits[:, 0, 0], utterances.speakers, utterances.codes[:, 0]
    again = utterances_of(edits[order], speakers[order], codes[order])
    assert null_of(utterances, shuffles=20) == null_of(again, shuffles=20)


@pytest.mark.parametrize("known", [0, 6])
def test_the_order_of_utterances_without_speaker_does_not_matter(known):
    """Utterances that stand alone are dealt out by what they are, not by where they stand."""
    rng = np.random.default_rng(4)
    accent = np.arange(200) % 3
    edits = edits_at(rng, np.array([0.1, 0.15, 0.2])[accent])
    speaker = np.where(np.arange(200) % 10 < known, np.arange(200) % 7, -1)
    order = rng.permutation(200)
    there = null_of(utterances_of(edits, speaker, accent), shuffles=199)
    assert null_of(utterances_of(edits[order], speaker[order], accent[order]), shuffles=199) == there


def test_nothing_to_compare_has_a_reason():
    """One group, or groups of one or two speakers only, have no gap, and all are named as left out."""
    few = null_of(spoken(np.random.default_rng(4), 4, 2), shuffles=9)
    assert (few.gap, few.p_value, few.reason) == (None, None, "fewer-than-two-groups")
    assert few.left_out == ("accent=000", "accent=001", "accent=002", "accent=003")
    one = null_of(spoken(np.random.default_rng(4), 1, 5), shuffles=9)
    assert (one.reason, one.left_out) == ("fewer-than-two-groups", ())


def test_utterances_that_do_not_count_are_not_compared():
    """Rows without a reference or a group, and dropped empty references, change nothing but the policy."""
    edits = np.tile([8, 2, 0, 0], (12, 1))
    edits[6:] = [6, 4, 0, 0]
    utterances = utterances_of(edits, np.arange(12) // 2, np.arange(12) // 6)
    more = np.concatenate([edits, [[0, 0, 0, 50], [0, 9, 0, 0], [0, 9, 0, 0]]])
    speakers, codes = np.r_[np.arange(12) // 2, 0, 1, 1], np.r_[np.arange(12) // 6, 0, -1, 0]
    scored = np.arange(15) != 14
    fuller = utterances_of(more, speakers, np.maximum(codes, 0), scored=scored)
    names = ["a", "b"]
    plain = gap_null(utterances, "accent", utterances.codes[:, 0], names, shuffles=50)
    dropped = gap_null(fuller, "accent", codes, names, shuffles=50, empty_references="drop")
    kept = gap_null(fuller, "accent", codes, names, shuffles=50)
    assert (plain.gap, plain.p_value) == (dropped.gap, dropped.p_value)
    assert kept.worst == "a"


def test_wrong_wishes_are_refused_at_once():
    """Codes that do not fit, no shuffles and no speakers are told together."""
    utterances = spoken(np.random.default_rng(5), 2, 3, utterances=2)
    with pytest.raises(UsageError) as error:
        gap_null(utterances, "accent", utterances.codes[:, 0], ["one"], shuffles=0, least_speakers=0)
    assert len(error.value.problems) == 3
    with pytest.raises(UsageError, match=r"codes have shape \(3,\)"):
        gap_null(utterances, "accent", np.zeros(3, np.int64), ["one"])


@pytest.mark.slow
def test_chance_alone_makes_the_gaps_that_were_measured():
    """Fifty equal accents of 8 speakers show a gap of about .13, and the null expects just that."""
    rng = np.random.default_rng(6)
    found = [null_of(spoken(rng, 50, 8), shuffles=100) for _ in range(12)]
    assert np.mean([each.gap for each in found]) == pytest.approx(0.135, abs=0.03)
    assert np.mean([each.null_median for each in found]) == pytest.approx(0.135, abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("within", [False, True])
def test_p_values_are_uniform_where_groups_are_alike(within):
    """Under the null, p-values of shuffles over and within speakers are uniform."""
    rng = np.random.default_rng(7)
    p_values = [
        (
            null_of(under_two_conditions(rng, 12), "noise", shuffles=99, seed=i)
            if within
            else null_of(spoken(rng, 4, 6, utterances=10), shuffles=99, seed=i)
        ).p_value
        for i in range(250)
    ]
    assert stats.kstest(p_values, "uniform").pvalue > 0.001
    assert np.mean(np.array(p_values) <= 0.05) <= 0.1
