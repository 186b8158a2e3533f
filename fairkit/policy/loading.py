"""A policy from its file: ``fairness.toml``, or the ``[tool.fairkit]`` of a ``pyproject.toml``.

A policy is written by people and may be sent by others, so the file is read within fixed limits: its size,
its brackets and its dots are counted before TOML is parsed.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fairkit.errors import PolicyError, did_you_mean
from fairkit.policy.model import Number, Policy, Source
from fairkit.policy.places import Place, Problems, shown
from fairkit.policy.reading import read_policy
from fairkit.report.phrases import visible
from fairkit.toml_text import costly, key_lines

FILE = "fairness.toml"
"""What a policy's file is called."""

PROJECT = "pyproject.toml"
"""The file of a Python project, which may hold a policy as `[tool.fairkit]`."""

MOST_BYTES = 2**20
"""The longest file that is read."""

MOST_BRACKETS = 16
"""How deep brackets may nest; a policy needs three."""

MOST_DOTS = 64
"""Dots that a line may have outside quotes."""

_TABLE: Place = ("tool", "fairkit")
_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Document:
    """A policy's file, parsed: its table, and where things stand in it.

    Parameters
    ----------
    table : any
        The policy itself, as TOML says it.
    base : tuple of str
        Where it stands in the file.
    lines : dict of place to int
        Lines of keys and headers.
    source : Source
    """

    table: Any
    base: Place
    lines: dict[Place, int]
    source: Source

    @property
    def policy(self) -> Policy:
        """The policy that the file states.

        Raises
        ------
        PolicyError
            It states none.
        """
        problems = Problems(file=self.source.path, lines=self.lines, from_toml=True)
        return read_policy(self.table, self.source, problems, base=self.base)


def load_policy(path: str | os.PathLike[str] | None = None, *, folder: Path = Path()) -> Policy:
    """Read a policy from its file.

    Parameters
    ----------
    path : path, optional
        A TOML file; of a ``pyproject.toml`` the table ``[tool.fairkit]``. Without it ``fairness.toml`` is
        looked for in `folder`, then a ``pyproject.toml`` with such a table.
    folder : Path

    Returns
    -------
    Policy

    Raises
    ------
    PolicyError
        There is no such file, it cannot be read, or it states no policy; all problems at once, each with the
        file, its JSON path and its line.

    Examples
    --------
    >>> load_policy("no/such/fairness.toml")
    Traceback (most recent call last):
        ...
    fairkit.errors.PolicyError: there is no policy at 'no/such/fairness.toml'; begin one with ...
    """
    return load_document(path, folder=folder).policy


def load_document(path: str | os.PathLike[str] | None = None, *, folder: Path = Path()) -> Document:
    """Parse a policy's file without reading what it states, as :func:`load_policy` finds it.

    Raises
    ------
    PolicyError
        There is no such file, it cannot be read, or it is no TOML.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     _ = Path(place, "fairness.toml").write_text("schema = 1")
    ...     load_document(folder=Path(place)).table
    {'schema': 1}
    """
    if path is not None:
        file = Path(path)
        found = _document(file, _TABLE if file.name == PROJECT else ())
        if found.table is None:
            raise PolicyError(f"'{file}' has no [tool.fairkit]; begin a policy with 'fairkit policy init'.")
        return found
    if os.path.lexists(folder / FILE):  # also a link that leads nowhere: no other policy takes its place
        return _document(folder / FILE, ())
    if (folder / PROJECT).is_file():
        found = _document(folder / PROJECT, _TABLE)
        if found.table is not None:
            return found
    where = "here" if folder == Path() else f"in '{folder}'"
    raise PolicyError(
        f"there is no policy {where}: neither {FILE} nor a {PROJECT} with [tool.fairkit]; begin one with "
        "'fairkit policy init', or name its file (--policy FILE)."
    )


def passed_over(folder: Path = Path()) -> Path | None:
    """Find a second policy of a folder, which is not read because ``fairness.toml`` comes first.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     _ = Path(place, "fairness.toml").write_text("schema = 1")
    ...     _ = Path(place, "pyproject.toml").write_text("[tool.fairkit]")
    ...     passed_over(Path(place)).name
    'pyproject.toml'
    """
    if not os.path.lexists(folder / FILE) or not (folder / PROJECT).is_file():
        return None
    try:
        return folder / PROJECT if _document(folder / PROJECT, _TABLE).table is not None else None
    except PolicyError:  # a project's file that is no TOML is its own affair
        return None


def _document(file: Path, base: Place) -> Document:
    content = _content(file)
    text = _text(content, file)
    problem = costly(text, what=f"'{file}'", most_brackets=MOST_BRACKETS, most_dots=MOST_DOTS)
    if problem is not None:
        raise PolicyError(problem)
    try:
        table: Any = tomllib.loads(text, parse_float=_number)
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"'{file}' is no TOML: {_told(error)}.") from None
    for name in base:
        table = table.get(name) if isinstance(table, dict) else None
    lines = {} if table is None else key_lines(text)
    digest = hashlib.sha256(content).hexdigest()
    return Document(
        table, base, lines, Source(path=str(file), sha256=digest, lines=_checks(table, base, lines))
    )


def _checks(table: Any, base: Place, lines: dict[Place, int]) -> dict[int, int]:
    """Find the line of every check; those of a list in brackets have the line of its key."""
    checks = table.get("check") if isinstance(table, dict) else None
    place = (*base, "check")
    found = {
        i: lines.get((*place, i), lines.get(place))
        for i in range(len(checks) if isinstance(checks, list) else 0)
    }
    return {i: line for i, line in found.items() if line is not None}


def _content(file: Path) -> bytes:
    """Read a file, but no more than a policy may have."""
    try:
        obstacle = _obstacle(file, file.stat().st_mode)
        content = b""
        if obstacle is None:
            with file.open("rb") as opened:
                content = opened.read(MOST_BYTES + 1)
    except FileNotFoundError:
        near = did_you_mean(file.name, _others(file.parent))
        raise PolicyError(
            f"there is no policy at '{file}'; begin one with 'fairkit policy init -o {file}'.{near}"
        ) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise PolicyError(f"'{shown(file)}' cannot be read: {shown(why)}.") from None
    if obstacle is not None:
        raise PolicyError(obstacle)
    if len(content) > MOST_BYTES:
        raise PolicyError(f"'{file}' is too large for a policy: at most {MOST_BYTES:,} bytes are read.")
    return content


def _told(error: Exception) -> str:
    """Say what a parser said, with the place at the end, and without what terminals would obey."""
    text = visible(str(error))
    return text if len(text) <= _LONGEST_REASON else f"{text[: _LONGEST_REASON - 1]}…"


def _others(folder: Path) -> list[str]:
    """List the files beside one that is not there, which may have been meant."""
    try:
        return [entry.name for entry in folder.iterdir() if entry.suffix == ".toml"]
    except OSError:
        return []


def _obstacle(file: Path, mode: int) -> str | None:
    """Say why something is not read: it is no file, nor a pipe that a shell made for this call."""
    if stat.S_ISDIR(mode):
        return f"'{file}' is a folder; name the policy's file in it."
    given = file.as_posix().startswith("/dev/fd/") or file.as_posix() == "/dev/stdin"
    if stat.S_ISREG(mode) or (stat.S_ISFIFO(mode) and given):
        return None
    return f"'{file}' is no file but a device or a pipe; name a file."


def _text(content: bytes, file: Path) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PolicyError(f"'{file}' is no text in UTF-8 (byte {error.start + 1:,}).") from None


def _number(text: str) -> Number:
    return Number(float(text), text)
