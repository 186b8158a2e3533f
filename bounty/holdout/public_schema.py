"""What the columns of the public table mean: kinds, levels, the space of answers and the losses.

It lies beside the table as ``schema.json``. Names of the columns with what is true and answered give way to
those of the host's own columns.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from bounty.holdout.coarsening import Coarsening, coarsenings
from bounty.holdout.part_files import check_levels
from bounty.rows.amounts import Bits
from bounty.rows.answers import STEPS, AnswerSpace, Form
from bounty.rows.columns import Column
from bounty.rows.losses import Loss, LossName
from bounty.rows.splits import Split
from fairkit.errors import BountyError

SCHEMA = "fairkit.bounty.public/1"
DESCRIPTION = "schema.json"

_MOST_BYTES = 64 * 2**20
_ANSWERED = {Form.SCORE: "score", Form.COST: "errors"}


@dataclass(frozen=True, slots=True)
class PublicSchema:
    """What the columns of the public table mean.

    Attributes
    ----------
    space : AnswerSpace
    losses : tuple of Loss
    columns : tuple of Column
        Those that claims may test, without rows.
    truth, answer : str
        The columns with what is true (of costs: the units) and with what the host's model answers.
    alternatives : mapping of str to str
        The columns with what other models answer, by their names.
    coarsenings : mapping of str to Coarsening
        How columns were made coarser: a number is the lower edge of its bin.
    rows : int
    sha256 : str
        Of the table's bytes.
    binary_units : bool
        Whether each row is of one unit or none.

    Examples
    --------
    >>> from bounty.rows.answers import Answers, Truth
    >>> from bounty.rows.columns import Columns
    >>> space, said = AnswerSpace(Form.DECISION, ("no", "yes")), Answers.of(Form.DECISION, [1, 0])
    >>> split = Split("public", Columns.of({"label": [20, 30]}), Truth(said.codes), said)
    >>> schema = PublicSchema.of(split, space)
    >>> schema.names, PublicSchema.from_dict(schema.to_dict()).names == schema.names
    (['label', 'label_', 'prediction'], True)
    """

    space: AnswerSpace
    losses: tuple[Loss, ...]
    columns: tuple[Column, ...]
    truth: str
    answer: str
    alternatives: Mapping[str, str] = field(default_factory=dict)
    coarsenings: Mapping[str, Coarsening] = field(default_factory=dict)
    rows: int = 0
    sha256: str = ""
    binary_units: bool = False

    @classmethod
    def of(
        cls,
        split: Split,
        space: AnswerSpace,
        *,
        losses: tuple[Loss, ...] = (),
        coarsenings: Mapping[str, Coarsening] | None = None,
    ) -> PublicSchema:
        """Describe a split, with names for what is true and answered that no column has."""
        taken = set(split.columns.by_name)

        def free(name: str) -> str:
            while name in taken:
                name += "_"
            taken.add(name)
            return name

        none = np.zeros(0, np.uint8)
        columns = split.columns.by_name.values()
        return cls(
            space,
            losses,
            tuple(Column(column.name, column.kind, column.levels, none) for column in columns),
            free("units" if space.form is Form.COST else "label"),
            free(_ANSWERED.get(space.form, "prediction")),
            {name: free(f"use {name}") for name in split.alternatives},
            coarsenings or {},
            split.rows,
            binary_units=isinstance(split.truth.units, Bits),
        )

    @property
    def names(self) -> list[str]:
        """The columns of the table, in order."""
        claimable = [column.name for column in self.columns]
        return [*claimable, self.truth, self.answer, *self.alternatives.values()]

    def texts(self) -> dict[str, tuple[str, ...]]:
        """Write what each code of a column stands for; columns of whole numbers are not among them."""
        texts = {
            column.name: (*(level if isinstance(level, str) else repr(level) for level in column.levels), "")
            for column in self.columns
        }
        if self.space.form is Form.COST:
            return texts
        answers = self.space.classes or tuple(map(repr, self.scores()))
        return texts | dict.fromkeys((self.truth, self.answer, *self.alternatives.values()), answers)

    def scores(self) -> tuple[float, ...]:
        """Give the score of each step of the grid."""
        low, high = Fraction(repr(self.space.low)), Fraction(repr(self.space.high))
        return tuple(float(low + (high - low) * step / STEPS) for step in range(STEPS + 1))

    def to_dict(self) -> dict[str, Any]:
        """Give the content of ``schema.json``."""
        space = self.space
        return {
            "schema": SCHEMA,
            "rows": self.rows,
            "sha256": self.sha256,
            "form": space.form.value,
            "classes": space.classes,
            "range": [space.low, space.high],
            "losses": [asdict(loss) for loss in self.losses],
            "columns": [{"name": one.name, "kind": one.kind, "levels": one.levels} for one in self.columns],
            "coarsened": {name: one.text for name, one in self.coarsenings.items()},
            "truth": self.truth,
            "answer": self.answer,
            "alternatives": dict(self.alternatives),
            "binary_units": self.binary_units,
        }

    @classmethod
    def from_dict(cls, described: Any) -> PublicSchema:
        """Read the content of ``schema.json``, trusting nothing of it.

        Raises
        ------
        ValueError, KeyError, TypeError
            It is none.
        """
        if not isinstance(described, dict) or described.get("schema") != SCHEMA:
            raise ValueError(f"its schema is not '{SCHEMA}'")
        if not all(isinstance(described[name], dict) for name in ("coarsened", "alternatives")):
            raise ValueError("it does not say what is coarsened, or which other models there are")
        low, high = map(float, described["range"])
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise ValueError("its range does not rise")
        schema = cls(
            AnswerSpace(*_classes(described), low, high),
            tuple(
                Loss(LossName(one["name"]), _whole(one["largest"]), _whole(one["largest_unit"]))
                for one in described["losses"]
            ),
            tuple(map(_column, described["columns"])),
            described["truth"],
            described["answer"],
            described["alternatives"],
            coarsenings(described["coarsened"]),
            _whole(described["rows"]),
            described["sha256"],
            described["binary_units"] is True,
        )
        if not all(type(name) is str for name in schema.names) or len({*schema.names}) < len(schema.names):
            raise ValueError("its columns have no names of their own")
        return schema


def read_schema(folder: str | os.PathLike[str]) -> PublicSchema:
    """Read what the columns of the public table mean.

    Raises
    ------
    BountyError
        There is no such file, it is damaged, or it describes no public part.

    Examples
    --------
    >>> read_schema("nowhere")
    Traceback (most recent call last):
    ...
    fairkit.errors.BountyError: there is no file 'nowhere/schema.json'; pull the bounty's public part again.
    """
    file = Path(folder, DESCRIPTION)
    try:
        return PublicSchema.from_dict(json.loads(content(file, _MOST_BYTES), parse_constant=_no_number))
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise damaged(file, error) from None


def content(file: Path, most: int) -> bytes:
    """Read a file of no more than so many bytes.

    Raises
    ------
    OSError, ValueError
        It cannot be read, or is larger.

    Examples
    --------
    >>> content(Path(os.devnull), 10)
    b''
    """
    size = file.stat().st_size
    if size > most:
        raise ValueError(f"it has {size:,} bytes, more than {most:,}")
    return file.read_bytes()


def damaged(file: Path, error: Exception) -> BountyError:
    """Say that a public file cannot be used, and what to do.

    Examples
    --------
    >>> print(damaged(Path("schema.json"), ValueError("it is empty")))
    'schema.json' cannot be used: it is empty. Pull the bounty's public part again.
    """
    if isinstance(error, FileNotFoundError):
        return BountyError(f"there is no file '{file}'; pull the bounty's public part again.")
    detail = f"it has no {error}" if isinstance(error, KeyError) else " ".join(str(error).split())[:300]
    return BountyError(f"'{file}' cannot be used: {detail.rstrip('.')}. Pull the bounty's public part again.")


def _classes(described: Mapping[str, Any]) -> tuple[Form, tuple[str, ...]]:
    form, classes = Form(described["form"]), tuple(described["classes"])
    if not all(type(text) is str for text in classes) or len({*classes}) < len(classes):
        raise ValueError("its classes are no different texts")
    fits = {Form.DECISION: len(classes) == 2, Form.CLASSES: len(classes) > 0}.get(form, not classes)
    if not fits:
        raise ValueError(f"it has {len(classes)} classes, which does not fit answers that are {form.value}")
    return form, classes


def _column(described: Mapping[str, Any]) -> Column:
    name, kind, levels = described["name"], described["kind"], tuple(described["levels"])
    check_levels(name, kind, levels)
    return Column(name, kind, levels, np.zeros(0, np.uint8))


def _whole(number: Any) -> int:
    if type(number) is not int or number < 0:
        raise ValueError(f"{number!r} is no whole number from 0 on")
    return number


def _no_number(text: str) -> None:
    raise ValueError(f"it holds {text}, which is no number")
