"""Scores of teams' own repairs: what the Ladder shows, what it costs, and that it is checked."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from bounty_games import HARMED, LEFT_NO, LOW_YES, SERVED, TERMS, WORSE, opened, rewrite, said

from bounty.certificates.courses import claim_complexity
from bounty.claims.claim import Constant
from bounty.game.answered import place_after
from bounty.game.bounty import Bounty
from bounty.game.closing import close
from bounty.game.published import Published
from bounty.game.replay import replay
from bounty.ledger.entries import Kind
from bounty.ledger.verifying import verify
from fairkit.errors import BountyError

STEP = Fraction(1, 100)
LADDER = replace(TERMS, ladder_changes=3, ladder_step=STEP)
SMALL = replace(LEFT_NO, group="side == 'left' and age < 30")
STREAM = (WORSE, LEFT_NO, HARMED, SMALL, LOW_YES)


@pytest.fixture
def bounty(tmp_path):
    """Return a bounty whose terms pay for three changes of scores."""
    return Bounty(opened(tmp_path / "b", terms=LADDER))


def loss_with(bounty, claim):
    """Count what the model would lose on part A with a repair, as a share of the rows."""
    part = bounty.referee.held
    current = part.versions.answers(part.versions.current).codes
    answers = current.copy()
    answers[part.group(claim).mask] = int(claim.model.predict == "yes")
    wrong = int((answers != part.split.truth.codes).sum())
    return Fraction(wrong, part.split.rows)


def test_a_score_is_the_rounded_loss_of_the_model_with_the_repair(bounty):
    """The first is shown at once and later ones when they are clearly lower, rejected repairs included."""
    for claim in (WORSE, LEFT_NO, LOW_YES):
        loss = loss_with(bounty, claim)
        score = bounty.submit(claim, team="owls").ruling.score
        assert score.changed
        assert abs(score.shown - loss) <= STEP / 2
        assert score.shown / STEP == round(score.shown / STEP)
    assert bounty.judged[0].ruling.outcome == "rejected"


def test_a_score_that_is_no_better_stays(bounty):
    """A repair that loses more shows what was shown before, and nothing is counted."""
    best = bounty.submit(LEFT_NO, team="owls").ruling.score
    later = bounty.submit(WORSE, team="owls").ruling.score
    assert (later.shown, later.changed) == (best.shown, False)
    assert bounty.budget.left.ladder_changes == 2
    assert "ladder" not in bounty.judged[1].decided.body


def test_a_team_sees_its_own_score_alone(bounty):
    """Another team's first repair has a score of its own."""
    bounty.submit(LEFT_NO, team="owls")
    other = bounty.submit(WORSE, team="cats").ruling.score
    assert other.changed
    assert other.shown > bounty.judged[0].ruling.score.shown


def test_disparities_and_duplicates_have_no_score(bounty):
    """Only a repair that is judged shows one."""
    assert bounty.submit(HARMED, team="owls").ruling.score is None
    bounty.submit(LEFT_NO, team="owls")
    assert bounty.submit(LEFT_NO, team="cats").ruling.score is None
    assert bounty.budget.left.ladder_changes == 2


def test_without_changes_in_the_terms_there_is_no_score(tmp_path):
    """Terms of none show none, and the rows are as they ever were."""
    bounty = Bounty(opened(tmp_path / "b"))
    assert bounty.submit(LEFT_NO, team="owls").ruling.score is None
    sealed = bounty.folder.openings.read()[bounty.judged[0].decided.body["evidence"]]
    assert set(sealed.content) == {"margin", "numbers", "version"}


def test_changes_end(bounty):
    """After the last change every score stays, and a team without one sees none."""
    for team in ("a", "b", "c"):
        bounty.submit(replace(WORSE, group=f"half == 'high' and age < {40 + ord(team) % 3}"), team=team)
    assert bounty.budget.left.ladder_changes == 0
    assert bounty.submit(LEFT_NO, team="owls").ruling.score.shown is None
    kept = bounty.submit(LOW_YES, team="a").ruling.score
    assert not kept.changed
    with pytest.raises(BountyError, match="all 3 changes"):
        bounty.referee.checker.show_score()


def test_later_answers_allow_for_what_was_shown(bounty):
    """The ledger, the checker and a hunter count the same changes, and each raises the next complexity."""
    for claim in STREAM:
        bounty.submit(claim, team="owls")
    spent = bounty.referee.checker.spent
    assert spent.ladder_changes == 3
    assert place_after(bounty.ledger.entries()).spent == spent
    assert Published.read(bounty.folder.root).place.spent == spent
    without = replace(spent, ladder_changes=0)
    assert claim_complexity(LADDER, spent) > claim_complexity(LADDER, without) + 5


def test_scores_are_judged_again(bounty, tmp_path):
    """Opening the bounty and verifying its ledger find the same scores again."""
    for claim in STREAM:
        bounty.submit(claim, team="owls")
    again = Bounty(tmp_path / "b")
    assert said(again) == said(bounty)
    assert [one.ruling.score for one in again.judged] == [one.ruling.score for one in bounty.judged]
    _, reveal = close(bounty)
    assert verify(bounty.folder.ledger, reveal=reveal, judge=replay).ok


@pytest.mark.parametrize("score", ["0.01", None, "x"])
def test_a_score_that_was_changed_is_noticed(score, bounty, tmp_path):
    """A host who shows another score than the sealed numbers give, or hides one, is found out."""
    for claim in STREAM:
        bounty.submit(claim, team="owls")
    _, reveal = close(bounty)
    entries = bounty.ledger.entries()
    row = next(entry for entry in entries if "ladder" in entry.body)
    body = {name: value for name, value in row.body.items() if name != "ladder"}
    rewrite(tmp_path / "l.jsonl", entries, {row.seq: body if score is None else body | {"ladder": score}})
    found = verify(tmp_path / "l.jsonl", reveal=reveal, judge=replay)
    assert row.seq in {problem.row for problem in found.problems}


def test_a_score_too_many_is_out_of_order(bounty, tmp_path):
    """More scores than the terms pay for are a fault of the ledger itself, without any reveal."""
    for number in range(5):
        bounty.submit(replace(SERVED, group=f"age < {30 + number}"), team="owls")
    entries = bounty.ledger.entries()
    rows = bounty.ledger.entries(Kind.DECISION)
    rewrite(tmp_path / "l.jsonl", entries, {row.seq: {**row.body, "ladder": "0.5"} for row in rows})
    found = verify(tmp_path / "l.jsonl")
    assert [problem.row for problem in found.problems] == [rows[3].seq]
    assert "ladder_changes are used up" in found.problems[0].text


def test_a_repair_that_fails_on_part_a_has_no_score(bounty, monkeypatch):
    """Without evidence nothing is shown, as when a score does not change."""
    monkeypatch.setattr(bounty.referee.held, "group", lambda _claim: type("Few", (), {"size": 3})())
    ruling = bounty.submit(replace(LEFT_NO, model=Constant("no")), team="owls").ruling
    assert (ruling.outcome, ruling.score) == ("rejected", None)
