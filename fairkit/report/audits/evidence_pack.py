"""Evidence in one file: a report, its counts, the policy and the gate, the environment, and hashes of all.

The pack is a zip that anybody can open. The same report in the same environment gives the same bytes: files
have a fixed order and a fixed date. Hashes within it tell whether something was changed by accident; who must
rule out intent notes the hash of the zip itself somewhere else.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import platform
import re
import sys
import zipfile
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from fairkit import __version__
from fairkit.counts import Counts
from fairkit.errors import FairkitError, UsageError
from fairkit.groups import MISSING
from fairkit.report.audits.gates import Stated, gate_stated
from fairkit.report.audits.tidy import cell
from fairkit.report.model import Report

SCHEMA = "fairkit.evidence/1"
"""Name and version of the manifest."""

REPORT, COUNTS, PAGE = "report.json", "counts.csv", "report.html"
ENVIRONMENT, MANIFEST, SUMS, README = "environment.json", "manifest.json", "SHA256SUMS", "README.txt"

LARGEST_FILE = 64 * 2**20
"""Most bytes of a file that is put into a pack."""

_DATE = (1980, 1, 1, 0, 0, 0)
_LEVEL = 6
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_WHAT = {
    REPORT: "the report: counts, estimates, findings, settings",
    COUNTS: "the counts of the report as a table, a cell a row",
    PAGE: "the report as a page",
    ENVIRONMENT: "versions with which the pack was made",
    README: "what this is and how to check it",
}
_README = """\
Evidence pack of fairkit: a fairness report with everything that it rests on.

  {report}   {what_report}
  {counts}    {what_counts}
  {page}   {what_page}
  {environment}  {what_environment}
{extra}  {manifest}     what the files are, with their hashes
  {sums}        the hashes again, for sha256sum

The counts hold sums by group, small groups included, and no rows. Numbers of few people are not hidden
here: this is for those who check a release, not for publication.

To check it:

  fairkit report evidence.zip --verify

reads the zip without unpacking it, compares every hash, reads the report, makes {counts} again from
it, and compares the policy and the gate with each other and with the report. Without fairkit:

  unzip evidence.zip -d evidence && cd evidence && sha256sum --check {sums}

Hashes within a file tell of accidents. To rule out intent, compare the SHA-256 of the zip itself with
one that was noted elsewhere when it was made:

  fairkit report evidence.zip --verify --sha256 HASH
"""


def evidence_pack(
    report: Report,
    *,
    policies: Sequence[str | os.PathLike[str]] = (),
    gates: Sequence[str | os.PathLike[str]] = (),
    include: Sequence[str | os.PathLike[str]] = (),
) -> bytes:
    """Pack a report with everything that it rests on.

    Parameters
    ----------
    report : Report
        Of any kind.
    policies, gates, include : sequence of path
        Policy files, gates (``fairkit check --json``), and any other files.

    Returns
    -------
    bytes
        Of a zip.

    Raises
    ------
    UsageError
        A file cannot be read, is too large, or has a name that no other system could unpack; two have one
        name; a gate is none, or judged another report or another policy. All problems at once.

    Examples
    --------
    >>> import fairkit
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> packed = evidence_pack(report)
    >>> packed == evidence_pack(report), zipfile.ZipFile(io.BytesIO(packed)).namelist()[:3]
    (True, ['README.txt', 'manifest.json', 'SHA256SUMS'])
    """
    problems: list[str] = []
    own: dict[str, bytes] = {}
    for folder, paths in (("policy", policies), ("gate", gates), ("included", include)):
        for path in paths:
            _add(own, folder, Path(path), problems)
    stated = _gates(own, problems)
    problems += misfits(report, own, stated)
    if problems:
        raise UsageError(*problems)
    files = {
        REPORT: report.to_json().encode(),
        COUNTS: counts_table(report.counts).encode(),
        PAGE: report.to_html().encode(),
        ENVIRONMENT: _json(environment()),
        **own,
    }
    files = {README: _readme(own).encode(), **files}
    files[MANIFEST] = _json(_manifest(report, files, stated))
    files[SUMS] = sums_text(files).encode()
    order = [README, MANIFEST, SUMS, *(name for name in files if name not in {README, MANIFEST, SUMS})]
    return _zipped({name: files[name] for name in order})


def environment() -> dict[str, Any]:
    """Say with what a pack was made: versions and the kind of machine, and nothing that names it.

    Examples
    --------
    >>> sorted(environment())
    ['dependencies', 'fairkit', 'implementation', 'machine', 'platform', 'python']
    """
    try:
        required = metadata.requires("fairkit") or []
    except metadata.PackageNotFoundError:
        required = []
    names = [re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0] for line in required if "extra ==" not in line]
    versions: dict[str, str | None] = {}
    for name in sorted(set(names)):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = None
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": sys.platform,
        "machine": platform.machine(),
        "fairkit": __version__,
        "dependencies": versions,
    }


def counts_table(counts: Counts) -> str:
    """Write counts as CSV, a cell a row: attributes, axes, then sums (and rows and squares of weights).

    Examples
    --------
    >>> from fairkit.counts import Kind
    >>> cells = [("F",), (None,)]
    >>> print(counts_table(Counts.from_cells(Kind.DECISIONS, ["sex"], cells, [[3, 1, 0], [0, 2, 0]])))
    sex,selected,rejected,decision_missing
    F,3,1,0
    (missing),0,2,0
    <BLANKLINE>
    """
    counts = counts.marginal(counts.attributes) if counts.clusters is not None else counts
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    head = [*counts.attributes, *(axis.name for axis in counts.axes), *counts.fields]
    tables: list[np.ndarray[Any, Any]] = [counts.values]
    for name, table in (("squares", counts.squares), ("rows", counts.rows)):
        if table is not None:
            tables.append(table)
            head += [f"{name}:{field}" for field in counts.fields]
    writer.writerow([cell(name) for name in head])
    codes = np.zeros((len(counts.values), 0), np.int64) if counts.axis_codes is None else counts.axis_codes
    for i, group in enumerate(counts.groups()):
        places = [axis.levels[code] for axis, code in zip(counts.axes, codes[i].tolist(), strict=True)]
        named = [MISSING if level is None else cell(level) for level in (*group, *places)]
        writer.writerow([*named, *(repr(value) for table in tables for value in table[i].tolist())])
    return text.getvalue()


def sums_text(files: Mapping[str, bytes]) -> str:
    r"""Write hashes as ``sha256sum`` does.

    Examples
    --------
    >>> sums_text({"a": b""})[:10], sums_text({"a": b""})[-4:]
    ('e3b0c44298', '  a\n')
    """
    return "".join(f"{sha256(content)}  {name}\n" for name, content in sorted(files.items()) if name != SUMS)


def sha256(content: bytes) -> str:
    """Hash bytes.

    Examples
    --------
    >>> sha256(b"")[:10]
    'e3b0c44298'
    """
    return hashlib.sha256(content).hexdigest()


def misfits(report: Report, files: Mapping[str, bytes], gates: Mapping[str, Stated]) -> list[str]:
    """List what does not belong together: a gate about another report, or about no policy of the pack.

    Examples
    --------
    >>> import fairkit
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> misfits(report, {}, {"gate/g.json": Stated("pass", 0, "00" * 32, ("11" * 32,))})
    ["'gate/g.json' judged other counts than those of the report; judge this report again."]
    """
    known = {sha256(content) for name, content in files.items() if name.startswith("policy/")}
    problems = []
    for name, gate in gates.items():
        if report.data.counts_sha256 not in gate.counts_sha256:
            problems.append(
                f"'{name}' judged other counts than those of the report; judge this report again."
            )
        if known and gate.policy_sha256 not in known:
            problems.append(
                f"'{name}' applied another policy than those of the pack; add the one it applied."
            )
    return problems


def _add(own: dict[str, bytes], folder: str, path: Path, problems: list[str]) -> None:
    name = f"{folder}/{path.name}"
    if not _PLAIN_NAME.fullmatch(path.name):
        problems.append(
            f"'{path.name}' is no name that every system can unpack; use letters, digits, '.', '-' and '_'."
        )
    elif name in own:
        problems.append(f"two files would be '{name}' in the pack; rename one.")
    else:
        try:
            with path.open("rb") as file:
                content = file.read(LARGEST_FILE + 1)
        except OSError as error:
            problems.append(f"'{path}' cannot be read: {error.strerror or error}.")
            return
        if len(content) > LARGEST_FILE:
            problems.append(f"'{path}' has more than {LARGEST_FILE // 2**20} MiB; evidence is smaller.")
        own[name] = content


def _gates(own: Mapping[str, bytes], problems: list[str]) -> dict[str, Stated]:
    found = {}
    for name, content in own.items():
        if name.startswith("gate/"):
            try:
                found[name] = gate_stated(content)
            except FairkitError as error:
                problems += [f"'{name}': {problem}" for problem in error.problems]
    return found


def _manifest(report: Report, files: Mapping[str, bytes], gates: Mapping[str, Stated]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "fairkit_version": __version__,
        "report": {
            "created": report.created,
            "fairkit_version": report.fairkit_version,
            "source": report.data.source,
            "data_sha256": report.data.sha256,
            "counts_sha256": report.data.counts_sha256,
            "rows": report.data.rows,
            "rows_used": report.data.rows_used,
            "verdict": str(report.verdict),
        },
        "policies": [
            {"path": name, "sha256": sha256(content)}
            for name, content in files.items()
            if name.startswith("policy/")
        ],
        "gates": [
            {"path": name, "verdict": g.verdict, "exit_code": g.exit_code, "policy_sha256": g.policy_sha256}
            for name, g in gates.items()
        ],
        "files": [
            {
                "path": name,
                "sha256": sha256(content),
                "bytes": len(content),
                "what": _WHAT.get(name, name.partition("/")[0]),
            }
            for name, content in sorted(files.items())
        ],
    }


def _readme(own: Mapping[str, bytes]) -> str:
    return _README.format(
        report=REPORT,
        counts=COUNTS,
        page=PAGE,
        environment=ENVIRONMENT,
        manifest=MANIFEST,
        sums=SUMS,
        what_report=_WHAT[REPORT],
        what_counts=_WHAT[COUNTS],
        what_page=_WHAT[PAGE],
        what_environment=_WHAT[ENVIRONMENT],
        extra="".join(f"  {name}\n" for name in own),
    )


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # the same on every system
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, compresslevel=_LEVEL)
    return target.getvalue()
