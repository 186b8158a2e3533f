"""Groups: attributes, intersections, declared levels, missing labels, and predicates as groups.

A *grouping* is what one ``--by`` names: an attribute, an intersection of several, or a predicate with a name.
This module turns those texts into checked objects, decides which groups a report lists (also declared levels
that no row has) and gives every group its one name.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import Counts, Level, natural_order
from fairkit.door.cells import level_text
from fairkit.errors import FairkitError, UsageError, did_you_mean, shortlist
from fairkit.predicates import Predicate, parse

_WORDS: Mapping[str, Literal["rest", "best"]] = {"rest": "rest", "best": "best"}

MISSING = "(missing)"
"""How the group of rows without a label is written."""

Reference = Literal["rest", "best"] | tuple[Level, ...]
"""What a group is compared with: all other rows, the best group, or one named group."""

By = str | Sequence[str | Sequence[str]]
"""Groupings as a caller writes them: ``"race"``, ``["race", "sex,race"]``, ``["young: age < 25"]``."""

_NAMED_PREDICATE = re.compile(r"\s*([A-Za-z_]\w*)\s*:(?!:)\s*(\S.*)", re.DOTALL)
_PLAIN_LEVEL = re.compile(r"[^\s\"=&(][^\"=&]*(?<!\s)|[^\s\"=&(]")
_PART_OF_NAME = re.compile(r'\s*([^=]*?)\s*=\s*("(?:[^"\\]|\\.)*"|.*?)\s*(?:&(?=[^&=]+=)|$)', re.DOTALL)


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
        Nothing is named, a grouping is named twice (in whatever order), a predicate cannot be read, or levels
        are declared for an attribute that is not used. All problems at once.

    Examples
    --------
    >>> [grouping.name for grouping in groupings(["race", "sex,race", "young: age < 25"])]
    ['race', 'sex & race', 'young']
    """
    problems: list[str] = []
    declared: dict[str, tuple[str, ...]] = {}
    for name, values in (levels or {}).items():
        if isinstance(values, str):
            problems.append(
                f"the levels of '{name}' must be a list, as in levels={{'{name}': [{values!r}]}}."
            )
        declared[name] = tuple(dict.fromkeys(t for v in values if (t := level_text(v)) is not None))
    predicates: dict[str, Predicate] = {}
    crossings: list[tuple[str, ...]] = []
    for item in [by] if isinstance(by, str) else _listed(by, problems):
        named = _NAMED_PREDICATE.fullmatch(item) if isinstance(item, str) else None
        if named:
            name, text = named.groups()
            try:
                predicates[name] = parse(text)
            except FairkitError as error:
                problems += [f"group '{name}': {problem}" for problem in error.problems]
            crossings.append((name,))
        else:
            parts = item.split(",") if isinstance(item, str) else _listed(item, problems)
            if all(isinstance(part, str) for part in parts):
                bare = [part.strip() for part in parts] if isinstance(item, str) else parts
                crossings.append(tuple(dict.fromkeys(part for part in bare if part)))
            else:
                problems.append(f"by must name columns as texts, not {shortlist(list(parts))}.")
    if not problems and (not crossings or not all(crossings)):
        problems.append("name at least one attribute to group by, as in by=['race'] (--by race).")
    sets = [frozenset(crossing) for crossing in crossings]
    problems += [
        f"grouping '{' & '.join(crossing)}' is asked for twice."
        for i, crossing in enumerate(crossings)
        if sets[i] in sets[:i]
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
    return with_declared(grouping, group_runs(table)[0])


def with_declared(
    grouping: Grouping, present: tuple[tuple[Level, ...], ...]
) -> tuple[tuple[Level, ...], ...]:
    """Add every crossing of declared levels to the groups that have rows, as :func:`listed_groups` does.

    Examples
    --------
    >>> with_declared(Grouping((Attribute("sex", levels=("F", "X")),)), (("M",),))
    (('F',), ('M',), ('X',))
    """
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


def group_runs(table: Counts) -> tuple[tuple[tuple[Level, ...], ...], NDArray[np.int64]]:
    """Name the groups of a table once each, and say which of them every cell belongs to.

    A group may have many cells, along axes and clusters; cells are in the order of their groups.

    Examples
    --------
    >>> from fairkit.counts import Axis, Kind
    >>> table = Counts.from_cells(
    ...     Kind.OUTCOMES, ["sex"], [("F",), ("F",), ("M",)], [[3], [1], [2]],
    ...     axes=[Axis("y", ())], axis_cells=[("tp",), ("fn",), ("tp",)],
    ... )
    >>> names, group = group_runs(table)
    >>> names, group.tolist()
    ((('F',), ('M',)), [0, 0, 1])
    """
    fresh = np.ones(len(table.codes), bool)
    fresh[1:] = (table.codes[1:] != table.codes[:-1]).any(axis=1)
    first = table.codes[fresh].tolist()
    names = tuple(
        tuple(levels[code] for levels, code in zip(table.levels, codes, strict=True)) for codes in first
    )
    return names, np.cumsum(fresh) - 1


def placed(table: Counts, groups: Sequence[tuple[Level, ...]]) -> NDArray[np.int64]:
    """Find the position of every cell's group in a list that has them all, shape (cells,).

    Examples
    --------
    >>> from fairkit.counts import Kind
    >>> table = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",), ("M",)], [[3, 1, 0], [2, 2, 0]])
    >>> placed(table, [("M",), ("F",)]).tolist()
    [1, 0]
    """
    place = {group: i for i, group in enumerate(groups)}
    names, run = group_runs(table)
    return np.array([place[name] for name in names], np.int64)[run]


def group_name(names: Sequence[str], levels: Sequence[Level]) -> str:
    """Write a group's one name.

    Levels that could be misread (empty, with quotes, ``=``, ``&``, outer blanks or characters that do not
    print) are written as JSON texts.

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
        attributes named, the rest for others; ``"race=best"`` is also understood, and a level that is called
        so goes in quotes, ``'race="best"'``. A crossing is compared with a named group when each of its
        attributes has a named level; ``"sex=M & race=White"`` names several.
    chosen : sequence of Grouping

    Raises
    ------
    UsageError
        A text is of another form, names an attribute that is not grouped by, or contradicts another. All
        problems at once.

    Examples
    --------
    >>> chosen = groupings(["race", "sex", "sex,race"])
    >>> references({"race": "White"}, chosen)
    (('White',), 'rest', 'rest')
    >>> references(["race=White", "sex=best"], chosen)
    (('White',), 'best', 'rest')
    """
    problems: list[str] = []
    found: dict[str, _Wish] = {}
    for name, wish in _wishes(reference, problems):
        if found.setdefault(name, wish) != wish:
            problems.append(
                f"reference {f'{name!r} ' if name else ''}is given twice, as {found[name].text!r} and as "
                f"{wish.text!r}."
            )
    used = [attribute.name for attribute in attributes_of(chosen)]
    problems += [
        f"reference '{name}' is not grouped by (groups are by {shortlist(used)}).{did_you_mean(name, used)}"
        for name in found
        if name and name not in used
    ]
    if problems:
        raise UsageError(*problems)
    return tuple(_reference_of(grouping, found) for grouping in chosen)


class _Wish(NamedTuple):
    """What an attribute is compared with: a level, the rest or the best; the name "" means all attributes."""

    level: Level
    word: Literal["rest", "best"] | None = None

    @property
    def text(self) -> str:
        return self.word or _level_text(self.level)


def _wishes(
    reference: str | Mapping[str, str | None] | Sequence[str], problems: list[str]
) -> Iterator[tuple[str, _Wish]]:
    if isinstance(reference, Mapping):
        for name, value in reference.items():
            level = None if value == MISSING else level_text(value)
            yield name, _Wish(level, _WORDS.get(level or ""))
        return
    for text in [reference] if isinstance(reference, str) else _listed(reference, problems):
        parts = list(_PART_OF_NAME.finditer(text)) if isinstance(text, str) and "=" in text else []
        if isinstance(text, str) and text.strip() in _WORDS:
            yield "", _Wish(None, _WORDS[text.strip()])
        elif parts and all(part[1] and part[2] for part in parts):
            for part in parts:
                yield part[1], _Wish(None if part[2] == MISSING else _unquote(part[2]), _WORDS.get(part[2]))
        else:
            problems.append(
                f"reference {text!r} is neither 'rest', 'best' nor ATTRIBUTE=LEVEL, as in 'race=White'."
            )


def _reference_of(grouping: Grouping, found: Mapping[str, _Wish]) -> Reference:
    wishes = [found.get(name) for name in grouping.names]
    levels = tuple(wish.level for wish in wishes if wish is not None and wish.word is None)
    if len(levels) == len(wishes):
        return levels
    general = found.get("", _Wish(None, "rest"))
    own = wishes[0] if len(wishes) == 1 else None
    return (own or general).word or "rest"


def _listed(items: Any, problems: list[str]) -> list[Any]:
    if isinstance(items, Iterable) and not isinstance(items, bytes):
        return list(items)
    problems.append(f"{items!r} is no text, and no list of texts, that names attributes.")
    return []


def _level_text(level: Level) -> str:
    if level is None:
        return MISSING
    if _PLAIN_LEVEL.fullmatch(level) and level.isprintable():
        return level
    return json.dumps(level, ensure_ascii=not level.isprintable())


def _unquote(level: str) -> str:
    if level.startswith('"'):
        try:
            return str(json.loads(level))
        except ValueError:
            return level
    return level
