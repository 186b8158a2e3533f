"""Baselines as files that are named after what is in them, so that no file can be changed unnoticed."""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import replace
from pathlib import Path

from fairkit.baselines.model import NOUN, SCHEMA, Baseline, baseline_of, baseline_shape
from fairkit.errors import OutputError, PolicyError, ReportError
from fairkit.report.documents import check_schema, decoded, first, parsed, read_bytes
from fairkit.report.model import Report
from fairkit.report.serialize import from_json
from fairkit.report.stored_counts import counts_of
from fairkit.report.writing import write_text

_HINT = "make one with 'fairkit eval ... -o REPORT.json' and 'fairkit baseline save REPORT.json'"
_OF_REPORTS = "fairkit.report/"
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")

DEFAULT_NAME = "last-release"
"""What a release is called in a policy where nobody named it."""


def save_baseline(
    release: Report | Baseline, folder: str | os.PathLike[str], *, name: str | None = None
) -> Path:
    """Save the counts of a release under their hash; the same release gives the same file.

    Parameters
    ----------
    release : Report or Baseline
    folder : str or path
        Made where it does not exist.
    name : str, optional
        What the release is called; part of the file.

    Returns
    -------
    Path
        The file: the SHA-256 of its bytes, with ``.json``.

    Raises
    ------
    OutputError
        The file cannot be written.

    Examples
    --------
    >>> import fairkit, tempfile
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save_baseline(report, folder, name="v41")
    ...     load_baseline(path, sha256=path.stem).name, save_baseline(report, folder, name="v41") == path
    ('v41', True)
    """
    baseline = baseline_of(release, name=name) if isinstance(release, Report) else release
    if name is not None:
        baseline = replace(baseline, name=name)
    text = baseline.to_json()
    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"there can be no folder '{place}': {error.strerror or error}.") from error
    path = place / f"{sha256_of(text.encode('utf-8', 'surrogatepass'))}.json"
    write_text(path, text)
    return path


def load_baseline(path: str | os.PathLike[str], *, sha256: str | None = None) -> Baseline:
    """Read a baseline, or a report as one.

    Parameters
    ----------
    path : str or path
        What :func:`save_baseline` or ``fairkit eval -o`` wrote.
    sha256 : str, optional
        Hash that the file's bytes must have. A file that :func:`save_baseline` wrote must in any case have
        that of its name.

    Returns
    -------
    Baseline

    Raises
    ------
    PolicyError
        The file has another hash; the message has both.
    ReportError
        There is no such file, it holds neither a baseline nor a report, or was made by a newer fairkit;
        all problems at once, each with its JSON path.

    Examples
    --------
    >>> load_baseline("no/such/baseline.json")
    Traceback (most recent call last):
        ...
    fairkit.errors.ReportError: there is no baseline at 'no/such/baseline.json'; make one with ...
    """
    content = read_bytes(path, NOUN, hint=_HINT)
    found, expected = sha256_of(content), sha256 or stated_hash(path)
    if expected is not None and found != expected.casefold():
        by = "the policy or the call states" if sha256 else "its name states"
        raise PolicyError(
            f"'{path}' is not the baseline that was saved: its sha256 is {found}, {by} {expected}. Restore "
            "the file, or save the release again and name the new hash."
        )
    try:
        return replace(_read(decoded(content, path, NOUN)), path=str(path), sha256=found)
    except ReportError as error:
        shown = f"'{path}'"
        raise ReportError(
            *(text if text.startswith(shown) else f"{shown}: {text}" for text in error.problems)
        ) from None


def stated_hash(path: str | os.PathLike[str]) -> str | None:
    """Return the hash that a file is named after; None where its name is no hash.

    Examples
    --------
    >>> stated_hash("v41.json") is None, stated_hash("baselines/" + "0a" * 32 + ".json") == "0a" * 32
    (True, True)
    """
    stem = Path(path).stem.casefold()
    return stem if re.fullmatch("[0-9a-f]{64}", stem) else None


def sha256_of(content: bytes) -> str:
    """Hash bytes, as 64 hexadecimal digits.

    Examples
    --------
    >>> sha256_of(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(content).hexdigest()


def policy_text(path: Path, name: str | None) -> str:
    """Write the lines of a policy that name a baseline.

    Parameters
    ----------
    path : Path
        Relative to the policy.
    name : str or None

    Examples
    --------
    >>> print(policy_text(Path("baselines") / ("0a" * 32 + ".json"), "v41"))
    [baselines.v41]
    report = "baselines/0a0a...0a.json"
    sha256 = "0a0a...0a"
    """
    key = name or DEFAULT_NAME
    shown = key if _BARE_KEY.fullmatch(key) else json.dumps(key)
    return f'[baselines.{shown}]\nreport = {json.dumps(path.as_posix())}\nsha256 = "{path.stem}"'


def _read(text: str) -> Baseline:
    data = parsed(text, NOUN)
    if str(data.get("schema")).startswith(_OF_REPORTS):
        return baseline_of(from_json(text))
    check_schema(data, SCHEMA, NOUN)
    problems: list[str] = []
    parts = baseline_shape().read(data, "$", problems)
    counts = None
    if not problems:
        counts = counts_of(parts["counts"], parts["data"].counts_sha256, problems, noun=NOUN)
    if counts is None:
        raise ReportError(*first(problems))
    del parts["schema"]
    return Baseline(**{**parts, "counts": counts})
