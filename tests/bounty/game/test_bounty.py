"""An open bounty: which claims come in, what is written of them, and who may be whom."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bounty_games import (
    CONFIRMED,
    HARMED,
    HARMED_LOW,
    KINDS,
    LEFT_NO,
    LOW_YES,
    SERVED,
    TERMS,
    WORSE,
    opened,
    played,
    said,
)

from bounty.claims.claim import Constant
from bounty.game.bounty import MOST_COMMITMENTS, Bounty, check_team
from bounty.ledger.entries import Kind
from bounty.ledger.sealing import seal_claim
from bounty.ledger.verifying import verify
from fairkit.errors import BountyError, ClaimError, LedgerError

# --- judging ---


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_bounty_confirms_what_is_there(kind, tmp_path):
    """Decisions, costs, scores and classes all have their disparity and their repair confirmed."""
    bounty = Bounty(opened(tmp_path / "b", kind))
    for claim in CONFIRMED[kind]:
        assert bounty.submit(claim, team="owls").ruling.outcome == "confirmed"
    assert said(Bounty(tmp_path / "b")) == said(bounty)


def test_outcomes_are_written_one_after_the_other(tmp_path):
    """Accepted claims are confirmed in the next row, and pointers follow the repair that made them needed."""
    bounty = played(tmp_path / "b", LEFT_NO, LOW_YES, SERVED)
    assert [entry.kind.value for entry in bounty.ledger.entries()] == [
        *("manifest", "submission", "decision", "confirmation", "repair"),
        *("submission", "decision", "confirmation", "repair", "repair"),
        *("submission", "decision"),
    ]
    pointer = bounty.ledger.entries(Kind.REPAIR)[1].body
    assert (pointer["accepted"], pointer["confirmed"], pointer["group"], pointer["version"]) == (
        True,
        True,
        LEFT_NO.hash,
        1,
    )


def test_only_confirmed_claims_are_shown(tmp_path):
    """A claim that was rejected stands in the ledger by its hash alone."""
    bounty = played(tmp_path / "b", SERVED, HARMED)
    text = bounty.folder.ledger.read_text()
    assert HARMED.group in text
    assert SERVED.group not in text


def test_the_same_claim_of_the_same_team_gets_the_same_answer(tmp_path):
    """To send a claim again, after a broken connection for instance, writes nothing and costs nothing."""
    bounty = played(tmp_path / "b", HARMED, SERVED)
    rows, spent = len(bounty.ledger), bounty.referee.checker.spent
    for before in bounty.judged[:]:
        again = bounty.submit(before.ruling.claim, team="owls")
        assert again is before
        assert bounty.receipt(again).seq == before.decided.seq
    assert (len(bounty.ledger), bounty.referee.checker.spent) == (rows, spent)


@pytest.mark.parametrize("claim", [HARMED, SERVED])
def test_the_same_claim_of_another_team_is_a_duplicate(claim, tmp_path):
    """Whether it was accepted or not, a claim is asked once, whoever asks."""
    bounty = played(tmp_path / "b", claim)
    spent = bounty.referee.checker.spent
    other = bounty.submit(claim, team="cats")
    assert (other.ruling.outcome, other.ruling.repeats) == ("duplicate", claim.hash)
    assert bounty.referee.checker.spent == spent


def test_nearly_the_same_rows_are_a_duplicate(tmp_path):
    """Another text for the rows of an accepted group repeats it, for repairs only with the same answers."""
    bounty = played(tmp_path / "b", HARMED, LEFT_NO)
    same = replace(HARMED, group="side != 'right'")
    assert bounty.submit(same, team="cats").ruling.repeats == HARMED.hash
    other = replace(LEFT_NO, group="side != 'right'", model=Constant("yes"))
    assert bounty.submit(other, team="cats").ruling.outcome == "rejected"


def test_a_repair_is_judged_again_once_the_model_moved_on(tmp_path):
    """What was no better than one version may be better than the next, and is then asked once more."""
    bounty = played(tmp_path / "b", WORSE, LEFT_NO)
    first = bounty.judged[0]
    again = bounty.submit(WORSE, team="owls")
    assert (again.ruling.outcome, again.ruling.version) == ("rejected", 1)
    assert again.submission.seq > first.submission.seq
    assert bounty.submit(WORSE, team="owls") is again
    assert bounty.submit(WORSE, team="cats").ruling.outcome == "duplicate"


def test_an_accepted_repair_has_its_answer_for_good(tmp_path):
    """To send a confirmed repair again is no duplicate, although the model has changed: by itself."""
    bounty = played(tmp_path / "b", LEFT_NO, LOW_YES)
    for judged in bounty.judged[:]:
        assert bounty.submit(judged.ruling.claim, team="owls") is judged
    assert bounty.submit(LEFT_NO, team="cats").ruling.outcome == "duplicate"


def test_a_budget_ends_in_the_middle(tmp_path):
    """When submissions are used up a claim is refused and not written; duplicates are told as before."""
    terms = replace(TERMS, submissions=2, acceptances=2)
    bounty = played(tmp_path / "b", HARMED, SERVED, terms=terms)
    rows = len(bounty.ledger)
    with pytest.raises(BountyError, match="all 2 submissions are judged"):
        bounty.submit(HARMED_LOW, team="owls")
    assert len(bounty.ledger) == rows
    assert bounty.submit(HARMED, team="cats").ruling.outcome == "duplicate"
    assert said(Bounty(tmp_path / "b")) == said(bounty)


def test_a_claim_that_does_not_fit_costs_nothing(tmp_path):
    """Hidden columns, the label and small groups are refused before anything is asked or written."""
    bounty = Bounty(opened(tmp_path / "b"))
    for group in ("secret == 1", "label == 'yes'", "said == 'yes'", "age == 20 and age == 21"):
        with pytest.raises(ClaimError):
            bounty.submit(replace(HARMED, group=group), team="owls")
    assert len(bounty.ledger) == 1
    assert bounty.budget.answers == 0


# --- teams ---


@pytest.mark.parametrize(
    "team",
    ["", " ", "owls ", " owls", "ow\x1b[2Jls", "ow\u202els", "a\nb", "\u200bowls", "e\u0301", "x" * 61],
)
def test_a_team_has_a_name_that_can_be_seen(team, tmp_path):
    """Control characters, spaces around and other spellings of the same letters are refused, and shown."""
    bounty = Bounty(opened(tmp_path / "b"))
    for call in (lambda: bounty.submit(HARMED, team=team), lambda: bounty.commit("00" * 32, team=team)):
        with pytest.raises(BountyError, match="printable characters") as caught:
            call()
        assert str(caught.value).isascii()
        assert str(caught.value).isprintable()
    assert len(bounty.ledger) == 1


@pytest.mark.parametrize("team", ["owls", "Équipe n° 7", "フクロウ", "x" * 60, "-", "a b"])
def test_names_of_any_script_are_names(team):
    """A name may be of any script, and have spaces within."""
    check_team(team)


# --- commitments ---


def test_a_commitment_opens_with_its_nonce(tmp_path):
    """The submission names the commitment's row, and verification finds that the nonce opens it."""
    bounty = Bounty(opened(tmp_path / "b"))
    row = bounty.commit(seal_claim(HARMED.hash, b"n" * 32, team="owls"), team="owls")
    judged = bounty.submit(HARMED, team="owls", nonce=b"n" * 32)
    assert judged.committed == row
    assert judged.submission.body["commitment"] == row.seq
    assert verify(bounty.folder.ledger).ok
    assert bounty.submit(HARMED, team="owls", nonce=b"n" * 32) is judged
    assert Bounty(tmp_path / "b").judged[0].committed == row


@pytest.mark.parametrize(
    ("team", "nonce", "claim"),
    [("owls", b"m" * 32, HARMED), ("cats", b"n" * 32, HARMED), ("owls", b"n" * 32, SERVED)],
)
def test_a_commitment_opens_with_nothing_else(team, nonce, claim, tmp_path):
    """A wrong nonce, another team and another claim do not open it, and cost nothing."""
    bounty = Bounty(opened(tmp_path / "b"))
    bounty.commit(seal_claim(HARMED.hash, b"n" * 32, team="owls"), team="owls")
    with pytest.raises(BountyError, match="no open commitment"):
        bounty.submit(claim, team=team, nonce=nonce)
    assert len(bounty.ledger) == 2
    assert bounty.budget.answers == 0


@pytest.mark.parametrize("seal", ["", "00", "0F" * 32, "\x1b[2J", "g" * 64])
def test_a_commitment_is_a_hash(seal, tmp_path):
    """What is none is refused before it stands in the ledger for ever."""
    bounty = Bounty(opened(tmp_path / "b"))
    with pytest.raises(LedgerError, match="is no hash"):
        bounty.commit(seal, team="owls")
    assert len(bounty.ledger) == 1


def test_nobody_commits_to_every_guess(tmp_path):
    """A team has so many commitments open and no more, or it would be first with all that others find."""
    bounty = Bounty(opened(tmp_path / "b"))
    for number in range(MOST_COMMITMENTS):
        bounty.commit(seal_claim(HARMED.hash, bytes([number]) * 32, team="owls"), team="owls")
    with pytest.raises(BountyError, match="the most there may be"):
        bounty.commit("00" * 32, team="owls")
    bounty.commit("00" * 32, team="cats")
    bounty.submit(HARMED, team="owls", nonce=bytes(32))
    bounty.commit("00" * 32, team="owls")
