"""The only door to a user's engine: any frame or file in, Counts out.

What to count is settled first (:class:`Question`): which columns are keys, which are predicates, what weighs
and what clusters. Then rows are read once, by a blocked count where they lie in memory as arrays (NumPy,
pandas) and by one group-by on the engine itself everywhere else (Polars, DuckDB, Arrow, files, and whatever
narwhals takes lazily). Label and decision are grouped by as they are; which of their values is positive is
decided on the groups, so that no column is read twice.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fairkit import _binary
from fairkit._cells import Cells, Key
from fairkit.counts import FIELDS, LEFT_OUT, Counts, Kind, Level, natural_order
from fairkit.errors import DataError, FairkitError, UsageError, shortlist, unknown_name
from fairkit.groups import Attribute, By, attributes_of, groupings
from fairkit.predicates import (
    ColumnKind,
    Predicate,
    check,
    kinds,
    object_kinds,
    parse,
    to_expressions,
    to_mask,
)

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw
    import pandas as pd

    from fairkit._arrays import Coded
    from fairkit._engine import EngineKey
    from fairkit.files import OpenedFile

MAX_LEVELS = 1_000
"""More levels than this in one attribute are refused unless asked for: it is then mostly an identifier."""

_MAX_CELLS = 5_000_000
_SIGNS = ("<", ">", "=", "!", "(", " in ", " is ")


@dataclass(frozen=True, slots=True)
class Question:
    """What to count.

    Parameters
    ----------
    by : tuple of Attribute
        Attributes to group by.
    decision : str, optional
        Column with the model's two-class decision, or a predicate such as ``score_text != "Low"``.
    score : str, optional
        Instead of a decision: column with a finite score; rows with ``score >= threshold`` are selected.
    threshold : float, optional
        Needed with `score`.
    label : str, optional
        Column with the true class, or a predicate. Without a label only selection rates can be known.
    positive : object or mapping, optional
        The value that counts as positive where a column does not say so itself (True, 1); a mapping with the
        keys ``label`` and ``decision`` names one for each.
    weight : str, optional
        Column of non-negative sample weights.
    cluster : str, optional
        Column that tells which rows belong together (a person, a speaker).
    missing : tuple of str
        Texts that mean "missing" in these data, such as ``?``.
    max_levels : int
        Most levels of one attribute.
    """

    by: tuple[Attribute, ...]
    decision: str | None = None
    score: str | None = None
    threshold: float | None = None
    label: str | None = None
    positive: Any = None
    weight: str | None = None
    cluster: str | None = None
    missing: tuple[str, ...] = ()
    max_levels: int = MAX_LEVELS

    def __post_init__(self) -> None:
        problems = []
        if (self.decision is None) == (self.score is None):
            problems.append(
                "name either a decision column or a score column with a threshold (--decision COL)."
            )
        if self.score is not None and self.threshold is None:
            problems.append(f"score '{self.score}' needs a threshold from which a row counts as selected.")
        if self.score is None and self.threshold is not None:
            problems.append(
                "a threshold belongs to a score column (--score COL); decisions are taken as they are."
            )
        if self.threshold is not None and not np.isfinite(self.threshold):
            problems.append(f"threshold {self.threshold} is not a finite number.")
        if problems:
            raise UsageError(*problems)


@dataclass(frozen=True, slots=True)
class Reading:
    """Counts with what is known of the data they came from."""

    counts: Counts
    source: str
    sha256: str | None = None


def count(
    data: Any,
    *,
    by: By,
    decision: str | None = None,
    label: str | None = None,
    score: str | None = None,
    threshold: float | None = None,
    positive: Any = None,
    weight: str | None = None,
    cluster: str | None = None,
    levels: Mapping[str, Sequence[str]] | None = None,
    missing: Sequence[str] = (),
    max_levels: int = MAX_LEVELS,
) -> Counts:
    """Read rows once and return their Counts.

    Parameters
    ----------
    data : frame or path
        pandas, Polars (eager or lazy), pyarrow, DuckDB relation, anything narwhals takes lazily, a mapping of
        names to NumPy arrays, or the path of a CSV, TSV, JSON Lines, Parquet or Arrow file, a folder of
        Parquet, or a glob.
    by : str or sequence
        Groupings, see :func:`fairkit.groups.groupings`.
    decision, label, score, threshold, positive, weight, cluster, missing, max_levels
        See :class:`Question`.
    levels : mapping, optional
        Declared levels.

    Returns
    -------
    Counts
        Of kind ``confusion``, or ``decisions`` without a label; an empty table for data without rows.

    Raises
    ------
    DataError
        The data cannot be read, a column is unknown, not binary, of the wrong type, ...; all problems at
        once.
    UsageError
        The question is wrong in itself.

    Examples
    --------
    >>> import numpy as np
    >>> rows = {"sex": np.array(["F", "F", "M"]), "y": np.array([1, 0, 1]), "d": np.array([1, 1, 0])}
    >>> counts = count(rows, label="y", decision="d", by="sex")
    >>> counts.groups(), counts.values[:, :4].tolist()
    ((('F',), ('M',)), [[1, 1, 0, 0], [0, 0, 1, 0]])
    """
    question = Question(
        attributes_of(groupings(by, levels=levels)),
        decision=decision,
        score=score,
        threshold=threshold,
        label=label,
        positive=positive,
        weight=weight,
        cluster=cluster,
        missing=tuple(missing),
        max_levels=max_levels,
    )
    return read(data, question).counts


def read(data: Any, question: Question, *, hash_files: bool = False) -> Reading:
    """Read rows once, as :func:`count`, and say where they came from.

    Parameters
    ----------
    data : frame or path
    question : Question
    hash_files : bool, default False
        Hash files of any size (up to 256 MB they always are).
    """
    if isinstance(data, str | os.PathLike):
        return _read_file(data, question, hash_files=hash_files)
    if isinstance(data, Mapping):
        return Reading(_read_mapping(data, question), "arrays")
    module = type(data).__module__.partition(".")[0]
    if module == "pandas" and hasattr(data, "columns"):
        return Reading(_read_pandas(data, question), "pandas")
    return Reading(_read_lazy(data, question), module)


@dataclass(frozen=True, slots=True)
class _Plan:
    """The question matched with the columns that exist."""

    question: Question
    predicates: Mapping[str, Predicate] = field(default_factory=dict)

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """Roles and names of the key columns, in order: attributes, decision, label, cluster."""
        q = self.question
        keys = [(a.name, a.name) for a in q.by] + [("decision", q.decision or q.score or "")]
        keys += [("label", q.label)] if q.label is not None else []
        return (*keys, *([("cluster", q.cluster)] if q.cluster is not None else []))

    def is_score(self, role: str) -> bool:
        return role == "decision" and self.question.score is not None


def _plan(
    question: Question,
    columns: Sequence[str],
    repeated: Sequence[str],
    column_kinds: Callable[[], Mapping[str, ColumnKind]],
) -> _Plan:
    """Match the question with the columns; every problem is found before one is raised."""
    problems: list[str] = []
    predicates = {a.name: a.predicate for a in question.by if a.predicate is not None}
    wanted: list[tuple[str, str]] = [("", a.name) for a in question.by if a.predicate is None]
    for role, text in (("decision", question.decision), ("label", question.label)):
        if text is None:
            continue
        if text not in columns and any(sign in text for sign in _SIGNS):
            try:
                predicates[role] = parse(text)
            except FairkitError as error:
                problems += [f"{role}: {problem}" for problem in error.problems]
        else:
            wanted.append((role, text))
    wanted += [
        (role, name)
        for role, name in (
            ("score", question.score),
            ("weight", question.weight),
            ("cluster", question.cluster),
        )
        if name is not None
    ]
    problems += [
        unknown_name(f"{role} column".strip(), name, columns)
        for role, name in dict.fromkeys(wanted)
        if name not in columns
    ]
    named = {name for _, name in wanted} | {c for p in predicates.values() for c in p.columns}
    problems += [
        f"column '{name}' appears more than once in the data; rename it: which one is meant?"
        for name in sorted(named & set(repeated))
    ]
    if predicates and not problems:
        known = column_kinds()
        for name, predicate in predicates.items():
            try:
                check(predicate, known)
            except FairkitError as error:
                problems += [f"{name}: {problem}" for problem in error.problems]
    if problems:
        raise DataError(*problems)
    return _Plan(question, predicates)


def _read_file(data: str | os.PathLike[str], question: Question, *, hash_files: bool) -> Reading:
    import duckdb

    from fairkit.files import open_path, reading_error

    opened = open_path(data)

    def attempt(file: OpenedFile) -> Counts:
        return _read_lazy(file.relation, question, repeated=file.repeated)

    try:
        try:
            counts = attempt(opened)
        except duckdb.ConversionException:
            counts = attempt(opened.retyped())
    except (duckdb.Error, OSError) as error:
        raise reading_error(error, opened.paths) from error
    return Reading(counts, Path(data).name or str(data), opened.sha256(force=hash_files))


def _read_mapping(data: Mapping[str, Any], question: Question) -> Counts:
    from fairkit import _arrays

    columns = {str(name): _as_column(str(name), values) for name, values in data.items()}

    def column_kinds() -> Mapping[str, ColumnKind]:
        import pandas as pd

        return _kinds_of(pd.DataFrame({name: pd.Series(values[:1000]) for name, values in columns.items()}))

    plan = _plan(question, list(columns), (), column_kinds)
    _arrays.same_length({name: len(values) for name, values in columns.items()})

    def coded(role: str, name: str) -> Coded:
        if role in plan.predicates:
            return _arrays.code_truth(to_mask(plan.predicates[role], columns))
        return (
            _score_codes(columns[name], question)
            if plan.is_score(role)
            else _arrays.code_array(columns[name])
        )

    weight = None if question.weight is None else columns[question.weight]
    return _from_arrays(plan, coded, weight)


def _read_pandas(data: Any, question: Question) -> Counts:
    import narwhals.stable.v2 as nw

    from fairkit import _arrays

    columns = [str(name) for name in data.columns]
    repeated = [name for name in dict.fromkeys(columns) if columns.count(name) > 1]
    if any(not isinstance(name, str) for name in data.columns):
        data = data.set_axis(columns, axis="columns")
    plan = _plan(
        question,
        columns,
        repeated,
        lambda: _kinds_of(data.loc[:, ~data.columns.duplicated()].infer_objects()),
    )

    def coded(role: str, name: str) -> Coded:
        if role in plan.predicates:
            predicate = plan.predicates[role]
            frame = nw.from_native(data.loc[:, list(predicate.columns)].infer_objects())
            is_true, is_false = to_expressions(predicate, frame.collect_schema())
            truth = frame.select(is_true.alias("t"), is_false.alias("f"))
            true, false = (truth[name].to_numpy().astype(bool) for name in ("t", "f"))
            return _arrays.code_truth(np.where(true, 1, np.where(false, 0, -1)).astype(np.int8))
        return (
            _score_codes(data[name].to_numpy(), question)
            if plan.is_score(role)
            else _arrays.code_series(data[name])
        )

    weight = None if question.weight is None else data[question.weight].to_numpy()
    return _from_arrays(plan, coded, weight)


def _kinds_of(data: pd.DataFrame) -> Mapping[str, ColumnKind]:
    import narwhals.stable.v2 as nw

    return kinds(nw.from_native(data).collect_schema()) | object_kinds(data)


def _from_arrays(plan: _Plan, coded: Callable[[str, str], Coded], weight: Any) -> Counts:
    from fairkit import _arrays

    weights = None if weight is None else _floats(weight, f"weight column '{plan.question.weight}'")
    return _to_counts(_arrays.tabulate([coded(role, name) for role, name in plan.keys], weights), plan)


def _read_lazy(data: Any, question: Question, *, repeated: Sequence[str] = ()) -> Counts:
    import narwhals.stable.v2 as nw

    from fairkit import _engine

    frame = _as_lazy(data)
    schema = frame.collect_schema()
    plan = _plan(question, schema.names(), repeated, lambda: kinds(schema))
    problems = [
        f"{role} column '{name}' must hold numbers, it holds {schema[name]}."
        for role, name in (("weight", question.weight), ("score", question.score))
        if name is not None and not schema[name].is_numeric()
    ]
    if problems:
        raise DataError(*problems)

    def key(role: str, name: str) -> EngineKey:
        if role in plan.predicates:
            return _engine.truth_key(*to_expressions(plan.predicates[role], schema))
        if plan.is_score(role):
            value, low = nw.col(name), question.threshold or 0.0
            finite = ~value.is_null() & (value > -float("inf")) & (value < float("inf"))
            if schema[name].is_float():
                finite = finite & ~value.is_nan()
            return _engine.truth_key(finite & (value >= low), finite & (value < low))
        return _engine.EngineKey(nw.col(name))

    limit = None if question.cluster is not None else _MAX_CELLS
    cells = _engine.tabulate_lazy(frame, [key(*k) for k in plan.keys], weight=question.weight, limit=limit)
    return _to_counts(cells, plan)


def _as_lazy(data: Any) -> nw.LazyFrame[Any]:
    import narwhals.stable.v2 as nw

    module = type(data).__module__.partition(".")[0]
    if module == "pyarrow" or (
        hasattr(data, "__arrow_c_stream__") and module not in ("polars", "duckdb", "narwhals")
    ):
        import duckdb
        import pyarrow as pa

        table = data if module == "pyarrow" else pa.table(data)
        names = list(table.schema.names)
        repeated = [name for name in dict.fromkeys(names) if names.count(name) > 1]
        if repeated:
            raise DataError(f"the Arrow table repeats column names: {shortlist(repeated)}; rename them.")
        return nw.from_native(duckdb.connect().from_arrow(table))
    try:
        frame: nw.LazyFrame[Any] = nw.from_native(data).lazy()
    except TypeError as error:
        raise DataError(
            f"cannot read rows from {type(data).__name__}; give a pandas, Polars, pyarrow or DuckDB frame, "
            "a mapping of names to arrays, or the path of a file."
        ) from error
    return frame


def _as_column(name: str, values: Any) -> np.ndarray[Any, Any]:
    column = values if isinstance(values, np.ndarray) else np.asarray(values)
    if not isinstance(values, np.ndarray) and column.dtype.kind in "US":
        column = np.asarray(values, dtype=object)  # a list with None keeps it, where NumPy would write "None"
    if column.ndim != 1:
        raise DataError(f"column '{name}' must have one dimension, its shape is {column.shape}.")
    return column


def _score_codes(values: Any, question: Question) -> Coded:
    from fairkit import _arrays

    scores = _floats(values, f"score column '{question.score}'")
    selected = scores >= (question.threshold or 0.0)
    return _arrays.code_truth(np.where(np.isfinite(scores), selected, -1).astype(np.int8))


def _floats(values: Any, what: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"{what} must hold numbers ({error}).") from error


def _to_counts(cells: Cells, plan: _Plan) -> Counts:
    """Decide what each group means, check it, and write the canonical table."""
    question = plan.question
    keys = {
        role: _named(key, () if role in plan.predicates else question.missing)
        for (role, _), key in zip(plan.keys, cells.keys, strict=True)
    }
    problems = _problems(cells, keys, plan)
    outcomes: dict[str, _binary.Outcome] = {}
    for role in ("decision", "label"):
        if role in keys:
            text = getattr(question, role) or f"{question.score} >= {question.threshold}"
            found = _binary.positive_class(
                role,
                text,
                keys[role].levels,
                question.positive,
                derived=role in plan.predicates or plan.is_score(role),
            )
            outcomes[role] = found
            problems += found.problems
    problems += _binary.unused_positive(question.positive, outcomes)
    if problems:
        raise DataError(*problems)
    kind = Kind.CONFUSION if question.label is not None else Kind.DECISIONS
    decided = outcomes["decision"].truth[keys["decision"].codes]
    labelled = outcomes["label"].truth[keys["label"].codes] if question.label is not None else None
    column = _field_of(kind, decided, labelled)
    cluster = keys.get("cluster")
    attributes = [keys[a.name] for a in question.by]
    place = np.arange(len(column))

    def spread(sums: Any, dtype: type) -> Any:
        table: Any = np.zeros((len(column), len(FIELDS[kind]) + len(LEFT_OUT[kind])), dtype)
        table[place, column] = sums
        return table

    weighted = cells.weights is not None
    return Counts.from_codes(
        kind,
        tuple(a.name for a in question.by),
        tuple(key.levels for key in attributes),
        np.column_stack([key.codes for key in attributes]),
        spread(cells.weights, np.float64) if weighted else spread(cells.rows, np.int64),
        squares=spread(cells.squares, np.float64) if weighted else None,
        rows=spread(cells.rows, np.int64) if weighted else None,
        clusters=None if cluster is None else cluster.codes,
        cluster_ids=() if cluster is None else tuple(str(level) for level in cluster.levels),
    )


def _problems(cells: Cells, keys: Mapping[str, Key], plan: _Plan) -> list[str]:
    question = plan.question
    problems = [
        f"column '{a.name}' has {len(keys[a.name].levels):,} levels (at most {question.max_levels:,} "
        "are taken): every level would be a group of its own. Group by something coarser, or raise the limit "
        f"with max_levels={len(keys[a.name].levels)} (--max-levels)."
        for a in question.by
        if len(keys[a.name].levels) > question.max_levels
    ]
    if cells.bad_weights:
        problems.append(
            f"weight column '{question.weight}' is missing, negative or not finite in "
            f"{cells.bad_weights:,} rows."
        )
    if question.cluster is not None and None in keys["cluster"].levels:
        lacking = int(cells.rows[keys["cluster"].codes == keys["cluster"].levels.index(None)].sum())
        problems.append(
            f"cluster column '{question.cluster}' is missing in {lacking:,} rows; every row must belong to a "
            "cluster."
        )
    if question.score is not None and None in keys["decision"].levels:
        unknown = keys["decision"].codes == keys["decision"].levels.index(None)
        problems.append(
            f"score column '{question.score}' is missing, NaN or infinite in "
            f"{int(cells.rows[unknown].sum()):,} rows."
        )
    return problems


def _named(key: Key, missing: Sequence[str]) -> Key:
    """Order a key's levels and give codes that fell on one text (1 and 1.0, null and NaN, ``?``) one code."""
    levels: list[Level] = [None if level in missing else level for level in key.levels]
    used = np.unique(key.codes)
    ordered = natural_order(levels[i] for i in used)
    place = {level: i for i, level in enumerate(ordered)}
    translate = np.array([place.get(level, -1) for level in levels], np.int64)
    return Key(translate[key.codes] if len(key.codes) else key.codes, ordered)


def _field_of(kind: Kind, decided: Any, labelled: Any) -> Any:
    """Return the column of the counts that each cell belongs to; truth is 1, 0 or -1 (missing)."""
    if kind is Kind.DECISIONS:
        return np.array([0, 1, 2])[np.where(decided == 1, 0, np.where(decided == 0, 1, 2))]
    lookup = np.array(
        [[6, 4, 4], [5, 3, 1], [5, 2, 0]]
    )  # [label + 1][decision + 1], in the order of the fields
    return lookup[labelled + 1, decided + 1]
