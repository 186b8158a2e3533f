"""A claim file's bytes as plain tables, lists, texts and numbers, read within fixed limits.

Both formats have readers that an adversary can keep busy: a TOML key of sixty thousand dots takes tomllib
half a minute, and YAML's aliases unfold to any size. So a file's size, brackets and dots are counted before
it is read, YAML is taken event by event and stops at the first event that no claim needs, and numbers stay
decimal.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from bounty.claims.files import yaml_documents
from bounty.claims.files.fields import printable
from fairkit.errors import ClaimError
from fairkit.toml_text import costly

MOST_BYTES = 64 * 1024
"""The longest claim file that is read."""

MOST_BRACKETS = 8
"""How deep TOML's brackets may nest; a claim needs three."""

MOST_DOTS = 256
"""Dots that a line of TOML may have outside quotes."""


def document_of(content: bytes, suffix: str) -> dict[str, Any]:
    r"""Read the bytes of a claim file.

    Parameters
    ----------
    content : bytes
        UTF-8.
    suffix : {".toml", ".yaml", ".yml"}

    Returns
    -------
    dict
        Tables as dicts; numbers with a decimal point as `decimal.Decimal`, exactly as written.

    Raises
    ------
    ClaimError
        It is too large, no UTF-8, no TOML or YAML, nested too deeply, or uses what no claim needs.

    Examples
    --------
    >>> document_of(b"claim = 'disparity'\nmargin = 0.020", ".toml")
    {'claim': 'disparity', 'margin': Decimal('0.020')}
    """
    read = _READERS.get(suffix.lower())
    if read is None:
        ending = printable(suffix) or "nothing"
        raise ClaimError(f"a claim file ends in .toml, .yaml or .yml; this one ends in {ending}.")
    if len(content) > MOST_BYTES:
        raise ClaimError(f"the claim file is too large: at most {MOST_BYTES:,} bytes are read.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ClaimError(f"the claim file is no UTF-8 text (byte {error.start + 1:,}).") from None
    return read(text)


def _toml(text: str) -> dict[str, Any]:
    problem = costly(text, what="the claim file", most_brackets=MOST_BRACKETS, most_dots=MOST_DOTS)
    if problem is not None:
        raise ClaimError(problem)
    try:
        return tomllib.loads(text, parse_float=_decimal)
    except (ValueError, RecursionError) as error:
        raise ClaimError(f"the claim file is no TOML: {printable(str(error), 200)}.") from None


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError("a number is out of range") from None


_READERS: Mapping[str, Callable[[str], dict[str, Any]]] = MappingProxyType(
    {".toml": _toml, ".yaml": yaml_documents.document_of, ".yml": yaml_documents.document_of}
)
