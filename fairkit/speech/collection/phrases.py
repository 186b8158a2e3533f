"""The words of a plan, the same on the terminal and on the page."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fairkit.report.numerals import level_text
from fairkit.report.phrases import UNDEFINED, counted, short_name
from fairkit.speech.collection.plan import CoverageCell, CoveragePlan, CoverageTable, CoverageVerdict
from fairkit.speech.collection.spread import Source

SIGNS: Mapping[CoverageVerdict, str] = MappingProxyType(
    {"enough": "●", "too-few": "◆", "absent": "◇", "unlabelled": UNDEFINED}
)
"""One sign per verdict, so that colour is never needed."""

WORDS: Mapping[CoverageVerdict, str] = MappingProxyType(
    {"enough": "enough", "too-few": "too few", "absent": "absent", "unlabelled": "no label"}
)
"""Verdicts as they are read."""

MEANINGS: Mapping[CoverageVerdict, str] = MappingProxyType(
    {
        "enough": "the speakers at hand would show the gap",
        "too-few": "there are speakers, but more are needed",
        "absent": "nobody was recorded",
        "unlabelled": "a label is missing: nobody can be recorded for that",
    }
)
"""What each verdict says."""

_FROM: Mapping[Source, str] = MappingProxyType(
    {"data": "measured", "option": "as stated", "assumption": "assumed"}
)


def points(gap: float) -> str:
    """Write a difference of error rates in points.

    Examples
    --------
    >>> points(0.05), points(0.1234)
    ('5 points', '12.3 points')
    """
    return f"{100 * gap:.3g} points"


def heading(table: CoverageTable) -> str:
    """Name a crossing.

    Examples
    --------
    >>> from fairkit.speech.planning import coverage
    >>> rows = {"accent": ["X", "Y"], "who": ["ann", "bob"]}
    >>> heading(coverage(rows, by="accent", speaker="who").tables[0])
    'accent'
    """
    return " × ".join(table.factors) + (" alone" if table.marginal else "")


def verdict_line(table: CoverageTable, plan: CoveragePlan) -> str:
    """Say how many combinations have enough speakers, and how many speakers are lacking in all.

    Examples
    --------
    >>> from fairkit.speech.planning import coverage
    >>> rows = {"accent": ["X", "Y"], "who": ["ann", "bob"]}
    >>> plan = coverage(rows, by="accent", speaker="who", gap=0.1)
    >>> verdict_line(plan.tables[0], plan)
    '0 of 2 combinations have enough speakers to show a gap of 10 points: 2 have too few. To record: ...'
    """
    planned = len(table.cells) - table.counted("unlabelled")
    told = [
        f"{n} {'has' if n == 1 else 'have'} {words}"
        for verdict, words in (("too-few", "too few"), ("absent", "none"))
        if (n := table.counted(verdict))  # type: ignore[arg-type]
    ]
    line = (
        f"{table.counted('enough')} of {counted(planned, 'combination')} "
        f"{'has' if table.counted('enough') == 1 else 'have'} enough speakers to show a gap of "
        f"{points(plan.gap)}"
    )
    line += f": {', '.join(told)}." if told else "."
    return f"{line} {record_line(table)}".rstrip()


def record_line(table: CoverageTable) -> str:
    """Say how many further speakers are needed in all; empty where none is."""
    beyond = sum(cell.reason is not None for cell in table.cells)
    line = ""
    if table.new_speakers:
        line = f"To record: {counted(table.new_speakers, 'further speaker')}"
        if table.new_speakers_within < table.new_speakers:
            line += (
                f" if each is recorded in one combination, at least {table.new_speakers_within:,} if each is "
                "recorded in all conditions that vary within speakers"
            )
        line += "."
    if beyond:
        line += f" Out of reach: {counted(beyond, 'combination')}."
    return line.strip()


def facts(table: CoverageTable, plan: CoveragePlan) -> list[tuple[str, str]]:
    """List what a table takes for granted, each with where it comes from.

    Examples
    --------
    >>> from fairkit.speech.planning import coverage
    >>> rows = {"accent": ["X", "Y"], "who": ["ann", "bob"]}
    >>> plan = coverage(rows, by="accent", speaker="who", words=400, speaker_sd=0.5)
    >>> facts(plan.tables[0], plan)[0]
    ('Error rate of all others', '15.0% (assumed)')
    """
    unit = plan.unit
    variance = f"{table.relative_variance:.3f} ({_FROM[table.variance_from]}"
    if table.variance_from == "data":
        variance += f", {table.freedom:.0f} degrees of freedom"
    over = counted(table.hypotheses, "comparison")
    found = [
        ("Error rate of all others", f"{100 * table.rate:.1f}% ({_FROM[table.rate_from]})"),
        ("Variance of one speaker's error rate, relative to its square", f"{variance})"),
        (
            f"{unit.capitalize()} of one speaker in one combination",
            f"{table.words_per_speaker:,.0f} ({_FROM[table.words_from]})",
        ),
        (f"Speakers for each one of equal {unit}", f"{table.inequality:.2f}"),
        ("Level of each interval", f"{level_text(table.level)}: first step of Holm's correction over {over}"),
    ]
    if table.correlation:
        found.append(("Likeness of one speaker's rates in two combinations", f"{table.correlation:.2f}"))
    return found


def factor_lines(plan: CoveragePlan) -> list[str]:
    """Say which factors vary within speakers."""
    within = [f"'{factor.name}'" for factor in plan.factors if factor.within]
    if not within:
        return []
    verb = "varies" if len(within) == 1 else "vary"
    line = (
        f"{' and '.join(within)} {verb} within speakers: at least half of them were recorded under several "
        "levels. Speakers at hand may be asked back for conditions that they lack; a further one is counted "
        "in one combination, which asks for more people rather than fewer."
    )
    return [line]


def name(cell: CoverageCell, table: CoverageTable) -> str:
    """Write the levels of a combination."""
    return short_name(cell.group, table.attribute)


def needed(cell: CoverageCell) -> str:
    """Write how many speakers a combination needs."""
    if cell.needed is not None:
        return f"{cell.needed:,}"
    return "out of reach" if cell.reason else UNDEFINED


def more(cell: CoverageCell) -> str:
    """Write how many speakers are to be recorded."""
    return UNDEFINED if cell.more is None else f"{cell.more:,}"


def shows(cell: CoverageCell) -> str:
    """Write the smallest gap that the speakers at hand would show."""
    return UNDEFINED if cell.detectable is None else f"{100 * cell.detectable:.1f}"


def verdict(cell: CoverageCell) -> str:
    """Write sign and word."""
    return f"{SIGNS[cell.verdict]} {WORDS[cell.verdict]}"


def reading(plan: CoveragePlan) -> list[str]:
    """Say how to read a plan."""
    share, gap = f"{100 * plan.power:.3g}%", points(plan.gap)
    needs = (
        "A combination is compared with all others. It needs as many speakers as let its corrected interval "
        f"exclude zero in {share} of collections if its error rate exceeds theirs by {gap}. All combinations "
        "are taken to be recorded as planned."
    )
    smallest = (
        "'shows from' is the smallest gap, in points, that the speakers at hand would show; where there is "
        "none, they are too few for any."
    )
    margin = "A verdict of disparity asks the interval to lie beyond a margin: add it to the gap."
    return [needs, smallest, margin]
