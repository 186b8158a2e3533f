"""Groups: attributes, intersections, declared levels, missing labels, and predicates as groups.

A *grouping* is what one ``--by`` names: an attribute, an intersection of several, or a predicate with a name.
This module turns those texts into checked objects, decides which groups a report lists (also declared levels
that no row has) and gives every group its one name.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from fairkit.counts import Counts, Level, natural_order
from fairkit.errors import FairkitError, UsageError, did_you_mean, shortlist
from fairkit.predicates import Predicate, parse

MISSING = "(missing)"
"""How the group of rows without a label is written."""

Reference = Literal["rest", "best"] | tuple[Level, ...]
"""What a group is compared with: all other rows, the best group, or one named group."""

By = str | Sequence[str | Sequence[str]]
"""Groupings as a caller writes them: ``"race"``, ``["race", "sex,race"]``, ``["young: age < 25"]``."""

_NAMED_PREDICATE = re.compile(r"\s*([A-Za-z_]\w*)\s*:(?!:)\s*(\S.*)", re.DOTALL)
_PLAIN_LEVEL = re.compile(r"[^\s\"=&(][^\"=&]*(?<!\s)|[^\s\"=&(]")


@dataclass(frozen=True, slots=True)
class Attribute:
    """One way to split rows: a column, or a predicate that is true, false or missing.

    Parameters
    ----------
    name : str
        Name in reports; the column's name unless a predicate has one of its own.
    predicate : Predicate or None
        Splits the rows into ``True`` and ``False``; None for a column.
    levels : tuple of str
        Declared levels; a declared level that no row has is reported as undefined. Empty when none were
        declared.
    """

    name: str
    predicate: Predicate | None = None
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grouping:
    """The groups that one ``by`` asks for: the crossing of one or more attributes.

    Examples
    --------
    >>> Grouping((Attribute("sex"), Attribute("race"))).name
    'sex & race'
    """

    attributes: tuple[Attribute, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the crossed attributes."""
        return tuple(attribute.name for attribute in self.attributes)

    @property
    def name(self) -> str:
        """The grouping's one name, as in ``sex & race``."""
        return " & ".join(self.names)


def groupings(by: By, *, levels: Mapping[str, Sequence[str]] | None = None) -> tuple[Grouping, ...]:
    """Read what a caller wrote in ``by``.

    Parameters
    ----------
    by : str or sequence of (str or sequence of str)
        Each text is a column (``"race"``), columns to cross (``"sex,race"``) or a named predicate
        (``"young_renters: age < 25 and home == 'rent'"``); a sequence crosses its members and may hold column
        names with commas. A crossing may use the name of a predicate given elsewhere.
    levels : mapping of attribute to its levels, optional
        Declared levels.

    Raises
    ------
    UsageError
        Nothing is named, a grouping is named twice, or levels are declared for an attribute that is not used.
        All problems at once.

    Examples
    --------
    >>> [grouping.name for grouping in groupings(["race", "sex,race", "young: age < 25"])]
    ['race', 'sex & race', 'young']
    """
    declared = {name: tuple(dict.fromkeys(map(str, values))) for name, values in (levels or {}).items()}
    problems: list[str] = []
    predicates: dict[str, Predicate] = {}
    crossings: list[tuple[str, ...]] = []
    for item in [by] if isinstance(by, str) else by:
        named = _NAMED_PREDICATE.fullmatch(item) if isinstance(item, str) else None
        if named:
            name, text = named.groups()
            try:
                predicates[name] = parse(text)
            except FairkitError as error:
                problems += [f"group '{name}': {problem}" for problem in error.problems]
            crossings.append((name,))
        else:
            parts = [part.strip() for part in item.split(",")] if isinstance(item, str) else list(item)
            crossings.append(tuple(dict.fromkeys(part for part in parts if part)))
    if not crossings or not all(crossings):
        problems.append("name at least one attribute to group by, as in by=['race'] (--by race).")
    problems += [
        f"grouping '{' & '.join(crossing)}' is asked for twice."
        for crossing in sorted({c for c in crossings if crossings.count(c) > 1})
    ]
    used = {name for crossing in crossings for name in crossing}
    problems += [
        f"levels are declared for '{name}', which is not grouped by.{did_you_mean(name, used)}"
        for name in declared
        if name not in used
    ]
    if problems:
        raise UsageError(*problems)
    made = {name: Attribute(name, predicates.get(name), declared.get(name, ())) for name in used}
    return tuple(Grouping(tuple(made[name] for name in crossing)) for crossing in crossings)


def attributes_of(chosen: Sequence[Grouping]) -> tuple[Attribute, ...]:
    """List every attribute of some groupings once, in order of appearance."""
    return tuple(
        {attribute.name: attribute for grouping in chosen for attribute in grouping.attributes}.values()
    )


def listed_groups(grouping: Grouping, table: Counts) -> tuple[tuple[Level, ...], ...]:
    """List the groups of a report: those with rows, and every crossing of declared levels.

    Levels that are declared but that no row has appear (they will be undefined, reason ``no-rows``) only in
    crossings where every attribute has declared levels: else a crossing of many columns would list groups
    nobody asked about.

    Parameters
    ----------
    grouping : Grouping
    table : Counts
        Counts by the attributes of the grouping.

    Examples
    --------
    >>> from fairkit.counts import Kind
    >>> table = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",)], [[3, 1, 0]])
    >>> listed_groups(Grouping((Attribute("sex", levels=("F", "X")),)), table)
    (('F',), ('X',))
    """
    present = table.groups()
    if not all(attribute.levels for attribute in grouping.attributes):
        return present
    declared = itertools.product(*(attribute.levels for attribute in grouping.attributes))
    extra = set(declared) - set(present)
    if not extra:
        return present
    order = [
        {level: i for i, level in enumerate(natural_order({*(g[k] for g in present), *attribute.levels}))}
        for k, attribute in enumerate(grouping.attributes)
    ]
    both = [*present, *extra]
    return tuple(sorted(both, key=lambda group: [order[k][level] for k, level in enumerate(group)]))


def group_name(names: Sequence[str], levels: Sequence[Level]) -> str:
    """Write a group's one name.

    Levels that could be misread (empty, with quotes, ``=``, ``&`` or outer blanks) are written as JSON texts.

    Examples
    --------
    >>> group_name(["sex", "race"], ["F", None])
    'sex=F & race=(missing)'
    >>> group_name(["dept"], ["R & D"])
    'dept="R & D"'
    """
    return " & ".join(f"{name}={_level_text(level)}" for name, level in zip(names, levels, strict=True))


def references(
    reference: str | Mapping[str, str | None] | Sequence[str], chosen: Sequence[Grouping]
) -> tuple[Reference, ...]:
    """Decide what each grouping's groups are compared with.

    Parameters
    ----------
    reference : str, mapping or sequence of str
        ``"rest"`` or ``"best"`` for every grouping; ``"race=White"`` or ``{"race": "White"}`` for the
        attributes named, the rest for others; ``"race=best"`` is also understood. A crossing is compared with
        a named group when each of its attributes has a named level.
    chosen : sequence of Grouping

    Raises
    ------
    UsageError
        A text is of another form, or names an attribute that is not grouped by.

    Examples
    --------
    >>> chosen = groupings(["race", "sex", "sex,race"])
    >>> references({"race": "White"}, chosen)
    (('White',), 'rest', 'rest')
    >>> references(["race=White", "sex=best"], chosen)
    (('White',), 'best', 'rest')
    """
    default: Literal["rest", "best"] = "rest"
    named: dict[str, Level] = {}
    problems: list[str] = []
    if isinstance(reference, Mapping):
        named.update(
            {name: None if level in (None, MISSING) else str(level) for name, level in reference.items()}
        )
    else:
        for text in [reference] if isinstance(reference, str) else reference:
            name, equals, level = (part.strip() for part in text.partition("="))
            if equals and name and level:
                named[name] = None if level == MISSING else _unquote(level)
            elif text in ("rest", "best"):
                default = "best" if text == "best" else "rest"
            else:
                problems.append(
                    f"reference '{text}' is neither 'rest', 'best' nor ATTRIBUTE=LEVEL, as in 'race=White'."
                )
    used = [attribute.name for attribute in attributes_of(chosen)]
    problems += [
        f"reference '{name}' is not grouped by (groups are by {shortlist(used)}).{did_you_mean(name, used)}"
        for name in named
        if name not in used
    ]
    if problems:
        raise UsageError(*problems)
    return tuple(_reference_of(grouping, named, default) for grouping in chosen)


def _reference_of(
    grouping: Grouping, named: Mapping[str, Level], default: Literal["rest", "best"]
) -> Reference:
    if not all(name in named for name in grouping.names):
        return default
    levels = tuple(named[name] for name in grouping.names)
    if set(levels) & {"best", "rest"}:
        return default if len(levels) > 1 else "best" if levels == ("best",) else "rest"
    return levels


def _level_text(level: Level) -> str:
    if level is None:
        return MISSING
    return level if _PLAIN_LEVEL.fullmatch(level) else json.dumps(level, ensure_ascii=False)


def _unquote(level: str) -> str:
    if level.startswith('"'):
        try:
            return str(json.loads(level))
        except ValueError:
            return level
    return level
