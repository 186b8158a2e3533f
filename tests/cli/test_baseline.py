"""`fairkit baseline`: what is saved can be named in a policy, listed, and held to its hash."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from releases import released

CELLS = {"F": (30, 10, 5, 55), "M": (50, 12, 8, 30)}


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a report in it, which is the current one."""
    monkeypatch.chdir(tmp_path)
    Path("report.json").write_text(released(CELLS).to_json(), encoding="utf-8")
    return tmp_path


def test_save_prints_the_lines_of_a_policy(fairkit, here):
    """Standard output is what is pasted into a policy; it names the file and its hash."""
    ended = fairkit("baseline", "save", "report.json", "--name", "v41")
    assert ended.status == 0
    stated = tomllib.loads(ended.out)["baselines"]["v41"]
    assert Path(stated["report"]).stem == stated["sha256"]
    assert f"wrote {stated['report']}" in ended.err
    assert fairkit("baseline", "save", "report.json", "--name", "v41").out == ended.out
    assert len(list(Path("baselines").iterdir())) == 1


def test_save_as_json_has_the_same(fairkit, here):
    """With --json the path, the hash, the name and the lines are one object."""
    made = json.loads(fairkit("baseline", "save", "report.json", "--json").out)
    assert tomllib.loads(made["toml"])["baselines"]["last-release"]["sha256"] == made["sha256"]
    assert Path(made["path"]).is_file()
    assert made["name"] is None


def test_clustered_rows_are_told(fairkit, here):
    """Who saves clustered counts learns at once that no interval will come of them."""
    import fairkit as package

    rows = {"sex": ["F", "M"] * 30, "d": [1, 0, 1] * 20, "who": [i % 12 for i in range(60)]}
    report = package.evaluate(rows, decision="d", by="sex", cluster="who")
    Path("clustered.json").write_text(report.to_json(), encoding="utf-8")
    assert "pair the rows by an id" in fairkit("baseline", "save", "clustered.json").err


def test_list_shows_every_baseline(fairkit, here):
    """Names, dates, sources, rows and groups are listed, and which file was changed."""
    fairkit("baseline", "save", "report.json", "--name", "v41")
    saved = json.loads(fairkit("baseline", "save", "report.json", "--name", "v42", "--json").out)
    path = Path(saved["path"])
    path.write_bytes(path.read_bytes() + b" ")
    ended = fairkit("baseline", "list")
    assert ended.status == 0
    for text in ("v41", "arrays", "confusion", "sex (2)", "200", "intact", "changed"):
        assert text in ended.out
    found = json.loads(fairkit("baseline", "list", "--json").out)["baselines"]
    assert sorted(one["intact"] for one in found) == [False, True]
    assert {one["name"] for one in found} == {"v41", None}


def test_verify_ends_with_two_and_lists_all(fairkit, here):
    """Every file that is not what was saved is listed, and the exit code says that nothing can be judged."""
    saved = [
        Path(json.loads(fairkit("baseline", "save", "report.json", "--name", name, "--json").out)["path"])
        for name in ("v41", "v42", "v43")
    ]
    assert fairkit("baseline", "verify").status == 0
    for path in saved[:2]:
        path.write_bytes(path.read_bytes().replace(b'"F"', b'"G"'))
    ended = fairkit("baseline", "verify", *saved)
    assert ended.status == 2
    assert ended.out.count("is not the baseline that was saved") == 2
    found = json.loads(fairkit("baseline", "verify", "--json").out)
    assert (found["intact"], sum(one["intact"] for one in found["files"])) == (False, 1)


def test_what_is_no_report_is_refused(fairkit, here):
    """A missing file, and a file that is no report, end with 2 and their message."""
    Path("other.json").write_text("{}", encoding="utf-8")
    for path, message in (("none.json", "there is no baseline"), ("other.json", "has no 'schema'")):
        ended = fairkit("baseline", "save", path)
        assert ended.status == 2
        assert message in ended.err
    assert fairkit("baseline", "verify").status == 2


def test_verify_holds_baselines_to_a_policy(fairkit, here):
    """Every baseline that a policy names must be there with the hash that the policy states."""
    lines = fairkit("baseline", "save", "report.json", "--name", "v41").out
    policy = f"""
schema = 1
name = "credit"
[data]
label = "y"
decision = "d"
[groups.sex]
column = "sex"
[[check]]
id = "no-worse"
metric = "accuracy"
groups = ["sex"]
baseline = "v41"
max_regression = 0.02
{lines}
"""
    Path("fairness.toml").write_text(policy, encoding="utf-8")
    ended = fairkit("baseline", "verify", "--policy", "fairness.toml")
    assert (ended.status, ended.out.count("intact")) == (0, 1)
    (saved,) = Path("baselines").iterdir()
    saved.unlink()
    found = json.loads(fairkit("baseline", "verify", "--policy", "fairness.toml", "--json").out)
    assert not found["intact"]
    assert "baseline 'v41': there is no baseline at" in found["files"][0]["problems"][0]
    ended = fairkit("baseline", "verify", "--policy", "fairness.toml")
    assert (ended.status, ended.out.split()[0]) == (2, "missing")
