"""The hash of one part of a bounty's data: of what its rows say, not of how this machine holds them.

Names, kinds and levels of the columns are hashed as canonical JSON; codes, truth, units and answers as
little-endian integers of one width, each array after its length. So the same rows have the same hash whatever
the type of their arrays and the byte order of the machine. The order of columns and of other models plays no
part; the order of rows does.

The hash of a part that is kept secret is published under a seal: whoever knows all rows but a few, from a
public data set for instance, could otherwise try candidates for the rest until the hash fits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy.typing as npt

from bounty.claims.claim import Part
from bounty.ledger.canonical_json import dumps, number_text
from bounty.ledger.sealing import Sealed
from bounty.rows.columns import MOST_LEVELS
from bounty.rows.splits import Split
from fairkit.errors import LedgerError
from fairkit.predicates import Value

__all__ = ["level_texts", "part_hash", "seal_part"]

_DOMAIN = b"fairkit.bounty.part/1\x00"
_BLOCK = 2**20


def part_hash(split: Split) -> str:
    """Hash what one part of the data says.

    Parameters
    ----------
    split : Split

    Returns
    -------
    str
        SHA-256 as 64 hexadecimal digits. The part's name is not hashed: the same rows have the same hash
        whatever they are used for.

    Raises
    ------
    LedgerError
        A code that is none (negative or above 65,535), a level that is no finite number, or text that is no
        Unicode.

    Examples
    --------
    >>> import numpy as np
    >>> from bounty.rows.answers import Answers, Form, Truth
    >>> from bounty.rows.columns import Columns
    >>> columns = Columns.of({"age": [20, 30, 40]})
    >>> truth, host = Truth(np.array([1, 0, 1], np.uint8)), Answers.of(Form.DECISION, [1, 1, 1])
    >>> part_hash(Split("public", columns, truth, host))[:16]
    '9ce54ad8eab98359'
    """
    columns = sorted(split.columns.by_name.values(), key=lambda column: column.name)
    others = sorted(split.alternatives)
    truth = split.truth
    header = {
        "rows": split.rows,
        "columns": [
            {"name": column.name, "kind": column.kind, "levels": level_texts(column.levels)}
            for column in columns
        ],
        "form": split.host.form.value,
        "truth": truth.codes is not None,
        "units": truth.units is not None,
        "alternatives": others,
    }
    digest = hashlib.sha256(_DOMAIN)
    _add(digest, dumps(header))
    for column in columns:
        if len(column.codes) and not 0 <= int(column.codes.min()) <= int(column.codes.max()) <= MOST_LEVELS:
            raise LedgerError(f"column '{column.name}' has codes outside 0 to {MOST_LEVELS:,}.")
        _add_array(digest, column.codes, "<u2")
    if truth.codes is not None:
        _add_array(digest, truth.codes, "<i8")
    if truth.units is not None:
        _add_array(digest, truth.units.array(), "<i8")
    for answers in (split.host, *(split.alternatives[name] for name in others)):
        _add_array(digest, answers.codes, "<i8")
    return digest.hexdigest()


def level_texts(levels: Iterable[Value]) -> list[str | bool]:
    """Give a column's levels as a manifest has them: numbers as decimal texts.

    Examples
    --------
    >>> level_texts([20.0, 20.5]), level_texts([False, True])
    (['20', '20.5'], [False, True])
    """
    return [level if isinstance(level, bool | str) else number_text(level) for level in levels]


def seal_part(part: Part, content_hash: str, nonce: bytes | None = None) -> Sealed:
    """Seal the hash of a part that is kept secret.

    Examples
    --------
    >>> seal_part("checker", "ab" * 32).content["part"]
    'checker'
    """
    return Sealed.of({"part": part, "hash": content_hash}, nonce)


def _add(digest: Any, content: bytes) -> None:
    digest.update(len(content).to_bytes(8, "little"))
    digest.update(content)


def _add_array(digest: Any, array: npt.NDArray[Any], width: str) -> None:
    """Add the array's length and its numbers, block by block so that a large part is not copied whole."""
    digest.update(len(array).to_bytes(8, "little"))
    for start in range(0, len(array), _BLOCK):
        digest.update(array[start : start + _BLOCK].astype(width).tobytes())
