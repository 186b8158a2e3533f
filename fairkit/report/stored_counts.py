"""The table of counts in a saved document: written a cell a line, and checked whole when it is read."""

from __future__ import annotations

from collections.abc import Iterator

from fairkit.counts import Counts, Kind
from fairkit.errors import FairkitError
from fairkit.kinds import FIELDS, ROW_FIELDS
from fairkit.report.documents import dumps, lines, members
from fairkit.report.shapes import Choice, Items, Json, Maybe, Record, Scalar, Shape

_TABLES = frozenset({"codes", "values", "squares", "rows"})


def counts_text(counts: Counts) -> str:
    """Write a cell a line, so that a changed count is a changed line; clusters stay out.

    Examples
    --------
    >>> table = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",)], [[3, 1, 0]])
    >>> counts_text(table).splitlines()[1]
    '"kind":"decisions",'
    """
    return members(
        {
            name: lines("[]", map(dumps, value)) if name in _TABLES and value is not None else dumps(value)
            for name, value in counts.to_dict().items()
        }
    )


def counts_shape() -> Record:
    """Say what the table is as JSON.

    Examples
    --------
    >>> list(counts_shape().fields)[:3]
    ['kind', 'attributes', 'axes']
    """

    def rows_of(number: Shape) -> Shape:
        return Items(Items(number))

    attribute = Record({"name": Scalar(str), "levels": Items(Maybe(Scalar(str)))})
    axis = Record({"name": Scalar(str), "levels": Items(Maybe(Scalar(str))), "width": Scalar(float, 0)})
    return Record(
        {
            "kind": Choice(tuple(map(str, Kind))),
            "attributes": Items(attribute),
            "axes": Items(axis),
            "fields": Items(Scalar(str)),
            "codes": rows_of(Scalar(int, 0)),
            "values": rows_of(Scalar(float)),
            "squares": Maybe(rows_of(Scalar(float))),
            "rows": Maybe(rows_of(Scalar(int, 0))),
            "clustered": Scalar(bool),
        }
    )


def counts_of(data: dict[str, Json], stated: str, problems: list[str], *, noun: str) -> Counts | None:
    """Make counts of a table that has their shape, or add what is wrong with it to `problems`.

    Parameters
    ----------
    data : dict
        What :func:`counts_shape` read.
    stated : str
        The hash that the document says they have.
    problems : list of str
    noun : str
        What the document is called.

    Examples
    --------
    >>> table, problems = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",)], [[3, 1, 0]]), []
    >>> counts_of(table.to_dict(), table.sha256(), problems, noun="report") == table
    True
    """
    found = [*_misfits(data)]
    problems += found
    if found:
        return None
    try:
        counts = Counts.from_dict(data)
    except FairkitError as error:
        problems += [f"$.counts: {problem}" for problem in error.problems]
        return None
    if counts.sha256() != stated:
        problems.append(
            f"$.counts do not have the hash that $.data.counts_sha256 states; the {noun} was changed after "
            "it was made. Make it again from the data."
        )
        return None
    return counts


def _misfits(data: dict[str, Json]) -> Iterator[str]:
    """Check that the tables of the counts fit one another."""
    levels = [len(key["levels"]) for key in (*data["attributes"], *data["axes"])]
    for i, code in enumerate(data["codes"]):
        if len(code) != len(levels) or any(c >= size for c, size in zip(code, levels, strict=False)):
            yield f"$.counts.codes[{i}] names no cell of the attributes and axes: {list(code)}."
    kind = Kind(data["kind"])
    whole = data["squares"] is None and ROW_FIELDS[kind] == FIELDS[kind]
    for name in ("values", "squares", "rows"):
        table = data[name] or ()
        if data[name] is not None and len(table) != len(data["codes"]):
            yield f"$.counts.{name} has {len(table)} rows for {len(data['codes'])} cells."
        for i, row in enumerate(table):
            if len(row) != len(data["fields"]):
                yield f"$.counts.{name}[{i}] has {len(row)} values for {len(data['fields'])} fields."
            elif name == "values" and whole and any(isinstance(v, float) for v in row):
                yield f"$.counts.values[{i}] is {list(row)}; rows are counted in whole numbers."
    if (data["squares"] is None) != (data["rows"] is None):
        yield "$.counts.squares and $.counts.rows belong together, but one of them is null."
