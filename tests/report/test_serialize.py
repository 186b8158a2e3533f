"""JSON: what is written is read back, nothing else is accepted, and damage is named by its place."""

from __future__ import annotations

import dataclasses
import json

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fairkit
from fairkit.contrasts import Contrast
from fairkit.curves import ReliabilityBin, RocPoint
from fairkit.errors import ReportError
from fairkit.estimates import Estimate, GroupSize
from fairkit.findings import Finding
from fairkit.headlines import Headline
from fairkit.missing.bounds import GapBounds, MissingShare
from fairkit.models import GapChange, ModelContrast
from fairkit.remedies.offers import Remedy
from fairkit.report.serialize import from_json, json_schema, load_report, schema_text, to_json
from fairkit.speech.results import (
    Confusion,
    GapNull,
    Interaction,
    Listed,
    Matched,
    RateRatio,
    RuleEffect,
    SpeechGroup,
)

KEYS = [
    "schema", "created", "fairkit_version", "data", "settings", "counts", "groups", "estimates", "contrasts",
    "findings", "headlines", "models", "gap_changes", "missing", "bounds", "reliability", "roc", "remedies",
    "speech", "gap_nulls", "interactions", "rate_ratios", "matches", "confusions", "rule_effects", "listed",
    "above_median", "overall", "protected_models", "sensitivity_floors", "sensitivity_agreements",
    "texts_apart", "word_sensitivities", "attributions", "notes",
]  # fmt: skip
RECORDS = {
    "groups": GroupSize,
    "estimates": Estimate,
    "contrasts": Contrast,
    "findings": Finding,
    "headlines": Headline,
    "models": ModelContrast,
    "gap_changes": GapChange,
    "missing": MissingShare,
    "bounds": GapBounds,
    "reliability": ReliabilityBin,
    "roc": RocPoint,
    "remedies": Remedy,
}
SPEECH = {
    "speech": SpeechGroup,
    "gap_nulls": GapNull,
    "interactions": Interaction,
    "rate_ratios": RateRatio,
    "matches": Matched,
    "confusions": Confusion,
    "rule_effects": RuleEffect,
    "listed": Listed,
}
EMPTY = {"models", "gap_changes", "reliability", "roc"}  # in a report on the decisions of one model


def forbid(constant):
    """Refuse what is no number of JSON."""
    raise AssertionError(f"{constant} in the JSON of a report")


def strict(text):
    """Parse JSON as its standard says."""
    return json.loads(text, parse_constant=forbid)


def validate(text):
    """Hold a text against the shipped schema."""
    schema = json.loads(schema_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(strict(text))


@pytest.mark.parametrize("name", ["report", "hostile", "many"])
def test_a_report_survives_the_round_trip(name, request):
    """Reading what was written gives an equal report, and writing that gives the same text."""
    report = request.getfixturevalue(name)
    text = to_json(report)
    assert from_json(text) == report
    assert to_json(from_json(text)) == text
    validate(text)


names = st.text(min_size=1, max_size=20).filter(lambda name: name.strip())


@settings(max_examples=40)
@given(levels=st.lists(names, min_size=2, max_size=4, unique=True), attribute=names)
def test_any_name_survives_the_round_trip(levels, attribute):
    """Names of groups and attributes may be any text."""
    rows = {attribute: levels * 6, "decision made": [1, 0, 1] * (2 * len(levels))}
    report = fairkit.evaluate(rows, decision="decision made", by=[[attribute]])
    text = to_json(report)
    assert from_json(text) == report
    validate(text)


def test_weighted_counts_survive_the_round_trip():
    """Sums of weights and of their squares come back to the last digit."""
    rng = np.random.default_rng(1)
    rows = {
        "sex": rng.choice(["F", "M"], 200),
        "decision": rng.integers(0, 2, 200),
        "w": rng.random(200) + 0.1,
    }
    report = fairkit.evaluate(rows, decision="decision", by="sex", weight="w")
    assert from_json(to_json(report)) == report


def test_clusters_never_leave_with_a_report():
    """Identifiers of people are in no saved report; everything else is as it was."""
    rng = np.random.default_rng(2)
    people = rng.integers(0, 60, 400)
    rows = {
        "sex": np.where(people % 2 == 0, "F", "M"),
        "decision": rng.integers(0, 2, 400),
        "person": [f"person-{k:04d}" for k in people],
    }
    report = fairkit.evaluate(rows, decision="decision", by="sex", cluster="person")
    text = to_json(report)
    assert report.counts.cluster_ids
    assert "person-" not in text
    read = from_json(text)
    assert read.counts.clusters is None
    assert read == dataclasses.replace(report, counts=read.counts)


def test_every_key_is_always_there(report):
    """Absent values are null, never left out, and keys have the names of the report's own fields."""
    data = strict(to_json(report))
    assert list(data) == KEYS
    for name, made in RECORDS.items():
        fields = [field.name for field in dataclasses.fields(made)]
        assert bool(data[name]) == (name not in EMPTY)
        assert all(list(record) == fields for record in data[name])
    assert not any(data[name] for name in SPEECH)
    undefined = [e for e in data["estimates"] if e["value"] is None]
    assert {e["why"] for e in undefined} >= {"no-rows", "no-positives"}


def test_all_that_is_found_about_transcripts_is_saved(spoken):
    """A report of transcripts comes back as it was, apart from its speakers, and fits the schema."""
    text = to_json(spoken)
    data = strict(text)
    validate(text)
    for name, made in SPEECH.items():
        fields = [field.name for field in dataclasses.fields(made)]
        assert data[name]
        assert all(list(record) == fields for record in data[name])
    read = from_json(text)
    assert "person-" not in text
    assert read == dataclasses.replace(spoken, counts=read.counts)


def test_one_fact_stands_on_one_line(report):
    """A changed finding changes one line."""
    lines = to_json(report).splitlines()
    records = [json.loads(line.removesuffix(",")) for line in lines if line.startswith('{"metric"')]
    found = (report.estimates, report.contrasts, report.findings, report.bounds, report.remedies)
    assert len(records) == sum(map(len, found))


def test_the_shipped_schema_is_made_from_the_code():
    """The schema file is what the dataclasses say; if this fails, write json_schema() to the file again."""
    assert json.loads(schema_text()) == json_schema()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("findings", 0, "verdict"), "fair"),
        (("findings", 0, "reason"), "bad luck"),
        (("estimates", 0, "why"), "unknown"),
        (("estimates", 0, "n"), 1.5),
        (("estimates", 0, "value"), "0.5"),
        (("groups", 0, "rows"), True),
        (("findings", 0, "margin"), [0.05]),
        (("settings", "by"), "race"),
        (("data", "left_out"), []),
        (("notes",), None),
        (("counts", "kind"), "votes"),
        (("counts", "codes", 0), [-1, 0]),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else repr(value),
)
def test_damage_is_named_by_its_place(report, path, value):
    """A value of another kind is refused with its JSON path, by the reader and by the schema alike."""
    data = strict(to_json(report))
    place = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    where = "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    with pytest.raises(ReportError) as caught:
        from_json(json.dumps(data))
    assert any(problem.startswith(where) for problem in caught.value.problems)
    with pytest.raises(jsonschema.ValidationError):
        validate(json.dumps(data))


def test_all_problems_are_told_at_once(report):
    """Missing keys and wrong types come in one error, each by its path."""
    data = strict(to_json(report))
    del data["findings"][3]["value"]
    data["estimates"][1]["n"] = "many"
    del data["notes"]
    with pytest.raises(ReportError) as caught:
        from_json(json.dumps(data))
    assert caught.value.problems == (
        "$.estimates[1].n is a text ('many') where a whole number belongs.",
        "$.findings[3].value is missing.",
        "$.notes is missing.",
    )


def test_a_wholly_damaged_list_stays_readable(report):
    """An error lists the first problems and counts the others."""
    data = strict(to_json(report))
    for finding in data["findings"]:
        finding["value"] = "?"
    with pytest.raises(ReportError) as caught:
        from_json(json.dumps(data))
    assert len(caught.value.problems) == 51
    assert caught.value.problems[-1] == f"... and {len(data['findings']) - 50} more problems."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ("Fairness report", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "cannot be read"),
        ("[]", "not an object"),
        ("{}", "has no 'schema'"),
        ('{"schema": "fairkit.report/2"}', "made by a newer fairkit; upgrade"),
        ('{"schema": "fairkit.policy/1"}', "of schema 'fairkit.policy/1'"),
        ('{"schema": 1}', "of schema 1"),
        ('{"schema": "fairkit.report/1", "created": NaN}', "NaN, which is no number"),
        ('{"schema": "fairkit.report/1", "created": -Infinity}', "-Infinity, which is no number"),
    ],
)
def test_what_is_no_report_is_refused(text, message):
    """Other texts are refused with the reason."""
    with pytest.raises(ReportError, match=message):
        from_json(text)


def test_a_number_too_large_is_refused(report):
    """A literal that overflows to infinity is no finite number."""
    text = to_json(report)
    first = json.dumps(report.estimates[0].value)
    with pytest.raises(ReportError, match=r"\$\.estimates\[0\]\.value is no finite number"):
        from_json(text.replace(f'"value":{first}', '"value":1e999', 1))


def test_counts_that_were_changed_are_noticed(report):
    """The counts carry a hash; a report whose counts were edited does not load."""
    data = strict(to_json(report))
    data["counts"]["values"][0][0] += 1
    with pytest.raises(ReportError, match="do not have the hash"):
        from_json(json.dumps(data))


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("codes", [[99, 0]], r"\$\.counts\.codes\[0\] names no cell"),
        ("values", [[1, 2]], r"\$\.counts\.values\[0\] has 2 values for 7 fields"),
        ("values", [], r"\$\.counts\.values has 0 rows"),
        ("values", [[0.5, 0, 0, 0, 0, 0, 0]], "whole numbers"),
        ("values", [[2**70, 0, 0, 0, 0, 0, 0]], r"\$\.counts: .* too large"),
        ("fields", ["tp", "fp", "fn", "tn", "a", "b", "c"], "unexpected fields"),
        ("rows", [[1, 0, 0, 0, 0, 0, 0]], "belong together"),
    ],
)
def test_counts_that_do_not_fit_are_refused(report, key, value, message):
    """Tables of counts that contradict one another are refused, whatever their hash."""
    data = strict(to_json(report))
    data["counts"].update(codes=data["counts"]["codes"][:1], values=data["counts"]["values"][:1])
    data["counts"][key] = value
    with pytest.raises(ReportError, match=message):
        from_json(json.dumps(data))


def test_what_came_later_may_be_absent(report):
    """A report saved before lists and settings were added is read as if it had their defaults."""
    data = strict(to_json(report))
    for name in ("above_median", "sensitivity_floors", "attributions"):
        del data[name]
    for name in ("text", "classifier", "tolerance"):
        del data["settings"][name]
    assert from_json(json.dumps(data)) == report
    validate(json.dumps(data))
    del data["settings"]["label"]
    with pytest.raises(ReportError, match=r"\$\.settings\.label is missing"):
        from_json(json.dumps(data))


def test_what_a_later_version_adds_is_passed_over(report):
    """Keys that this version does not know do not stop it from reading the others."""
    data = strict(to_json(report))
    data["extra"] = 1
    data["findings"][0]["extra"] = 1
    assert from_json(json.dumps(data)) == report


def test_a_report_is_loaded_from_its_file(report, tmp_path):
    """A saved file is read back, also with the byte order mark that some editors add."""
    path = tmp_path / "report.json"
    path.write_text(to_json(report), encoding="utf-8-sig")
    assert load_report(path) == report


def test_files_that_hold_no_report_are_refused(tmp_path):
    """A missing file, a folder, a picture and another JSON each have their message and their name in it."""
    picture, other = tmp_path / "a.png", tmp_path / "other.json"
    picture.write_bytes(b"\x89PNG\xff")
    other.write_text("{}", encoding="utf-8")
    for path, message in {
        tmp_path / "none.json": "there is no report",
        tmp_path: "is a folder",
        picture: "not text in UTF-8",
        other: "has no 'schema'",
    }.items():
        with pytest.raises(ReportError, match=message) as caught:
            load_report(path)
        assert str(path) in str(caught.value)
