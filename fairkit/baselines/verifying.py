"""Which baselines there are, and whether each is still what was saved."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fairkit.baselines.model import Baseline
from fairkit.baselines.storing import load_baseline
from fairkit.errors import FairkitError, ReportError, did_you_mean

FOLDER = "baselines"
"""Where baselines lie unless another folder is named."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One file, with what is wrong with it.

    Parameters
    ----------
    path : str
    baseline : Baseline or None
        None where the file is not what it should be, and of predictions.
    problems : tuple of str
        Empty where it is intact.

    Examples
    --------
    >>> Checked("a.json", None, ("'a.json' is a folder.",)).intact
    False
    """

    path: str
    baseline: Baseline | None
    problems: tuple[str, ...]

    @property
    def intact(self) -> bool:
        """Whether the file, and the counts in it, have the hashes that they should have."""
        return not self.problems


def check_baseline(path: str | os.PathLike[str], *, sha256: str | None = None) -> Checked:
    """Read a file and compute its hashes anew, that of the file and that of the counts in it.

    Parameters
    ----------
    path : str or path
    sha256 : str, optional
        Hash that the file must have; by default that of its name, where its name is one.

    Examples
    --------
    >>> check_baseline("no/such.json").problems[0][:43]
    "there is no baseline at 'no/such.json'; mak"
    """
    try:
        return Checked(str(path), load_baseline(path, sha256=sha256), ())
    except FairkitError as error:
        return Checked(str(path), None, error.problems)


def check_baselines(places: Iterable[str | os.PathLike[str]] = (FOLDER,)) -> tuple[Checked, ...]:
    """Check files, and every JSON file of folders, in the order of their names.

    Parameters
    ----------
    places : iterable of str or path
        Files or folders.

    Raises
    ------
    ReportError
        There is no such file or folder, or a folder holds no baseline; all problems at once.

    Examples
    --------
    >>> check_baselines(["no/such/folder"])
    Traceback (most recent call last):
        ...
    fairkit.errors.ReportError: there is no file or folder 'no/such/folder'.
    """
    files: dict[Path, None] = {}
    problems: list[str] = []
    for place in map(Path, places):
        if place.is_dir():
            found = sorted(place.glob("*.json"))
            if not found:
                problems.append(
                    f"folder '{place}' holds no baseline; put one there with "
                    f"'fairkit baseline save REPORT.json --folder {place}'."
                )
            files |= dict.fromkeys(found)
        elif place.exists():
            files[place] = None
        else:
            near = ""
            if place.parent.is_dir():
                near = did_you_mean(place.name, [entry.name for entry in place.parent.iterdir()])
            problems.append(f"there is no file or folder '{place}'.{near}")
    if problems:
        raise ReportError(*problems)
    return tuple(check_baseline(file) for file in files)
