"""What a block of a report is made of: words, tables and, on the page, pictures.

Everything beside the metrics by group (calibration, models, missing attributes, remedies) is said in blocks.
A block knows no view: text, Markdown and the page each write it their own way, so that it is the same in all.
"""

from __future__ import annotations

from dataclasses import dataclass

from fairkit.report.layers import Spec


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing, and what it shows in words.

    Examples
    --------
    >>> Figure({"mark": "point"}, "One point.").label
    'One point.'
    """

    spec: Spec
    label: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table of finished texts; the first column names the row.

    Parameters
    ----------
    caption : str
    columns : tuple of str
    rows : tuple of tuple of str
    right : tuple of int
        Columns that are set to the right, as numbers are.
    figures : tuple of Figure
        The same as pictures, on the page.
    drawn_only : bool, default False
        Whether nobody would read it without the picture: text and Markdown leave it out.
    brief : tuple of tuple of str, optional
        Rows that a short view shows, where they are not simply the first.

    Examples
    --------
    >>> Table("Two", ("name", "n"), (("a", "1"),), right=(1,)).rows[0]
    ('a', '1')
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...] = ()
    figures: tuple[Figure, ...] = ()
    drawn_only: bool = False
    brief: tuple[tuple[str, ...], ...] | None = None

    def first(self, rows: int) -> tuple[tuple[str, ...], ...]:
        """Return the rows of a view that is to be short.

        Examples
        --------
        >>> Table("Two", ("name",), (("a",), ("b",))).first(1)
        (('a',),)
        """
        return self.rows[:rows] if self.brief is None else self.brief


@dataclass(frozen=True, slots=True)
class Block:
    """One part of a report beside its metrics.

    Parameters
    ----------
    name : str
        Short and unique, for addresses within the page.
    title : str
    text : tuple of str
        Paragraphs.
    tables : tuple of Table
    points : tuple of str
        Sentences, as a list below the paragraphs.

    Examples
    --------
    >>> Block("missing", "Missing attributes", ("None is missing.",)).tables
    ()
    """

    name: str
    title: str
    text: tuple[str, ...]
    tables: tuple[Table, ...] = ()
    points: tuple[str, ...] = ()

    @property
    def is_written(self) -> bool:
        """Whether a view without pictures has anything to say of it."""
        return bool(self.written or not self.tables)

    @property
    def written(self) -> tuple[Table, ...]:
        """The tables for a view without pictures."""
        return tuple(table for table in self.tables if not table.drawn_only)
