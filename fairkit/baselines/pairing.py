"""A release and its baseline on the same rows: rows paired by an id, and counted together.

A row that both releases decided is compared with itself, so that what is hard about it cancels: intervals of
changes are a fraction as wide as those of two independent samples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fairkit._predicate_canonical import render
from fairkit.counts import Counts
from fairkit.door.joining import join
from fairkit.door.lazy_rows import renamed as with_names
from fairkit.door.rereading import RowsToJoin, refuse_unknown, rows_to_join
from fairkit.errors import FairkitError, UsageError, shortlist
from fairkit.groups import Attribute, By, attributes_of, groupings
from fairkit.policy.model import DataSource
from fairkit.policy.releases import BASELINE, RELEASE
from fairkit.predicates import Predicate, parse
from fairkit.questions import Question

_PAIRED = ("decision", "score")
_TAKEN = (*_PAIRED, "label", "threshold", "positive", "classes", "weight", "cluster", "max_levels")
_EXAMPLE = "pairing needs the column that names the rows in both releases"


@dataclass(frozen=True, slots=True, repr=False)
class Pairing:
    """Rows of two releases, counted together.

    Parameters
    ----------
    counts : Counts
        Joint counts of the models ``baseline`` and ``release``, as :func:`fairkit.evaluate` makes them of
        ``decision={"baseline": ..., "release": ...}``.
    matched : int
        Rows on both sides.
    only_baseline, only_release : int
        Rows without a partner, those without an id included.
    relabelled : int or None
        Rows with another label in the baseline; None where it has no label.
    sources, hashes : mapping of side to text
        Names of the data, and hashes of their files, of ``baseline`` and ``release``.

    Examples
    --------
    >>> from fairkit.counts import Kind
    >>> table = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",)], [[3, 1, 0]])
    >>> Pairing(table, 4, 0, 2, 1).notes
    ('2 rows of the release (33.33%) are not in the baseline and were left out of the comparison.',
     '1 row has another label in the baseline; the labels of the release count for both.')
    """

    counts: Counts
    matched: int
    only_baseline: int
    only_release: int
    relabelled: int | None
    sources: Mapping[str, str] = field(default_factory=dict)
    hashes: Mapping[str, str | None] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Pairing of {self.matched:,} rows: {self.counts!r}>"

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out, and what differs, in sentences."""
        told = []
        sides = ((self.only_release, RELEASE, BASELINE), (self.only_baseline, BASELINE, RELEASE))
        for left, own, other in sides:
            if left:
                share = left / (left + self.matched)
                told.append(
                    f"{_rows(left)} of the {own} ({share:.2%}) {'is' if left == 1 else 'are'} not in the "
                    f"{other} and {'was' if left == 1 else 'were'} left out of the comparison."
                )
        if self.relabelled:
            told.append(
                f"{_rows(self.relabelled)} {'has' if self.relabelled == 1 else 'have'} another label in the "
                "baseline; the labels of the release count for both."
            )
        return tuple(told)


def paired_counts(
    release: Any,
    baseline: Any,
    *,
    data: DataSource,
    by: By,
    levels: Mapping[str, Sequence[str]] | None = None,
) -> Pairing:
    """Pair the rows of a release with those of its baseline, and count them as two models.

    Parameters
    ----------
    release, baseline : frame or path
        Whatever :func:`fairkit.evaluate` takes; larger than memory is fine. Of the baseline only the id and
        its decisions or scores are needed: groups, labels, weights and clusters are the release's.
    data : DataSource
        What the columns mean, in both; ``id`` names the rows.
    by : str or sequence
        Groupings, see :func:`fairkit.groups.groupings`.
    levels : mapping, optional
        Declared levels.

    Returns
    -------
    Pairing

    Raises
    ------
    DataError
        The data cannot be read, lack a column, name a row twice, or have no row in common.
    UsageError
        There is no id, or the columns are of another task than decisions, scores or classes.

    Examples
    --------
    >>> now = {"id": [1, 2, 3], "sex": ["F", "F", "M"], "y": [1, 1, 0], "d": [1, 1, 0]}
    >>> then = {"id": [3, 2, 1], "d": [0, 0, 1]}
    >>> source = DataSource(columns={"label": "y", "decision": "d"}, id="id")
    >>> pairing = paired_counts(now, then, data=source, by="sex")
    >>> pairing.matched, [axis.name for axis in pairing.counts.axes]
    (3, ['decision:baseline', 'decision:release'])
    """
    columns = _columns(data)
    split = groupings(by, levels=levels)
    attributes = attributes_of(split)
    texts = [text for name in (*_PAIRED, "label") if (text := columns.get(name)) is not None]
    extra = [columns[name] for name in ("weight", "cluster") if columns.get(name) is not None]
    wanted = _wanted(str(data.id), texts, extra, attributes)
    after = rows_to_join(release, wanted, missing=data.missing_values)
    before = rows_to_join(baseline, wanted, missing=data.missing_values)
    refuse_unknown(after, [str(data.id)], side=RELEASE)
    refuse_unknown(before, [str(data.id)], side=BASELINE)
    shared, renamed = _renamed(columns, before, after)
    question = Question(
        attributes,
        **{**columns, **shared},
        missing=data.missing_values,
    )
    label = columns.get("label")
    found = join(
        before,
        after,
        question,
        by=str(data.id),
        renamed=renamed,
        label=label if label in before.names and label in after.names else None,
    )
    return Pairing(
        found.counts,
        found.matched,
        found.baseline - found.matched,
        found.release - found.matched,
        found.relabelled,
        {BASELINE: before.source, RELEASE: after.source},
        {BASELINE: before.sha256, RELEASE: after.sha256},
    )


def _columns(data: DataSource) -> dict[str, Any]:
    """Take what the columns mean, if two releases can be compared row by row by it."""
    given = {name: value for name, value in data.columns.items() if value is not None}
    problems = []
    if data.id is None:
        problems.append(f"{_EXAMPLE} (id = 'application' in a policy, --id COL).")
    foreign = [name for name in given if name not in _TAKEN]
    if foreign:
        problems.append(
            f"rows are paired for decisions, scores and classes; leave out {shortlist(foreign)}, or compare "
            "the reports of both releases."
        )
    several = [name for name in _PAIRED if isinstance(given.get(name), Mapping)]
    if several:
        problems.append(
            f"two releases of one model are paired: name one column as {' and '.join(several)}, the same in "
            "both."
        )
    elif not any(name in given for name in _PAIRED):
        problems.append("name a decision column or a score column, the same in both releases.")
    if problems:
        raise UsageError(*problems)
    return given


def _wanted(
    by: str, texts: Sequence[str], extra: Sequence[str], attributes: Sequence[Attribute]
) -> list[str]:
    """List every column that may be read, and the columns of every text that may be a predicate."""
    found = [by, *texts, *extra]
    for text in texts:
        predicate = _predicate(text)
        found += [] if predicate is None else predicate.columns
    for attribute in attributes:
        found += [attribute.name] if attribute.predicate is None else attribute.predicate.columns
    return list(dict.fromkeys(found))


def _renamed(
    columns: Mapping[str, Any], before: RowsToJoin, after: RowsToJoin
) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """Write decisions and scores of both models, those of the baseline with names of their own."""
    read: dict[str, Predicate | None] = {}
    for role in _PAIRED:
        text = columns.get(role)
        if text is not None:
            read[role] = None if text in before.names else _predicate(text)
    needed = [
        name
        for role, predicate in read.items()
        for name in ([columns[role]] if predicate is None else predicate.columns)
    ]
    refuse_unknown(before, needed, side=BASELINE)
    names: dict[str, str] = {}
    for name in dict.fromkeys(needed):
        new = f"{name} of the {BASELINE}"
        while new in after.names:
            new += "'"
        names[name] = new
    shared = {}
    for role, predicate in read.items():
        own = names[columns[role]] if predicate is None else render(with_names(predicate, names).node)
        shared[role] = {BASELINE: own, RELEASE: columns[role]}
    return shared, names


def _predicate(text: str) -> Predicate | None:
    try:
        return parse(text)
    except FairkitError:
        return None


def _rows(n: int) -> str:
    return f"{n:,} row{'' if n == 1 else 's'}"
