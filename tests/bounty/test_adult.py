"""The bounty on Adult: what the guide shows is what the example prints."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/bounty.md").read_text(encoding="utf-8").partition("## A bounty on Adult")[2]


@pytest.fixture(scope="module")
def printed(real_data, tmp_path_factory):
    """Return what the example prints, each order of its stream by itself."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs/examples/adult_bounty.py"), str(tmp_path_factory.mktemp("adult"))],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
        env={**os.environ, "FAIRKIT_DATA": str(real_data), "PYTHONPATH": str(ROOT)},
    )
    return [block.strip() for block in done.stdout.split("\n20 claims")]


@pytest.mark.realdata
def test_the_guide_shows_what_the_example_prints(printed):
    """Both orders of the stream, with every accepted group's errors, stand in the guide as printed."""
    assert len(printed) == 2
    assert printed[0] in GUIDE
    assert f"20 claims{printed[1]}" in GUIDE


@pytest.mark.realdata
def test_no_accepted_group_ends_worse_than_at_its_best(printed):
    """Claims are accepted in both orders, and what each accepted group loses at the end is its least."""
    for block in printed:
        rows = [line.split() for line in block.splitlines()[4:]]
        accepted = [[float(number) for number in row[-4:]] for row in rows if row[0] != "all"]
        assert accepted
        for stump, then, best, end in accepted:
            assert end == best <= then < stump
