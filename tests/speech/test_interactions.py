"""Differences of differences: a condition that hurts one group more, judged by its speakers."""

import numpy as np
import pytest
from scipy import stats
from spoken_words import edits_at, speaker_rates, utterances_of

from fairkit.corrections import Correction
from fairkit.errors import UsageError
from fairkit.groups import groupings
from fairkit.metrics import Why, metric
from fairkit.speech.counting import seen, word_counts
from fairkit.speech.interactions import interactions

BY = groupings("accent")[0]


def recorded(rng, groups, speakers, *, extra=1.0, lift=1.5, paired=True, known=True, utterances=40):
    """Draw utterances with and without noise; noise lifts rates, those of one accent by `extra` more."""
    group = np.repeat(np.arange(groups), speakers)
    rates = speaker_rates(rng, groups * speakers, rate=0.12)
    lifted = lift * speaker_rates(rng, groups * speakers, rate=1.0, spread=0.2)
    lifted = np.where(group == 0, lifted * extra, lifted)
    speaker = np.repeat(np.arange(groups * speakers), utterances)
    noise = np.arange(len(speaker)) % 2 if paired else speaker % 2
    edits = edits_at(rng, rates[speaker] * np.where(noise, lifted[speaker], 1.0))
    codes = np.stack([group[speaker], noise], axis=1)
    who = speaker if known else np.full(len(speaker), -1)
    return utterances_of(edits, who, codes, attributes=("accent", "noise"), levels=levels(groups))


def levels(groups):
    """Name the levels of accent and noise."""
    return (tuple(f"{i:02d}" for i in range(groups)), ("no", "yes"))


def found_in(utterances, **options):
    """Judge whether noise hurts an accent more."""
    return interactions(seen(word_counts(utterances), "asr", "none"), BY, "noise", system="asr", **options)


def rate(utterances, chosen):
    """Return the error rate of some utterances."""
    return utterances.errors()[chosen].sum() / utterances.said()[chosen].sum()


def test_the_value_is_a_difference_of_differences_of_rates():
    """Effects in a group and in all others are those of ratios of sums, and the value is their difference."""
    utterances = recorded(np.random.default_rng(0), 3, 5)
    accent, noise = utterances.codes.T
    for g, found in enumerate(found_in(utterances)):
        own, other = (
            rate(utterances, side & (noise == 1)) - rate(utterances, side & (noise == 0))
            for side in (accent == g, accent != g)
        )
        assert (found.effect, found.effect_elsewhere) == pytest.approx((own, other))
        assert found.value == pytest.approx(own - other)
        assert (found.group, found.condition, found.base) == (f"accent=0{g}", "noise=yes", "noise=no")
        assert found.speakers == 5


def test_two_equal_halves_have_welchs_interval_of_each_speakers_change():
    """Where all speakers say as much, two accents have the interval of a t-test of speakers' own changes."""
    rng = np.random.default_rng(1)
    utterances = recorded(rng, 2, 9)
    _, noise = utterances.codes.T
    rates = np.array(
        [[rate(utterances, (utterances.speakers == s) & (noise == k)) for k in (0, 1)] for s in range(18)]
    )
    changes = rates[:, 1] - rates[:, 0]
    found = found_in(utterances, correction=Correction.NONE)
    wider = max(found, key=lambda each: each.high - each.low)
    expected = stats.ttest_ind(changes[:9], changes[9:], equal_var=False).confidence_interval(0.95)
    assert wider.value == pytest.approx(abs(changes[:9].mean() - changes[9:].mean()) * np.sign(wider.value))
    assert min(f.high - f.low for f in found) >= (expected.high - expected.low) * 0.999
    assert wider.high - wider.low <= (expected.high - expected.low) * 1.3


def test_speakers_under_both_conditions_are_compared_with_themselves():
    """The same number of speakers tells far more where each was recorded with noise and without."""
    rng = np.random.default_rng(2)
    width = {
        paired: np.mean([f.high - f.low for f in found_in(recorded(rng, 4, 10, paired=paired))])
        for paired in (True, False)
    }
    assert width[True] < 0.6 * width[False]


def test_an_accent_that_noise_hurts_more_is_found():
    """Where noise lifts the rate of one accent half as much again, that accent alone is a disparity."""
    found = found_in(recorded(np.random.default_rng(3), 4, 30, extra=1.8), margin=(-0.03, 0.03))
    assert [f.verdict == "disparity" for f in found] == [True, False, False, False]
    assert found[0].value > 0
    assert found[0].excludes_zero
    assert found[0].p_adjusted < 0.01
    assert found[0].method == "speaker-moderated-t"


def test_accents_that_noise_hurts_alike_show_parity_where_speakers_are_many():
    """With many speakers and no difference every accent lies inside the margin."""
    found = found_in(recorded(np.random.default_rng(4), 2, 150, lift=1.1))
    assert {f.verdict for f in found} == {"parity"}
    assert all(f.reason is None for f in found)


def test_two_accents_ask_one_question():
    """The two accents mirror each other: one level of confidence, one p-value, opposite values."""
    one, two = found_in(recorded(np.random.default_rng(5), 2, 8))
    assert one.value == pytest.approx(-two.value)
    assert (one.level, two.level) == (0.95, 0.95)
    assert one.p_adjusted == one.p_value


def under_five_conditions(rng, speakers, *, extra):
    """Draw two accents of unlike speakers under five conditions, one of which hurts the first by more."""
    group, condition = np.repeat([0, 1], speakers), np.arange(5)
    rates = np.where(
        group == 0, speaker_rates(rng, 2 * speakers, spread=0.2), speaker_rates(rng, 2 * speakers)
    )
    lift = np.where((group[:, None] == 0) & (condition == 4), extra, 1.0)
    lift = lift * speaker_rates(rng, (2 * speakers, 5), rate=1.0, spread=0.3)
    speaker, at = (a.repeat(8) for a in np.indices(lift.shape).reshape(2, -1))
    codes = np.stack([group[speaker], at], axis=1)
    edits = edits_at(rng, rates[speaker] * lift[speaker, at])
    return utterances_of(
        edits, speaker, codes, attributes=("accent", "noise"), levels=(("00", "01"), tuple("abcde"))
    )


def test_two_accents_mirror_each_other_under_every_condition():
    """Both accents of a condition have one interval, mirrored, one verdict and one p-value, by Holm."""
    rng, rejected = np.random.default_rng(21), 0
    for _ in range(25):
        utterances = under_five_conditions(rng, 6, extra=2.5)
        found = found_in(utterances, base="a", margin=(0.0, 0.0))
        for one, two in zip(found[::2], found[1::2], strict=True):
            assert (one.low, one.high) == (-two.high, -two.low)
            assert (one.verdict, one.level, one.p_adjusted) == (two.verdict, two.level, two.p_adjusted)
        questions = found[::2]
        shown = [one.verdict == "disparity" for one in questions]
        assert [one.p_adjusted < 0.05 for one in questions] == shown
        assert max(one.level for one in questions) == pytest.approx(1 - 0.05 / 4)
        if sum(shown) == 1:
            rejected += 1
            left = [one.level for one, hit in zip(questions, shown, strict=True) if not hit]
            assert left == pytest.approx([1 - 0.05 / 3] * 3)
    assert rejected > 5


def test_margins_that_differ_by_direction_make_two_questions_of_a_mirror():
    """Where better and worse have margins of their own, each accent is judged against its own side."""
    utterances = under_five_conditions(np.random.default_rng(22), 6, extra=1.0)
    found = found_in(utterances, base="a", margin=(-0.5, 0.0))
    assert {round(one.level, 6) for one in found} <= {round(1 - 0.05 / k, 6) for k in range(1, 9)}
    assert min(one.level for one in found) == pytest.approx(1 - 0.05 / 8)


def test_contrasts_without_an_interval_are_no_hypotheses():
    """An accent of too few speakers takes nothing from the level of all others, as from their p-values."""
    utterances = recorded(np.random.default_rng(23), 4, 6)
    kept = (utterances.codes[:, 0] != 3) | (utterances.speakers < 20)
    part = utterances_of(
        utterances.edits[kept][:, 0, 0], utterances.speakers[kept], utterances.codes[kept],
        attributes=("accent", "noise"), levels=levels(4),
    )  # fmt: skip
    found = found_in(part, margin=(0.0, 0.0))
    assert [one.reason == Why.TOO_FEW_CLUSTERS for one in found] == [False, False, False, True]
    assert found[0].level == pytest.approx(1 - 0.05 / 3)


def test_every_condition_of_a_factor_is_in_one_family():
    """Three devices make two contrasts per accent with the one used most, and Holm counts them all."""
    utterances = recorded(np.random.default_rng(6), 3, 6)
    codes = utterances.codes.copy()
    codes[:, 1] += 1
    codes[::3, 1] = 0
    again = utterances_of(
        utterances.edits[:, 0, 0], utterances.speakers, codes,
        attributes=("accent", "noise"), levels=(levels(3)[0], ("loud", "no", "yes")),
    )  # fmt: skip
    counts = seen(word_counts(again), "asr", "none")
    found = interactions(counts, BY, "noise", system="asr", base="no", margin=(0.0, 0.0))
    assert [(f.condition, f.group) for f in found] == [
        (f"noise={condition}", f"accent=0{g}") for condition in ("loud", "yes") for g in range(3)
    ]
    assert max(f.level for f in found) == pytest.approx(1 - 0.05 / 6)


def test_too_few_speakers_have_a_reason_and_no_interval():
    """Two speakers under a condition are no group estimate; their effect is shown all the same."""
    utterances = recorded(np.random.default_rng(7), 3, 6)
    accent, noise = utterances.codes.T
    kept = (accent != 0) | (noise == 0) | (utterances.speakers < 2)
    part = utterances_of(
        utterances.edits[kept][:, 0, 0], utterances.speakers[kept], utterances.codes[kept],
        attributes=("accent", "noise"), levels=levels(3),
    )  # fmt: skip
    found = found_in(part)
    assert (found[0].low, found[0].verdict, found[0].reason) == (None, "inconclusive", Why.TOO_FEW_CLUSTERS)
    assert found[0].effect is not None
    assert (found[0].method, found[0].level, found[0].p_value) == ("none", None, None)
    assert all(f.low is not None for f in found[1:])


def test_a_group_without_a_condition_is_undefined():
    """An accent that was never recorded with noise has no value, and says that there are no rows."""
    utterances = recorded(np.random.default_rng(8), 3, 6)
    accent, noise = utterances.codes.T
    kept = (accent != 1) | (noise == 0)
    part = utterances_of(
        utterances.edits[kept][:, 0, 0], utterances.speakers[kept], utterances.codes[kept],
        attributes=("accent", "noise"), levels=levels(3),
    )  # fmt: skip
    found = found_in(part)
    assert (found[1].value, found[1].reason, found[1].verdict) == (None, Why.NO_ROWS, "inconclusive")


def test_utterances_stand_alone_where_no_speakers_are_known():
    """Without speakers the interval takes utterances for independent and is named so."""
    found = found_in(recorded(np.random.default_rng(9), 3, 6, known=False))
    assert {f.method for f in found} == {"moderated-t"}
    assert {f.speakers for f in found} == {None}


def test_any_metric_of_words_can_be_asked_for():
    """The rate of deletions has differences of differences too."""
    utterances = recorded(np.random.default_rng(10), 2, 6)
    counts = seen(word_counts(utterances), "asr", "none")
    found = interactions(counts, BY, "noise", system="asr", metric=metric("deletion_rate", kind=counts.kind))
    assert abs(found[0].value) < abs(found_in(utterances)[0].value) + 0.05
    assert found[0].low < found[0].value < found[0].high


def test_wishes_that_make_no_sense_are_refused_at_once():
    """Unknown factors and bases, and a factor that is the group itself, are told in words."""
    counts = seen(word_counts(recorded(np.random.default_rng(11), 2, 3)), "asr", "none")
    with pytest.raises(UsageError, match="'noize'"):
        interactions(counts, BY, "noize", system="asr")
    with pytest.raises(UsageError, match="cannot be both"):
        interactions(counts, BY, "accent", system="asr")
    with pytest.raises(UsageError, match="level of 'noise'"):
        interactions(counts, BY, "noise", system="asr", base="silent")


def test_a_factor_of_one_level_asks_nothing():
    """Where everything was recorded under one condition there is no contrast."""
    utterances = recorded(np.random.default_rng(12), 2, 4)
    codes = utterances.codes.copy()
    codes[:, 1] = 0
    same = utterances_of(
        utterances.edits[:, 0, 0], utterances.speakers, codes,
        attributes=("accent", "noise"), levels=(levels(2)[0], ("no",)),
    )  # fmt: skip
    assert found_in(same) == ()


@pytest.mark.slow
@pytest.mark.parametrize(("speakers", "paired"), [(3, True), (8, True), (20, True), (10, False)])
def test_intervals_cover_and_nobody_is_accused(speakers, paired):
    """Where noise hurts all accents alike, 95 % intervals cover that and families err in 5 % of draws."""
    rng = np.random.default_rng(13)
    covered, accused, draws = [], 0, 25
    for _ in range(draws):
        utterances = recorded(rng, 5, speakers, paired=paired, utterances=20)
        covered += [f.low <= 0 <= f.high for f in found_in(utterances, correction=Correction.NONE)]
        accused += any(f.verdict == "disparity" for f in found_in(utterances, margin=(0.0, 0.0)))
    assert np.mean(covered) >= 0.91
    assert accused <= stats.binom.ppf(0.999, draws, 0.05)
