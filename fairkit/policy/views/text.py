"""The gate as plain text, as a terminal shows it: the verdict, what stops the release, then every check.

A status is a sign and a word, never a colour alone. Of a long gate, groups that pass are counted instead of
listed, and whatever else is left out is counted too; the JSON has all of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from fairkit.policy.gate import Gate, Result, Status, Verdict
from fairkit.policy.views.numerals import value_and_interval
from fairkit.policy.views.ordering import Checked, by_check, weight
from fairkit.policy.views.wording import (
    CODES,
    HELD,
    PROBLEM,
    READING,
    SIGNS,
    explanation,
    needed_text,
    references_text,
    short,
    stamps,
    status_text,
    tally,
    verdict_text,
    waiver_text,
    why_text,
)
from fairkit.report.phrases import UNDEFINED, counted
from fairkit.report.textpage import WIDTH, TextPage, cell

if TYPE_CHECKING:
    from rich.table import Table

STOPS = 20
"""Results and problems that are listed at the top."""

FEW = 60
"""Of a gate of up to so many results, all are shown."""

MOST = 300
"""So many results are shown at most, those that stop the release before others."""

CHECKS = 40
"""Checks whose counts are shown."""

_STYLES = MappingProxyType(
    {Status.FAIL: "bold red", Status.INCONCLUSIVE: "yellow", Status.WAIVED: "cyan", Status.PASS: "green"}
)
_VERDICT_STYLES = MappingProxyType(
    {
        Verdict.ERROR: "bold red",
        Verdict.FAIL: "bold red",
        Verdict.INCONCLUSIVE: "bold yellow",
        Verdict.PASS: "bold green",
    }
)
_NARROW = 80
_TOP = frozenset({"policy", "data", "note", "waivers"})
_LONGEST_SENTENCE = 600
_LONGEST_TEXT = 400


def to_text(gate: Gate, *, width: int | None = None, color: bool = False) -> str:
    r"""Write a gate as plain text.

    Parameters
    ----------
    gate : Gate
    width : int, optional
        Columns; 100 where not given, and at least 60.
    color : bool, default False
        Add ANSI colours. Whoever asks for them has looked at ``NO_COLOR`` and the terminal.

    Returns
    -------
    str
        Ends with a newline. Its first line is the verdict.

    Examples
    --------
    >>> from fairkit.policy.views.examples import example_gate
    >>> print("\n".join(to_text(example_gate(), width=80).splitlines()[:8]))
    ◆ fail (exit 1): 1 of 3 results fails
    policy: credit-line, fairness.toml, sha256 0a0a0a0a0a0a0a0a
    data: loans.csv, 3,560 of 3,800 rows, counts sha256 0c0c0c0c0c0c0c0c
    <BLANKLINE>
    What stops the release
    ◆ fail  four-fifths  selection_rate ratio for race=Black is 0.61 (95% CI 0.54 to
                         0.69; n=812 vs 2011); limit min 0.80
    <BLANKLINE>
    """
    page = _Page(width, color=color)
    page.top(gate)
    page.stops(gate)
    checks = by_check(gate)
    page.counts(checks)
    shown = _shown(gate.results)
    for check in checks:
        page.check(check, shown)
    page.waivers(gate.results)
    page.listed("Warnings", gate.warnings)
    page.reading(gate)
    return _disarmed(page.text())


class _Page(TextPage):
    """A page about a gate."""

    def top(self, gate: Gate) -> None:
        """Say the verdict and what was judged."""
        self.line(f"{verdict_text(gate)}: {explanation(gate)}", style=_VERDICT_STYLES[gate.verdict])
        for name, value in stamps(gate):
            if name in _TOP:
                self.line(f"{name}: {value}")

    def stops(self, gate: Gate) -> None:
        """List what stops the release, and count what there is no room for."""
        told = [(f"{PROBLEM} {p.kind}", short(p.check or ""), p.message) for p in gate.problems]
        blocking = sorted((r for r in gate.results if r.blocks is not None), key=weight)
        told += [(status_text(r), short(r.check), r.sentence) for r in blocking[: max(STOPS - len(told), 0)]]
        if not told:
            return
        self.heading("What stops the release")
        table = self.table(header=False)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold", max_width=self.width // 4)
        table.add_column(overflow="fold")
        for status, check, text in told[:STOPS]:
            table.add_row(cell(status, "bold"), cell(check), cell(short(text, _LONGEST_SENTENCE)))
        self.console.print(table)
        left = len(gate.problems) + len(blocking) - min(len(told), STOPS)
        if left:
            self.line(f"... {left:,} more that stop the release (all of them are in the JSON)", indent=2)

    def counts(self, checks: Sequence[Checked]) -> None:
        """Count what became of every check."""
        if not checks:
            return
        chosen = sorted(range(len(checks)), key=lambda i: min(map(weight, checks[i].results), default=-1))
        kept = [checks[i] for i in sorted(chosen[:CHECKS])]
        self.heading("Checks")
        table = self.table()
        names = ("check", "limit") if self.width < _NARROW else ("check", "metric", "held", "limit")
        for name in names:
            table.add_column(name, overflow="fold")
        for sign in SIGNS.values():
            table.add_column(sign, justify="right", no_wrap=True)
        for one in kept:
            stamp = one.stamp
            numbers = [f"{one.count(status):,}" for status in SIGNS]
            if not one.results:
                numbers = [UNDEFINED] * len(SIGNS)
            told = {
                "check": short(stamp.id) if stamp.ran else f"{short(stamp.id)} (did not run)",
                "metric": stamp.metric,
                "held": HELD[stamp.compare],
                "limit": stamp.limit,
            }
            table.add_row(*(cell(told[name]) for name in names), *numbers)
        self.console.print(table)
        left = [checks[i] for i in chosen[CHECKS:]]
        if left:
            inside = tally([result for one in left for result in one.results])
            self.line(f"... {counted(len(left), 'more check')}: {inside}", indent=2)

    def check(self, check: Checked, shown: set[int]) -> None:
        """Write the results of one check."""
        kept = [
            (name, result)
            for name, result in zip(check.names, check.results, strict=True)
            if id(result) in shown
        ]
        if not kept:
            return
        stamp = check.stamp
        self.console.print()
        self.line(
            f"{short(stamp.id)}: {stamp.metric}, {HELD[stamp.compare]}, {stamp.limit} ({stamp.rule}, "
            f"{stamp.severity})",
            style="bold",
        )
        for text in filter(
            None, (short(stamp.description or "", _LONGEST_TEXT), references_text(check.results))
        ):
            self.line(text, indent=2)
        self.console.print(self._results(kept))
        if len(kept) < len(check.results):
            left = [result for result in check.results if id(result) not in shown]
            self.line(f"... not shown: {tally(left)} (all of them are in the JSON)", indent=2)

    def waivers(self, results: Iterable[Result]) -> None:
        """Say who answers for what, and for how long."""
        waived = [(result, result.waiver) for result in results if result.waiver is not None]
        told = []
        for result, waiver in waived[:CHECKS]:
            approved = "" if waiver.approved_by is None else f"; approved by {short(waiver.approved_by)}"
            told.append(
                f"{short(result.check)}, {short(result.group)}: {waiver_text(waiver)}: "
                f"{short(waiver.reason, _LONGEST_TEXT)}{approved}; without it: {result.without_waiver}"
            )
        self.listed("Waivers", told)
        if len(waived) > CHECKS:
            self.line(f"... {len(waived) - CHECKS:,} more (all of them are in the JSON)", indent=2)

    def reading(self, gate: Gate) -> None:
        """Say how to read the page, and how it was made."""
        self.heading("How to read it")
        signs = ", ".join(f"{sign} {status}" for status, sign in SIGNS.items())
        self.line(f"{signs}, {UNDEFINED} undefined.")
        self.line(READING)
        self.line(CODES)
        for name, value in stamps(gate):
            if name not in _TOP:
                self.line(f"{name}: {value}")

    def _results(self, kept: Sequence[tuple[str, Result]]) -> Table:
        narrow, wide = self.width < _NARROW, self.width >= WIDTH
        table = self.table()
        table.add_column("status", no_wrap=True)
        table.add_column("group", overflow="fold")
        table.add_column("value [interval]", no_wrap=not narrow)
        table.add_column("n", justify="right", no_wrap=True)
        if wide:
            table.add_column("needed", justify="right")
        table.add_column("why", overflow="fold", min_width=12)
        for name, result in kept:
            style = _STYLES[result.status]
            value = value_and_interval(result)
            why, needed = why_text(result), needed_text(result)
            if needed and not wide:
                why = f"{why}, needs {needed}" if why else f"needs {needed}"
            table.add_row(
                cell(status_text(result).partition(" (")[0], style),
                cell(short(name)),
                value,
                "" if result.n is None else f"{result.n:,}",
                *((needed,) if wide else ()),
                cell(why),
            )
        return table


def _shown(results: Sequence[Result]) -> set[int]:
    """Choose the results that are listed, by their identity."""
    if len(results) <= FEW:
        return set(map(id, results))
    notable = [result for result in results if result.status is not Status.PASS]
    return set(map(id, sorted(notable, key=weight)[:MOST]))


def _disarmed(text: str) -> str:
    """Break what a runner of jobs would take for a command wherever its log shows the page."""
    return re.sub(r"##(?=\[|vso\[)", r"#\\#", re.sub(r"(?m)^(\s*)::", r"\1\\::", text))
