"""What a ledger's answers had used up, row by row, beside what the checker counted."""

from __future__ import annotations

from bounty_games import HARMED, SERVED, STREAM, opened, played

from bounty.certificates.budgets import Spent
from bounty.game.answered import Place, place_after, places
from bounty.game.bounty import Bounty


def test_the_ledger_says_what_the_checker_counted(tmp_path):
    """After every claim the rows alone give what is spent on part A, and asked of part B."""
    bounty = Bounty(opened(tmp_path / "b"))
    for claim in STREAM:
        bounty.submit(claim, team="owls")
        place = place_after(bounty.ledger.entries())
        assert place.spent == bounty.referee.checker.spent
        assert (place.asked, place.passed) == (
            bounty.referee.confirmer.spent,
            bounty.referee.confirmer.passed,
        )
    assert place.spent == Spent(6, 4, 9, 1)


def test_each_row_stands_after_those_before_it(tmp_path):
    """The place of a row is what all rows before it had used up."""
    entries = played(tmp_path / "b", *STREAM).ledger.entries()
    for number, (entry, place) in enumerate(places(entries)):
        assert entry is entries[number]
        assert place == place_after(entries[:number])


def test_duplicates_and_commitments_use_up_nothing(tmp_path):
    """Only what the held-out rows answer is counted."""
    bounty = played(tmp_path / "b", SERVED)
    before = place_after(bounty.ledger.entries())
    bounty.commit("00" * 32, team="cats")
    bounty.submit(SERVED, team="cats")
    assert place_after(bounty.ledger.entries()) == before != Place()


def test_an_unconfirmed_claim_was_asked_and_did_not_pass(tmp_path, monkeypatch):
    """Part B counts its questions and its yeses apart."""
    bounty = Bounty(opened(tmp_path / "b"))
    monkeypatch.setattr(bounty.referee.confirmer, "confirm", lambda *_evidence, **_margin: False)
    bounty.submit(HARMED, team="owls")
    place = place_after(bounty.ledger.entries())
    assert (place.asked, place.passed, place.spent.acceptances) == (1, 0, 1)
