"""The only door to a user's engine: any frame or file in, Counts out.

What to count is settled first (:class:`~fairkit.questions.Question`): which columns are keys, which are
predicates, what weighs and what clusters. Then rows are read once, by a blocked count where they lie in
memory as arrays (NumPy, pandas) and by one group-by on the engine itself everywhere else (Polars, DuckDB,
Arrow, files, and whatever narwhals takes lazily). Label and decision are grouped by as they are; which of
their values is positive is decided on the groups, so that no column is read twice.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fairkit._cells import Decode
from fairkit._tally import to_counts
from fairkit.counts import Counts
from fairkit.errors import DataError
from fairkit.groups import By, attributes_of, groupings
from fairkit.predicates import Predicate, kinds, object_kinds, to_expressions, to_mask
from fairkit.questions import MAX_LEVELS as MAX_LEVELS  # noqa: PLC0414 - exported again
from fairkit.questions import Plan, match
from fairkit.questions import Question as Question  # noqa: PLC0414 - exported again

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw

    from fairkit._arrays import Coded
    from fairkit._engine import EngineKey

_MAX_CELLS = 5_000_000
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
    from fairkit._lazy_rows import is_lazy, lazy_rows

    offers_stream = hasattr(data, "__arrow_c_stream__") and module not in _KNOWN
    if module == "pyarrow" or (offers_stream and not is_lazy(data)):
        return Reading(_read_arrow(data, question), module)
    try:
        rows = lazy_rows(data)
    except TypeError as error:
        raise _no_rows(data) from error
    return Reading(_read_lazy(rows.frame, match(question, rows.names), columns=rows.columns), module)


def _read_file(data: str | os.PathLike[str], question: Question, *, hash_files: bool) -> Reading:
    import duckdb
    import narwhals.stable.v2 as nw

    from fairkit.files import open_path, reading_error

    opened = open_path(data)
    try:
        plan = match(question, opened.names)
    except DataError:  # rows of JSON Lines may have keys that the first ones lack
        opened = opened.with_all_names()
        plan = match(question, opened.names)
    frame = nw.from_native(opened.relation(plan.uses, question.missing)).lazy()
    try:
        counts = _read_lazy(frame, plan, decoders=opened.decoders(plan.uses, question.missing))
    except (duckdb.Error, OSError) as error:
        raise reading_error(error, opened.paths) from error
    return Reading(counts, Path(data).name or str(data), opened.sha256(force=hash_files))


def _read_mapping(data: Mapping[str, Any], question: Question) -> Counts:
    from fairkit import _arrays

    given = {str(name): values for name, values in data.items()}
    plan = match(question, [str(name) for name in data])
    columns = _arrays.columns_of(given, list(plan.uses))
    compared = {name: _arrays.without(columns[name], question.missing) for name in plan.compared}
    if compared:
        plan.check_predicates(_arrays.kinds_of(compared))
    return _read_arrays(
        plan,
        columns,
        code=lambda name: _arrays.code_array(columns[name]),
        answer=lambda predicate: to_mask(predicate, compared),
    )


def _read_pandas(data: Any, question: Question) -> Counts:
    import narwhals.stable.v2 as nw
    import pandas as pd

    from fairkit import _arrays

    names = [str(name) for name in data.columns]
    plan = match(question, names)

    def column(name: str) -> Any:
        return data.iloc[:, names.index(name)]  # by place: another column's name may repeat, or be no text

    compared = pd.DataFrame({name: column(name) for name in plan.compared}, copy=False).infer_objects()
    frame = _without(nw.from_native(compared), question.missing)
    schema = frame.collect_schema()
    if plan.compared:
        plan.check_predicates(kinds(schema) | object_kinds(frame))

    def answer(predicate: Predicate) -> np.ndarray[Any, Any]:
        is_true, is_false = to_expressions(predicate, schema)
        truth = frame.select(is_true.alias("t"), is_false.alias("f"))
        true, false = (truth[name].to_numpy().astype(bool) for name in ("t", "f"))
        return np.where(true, 1, np.where(false, 0, -1)).astype(np.int8)

    return _read_arrays(
        plan,
        {name: column(name).to_numpy() for name in (question.score, question.weight) if name is not None},
        code=lambda name: _arrays.code_series(column(name)),
        answer=answer,
    )


def _read_arrays(
    plan: Plan,
    columns: Mapping[str, np.ndarray[Any, Any]],
    *,
    code: Callable[[str], Coded],
    answer: Callable[[Predicate], np.ndarray[Any, Any]],
) -> Counts:
    """Code every key, count, and collect what is wrong with any column before saying it."""
    from fairkit import _arrays

    question = plan.question
    coded: list[Coded] = []
    problems: list[str] = []
    weights = None
    for slot in plan.slots:
        try:
            if slot.predicate is not None:
                coded.append(_arrays.code_truth(answer(slot.predicate)))
            elif slot.is_score:
                scores = _arrays.floats(columns[slot.name])
                coded.append(_arrays.code_scores(scores, question.threshold or 0.0))
            else:
                coded.append(code(slot.name))
        except DataError as error:
            problems += [f"{slot.title}: {problem}" for problem in error.problems]
    if question.weight is not None:
        try:
            weights = _arrays.floats(columns[question.weight])
        except DataError as error:
            problems += [f"weight column '{question.weight}': {problem}" for problem in error.problems]
    if problems:
        raise DataError(*problems)
    return to_counts(_arrays.tabulate(coded, weights), plan)


def _read_arrow(data: Any, question: Question) -> Counts:
    import narwhals.stable.v2 as nw
    import pyarrow as pa

    from fairkit import _relations

    if not hasattr(data, "schema"):
        try:
            is_scanner = hasattr(data, "to_reader")
            data = data.to_reader() if is_scanner else pa.RecordBatchReader.from_stream(data)
        except (TypeError, pa.ArrowInvalid) as error:  # an array, a scalar
            raise _no_rows(data) from error
    plan = match(question, list(data.schema.names))
    return _read_lazy(nw.from_native(_relations.table(data, plan.uses)).lazy(), plan)


def _read_lazy(
    frame: nw.LazyFrame[Any],
    plan: Plan,
    *,
    columns: Mapping[str, str] | None = None,
    decoders: Mapping[str, Decode] | None = None,
) -> Counts:
    """Count by the engine; `columns` has what the frame calls a column, where it is not its name."""
    import narwhals.stable.v2 as nw

    from fairkit import _engine
    from fairkit._lazy_rows import renamed

    question = plan.question
    own = {name: (columns or {}).get(name, name) for name in plan.uses}
    found = frame.collect_schema()
    schema = {name: found[own[name]] for name in plan.uses}
    problems = [
        f"{what} column '{name}' must hold numbers, it holds {schema[name]}."
        for what, name in (("weight", question.weight), ("score", question.score))
        if name is not None and not schema[name].is_numeric()
    ]
    if problems:
        raise DataError(*problems)
    if plan.compared:
        plan.check_predicates(kinds(schema))
        frame = _without(frame, question.missing, only=[own[name] for name in plan.compared])
        if frame.implementation.is_duckdb():
            frame = _engine.nan_as_missing(frame, [own[n] for n in plan.compared if schema[n].is_float()])
        found = frame.collect_schema()

    keys: list[EngineKey] = []
    for slot in plan.slots:
        if slot.predicate is not None:
            keys.append(_engine.truth_key(*to_expressions(renamed(slot.predicate, own), found)))
        elif slot.is_score:
            keys.append(_engine.score_key(own[slot.name], question.threshold or 0.0))
        else:
            decode = (decoders or {}).get(slot.name)
            keys.append(_engine.EngineKey(nw.col(own[slot.name]), title=slot.title, decode=decode))
    limit = None if question.cluster is not None else _MAX_CELLS
    weight = None if question.weight is None else own[question.weight]
    return to_counts(_engine.tabulate_lazy(frame, keys, weight=weight, limit=limit), plan)


def _no_rows(data: Any) -> DataError:
    return DataError(
        f"cannot read rows from {type(data).__name__}; give a pandas, Polars, pyarrow or DuckDB frame, "
        "a mapping of names to arrays, or the path of a file."
    )


def _without(frame: Any, missing: Sequence[str], *, only: Sequence[str] | None = None) -> Any:
    """Take the texts that mean "missing" out of a frame, so that no predicate compares them."""
    import narwhals.stable.v2 as nw

    schema = frame.collect_schema()
    texts = [
        name
        for name in (schema if only is None else only)
        if type(schema[name]).__name__ in ("String", "Categorical", "Enum", "Object")
    ]
    if not missing or not texts:
        return frame
    replaced = []
    for name in texts:
        named = type(schema[name]).__name__ in ("Categorical", "Enum")
        text = nw.col(name).cast(nw.String) if named else nw.col(name)
        replaced.append(nw.when(~text.is_in(list(missing))).then(text).alias(name))
    return frame.with_columns(*replaced)
