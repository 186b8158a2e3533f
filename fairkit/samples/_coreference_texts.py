"""Loaders of sentences in which a pronoun may mean one of two people: Winogender, WinoBias, GAP."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from fairkit.errors import UsageError, unknown_name
from fairkit.samples._published import Faults, found, lines_of, local, table

if TYPE_CHECKING:
    import pandas as pd

    Path = str | os.PathLike[str]

WINOGENDER = local(
    "winogender/all_sentences.tsv",
    "the file of all Winogender sentences",
    "https://raw.githubusercontent.com/rudinger/winogender-schemas/master/data/all_sentences.tsv",
    "Rudinger, Naradowsky, Leonard and Van Durme 2018, MIT licence.",
    "bd69da16bf228cb8df63fd0843aec2d8b5c36a7f21bf8c7b168bcc83932556c8",
)

_WINOBIAS_SHA256 = {
    "pro_stereotyped_type1.txt.dev": "dd55a0d220fe4c0ceb63dd4648223fb4fe1a58d5ad95c116a002ad24b0e292a5",
    "pro_stereotyped_type2.txt.dev": "8f0250de723cea9328e3eaf7169e07936f01aa5909ce7aa580db66eb803f4e86",
    "anti_stereotyped_type1.txt.dev": "a4e0ebae344e78b56f657a42e8ae684b9db7747d177c5e7149c0907ebb7f3bf6",
    "anti_stereotyped_type2.txt.dev": "763ad829ad724f9a85ead689ba8ca69072020cb1238def6210f0fc6a47b97e59",
}

_GAP_SHA256 = {
    "gap-development.tsv": "b9a01434fcf58d8c2f9bc762480c27e58ce466cf1ffe8b09cfecbc7a20d2d634",
}

_PRONOUNS = {
    **dict.fromkeys(("he", "him", "his", "himself"), "masculine"),
    **dict.fromkeys(("she", "her", "hers", "herself"), "feminine"),
}

_GENDERS = ("male", "female", "neutral")
_ANSWERS = {"0": "occupation", "1": "participant"}


def load_winogender(path: Path | None = None, *, verify: bool = True) -> pd.DataFrame:
    """Load the Winogender schemas: sentences that differ in the gender of one pronoun.

    Parameters
    ----------
    path : str or path, optional
        ``all_sentences.tsv``, or a folder that holds it. Without it, looked for under ``winogender/`` in the
        folder that ``FAIRKIT_DATA`` names and in the cache.
    verify : bool, default True
        Whether the file must be the published one; its form is checked in any case.

    Returns
    -------
    pandas.DataFrame
        720 rows: ``id`` (as published, without its ending), ``schema`` (the same for the three sentences that
        differ in gender only), ``occupation``, ``participant``, ``answer`` (whom the pronoun means:
        ``occupation`` or ``participant``), ``gender`` (male, female, neutral) and ``sentence``.

    Raises
    ------
    DataError
        The file is not found, is not the published one, or has lines of another form; all are named.

    References
    ----------
    Rudinger, Naradowsky, Leonard, Van Durme 2018, "Gender Bias in Coreference Resolution". MIT licence.

    Examples
    --------
    >>> load_winogender("elsewhere.tsv")
    Traceback (most recent call last):
    ...
    fairkit.errors.DataError: the file of all Winogender sentences is not on this machine (looked for ...
    """
    import pandas as pd

    file = found(WINOGENDER, path, verify=verify)
    faults = Faults(file)
    rows = []
    for number, row in table(file, ("sentid", "sentence"), separator="\t", quoted=False):
        parts = row["sentid"].removesuffix(".txt").split(".")
        if len(parts) != 4 or parts[2] not in _ANSWERS or parts[3] not in _GENDERS:
            faults.add(number, f"the identifier is {row['sentid']!r}.")
            continue
        occupation, participant, answer, gender = parts
        schema = f"{occupation}.{participant}.{answer}"
        rows.append(
            (f"{schema}.{gender}", schema, occupation, participant, _ANSWERS[answer], gender, row["sentence"])
        )
    faults.raise_any("identifiers such as 'baker.guest.0.female.txt': 0 or 1, and male, female or neutral.")
    names = ["id", "schema", "occupation", "participant", "answer", "gender", "sentence"]
    return pd.DataFrame(rows, columns=names)


class _Marked(NamedTuple):
    sentence: str
    entity: str
    entity_start: int
    pronouns: tuple[str, ...]
    pronoun_starts: tuple[int, ...]


def load_winobias(
    folder: Path | None = None, *, split: Literal["dev", "test"] = "dev", verify: bool = True
) -> pd.DataFrame:
    """Load WinoBias: sentences with two occupations, and a pronoun that fits a stereotype or turns it round.

    Parameters
    ----------
    folder : str or path, optional
        The folder with the four files of the split, such as ``pro_stereotyped_type1.txt.dev``. Without it,
        looked for under ``winobias/`` in the folder that ``FAIRKIT_DATA`` names and in the cache.
    split : {"dev", "test"}, default "dev"
    verify : bool, default True
        Whether the files must be the published ones (known for the development split only); their form is
        checked in any case.

    Returns
    -------
    pandas.DataFrame
        1,584 rows in either split: ``pair`` (the same for a sentence and its turned form), ``stereotype``
        (pro or anti), ``type`` (1: the sense must be known; 2: grammar suffices), ``number`` (as published),
        ``sentence`` (without brackets), ``entity`` (whom the pronouns mean), ``entity_start``, ``pronouns``
        and ``pronoun_starts`` (tuples: some sentences have two; offsets in characters).

    Raises
    ------
    DataError
        A file is not found, is not the published one, or has lines of another form; all are named.
    UsageError
        There is no such split.

    Notes
    -----
    Twenty of the 1,584 published pairs of both splits differ in more words than those of gender.

    References
    ----------
    Zhao, Wang, Yatskar, Ordonez, Chang 2018, "Gender Bias in Coreference Resolution: Evaluation and Debiasing
    Methods". MIT licence.

    Examples
    --------
    >>> load_winobias("elsewhere")
    Traceback (most recent call last):
    ...
    fairkit.errors.DataError: the WinoBias file pro_stereotyped_type1.txt.dev is not on this machine ...
    """
    import pandas as pd

    if split not in ("dev", "test"):
        raise UsageError(unknown_name("split", split, ("dev", "test")))
    rows: list[tuple[object, ...]] = []
    for stereotype in ("pro", "anti"):
        for kind in (1, 2):
            name = f"{stereotype}_stereotyped_type{kind}.txt.{split}"
            source = local(
                f"winobias/{name}",
                f"the WinoBias file {name}",
                f"https://raw.githubusercontent.com/uclanlp/corefBias/master/WinoBias/wino/data/{name}",
                "Zhao, Wang, Yatskar, Ordonez and Chang 2018, MIT licence.",
                *((_WINOBIAS_SHA256[name],) if name in _WINOBIAS_SHA256 else ()),
            )
            file = found(source, None if folder is None else os.fspath(folder), verify=verify)
            faults = Faults(file)
            for number, line in lines_of(file):
                counted, _, text = line.partition(" ")
                marked = _unbracketed(text) if counted.isdecimal() else None
                if marked is None:
                    faults.add(number, f"{line!r}.")
                    continue
                rows.append((f"type{kind}-{counted}", stereotype, kind, int(counted), *marked))
            faults.raise_any("a number, and a sentence with one person and one or more pronouns in brackets.")
    return pd.DataFrame(
        rows,
        columns=["pair", "stereotype", "type", "number", *_Marked._fields],
    )


def load_gap(
    path: Path | None = None,
    *,
    split: Literal["development", "validation", "test"] = "development",
    verify: bool = True,
) -> pd.DataFrame:
    """Load GAP: passages of Wikipedia with an ambiguous pronoun and two names, balanced by gender.

    Parameters
    ----------
    path : str or path, optional
        The file of the split, such as ``gap-development.tsv``, or a folder that holds it. Without it, looked
        for under ``gap/`` in the folder that ``FAIRKIT_DATA`` names and in the cache.
    split : {"development", "validation", "test"}, default "development"
    verify : bool, default True
        Whether the file must be the published one (known for the development split only); its form is checked
        in any case.

    Returns
    -------
    pandas.DataFrame
        2,000 rows (validation: 454): ``id``, ``text``, ``pronoun``, ``pronoun_start``, ``gender`` of the
        pronoun (feminine, masculine), ``a``, ``a_start``, ``a_is_meant``, ``b``, ``b_start``, ``b_is_meant``
        and ``url``. Offsets are in characters. Neither name may be meant.

    Raises
    ------
    DataError
        The file is not found, is not the published one, or has rows of another form: an offset at which the
        word does not stand, a word that is no pronoun, a mark other than TRUE and FALSE. All are named.
    UsageError
        There is no such split.

    References
    ----------
    Webster, Recasens, Axelrod, Baldridge 2018, "Mind the GAP". Apache-2.0; the passages are Wikipedia's.

    Examples
    --------
    >>> load_gap(split="dev")
    Traceback (most recent call last):
    ...
    fairkit.errors.UsageError: split 'dev' is not in the data (it has 'development', 'validation', 'test')...
    """
    import pandas as pd

    if split not in ("development", "validation", "test"):
        raise UsageError(unknown_name("split", split, ("development", "validation", "test")))
    name = f"gap-{split}.tsv"
    source = local(
        f"gap/{name}",
        f"the GAP file {name}",
        f"https://raw.githubusercontent.com/google-research-datasets/gap-coreference/master/{name}",
        "Webster, Recasens, Axelrod and Baldridge 2018, Apache-2.0.",
        *((_GAP_SHA256[name],) if name in _GAP_SHA256 else ()),
    )
    file = found(source, path, verify=verify)
    header = ["ID", "Text", "Pronoun", "Pronoun-offset", "A", "A-offset", "A-coref", "B", "B-offset"]
    faults = Faults(file)
    rows = []
    for number, row in table(file, (*header, "B-coref", "URL"), separator="\t", quoted=False):
        problems = _wrong_in_gap(row)
        for problem in problems:
            faults.add(number, problem)
        if problems:
            continue
        people = [
            cell
            for who in "AB"
            for cell in (row[who], int(row[f"{who}-offset"]), row[f"{who}-coref"].upper() == "TRUE")
        ]
        gender = _PRONOUNS[row["Pronoun"].lower()]
        start = int(row["Pronoun-offset"])
        rows.append((row["ID"], row["Text"], row["Pronoun"], start, gender, *people, row["URL"]))
    faults.raise_any("offsets at which the words stand, a pronoun of he or she, and TRUE or FALSE.")
    named = [f"{who}{part}" for who in "ab" for part in ("", "_start", "_is_meant")]
    return pd.DataFrame(rows, columns=["id", "text", "pronoun", "pronoun_start", "gender", *named, "url"])


def _unbracketed(text: str) -> _Marked | None:
    """Take the brackets out of a sentence; None where they do not mark one person and pronouns."""
    pieces = re.split(r"\[([^\[\]]*)\]", text)
    sentence = ""
    people: list[tuple[str, int]] = []
    pronouns: list[tuple[str, int]] = []
    for place, piece in enumerate(pieces):
        if place % 2:
            (pronouns if piece.lower() in _PRONOUNS else people).append((piece, len(sentence)))
        sentence += piece
    if len(people) != 1 or not pronouns or "[" in sentence or "]" in sentence:
        return None
    (entity, start), (words, starts) = people[0], zip(*pronouns, strict=True)
    return _Marked(sentence, entity, start, tuple(words), tuple(starts))


def _wrong_in_gap(row: dict[str, str]) -> list[str]:
    problems = []
    for what in ("Pronoun", "A", "B"):
        offset, word = row[f"{what}-offset"], row[what]
        if not offset.isdecimal():
            problems.append(f"{what}-offset is {offset!r}.")
        elif not word or not row["Text"].startswith(word, int(offset)):
            there = row["Text"][int(offset) : int(offset) + max(len(word), 1)]
            problems.append(f"{what} is {word!r}, but at {offset} stands {there!r}.")
    if row["Pronoun"].lower() not in _PRONOUNS:
        problems.append(f"Pronoun is {row['Pronoun']!r}.")
    marks = {what: row[what] for what in ("A-coref", "B-coref")}
    wrong = {what: mark for what, mark in marks.items() if mark.upper() not in ("TRUE", "FALSE")}
    return [*problems, *(f"{what} is {mark!r}." for what, mark in wrong.items())]
