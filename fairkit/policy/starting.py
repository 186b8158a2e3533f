"""A first policy made from data: their columns, groups with the levels found, checks that can be made.

Limits are usual ones, never taken from the data: a limit that a release sets for itself holds nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fairkit.choices import READ_AS
from fairkit.counts import Counts, Kind
from fairkit.door.databases import SCHEME, is_address, open_table
from fairkit.errors import DataError, UsageError
from fairkit.frames import count
from fairkit.groups import Grouping, groupings
from fairkit.metrics import CATALOGUE
from fairkit.policy.model import MIN_N
from fairkit.policy.shapes import name_fault
from fairkit.policy.template import Draft
from fairkit.report.phrases import visible
from fairkit.tables import group_table
from fairkit.toml_text import toml_value

__all__ = ["draft_of"]

MOST_LEVELS = 50
"""Levels of a column that are declared; of more, none is."""

_LIMITS: Mapping[str, tuple[str, str, str, str]] = {
    "selection_rate": ("selection-four-fifths", "ratio", "min", "0.80"),
    "true_positive_rate": ("true-positive-rate-gap", "difference", "max", "0.10"),
    "false_positive_rate": ("false-positive-rate-gap", "difference", "max", "0.10"),
    "roc_auc": ("roc-auc-gap", "difference", "max", "0.05"),
    "calibration_in_the_large": ("calibration-gap", "difference", "max", "0.05"),
    "word_error_rate": ("word-error-rate-gap", "difference", "max", "0.05"),
}


def draft_of(
    data: Any,
    *,
    by: Sequence[str],
    columns: Mapping[str, Any] | None = None,
    speech: Mapping[str, str] | None = None,
    row_id: str | None = None,
    missing: Sequence[str] = (),
    folder: Path = Path(),
) -> Draft:
    r"""Draft a policy for data.

    Parameters
    ----------
    data : path or address
        Where the rows are, see :func:`fairkit.frames.count`; or ``duckdb://FILE#TABLE``.
    by : sequence of str
        Groups as :func:`fairkit.evaluate` takes them.
    columns : mapping, optional
        Of predictions: what columns mean, in the words of :func:`fairkit.evaluate`.
    speech : mapping, optional
        Of transcripts: ``reference``, ``hypothesis`` and, if they are known, ``speaker``.
    row_id : str, optional
        Column that names the rows.
    missing : sequence of str
        Texts that mean missing.
    folder : Path
        Where the policy will be.

    Returns
    -------
    Draft
        See :func:`fairkit.policy.template.template`.

    Raises
    ------
    DataError, UsageError
        The data cannot be read so; all problems at once.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     file = Path(place, "hired.csv")
    ...     _ = file.write_text("sex,hired\n" + "F,1\nM,0\n" * 50)
    ...     draft = draft_of(str(file), by=["sex"], columns={"decision": "hired"}, folder=Path(place))
    >>> draft.groups["sex"]["levels"], draft.checks[0]["id"], draft.data["predictions"]
    ('["F", "M"]', '"selection-four-fifths"', '"hired.csv"')
    """
    split = groupings(list(by))
    asked = dict(columns or {}) if speech is None else {"decision": _is_there(speech["hypothesis"])}
    counts = count(
        open_table(data) if is_address(data) else data, by=list(by), **asked, missing=tuple(missing)
    )
    groups, remarks = _groups(split, counts)
    where = toml_value(_beside(data, folder))
    shared = {"id": toml_value(row_id)} if row_id is not None else {}
    shared |= {"missing_values": toml_value(list(missing))} if missing else {}
    kinds = [Kind.WORDS] if speech is not None else _kinds(counts.kind, asked)
    return Draft(
        name=_name(data),
        data={} if speech is not None else {"predictions": where, **_toml(asked), **shared},
        speech={} if speech is None else {"transcripts": where, **_toml(speech), **shared},
        groups=groups,
        checks=_checks(kinds, list(groups)),
        remarks=remarks,
    )


def _kinds(kind: Kind, asked: Mapping[str, Any]) -> list[Kind]:
    """List what counts can be read as; scores are decisions only where a threshold makes them so."""
    kinds = READ_AS.get(kind, (kind,))
    decides = "threshold" in asked or "decision" in asked
    return [one for one in kinds if decides or one is not Kind.CONFUSION]


def _checks(kinds: Sequence[Kind], groups: Sequence[str]) -> list[dict[str, str]]:
    found = []
    for metric, (name, compare, limit, value) in _LIMITS.items():
        if any(metric in CATALOGUE[kind] for kind in kinds):
            check = {"id": toml_value(name), "metric": toml_value(metric), "groups": toml_value(groups)}
            found.append({**check, "compare": toml_value(compare), limit: value})
    if not found:
        raise UsageError(
            "a first policy can be drafted for decisions (--decision), scores (--score, --label) and "
            "transcripts (--reference, --hypothesis); for other predictions begin with 'fairkit policy init'."
        )
    return found


def _groups(split: Sequence[Grouping], counts: Counts) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    groups: dict[str, dict[str, str]] = {}
    remarks: dict[str, str] = {}
    for grouping in split:
        table = group_table(counts, grouping)
        if not len(table.names):
            raise DataError(f"there are no rows to group by {grouping.name}.")
        (first, *_) = grouping.attributes
        keys: dict[str, str] = {}
        if first.predicate is not None and len(grouping.attributes) == 1:
            keys["predicate"] = toml_value(first.predicate.text.strip())
        elif len(grouping.attributes) > 1:
            keys["columns"] = toml_value(list(grouping.names))
        else:
            keys["column"] = toml_value(first.name)
        keys["min_n"] = str(MIN_N)
        levels = [level for level in counts.levels[counts.attributes.index(first.name)] if level is not None]
        if "column" in keys and 0 < len(levels) <= MOST_LEVELS:
            keys["levels"] = toml_value(levels)
        name = _group_name(grouping, groups)
        groups[name] = keys
        rows = table.used_rows.tolist()
        least = rows.index(min(rows))
        remarks[name] = f"smallest in the data: {visible(table.names[least])}, {rows[least]:,} rows"
    return groups, remarks


def _group_name(grouping: Grouping, taken: Mapping[str, Any]) -> str:
    """Name groups after their columns, where that is a name."""
    names = [re.sub("[=&]", "_", name.strip()) for name in grouping.names]
    name = names[0] if len(names) == 1 else "_".join(names)
    if name_fault(name) is not None:
        name = "groups"
    number = 2
    while name in taken:
        name, number = f"{name.rstrip('0123456789')}{number}", number + 1
    return name


def _is_there(column: str) -> str:
    """Write a decision that every row has, to count rows of texts."""
    if "`" in column:
        raise UsageError(f"column {column!r} has a backtick in its name; rename it.")
    return f"`{column}` is not missing"


def _toml(columns: Mapping[str, Any]) -> dict[str, str]:
    return {name: toml_value(value) for name, value in columns.items() if value is not None}


def _beside(data: Any, folder: Path) -> str:
    """Write where data are as seen from the policy's folder."""
    text = os.fspath(data)
    if not is_address(text):
        return Path(os.path.relpath(text, folder)).as_posix()
    file, _, table = text.removeprefix(SCHEME).rpartition("#")
    return f"{SCHEME}{Path(os.path.relpath(file, folder)).as_posix()}#{table}"


def _name(data: Any) -> str:
    stem = Path(os.fspath(data).partition("#")[0]).name.partition(".")[0]
    return stem if stem and name_fault(stem) is None else "my-model"
