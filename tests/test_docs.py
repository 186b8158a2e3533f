"""The pages that are made from code say what the code says."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from bounty.cli import program as bounty
from fairkit.cli import program as fairkit

DOCS = Path(__file__).parents[1] / "docs"
PAGES = runpy.run_path(str(DOCS / "generate.py"))["PAGES"]


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_current(name):
    """A page made from code is what the code makes now; `make docs` writes it anew."""
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs`"


@pytest.mark.parametrize("program", [bounty, fairkit], ids=["bounty", "fairkit"])
def test_every_command_of_both_programs_is_listed(program):
    """The page of commands has a heading for each command of each program."""
    page = (DOCS / "commands.md").read_text(encoding="utf-8").splitlines()
    with program.make_context(program.name, [], resilient_parsing=True) as context:
        commands = program.list_commands(context)
    assert len(commands) > 5
    assert {f"## {program.name} {name}" for name in commands} <= set(page)
