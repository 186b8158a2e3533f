"""Verification of a whole bounty from its ledger: everything right passes, everything wrong is named."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from dataclasses import replace

import pytest
from bounty_ledgers import CLAIM, OTHER, SALT, Writer, toy_bounty, toy_manifest
from hypothesis import given
from hypothesis import strategies as st

import fairkit
from bounty.certificates.terms import Terms
from bounty.claims.claim import Claim, ClaimKind
from bounty.ledger.chain import Problem
from bounty.ledger.receipts import Receipt
from bounty.ledger.reveal import Opening, Reveal
from bounty.ledger.sealing import Sealed, seal_claim
from bounty.ledger.signatures import PrivateKey
from bounty.ledger.verifying import verify
from fairkit.errors import LedgerError, OutputError

CHAIN, ORDER = "the chain of hashes", "the order of the rows and the budgets of the terms"


def problems_of(writer: Writer, **given) -> list[str]:
    """Return what verification finds, as text."""
    return [str(problem) for problem in verify(writer.log, **given).problems]


def opened() -> Writer:
    """Return a ledger that holds its manifest and one confirmed claim."""
    writer = Writer()
    writer.manifest()
    decision = writer.claim("accepted")
    writer.add("confirmation", {"decision": decision, "confirmed": True}, {"errors": 1})
    return writer


# --- all is well ---


def test_a_whole_bounty_passes_with_everything_at_hand():
    """Manifest, order, budgets, seals, salt, parts, signatures, receipts and decisions are all checked."""
    key = PrivateKey.generate()
    bounty = toy_bounty(key)
    found = verify(
        bounty.log,
        reveal=bounty.reveal,
        receipts=[Receipt.of(bounty.entries, 3)],
        public_key=key.public,
        manifest_hash=toy_manifest(public_key=key.public.hex).hash,
        judge=lambda *_: [],
    )
    assert found.ok
    assert found.problems == ()
    assert (found.rows, found.head) == (11, bounty.entries[-1].hash)
    assert found.checked == (
        CHAIN,
        "the manifest's published hash",
        "the manifest",
        "every row's signature",
        "1 receipt",
        ORDER,
        "the salt",
        "the seals of the secret parts' hashes",
        "4 seals of evidence",
        "every decision, made again from its evidence",
    )
    assert [what.partition(":")[0] for what in found.unchecked] == ["the rows themselves"]


def test_what_could_not_be_checked_is_said():
    """With nothing but the ledger, five things stay open and are listed, and the ledger still passes."""
    found = verify(toy_bounty().log)
    assert found.ok
    assert found.checked == (CHAIN, "the manifest", ORDER)
    assert len(found.unchecked) == 5
    assert json.loads(json.dumps(found.to_dict()))["unchecked"] == list(found.unchecked)


def test_every_beginning_of_a_bounty_passes():
    """A bounty that is still running is right after each of its rows."""
    bounty = toy_bounty()
    for length in range(1, len(bounty.entries) + 1):
        assert problems_of(Writer(entries=bounty.entries[:length])) == []


def test_a_ledger_can_be_checked_where_it_lies(tmp_path):
    """A path is read like its bytes, and a file that is not there is said to be missing."""
    bounty = toy_bounty()
    (tmp_path / "ledger.jsonl").write_bytes(bounty.log)
    assert verify(tmp_path / "ledger.jsonl") == verify(bounty.log)
    with pytest.raises(LedgerError, match="cannot be read"):
        verify(tmp_path / "none.jsonl")


def test_nothing_is_read_but_the_ledger(tmp_path):
    """In an empty folder and without a network, a process of its own verifies a ledger and its reveal."""
    bounty = toy_bounty()
    (tmp_path / "ledger.jsonl").write_bytes(bounty.log)
    bounty.reveal.write(tmp_path / "reveal.json")
    code = (
        "import socket\n"
        "def refuse(*given, **named): raise OSError('no network')\n"
        "socket.socket.connect = refuse\n"
        "from bounty.ledger.reveal import Reveal\n"
        "from bounty.ledger.verifying import verify\n"
        "print(verify('ledger.jsonl', reveal=Reveal.read('reveal.json')).ok)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(next(iter(fairkit.__path__)) + "/..")},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert told.stdout == "True\n"


# --- the chain, receipts, signatures ---


def test_every_flipped_byte_of_a_signed_bounty_is_named_by_its_row():
    """In a signed ledger each byte counts too, those of signatures included."""
    key = PrivateKey.generate()
    writer = Writer(key)
    writer.manifest()
    writer.add("commitment", {"team": "owls", "seal": "ab" * 32})
    writer.add("close")
    start = len(writer.entries[0].line)
    for place in range(start, len(writer.log)):
        row = 2 if place < start + len(writer.entries[1].line) else 3
        changed = bytearray(writer.log)
        changed[place] ^= 1
        assert verify(bytes(changed)).problems[0].row == row


def test_a_broken_chain_ends_the_checks():
    """Where a row was changed, that is the finding, and nothing is said about the rest."""
    found = verify(toy_bounty().log.replace(b"cats", b"rats"), reveal=toy_bounty().reveal)
    assert {problem.row for problem in found.problems} == {7, 9}
    assert found.checked == (CHAIN,)
    assert found.unchecked[0].startswith("everything else")


def test_receipts_catch_what_the_chain_cannot():
    """A ledger cut after row 8 is whole in itself, and each receipt for a later time says otherwise."""
    bounty = toy_bounty()
    short = Writer(entries=bounty.entries[:8])
    receipts = [
        Receipt.of(bounty.entries, 3),
        Receipt.of(bounty.entries, 9),
        Receipt.of(bounty.entries[:4], 3),
    ]
    assert problems_of(short) == []
    rows = [problem.row for problem in verify(short.log, receipts=receipts).problems]
    assert rows == [11, 9]
    assert verify(bounty.log, receipts=receipts).ok


def test_a_receipt_is_the_hosts_only_with_its_signature():
    """A forged receipt accuses nobody, a signed one does, and an unsigned one is said to convince few."""
    bounty = toy_bounty(PrivateKey.generate())
    honest = Receipt.of(bounty.entries, 3)
    assert honest.signature == bounty.entries[-1].signature
    forged = replace(honest, head="ab" * 32)
    assert problems_of(bounty, receipts=[honest, forged]) == [
        "the receipt for row 3 does not have the host's signature."
    ]
    short = Writer(entries=bounty.entries[:9])
    assert [problem[:7] for problem in problems_of(short, receipts=[honest])] == ["row 11:"]
    unsigned = verify(bounty.log, receipts=[replace(honest, signature=None)])
    assert unsigned.ok
    assert any("without a signature" in what for what in unsigned.unchecked)


def test_without_the_package_signatures_are_left_unchecked_and_said_to_be():
    """Where cryptography is missing a signed ledger is still checked, and a given key is an error."""
    key = PrivateKey.generate()
    code = (
        "import sys; sys.modules['cryptography'] = None\n"
        "from bounty.ledger.signatures import PublicKey\n"
        "from bounty.ledger.verifying import verify\n"
        "log = sys.stdin.buffer.read()\n"
        "found = verify(log)\n"
        "print(found.ok, [what for what in found.unchecked if 'cryptography' in what])\n"
        "try: verify(log, public_key=PublicKey(sys.argv[1]))\n"
        "except ImportError as error: print(type(error).__name__)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, key.public.hex],
        input=toy_bounty(key).log,
        capture_output=True,
        check=True,
        timeout=60,
    )
    first, second = told.stdout.decode().splitlines()
    assert first.startswith("True [")
    assert "signatures need the package cryptography" in first
    assert second == "MissingDependencyError"


def test_rows_that_another_key_signed_are_named():
    """A row written by somebody else is found with the manifest's own key, and with the published one."""
    key = PrivateKey.generate()
    bounty = toy_bounty(key)
    forged = PrivateKey.generate().sign(bounty.entries[4].hash)
    bounty.entries[4] = replace(bounty.entries[4], signature=forged)
    bounty.entries[6] = replace(bounty.entries[6], signature=None)
    assert [problem.row for problem in verify(bounty.log).problems] == [5, 7]
    assert [problem.row for problem in verify(bounty.log, public_key=key.public).problems] == [5, 7]


def test_a_ledger_written_anew_under_another_key_is_caught_by_the_published_key():
    """Whoever rewrites everything must use a key of his own, which is not the host's."""
    bounty = toy_bounty(PrivateKey.generate())
    host = PrivateKey.generate().public
    assert verify(bounty.log).ok
    found = verify(bounty.log, public_key=host)
    assert "not the key with the fingerprint" in found.problems[0].text
    assert {problem.row for problem in found.problems} == set(range(1, 12))
    assert "names none" in problems_of(toy_bounty(), public_key=host)[0]


def test_a_signature_that_nobody_announced_is_a_problem():
    """A row is signed only where the manifest names the key."""
    bounty = toy_bounty()
    bounty.entries[3] = replace(bounty.entries[3], signature="ab" * 64)
    assert problems_of(bounty) == ["row 4: it is signed, and the manifest names no key."]


def test_another_manifest_than_the_published_one_is_named():
    """The hash that was published before the opening is compared with the first row."""
    found = problems_of(toy_bounty(title="Other"), manifest_hash=toy_manifest().hash)
    assert len(found) == 1
    assert found[0].startswith("row 1: its manifest has the hash")


def test_all_faults_of_the_manifest_are_named():
    """A first row that is no manifest is checked field by field, and the order of rows all the same."""
    writer = Writer()
    writer.add("manifest", toy_manifest().to_dict() | {"title": "", "terms": {}})
    writer.add("decision", {"submission": 1, "outcome": "accepted"}, {})
    found = problems_of(writer, reveal=writer.reveal)
    assert sum(problem.startswith("row 1: title") for problem in found) == 1
    assert sum(problem.startswith("row 1: terms") for problem in found) == 10
    assert found[-1] == "row 2: it refers to row 1, which is no valid submission."


# --- the order of rows ---


def test_a_ledger_begins_with_its_manifest_and_has_one():
    """A manifest elsewhere, or none at the beginning, is named by its row."""
    writer = Writer()
    writer.add("commitment", {"team": "owls", "seal": "ab" * 32})
    writer.manifest()
    assert "row 1: it is a commitment; a ledger begins with its manifest." in problems_of(writer)
    assert "row 2: it is a second manifest; a ledger has one, its first row." in problems_of(writer)


def test_nothing_follows_the_close():
    """Every row after the close is named, another close included."""
    bounty = toy_bounty()
    bounty.add("submission", {"team": "owls", "claim": OTHER})
    bounty.add("close")
    text = "it stands after row 11, which closed the bounty."
    assert problems_of(bounty)[0] == f"row 12: {text}"
    assert f"row 13: {text}" in problems_of(bounty)


def test_what_is_open_at_the_close_is_named():
    """A close says that each submission was decided and each acceptance confirmed or not."""
    writer = Writer()
    writer.manifest()
    writer.add("submission", {"team": "owls", "claim": CLAIM})
    writer.claim("accepted", claim=OTHER)
    writer.add("close")
    assert problems_of(writer) == [
        "row 5: the submission of row 2 was not decided before the close.",
        "row 5: the claim accepted in row 4 was neither confirmed nor failed to be.",
    ]


MISPLACED = {
    "a decision of nothing": (
        "decision",
        {"submission": 9, "outcome": "rejected"},
        "row 9, which is not before",
    ),
    "a decision of itself": (
        "decision",
        {"submission": 5, "outcome": "rejected"},
        "row 5, which is not before",
    ),
    "a decision of a decision": ("decision", {"submission": 3, "outcome": "rejected"}, "no valid submission"),
    "a second decision": (
        "decision",
        {"submission": 2, "outcome": "rejected"},
        "to which row 3 refers already",
    ),
    "a second confirmation": (
        "confirmation",
        {"decision": 3, "confirmed": True},
        "to which row 4 refers already",
    ),
    "a confirmation of a submission": (
        "confirmation",
        {"decision": 2, "confirmed": True},
        "no valid decision",
    ),
    "a repair after a decision": ("repair", {"confirmation": 3, "accepted": False}, "no valid confirmation"),
    "a repair after nothing": ("repair", {"confirmation": 1, "accepted": False}, "no valid confirmation"),
}


@pytest.mark.parametrize(("kind", "body", "problem"), MISPLACED.values(), ids=MISPLACED.keys())
def test_a_row_that_follows_the_wrong_one_is_named(kind, body, problem):
    """A decision belongs to one submission, a confirmation to one acceptance, a repair to a confirmation."""
    writer = opened()
    writer.add(kind, body, {})
    found = problems_of(writer)
    assert len(found) == 1
    assert found[0].startswith("row 5: it refers to row")
    assert problem in found[0]


def test_only_accepted_claims_are_confirmed_and_only_confirmed_ones_repaired():
    """A confirmation of a rejection and a repair after a failed confirmation are named."""
    writer = Writer()
    writer.manifest()
    rejected = writer.claim("rejected")
    writer.add("confirmation", {"decision": rejected, "confirmed": True}, {})
    accepted = writer.claim("accepted", claim=OTHER)
    failed = writer.add("confirmation", {"decision": accepted, "confirmed": False}, {})
    writer.add("repair", {"confirmation": failed, "accepted": False}, {})
    assert problems_of(writer) == [
        "row 4: row 3, which it confirms or not, accepted nothing.",
        "row 8: row 7, after which it was asked, confirmed nothing.",
    ]


def test_a_claim_repeats_only_one_that_was_judged():
    """A duplicate names an earlier claim, so that no claim is turned away as the double of nothing."""
    writer = opened()
    for repeats in (CLAIM, OTHER, None):
        submission = writer.add("submission", {"team": "cats", "claim": OTHER})
        body = {"submission": submission, "outcome": "duplicate"} | ({"repeats": repeats} if repeats else {})
        writer.add("decision", body)
    assert problems_of(writer) == [
        "row 8: no claim b2b2b2b2... was judged before it.",
        "row 10: a duplicate names the claim that it repeats: repeats is missing.",
    ]


INVALID = {
    "a team that is none": ("commitment", {"team": " ", "seal": "ab" * 32}, "team: ' ' is no text"),
    "no seal": ("commitment", {"team": "owls"}, "'seal' is missing"),
    "a claim that is no hash": ("submission", {"team": "owls", "claim": "age < 25"}, "claim: .* is no hash"),
    "a nonce alone": (
        "submission",
        {"team": "owls", "claim": OTHER, "nonce": "ab" * 32},
        "commitment and nonce stand together",
    ),
    "content of another claim": (
        "submission",
        {"team": "owls", "claim": OTHER, "content": {}},
        "its content has another hash",
    ),
    "content that is none": (
        "submission",
        {"team": "owls", "claim": OTHER, "content": []},
        "content: .* is no JSON object",
    ),
    "no outcome": ("decision", {"submission": 5}, "'outcome' is missing"),
    "another outcome": ("decision", {"submission": 5, "outcome": "maybe"}, "outcome: 'maybe' is no outcome"),
    "an outcome that is a list": ("decision", {"submission": 5, "outcome": []}, "is no outcome"),
    "evidence in the open": (
        "decision",
        {"submission": 5, "outcome": "rejected", "evidence": {"errors": 17}},
        "evidence: .* is no hash",
    ),
    "no evidence": ("decision", {"submission": 5, "outcome": "rejected"}, "its sealed evidence is missing"),
    "a row that is text": (
        "decision",
        {"submission": "5", "outcome": "rejected"},
        "submission: '5' is no number",
    ),
    "a row that is truth": (
        "decision",
        {"submission": True, "outcome": "rejected"},
        "submission: True is no",
    ),
    "confirmed by a number": (
        "confirmation",
        {"decision": 3, "confirmed": 1, "evidence": "ab" * 32},
        "confirmed: 1 is no true or false",
    ),
    "no pair asked": (
        "repair",
        {"confirmation": 4, "accepted": False, "evidence": "ab" * 32, "asked": 0},
        "asked: 0 is no whole number",
    ),
}


@pytest.mark.parametrize(("kind", "body", "problem"), INVALID.values(), ids=INVALID.keys())
def test_a_row_that_lacks_what_its_kind_needs_is_named(kind, body, problem):
    """Each kind of row is checked for what it must hold."""
    writer = opened()
    writer.add("submission", {"team": "cats", "claim": OTHER})
    row = writer.add(kind, body)
    found = problems_of(writer)
    assert len(found) == 1
    assert found[0].startswith(f"row {row}: ")
    assert re.search(problem, found[0])


def test_the_content_of_a_claim_has_its_hash():
    """A submission that shows the claim shows the one that it is for."""
    claim = Claim(ClaimKind.DISPARITY, "error", "age < 25", margin="0.05")
    writer = opened()
    writer.add("submission", {"team": "owls", "claim": claim.hash, "content": claim.to_dict()})
    assert problems_of(writer) == []


@pytest.mark.parametrize("wrong", ["team", "nonce", "claim", "again"])
def test_a_commitment_opens_for_its_claim_team_and_nonce_once(wrong):
    """A commitment cannot be used for another claim, by another team, or twice."""
    nonce, content = bytes(32), {"team": "owls", "claim": OTHER, "commitment": 2, "nonce": "00" * 32}
    writer = Writer()
    writer.manifest()
    writer.add("commitment", {"team": "owls", "seal": seal_claim(OTHER, nonce, team="owls")})
    if wrong == "again":
        writer.add("submission", content)
        writer.add("submission", content)
        assert problems_of(writer) == ["row 4: it refers to row 2, to which row 3 refers already."]
    else:
        changed = {"team": "cats", "nonce": "01" * 32, "claim": CLAIM}[wrong]
        writer.add("submission", content | {wrong: changed})
        assert problems_of(writer) == ["row 3: claim, team and nonce do not open the commitment of row 2."]


# --- budgets ---


def budget(**terms) -> Writer:
    """Return a ledger with a manifest of these terms."""
    writer = Writer()
    writer.manifest(terms=Terms.of(**terms).to_dict())
    return writer


@pytest.mark.parametrize("allowed", [1, 2, 3])
def test_no_more_claims_are_judged_than_the_terms_allow(allowed):
    """The first claim beyond the submissions is named, and duplicates cost nothing."""
    writer = budget(submissions=allowed, acceptances=1)
    for i in range(allowed):
        writer.claim(claim=f"{i:064x}")
    again = writer.add("submission", {"team": "owls", "claim": OTHER})
    writer.add("decision", {"submission": again, "outcome": "duplicate", "repeats": f"{0:064x}"})
    assert problems_of(writer) == []
    row = writer.claim(claim=OTHER)
    text = f"submissions are used up: this is number {allowed + 1}, the terms allow {allowed}."
    assert problems_of(writer) == [f"row {row}: {text}"]


def test_nothing_is_judged_after_the_last_acceptance():
    """The checker is closed after the last acceptance, so another claim, rejected or not, is named."""
    writer = budget(submissions=9, acceptances=2, repairs=0)
    writer.claim("accepted")
    writer.claim("accepted", claim=OTHER)
    assert problems_of(writer) == []
    row = writer.claim("rejected", claim="c3" * 32)
    shut = "a claim is judged after the last acceptance that the terms allow."
    assert problems_of(writer) == [f"row {row}: {shut}"]
    other = writer.claim("accepted", claim="d4" * 32)
    assert problems_of(writer)[1:] == [
        f"row {other}: {shut}",
        f"row {other}: acceptances are used up: this is number 3, the terms allow 2.",
        f"row {other}: acceptance number 3 of claims and repairs; the terms allow 2.",
    ]


def test_repairs_are_counted_with_all_pairs_that_were_asked():
    """Asked pairs and accepted repairs each have a budget."""
    writer = budget(submissions=9, acceptances=2, repairs=1, repair_queries=5)
    confirmed = writer.add("confirmation", {"decision": writer.claim("accepted"), "confirmed": True}, {})
    writer.add("repair", {"confirmation": confirmed, "accepted": False, "asked": 4}, {})
    writer.add("repair", {"confirmation": confirmed, "accepted": True}, {})
    assert problems_of(writer) == []
    row = writer.add("repair", {"confirmation": confirmed, "accepted": True}, {})
    assert problems_of(writer) == [
        f"row {row}: repair_queries are used up: this is number 6, the terms allow 5.",
        f"row {row}: repairs are used up: this is number 2, the terms allow 1.",
    ]


def test_claims_and_repairs_together_end_with_the_least_mass():
    """A model that loses at most 1 cannot be repaired by a quarter more than four times."""
    writer = budget(epsilon="0.5", least="0.25", submissions=9, acceptances=3, repairs=3, repair_queries=9)
    confirmed = 0
    for i in range(3):
        decision = writer.claim("accepted", claim=f"{i:064x}")
        confirmed = writer.add("confirmation", {"decision": decision, "confirmed": True}, {})
    writer.add("repair", {"confirmation": confirmed, "accepted": True}, {})
    assert problems_of(writer) == []
    row = writer.add("repair", {"confirmation": confirmed, "accepted": True}, {})
    text = f"row {row}: acceptance number 5 of claims and repairs; the terms allow 4."
    assert problems_of(writer) == [text]


# --- the reveal ---


def test_each_seal_that_does_not_open_is_named():
    """A changed number, another nonce, a missing and a superfluous opening are four problems."""
    bounty = toy_bounty()
    openings = dict(bounty.reveal.openings)
    openings[4] = replace(openings[4], content={"errors": 18})
    openings[5] = replace(openings[5], nonce=bytes(32))
    del openings[6]
    openings[11] = Opening(11, bytes(32), {})
    found = verify(bounty.log, reveal=replace(bounty.reveal, openings=openings), judge=lambda *_: 1 / 0)
    assert [str(problem) for problem in found.problems] == [
        "row 4: the reveal's nonce and content do not open its evidence.",
        "row 5: the reveal's nonce and content do not open its evidence.",
        "row 6: the reveal does not open its evidence.",
        "row 11: the reveal opens it, and it holds no sealed evidence.",
    ]


def test_another_salt_is_named():
    """The salt of the random choices is the one that the manifest commits to."""
    bounty = toy_bounty()
    for bit in range(0, 256, 5):
        changed = bytearray(SALT)
        changed[bit // 8] ^= 1 << bit % 8
        found = problems_of(bounty, reveal=replace(bounty.reveal, salt=bytes(changed)))
        assert found == ["row 1: the reveal's salt is not the one that the manifest commits to."]


def test_another_part_is_named():
    """The hash of a secret part that the reveal opens is the one that was sealed."""
    bounty = toy_bounty()
    swapped = {"checker": bounty.reveal.parts["confirmation"]}
    found = problems_of(bounty, reveal=replace(bounty.reveal, parts=swapped))
    assert found == ["row 1: the reveal does not open the seal of the checker part's hash."]
    assert problems_of(bounty, reveal=replace(bounty.reveal, parts={})) == []


def test_what_has_no_canonical_form_opens_nothing():
    """A reveal made in a program with a fraction, or a short salt, is a problem and no error."""
    bounty = toy_bounty()
    openings = dict(bounty.reveal.openings) | {4: Opening(4, bytes(32), 0.5), 5: Opening(5, b"", {})}
    found = problems_of(bounty, reveal=replace(bounty.reveal, openings=openings, salt=b"short"))
    assert [problem[:6] for problem in found] == ["row 1:", "row 4:", "row 5:"]


def test_the_judge_gets_all_that_it_needs_and_its_findings_are_named():
    """Decisions are made again from the manifest, the rows and the opened contents."""
    bounty = toy_bounty()

    def judge(manifest, entries, contents):
        """Accept from 17 errors on."""
        assert manifest == toy_manifest()
        assert entries == tuple(bounty.entries)
        for entry in entries:
            if entry.kind == "decision" and entry.seq in contents:
                accepted = contents[entry.seq]["errors"] >= 18
                if accepted != (entry.body["outcome"] == "accepted"):
                    yield Problem(entry.seq, "it does not follow from its evidence.")

    assert problems_of(bounty, reveal=bounty.reveal, judge=judge) == [
        "row 4: it does not follow from its evidence."
    ]


def test_a_reveal_comes_back_from_its_file(tmp_path):
    """A reveal is written once and read strictly."""
    reveal = toy_bounty().reveal
    reveal.write(tmp_path / "reveal.json")
    assert Reveal.read(tmp_path / "reveal.json") == reveal
    assert Reveal.read(json.dumps(reveal.to_dict(), indent=2).encode()) == reveal
    with pytest.raises(OutputError, match="never overwritten"):
        reveal.write(tmp_path / "reveal.json")
    with pytest.raises(OutputError, match="cannot be written"):
        reveal.write(tmp_path / "no folder" / "reveal.json")
    with pytest.raises(LedgerError, match="cannot be read"):
        Reveal.read(tmp_path / "none.json")


def test_a_reveal_may_be_longer_than_a_row():
    """The evidence of many claims is more than one row of a ledger may hold."""
    reveal = Reveal.of(SALT, {row: Sealed.of("x" * 4_000_000) for row in (1, 2, 3)})
    assert Reveal.read(json.dumps(reveal.to_dict()).encode()) == reveal


def test_all_faults_of_a_reveal_are_named_at_once():
    """Each fault of each opening is a problem of its own."""
    content = copy.deepcopy(toy_bounty().reveal.to_dict()) | {"schema": "x", "salt": "00", "opening": 1}
    content["openings"][0]["nonce"] = "AB" * 32
    content["openings"][1]["seq"] = True
    content["openings"][2]["seq"] = content["openings"][0]["seq"]
    del content["openings"][3]["content"]
    content["parts"] = {"public": {}, "checker": {"hash": "x", "nonce": "x"}, "confirmation": []}
    with pytest.raises(LedgerError) as raised:
        Reveal.from_dict(content)
    assert [problem.partition(":")[0] for problem in raised.value.problems] == [
        "'opening' is no field of a reveal. Did you mean 'openings'?",
        "schema 'x' is not 'fairkit.bounty.reveal/1'.",
        "salt",
        "openings[0].nonce",
        "openings[1].seq",
        "openings[2].seq",
        "openings[3]",
        "parts",
        "parts.checker.hash",
        "parts.checker.nonce",
        "parts.confirmation",
    ]


def test_a_reveal_of_rubbish_has_a_short_report():
    """After twenty problems the rest is counted."""
    with pytest.raises(LedgerError) as raised:
        Reveal.from_dict({"openings": [0] * 200_000})
    assert raised.value.problems[-1] == "and 199,982 more."
    assert len(raised.value.problems) == 21


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(json_values, st.sampled_from(["schema", "salt", "openings", "parts", None]))
def test_any_json_is_refused_as_a_reveal(value, name):
    """Whatever stands in a reveal's place or field, reading it ends in a LedgerError or a reveal."""
    content = value if name is None else toy_bounty().reveal.to_dict() | {name: value}
    try:
        reveal = Reveal.from_dict(content)
    except LedgerError:
        return
    assert Reveal.from_dict(reveal.to_dict()) == reveal


keys = st.sampled_from(
    [
        "team",
        "claim",
        "seal",
        "submission",
        "outcome",
        "decision",
        "confirmed",
        "evidence",
        "repeats",
        "asked",
    ]
)
bodies = st.dictionaries(
    keys | st.sampled_from(["confirmation", "accepted", "commitment", "nonce", "content"]),
    st.integers(-1, 9) | st.sampled_from(["ab" * 32, "accepted", "duplicate", "owls"]) | json_values,
    max_size=6,
)
kinds = st.sampled_from(["commitment", "submission", "decision", "confirmation", "repair", "close"])


@given(st.lists(st.tuples(kinds, bodies), max_size=6))
def test_any_rows_are_checked_without_an_error(rows):
    """Whatever well-chained rows hold, verification gives problems and raises nothing."""
    writer = opened()
    for kind, body in rows:
        writer.add(kind, body)
    found = verify(writer.log, reveal=writer.reveal)
    assert CHAIN in found.checked
    assert all(problem.row is not None for problem in found.problems)
