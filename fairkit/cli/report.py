"""`fairkit report`: views of a saved report, and audits made of it."""

from __future__ import annotations

from typing import Any

import click

from fairkit.cli.auditing import (
    AUDITS,
    FORMS,
    audit_options,
    audit_text,
    check_asked,
    form_of,
    verify,
    write_evidence,
)
from fairkit.cli.contract import ExitCode
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
        "fairkit report report.json --as ll144 --audit-date 2026-11-21 -o audit.html",
        "fairkit report report.json --as adverse-impact --strata site",
        "fairkit report report.json --as card --model-name sorter -o card.md",
        "fairkit report report.json --as evidence --policy fairness.toml -o evidence.zip",
        "fairkit report evidence.zip --verify",
    ],
    short_help="Show a saved report as text, HTML, Markdown or JSON.",
    context_settings={"show_default": True},
    epilog="Exit codes: 0 fine; 1 an evidence pack was changed; 2 could not read or make it; 70 a bug in "
    "fairkit.",
)
@click.argument("path", metavar="REPORT.json")
@click.option(
    "--as", "view", type=click.Choice([*VIEWS, *AUDITS]), help="The view, or the audit.  [default: text]"
)
@click.option(
    "--format",
    "form",
    type=click.Choice([*FORMS, "md"]),
    help="The form of an audit.  [default: by FILE, else text]",
)
@click.option("-o", "--output", metavar="FILE", help="Write to a file, not to standard output.")
@click.option(
    "--json", "as_json", is_flag=True, show_default=False, help="The same as --as json; an audit as JSON."
)
@audit_options
@click.option(
    "--verify", "check", is_flag=True, show_default=False, help="Check an evidence pack: fairkit report ZIP."
)
@click.option("--sha256", metavar="HEX", help="With --verify: the hash of the zip as it was noted elsewhere.")
def command(
    *,
    path: str,
    view: str | None,
    output: str | None,
    as_json: bool,
    check: bool,
    sha256: str | None,
    **asked: Any,
) -> ExitCode:
    """Show a saved report as text, HTML, Markdown or JSON.

    REPORT.json is what 'fairkit eval -o REPORT.json' wrote. It is checked before it is shown. With --as it
    can also be read as an audit:

    \b
    ll144           tables of New York City's Local Law 144 (6 RCNY 5-301): rates and impact ratios
    adverse-impact  29 CFR 1607.4(D): ratios with intervals, tests, shortfalls, one changed decision
    card            the fairness section of a model card, with metadata of the Hugging Face Hub
    evidence        a zip: report, counts, policy, gate, environment, hashes
    """
    if check:
        if view is not None or output is not None or check_asked(None, asked):
            raise UsageError("--verify only checks a pack; leave the other options out.")
        return verify(path, sha256, as_json=as_json)
    if sha256 is not None:
        raise UsageError("--sha256 belongs to --verify.")
    given = check_asked(view if view in AUDITS else None, asked)
    if view == "evidence":
        _evidence(path, given, output, as_json=as_json)
    elif view in AUDITS:
        _audit(path, view, given, output, as_json=as_json)
    else:
        _view(path, view, output, as_json=as_json)
    return ExitCode.FINE


def _view(path: str, view: str | None, output: str | None, *, as_json: bool) -> None:
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


def _audit(path: str, view: str, given: dict[str, Any], output: str | None, *, as_json: bool) -> None:
    form = form_of(view, given.get("form"), output, as_json=as_json)
    files = check_files({"-o": output}, data=path)

    from fairkit.report.serialize import load_report

    text = audit_text(load_report(path), view, given, form=form, to_file=bool(files))
    if files:
        write_files({files["-o"]: text})
    else:
        emit(text)


def _evidence(path: str, given: dict[str, Any], output: str | None, *, as_json: bool) -> None:
    if output is None:
        raise UsageError("evidence is a zip; name the file it goes to: -o evidence.zip.")
    read = [file for name in ("policies", "gates", "include") for file in given.get(name, ())]
    files = check_files({"-o": output}, data=path, read=read)

    from fairkit.report.serialize import load_report

    write_evidence(load_report(path), given, files["-o"], as_json=as_json)
