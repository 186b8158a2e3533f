"""What a model gave, as the answers of a bounty.

Everything here looks at rows that a hunter may not see, so whatever does not fit ends in one and the same
text: which row it was, or what of the several things it was, would be an answer about the rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bounty.rows.answers import STEPS, AnswerSpace, Form
from fairkit.errors import ClaimError

FAILED = (
    "the model failed on these rows: it must give every row one answer that the bounty allows (for a group 0 "
    "or 1, else a class or a score in range), finite, and the same in any order of the rows."
)
"""All that is said of a failure that may depend on the rows."""

Codes = npt.NDArray[np.int64]


def group_codes(given: npt.NDArray[Any], rows: int) -> Codes:
    """Read what a group's model gave: 1 for rows inside, 0 for others.

    Parameters
    ----------
    given : array
        Of whole numbers, fractions or booleans.
    rows : int

    Returns
    -------
    array of int64, shape (rows,)

    Raises
    ------
    ClaimError
        It is no 0 or 1 for each row.

    Examples
    --------
    >>> group_codes(np.array([[1.0], [0.0]]), 2).tolist()
    [1, 0]
    """
    codes = _whole(_flat(given, rows))
    if ((codes < 0) | (codes > 1)).any():
        raise ClaimError(FAILED)
    return codes


def answer_codes(given: npt.NDArray[Any], rows: int, space: AnswerSpace) -> Codes:
    """Read what a repair's model gave: names of classes, their numbers, or scores.

    Numbers name classes where the classes' own names are numbers; else they count them from 0.

    Parameters
    ----------
    given : array
    rows : int
    space : AnswerSpace

    Returns
    -------
    array of int64, shape (rows,)
        Coded as the bounty's answers are.

    Raises
    ------
    ClaimError
        A class that is not there, a score out of range, or costs, which no such model can give.

    Examples
    --------
    >>> decisions = AnswerSpace(Form.DECISION, ("no", "yes"))
    >>> answer_codes(np.array(["yes", "no"], dtype=object), 2, decisions).tolist()
    [1, 0]
    >>> answer_codes(np.array([0.25, 1.0]), 2, AnswerSpace(Form.SCORE)).tolist()
    [250, 1000]
    """
    if space.form is Form.COST:
        raise ClaimError(
            "this bounty's model gives costs, which no ONNX model can; use one of the host's other models."
        )
    flat = _flat(given, rows)
    if space.form is Form.SCORE:
        return _steps(flat, space)
    if flat.dtype == object:
        index = {name: code for code, name in enumerate(space.classes)}
        return _looked_up([index.get(name, -1) for name in flat.tolist()])
    codes = _whole(flat)
    named = {_as_number(name): code for code, name in enumerate(space.classes)}
    if None not in named and len(named) == len(space.classes):
        kinds, places = np.unique(codes, return_inverse=True)
        return _looked_up([named.get(kind, -1) for kind in kinds.tolist()])[places.reshape(-1)]
    if ((codes < 0) | (codes >= len(space.classes))).any():
        raise ClaimError(FAILED)
    return codes


def _flat(given: npt.NDArray[Any], rows: int) -> npt.NDArray[Any]:
    if not isinstance(given, np.ndarray) or given.size != rows or given.dtype.kind not in "bifO":
        raise ClaimError(FAILED)
    return given.reshape(-1)


def _whole(flat: npt.NDArray[Any]) -> Codes:
    if flat.dtype.kind not in "bif":
        raise ClaimError(FAILED)
    # Beyond 2**53 fractions are no exact whole numbers; no code is so large.
    if flat.dtype.kind == "f" and not ((np.abs(flat) < 2.0**53) & (flat == np.floor(flat))).all():
        raise ClaimError(FAILED)
    return flat.astype(np.int64)


def _looked_up(codes: list[int]) -> Codes:
    if -1 in codes:
        raise ClaimError(FAILED)
    return np.array(codes, dtype=np.int64)


def _steps(flat: npt.NDArray[Any], space: AnswerSpace) -> Codes:
    if flat.dtype.kind not in "bif":
        raise ClaimError(FAILED)
    scores = flat.astype(np.float64)
    if not ((space.low <= scores) & (scores <= space.high)).all():
        raise ClaimError(FAILED)
    return np.rint((scores - space.low) / (space.high - space.low) * STEPS).astype(np.int64)


def _as_number(name: str) -> int | None:
    return int(name) if name.removeprefix("-").isdecimal() and name.isascii() and len(name) < 16 else None
