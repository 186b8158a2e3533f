"""Signatures: rows that only the host can have written (Ed25519, RFC 8032).

The chain of hashes shows that rows were not changed since someone outside kept a hash of them. A signature
shows who wrote them: the host cannot disown a row, and nobody else can add one. What is signed is the row's
hash, which stands for the row and all before it. The package `cryptography` does the arithmetic and is asked
for only when a key is used.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bounty.ledger.sealing import is_hash
from fairkit.errors import LedgerError, MissingDependencyError, OutputError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = ["PrivateKey", "PublicKey", "is_signature"]

_DOMAIN = b"fairkit.bounty.entry/1\x00"
_SIGNATURE = re.compile(r"[0-9a-f]{128}", re.ASCII)
_MOST_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The key that checks signatures; it is published.

    Attributes
    ----------
    hex : str
        Its 32 bytes as 64 hexadecimal digits, as they stand in the manifest.

    Examples
    --------
    >>> public = PrivateKey.generate().public
    >>> PublicKey(public.hex) == public, len(public.fingerprint)
    (True, 64)
    """

    hex: str

    def __post_init__(self) -> None:
        if not is_hash(self.hex):
            raise LedgerError(
                f"{str(self.hex)[:80]!r} is no public key: 64 hexadecimal digits in lower case."
            )

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the 32 bytes: what people compare over another channel."""
        return hashlib.sha256(bytes.fromhex(self.hex)).hexdigest()

    def signed(self, entry_hash: str, signature: object) -> bool:
        """Say whether a signature of a row's hash is this key's.

        Parameters
        ----------
        entry_hash : str
        signature : str
            128 hexadecimal digits; anything else is no signature.

        Raises
        ------
        MissingDependencyError
            The package `cryptography` is not installed.
        """
        key = _ed25519().Ed25519PublicKey
        from cryptography.exceptions import InvalidSignature

        if not (is_hash(entry_hash) and isinstance(signature, str) and is_signature(signature)):
            return False
        try:
            key.from_public_bytes(bytes.fromhex(self.hex)).verify(bytes.fromhex(signature), _said(entry_hash))
        except (InvalidSignature, ValueError):
            return False
        return True

    @classmethod
    def read(cls, path: str | Path) -> PublicKey:
        """Read a PEM file.

        Raises
        ------
        LedgerError
            There is no such file, or it holds no public Ed25519 key.
        MissingDependencyError
            The package `cryptography` is not installed.
        """
        kind = _ed25519().Ed25519PublicKey
        from cryptography.hazmat.primitives.serialization import load_pem_public_key

        key = _loaded(load_pem_public_key, _content(path), path, kind=kind, what="public")
        return cls(key.public_bytes_raw().hex())

    def write(self, path: str | Path) -> None:
        """Write a PEM file, which must not exist yet.

        Raises
        ------
        OutputError
            It exists, or cannot be written.
        """
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        key = _ed25519().Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.hex))
        _write(path, key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), mode=0o644)


@dataclass(frozen=True, slots=True, eq=False)  # two keys are not equal for what they hide
class PrivateKey:
    """The key that signs; the host alone has it.

    Examples
    --------
    >>> key = PrivateKey.generate()
    >>> signature = key.sign("ab" * 32)
    >>> key.public.signed("ab" * 32, signature), key.public.signed("cd" * 32, signature)
    (True, False)
    """

    _key: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def generate(cls) -> PrivateKey:
        """Draw a new key.

        Raises
        ------
        MissingDependencyError
            The package `cryptography` is not installed.
        """
        return cls(_ed25519().Ed25519PrivateKey.generate())

    @property
    def public(self) -> PublicKey:
        """The key that checks what this one signs."""
        return PublicKey(self._key.public_key().public_bytes_raw().hex())

    def sign(self, entry_hash: str) -> str:
        """Sign a row's hash.

        Returns
        -------
        str
            128 hexadecimal digits; the same hash always gets the same signature.
        """
        if not is_hash(entry_hash):
            raise LedgerError(f"{str(entry_hash)[:80]!r} is no hash of a row.")
        return self._key.sign(_said(entry_hash)).hex()

    @classmethod
    def read(cls, path: str | Path) -> PrivateKey:
        """Read a PEM file.

        Raises
        ------
        LedgerError
            There is no such file, or it holds no private Ed25519 key without a password.
        MissingDependencyError
            The package `cryptography` is not installed.
        """
        kind = _ed25519().Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        def load(content: bytes) -> Any:
            return load_pem_private_key(content, password=None)

        return cls(_loaded(load, _content(path), path, kind=kind, what="private"))

    def write(self, path: str | Path) -> None:
        """Write a PEM file that only its owner can read (mode 0600); it must not exist yet.

        Raises
        ------
        OutputError
            It exists, or cannot be written.
        """
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        content = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _write(path, content, mode=0o600)


def is_signature(text: object) -> bool:
    """Say whether something has the form of a signature: 128 hexadecimal digits in lower case.

    Examples
    --------
    >>> is_signature("0f" * 64), is_signature("0f" * 32)
    (True, False)
    """
    return isinstance(text, str) and _SIGNATURE.fullmatch(text) is not None


def _said(entry_hash: str) -> bytes:
    """Give what is signed, so that a signature made for another purpose is none of a row."""
    return _DOMAIN + bytes.fromhex(entry_hash)


def _ed25519() -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        raise MissingDependencyError(
            "signatures need the package cryptography: pip install 'fairkit[bounty]'."
        ) from None
    return ed25519


def _content(path: str | Path) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(_MOST_BYTES)
    except OSError as error:
        raise LedgerError(f"key {path} cannot be read: {error.strerror}.") from None


def _loaded(load: Any, content: bytes, path: str | Path, *, kind: type, what: str) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        key = load(content)
    except (ValueError, UnsupportedAlgorithm):
        raise LedgerError(f"{path} holds no {what} key in PEM form.") from None
    except TypeError:
        raise LedgerError(f"{path} is encrypted with a password; a service's key has none.") from None
    if not isinstance(key, kind):
        raise LedgerError(
            f"{path} holds a {what} key of another kind ({type(key).__name__}); Ed25519 is used."
        )
    return key


def _write(path: str | Path, content: bytes, *, mode: int) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        raise OutputError(f"{path} exists already; a key is never overwritten.") from None
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}.") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
