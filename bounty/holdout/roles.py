"""Which of a host's columns is what: the truth, the answers, the cluster, and those that claims may test.

What does not fit together is said at once, before any row is read: columns that do not exist, with the
nearest name that does; columns with two roles; answers without a label.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bounty.holdout.coarsening import Coarsening
from bounty.holdout.outcomes import Outcomes, counted, decided, scored
from bounty.rows.columns import Column
from fairkit.door.rows import known_names
from fairkit.errors import DataError, UsageError, unknown_name


@dataclass(frozen=True, slots=True)
class Roles:
    """Which columns say what is true and answered, and which rows belong together.

    Attributes
    ----------
    label, prediction, score, errors, units, cluster : str or None
        Names of columns; see `bounty.holdout.entering.enter`.
    alternatives : mapping of str to str
        Columns with what other models answer, by the models' names.

    Examples
    --------
    >>> Roles(label="y", prediction="p").columns
    {'y': 'label', 'p': 'prediction'}
    """

    label: str | None = None
    prediction: str | None = None
    score: str | None = None
    errors: str | None = None
    units: str | None = None
    cluster: str | None = None
    alternatives: Mapping[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, str]:
        """What each column with a role is, by its name."""
        named = {
            "label": self.label,
            "prediction": self.prediction,
            "score": self.score,
            "errors": self.errors,
            "units": self.units,
            "cluster": self.cluster,
        }
        found = {column: role for role, column in named.items() if column is not None}
        return found | {column: f"alternative '{name}'" for name, column in self.alternatives.items()}

    def check(self, score_range: tuple[float, float], most: tuple[int, int] | None) -> None:
        """Make sure that the call fits together.

        Raises
        ------
        UsageError
            It does not; all problems at once.
        """
        problems: list[str] = []
        forms = [name for name in ("prediction", "score", "errors") if getattr(self, name) is not None]
        if len(forms) != 1:
            problems.append(
                "say what the model answers: prediction=COLUMN (decisions or classes), score=COLUMN, or "
                f"errors=COLUMN with units=COLUMN; given: {', '.join(forms) or 'none of them'}."
            )
        if ("errors" in forms) != (self.units is not None):
            problems.append("errors and units belong together, as in errors='word_errors', units='words'.")
        if "errors" in forms and self.label is not None:
            problems.append(
                f"label='{self.label}': errors are counted against the truth already; leave it out."
            )
        if forms and "errors" not in forms and self.label is None:
            problems.append(f"{forms[0]} needs label=COLUMN, what is true.")
        given = [self.label, self.prediction, self.score, self.errors, self.units, self.cluster]
        named = [column for column in (*given, *self.alternatives.values()) if column is not None]
        problems += [
            f"column '{column}' has several roles; each role needs a column of its own."
            for column in dict.fromkeys(named)
            if named.count(column) > 1
        ]
        if not (np.isfinite(score_range).all() and score_range[0] < score_range[1]):
            problems.append(f"score_range must be two rising numbers, it is {score_range}.")
        if most is not None and not (len(most) == 2 and all(type(one) is int and one > 0 for one in most)):
            problems.append(f"most must be two whole numbers from 1 on, of errors and units; it is {most}.")
        if problems:
            raise UsageError(*problems)

    def outcomes(
        self,
        judged: Mapping[str, Column],
        *,
        score_range: tuple[float, float],
        most: tuple[int, int] | None,
        positive: Any,
    ) -> Outcomes:
        """Code what is true and answered."""
        others = {name: judged[column] for name, column in self.alternatives.items()}
        if self.errors is not None and self.units is not None:
            return counted(judged[self.errors], judged[self.units], others, most=most)
        assert self.label is not None  # noqa: S101  checked
        if self.score is not None:
            low, high = score_range
            true, said = judged[self.label], judged[self.score]
            return scored(true, said, others, low=low, high=high, positive=positive)
        assert self.prediction is not None  # noqa: S101  checked
        return decided(judged[self.label], judged[self.prediction], others, positive=positive)


@dataclass(frozen=True, slots=True)
class Claimable:
    """Which columns claims may test, as far as the host said.

    Attributes
    ----------
    columns : sequence of str or None
        Those that claims may test; None for all that have no role.
    hide : sequence of str
        Those that they may not.
    coarsen : mapping of str to Coarsening

    Examples
    --------
    >>> Claimable(hide=["id"]).among(["id", "age", "y", "p"], Roles(label="y", prediction="p"))
    ['age']
    """

    columns: Sequence[str] | None = None
    hide: Sequence[str] = ()
    coarsen: Mapping[str, Coarsening] = field(default_factory=dict)

    def among(self, names: Sequence[str], roles: Roles) -> list[str]:
        """Choose among the columns that there are.

        Raises
        ------
        DataError
            Columns are unknown, have a role, or appear twice; all problems at once.
        """
        have = list(dict.fromkeys(names))
        taken_by = roles.columns
        problems = [
            unknown_name(f"{role} column", column, have)
            for column, role in taken_by.items()
            if column not in have
        ]
        asked = {"columns": self.columns or (), "hide": self.hide, "coarsen": tuple(self.coarsen)}
        problems += [
            f"{option}: {unknown_name('column', name, have)}"
            for option, listed in asked.items()
            for name in listed
            if name not in have
        ]
        problems += [
            f"{option} names column '{name}', which is the {taken_by[name]}: no claim may test it. "
            f"Leave it out of {option}."
            for option, listed in asked.items()
            if option != "hide"
            for name in listed
            if name in taken_by
        ]
        listed = have if self.columns is None else list(dict.fromkeys(self.columns))
        kept = [name for name in listed if name in have and name not in taken_by and name not in self.hide]
        problems += [
            f"coarsen names column '{name}', which claims may not test; leave it out of coarsen."
            for name in self.coarsen
            if name in have and name not in taken_by and name not in kept
        ]
        if not problems and not kept:
            problems.append("no column is left that claims may test.")
        try:
            known_names([*kept, *(name for name in taken_by if name in have)], names)
        except DataError as error:
            problems += error.problems
        if problems:
            raise DataError(*problems)
        return kept
