"""What every module of this room does first: turn input into broadcast float arrays, and refuse nonsense.

Counts may be fractional, because weighted data pass effective counts. A group without rows is no error here:
its ``n`` becomes NaN, arithmetic carries that to the result without a warning, and the layer above turns it
into "undefined" with a reason.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fairkit.errors import UsageError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

# Effective counts are products of floats; a success count may exceed its n by rounding, never by more.
_ROUNDING = 1e-9


def broadcast(*values: npt.ArrayLike) -> tuple[FloatArray, ...]:
    """Return the values as float64 arrays of one common shape (read-only views).

    Parameters
    ----------
    *values : array_like
        Numbers that broadcast against each other.

    Returns
    -------
    tuple of ndarray
        One array per value, all of the same shape.

    Raises
    ------
    fairkit.errors.UsageError
        When the shapes do not broadcast.

    Examples
    --------
    >>> broadcast([1, 2], 3)[1]
    array([3., 3.])
    """
    arrays = [np.asarray(value, dtype=np.float64) for value in values]
    try:
        return tuple(np.broadcast_arrays(*arrays))
    except ValueError:
        shapes = ", ".join(str(array.shape) for array in arrays)
        raise UsageError(
            f"arrays of shapes {shapes} do not fit together; pass arrays of one shape, or numbers."
        ) from None


def proportion_counts(successes: FloatArray, n: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Check successes out of n, clip rounding errors, and put NaN where n is 0.

    Parameters
    ----------
    successes, n : ndarray
        Broadcast counts, possibly fractional.

    Returns
    -------
    successes, n : ndarray
        With ``0 <= successes <= n``, and NaN in ``n`` where it was 0.

    Raises
    ------
    fairkit.errors.UsageError
        When a count is negative, infinite, or exceeds its ``n``.

    Examples
    --------
    >>> proportion_counts(np.array([1.0, 0.0]), np.array([2.0, 0.0]))
    (array([1., 0.]), array([ 2., nan]))
    """
    problems = []
    for name, wrong in (
        ("negative", (successes < 0) | (n < 0)),
        ("infinite", np.isinf(successes) | np.isinf(n)),
        ("larger than its n", successes > n * (1 + _ROUNDING) + _ROUNDING),
    ):
        if wrong.any():
            at = int(np.argmax(wrong.ravel()))
            problems.append(
                f"{int(wrong.sum())} of {wrong.size} success counts are {name}, first "
                f"{float(successes.ravel()[at])!r} of n = {float(n.ravel()[at])!r}; "
                "pass counts with 0 <= successes <= n."
            )
    if problems:
        raise UsageError(*problems)
    return np.minimum(successes, n), np.where(n > 0, n, np.nan)


def tail_probability(confidence: FloatArray) -> FloatArray:
    """Return the probability left in each tail by a two-sided interval.

    Parameters
    ----------
    confidence : ndarray
        Two-sided confidence levels, strictly between 0 and 1.

    Returns
    -------
    ndarray
        ``(1 - confidence) / 2``.

    Raises
    ------
    fairkit.errors.UsageError
        When a level is not strictly between 0 and 1.

    Examples
    --------
    >>> tail_probability(np.array(0.5))
    array(0.25)
    """
    wrong = (confidence <= 0) | (confidence >= 1)
    if wrong.any():
        value = float(confidence[wrong].ravel()[0])
        hint = f" Did you mean {value / 100:g}?" if 1 < value < 100 else ""
        raise UsageError(f"confidence must lie strictly between 0 and 1, not {value:g}.{hint}")
    return np.asarray((1 - confidence) / 2)
