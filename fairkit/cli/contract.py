"""The contract of the programs: how a run ends, and what it says when it could not do its work.

One function runs a click program and turns every way to end into an exit code, so that no command can
forget: an uncaught exception would leave Python with code 1, which here means "the model failed on evidence".
The codes are those of DESIGN.md, section 5; the form in which results are printed never changes them.
"""

from __future__ import annotations

import errno
import json
import os
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import click

from fairkit import __version__
from fairkit.errors import FairkitError, MissingDependencyError

DEBUG = "FAIRKIT_DEBUG"
"""Environment variable that, set to anything but nothing or 0, shows the traceback of a bug."""

_HOME = Path(__file__).parents[2]
_PACKAGES = tuple(_HOME / name for name in ("fairkit", "bounty", "dashboards"))
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}


class ExitCode(IntEnum):
    """How a program of fairkit ends."""

    FINE = 0
    FAILED = 1
    CANNOT_JUDGE = 2
    INCONCLUSIVE = 3
    BUG = 70
    INTERRUPTED = 130
    READER_GONE = 141


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run did not end well.

    Parameters
    ----------
    kind : str
        A stable word: that of the :class:`~fairkit.errors.FairkitError`, or ``memory``, ``interrupted``,
        ``bug``.
    exception : str
        Class of the exception.
    problems : tuple of str
        One sentence or more per problem.
    status : ExitCode
    hint : str
        Where to read on; for people only.
    """

    kind: str
    exception: str
    problems: tuple[str, ...]
    status: ExitCode
    hint: str = ""

    @property
    def message(self) -> str:
        """All problems as one text for people."""
        return str(FairkitError(*self.problems))

    def to_json(self) -> str:
        """Write the error object that ``--json`` prints instead of a result.

        Examples
        --------
        >>> print(Failure("data", "DataError", ("the file is empty.",), ExitCode.CANNOT_JUDGE).to_json())
        {
          "error": {
            "kind": "data",
            "exception": "DataError",
            "message": "the file is empty.",
            "problems": [
              "the file is empty."
            ],
            "status": 2
          }
        }
        """
        content = {
            "kind": self.kind,
            "exception": self.exception,
            "message": self.message,
            "problems": list(self.problems),
            "status": int(self.status),
        }
        return json.dumps({"error": content}, indent=2)


def run(program: click.Group, arguments: Sequence[str], *, name: str) -> int:
    """Run a program and return its exit code; nothing escapes but the code.

    Parameters
    ----------
    program : click.Group
        Its commands return an exit code, or None for 0, and raise what goes wrong.
    arguments : sequence of str
        Without the program's name.
    name : str
        The program's name, in messages and for the shell's completion.

    Returns
    -------
    int
        See :class:`ExitCode`.

    Examples
    --------
    >>> from fairkit.cli import program
    >>> run(program, ["--version"], name="fairkit")  # doctest: +ELLIPSIS
    fairkit, version ...
    0
    """
    _open_streams()
    try:
        try:
            status = _invoke(program, list(arguments), name)
        except BrokenPipeError:
            raise
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  every way to end is answered here
            failure = failure_of(error)
            status = failure.status
            _tell(failure, error, name=name, as_json="--json" in arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        close_stdout()
        return ExitCode.READER_GONE
    return status


def failure_of(error: BaseException) -> Failure:
    """Decide what an exception means for the user, and for the exit code.

    Parameters
    ----------
    error : BaseException

    Returns
    -------
    Failure
        A bug, unless the exception is known to have another cause.
    """
    name = type(error).__name__
    if isinstance(error, FairkitError):
        return Failure(error.kind, name, error.problems, ExitCode.CANNOT_JUDGE)
    if isinstance(error, click.UsageError):
        hint = f"Try '{error.ctx.command_path} --help'." if error.ctx is not None else ""
        return Failure("usage", name, (_sentence(error.format_message()),), ExitCode.CANNOT_JUDGE, hint)
    if isinstance(error, click.ClickException):
        return Failure("usage", name, (_sentence(error.format_message()),), ExitCode.CANNOT_JUDGE)
    # DuckDB answers Ctrl-C with an exception of its own while a query runs.
    if isinstance(error, KeyboardInterrupt | click.Abort) or "Query interrupted" in str(error):
        return Failure("interrupted", "KeyboardInterrupt", ("interrupted.",), ExitCode.INTERRUPTED)
    if isinstance(error, ModuleNotFoundError) and not (error.name or "fairkit").startswith("fairkit"):
        problem = f"the package '{error.name}' is not installed; see 'fairkit doctor'."
        return Failure(MissingDependencyError.kind, name, (problem,), ExitCode.CANNOT_JUDGE)
    if isinstance(error, MemoryError):
        problem = "there is not enough memory for this; group by fewer or coarser columns."
        return Failure("memory", name, (problem,), ExitCode.CANNOT_JUDGE)
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return Failure("output", name, (f"cannot write: {error.strerror}.",), ExitCode.CANNOT_JUDGE)
    problem = (
        f"this is a bug in fairkit {__version__}, not in your data: {name}: {error} ({_place(error)}). "
        f"Please report it with this message; {DEBUG}=1 shows the whole traceback."
    )
    return Failure("bug", name, (problem,), ExitCode.BUG)


def printable(text: str) -> str:
    r"""Write control characters out, so that a value of the data cannot command the terminal.

    Examples
    --------
    >>> print(printable("no group '\x1b[31mred'"))
    no group '\x1b[31mred'
    """
    return "".join(c if c == "\n" or c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def close_stdout() -> None:
    """Send what is still buffered nowhere, so that Python does not fail on it at exit."""
    try:
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, sys.stdout.fileno())
        os.close(sink)
    except OSError:  # standard output is no file: there is nothing to fail on
        return


def _open_streams() -> None:
    """Give a process that was started without standard output or error a place to write to."""
    for stream in ("stdout", "stderr"):
        if getattr(sys, stream) is None:
            setattr(sys, stream, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - until the end


def _invoke(program: click.Group, arguments: list[str], name: str) -> int:
    if f"_{name.upper()}_COMPLETE" in os.environ:
        program.main(arguments, prog_name=name)  # click answers the shell and exits
    try:
        # Not program.main(): it would turn a closed pipe into exit code 1.
        with program.make_context(name, arguments) as context:
            if not arguments:
                click.echo(context.get_help(), err=True)
                return ExitCode.CANNOT_JUDGE
            status = program.invoke(context)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    return ExitCode.FINE if status is None else int(status)


def _tell(failure: Failure, error: BaseException, *, name: str, as_json: bool) -> None:
    if failure.status is ExitCode.BUG and os.environ.get(DEBUG, "0") not in ("", "0"):
        click.echo("".join(traceback.format_exception(error)), err=True, nl=False)
    click.echo(printable(f"{name}: {failure.message}"), err=True)
    if failure.hint:
        click.echo(failure.hint, err=True)
    if as_json:
        try:
            click.echo(failure.to_json())
        except BrokenPipeError:
            raise
        except OSError:  # the failure may be that standard output cannot be written
            close_stdout()


def _sentence(message: str) -> str:
    """Write click's message as one line, without the indents of its lists."""
    return " ".join(message.split())


def _place(error: BaseException) -> str:
    """Name the innermost line of fairkit that the exception went through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if any(map(Path(frame.filename).is_relative_to, _PACKAGES))]
    if not own:
        return "outside fairkit"
    where = Path(own[-1].filename).relative_to(_HOME).as_posix()
    return f"{where}, line {own[-1].lineno}, in {own[-1].name}"
