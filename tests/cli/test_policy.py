"""`fairkit policy`: begin, check, compare, show; and nothing that is not asked for is replaced."""

from __future__ import annotations

import json

import pytest
from example_policies import EXAMPLE
from jsonschema import Draft202012Validator

from fairkit.policy import load_policy
from fairkit.policy.schema import json_schema

INIT = ("policy", "init")
LOANS = ("--label", "repaid", "--decision", "approved", "--by", "sex", "--by", "sex,race")


@pytest.fixture
def example(folder):
    """Return the name of the example policy in the current folder."""
    (folder / "fairness.toml").write_text(EXAMPLE)
    return "fairness.toml"


# --- init ---


def test_init_without_data_writes_a_template(folder, fairkit):
    """The template is there, loads, and the next step is said."""
    ended = fairkit(*INIT)
    assert (ended.status, ended.out) == (0, "")
    assert "wrote fairness.toml" in ended.err
    assert "fairkit policy validate" in ended.err
    assert load_policy().checks


def test_init_from_data_can_be_checked_at_once(loans, folder, fairkit):
    """What is drafted from data fits them, and a release can be judged by it."""
    ended = fairkit(*INIT, loans, *LOANS, "--cluster", "person", "--id", "person", "--missing", "?", "--json")
    assert ended.status == 0
    assert json.loads(ended.out) == {
        "file": "fairness.toml",
        "groups": ["sex", "sex_race"],
        "checks": ["selection-four-fifths", "true-positive-rate-gap", "false-positive-rate-gap"],
    }
    assert fairkit("policy", "validate", "--data", loans).status == 0
    policy = load_policy()
    assert policy.group("sex").levels == {"sex": ("F", "M")}
    assert policy.data.predictions == loans
    assert fairkit("check").status in {0, 1, 3}


def test_init_from_transcripts(folder, write_csv, fairkit):
    """Transcripts get a policy of their own."""
    rows = [(f"p{i % 9}", "NY" if i % 2 else "LA", "a b c", "a b d") for i in range(80)]
    data = write_csv("calls.csv", ("who", "accent", "said", "heard"), rows)
    ended = fairkit(
        *INIT,
        data,
        "--reference",
        "said",
        "--hypothesis",
        "heard",
        "--speaker",
        "who",
        "--by",
        "accent",
        "-o",
        "s.toml",
    )
    assert ended.status == 0
    assert load_policy("s.toml").speech.speaker == "who"
    assert fairkit("policy", "validate", "s.toml", "--speech", data).status == 0


def test_init_says_how_to_check_by_the_file_it_wrote(loans, folder, fairkit):
    """A file of another name has to be named again."""
    assert fairkit(*INIT, loans, *LOANS).err.endswith("then 'fairkit check'.\n")
    named = fairkit(*INIT, loans, *LOANS, "-o", "release.toml").err
    assert named.endswith("then 'fairkit check --policy release.toml'.\n")


def test_init_replaces_nothing_unless_told(example, folder, fairkit):
    """A policy that is there stays, but for --force."""
    ended = fairkit(*INIT)
    assert (ended.status, ended.out) == (2, "")
    assert "is there already; name another file (-o), or replace it (--force)" in ended.err
    assert (folder / example).read_text() == EXAMPLE
    assert fairkit(*INIT, "--force").status == 0
    assert load_policy().name == "my-model"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--label", "y", "--id", "row"), "--label, --id say what columns of data mean; name the data"),
        (("loans.csv", "--decision", "approved"), "name at least one grouping"),
        (("loans.csv", "--decision", "aproved", "--by", "sex"), "Did you mean 'approved'?"),
        (
            ("loans.csv", "--reference", "sex", "--decision", "approved", "--by", "sex"),
            "is about transcripts and",
        ),
        (("loans.csv", "--reference", "sex", "--by", "sex"), "transcripts need both"),
        (("no.csv", "--decision", "d", "--by", "sex"), "no.csv"),
        (("-o", "no/fairness.toml"), "there is no folder 'no'"),
        (("loans.csv", *LOANS, "-o", "loans.csv"), "is the data that are read"),
    ],
)
def test_init_says_what_it_cannot_begin_with(arguments, words, loans, folder, fairkit):
    """A call that makes no policy ends with 2, and leaves no file."""
    ended = fairkit(*INIT, *arguments)
    assert (ended.status, ended.out) == (2, "")
    assert words in ended.err
    assert not (folder / "fairness.toml").exists()


# --- validate ---


def test_validate_says_what_a_policy_is(example, fairkit):
    """Checks, groups and waivers are listed, with what an undecided group does."""
    ended = fairkit("policy", "validate")
    assert ended.status == 0
    assert "fairness.toml is a policy: credit-line." in ended.out
    assert "4 checks, of which 3 decide; 4 groupings, 1 baseline, 1 waiver." in ended.out
    for words in ("ratio, min 0.80", "difference, max 0.10", "undecided: fail", "ana@example.org"):
        assert words in ended.out


def test_validate_as_json_says_the_same(example, fairkit):
    """The JSON form has every check, group, baseline and waiver."""
    found = json.loads(fairkit("policy", "validate", "--json").out)
    assert [check["limit"] for check in found["checks"]] == [
        "min 0.80",
        "max 0.10",
        "max 0.25",
        "max_regression 0.02",
    ]
    assert [check["on_inconclusive"] for check in found["checks"]] == ["warn", "fail", "warn", "warn"]
    assert found["checks"][0]["line"] == EXAMPLE.splitlines().index("[[check]]") + 1
    assert found["groups"][2]["attribute"] == "sex & race"
    assert (found["baselines"][0]["name"], found["waivers"][0]["owner"]) == (
        "last-release",
        "ana@example.org",
    )
    assert (found["policy"], len(found["sha256"])) == ("credit-line", 64)


def test_validate_lists_all_that_is_wrong(folder, fairkit):
    """A policy with several mistakes ends with 2 and each of them, in JSON too."""
    (folder / "fairness.toml").write_text(EXAMPLE.replace("0.80", "80").replace("word_error_rate", "wer"))
    ended = fairkit("policy", "validate", "--json")
    error = json.loads(ended.out)["error"]
    assert (ended.status, error["kind"], len(error["problems"])) == (2, "policy", 2)
    assert "fairness.toml: $.check[0].min is 80; ratios are written as 0.80 and 1.25" in ended.err
    assert "'wer' is spelled 'word_error_rate' here" in ended.err
    assert "Traceback" not in ended.err


def test_validate_warns_of_waivers_that_do_nothing(folder, fairkit):
    """An expired waiver is no mistake, but said, with its owner."""
    old = EXAMPLE.replace("2026-10-01", "2020-10-01").replace("2026-12-31", "2020-12-31")
    (folder / "fairness.toml").write_text(old)
    ended = fairkit("policy", "validate")
    assert ended.status == 0
    assert "warning: the waiver of check 'tpr-gap' for sex_race=nonbinary & Asian expired" in ended.err
    assert "ana@example.org owns it" in ended.err


def test_validate_looks_for_the_columns_of_data(example, write_csv, fairkit):
    """Columns that data lack are named, and one that only looks like another is told apart."""
    columns = ["y_true", "y_pred", "y_score", "sample_weight", "customer_id", "row_id", "s\u0435x"]
    data = write_csv("rows.csv", columns, [[1] * 7])
    ended = fairkit("policy", "validate", "--data", data)
    assert (ended.status, ended.out) == (2, "")
    assert "groups 'race': column 'race' is not in the data" in ended.err
    assert "which has '\u0435' (U+0435 CYRILLIC SMALL LETTER IE)" in ended.err


def test_validate_without_a_policy_says_how_to_begin(folder, fairkit):
    """An empty folder ends with 2 and the command that writes a policy."""
    ended = fairkit("policy", "validate")
    assert ended.status == 2
    assert "fairkit policy init" in ended.err


# --- diff ---


def test_diff_says_what_loosens_first(example, folder, fairkit):
    """Loosened limits stand above what tightens, and forbidding them ends with 1."""
    text = EXAMPLE.replace("max = 0.25", "max = 0.2").replace("0.80", "0.70").replace('"row_id"', '"id"')
    (folder / "new.toml").write_text(text)
    ended = fairkit("policy", "diff", example, "new.toml")
    assert (ended.status, ended.err) == (0, "")
    parts = ["Loosened", "min was 0.80 and is 0.70", "cannot be told which way", "Tightened", "max was 0.25"]
    places = [ended.out.index(part) for part in parts]
    assert places == sorted(places)
    forbidden = fairkit("policy", "diff", example, "new.toml", "--forbid-loosening")
    assert (forbidden.status, forbidden.out) == (1, ended.out)
    assert "2 changes loosen the policy, or may: that is forbidden here." in forbidden.err


def test_diff_as_json_has_the_same_code(example, folder, fairkit):
    """The form of the output does not change what is forbidden."""
    (folder / "new.toml").write_text(EXAMPLE.replace("0.80", "0.70"))
    ended = fairkit("policy", "diff", example, "new.toml", "--forbid-loosening", "--json")
    found = json.loads(ended.out)
    assert (ended.status, found["may_loosen"]) == (1, 1)
    assert found["changes"] == [
        {
            "path": "$.check['selection-four-fifths'].min",
            "what": "loosened",
            "before": "0.80",
            "after": "0.70",
            "sentence": "check 'selection-four-fifths' allows more: min was 0.80 and is 0.70.",
            "may_loosen": True,
        }
    ]


def test_diff_allows_what_does_not_loosen(example, folder, fairkit):
    """A stricter policy, another name and the same policy end with 0."""
    (folder / "new.toml").write_text(EXAMPLE.replace("0.80", "0.90").replace('"credit-line"', '"credit"'))
    ended = fairkit("policy", "diff", example, "new.toml", "--forbid-loosening")
    assert ended.status == 0
    assert "no decision depends on it" in ended.out
    same = fairkit("policy", "diff", example, example, "--forbid-loosening")
    assert (same.status, same.out) == (0, "The policies mean the same.\n")


def test_diff_needs_two_policies(example, fairkit):
    """A file that is not there ends with 2, never with the 1 of a loosened policy."""
    ended = fairkit("policy", "diff", "old.toml", example, "--forbid-loosening")
    assert (ended.status, ended.out) == (2, "")
    assert "there is no policy at 'old.toml'" in ended.err


# --- show and schema ---


def test_show_says_where_values_are_from(example, fairkit):
    """Each value has its line, or is a default."""
    out = fairkit("policy", "show").out
    lines = {line.split()[0]: line for line in out.splitlines() if line.strip()}
    assert lines["replicates"].split() == ["replicates", "2000", "default"]
    assert lines["seed"].split() == ["seed", "20260101", "line", "25"]
    assert "default, as rule is prove-harm" in " ".join(out.split())


def test_show_as_json_has_every_value(example, fairkit):
    """Programs get values, the text they were written with, and their origin."""
    found = json.loads(fairkit("policy", "show", example, "--json").out)
    by_path = {each["path"]: each for each in found["values"]}
    assert by_path["$.check[0].min"] == {
        "path": "$.check[0].min",
        "value": 0.8,
        "text": "0.80",
        "origin": "file",
        "why": None,
        "line": 32,
    }
    assert by_path["$.check[0].on_inconclusive"]["origin"] == "default"
    assert found["path"] == example


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_schema_is_the_shipped_one(options, fairkit):
    """The schema is printed, and is valid."""
    found = json.loads(fairkit("policy", "schema", *options).out)
    assert found == json_schema()
    Draft202012Validator.check_schema(found)


def test_schema_can_go_to_a_file(folder, fairkit):
    """With -o the schema is where an editor finds it."""
    ended = fairkit("policy", "schema", "-o", "fairness.schema.json")
    assert (ended.status, ended.out) == (0, "")
    assert json.loads((folder / "fairness.schema.json").read_text()) == json_schema()


@pytest.mark.parametrize("arguments", [("policy",), ("baseline",)])
def test_a_group_of_commands_alone_shows_its_help(arguments, fairkit):
    """Without a verb the help is shown where narration goes, and the call is not right."""
    ended = fairkit(*arguments)
    assert (ended.status, ended.out) == (2, "")
    assert f"Usage: fairkit {arguments[0]}" in ended.err
    assert "\nCommands:\n" in ended.err


def test_an_unknown_verb_is_refused_with_a_suggestion(fairkit):
    """A misspelt verb names the right one."""
    ended = fairkit("policy", "valdate")
    assert ended.status == 2
    assert "Did you mean 'validate'?" in ended.err
