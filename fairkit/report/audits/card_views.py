"""A card as Markdown, with the metadata of the Hugging Face Hub before it.

What only the author knows is left as marked blanks; what the report knows is written out, with its
limitations.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from fairkit.findings import Verdict
from fairkit.metrics import definition_of
from fairkit.report.audits.card import Card, CardLine, undecided
from fairkit.report.audits.disclosure import Mark
from fairkit.report.audits.document import markdown_table
from fairkit.report.audits.hub import metadata, model_index
from fairkit.report.marked import bullets, escaped
from fairkit.report.numerals import level_text, value_text
from fairkit.report.phrases import (
    UNDEFINED,
    at_least_text,
    counted,
    reason_text,
    short_name,
    units_needed,
    visible,
)
from fairkit.report.provenance import data_facts, setting_facts
from fairkit.report.wording import wording_of

BLANK = "**[To be written by the author: {what}]**"
"""What a report cannot know."""

SCHEMA = "fairkit.card/1"
"""Name and version of the JSON form."""

FEW_ROWS = 30
"""Groups with fewer rows are named among the limitations."""

_NAMED = 5
_KEPT = ("Label", "Decision", "Score", "Threshold", "Models", "Transcripts", "Systems", "Normalizer")


def to_markdown(made: Card) -> str:
    r"""Write a card.

    Examples
    --------
    >>> import fairkit
    >>> from fairkit.report.audits.card import card
    >>> rows = {"sex": ["F"] * 70 + ["M"] * 80, "hired": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32}
    >>> text = to_markdown(card(fairkit.evaluate(rows, decision="hired", by="sex"), model_name="sorter"))
    >>> print(next(line for line in text.splitlines() if "in each" in line))
    - selection\_rate is at least 49.05% in each of 2 groups by sex
    """
    sections = [
        f"---\n{metadata(made)}---",
        f"# {escaped(made.model_name)}: fairness",
        *_uses(),
        *_measured(made),
        *_groups(made),
        *_results(made),
        *_open(made),
        *_limits(made),
        *_rest(made),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def to_json(made: Card) -> str:
    """Write what a card says as JSON.

    Examples
    --------
    >>> import fairkit
    >>> from fairkit.report.audits.card import card
    >>> rows = {"sex": ["F"] * 70 + ["M"] * 80, "hired": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32}
    >>> json.loads(to_json(card(fairkit.evaluate(rows, decision="hired", by="sex"))))["bounds"][0]["sentence"]
    'selection_rate is at least 49.05% in each of 2 groups by sex'
    """
    content = {
        "schema": SCHEMA,
        "model": made.model_name,
        "dataset": made.dataset_name,
        "task": made.task,
        "min_cell": made.suppressed.min_cell,
        "hidden": made.suppressed.sentence,
        "bounds": [
            {
                "metric": line.metric,
                "attribute": line.attribute,
                "better": line.better,
                "groups": line.groups,
                "low": line.low,
                "high": line.high,
                "level": line.level,
                "sentence": bound_sentence(line),
                "worst": None if line.worst is None else line.worst.group,
                "value": None if line.worst is None else line.worst.value,
                "unmeasured": line.unmeasured,
                "not_shown": line.small,
                "verdict": None if line.headline is None else str(line.headline.verdict),
                "disparities": list(line.disparities),
            }
            for line in made.lines
        ],
        "overall": made.overall,
        "limitations": [*_computed(made)],
        "model-index": model_index(made),
    }
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def bound_sentence(line: CardLine) -> str:
    """Say what holds in every group.

    Examples
    --------
    >>> ends = 0.61, 0.8, 0.95, None, None
    >>> line = CardLine("accuracy", "sex", "share", "higher", 3, *ends, 0, 0, "all other rows", None, ())
    >>> bound_sentence(line)
    'accuracy is at least 61.00% in each of 3 groups by sex'
    """
    what, by = visible(line.metric), f"by {visible(line.attribute)}"
    if line.small:
        by += f" that are shown, of {line.groups + line.unmeasured + line.small}"
    if not line.groups or line.low is None or line.high is None:
        return f"{what} has no bound {by}: no group has an interval that can be shown"
    each = "in the one group" if line.groups == 1 else f"in each of {line.groups} groups"
    low, high = (value_text(end, line.unit) for end in (line.low, line.high))
    if line.better == "higher":
        return f"{what} is at least {low} {each} {by}"
    if line.better == "lower":
        return f"{what} is at most {high} {each} {by}"
    return f"{what} lies between {low} and {high} {each} {by}"


def _uses() -> Iterator[str]:
    yield "## Intended use"
    yield BLANK.format(what="what the model is for, who uses it, and about whom it decides")
    yield "### Out of scope"
    yield BLANK.format(what="uses that these numbers do not cover")


def _measured(made: Card) -> Iterator[str]:
    report, wording = made.report, wording_of(made.report)
    yield "## What was measured"
    asked = dict(setting_facts(report))
    told = [f"{name.casefold()} {asked[name]}" for name in _KEPT if name in asked]
    what = f" ({'; '.join(told)})" if told else ""
    metrics = counted(len(report.settings.metrics), "metric")
    level = level_text(report.settings.confidence)
    yield escaped(
        f"{report.data.rows_used:,} {wording.rows} of {made.dataset_name}{what}, {metrics}, groups by "
        f"{', '.join(report.settings.by)}. Intervals are at {level}; verdicts are corrected for the number "
        f"of groups ({report.settings.correction})."
    )
    named = [(name, definition_of(name)) for name in report.settings.metrics]
    yield bullets(f"{name}: {known.summary}" for name, known in named if known is not None)


def _groups(made: Card) -> Iterator[str]:
    wording = wording_of(made.report)
    yield "## Groups"
    if made.suppressed.min_cell:
        yield escaped(made.suppressed.sentence)
    few = made.suppressed.min_cell
    texts = {Mark.SMALL: f"<{few}", Mark.WITHHELD: "hidden"}
    rows = [
        (visible(size.attribute), short_name(size.group, size.attribute), texts.get(mark, f"{size.rows:,}"))
        for size, mark in made.sizes
    ]
    yield markdown_table(("attribute", "group", wording.rows), rows, right=(2,))


def _results(made: Card) -> Iterator[str]:
    yield "## Results"
    level = level_text(made.report.settings.confidence)
    yield escaped(
        f"Bounds are the outermost ends of the groups' {level} intervals: what they say holds in all of the "
        "groups together, no less surely than one such interval holds in one group."
    )
    yield bullets(bound_sentence(line) for line in made.lines)
    rows = [
        (
            line.metric,
            visible(line.attribute),
            "" if line.metric not in made.overall else value_text(made.overall[line.metric], line.unit),
            *_extremes(line),
            UNDEFINED if line.headline is None else str(line.headline.verdict),
        )
        for line in made.lines
    ]
    head = ("metric", "by", "all rows", "worst group", f"value ({level} interval)", "differences")
    yield markdown_table(head, rows, right=(2,))
    shown = [line for line in made.lines if line.disparities]
    if shown:
        yield "### Disparities that were shown"
        yield bullets(_disparity(line) for line in shown)


def _extremes(line: CardLine) -> tuple[str, str]:
    found = (line.lowest, line.highest) if line.better == "neither" else (line.worst,)
    names, values = [], []
    for e in found:
        if e is None or e.value is None:
            continue
        names.append(short_name(e.group, line.attribute))
        ends = "" if e.low is None or e.high is None else f" ({_end(e.low, line)} to {_end(e.high, line)})"
        values.append(f"{value_text(e.value, line.unit)}{ends}")
    if line.better == "neither" and len(names) > 1:
        names = [f"lowest {names[0]}", f"highest {names[1]}"]
    return "; ".join(names) or UNDEFINED, "; ".join(values) or UNDEFINED


def _end(value: float, line: CardLine) -> str:
    return value_text(value, line.unit).rstrip("%")


def _disparity(line: CardLine) -> str:
    names = [short_name(group, line.attribute) for group in line.disparities]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    head = line.headline
    surest = head is not None and head.disparities[:1] == line.disparities[:1]
    least = f"; at least {at_least_text(head)} for the surest" if head is not None and surest else ""
    told = f"{', '.join(names[:_NAMED])}{more}{least}"
    return f"{line.metric} by {line.attribute}, surely apart from {line.others}: {told}"


def _open(made: Card) -> Iterator[str]:
    lines = undecided(made)
    if not lines:
        return
    yield "## What these data do not decide"
    yield "Inconclusive does not mean fair: the intervals reach beyond the margin on one side or another."
    yield bullets(_undecided(made, line) for line in lines)


def _undecided(made: Card, line: CardLine) -> str:
    report, wording = made.report, wording_of(made.report)
    found = report.select(metric=line.metric, attribute=line.attribute)
    waiting = [
        f for f in found if f.verdict is Verdict.INCONCLUSIVE and f.compare == report.settings.compare[0]
    ]
    needed = [n for f in waiting if (n := units_needed(f, wording)) is not None]
    told = f"{line.metric} by {line.attribute}: {counted(len(waiting), 'group is', 'groups are')} undecided"
    if needed:
        told += f"; the next would be decided with about {min(needed):,} {wording.units}"
    return told


def _limits(made: Card) -> Iterator[str]:
    yield "## Limitations"
    found = [*_computed(made)]
    yield bullets(found) if found else "None that the report itself knows of."
    yield BLANK.format(what="how labels and groups were recorded, and whom the data leave out")


def _computed(made: Card) -> Iterator[str]:
    report, wording = made.report, wording_of(made.report)
    secret = [short_name(size.group, size.attribute) for size, mark in made.sizes if mark is not Mark.SHOWN]
    yield from (note for note in report.notes if not any(name in note for name in secret))
    few = [size for size, mark in made.sizes if mark is Mark.SHOWN and size.rows < FEW_ROWS]
    hidden = sum(mark is not Mark.SHOWN for _, mark in made.sizes)
    if few:
        names = ", ".join(f"{size.group} ({size.rows})" for size in few[:_NAMED])
        more = f" and {len(few) - _NAMED} more" if len(few) > _NAMED else ""
        yield f"Groups with fewer than {FEW_ROWS} {wording.rows}, whose values say little: {names}{more}."
    if hidden:
        yield f"The sizes of {counted(hidden, 'group')} are not shown here."
    lost = [line for line in made.lines if line.unmeasured]
    for line in lost[:_NAMED]:
        reasons = _reasons(made, line)
        yield f"{line.metric} by {line.attribute}: {counted(line.unmeasured, 'group')} not measured{reasons}."
    if len(lost) > _NAMED:
        yield f"Groups that are not measured also in {counted(len(lost) - _NAMED, 'metric')} more."


def _reasons(made: Card, line: CardLine) -> str:
    wording = wording_of(made.report)
    found = {
        reason_text(e.why, wording)
        for e in made.report.estimates
        if e.metric == line.metric and e.attribute == line.attribute and e.why is not None
    }
    return f" ({', '.join(sorted(found))})" if found else ""


def _rest(made: Card) -> Iterator[str]:
    yield "## What is done about it"
    yield BLANK.format(what="what was changed because of these findings, and what it cost")
    yield "## How it was made"
    facts: Sequence[tuple[str, str]] = [*data_facts(made.report), *setting_facts(made.report)]
    yield bullets(f"{name}: {value}" for name, value in facts)
