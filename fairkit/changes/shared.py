"""What two reports have in common: groupings, references, and metrics that the counts of both can measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fairkit.baselines.model import Baseline
from fairkit.choices import Names, check_names, chosen
from fairkit.counts import Counts
from fairkit.errors import UsageError, did_you_mean, shortlist
from fairkit.groups import Attribute, Grouping, Reference, group_name, listed_groups, references
from fairkit.metrics import AnyMetric, definition_of
from fairkit.report.model import Report
from fairkit.views import View, views

Release = Report | Baseline
"""What can be compared: a report, or the counts that were kept of one."""


@dataclass(frozen=True, slots=True)
class Groupings:
    """What both reports are grouped by.

    Parameters
    ----------
    both : tuple of Grouping
        In the order of the new report.
    only_old, only_new : tuple of str
        Groupings that the counts of the other side do not know.

    Examples
    --------
    >>> Groupings((), (), ("sex",)).only_new
    ('sex',)
    """

    both: tuple[Grouping, ...]
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """Metrics, and the counts of both sides that they are measured on.

    Parameters
    ----------
    old, new : Counts
    metrics : tuple of AnyMetric
    """

    old: Counts
    new: Counts
    metrics: tuple[AnyMetric, ...]


def shared_groupings(old: Release, new: Release, wanted: Sequence[str] = ()) -> Groupings:
    """Find the groupings that both can be read by; counts by sex and race are also counts by sex.

    Parameters
    ----------
    old, new : Report or Baseline
    wanted : sequence of str
        Groupings to keep; all where none is named.

    Raises
    ------
    UsageError
        Nothing is common to both, or a grouping that is wanted is not.

    Examples
    --------
    >>> import fairkit
    >>> rows = {"sex": ["F", "M"] * 9, "age": [1, 2, 3] * 6, "d": [1, 1, 0] * 6}
    >>> one = fairkit.evaluate(rows, decision="d", by=["sex,age"])
    >>> two = fairkit.evaluate(rows, decision="d", by=["sex"])
    >>> found = shared_groupings(one, two)
    >>> [grouping.name for grouping in found.both], found.only_old
    (['sex'], ('sex & age',))
    """
    known = [set(side.counts.attributes) for side in (old, new)]
    asked: dict[frozenset[str], tuple[str, ...]] = {}
    for side in (new, old):
        for name in side.settings.by:
            names = _attributes(name, set(side.counts.attributes))
            asked.setdefault(frozenset(names), names)
    both, apart = [], []
    for names in asked.values():
        here = [set(names) <= own for own in known]
        grouping = Grouping(tuple(Attribute(name, None, _levels(name, old, new)) for name in names))
        if all(here):
            both.append(grouping)
        else:
            apart.append((grouping.name, here[0]))
    if wanted:
        have = [grouping.name for grouping in both]
        unknown = [name for name in wanted if not _named(name, both)]
        if unknown:
            raise UsageError(
                *(
                    f"attribute '{name}' is not in both reports (both have {shortlist(have) or 'none'})."
                    f"{did_you_mean(name, have)}"
                    for name in unknown
                )
            )
        both = [grouping for grouping in both if any(_named(name, [grouping]) for name in wanted)]
        apart = []
    if not both:
        told = [shortlist(side.settings.by) for side in (old, new)]
        raise UsageError(
            f"the reports have no attribute in common: the old one is by {told[0]}, the new one by "
            f"{told[1]}. Evaluate one of them again with the attributes of the other (--by)."
        )
    return Groupings(
        tuple(both),
        tuple(name for name, in_old in apart if in_old),
        tuple(name for name, in_old in apart if not in_old),
    )


def shared_references(
    old: Release, new: Release, both: Sequence[Grouping], asked: str | Sequence[str] | None
) -> tuple[list[Reference], list[str]]:
    """Decide what each gap is a gap to, in both reports the same.

    Parameters
    ----------
    old, new : Report or Baseline
    both : sequence of Grouping
    asked : str or sequence of str, optional
        As for :func:`fairkit.evaluate`; by default what the reports have, where they agree.

    Returns
    -------
    list of Reference
    list of str
        Where all other rows had to take the place of another reference, and why.

    Raises
    ------
    UsageError
        What is asked for is not understood, or a report has no such group.
    """
    if asked is not None:
        wishes = list(references(asked, both))
        lost = [
            f"{side} has no group '{group_name(grouping.names, wish)}' to compare with."
            for grouping, wish in zip(both, wishes, strict=True)
            for side, one in (("the old report", old), ("the new report", new))
            if isinstance(wish, tuple) and not _has(one, grouping, wish)
        ]
        if lost:
            raise UsageError(*lost)
    else:
        wishes = [_stated(old, new, grouping) for grouping in both]
    found: list[Reference] = []
    notes: list[str] = []
    for grouping, wish in zip(both, wishes, strict=True):
        usable = isinstance(wish, tuple) and all(_has(side, grouping, wish) for side in (old, new))
        if wish != "rest" and not usable:
            why = (
                "which group is best may change with the data"
                if wish == "best"
                else f"'{group_name(grouping.names, wish)}' is not in both reports"
            )
            notes.append(f"{grouping.name}: gaps are to all other rows, since {why}.")
        found.append(wish if usable else "rest")
    return found, notes


def shared_metrics(
    old: Release, new: Release, names: Names | None, *, of: str
) -> tuple[list[Measured], list[str]]:
    """Find the metrics that both can be measured by, and the counts that each is measured on.

    Parameters
    ----------
    old, new : Report or Baseline
    names : names, optional
        By default those of the report `of`.
    of : {"old", "new"}

    Returns
    -------
    list of Measured
    list of str
        Metrics of the report that are left out, and why.

    Raises
    ------
    UsageError
        No metric, or not one that is asked for, can be measured on both.

    Examples
    --------
    >>> import fairkit
    >>> rows = {"sex": ["F", "M"] * 9, "y": [1, 0, 1] * 6, "d": [1, 1, 0] * 6}
    >>> one = fairkit.evaluate(rows, label="y", decision="d", by="sex")
    >>> found, notes = shared_metrics(one, one, ["accuracy"], of="new")
    >>> [m.name for m in found[0].metrics], notes
    (['accuracy'], [])
    """
    seen = {(v.variant, v.counts.kind): v.counts for v in _views(old)}
    every = _views(new)
    notes: list[str] = []
    wanted: Names
    if names is None:
        stated = (old if of == "old" else new).settings.metrics
        known = [name for name in stated if definition_of(name) is not None]
        if len(known) < len(stated):
            left = shortlist([name for name in stated if name not in known])
            notes.append(f"{left} are functions of rows, which counts cannot repeat; they are left out.")
        wanted = [name for name in known if _measures(name, every)]
        if len(wanted) < len(known):
            left = shortlist([name for name in known if name not in wanted])
            notes.append(f"{left} cannot be measured on the other report and are left out.")
    else:
        check_names(names, new.counts.kind)
        wanted = names
    found: list[Measured] = []
    lost: list[str] = []
    for view, metrics in chosen(wanted, every) if wanted else []:
        counts = seen.get((view.variant, view.counts.kind))
        if counts is None:
            lost += [metric.name for metric in metrics]
        else:
            found.append(Measured(counts, view.counts, metrics))
    if not found or (lost and names not in (None, "default", "all")):
        kinds = [", ".join(dict.fromkeys(str(v.counts.kind) for v in _views(side))) for side in (old, new)]
        raise UsageError(
            f"{shortlist(lost) if lost else 'No metric'} can be measured on only one of the reports: the old "
            f"one has counts of {kinds[0]}, the new one of {kinds[1]}. Evaluate both with the same columns "
            "(label, decision, score) and models."
        )
    if lost:
        notes.append(f"{shortlist(lost)} cannot be measured on the old report and are left out.")
    return found, notes


def _attributes(name: str, known: set[str]) -> tuple[str, ...]:
    return (name,) if name in known else tuple(name.split(" & "))


def _named(name: str, both: Sequence[Grouping]) -> bool:
    parts = {part.strip() for part in name.replace(" & ", ",").split(",")}
    return any(grouping.name == name or set(grouping.names) == parts for grouping in both)


def _levels(name: str, old: Release, new: Release) -> tuple[str, ...]:
    every = [side.settings.levels.get(name, ()) for side in (old, new)]
    return tuple(dict.fromkeys(level for own in every for level in own))


def _stated(old: Release, new: Release, grouping: Grouping) -> Reference:
    stated = set()
    for side in (old, new):
        for name, text in side.settings.reference.items():
            if set(_attributes(name, set(side.counts.attributes))) == set(grouping.names):
                stated.add(references(text, (grouping,))[0])
    return stated.pop() if len(stated) == 1 else "rest"


def _has(side: Release, grouping: Grouping, levels: Reference) -> bool:
    return levels in listed_groups(grouping, side.counts.marginal(grouping.names))


def _views(side: Release) -> tuple[View, ...]:
    classes = side.settings.classes
    return views(side.counts, classes=None if classes in ((), ("all",)) else classes)


def _measures(name: str, every: Sequence[View]) -> bool:
    try:
        chosen([name], every)
    except UsageError:
        return False
    return True
