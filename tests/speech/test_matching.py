"""Matching: nearest partners as by brute force, confounders removed in simulations, refusals in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from confounded_speech import confounded, utterances_of
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from fairkit.errors import UsageError
from fairkit.inference import holm
from fairkit.speech.covariates import LENGTH, Covariate, named_covariates
from fairkit.speech.matching import matched, matches
from fairkit.speech.nearest import nearest_pairs
from fairkit.speech.pairing import _propensity, pair_up


@pytest.fixture
def utterances():
    """Two accents of 12 speakers, with three confounders."""
    return confounded(np.random.default_rng(5), speakers=12)


def both_sides(utterances):
    """Return the utterances of B and of A."""
    return np.flatnonzero(utterances.group("accent") == 1), np.flatnonzero(utterances.group("accent") == 0)


# --- nearest partners ---


@given(
    st.lists(st.integers(0, 30), max_size=25),
    st.lists(st.integers(0, 30), max_size=25),
    st.integers(0, 10),
)
@settings(max_examples=80, deadline=None)
def test_partners_are_as_near_as_by_brute_force(wanted, partners, caliper):
    """Each in turn takes a free partner at the smallest distance, or none where that exceeds the caliper."""
    wanted, partners = np.array(wanted, float), np.array(partners, float)
    found = nearest_pairs(wanted, partners, caliper, rng=np.random.default_rng(0))
    free = np.ones(len(partners), bool)
    for value, place in zip(wanted, found, strict=True):
        distance = np.where(free, np.abs(partners - value), np.inf).min(initial=np.inf)
        if distance > caliper:
            assert place == -1
        else:
            assert free[place]
            assert abs(partners[place] - value) == distance
            free[place] = False


def test_ties_are_drawn():
    """Among equal partners the seed decides, so none is preferred for its place in the file."""
    rng = np.random.default_rng(0)
    taken = {int(nearest_pairs(np.zeros(1), np.zeros(50), 0.0, rng=rng)[0]) for _ in range(40)}
    assert len(taken) > 15


# --- propensity and balance ---


def test_the_propensity_is_that_of_a_logistic_regression(utterances):
    """The ridge is too small to be seen beside statsmodels' logistic regression without one."""
    import statsmodels.api as sm

    rows, others = both_sides(utterances)
    both = np.concatenate([rows, others])
    covariates = named_covariates(utterances, ["sex", "noise", "age"], attribute="accent")
    inside = np.arange(len(both)) < len(rows)
    design = sm.add_constant(np.hstack([one.columns(both) for one in covariates]))
    oracle = sm.GLM(inside * 1.0, design, family=sm.families.Binomial()).fit(tol=1e-12).fittedvalues
    np.testing.assert_allclose(_propensity(both, inside, covariates), oracle, atol=1e-5)


def test_pairs_lie_within_the_caliper(utterances):
    """No pair is further apart than the caliper, in standard deviations of the propensity over both sides."""
    rows, others = both_sides(utterances)
    both = np.concatenate([rows, others])
    covariates = named_covariates(utterances, ["sex", "noise", "duration"], attribute="accent")
    propensity = np.full(len(utterances), np.nan)
    propensity[both] = _propensity(both, np.arange(len(both)) < len(rows), covariates)
    pairing = pair_up(rows, others, covariates, caliper=0.02)
    apart = np.abs(propensity[pairing.rows] - propensity[pairing.partners])
    assert len(apart) > 50
    assert apart.max() <= 0.02 * propensity[both].std()
    assert len(set(pairing.rows)) == len(set(pairing.partners)) == len(apart)


@pytest.mark.parametrize("order", ["random", "descending"])
def test_the_balance_is_the_standardised_difference_of_means(utterances, order):
    """Before and after matching, differences of means over the spread before, for numbers and every level."""
    rows, others = both_sides(utterances)
    covariates = named_covariates(utterances, ["age", "noise"], attribute="accent")
    pairing = pair_up(rows, others, covariates, order=order)
    age = utterances.covariates["age"]
    spread = np.sqrt((age[rows].var() + age[others].var()) / 2)
    number, no, yes = pairing.balance
    assert number.before == pytest.approx((age[rows].mean() - age[others].mean()) / spread)
    assert number.after == pytest.approx((age[pairing.rows].mean() - age[pairing.partners].mean()) / spread)
    assert (no.covariate, no.level, yes.level) == ("noise", "no", "yes")
    assert yes.before == pytest.approx(-no.before)
    assert abs(yes.after) < abs(yes.before)
    assert pairing.largest_imbalance == max(abs(number.after), abs(yes.after))


def test_exact_covariates_are_equal_in_every_pair(utterances):
    """Partners have the same sex and noise where that is asked, whatever their propensity."""
    rows, others = both_sides(utterances)
    exact = named_covariates(utterances, ["sex", "noise"], attribute="accent")
    pairing = pair_up(
        rows, others, named_covariates(utterances, ["duration"], attribute="accent"), exact=exact
    )
    for one in exact:
        assert (one.codes[pairing.rows] == one.codes[pairing.partners]).all()
    assert len(pairing.rows) > 50


def test_sides_that_a_covariate_separates_have_no_pairs():
    """Where ages do not overlap nobody has a partner, and nothing diverges."""
    age = np.concatenate([np.arange(20, 40), np.arange(60, 80)]) * 1.0
    base = utterances_of(
        [1, 2] * 20,
        [9] * 40,
        np.arange(40) // 2,
        attributes={"accent": ["A"] * 20 + ["B"] * 20},
        covariates={"age": age},
    )
    found = matched(base, "accent", "B", "A", ["age"])
    assert found.reason == "no utterance of accent=B has a partner within the caliper"
    assert (found.pairs, found.unmatched, found.value, found.largest_imbalance) == (0, 20, None, None)
    assert found.crude == pytest.approx(0)


# --- the difference ---


def test_the_difference_is_that_of_the_ratios_of_sums_of_the_pairs(utterances):
    """Rates, difference and Welch's interval over speakers follow from the pairs by hand."""
    rows, others = both_sides(utterances)
    covariates = named_covariates(utterances, ["sex", "noise"], attribute="accent")
    pairing = pair_up(rows, others, covariates, seed=4)
    errors, said = utterances.errors().ravel(), utterances.said().ravel()
    rates, variances, degrees = [], [], []
    for side in (pairing.rows, pairing.partners):
        words = said[side].sum()
        rate = errors[side].sum() / words
        share = np.array([said[side][utterances.speakers[side] == s].sum() / words for s in range(24)])
        pull = [
            (errors[side] - rate * said[side])[utterances.speakers[side] == s].sum() / words
            for s in range(24)
        ]
        rates.append(rate)
        variances.append(float((np.array(pull) ** 2 / (1 - share)).sum()))
        degrees.append(1 / (share**2).sum() - 1)
    variance = sum(variances)
    freedom = variance**2 / sum(v**2 / d for v, d in zip(variances, degrees, strict=True))
    found = matched(utterances, "accent", "B", "A", ["sex", "noise"], seed=4)
    assert (found.rate, found.reference_rate) == (pytest.approx(rates[0]), pytest.approx(rates[1]))
    assert found.value == pytest.approx(rates[0] - rates[1])
    assert found.high - found.value == pytest.approx(stats.t.ppf(0.975, freedom) * np.sqrt(variance))
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(found.value) / np.sqrt(variance), freedom))
    assert found.pairs + found.unmatched == len(rows)


def test_the_same_seed_gives_the_same_pairs(utterances):
    """A result can be had again, and another seed draws other pairs."""
    first, again, other = (
        matched(utterances, "accent", "B", "A", ["noise"], seed=seed) for seed in (1, 1, 2)
    )
    assert first == again
    assert first.value != other.value


def test_utterances_that_lack_something_are_unmatched(utterances):
    """Missing covariates, unknown speakers and empty references count as unmatched, and are in no pair."""
    rows, _ = both_sides(utterances)
    age = utterances.covariates["age"].copy()
    age[rows[:5]] = np.nan
    speakers = utterances.speakers.copy()
    speakers[rows[5:8]] = -1
    changed = replace(utterances, covariates={"age": age}, speakers=speakers)
    found = matched(changed, "accent", "B", "A", ["age"])
    assert found.pairs + found.unmatched == len(rows)
    assert found.unmatched >= 8


def test_all_groups_are_matched_with_holms_p_values():
    """Every level but the reference and the missing one appears, and the family is corrected."""
    rng = np.random.default_rng(2)
    speaker = np.repeat(np.arange(20), 12)
    accent = np.array(["A", "B", "C", None, "A"], object)[speaker % 5]
    base = utterances_of(
        rng.poisson(np.where(accent == "B", 3, 1)),
        np.full(240, 12),
        speaker,
        attributes={"accent": accent.tolist(), "sex": rng.choice(["F", "M"], 240).tolist()},
    )
    found = matches(base, "accent", ["sex"])
    assert [(one.group, one.reference) for one in found] == [
        ("accent=B", "accent=A"),
        ("accent=C", "accent=A"),
    ]
    assert [one.p_adjusted for one in found] == holm([one.p_value for one in found]).tolist()
    rest = matches(base, "accent", ["sex"], reference="rest")
    assert [(one.group, one.reference) for one in rest] == [(f"accent={x}", "rest") for x in "ABC"]


def test_a_group_of_two_speakers_is_no_group():
    """Fewer than three speakers on a side, before or after matching, are a reason."""
    speaker = np.repeat(np.arange(8), 6)
    accent = np.array([*"AABBBBBB"])[speaker]
    base = utterances_of(
        1 + np.arange(48) % 2,
        np.full(48, 9),
        speaker,
        attributes={"accent": accent.tolist()},
        covariates={"age": np.array([20.0, 30, 20, 30, 60, 60, 61, 62])[speaker]},
    )
    assert matched(base, "accent", "A", "B", ["age"]).reason == "accent=A has fewer than 3 speakers (2)"
    changed = replace(base, codes=(speaker >= 3)[:, None].astype(np.int64))
    found = matched(changed, "accent", "A", "B", ["age"], caliper=0.001)
    assert "after matching" in found.reason
    assert found.value is None


def test_covariates_that_cannot_serve_are_named(utterances):
    """A constant covariate and one that is the grouping are told instead of matched on."""
    country = np.where(utterances.group("accent") == 0, "here", "there").astype(object)
    changed = replace(
        utterances, covariates={"country": country, "room": np.full(len(utterances), "x", object)}
    )
    found = matched(changed, "accent", "B", "A", ["country", "room"])
    assert found.reason == "country is the same as accent; room has one value only, 'x'"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"covariates": []}, ["at least one covariate"]),
        ({"caliper": -1.0}, ["caliper is -1"]),
        ({"caliper": float("nan"), "order": "largest"}, ["caliper is nan", "order 'largest'"]),
        ({"group": "A"}, ["both 'A'"]),
        ({"group": "rest"}, ["both 'rest'"]),
        ({"covariates": ["nise"]}, ["Did you mean 'noise'?"]),
        ({"exact": ["accent"]}, ["'accent' is what is compared"]),
    ],
)
def test_impossible_wishes_are_refused(utterances, options, words):
    """Each impossible option is told in words, all at once."""
    wish = {"group": "B", "reference": "A", "covariates": ["noise"], **options}
    with pytest.raises(UsageError) as refused:
        matched(utterances, "accent", **wish)
    assert all(word in str(refused.value) for word in words)


def test_equal_combinations_have_equal_propensities():
    """Utterances alike in all covariates have the same propensity to the last bit."""
    rng = np.random.default_rng(0)
    one, two = (Covariate(name, rng.integers(0, 4, 500), tuple("abcd")) for name in ("x", "y"))
    propensity = _propensity(np.arange(500), rng.random(500) < 0.4, [one, two])
    assert len(np.unique(propensity)) <= 16


# --- simulations ---


@pytest.mark.slow
@pytest.mark.parametrize(("speakers", "runs"), [(40, 120), (8, 200)])
def test_matching_removes_a_confounder(speakers, runs):
    """Where accents do not differ the crude difference does, and the matched one does not.

    The bounds allow for three standard errors of the number of runs; 300 runs gave .935 to .98.
    """
    rng = np.random.default_rng(speakers)
    found = [
        matched(confounded(rng, speakers=speakers, ratio=1.0), "accent", "B", "A", ["sex", "noise", LENGTH])
        for _ in range(runs)
    ]
    found = [one for one in found if one.value is not None]
    assert len(found) > 0.85 * runs
    assert np.mean([one.crude for one in found]) > 0.05
    assert abs(np.mean([one.value for one in found])) < 0.012
    assert np.mean([one.low <= 0 <= one.high for one in found]) >= 0.88


def test_speakers_who_all_agree_leave_a_difference_without_an_interval():
    """Where every speaker of a side has the same rate there is a difference, no interval, and the reason."""
    speaker = np.arange(240) // 20
    alike = utterances_of(
        np.where(speaker < 6, 1, 2), np.full(240, 10), speaker,
        attributes={"accent": np.where(speaker < 6, "A", "B").tolist(), "noise": ["no", "yes"] * 120},
    )  # fmt: skip
    found = matched(alike, "accent", "B", "A", ["noise"])
    assert found.value == pytest.approx(0.1)
    assert (found.low, found.high, found.p_value) == (None, None, None)
    assert "no interval" in found.reason
