"""Files are written whole or not at all."""

from __future__ import annotations

import subprocess
import sys

import pytest

from fairkit.errors import OutputError
from fairkit.report.writing import write_text

LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
from fairkit.errors import OutputError
from fairkit.report.writing import write_text
try:
    write_text(sys.argv[1], "x" * 5000)
except OutputError as error:
    print(error)
"""


def test_a_file_is_replaced_in_one_step(tmp_path):
    """The new text takes the place of the old one, line ends untouched, and nothing else stays behind."""
    path = tmp_path / "report.json"
    write_text(path, "old")
    write_text(str(path), "né\r\n")
    assert path.read_bytes() == "né\r\n".encode()
    assert list(tmp_path.iterdir()) == [path]


def test_permissions_and_links_stay(tmp_path):
    """A replaced file keeps its permissions, and a link keeps pointing to it."""
    path, link = tmp_path / "real", tmp_path / "link"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o640)
    link.symlink_to(path)
    write_text(link, "new")
    assert link.is_symlink()
    assert path.read_text(encoding="utf-8") == "new"
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_new_file_can_be_read_by_others(tmp_path):
    """A new file has the permissions that any program would give it."""
    (tmp_path / "plain").write_text("", encoding="utf-8")
    write_text(tmp_path / "new", "")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("no/such/report.json", "x", "there is no folder"),
        (".", "x", "it is a folder"),
        ("report.json", "\ud800", "half of a character"),
    ],
)
def test_what_cannot_be_written_is_said(tmp_path, name, text, message):
    """The error names the file and the obstacle, and the folder is as it was."""
    with pytest.raises(OutputError, match=message):
        write_text(tmp_path / name, text)
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_fails_half_way_leaves_the_old_file(tmp_path):
    """When room runs out while writing, the old file is untouched and no part of the new one stays."""
    path = tmp_path / "report.json"
    path.write_text("old", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert "cannot be written: File too large" in done.stdout
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]
