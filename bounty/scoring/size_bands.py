"""Sizes in bands: how large a group is, without saying how many rows it has.

An exact size on held-out rows is a leak: two groups that differ by one row would tell whether that row
is there. So sizes on the parts A and B are said in bands that double from a floor, and everything below the
floor is one band. A band still tells something where a size lies at its edge, which no budget pays for: while
a bounty is open the board gives the bands of public rows, and those of part B after the close.
"""

from __future__ import annotations

from dataclasses import dataclass

from fairkit.errors import BountyError

FLOOR = 50
"""Below so many rows nothing more is said."""


@dataclass(frozen=True, slots=True, order=True)
class SizeBand:
    """From how many to how many rows a group has.

    Attributes
    ----------
    least, most : int
        Both included; ``least`` is 0 for the lowest band.

    Examples
    --------
    >>> str(SizeBand(0, 49)), str(SizeBand(1600, 3199))
    ('fewer than 50', '1,600 to 3,199')
    """

    least: int
    most: int

    def __str__(self) -> str:
        return f"{self.least:,} to {self.most:,}" if self.least else f"fewer than {self.most + 1:,}"

    def __contains__(self, rows: int) -> bool:
        return self.least <= rows <= self.most

    def counted(self, one: str, many: str | None = None) -> str:
        """Say the band of something.

        Examples
        --------
        >>> SizeBand(50, 99).counted("row"), SizeBand(0, 49).counted("utterance")
        ('50 to 99 rows', 'fewer than 50 utterances')
        """
        return f"{self} {many or one + 's'}"


def band(rows: int, floor: int = FLOOR) -> SizeBand:
    """Find the band of a size: below the floor, from it to just below its double, and so on.

    Parameters
    ----------
    rows : int
    floor : int, default 50
        Rows below which nothing more is said; at least 2.

    Returns
    -------
    SizeBand

    Raises
    ------
    BountyError
        The size is negative, or the floor hides nothing.

    Examples
    --------
    >>> [str(band(rows)) for rows in (0, 49, 50, 99, 100, 812)]
    ['fewer than 50', 'fewer than 50', '50 to 99', '50 to 99', '100 to 199', '800 to 1,599']
    >>> str(band(45, floor=20))
    '40 to 79'
    """
    problems = []
    if rows < 0:
        problems.append(f"{rows} is no number of rows.")
    if floor < 2:
        problems.append(f"a floor of {floor} hides no size; the floor of size bands is at least 2 rows.")
    if problems:
        raise BountyError(*problems)
    if rows < floor:
        return SizeBand(0, floor - 1)
    doublings = (rows // floor).bit_length() - 1
    least = floor << doublings
    return SizeBand(least, 2 * least - 1)
