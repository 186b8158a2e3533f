"""The page on audits holds: its commands run and print what stands under them."""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path

import pytest

from fairkit.cli import program
from fairkit.cli.contract import run

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "audits.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)


def test_every_command_prints_what_it_says(tmp_path, monkeypatch, capsys):
    """The commands run in their order, end with 0, and print the lines shown, in their order."""
    (tmp_path / "datasets").symlink_to(ROOT / "datasets")
    monkeypatch.chdir(tmp_path)
    ran = 0
    for block in BLOCKS:
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, *shown = part.strip("\n").splitlines()
            words = shlex.split(line)
            assert words[0] == "fairkit"
            assert run(program, words[1:], name="fairkit") == 0, line
            out = " ".join(capsys.readouterr().out.split())
            for text in filter(None, (" ".join(row.split()) for row in shown)):
                assert text in out, f"{line}\n{text}"
                out = out[out.index(text) + len(text) :]
            ran += 1
    assert ran > 10


def test_the_python_runs():
    """Every example in Python gives what is shown."""
    test = doctest.DocTestParser().get_doctest(PAGE, {}, "audits.md", "audits.md", 0)
    assert len(test.examples) > 5
    assert doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test).failed == 0


def test_every_option_named_is_an_option():
    """Each --option of the page belongs to a command."""
    known = {"--check"}  # of sha256sum
    context = program.make_context(program.name, ["--help"], resilient_parsing=True)
    for name in ("report", "eval", "check"):
        known |= {
            option for parameter in program.get_command(context, name).params for option in parameter.opts
        }
    assert set(re.findall(r"(?<![\w-])(--[a-z][a-z0-9-]*)", PAGE)) <= known


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(#([^)]+)\)", PAGE))))
def test_every_link_leads_to_a_heading(target):
    """Links of the page are its own headings."""
    headings = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    assert target in {heading.lower().replace(" ", "-") for heading in headings}
