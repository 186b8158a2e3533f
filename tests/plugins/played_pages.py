"""Pages whose commands are run one after the other, and must print what stands under them."""

from __future__ import annotations

import doctest
import io
import re
import runpy
import shlex
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from pathlib import Path

import click
from click.testing import CliRunner

from fairkit.cli.contract import run

BLOCK = re.compile(r"^```(console|toml|yaml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

CHANGING = re.compile(r"\b[0-9a-f]{64}\b|\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
"""Hashes and times, which differ from run to run."""


def steps(page: str) -> list[tuple[str, str]]:
    """Read a page's files and commands, in order: a name or command, and its content or output."""
    found = []
    for kind, text in BLOCK.findall(page):
        if kind == "console":
            for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                command, output = re.match(r"((?:[^\n]*\\\n)*[^\n]*\n)(.*)", part, re.DOTALL).groups()
                found.append(("$ " + command.replace("\\\n", " ").strip(), output))
        elif text.startswith("# "):
            found.append((text.partition("\n")[0].removeprefix("# "), text))
    return found


def ran(command: str, programs: Mapping[str, click.Group]) -> str:
    """Run one command of a page and give what it prints."""
    name, *arguments = shlex.split(command.removeprefix("$ "))
    if name == "python" and arguments[0] == "-c":
        exec(arguments[1], {})  # noqa: S102  a line of the page, which makes its data
        return ""
    if name == "python":
        return _printed(*arguments)
    with CliRunner().isolation() as (_, _, both):
        run(programs[name], arguments, name=name)
        return both.getvalue().decode()


def _printed(script: str, *arguments: str) -> str:
    """Run a script of the project and give what it prints."""
    before, sys.argv = sys.argv, [script, *arguments]
    try:
        with redirect_stdout(io.StringIO()) as out:
            runpy.run_path(script, run_name="__main__")
    finally:
        sys.argv = before
    return out.getvalue()


def played(page: str, programs: Mapping[str, click.Group]) -> dict[str, str]:
    """Play a page in the present folder, and return the commands that print something else, with it."""
    checker, flags = doctest.OutputChecker(), doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    wrong = {}
    for step, shown in steps(page):
        if not step.startswith("$ "):
            Path(step).write_text(shown, encoding="utf-8")
            continue
        want, got = (CHANGING.sub("#", text) for text in (shown, ran(step, programs)))
        if not checker.check_output(want, got, flags):
            wrong[step] = got
    return wrong
