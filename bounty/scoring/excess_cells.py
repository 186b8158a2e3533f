"""The cells into which groups cut the rows, and what each is worth: its excess, where that is above 0.

The *excess* of a set of rows is what is lost on it, less what would be lost there at the overall rate. Groups
cut the rows into cells: two rows are in one cell if they are in the same groups. The worth of some groups is
the sum, over the cells inside any of them, of the excess where it is above 0. A finer cut never lowers it and
the order of the groups does not matter to it, so what each group adds can be paid to whoever brought it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from bounty.rows.amounts import Amounts, Integers
from bounty.rows.bits import RowSet


@dataclass(frozen=True, slots=True)
class Cut:
    """What one more group would change.

    Attributes
    ----------
    gain : Fraction
        By how much the worth grows, in units of the loss; never below 0.
    excess : Fraction
        Of the whole group; below 0 where it loses less than all rows do.
    covered : Fraction or None
        Share of its rows that other groups have; None where it has no rows.

    Examples
    --------
    >>> group = RowSet.of(np.array([True, True]))
    >>> Cut(Fraction(3), Fraction(5), Fraction(1, 2), group=group, pieces=()).gain
    Fraction(3, 1)
    """

    gain: Fraction
    excess: Fraction
    covered: Fraction | None
    group: RowSet = field(repr=False)
    pieces: tuple[Piece, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Piece:
    """The part of an old cell that a group has.

    Examples
    --------
    >>> Piece(cell=0, rows=2, lost=1, units=2).lost
    1
    """

    cell: int
    rows: int
    lost: int
    units: int


@dataclass(slots=True)
class ExcessCells:
    """The cells of one loss on one split.

    Examples
    --------
    >>> from bounty.rows.amounts import Bits
    >>> wrong = Bits(RowSet.of(np.array([True, True, False, False])))
    >>> cells = ExcessCells.of(wrong, Bits(RowSet.all(4)))
    >>> broad, precise = (RowSet.of(np.array(mask)) for mask in ([1, 1, 1, 0], [1, 1, 0, 0]))
    >>> cut = cells.cut(broad)
    >>> str(cut.gain), cells.add(cut), str(cells.cut(broad).gain), str(cells.cut(precise).gain)
    ('1/2', None, '0', '1/2')
    """

    lost: Integers
    units: Integers
    all_lost: int
    all_units: int
    cell: Integers
    sums: list[tuple[int, int]]

    @classmethod
    def of(cls, lost: Amounts, units: Amounts) -> ExcessCells:
        """Begin with no groups.

        Parameters
        ----------
        lost, units : Amounts
            What is lost on each row, and of how much.
        """
        everywhere = RowSet.all(lost.rows)
        totals = lost.total(everywhere), units.total(everywhere)
        # Cell 0 is what lies in no group.
        return cls(lost.array(), units.array(), *totals, np.zeros(lost.rows, dtype=np.int64), [(0, 0)])

    def cut(self, group: RowSet) -> Cut | None:
        """Find what a group would change, without adding it.

        Parameters
        ----------
        group : RowSet

        Returns
        -------
        Cut or None
            None where no row has units, so that there is no overall rate.
        """
        if not self.all_units:
            return None
        pieces = self._pieces(group)
        gained = 0
        for piece in pieces:
            gained += self._worth(piece.lost, piece.units)
            if piece.cell:
                lost, units = self.sums[piece.cell]
                gained += self._worth(lost - piece.lost, units - piece.units) - self._worth(lost, units)
        excess = self._excess(sum(piece.lost for piece in pieces), sum(piece.units for piece in pieces))
        covered = sum(piece.rows for piece in pieces if piece.cell)
        return Cut(
            Fraction(gained, self.all_units),
            Fraction(excess, self.all_units),
            Fraction(covered, group.size) if group.size else None,
            group,
            pieces,
        )

    def add(self, cut: Cut) -> None:
        """Add a group, with the cut that was found for it last."""
        new = np.zeros(len(self.sums), dtype=np.int64)
        for piece in cut.pieces:
            new[piece.cell] = len(self.sums)
            lost, units = self.sums[piece.cell]
            self.sums[piece.cell] = (lost - piece.lost, units - piece.units) if piece.cell else (0, 0)
            self.sums.append((piece.lost, piece.units))
        inside = cut.group.mask
        self.cell[inside] = new[self.cell[inside]]

    def _pieces(self, group: RowSet) -> tuple[Piece, ...]:
        inside = group.mask
        cells = self.cell[inside]
        sums = np.zeros((3, len(self.sums)), dtype=np.int64)
        # Whole numbers all the way; `bincount` with weights would add floats.
        sums[0] = np.bincount(cells, minlength=len(self.sums))
        np.add.at(sums[1], cells, self.lost[inside])
        np.add.at(sums[2], cells, self.units[inside])
        return tuple(Piece(cell, *sums[:, cell].tolist()) for cell in np.flatnonzero(sums[0]).tolist())

    def _excess(self, lost: int, units: int) -> int:
        """Excess times the units of all rows, which is a whole number."""
        return lost * self.all_units - self.all_lost * units

    def _worth(self, lost: int, units: int) -> int:
        return max(0, self._excess(lost, units))
