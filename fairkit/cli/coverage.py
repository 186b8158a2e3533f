"""`fairkit coverage`: labels and speakers in, the collection plan out.

Every option that asks something has the name and the default of the parameter of
`fairkit.speech.planning.coverage` that it sets; a test holds that.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fairkit.cli.asking import column, declared_levels, group, missing_texts, output, question
from fairkit.cli.outputs import check_files, emit, is_colored, say, text_width, working, write_files
from fairkit.cli.pages import Command, section
from fairkit.errors import OutputError

if TYPE_CHECKING:
    from fairkit.speech.collection.plan import CoveragePlan

assumed = section("What is assumed")

FORMATS = (".json", ".csv")
"""What -o writes, by the name of the file."""


@click.command(
    "coverage",
    cls=Command,
    examples=[
        "fairkit coverage calls.csv --by accent,noise,device --speaker caller",
        "fairkit coverage calls.csv --by accent --speaker caller --reference said --hypothesis heard",
        "fairkit coverage calls.csv --by accent,noise --speaker caller --levels noise=off,on -o plan.csv",
    ],
    short_help="Say which combinations lack speakers, and how many to record.",
    context_settings={"show_default": True},
    epilog="Exit codes: 0 planned, whatever is lacking; 2 could not plan; 70 a bug in fairkit.",
)
@click.argument("data", metavar="DATA")
@column("--speaker", required=True, metavar="COL", help="Who speaks.")
@column("--reference", metavar="COL", help="What was said: how many words a speaker gives.")
@column("--hypothesis", metavar="COL", help="What was recognised: how much speakers differ.")
@missing_texts
@group(
    "--by",
    multiple=True,
    required=True,
    metavar="WHAT",
    help="Factors to cross (accent,noise,device), each of which is also planned alone; repeatable.",
)
@declared_levels
@question(
    "--gap",
    type=float,
    default=0.05,
    metavar="G",
    help="Difference of error rates, to all others, that the data are to show.",
)
@question("--power", type=float, default=0.8, metavar="P", help="Probability with which they show it.")
@question(
    "--confidence", type=float, default=0.95, metavar="LEVEL", help="Level of all verdicts of a crossing."
)
@assumed("--rate", type=float, metavar="R", help="Error rate of all others.  [default: measured, or 0.15]")
@assumed(
    "--speaker-sd",
    type=float,
    metavar="SD",
    help="Standard deviation of the logarithms of speakers' error rates.  [default: measured, or 0.5]",
)
@assumed(
    "--words",
    type=float,
    metavar="N",
    help="Words that a speaker says in one combination, 10 an utterance where unknown.  [default: measured]",
)
@section("How texts are compared")(
    "--normalizer",
    default="basic",
    metavar="NAME|FILE",
    help="none, basic, english, or a file of rules.",
)
@section("How texts are compared")(
    "--unit",
    type=click.Choice(["words", "characters"]),
    default="words",
    help="What is aligned: characters suit scripts that write no spaces.",
)
@section("How texts are compared")(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    metavar="N",
    help="Processes that normalise and align; they pay from some 100,000 utterances on.",
)
@output("-o", "--output", metavar="FILE", help="Write the plan as JSON or CSV, by the name of the file.")
@output("--html", metavar="FILE", help="Write the plan as one self-contained page.")
@output("--json", "as_json", is_flag=True, show_default=False, help="Print the plan as JSON, not as text.")
@output(
    "--hash",
    "hash_files",
    is_flag=True,
    show_default=False,
    help="Hash the data whatever their size; up to 256 MB they always are.",
)
def command(*, data: str, output: str | None, html: str | None, as_json: bool, **asked: Any) -> None:
    """Say which combinations lack speakers, and how many to record.

    DATA is a CSV, TSV, JSON Lines, Parquet or Arrow file, a folder of Parquet files or a quoted glob, with a
    row for each utterance. For every crossing of the factors, those included that nobody recorded, the plan
    lists the speakers at hand, the smallest gap to all others that they would show, and how many more would
    show the gap asked for. With references and hypotheses it measures how much speakers differ; without,
    it states what it assumes.
    """
    files = check_files({"-o": output, "--html": html}, data=data)
    written = files.get("-o")
    if written is not None and written.suffix.lower() not in FORMATS:
        raise OutputError(
            f"-o: '{written}' must end in {' or '.join(FORMATS)}, which says what is written; a page is "
            "written by --html."
        )
    from fairkit.speech.planning import coverage

    with working(f"reading {data}") as tell:
        plan = coverage(data, **asked, progress=tell)
        contents = {path: _written(plan, option, path) for option, path in files.items()}
    # Only now: while progress is shown, rich stands in for stdout, and no terminal would be seen.
    text = plan.to_json() if as_json else plan.to_text(width=text_width(), color=is_colored())
    write_files(contents)
    emit(text)
    if not files and is_colored():
        say("To keep it: --html plan.html writes a page, -o plan.csv a table.")


def _written(plan: CoveragePlan, option: str, path: Path) -> str:
    if option == "--html":
        return plan.to_html()
    return plan.to_csv() if path.suffix.lower() == ".csv" else plan.to_json()
