"""The gate as Markdown, for a comment on a pull request or the summary of a job.

What stops the release comes first and what passes last, folded away. Where there is no room for all, whole
rows are left out from the end and counted, so that a cut never hides a failure behind passes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fairkit.policy.gate import Gate, Result, Status
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
    short,
    stamps,
    status_text,
    verdict_text,
    why_text,
)
from fairkit.report.marked import code, escaped, row, table
from fairkit.report.phrases import UNDEFINED, counted

COMMENT = 60_000
"""Bytes that a comment on a pull request may have, with some room."""

_HEAD = ("check", "group", "status", "value [interval]", "limit", "n", "needed", "why")
_RIGHT = (5, 6)
_LONGEST_TEXT = 400
_FOR_THE_NOTE = 300


@dataclass(frozen=True, slots=True)
class _Part:
    """One list or table: what opens it, its lines, what closes it, and what its lines are called."""

    opening: str
    lines: tuple[str, ...]
    noun: str
    closing: str = ""

    def text(self, kept: int) -> str:
        return self.opening + "\n".join(self.lines[:kept]) + self.closing


def to_markdown(gate: Gate, *, most_bytes: int | None = None) -> str:
    r"""Write a gate as Markdown (GitHub's and GitLab's).

    Parameters
    ----------
    gate : Gate
    most_bytes : int, optional
        Size in UTF-8 that the text may have; without limit where not given. A comment on a pull request takes
        :data:`COMMENT`.

    Returns
    -------
    str
        Where rows do not fit, they are left out and counted.

    Examples
    --------
    >>> from fairkit.policy.views.examples import example_gate
    >>> print("\n".join(to_markdown(example_gate()).splitlines()[:9]))
    ## ◆ fail (exit 1): credit-line
    <BLANKLINE>
    1 of 3 results fails.
    <BLANKLINE>
    ### What stops the release
    <BLANKLINE>
    | check | group | status | value [interval] | limit | n | needed | why |
    | --- | --- | --- | --- | --- | --: | --: | --- |
    | `four-fifths` | race=Black | **◆ fail** | 0.610 [0.540, 0.690] | min 0.80 | 812 |  | beyond the limit |
    """
    verdict = f"## {verdict_text(gate)}"
    top = f"{verdict}: {escaped(short(gate.policy.name))}\n\n{escaped(explanation(gate))}."
    last = _made(gate)
    parts = [*_parts(gate)]
    if most_bytes is None:
        return "\n\n".join([top, *(part.text(len(part.lines)) for part in parts), last]) + "\n"
    room = most_bytes - _size(top) - _size(last) - _FOR_THE_NOTE
    if room < 0:
        return next((text for text in (f"{top}\n", f"{verdict}\n") if len(text.encode()) <= most_bytes), "")
    shown = [top]
    left: Counter[str] = Counter()
    for part in parts:
        kept, room = (0, -1) if room < 0 else _fitting(part, room)
        if kept:
            shown.append(part.text(kept))
        left[part.noun] += len(part.lines) - kept
    told = ", ".join(f"{n:,} {noun}" for noun, n in left.items() if n)
    note = [f"*{counted(left.total(), 'row')} left out here ({told}); the JSON has all.*"] if told else []
    return "\n\n".join([*shown, *note, last]) + "\n"


def _fitting(part: _Part, room: int) -> tuple[int, int]:
    """Count the lines that there is room for, and the room that is left; -1 once a line did not fit."""
    room -= _size(part.opening) + _size(part.closing)
    for kept, line in enumerate(part.lines):
        room -= _size(line)
        if room < 0:
            return kept, -1
    return len(part.lines), room


def _parts(gate: Gate) -> Iterator[_Part]:
    checks = by_check(gate)
    rows = [
        (weight(result), _row(check, name, result))
        for check in checks
        for name, result in zip(check.names, check.results, strict=True)
    ]
    stopping = [text for heaviness, text in sorted(rows, key=lambda pair: pair[0]) if heaviness <= 1]
    others = [text for heaviness, text in rows if heaviness in {2, 3}]
    passing = [text for heaviness, text in rows if heaviness > 3]
    head = table(_HEAD, (), right=_RIGHT) + "\n"
    heading = "### What stops the release\n\n"
    if gate.problems:
        yield _Part(heading, tuple(_problems(gate)), "problems")
        heading = ""
    if stopping:
        yield _Part(heading + head, tuple(stopping), "that stop the release")
    if checks:
        yield _checks(checks)
    if others:
        yield _Part(f"### What does not stop it\n\n{head}", tuple(others), "that do not stop it")
    if waivers := tuple(_waivers(gate.results)):
        yield _Part("### Waivers\n\n", waivers, "waivers")
    if gate.warnings:
        warned = tuple(f"- {escaped(short(text, _LONGEST_TEXT))}" for text in gate.warnings)
        yield _Part("### Warnings\n\n", warned, "warnings")
    if passing:
        title = f"{SIGNS[Status.PASS]} {counted(len(passing), 'result')} {_verb(len(passing))}"
        opening = f"<details><summary>{title}</summary>\n\n{head}"
        yield _Part(opening, tuple(passing), "that pass", "\n\n</details>")


def _row(check: Checked, name: str, result: Result) -> str:
    status = status_text(result)
    return row(
        (
            code(short(result.check)),
            escaped(short(name)),
            status if result.blocks is None else f"**{status}**",
            escaped(value_and_interval(result)).replace(r"\[", "[").replace(r"\]", "]"),
            escaped(check.stamp.limit),
            "" if result.n is None else f"{result.n:,}",
            needed_text(result),
            escaped(why_text(result)),
        )
    )


def _problems(gate: Gate) -> Iterator[str]:
    for problem in gate.problems:
        about = "" if problem.check is None else f" {code(short(problem.check))}"
        message = escaped(short(problem.message, _LONGEST_TEXT))
        yield f"- **{PROBLEM} {escaped(problem.kind)}**{about}: {message}"


def _checks(checks: Sequence[Checked]) -> _Part:
    head = table(("check", "metric", "limit", *SIGNS.values()), (), right=range(3, 3 + len(SIGNS)))
    lines = []
    for check in checks:
        stamp = check.stamp
        numbers = [f"{check.count(status):,}" if check.results else UNDEFINED for status in SIGNS]
        ran = "" if stamp.ran else " (did not run)"
        held = f"{code(short(stamp.metric))}, {HELD[stamp.compare]}"
        lines.append(row((f"{code(short(stamp.id))}{ran}", held, escaped(stamp.limit), *numbers)))
    return _Part(f"### Checks\n\n{head}\n", tuple(lines), "checks")


def _waivers(results: Sequence[Result]) -> Iterator[str]:
    for result in results:
        if result.waiver is not None:
            approved = result.waiver.approved_by
            by = "" if approved is None else f"; approved by {escaped(short(approved))}"
            yield (
                f"- {code(short(result.check))}, {escaped(short(result.group))}: "
                f"{escaped(why_text(result))}: {escaped(short(result.waiver.reason, _LONGEST_TEXT))}{by}; "
                f"without it: {result.without_waiver}"
            )


def _made(gate: Gate) -> str:
    made = "; ".join(f"{name}: {escaped(value)}" for name, value in stamps(gate))
    return f"<sub>{made}. {READING} {CODES}</sub>"


def _verb(n: int) -> str:
    return "passes" if n == 1 else "pass"


def _size(text: str) -> int:
    return len(text.encode()) + 2
