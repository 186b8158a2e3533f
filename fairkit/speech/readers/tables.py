"""Plain tables, CSV to Parquet, with a map of column names; they enter by the door of all data.

A CSV cannot tell an empty text from a missing one. A recogniser that writes nothing is common and a lost
cell is not, so empty cells of texts are empty texts there, and how many is noted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from fairkit.errors import DataError, UsageError, shortlist, unknown_name
from fairkit.speech.readers.json_lines import read_objects
from fairkit.speech.readers.lines import counted, head
from fairkit.speech.readers.transcripts import (
    HYPOTHESIS,
    ID,
    REFERENCE,
    TEXT,
    Cell,
    Transcripts,
    cell,
    repeated,
)

_ROWS = 65_536
_LINES = (".jsonl", ".ndjson", ".json")
_SEPARATED = (".csv", ".tsv", ".tab")
_TEXTS = (TEXT, REFERENCE, HYPOTHESIS)
_STRUCTURES = ("struct", "binary", "large_binary", "fixed_size_binary", "map")


def read_table(path: str, columns: Mapping[str, str] | None = None) -> Transcripts:
    """Read a CSV, TSV, JSON Lines, Parquet or Arrow file, a folder of Parquet, or a glob.

    Parameters
    ----------
    path : str
    columns : mapping of str to str, optional
        New name to name in the file, as in ``{"id": "utt_id", "reference": "ref_raw"}``. Other columns keep
        their names.

    Raises
    ------
    DataError
        The file cannot be read, has no rows, or lacks columns of the map.
    UsageError
        The map gives one column two names.
    """
    notes: list[str] = []
    suffix = Path(path.lower().removesuffix(".gz")).suffix
    single = Path(path).is_file()
    if single and suffix in (*_LINES, *_SEPARATED):
        head(Path(path))  # says what to do about UTF-16 before an engine stumbles over it
    found = read_objects(Path(path), notes) if single and suffix in _LINES else _through_the_door(path, notes)
    renamed = _renamed(found, columns or {}, notes, file=Path(path).name)
    if suffix in _SEPARATED:
        for name in _TEXTS:
            empty = sum(one is None for one in renamed.get(name, ()))
            if empty:
                renamed[name] = ["" if one is None else one for one in renamed[name]]
                notes.append(f"{counted(empty, 'empty cell')} of '{name}' read as empty texts")
    if not any(renamed.values()):
        raise DataError(f"{Path(path).name} holds no row.")
    return Transcripts(renamed, "table", (*notes, *repeated(renamed.get(ID, ()))))


def _through_the_door(path: str, notes: list[str]) -> dict[str, list[Cell]]:
    """Read all columns but those of structures and bytes (such as the audio itself)."""
    from fairkit.batches.sources import batches_of, known

    schema = batches_of(known(path), None, _ROWS).schema
    kinds = {name: str(kind) for name, kind in zip(schema.names, schema.types, strict=True)}
    left_out = [name for name, kind in kinds.items() if kind.startswith(_STRUCTURES)]
    if left_out:
        notes.append(
            f"{counted(len(left_out), 'column')} of structures or bytes left out: {shortlist(left_out)}"
        )
    wanted = [name for name in kinds if name not in left_out]
    if not wanted:
        raise DataError(f"{Path(path).name} has no column of texts or numbers.")
    found: dict[str, list[Cell]] = {name: [] for name in wanted}
    for batch in batches_of(known(path), wanted, _ROWS).batches:
        for name, values in batch.to_pydict().items():
            found[name] += [cell(value) for value in values]
    return found


def _renamed(
    found: dict[str, list[Cell]], columns: Mapping[str, str], notes: list[str], *, file: str
) -> dict[str, list[Cell]]:
    twice = [f"column '{name}' has {n} new names." for name, n in Counter(columns.values()).items() if n > 1]
    if twice:
        raise UsageError(*twice)
    unknown = [
        f"{file}: {unknown_name('column', name, list(found))}"
        for name in columns.values()
        if name not in found
    ]
    if unknown:
        raise DataError(*unknown)
    new_names = {old: new for new, old in columns.items()}
    hidden = [name for name in found if name in columns and name not in new_names]
    if hidden:
        notes.append(f"columns whose names others take left out: {shortlist(hidden)}")
    return {new_names.get(name, name): cells for name, cells in found.items() if name not in hidden}
