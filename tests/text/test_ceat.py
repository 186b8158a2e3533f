"""CEAT: the published arithmetic, both variances, heterogeneity, and an interval that N does not shrink."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects

from fairkit.errors import DataError, UsageError
from fairkit.text.intrinsic import WordSets, ceat, contextual_vectors, shipped_sets
from fairkit.text.intrinsic.ceat_effects import ARTEFACT, draw, effect_variances
from fairkit.text.intrinsic.contexts import Pool, find_contexts, read_corpus
from fairkit.text.intrinsic.examples import tiny_corpus, tiny_encoder
from fairkit.text.intrinsic.random_effects import combine

SETS = WordSets.of("t", {"X": ["x1", "x2"], "Y": ["y1", "y2"]}, {"A": ["a1"], "B": ["b1"]})


def pool_of(contexts=6, *, pull=0.5, seed=0, spread=1.0):
    """Draw contextual vectors: X leans to A and Y to B, every context differs."""
    rng = np.random.default_rng(seed)
    centre = {"a": np.eye(8)[0], "b": np.eye(8)[1]}
    vectors = {}
    for word in SETS.words:
        lean = {"x": "a", "y": "b", "a": "a", "b": "b"}[word[0]]
        rows = spread * rng.normal(size=(contexts, 8)) + pull * 4 * centre[lean]
        vectors[word] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return Pool(vectors, dict.fromkeys(SETS.words, contexts), {}, {}, ())


def test_random_effects_by_hand():
    """Three effects with one variance: Q, c, tau squared, the effect and its error, computed on paper."""
    found = combine([0.2, 0.5, 1.1], [0.04, 0.04, 0.04])
    # W = 25; mean .6; Q = 25 (.16 + .01 + .25) = 10.5; c = 75 - 3 * 625 / 75 = 50; tau2 = (10.5 - 2) / 50.
    assert found.q == pytest.approx(10.5)
    assert found.tau2 == pytest.approx(0.17)
    assert found.effect == pytest.approx(0.6)
    assert found.standard_error == pytest.approx(math.sqrt(0.21 / 3))
    assert found.z == pytest.approx(0.6 / math.sqrt(0.07))
    assert found.i2 == pytest.approx(100 * 8.5 / 10.5)
    # Hartung and Knapp: sum w (d - .6)^2 / (2 sum w) with equal weights.
    assert found.hartung_knapp == pytest.approx(math.sqrt((0.16 + 0.01 + 0.25) / 3 / 2))
    half = stats.t.ppf(0.975, 1) * math.sqrt(0.17 + 0.07)
    assert found.prediction == pytest.approx((0.6 - half, 0.6 + half))


def test_random_effects_agree_with_statsmodels():
    """Effects with different variances: as statsmodels' method of DerSimonian and Laird, and of Hartung."""
    rng = np.random.default_rng(4)
    effects, variances = rng.normal(0.3, 0.5, size=40), rng.uniform(0.02, 0.3, size=40)
    found = combine(effects, variances)
    theirs = combine_effects(effects, variances, method_re="dl")
    assert found.effect == pytest.approx(theirs.mean_effect_re, rel=1e-10)
    assert found.standard_error == pytest.approx(theirs.sd_eff_w_re, rel=1e-10)
    assert found.hartung_knapp == pytest.approx(theirs.sd_eff_w_re_hksj, rel=1e-10)
    assert found.tau2 == pytest.approx(theirs.tau2, rel=1e-10)
    assert found.q == pytest.approx(theirs.q, rel=1e-10)


def test_homogeneous_effects_have_no_variance_between_them():
    """Where effects differ less than their variances say, tau squared and I squared are 0, not negative."""
    found = combine([0.5, 0.5, 0.5], [0.1, 0.2, 0.3])
    assert (found.tau2, found.i2, found.effect) == (0.0, 0.0, pytest.approx(0.5))


def by_hand(pool, chosen):
    """Compute d and s of one draw with loops."""
    vector = {word: pool.vectors[word][k] for word, k in chosen.items()}
    s = {
        word: float(vector[word] @ vector["a1"]) - float(vector[word] @ vector["b1"])
        for word in ("x1", "x2", "y1", "y2")
    }
    values = list(s.values())
    spread = np.std(values, ddof=1)
    return (np.mean(values[:2]) - np.mean(values[2:])) / spread, spread**2


def test_every_draw_is_weat_of_one_context_each():
    """With one context a word there is one draw, whose effect and spread are those of the definition."""
    pool = pool_of(1)
    effect, squared = by_hand(pool, dict.fromkeys(SETS.words, 0))
    found = draw(pool, [one.words for one in SETS.sets], draws=3, rng=np.random.default_rng(0))
    np.testing.assert_allclose(found.effects, effect, rtol=1e-10)
    np.testing.assert_allclose(found.spreads, squared, rtol=1e-10)


def test_every_draw_takes_contexts_that_there_are():
    """Each of many draws is the draw of some combination of contexts, and all combinations come up."""
    pool = pool_of(2)
    possible = set()
    for k in range(2**6):
        chosen = {word: (k >> i) & 1 for i, word in enumerate(SETS.words)}
        possible.add(round(float(by_hand(pool, chosen)[0]), 9))
    found = draw(pool, [one.words for one in SETS.sets], draws=1500, rng=np.random.default_rng(0))
    assert {round(float(effect), 9) for effect in found.effects} == possible


def test_the_published_arithmetic():
    """In paper mode V is the squared standard deviation of s, p is one-sided, and sums are as published."""
    pool = pool_of(5, pull=0.2)
    found = ceat(pool, SETS, draws=50, variance="ceat-paper", replicates=100, replicate_draws=10, seed=9)
    drawn = draw(pool, [one.words for one in SETS.sets], draws=50, rng=np.random.default_rng(9))
    e, w = drawn.effects, 1 / drawn.spreads
    q = (w * e**2).sum() - (e * w).sum() ** 2 / w.sum()
    c = w.sum() - (w**2).sum() / w.sum()
    tau2 = max(0.0, (q - 49) / c)
    v = 1 / (drawn.spreads + tau2)
    combined, error = (v * e).sum() / v.sum(), math.sqrt(1 / v.sum())
    assert found.value == pytest.approx(combined, rel=1e-9)
    assert found.details["Q"] == pytest.approx(q, rel=1e-9)
    assert found.details["tau2"] == pytest.approx(tau2, rel=1e-9)
    assert found.details["standard_error"] == pytest.approx(error, rel=1e-9)
    assert found.p == pytest.approx(stats.norm.sf(combined / error), rel=1e-9)
    assert found.p_method.startswith("one-sided normal; ")


def test_cohens_variance_and_a_two_sided_p():
    """By default V is that of Cohen's d, (nX + nY) / (nX nY) + d^2 / (2 (nX + nY)), and p has two sides."""
    assert effect_variances(np.array([1.0]), 2, 3)[0] == pytest.approx(5 / 6 + 1 / 10)
    pool = pool_of(5)
    found = ceat(pool, SETS, draws=50, replicates=100, replicate_draws=10, seed=9)
    drawn = draw(pool, [one.words for one in SETS.sets], draws=50, rng=np.random.default_rng(9))
    expected = combine(drawn.effects, effect_variances(drawn.effects, 2, 2))
    assert found.value == pytest.approx(expected.effect)
    assert found.p == pytest.approx(2 * stats.norm.sf(abs(expected.z)))


def test_p_never_stands_without_what_it_is_worth():
    """Wherever there is a p, the sentence on the number of draws stands with it, in text too."""
    from fairkit.text.intrinsic import associations_of

    for options in ({}, {"variance": "ceat-paper"}, {"hartung_knapp": True}):
        found = ceat(pool_of(), SETS, draws=30, replicates=100, replicate_draws=10, **options)
        assert ARTEFACT in found.p_method
        text = " ".join(associations_of([found]).to_text().split())
        assert "artefact of the number of draws" in text


def test_more_draws_shrink_the_standard_error_and_not_the_interval():
    """From 100 to 2,500 draws z grows five times and more; the interval over contexts stays as wide."""
    pool = pool_of(5, pull=0.15)
    few, many = (ceat(pool, SETS, draws=n, replicates=100, replicate_draws=100) for n in (100, 2500))
    assert many.details["standard_error"] < few.details["standard_error"] / 4
    widths = [one.high - one.low for one in (few, many)]
    assert widths[1] == pytest.approx(widths[0], rel=0.25)
    assert widths[1] > 4 * many.details["standard_error"]


def test_draws_of_the_opposite_sign_are_counted():
    """The share of draws whose effect has the other sign than the combined one, in percent."""
    pool = pool_of(6, pull=0.1)
    found = ceat(pool, SETS, draws=400, replicates=100, replicate_draws=10, seed=2)
    drawn = draw(pool, [one.words for one in SETS.sets], draws=400, rng=np.random.default_rng(2))
    sign = 1 if found.value > 0 else -1
    assert 0 < found.details["opposite_sign"] < 100
    assert found.details["opposite_sign"] == pytest.approx(100 * np.mean(sign * drawn.effects < 0))


def test_the_standard_error_of_hartung_and_knapp():
    """With the option, the error is that of the effects' own spread and t replaces z."""
    pool = pool_of(5, pull=0.2)
    found = ceat(pool, SETS, draws=40, hartung_knapp=True, replicates=100, replicate_draws=10, seed=3)
    drawn = draw(pool, [one.words for one in SETS.sets], draws=40, rng=np.random.default_rng(3))
    expected = combine(drawn.effects, effect_variances(drawn.effects, 2, 2))
    assert found.details["standard_error"] == pytest.approx(expected.hartung_knapp)
    assert found.p == pytest.approx(2 * stats.t(39).sf(abs(expected.effect) / expected.hartung_knapp))
    assert found.settings["standard error"] == "Hartung-Knapp"


def test_one_context_over_and_over_has_no_interval():
    """Where every draw is the same there is no spread to measure by: no interval, and no z of infinity."""
    pool = pool_of(1)
    same = {word: np.repeat(rows, 6, axis=0) for word, rows in pool.vectors.items()}
    found = ceat(
        Pool(same, pool.seen, {}, {}, ()),
        SETS,
        draws=20,
        hartung_knapp=True,
        replicates=100,
        replicate_draws=10,
    )
    assert (found.low, found.high, found.level) == (None, None, None)
    assert found.method == "none: every word stands in the same context over and over"
    assert (found.p, found.details["z"], found.details["standard_error"]) == (None, None, None)


def test_contexts_are_whole_words_in_the_case_that_is_meant():
    """Words are not found within others; lower case is found in any case, a name as it is written."""
    texts = ["He helps. SHE is here; the other is not.", "Mark will mark it."]
    contexts, seen = find_contexts(texts, ["he", "she", "Mark"])
    assert seen == {"he": 1, "she": 1, "Mark": 1}
    for word, found in contexts.items():
        for context in found:
            assert context.text[context.start : context.end].lower() == word.lower()


def test_contexts_of_long_texts_are_windows_around_the_word():
    """A text of a megabyte gives a window of some hundred characters that holds the word."""
    text = "lorem " * 80_000 + "she" + " ipsum" * 80_000
    context = find_contexts([text], ["she"])[0]["she"][0]
    assert len(context.text) <= 603
    assert context.text[context.start : context.end] == "she"


def test_contexts_are_drawn_evenly_from_all():
    """Of a thousand contexts ten are kept, from the whole corpus and not from its beginning."""
    texts = [f"{i} she" for i in range(1000)]
    kept = [
        int(c.text.split()[0])
        for seed in range(20)
        for c in find_contexts(texts, ["she"], most=10, seed=seed)[0]["she"]
    ]
    assert len(kept) == 200
    assert 420 < np.mean(kept) < 580
    assert max(kept) > 900


def test_words_without_contexts_are_lost_with_the_number():
    """A word with fewer contexts than needed is lost; the value is None where too many are."""
    encoder = tiny_encoder(pooling="pieces")
    pool = contextual_vectors(
        encoder, ["he likes the career"] * 9 + ["she likes the home"] * 2, ["he", "she"]
    )
    assert list(pool.vectors) == ["he"]
    assert pool.lost == {"she": "in 2 contexts of the texts, and 5 are needed"}
    sets = WordSets.of("t", {"m": ["he", "man"], "f": ["she", "woman"]}, {"a": ["career"], "b": ["home"]})
    found = ceat(pool, sets, draws=10, replicates=100, replicate_draws=10)
    assert found.value is None
    assert "words are left" in found.why
    assert len(found.lost) == 5


def test_the_planted_association_is_found_in_contexts():
    """The tiny model, on a corpus it has not read: above 0, with hardly a draw of the opposite sign."""
    sets = shipped_sets()["gender-career"]
    pool = contextual_vectors(tiny_encoder(pooling="pieces"), tiny_corpus(500, seed=8), sets.words, most=40)
    found = ceat(pool, sets, draws=200, replicates=100, replicate_draws=50)
    assert found.low > 0
    assert found.details["opposite_sign"] < 5
    assert {one.what for one in found.lost} == {"him", "her"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"draws": 3}, "draws 3 is less than 10"),
        ({"variance": "cohens"}, "Did you mean 'cohen'"),
        ({"replicates": 5}, "replicates 5"),
        ({"confidence": 0.0}, "confidence"),
    ],
)
def test_numbers_that_mean_nothing_are_refused(options, said):
    """The message says what is wrong, before anything is drawn."""
    with pytest.raises(UsageError, match=said):
        ceat(pool_of(), SETS, **options)


def test_a_corpus_that_cannot_be_read_is_refused(tmp_path):
    """A missing file, and one that is no text."""
    with pytest.raises(DataError, match="there is no corpus"):
        next(read_corpus(str(tmp_path / "none.txt")))
    (tmp_path / "bytes.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="UTF-8"):
        list(read_corpus(str(tmp_path / "bytes.txt")))


def test_an_encoder_that_pools_sentences_is_refused():
    """Contextual vectors are those of the word's own pieces."""
    with pytest.raises(UsageError, match="pooling 'pieces'"):
        contextual_vectors(tiny_encoder(pooling="mean"), ["he"], ["he"])
