"""A bounty that is opened: after a crash, beside another process, from a folder that is not its own."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from dataclasses import replace

import pytest
from bounty_games import (
    HARMED,
    LEFT_NO,
    LOW_YES,
    MISSED,
    SERVED,
    STREAM,
    opened,
    played,
    rewrite,
    said,
    sealed,
)

from bounty.claims.claim import Claim
from bounty.game.bounty import Bounty
from bounty.game.published import Published
from bounty.ledger.entries import Kind
from bounty.ledger.ledger import Ledger
from bounty.ledger.signatures import PrivateKey
from bounty.ledger.verifying import verify
from fairkit.errors import BountyError, LedgerError, OutputError

# --- crashes and other processes ---


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return a bounty in which a stream of claims was judged."""
    return played(tmp_path_factory.mktemp("whole") / "b", *STREAM)


def test_a_crash_between_any_two_rows_is_mended(whole, tmp_path):
    """Wherever the ledger ends, opening writes the rows that are missing of the last claim, and no others."""
    lines = whole.folder.ledger.read_bytes().splitlines(keepends=True)
    starts = [entry.seq for entry in whole.ledger.entries(Kind.SUBMISSION)] + [len(lines) + 1]
    for kept in range(1, len(lines) + 1):
        place = tmp_path / str(kept)
        shutil.copytree(whole.folder.root, place)
        (place / "ledger.jsonl").write_bytes(b"".join(lines[:kept]))
        mended = Bounty(place)
        end = 1 if kept == 1 else next(start - 1 for start in starts if start > kept)
        assert said(mended) == said(whole)[: end - 1]
        assert sealed(mended) == sealed(whole)[: len(sealed(mended))]
        for judged in whole.judged[len(mended.judged) :]:
            mended.submit(judged.ruling.claim, team="owls")
        assert said(mended) == said(whole)


def test_an_opening_that_a_crash_cut_off_is_left_out(whole, tmp_path):
    """Its seal was never published, so the next opening takes its place."""
    shutil.copytree(whole.folder.root, tmp_path / "b")
    file = tmp_path / "b" / "private" / "openings.jsonl"
    file.write_bytes(file.read_bytes() + b'{"content":{"num')
    bounty = Bounty(tmp_path / "b")
    bounty.submit(MISSED, team="owls")
    assert said(Bounty(tmp_path / "b"))[:-2] == said(whole)
    assert b'{"content":{"num{' not in file.read_bytes()


def test_a_row_that_a_crash_cut_off_is_named(whole, tmp_path):
    """Half a row is dropped only when asked, and then the claim it was of is finished."""
    shutil.copytree(whole.folder.root, tmp_path / "b")
    ledger = tmp_path / "b" / "ledger.jsonl"
    ledger.write_bytes(ledger.read_bytes()[:-7])
    with pytest.raises(LedgerError, match="it is cut off"):
        Bounty(tmp_path / "b")
    Ledger.recover(ledger)
    assert said(Bounty(tmp_path / "b")) == said(whole)


def test_what_could_not_be_written_is_not_forgotten(tmp_path, monkeypatch):
    """After a full disk memory and ledger differ, so the bounty refuses until it is opened again."""
    bounty = Bounty(opened(tmp_path / "b"))

    def full(*_arguments, **_settings):
        raise OutputError("the disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr(bounty.ledger, "append", full)
        with pytest.raises(OutputError):
            bounty.submit(HARMED, team="owls")
    with pytest.raises(BountyError, match="open it again"):
        bounty.submit(SERVED, team="owls")
    fresh = Bounty(tmp_path / "b")
    assert fresh.submit(HARMED, team="owls").ruling.outcome == "confirmed"


def judge_all(arguments):
    """Judge claims in a process of its own, opening the bounty for each."""
    place, team, claims = arguments
    for content in claims:
        Bounty(place).submit(Claim.from_dict(content), team=team)


def test_two_processes_may_judge_at_once(tmp_path):
    """Claims of two processes stand one after the other, and every one is judged."""
    place = opened(tmp_path / "b")
    more = [replace(SERVED, group=f"age < {age}").to_dict() for age in range(30, 40)]
    work = [(place, "owls", [LEFT_NO.to_dict(), *more[:5]]), (place, "cats", [HARMED.to_dict(), *more[5:]])]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.map(judge_all, work)
    bounty = Bounty(place)
    assert len(bounty.judged) == 12
    assert bounty.referee.checker.spent.submissions == 12
    assert verify(bounty.folder.ledger).ok


def test_a_bounty_takes_in_what_another_process_judged(tmp_path):
    """A bounty that was open all along judges after the claims that came in meanwhile."""
    early = Bounty(opened(tmp_path / "b"))
    other = Bounty(tmp_path / "b")
    other.submit(LEFT_NO, team="cats")
    assert early.submit(LEFT_NO, team="owls").ruling.outcome == "duplicate"
    assert early.submit(LOW_YES, team="owls").ruling.version == 1
    assert other.submit(HARMED, team="cats").submission.seq > early.judged[-1].submission.seq
    assert len(other.judged) == 4


# --- refusals ---


def test_a_ledger_that_was_turned_round_does_not_open(whole, tmp_path):
    """A decision that was rewritten with the whole chain after it is named, and what it should say."""
    place = tmp_path / "b"
    shutil.copytree(whole.folder.root, place)
    entries = whole.ledger.entries()
    row = next(e for e in entries if e.kind is Kind.DECISION and e.body["outcome"] == "rejected")
    rewrite(place / "ledger.jsonl", entries, {row.seq: {**row.body, "outcome": "accepted"}})
    with pytest.raises(LedgerError, match=f"row {row.seq}: .*'accepted'.*'rejected'"):
        Bounty(place)


def test_malformed_rows_are_named(whole, tmp_path):
    """A chain that holds rows without what they need is refused as a ledger, and is no bug of ours."""
    entries = whole.ledger.entries()
    for row, body in ((2, {}), (3, {"submission": 2}), (3, {"submission": 99, "outcome": "rejected"})):
        place = tmp_path / f"{row}{len(str(body))}"
        shutil.copytree(whole.folder.root, place)
        rewrite(place / "ledger.jsonl", entries, {row: body})
        with pytest.raises(LedgerError, match=f"row {row}"):
            Bounty(place)
        with pytest.raises(LedgerError, match=f"row {row}"):
            Published.read(place)


def test_a_folder_that_is_no_bounty_is_named(tmp_path):
    """No folder, a file, an empty folder and a hunter's copy are each told apart."""
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    copy = tmp_path / "copy"
    whole = opened(tmp_path / "b")
    shutil.copytree(whole, copy, ignore=shutil.ignore_patterns("private"))
    for place, words in (
        ("nowhere", "there is no folder"),
        ("file", "there is no folder"),
        ("empty", "no folder of a bounty"),
        ("copy", "only the host can judge"),
    ):
        with pytest.raises(BountyError, match=words):
            Bounty(tmp_path / place)


@pytest.mark.parametrize("name", ["checker.npz", "confirmation.npz", "openings.jsonl"])
def test_a_private_file_that_is_missing_is_named(name, tmp_path):
    """Without a part or what opens the seals nothing is judged."""
    place = opened(tmp_path / "b")
    (place / "private" / name).unlink()
    with pytest.raises((BountyError, LedgerError), match=name):
        Bounty(place)


def test_a_ledger_of_another_bounty_is_refused(tmp_path):
    """Rows that the manifest was not made for are refused, in the host's folder and in a hunter's."""
    place = opened(tmp_path / "b")
    other = opened(tmp_path / "other", salt=bytes(32))
    shutil.copy(other / "ledger.jsonl", place / "ledger.jsonl")
    with pytest.raises(LedgerError, match=r"public/public.csv: these are not the public rows"):
        Published.read(place)
    with pytest.raises(LedgerError, match="these are not the public rows"):
        Bounty(place)
    shutil.rmtree(place / "public")
    shutil.copytree(other / "public", place / "public")
    with pytest.raises(LedgerError, match="the checker part's hash"):
        Bounty(place)


def test_a_signed_bounty_needs_its_key(tmp_path):
    """Without the key nothing is judged, with it every row is signed, and reading needs none."""
    key = PrivateKey.generate()
    place = opened(tmp_path / "b", key=key)
    with pytest.raises(BountyError, match="--key"):
        Bounty(place).submit(HARMED, team="owls")
    with pytest.raises(BountyError, match="--key"):
        Bounty(place).commit("00" * 32, team="owls")
    assert len(Bounty(place).ledger) == 1
    bounty = Bounty(place, key=key)
    receipt = bounty.receipt(bounty.submit(HARMED, team="owls"))
    assert receipt.signature is not None
    assert verify(place / "ledger.jsonl", public_key=key.public, receipts=[receipt]).ok
    with pytest.raises(LedgerError):
        Bounty(place, key=PrivateKey.generate())


def test_whoever_may_not_write_can_still_read(whole, tmp_path, monkeypatch):
    """An auditor with a copy on a read-only medium opens it; only writing is refused."""
    real = os.open

    def read_only(path, flags, *rest, **more):
        if flags & (os.O_WRONLY | os.O_RDWR):
            raise PermissionError(13, "Permission denied")
        return real(path, flags, *rest, **more)

    monkeypatch.setattr(os, "open", read_only)
    assert len(Bounty(whole.folder.root).judged) == len(STREAM)
