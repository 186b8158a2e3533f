"""The known truth of a generated data set: exact rates of every group, and the disparities that were planted.

Metrics and names of groups are written out here a second time, apart from :mod:`fairkit.metrics` and
:mod:`fairkit.groups` and on exact fractions, so that the one can be used to test the other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple

from fairkit.errors import UsageError, did_you_mean, shortlist
from fairkit.samples._population import Confusion, Levels, Population

SCHEMA = "fairkit.truth/1"

ALL = "all"
"""Name of the group of all rows."""

Kind = Literal["marginal", "intersectional", "prevalence", "small", "parity", "undecidable"]
"""What was planted: see `Planted`."""

Rate = Callable[[Confusion], Fraction]

RATES: Mapping[str, Rate] = {
    "selection_rate": lambda c: (c.tp + c.fp) / c.total,
    "prevalence": lambda c: (c.tp + c.fn) / c.total,
    "accuracy": lambda c: (c.tp + c.tn) / c.total,
    "error_rate": lambda c: (c.fp + c.fn) / c.total,
    "true_positive_rate": lambda c: c.tp / (c.tp + c.fn),
    "false_negative_rate": lambda c: c.fn / (c.tp + c.fn),
    "false_positive_rate": lambda c: c.fp / (c.fp + c.tn),
    "true_negative_rate": lambda c: c.tn / (c.fp + c.tn),
    "positive_predictive_value": lambda c: c.tp / (c.tp + c.fp),
    "false_discovery_rate": lambda c: c.fp / (c.tp + c.fp),
    "negative_predictive_value": lambda c: c.tn / (c.tn + c.fn),
    "false_omission_rate": lambda c: c.fn / (c.tn + c.fn),
    "balanced_accuracy": lambda c: (c.tp / (c.tp + c.fn) + c.tn / (c.fp + c.tn)) / 2,
    "f1_score": lambda c: 2 * c.tp / (2 * c.tp + c.fp + c.fn),
}
"""Every rate that is known, by its name in reports."""


@dataclass(frozen=True, slots=True)
class TrueGroup:
    """What is true of one group.

    Attributes
    ----------
    attribute, group : str
        As reports write them: ``sex & race`` and ``sex=Female & race=Black``; ``all`` for all rows.
    share : float
        Share of all rows.
    rates : mapping of str to float
        True value of each metric in the group.
    rest : mapping of str to float
        The same in all other rows (those that do not record the attribute included); empty for ``all``.

    Examples
    --------
    >>> from fairkit import samples
    >>> group = next(g for g in samples.truth("lending").groups if g.group == "sex=Female")
    >>> round(group.share, 2), round(group.rates["false_negative_rate"], 3)
    (0.5, 0.262)
    """

    attribute: str
    group: str
    share: float
    rates: Mapping[str, float]
    rest: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence about the population, before its numbers are computed."""

    kind: Kind
    metric: str
    group: str
    reference: str
    why: str


@dataclass(frozen=True, slots=True)
class Planted:
    """One thing that an audit of the data should find, or should not.

    Attributes
    ----------
    kind : str
        ``marginal``: a disparity of one attribute. ``intersectional``: one that no single attribute shows.
        ``prevalence``: selection differs only because labels do. ``small``: real, but within a margin of .05.
        ``parity``: exactly equal. ``undecidable``: the group has too few rows to say, whatever the truth is.
    metric, group, reference : str
        What is compared with what; the reference is a group or ``all``.
    value, reference_value, difference : float
        The true rates, and the first less the second (rounded once, from exact numbers).
    why : str
        One sentence for people.

    Examples
    --------
    >>> from fairkit import samples
    >>> planted = samples.truth("lending").planted[0]
    >>> planted.metric, planted.group, round(planted.difference, 2)
    ('false_negative_rate', 'sex=Female & race=Black', 0.14)
    """

    kind: Kind
    metric: str
    group: str
    reference: str
    value: float
    reference_value: float
    difference: float
    why: str


class Known(NamedTuple):
    """The two parts of a truth that are computed."""

    groups: tuple[TrueGroup, ...]
    planted: tuple[Planted, ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known about a generated data set.

    Attributes
    ----------
    name : str
        Name of the set.
    rows, seed : int
        With which the shipped file was drawn. The truth itself depends on neither.
    columns : mapping of str to (str, int or None)
        Which column is what: ``label``, ``decision``, their positive values, ``score``, ``cluster``.
    missing : mapping of str to float
        Share of empty cells by column, independent of everything else.
    groups : tuple of TrueGroup
    planted : tuple of Planted

    Examples
    --------
    >>> from fairkit.samples import truth
    >>> lending = truth("lending")
    >>> lending.rate("false_negative_rate", "sex=Female & race=Black")
    0.402
    >>> lending.rate("false_negative_rate", "sex=Female")
    0.262
    >>> lending.rate("false_negative_rate", "race=Black")
    0.262
    """

    name: str
    rows: int
    seed: int
    columns: Mapping[str, str | int | None]
    missing: Mapping[str, float]
    groups: tuple[TrueGroup, ...]
    planted: tuple[Planted, ...]

    def group(self, group: str) -> TrueGroup:
        """Return what is true of a group.

        Raises
        ------
        UsageError
            The set has no such group.
        """
        for candidate in self.groups:
            if candidate.group == group:
                return candidate
        names = [candidate.group for candidate in self.groups]
        raise UsageError(
            f"'{group}' is no group of the {self.name} data (it has {shortlist(names)})."
            f"{did_you_mean(group, names)}"
        )

    def rate(self, metric: str, group: str = ALL) -> float:
        """Return the true value of a metric in a group.

        Raises
        ------
        UsageError
            The group or the metric is unknown.
        """
        return _pick(self.group(group).rates, metric)

    def rest(self, metric: str, group: str) -> float:
        """Return the true value of a metric in all rows outside a group.

        Raises
        ------
        UsageError
            The group or the metric is unknown, or nothing is outside.
        """
        if group == ALL:
            raise UsageError("no rows are outside the group 'all'. Name another group.")
        return _pick(self.group(group).rest, metric)

    def to_json(self) -> str:
        """Write the truth as JSON, one group and one planted fact a line, for a readable diff."""
        head = {
            "schema": SCHEMA,
            "name": self.name,
            "rows": self.rows,
            "seed": self.seed,
            "columns": dict(self.columns),
            "missing": dict(self.missing),
        }
        planted = [_fields(fact) for fact in self.planted]
        groups = [_fields(group) for group in self.groups]
        lines = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
        lines += [
            f" {json.dumps(key)}: [\n{_lines(rows)}\n ]"
            for key, rows in (("planted", planted), ("groups", groups))
        ]
        return "{\n" + ",\n".join(lines) + "\n}\n"


def known(
    population: Population,
    groupings: Sequence[Sequence[str]],
    claims: Sequence[Claim],
    *,
    rates: Mapping[str, Rate] = RATES,
) -> Known:
    """Compute the truth of every group of some groupings, and the numbers of each claim, from exact sums."""
    sums = population.groups(((), *groupings))
    everything = sums.pop(())[()]
    groups = [TrueGroup(ALL, ALL, 1.0, _values(everything, rates), {})]
    named = {ALL: everything}
    for attributes, parts in sums.items():
        for levels, part in parts.items():
            name = _name(attributes, levels)
            named[name] = part
            groups.append(
                TrueGroup(
                    attribute=" & ".join(attributes),
                    group=name,
                    share=float(part.total),
                    rates=_values(part, rates),
                    rest=_values(everything - part, rates),
                )
            )
    return Known(tuple(groups), tuple(_settled(claim, named) for claim in claims))


def _settled(claim: Claim, named: Mapping[str, Confusion]) -> Planted:
    rate = RATES[claim.metric]
    value, reference = rate(named[claim.group]), rate(named[claim.reference])
    return Planted(
        kind=claim.kind,
        metric=claim.metric,
        group=claim.group,
        reference=claim.reference,
        value=float(value),
        reference_value=float(reference),
        difference=float(value - reference),
        why=claim.why,
    )


def _name(attributes: Sequence[str], levels: Levels) -> str:
    pairs = zip(attributes, levels, strict=True)
    return " & ".join(f"{name}={'(missing)' if level is None else level}" for name, level in pairs)


def _values(sums: Confusion, rates: Mapping[str, Rate]) -> dict[str, float]:
    return {name: float(rate(sums)) for name, rate in rates.items()}


def _pick(values: Mapping[str, float], metric: str) -> float:
    if metric not in values:
        raise UsageError(
            f"the truth of metric '{metric}' is not known (known: {shortlist(list(values), shown=20)})."
            f"{did_you_mean(metric, values)}"
        )
    return values[metric]


def _fields(record: TrueGroup | Planted) -> dict[str, object]:
    return {name: getattr(record, name) for name in record.__slots__}


def _lines(rows: Sequence[Mapping[str, object]]) -> str:
    return ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows)
