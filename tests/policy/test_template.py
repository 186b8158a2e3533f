"""A first policy: valid, whole, explained, and made of what the data hold."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from fairkit.errors import DataError, UsageError
from fairkit.policy import load_policy, policy_of
from fairkit.policy.keys import POLICY, TABLES
from fairkit.policy.places import Problems
from fairkit.policy.shapes import WRONG
from fairkit.policy.starting import draft_of
from fairkit.policy.template import EXAMPLE, Draft, template

DATASETS = Path(__file__).parents[2] / "datasets"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return an empty folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_template_is_a_policy(folder):
    """What is written without data loads as it is."""
    (folder / "fairness.toml").write_text(template())
    policy = load_policy()
    assert [check.id for check in policy.checks] == ["selection-four-fifths", "tpr-gap"]
    assert policy.checks[0].limit == "min 0.80"
    assert [group.name for group in policy.groups] == list(EXAMPLE.groups)


def test_every_key_is_in_the_template_with_its_line():
    """Each key of the description stands in the template, on or off, and is explained."""
    lines = template().splitlines()
    for name, key in POLICY.keys.items():
        assert any(line.endswith(f"# {key.text}") for line in lines), name
    for table in TABLES.values():
        for name, key in table.keys.items():
            pattern = rf"(# )?{re.escape(name)} = .*  # {re.escape(key.text)}"
            assert any(re.fullmatch(pattern, line) for line in lines), name


@pytest.mark.parametrize("table", TABLES)
def test_every_example_is_a_value(table):
    """What is commented out could be switched on: each example reads as its shape says."""
    for name, key in TABLES[table].keys.items():
        problems = Problems(from_toml=True)
        value = tomllib.loads(f"value = {key.example}")["value"]
        assert key.shape.read(value, (name,), problems) is not WRONG, problems.sentences


def test_a_waiver_and_a_baseline_can_be_switched_on():
    """Without their marks the tables that are off are right, but for what excludes itself."""
    text = template()
    off = text[text.index("# releases to compare with") :]
    on = "\n".join(
        line.removeprefix("# ")
        for line in off.splitlines()
        if ("predictions =" not in line and " = " in line) or "[" in line
    )
    policy = policy_of(tomllib.loads(text[: text.index("# releases to compare with")] + on))
    assert (policy.baselines[0].name, policy.waivers[0].check) == ("last-release", "tpr-gap")


def drafted(data, **asked):
    """Draft a policy and read it, as from its file."""
    Path("drafted.toml").write_text(template(draft_of(str(data), **asked)), encoding="utf-8")
    return load_policy("drafted.toml")


def test_a_policy_of_decisions_names_what_the_data_hold(folder):
    """Columns, declared levels, groupings of every kind and checks that can be made are from the data."""
    policy = drafted(
        DATASETS / "lending.csv",
        by=["sex", "race", "sex,race", "young: age_band == '18-29'"],
        columns={"label": "repaid", "decision": "approved", "positive": "yes", "cluster": "applicant"},
        row_id="applicant",
        missing=["?"],
    )
    assert policy.name == "lending"
    assert policy.data.columns == {
        "label": "repaid",
        "decision": "approved",
        "positive": "yes",
        "cluster": "applicant",
    }
    assert (folder / policy.data.predictions).resolve() == (DATASETS / "lending.csv").resolve()
    assert (policy.data.id, policy.data.missing_values) == ("applicant", ("?",))
    assert policy.group("sex").levels == {"sex": ("Female", "Male")}
    assert "Native American" in policy.group("race").levels["race"]
    assert (policy.group("sex_race").columns, policy.group("sex_race").levels) == (("sex", "race"), {})
    assert policy.group("young").predicate == "age_band == '18-29'"
    assert {check.metric: check.limit for check in policy.checks} == {
        "selection_rate": "min 0.80",
        "true_positive_rate": "max 0.10",
        "false_positive_rate": "max 0.10",
    }
    assert all(check.groups == ("sex", "race", "sex_race", "young") for check in policy.checks)


def test_the_smallest_group_is_told(folder):
    """Above each grouping stands which of its groups has the fewest rows."""
    asked = {"by": ["race"], "columns": {"label": "repaid", "decision": "approved", "positive": "yes"}}
    text = template(draft_of(str(DATASETS / "lending.csv"), **asked))
    assert "# smallest in the data: race=Native American, 38 rows" in text


MEASURED = {
    "decisions alone": ({"decision": "d"}, ["selection_rate"]),
    "scores": ({"label": "y", "score": "s"}, ["roc_auc", "calibration_in_the_large"]),
    "scores that decide": (
        {"label": "y", "score": "s", "threshold": 0.5},
        [
            "selection_rate",
            "true_positive_rate",
            "false_positive_rate",
            "roc_auc",
            "calibration_in_the_large",
        ],
    ),
}


@pytest.mark.parametrize(("columns", "metrics"), MEASURED.values(), ids=MEASURED.keys())
def test_checks_are_those_that_can_be_measured(columns, metrics, folder):
    """What columns cannot answer is not asked."""
    rows = "".join(f"{i % 3},{i % 2},{i % 10 / 10},{i % 4 < 2}\n" for i in range(120))
    (folder / "rows.csv").write_text(f"g,y,s,d\n{rows}")
    policy = drafted("rows.csv", by=["g"], columns=columns)
    assert [check.metric for check in policy.checks] == metrics


def test_a_policy_of_transcripts_asks_for_words(folder):
    """Speech has its own table and its own check."""
    speech = {"reference": "reference", "hypothesis": "fast", "speaker": "speaker"}
    policy = drafted(DATASETS / "speech.csv", by=["accent"], speech=speech)
    assert policy.data is None
    assert (policy.speech.reference, policy.speech.hypothesis) == ("reference", "fast")
    assert [check.metric for check in policy.checks] == ["word_error_rate"]
    assert "Scotland" in policy.group("accent").levels["accent"]


def test_names_of_columns_become_names_of_groups(folder):
    """Odd columns get names that a policy can hold, each its own."""
    (folder / "odd data.csv").write_text('a=b,"c&d","a,b",d\n' + "x,y,z,1\nu,v,w,0\n" * 40, encoding="utf-8")
    policy = drafted("odd data.csv", by=["a=b", "c&d", "d"], columns={"decision": "d"})
    assert [(group.name, group.columns) for group in policy.groups] == [
        ("a_b", ("a=b",)),
        ("c_d", ("c&d",)),
        ("d", ("d",)),
    ]
    assert policy.name == "odd data"


def test_many_levels_are_not_declared(folder):
    """A column with very many levels is grouped by, but nobody expects each of them."""
    (folder / "many.csv").write_text("g,d\n" + "".join(f"g{i},{i % 2}\n" for i in range(60)))
    assert drafted("many.csv", by=["g"], columns={"decision": "d"}).group("g").levels == {}


def test_where_a_policy_will_be_decides_how_it_names_the_data(folder):
    """Files are named as seen from the policy's folder."""
    (folder / "rows.csv").write_text("g,d\n" + "a,1\nb,0\n" * 40)
    (folder / "release").mkdir()
    policy = drafted("rows.csv", by=["g"], columns={"decision": "d"}, folder=Path("release"))
    assert policy.data.predictions == "../rows.csv"


@pytest.mark.parametrize(
    ("columns", "by", "error", "words"),
    [
        ({"decision": "e"}, ["g"], DataError, "'e' is not in the data"),
        ({"decision": "d"}, ["h"], DataError, "'h' is not in the data"),
        ({"prediction": "d", "label": "d"}, ["g"], UsageError, "a first policy can be drafted for decisions"),
    ],
)
def test_what_the_data_lack_is_refused(columns, by, error, words, folder):
    """A column that is not there, and a question that has no usual limits, are said at once."""
    (folder / "rows.csv").write_text("g,d\n" + "a,1\nb,0\n" * 40)
    with pytest.raises(error, match=words):
        draft_of("rows.csv", by=by, columns=columns)


def test_a_draft_may_say_anything():
    """Names with quotes, line ends and other scripts are written so that they read back."""
    name = 'a "b"\\ ü 列'
    draft = Draft(
        name=name,
        groups={'x "y"': {"column": '"c"'}},
        checks=(
            {
                "id": '"a"',
                "metric": '"accuracy"',
                "groups": '["x \\"y\\""]',
                "compare": '"worst"',
                "min": "0.5",
            },
        ),
    )
    policy = policy_of(tomllib.loads(template(draft)))
    assert (policy.name, policy.groups[0].name, policy.data) == (name, 'x "y"', None)
