"""The referee alone: what is asked of the held-out parts, in which order, and what never is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bounty_games import HARMED, LEFT_NO, LOW_YES, SERVED, STREAM, TERMS, WORSE, opened

from bounty.claims.claim import Claim, ClaimKind, Constant
from bounty.game.bounty import Bounty
from bounty.game.referee import Outcome
from fairkit.errors import BountyError, ClaimError


@pytest.fixture
def referee(tmp_path):
    """Return the referee of a new bounty."""
    return Bounty(opened(tmp_path / "b")).referee


def test_a_rejected_claim_is_not_asked_of_part_b(referee):
    """Only what part A accepts is confirmed or not, so B says nothing of the rest."""
    ruling = referee.judge(SERVED)
    assert (ruling.outcome, ruling.confirmation) == (Outcome.REJECTED, None)
    assert (referee.confirmer.spent, referee.checker.spent.submissions) == (0, 1)


def test_a_duplicate_is_asked_of_nobody(referee):
    """It has public evidence, and uses up nothing."""
    referee.judge(HARMED)
    spent, asked = referee.checker.spent, referee.confirmer.spent
    ruling = referee.judge(HARMED)
    assert (ruling.outcome, ruling.checker) == (Outcome.DUPLICATE, None)
    assert (referee.checker.spent, referee.confirmer.spent) == (spent, asked)


def test_a_claim_that_does_not_fit_changes_nothing(referee):
    """The refusal comes before anything is asked."""
    with pytest.raises(ClaimError):
        referee.judge(replace(HARMED, group="nothing == 1"))
    assert (referee.rulings, referee.checker.spent.submissions) == ([], 0)


def test_a_group_too_small_on_a_held_out_part_is_rejected(referee, monkeypatch):
    """How many rows it has there is never said: it is a no like every other."""
    monkeypatch.setattr(referee.held, "group", lambda _claim: type("Few", (), {"size": 29})())
    ruling = referee.judge(HARMED)
    assert (ruling.outcome, ruling.checker) == (Outcome.REJECTED, None)
    assert referee.checker.spent.submissions == 1


def test_a_model_that_fails_on_held_out_rows_is_rejected(referee, monkeypatch):
    """Why it failed would tell of the rows; that it fails on part B is no confirmation."""

    def fail(*_arguments):
        raise ClaimError("row 17 is strange.")

    with monkeypatch.context() as broken:
        broken.setattr(referee.held, "evidence", fail)
        assert referee.judge(HARMED).outcome is Outcome.REJECTED
    with monkeypatch.context() as broken:
        broken.setattr(referee.sealed, "evidence", fail)
        ruling = referee.judge(LEFT_NO)
    assert (ruling.outcome, ruling.confirmation) == (Outcome.UNCONFIRMED, None)
    assert referee.list.nodes == ()


def test_an_unconfirmed_repair_changes_no_version(referee, monkeypatch):
    """The model stays as it is, and the same rows are not asked again."""
    monkeypatch.setattr(referee.confirmer, "confirm", lambda *_evidence, **_margin: False)
    assert referee.judge(LEFT_NO).outcome is Outcome.UNCONFIRMED
    assert {part.versions.count for part in referee.parts} == {1}
    again = replace(LEFT_NO, group="side != 'right'")
    assert referee.judge(again).outcome is Outcome.DUPLICATE


def test_all_parts_and_the_list_have_the_same_versions(referee):
    """After repairs and pointers each part answers what the decision list answers on it."""
    from bounty.decision_list.versions import Versions

    for claim in STREAM:
        referee.judge(claim)
    assert len(referee.list.nodes) == 3
    for part in referee.parts:
        built = Versions.of_list(part.split, part.conditions.main, referee.list)
        assert part.versions.count == built.count == 4
        assert (built.answers(3).codes == part.versions.answers(3).codes).all()


def test_no_accepted_group_stays_worse_off(referee):
    """After the pointer the first group loses no more than right after its repair."""
    referee.judge(LEFT_NO)
    rows = referee.held.group(LEFT_NO)
    best = referee.held.versions.lost_totals(rows).tolist()[-1]
    ruling = referee.judge(LOW_YES)
    lost = referee.held.versions.lost_totals(rows).tolist()
    assert lost[-2] > best
    assert lost[-1] == best
    assert (ruling.tried, [pointer.version for pointer in ruling.pointers]) == ((2, 6), [1])


def test_what_was_tried_is_what_was_counted(referee):
    """The pairs that the rulings name are the repair queries that are spent."""
    tried = sum(sum(referee.judge(claim).tried) for claim in STREAM)
    assert tried == referee.checker.spent.repair_queries == 9


def test_acceptances_end(tmp_path):
    """After the last acceptance new claims are refused, and nothing is counted."""
    referee = Bounty(opened(tmp_path / "b", terms=replace(TERMS, acceptances=1))).referee
    referee.judge(HARMED)
    with pytest.raises(BountyError, match="the bounty is closed"):
        referee.judge(LEFT_NO)
    assert referee.checker.spent.submissions == 1


def test_a_disparity_is_of_the_hosts_model_and_a_repair_of_the_present_one(referee):
    """Repairs do not change what disparities are about."""
    before = referee.judge(Claim(ClaimKind.DISPARITY, "error", "side == 'left'", "rest")).checker
    referee.judge(LEFT_NO)
    assert referee.judge(WORSE).version == 1
    seen = referee.held.evidence(Claim(ClaimKind.DISPARITY, "error", "side == 'left'", "rest"))
    assert seen == before
    repeated = Claim(ClaimKind.REPAIR, "error", "side == 'left' and age >= 30", model=Constant("no"))
    assert referee.judge(repeated).checker.saved == 0
