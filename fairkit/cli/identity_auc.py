"""`fairkit identity-auc`: scores of texts in, areas under the ROC curve by identity out.

Every option that asks something has the name and the default of the parameter of
`fairkit.text.identity_aucs` that it sets; a test holds that.
"""

from __future__ import annotations

from typing import Any

import click

from fairkit.cli import values
from fairkit.cli.asking import column, missing_texts, output, question
from fairkit.cli.outputs import check_files, emit, is_colored, say, text_width, working, write_files
from fairkit.cli.pages import Command, section

identity = section("Identities")


@click.command(
    "identity-auc",
    cls=Command,
    examples=[
        "fairkit identity-auc comments.csv --label toxic --score score --identity muslim --identity gay",
        "fairkit identity-auc comments.parquet --label toxic --score score --identity 'gay: gay >= 0.5'",
        "fairkit identity-auc comments.csv --label toxic --score score --text said --term gay --term muslim",
    ],
    short_help="Judge scores of texts by the identities they mention.",
    context_settings={"show_default": True},
    epilog="Exit codes: 0 judged, whatever was found; 2 could not judge; 70 a bug in fairkit.",
)
@click.argument("data", metavar="DATA")
@column("--label", required=True, metavar="COL", help="The true class, or a predicate: 'toxicity >= 0.5'.")
@column("--score", required=True, metavar="COL", help="The score; higher means positive.")
@column("--positive", metavar="VALUE", help="The positive value of the label, where it is not 1 or true.")
@column("--weight", metavar="COL", help="Sample weights.")
@column("--cluster", metavar="COL", help="What rows belong together: an author, a template.")
@column("--text", metavar="COL", help="The texts, in which --term is looked for.")
@missing_texts
@identity(
    "--identity",
    "identities",
    multiple=True,
    metavar="WHAT",
    help="A column of truth values, a named predicate ('muslim: muslim >= 0.5'), or another column, of which "
    "every level is an identity; repeatable. They may overlap.",
)
@identity(
    "--term",
    "terms",
    multiple=True,
    metavar="WORDS",
    help="Instead of a column: a word or phrase, an identity of the texts that mention it; repeatable.",
)
@identity(
    "--unknown",
    type=click.Choice(["leave-out", "background"]),
    default="leave-out",
    help="What a row is of which it is not known: nothing to that identity, or one that does not belong.",
)
@question(
    "--power", type=float, default=-5.0, metavar="P", help="Of the mean over identities; -5 as Jigsaw's."
)
@question(
    "--margin",
    callback=values.margins,
    multiple=True,
    metavar="M",
    help="How far an area may lie from the background's and still be parity.  [default: 0.05]",
)
@question(
    "--confidence",
    type=float,
    default=0.95,
    metavar="LEVEL",
    help="Level of intervals, and of each family of verdicts.",
)
@question(
    "--correction",
    type=click.Choice(["holm", "benjamini-hochberg", "none"]),
    default="holm",
    help="How verdicts allow for the number of identities.",
)
@output("-o", "--output", metavar="FILE", help="Write everything as JSON.")
@output("--html", metavar="FILE", help="Write everything as one self-contained page.")
@output("--json", "as_json", is_flag=True, show_default=False, help="Print JSON, not text.")
@output(
    "--hash",
    "hash_files",
    is_flag=True,
    show_default=False,
    help="Hash the data whatever their size; up to 256 MB they always are.",
)
def command(*, data: str, output: str | None, html: str | None, as_json: bool, **asked: Any) -> None:
    """Judge scores of texts by the identities they mention.

    DATA is what 'fairkit eval' takes, with a row for each text. Every identity gets three areas under the ROC
    curve, each with an interval and a verdict against the area of the rows that do not belong to it: subgroup
    AUC (among its own texts), BPSN AUC (low where its harmless texts score too high) and BNSP AUC (low where
    its harmful texts score too low). Beside them stand power means over identities, which lean towards the
    worst.
    """
    files = check_files({"-o": output, "--html": html}, data=data)
    from fairkit.text.extrinsic.identity_aucs import identity_aucs

    with working(f"reading {data}"):
        found = identity_aucs(data, **asked)
        contents = {
            path: found.to_html() if option == "--html" else found.to_json() for option, path in files.items()
        }
    # Only now: while progress is shown, rich stands in for stdout, and no terminal would be seen.
    text = found.to_json() if as_json else found.to_text(width=text_width(), color=is_colored())
    write_files(contents)
    emit(text)
    if not files and is_colored():
        say("To keep it: --html areas.html writes a page, -o areas.json the numbers.")
