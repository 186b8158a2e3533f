"""Files written whole or not at all: no reader ever meets half a report."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from fairkit.errors import FairkitError, OutputError


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write a text file in UTF-8, replacing what was there in one step.

    The text goes into a new file in the same folder first, which then takes the name (``os.replace``). What
    is no regular file (a pipe, ``/dev/stdout``) is written to directly. Permissions of a replaced file stay,
    and a link keeps pointing to where it did.

    Parameters
    ----------
    path : str or path
    text : str

    Raises
    ------
    OutputError
        There is no such folder, no right to write there, no room left; nothing half-written stays behind.

    Examples
    --------
    >>> write_text("no/such/folder/report.json", "{}")
    Traceback (most recent call last):
        ...
    fairkit.errors.OutputError: 'no/such/folder/report.json' cannot be written: there is no folder ...
    """
    try:
        content = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise OutputError(
            f"'{os.fspath(path)}' cannot be written: the text holds {error.object[error.start]!r}, half of a "
            "character. Mend that value in the data."
        ) from None
    write_bytes(path, content)


def write_bytes(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file of bytes as :func:`write_text` writes text: whole or not at all.

    Parameters
    ----------
    path : str or path
    content : bytes

    Raises
    ------
    OutputError
        As for :func:`write_text`.

    Examples
    --------
    >>> write_bytes("no/such/folder/evidence.zip", b"")
    Traceback (most recent call last):
        ...
    fairkit.errors.OutputError: 'no/such/folder/evidence.zip' cannot be written: there is no folder ...
    """
    with written_whole(path) as file:
        file.write(content)


@contextlib.contextmanager
def written_whole(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """Open a file to be written piece by piece, which takes its name only when all of it is there.

    Parameters
    ----------
    path : str or path

    Yields
    ------
    binary file

    Raises
    ------
    OutputError
        As for :func:`write_text`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with written_whole(f"{folder}/rows.csv") as file:
    ...         _ = file.write(b"a,b")
    ...         print(Path(folder, "rows.csv").exists())
    ...     print(Path(folder, "rows.csv").read_bytes())
    False
    b'a,b'
    """
    target = Path(path)
    if not target.parent.is_dir():
        raise OutputError(
            f"'{target}' cannot be written: there is no folder '{target.parent}'; create it first."
        )
    if target.is_dir():
        raise OutputError(f"'{target}' cannot be written: it is a folder; name a file in it.")
    try:
        if target.exists() and not target.is_file():
            with target.open("wb") as file:
                yield file
        else:
            with _replaced(target.resolve()) as file:
                yield file
    except (BrokenPipeError, FairkitError):
        raise
    except OSError as error:
        raise OutputError(f"'{target}' cannot be written: {error.strerror or error}.") from error


@contextlib.contextmanager
def _replaced(target: Path) -> Iterator[IO[bytes]]:
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(None, "the file may not be changed")
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(_mode(target))
        Path(name).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _mode(target: Path) -> int:
    """Return the permissions that a plain ``open`` would have given."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
