"""A table of words: one column a level, one row a concept, and each word in one place only.

Because a word stands once, it has one level and one concept, and so one counterpart at each other level. What
the table cannot mean is refused when it is read, all of it at once, with the lines it stands in.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fairkit.errors import DataError, did_you_mean, shortlist

__all__ = ["AttributeTable", "attribute_table", "shipped_tables"]

_FOLDER = Path(__file__).parent / "words"
_FILES = (".toml", ".csv", ".tsv")


@dataclass(frozen=True, slots=True)
class AttributeTable:
    """Words of one attribute.

    Parameters
    ----------
    attribute : str
        Such as ``religion``.
    levels : tuple of str
        At least two, such as ``Christian`` and ``Muslim``.
    concepts : tuple of tuple of (str or None)
        One row a concept: its word at each level, in the order of `levels`; None where a level has none.
    nouns : mapping of str to str
        How a word is written where it stands as a noun: ``{"Jewish": "Jew"}``.
    variants : mapping of str to str
        Words that are taken for one of the table, and never written: ``{"Koran": "Quran"}``.
    exclude : tuple of str
        Phrases that are left as they are.
    names : tuple of str
        Words of the table that are names of people, too.
    match_case : bool
        Whether a word that the table writes with a capital counts only where the text does so, too.
    description : str
    source : str
        Where it was read from.

    Examples
    --------
    >>> table = attribute_table({"young": "old", "teenagers": "pensioners"}, attribute="age")
    >>> table.levels, len(table.concepts)
    (('first', 'second'), 2)
    """

    attribute: str
    levels: tuple[str, ...]
    concepts: tuple[tuple[str | None, ...], ...]
    nouns: Mapping[str, str] = field(default_factory=dict)
    variants: Mapping[str, str] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    match_case: bool = False
    description: str = ""
    source: str = "mapping"


def attribute_table(
    source: str | os.PathLike[str] | Mapping[str, Any] | AttributeTable, *, attribute: str | None = None
) -> AttributeTable:
    """Read a table of words and check it.

    Parameters
    ----------
    source : str, path, mapping or AttributeTable
        The name of a shipped table; a TOML, CSV or TSV file; pairs of words, ``{"young": "old"}``; words by
        level, ``{"Christian": ["church"], "Muslim": ["mosque"]}``; or what a TOML file holds, as a mapping.
    attribute : str, optional
        What is changed; else what the table says, else the name of its file.

    Returns
    -------
    AttributeTable

    Raises
    ------
    DataError
        There is no such table, or it cannot mean what it says: a word stands twice, a row lacks words, a word
        mixes scripts, a key is unknown, ...; all problems at once, with their lines.

    Examples
    --------
    >>> attribute_table("religion").levels
    ('Christian', 'Muslim', 'Jewish')
    >>> attribute_table({"young": "old", "old": "aged"})
    Traceback (most recent call last):
        ...
    fairkit.errors.DataError: 'old' stands twice (in pair 1 and pair 2); each word has one place, ...
    """
    from fairkit.text.attributes.reading import read_file, read_mapping

    if isinstance(source, AttributeTable):
        return source
    if isinstance(source, Mapping):
        return read_mapping(source, attribute=attribute)
    if not isinstance(source, str | os.PathLike):
        raise DataError(
            f"a table of words is a name, a file or a mapping, not {type(source).__name__}; give pairs as "
            '{"young": "old"}.'
        )
    text = os.fspath(source)
    if text in shipped_tables():
        return read_file(_FOLDER / f"{text}.toml", attribute=attribute)
    path = Path(text)
    if path.suffix.lower() in _FILES and path.is_file():
        return read_file(path, attribute=attribute)
    if path.is_file():
        raise DataError(f"'{text}' is no table of words; its name must end in {', '.join(_FILES)}.")
    known = ["gender", *shipped_tables()]
    raise DataError(
        f"there is no table '{text}': neither a file nor one that is shipped ({shortlist(known)})."
        f"{did_you_mean(text, known)}"
    )


def shipped_tables() -> tuple[str, ...]:
    """List the tables that come with fairkit, by name.

    Examples
    --------
    >>> shipped_tables()
    ('age', 'nationality', 'religion', 'spelling')
    """
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.toml")))
