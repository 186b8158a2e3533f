"""Evidence packs: the same bytes again, and no change that goes unnoticed."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import subprocess
import zipfile
from dataclasses import replace

import pytest

import fairkit
from fairkit.errors import ReportError, UsageError
from fairkit.policy.gate import ReportStamp
from fairkit.policy.views.examples import example_gate
from fairkit.policy.views.serialize import to_json as gate_json
from fairkit.report.audits.evidence_check import verify_evidence
from fairkit.report.audits.evidence_pack import counts_table, environment, evidence_pack
from fairkit.report.serialize import from_json


@pytest.fixture(scope="module")
def report():
    """Return a small report."""
    rows = {"sex": ["F", "M", "F", None] * 30, "d": [1, 1, 0] * 40, "w": [1, 2, 3, 4] * 30}
    return fairkit.evaluate(rows, decision="d", by="sex", weight="w")


@pytest.fixture
def packed(report, tmp_path):
    """Return a pack with a policy, its gate and a note, as files by name."""
    policy = tmp_path / "fairness.toml"
    policy.write_text('schema = 1\nname = "hiring"\n')
    gate = example_gate()
    sha = hashlib.sha256(policy.read_bytes()).hexdigest()
    stamp = ReportStamp(
        report.data.source, report.created, None, report.data.counts_sha256, report.data.rows, 120
    )
    gate = replace(gate, policy=replace(gate.policy, sha256=sha), reports=(stamp,))
    (tmp_path / "gate.json").write_text(gate_json(gate))
    (tmp_path / "note.txt").write_text("signed off\n")
    return evidence_pack(
        report, policies=[policy], gates=[tmp_path / "gate.json"], include=[tmp_path / "note.txt"]
    )


def files_of(content):
    """Read a zip into a mapping."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    return {name: archive.read(name) for name in archive.namelist()}


def zipped(files):
    """Write a zip of a mapping."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def found_in(content, tmp_path, **options):
    """Check a pack and return what was found."""
    path = tmp_path / "evidence.zip"
    path.write_bytes(content)
    return verify_evidence(path, **options)


def test_the_same_report_gives_the_same_bytes(report, tmp_path):
    """Two packs of one report are equal byte for byte, whenever they are made, also of a report read back."""
    assert evidence_pack(report) == evidence_pack(report) == evidence_pack(from_json(report.to_json()))
    entries = zipfile.ZipFile(io.BytesIO(evidence_pack(report))).infolist()
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}


def test_a_pack_holds_everything_and_checks(packed, report, tmp_path):
    """Report, counts, page, environment, policy, gate and note are there, and all is as it was packed."""
    found = found_in(packed, tmp_path)
    assert found.ok, found.problems
    assert found.report == from_json(report.to_json())
    assert {
        *("report.json", "counts.csv", "report.html", "environment.json", "manifest.json", "SHA256SUMS"),
        *("README.txt", "policy/fairness.toml", "gate/gate.json", "included/note.txt"),
    } == set(found.files)
    manifest = json.loads(files_of(packed)["manifest.json"])
    assert manifest["gates"][0]["verdict"] == "fail"
    assert manifest["report"]["counts_sha256"] == report.data.counts_sha256


def test_other_tools_check_it_too(packed, tmp_path):
    """What unzip unpacks, sha256sum finds unchanged."""
    (tmp_path / "e").mkdir()
    for name, content in files_of(packed).items():
        (tmp_path / "e" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "e" / name).write_bytes(content)
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"],
        cwd=tmp_path / "e",
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "name", ["report.json", "counts.csv", "report.html", "policy/fairness.toml", "README.txt"]
)
def test_a_changed_byte_is_noticed(name, packed, tmp_path):
    """Whichever file is changed is named."""
    files = files_of(packed)
    files[name] = files[name][:-2] + bytes([files[name][-2] ^ 1]) + files[name][-1:]
    found = found_in(zipped(files), tmp_path)
    assert any(problem.startswith(f"'{name}' was changed") for problem in found.problems)


def test_a_file_added_or_taken_out_is_noticed(packed, tmp_path):
    """A file that the hashes do not list, and one that they list and that is not there, are named."""
    files = files_of(packed)
    assert any("was added" in p for p in found_in(zipped({**files, "extra.txt": b""}), tmp_path).problems)
    without = {name: content for name, content in files.items() if name != "included/note.txt"}
    assert any("was taken out" in p for p in found_in(zipped(without), tmp_path).problems)
    for name in ("report.json", "counts.csv", "manifest.json", "SHA256SUMS"):
        left = {other: content for other, content in files.items() if other != name}
        assert f"'{name}' is missing." in found_in(zipped(left), tmp_path).problems


def test_hashes_made_anew_do_not_hide_another_report(packed, tmp_path):
    """Who replaces the counts and all their hashes still contradicts the report."""
    files = files_of(packed)
    files["counts.csv"] = files["counts.csv"].replace(b"F,", b"X,", 1)
    sums = [
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in files.items()
        if name != "SHA256SUMS"
    ]
    files["SHA256SUMS"] = "".join(sums).encode()
    problems = found_in(zipped(files), tmp_path).problems
    assert "'counts.csv' does not hold the counts of 'report.json'." in problems
    assert any("manifest.json states" in problem for problem in problems)


def test_a_hash_noted_elsewhere_rules_out_intent(packed, tmp_path):
    """The zip's own hash is compared with one that was noted, whatever its case."""
    noted = hashlib.sha256(packed).hexdigest()
    assert found_in(packed, tmp_path, sha256_of_zip=noted.upper()).ok
    assert "it is another one" in found_in(packed, tmp_path, sha256_of_zip="0" * 64).problems[0]


def test_a_gate_about_something_else_is_refused(report, tmp_path):
    """A gate on other counts, or by another policy than those packed, is not put in."""
    (tmp_path / "gate.json").write_text(gate_json(example_gate()))
    (tmp_path / "fairness.toml").write_text("schema = 1\n")
    with pytest.raises(UsageError) as refused:
        evidence_pack(report, gates=[tmp_path / "gate.json"], policies=[tmp_path / "fairness.toml"])
    assert "judged other counts" in refused.value.problems[0]
    assert "applied another policy" in refused.value.problems[1]


def test_files_that_cannot_be_packed_are_all_named(report, tmp_path):
    """A missing file, a strange name, two of one name and a gate that is none are told at once."""
    (tmp_path / "a b.txt").write_text("x")
    (tmp_path / "gate.json").write_text("{}")
    (tmp_path / "sub").mkdir()
    for folder in (tmp_path, tmp_path / "sub"):
        (folder / "same.txt").write_text("x")
    include = [
        tmp_path / "none.txt",
        tmp_path / "a b.txt",
        tmp_path / "same.txt",
        tmp_path / "sub" / "same.txt",
    ]
    with pytest.raises(UsageError) as refused:
        evidence_pack(report, include=include, gates=[tmp_path / "gate.json"])
    told = "\n".join(refused.value.problems)
    for words in ("cannot be read", "no name that every system", "two files would be", "this is no gate"):
        assert words in told


HOSTILE = {
    "climbs": "../outside.txt",
    "absolute": "/etc/passwd",
    "a drive": "C:\\evil.txt",
    "deep": "a/b/c.txt",
    "dots": "policy/..",
    "a folder": "policy/",
    "control": "a\x07b",
    "long": "x" * 500,
}


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE.keys())
def test_names_that_are_paths_are_not_read(name, packed, tmp_path):
    """A member whose name leads out of the pack is named as a problem, and nothing is written anywhere."""
    before = {p.name for p in tmp_path.parent.iterdir()}
    found = found_in(zipped({**files_of(packed), name: b"evil"}), tmp_path)
    assert any("no name of a file in a pack" in problem for problem in found.problems)
    assert {p.name for p in tmp_path.parent.iterdir()} == before


def test_a_link_is_not_followed(packed, tmp_path):
    """A member that is a symbolic link is not read."""
    target = io.BytesIO(packed)
    with zipfile.ZipFile(target, "a") as archive:
        link = zipfile.ZipInfo("link")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert any("'link' is no name" in problem for problem in found_in(target.getvalue(), tmp_path).problems)


def test_a_bomb_is_not_unpacked(packed, tmp_path, monkeypatch):
    """A member that unpacks to more than a pack may hold is read no further, whatever its header says."""
    monkeypatch.setattr("fairkit.report.audits.evidence_check.LARGEST_PACK", 3 * 2**20)
    target = io.BytesIO(packed)
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", b"0" * (8 * 2**20))
    content = bytearray(target.getvalue())
    place = content.rfind(b"PK\x01\x02")
    content[place + 24 : place + 28] = struct.pack("<I", 10)  # a header that lies about the size
    found = found_in(bytes(content), tmp_path)
    assert any("bomb.txt" in problem for problem in found.problems)
    assert "bomb.txt" not in found.files


def test_a_name_that_is_there_twice_is_a_problem(packed, tmp_path):
    """Two members of one name cannot show one reader this and another reader that."""
    target = io.BytesIO(packed)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(target, "a") as archive:
        archive.writestr("report.json", b"{}")
    assert "'report.json' is there twice." in found_in(target.getvalue(), tmp_path).problems


@pytest.mark.parametrize(
    "content", [b"", b"no zip", b"PK\x03\x04" + b"\0" * 40], ids=["nothing", "text", "half"]
)
def test_what_is_no_zip_cannot_be_judged(content, tmp_path):
    """A file that is no zip, or not there, is an error and not a failed check."""
    with pytest.raises(ReportError, match="no zip"):
        found_in(content, tmp_path)
    with pytest.raises(ReportError, match="cannot be read"):
        verify_evidence(tmp_path / "none.zip")


def test_a_damaged_member_is_named(packed, tmp_path):
    """A byte changed within a compressed member is found by its name."""
    content = bytearray(packed)
    entry = next(e for e in zipfile.ZipFile(io.BytesIO(packed)).infolist() if e.filename == "report.json")
    content[entry.header_offset + 60 + entry.compress_size // 2] ^= 255
    found = found_in(bytes(content), tmp_path)
    assert any("report.json" in problem for problem in found.problems)


def test_the_environment_names_no_machine():
    """Versions and the kind of machine are there; its name, its user and its folders are not."""
    import getpass
    import platform

    found = json.dumps(environment())
    assert environment()["fairkit"] == fairkit.__version__
    assert "numpy" in environment()["dependencies"]
    for secret in (platform.node(), getpass.getuser(), "/"):
        assert f'"{secret}"' not in found
    assert "/" not in found.replace("\\/", "")


def test_counts_are_a_table_without_clusters():
    """Clusters stay out of the counts in a pack: identifiers of people never leave."""
    rows = {"sex": ["F", "M"] * 10, "d": [1, 0] * 10, "who": ["ann", "ann", "bob", "bob"] * 5}
    table = counts_table(fairkit.evaluate(rows, decision="d", by="sex", cluster="who").counts)
    assert "ann" not in table
    assert table.splitlines() == ["sex,selected,rejected,decision_missing", "F,10,0,0", "M,0,10,0"]
