"""The exit-code contract: every way a command can end, with and without ``--json``."""

from __future__ import annotations

import errno
import json
import signal
import subprocess
import sys

import click
import pytest

from fairkit.cli.contract import ExitCode, failure_of, run
from fairkit.errors import DataError, OutputError, UsageError


def program_that(action):
    """Return a program whose one command does the action."""

    @click.group()
    def program(): ...

    @program.command()
    @click.option("--json", "as_json", is_flag=True)
    def act(as_json):
        return action()

    return program


def raising(error):
    """Return an action that raises."""

    def action():
        raise error

    return action


def interrupt():
    """Send this process a real Ctrl-C."""
    signal.raise_signal(signal.SIGINT)


def missing_package():
    """Import what does not exist."""
    import a_package_that_nobody_has  # noqa: F401


def missing_module():
    """Import what fairkit does not have."""
    import fairkit.a_module_that_is_not_there  # noqa: F401


def abort():
    """Leave a prompt, as click does."""
    raise click.Abort


WAYS = {
    "an error of the data": (raising(DataError("the file is empty.")), 2, "data", "the file is empty."),
    "a wrong call": (raising(UsageError("a.", "b.")), 2, "usage", "2 problems"),
    "an output": (raising(OutputError("no right to write.")), 2, "output", "no right to write."),
    "click's own error": (raising(click.BadParameter("no number")), 2, "usage", "no number"),
    "click's other error": (raising(click.FileError("x.toml", "gone")), 2, "usage", "x.toml"),
    "a package that is not installed": (
        missing_package,
        2,
        "dependency",
        "'a_package_that_nobody_has' is not installed; see 'fairkit doctor'",
    ),
    "too little memory": (raising(MemoryError()), 2, "memory", "not enough memory"),
    "a full disk": (raising(OSError(errno.ENOSPC, "No space left on device")), 2, "output", "No space left"),
    "Ctrl-C": (interrupt, 130, "interrupted", "interrupted."),
    "Ctrl-C at a prompt": (abort, 130, "interrupted", "interrupted."),
    "Ctrl-C in a query": (raising(RuntimeError("Query interrupted")), 130, "interrupted", "interrupted."),
    "a bug": (
        raising(ZeroDivisionError("division by zero")),
        70,
        "bug",
        "ZeroDivisionError: division by zero",
    ),
    "a bug in the modules": (missing_module, 70, "bug", "a_module_that_is_not_there"),
    "a bug of recursion": (raising(RecursionError("too deep")), 70, "bug", "too deep"),
    "an odd file error": (
        raising(IsADirectoryError(errno.EISDIR, "Is a directory")),
        70,
        "bug",
        "Is a directory",
    ),
}


@pytest.mark.parametrize(("action", "status", "kind", "words"), WAYS.values(), ids=WAYS.keys())
def test_every_end_has_its_code_and_one_message(action, status, kind, words, capsys):
    """What goes wrong is said on stderr, without a traceback, and leaves stdout empty."""
    assert run(program_that(action), ["act"], name="fairkit") == status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("fairkit: ")
    assert words in err
    assert "Traceback" not in err


@pytest.mark.parametrize(("action", "status", "kind", "words"), WAYS.values(), ids=WAYS.keys())
def test_json_keeps_the_code_and_prints_an_error_object(action, status, kind, words, capsys):
    """With --json stdout holds one object with the same five keys whatever went wrong."""
    assert run(program_that(action), ["act", "--json"], name="fairkit") == status
    out, err = capsys.readouterr()
    error = json.loads(out)["error"]
    assert list(error) == ["kind", "exception", "message", "problems", "status"]
    assert (error["kind"], error["status"]) == (kind, status)
    assert words in error["message"]
    assert all(problem in error["message"] for problem in error["problems"])
    assert err.startswith("fairkit: ")


@pytest.mark.parametrize("value", [None, *ExitCode])
def test_a_command_returns_its_code(value, capsys):
    """What a command returns is the exit code, nothing returned is 0."""
    assert run(program_that(lambda: value), ["act"], name="fairkit") == (value or 0)
    assert capsys.readouterr() == ("", "")


def test_all_problems_are_said():
    """An error with several problems lists each in the message and in the object."""
    failure = failure_of(DataError("one.", "two."))
    assert failure.problems == ("one.", "two.")
    assert failure.message == "2 problems:\n  - one.\n  - two."


def test_control_characters_of_a_message_are_written_out(capsys):
    """A value quoted in a message cannot move the cursor or colour the terminal; lines stay lines."""
    error = DataError("no group 'a\x1b[2J\u202eb'.\n    ^", "a tab\t.")
    assert run(program_that(raising(error)), ["act"], name="fairkit") == 2
    assert capsys.readouterr().err == (
        "fairkit: 2 problems:\n  - no group 'a\\x1b[2J\\u202eb'.\n    ^\n  - a tab\\t.\n"
    )


def test_a_usage_error_says_where_to_read_on(capsys):
    """A wrong option names the help page of its command."""
    assert run(program_that(int), ["act", "--jsn"], name="fairkit") == 2
    assert capsys.readouterr().err.endswith("Try 'fairkit act --help'.\n")


@pytest.mark.parametrize(("setting", "shown"), [("1", True), ("0", False), ("", False)])
def test_the_traceback_of_a_bug_is_shown_on_request(setting, shown, monkeypatch, capsys):
    """FAIRKIT_DEBUG shows the traceback of a bug, above the message."""
    monkeypatch.setenv("FAIRKIT_DEBUG", setting)
    assert run(program_that(raising(ZeroDivisionError("x"))), ["act"], name="fairkit") == 70
    assert ("Traceback (most recent call last)" in capsys.readouterr().err) is shown


def test_a_bug_is_located_in_fairkit(capsys):
    """The message names the innermost line of fairkit, even if the exception came from deeper."""

    def action():
        from fairkit.errors import shortlist

        shortlist(None)

    assert run(program_that(action), ["act"], name="fairkit") == 70
    assert "(fairkit/errors.py, line " in capsys.readouterr().err


def test_no_arguments_show_the_help_on_stderr(fairkit):
    """A call of nothing is no success, so an empty variable in a script does not pass for a clean audit."""
    ended = fairkit()
    assert (ended.status, ended.out) == (2, "")
    assert "Commands:" in ended.err


def test_an_unknown_command_is_refused_with_a_suggestion(fairkit):
    """A misspelled command names the one that may have been meant."""
    ended = fairkit("evaluate")
    assert ended.status == 2
    assert "there is no command 'evaluate'" in ended.err
    assert "Did you mean 'eval'?" in ended.err


def test_a_reader_that_goes_away_is_no_failure_of_the_model():
    """A closed pipe ends the program quietly with the shell's code for it, never with 1."""
    code = "import os; os.close(0); os.execvp('sleep', ['sleep', '0'])"
    reader = [sys.executable, "-c", code]
    with subprocess.Popen(
        [sys.executable, "-c", WRITER], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as writer:
        subprocess.run(reader, stdin=writer.stdout, check=True, timeout=60)
        writer.stdout.close()
        err = writer.stderr.read()
    assert writer.returncode == 141
    assert err == ""


WRITER = """
import sys, time
import click
from fairkit.cli.contract import run
from fairkit.cli.outputs import emit

@click.group()
def program(): ...

@program.command()
def act():
    for _ in range(10_000):
        emit("x" * 10_000)

sys.exit(run(program, ["act"], name="fairkit"))
"""


@pytest.mark.parametrize("arguments", [["metrics"], ["--help"], ["metrics", "--json"]])
def test_a_full_disk_under_stdout_is_said(arguments):
    """Standard output that cannot be written ends with 2 and a sentence, not with a traceback."""
    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "fairkit", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("closed", ["1", "2", "1 2"])
def test_a_closed_stream_is_no_bug_and_no_verdict(closed):
    """A job that was started without standard output or error ends with the code of its work."""
    fds = "; ".join(f"os.close({fd})" for fd in closed.split())
    start = "os.execv(sys.executable, [sys.executable, '-m', 'fairkit', 'metrics', '--json'])"
    done = subprocess.run(
        [sys.executable, "-c", f"import os, sys; {fds}; {start}"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert bool(done.stdout) is ("1" not in closed)
