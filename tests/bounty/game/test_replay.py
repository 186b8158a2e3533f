"""Decisions made again from a ledger and its reveal, without any data."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from bounty_games import (
    STREAM,
    played,
    rewrite,
)

from bounty.game.closing import close
from bounty.game.replay import replay
from bounty.ledger.entries import Kind
from bounty.ledger.verifying import verify


@pytest.fixture(scope="module")
def shut(tmp_path_factory):
    """Return a closed bounty with an accepted pointer, and its reveal."""
    bounty = played(tmp_path_factory.mktemp("shut") / "b", *STREAM)
    return bounty, close(bounty)[1]


def test_every_decision_is_made_again_without_data(shut):
    """The ledger and the reveal alone give every decision again, pointers included."""
    bounty, reveal = shut
    assert any(entry.body.get("accepted") for entry in bounty.ledger.entries(Kind.REPAIR))
    found = verify(bounty.folder.ledger, reveal=reveal, judge=replay)
    assert found.ok
    assert "every decision, made again from its evidence" in found.checked


@pytest.mark.parametrize("kind", [Kind.CONFIRMATION, Kind.REPAIR])
def test_a_confirmation_that_was_turned_round_is_noticed(kind, shut, tmp_path):
    """A host who turns a yes of part B round and chains all anew is contradicted by the sealed numbers."""
    bounty, reveal = shut
    entries = bounty.ledger.entries()
    row = [entry for entry in entries if entry.kind is kind and entry.body.get("confirmed")][-1]
    rewrite(tmp_path / "ledger.jsonl", entries, {row.seq: {**row.body, "confirmed": False}})
    found = verify(tmp_path / "ledger.jsonl", reveal=reveal, judge=replay)
    assert [str(problem) for problem in found.problems] == [
        f"row {row.seq}: it rejects on the confirmation part; its sealed numbers say otherwise."
    ]


def test_an_acceptance_that_was_turned_round_is_noticed(shut, tmp_path):
    """A host who makes a rejection of an acceptance, and drops what followed it, is contradicted as well."""
    bounty, reveal = shut
    *entries, confirmation, end = bounty.ledger.entries()
    decision = entries[-1]
    assert (decision.body["outcome"], confirmation.kind) == ("accepted", Kind.CONFIRMATION)
    turned = {decision.seq: {**decision.body, "outcome": "rejected"}}
    rewrite(tmp_path / "ledger.jsonl", [*entries, replace(end, seq=end.seq - 1)], turned)
    left = replace(
        reveal, openings={row: one for row, one in reveal.openings.items() if row != confirmation.seq}
    )
    found = verify(tmp_path / "ledger.jsonl", reveal=left, judge=replay)
    assert [problem.row for problem in found.problems] == [decision.seq]
    assert "it rejects on the checker part" in found.problems[0].text


BAD = [
    *(None, [], "x", 7, {}, {"numbers": []}, {"numbers": {}}, {"numbers": {"kind": "repair"}}),
    {"numbers": {"kind": "disparity", "group": None}},
]


@pytest.mark.parametrize("content", BAD)
def test_numbers_that_are_none_are_a_problem_of_the_row(content, shut):
    """Whatever a hostile host has sealed, replay says that it is no evidence or does not fit, and goes on."""
    bounty, reveal = shut
    opened = {row: one.content for row, one in reveal.openings.items()} | {4: content}
    problems = list(replay(bounty.manifest, bounty.ledger.entries(), opened))
    assert [problem.row for problem in problems] == [4]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rows": 2_399}, "2,399 rows; the manifest"),
        ({"largest": 7}, "loss of up to 7"),
        ({"squares": -5}, None),
        ({"rows": 0}, "no evidence|say otherwise"),
        ({"rows": -1}, "no evidence|say otherwise|rows; the manifest"),
        ({"better": "x"}, "no evidence"),
        ({"margin": "-1"}, "no evidence"),
        ({"margin": "1/0"}, "no evidence"),
        ({"margin": "0.1"}, "no evidence"),
    ],
)
def test_numbers_must_be_of_the_manifests_part_and_loss(change, words, shut):
    """Rows of another number, another largest loss and another margin would give the mass another meaning."""
    bounty, reveal = shut
    opened = {row: one.content for row, one in reveal.openings.items()}
    content = opened[4] | {"numbers": opened[4]["numbers"] | change}
    if "margin" in change:
        content = opened[4] | change
    problems = list(replay(bounty.manifest, bounty.ledger.entries(), opened | {4: content}))
    assert [problem.row for problem in problems] == ([] if words is None else [4])
    assert all(re.search(words, problem.text) for problem in problems)


def test_a_margin_must_be_that_of_the_claim(shut):
    """A host who judged a shown claim by another margin than its own is found out."""
    bounty, reveal = shut
    row = next(e for e in bounty.ledger.entries() if e.body.get("content", {}).get("margin") == "0.05")
    opened = {row: one.content for row, one in reveal.openings.items()}
    content = opened[row.seq] | {"margin": "1/25"}
    problems = list(replay(bounty.manifest, bounty.ledger.entries(), opened | {row.seq: content}))
    assert [problem.row for problem in problems] == [row.seq]
    assert "its sealed margin" in problems[0].text
