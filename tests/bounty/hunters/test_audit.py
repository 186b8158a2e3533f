"""A whole hunt: every form, hopeless data, honest words, the same again with the same seed."""

import json

import numpy as np
import pytest
from hunted_splits import SPACES, YES_NO, columns, lending, losses, planted, splits_without_hope

from bounty.claims.claim import Alternative, Claim, ClaimKind, Constant, Rules
from bounty.claims.proposals import Refusing, fits
from bounty.hunters import Finds, hunt
from bounty.hunters.wording import in_words, rate_in_words
from bounty.rows.answers import Answers, Form, Truth
from bounty.rows.losses import Loss
from bounty.rows.splits import Split
from bounty.rows.subgroups import Subgroup
from fairkit.errors import UsageError
from fairkit.predicates import MAX_CHARACTERS


@pytest.mark.parametrize("form", list(Form))
def test_a_hunt_finds_both_kinds_in_every_form(form):
    """Where a group is worse off and the host has a better model, a disparity and a repair are found."""
    split = planted(form, 7, rows=5_000)
    finds = hunt(split, space=SPACES[form], losses=losses(form), seed=1)
    assert {found.claim.kind for found in finds} == {ClaimKind.DISPARITY, ClaimKind.REPAIR}
    assert {found.claim.loss for found in finds if found.claim.kind is ClaimKind.REPAIR} == {
        losses(form)[0].name.value
    }
    for found in finds:
        fits(found.claim, split, space=SPACES[form], runner=Refusing())
        assert Subgroup.of(found.claim.group, split.columns).text == found.claim.group
        assert len(found.claim.group) <= MAX_CHARACTERS
        assert Claim.from_dict(found.claim.to_dict()) == found.claim
        assert found.mass > 0
        assert 0 <= found.p_value <= 0.05
        assert found.low < found.mass
        json.dumps(found.to_dict(), allow_nan=False)


def test_a_seed_decides_everything():
    """The same seed gives the same finds, words included; another seed searches another half."""
    split = planted(Form.DECISION, 2, rows=2_000)
    runs = [hunt(split, space=YES_NO, losses=losses(Form.DECISION), seed=seed) for seed in (3, 3, 4)]
    said = [[(found.to_dict()) for found in finds] for finds in runs]
    assert said[0] == said[1]
    assert said[0] != said[2]


def test_the_surest_come_first_and_no_more_than_asked():
    """Finds are ordered by their mass less two standard errors, and cut at the number asked."""
    split = lending()
    finds = hunt(split, space=YES_NO, losses=losses(Form.DECISION), seed=1, kinds=["disparity"], most=20)
    lows = [found.low for found in finds]
    assert len(lows) > 3
    assert lows == sorted(lows, reverse=True)
    few = hunt(split, space=YES_NO, losses=losses(Form.DECISION), seed=1, kinds=["disparity"], most=3)
    assert len(few) == 3


def test_kinds_can_be_chosen():
    """Only the kinds asked for are searched for."""
    split = planted(Form.DECISION, 7, rows=3_000)
    for kind in ClaimKind:
        finds = hunt(split, space=YES_NO, losses=losses(Form.DECISION), seed=1, kinds=[kind.value])
        assert {found.claim.kind for found in finds} == {kind}


def test_progress_is_told():
    """What is being done is told in words, and how much is done in percent that rise to 100."""
    told = []
    hunt(
        planted(Form.DECISION, 1, rows=600),
        space=YES_NO,
        losses=losses(Form.DECISION),
        seed=1,
        tell=told.append,
    )
    percents = [each for each in told if isinstance(each, int)]
    assert percents == sorted(percents)
    assert percents[-1] == 100
    assert any("false_negative" in each for each in told if isinstance(each, str))


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("name", splits_without_hope(Form.DECISION))
def test_hopeless_data_give_a_reason(form, name):
    """Too few rows, no columns, nothing but missing values, one class, no error: the finds say why."""
    split = splits_without_hope(form)[name]
    finds = hunt(split, space=SPACES[form], losses=losses(form), seed=1)
    assert isinstance(finds, Finds)
    assert list(finds) == []
    assert finds.notes
    assert all(note.endswith(".") for note in finds.notes)


def test_a_call_that_asks_for_nothing_is_refused():
    """An unknown kind, a missing loss and a number below 1 are told together."""
    with pytest.raises(UsageError) as raised:
        hunt(lending(), space=YES_NO, losses=[], seed=1, kinds=["disparities"], most=0)
    assert len(raised.value.problems) == 3
    assert "Did you mean 'disparity'?" in str(raised.value)


@pytest.mark.slow
def test_a_hunt_in_noise_reports_at_most_once_in_twenty():
    """With every hunter at work on rows that mean nothing, at most 5 % of hunts report anything."""
    reported, hunts = 0, 50
    for seed in range(hunts):
        generator = np.random.default_rng(seed)
        truth = (generator.random(500) < 0.6).astype(np.int64)
        host = (generator.random(500) < 0.97).astype(np.int64) | (1 - truth)
        split = Split("public", columns(generator, 500), Truth(truth), Answers.of(Form.DECISION, host))
        reported += bool(hunt(split, space=YES_NO, losses=losses(Form.DECISION), seed=seed))
    # With a true share of 5 %, more than 7 of 50 have a probability below 1 %.
    assert reported <= 7


def test_words_say_who_and_what():
    """Title, group and evidence are written in words, with the numbers of the evidence."""
    finds = hunt(lending(), space=YES_NO, losses=losses(Form.DECISION), seed=1, kinds=["disparity"])
    found = next(each for each in finds if each.claim.group == "race == 'Black' and sex == 'Female'")
    about = found.claim.about
    assert set(about) == {"title", "harmed", "harm", "evidence"}
    assert about["title"].endswith("where race is Black and sex is Female")
    assert f"({found.evidence.group.lost:,} of {found.evidence.group.units:,})" in about["evidence"]
    assert f"{found.checked} claims were tried" in about["evidence"]


@pytest.mark.parametrize(
    ("predicate", "words"),
    [
        ("a is missing", "a is missing"),
        ("a is not missing or b in (1, 2)", "a is known or b is 1 or 2"),
        ("a not in (1, 2) and b != 'x'", "a is neither 1 nor 2 and b is not x"),
        ("a <= 3 and (b > 1 or c)", "a is at most 3 and (b is above 1 or c is True)"),
    ],
)
def test_predicates_are_said_in_words(predicate, words):
    """Every test of the language has words."""
    assert in_words(predicate) == words


def test_long_predicates_are_kept_as_written():
    """A predicate whose words would be too long is quoted."""
    predicate = " or ".join(f"column{place} == {place}" for place in range(30))
    assert in_words(predicate) == predicate


def test_rates_are_written_in_their_units():
    """Shares are percent, squared errors of a range of 1, log losses natural logarithms."""
    from fractions import Fraction

    half = {
        name: rate_in_words(Loss.named(name, form, largest=40, largest_unit=40), Fraction(rate))
        for name, form, rate in (
            ("error", Form.CLASSES, Fraction(1, 2)),
            ("squared", Form.SCORE, Fraction(250_000)),
            ("log", Form.SCORE, Fraction(500_000)),
            ("ratio", Form.COST, Fraction(1, 2)),
        )
    }
    assert half == {"error": "50.0 %", "squared": "0.2500", "log": "3.4539", "ratio": "0.5"}


def test_models_are_named_in_titles():
    """A repair's title says what would answer instead."""
    from bounty.hunters.wording import about
    from bounty.rows.evidence import RepairEvidence

    error, evidence = Loss.named("error", Form.DECISION), RepairEvidence(100, 20, 9, 5, 6, 2, 8)
    titles = [
        about(
            Claim(ClaimKind.REPAIR, "error", "age < 25", model=model), error, evidence, chance=0.01, checked=1
        )["title"]
        for model in (Constant("yes"), Alternative("large"), Rules((("age < 20", "yes"),), "no"))
    ]
    assert [title.partition(", ")[2] for title in titles] == [
        "answering yes",
        "using large",
        "answering by rules",
    ]
