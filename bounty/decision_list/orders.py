"""Every order in which claims could have arrived: how good the repaired model gets, and whose merit it is.

The order of claims changes which are accepted and how low the loss ends. All orders are tried by a search
that shares what orders have in common: two orders that begin alike are one until they part. Where many rows
are alike to all claims they are merged first, so the time does not grow with the number of rows.

A claim is accepted if it saves anything on its group (the rule of the published experiments). With repairs,
accepted groups are then pointed back to the first earlier version that loses less on them, until none does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from bounty.rows.amounts import Amounts, Bits, Integers
from bounty.rows.bits import RowSet
from fairkit.errors import UsageError

MOST_CLAIMS = 10
"""Claims whose orders are tried: 10 have 3,628,800."""

_ROWS_PER_KIND = 8
"""Where so many rows are of one kind, counting kinds is quicker than counting rows."""


@dataclass(frozen=True, slots=True)
class OrderedClaim:
    """A claim on the rows on which orders are compared.

    Attributes
    ----------
    group : RowSet
    lost : Amounts
        What its model loses on each row.

    Examples
    --------
    >>> from bounty.rows.amounts import Bits
    >>> OrderedClaim(RowSet.all(2), Bits(RowSet.none(2))).group.size
    2
    """

    group: RowSet
    lost: Amounts


@dataclass(frozen=True, slots=True)
class Orders:
    """What came of every order.

    Attributes
    ----------
    rows : int
    largest : int
        The most that a row can lose.
    claims : int
    start : int
        What the host's model loses on all rows, in whole units.
    lost : array of int, shape (claims!,)
        What is lost in the end, one entry an order; orders are sorted as `itertools.permutations` gives them.
    contributions : tuple of Fraction
        By how much each claim lowers what is lost, in units, averaged over all orders (its Shapley value).

    Examples
    --------
    >>> Orders(4, 1, 1, 4, np.array([1]), (Fraction(3),)).best_error
    Fraction(1, 4)
    """

    rows: int
    largest: int
    claims: int
    start: int
    lost: Integers = field(repr=False)
    contributions: tuple[Fraction, ...]

    @property
    def best_error(self) -> Fraction:
        """The lowest loss of an order, as a share of the most possible."""
        return self.error(int(self.lost.argmin()))

    @property
    def worst_error(self) -> Fraction:
        """The highest loss of an order, as a share of the most possible."""
        return self.error(int(self.lost.argmax()))

    def error(self, index: int) -> Fraction:
        """Give the loss of an order, as a share of the most possible."""
        return Fraction(int(self.lost[index]), self.rows * self.largest)

    def order(self, index: int) -> tuple[int, ...]:
        """Give an order: indices of claims, first to last.

        Examples
        --------
        >>> Orders(4, 1, 3, 4, np.zeros(6, np.int64), ()).order(3)
        (1, 2, 0)
        """
        left, taken = list(range(self.claims)), []
        for length in range(self.claims, 0, -1):
            first, index = divmod(index, math.factorial(length - 1))
            taken.append(left.pop(first))
        return tuple(taken)

    def reaching(self, error: Fraction) -> tuple[tuple[int, ...], ...]:
        """Give every order that ends at a loss."""
        wanted = error * self.rows * self.largest
        if wanted.denominator != 1:
            return ()
        return tuple(self.order(index) for index in np.flatnonzero(self.lost == int(wanted)).tolist())


def all_orders(
    start: Amounts, claims: Sequence[OrderedClaim], *, repairs: bool = True, largest: int = 1
) -> Orders:
    """Try every order of claims.

    Parameters
    ----------
    start : Amounts
        What the host's model loses on each row.
    claims : sequence of OrderedClaim
        On the same rows; at most 10.
    repairs : bool
        Whether accepted groups are pointed back to better earlier versions.
    largest : int
        The most that a row can lose.

    Returns
    -------
    Orders

    Raises
    ------
    UsageError
        There are too many claims.

    Notes
    -----
    The merit of a claim in one order is what is lost before it less what is lost after it and the repairs
    that follow; its Shapley value is the average over all orders, computed as a fraction.

    Examples
    --------
    >>> from bounty.rows.amounts import Bits
    >>> def rows(*places):
    ...     return RowSet.of(np.isin(np.arange(4), places))
    >>> claims = [  # a group, and the rows on which the model is wrong
    ...     OrderedClaim(rows(0, 1, 2, 3), Bits(rows(3))),
    ...     OrderedClaim(rows(0, 1, 2, 3), Bits(rows(0, 1))),
    ...     OrderedClaim(rows(0, 1), Bits(rows(2, 3))),
    ... ]
    >>> orders = all_orders(Bits(rows(0, 1, 2, 3)), claims, repairs=False)
    >>> print(orders.best_error, orders.reaching(Fraction(0)), orders.worst_error)
    0 ((1, 2, 0),) 1/4
    """
    if len(claims) > MOST_CLAIMS:
        message = f"{len(claims)} claims have {math.factorial(len(claims)):,} orders; hand over at most 10."
        raise UsageError(message)
    search = _Search(start, claims, repairs=repairs)
    search.run()
    return Orders(
        start.rows,
        largest,
        len(claims),
        start.total(RowSet.all(start.rows)),
        np.array(search.ends, dtype=np.int64),
        tuple(Fraction(merit, math.factorial(len(claims))) for merit in search.merits),
    )


@dataclass(frozen=True, slots=True)
class _State:
    """The model after the first claims of an order.

    `lost` has what each version loses, row by row; `totals` has its sums over each group and, last, all rows.
    """

    accepted: tuple[int, ...]
    lost: tuple[Any, ...]
    totals: tuple[list[int], ...]


class _Rows(Protocol):
    """What models lose on the rows, in a form of which only this knows what it is.

    Model 0 is the host's, and model `i + 1` that of claim `i`; after the claims' groups comes that of all
    rows.
    """

    def model(self, index: int) -> Any:
        """Give what a model loses."""

    def replaced(self, lost: Any, group: int, by: Any) -> Any:
        """Give what is lost with something else on a group."""

    def totals(self, lost: Any) -> list[int]:
        """Sum what is lost over each group."""


class _PackedRows:
    """Losses of 0 and 1 by row; a set of rows is a Python integer, quicker than NumPy while it is small."""

    def __init__(self, models: Sequence[RowSet], groups: Sequence[RowSet]) -> None:
        self.models, self.groups = (
            [int.from_bytes(rows.words.astype("<u8").tobytes(), "little") for rows in sets]
            for sets in (models, groups)
        )

    def model(self, index: int) -> Any:
        return self.models[index]

    def replaced(self, lost: Any, group: int, by: Any) -> Any:
        return lost ^ ((lost ^ by) & self.groups[group])

    def totals(self, lost: Any) -> list[int]:
        return [(group & lost).bit_count() for group in self.groups]


class _MergedRows:
    """Losses of any size on kinds of rows: those of one kind are in the same groups and lose the same."""

    def __init__(self, models: Sequence[Amounts], groups: Sequence[RowSet], kinds: _Kinds) -> None:
        each = np.array([model.array()[kinds.first] for model in models], dtype=np.int64) * kinds.rows
        # Sums of whole numbers are exact in floating point up to 2⁵³, and much quicker.
        exact = int(each.max(axis=0, initial=0).sum()) < 2**53
        self.models = each.astype(np.float64 if exact else np.int64)
        self.where = np.array([group.mask[kinds.first] for group in groups])
        self.inside = self.where.astype(self.models.dtype)

    def model(self, index: int) -> Any:
        return self.models[index]

    def replaced(self, lost: Any, group: int, by: Any) -> Any:
        return np.where(self.where[group], by, lost)

    def totals(self, lost: Any) -> list[int]:
        return [int(total) for total in self.inside @ lost]


class _Kinds(NamedTuple):
    """Kinds of rows that no claim tells apart: the first row of each, and how many there are."""

    first: npt.NDArray[np.intp]
    rows: npt.NDArray[np.intp]


def _told_apart(start: Amounts, claims: Sequence[OrderedClaim]) -> _Rows:
    everybody = RowSet.all(start.rows)
    models = [start, *(claim.lost for claim in claims)]
    groups = [*(claim.group for claim in claims), everybody]
    kinds = _kinds([*(model.array() for model in models), *(group.mask for group in groups)])
    packed = [model.ones for model in models if isinstance(model, Bits)]
    if len(packed) == len(models) and start.rows < _ROWS_PER_KIND * len(kinds.first):
        return _PackedRows(packed, groups)
    return _MergedRows(models, groups, kinds)


def _kinds(columns: Sequence[npt.NDArray[Any]]) -> _Kinds:
    kind = np.zeros(len(columns[0]), dtype=np.intp)
    for column in columns:
        values = np.unique(column, return_inverse=True)[1]
        kind = np.unique(kind * (int(values.max(initial=0)) + 1) + values, return_inverse=True)[1]
    _, first, rows = np.unique(kind, return_index=True, return_counts=True)
    return _Kinds(first, rows)


class _Search:
    """Walks the tree of orders, deeper first."""

    def __init__(self, start: Amounts, claims: Sequence[OrderedClaim], *, repairs: bool) -> None:
        self.repairs = repairs
        self.rows = _told_apart(start, claims)
        self.ends: list[int] = []
        self.merits = [0] * len(claims)
        self.reached = [claim.lost.total(claim.group) for claim in claims]

    def run(self) -> None:
        """Try all orders."""
        host = self.rows.model(0)
        self._walk(_State((), (host,), (self.rows.totals(host),)), list(range(len(self.reached))))

    def _walk(self, state: _State, left: list[int]) -> None:
        if not left:
            self.ends.append(state.totals[-1][-1])
            return
        orders = math.factorial(len(left) - 1)
        for place, claim in enumerate(left):
            after = self._submitted(state, claim)
            self.merits[claim] += orders * (state.totals[-1][-1] - after.totals[-1][-1])
            self._walk(after, left[:place] + left[place + 1 :])

    def _submitted(self, state: _State, claim: int) -> _State:
        if self.reached[claim] >= state.totals[-1][claim]:
            return state
        accepted = (*state.accepted, claim)
        state = self._added(state, accepted, claim, self.rows.model(1 + claim))
        while self.repairs and (pointer := _first_better(state)) is not None:
            group, version = pointer
            state = self._added(state, accepted, group, state.lost[version])
        return state

    def _added(self, state: _State, accepted: tuple[int, ...], group: int, by: Any) -> _State:
        lost = self.rows.replaced(state.lost[-1], group, by)
        return _State(accepted, (*state.lost, lost), (*state.totals, self.rows.totals(lost)))


def _first_better(state: _State) -> tuple[int, int] | None:
    now = state.totals[-1]
    for group in state.accepted:
        reached = now[group]
        for version, totals in enumerate(state.totals):
            if totals[group] < reached:
                return group, version
    return None
