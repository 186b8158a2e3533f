"""What a host's columns say is true and answered, coded in one space of answers.

Two classes make decisions, more make classes; scores and what they are judged by are put on a grid of a
thousand steps; costs are whole numbers. Nothing is guessed: where it is not plain which of two classes is the
positive one, the host has to say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bounty.rows.amounts import Numbers
from bounty.rows.answers import STEPS, Answers, AnswerSpace, Form, Truth
from bounty.rows.columns import Column
from bounty.rows.losses import LOSSES_OF, Loss, LossName
from fairkit.door.binary import Outcome, positive_class, unused_positive
from fairkit.door.cells import level_text
from fairkit.errors import DataError, shortlist

MOST_CLASSES = 1_000
"""Classes that a model may answer."""

_OPPOSITE = {"1": "0", "0": "1", "True": "False", "False": "True"}


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What is true and answered on all rows.

    Attributes
    ----------
    space : AnswerSpace
    truth : Truth
    host : Answers
    alternatives : mapping of str to Answers
    losses : tuple of Loss
        All that can be taken of such answers.
    """

    space: AnswerSpace
    truth: Truth
    host: Answers
    alternatives: Mapping[str, Answers]
    losses: tuple[Loss, ...]


def decided(
    label: Column, prediction: Column, alternatives: Mapping[str, Column], *, positive: Any = None
) -> Outcomes:
    """Code decisions or classes.

    Parameters
    ----------
    label, prediction : Column
        Without missing cells.
    alternatives : mapping of str to Column
    positive : object or mapping, optional
        Which of two classes is the positive one, where that is not plain; a mapping with the keys ``label``
        and ``decision`` where the columns name it differently.

    Raises
    ------
    DataError
        The columns do not fit together; all problems at once.

    Examples
    --------
    >>> found = decided(Column.of("y", [1, 0]), Column.of("p", ["yes", "no"]), {}, positive="yes")
    >>> found.space.classes, found.truth.codes.tolist(), found.host.codes.tolist()
    (('no', 'yes'), [1, 0], [1, 0])
    """
    columns = [prediction, *alternatives.values()]
    # 0/1 and true/false say themselves what they mean; all others must call the two classes alike.
    named = {text for column in (label, *columns) if not _is_plain(column) for text in _texts(column)}
    two_each = all(len(column.levels) <= 2 for column in (label, *columns))
    if two_each and (len(named) <= 2 or isinstance(positive, Mapping)):
        return _decisions(label, columns, list(alternatives), positive)
    return _classes(label, columns, list(alternatives), positive)


def scored(
    label: Column,
    score: Column,
    alternatives: Mapping[str, Column],
    *,
    low: float = 0.0,
    high: float = 1.0,
    positive: Any = None,
) -> Outcomes:
    """Put scores and the truth on the grid.

    Parameters
    ----------
    label, score : Column
        Without missing cells. A label of two classes is the low end of the range or its high end; any other
        label is a number of the range.
    alternatives : mapping of str to Column
    low, high : float
        The range of the scores.
    positive : object, optional
        Which of a label's two classes is the positive one.

    Raises
    ------
    DataError
        A score or a label is no number, or out of range; all problems at once.

    Examples
    --------
    >>> found = scored(Column.of("y", [1, 0]), Column.of("s", [0.75, 0.1]), {})
    >>> found.truth.codes.tolist(), found.host.codes.tolist()
    ([1000, 0], [750, 100])
    """
    space = AnswerSpace(Form.SCORE, (), float(low), float(high))
    problems: list[str] = []
    steps = [
        _steps("score", column, space, problems)[column.codes] for column in (score, *alternatives.values())
    ]
    if positive is not None or _is_plain(label) or label.kind != "number":
        found = positive_class("label", label.name, _texts(label), positive, derived=False)
        problems += [*found.problems, *unused_positive(positive, {"label": found})]
        true = found.truth * STEPS
    else:
        true = _steps("label", label, space, problems)
    if problems:
        raise DataError(*problems)
    names = LOSSES_OF[Form.SCORE]
    if (space.low, space.high) != (0, 1):  # only a probability has a logarithmic loss
        names = tuple(name for name in names if name is not LossName.LOG)
    host, *others = (Answers.of(Form.SCORE, one) for one in steps)
    return Outcomes(
        space,
        Truth(true[label.codes].astype(np.uint16)),
        host,
        dict(zip(alternatives, others, strict=True)),
        tuple(Loss.named(name, Form.SCORE) for name in names),
    )


def counted(
    errors: Column, units: Column, alternatives: Mapping[str, Column], *, most: tuple[int, int] | None = None
) -> Outcomes:
    """Take costs and of how many units they are, such as word errors and words.

    Parameters
    ----------
    errors, units : Column
        Whole numbers from 0 on, without missing cells.
    alternatives : mapping of str to Column
        Errors of other systems on the same units.
    most : (int, int), optional
        The most errors and the most units that a row can have. By default the next number of 1, 2 or 5 times
        a power of ten from the largest one on, which tells hunters little of the largest row.

    Raises
    ------
    DataError
        A cell is no whole number from 0 on, or more than the most; all problems at once.

    Examples
    --------
    >>> found = counted(Column.of("errors", [3, 0]), Column.of("words", [14, 9]), {})
    >>> found.losses
    (Loss(name=<LossName.RATIO: 'ratio'>, largest=5, largest_unit=20),)
    """
    problems: list[str] = []
    largest = [_largest("errors", [errors, *alternatives.values()], most and most[0], problems)]
    largest.append(_largest("units", [units], most and most[1], problems))
    if not problems and not any(units.levels):
        problems.append(f"units '{units.name}' are 0 in every row, so there is no rate.")
    if problems:
        raise DataError(*problems)
    loss = Loss.named("ratio", Form.COST, largest=largest[0], largest_unit=largest[1])
    others = {name: Answers.of(Form.COST, _numbers(column)) for name, column in alternatives.items()}
    host = Answers.of(Form.COST, _numbers(errors))
    return Outcomes(AnswerSpace(Form.COST), Truth(units=Numbers(_numbers(units))), host, others, (loss,))


# --- classes ---


def _decisions(
    label: Column, columns: Sequence[Column], alternatives: Sequence[str], positive: Any
) -> Outcomes:
    read = {
        column.name: positive_class("decision", column.name, _texts(column), positive, derived=False)
        for column in columns
    }
    true = positive_class("label", label.name, _texts(label), positive, derived=False)
    decision = next(iter(read.values()))
    for further in list(read.values())[1:]:
        decision = decision.joined(further)
    problems = [*true.problems, *decision.problems]
    problems += unused_positive(positive, {"label": true, "decision": decision})
    if problems:
        raise DataError(*dict.fromkeys(problems))
    pairs = [*((read[column.name], column) for column in columns), (true, label)]
    space = AnswerSpace(Form.DECISION, _class_names(pairs))
    host, *others = (Answers.of(Form.DECISION, read[one.name].truth[one.codes]) for one in columns)
    return Outcomes(
        space,
        Truth(true.truth[label.codes].astype(np.uint8)),
        host,
        dict(zip(alternatives, others, strict=True)),
        tuple(Loss.named(name, Form.DECISION) for name in LOSSES_OF[Form.DECISION]),
    )


def _class_names(pairs: Sequence[tuple[Outcome, Column]]) -> tuple[str, str]:
    """Name the negative and the positive class as the host's model does, as far as it has both."""
    found: dict[int, str] = {}
    for outcome, column in pairs:
        for truth, text in zip(outcome.truth.tolist(), _texts(column), strict=True):
            found.setdefault(truth, text)
        for truth, text in list(found.items()):
            if text in _OPPOSITE:
                found.setdefault(1 - truth, _OPPOSITE[text])
    no, yes = found.get(0), found.get(1)
    return no or f"not {yes}", yes or f"not {no}"


def _classes(
    label: Column, columns: Sequence[Column], alternatives: Sequence[str], positive: Any
) -> Outcomes:
    prediction = columns[0]
    classes = tuple(sorted({text for column in (label, *columns) for text in _texts(column)}))
    problems = [
        f"'{column.name}' has fractions such as {fraction!r}, which are no classes; name a score with score=."
        for column in (label, *columns)
        if (fraction := next((level for level in column.levels if isinstance(level, float)), None))
        is not None
    ]
    if problems:
        raise DataError(*problems)
    if not set(_texts(label)) & set(_texts(prediction)):
        problems.append(
            f"label '{label.name}' has the values {shortlist(_texts(label))}, and prediction "
            f"'{prediction.name}' has {shortlist(_texts(prediction))}: none in common, so that every "
            "row would be wrong. Spell them alike."
        )
    elif positive is not None:
        problems.append(
            f"positive={positive!r} is for two classes, and label and prediction have {len(classes):,}: "
            f"{shortlist(classes)}; leave it out."
        )
    if len(classes) > MOST_CLASSES:
        problems.append(
            f"label and prediction have {len(classes):,} classes (at most {MOST_CLASSES:,} are taken); is "
            "one of them an identifier or a score?"
        )
    if problems:
        raise DataError(*problems)
    index = {name: code for code, name in enumerate(classes)}

    def codes(column: Column) -> npt.NDArray[Any]:
        return np.array([index[text] for text in _texts(column)], np.uint16)[column.codes]

    host, *others = (Answers.of(Form.CLASSES, codes(column)) for column in columns)
    return Outcomes(
        AnswerSpace(Form.CLASSES, classes),
        Truth(Answers.of(Form.CLASSES, codes(label)).codes),
        host,
        dict(zip(alternatives, others, strict=True)),
        tuple(Loss.named(name, Form.CLASSES) for name in LOSSES_OF[Form.CLASSES]),
    )


def _texts(column: Column) -> list[str]:
    return [str(level_text(level)) for level in column.levels]


def _is_plain(column: Column) -> bool:
    """Tell whether it goes without saying which of a column's two values is the positive one."""
    folded = {text.casefold() for text in _texts(column)}
    return any(folded <= known for known in ({"0", "1"}, {"-1", "1"}, {"false", "true"}))


# --- numbers ---


def _steps(role: str, column: Column, space: AnswerSpace, problems: list[str]) -> npt.NDArray[np.int64]:
    """Put the levels of a column on the grid, as `AnswerSpace.code` does with one score."""
    if column.kind != "number":
        problems.append(_no_number(role, column))
        return np.zeros(len(column.levels), np.int64)
    levels: list[Any] = list(column.levels)
    outside = [level for level in levels if not space.low <= level <= space.high]
    if outside:
        problems.append(
            f"{role} '{column.name}' must lie between {space.low:g} and {space.high:g}, it has "
            f"{shortlist(outside, shown=4)}; say the range: score_range=(LOW, HIGH)."
        )
        return np.zeros(len(levels), np.int64)
    numbers = np.array(levels, dtype=np.float64)
    return np.rint((numbers - space.low) / (space.high - space.low) * STEPS).astype(np.int64)


def _largest(role: str, columns: Sequence[Column], most: int | None, problems: list[str]) -> int:
    """Find the most that a row can have, and make sure that none has more."""
    found = 0
    for column in columns:
        levels: list[Any] = list(column.levels)
        if column.kind != "number":
            problems.append(_no_number(role, column))
            continue
        if wrong := [level for level in levels if not isinstance(level, int) or level < 0]:
            problems.append(
                f"{role} '{column.name}' must be whole numbers from 0 on, it has {shortlist(wrong, shown=4)}."
            )
            continue
        found = max([found, *levels])
        if most is not None and found > most:
            problems.append(
                f"{role} '{column.name}' has {found:,} in a row, more than the {most:,} that were declared."
            )
    return most or _round_up(found)


def _round_up(number: int) -> int:
    power = 1
    while True:
        for step in (power, 2 * power, 5 * power):
            if number <= step:
                return step
        power *= 10


def _no_number(role: str, column: Column) -> str:
    held = "true and false" if column.kind == "bool" else f"texts such as {shortlist(column.levels, shown=3)}"
    return (
        f"{role} '{column.name}' must hold numbers, it holds {held}; where a text means that there is none, "
        "say so: missing='TEXT'."
    )


def _numbers(column: Column) -> npt.NDArray[np.int64]:
    return np.array(column.levels, dtype=np.int64)[column.codes]
