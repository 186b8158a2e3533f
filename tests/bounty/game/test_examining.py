"""What public rows say about a claim, and everything that keeps one from being judged."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from bounty_games import CONFIRMED, HARMED, LEFT_NO, opened

from bounty.claims.claim import Alternative, Claim, ClaimKind, Constant, Rules
from bounty.game.bounty import Bounty
from fairkit.errors import ClaimError


@pytest.fixture(scope="module")
def bounties(tmp_path_factory):
    """Return an open bounty of each kind."""
    root = tmp_path_factory.mktemp("b")
    return {kind: Bounty(opened(root / kind, kind)) for kind in CONFIRMED}


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (replace(HARMED, loss="eror"), "none of this bounty's.*Did you mean 'error'"),
        (replace(HARMED, loss="squared"), "none of this bounty's"),
        (replace(HARMED, group="sied == 'left'"), "Did you mean 'side'"),
        (replace(HARMED, group="secret == 1"), "secret"),
        (replace(HARMED, group="label == 'yes'"), "label"),
        (replace(HARMED, group="age == 'x'"), "age"),
        (replace(HARMED, group="age > 99"), "has 0 public rows; this bounty judges groups of 30 or more"),
        (replace(HARMED, group="age >= 20", compare="rest"), "the reference has 0 public rows"),
        (replace(HARMED, compare="age > 99"), "the reference has 0 public rows"),
        (replace(HARMED, compare="secret == 1"), "secret"),
        (replace(HARMED, model=Constant("no")), "a disparity has no model"),
        (replace(LEFT_NO, model=None), "a repair needs a model"),
        (replace(LEFT_NO, model=Constant("maybe")), "maybe"),
        (replace(LEFT_NO, model=Rules((("sied == 'x'", "yes"),))), "Did you mean 'side'"),
        (replace(LEFT_NO, model=Alternative("bgi")), "Did you mean 'big'"),
        (replace(LEFT_NO, loss="false_negative"), "main loss, 'error'"),
    ],
)
def test_what_does_not_fit_is_said(claim, words, bounties):
    """Losses, columns, values, groups, references, models: each has its sentence."""
    with pytest.raises(ClaimError, match=words):
        bounties["decisions"].examine(claim)


def test_all_problems_are_said_at_once(bounties):
    """A claim with several faults gets one refusal with all of them."""
    wrong = Claim(ClaimKind.REPAIR, "log", "age > 99", model=Constant("maybe"))
    with pytest.raises(ClaimError) as caught:
        bounties["decisions"].examine(wrong)
    assert len(caught.value.problems) == 4


@pytest.mark.parametrize("kind", CONFIRMED)
def test_the_mass_is_the_excess_as_a_share_of_all_rows(kind, bounties):
    """For every kind of answer the mass is that of plain arithmetic on the public rows."""
    bounty = bounties[kind]
    part, claim = bounty.referee.public, CONFIRMED[kind][0]
    loss = bounty.conditions.loss(claim.loss)
    lost, units = loss.lost(part.split.host, part.split.truth).array(), loss.units(part.split.truth).array()
    mask = part.group(claim).mask
    other = ~mask if claim.compare == "rest" else mask | ~mask
    rate = Fraction(int(lost[other].sum()), int(units[other].sum()))
    margin = Fraction(claim.margin) * loss.scale
    mass = (int(lost[mask].sum()) - (rate + margin) * int(units[mask].sum())) / (len(mask) * loss.largest)
    seen = bounty.examine(claim)
    assert seen.mass == mass
    assert seen.other_rate == rate / loss.scale


def test_a_margin_is_in_the_units_of_its_loss(bounties):
    """A margin of 0.05 is 0.05 errors a word, and 0.05 of the largest squared error."""
    assert bounties["costs"].examine(CONFIRMED["costs"][0]).margin == Fraction(1, 10)
    squared = bounties["scores"].examine(CONFIRMED["scores"][0])
    assert (squared.margin, squared.scale) == (50_000, 1_000_000)


def test_a_group_without_units_has_no_mass(bounties):
    """Where no row of the group counts for the loss, the mass is undefined and says why."""
    groups = (f"half == 'high' and side == 'left' and age in ({age}, {age + 1})" for age in range(20, 59))
    claims = (Claim(ClaimKind.DISPARITY, "false_negative", group) for group in groups)
    seen = next(s for s in map(bounties["decisions"].examine, claims) if not s.evidence.group.units)
    assert (seen.mass, seen.group_rate) == (None, None)
    assert seen.undefined == "the group has no units"
