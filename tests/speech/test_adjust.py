"""Adjusted rate ratios: equal to statsmodels' by hand, right in simulations, refused where undefined."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from confounded_speech import confounded, utterances_of
from hypothesis import given, settings
from hypothesis import strategies as st

from fairkit.errors import UsageError
from fairkit.inference import holm
from fairkit.speech.adjust import METHODS, adjusted_ratios
from fairkit.speech.cluster_robust import cluster_pulls
from fairkit.speech.covariates import LENGTH


@pytest.fixture
def utterances():
    """Two accents of 8 speakers, with three confounders."""
    return confounded(np.random.default_rng(7))


def by_hand(utterances, *, logarithm_of_age=False):
    """Return errors, offset, speakers and a design of a one, the accent, noise, length and age."""
    said = utterances.said()[:, 0, 0]
    age = utterances.covariates["age"]
    noise = np.array(utterances.levels[2])[utterances.group("noise")] == "yes"
    accent = np.array(utterances.levels[0])[utterances.group("accent")] == "B"
    columns = [np.ones(len(said)), accent, noise, np.log(said), np.log(age) if logarithm_of_age else age]
    return utterances.errors()[:, 0, 0], np.log(said), utterances.speakers, np.column_stack(columns) * 1.0


# --- oracles ---


def test_the_ratio_is_that_of_a_regression_by_hand(utterances):
    """On utterances one by one, statsmodels' Poisson GLM has the same coefficient as ours on sums."""
    errors, offset, _, design = by_hand(utterances, logarithm_of_age=True)
    oracle = sm.GLM(errors, design, family=sm.families.Poisson(), offset=offset).fit(tol=1e-12)
    (found,) = adjusted_ratios(utterances, "accent", ["noise", LENGTH, "log(age)"], reference="A")
    assert found.value == pytest.approx(np.exp(oracle.params[1]), rel=1e-8)


def test_gee_has_the_ratio_of_statsmodels(utterances):
    """The exchangeable model has the coefficient of statsmodels' GEE on utterances."""
    errors, offset, speakers, design = by_hand(utterances)
    family, within = sm.families.Poisson(), sm.cov_struct.Exchangeable()
    oracle = sm.GEE(errors, design, speakers, family=family, cov_struct=within, offset=offset).fit()
    (found,) = adjusted_ratios(utterances, "accent", ["noise", LENGTH, "age"], reference="A", method="gee")
    assert found.value == pytest.approx(np.exp(oracle.params[1]), rel=1e-5)
    assert found.method == METHODS["gee"]


def pulls_of(fit, errors, design, speakers, **options):
    """Return how speakers pull on a fit of statsmodels."""
    mean = np.asarray(fit.fittedvalues)
    return cluster_pulls(design, mean, errors - mean, speakers, **options).pull


def test_without_correction_the_covariance_is_statsmodels_sandwich(utterances):
    """With power 0 the pulls make statsmodels' cluster-robust covariance."""
    errors, offset, speakers, design = by_hand(utterances)
    fit = sm.GLM(errors, design, family=sm.families.Poisson(), offset=offset).fit(
        cov_type="cluster", cov_kwds={"groups": speakers, "use_correction": False}
    )
    pull = pulls_of(fit, errors, design, speakers, power=0)
    np.testing.assert_allclose(pull.T @ pull, fit.cov_params(), rtol=1e-6)


@pytest.mark.parametrize("structure", [sm.cov_struct.Independence, sm.cov_struct.Exchangeable])
def test_with_power_one_the_covariance_is_mancl_and_derouens(utterances, structure):
    """With power 1 the pulls make statsmodels' bias-reduced covariance, of either working model."""
    errors, offset, speakers, design = by_hand(utterances)
    within = structure()
    model = sm.GEE(errors, design, speakers, family=sm.families.Poisson(), cov_struct=within, offset=offset)
    fit = model.fit(cov_type="bias_reduced", ctol=1e-10, maxiter=200)
    correlation = float(within.dep_params) if structure is sm.cov_struct.Exchangeable else 0.0
    pull = pulls_of(fit, errors, design, speakers, power=1, correlation=correlation)
    np.testing.assert_allclose(pull.T @ pull, fit.cov_params(), rtol=1e-5)


def test_power_one_half_is_the_root_of_the_leverage_matrix(utterances):
    """The default correction is Kauermann and Carroll's formula with the whole matrix of a speaker."""
    errors, offset, speakers, design = by_hand(utterances)
    fit = sm.GLM(errors, design, family=sm.families.Poisson(), offset=offset).fit()
    mean = fit.fittedvalues
    root = np.sqrt(mean)[:, None] * design
    information = np.linalg.inv(root.T @ root)
    expected = []
    for speaker in range(16):
        z = root[speakers == speaker]
        leverage, axes = np.linalg.eigh(np.eye(len(z)) - z @ information @ z.T)
        pearson = ((errors - mean) / np.sqrt(mean))[speakers == speaker]
        expected.append(information @ z.T @ (axes @ (leverage**-0.5 * (axes.T @ pearson))))
    np.testing.assert_allclose(pulls_of(fit, errors, design, speakers), expected, rtol=1e-6, atol=1e-9)


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_sums_by_speaker_have_the_pulls_of_single_utterances(seed):
    """Adding up the rows of a speaker that have equal covariates changes no pull."""
    rng = np.random.default_rng(seed)
    speaker, level = rng.integers(0, 8, 120), rng.integers(0, 3, 120)
    speaker[:8] = np.arange(8)
    level[8:11] = np.arange(3)
    mean, residual = rng.uniform(1, 5, 120), rng.normal(size=120)
    design = np.column_stack([np.ones(120), level == 1, level == 2]) * 1.0
    cell = np.unique(speaker * 3 + level, return_inverse=True)[1]
    first = np.unique(cell, return_index=True)[1]
    one = cluster_pulls(design, mean, residual, speaker)
    summed = cluster_pulls(
        design[first], np.bincount(cell, mean), np.bincount(cell, residual), speaker[first]
    )
    np.testing.assert_allclose(one.pull, summed.pull, atol=1e-9)
    np.testing.assert_allclose(one.size, summed.size, atol=1e-9)


def test_without_covariates_the_ratio_is_that_of_the_ratios_of_sums(utterances):
    """Crude and adjusted ratio agree, and are errors over words of one group over those of the other."""
    (found,) = adjusted_ratios(utterances, "accent", [], reference="A")
    errors, said, group = utterances.errors().ravel(), utterances.said().ravel(), utterances.group("accent")
    rates = np.bincount(group, errors) / np.bincount(group, said)
    assert found.crude == pytest.approx(rates[1] / rates[0])
    assert found.value == pytest.approx(found.crude)
    assert (found.low, found.high) == (pytest.approx(found.crude_low), pytest.approx(found.crude_high))


def test_one_utterance_a_speaker_is_as_no_speakers(utterances):
    """Where no speakers are named every utterance is its own, and the method says so."""
    alone = replace(utterances, speakers=np.full(len(utterances), -1), speaker_ids=())
    named = replace(
        utterances, speakers=np.arange(len(utterances)), speaker_ids=tuple(map(str, range(len(utterances))))
    )
    (a,), (b,) = (adjusted_ratios(u, "accent", ["noise"], reference="A") for u in (alone, named))
    assert (a.value, a.low, a.speakers) == (b.value, b.low, b.utterances)
    assert "no speakers known" in a.method


# --- several groups ---


def three_accents(seed=3, speakers=6):
    """Draw three accents, C twice as bad, with noise that is the same for all."""
    rng = np.random.default_rng(seed)
    speaker = np.repeat(np.arange(3 * speakers), 10)
    accent = np.array(["A", "B", "C"])[speaker // speakers]
    rate = rng.gamma(10, 0.01, 3 * speakers)[speaker] * np.where(accent == "C", 2, 1)
    said = rng.integers(8, 20, len(speaker))
    return utterances_of(
        rng.poisson(rate * said) + (np.arange(len(speaker)) % 10 == 0),
        said,
        speaker,
        attributes={
            "accent": accent.tolist(),
            "noise": np.where(rng.random(len(speaker)) < 0.4, "yes", "no").tolist(),
        },
    )


def test_p_values_are_adjusted_over_the_groups():
    """Every group but the reference appears once, with Holm's p-values of that family."""
    found = adjusted_ratios(three_accents(), "accent", ["noise"], reference="accent=A")
    assert [one.group for one in found] == ["accent=B", "accent=C"]
    assert {one.reference for one in found} == {"accent=A"}
    assert [one.p_adjusted for one in found] == holm([one.p_value for one in found]).tolist()


def test_against_the_rest_every_group_has_a_model_of_its_own():
    """With the rest as reference, crude ratios are those of a group over all others."""
    utterances = three_accents()
    found = adjusted_ratios(utterances, "accent", ["noise"], reference="rest")
    errors, said, group = utterances.errors().ravel(), utterances.said().ravel(), utterances.group("accent")
    for g, one in enumerate(found):
        own = group == g
        rest = errors[~own].sum() / said[~own].sum()
        assert one.crude == pytest.approx(errors[own].sum() / said[own].sum() / rest)
        assert one.reference == "rest"
        assert one.low < one.value < one.high


def test_the_largest_group_is_the_reference_where_none_is_named():
    """The default reference is the level with the most utterances, never the missing one."""
    accent = ["A"] * 3 + ["B"] * 4 + [None] * 9
    utterances = utterances_of([1] * 16, [9] * 16, np.arange(16), attributes={"accent": accent})
    found = adjusted_ratios(utterances, "accent", [])
    assert [(one.group, one.reference) for one in found] == [
        ("accent=A", "accent=B"),
        ("accent=(missing)", "accent=B"),
    ]


# --- what is left out ---


def test_nothing_is_left_out_silently(utterances):
    """Missing covariates, unknown speakers and empty references are counted, unscored rows are not."""
    age = utterances.covariates["age"].copy()
    age[:4] = np.nan
    speakers = utterances.speakers.copy()
    speakers[4:6] = -1
    edits = utterances.edits.copy()
    edits[6] = [[[0, 0, 0, 3]]]
    scored = np.ones(len(utterances), bool)
    scored[7] = False
    changed = replace(utterances, covariates={"age": age}, speakers=speakers, edits=edits, scored=scored)
    found = {one.group: one for one in adjusted_ratios(changed, "accent", ["age"], reference="B")}
    one = found["accent=A"]
    assert one.left_out == 7
    assert one.utterances == int((utterances.group("accent") == 0).sum()) - 8
    kept = adjusted_ratios(changed, "accent", [], reference="B")[0]
    assert kept.left_out == 3


def test_a_logarithm_of_nothing_is_missing(utterances):
    """Numbers that have no logarithm count as missing, and are counted."""
    duration = utterances.covariates["duration"].copy()
    duration[:5] = [0, -1, np.inf, np.nan, 0]
    changed = replace(utterances, covariates={"duration": duration})
    assert adjusted_ratios(changed, "accent", ["log(duration)"], reference="B")[0].left_out == 5


def test_a_level_without_errors_says_nothing():
    """Utterances of a device on which nobody erred are counted as left out, and change no ratio."""
    base = three_accents()
    silent = np.arange(len(base)) % 10 == 5
    device = np.where(silent, "good", np.where(np.arange(len(base)) % 2, "poor", "bad"))
    edits = base.edits.copy()
    edits[silent] = [[[9, 0, 0, 0]]]
    changed = replace(base, edits=edits, covariates={"device": device.astype(object)})
    found = adjusted_ratios(changed, "accent", ["device"], reference="A")
    without = replace(changed, scored=~silent)
    for one, other in zip(found, adjusted_ratios(without, "accent", ["device"], reference="A"), strict=True):
        assert one.reason is None
        assert (one.value, one.low, one.crude) == (other.value, other.low, other.crude)
        assert one.left_out == 6


# --- no answer, with a reason ---


def reasons(utterances, covariates, **options):
    """Return why there is no ratio, group by group."""
    return [one.reason for one in adjusted_ratios(utterances, "accent", covariates, **options)]


def with_columns(utterances, **columns):
    """Add covariates."""
    return replace(utterances, covariates={**utterances.covariates, **columns})


def test_covariates_that_cannot_serve_are_named(utterances):
    """A constant, a copy and a covariate that is the grouping are each named, and the crude ratio stays."""
    noise = np.array(utterances.levels[2], object)[utterances.group("noise")]
    accent = utterances.group("accent")
    changed = with_columns(
        utterances,
        room=np.full(len(utterances), "studio", object),
        microphone=np.where(noise == "yes", "far", "near").astype(object),
        country=np.where(accent == 0, "here", "there").astype(object),
        months=utterances.covariates["age"] * 12,
    )
    covariates = ["noise", "room", "microphone", "country", "age", "months"]
    (found,) = adjusted_ratios(changed, "accent", covariates, reference="A")
    assert found.reason.split("; ") == [
        "room has one value only, 'studio'",
        "microphone is the same as noise",
        "country is the same as accent",
        "months is the same as age",
    ]
    assert (found.value, found.low, found.p_value, found.p_adjusted) == (None,) * 4
    assert found.crude_low < found.crude < found.crude_high


def test_only_the_group_that_a_covariate_decides_has_no_ratio():
    """A device that one accent alone has, and all of it, takes that accent's ratio and no other."""
    base = three_accents()
    device = np.where(base.group("accent") == 1, "own", np.where(np.arange(len(base)) % 2, "x", "y"))
    found = adjusted_ratios(
        with_columns(base, device=device.astype(object)), "accent", ["device"], reference="A"
    )
    assert found[0].reason == "the effect of accent=B cannot be told from that of device"
    assert found[0].value is None
    assert found[1].reason is None
    other = base.group("accent") != 1
    alone = replace(base, scored=other, covariates={"device": device.astype(object)})
    assert found[1].value == pytest.approx(
        adjusted_ratios(alone, "accent", ["device"], reference="A")[1].value
    )


def test_a_covariate_that_decides_every_group_is_named_with_each():
    """Cities within accents leave no accent's ratio to be told from theirs."""
    base = three_accents()
    city = np.char.add(base.group("accent").astype(str), np.where(np.arange(len(base)) % 2, "n", "s"))
    assert reasons(with_columns(base, city=city.astype(object)), ["city", "noise"], reference="A") == [
        f"the effect of accent={level} cannot be told from that of city" for level in "BC"
    ]


def test_too_few_speakers_and_no_errors_are_reasons():
    """A group of two speakers, one without errors and one without utterances have reasons; others do not."""
    speaker = np.repeat(np.arange(14), 5)
    accent = np.array([*"AAAABBBBCCDDDE"])[speaker]
    errors = np.where(accent == "D", 0, 1 + np.arange(70) % 3)
    base = utterances_of(errors, np.full(70, 9), speaker, attributes={"accent": accent.tolist()})
    base = with_columns(replace(base, scored=accent != "E"), half=np.array(["x", "y"] * 35, object))
    assert reasons(base, ["half"], reference="A") == [
        None,
        "fewer than 3 speakers (2)",
        "no errors",
        "no utterances that can be used",
    ]
    found = adjusted_ratios(base, "accent", ["half"], reference="A")
    assert found[2].crude == 0
    assert found[2].crude_low is None
    assert found[1].crude > 0
    assert found[3].crude is None


@pytest.mark.parametrize("level", ["C", "D"])
def test_a_reference_that_cannot_serve_leaves_no_ratio(level):
    """Too few speakers or no errors in the reference are the reason of every group."""
    speaker = np.repeat(np.arange(9), 5)
    accent = np.array([*"AAAACCDDD"])[speaker]
    errors = np.where(accent == "D", 0, 2)
    base = utterances_of(errors, np.full(45, 9), speaker, attributes={"accent": accent.tolist()})
    why = {"C": "fewer than 3 speakers (2)", "D": "no errors"}[level]
    for one in adjusted_ratios(base, "accent", [], reference=level):
        assert f"reference accent={level} has {why}" in one.reason
        assert one.value is None


def test_more_coefficients_than_speakers_are_refused():
    """A covariate with a level per utterance is a reason, not a perfect fit."""
    base = three_accents(speakers=3)
    many = np.char.add("t", (np.arange(len(base)) % 10).astype(str)).astype(object)
    assert (
        reasons(with_columns(base, topic=many), ["topic"], reference="A")
        == ["12 coefficients need more than 9 speakers"] * 2
    )


def test_a_microphone_of_one_speaker_is_no_obstacle():
    """A level that one speaker alone has is fitted by that speaker and changes no ratio."""
    base = three_accents()
    device = np.where(base.speakers == 0, "own", np.where(np.arange(len(base)) % 2, "x", "y")).astype(object)
    found = adjusted_ratios(with_columns(base, device=device), "accent", ["device"], reference="A")
    without = replace(base, scored=base.speakers != 0, covariates={"device": device})
    expected = adjusted_ratios(without, "accent", ["device"], reference="A")
    for one, other in zip(found, expected, strict=True):
        assert one.value == pytest.approx(other.value, rel=1e-8)
        assert one.low == pytest.approx(other.low, rel=1e-6)


def test_speakers_who_do_not_differ_have_no_interval():
    """Where every speaker has the same rate there is a ratio, and no interval to mislead."""
    accent = ["A"] * 6 + ["B"] * 6
    base = utterances_of([1] * 6 + [2] * 6, [10] * 12, np.arange(12) // 2, attributes={"accent": accent})
    (found,) = adjusted_ratios(base, "accent", [], reference="A")
    assert found.value == pytest.approx(2)
    assert (found.low, found.p_value, found.crude_low) == (None, None, None)


def test_one_speaker_under_two_accents_is_one_speaker(utterances):
    """A speaker who has utterances of both accents counts with both in one pull."""
    speakers = np.where(utterances.speakers == 8, 0, utterances.speakers)
    (found,) = adjusted_ratios(replace(utterances, speakers=speakers), "accent", [], reference="A")
    (apart,) = adjusted_ratios(utterances, "accent", [], reference="A")
    assert found.value == pytest.approx(apart.value)
    assert found.low != pytest.approx(apart.low)


def test_no_utterances_at_all():
    """Without a single usable utterance every group has a reason."""
    base = utterances_of([0, 0], [0, 0], [0, 1], attributes={"accent": ["A", "B"]})
    (found,) = adjusted_ratios(base, "accent", [LENGTH])
    assert found.reason == (
        "no utterances that can be used; reference accent=A has no utterances that can be used"
    )


@pytest.mark.parametrize(
    ("covariates", "options", "words"),
    [
        (["nois"], {}, ["covariate 'nois'", "Did you mean 'noise'?"]),
        (["accent"], {}, ["'accent' is what is compared"]),
        (["noise", "noise"], {}, ["covariate 'noise' is named twice"]),
        (["log(noise)"], {}, ["'noise' is no column of numbers"]),
        (["log(height)"], {}, ["covariate 'height' is not in the data"]),
        (["x", "log(sex)"], {}, ["covariate 'x'", "'sex' is no column of numbers"]),
        ([], {"reference": "Ab"}, ["'Ab' is no level of 'accent'", "'A', 'B'"]),
        ([], {"method": "glmm"}, ["method 'glmm' is not known"]),
        ([], {"confidence": 1.0, "system": 1}, ["confidence is 1", "system 1 is not one of 0 to 0"]),
        ([], {"normalizer": -1}, ["normalizer -1"]),
    ],
)
def test_impossible_wishes_are_refused(utterances, covariates, options, words):
    """Each unknown name or impossible option is told, all at once."""
    with pytest.raises(UsageError) as refused:
        adjusted_ratios(utterances, "accent", covariates, **options)
    assert all(word in str(refused.value) for word in words)


def test_an_unknown_grouping_is_refused(utterances):
    """An attribute that is not there is told with those that are."""
    with pytest.raises(UsageError, match="attribute 'dialect' is not in the data"):
        adjusted_ratios(utterances, "dialect", [])


# --- simulations ---


@pytest.mark.slow
@pytest.mark.parametrize(("speakers", "runs", "fewest", "most"), [(40, 150, 0.9, 0.99), (8, 250, 0.93, 1.0)])
def test_adjusting_finds_the_truth_behind_a_confounder(speakers, runs, fewest, most):
    """The crude ratio is far off a true 1.3, the adjusted one is not, and its interval covers it.

    The bounds allow for three standard errors of the number of runs around .955 and .975, which 400 and 1,000
    runs gave.
    """
    rng = np.random.default_rng(speakers)
    found = [
        adjusted_ratios(
            confounded(rng, speakers=speakers), "accent", ["sex", "noise", LENGTH], reference="A"
        )[0]
        for _ in range(runs)
    ]
    found = [one for one in found if one.value is not None]
    assert len(found) > 0.98 * runs
    crude, adjusted = (
        np.exp(np.mean([np.log(getattr(one, name)) for one in found])) for name in ("crude", "value")
    )
    assert crude > 1.7
    assert adjusted == pytest.approx(1.3, rel=0.08)
    assert fewest <= np.mean([one.low <= 1.3 <= one.high for one in found]) <= most


def test_speakers_who_all_agree_leave_a_ratio_without_an_interval():
    """Where every speaker of a group has the same rate there is a ratio, no interval, and the reason why."""
    speaker = np.arange(240) // 20
    alike = utterances_of(
        np.where(speaker < 6, 1, 2), np.full(240, 10), speaker,
        attributes={"accent": np.where(speaker < 6, "A", "B").tolist(), "noise": ["no", "yes"] * 120},
    )  # fmt: skip
    (found,) = adjusted_ratios(alike, "accent", ["noise"], reference="A")
    assert found.value == pytest.approx(2.0)
    assert (found.low, found.high, found.p_value) == (None, None, None)
    assert "no interval" in found.reason
