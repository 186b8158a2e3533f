"""The program, run in this process (quick) or in one of its own, and small bounties for it."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from bounty_games import KINDS

from bounty.cli import program
from fairkit.cli.contract import run

ROOT = Path(__file__).parents[3]


class Ended(NamedTuple):
    """How a run ended: exit code, standard output, standard error."""

    status: int
    out: str
    err: str


@pytest.fixture
def bounty(capsys):
    """Run the program in this process."""

    def call(*arguments):
        capsys.readouterr()
        status = run(program, [str(argument) for argument in arguments], name="bounty")
        return Ended(int(status), *capsys.readouterr())

    return call


@pytest.fixture
def bounty_process():
    """Run the program in a process of its own, as a user does."""

    def call(*arguments, **settings):
        done = subprocess.run(
            [sys.executable, "-c", "from bounty.cli import main; main()", *map(str, arguments)],
            capture_output=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": str(ROOT), **settings},
            check=False,
            timeout=120,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return an empty folder that is the current one, so that messages have short names."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def data(folder):
    """Write the rows of a kind of bounty as a CSV file and give its name."""

    def write(kind):
        columns = KINDS[kind][0]()
        with (folder / f"{kind}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
        return f"{kind}.csv"

    return write


@pytest.fixture
def claim_file(folder):
    """Write a claim as a file and give its name."""

    def write(claim, name="claim.toml"):
        from bounty.claims.files import save_claim

        save_claim(claim, folder / name)
        return name

    return write
