"""The leaderboard of a bounty: whose each claim is, and what its points are counted on."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from bounty_games import HARMED, HARMED_LOW, LEFT_NO, LOW_YES, SERVED, STREAM, opened, played

from bounty.game.bounty import Bounty
from bounty.game.closing import close
from bounty.game.standings import points_of, standings
from bounty.ledger.sealing import seal_claim
from fairkit.errors import BountyError


def test_points_of_an_open_bounty_are_public(tmp_path):
    """They can be counted from public rows alone: the excess of the group, per ten thousand rows."""
    bounty = played(tmp_path / "b", HARMED)
    board = standings(bounty)
    split = bounty.referee.public.split
    wrong = split.host.codes != split.truth.codes
    left = bounty.referee.public.group(HARMED).mask
    excess = Fraction(int(wrong[left].sum())) - Fraction(int(wrong.sum()), split.rows) * int(left.sum())
    assert board.teams[0].points == excess * 10_000 / split.rows
    assert not board.final


def test_final_points_are_of_part_b(tmp_path):
    """After the close the same excess is counted on the part that confirms."""
    bounty = played(tmp_path / "b", HARMED, LEFT_NO)
    board, _ = close(bounty)
    sealed = bounty.judged[1].ruling.confirmation
    assert board.final
    assert board.teams[0].mended == Fraction(sealed.saved * 10_000, sealed.rows)


def test_final_points_wait_for_the_close(tmp_path):
    """While claims can come in, part B says only yes or no."""
    bounty = played(tmp_path / "b", HARMED)
    with pytest.raises(BountyError, match="final after the close"):
        standings(bounty, final=True)


def test_every_submission_stands_on_the_board(tmp_path):
    """Confirmed, rejected and repeated claims are counted for their teams."""
    bounty = played(tmp_path / "b", *STREAM)
    bounty.submit(HARMED, team="cats")
    rows = {row.team: row for row in standings(bounty).teams}
    assert (rows["owls"].confirmed, rows["owls"].rejected, rows["cats"].duplicates) == (4, 2, 1)
    assert rows["cats"].points == 0


def test_pointers_earn_nobody_anything(tmp_path):
    """What the house takes back is no team's: points are those of the repairs at their place."""
    bounty = played(tmp_path / "b", LEFT_NO, LOW_YES)
    saved = sum(judged.ruling.public.saved for judged in bounty.judged)
    rows = bounty.referee.public.split.rows
    assert sum(each.points for each in points_of(bounty, bounty.referee.public)) == Fraction(
        saved * 10_000, rows
    )


@pytest.mark.parametrize("claim", [HARMED, LEFT_NO])
def test_a_tie_goes_to_the_earlier_commitment(claim, tmp_path):
    """Of teams that claim the same, the claim is whose commitment is earlier, whoever was judged first."""
    bounty = Bounty(opened(tmp_path / "b"))
    bounty.commit(seal_claim(claim.hash, b"o" * 32, team="owls"), team="owls")
    bounty.commit(seal_claim(claim.hash, b"c" * 32, team="cats"), team="cats")
    bounty.submit(claim, team="cats", nonce=b"c" * 32)
    bounty.submit(claim, team="dogs")
    assert {row.team: row.points > 0 for row in standings(bounty).teams} == {"cats": True, "dogs": False}
    late = bounty.submit(claim, team="owls", nonce=b"o" * 32)
    assert late.ruling.outcome == "duplicate"
    for board in (standings(bounty), close(bounty)[0]):
        assert [(row.team, row.points > 0, row.confirmed, row.duplicates) for row in board.teams] == [
            ("owls", True, 1, 0),
            ("cats", False, 0, 1),
            ("dogs", False, 0, 1),
        ]
    assert bounty.closed.body["points"][0]["submission"] == late.submission.seq


def test_a_commitment_that_came_later_takes_nothing(tmp_path):
    """Whoever commits after another team's submission has a duplicate."""
    bounty = played(tmp_path / "b", HARMED, team="owls")
    bounty.commit(seal_claim(HARMED.hash, bytes(32), team="cats"), team="cats")
    bounty.submit(HARMED, team="cats", nonce=bytes(32))
    assert [row.team for row in standings(bounty).teams if row.points] == ["owls"]


def test_an_early_commitment_comes_before_those_between(tmp_path):
    """A narrower group that was committed to first earns its excess before a wider one shown first."""
    bounty = Bounty(opened(tmp_path / "b"))
    narrow = replace(HARMED, group="half == 'high' and side == 'left'")
    bounty.commit(seal_claim(narrow.hash, bytes(32), team="owls"), team="owls")
    bounty.submit(HARMED, team="cats")
    bounty.submit(narrow, team="owls", nonce=bytes(32))
    first, second = points_of(bounty, bounty.referee.public)
    assert (first.team, second.team) == ("owls", "cats")
    assert first.points == first.alone
    assert second.points < second.alone


def test_claims_that_were_only_tried_show_no_size(tmp_path):
    """The board bands the size of confirmed groups alone."""
    board = standings(played(tmp_path / "b", SERVED, HARMED_LOW))
    assert [claim.size is None for claim in board.claims] == [True, False]
