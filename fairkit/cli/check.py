"""`fairkit check`: a release and a policy in, a verdict and an exit code out.

The exit code is the gate's, whatever the form of the output and wherever it goes; files are written before
the command ends, so that a pipeline has them also when a release fails.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from fairkit.cli.contract import ExitCode
from fairkit.cli.outputs import check_files, emit, is_colored, say, text_width, working, write_files
from fairkit.cli.pages import Command, section

if TYPE_CHECKING:
    from fairkit.policy.checking import Checked
    from fairkit.policy.gate import Gate
    from fairkit.policy.model import Policy

release = section("The release")
outputs = section("Output")


VIEWS: Mapping[str, Callable[[Gate], str]] = MappingProxyType(
    {
        "-o": lambda gate: gate.to_json(),
        "--junit": lambda gate: gate.to_junit(),
        "--sarif": lambda gate: gate.to_sarif(),
        "--markdown": lambda gate: gate.to_markdown(),
        "--html": lambda gate: gate.to_html(),
    }
)
"""The files that a gate can be written to."""

_REPORTS = ("--save-report", "--save-report (speech)")
_FORGIVEN = (ExitCode.FAILED, ExitCode.INCONCLUSIVE)


@click.command(
    "check",
    cls=Command,
    examples=[
        "fairkit check predictions.parquet",
        "fairkit check --policy fairness.toml --junit fairness.xml --sarif fairness.sarif",
        "fairkit check --report report.json --policy fairness.toml --json",
        "fairkit check predictions.csv --speech transcripts.csv --exit-zero --md fairness.md",
    ],
    short_help="Judge a release by a policy: pass, fail or inconclusive, for CI.",
    epilog="Exit codes: 0 all checks that decide passed, or are waived; 1 one failed on evidence; 2 could "
    "not judge (usage, policy, data, baseline); 3 none failed, but one is inconclusive and the policy says "
    "that counts; 70 a bug in fairkit. Of several, 2 comes before 1, and 1 before 3. No output changes the "
    "code.",
)
@click.argument("data", metavar="[DATA]", required=False)
@release(
    "--policy",
    "policy_path",
    metavar="FILE",
    help="The policy.  [default: fairness.toml, or pyproject.toml with [tool.fairkit], in this folder]",
)
@release(
    "--report",
    "reports",
    multiple=True,
    metavar="FILE",
    help="A saved report of the release instead of its rows; repeatable: one of predictions, one of speech.",
)
@release("--speech", metavar="FILE", help="Transcripts of the release, for checks of word error rates.")
@release(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Judge waivers as of this day, to replay an audit.  [default: today, in UTC]",
)
@outputs("-o", "--output", metavar="FILE", help="Write the gate as JSON.")
@outputs("--junit", metavar="FILE", help="Write JUnit XML, a test case for each check and group.")
@outputs("--sarif", metavar="FILE", help="Write SARIF, for code scanning.")
@outputs("--markdown", "--md", metavar="FILE", help="Write Markdown, for a comment or a summary.")
@outputs("--html", metavar="FILE", help="Write one self-contained page.")
@outputs(
    "--save-report",
    metavar="FILE",
    help="Write the report of the release; a second one, of speech, goes to a file with .speech in its name.",
)
@outputs("--json", "as_json", is_flag=True, help="Print the gate as JSON, not as text.")
@outputs("--exit-zero", is_flag=True, help="End with 0 where the code would be 1 or 3; never for 2 or 70.")
def command(
    *,
    data: str | None,
    policy_path: str | None,
    reports: Sequence[str],
    speech: str | None,
    today: dt.datetime | None,
    as_json: bool,
    exit_zero: bool,
    save_report: str | None,
    output: str | None,
    junit: str | None,
    sarif: str | None,
    markdown: str | None,
    html: str | None,
) -> int:
    """Judge a release by a policy: pass, fail or inconclusive, for CI.

    DATA are the predictions of the release, as for 'fairkit eval', or duckdb://FILE#TABLE; without it they
    are those that the policy names. One corrected interval decides about every check and group: wholly beyond
    the limit it fails, wholly inside it passes, all else is inconclusive. What could not be judged is said,
    and no release passes with it.

    Under GitHub Actions the result also becomes the step's summary, and annotations.
    """
    from fairkit.policy.loading import load_policy, passed_over

    policy = load_policy(policy_path)
    if policy_path is None and (other := passed_over()) is not None:
        say(f"{policy.source.path} is the policy; [tool.fairkit] of {other} is not read.")
    wanted = dict(zip(VIEWS, (output, junit, sarif, markdown, html), strict=True))
    files = _places(wanted, save_report, policy, read=(data, speech, *reports))
    with working("judging the release") as tell:
        from fairkit.policy.checking import check

        checked = check(
            policy,
            data,
            speech=speech,
            reports=reports,
            today=None if today is None else today.date(),
            progress=tell,
            findings=save_report is not None,
        )
        contents = _contents(checked, files)
    write_files(contents)
    return _end(checked.gate, as_json=as_json, exit_zero=exit_zero)


def _places(
    wanted: dict[str, str | None], save_report: str | None, policy: Policy, *, read: Sequence[str | None]
) -> dict[str, Path]:
    """Check where files are to be written, before rows are read; no output may replace an input."""
    wanted[_REPORTS[0]] = save_report
    if save_report is not None:
        path = Path(save_report)
        wanted[_REPORTS[1]] = str(path.with_name(f"{path.stem}.speech{path.suffix}"))
    return check_files(wanted, read=[*map(_file, filter(None, read)), *_named_by(policy)])


def _named_by(policy: Policy) -> list[Path]:
    """List the file of a policy, and those that it names."""
    if policy.source.path is None:
        return []
    stated = [
        None if policy.data is None else policy.data.predictions,
        None if policy.speech is None else policy.speech.transcripts,
        *(path for baseline in policy.baselines for path in (baseline.report, baseline.predictions)),
    ]
    named = [policy.source.folder / _file(path) for path in stated if path is not None]
    return [Path(policy.source.path), *named]


def _file(source: str) -> str:
    """Name the file of a table's address; any other source is a file itself."""
    return source.removeprefix("duckdb://").rpartition("#")[0] if source.startswith("duckdb://") else source


def _contents(checked: Checked, files: Mapping[str, Path]) -> dict[Path, str]:
    """Render every file that is asked for, also where something could not be judged."""
    found = {files[option]: write(checked.gate) for option, write in VIEWS.items() if option in files}
    for option, report in zip(_REPORTS, checked.reports, strict=False):
        if option in files:
            found[files[option]] = report.to_json()
            if report.counts.clusters is not None:
                say("The report is saved without clusters: it can be read, but not judged again.")
    return found


def _end(gate: Gate, *, as_json: bool, exit_zero: bool) -> ExitCode:
    """Print the gate, tell GitHub where it asks, and return the exit code."""
    from fairkit.policy.views import github

    for line in github.annotations(gate) if github.is_github() else ():
        say(line)
    emit(gate.to_json() if as_json else gate.to_text(width=text_width(), color=is_colored()))
    for problem in gate.problems if as_json else ():
        say(f"fairkit: {problem.message}")
    if github.is_github():
        github.write_summary(gate)
    code = ExitCode(gate.exit_code)
    if exit_zero and code in _FORGIVEN:
        say(f"--exit-zero: ends with 0, not with {int(code)} ({gate.verdict}).")
        return ExitCode.FINE
    return code
