"""Baselines as files: named after their content, complete, and refused when anything in them was changed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from releases import released

import fairkit
from fairkit.baselines.model import SCHEMA, baseline_of, json_schema, schema_text
from fairkit.baselines.storing import load_baseline, policy_text, save_baseline, sha256_of
from fairkit.errors import FairkitError, OutputError, PolicyError, ReportError
from fairkit.report.documents import LARGEST

CELLS = {"F": (30, 10, 5, 55), "M": (50, 12, 8, 30), "X": (3, 1, 0, 2)}


@pytest.fixture(scope="module")
def report():
    """A report of decisions."""
    return released(CELLS)


@pytest.fixture
def saved(report, tmp_path):
    """The file of its baseline."""
    return save_baseline(report, tmp_path / "baselines", name="v41")


def renamed(path: Path, data: object) -> Path:
    """Write changed content under the hash that it has, as somebody would who knows the rule."""
    text = json.dumps(data).encode()
    changed = path.parent / f"{sha256_of(text)}.json"
    changed.write_bytes(text)
    return changed


def test_a_release_survives_the_round_trip(report, saved):
    """What is loaded has the counts, the data, the settings and the date of the report."""
    found = load_baseline(saved, sha256=saved.stem)
    assert found == replace(baseline_of(report, name="v41"), path=str(saved), sha256=saved.stem)
    assert (found.counts, found.settings, found.data) == (report.counts, report.settings, report.data)


def test_the_same_release_gives_the_same_file(report, saved):
    """Saving twice writes one file, whose name is the hash of its bytes."""
    assert save_baseline(report, saved.parent, name="v41") == saved
    assert saved.stem == sha256_of(saved.read_bytes())
    assert [file.name for file in saved.parent.iterdir()] == [saved.name]


def test_a_baseline_is_counts_and_what_they_mean(saved):
    """No finding, no estimate and no row stands in the file, and it holds to the schema that is shipped."""
    data = json.loads(saved.read_text(encoding="utf-8"))
    assert list(data) == ["schema", "name", "created", "fairkit_version", "data", "settings", "counts"]
    Draft202012Validator(json_schema()).validate(data)
    assert json.loads(schema_text()) == json_schema()


def test_clusters_stay_behind(tmp_path):
    """Identifiers of people are in no file, and the counts say that they were lost."""
    rows = {"sex": ["F", "M"] * 30, "d": [1, 0, 1] * 20, "who": [f"person-{i % 12}" for i in range(60)]}
    path = save_baseline(fairkit.evaluate(rows, decision="d", by="sex", cluster="who"), tmp_path)
    assert "person-" not in path.read_text(encoding="utf-8")
    assert load_baseline(path).counts.clusters_lost


def test_a_report_serves_as_a_baseline(report, tmp_path):
    """A report's file is read as a baseline without a name."""
    path = tmp_path / "v41.report.json"
    path.write_text(report.to_json(), encoding="utf-8")
    found = load_baseline(path, sha256=sha256_of(path.read_bytes()).upper())
    assert (found.name, found.counts) == (None, report.counts)


def test_a_changed_byte_is_noticed_with_both_hashes(saved):
    """A file that is not what its name says is refused, as is one that is not what the policy says."""
    stated, before = saved.stem, saved.read_bytes()
    saved.write_bytes(before.replace(b'"F"', b'"G"'))
    now = sha256_of(saved.read_bytes())
    with pytest.raises(PolicyError, match=f"its sha256 is {now}, its name states {stated}"):
        load_baseline(saved)
    plain = saved.with_name("v41.json")
    plain.write_bytes(before)
    with pytest.raises(
        PolicyError, match=f"its sha256 is {stated}, the policy or the call states {'0a' * 32}"
    ):
        load_baseline(plain, sha256="0a" * 32)


def test_counts_that_were_changed_are_noticed_under_any_name(saved):
    """Who changes a count and the file's name still leaves the hash of the counts behind."""
    data = json.loads(saved.read_text(encoding="utf-8"))
    data["counts"]["values"][0][0] += 1
    with pytest.raises(ReportError, match=r"do not have the hash .* the baseline was changed"):
        load_baseline(renamed(saved, data))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "this is no baseline: it is not JSON"),
        ("[" * 100_000, "cannot be read"),
        ('{"schema": "fairkit.baseline/2"}', "made by a newer fairkit; upgrade"),
        ('{"schema": "fairkit.report/2"}', "made by a newer fairkit; upgrade"),
        ('{"schema": "fairkit.gate/1"}', f"a baseline is of schema '{SCHEMA}'"),
        ('{"schema": "fairkit.baseline/1", "name": null}', r"\$\.created is missing"),
        ("\ufffe\x00", "not JSON"),
    ],
)
def test_what_is_no_baseline_is_refused(text, message, tmp_path):
    """Other files are refused with the reason and their name."""
    path = tmp_path / "v41.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReportError, match=message) as caught:
        load_baseline(path)
    assert str(path) in str(caught.value)


def test_all_problems_are_told_at_once_with_their_paths(saved):
    """Every key that is missing or of another type is listed with its JSON path."""
    data = json.loads(saved.read_text(encoding="utf-8"))
    del data["settings"]["by"]
    data["data"]["rows"], data["counts"]["kind"] = "7", "confusions"
    with pytest.raises(ReportError) as caught:
        load_baseline(renamed(saved, data))
    told = "\n".join(caught.value.problems)
    assert "$.settings.by is missing" in told
    assert "$.data.rows is a text" in told
    assert "Did you mean 'confusion'?" in told


def test_a_file_of_rows_is_refused_by_its_size(tmp_path):
    """A huge file costs neither time nor memory."""
    path = tmp_path / "rows.json"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(ReportError, match="is no baseline: it has more than"):
        load_baseline(path)


@settings(max_examples=40)
@given(place=st.integers(0, 10**6), byte=st.integers(0, 255))
def test_no_changed_byte_goes_unnoticed(report, tmp_path_factory, place, byte):
    """Whichever byte of a saved file is changed to whatever, it is refused as an error of the user's."""
    path = save_baseline(report, tmp_path_factory.mktemp("b"))
    content = bytearray(path.read_bytes())
    place %= len(content)
    if content[place] == byte:
        byte ^= 1
    content[place] = byte
    path.write_bytes(bytes(content))
    with pytest.raises(FairkitError, match="is not the baseline that was saved"):
        load_baseline(path)


def test_a_folder_that_cannot_be_made_is_told(report, tmp_path):
    """A file in the place of the folder is an error of the user's."""
    (tmp_path / "baselines").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="there can be no folder"):
        save_baseline(report, tmp_path / "baselines")


def test_the_lines_of_a_policy_are_toml():
    """A name that is no bare key is quoted, so that the lines say what was meant."""
    import tomllib

    path = Path("baselines") / ("0a" * 32 + ".json")
    for name in ("v41", "v4.1", 'a "b"', None):
        read = tomllib.loads(policy_text(path, name))
        assert read["baselines"] == {name or "last-release": {"report": path.as_posix(), "sha256": path.stem}}
