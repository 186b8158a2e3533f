"""Keyed hashes of rows: numbers that only the holder of the salt can foresee.

A row is hashed by what it holds (HMAC-SHA256 of its values as JSON), not by where it stands, so that the same
rows in another order, or from another engine, have the same keys. Of equal rows the second is hashed as the
second.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from bounty.holdout.entering import Entered
from bounty.rows.columns import Column

Keys = npt.NDArray[np.uint64]


def row_keys(entered: Entered, salt: bytes) -> npt.NDArray[np.uint64]:
    """Hash what each row holds, and how many equal rows came before it.

    Returns
    -------
    array of uint64, shape (rows, 4)
        Four independent numbers a row.

    Examples
    --------
    >>> from bounty.holdout.entering import enter
    >>> one, other = (
    ...     enter({"age": ages, "y": [1, 1, 0], "p": [1, 1, 1]}, label="y", prediction="p")
    ...     for ages in ([20, 30, 40], [30, 20, 40])
    ... )
    >>> bool((row_keys(one, bytes(32))[[1, 0, 2]] == row_keys(other, bytes(32))).all())
    True
    """
    pieces = [_pieces(name, column.levels, column.codes) for name, column in _named(entered).items()]
    seen: dict[bytes, int] = {}
    digests = []
    for row in zip(*pieces, strict=True):
        content = b",".join(row)
        before = seen.get(content, 0)
        seen[content] = before + 1
        digests.append(_hash(salt, b"row:{%s}%d" % (content, before)))
    return np.frombuffer(b"".join(digests), dtype=">u8").astype(np.uint64).reshape(-1, 4)


def cluster_keys(cluster: Column, salt: bytes) -> Keys:
    """Hash the name of each row's cluster.

    Returns
    -------
    array of uint64, shape (rows,)

    Examples
    --------
    >>> keys = cluster_keys(Column.of("person", ["a", "b", "a"]), bytes(32))
    >>> bool(keys[0] == keys[2] != keys[1])
    True
    """
    digests = [_hash(salt, b"cluster:" + _json(level)) for level in cluster.levels]
    keys = np.frombuffer(b"".join(digests), dtype=">u8").astype(np.uint64).reshape(-1, 4)[:, 0]
    return keys[cluster.codes]


def uniform(salt: bytes, stratum: int) -> Fraction:
    """Draw a number from 0 to below 1 for a stratum.

    Examples
    --------
    >>> 0 <= uniform(bytes(32), 3) < 1
    True
    """
    return Fraction(int.from_bytes(_hash(salt, b"stratum:%d" % stratum)[:8], "big"), 2**64)


@dataclass(frozen=True, slots=True)
class _Coded:
    levels: Sequence[Any]
    codes: npt.NDArray[Any]


def _named(entered: Entered) -> dict[str, _Coded]:
    """List everything that is known of a row, in an order that does not depend on that of the columns."""
    found: dict[str, npt.NDArray[Any]] = {"host": entered.host.codes}
    found |= {f"use {name}": answers.codes for name, answers in sorted(entered.alternatives.items())}
    if entered.truth.codes is not None:
        found["truth"] = entered.truth.codes
    if entered.truth.units is not None:
        found["units"] = entered.truth.units.array()
    named = {}
    for name, codes in found.items():
        levels, places = np.unique(codes, return_inverse=True)
        named[name] = _Coded(levels.tolist(), places)
    columns = {f"column {name}": column for name, column in sorted(entered.columns.by_name.items())}
    if entered.cluster is not None:
        columns["cluster"] = entered.cluster
    return named | {name: _Coded(column.levels, column.codes) for name, column in columns.items()}


def _pieces(name: str, levels: Sequence[Any], codes: npt.NDArray[Any]) -> list[bytes]:
    texts = [_json(name) + b":" + _json(level) for level in (*levels, None)]
    return [texts[code] for code in codes.tolist()]


def _json(value: object) -> bytes:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(value).encode()  # as JSON writes it, in a tenth of the time
    return json.dumps(value, ensure_ascii=False).encode()


def _hash(salt: bytes, what: bytes) -> bytes:
    return hmac.digest(salt, b"fairkit.bounty/split/1 " + what, "sha256")
