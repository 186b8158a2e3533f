"""Seals: what they are a hash of, that they hide, and that they bind."""

from __future__ import annotations

import hashlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounty.ledger.canonical_json import dumps
from bounty.ledger.sealing import Sealed, commit_salt, is_hash, new_nonce, nonce_of, seal, seal_claim
from fairkit.errors import LedgerError

NONCE = bytes(range(32))


def test_a_seal_is_the_hash_of_domain_nonce_and_content():
    """The seal of a content is SHA-256 of bytes that anyone can put together."""
    by_hand = hashlib.sha256(b"fairkit.bounty.seal/1\x00" + NONCE + b'{"errors":17,"group":120}').hexdigest()
    assert seal({"group": 120, "errors": 17}, NONCE) == by_hand


def test_a_commitment_is_the_hash_of_domain_nonce_claim_and_team():
    """A hunter can compute the commitment of a claim without this program."""
    claim = "ab" * 32
    content = f'{{"claim":"{claim}","team":"owls"}}'.encode()
    by_hand = hashlib.sha256(b"fairkit.bounty.claim/1\x00" + NONCE + content).hexdigest()
    assert seal_claim(claim, NONCE, team="owls") == by_hand


def test_a_salt_is_committed_to_under_its_own_domain():
    """The commitment to a salt is SHA-256 of domain and salt."""
    assert commit_salt(NONCE) == hashlib.sha256(b"fairkit.bounty.salt/1\x00" + NONCE).hexdigest()


def test_purposes_do_not_mix():
    """A commitment of a claim is no seal of the same content."""
    claim = "ab" * 32
    assert seal_claim(claim, NONCE, team="owls") != seal({"claim": claim, "team": "owls"}, NONCE)


def test_a_copied_commitment_opens_for_its_author_only():
    """Another team's name gives another commitment."""
    assert seal_claim("ab" * 32, NONCE, team="owls") != seal_claim("ab" * 32, NONCE, team="cats")


def test_without_a_secret_nonce_small_numbers_are_found_by_trying():
    """Whoever knows the nonce reads 5,000 possible contents off the seal, which is why it is secret."""
    hidden = seal({"errors": 17, "group": 90}, NONCE)
    found = [
        (errors, group)
        for errors, group in itertools.product(range(50), range(100))
        if seal({"errors": errors, "group": group}, NONCE) == hidden
    ]
    assert found == [(17, 90)]


def test_the_same_content_is_sealed_differently_each_time():
    """Seals of equal numbers with drawn nonces do not show that the numbers are equal."""
    seals = {Sealed.of({"errors": 17}).hash for _ in range(20)}
    assert len(seals) == 20
    assert len({new_nonce() for _ in range(20)}) == 20


contents = st.dictionaries(st.text(max_size=3, alphabet="abc"), st.integers(0, 5), max_size=3)


@given(contents, contents, st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_only_the_same_content_and_nonce_open_a_seal(one, other, nonce, another):
    """A seal holds for what was sealed and for nothing else."""
    sealed = Sealed.of(one, nonce)
    assert sealed.holds
    assert Sealed(sealed.hash, another, other).holds == ((one, nonce) == (other, another))


@pytest.mark.parametrize("nonce", [b"", b"x" * 31, b"x" * 33, "x" * 32, None, bytearray(32)])
def test_a_nonce_of_another_length_or_type_is_refused(nonce):
    """A short or missing nonce is refused instead of hiding less."""
    with pytest.raises(LedgerError, match="a nonce is 32 random bytes"):
        seal({}, nonce)


def test_what_is_no_claims_hash_cannot_be_committed_to():
    """A commitment is made of the hash of a claim, not of its text."""
    with pytest.raises(LedgerError, match="no hash"):
        seal_claim("age < 25", NONCE, team="owls")


@pytest.mark.parametrize(
    "text", ["", "0" * 63, "0" * 65, "G" * 64, "AB" * 32, "٣" * 64, "0" * 64 + "\n", None, 5]
)
def test_only_lower_case_hexadecimal_digits_are_a_nonce_or_hash(text):
    """Other lengths, capitals, foreign digits and ends of lines are refused."""
    assert not is_hash(text)
    with pytest.raises(LedgerError, match="no nonce"):
        nonce_of(text)


def test_a_sealed_content_does_not_print_its_secrets():
    """What shows up in a log file is the seal alone."""
    sealed = Sealed.of({"errors": 17})
    assert "errors" not in repr(sealed)
    assert sealed.nonce.hex() not in repr(sealed)


def test_an_opening_holds_what_a_reveal_needs():
    """Row, nonce and content of an opening give the seal again."""
    sealed = Sealed.of({"errors": 17})
    opening = sealed.opening(3)
    assert opening["seq"] == 3
    assert seal(opening["content"], nonce_of(opening["nonce"])) == sealed.hash
    assert dumps(opening)
