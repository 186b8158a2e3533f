"""What the keys of a group mean together: columns or a predicate, declared levels, the reference."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from fairkit.errors import FairkitError, did_you_mean, shortlist
from fairkit.policy.model import MIN_N, PolicyGroup
from fairkit.policy.places import Problems, quoted
from fairkit.policy.placing import grouping_of, reference_of
from fairkit.policy.tables import Entry
from fairkit.predicates import parse

_PREDICATE_NAME = re.compile(r"[A-Za-z_]\w*")


def group_of(name: str, entry: Entry, problems: Problems) -> PolicyGroup | None:
    """Make groups of what was read, or note what is wrong with them.

    Parameters
    ----------
    name : str
    entry : Entry
    problems : Problems

    Returns
    -------
    PolicyGroup or None
        None where something is lacking; the policy is refused then.

    Examples
    --------
    >>> problems = Problems()
    >>> read = {"column": "sex", "levels": ("F", "M"), "reference": "Male"}
    >>> found = group_of("sex", Entry(("groups", "sex"), read, frozenset()), problems)
    >>> print(problems.sentences[0])
    $.groups.sex.reference is 'Male', which is not among the declared levels of sex ('F', 'M').
    """
    if "=" in name or "&" in name:
        problems.add(entry.place, "has a name with = or &, which stand between levels; use another name")
    predicate = entry.get("predicate")
    columns = (entry.get("column"),) if entry.get("column") is not None else entry.get("columns", ())
    if predicate is not None:
        _predicate(name, predicate, entry, problems)
        columns = ()
    levels = _levels(entry, columns, is_predicate=predicate is not None, problems=problems)
    if not entry.is_right or levels is None:
        return None
    group = PolicyGroup(
        name=name,
        columns=columns,
        predicate=predicate,
        reference=entry.get("reference", "rest"),
        min_n=entry.get("min_n", MIN_N),
        levels=levels,
        note=entry.get("note"),
    )
    if predicate is None:
        _reference(group, entry, problems)
    return group


def check_names(groups: Iterable[PolicyGroup], problems: Problems, *, at: tuple[str | int, ...] = ()) -> None:
    """Note predicates that have the name of a column: reports could not tell the two.

    Examples
    --------
    >>> problems = Problems()
    >>> groups = [PolicyGroup(name="a", columns=("sex",)), PolicyGroup(name="sex", predicate="sex == 'F'")]
    >>> check_names(groups, problems)
    >>> print(problems.sentences[0])
    $.groups.sex has a predicate and the name of the column 'sex' of 'a'; give it another name.
    """
    made = list(groups)
    owners = {column: group.name for group in reversed(made) for column in group.columns}
    for group in made:
        if group.predicate is not None and group.name in owners:
            problems.add(
                (*at, "groups", group.name),
                f"has a predicate and the name of the column {quoted(group.name)} of "
                f"{quoted(owners[group.name])}; give it another name",
            )


def _predicate(name: str, text: str, entry: Entry, problems: Problems) -> None:
    try:
        parse(text)
    except FairkitError as error:
        problems.add(entry.at("predicate"), "is no predicate", because=error.problems)
    if not _PREDICATE_NAME.fullmatch(name):
        problems.add(
            entry.place,
            "has a predicate, so that its name stands in reports as NAME=True; use a word of letters, digits "
            "and _ only",
        )
    if entry.get("reference", "rest") != "rest":
        problems.add(
            entry.at("reference"),
            f"is {quoted(entry.get('reference'))}, but a predicate gives one group, which only the rest can "
            "be compared with; leave it out, or give a column",
        )
    if entry.gives("levels"):
        problems.add(entry.at("levels"), "belongs to columns; a predicate is true or it is not")


def _levels(
    entry: Entry, columns: tuple[str, ...], *, is_predicate: bool, problems: Problems
) -> dict[str, tuple[str, ...]] | None:
    found = entry.get("levels")
    if found is None or is_predicate or not columns:
        return {}
    if not isinstance(found, Mapping):
        if len(columns) == 1:
            return {columns[0]: found}
        example = ", ".join(f"{column} = [...]" for column in columns)
        problems.add(entry.at("levels"), f"is one list for several columns; write {{ {example} }}")
        return None
    for name in found:
        if name not in columns:
            hint = did_you_mean(name, columns)
            what = f"is about no column of these groups ({shortlist(columns)})."
            problems.add((*entry.at("levels"), name), what + hint)
    return {name: found[name] for name in columns if name in found}


def _reference(group: PolicyGroup, entry: Entry, problems: Problems) -> None:
    if group.reference in ("rest", "best"):
        return
    place, grouping = entry.at("reference"), grouping_of(group)
    shown = f"is {quoted(group.reference)}"
    try:
        wish = reference_of(group, grouping)
    except FairkitError as error:
        problems.add(place, shown, because=error.problems)
        return
    if isinstance(wish, str):
        example = " & ".join(f"{column}=LEVEL" for column in group.columns)
        problems.add(place, f"{shown}, neither 'rest' nor 'best' nor one level of each column: {example}")
        return
    for column, level in zip(grouping.names, wish, strict=True):
        declared = group.levels.get(column, ())
        if declared and level is not None and level not in declared:
            hint = did_you_mean(level, declared)
            what = f"{shown}, which is not among the declared levels of {column} ({shortlist(declared)})"
            problems.add(place, f"{what}.{hint}" if hint else what)
