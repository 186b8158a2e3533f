"""Where results go: data to standard output or files, narration to standard error.

A command asks first whether its files can be written (:func:`check_files`), computes, renders everything, and
only then writes; so a typo in a file name costs no computation and a failure leaves nothing half-written.
"""

from __future__ import annotations

import glob
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fairkit.cli.contract import close_stdout, printable
from fairkit.errors import OutputError

if TYPE_CHECKING:
    from fairkit.report.model import Report

PIPED_WIDTH = 100
"""Width of a text report that no terminal shows."""

_PATIENCE = 1.0


def is_colored() -> bool:
    """Whether text on standard output may have colours: a terminal that can, and no ``NO_COLOR``."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def text_width() -> int:
    """Return how wide text on standard output may be."""
    return shutil.get_terminal_size((PIPED_WIDTH, 24)).columns if sys.stdout.isatty() else PIPED_WIDTH


def emit(text: str) -> None:
    """Write a result to standard output: UTF-8 into files and pipes, what a terminal can show on a terminal.

    Raises
    ------
    OutputError
        It cannot be written (a full disk). A reader that went away raises `BrokenPipeError` instead.
    """
    # Never strict: a locale without, say, the sign ± must not break the output.
    encoding = (sys.stdout.encoding or "utf-8") if sys.stdout.isatty() else "utf-8"
    content = text.removesuffix("\n").encode(encoding, "replace")
    try:
        click.echo(content.decode(encoding) if sys.stdout.isatty() else content)
    except BrokenPipeError:
        raise
    except OSError as error:
        close_stdout()
        raise OutputError(f"cannot write to standard output: {error.strerror or error}.") from error


def on_terminal(report: Report) -> str:
    """Write a report as text for standard output: as wide as the terminal, in colour if it can."""
    from fairkit.report.text import to_text

    return to_text(report, width=text_width(), color=is_colored())


def say(text: str) -> None:
    """Tell the user something that is no result, on standard error."""
    click.echo(printable(text), err=True)


def check_files(
    files: Mapping[str, str | None], *, data: str | None = None, read: Iterable[str | os.PathLike[str]] = ()
) -> dict[str, Path]:
    """Check that output files can be written, before anything is computed.

    Parameters
    ----------
    files : mapping of option to path or None
        None where the option was not given.
    data : str, optional
        The input, which no output may replace.
    read : iterable of path
        Further inputs, such as policies and reports.

    Returns
    -------
    dict of option to Path
        Those that were given.

    Raises
    ------
    OutputError
        A path is a folder, its folder is missing or may not be written, two options name the same file, ...;
        all problems at once.

    Examples
    --------
    >>> check_files({"--html": None})
    {}
    >>> check_files({"-o": "no/report.json"})
    Traceback (most recent call last):
        ...
    fairkit.errors.OutputError: -o: there is no folder 'no' to write 'report.json' into; create it first.
    """
    given = {option: Path(path) for option, path in files.items() if path is not None}
    problems = [f"{option}: {problem}" for option, path in given.items() if (problem := _obstacle(path))]
    owners: dict[Path, str] = {}
    for option, path in given.items():
        other = owners.setdefault(path.resolve(), option)
        if other != option:
            problems.append(f"{other} and {option} name the same file, '{path}'.")
    if data is not None:
        problems += [
            f"{option}: '{path}' is the data that are read; name another file."
            for option, path in given.items()
            if _is_among(path, data)
        ]
    inputs = list(read)
    problems += [
        f"{option}: '{path}' is read by this command; name another file."
        for option, path in given.items()
        if any(_is_among(path, source) for source in inputs)
    ]
    if problems:
        raise OutputError(*problems)
    return given


def _is_among(path: Path, source: str | os.PathLike[str]) -> bool:
    """Tell whether a file that is there is read: by its name, in a folder of Parquet, or by a glob."""
    read, text = Path(source), os.fspath(source)
    if not path.exists() or not text:
        return False
    if read.is_dir():
        return path.suffix.lower() in (".parquet", ".pq") and path.resolve().is_relative_to(read.resolve())
    found = [text] if read.exists() else glob.iglob(text, recursive=True)  # noqa: PTH207 - may be absolute
    return any(path.samefile(file) for file in found)


def write_files(contents: Mapping[Path, str]) -> None:
    """Write rendered files, each whole or not at all, and say so.

    Raises
    ------
    OutputError
        A file cannot be written.
    """
    from fairkit.report.serialize import write_text

    for path, text in contents.items():
        write_text(path, text)
        say(f"wrote {path}")


@contextmanager
def working(what: str) -> Iterator[Callable[[int], None]]:
    """Show on a terminal that work goes on, once it has taken longer than a second.

    What it gives may be told how many rows are done, and shows them.

    Examples
    --------
    >>> with working("reading rows") as tell:
    ...     tell(2 + 2)
    """
    rows = 0

    def tell(so_far: int) -> None:
        nonlocal rows
        rows = so_far

    if not sys.stderr.isatty():
        yield tell
        return
    done = threading.Event()

    def show() -> None:
        if not done.wait(_PATIENCE):
            from rich.console import Console

            with Console(stderr=True).status(f"{what} ...") as status:
                while not done.wait(_PATIENCE / 4):
                    status.update(f"{what} ... {rows:,} rows" if rows else f"{what} ...")

    shown = threading.Thread(target=show, daemon=True)
    shown.start()
    try:
        yield tell
    finally:
        done.set()
        shown.join()


def _obstacle(path: Path) -> str | None:
    folder = path.parent
    if str(path) == "-":
        return "'-' is no file name; leave the option out, --json prints JSON to standard output."
    if path.is_dir():
        return f"'{path}' is a folder; name a file in it."
    if not folder.is_dir():
        return f"there is no folder '{folder}' to write '{path.name}' into; create it first."
    # A pipe or a device is written to directly, a file by a new one beside it that takes its name.
    places = [path] if path.exists() else []
    places += [folder] if path.is_file() or not path.exists() else []
    if not all(os.access(place, os.W_OK) for place in places):
        return f"'{path}' may not be written by this user; name another file or folder."
    return None
