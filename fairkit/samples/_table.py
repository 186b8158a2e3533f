"""Drawn columns, and their two forms: a pandas frame, and the exact bytes of a CSV file.

Both are made from the same arrays; the CSV does not pass through pandas, whose number formatting may change.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Column:
    """Integers that mean themselves, ten-thousandths, or positions of texts; and which cells are empty."""

    numbers: NDArray[np.int64]
    form: Literal["integer", "decimal", "text"] = "integer"
    texts: tuple[str, ...] = ()
    empty: NDArray[np.bool_] | None = None

    def cells(self) -> list[str]:
        """Text of every cell, as a CSV file holds it."""
        numbers: list[int] = self.numbers.tolist()
        if self.form == "text":
            cells = [self.texts[number] for number in numbers]
        elif self.form == "decimal":
            cells = [f"{number // 10_000}.{number % 10_000:04d}" for number in numbers]
        else:
            cells = [str(number) for number in numbers]
        if self.empty is None:
            return cells
        return ["" if empty else cell for cell, empty in zip(cells, self.empty.tolist(), strict=True)]

    def values(self) -> NDArray[np.generic]:
        """Values as `pandas.read_csv` would find them: whole numbers with empty cells become floats."""
        if self.form == "text":
            found = np.array(self.texts, dtype=object)[self.numbers]
            if self.empty is not None:
                found[self.empty] = np.nan
            return found
        if self.form == "decimal":
            return self.numbers / 10_000
        return self.numbers if self.empty is None else np.where(self.empty, np.nan, self.numbers)


def coded(
    positions: NDArray[np.intp], texts: Sequence[str], empty: NDArray[np.bool_] | None = None
) -> Column:
    """Return a column of texts."""
    return Column(positions.astype(np.int64), "text", tuple(texts), empty)


def whole(values: NDArray[np.generic], empty: NDArray[np.bool_] | None = None) -> Column:
    """Return a column of whole numbers; fractions are cut off."""
    return Column(values.astype(np.int64), empty=empty)


def to_frame(columns: Mapping[str, Column]) -> pd.DataFrame:
    """Return the columns as a pandas frame."""
    import pandas as pd

    # Said, not inferred: a short column of texts may hold none, and would then be one of objects.
    text = "str" if int(pd.__version__.partition(".")[0]) >= 3 else object
    return pd.DataFrame(
        {
            name: pd.Series(column.values(), dtype=text if column.form == "text" else None)
            for name, column in columns.items()
        }
    )


def to_csv(columns: Mapping[str, Column]) -> bytes:
    """Return the columns as the bytes of a CSV file: UTF-8, commas, line feeds, a header.

    Cells with a comma, a quote or a line break are quoted (RFC 4180).
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*(column.cells() for column in columns.values()), strict=True))
    return written.getvalue().encode()
