"""A host's rows, from any engine or file, as what a bounty works on: coded columns, truth and answers.

Rows without a label or an answer cannot be judged; they are left out, and counted by reason. Rows without a
value in a column that claims may test stay: that it is missing can be claimed, too. Label, answers, cluster
and hidden columns are never among those that claims may test.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from bounty.holdout.coarsening import Coarsening, coarsenings, unfit
from bounty.holdout.raw_columns import raw_column, taken
from bounty.holdout.roles import Claimable, Roles
from bounty.rows.answers import Answers, AnswerSpace, Truth
from bounty.rows.columns import Column, Columns
from bounty.rows.losses import Loss
from fairkit.door.rows import columns_of
from fairkit.errors import DataError, FairkitError
from fairkit.questions import Use

MOST_ROWS = 50_000_000
"""Most rows that are taken into memory."""


@dataclass(frozen=True, slots=True)
class Entered:
    """All rows of a host that can be judged, before they are split and coarsened.

    Attributes
    ----------
    columns : Columns
        Those that claims may test, as they came: more levels than can be tested are possible until they are
        coarsened (`bounty.holdout.coarse_columns`).
    truth : Truth
    host : Answers
    alternatives : mapping of str to Answers
    space : AnswerSpace
    losses : tuple of Loss
        All that can be taken of the answers.
    cluster : Column or None
        Who or what a row belongs to, where several rows do.
    coarsenings : mapping of str to Coarsening
        What the host wants to become of which column.
    left_out : mapping of str to int
        Rows that cannot be judged, by reason.
    """

    columns: Columns
    truth: Truth
    host: Answers
    alternatives: Mapping[str, Answers]
    space: AnswerSpace
    losses: tuple[Loss, ...]
    cluster: Column | None = None
    coarsenings: Mapping[str, Coarsening] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Rows that can be judged."""
        return self.host.rows


def enter(
    data: Any,
    *,
    label: str | None = None,
    prediction: str | None = None,
    score: str | None = None,
    errors: str | None = None,
    units: str | None = None,
    positive: Any = None,
    score_range: tuple[float, float] = (0.0, 1.0),
    most: tuple[int, int] | None = None,
    alternatives: Mapping[str, str] | None = None,
    columns: str | Sequence[str] | None = None,
    hide: str | Sequence[str] = (),
    cluster: str | None = None,
    missing: str | Sequence[str] = (),
    coarsen: str | Mapping[str, Coarsening | str] | Iterable[str] = (),
) -> Entered:
    """Read a host's rows.

    Parameters
    ----------
    data : frame or path
        Whatever `fairkit.frames.count` takes: pandas, Polars, pyarrow, DuckDB, Dask, Spark, a mapping of
        names to arrays, or the path of a CSV, TSV, JSON Lines, Parquet or Arrow file, a folder of Parquet, or
        a glob.
    label : str, optional
        Column with what is true; not with `errors`.
    prediction : str, optional
        Column with the model's decision, or with one of several classes.
    score : str, optional
        Column with the model's score.
    errors, units : str, optional
        Columns with what the model's answer costs and of how many units it is, such as word errors and words.
    positive : object or mapping, optional
        Which of two classes is the positive one, where that is not plain.
    score_range : (float, float)
        The range of scores.
    most : (int, int), optional
        The most errors and units that a row can have.
    alternatives : mapping of str to str, optional
        Columns of the same kind as `prediction`, `score` or `errors` with what other models give, by the
        names by which repairs may use them.
    columns : str or sequence of str, optional
        Columns that claims may test; by default all that have no other role.
    hide : str or sequence of str
        Columns that claims may not test.
    cluster : str, optional
        Column that tells which rows belong together (to one person, speaker, household).
    missing : str or sequence of str
        Texts that mean "missing". An empty text always does.
    coarsen : mapping of str to Coarsening or str, or str, or iterable of str
        How columns are coarsened: ``{"income": "10000"}`` or ``["income=10000"]``.

    Returns
    -------
    Entered

    Raises
    ------
    UsageError
        The call does not fit together.
    DataError
        The data cannot be read, have no such columns, or these do not hold what they must; all problems at
        once.

    Examples
    --------
    >>> rows = {"age": [31, 40, None, 22], "y": ["no", "yes", "no", None], "p": ["no", "no", "yes", "yes"]}
    >>> entered = enter(rows, label="y", prediction="p", positive="yes")
    >>> entered.rows, entered.columns.by_name["age"].values(), entered.truth.codes.tolist(), entered.left_out
    (3, [31, 40, None], [0, 1, 0], {"label 'y' is missing": 1})
    """
    roles = Roles(
        label=label,
        prediction=prediction,
        score=score,
        errors=errors,
        units=units,
        cluster=cluster,
        alternatives=dict(alternatives or {}),
    )
    roles.check(score_range, most)
    asked = None if columns is None else _listed(columns)
    given = coarsen if isinstance(coarsen, Mapping) else _listed(coarsen)
    wanted = Claimable(asked, _listed(hide), coarsenings(given))
    chosen: list[str] = []

    def uses(names: Sequence[str]) -> Mapping[str, Use]:
        chosen[:] = wanted.among(names, roles)
        return dict.fromkeys([*chosen, *roles.columns], "key")

    frame = columns_of(data, uses, _listed(missing), MOST_ROWS)
    raw, problems = _raw({name: frame[name].to_numpy() for name in frame.columns})
    problems += [
        problem
        for name, one in wanted.coarsen.items()
        if name in raw and (problem := unfit(raw[name], one)) is not None
    ]
    if not all(name in raw for name in roles.columns):
        raise DataError(*problems)
    kept, left_out = _judgeable(raw, roles)
    rows = len(kept)
    if not rows:
        why = "; ".join(f"{reason} in {count:,} rows" for reason, count in left_out.items())
        raise DataError(*problems, f"no row can be judged: {why or 'the data have none'}.")
    judged = {name: taken(raw[name], kept) for name in raw}
    try:
        found = roles.outcomes(judged, score_range=score_range, most=most, positive=positive)
    except FairkitError as error:
        raise DataError(*problems, *error.problems) from error
    if problems:
        raise DataError(*problems)
    return Entered(
        Columns({name: judged[name] for name in chosen}, rows),
        found.truth,
        found.host,
        found.alternatives,
        found.space,
        found.losses,
        None if cluster is None else judged[cluster],
        wanted.coarsen,
        left_out,
    )


def _listed(names: str | Iterable[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _raw(arrays: Mapping[str, npt.NDArray[Any]]) -> tuple[dict[str, Column], list[str]]:
    """Code all columns, and collect what is wrong with any of them."""
    found: dict[str, Column] = {}
    problems: list[str] = []
    for name, values in arrays.items():
        try:
            found[name] = raw_column(name, values)
        except DataError as error:
            problems += error.problems
    return found, problems


def _judgeable(raw: Mapping[str, Column], roles: Roles) -> tuple[npt.NDArray[np.intp], dict[str, int]]:
    """Find the rows that have a label, all answers and a cluster; count the others by what they lack."""
    rows = len(next(iter(raw.values())).codes)
    kept = np.ones(rows, dtype=np.bool_)
    left_out: dict[str, int] = {}
    for column, role in roles.columns.items():
        lacks = kept & (raw[column].codes == raw[column].missing)
        if lacks.any():
            left_out[f"{role} '{column}' is missing"] = int(lacks.sum())
            kept &= ~lacks
    return np.flatnonzero(kept), left_out
