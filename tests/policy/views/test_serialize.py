"""The gate as JSON, and back."""

from __future__ import annotations

import dataclasses
import json
import re

import jsonschema
import pytest
from gates import GATES, HOSTILE, gate, mixed, result
from hypothesis import given, settings
from hypothesis import strategies as st

from fairkit.errors import ReportError
from fairkit.policy.gate import Gate, Result
from fairkit.policy.views.serialize import from_json, json_schema, schema_text, to_json


def forbid(constant):
    """Refuse what is no number of JSON."""
    raise AssertionError(f"{constant} in the JSON of a gate")


def validate(text):
    """Hold a text against the shipped schema."""
    schema = json.loads(schema_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(json.loads(text, parse_constant=forbid))


@pytest.mark.parametrize("name", [name for name in GATES if name != "long"])
def test_a_gate_survives_the_round_trip(name):
    """Reading what was written gives an equal gate; the text fits the schema and can be stored as UTF-8."""
    made = GATES[name]()
    text = to_json(made)
    assert from_json(text.encode().decode()) == made
    assert made.to_json() == text
    validate(text)


# Two halves that stand together are a whole character in JSON.
halves = re.compile("[\ud800-\udbff][\udc00-\udfff]")
names = st.text(st.characters(), min_size=1, max_size=20).filter(lambda name: not halves.search(name))


@settings(max_examples=30)
@given(names, names)
def test_any_name_survives_the_round_trip(group, warning):
    """Names may be any text, also one that UTF-8 cannot write."""
    made = gate([result(group)], warnings=[warning])
    assert from_json(to_json(made).encode().decode()) == made


def test_every_key_is_always_there():
    """Absent values are null, never left out, and keys have the names of the gate's own fields."""
    data = json.loads(to_json(mixed()), parse_constant=forbid)
    assert list(data)[:4] == ["schema", "created", "today", "fairkit_version"]
    assert set(data) == {"schema", *(field.name for field in dataclasses.fields(Gate))}
    fields = [field.name for field in dataclasses.fields(Result)]
    assert all(list(record) == fields for record in data["results"])
    assert data["results"][3]["waiver"]["owner"] == "ana@example.org"
    assert data["results"][4]["value"] is None


def test_one_result_stands_on_one_line():
    """Changing one result changes one line."""
    before = to_json(mixed()).splitlines()
    made = mixed()
    results = (*made.results[:5], dataclasses.replace(made.results[5], n=813), *made.results[6:])
    after = to_json(dataclasses.replace(made, results=results)).splitlines()
    assert sum(a != b for a, b in zip(before, after, strict=True)) == 1


def test_the_shipped_schema_is_made_from_the_code():
    """The schema file is what the dataclasses say; if this fails, write json_schema() to the file again."""
    assert json.loads(schema_text()) == json_schema()


def damaged(**changes):
    """Return a gate's JSON with values replaced by path."""
    data = json.loads(to_json(mixed(problems=False)))
    for path, value in changes.items():
        *steps, last = [int(step) if step.isdigit() else step for step in path.split("__")]
        place = data
        for step in steps:
            place = place[step]
        place[last] = value
    return json.dumps(data)


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        (
            {"results__0__status": "good", "results__1__value": "0.5", "policy__family": None},
            [
                "$.policy.family is null where a whole number belongs.",
                "$.results[0].status is 'good', which is none of",
                "$.results[1].value is a text ('0.5') where a number belongs.",
            ],
        ),
        ({"results__3__waiver": {"owner": "ana"}}, ["$.results[3].waiver.reason is missing."]),
        ({"verdict": "pass", "exit_code": 0}, ["$.verdict is 'pass'", "$.exit_code is 0"]),
        ({"results__0__status": "waived"}, ["$.results[0].status is 'waived'"]),
        ({"results__0__check": "another"}, ["$.results[0].check is 'another', which is none of $.checks."]),
        ({"results__7__waiver": None}, ["$.results[7].status is 'waived'"]),
    ],
)
def test_damage_is_named_by_its_place(changes, problems):
    """What was changed is refused, each change by its JSON path; a verdict cannot be edited alone."""
    with pytest.raises(ReportError) as caught:
        from_json(damaged(**changes))
    for problem in problems:
        assert any(found.startswith(problem) for found in caught.value.problems), caught.value.problems


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gate", "this is no gate: it is not JSON"),
        ("[]", "the JSON is not an object"),
        ("[" * 100_000, "cannot be read"),
        ('{"schema": "fairkit.gate/2"}', "this gate was made by a newer fairkit; upgrade"),
        ('{"schema": "fairkit.report/1"}', "a gate is of schema 'fairkit.gate/1'"),
        ('{"schema": "fairkit.gate/1", "created": NaN}', "NaN, which is no number"),
    ],
)
def test_what_is_no_gate_is_refused(text, message):
    """Other texts are refused with the reason."""
    with pytest.raises(ReportError, match=message):
        from_json(text)


def test_hostile_names_are_kept_as_they_are():
    """JSON is for programs: names are neither cut nor escaped by what people would see."""
    groups = [one["group"] for one in json.loads(to_json(GATES["hostile"]()))["results"]]
    assert groups[: len(HOSTILE)] == list(HOSTILE)
