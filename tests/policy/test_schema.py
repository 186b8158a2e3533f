"""The JSON Schema of policies: made from the description that reading goes by, and shipped."""

from __future__ import annotations

import datetime as dt
import json
import tomllib

import pytest
from example_policies import EXAMPLE, GONE, small
from jsonschema import Draft202012Validator, FormatChecker

from fairkit.errors import PolicyError
from fairkit.policy import policy_of
from fairkit.policy.keys import TABLES
from fairkit.policy.model import SCHEMA
from fairkit.policy.schema import json_schema, schema_text

VALIDATOR = Draft202012Validator(json_schema(), format_checker=FormatChecker())


def as_json(text):
    """Return TOML as an editor shows it to a schema: dates are texts."""

    def plain(value):
        return value.isoformat() if isinstance(value, dt.date) else str(value)

    return json.loads(json.dumps(tomllib.loads(text), default=plain))


def test_the_shipped_schema_is_made_from_the_code():
    """The schema file is what the code makes; if this fails, write it again as the next line does."""
    assert schema_text() == json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def test_the_schema_is_a_schema():
    """It is valid in the draft that it names."""
    Draft202012Validator.check_schema(json_schema())
    assert json_schema()["properties"]["schema"]["const"] == SCHEMA


@pytest.mark.parametrize("document", [as_json(EXAMPLE), small()], ids=["the example", "the small one"])
def test_good_policies_are_valid(document):
    """What reading takes, the schema takes."""
    assert list(VALIDATOR.iter_errors(document)) == []
    assert policy_of(document).checks


BAD = {
    "no schema": {("schema",): GONE},
    "another schema": {("schema",): 2},
    "an unknown key": {("chekc",): []},
    "an unknown key of a check": {("check", 0, "maximum"): 1},
    "no id": {("check", 0, "id"): GONE},
    "a limit as text": {("check", 0, "max"): "0.1"},
    "a true limit": {("check", 0, "max"): True},
    "a wrong comparison": {("check", 0, "compare"): "diff"},
    "no groups of a check": {("check", 0, "groups"): []},
    "a group twice": {("check", 0, "groups"): ["sex", "sex"]},
    "no checks": {("check",): []},
    "no groups": {("groups",): {}},
    "column and columns": {("groups", "sex", "columns"): ["a"]},
    "neither column nor predicate": {("groups", "sex"): {}},
    "a min_n of zero": {("groups", "sex", "min_n"): 0},
    "confidence as percent": {("evidence", "confidence"): 95},
    "half a hash": {("baselines", "v41", "sha256"): "ab"},
    "a day in words": {("waiver", 0, "created"): "soon"},
    "no reason": {("waiver", 0, "reason"): GONE},
    "an empty owner": {("waiver", 0, "owner"): ""},
    "speech without a hypothesis": {("speech", "reference"): "said"},
    "levels of one": {("groups", "sex", "levels"): "F"},
}


@pytest.mark.parametrize("changes", BAD.values(), ids=BAD.keys())
def test_bad_policies_are_refused_by_schema_and_reader(changes):
    """A mistake of form is one for the editor as for the reader."""
    document = small(changes)
    assert list(VALIDATOR.iter_errors(document))
    with pytest.raises(PolicyError):
        policy_of(document)


@pytest.mark.parametrize("table", TABLES)
def test_every_key_is_explained(table):
    """Editors show a line for every key: one short sentence, without an end."""
    for name, key in TABLES[table].keys.items():
        assert 3 < len(key.text) < 90, name
        assert "\n" not in key.text
        assert not key.text.endswith(".")
