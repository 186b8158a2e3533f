"""Small bounties whose rulings are known, for the tests of the game and of its command line.

The decisions have four cells, of `side` and `half`. The host's model is wrong on three of them, so that the
repair of one half undoes the repair of one side, and a pointer has to bring it back.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from bounty.certificates.terms import Terms
from bounty.claims.claim import Alternative, Claim, ClaimKind, Constant, Rules
from bounty.game.bounty import Bounty
from bounty.game.creating import create
from bounty.ledger.entries import FIRST, Entry, Kind

SALT = bytes(range(32))
ROWS = 12_000
TERMS = Terms.of(epsilon="0.2", least="0.02", submissions=40, acceptances=8, repairs=4, bound="chernoff")

LEFT_NO = Claim(ClaimKind.REPAIR, "error", "side == 'left'", model=Constant("no"))
LOW_YES = Claim(ClaimKind.REPAIR, "error", "half == 'low'", model=Constant("yes"))
WORSE = Claim(ClaimKind.REPAIR, "error", "half == 'high'", model=Constant("yes"))
HARMED = Claim(ClaimKind.DISPARITY, "error", "side == 'left'", about={"title": "The left"})
HARMED_LOW = Claim(ClaimKind.DISPARITY, "error", "half == 'low'", "rest", "0.05")
SERVED = Claim(ClaimKind.DISPARITY, "error", "half == 'high'")
MISSED = Claim(ClaimKind.DISPARITY, "false_negative", "half == 'low'")
RULED = Claim(
    ClaimKind.REPAIR, "error", "side == 'right' and age >= 40", model=Rules((("half == 'low'", "yes"),), "no")
)

STREAM = (LEFT_NO, WORSE, HARMED, LOW_YES, SERVED, HARMED_LOW)
"""Claims of which two are rejected, and one makes a pointer."""

_FOLDERS: list[tempfile.TemporaryDirectory[str]] = []


def decisions(rows: int = ROWS, seed: int = 1) -> dict[str, Any]:
    """Draw decisions: the model is wrong on 'left' and on 'low', one row in fifty apart."""
    random = np.random.default_rng(seed)
    cell = random.choice(4, size=rows, p=[0.15, 0.25, 0.35, 0.25])
    left, low = cell < 2, cell % 2 == 0
    flipped = random.random(rows) < 0.02
    truth = (~left & low) ^ flipped
    answer = left
    return {
        "side": np.where(left, "left", "right"),
        "half": np.where(low, "low", "high"),
        "age": random.integers(20, 60, rows),
        "secret": np.arange(rows) % 7,
        "label": np.where(truth, "yes", "no"),
        "said": np.where(answer, "yes", "no"),
        "other": np.where(truth, "yes", "no"),
    }


def costs(rows: int = ROWS, seed: int = 2) -> dict[str, Any]:
    """Draw transcripts: words, errors of two systems, and an accent that the first one does not know."""
    random = np.random.default_rng(seed)
    accent = random.choice(["plain", "broad"], size=rows, p=[0.7, 0.3])
    words = random.integers(3, 12, rows)
    errors = random.binomial(words, np.where(accent == "broad", 0.6, 0.1))
    return {
        "accent": accent,
        "noise": random.choice(["quiet", "street"], size=rows),
        "errors": errors,
        "words": words,
        "large": np.minimum(errors, random.binomial(words, 0.05)),
    }


def scores(rows: int = ROWS, seed: int = 3) -> dict[str, Any]:
    """Draw risks of which the model overstates those of one town."""
    random = np.random.default_rng(seed)
    town = random.choice(["north", "south"], size=rows)
    true = random.random(rows) < 0.2
    score = np.where(town == "north", 0.9, 0.2)
    return {"town": town, "age": random.integers(20, 60, rows), "label": true.astype(int), "risk": score}


def classes(rows: int = ROWS, seed: int = 4) -> dict[str, Any]:
    """Draw animals, mostly cats at night, when the model takes all for dogs."""
    random = np.random.default_rng(seed)
    light = random.choice(["day", "night"], size=rows)
    by_day = random.choice(["cat", "cow", "dog"], size=rows)
    true = np.where((light == "night") & (random.random(rows) < 0.8), "cat", by_day)
    said = np.where(light == "night", "dog", true)
    return {"light": light, "size": random.integers(1, 9, rows), "animal": true, "said": said}


KINDS: Mapping[str, tuple[Any, Mapping[str, Any]]] = {
    "decisions": (
        decisions,
        {
            "label": "label",
            "prediction": "said",
            "positive": "yes",
            "hide": "secret",
            "alternatives": {"big": "other"},
        },
    ),
    "costs": (costs, {"errors": "errors", "units": "words", "alternatives": {"large": "large"}}),
    "scores": (scores, {"label": "label", "score": "risk"}),
    "classes": (classes, {"label": "animal", "prediction": "said"}),
}

CONFIRMED: Mapping[str, tuple[Claim, Claim]] = {
    "decisions": (HARMED, LEFT_NO),
    "costs": (
        Claim(ClaimKind.DISPARITY, "ratio", "accent == 'broad'", "rest", "0.1"),
        Claim(ClaimKind.REPAIR, "ratio", "accent == 'broad'", model=Alternative("large")),
    ),
    "scores": (
        Claim(ClaimKind.DISPARITY, "squared", "town == 'north'", "rest", "0.05"),
        Claim(ClaimKind.REPAIR, "squared", "town == 'north'", model=Constant("0.2")),
    ),
    "classes": (
        Claim(ClaimKind.DISPARITY, "error", "light == 'night'"),
        Claim(ClaimKind.REPAIR, "error", "light == 'night'", model=Rules((("size >= 1", "cat"),))),
    ),
}
"""For each kind a disparity and a repair that are confirmed."""


def opened(folder: Path, kind: str = "decisions", terms: Terms = TERMS, **changes: Any) -> Path:
    """Put a new bounty into a folder, which is made; bounties of the same kind and terms are alike."""
    shutil.copytree(_made(kind, terms, tuple(sorted(changes.items()))), folder, dirs_exist_ok=True)
    return folder


def played(folder: Path, *claims: Claim, team: str = "owls", **changes: Any) -> Bounty:
    """Open a bounty on decisions and have claims of one team judged."""
    bounty = Bounty(opened(folder, **changes))
    for claim in claims:
        bounty.submit(claim, team=team)
    return bounty


@cache
def _made(kind: str, terms: Terms, changes: tuple[tuple[str, Any], ...]) -> Path:
    _FOLDERS.append(tempfile.TemporaryDirectory())
    place = Path(_FOLDERS[-1].name, "bounty")
    draw, roles = KINDS[kind]
    given = {"title": f"Toy {kind}", "salt": SALT, "differing": "0.2", **dict(changes)}
    create(draw(), place, terms=terms, **roles, **given)
    return place


def said(bounty: Bounty) -> list[tuple[Kind, dict[str, Any]]]:
    """Return what the ledger says, without times and seals, which differ between two bounties."""
    hidden = {"evidence", "nonce"}
    return [
        (entry.kind, {k: v for k, v in entry.body.items() if k not in hidden})
        for entry in bounty.ledger.entries()[1:]
    ]


def sealed(bounty: Bounty) -> list[Any]:
    """Return the sealed contents in the order of the rows."""
    openings = bounty.folder.openings.read()
    return [
        openings[entry.body["evidence"]].content
        for entry in bounty.ledger.entries()
        if "evidence" in entry.body
    ]


def rewrite(path: Path, entries: Sequence[Entry], bodies: Mapping[int, Mapping[str, Any]]) -> None:
    """Write a ledger with other bodies, whose chain is whole again."""
    previous, lines = FIRST, []
    for entry in entries:
        new = Entry.of(
            entry.seq, entry.kind, entry.time, bodies.get(entry.seq, entry.body), previous=previous
        )
        previous = new.hash
        lines.append(new.line)
    path.write_bytes(b"".join(lines))
