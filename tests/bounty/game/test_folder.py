"""The files of a bounty: what is private, what is locked, and what a crash can leave in them."""

from __future__ import annotations

import errno
import os
import stat

import pytest
from bounty_games import HARMED, played
from onnx_graphs import onnx_model

from bounty.claims.claim import Claim, ClaimKind
from bounty.game.folder import BountyFolder, OnnxFiles
from bounty.game.openings import Openings
from bounty.ledger.sealing import Sealed
from fairkit.errors import BountyError, OutputError


@pytest.fixture
def folder(tmp_path):
    """Return the folder of a bounty without data."""
    made = BountyFolder(tmp_path / "b")
    made.make()
    return made


def test_a_claim_is_kept_with_its_models_and_words(folder):
    """What comes back is the claim, its ONNX file and what was said around it."""
    claim = Claim(ClaimKind.DISPARITY, "error", onnx_model(b"graph"), about={"title": "Those"})
    folder.keep_claim(claim, row=7)
    found = folder.claim(7, claim.hash)
    assert (found, found.group.content, found.about["title"]) == (claim, b"graph", "Those")
    for path in (folder.private / "claims").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_claim_that_is_lost_or_another_is_named(folder):
    """No file, another claim, a text that is no claim and an exchanged ONNX file are each refused."""
    claim = Claim(ClaimKind.DISPARITY, "error", onnx_model(b"graph"))
    with pytest.raises(BountyError, match=r"no file '.*7\.json'"):
        folder.claim(7, claim.hash)
    folder.keep_claim(claim, row=7)
    with pytest.raises(BountyError, match="another claim"):
        folder.claim(7, "00" * 32)
    (folder.private / "claims" / f"{claim.group.sha256}.onnx").write_bytes(b"other")
    with pytest.raises(BountyError, match="its hash is not its name"):
        folder.claim(7, claim.hash)
    for text in ("", "{}", "[1]", '{"content": {"kind": "x"}, "about": {}}'):
        (folder.private / "claims" / "7.json").write_text(text)
        with pytest.raises(BountyError, match=r"7\.json"):
            folder.claim(7, claim.hash)


def test_models_are_published_once(folder):
    """A confirmed claim's file is written for hunters, who may read it."""
    claim = Claim(ClaimKind.DISPARITY, "error", onnx_model(b"graph"))
    folder.publish_models(claim)
    folder.publish_models(claim)
    path = folder.public_model(claim.group.sha256)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert dict(OnnxFiles(path.parent)) == {claim.group.sha256: b"graph"}
    assert len(OnnxFiles(path.parent)) == 1


def test_the_salt_is_read_back(folder):
    """What is no salt any more is named."""
    folder.keep_salt(bytes(range(32)))
    assert folder.salt() == bytes(range(32))
    (folder.private / "salt").write_text("no salt")
    with pytest.raises(BountyError, match="salt"):
        folder.salt()


def test_what_opens_a_seal_is_read_back(tmp_path):
    """Each line opens its seal, whatever stands in it; without a file there is none."""
    openings = Openings(tmp_path / "openings.jsonl")
    assert openings.read() == {}
    kept = [Sealed.of({"numbers": number, "text": "ä\u2028\x85"}) for number in range(3)]
    for sealed in kept:
        openings.keep("decision", sealed)
    assert openings.read() == {sealed.hash: sealed for sealed in kept}
    assert stat.S_IMODE(openings.path.stat().st_mode) == 0o600


@pytest.mark.parametrize("cut", [1, 5, 60])
def test_half_a_line_is_no_damage(cut, tmp_path):
    """A line that a crash cut off is left out, and the next one does not follow on it."""
    openings = Openings(tmp_path / "openings.jsonl")
    first, lost, last = (Sealed.of({"number": number}) for number in range(3))
    openings.keep("decision", first)
    openings.keep("decision", lost)
    openings.path.write_bytes(openings.path.read_bytes()[:-cut])
    assert set(openings.read()) == {first.hash}
    openings.keep("decision", last)
    assert set(openings.read()) == {first.hash, last.hash}


def test_a_full_disk_leaves_the_openings_whole(tmp_path, monkeypatch):
    """A line that could be written in part is taken back."""
    openings = Openings(tmp_path / "openings.jsonl")
    first = Sealed.of({"number": 1})
    openings.keep("decision", first)
    before, real = openings.path.read_bytes(), os.write

    def full(descriptor, data):
        if len(data) > 20:
            return real(descriptor, bytes(data)[:20])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "write", full)
        with pytest.raises(OutputError, match="No space left"):
            openings.keep("decision", Sealed.of({"number": "x" * 10}))
    assert openings.path.read_bytes()[: len(before)] == before
    assert set(openings.read()) == {first.hash}


@pytest.mark.parametrize(
    "line", [b"", b"{}", b"[1]", b'{"seal":1}', b"\xff", b'{"content":1,"nonce":"00","seal":"00"}']
)
def test_a_damaged_line_is_named(line, tmp_path):
    """Whatever stands in a whole line that opens nothing, its number is said."""
    openings = Openings(tmp_path / "openings.jsonl")
    openings.keep("decision", Sealed.of({"number": 1}))
    openings.path.write_bytes(openings.path.read_bytes() + line + b"\n")
    with pytest.raises(BountyError, match=r"openings.jsonl', line 2"):
        openings.read()


def test_the_lock_lets_one_in_at_a_time(folder):
    """While one holds it another waits, here: would have to."""
    import fcntl

    with folder.locked(), (folder.private / "lock").open() as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with (folder.private / "lock").open() as other:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_without_a_private_folder_there_is_no_lock(tmp_path):
    """A folder that is no host's says so."""
    with pytest.raises(BountyError, match="no whole bounty"), BountyFolder(tmp_path).locked():
        pass


def test_a_part_is_where_it_belongs(tmp_path):
    """The held-out parts are private files."""
    bounty = played(tmp_path / "b", HARMED)
    assert bounty.folder.part("checker").parent == bounty.folder.private
    assert bounty.folder.part("checker").is_file()
