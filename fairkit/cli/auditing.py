"""The audits that `fairkit report` writes: which options each has, and in which form it comes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from fairkit.cli.contract import ExitCode
from fairkit.cli.outputs import emit, is_colored, say, text_width
from fairkit.cli.pages import section
from fairkit.errors import UsageError

if TYPE_CHECKING:
    from fairkit.report.model import Report

AUDITS = ("ll144", "adverse-impact", "card", "evidence")
"""The audits, as `--as` names them."""

FORMS = ("text", "markdown", "html", "csv", "json")
"""The forms of an audit."""

_SUFFIXES = {".html": "html", ".htm": "html", ".md": "markdown", ".csv": "csv", ".json": "json"}
_PEOPLE = ("ll144", "adverse-impact")
_USED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "form": ("ll144", "adverse-impact", "card"),
        "min_cell": ("ll144", "adverse-impact", "card"),
        **dict.fromkeys(("rate", "variant", "tool", "source", "explanation", "audit_date"), _PEOPLE),
        **dict.fromkeys(
            ("sex", "race", "per", "exclude_under", "justification", "distribution_date"), ("ll144",)
        ),
        **dict.fromkeys(("by", "comparison", "strata", "confidence"), ("adverse-impact",)),
        **dict.fromkeys(("model_name", "dataset_name", "task"), ("card",)),
        **dict.fromkeys(("policies", "gates", "include"), ("evidence",)),
    }
)
_FLAGS = {"form": "--format", "policies": "--policy", "gates": "--gate"}
_DAY = click.DateTime(["%Y-%m-%d"])

_shared = section("Audits of people (--as ll144, --as adverse-impact)")
_city = section("Local Law 144 (--as ll144)")
_impact = section("Adverse impact (--as adverse-impact)")
_card = section("Cards (--as card)")
_evidence = section("Evidence (--as evidence, --verify)")

_OPTIONS = (
    _shared(
        "--rate",
        type=click.Choice(["selection", "scoring"]),
        help="Share selected, or above the median score.  [default: selection, if known]",
    ),
    _shared("--variant", metavar="NAME", help="The model, class or output, where there are several."),
    _shared(
        "--min-cell",
        type=click.IntRange(min=0),
        metavar="N",
        help="Hide smaller numbers of people, and what gives them away.  [default: 0 for ll144, else 10]",
    ),
    _shared("--tool", metavar="NAME", help="The tool that was audited."),
    _shared("--source", metavar="TEXT", help="Where the data come from."),
    _shared("--explanation", metavar="TEXT", help="What the data are."),
    _shared("--audit-date", type=_DAY, metavar="DATE", help="Date of the audit, as 2026-11-21."),
    _city("--sex", metavar="COL", help="The attribute of sex.  [default: sex]"),
    _city("--race", metavar="COL", help="The attribute of race or ethnicity.  [default: race]"),
    _city("--per", metavar="COL", help="Groups that the tool sorts candidates into: all tables for each."),
    _city(
        "--exclude-under",
        type=float,
        metavar="SHARE",
        help="Leave categories with less of the applicants out of impact ratios; at most 0.02.",
    ),
    _city("--justification", metavar="TEXT", help="Why; the rule asks for it."),
    _city("--distribution-date", type=_DAY, metavar="DATE", help="From when the tool is used as audited."),
    _impact("--by", multiple=True, metavar="COL[,COL]", help="Attribute or crossing; repeatable."),
    _impact(
        "--comparison",
        multiple=True,
        metavar="COL=LEVEL",
        help="Compare with this group, not with the highest rate; repeatable.",
    ),
    _impact("--strata", metavar="COL", help="Also compare within sites or events (Mantel and Haenszel)."),
    _impact("--confidence", type=float, metavar="P", help="Level of intervals.  [default: the report's]"),
    _card("--model-name", metavar="NAME", help="The model."),
    _card("--dataset-name", metavar="NAME", help="The data set.  [default: the report's source]"),
    _card("--task", metavar="NAME", help="The task, as the Hugging Face Hub names it."),
    _evidence("--policy", "policies", multiple=True, metavar="FILE", help="A policy to put in; repeatable."),
    _evidence(
        "--gate",
        "gates",
        multiple=True,
        metavar="FILE",
        help="What 'fairkit check --json' printed; repeatable.",
    ),
    _evidence("--include", multiple=True, metavar="FILE", help="Any other file to put in; repeatable."),
)


def audit_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of all audits."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def check_asked(view: str | None, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that were given, refusing those that another view has.

    Raises
    ------
    UsageError
        Options do not belong to the view; all at once.

    Examples
    --------
    >>> check_asked("card", {"model_name": "sorter", "sex": None, "by": ()})
    {'model_name': 'sorter'}
    """
    given = {name: value for name, value in asked.items() if value not in (None, ())}
    problems = [
        f"{_flag(name)} belongs to --as {' and --as '.join(_USED[name])}, not to "
        f"{'the report itself' if view is None else f'--as {view}'}."
        for name in given
        if view not in _USED[name]
    ]
    if problems:
        raise UsageError(*problems)
    return given


def form_of(view: str, form: str | None, output: str | None, *, as_json: bool) -> str:
    """Choose the form of an audit: what was asked for, else what the file's name says, else text.

    Raises
    ------
    UsageError
        Two forms are asked for, or one that the audit does not have.

    Examples
    --------
    >>> form_of("ll144", None, "audit.html", as_json=False), form_of("card", None, None, as_json=False)
    ('html', 'markdown')
    """
    if as_json and form not in (None, "json"):
        raise UsageError(f"--json and --format {form} ask for two forms; leave one out.")
    named = _SUFFIXES.get(Path(output).suffix.lower()) if output is not None else None
    chosen = "json" if as_json else form or named or ("markdown" if view == "card" else "text")
    chosen = "markdown" if chosen == "md" else chosen
    if view == "card" and chosen not in ("markdown", "json"):
        raise UsageError(f"a card is Markdown, or JSON; --format {chosen} is neither.")
    return chosen


def audit_text(report: Report, view: str, given: Mapping[str, Any], *, form: str, to_file: bool) -> str:
    """Write an audit in a form."""
    if view == "card":
        return _card_text(report, given, form)
    from fairkit.report.audits.document import to_html, to_markdown, to_text

    if view == "ll144":
        from fairkit.report.audits import local_law_144_views as city

        audit = _local_law_144(report, given)
        written = {"csv": city.to_csv, "json": city.to_json}.get(form)
        document = None if written else city.to_document(audit)
        if written is not None:
            return written(audit)
    else:
        from fairkit.report.audits import impact_views as impact

        analysis = _adverse_impact(report, given)
        write = {"csv": impact.to_csv, "json": impact.to_json}.get(form)
        document = None if write else impact.to_document(analysis)
        if write is not None:
            return write(analysis)
    assert document is not None  # noqa: S101  the other forms have returned
    if form == "text":
        return to_text(document) if to_file else to_text(document, width=text_width(), color=is_colored())
    return to_html(document) if form == "html" else to_markdown(document)


def write_evidence(report: Report, given: Mapping[str, Any], path: Path, *, as_json: bool) -> None:
    """Write an evidence pack, and say its hash."""
    from fairkit.report.audits.evidence_pack import evidence_pack, sha256
    from fairkit.report.writing import write_bytes

    packed = evidence_pack(report, **given)
    write_bytes(path, packed)
    say(f"wrote {path}")
    say(f"its SHA-256, to be noted elsewhere: {sha256(packed)}")
    if as_json:
        emit(json.dumps({"file": str(path), "sha256": sha256(packed), "bytes": len(packed)}, indent=2))


def verify(path: str, noted: str | None, *, as_json: bool) -> ExitCode:
    """Check an evidence pack: 0 where all is as it was packed, 1 where it is not."""
    from fairkit.report.audits.evidence_check import verify_evidence

    found = verify_evidence(path, sha256_of_zip=noted)
    if as_json:
        content = {
            "file": path,
            "ok": found.ok,
            "sha256": found.sha256,
            "files": list(found.files),
            "problems": list(found.problems),
        }
        emit(json.dumps(content, ensure_ascii=False, indent=2))
    elif found.ok:
        emit(f"{path}: all {len(found.files)} files are as they were packed.\nSHA-256 {found.sha256}")
    else:
        emit("\n".join([f"{path} was changed:", *(f"  - {problem}" for problem in found.problems)]))
    return ExitCode.FINE if found.ok else ExitCode.FAILED


def _local_law_144(report: Report, given: Mapping[str, Any]) -> Any:
    from fairkit.report.audits.local_law_144 import Exclusion, local_law_144

    asked, statement = _stated(given)
    under, why = asked.pop("exclude_under", None), asked.pop("justification", None)
    if under is None and why is not None:
        raise UsageError("--justification is of what --exclude-under leaves out; give both, or neither.")
    exclusion = None if under is None else Exclusion(under, why or "")
    return local_law_144(report, **asked, exclusion=exclusion, statement=statement)


def _adverse_impact(report: Report, given: Mapping[str, Any]) -> Any:
    from fairkit.report.audits.adverse_impact import adverse_impact

    asked, statement = _stated(given)
    if "comparison" in asked:
        asked["comparison"] = _levels(asked["comparison"])
    return adverse_impact(report, **asked, statement=statement)


def _card_text(report: Report, given: Mapping[str, Any], form: str) -> str:
    from fairkit.report.audits.card import card
    from fairkit.report.audits.card_views import to_json, to_markdown

    made = card(report, **{name: value for name, value in given.items() if name != "form"})
    return to_json(made) if form == "json" else to_markdown(made)


def _stated(given: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
    """Tell what the auditor states from what is asked."""
    from fairkit.report.audits.statements import Statement

    names = ("tool", "source", "explanation", "audit_date", "distribution_date")
    told = {name: given[name] for name in names if name in given}
    for name, value in told.items():
        if isinstance(value, dt.datetime):
            told[name] = value.date()
    asked = {name: value for name, value in given.items() if name not in {*names, "form"}}
    return asked, Statement(**told)


def _levels(texts: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    problems = []
    for text in texts:
        name, equals, level = text.partition("=")
        if not (name.strip() and equals):
            problems.append(f"--comparison {text!r} is not COL=LEVEL, as in race=White.")
        elif name.strip() in found:
            problems.append(f"--comparison names a level of '{name.strip()}' twice.")
        found[name.strip()] = level.strip()
    if problems:
        raise UsageError(*problems)
    return found


def _flag(name: str) -> str:
    return _FLAGS.get(name, f"--{name.replace('_', '-')}")
