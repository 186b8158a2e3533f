"""A policy's file: found, read within limits, and refused with file, path and line."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from pathlib import Path

import pytest
from example_policies import EXAMPLE, SHA
from hypothesis import given, settings
from hypothesis import strategies as st

from fairkit.corrections import Correction
from fairkit.errors import PolicyError
from fairkit.policy import load_policy
from fairkit.policy.loading import MOST_BYTES, load_document, passed_over
from fairkit.policy.model import Compare, Direction, Effect, Number, Rule, Severity


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return an empty folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_example_of_the_design_means_what_it_says(folder):
    """Every value of the example policy is read, limits with the text they were written with."""
    (folder / "fairness.toml").write_text(EXAMPLE)
    policy = load_policy()
    assert (policy.name, policy.on_inconclusive) == ("credit-line", Effect.FAIL)
    assert policy.data.predictions == "artifacts/predictions.parquet"
    assert policy.data.columns == {
        "label": "y_true",
        "decision": "y_pred",
        "score": "y_score",
        "weight": "sample_weight",
        "cluster": "customer_id",
    }
    assert (policy.data.id, policy.speech) == ("row_id", None)
    assert {g.name: (g.columns, g.reference, g.min_n, dict(g.levels)) for g in policy.groups} == {
        "sex": (("sex",), "best", 100, {"sex": ("female", "male", "nonbinary")}),
        "race": (("race",), "White", 100, {}),
        "sex_race": (("sex", "race"), "best", 50, {}),
        "accent": (("accent",), "best", 200, {}),
    }
    evidence = policy.evidence
    assert (evidence.confidence, evidence.correction, evidence.seed) == (0.95, Correction.HOLM, 20260101)
    fifths, gap, worst, since = policy.checks
    assert (fifths.id, fifths.metric, fifths.groups) == (
        "selection-four-fifths",
        "selection_rate",
        ("sex", "race"),
    )
    assert (fifths.compare, fifths.minimum, fifths.maximum) == (Compare.RATIO, Number(0.8, "0.80"), None)
    assert (fifths.limit, fifths.rule, fifths.severity) == ("min 0.80", Rule.PROVE_HARM, Severity.ERROR)
    assert (gap.compare, gap.maximum) == (Compare.DIFFERENCE, Number(0.1, "0.10"))
    assert (gap.rule, gap.direction) == (Rule.PROVE_SAFETY, Direction.EITHER)
    assert (worst.compare, worst.limit, worst.severity) == (Compare.WORST, "max 0.25", Severity.WARNING)
    assert (since.compare, since.baseline, since.limit) == (
        Compare.BASELINE,
        "last-release",
        "max_regression 0.02",
    )
    assert policy.baselines[0].report == "baselines/v41.report.json"
    assert policy.baselines[0].sha256 == SHA
    (waiver,) = policy.waivers
    assert (waiver.check, waiver.group) == ("tpr-gap", "sex_race=nonbinary & Asian")
    assert (waiver.owner, waiver.approved_by) == ("ana@example.org", "risk-board")
    assert (waiver.created, waiver.expires) == (dt.date(2026, 10, 1), dt.date(2026, 12, 31))


def test_a_policy_knows_its_file_and_its_lines(folder):
    """Path, hash of the bytes and the line of each check are kept, for reports and annotations."""
    (folder / "fairness.toml").write_bytes(EXAMPLE.encode())
    source = load_policy().source
    assert source.path == "fairness.toml"
    assert source.sha256 == hashlib.sha256(EXAMPLE.encode()).hexdigest()
    lines = EXAMPLE.splitlines()
    assert [lines[source.lines[i] - 1] for i in range(4)] == ["[[check]]"] * 4
    assert [lines[source.lines[i]] for i in range(2)] == ['id = "selection-four-fifths"', 'id = "tpr-gap"']


def in_pyproject(text):
    """Write a policy as the table of a Python project's file."""
    lines = ["[project]", 'name = "it"', "[tool.fairkit]"]
    for line in text.splitlines():
        for brackets in ("[[", "["):
            if line.startswith(brackets):
                line = f"{brackets}tool.fairkit.{line[len(brackets) :]}"  # noqa: PLW2901
                break
        lines.append(line)
    return "\n".join(lines)


def test_a_project_file_may_hold_the_policy(folder):
    """The table [tool.fairkit] reads as the file does, with its own lines."""
    (folder / "fairness.toml").write_text(EXAMPLE)
    (folder / "pyproject.toml").write_text(in_pyproject(EXAMPLE))
    own, project = load_policy(), load_policy("pyproject.toml")
    assert own.source.path == "fairness.toml"
    for part in ("name", "groups", "checks", "data", "evidence", "baselines", "waivers"):
        assert getattr(project, part) == getattr(own, part)
    assert project.source.lines == {i: line + 3 for i, line in own.source.lines.items()}
    assert passed_over() == Path("pyproject.toml")
    (folder / "fairness.toml").unlink()
    assert load_policy().source.path == "pyproject.toml"
    assert passed_over() is None


def test_a_link_to_nothing_makes_no_room_for_another_policy(folder):
    """A fairness.toml that cannot be read is an error, not a reason to judge by the project's file."""
    (folder / "fairness.toml").symlink_to("elsewhere.toml")
    (folder / "pyproject.toml").write_text(in_pyproject(EXAMPLE))
    with pytest.raises(PolicyError, match=r"no policy at 'fairness\.toml'"):
        load_policy()


def test_problems_of_a_project_file_have_its_paths(folder):
    """In pyproject.toml a path begins with $.tool.fairkit."""
    (folder / "pyproject.toml").write_text(in_pyproject(EXAMPLE.replace("max = 0.25", 'max = "0.25"')))
    with pytest.raises(PolicyError) as refused:
        load_policy()
    lines = (folder / "pyproject.toml").read_text().splitlines()
    line = lines.index('max = "0.25"') + 1
    (problem,) = refused.value.problems
    path = "pyproject.toml: $.tool.fairkit.check[2].max"
    assert problem == f"{path} is '0.25' (a text) where a number belongs (line {line})."


def test_checks_in_brackets_have_the_line_of_their_key(folder):
    """A list of inline tables is placed where the list begins."""
    text = """schema = 1
name = "p"
check = [
  { id = "a", metric = "accuracy", groups = ["sex"], compare = "value", min = 0.5 },
]
[groups]
sex = { column = "sex" }
"""
    (folder / "fairness.toml").write_text(text)
    assert load_policy().source.lines == {0: 3}


def test_problems_stand_in_the_order_of_the_file(folder):
    """Each problem begins with file and path and ends with its line, from first to last."""
    text = EXAMPLE.replace("seed =", "sede =").replace(
        '[baselines.last-release]\nreport = "', '[baselines.b]\nrep = "'
    )
    text = text.replace("created = 2026-10-01", 'created = "2026-10-01"').replace("min = 0.80", "min = nan")
    (folder / "fairness.toml").write_text(text)
    with pytest.raises(PolicyError) as refused:
        load_policy()
    lines = [int(problem.rpartition("(line ")[2].partition(")")[0]) for problem in refused.value.problems]
    assert lines == sorted(lines)
    told = "\n".join(refused.value.problems)
    for words in (
        "fairness.toml: $.evidence.sede is no key of [evidence]. Did you mean 'seed'? (line 25)",
        "$.check[0].min is nan, which is no finite number (line 32).",
        "$.check[3].baseline is 'last-release', which is not in [baselines], which has 'b' (line 57).",
        "$.baselines.b.rep is no key of a baseline. Did you mean 'report'? (line 62)",
        "$.baselines.b has neither report nor predictions; a baseline takes one of them (line 61).",
        "$.waiver[0].created is a text; write the date without quotes: 2026-10-01 (line 71).",
    ):
        assert words in told


def test_a_byte_order_mark_does_no_harm(folder):
    """What some editors put before a text is passed over."""
    (folder / "fairness.toml").write_bytes(b"\xef\xbb\xbf" + EXAMPLE.encode())
    assert load_policy().name == "credit-line"


def test_without_a_policy_it_is_said_how_to_begin(folder):
    """Where there is no file, the message names the command that writes one."""
    (folder / "pyproject.toml").write_text("[tool.ruff]\nline-length = 110\n")
    for call in (load_policy, lambda: load_policy(folder=Path())):
        with pytest.raises(PolicyError, match="fairkit policy init"):
            call()
    with pytest.raises(PolicyError, match=r"'pyproject.toml' has no \[tool.fairkit\]"):
        load_policy("pyproject.toml")
    with pytest.raises(PolicyError, match=r"there is no policy in 'no'"):
        load_policy(folder=Path("no"))
    with pytest.raises(PolicyError, match=r"there is no policy at 'other.toml'"):
        load_policy("other.toml")


def test_a_policy_near_the_one_that_is_not_there_is_named(folder):
    """A misspelt name of a file is answered with the file beside it."""
    (folder / "fairness.toml").write_text("schema = 1", encoding="utf-8")
    with pytest.raises(PolicyError, match=r"Did you mean 'fairness\.toml'\?"):
        load_policy("fairnes.toml")
    with pytest.raises(PolicyError, match=r"policy init -o none/fairness\.toml'\.$"):
        load_policy("none/fairness.toml")


UNREADABLE = {
    "no UTF-8": (b'name = "\xff"', "is no text in UTF-8 (byte 9)"),
    "no TOML": (b"name = ", "is no TOML: Invalid value"),
    "rows": (b"id,label\n1,0\n", "after a key in a key/value pair (at line 1, column 3)."),
    "a key twice": (b"a = 1\na = 2", "is no TOML: Cannot overwrite a value"),
    "nothing": (b"", "$.schema is missing"),
    "deep brackets": (b"a = " + b"[" * 5000, "is nested more than 16 brackets deep"),
    "a key of many parts": (b".".join([b"a"] * 30_000) + b" = 1", "has a line with more than 64 dots"),
    "a number of many digits": (b"schema = " + b"9" * 5000, "is no TOML"),
    "zero bytes": (b"\0" * 99, "is no TOML"),
    "a table where there is a value": (b"check = 1\n[check.a]", "is no TOML"),
    "10 MB": (b"# " + b"a" * 10_000_000, f"is too large for a policy: at most {MOST_BYTES:,} bytes"),
    "10 MB of tables": (b"[[check]]\n" * 1_000_000, "is too large for a policy"),
    "many tables": (b"[[check]]\n" * 20_000, "... and 950 more problems at least."),
    "many keys": (b"".join(b"k%d = 1\n" % i for i in range(50_000)), "... and 950 more problems at least."),
}


@pytest.mark.parametrize(("content", "words"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_file_that_cannot_be_a_policy_is_refused(content, words, folder):
    """Whatever stands in the file, the answer is a policy's error that names it."""
    (folder / "fairness.toml").write_bytes(content)
    with pytest.raises(PolicyError) as refused:
        load_policy()
    assert words in str(refused.value)
    assert all("fairness.toml" in problem for problem in refused.value.problems[:50])


def test_no_more_is_read_than_a_policy_may_have(folder):
    """A file of many gigabytes that holds nothing is refused as quickly as a small one."""
    with (folder / "fairness.toml").open("wb") as file:
        file.truncate(2**36)
    with pytest.raises(PolicyError, match="is too large"):
        load_policy()


def test_what_is_no_file_is_refused(folder):
    """A folder, a pipe, a device and a name that no file can have are named as such."""
    (folder / "fairness.toml").mkdir()
    with pytest.raises(PolicyError, match="is a folder; name the policy's file in it"):
        load_policy()
    os.mkfifo(folder / "pipe.toml")
    for name in ("pipe.toml", "/dev/zero"):
        with pytest.raises(PolicyError, match="is no file but a device or a pipe"):
            load_policy(name)
    (folder / "circle.toml").symlink_to("circle.toml")
    for name in ("a\0b", "x" * 5000, "circle.toml"):
        with pytest.raises(PolicyError, match="cannot be read"):
            load_policy(name)


def test_a_pipe_that_a_shell_made_is_read():
    """A policy may come from version control: bash writes <(git show ...) as a pipe; its paths begin here."""
    reading, writing = os.pipe()
    os.write(writing, EXAMPLE.encode())
    os.close(writing)
    try:
        policy = load_policy(f"/dev/fd/{reading}")
        assert (policy.name, policy.source.folder) == ("credit-line", Path())
    finally:
        os.close(reading)


def test_a_document_is_parsed_before_it_is_understood(folder):
    """What a file states can be looked at although it is no policy."""
    (folder / "fairness.toml").write_text("schema = 9\n")
    document = load_document()
    assert (document.table, document.base, document.lines) == ({"schema": 9}, (), {("schema",): 1})
    with pytest.raises(PolicyError):
        _ = document.policy


LINES = EXAMPLE.splitlines()
VALUES = [
    "true",
    "nan",
    "-1",
    "1e999",
    "80",
    "0x10",
    '""',
    "[]",
    "{}",
    "2026-13-01",
    "1979-05-27T07:32:00",
    "'''",
    "\x07",
]


@settings(max_examples=60)
@given(
    place=st.integers(0, len(LINES) - 1),
    change=st.one_of(
        st.tuples(st.just("value"), st.sampled_from(VALUES)),
        st.tuples(st.just("line"), st.text(max_size=30)),
        st.tuples(st.sampled_from(["drop", "twice"]), st.just("")),
        st.tuples(st.just("swap"), st.characters()),
    ),
)
def test_a_changed_policy_loads_or_is_refused(place, change, tmp_path_factory):
    """A small change anywhere in the example gives a policy or a policy's error, never anything else."""
    how, what = change
    lines = list(LINES)
    if how == "value":
        lines[place] = f"{lines[place].partition('=')[0]}= {what}"
    elif how == "line":
        lines.insert(place, what)
    elif how == "drop":
        del lines[place]
    elif how == "twice":
        lines.insert(place, lines[place])
    else:
        lines[place] = lines[place].replace("a", what, 1)
    file = tmp_path_factory.mktemp("changed") / "fairness.toml"
    file.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    try:
        policy = load_policy(file)
    except PolicyError as error:
        assert all(str(file) in problem or problem.startswith("...") for problem in error.problems)  # noqa: PT017
    else:
        assert policy.checks
