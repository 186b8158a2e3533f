"""The demonstration: a whole bounty, from the split to the repaired model."""

from __future__ import annotations

from pathlib import Path

import pytest

from bounty.cli.demo import _text
from bounty.game.bounty import Bounty
from bounty.game.demonstrating import PLANTED, demonstrate
from fairkit.errors import BountyError

README = Path(__file__).parents[3] / "README.md"


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Return the demonstration as a user sees it."""
    return demonstrate(tmp_path_factory.mktemp("demo") / "b")


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
    assert overall.after < overall.before
    assert planted.after < planted.before


def test_it_takes_no_folder_that_is_taken(tmp_path):
    """A folder with files is refused before a row is drawn."""
    (tmp_path / "x").write_text("x")
    with pytest.raises(BountyError, match="not empty"):
        demonstrate(tmp_path)


def test_the_readme_shows_what_it_prints(played):
    """Claims, answers and rates in the README are those of the demonstration."""
    told = _text(played, "lending-bounty").splitlines()
    shown = told[told.index("Claims, judged on rows that no hunter saw:") + 1 :]
    block = "\n".join(
        shown[: next(place for place, line in enumerate(shown) if line.startswith("The planted"))]
    )
    assert block.strip() in README.read_text(encoding="utf-8")
