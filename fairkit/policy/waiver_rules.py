"""What the keys of waivers mean together: a check that there is, one group, and a span of days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fairkit.errors import did_you_mean, shortlist
from fairkit.policy.model import LONGEST_WAIVER, PolicyGroup, Waiver
from fairkit.policy.places import Problems, quoted
from fairkit.policy.tables import Entry
from fairkit.policy.waiving import names_of

WILDCARDS = ("*", "?")
"""Characters that would make a waiver one of several groups or checks."""


def waivers_of(
    entries: Sequence[Entry],
    *,
    checks: Sequence[str] | None,
    groups: Mapping[str, Sequence[PolicyGroup]],
    problems: Problems,
) -> tuple[Waiver, ...]:
    """Make waivers of what was read, or note what is wrong with them.

    Parameters
    ----------
    entries : sequence of Entry
    checks : sequence of str or None
        Ids of all checks; None where they could not be read.
    groups : mapping of id to sequence of PolicyGroup
        What checks are about, to see that two names mean one group.
    problems : Problems

    Returns
    -------
    tuple of Waiver
        Those that are right.

    Examples
    --------
    >>> import datetime as dt
    >>> problems = Problems()
    >>> day, words = dt.date(2026, 10, 1), {"check": "gap", "group": "sex=*", "reason": "r", "owner": "o"}
    >>> entry = Entry(("waiver", 0), {**words, "created": day, "expires": day}, frozenset())
    >>> found = waivers_of([entry], checks=["gap"], groups={}, problems=problems)
    >>> print(problems.sentences[0])
    $.waiver[0].group is 'sex=*', which has a wildcard; a waiver is about one group of one check.
    """
    made: list[Waiver] = []
    taken: dict[tuple[str, str], int] = {}
    for i, entry in enumerate(entries):
        _names(entry, checks, problems)
        _span(entry, problems)
        check, group = entry.get("check"), entry.get("group")
        if check is None or group is None:
            continue
        forms = [(check, form) for form in forms_of(group, groups.get(check, ()))]
        earlier = next((taken[form] for form in forms if form in taken), None)
        if earlier is not None:
            problems.add(
                entry.place,
                f"is about the same check and group as waiver[{earlier}] ({quoted(check)}, {quoted(group)}); "
                "renew that one",
            )
        taken.update(dict.fromkeys(forms, i))
        if entry.is_right:
            made.append(Waiver(**entry.values))
    return tuple(made)


def forms_of(group: str, groups: Sequence[PolicyGroup]) -> tuple[str, ...]:
    """List what a waiver's group may be called: as it is written, and by the name of a policy's groups.

    Examples
    --------
    >>> forms_of("sex=F & race=A", [PolicyGroup(name="sex_race", columns=("sex", "race"))])
    ('sex=F & race=A', 'sex_race=F & A')
    """
    plain = " ".join(group.split())
    own = [each for each in groups if each.columns and plain.startswith(f"{each.columns[0]}=")]
    return (plain, *(names_of(each, plain) for each in own))


def _names(entry: Entry, checks: Sequence[str] | None, problems: Problems) -> None:
    for name in ("check", "group"):
        text = entry.get(name)
        if text is not None and any(sign in text for sign in WILDCARDS):
            problems.add(
                entry.at(name),
                f"is {quoted(text)}, which has a wildcard; a waiver is about one group of one check",
            )
            return
    check = entry.get("check")
    if check is not None and checks is not None and check not in checks:
        hint = did_you_mean(check, checks)
        what = f"is {quoted(check)}, which is the id of no check (there are {shortlist(list(checks))})"
        problems.add(entry.at("check"), f"{what}.{hint}" if hint else what)


def _span(entry: Entry, problems: Problems) -> None:
    created, expires = entry.get("created"), entry.get("expires")
    if created is None or expires is None:
        return
    days = (expires - created).days
    if days < 0:
        problems.add(entry.at("expires"), f"is {expires}, before the waiver was created ({created})")
    elif days > LONGEST_WAIVER:
        problems.add(
            entry.at("expires"),
            f"is {expires}, {days} days after the waiver was created ({created}); at most "
            f"{LONGEST_WAIVER} days are allowed, so that somebody looks again",
        )
