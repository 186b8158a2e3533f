"""Verifying baselines: every file that is not what was saved is named, whatever else is wrong."""

from __future__ import annotations

import pytest
from releases import released

from fairkit.baselines.storing import save_baseline
from fairkit.baselines.verifying import check_baseline, check_baselines
from fairkit.errors import ReportError

CELLS = {"F": (30, 10, 5, 55), "M": (50, 12, 8, 30)}


@pytest.fixture
def folder(tmp_path):
    """A folder of two baselines, one of which was changed."""
    report = released(CELLS)
    place = tmp_path / "baselines"
    save_baseline(report, place, name="kept")
    changed = save_baseline(report, place, name="changed")
    changed.write_bytes(changed.read_bytes() + b" ")
    return place


def test_every_file_is_checked(folder):
    """Intact files have their baseline, others their problem."""
    found = check_baselines([folder])
    assert len(found) == 2
    (kept,) = (one for one in found if one.intact)
    (changed,) = (one for one in found if not one.intact)
    assert kept.baseline is not None
    assert kept.baseline.name == "kept"
    assert "is not the baseline that was saved" in changed.problems[0]


def test_a_file_named_twice_is_checked_once(folder):
    """A folder and a file in it are one list."""
    first = check_baselines([folder])[0].path
    assert len(check_baselines([first, folder])) == 2


def test_places_without_baselines_are_told_together(tmp_path):
    """Every place that holds none is named, with what may have been meant."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(ReportError) as caught:
        check_baselines([tmp_path / "empty", tmp_path / "emty"])
    assert len(caught.value.problems) == 2
    assert "fairkit baseline save" in caught.value.problems[0]
    assert "Did you mean 'empty'?" in caught.value.problems[1]


def test_a_hash_is_compared_with_the_one_stated(folder):
    """A file that is intact in itself may still be another than the one meant."""
    path = next(one.path for one in check_baselines([folder]) if one.intact)
    assert not check_baseline(path, sha256="0a" * 32).intact
