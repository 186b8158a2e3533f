"""Checking a release: what a policy names is found, measured and judged, and what cannot be had is said."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import re

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from releases_to_check import BROKEN, FAILS, OPEN, PASSES, check_of, policy_of_checks, rows_of, toml_of

import fairkit
from fairkit.baselines.storing import save_baseline
from fairkit.errors import PolicyError, UsageError
from fairkit.policy import policy_of
from fairkit.policy.asking import references_of
from fairkit.policy.checking import check, evaluated

ROWS = rows_of()
SPEECH = {"reference": "said", "hypothesis": "heard", "speaker": "who"}
WORST = {"id": "wer", "metric": "word_error_rate", "groups": ["accent"], "compare": "worst", "max": 0.9}


def written(rows, file):
    """Write rows as CSV and return the file."""
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(rows)
        writer.writerows(zip(*rows.values(), strict=True))
    return file


def spoken_rows(speakers=40):
    """Make transcripts of two accents, each speaker with five utterances of four words, one of them wrong."""
    n = 5 * speakers
    return {
        "said": ["turn the light on"] * n,
        "heard": ["turn the light off" if i % 5 else "turn light on" for i in range(n)],
        "who": [f"s{i // 5}" for i in range(n)],
        "accent": ["A" if i // 5 % 2 else "B" for i in range(n)],
    }


def test_rows_of_every_kind_give_one_gate(tmp_path):
    """Frames in memory, queries, streams, files and tables of a database are judged alike."""
    table = pa.table(ROWS)
    with duckdb.connect(tmp_path / "rows.duckdb") as connection:
        connection.register("given", table)
        connection.execute("CREATE TABLE release AS SELECT * FROM given")
    connection = duckdb.connect()
    kinds = {
        "mapping": ROWS,
        "pandas": pd.DataFrame(ROWS),
        "polars": pl.DataFrame(ROWS).lazy(),
        "stream": table.to_reader(max_chunksize=100),
        "relation": connection.from_arrow(table),
        "file": written(ROWS, tmp_path / "rows.csv"),
        "address": f"duckdb://{tmp_path / 'rows.duckdb'}#release",
    }
    gates = {kind: check(policy_of_checks(PASSES, FAILS), rows).gate for kind, rows in kinds.items()}
    assert {gate.exit_code for gate in gates.values()} == {1}
    assert all(gate.results == gates["mapping"].results for gate in gates.values())
    assert [(r.check, r.group, str(r.status)) for r in gates["mapping"].results[4:]] == [
        ("fails", "sex=F", "pass"),
        ("fails", "sex=M", "pass"),
        ("fails", "sex=X", "fail"),
        ("fails", "sex=Y", "inconclusive"),
    ]
    sources = {kind: gate.reports[0].source for kind, gate in gates.items()}
    assert (sources["file"], sources["address"]) == ("rows.csv", "rows.duckdb#release")


def test_the_data_of_a_policy_lie_beside_it(tmp_path, monkeypatch):
    """A policy's paths are relative to its file, those of the call to the current folder."""
    inner = tmp_path / "policies"
    inner.mkdir()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    written(ROWS, tmp_path / "rows.csv")
    written(rows_of(small=40), tmp_path / "elsewhere/own.csv")
    named = {"predictions": "../rows.csv", "label": "label", "decision": "hired"}
    (inner / "fairness.toml").write_text(toml_of(policy_of_checks(PASSES, data=named)), encoding="utf-8")
    assert check("../policies/fairness.toml").gate.reports[0].rows == 1210
    assert check("../policies/fairness.toml", "own.csv").gate.reports[0].rows == 1240


def test_a_table_is_named_relative_to_the_policy(tmp_path):
    """An address in a policy names a database beside it, and a table that is not there is a problem."""
    with duckdb.connect(tmp_path / "rows.duckdb") as connection:
        connection.register("given", pa.table(ROWS))
        connection.execute("CREATE TABLE release AS SELECT * FROM given")
    named = {"predictions": "duckdb://rows.duckdb#release", "label": "label", "decision": "hired"}
    own = policy_of(policy_of_checks(PASSES, data=named), path=tmp_path / "fairness.toml")
    assert check(own).gate.exit_code == 0
    named["predictions"] = "duckdb://rows.duckdb#releases"
    own = policy_of(policy_of_checks(PASSES, data=named), path=tmp_path / "fairness.toml")
    gate = check(own).gate
    assert gate.exit_code == 2
    assert "has no table 'releases' (it has 'release'). Did you mean 'release'?" in gate.problems[0].message


def test_predictions_and_transcripts_are_judged_by_one_policy(tmp_path):
    """Checks of word error rates go to the transcripts, all others to the predictions."""
    groups = {"sex": {"column": "sex", "min_n": 30}, "accent": {"column": "accent"}}
    own = policy_of_checks(PASSES, WORST, groups=groups, speech=SPEECH)
    told = []
    done = check(own, ROWS, speech=spoken_rows(), progress=told.append)
    assert (done.gate.exit_code, done.gate.problems) == (0, ())
    assert [str(report.counts.kind) for report in done.reports] == ["confusion", "words"]
    assert [result.check for result in done.gate.results] == [*["passes"] * 4, "wer"]
    assert told[-1] == 200
    rows = done.reports[0]
    assert check(own, reports=rows, speech=spoken_rows()).gate.results == done.gate.results


def test_a_normalizer_of_its_own_lies_beside_the_policy(tmp_path):
    """A file of rules that a policy names is found relative to the policy."""
    rules = 'name = "menu"\nversion = "1"\n[[rules]]\nwords = { off = "on" }\n'
    (tmp_path / "rules.toml").write_text(rules, encoding="utf-8")
    groups = {"accent": {"column": "accent"}}
    source = {**SPEECH, "normalizer": "rules.toml"}
    own = policy_of({**policy_of_checks(WORST, groups=groups), "speech": source}, path=tmp_path / "f.toml")
    (report,) = evaluated(own, speech=spoken_rows()).reports
    assert report.settings.normalizers[0].startswith("menu 1")


def test_a_missing_column_costs_only_the_checks_that_need_it():
    """Of a column that is not there the nearest is named, and the other checks are judged."""
    gate = check(policy_of_checks(PASSES, BROKEN, FAILS), ROWS).gate
    assert (gate.exit_code, str(gate.verdict)) == (2, "error")
    first, second = gate.problems
    assert first.message.startswith("column 'gnder' is not in the data (it has 'id', 'sex'")
    assert (second.check, "check 'broken' did not run" in second.message) == ("broken", True)
    assert [stamp.ran for stamp in gate.checks] == [True, False, True]
    assert {(r.check, str(r.status)) for r in gate.results if r.group == "sex=X"} == {
        ("passes", "pass"),
        ("fails", "fail"),
    }


def test_without_data_every_check_says_only_that_it_did_not_run():
    """What is wrong is said once, and no check is advised against for a file that is not there."""
    gate = check(policy_of_checks(PASSES, FAILS), "no/such.csv").gate
    first, *others = [problem.message for problem in gate.problems]
    assert first.startswith("there is no file 'no/such.csv'")
    assert others == [f"check '{name}' did not run: no data could be read." for name in ("passes", "fails")]


def test_a_column_that_only_looks_right_is_told_apart():
    """A homograph among the columns, of groups or of decisions, is named by its code point."""
    alike = {("ѕex" if name == "sex" else name): values for name, values in ROWS.items()}  # noqa: RUF001
    assert "U+0455" in check(policy_of_checks(PASSES), alike).gate.problems[0].message
    alike = {("hіred" if name == "hired" else name): values for name, values in ROWS.items()}  # noqa: RUF001
    assert "U+0456" in check(policy_of_checks(PASSES), alike).gate.problems[0].message


def test_a_group_that_does_not_fit_its_column_costs_only_its_checks():
    """A predicate that compares numbers with a text is a problem of its own group."""
    groups = {"sex": {"column": "sex"}, "young": {"predicate": "age < 'x'"}}
    gate = check(
        policy_of_checks(PASSES, check_of("young", groups=["young"], min=0.1), groups=groups), ROWS
    ).gate
    assert gate.exit_code == 2
    assert "column 'age' holds numbers" in gate.problems[0].message
    assert {result.check for result in gate.results} == {"passes"}


def test_a_reference_without_rows_costs_only_its_checks():
    """A reference that is not in the data is a problem; checks that compare with something else run."""
    groups = {"sex": {"column": "sex"}, "other": {"column": "sex", "reference": "Z"}}
    far = check_of("far", groups=["other"], compare="difference", max=0.9)
    gate = check(policy_of_checks(PASSES, far, groups=groups), ROWS).gate
    assert gate.exit_code == 2
    assert "reference group 'sex=Z' is not in the data" in gate.problems[0].message
    assert {result.check for result in gate.results} == {"passes"}


def test_a_declared_reference_without_rows_stops_the_release():
    """Levels that are written otherwise than before leave nothing to compare with, which is no pass."""
    sex = {"column": "sex", "reference": "M", "levels": ["F", "M", "X", "Y"], "min_n": 30}
    far = check_of("far", compare="difference", max=0.9)
    renamed = {**ROWS, "sex": [level.lower() for level in ROWS["sex"]]}
    gate = check(policy_of_checks(far, groups={"sex": sex}), renamed).gate
    assert gate.exit_code == 2
    assert "'sex=M' is declared and has no rows (groups with rows are 'sex=f'" in gate.problems[0].message
    assert gate.problems[0].message.endswith("Did you mean 'sex=m'?")


def test_a_metric_that_the_data_cannot_give_costs_only_its_checks():
    """A metric of scores, asked of decisions, is a problem, and nothing else is held up by it."""
    gate = check(policy_of_checks(PASSES, check_of("area", metric="roc_auc", min=0.5)), ROWS).gate
    assert gate.exit_code == 2
    assert [problem.check for problem in gate.problems] == ["area"]
    assert {result.check for result in gate.results} == {"passes"}


@pytest.mark.parametrize(
    ("changes", "data", "words"),
    [
        ({}, None, "no predictions are named"),
        ({"data": {"decision": "hird"}}, ROWS, "Did you mean 'hired'?"),
        ({"data": {"decision": "hired", "predictions": "gone.csv"}}, None, "there is no file 'gone.csv'"),
        ({}, 3, "cannot read rows from int"),
        ({"data": {"label": "label", "decision": "hired", "weight": "sex"}}, ROWS, "sex"),
    ],
)
def test_data_that_cannot_be_read_are_a_problem_of_every_check(changes, data, words):
    """Nothing passes without data: the reason is said once, and each check that did not run is named."""
    gate = check(policy_of_checks(PASSES, FAILS, **changes), data).gate
    assert (gate.exit_code, gate.results) == (2, ())
    assert words in gate.problems[0].message
    assert {"passes", "fails"} <= {problem.check for problem in gate.problems}
    assert not any(stamp.ran for stamp in gate.checks)


def test_tables_that_a_policy_lacks_are_named():
    """Without [data] or [speech] nothing says what columns mean, and that is said."""
    own = policy_of_checks(PASSES, WORST, groups={"sex": {"column": "sex"}, "accent": {"column": "accent"}})
    del own["data"]
    told = " ".join(problem.message for problem in check(own, ROWS, speech=spoken_rows()).gate.problems)
    assert "the policy has no [data] table" in told
    assert "the policy has no [speech] table" in told


def test_a_check_with_nothing_to_compare_never_passes():
    """Data that have the reference group only are a problem, for no difference was looked at."""
    groups = {"sex": {"column": "sex", "reference": "F"}}
    rows = {"sex": ["F"] * 100, "label": [0, 1] * 50, "hired": [0, 1] * 50}
    own = policy_of_checks(check_of(compare="difference", max=0.1), groups=groups)
    gate = check(own, rows).gate
    assert (gate.exit_code, gate.results) == (2, ())
    assert "has no group but the one that others are compared with" in gate.problems[0].message


def test_a_saved_report_is_judged_like_its_rows(tmp_path):
    """Rows, the report of them, and the file that it was saved in give the same results."""
    done = check(policy_of_checks(PASSES, FAILS, OPEN), ROWS)
    (report,) = done.reports
    file = tmp_path / "report.json"
    file.write_text(report.to_json(), encoding="utf-8")
    for given in (report, file, str(file), [file]):
        assert check(policy_of_checks(PASSES, FAILS, OPEN), reports=given).gate.results == done.gate.results


def test_a_report_that_cannot_be_read_is_a_problem(tmp_path):
    """A report of a newer fairkit stops the release, and the policy's own rows do not stand in for it."""
    file = tmp_path / "report.json"
    file.write_text(json.dumps({"schema": "fairkit.report/2"}), encoding="utf-8")
    written(ROWS, tmp_path / "rows.csv")
    named = {"predictions": "rows.csv", "label": "label", "decision": "hired"}
    own = policy_of(policy_of_checks(PASSES, data=named), path=tmp_path / "fairness.toml")
    gate = check(own, reports=file).gate
    assert (gate.exit_code, gate.reports) == (2, ())
    assert "was made by a newer fairkit" in gate.problems[0].message


def test_rows_that_nothing_would_judge_are_refused():
    """Rows beside a report of them, and rows of a kind that no check is about, are refused."""
    own = policy_of_checks(PASSES)
    report = evaluated(policy_of(own), ROWS).reports[0]
    with pytest.raises(UsageError, match="given as rows and as a report; which of the two is the release"):
        check(own, ROWS, reports=report)
    for given in (report, "report.json"):
        with pytest.raises(UsageError, match=r"a report is given as predictions; name it as a report"):
            check(own, given)
    with pytest.raises(UsageError, match="transcripts are given, but no check of the policy is about"):
        check(own, ROWS, speech=spoken_rows())


def test_a_policy_comes_as_a_file_a_mapping_or_itself(tmp_path, monkeypatch):
    """Without a name the policy of the current folder is taken; where there is none that is said."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PolicyError, match="there is no policy here"):
        fairkit.check(None, ROWS)
    (tmp_path / "fairness.toml").write_text(toml_of(policy_of_checks(PASSES)), encoding="utf-8")
    own = policy_of_checks(PASSES)
    for policy in (None, "fairness.toml", tmp_path / "fairness.toml", own, policy_of(own)):
        assert fairkit.check(policy, ROWS).gate.exit_code == 0


def released(tmp_path, name, rows, **baseline):
    """Write a policy that compares with a baseline, and say where."""
    since = check_of("since", baseline="v1", max_regression=0.1)
    del since["compare"]
    named = {"label": "label", "decision": "hired", "id": "id", "predictions": "rows.csv"}
    own = policy_of_checks(since, data=named, baselines={"v1": baseline})
    written(rows, tmp_path / "rows.csv")
    return policy_of(own, path=tmp_path / name)


def test_a_baseline_of_counts_is_compared_with(tmp_path):
    """What 'fairkit baseline save' keeps is enough, and a byte more is another file."""
    report = fairkit.evaluate(ROWS, label="label", decision="hired", by="sex")
    saved = save_baseline(report, tmp_path / "baselines", name="v1")
    own = released(tmp_path, "fairness.toml", ROWS, report=f"baselines/{saved.name}", sha256=saved.stem)
    gate = check(own).gate
    assert {(r.reference, r.value) for r in gate.results} == {("v1", 0.0)}
    assert gate.warnings == (
        "baseline 'v1' has the same counts as the release; if it is the release itself, nothing is compared.",
    )
    saved.write_bytes(saved.read_bytes() + b" ")
    gate = check(own).gate
    assert (gate.exit_code, {(p.kind, p.check) for p in gate.problems}) == (2, {("hash", "since")})


def test_a_baseline_that_means_another_group_by_the_same_name_is_a_problem(tmp_path):
    """Same name, other predicate: what changed in the group could not be told."""
    rows = {"age": [20, 28, 40, 60] * 100, "hired": [1, 1, 1, 0] * 100}
    before = fairkit.evaluate(rows, decision="hired", by="young: age < 30")
    saved = save_baseline(before, tmp_path)
    own = {
        "schema": 1,
        "name": "hiring",
        "data": {"decision": "hired"},
        "groups": {"young": {"predicate": "age < 25"}},
        "check": [
            {
                "id": "since",
                "metric": "selection_rate",
                "groups": ["young"],
                "baseline": "v1",
                "max_change": 0.1,
            }
        ],
        "baselines": {"v1": {"report": saved.name, "sha256": saved.stem}},
    }
    gate = check(policy_of(own, path=tmp_path / "fairness.toml"), rows).gate
    assert (gate.exit_code, {problem.kind for problem in gate.problems}) == (2, {"baseline"})
    assert "age < 30" in gate.problems[0].message


def test_a_baseline_of_predictions_is_paired_by_id(tmp_path):
    """Rows are compared with themselves, which tells more, and rows without a partner are mentioned."""
    before = {name: values[5:] for name, values in ROWS.items()}
    file = written(before, tmp_path / "before.csv")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    own = released(tmp_path, "fairness.toml", ROWS, predictions="before.csv", sha256=digest)
    gate = check(own).gate
    widths = {r.group: (r.n, r.high - r.low) for r in gate.results if r.low is not None}
    assert widths["sex=F"][0] == 395
    assert widths["sex=M"][1] < 0.05  # two samples of 400 would have an interval of .15
    assert (gate.exit_code, gate.problems) == (0, ())
    assert gate.warnings[0].startswith("baseline 'v1': 5 rows of the release (0.41%) are not in the baseline")
    again = check(own, reports=check(own).reports).gate
    assert again.exit_code == 2
    assert "a report has none; give the rows" in again.problems[0].message


def test_waivers_hold_for_the_day_that_is_asked_for():
    """The same release passes while a waiver holds, and fails from the day after."""
    waiver = {
        "check": "fails",
        "group": "sex=X",
        "reason": "known",
        "owner": "ana@example.org",
        "created": "2026-01-01",
        "expires": "2026-03-31",
    }
    own = policy_of_checks(PASSES, FAILS, waiver=[waiver])
    assert check(own, ROWS, today=dt.date(2026, 3, 31)).gate.exit_code == 0
    late = check(own, ROWS, today=dt.date(2026, 4, 1)).gate
    assert late.exit_code == 1
    assert re.search(r"expired on 2026-03-31.*ana@example\.org", late.warnings[0])


def test_a_report_compares_a_column_with_one_thing():
    """Where a policy compares one column with several things, the report's own findings take the first."""
    groups = {
        "a": {"column": "sex", "reference": "F"},
        "b": {"column": "sex", "reference": "best"},
        "c": {"columns": ["sex", "age"], "reference": "best"},
    }
    own = policy_of(
        policy_of_checks(check_of(groups=["a", "b", "c"], compare="difference", max=0.9), groups=groups)
    )
    assert references_of(own.groups) == {"sex": "F", "": "best"}
    (report,) = evaluated(own, ROWS).reports
    assert report.settings.reference == {"sex": "sex=F", "sex & age": "best"}


def test_a_release_that_decides_all_alike_says_so():
    """A threshold beyond all scores makes every rate 0: no group is worse off, and the gate says why."""
    rows = {**ROWS, "score": [0.1 * (i % 10) for i in range(len(ROWS["sex"]))]}
    sex = {"column": "sex", "levels": ["F", "M", "X"]}
    data = {"label": "label", "score": "score", "threshold": 80}
    own = policy_of_checks(check_of(compare="difference", max=0.1), data=data, groups={"sex": sex})
    gate = check(own, rows).gate
    assert {result.value for result in gate.results} == {0.0}
    assert gate.reports[0].notes == (
        "'sex' has levels that were not declared: 'Y'.",
        "every decision is negative; check the positive class, and the threshold if there is one.",
    )
