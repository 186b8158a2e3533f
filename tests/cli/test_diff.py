"""`fairkit diff`: two reports, baselines or data files in, what changed out."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from jsonschema import Draft202012Validator
from releases import released

from fairkit.changes.serialize import json_schema, schema_text

OLD = {"F": (80, 40, 20, 260), "M": (120, 60, 30, 290)}
NEW = {"F": (30, 40, 70, 260), "M": (150, 60, 25, 340)}


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with two reports and two files of rows in it, which is the current one."""
    monkeypatch.chdir(tmp_path)
    Path("old.json").write_text(released(OLD).to_json(), encoding="utf-8")
    Path("new.json").write_text(released(NEW).to_json(), encoding="utf-8")
    rng = np.random.default_rng(0)
    label = rng.integers(0, 2, 600)
    now = pd.DataFrame({"id": range(600), "sex": rng.choice(["F", "M"], 600), "y": label, "d": label})
    now.to_csv("now.csv", index=False)
    now.assign(d=np.where(rng.random(600) < 0.2, 1 - label, label))[["id", "d"]].to_parquet("then.parquet")
    return tmp_path


def test_two_reports_are_compared(fairkit, here):
    """The text names what is worse first; whatever is found, the run ends with 0."""
    ended = fairkit("diff", "old.json", "new.json", "--metric", "true_positive_rate")
    assert ended.status == 0
    assert ended.out.startswith(
        "Changes from old.json to new.json\n◆ 2 values are worse and 2 gaps are wider"
    )
    assert "true_positive_rate of sex=F is 30.00%, was 80.00%" in ended.out
    assert fairkit("diff", "old.json", "new.json", "--fail-on", "worse").status == 1
    assert fairkit("diff", "old.json", "old.json", "--fail-on", "worse").status == 0


def test_the_json_holds_to_its_schema(fairkit, here):
    """Standard output and the file are the same JSON, every key of which the shipped schema knows."""
    ended = fairkit("diff", "old.json", "new.json", "--json", "-o", "diff.json")
    data = json.loads(ended.out)
    Draft202012Validator(json_schema()).validate(data)
    assert json.loads(schema_text()) == json_schema()
    assert data == json.loads(Path("diff.json").read_text(encoding="utf-8"))
    assert data["old"]["name"] == "old.json"
    assert {c["verdict"] for c in data["changes"]} >= {"worse", "inconclusive"}
    assert (
        json.loads(fairkit("diff", "old.json", "new.json", "--json", "--fail-on", "worse").out)["question"]
        == "releases"
    )


def test_baselines_serve_as_reports(fairkit, here):
    """What `fairkit baseline save` wrote is compared under its name."""
    saved = json.loads(fairkit("baseline", "save", "old.json", "--name", "v41", "--json").out)["path"]
    assert fairkit("diff", saved, "new.json").out.startswith("Changes from v41 to new.json")


def test_rows_of_two_files_are_paired(fairkit, here):
    """With an id, rows of files of any kind are compared with themselves."""
    asked = ("--id", "id", "--label", "y", "--decision", "d", "--by", "sex", "--metric", "accuracy")
    data = json.loads(fairkit("diff", "then.parquet", "now.csv", *asked, "--json").out)
    assert data["paired"] is True
    assert {c["verdict"] for c in data["changes"]} == {"better"}
    assert {c["new"] for c in data["changes"]} == {1.0}
    assert data["old"]["sha256"] != data["new"]["sha256"]
    assert "row by row" in fairkit("diff", "then.parquet", "now.csv", *asked).out


def test_the_last_mile_answers_whether_gaps_hold(fairkit, here):
    """A developer's report is held to a customer's; what does not hold ends with 1 where asked for."""
    ended = fairkit("diff", "old.json", "new.json", "--last-mile", "--fail-on", "worse")
    assert ended.status == 1
    assert ended.out.startswith(
        "Do the gaps published in old.json hold on new.json?\n◆ published gaps do not hold"
    )
    assert "◆ does not hold" in ended.out


def test_files_are_written_in_every_form(fairkit, here):
    """The page, the Markdown and the JSON are written, and said so."""
    ended = fairkit("diff", "old.json", "new.json", "--html", "d.html", "--md", "d.md", "-o", "d.json")
    assert Path("d.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert Path("d.md").read_text(encoding="utf-8").startswith("## ◆")
    assert ended.err.count("wrote") == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("none.json", "new.json"), "there is no baseline at 'none.json'"),
        (("now.csv", "then.parquet"), "are data, not a report.*--id COL"),
        (("old.json", "now.csv"), "'now.csv' is data, not a report"),
        (("old.json", "new.json", "--label", "y"), "--label needs the column that names the rows"),
        (("then.parquet", "now.csv", "--id", "id", "--decision", "d"), "name at least one attribute"),
        (("then.parquet", "now.csv", "--id", "id", "--last-mile"), "--last-mile is about reports"),
        (("old.json", "new.json", "--metric", "acuracy"), "Did you mean 'accuracy'"),
        (("old.json", "new.json", "--attribute", "race"), "attribute 'race' is not in both reports"),
        (("old.json", "new.json", "--margin", "0.8,1.25"), "is one of a ratio"),
        (("old.json", "new.json", "-o", "old.json"), "is the data that are read"),
        (("old.json", "new.json", "--html", "no/d.html"), "there is no folder 'no'"),
    ],
)
def test_what_cannot_be_compared_ends_with_two(fairkit, here, arguments, message):
    """Missing files, data without an id and options that do not fit are told, and nothing is printed."""
    ended = fairkit("diff", *arguments)
    assert (ended.status, ended.out) == (2, "")
    assert re.search(message, " ".join(ended.err.split()))
