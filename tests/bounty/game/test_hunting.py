"""The house hunters on what a bounty publishes."""

from __future__ import annotations

import shutil

import pytest
from bounty_games import CONFIRMED, HARMED, LEFT_NO, LOW_YES, opened, played

from bounty.game.bounty import Bounty
from bounty.game.hunting import hunt_published
from bounty.game.published import Published


@pytest.mark.parametrize("kind", CONFIRMED)
def test_the_hunters_find_what_is_there(kind, tmp_path):
    """In every kind of bounty the first disparity that is found is accepted and confirmed."""
    place = opened(tmp_path / "b", kind)
    found, _ = hunt_published(Published.read(place), kinds=("disparity",), most=3)
    assert found
    assert Bounty(place).submit(found[0].claim, team="house").ruling.outcome == "confirmed"


def test_repairs_are_searched_in_the_model_as_it_is(tmp_path):
    """Once repairs are confirmed the hunters find only what those left."""
    place = opened(tmp_path / "b")
    first, _ = hunt_published(Published.read(place), kinds=("repair",), most=3)
    bounty = played(tmp_path / "c", LEFT_NO, LOW_YES)
    after, _ = hunt_published(Published.read(bounty.folder.root), kinds=("repair",), most=3)
    assert min(found.mass for found in first) > 0.3
    assert max(found.mass for found in after) < 0.03


def test_a_hunter_needs_only_what_is_published(tmp_path):
    """Without the private folder the same claims are found, by kind and seed."""
    place = opened(tmp_path / "b")
    copy = shutil.copytree(place, tmp_path / "copy", ignore=shutil.ignore_patterns("private"))
    one = hunt_published(Published.read(place), most=2, seed=3)
    other = hunt_published(Published.read(copy), most=2, seed=3)
    assert [found.claim for found in one[0]] == [found.claim for found in other[0]]
    assert {found.claim.kind.value for found in one[0]} == {"disparity", "repair"}
    assert hunt_published(Published.read(copy), kinds=(), most=2) == ([], ())


def test_the_same_kind_twice_is_one(tmp_path):
    """A kind that is asked for twice is searched once."""
    published = Published.read(opened(tmp_path / "b"))
    once, _ = hunt_published(published, kinds=("disparity",), most=2)
    twice, _ = hunt_published(published, kinds=("disparity", "disparity"), most=2)
    assert [found.claim for found in once] == [found.claim for found in twice]
    assert HARMED.loss in {found.claim.loss for found in once}
