"""Closing a bounty: once, with everything in it, and for good."""

from __future__ import annotations

import shutil

import pytest
from bounty_games import HARMED, SERVED, STREAM, opened, played

from bounty.game.bounty import Bounty
from bounty.game.closing import close, revealed
from bounty.game.replay import replay
from bounty.ledger.entries import Kind
from bounty.ledger.signatures import PrivateKey
from bounty.ledger.verifying import verify
from fairkit.errors import BountyError


def test_a_closed_bounty_judges_nothing_more(tmp_path):
    """New claims and commitments are refused; what was claimed before has its receipt still."""
    bounty = played(tmp_path / "b", HARMED)
    close(bounty)
    for opened_again in (bounty, Bounty(tmp_path / "b")):
        with pytest.raises(BountyError, match="closed in row 5"):
            opened_again.submit(SERVED, team="owls")
        with pytest.raises(BountyError, match="closed in row 5"):
            opened_again.commit("00" * 32, team="owls")
        assert opened_again.submit(HARMED, team="owls").ruling.outcome == "confirmed"
    assert len(bounty.ledger) == 5


def test_to_close_again_gives_the_same(tmp_path):
    """The second close adds no row, and its board and reveal are those of the first."""
    bounty = played(tmp_path / "b", *STREAM)
    board, reveal = close(bounty)
    again_board, again = close(Bounty(tmp_path / "b"))
    assert (again_board, again) == (board, reveal)
    assert len(bounty.ledger.entries(Kind.CLOSE)) == 1


def test_the_close_counts_what_another_process_judged(tmp_path):
    """Final points are of all claims in the ledger, also of those that came in meanwhile."""
    early = Bounty(opened(tmp_path / "b"))
    Bounty(tmp_path / "b").submit(HARMED, team="cats")
    board, _ = close(early)
    assert [team.team for team in board.teams] == ["cats"]
    assert [point["claim"] for point in early.closed.body["points"]] == [HARMED.hash]


def test_the_reveal_opens_the_parts_only_if_asked(tmp_path):
    """The hashes of the secret parts stay sealed unless an auditor needs them."""
    bounty = played(tmp_path / "b", HARMED)
    assert not close(bounty)[1].parts
    reveal = close(bounty, open_parts=True)[1]
    assert set(reveal.parts) == {"checker", "confirmation"}
    assert verify(bounty.folder.ledger, reveal=reveal, judge=replay).ok


def test_an_opening_that_is_lost_is_named(tmp_path):
    """Without what opens a seal there is no reveal, and the rows are named."""
    bounty = played(tmp_path / "b", HARMED)
    shutil.copy(bounty.folder.private / "openings.jsonl", tmp_path / "kept")
    lines = (tmp_path / "kept").read_bytes().splitlines(keepends=True)
    (bounty.folder.private / "openings.jsonl").write_bytes(b"".join(lines[:-1]))
    with pytest.raises(BountyError, match=r"seals of rows \[4\]"):
        revealed(bounty)


def test_a_signed_bounty_is_closed_with_its_key(tmp_path):
    """Without the key the close is refused before anything is counted."""
    key = PrivateKey.generate()
    place = opened(tmp_path / "b", key=key)
    with pytest.raises(BountyError, match="--key"):
        close(Bounty(place))
    close(Bounty(place, key=key))
    assert verify(place / "ledger.jsonl", public_key=key.public).ok
