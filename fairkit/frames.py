"""The only door to a user's engine: any frame or file in, Counts out.

What to count is settled first (:class:`~fairkit.questions.Question`): which columns are keys, which are
predicates, what weighs and what clusters. Then rows are read once, by a blocked count where they lie in
memory as arrays (NumPy, pandas) and by one group-by on the engine itself everywhere else (Polars, DuckDB,
Arrow, files, and whatever narwhals takes lazily). Label and decision are grouped by as they are; which of
their values is positive is decided on the groups, so that no column is read twice.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from fairkit.counts import Counts
from fairkit.door.grids import tabulated
from fairkit.door.plan import match
from fairkit.door.tally import to_counts
from fairkit.errors import DataError
from fairkit.groups import By, attributes_of, groupings
from fairkit.predicates import Predicate, kinds, object_kinds, to_expressions, to_mask
from fairkit.questions import MAX_LEVELS as MAX_LEVELS  # noqa: PLC0414 - exported again
from fairkit.questions import Question as Question  # noqa: PLC0414 - exported again

_KNOWN = ("polars", "duckdb", "narwhals")  # to narwhals, though they offer an Arrow stream as well


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
    decision: str | Mapping[str, str] | None = None,
    label: str | None = None,
    score: str | Mapping[str, str] | None = None,
    threshold: float | None = None,
    positive: Any = None,
    classes: Literal["all"] | Sequence[Any] | None = None,
    outputs: Mapping[str, str] | None = None,
    prediction: str | None = None,
    prediction_low: str | None = None,
    prediction_high: str | None = None,
    quantile: float | None = None,
    rank: str | None = None,
    query: str | None = None,
    relevance: str | None = None,
    events: str | None = None,
    exposure: str | None = None,
    weight: str | None = None,
    cluster: str | None = None,
    levels: Mapping[str, Sequence[str]] | None = None,
    missing: str | Sequence[str] = (),
    max_levels: int = MAX_LEVELS,
) -> Counts:
    """Read rows once and return their Counts.

    Parameters
    ----------
    data : frame or path
        pandas, Polars (eager or lazy), pyarrow (table, dataset, stream), DuckDB relation, Dask, Spark,
        anything else narwhals takes lazily, a mapping of names to NumPy arrays, or the path of a CSV, TSV,
        JSON Lines, Parquet or Arrow file, a folder of Parquet, or a glob. Of a query only groups come back.
    by : str or sequence
        Groupings, see :func:`fairkit.groups.groupings`.
    decision, label, score, threshold, positive, classes, outputs
        Decisions and scores, see :class:`Question`.
    prediction, prediction_low, prediction_high, quantile
        Regression.
    rank, query, relevance
        Ranking.
    events, exposure
        Counts per exposure.
    weight, cluster, missing, max_levels
        See :class:`Question`.
    levels : mapping, optional
        Declared levels.

    Returns
    -------
    Counts
        Of the kind that the question asks for; an empty table for data without rows.

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
        classes=classes,
        outputs=outputs,
        prediction=prediction,
        prediction_low=prediction_low,
        prediction_high=prediction_high,
        quantile=quantile,
        rank=rank,
        query=query,
        relevance=relevance,
        events=events,
        exposure=exposure,
        weight=weight,
        cluster=cluster,
        missing=(missing,) if isinstance(missing, str) else tuple(missing),
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

    Raises
    ------
    DataError
        As in :func:`count`.
    """
    if isinstance(data, str | os.PathLike):
        return _read_file(data, question, hash_files=hash_files)
    if isinstance(data, Mapping):
        return Reading(_read_mapping(data, question), "arrays")
    module = type(data).__module__.partition(".")[0]
    if module == "pandas" and hasattr(data, "columns"):
        return Reading(_read_pandas(data, question), "pandas")
    from fairkit.door.lazy_rows import is_lazy, lazy_rows

    offers_stream = hasattr(data, "__arrow_c_stream__") and module not in _KNOWN
    if module == "pyarrow" or (offers_stream and not is_lazy(data)):
        return Reading(_read_arrow(data, question), module)
    try:
        rows = lazy_rows(data)
    except TypeError as error:
        raise _no_rows(data) from error
    from fairkit.door.engine_rows import EngineRows

    plan = match(question, rows.names)
    found = EngineRows(lambda: rows.frame, plan, columns=rows.columns)
    return Reading(to_counts(tabulated(found, plan), plan), module)


def _read_file(data: str | os.PathLike[str], question: Question, *, hash_files: bool) -> Reading:
    import duckdb
    import narwhals.stable.v2 as nw

    from fairkit.door.engine_rows import EngineRows
    from fairkit.files import open_path, reading_error

    opened = open_path(data)
    try:
        plan = match(question, opened.names)
    except DataError:  # rows of JSON Lines may have keys that the first ones lack
        opened = opened.with_all_names()
        plan = match(question, opened.names)
    try:
        rows = EngineRows(
            lambda: nw.from_native(opened.relation(plan.uses, question.missing)).lazy(),
            plan,
            decoders=opened.decoders(plan.uses, question.missing),
        )
        counts = to_counts(tabulated(rows, plan), plan)
    except (duckdb.Error, OSError) as error:
        raise reading_error(error, opened.paths) from error
    return Reading(counts, Path(data).name or str(data), opened.sha256(force=hash_files))


def _read_mapping(data: Mapping[str, Any], question: Question) -> Counts:
    from fairkit.door import arrays as _arrays
    from fairkit.door.array_rows import ArrayRows, Columns

    given = {str(name): values for name, values in data.items()}
    plan = match(question, [str(name) for name in data])
    columns = _arrays.columns_of(given, list(plan.uses))
    compared = {name: _arrays.without(columns[name], question.missing) for name in plan.compared}
    if compared:
        plan.check_predicates(_arrays.kinds_of(compared))
    rows = ArrayRows(
        plan,
        Columns(
            code=lambda name: _arrays.code_array(columns[name]),
            numbers=lambda name: _arrays.without(columns[name], question.missing),
            answer=lambda predicate: to_mask(predicate, compared),
        ),
    )
    return to_counts(tabulated(rows, plan), plan)


def _read_pandas(data: Any, question: Question) -> Counts:
    import narwhals.stable.v2 as nw
    import pandas as pd

    from fairkit.door import arrays as _arrays
    from fairkit.door.array_rows import ArrayRows, Columns
    from fairkit.door.engine_rows import without

    names = [str(name) for name in data.columns]
    plan = match(question, names)

    def column(name: str) -> Any:
        return data.iloc[:, names.index(name)]  # by place: another column's name may repeat, or be no text

    compared = pd.DataFrame({name: column(name) for name in plan.compared}, copy=False).infer_objects()
    frame = without(nw.from_native(compared), question.missing)
    schema = frame.collect_schema()
    if plan.compared:
        plan.check_predicates(kinds(schema) | object_kinds(frame))

    def answer(predicate: Predicate) -> np.ndarray[Any, Any]:
        is_true, is_false = to_expressions(predicate, schema)
        truth = frame.select(is_true.alias("t"), is_false.alias("f"))
        true, false = (truth[name].to_numpy().astype(bool) for name in ("t", "f"))
        return np.where(true, 1, np.where(false, 0, -1)).astype(np.int8)

    rows = ArrayRows(
        plan,
        Columns(
            code=lambda name: _arrays.code_series(column(name)),
            numbers=lambda name: _arrays.without(_arrays.series_values(column(name)), question.missing),
            answer=answer,
        ),
    )
    return to_counts(tabulated(rows, plan), plan)


def _read_arrow(data: Any, question: Question) -> Counts:
    import narwhals.stable.v2 as nw
    import pyarrow as pa

    from fairkit.door import relations
    from fairkit.door.engine_rows import EngineRows

    if not hasattr(data, "schema"):
        try:
            is_scanner = hasattr(data, "to_reader")
            data = data.to_reader() if is_scanner else pa.RecordBatchReader.from_stream(data)
        except (TypeError, pa.ArrowInvalid) as error:  # an array, a scalar
            raise _no_rows(data) from error
    plan = match(question, list(data.schema.names))
    if plan.scores and isinstance(data, pa.RecordBatchReader):
        data = relations.held(data, plan.uses)  # scores are read more than once
    rows = EngineRows(lambda: nw.from_native(relations.table(data, plan.uses)).lazy(), plan)
    return to_counts(tabulated(rows, plan), plan)


def _no_rows(data: Any) -> DataError:
    return DataError(
        f"cannot read rows from {type(data).__name__}; give a pandas, Polars, pyarrow or DuckDB frame, "
        "a mapping of names to arrays, or the path of a file."
    )
