"""The guide to release gates is true: its commands print what it shows, its table of exit codes holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from played_pages import played

from fairkit.cli import program
from fairkit.cli.contract import run

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "gate.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
CODES = re.compile(r"^\| (\d+) \|.*\| `(fairkit [^`]+)` \|", re.MULTILINE)


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A folder with what the root of the project has."""
    for name in ("datasets", "docs"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_guide_prints_what_it_shows(root):
    """Every command of the page, run one after the other, prints the output that stands under it."""
    assert played(PAGE, {"fairkit": program}) == {}


@pytest.mark.parametrize(("code", "command"), sorted(set(CODES.findall(PAGE) + CODES.findall(README))))
def test_every_exit_code_is_that_of_a_real_command(root, code, command, capfd):
    """Each of the five codes stands beside a command that ends with it."""
    assert run(program, command.split()[1:], name="fairkit") == int(code)


@pytest.mark.parametrize("page", [PAGE, README], ids=["guide", "readme"])
def test_all_five_exit_codes_are_shown(page):
    """0, 1, 2, 3 and 70, in the guide and in the README."""
    assert {code for code, _ in CODES.findall(page)} == {"0", "1", "2", "3", "70"}
