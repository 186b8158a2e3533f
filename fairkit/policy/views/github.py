"""The gate on GitHub: annotations on the policy's lines, and the summary of the step.

GitHub shows ten annotations of a step and refuses a summary of more than 1 MiB as a whole, so both are kept
below, and what is left out is counted. Texts are escaped, so that no name from the data becomes a command.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from fairkit.errors import OutputError
from fairkit.policy.gate import Gate, Result, Status
from fairkit.policy.model import Effect, Severity
from fairkit.policy.views.markdown import to_markdown
from fairkit.policy.views.ordering import weight
from fairkit.policy.views.sarif import relative_path
from fairkit.policy.views.wording import explanation, short, verdict_text
from fairkit.report.phrases import visible

SUMMARY = 900_000
"""Bytes that the summary of a step may have; GitHub takes 1 MiB."""

_LONGEST_TEXT = 1_000
_WHERE = "GITHUB_STEP_SUMMARY"


def is_github(environ: Mapping[str, str] | None = None) -> bool:
    """Say whether this runs in a job of GitHub Actions.

    Parameters
    ----------
    environ : mapping, optional
        The process's environment where not given.

    Examples
    --------
    >>> is_github({"GITHUB_ACTIONS": "true"}), is_github({})
    (True, False)
    """
    return (os.environ if environ is None else environ).get("GITHUB_ACTIONS") == "true"


def annotations(gate: Gate, *, root: str | None = None, most: int = 9) -> list[str]:
    """Write workflow commands that annotate the policy: what matters most first.

    Parameters
    ----------
    gate : Gate
    root : str, optional
        Absolute path of the repository, where the policy is named by an absolute path too.
    most : int
        Annotations at most; where there are more, one notice more counts the others.

    Returns
    -------
    list of str
        One command each, to be printed on lines of their own. Results that pass, are waived or are open
        without any effect have none.

    Examples
    --------
    >>> from fairkit.policy.views.examples import example_gate
    >>> for line in annotations(example_gate()):
    ...     print(line[:88])
    ::error file=fairness.toml,line=12,title=fail%3A four-fifths::selection_rate ratio for r
    ::warning file=fairness.toml,line=12,title=inconclusive%3A four-fifths::selection_rate r
    """
    path = None if gate.policy.path is None else relative_path(gate.policy.path, root=root)
    found = list(_notes(gate))
    shown = found[:most]
    if len(found) > most:
        told = f"and {len(found) - most:,} more, in the summary of this step. {verdict_text(gate)}: "
        shown.append(_Note("notice", None, "fairkit", told + explanation(gate)))
    return [_command(note, path) for note in shown]


def write_summary(gate: Gate, path: str | os.PathLike[str] | None = None) -> None:
    """Append a gate as Markdown to the summary of a step.

    Parameters
    ----------
    gate : Gate
    path : str or path, optional
        The file that ``GITHUB_STEP_SUMMARY`` names where not given; without one nothing is written.

    Raises
    ------
    OutputError
        The file cannot be written.

    Examples
    --------
    >>> from fairkit.policy.views.examples import example_gate
    >>> write_summary(example_gate(), "no/such/folder/summary.md")
    Traceback (most recent call last):
        ...
    fairkit.errors.OutputError: the summary of the step cannot be written to 'no/such/folder/summary.md': ...
    """
    where = path or os.environ.get(_WHERE)
    if not where:
        return
    file = Path(where)
    try:
        before = file.stat().st_size if file.exists() else 0
        text = to_markdown(gate, most_bytes=max(SUMMARY - before - 2, 0))
        with file.open("a", encoding="utf-8", newline="\n") as opened:
            opened.write(f"\n{text}" if before and text else text)
    except OSError as error:
        raise OutputError(
            f"the summary of the step cannot be written to '{file}': {error.strerror or error}."
        ) from error


class _Note(NamedTuple):
    level: Literal["error", "warning", "notice"]
    line: int | None
    title: str
    message: str


def _notes(gate: Gate) -> Iterator[_Note]:
    lines = {stamp.id: stamp.line for stamp in gate.checks}
    for problem in gate.problems:
        title = f"could not be judged: {problem.check or problem.kind}"
        yield _Note("error", lines.get(problem.check or ""), title, problem.message)
    for result in sorted(gate.results, key=weight):
        if weight(result) < 3 or _warns(result):
            title = f"{result.status}: {result.check}"
            yield _Note(_level(result), lines.get(result.check), title, result.sentence)
    for warning in gate.warnings:
        yield _Note("warning", None, "fairkit", warning)


def _warns(result: Result) -> bool:
    open_ = result.status is Status.INCONCLUSIVE and result.effect is not Effect.PASS
    return open_ and result.severity is not Severity.INFO


def _level(result: Result) -> Literal["error", "warning", "notice"]:
    if result.blocks is not None:
        return "error"
    return "notice" if result.severity is Severity.INFO else "warning"


def _command(note: _Note, path: str | None) -> str:
    properties = {} if path is None else {"file": visible(path), "line": str(note.line or 1)}
    properties["title"] = short(note.title)
    told = ",".join(f"{name}={_in_property(text)}" for name, text in properties.items())
    return f"::{note.level} {told}::{_in_message(short(note.message, _LONGEST_TEXT))}"


def _in_message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _in_property(text: str) -> str:
    return _in_message(text).replace(":", "%3A").replace(",", "%2C")
