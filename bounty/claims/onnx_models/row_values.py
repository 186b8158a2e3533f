"""What is known of a value in a model before it runs: constant, or one part a row; its type; its shape.

A model is accepted only if each value is known to be either the same for all rows, or made of one part a row,
in the order of the rows, where each part depends on its own row alone. Whatever could see the position of a
row, or another row of the batch, has no such description and is refused.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, NoReturn, TypeAlias

import numpy as np
import numpy.typing as npt

from fairkit.errors import ClaimError

MOST_AXES = 4
"""Axes that a value may have."""

MOST_WIDE = 16_384
"""Numbers that one value may have for one row."""


class Element(IntEnum):
    """What a tensor holds, by its number in ONNX.

    Examples
    --------
    >>> Element(7).name, Element.DOUBLE.is_float
    ('INT64', True)
    """

    FLOAT = 1
    INT32 = 6
    INT64 = 7
    STRING = 8
    BOOL = 9
    DOUBLE = 11

    @property
    def is_float(self) -> bool:
        """Whether it has fractions."""
        return self in {Element.FLOAT, Element.DOUBLE}

    @property
    def is_number(self) -> bool:
        """Whether it can be computed with."""
        return self not in {Element.STRING, Element.BOOL}


@dataclass(frozen=True, slots=True)
class RowValue:
    """One value of a model.

    Attributes
    ----------
    element : Element
    shape : tuple of int
        Of one row's part; of the whole where the value is constant.
    constant : array or None
        The value itself where it is the same for all rows.
    below : int or None
        All its numbers are known to be from 0 to below this, so that they can look up a table.
    is_turned : bool
        The rows are the last axis and not the first, with shape (1, rows).

    Examples
    --------
    >>> RowValue(Element.FLOAT, (3, 2)).width, RowValue.of(np.zeros((1, 2))).is_constant
    (6, True)
    """

    element: Element
    shape: tuple[int, ...]
    constant: npt.NDArray[Any] | None = field(default=None, repr=False, compare=False)
    below: int | None = None
    is_turned: bool = False

    @classmethod
    def of(cls, array: npt.NDArray[Any]) -> RowValue:
        """Describe a constant."""
        return cls(_ELEMENTS[array.dtype.kind + str(array.dtype.itemsize)], array.shape, array)

    @property
    def is_constant(self) -> bool:
        """Whether it is the same for all rows."""
        return self.constant is not None

    @property
    def width(self) -> int:
        """Numbers of one row."""
        return math.prod(self.shape)

    @property
    def rank(self) -> int:
        """Axes, that of the rows included."""
        return len(self.shape) + (not self.is_constant)


_ELEMENTS = {
    "f4": Element.FLOAT,
    "f8": Element.DOUBLE,
    "i4": Element.INT32,
    "i8": Element.INT64,
    "b1": Element.BOOL,
    "O8": Element.STRING,
}

Attribute: TypeAlias = float | str | npt.NDArray[Any] | list[str]
"""An attribute of a node: a number, a text, an array of numbers, or texts."""


@dataclass(frozen=True, slots=True)
class Step:
    """One node of a model, with what is known of its inputs.

    Attributes
    ----------
    name : str
        Its operator, for messages.
    opset : int
        The version of its operator set.
    inputs : tuple of RowValue or None
        None where an optional input is left out.
    attributes : mapping
    """

    name: str
    opset: int
    inputs: tuple[RowValue | None, ...]
    attributes: Mapping[str, Attribute] = field(default_factory=dict)

    def refuse(self, message: str) -> NoReturn:
        """Say what is wrong with the node.

        Raises
        ------
        ClaimError
            Always.
        """
        raise ClaimError(f"operator {self.name}: {message}")

    def rows(self, index: int, *, rank: int | None = None) -> RowValue:
        """Give an input that must have one part a row."""
        value = self.inputs[index] if index < len(self.inputs) else None
        if value is None or value.is_constant or value.is_turned:
            self.refuse(f"input {index + 1} must be computed from the rows.")
        if rank is not None and value.rank != rank:
            self.refuse(f"input {index + 1} must have {rank} axes, the first of which is the rows.")
        return value

    def constant(self, index: int) -> npt.NDArray[Any]:
        """Give an input that must be constant."""
        value = self.inputs[index] if index < len(self.inputs) else None
        if value is None or value.constant is None:
            self.refuse(f"input {index + 1} must be a constant.")
        return value.constant

    def has_input(self, index: int) -> bool:
        """Whether an optional input is there."""
        return index < len(self.inputs) and self.inputs[index] is not None

    def integer(self, name: str, default: int) -> int:
        """Give an attribute that is a whole number."""
        value = self.attributes.get(name, default)
        return value if isinstance(value, int) else self.refuse(f"attribute {name} must be a whole number.")

    def number(self, name: str, default: float) -> float:
        """Give an attribute that is a number."""
        value = self.attributes.get(name, default)
        return value if isinstance(value, int | float) else self.refuse(f"attribute {name} must be a number.")

    def word(self, name: str, known: Sequence[str]) -> str:
        """Give an attribute that is one of some words, the first of which is the default."""
        value = self.attributes.get(name, known[0])
        if not isinstance(value, str) or value not in known:
            self.refuse(f"attribute {name} must be one of {', '.join(known)}.")
        return value

    def array(self, name: str) -> npt.NDArray[Any]:
        """Give an attribute that is an array of numbers, empty where it is left out."""
        value = self.attributes.get(name)
        if value is None:
            return np.zeros(0)
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "if" or value.ndim != 1:
            self.refuse(f"attribute {name} must be a list of numbers.")
        return value

    def texts(self, name: str) -> list[str]:
        """Give an attribute that is a list of texts, empty where it is left out."""
        value = self.attributes.get(name, [])
        return value if isinstance(value, list) else self.refuse(f"attribute {name} must be a list of texts.")

    def axis(self, axis: int, rank: int) -> int:
        """Give an axis, counted from 0, that must not be that of the rows."""
        if not -rank <= axis < rank:
            self.refuse(f"there is no axis {axis}.")
        if axis % rank == 0:
            self.refuse("it works along the axis of the rows; a model may look at one row only.")
        return axis % rank


@dataclass(frozen=True, slots=True)
class Made:
    """What a node gives.

    Attributes
    ----------
    values : tuple of RowValue
    work : int
        About how many operations it takes for one row.
    """

    values: tuple[RowValue, ...]
    work: int = 0


def shown(name: str) -> str:
    r"""Make a foreign name safe to print, and short.

    Examples
    --------
    >>> shown("Lo\x1bop" + "p" * 100)
    'Lo�opppppppppppppppppppppppppppppppppppppppppppppppppppppppp'
    """
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name[:60])
