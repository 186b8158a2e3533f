"""Evidence about error rates: speakers are the units of every interval and of every verdict."""

import numpy as np
import pytest
from scipy import stats
from spoken_words import edits_at, speaker_rates, spoken, utterances_of

from fairkit.corrections import Correction
from fairkit.counts import FIELDS, Kind
from fairkit.evidence import Options
from fairkit.groups import groupings
from fairkit.inference import expanded_confidence
from fairkit.judging import Found, Rules, judge_evidence
from fairkit.linearised import LinearisedRows
from fairkit.metrics import Part, Why, chosen_metrics
from fairkit.metrics.words import CHARACTERS, WORDS, values_at
from fairkit.shares import REST
from fairkit.speech.counting import seen, word_counts
from fairkit.speech.evidence import SpeakerRows
from fairkit.tables import group_cells, group_table

BY = groupings("accent")[0]
TRUE_RATES = {"word_error_rate": 0.15, "substitution_rate": 0.075, "insertion_rate": 0.03}


def evidence_of(utterances, names=("word_error_rate",), *, made=SpeakerRows, **options):
    """Make evidence of utterances by accent."""
    counts = seen(word_counts(utterances), "asr", "none")
    metrics = chosen_metrics(list(names), kind=counts.kind)
    return made(metrics, group_cells(counts, BY), group_table(counts, BY), Options(**options))


def found_in(utterances, *, margin=0.0, compares=("difference",)):
    """Judge the word error rate by accent."""
    evidence = evidence_of(utterances, replicates=200)
    found = Found()
    given = {"difference": (-margin, margin)}
    rules = Rules(compares, given, 0.95, Correction.HOLM, Options())
    judge_evidence(evidence, evidence.table, "rest", rules=rules, found=found)
    return found


# --- oracles ---


@pytest.mark.parametrize("metric", [*WORDS, *CHARACTERS], ids=lambda m: f"{m.kind}-{m.name}")
def test_values_of_many_sums_are_those_of_each(metric):
    """Vectorised values equal what the metric measures of each table of sums, and NaN where there is none."""
    rng = np.random.default_rng(0)
    edits = rng.integers(0, 5, (40, 6, 4)) * (rng.random((40, 1, 4)) < 0.8)
    sums = np.zeros((40, len(FIELDS[metric.kind])))
    sums[:, 0], sums[:, 1:5] = 6, edits.sum(axis=1)
    said, errors = edits[..., :3].sum(axis=2), edits[..., 1:].sum(axis=2)
    rates = errors / np.maximum(said, 1) * (said > 0)
    sums[:, 15:] = np.stack([(errors > 0).sum(1), (said > 0).sum(1), rates.sum(1), (rates**2).sum(1)], 1)
    sums[0] = 0
    for row, value in zip(sums, values_at(metric, sums), strict=True):
        if metric.why(row) is not None:
            assert np.isnan(value)
        else:
            part = Part(metric.kind, (), np.zeros((1, 0), np.int64), row[None])
            assert value == pytest.approx(metric.measure(part).value, abs=1e-12)


def test_a_speaker_bootstrap_is_that_of_a_plain_loop():
    """Limits are quantiles, at Hesterberg's level, of rates of speakers drawn again and again."""
    rng = np.random.default_rng(1)
    utterances = spoken(rng, 1, 30)
    errors = np.bincount(utterances.speakers, utterances.errors()[:, 0, 0])
    said = np.bincount(utterances.speakers, utterances.said()[:, 0, 0])
    drawn = rng.integers(0, 30, (40_000, 30))
    rates = errors[drawn].sum(axis=1) / said[drawn].sum(axis=1)
    level = float(expanded_confidence(0.9, 29.0, 30))
    assert level > 0.9
    (low, high), method = evidence_of(utterances, replicates=40_000).plain(0.9)
    expected = np.quantile(rates, [(1 - level) / 2, (1 + level) / 2])
    np.testing.assert_allclose([low[0, 0], high[0, 0]], expected, atol=0.001)
    assert method[0, 0] == "speaker-bootstrap"


def test_expanded_percentiles_are_as_wide_as_students_t():
    """On normal clusters the expanded percentile interval reaches as far as Student's t on average."""
    clusters = 25
    level = float(expanded_confidence(0.95, clusters - 1.0, clusters))
    narrow = np.sqrt((clusters - 1) / clusters)
    assert stats.norm.ppf((1 + level) / 2) * narrow == pytest.approx(stats.t.ppf(0.975, clusters - 1))


def test_few_speakers_have_students_interval_on_the_logarithm():
    """Below 20 speakers of equal size, limits are the jackknife's on the log of the rate, with t of C - 1."""
    utterances = spoken(np.random.default_rng(2), 1, 7)
    errors = np.bincount(utterances.speakers, utterances.errors()[:, 0, 0])
    said = np.bincount(utterances.speakers, utterances.said()[:, 0, 0])
    rate = errors.sum() / said.sum()
    without = (errors.sum() - errors) / (said.sum() - said)
    error = np.sqrt(6 / 7 * ((without - rate) ** 2).sum())
    reach = stats.t.ppf(0.975, 6) * error / rate
    (low, high), method = evidence_of(utterances).plain(0.95)
    assert (low[0, 0], high[0, 0]) == pytest.approx((rate * np.exp(-reach), rate * np.exp(reach)))
    assert method[0, 0] == "speaker-log-t"
    shares = evidence_of(utterances, ["sentence_error_rate", "match_error_rate"]).plain(0.95)
    assert set(shares[1].ravel()) == {"speaker-logit-t"}


def of_unlike_length(rng, groups, speakers, *, sigma):
    """Draw speakers who say 20 utterances each, of log-normal lengths; errors may exceed the words."""
    n = groups * speakers
    words = np.maximum(np.rint(10 * np.exp(rng.normal(0, sigma, n))), 1).astype(int).repeat(20)
    speaker = np.arange(n).repeat(20)
    errors = rng.poisson(speaker_rates(rng, n)[speaker] * words)
    return utterances_of(
        np.stack([words, 0 * words, 0 * words, errors], axis=1), speaker, speaker // speakers
    )


def test_speakers_weigh_as_much_as_the_words_they_say():
    """One who says long utterances decides a rate: leaving each out by words, not by utterances, shows it."""
    utterances = of_unlike_length(np.random.default_rng(20), 1, 8, sigma=1.2)
    errors = np.bincount(utterances.speakers, utterances.errors()[:, 0, 0])
    said = np.bincount(utterances.speakers, utterances.said()[:, 0, 0])
    share, rate = said / said.sum(), errors.sum() / said.sum()
    without = (errors.sum() - errors) / (said.sum() - said)
    error = np.sqrt(7 / 8 * ((without - rate) ** 2).sum())
    freedom = 1 / (share**2).sum() - 1
    assert freedom < 5
    (low, high), _ = evidence_of(utterances).plain(0.95)
    limits = rate * np.exp(np.array([-1, 1]) * stats.t.ppf(0.975, freedom) * error / rate)
    assert (low[0, 0], high[0, 0]) == pytest.approx(tuple(limits))


@pytest.mark.parametrize("speakers", [3, 5, 8, 12])
def test_intervals_cover_where_some_speak_in_long_utterances(speakers):
    """With words per utterance that differ tenfold between speakers, 95 % intervals cover 92 % and more."""
    utterances = of_unlike_length(np.random.default_rng(speakers), 400, speakers, sigma=1.2)
    (low, high), _ = evidence_of(utterances).plain(0.95)
    assert ((low <= 0.15) & (high >= 0.15)).mean() >= 0.92


def test_verdicts_have_the_limits_of_the_spine_with_all_their_freedom():
    """Corrected limits are those of clusters in general, a little closer, and named after the speakers."""
    utterances = spoken(np.random.default_rng(3), 3, 9)
    level = np.full((1, 3), 0.99)
    (own, method), (spine, _) = (
        evidence_of(utterances, made=made).against(np.array([REST]), "difference").corrected(level)
        for made in (SpeakerRows, LinearisedRows)
    )
    assert set(method.ravel()) == {"speaker-mover-exact"}
    assert (own.low > spine.low).all()
    assert (own.high < spine.high).all()


# --- what is said where little is known ---


@pytest.mark.parametrize("speakers", [1, 2])
def test_one_or_two_speakers_are_no_group_estimate(speakers):
    """However much they say, they have a value and no interval, with the reason."""
    rng = np.random.default_rng(3)
    speaker = np.r_[np.repeat(np.arange(speakers), 500), np.repeat(np.arange(8) + speakers, 20)]
    accent = (speaker >= speakers).astype(int)
    found = found_in(utterances_of(edits_at(rng, np.full(len(speaker), 0.15)), speaker, accent))
    own = next(e for e in found.estimates if e.group == "accent=000")
    assert own.value is not None
    assert (own.low, own.high, own.method) == (None, None, "none")
    finding = found.findings[0]
    assert (str(finding.verdict), finding.reason) == ("inconclusive", Why.TOO_FEW_CLUSTERS)
    assert finding.clusters_needed is None


def test_errors_too_rare_to_resample_have_other_limits():
    """Few speakers with an error, none with one, and speakers who all agree are not resampled."""
    edits = np.zeros((3, 30, 20, 4), int)
    edits[..., 0] = 10
    edits[0, :3, 0, 1] = 1
    edits[2, :, ::2, 1] = 1
    speaker = np.repeat(np.arange(90), 20)
    accent = np.repeat([0, 1, 2], 600)
    (low, high), method = evidence_of(utterances_of(edits.reshape(-1, 4), speaker, accent)).plain(0.95)
    assert method[0].tolist() == ["speaker-log-t", "speaker-gamma", "speaker-gamma"]
    assert (low[0, 1], high[0, 1] > 0) == (0.0, True)
    assert low[0, 2] < 1 / 21 < high[0, 2]


def test_utterances_are_independent_where_no_speakers_are_known():
    """Without a column of speakers the evidence is that of independent utterances, and says so."""
    rng = np.random.default_rng(4)
    utterances = utterances_of(edits_at(rng, np.full(400, 0.15)), np.full(400, -1), np.arange(400) % 2)
    own, spine = evidence_of(utterances), evidence_of(utterances, made=LinearisedRows)
    np.testing.assert_array_equal(own.plain(0.95)[0], spine.plain(0.95)[0])
    assert set(own.plain(0.95)[1].ravel()) == {"gamma"}
    everyone = np.array([REST])
    for evidence in (own, spine):
        assert evidence.against(everyone, "ratio").corrected(np.full((1, 2), 0.99))[1][0, 0] == "mover-exact"
    np.testing.assert_array_equal(
        *(e.against(everyone, "difference").corrected(np.full((1, 2), 0.99))[0].low for e in (own, spine))
    )


def test_speakers_who_repeat_themselves_do_not_know_more():
    """Saying everything ten times over leaves the interval of a group where it was."""
    utterances = spoken(np.random.default_rng(5), 2, 30)
    again = utterances_of(
        np.tile(utterances.edits[:, 0, 0], (10, 1)), np.tile(utterances.speakers, 10),
        np.tile(utterances.codes[:, 0], 10),
    )  # fmt: skip
    once, tenfold = (evidence_of(each).plain(0.95)[0] for each in (utterances, again))
    np.testing.assert_allclose(once, tenfold, rtol=1e-9)


def test_some_of_the_metrics_have_the_same_intervals():
    """Evidence of a part of the metrics is that part of the evidence."""
    evidence = evidence_of(spoken(np.random.default_rng(6), 3, 25), TRUE_RATES)
    part = evidence.only([2])
    np.testing.assert_array_equal(part.plain(0.95)[0].low[0], evidence.plain(0.95)[0].low[2])
    one, all_ = (e.against(np.array([REST] * len(e.metrics)), "difference") for e in (part, evidence))
    np.testing.assert_array_equal(
        one.corrected(np.full((1, 3), 0.99))[0].low[0], all_.corrected(np.full((3, 3), 0.99))[0].low[2]
    )


def test_speakers_needed_are_those_that_would_decide():
    """An undecided accent needs more speakers than it has, as many times as it needs more rows."""
    rng = np.random.default_rng(7)
    ratio = [1.3, 1.0, 1.0, 1.0]
    found = found_in(spoken(rng, 4, 12, ratio=ratio), margin=0.02)
    finding = found.findings[0]
    assert str(finding.verdict) == "inconclusive"
    assert finding.clusters_needed is not None
    assert finding.n_needed is not None
    assert finding.clusters_needed > 12
    assert finding.n_needed / 480 == pytest.approx(finding.clusters_needed / 12, rel=0.1)


# --- simulations ---


@pytest.mark.slow
@pytest.mark.parametrize("speakers", [3, 5, 8, 20, 40])
def test_intervals_cover_what_they_promise(speakers):
    """With strong speaker effects 91 to 97 % of the 95 % intervals hold the true rate, give or take noise."""
    evidence = evidence_of(spoken(np.random.default_rng(8), 300, speakers), TRUE_RATES, replicates=400)
    (low, high), _ = evidence.plain(0.95)
    true = np.array(list(TRUE_RATES.values()))[:, None]
    covered = ((low <= true) & (true <= high)).mean(axis=1)
    noise = 3 * np.sqrt(0.95 * 0.05 / 300)
    assert (covered >= 0.91 - noise).all()
    assert (covered <= 0.97 + noise).all()


@pytest.mark.slow
@pytest.mark.parametrize(("accents", "speakers", "draws"), [(50, 8, 8), (5, 3, 50), (10, 20, 20)])
def test_equal_accents_are_hardly_ever_accused(accents, speakers, draws):
    """With every difference counting, a family of equal accents shows a disparity in 5 % of draws at most."""
    rng = np.random.default_rng(9)
    accused = sum(
        any(str(f.verdict) == "disparity" for f in found_in(spoken(rng, accents, speakers)).findings)
        for _ in range(draws)
    )
    assert accused <= stats.binom.ppf(0.999, draws, 0.05)


@pytest.mark.slow
def test_a_rate_half_as_high_again_is_found_among_forty_speakers():
    """With 40 speakers in each of five accents, one at 1.5 times the rate is found in most draws."""
    rng = np.random.default_rng(10)
    ratio = [1.5, 1.0, 1.0, 1.0, 1.0]
    found = [found_in(spoken(rng, 5, 40, ratio=ratio)).findings for _ in range(20)]
    assert sum(str(each[0].verdict) == "disparity" for each in found) >= 0.7 * 20


def test_intervals_of_utterances_cover_far_too_little():
    """Taking utterances for independent, 95 % intervals hold the true rate less than 60 % of the time."""
    rng = np.random.default_rng(11)
    rates = speaker_rates(rng, 200 * 8)
    speaker = np.repeat(np.arange(200 * 8), 40)
    edits = edits_at(rng, rates[speaker])
    (low, high), _ = evidence_of(utterances_of(edits, np.full(len(speaker), -1), speaker // 8)).plain(0.95)
    assert ((low[0] <= 0.15) & (high[0] >= 0.15)).mean() < 0.6
    assert utterances_of(edits, speaker, speaker // 8).kind is Kind.WORDS
