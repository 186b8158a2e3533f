"""A claim's hash names what it claims: equal claims have equal hashes, and words around it do not matter."""

from __future__ import annotations

import hashlib
import itertools
import json

import pytest

from bounty.claims.claim import Alternative, Claim, ClaimKind, Constant, OnnxModel, Rules

FILE = b"not looked at"
MODEL = OnnxModel(hashlib.sha256(FILE).hexdigest(), FILE)
RULES = Rules((("age < 25", "yes"), ("sex == 'F'", "no")), "yes")
CLAIMS = [
    Claim(ClaimKind.DISPARITY, "error", "age < 25"),
    Claim(ClaimKind.DISPARITY, "error", "age <= 25"),
    Claim(ClaimKind.DISPARITY, "false_negative", "age < 25"),
    Claim(ClaimKind.DISPARITY, "error", MODEL),
    Claim(ClaimKind.DISPARITY, "error", "age < 25", "rest"),
    Claim(ClaimKind.DISPARITY, "error", "age < 25", "age >= 25"),
    Claim(ClaimKind.DISPARITY, "error", "age < 25", margin="0.02"),
    Claim(ClaimKind.REPAIR, "error", "age < 25", model=Constant("yes")),
    Claim(ClaimKind.REPAIR, "error", "age < 25", model=Constant("no")),
    Claim(ClaimKind.REPAIR, "error", "age < 25", model=Alternative("yes")),
    Claim(ClaimKind.REPAIR, "error", "age < 25", model=RULES),
    Claim(ClaimKind.REPAIR, "error", "age < 25", model=Rules(RULES.cases)),
    Claim(ClaimKind.REPAIR, "error", "age < 25", model=Rules(RULES.cases[::-1], "yes")),
    Claim(ClaimKind.REPAIR, "error", "age < 25", model=MODEL),
    Claim(ClaimKind.REPAIR, "error", MODEL, model=MODEL),
]


def test_different_claims_have_different_hashes():
    """Each part of a claim enters its hash."""
    for one, other in itertools.combinations(CLAIMS, 2):
        assert one != other
        assert one.hash != other.hash


@pytest.mark.parametrize("claim", CLAIMS, ids=range(len(CLAIMS)))
def test_a_claim_reads_back_from_its_content(claim):
    """Through JSON and back a claim is the same, and so is its hash; files come along by theirs."""
    content = json.loads(json.dumps(claim.to_dict()))
    again = Claim.from_dict(content, models={MODEL.sha256: FILE}, about={"title": "T"})
    assert (again, again.hash, again.about["title"]) == (claim, claim.hash, "T")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Constant(1), Constant("1")),
        (Constant(0.25), Constant("0.25")),
        (Rules((("a", 1),), 0), Rules((("a", "1"),), "0")),
        (Constant(True), Constant("True")),
    ],
)
def test_answers_are_text(one, other):
    """An answer written as a number or as text is the same answer, with the same hash."""
    first, second = (Claim(ClaimKind.REPAIR, "error", "age < 25", model=model) for model in (one, other))
    assert (first, first.hash) == (second, second.hash)
    assert Constant(True) != Constant(1)
    assert Constant(1.0) != Constant(1)


def test_words_around_a_claim_are_no_part_of_it():
    """Titles and reasons change neither the claim nor its hash."""
    plain = Claim(ClaimKind.DISPARITY, "error", "age < 25")
    told = Claim(ClaimKind.DISPARITY, "error", "age < 25", about={"title": "The young", "harm": "..."})
    assert (plain, plain.hash, hash(plain)) == (told, told.hash, hash(told))


def test_the_hash_is_of_canonical_json():
    """The hash can be computed anywhere: SHA-256 of the content as JSON, keys sorted, no blanks, UTF-8."""
    claim = Claim(ClaimKind.DISPARITY, "error", "city == 'K\u00f6ln'", margin="0.02")
    text = '{"compare":"overall","group":"city == \'K\u00f6ln\'","kind":"disparity",'
    text += '"loss":"error","margin":"0.02"}'
    assert claim.hash == hashlib.sha256(text.encode()).hexdigest()


def test_a_file_is_known_by_its_hash():
    """Two models of one hash are one model, whatever bytes they carry along."""
    assert OnnxModel("00ff", b"a") == OnnxModel("00ff", b"b")
    assert OnnxModel("00ff", b"a") != OnnxModel("00fe", b"a")
