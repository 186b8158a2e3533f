"""What commands that make a report have in common: options of one wording, and where the report goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from fairkit.cli import values
from fairkit.cli.outputs import check_files, emit, is_colored, on_terminal, say, working, write_files
from fairkit.cli.pages import section

if TYPE_CHECKING:
    from fairkit.report.model import Report

column = section("What the columns mean")
group = section("Groups")
question = section("What to compare, and how surely")
output = section("Output")


def together(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Make one decorator of several options, listed in the order in which help shows them.

    Examples
    --------
    >>> @click.command()
    ... @together(click.option("--a"), click.option("--b"))
    ... def command(a, b): ...
    >>> [option.name for option in command.params]
    ['a', 'b']
    """

    def decorate(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


missing_texts = column(
    "--missing", multiple=True, metavar="TEXT", help="A text that means missing in these data, such as '?'."
)
"""Which texts mean missing."""

by = group(
    "--by",
    multiple=True,
    required=True,
    metavar="WHAT",
    help="A column, columns to cross (sex,race), or a named predicate ('young: age < 25'); repeatable.",
)
"""What to group by."""

declared_levels = group(
    "--levels",
    multiple=True,
    callback=values.levels,
    metavar="COL=A,B",
    help="Levels that a column may have; one without rows is listed as undefined. Repeatable.",
)
"""Which levels there may be."""

groups = together(
    by,
    group(
        "--reference",
        multiple=True,
        callback=values.references,
        metavar="WHAT",
        help="Compare with all other rows (rest), the best group (best), or COL=LEVEL, COL=best; repeatable. "
        " [default: rest]",
    ),
)
"""What to group by, and what each group is compared with."""

verdicts = together(
    question(
        "--metric",
        "metrics",
        multiple=True,
        shell_complete=values.complete_metric,
        callback=values.metrics,
        metavar="NAME",
        help="A metric of 'fairkit metrics', or all; repeatable.  [default: the usual ones]",
    ),
    question(
        "--compare",
        type=click.Choice(["difference", "ratio", "both"]),
        default="difference",
        help="What verdicts are about.",
    ),
    question(
        "--margin",
        callback=values.margins,
        multiple=True,
        metavar="M",
        help="What still counts as parity: 0.05 for ±0.05, or a range, 0.8,1.25 for ratios; repeatable.  "
        "[default: each metric's own]",
    ),
    question(
        "--confidence",
        type=float,
        default=0.95,
        metavar="LEVEL",
        help="Level of intervals, and of each family of verdicts.",
    ),
    question(
        "--correction",
        type=click.Choice(["holm", "benjamini-hochberg", "max-t", "none"]),
        default="holm",
        help="How verdicts allow for the number of groups.",
    ),
)
"""What is compared, and how surely."""

outputs = together(
    output("-o", "--output", metavar="FILE", help="Write the report as JSON."),
    output("--html", metavar="FILE", help="Write the report as one self-contained page."),
    output("--markdown", "--md", metavar="FILE", help="Write the report as Markdown."),
    output(
        "--json", "as_json", is_flag=True, show_default=False, help="Print the report as JSON, not as text."
    ),
)
"""Where the report goes."""


def deliver(
    make: Callable[..., Report],
    doing: str,
    *,
    data: str,
    asked: dict[str, Any],
    pages: Mapping[str, Callable[[], str]] = MappingProxyType({}),
) -> None:
    """Make a report, showing progress, and write it where the options of `outputs` say.

    Parameters
    ----------
    make : callable
        Takes a function that it may tell how many rows are done, and every option that is not one of
        `outputs`; returns the report.
    doing : str
        What is being done, for the progress line.
    data : str
        The command's data, which no output may overwrite.
    asked : dict
        Values of all options.
    pages : mapping of option to callable
        Further files that the command writes, and what makes each, once the report is made.
    """
    views: dict[str, Callable[[Report], str]] = {
        "-o": lambda report: report.to_json(),
        "--html": lambda report: report.to_html(),
        "--markdown": lambda report: report.to_markdown(),
        **{option: lambda _, page=page: page() for option, page in pages.items()},  # type: ignore[misc]
    }
    places = {"-o": asked.pop("output"), "--html": asked.pop("html"), "--markdown": asked.pop("markdown")}
    places |= {option: asked.pop(option.removeprefix("--")) for option in pages}
    as_json = asked.pop("as_json")
    files = check_files(places, data=data)
    with working(doing) as tell:
        report = make(tell, **asked)
        contents = {path: views[option](report) for option, path in files.items()}
    # Only now: while progress is shown, rich stands in for stdout, and no terminal would be seen.
    text = report.to_json() if as_json else on_terminal(report)
    write_files(contents)
    emit(text)
    if not files and is_colored():
        say("To keep it: --html report.html writes a page, -o report.json what 'fairkit report' reads.")
