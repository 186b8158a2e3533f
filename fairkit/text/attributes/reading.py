r"""Tables of words from files and mappings.

.. code-block:: toml

    attribute = "religion"
    levels = ["Christian", "Muslim", "Jewish"]

    [words]                                   # concept = one word for each level
    "place of worship" = ["church", "mosque", "synagogue"]
    "holy book" = ["Bible", "Quran", "Torah"]
    "day of rest" = ["Sunday", "", "Sabbath"]   # "" where a level has no such word

    [nouns]                                   # how a word is written where it stands as a noun
    Jewish = "Jew"

    [variants]                                # what is taken for a word of the table, and never written
    Koran = "Quran"

``words`` may also be a list of rows without names, and a CSV or TSV file has the levels in its first line and
a concept in each other line. Further keys of TOML: ``description``; ``exclude``, phrases that stay;
``names``, words that are names of people, too; ``match_case``, whether a word written with a capital counts
only where the text writes it so.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fairkit.errors import DataError, did_you_mean, shortlist
from fairkit.text.attributes.checks import (
    Row,
    problems_of_levels,
    problems_of_other_words,
    problems_of_phrases,
    problems_of_rows,
)
from fairkit.text.attributes.table import AttributeTable
from fairkit.toml_text import costly, key_lines

_KEYS = ("attribute", "description", "levels", "words", "nouns", "variants", "exclude", "names", "match_case")
_PAIR = ("first", "second")
_LARGEST = 5_000_000
_MOST_BRACKETS = 8
_MOST_DOTS = 64


def read_file(path: Path, *, attribute: str | None = None) -> AttributeTable:
    r"""Read a TOML, CSV or TSV file.

    Raises
    ------
    DataError
        It cannot be read, or is no table; all problems at once.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "age.csv")
    ...     _ = file.write_text("younger,older\nyoung,old\n")
    ...     read_file(file).levels
    ('younger', 'older')
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise DataError(f"'{path.name}' is larger than {_LARGEST:,} bytes; a table of words is short.")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"the table '{path}' cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError as error:
        raise DataError(f"'{path.name}' is no UTF-8 text ({error.reason}); save it as UTF-8.") from None
    if path.suffix.lower() == ".toml":
        given, lines = _toml(text, path.name)
    else:
        given, lines = _separated(text, path)
    given = {"attribute": attribute or given.get("attribute", path.stem), **_without(given, "attribute")}
    return _table(given, lines, source=path.name)


def read_mapping(given: Mapping[str, Any], *, attribute: str | None = None) -> AttributeTable:
    """Read pairs of words, words by level, or what a TOML file holds.

    Raises
    ------
    DataError
        It is no table; all problems at once.

    Examples
    --------
    >>> read_mapping({"Christian": ["church"], "Muslim": ["mosque"]}).concepts
    (('church', 'mosque'),)
    """
    if "words" in given or "levels" in given or not given:
        table: Mapping[str, Any] = given
    elif given and all(isinstance(value, str) for value in given.values()):
        # Pairs that are given both ways are one.
        pairs = [pair for pair in given.items() if not (given.get(pair[1]) == pair[0] and pair[1] < pair[0])]
        table = {"levels": list(_PAIR), "words": {f"pair {i}": list(pair) for i, pair in enumerate(pairs, 1)}}
    else:
        table = _by_level(given)
    named = {"attribute": attribute or table.get("attribute", "user"), **_without(table, "attribute")}
    return _table(named, {}, source="mapping")


def _by_level(given: Mapping[str, Any]) -> Mapping[str, Any]:
    columns = list(given.values())
    if not all(isinstance(column, Sequence) and not isinstance(column, str) for column in columns):
        raise DataError(
            'a table is pairs of words ({"young": "old"}) or words by level ({"Christian": ["church"], '
            f'"Muslim": ["mosque"]}}); this one has {shortlist([type(value).__name__ for value in columns])}.'
        )
    lengths = {str(level): len(column) for level, column in given.items()}
    if len(set(lengths.values())) > 1:
        raise DataError(f"every level needs a word for every concept; these have {lengths} words.")
    rows = {f"row {i}": list(row) for i, row in enumerate(zip(*columns, strict=True), 1)}
    return {"levels": list(given), "words": rows}


def _toml(text: str, name: str) -> tuple[dict[str, Any], dict[tuple[str | int, ...], int]]:
    problem = costly(text, what=f"'{name}'", most_brackets=_MOST_BRACKETS, most_dots=_MOST_DOTS)
    if problem:
        raise DataError(problem)
    try:
        given = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise DataError(f"'{name}' is no TOML: {error}.") from None
    lines = key_lines(text)
    rows = given.get("words")
    if isinstance(rows, list):
        lines |= _lines_of_rows(rows, text, lines.get(("words",), 1))
    return given, lines


def _lines_of_rows(rows: Sequence[Any], text: str, first: int) -> dict[tuple[str | int, ...], int]:
    """Find the line of each row of a list, which has no key: the next one that has its words."""
    written, at = text.splitlines(), first - 1
    found: dict[tuple[str | int, ...], int] = {}
    for place, row in enumerate(rows):
        words = [word for word in row if isinstance(word, str)] if isinstance(row, list) else []
        hits = (n for n in range(at, len(written)) if all(word in written[n] for word in words))
        at = next(hits, at)
        found["words", place] = at + 1
        at = min(at + 1, len(written) - 1) if words else at
    return found


def _separated(text: str, path: Path) -> tuple[dict[str, Any], dict[tuple[str | int, ...], int]]:
    separator = "\t" if path.suffix.lower() == ".tsv" else max(",;", key=text.partition("\n")[0].count)
    reader = csv.reader(text.splitlines(), delimiter=separator, skipinitialspace=True)
    levels: list[str] | None = None
    rows: dict[str, list[str]] = {}
    lines: dict[tuple[str | int, ...], int] = {}
    for fields in reader:
        if not any(field.strip() for field in fields) or fields[0].startswith("#"):
            continue
        if levels is None:
            levels = [field.strip() for field in fields]
            lines["levels",] = reader.line_num
            continue
        name = f"line {reader.line_num}"
        rows[name] = fields
        lines["words", name] = reader.line_num
    if levels is None:
        raise DataError(f"'{path.name}' is empty; its first line must name the levels.")
    return {"levels": levels, "words": rows}, lines


def _table(
    given: Mapping[str, Any], lines: Mapping[tuple[str | int, ...], int], *, source: str
) -> AttributeTable:
    """Check what was read and make a table of it."""
    problems = [
        f"key '{key}'{_at(lines, key)} is unknown (there are {', '.join(_KEYS)}).{did_you_mean(key, _KEYS)}"
        for key in given
        if key not in _KEYS
    ]
    rows = _rows(given.get("words"), lines, problems)
    levels = given.get("levels")
    if levels is None and rows and all(len(row.words) == len(_PAIR) for row in rows):
        levels = list(_PAIR)
    if not isinstance(levels, list):
        problems.append('levels must be listed, as in levels = ["Christian", "Muslim"].')
        levels = []
    else:
        wrong = problems_of_levels(levels)
        problems += wrong or problems_of_rows(rows, levels)
    texts = {name: given.get(name, "") for name in ("attribute", "description")}
    problems += [
        f"{name}{_at(lines, name)} must be a text, it is {value!r}."
        for name, value in texts.items()
        if not isinstance(value, str)
    ]
    lists = {name: given.get(name, []) for name in ("exclude", "names")}
    for name, phrases in lists.items():
        where = _at(lines, name).strip(" ()") or "given"
        if isinstance(phrases, list | tuple):
            problems += problems_of_phrases(name, phrases, where)
        else:
            problems.append(f"{name} ({where}) must be a list of texts, it is {phrases!r}.")
    match_case = given.get("match_case", False)
    if not isinstance(match_case, bool):
        problems.append(f"match_case{_at(lines, 'match_case')} must be true or false, it is {match_case!r}.")
    others = {name: given.get(name, {}) for name in ("nouns", "variants")}
    for name, mapping in others.items():
        if not isinstance(mapping, Mapping) or not all(isinstance(word, str) for word in mapping.values()):
            problems.append(f'{name}{_at(lines, name)} must be pairs of words, as in Koran = "Quran".')
    if not problems:
        words = [word for row in rows for word in row.words if isinstance(word, str) and word]
        problems += problems_of_other_words(words, others["nouns"], others["variants"], lists["names"])
    if problems:
        raise DataError(*(problem if source == "mapping" else f"{source}: {problem}" for problem in problems))
    return AttributeTable(
        attribute=texts["attribute"],
        levels=tuple(level.strip() for level in levels),
        concepts=tuple(tuple(str(word or "").strip() or None for word in row.words) for row in rows),
        nouns=dict(others["nouns"]),
        variants=dict(others["variants"]),
        exclude=tuple(lists["exclude"]),
        names=tuple(lists["names"]),
        match_case=match_case,
        description=" ".join(texts["description"].split()),
        source=source,
    )


def _rows(words: Any, lines: Mapping[tuple[str | int, ...], int], problems: list[str]) -> list[Row]:
    items: list[tuple[str | int, Any]]
    if isinstance(words, Mapping):
        items = list(words.items())
    elif isinstance(words, list):
        items = list(enumerate(words))
    else:
        problems.append('words must be given, as in [words] with place = ["church", "mosque"].')
        return []
    rows = []
    for name, row in items:
        line = lines.get(("words", name))
        shown = str(name) if isinstance(name, str) else f"row {name + 1}"
        where = f"line {line}" if line is not None else shown
        if isinstance(row, list | tuple):
            rows.append(Row(tuple(row), where))
        else:
            problems.append(f"{where} must be a list of words, one for each level; it is {row!r}.")
    return rows


def _at(lines: Mapping[tuple[str | int, ...], int], key: str) -> str:
    line = lines.get((key,))
    return "" if line is None else f" (line {line})"


def _without(given: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name != key}
