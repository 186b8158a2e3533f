"""`fairkit diff`: two reports, or the rows of two releases, in; what changed out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from fairkit.cli import values
from fairkit.cli.asking import missing_texts, output
from fairkit.cli.contract import ExitCode
from fairkit.cli.outputs import check_files, emit, is_colored, say, text_width, working, write_files
from fairkit.cli.pages import Command, section
from fairkit.errors import UsageError

if TYPE_CHECKING:
    from fairkit.changes.model import Changes

question = section("What to compare, and how surely")
rows = section("Two data files, whose rows are paired")

_COLUMNS = ("label", "decision", "score", "threshold", "positive", "classes", "weight", "cluster")
_OF_ROWS = (*_COLUMNS, "by", "levels", "missing")
_OF_REPORTS = ("attribute", "reference", "last_mile")


@click.command(
    "diff",
    cls=Command,
    examples=[
        "fairkit diff v41.json v42.json",
        "fairkit diff baselines/3f2a.json v42.json --metric true_positive_rate --html diff.html",
        "fairkit diff v41.csv v42.csv --id application --label repaid --decision approved --by race",
        "fairkit diff developer.json mine.json --last-mile",
    ],
    short_help="Compare two reports: what changed by group, which gaps widened.",
    context_settings={"show_default": True},
    epilog="Exit codes: 0 compared, whatever was found; 1 worse, with --fail-on worse; 2 cannot be compared; "
    "70 a bug in fairkit.",
)
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@question(
    "--last-mile",
    is_flag=True,
    show_default=False,
    help="OLD is a developer's report, NEW the customer's own: say whether published gaps hold.",
)
@question(
    "--metric",
    "metrics",
    multiple=True,
    shell_complete=values.complete_metric,
    callback=values.metrics,
    metavar="NAME",
    help="A metric of 'fairkit metrics', or all; repeatable.  [default: those of NEW, or of OLD]",
)
@question(
    "--attribute",
    multiple=True,
    metavar="NAME",
    help="An attribute of both reports (sex), or a crossing (sex,race); repeatable.  [default: all of both]",
)
@question(
    "--reference",
    multiple=True,
    metavar="WHAT",
    help="What gaps are to: rest, or COL=LEVEL; repeatable.  [default: as in the reports]",
)
@question(
    "--margin",
    callback=values.margins,
    multiple=True,
    metavar="M",
    help="What still counts as no change: 0.05 for ±0.05.  [default: each metric's own]",
)
@question(
    "--confidence",
    type=float,
    metavar="LEVEL",
    help="Level of each family, a metric over the groups of an attribute.  [default: that of NEW, or 0.95]",
)
@question(
    "--correction",
    type=click.Choice(["holm", "benjamini-hochberg", "none"]),
    default="holm",
    help="How verdicts allow for the number of groups.",
)
@rows(
    "--id",
    "identifier",
    metavar="COL",
    help="What a row is called in both files; each is compared with itself.",
)
@rows("--label", metavar="COL", help="The true class, of NEW.")
@rows("--decision", metavar="COL", help="The decision, in both files, or a predicate: 'score >= 0.5'.")
@rows("--score", metavar="COL", help="The score, in both files.")
@rows("--threshold", type=float, metavar="T", help="The score from which a row counts as selected.")
@rows(
    "--classes",
    callback=values.classes,
    metavar="all|A,B",
    help="Label and decision name one of several classes: all that occur, or these.",
)
@rows(
    "--positive",
    multiple=True,
    callback=values.positive,
    metavar="VALUE",
    help="The positive value, where it is not 1 or true; label=VALUE and decision=VALUE where they differ.",
)
@rows("--cluster", metavar="COL", help="Rows of NEW with the same value belong together (a person).")
@rows("--weight", metavar="COL", help="Sample weights, of NEW.")
@rows("--by", multiple=True, metavar="WHAT", help="What to group by, columns of NEW: as for 'fairkit eval'.")
@rows(
    "--levels",
    multiple=True,
    callback=values.levels,
    metavar="COL=A,B",
    help="Levels that a column may have; one without rows is listed as undefined. Repeatable.",
)
@missing_texts
@output("-o", "--output", metavar="FILE", help="Write the changes as JSON.")
@output("--html", metavar="FILE", help="Write the changes as one self-contained page.")
@output("--markdown", "--md", metavar="FILE", help="Write the changes as Markdown.")
@output("--json", "as_json", is_flag=True, show_default=False, help="Print the changes as JSON, not as text.")
@output(
    "--fail-on",
    type=click.Choice(["worse"]),
    help="End with 1 if a value is surely worse, a gap surely wider, or a published gap does not hold.",
)
def command(
    *,
    old: str,
    new: str,
    output: str | None,
    html: str | None,
    markdown: str | None,
    as_json: bool,
    fail_on: str | None,
    **asked: Any,
) -> int:
    """Compare two reports: what changed by group, which gaps widened.

    OLD and NEW are reports ('fairkit eval -o') or baselines ('fairkit baseline save'). They are compared as
    independent samples. Of the same rows, compare the data instead: name the column that pairs them (--id),
    and every row is compared with itself. Every group gets the change of every metric, and of its gap to all
    other rows, with the interval that decides.
    """
    files = check_files({"-o": output, "--html": html, "--markdown": markdown}, data=new)
    check_files({"-o": output, "--html": html, "--markdown": markdown}, data=old)
    with working(f"comparing {old} with {new}"):
        changes = _compared(old, new, asked)
        views = {"-o": changes.to_json, "--html": changes.to_html, "--markdown": changes.to_markdown}
        contents = {path: views[option]() for option, path in files.items()}
    # Only now: while progress is shown, rich stands in for stdout, and no terminal would be seen.
    text = changes.to_json() if as_json else changes.to_text(width=text_width(), color=is_colored())
    write_files(contents)
    emit(text)
    if not files and is_colored():
        say("To keep it: --html diff.html writes a page, -o diff.json the numbers.")
    return int(ExitCode.FAILED if fail_on and changes.any_worse else ExitCode.FINE)


def _compared(old: str, new: str, asked: dict[str, Any]) -> Changes:
    identifier = asked.pop("identifier")
    rules = {name: asked.pop(name) for name in ("margin", "confidence", "correction", "metrics")}
    of_rows = {name: asked.pop(name) for name in _OF_ROWS}
    if identifier is None:
        _refuse(of_rows, "--id", "needs the column that names the rows in both files")
        return _reports(old, new, rules, asked)
    _refuse(asked, "--id", "is about reports; rows are paired by --id")
    return _rows(old, new, identifier, rules, of_rows)


def _reports(old: str, new: str, rules: dict[str, Any], asked: dict[str, Any]) -> Changes:
    from fairkit.baselines.storing import load_baseline
    from fairkit.changes.comparing import compare_reports
    from fairkit.files import SUFFIXES

    data = [path for path in (old, new) if any(path.lower().endswith(suffix) for suffix in SUFFIXES)]
    if data:
        raise UsageError(
            f"{' and '.join(map(repr, data))} {'are' if len(data) > 1 else 'is'} data, not a report. Make a "
            "report of each (fairkit eval DATA ... -o report.json), or pair the rows of two files: --id COL "
            "--label COL --decision COL --by COL."
        )
    metrics = rules.pop("metrics")
    sides = [load_baseline(path) for path in (old, new)]
    return compare_reports(
        sides[0],
        sides[1],
        **rules,
        metrics=None if metrics == "default" else metrics,
        attributes=asked["attribute"],
        reference=asked["reference"] or None,
        last_mile=asked["last_mile"],
        names=(sides[0].name or old, sides[1].name or new),
    )


def _rows(old: str, new: str, identifier: str, rules: dict[str, Any], of_rows: dict[str, Any]) -> Changes:
    from fairkit.changes.paired import compare_rows
    from fairkit.door.databases import is_address, open_table
    from fairkit.policy.model import DataSource

    if not of_rows["by"]:
        raise UsageError("name at least one attribute to group by (--by race).")
    columns = {name: of_rows[name] for name in _COLUMNS if of_rows[name] is not None}
    source = DataSource(columns=columns, id=identifier, missing_values=tuple(of_rows["missing"]))
    confidence = rules.pop("confidence")
    return compare_rows(
        open_table(old) if is_address(old) else old,
        open_table(new) if is_address(new) else new,
        data=source,
        by=of_rows["by"],
        levels=of_rows["levels"],
        confidence=0.95 if confidence is None else confidence,
        **rules,
    )


def _refuse(given: dict[str, Any], option: str, why: str) -> None:
    """Refuse options of the other way to compare."""
    named = [f"--{name.replace('_', '-')}" for name, value in given.items() if value]
    if named:
        raise UsageError(f"{' and '.join(named)} {why} ({option} COL).")
