"""The guide to sensitivity, played once for all tests: a trained model, texts held out, and their report."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from played_pages import played

ROOT = Path(__file__).parents[2]
PATIENCE = 600


class Played(NamedTuple):
    """What playing the guide left.

    Attributes
    ----------
    folder : Path
        With ``models/label_90``, ``held-out.csv``, ``report.json``, ``report.html``.
    wrong : mapping of command to output
        Commands that print something else than the page says.
    """

    folder: Path
    wrong: Mapping[str, str]


@pytest.fixture(scope="session")
def sensitivity_guide(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Played:
    """Play docs/sensitivity.md in a folder of its own; of several workers, one does."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "sensitivity-guide"
    done = folder / "wrong.json"
    try:
        folder.mkdir()
    except FileExistsError:
        _wait_for(done)
    else:
        _play(folder, done)
    return Played(folder, json.loads(done.read_text(encoding="utf-8")))


def _play(folder: Path, done: Path) -> None:
    from fairkit.cli import program

    for name in ("datasets", "docs"):
        (folder / name).symlink_to(ROOT / name)
    page = (ROOT / "docs" / "sensitivity.md").read_text(encoding="utf-8")
    wrong: Mapping[str, str] = {"the page": "was not played to its end"}
    try:
        with contextlib.chdir(folder):
            wrong = played(page, {"fairkit": program})
    finally:
        part = done.with_suffix(".part")
        part.write_text(json.dumps(wrong), encoding="utf-8")
        part.rename(done)


def _wait_for(done: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not done.exists():
        if time.monotonic() > end:
            pytest.fail("the guide to sensitivity was not played in time by the other worker")
        time.sleep(0.2)
