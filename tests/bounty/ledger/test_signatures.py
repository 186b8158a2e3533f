"""Signatures of rows: the published algorithm, and everything that is no signature."""

from __future__ import annotations

import hashlib
import stat
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from bounty.ledger.signatures import PrivateKey, PublicKey
from fairkit.errors import LedgerError, OutputError

HASH = "ab" * 32
# RFC 8032, section 7.1, test 1.
SECRET = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"


def test_the_public_key_is_that_of_the_published_example():
    """The secret key of RFC 8032's first example has its public key, and the fingerprint is its SHA-256."""
    key = PrivateKey(Ed25519PrivateKey.from_private_bytes(SECRET))
    assert key.public.hex == PUBLIC
    assert key.public.fingerprint == hashlib.sha256(bytes.fromhex(PUBLIC)).hexdigest()


def test_a_signature_can_be_checked_without_this_program():
    """What is signed is a domain and the 32 bytes of the row's hash, with plain Ed25519."""
    key = PrivateKey.generate()
    raw = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key.public.hex))
    raw.verify(bytes.fromhex(key.sign(HASH)), b"fairkit.bounty.entry/1\x00" + bytes.fromhex(HASH))


def test_the_same_hash_always_has_the_same_signature():
    """Signing draws no random numbers, so writing a ledger again gives the same bytes."""
    key = PrivateKey.generate()
    assert key.sign(HASH) == key.sign(HASH)


def test_every_flipped_bit_of_a_signature_is_noticed():
    """Each of its 512 bits counts."""
    key = PrivateKey.generate()
    signature = bytes.fromhex(key.sign(HASH))
    for bit in range(512):
        changed = bytearray(signature)
        changed[bit // 8] ^= 1 << bit % 8
        assert not key.public.signed(HASH, changed.hex())
    assert key.public.signed(HASH, signature.hex())


@pytest.mark.parametrize("signature", [None, "", "00", "0" * 127, "AB" * 64, "0" * 128, 5, b"x", ["0" * 128]])
def test_what_is_no_signature_is_not_signed(signature):
    """Other lengths, types and capitals are simply no signature."""
    assert not PrivateKey.generate().public.signed(HASH, signature)


def test_another_key_or_another_hash_is_not_signed():
    """A signature holds for one key and one hash."""
    one, other = PrivateKey.generate(), PrivateKey.generate()
    assert not other.public.signed(HASH, one.sign(HASH))
    assert not one.public.signed("cd" * 32, one.sign(HASH))
    assert not one.public.signed("no hash", one.sign(HASH))


@pytest.mark.parametrize("text", ["", "zz" * 32, "0" * 63, None, "AB" * 32])
def test_a_public_key_is_64_digits(text):
    """Anything else is refused when the key is made, not when it is used."""
    with pytest.raises(LedgerError, match="no public key"):
        PublicKey(text)


def test_a_key_that_is_no_point_of_the_curve_signs_nothing():
    """Not every 32 bytes are a key; such a one has no signatures and raises nothing."""
    assert not PublicKey("02" + "00" * 30 + "80").signed(HASH, PrivateKey.generate().sign(HASH))


def test_only_the_hash_of_a_row_is_signed():
    """A text that is no hash is refused."""
    with pytest.raises(LedgerError, match="no hash of a row"):
        PrivateKey.generate().sign("send 100")


def test_keys_are_kept_in_files(tmp_path):
    """Both keys come back from their PEM files, and the private one is its owner's alone."""
    key = PrivateKey.generate()
    key.write(tmp_path / "key.pem")
    key.public.write(tmp_path / "public.pem")
    assert stat.S_IMODE((tmp_path / "key.pem").stat().st_mode) == 0o600
    assert PrivateKey.read(tmp_path / "key.pem").sign(HASH) == key.sign(HASH)
    assert PublicKey.read(tmp_path / "public.pem") == key.public


def test_a_key_is_never_overwritten(tmp_path):
    """A file that exists is left as it is."""
    path = tmp_path / "key.pem"
    PrivateKey.generate().write(path)
    before = path.read_bytes()
    with pytest.raises(OutputError, match="never overwritten"):
        PrivateKey.generate().write(path)
    assert path.read_bytes() == before
    with pytest.raises(OutputError, match="cannot be written"):
        PrivateKey.generate().write(tmp_path / "no folder" / "key.pem")


def private_pem(key, encryption):
    """Return a private key as PEM."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


@pytest.fixture(scope="module")
def wrong_keys():
    """Return files that hold no private Ed25519 key without a password."""
    other, own = rsa.generate_private_key(65537, 2048), Ed25519PrivateKey.generate()
    return {
        "of another kind": private_pem(other, NoEncryption()),
        "encrypted with a password": private_pem(own, BestAvailableEncryption(b"secret")),
        "no private key in PEM": own.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        ),
        "holds no private": b"\xff" * 1_000_000,
    }


@pytest.mark.parametrize(
    "problem",
    ["of another kind", "encrypted with a password", "no private key in PEM", "holds no private"],
)
def test_a_file_without_the_right_key_is_refused(problem, wrong_keys, tmp_path):
    """Other kinds of key, passwords, public keys and rubbish are told apart."""
    (tmp_path / "key.pem").write_bytes(wrong_keys[problem])
    with pytest.raises(LedgerError, match=problem):
        PrivateKey.read(tmp_path / "key.pem")


def test_a_private_key_is_no_public_one(tmp_path):
    """A private key given where a public one is meant is refused, as is a file that is not there."""
    PrivateKey.generate().write(tmp_path / "key.pem")
    with pytest.raises(LedgerError, match="no public key in PEM"):
        PublicKey.read(tmp_path / "key.pem")
    with pytest.raises(LedgerError, match="cannot be read"):
        PublicKey.read(tmp_path / "none.pem")


def test_a_private_key_does_not_print_itself():
    """What shows up in a log file is no secret."""
    assert repr(PrivateKey(Ed25519PrivateKey.from_private_bytes(SECRET))) == "PrivateKey()"


def test_without_the_package_a_key_says_what_to_install():
    """Reading ledgers needs no cryptography; using a key without it names the extra to install."""
    code = (
        "import sys; sys.modules['cryptography'] = None\n"
        "import bounty.ledger.verifying\n"
        "from bounty.ledger.signatures import PrivateKey\n"
        "from fairkit.errors import MissingDependencyError\n"
        "try: PrivateKey.generate()\n"
        "except MissingDependencyError as error: print(error)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert told.stdout == "signatures need the package cryptography: pip install 'fairkit[bounty]'.\n"


def test_two_keys_are_two():
    """Another key is never taken for this one, though neither shows what it is."""
    assert PrivateKey.generate() != PrivateKey.generate()
