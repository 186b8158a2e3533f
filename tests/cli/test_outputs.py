"""Where results go: files that are checked first, colours only on a terminal, narration on stderr."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fairkit.cli.outputs import check_files, working
from fairkit.errors import OutputError

USUAL = ("--label", "repaid", "--decision", "approved", "--by", "sex")


@pytest.mark.parametrize("option", ["-o", "--html", "--markdown"])
@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("nowhere/report", "there is no folder 'nowhere' to write 'report' into"),
        ("reports", "'reports' is a folder; name a file in it"),
        ("loans.csv", "'loans.csv' is the data that are read"),
        ("loans.csv/report", "there is no folder 'loans.csv'"),
        ("-", "'-' is no file name"),
    ],
)
def test_an_output_that_cannot_be_written_is_refused_at_once(option, path, words, loans, folder, fairkit):
    """A wrong path ends with 2 before the data are read, and the data stay as they are."""
    (folder / "reports").mkdir()
    before = (folder / loans).read_bytes()
    ended = fairkit("eval", loans, *USUAL, option, path)
    assert (ended.status, ended.out) == (2, "")
    assert f"{option}: " in ended.err
    assert words in ended.err
    assert (folder / loans).read_bytes() == before
    assert sorted(entry.name for entry in folder.iterdir()) == [loans, "reports"]


def test_outputs_are_checked_before_the_data(folder, fairkit):
    """Of a wrong output and wrong data the output is said first, since it costs nothing to see."""
    ended = fairkit("eval", "no-such.csv", *USUAL, "-o", "nowhere/report.json")
    assert "nowhere" in ended.err
    assert "no-such.csv" not in ended.err


def test_all_wrong_outputs_are_said_at_once(loans, folder, fairkit):
    """Each option with an unusable path has its own sentence."""
    ended = fairkit("eval", loans, *USUAL, "-o", "a/r.json", "--html", "b/r.html", "--json")
    assert ended.status == 2
    assert "2 problems" in ended.err
    assert "-o: there is no folder 'a'" in ended.err
    assert "--html: there is no folder 'b'" in ended.err
    assert '"kind": "output"' in ended.out


def test_two_outputs_are_two_files(loans, folder, fairkit):
    """One file cannot hold two views, however its name is written."""
    ended = fairkit("eval", loans, *USUAL, "-o", "report", "--html", "./report")
    assert ended.status == 2
    assert "-o and --html name the same file" in ended.err


def test_a_folder_that_may_not_be_written_is_refused(folder):
    """Without the right to write in a folder nothing is begun; where root has every right, a file refuses."""
    locked = folder / "locked"
    locked.mkdir(mode=0o500)
    if os.access(locked, os.W_OK):
        locked.rmdir()
        locked.write_text("a file where a folder is expected", encoding="utf-8")
    with pytest.raises(OutputError, match="locked"):
        check_files({"-o": str(locked / "report.json")})


@pytest.mark.parametrize("data", ["parts/*.csv", "par*/a.csv", "parts/a.csv", "**/a.csv", "table"])
def test_no_output_replaces_a_part_of_the_data(data, folder):
    """Files that a glob finds, and the Parquet of a folder, are data too; others beside them are not."""
    for name in ("parts/a.csv", "table/a.parquet", "table/notes.md"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    part = "table/a.parquet" if data == "table" else "parts/a.csv"
    with pytest.raises(OutputError, match="is the data that are read"):
        check_files({"-o": part}, data=data)
    with pytest.raises(OutputError, match="is read by this command"):
        check_files({"-o": part}, read=[data])
    assert list(check_files({"-o": "table/notes.md", "--html": "parts/b.csv"}, data=data)) == ["-o", "--html"]


def test_a_pipe_can_be_an_output(loans, folder, fairkit):
    """What is no regular file is written to, not replaced."""
    ended = fairkit("eval", loans, *USUAL, "-o", "/dev/null")
    assert ended.status == 0
    assert Path("/dev/null").is_char_device()


def test_nothing_is_shown_of_progress_off_a_terminal(capsys):
    """Work that is piped runs in silence."""
    with working("counting"):
        pass
    assert capsys.readouterr() == ("", "")


def on_a_terminal(code: str, **settings: str) -> str:
    """Run code with standard output and error on a terminal of its own, and return what it shows."""
    pty = pytest.importorskip("pty")
    shown, terminal = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "TERM"}}
    root = str(Path(__file__).parents[2])
    environment |= {"TERM": "xterm-256color", "PYTHONPATH": root, "COLUMNS": "120", **settings}
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=terminal, stdout=terminal, stderr=terminal, env=environment
    )
    os.close(terminal)
    parts = []
    try:
        while part := os.read(shown, 65_536):
            parts.append(part)
    except OSError:  # Linux says so where others end the file
        pass
    finally:
        os.close(shown)
    assert process.wait(timeout=60) == 0
    return b"".join(parts).decode()


def program(*arguments: str) -> str:
    """Return code that runs the program."""
    return f"import sys; sys.argv = {['fairkit', *arguments]!r}; from fairkit.cli import main; main()"


@pytest.mark.parametrize(
    ("settings", "colored"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_a_terminal_is_shown_colours_unless_it_asks_not_to(settings, colored, loans):
    """Colours appear on a terminal only, and NO_COLOR or a dumb terminal forbids them."""
    shown = on_a_terminal(program("eval", loans, *USUAL), **settings)
    assert bool(re.search(r"\x1b\[[0-9;]*m", shown)) is colored


def test_a_pipe_is_shown_no_colours(loans, python_m_fairkit):
    """Piped text has no escape sequence, even where colours are forced on for others."""
    ended = python_m_fairkit("eval", loans, *USUAL, FORCE_COLOR="1", CLICOLOR_FORCE="1")
    assert ended.status == 0
    assert "\x1b" not in ended.out + ended.err


def test_text_is_as_wide_as_the_terminal(loans):
    """A wider terminal has longer lines, and none is longer than the terminal."""
    widths = {}
    for columns in ("70", "140"):
        shown = on_a_terminal(program("eval", loans, *USUAL), COLUMNS=columns, NO_COLOR="1")
        widths[columns] = max(
            len(line.rstrip()) for line in shown.splitlines() if not line.startswith("To keep")
        )
    assert widths["70"] <= 70 < widths["140"] <= 140


def test_slow_work_is_shown_on_a_terminal():
    """After a second of work a terminal shows what is being done, and cleans up after it."""
    code = (
        "import time; from fairkit.cli.outputs import working\nwith working('counting rows'): time.sleep(2)"
    )
    assert "counting rows ..." in on_a_terminal(code)


def test_quick_work_is_not_shown():
    """What takes no second leaves no trace on the terminal."""
    code = "from fairkit.cli.outputs import working\nwith working('counting rows'): pass"
    started = time.monotonic()
    assert on_a_terminal(code) == ""
    assert time.monotonic() > started
