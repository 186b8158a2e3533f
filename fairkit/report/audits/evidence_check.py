"""Checking an evidence pack: nothing is unpacked, every hash is compared, and what follows is made again.

A pack comes from anywhere. So its members are read in memory, one by one, up to a limit that does not trust
what the zip says of itself, and no name in it ever becomes a path.
"""

from __future__ import annotations

import io
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fairkit.errors import FairkitError, ReportError
from fairkit.report.audits.evidence_pack import (
    COUNTS,
    MANIFEST,
    REPORT,
    SCHEMA,
    SUMS,
    counts_table,
    misfits,
    sha256,
)
from fairkit.report.audits.gates import gate_stated
from fairkit.report.documents import check_schema, decoded, parsed
from fairkit.report.model import Report
from fairkit.report.serialize import from_json

LARGEST_PACK = 512 * 2**20
"""Most bytes of a pack, and of all its files together when unpacked."""

MOST_FILES = 200
"""Most files of a pack."""

_NEEDED = (REPORT, COUNTS, MANIFEST, SUMS)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9][A-Za-z0-9._-]{0,99})?")
_LINE = re.compile(r"([0-9a-f]{64})  (\S+)")
_ENCRYPTED = 0x1
_NOUN = "evidence pack"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a pack.

    Parameters
    ----------
    sha256 : str
        Of the zip.
    files : tuple of str
    report : Report or None
        None where it could not be read.
    problems : tuple of str
        Empty where everything is as it was packed.

    Examples
    --------
    >>> Checked("00" * 32, (), None, ("'report.json' is missing.",)).ok
    False
    """

    sha256: str
    files: tuple[str, ...]
    report: Report | None
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.problems


def verify_evidence(path: str | os.PathLike[str], *, sha256_of_zip: str | None = None) -> Checked:
    """Check an evidence pack.

    Parameters
    ----------
    path : str or path
    sha256_of_zip : str, optional
        The hash of the zip as it was noted elsewhere.

    Returns
    -------
    Checked

    Raises
    ------
    ReportError
        There is no such file, it is no zip, or it is larger than any pack: then nothing can be said.

    Examples
    --------
    >>> import fairkit, tempfile
    >>> from fairkit.report.audits.evidence_pack import evidence_pack
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "evidence.zip")
    ...     written = file.write_bytes(evidence_pack(report))
    ...     verify_evidence(file).ok
    True
    """
    content = _read(Path(path))
    problems: list[str] = []
    own = sha256(content)
    if sha256_of_zip is not None and sha256_of_zip.strip().lower() != own:
        problems.append(f"the zip has the SHA-256 {own}, not {sha256_of_zip}: it is another one.")
    files = _members(content, Path(path), problems)
    problems += [f"'{name}' is missing." for name in _NEEDED if name not in files]
    _compare_sums(files, problems)
    manifest = _manifest(files, problems)
    report = _report(files, manifest, problems)
    if report is not None:
        _compare_gates(report, files, problems)
    return Checked(own, tuple(sorted(files)), report, tuple(problems))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_PACK + 1)
    except (OSError, ValueError) as error:
        detail = getattr(error, "strerror", None) or error
        raise ReportError(f"the {_NOUN} '{path}' cannot be read: {detail}.") from error
    if len(content) > LARGEST_PACK:
        raise ReportError(f"'{path}' is no {_NOUN}: it has more than {LARGEST_PACK // 2**20} MiB.")
    return content


def _members(content: bytes, path: Path, problems: list[str]) -> dict[str, bytes]:
    """Read the files of a zip whose names and sizes are what a pack's are."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise ReportError(f"'{path}' is no {_NOUN}: it is no zip ({error}).") from None
    entries = archive.infolist()
    if len(entries) > MOST_FILES:
        raise ReportError(f"'{path}' is no {_NOUN}: it has {len(entries):,} files, at most {MOST_FILES}.")
    files: dict[str, bytes] = {}
    left = LARGEST_PACK
    for entry in entries:
        name = entry.filename
        if not _NAME.fullmatch(name) or stat.S_ISLNK(entry.external_attr >> 16):
            problems.append(f"{name!r:.120} is no name of a file in a pack; it was not read.")
        elif name in files:
            problems.append(f"'{name}' is there twice.")
        elif entry.flag_bits & _ENCRYPTED:
            problems.append(f"'{name}' is encrypted.")
        else:
            found = _member(archive, entry, left, problems)
            if found is not None:
                files[name] = found
                left -= len(found)
    return files


def _member(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int, problems: list[str]
) -> bytes | None:
    try:
        with archive.open(entry) as file:
            found = file.read(limit + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        problems.append(f"'{entry.filename}' is damaged ({error}).")
        return None
    if len(found) > limit:
        problems.append(f"'{entry.filename}' unpacks to more than a pack may hold; it was not read.")
        return None
    return found


def _compare_sums(files: Mapping[str, bytes], problems: list[str]) -> None:
    if SUMS not in files:
        return
    stated: dict[str, str] = {}
    for line in files[SUMS].decode("utf-8", "replace").splitlines():
        found = _LINE.fullmatch(line)
        if found is None:
            problems.append(f"{SUMS} has a line that is no hash: {line!r:.80}.")
        else:
            stated[found[2]] = found[1]
    for name, content in sorted(files.items()):
        if name == SUMS:
            continue
        if name not in stated:
            problems.append(f"'{name}' was added: {SUMS} does not list it.")
        elif stated[name] != sha256(content):
            problems.append(f"'{name}' was changed: it does not have the hash that {SUMS} states.")
    problems += [
        f"'{name}' was taken out: {SUMS} lists it."
        for name in stated
        if name not in files and name not in _NEEDED
    ]


def _manifest(files: Mapping[str, bytes], problems: list[str]) -> dict[str, Any]:
    if MANIFEST not in files:
        return {}
    try:
        found = parsed(decoded(files[MANIFEST], MANIFEST, "manifest"), "manifest")
        check_schema(found, SCHEMA, "manifest")
    except FairkitError as error:
        problems += [f"'{MANIFEST}': {problem}" for problem in error.problems]
        return {}
    listed = found.get("files")
    for one in listed if isinstance(listed, list) else []:
        name = one.get("path") if isinstance(one, dict) else None
        if isinstance(name, str) and name in files and one.get("sha256") != sha256(files[name]):
            problems.append(f"'{name}' does not have the hash that {MANIFEST} states.")
    return found


def _report(files: Mapping[str, bytes], manifest: Mapping[str, Any], problems: list[str]) -> Report | None:
    if REPORT not in files:
        return None
    try:
        report = from_json(decoded(files[REPORT], REPORT, "report"))
    except FairkitError as error:
        problems += [f"'{REPORT}': {problem}" for problem in error.problems]
        return None
    stated = manifest.get("report")
    if isinstance(stated, dict) and stated.get("counts_sha256") != report.data.counts_sha256:
        problems.append(f"{MANIFEST} is about another report than '{REPORT}'.")
    if COUNTS in files and counts_table(report.counts).encode() != files[COUNTS]:
        problems.append(f"'{COUNTS}' does not hold the counts of '{REPORT}'.")
    return report


def _compare_gates(report: Report, files: Mapping[str, bytes], problems: list[str]) -> None:
    gates = {}
    for name, content in files.items():
        if name.startswith("gate/"):
            try:
                gates[name] = gate_stated(content)
            except FairkitError as error:
                problems += [f"'{name}': {problem}" for problem in error.problems]
    problems += misfits(report, files, gates)
