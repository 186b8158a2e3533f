"""The program, run in this process (quick) or in one of its own (as a user does), and small data for it."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from fairkit.cli import program
from fairkit.cli.contract import run

ROOT = Path(__file__).parents[2]


class Ended(NamedTuple):
    """How a run ended: exit code, standard output, standard error."""

    status: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def fairkit(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the program in this process."""

    def call(*arguments: object) -> Ended:
        capsys.readouterr()
        status = run(program, [str(argument) for argument in arguments], name="fairkit")
        return Ended(int(status), *capsys.readouterr())

    return call


@pytest.fixture
def python_m_fairkit() -> Run:
    """Run the program in a process of its own, with the project first on the path."""

    def call(*arguments: object, **settings: str) -> Ended:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings}
        done = subprocess.run(
            [sys.executable, "-m", "fairkit", *map(str, arguments)],
            capture_output=True,
            encoding="utf-8",
            env=environment,
            check=False,
            timeout=120,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder that is the current one, so that messages and outputs have short names."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def write_csv(folder: Path) -> Callable[..., str]:
    """Return a function that writes rows as a CSV file and returns its name."""

    def write(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(rows)
        return name

    return write


@pytest.fixture
def loans(write_csv: Callable[..., str]) -> str:
    """Return a small CSV file: selection rates .7 (F) and .4 (M), two rows a person."""
    rows = [
        (sex, race, i % 2, int(i % 10 < selected), 20 + i % 50, f"p{i // 2}", i / 400, 1 + i % 3)
        for sex, selected in (("F", 7), ("M", 4))
        for i, race in enumerate(["Black", "White", "White", "Asian"] * 50)
    ]
    header = ("sex", "race", "repaid", "approved", "age", "person", "score", "weight")
    return write_csv("loans.csv", header, rows)
