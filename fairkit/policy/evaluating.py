"""From a policy's data to a report: what can be answered is, and what cannot is said.

Columns are asked for before rows are read, so that a column which is not there, or does not hold what a group
asks for, costs the checks that need it and no others. Which checks then did not run is said by the decision;
here is said why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from fairkit.choices import READ_AS
from fairkit.counts import Kind
from fairkit.door.names import column_names
from fairkit.door.plan import match
from fairkit.errors import DataError, FairkitError, unknown_name
from fairkit.evaluator import evaluate
from fairkit.metrics import CATALOGUE, base_name
from fairkit.policy.asking import by_of, columns_of, groups_of, levels_of, metrics_of, references_of, rules_of
from fairkit.policy.gate import Problem
from fairkit.policy.lookalikes import homograph_hint
from fairkit.policy.model import Check, DataSource, Policy, PolicyGroup, SpeechSource
from fairkit.questions import Question
from fairkit.report.model import Report


class Answer(NamedTuple):
    """A report, where there is one, and what could not be answered.

    Examples
    --------
    >>> Answer(None, (Problem("data", None, "there is no file 'loans.csv'."),)).report is None
    True
    """

    report: Report | None
    problems: tuple[Problem, ...]


class Part(Protocol):
    """One of the two kinds of data that a policy may ask."""

    @property
    def data(self) -> Any:
        """Rows, or where they are."""
        ...

    @property
    def kind(self) -> Kind:
        """The kind of counts that comes of them."""
        ...

    def columns(self) -> list[str]:
        """Columns that are needed whatever the groups."""
        ...

    def check_columns(self, names: Sequence[str]) -> None:
        """Refuse data that lack one of them."""
        ...

    def report(self, **asked: Any) -> Report:
        """Evaluate the data."""
        ...


@dataclass(frozen=True, slots=True)
class Predictions:
    """Predictions, and what their columns mean.

    Parameters
    ----------
    data : any
    source : DataSource
    findings : bool
        Whether more is made of the counts than the gate needs.

    Examples
    --------
    >>> str(Predictions({"d": [1]}, DataSource(columns={"decision": "d"})).kind)
    'decisions'
    """

    data: Any
    source: DataSource
    findings: bool = True

    @property
    def kind(self) -> Kind:
        """The kind of counts that comes of the columns."""
        return self._question().kind

    def columns(self) -> list[str]:
        """Columns that are needed whatever the groups."""
        return [value for value in self.source.columns.values() if isinstance(value, str)]

    def check_columns(self, names: Sequence[str]) -> None:
        """Refuse data that lack one of them."""
        match(self._question(), names)

    def report(self, **asked: Any) -> Report:
        """Evaluate the predictions."""
        return evaluate(
            self.data,
            **self.source.columns,
            missing=self.source.missing_values,
            findings=self.findings,
            **asked,
        )

    def _question(self) -> Question:
        return Question((), **self.source.columns)


@dataclass(frozen=True, slots=True)
class Transcripts:
    """Transcripts, and what their columns mean.

    Parameters
    ----------
    data : any
    source : SpeechSource
    workers : int
    progress : callable or None

    Examples
    --------
    >>> str(Transcripts({}, SpeechSource(reference="said", hypothesis="heard", unit="characters")).kind)
    'characters'
    """

    data: Any
    source: SpeechSource
    workers: int = 1
    progress: Callable[[int], object] | None = field(default=None, compare=False)

    @property
    def kind(self) -> Kind:
        """The kind of counts that comes of the unit."""
        return Kind(self.source.unit)

    def columns(self) -> list[str]:
        """Columns that are needed whatever the groups."""
        own = self.source
        return [name for name in (own.reference, own.hypothesis, own.speaker, own.id) if name is not None]

    def check_columns(self, names: Sequence[str]) -> None:
        """Refuse data that lack one of them."""
        parts = ("reference", "hypothesis", "speaker", "id")
        named = {part: name for part in parts if (name := getattr(self.source, part)) is not None}
        problems = [
            unknown_name(f"{part} column", name, list(names))
            for part, name in named.items()
            if name not in names
        ]
        if problems:
            raise DataError(*problems)

    def report(self, **asked: Any) -> Report:
        """Judge the transcripts."""
        from fairkit.speech.evaluator import evaluate as evaluate_speech

        own = self.source
        return evaluate_speech(
            self.data,
            reference=own.reference,
            hypothesis=own.hypothesis,
            speaker=own.speaker,
            identifier=own.id,
            normalizer=own.normalizer,
            unit=own.unit,
            empty_references=own.empty_references,
            missing=own.missing_values,
            against=asked.pop("reference"),
            workers=self.workers,
            progress=self.progress,
            **asked,
        )


def answer(policy: Policy, checks: Sequence[Check], part: Part) -> Answer:
    """Evaluate data for the checks that are about them.

    Parameters
    ----------
    policy : Policy
    checks : sequence of Check
        Those that are about these data.
    part : Predictions or Transcripts

    Returns
    -------
    Answer
        The report knows all groups that can be told apart in the data; of the others there are problems.

    Examples
    --------
    >>> from fairkit.policy.model import Compare
    >>> policy = Policy(
    ...     name="hiring",
    ...     groups=(PolicyGroup(name="sex", columns=("sex",)), PolicyGroup(name="race", columns=("rac",))),
    ...     checks=(Check(id="a", metric="selection_rate", groups=("sex", "race"), compare=Compare.VALUE),),
    ... )
    >>> rows = {"sex": ["F", "M"] * 9, "race": ["B", "W", "W"] * 6, "hired": [1, 1, 0] * 6}
    >>> found = answer(policy, policy.checks, Predictions(rows, DataSource(columns={"decision": "hired"})))
    >>> found.report.settings.by, found.problems[0].message
    (('sex',), "column 'rac' is not in the data (it has 'sex', 'race', 'hired'). Did you mean 'race'?")
    """
    groups = groups_of(policy, checks)
    try:
        wanted = [*part.columns(), *(column for group in groups for column in columns_of(group))]
        names = column_names(part.data, wanted=wanted)
        if names is not None:
            _check_columns(part, names)
        kinds = READ_AS.get(part.kind, (part.kind,))
    except FairkitError as error:
        return Answer(None, _problems(error))
    lacking = {group.name: _lacking(group, names) for group in groups if names is not None}
    problems = _data_problems(problem for own in lacking.values() for problem in own)
    asking = _Asking(
        part,
        policy,
        tuple(c for c in checks if any(base_name(c.metric) in CATALOGUE[kind] for kind in kinds)),
        again=names is not None and not hasattr(part.data, "read_next_batch"),
    )
    fit = [
        group
        for group in groups
        if not lacking.get(group.name) and any(group.name in check.groups for check in asking.checks)
    ]
    if not fit:
        return Answer(None, problems)
    report, more = asking.report(fit)
    return Answer(report, tuple(dict.fromkeys([*problems, *more])))


@dataclass(frozen=True, slots=True)
class _Asking:
    """Ask, and ask again for less where not all can be had."""

    part: Part
    policy: Policy
    checks: tuple[Check, ...]
    again: bool

    def report(self, groups: Sequence[PolicyGroup]) -> Answer:
        try:
            return Answer(self._all(groups), ())
        except FairkitError as error:
            if not self.again:  # the rows are used up
                return Answer(None, _problems(error))
            first = _problems(error)
        try:
            # A reference without rows and a metric of a class that there is not: the decision speaks of them.
            return Answer(self._plain(groups), ())
        except FairkitError:
            pass
        fit, problems = [], list[Problem]()
        for group in groups:
            try:
                self._plain([group])
            except FairkitError as error:
                problems += _problems(error)
            else:
                fit.append(group)
        try:
            return Answer(self._plain(fit), tuple(problems)) if fit else Answer(None, first)
        except FairkitError as error:
            return Answer(None, (*problems, *_problems(error)))

    def _all(self, groups: Sequence[PolicyGroup]) -> Report:
        return self._asked(groups, reference=references_of(groups), metrics=metrics_of(self.checks))

    def _plain(self, groups: Sequence[PolicyGroup]) -> Report:
        plain = [name for name in metrics_of(self.checks) if name == base_name(name)]
        return self._asked(groups, reference="rest", metrics=plain or "default")

    def _asked(self, groups: Sequence[PolicyGroup], **asked: Any) -> Report:
        rules = rules_of(self.policy, self.checks)
        return self.part.report(by=by_of(groups), levels=levels_of(groups), **asked, **rules)


def _check_columns(part: Part, names: Sequence[str]) -> None:
    """Refuse data without the columns that all checks need; look-alikes first, for no message shows them."""
    alike = [name for name in part.columns() if homograph_hint(name, names)]
    if alike:
        raise DataError(*(_unknown(name, names) for name in alike))
    part.check_columns(names)


def _unknown(column: str, names: Sequence[str]) -> str:
    return unknown_name("column", column, names) + homograph_hint(column, names)


def _lacking(group: PolicyGroup, names: Sequence[str]) -> list[str]:
    """Say why groups cannot be told apart in data with these columns."""
    columns = columns_of(group)
    known = list(dict.fromkeys(names))
    problems = [_unknown(column, known) for column in columns if column not in known]
    problems += [
        f"column '{column}' appears more than once in the data; rename it: which one is meant?"
        for column in columns
        if list(names).count(column) > 1
    ]
    if group.predicate is not None and group.name in known:
        problems.append(
            f"group '{group.name}' is given by a predicate but has the name of a column; rename it."
        )
    return problems


def _problems(error: FairkitError) -> tuple[Problem, ...]:
    return _data_problems(error.problems)


def _data_problems(messages: Any) -> tuple[Problem, ...]:
    return tuple(Problem("data", None, message) for message in dict.fromkeys(messages))
