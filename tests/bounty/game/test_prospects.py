"""What a claim may hope for, computed from what is public alone."""

from __future__ import annotations

from fractions import Fraction

import pytest
from bounty_games import CONFIRMED, HARMED, SERVED, TERMS, opened
from hypothesis import given
from hypothesis import strategies as st

from bounty.game.answered import Place
from bounty.game.bounty import Bounty
from bounty.game.prospects import prospects, scaled
from bounty.rows.evidence import RepairEvidence

HELD = (4_800, 2_400)


@pytest.mark.parametrize("kind", CONFIRMED)
def test_what_is_confirmed_had_good_prospects(kind, tmp_path):
    """For these clear claims public rows foretell both parts, with a certain mass below what they show."""
    bounty = Bounty(opened(tmp_path / "b", kind))
    for claim in CONFIRMED[kind]:
        seen = bounty.examine(claim)
        for found in prospects(seen, TERMS, Place(), HELD):
            assert found.accepted
            assert found.least <= found.certified < seen.mass


def test_what_is_missing_can_be_said(tmp_path):
    """A claim about a group that is served well has a certain mass below nought."""
    seen = Bounty(opened(tmp_path / "b")).examine(SERVED)
    for found in prospects(seen, TERMS, Place(), HELD):
        assert not found.accepted
        assert found.certified < 0
        assert found.least == Fraction(1, 50)


def test_more_rows_make_more_certain(tmp_path):
    """The same public rows promise more on larger parts."""
    seen = Bounty(opened(tmp_path / "b")).examine(HARMED)
    few, many = (prospects(seen, TERMS, Place(), (rows, rows)) for rows in (2_000, 200_000))
    assert all(one.certified < other.certified for one, other in zip(few, many, strict=True))


@given(
    st.integers(1, 10**6),
    st.integers(0, 1000),
    st.integers(0, 1000),
    st.integers(0, 1000),
    st.integers(0, 1000),
)
def test_scaled_numbers_stay_numbers_of_rows(rows, same, better, worse, group):
    """Scaling keeps what must hold of evidence: what is lost after is before, changed by what it saves."""
    size = group + same + better + worse + 1
    evidence = RepairEvidence(size, size, same + better, same + worse, better, worse, better + worse)
    found = scaled(evidence, rows)
    assert found.rows == rows
    assert found.lost_after == found.lost_before - found.saved
    assert found.lost_after >= 0
    assert found.better * size <= better * rows
