"""`fairkit report`: views of a saved report."""

from __future__ import annotations

import click

from fairkit.cli.outputs import check_files, emit, on_terminal, write_files
from fairkit.cli.pages import Command
from fairkit.errors import UsageError

VIEWS = {"text": "text", "html": "html", "markdown": "markdown", "md": "markdown", "json": "json"}


@click.command(
    "report",
    cls=Command,
    examples=[
        "fairkit report report.json",
        "fairkit report report.json --as html -o report.html",
        'fairkit report report.json --as markdown >> "$GITHUB_STEP_SUMMARY"',
    ],
    short_help="Show a saved report as text, HTML, Markdown or JSON.",
    context_settings={"show_default": True},
)
@click.argument("path", metavar="REPORT.json")
@click.option("--as", "view", type=click.Choice(list(VIEWS)), help="The view.  [default: text]")
@click.option("-o", "--output", metavar="FILE", help="Write the view to a file, not to standard output.")
@click.option("--json", "as_json", is_flag=True, show_default=False, help="The same as --as json.")
def command(*, path: str, view: str | None, output: str | None, as_json: bool) -> None:
    """Show a saved report as text, HTML, Markdown or JSON.

    REPORT.json is what 'fairkit eval -o REPORT.json' wrote. It is checked before it is shown.
    """
    chosen = "json" if as_json else VIEWS[view or "text"]
    if as_json and view not in (None, "json"):
        raise UsageError(f"--json and --as {view} ask for two views; leave one out.")
    files = check_files({"-o": output}, data=path)

    from fairkit.report.serialize import load_report

    report = load_report(path)
    if chosen == "text" and not files:
        emit(on_terminal(report))
        return
    views = {
        "text": report.to_text,
        "html": report.to_html,
        "markdown": report.to_markdown,
        "json": report.to_json,
    }
    text = views[chosen]()
    if files:
        write_files({files["-o"]: text})
    else:
        emit(text)
