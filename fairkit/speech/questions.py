"""What is asked of transcripts: which columns hold what, and how their texts are compared."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fairkit.errors import UsageError
from fairkit.groups import Attribute, Grouping, attributes_of
from fairkit.speech.covariates import LENGTH, column_of
from fairkit.speech.normalize import Normalizer, normalizer
from fairkit.speech.utterances import Unit

OneNormalizer = str | os.PathLike[str] | Mapping[str, Any] | Normalizer
Normalizers = OneNormalizer | Sequence[OneNormalizer]
"""How texts are normalised: a name, a file of rules, rules, or several; verdicts are about the first."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which columns hold what.

    Parameters
    ----------
    reference : str
        Column of what was said.
    hypotheses : mapping of system to column
        Columns of what was recognised.
    by : sequence of Attribute
        Columns, or predicates, to group by.
    speaker, identifier : str or None
    covariates : tuple of str
        Further columns to keep, for adjusting.
    normalizers : tuple of Normalizer
    unit : {"words", "characters"}
    missing : tuple of str
        Texts that mean "missing".
    keep_texts : bool
        Whether the texts are kept as they were given.

    Raises
    ------
    UsageError
        Columns are named twice, or nothing is; all problems at once.

    Examples
    --------
    >>> Asked("said", {"old": "v1", "new": "v2"}, (Attribute("accent"),), speaker="who").columns
    ['said', 'v1', 'v2', 'who', 'accent']
    """

    reference: str
    hypotheses: Mapping[str, str]
    by: tuple[Attribute, ...]
    speaker: str | None = None
    identifier: str | None = None
    covariates: tuple[str, ...] = ()
    normalizers: tuple[Normalizer, ...] = ()
    unit: Unit = "words"
    missing: tuple[str, ...] = ()
    keep_texts: bool = False

    def __post_init__(self) -> None:
        problems = []
        if not self.hypotheses:
            problems.append("name at least one column of hypotheses.")
        if self.reference in self.hypotheses.values():
            problems.append(f"reference and hypothesis are the same column, '{self.reference}'.")
        columns = list(self.hypotheses.values())
        twice = {column for column in columns if columns.count(column) > 1}
        problems += [f"column '{column}' is named for two systems." for column in sorted(twice)]
        names = [normalizer.stamp.name for normalizer in self.normalizers]
        problems += [
            f"normalizer '{name}' is asked for twice."
            for name in dict.fromkeys(names)
            if names.count(name) > 1
        ]
        if self.unit not in ("words", "characters"):
            problems.append(f"unit must be 'words' or 'characters', it is {self.unit!r}.")
        if problems:
            raise UsageError(*problems)

    @property
    def columns(self) -> list[str]:
        """Every column that is read, once."""
        plain = [a.name for a in self.by if a.predicate is None]
        read = [name for a in self.by if a.predicate is not None for name in a.predicate.columns]
        optional = [name for name in (self.speaker, self.identifier) if name is not None]
        texts = [self.reference, *self.hypotheses.values()]
        return list(dict.fromkeys([*texts, *optional, *plain, *read, *self.covariates]))


def asked_of(
    split: Sequence[Grouping],
    *,
    reference: str | None,
    hypothesis: str | Mapping[str, str] | None,
    speaker: str | None,
    identifier: str | None,
    covariates: Sequence[str],
    normalizer: Normalizers,
    unit: Unit,
    missing: Sequence[str],
    keep_texts: bool,
) -> Asked:
    """Make a question of what a caller wrote.

    Parameters
    ----------
    split : sequence of Grouping
    reference, hypothesis, speaker, identifier, covariates, normalizer, unit, missing, keep_texts
        As for :func:`fairkit.speech.evaluate`. Covariates that are grouped by, or built in, need no column.

    Raises
    ------
    UsageError
        Something is lacking or wrong.

    Examples
    --------
    >>> from fairkit.groups import groupings
    >>> asked_of(
    ...     groupings(["accent", "sex"]), reference="said", hypothesis="heard", speaker=None,
    ...     identifier=None, covariates=["length", "sex", "log(age)"], normalizer="none", unit="words",
    ...     missing=(), keep_texts=False,
    ... ).columns
    ['said', 'heard', 'accent', 'sex', 'age']
    """
    if reference is None or hypothesis is None:
        raise UsageError("name the columns of the reference and of the hypothesis.")
    known = {LENGTH, *(a.name for a in attributes_of(split))}
    return Asked(
        reference=reference,
        hypotheses=systems_of(hypothesis),
        by=attributes_of(split),
        speaker=speaker,
        identifier=identifier,
        covariates=tuple(dict.fromkeys(c for c in map(column_of, covariates) if c not in known)),
        normalizers=normalizers_of(normalizer),
        unit=unit,
        missing=tuple(missing),
        keep_texts=keep_texts,
    )


def systems_of(hypothesis: str | Mapping[str, str]) -> dict[str, str]:
    """Name the systems; one column without a name is that of the hypothesis.

    Raises
    ------
    UsageError
        It is neither a column nor a mapping.

    Examples
    --------
    >>> systems_of("heard"), systems_of({"old": "v1"})
    ({'hypothesis': 'heard'}, {'old': 'v1'})
    """
    if isinstance(hypothesis, str):
        return {"hypothesis": hypothesis}
    if not isinstance(hypothesis, Mapping):
        raise UsageError(
            "hypothesis is a column, or a mapping of systems to columns, as in {'old': 'heard'}; it is "
            f"{hypothesis!r}."
        )
    return dict(hypothesis)


def normalizers_of(wanted: Normalizers) -> tuple[Normalizer, ...]:
    """Make the normalisers that are asked for.

    Raises
    ------
    UsageError
        None is named, or there is none of that name.

    Examples
    --------
    >>> [one.stamp.name for one in normalizers_of(["none", "basic"])]
    ['none', 'basic']
    """
    given = wanted if isinstance(wanted, Sequence) and not isinstance(wanted, str) else [wanted]
    if not given:
        raise UsageError("name at least one normalizer; 'none' leaves texts as they are.")
    return tuple(normalizer(one) for one in given)
