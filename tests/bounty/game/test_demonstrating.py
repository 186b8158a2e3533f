"""The demonstration: a whole bounty, from the split to the repaired model."""

from __future__ import annotations

import pytest

from bounty.game.bounty import Bounty
from bounty.game.demonstrating import PLANTED, demonstrate
from fairkit.errors import BountyError

ROWS = 120_000


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Return the demonstration, on fewer rows than a user sees."""
    return demonstrate(tmp_path_factory.mktemp("demo") / "b", rows=ROWS)


def test_it_finds_what_was_planted(played):
    """The hunters' claim about the planted group is confirmed, the two wrong guesses are not."""
    assert played.is_planted_found
    assert PLANTED in {one.ruling.claim.group for one in played.confirmed("disparity")}
    assert [one.ruling.outcome.value for one in played.judged if one.team == "guessers"] == ["rejected"] * 2


def test_it_checks_itself(played):
    """The ledger verifies, a changed answer is found, and judging again gives the same numbers."""
    assert played.verified.ok
    assert not played.tampered.ok
    assert played.rescored.claims == len(played.judged)


def test_it_leaves_a_whole_bounty(played):
    """Its files are there, and its folder opens like any bounty's."""
    assert all(path.stat().st_size for path in played.files)
    bounty = Bounty(played.created.folder.root)
    assert bounty.closed is not None
    assert bounty.ledger.head == played.board.head


def test_rates_are_of_part_b(played):
    """Errors per row are counted on the part that confirms, over all rows and the planted group."""
    overall, planted = played.rates
    assert overall.rows == played.created.manifest.parts["confirmation"].rows
    assert planted.rows < overall.rows
    assert planted.before > overall.before
    assert overall.after <= overall.before


def test_it_takes_no_folder_that_is_taken(tmp_path):
    """A folder with files is refused before a row is drawn."""
    (tmp_path / "x").write_text("x")
    with pytest.raises(BountyError, match="not empty"):
        demonstrate(tmp_path, rows=ROWS)
