"""Rows of two releases joined by an id, and counted as two models on the same rows.

Both sides are read by the rules of all other reading (:mod:`fairkit.frames`), so that a row lies in the group
that counted it; DuckDB joins them, on disk where they do not fit into memory. What a row is (its groups, its
label, its weight) is said by the release; of the baseline only decisions and scores are taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw

from fairkit.counts import Counts, Level
from fairkit.door import relations
from fairkit.door.cells import Decode, texts
from fairkit.door.engine_rows import EngineRows
from fairkit.door.grids import tabulated
from fairkit.door.plan import match
from fairkit.door.relations import Relation, identifier, literal
from fairkit.door.rereading import RowsToJoin, Uses
from fairkit.door.tally import to_counts
from fairkit.errors import DataError
from fairkit.files import reading_error
from fairkit.questions import Question

_ID = "fairkit_id"
_FEW = 5
_SAME = {"True": "1", "False": "0"}


@dataclass(frozen=True, slots=True)
class Joined:
    """What a join gave.

    Parameters
    ----------
    counts : Counts
        Joint counts of the rows on both sides.
    baseline, release : int
        Rows of each side.
    relabelled : int or None
        Rows whose labels differ; None where the baseline has no label.

    Examples
    --------
    >>> from fairkit.counts import Kind
    >>> table = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",)], [[3, 1, 0]])
    >>> Joined(table, 4, 5, None).matched
    4
    """

    counts: Counts
    baseline: int
    release: int
    relabelled: int | None

    @property
    def matched(self) -> int:
        """Rows on both sides."""
        return self.counts.total_rows


def join(
    baseline: RowsToJoin,
    release: RowsToJoin,
    question: Question,
    *,
    by: str,
    renamed: Mapping[str, str],
    label: str | None = None,
) -> Joined:
    """Join the rows of two releases and count them as two models.

    Parameters
    ----------
    baseline, release : RowsToJoin
    question : Question
        About the columns of the release, and those of the baseline by the names that `renamed` gives them.
    by : str
        Column of both that names a row.
    renamed : mapping of column to name
        Columns of the baseline that are taken.
    label : str, optional
        Column of both whose values are compared.

    Raises
    ------
    DataError
        A side names a row twice, no row is on both sides, or the columns cannot mean what the question says;
        all problems of one sort at once.

    Examples
    --------
    >>> from fairkit.door.rereading import rows_to_join
    >>> from fairkit.groups import Attribute
    >>> now = rows_to_join({"id": [1, 2, 3], "sex": ["F", "M", "M"], "d": [1, 0, 1]}, ["id", "sex", "d"])
    >>> then = rows_to_join({"id": [3, 2], "d": [1, 1]}, ["id", "d"])
    >>> asked = Question((Attribute("sex"),), decision={"baseline": "d, before", "release": "d"})
    >>> join(then, now, asked, by="id", renamed={"d": "d, before"}).counts
    <Counts outcomes by sex (1): 2 rows>
    """
    plan = match(question, (*release.names, *renamed.values()))
    relations.refuse_twins(plan.uses)
    before = _Side(baseline, by, {old: plan.uses[new] for old, new in renamed.items()}, question.missing)
    own = {name: use for name, use in plan.uses.items() if name not in renamed.values()}
    after = _Side(release, by, own, question.missing)
    joined = _Join(before, after, renamed)
    with relations.joinable():
        try:
            rows_before, rows_after = _sizes({"baseline": before, "release": after})
            rows = EngineRows(
                lambda: nw.from_native(joined.relation()).lazy(), plan, decoders=joined.decoders()
            )
            counts = to_counts(tabulated(rows, plan), plan)
            if not counts.total_rows:
                raise DataError(_nothing_in_common(before, after))
            relabelled = None if label is None else joined.relabelled(label)
        except relations.ERRORS as error:
            raise reading_error(error, (*baseline.paths, *release.paths)) from error
    return Joined(counts, rows_before, rows_after, relabelled)


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a join: its rows, the column that names them, and the columns that are taken."""

    rows: RowsToJoin
    by: str
    uses: Uses
    missing: Sequence[str]

    def with_key(self, column: str) -> _Side:
        """Take one more column, as a key."""
        return _Side(self.rows, self.by, {column: "key", **self.uses}, self.missing)

    def relation(self) -> Relation:
        """Return the columns taken, and the id as a text that is the same in every kind of file."""
        found = self.rows.relation({self.by: "text", **self.uses})
        column = identifier(self.by)
        text = f"CAST({column} AS VARCHAR)"
        if self.rows.format == "json" and self.uses.get(self.by) == "key":
            text = f"(CAST({column} AS JSON)->>'$')"
        elif str(found.types[found.columns.index(self.by)]) in {"FLOAT", "DOUBLE"}:
            # pandas makes floats of whole numbers with gaps.
            whole = f"TRY_CAST({column} AS BIGINT)"
            text = (
                f"CASE WHEN isnan({column}) THEN NULL WHEN {column} = {whole} THEN CAST({whole} AS VARCHAR) "
                f"ELSE {text} END"
            )
        if self.missing:
            named = ", ".join(map(literal, self.missing))
            text = f"CASE WHEN {text} NOT IN ({named}) THEN {text} END"
        return found.project(", ".join([f"{text} AS {_ID}", *map(identifier, self.uses)]))

    def ids(self) -> Relation:
        """Return the ids alone."""
        return _Side(self.rows, self.by, {}, self.missing).relation()


@dataclass(frozen=True, slots=True)
class _Join:
    baseline: _Side
    release: _Side
    renamed: Mapping[str, str]

    def relation(self) -> Relation:
        """Return the rows on both sides, with the columns of both."""
        both = _matched(self.baseline.relation(), self.release.relation())
        taken = [f"l.{identifier(name)} AS {identifier(name)}" for name in self.release.uses]
        taken += [f"r.{identifier(old)} AS {identifier(new)}" for old, new in self.renamed.items()]
        return both.project(", ".join(taken))

    def decoders(self) -> dict[str, Decode]:
        """Say how texts of either side become levels."""
        before = self.baseline.rows.decoders(self.baseline.uses)
        return {
            **self.release.rows.decoders(self.release.uses),
            **{self.renamed[name]: decode for name, decode in before.items()},
        }

    def relabelled(self, label: str) -> int:
        """Count the rows whose labels differ."""
        sides = [side.with_key(label) for side in (self.release, self.baseline)]
        column = identifier(label)
        found = (
            _matched(sides[1].relation(), sides[0].relation())
            .project(f"l.{column} AS one, r.{column} AS other")
            .aggregate("one, other, count(*) AS n", "one, other")
            .fetchall()
        )
        told = [_levels(side, label, [row[place] for row in found]) for place, side in enumerate(sides)]
        return sum(row[2] for row, one, other in zip(found, *told, strict=True) if one != other)


def _matched(baseline: Relation, release: Relation) -> Relation:
    return release.set_alias("l").join(baseline.set_alias("r"), f"l.{_ID} = r.{_ID}")


def _levels(side: _Side, label: str, values: Sequence[Any]) -> list[Level]:
    decode: Decode = side.rows.decoders(side.uses).get(label) or texts
    distinct = list(dict.fromkeys(values))
    levels = dict(zip(distinct, decode(distinct), strict=True))
    found = [levels[value] for value in values]
    return [None if level in side.missing else _SAME.get(level or "", level) for level in found]


def _sizes(sides: Mapping[str, _Side]) -> list[int]:
    """Count the rows of each side, and refuse ids that name several."""
    sizes: list[int] = []
    problems: list[str] = []
    for name, side in sides.items():
        summed = f"count(*), count({_ID}), count(DISTINCT {_ID})"
        ((rows, named, distinct),) = side.ids().aggregate(summed).fetchall()
        sizes.append(int(rows))
        if distinct < named:
            problems.append(f"the {name}'s {_twice(side, named - distinct)}")
    if problems:
        raise DataError(*problems)
    return sizes


def _twice(side: _Side, extra: int) -> str:
    several = side.ids().filter(f"{_ID} IS NOT NULL").aggregate(f"{_ID}, count(*) AS n", _ID).filter("n > 1")
    shown = several.order(f"n DESC, {_ID}").limit(_FEW).fetchall()
    told = ", ".join(f"'{name}' ({n:,} rows)" for name, n in shown)
    return (
        f"column '{side.by}' names {extra:,} rows more than once: {told}{' ...' if extra >= _FEW else ''}. "
        "An id must name one row; name the column, or drop the repeats."
    )


def _nothing_in_common(baseline: _Side, release: _Side) -> str:
    told = []
    for name, side in (("release", release), ("baseline", baseline)):
        shown = side.ids().filter(f"{_ID} IS NOT NULL").limit(3).fetchall()
        told.append(f"the {name} has {', '.join(repr(one) for (one,) in shown) or 'none'}")
    return (
        f"no row is on both sides: ids of column '{release.by}' do not match ({'; '.join(told)}). Is it the "
        "right column, written in the same way?"
    )
