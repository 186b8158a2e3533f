"""Judging a whole bounty again, and what keeps it from coming out the same."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest
from bounty_games import HARMED, LEFT_NO, LOW_YES, SERVED, STREAM, TERMS, opened, played, rewrite

from bounty.certificates.terms import Terms
from bounty.claims.claim import Claim, ClaimKind, Constant, Rules
from bounty.game.bounty import Bounty
from bounty.game.closing import close
from bounty.game.rescoring import rescore
from bounty.ledger.entries import Kind
from fairkit.errors import BountyError, LedgerError

MANY = 1_000
FAST = Terms.of(epsilon="0.7", least="0.02", submissions=MANY, acceptances=40, bound="chernoff")


def mixed(number):
    """Return one of many claims of all kinds, most of which say nothing true."""
    age, kind = 20 + number % 38, number // 38 % 6
    group = (f"age <= {age + 1}", f"age > {age}", f"age <= {age + 1} and side == 'right'")[number // 228 % 3]
    return (
        Claim(ClaimKind.DISPARITY, "error", group, "rest", f"0.0{1 + number % 9}"),
        Claim(ClaimKind.REPAIR, "error", group, model=Constant("yes")),
        Claim(ClaimKind.DISPARITY, "false_negative", group, "overall", f"0.{10 + number}"),
        Claim(ClaimKind.REPAIR, "error", group, model=Rules(((f"half == 'low' and age < {age}", "no"),))),
        Claim(ClaimKind.DISPARITY, "false_positive", group, "half == 'low'"),
        (LEFT_NO, LOW_YES, HARMED, SERVED)[number % 4],
    )[kind]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return the folder of a closed bounty in which a stream of claims was judged."""
    bounty = played(tmp_path_factory.mktemp("whole") / "b", *STREAM)
    close(bounty)
    return bounty.folder.root


@pytest.fixture
def copy(whole, tmp_path):
    """Return a copy of that bounty, to be changed."""
    return shutil.copytree(whole, tmp_path / "b")


def test_a_thousand_submissions_come_out_the_same(tmp_path):
    """Every whole number of a thousand submissions of all kinds is found again by judging them again."""
    place = opened(tmp_path / "b", terms=FAST)
    bounty = Bounty(place)
    for number in range(MANY):
        bounty.submit(mixed(number), team=f"team {number}")
    outcomes = [judged.ruling.outcome.value for judged in bounty.judged]
    assert set(outcomes) == {"confirmed", "unconfirmed", "rejected", "duplicate"}
    found = rescore(place)
    assert (found.claims, found.head) == (MANY, bounty.ledger.head)
    assert found.numbers == sum("evidence" in entry.body for entry in bounty.ledger.entries()) > MANY // 2
    again = Bounty(place)
    assert [one.ruling for one in again.judged] == [one.ruling for one in bounty.judged]


def test_an_open_bounty_and_a_closed_one_are_judged_again(whole, tmp_path):
    """What was found says how many claims and numbers, and which parts."""
    found = rescore(whole).to_dict()
    assert (found["claims"], found["parts"]) == (len(STREAM), ["public", "checker", "confirmation"])
    assert rescore(played(tmp_path / "b", HARMED).folder.root).claims == 1


@pytest.mark.parametrize(
    ("name", "share", "words"),
    [
        ("ledger.jsonl", 0.1, "row 1"),
        ("ledger.jsonl", 0.9, "row "),
        ("private/openings.jsonl", 0.3, "openings.jsonl', line"),
        ("private/openings.jsonl", 0.8, "openings.jsonl', line"),
        ("private/checker.npz", 0.5, "checker.npz"),
        ("private/confirmation.npz", 0.2, "confirmation.npz"),
        ("public/public.csv", 0.5, "public.csv"),
        ("private/claims/2.json", 0.5, "2.json"),
    ],
)
def test_a_byte_that_was_changed_is_refused_and_named(name, share, words, copy):
    """One flipped bit in any file that decides is noticed, and the file or row is named."""
    path = copy / name
    content = bytearray(path.read_bytes())
    content[int(len(content) * share)] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises((BountyError, LedgerError), match=words):
        rescore(copy)


def test_other_rows_of_the_right_form_are_refused(copy):
    """A part in whose place another one lies is noticed by its hash, though its file is whole."""
    private = copy / "private"
    shutil.copy(private / "checker.npz", private / "confirmation.npz")
    with pytest.raises((BountyError, LedgerError), match=r"private/confirmation.npz"):
        rescore(copy)


def test_openings_that_were_made_up_are_refused(copy):
    """Other numbers with a seal of their own do not open the row's seal."""
    file = copy / "private" / "openings.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    lines[-1]["content"]["numbers"]["rows"] += 1
    file.write_text("".join(json.dumps(line, sort_keys=True, separators=(",", ":")) + "\n" for line in lines))
    with pytest.raises(BountyError, match="do not open its seal"):
        rescore(copy)


def test_final_points_that_were_changed_are_noticed(copy):
    """Points stand in the closing row; a host who rewrites them, and the chain, is told both."""
    bounty = Bounty(copy)
    end = bounty.closed
    points = [{**each, "points": "9999"} for each in end.body["points"]]
    rewrite(copy / "ledger.jsonl", bounty.ledger.entries(), {end.seq: {"points": points}})
    with pytest.raises(LedgerError, match=f"row {end.seq}: the final points are not those"):
        rescore(copy)


def test_a_claim_that_was_exchanged_is_noticed(copy):
    """The file of a claim must have the hash that its submission names."""
    file = copy / "private" / "claims" / "2.json"
    other = {"content": replace(SERVED, group="age < 30").to_dict(), "about": {}}
    file.write_text(json.dumps(other))
    with pytest.raises(BountyError, match="another claim than the ledger says"):
        rescore(copy)


def test_rows_that_are_missing_in_the_middle_are_noticed(copy):
    """A ruling whose last rows were left out, with the chain made whole again, is no crash."""
    entries = list(Bounty(copy).ledger.entries())
    gone = next(entry for entry in entries if entry.kind is Kind.REPAIR)
    kept = [replace(e, seq=e.seq - (e.seq > gone.seq)) for e in entries if e is not gone]

    def moved(body):
        """Have a row refer to where the others stand now."""
        names = ("submission", "decision", "confirmation")
        return {k: v - 1 if k in names and v > gone.seq else v for k, v in body.items()}

    rewrite(copy / "ledger.jsonl", kept, {e.seq: moved(e.body) for e in kept})
    with pytest.raises((BountyError, LedgerError)):
        rescore(copy)


def test_terms_are_those_of_the_ledger(tmp_path):
    """Other terms in the manifest's file change nothing: the ledger's first row decides."""
    place = played(tmp_path / "b", HARMED, terms=TERMS).folder.root
    (place / "manifest.json").write_text("{}")
    assert rescore(place).claims == 1
